#include "address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* "unix:" and a path. */
static int parse_path(const char *text, const char *option, address *out, problem *p)
{
    struct sockaddr_un *un = (struct sockaddr_un *)&out->storage;
    const char *path = text + strlen("unix:");
    if (*path == '\0' || strlen(path) >= sizeof un->sun_path) {
        return problem_usage(p, "%s \"%s\": the path must have 1 to %zu bytes", option, text,
                             sizeof un->sun_path - 1);
    }
    un->sun_family = AF_UNIX;
    memcpy(un->sun_path, path, strlen(path) + 1);
    out->size = sizeof *un;
    return 0;
}

static int parse_port(const char *port, const char *text, const char *option, problem *p)
{
    char *end = NULL;
    unsigned long number = strtoul(port, &end, 10);
    if (*port < '0' || *port > '9' || *end != '\0' || strlen(port) > 5 || number > 65535) {
        return problem_usage(p, "%s \"%s\": the port must be a number from 0 to 65535", option,
                             text);
    }
    return 0;
}

int address_parse(const char *text, const char *option, address *out, problem *p)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | AI_PASSIVE};
    struct addrinfo *found = NULL;
    char host[256];
    const char *colon = strrchr(text, ':');
    size_t size;
    int error;
    memset(out, 0, sizeof *out);
    if (strncmp(text, "unix:", 5) == 0) {
        return parse_path(text, option, out, p);
    }
    size = colon == NULL ? 0 : (size_t)(colon - text);
    if (size == 0 || size >= sizeof host) {
        return problem_usage(p,
                             "%s \"%s\": must be ADDRESS:PORT, as in 127.0.0.1:8443 or [::1]:8443, "
                             "or unix:/path",
                             option, text);
    }
    memcpy(host, text, size);
    host[size] = '\0';
    if (host[0] == '[' && host[size - 1] == ']') {
        host[size - 1] = '\0';
        memmove(host, host + 1, size - 1);
    } else if (strchr(host, ':') != NULL) {
        return problem_usage(p, "%s \"%s\": write an IPv6 address in brackets, as in [::1]:8443",
                             option, text);
    }
    if (parse_port(colon + 1, text, option, p) != 0) {
        return -1;
    }
    error = getaddrinfo(host, colon + 1, &hints, &found);
    if (error == EAI_MEMORY) {
        return problem_failed(p, "%s: out of memory", option);
    }
    if (error != 0 || found == NULL) {
        return problem_usage(p, "%s \"%s\": \"%s\" is not an address of this machine: %s", option,
                             text, host, gai_strerror(error));
    }
    memcpy(&out->storage, found->ai_addr, found->ai_addrlen);
    out->size = found->ai_addrlen;
    freeaddrinfo(found);
    return 0;
}

void address_text(const struct sockaddr *address, char out[ADDRESS_TEXT])
{
    char host[INET6_ADDRSTRLEN] = "?";
    if (address->sa_family == AF_UNIX) {
        snprintf(out, ADDRESS_TEXT, "unix:%s", ((const struct sockaddr_un *)address)->sun_path);
    } else if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;
        if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
            inet_ntop(AF_INET, in6->sin6_addr.s6_addr + 12, host, sizeof host);
            snprintf(out, ADDRESS_TEXT, "%s:%u", host, address_port(address));
        } else {
            inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof host);
            snprintf(out, ADDRESS_TEXT, "[%s]:%u", host, address_port(address));
        }
    } else {
        inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, host, sizeof host);
        snprintf(out, ADDRESS_TEXT, "%s:%u", host, address_port(address));
    }
}

unsigned address_port(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        return ntohs(((const struct sockaddr_in *)address)->sin_port);
    }
    return address->sa_family == AF_INET6 ? ntohs(((const struct sockaddr_in6 *)address)->sin6_port)
                                          : 0;
}

/* A socket file that nobody listens on any more is in the way of the next server. */
static void remove_stale(const struct sockaddr_un *un)
{
    struct stat about;
    int fd;
    if (lstat(un->sun_path, &about) != 0 || !S_ISSOCK(about.st_mode)) {
        return;
    }
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0) {
        if (connect(fd, (const struct sockaddr *)un, sizeof *un) != 0 && errno == ECONNREFUSED) {
            unlink(un->sun_path);
        }
        close(fd);
    }
}

int address_bind(address *a, bool shared, const char *option, problem *p)
{
    int fd = socket(a->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr *where = (struct sockaddr *)&a->storage;
    char text[ADDRESS_TEXT];
    int on = 1, error = 0;
    address_text(where, text);
    if (fd < 0) {
        return problem_failed(p, "%s %s: no socket: %s", option, text, strerror(errno));
    }
    if (where->sa_family == AF_UNIX) {
        remove_stale((const struct sockaddr_un *)&a->storage);
    } else {
        error = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (error == 0 && shared) {
            error = setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
        }
    }
    if (error != 0 || bind(fd, where, a->size) != 0) {
        error = errno;
        close(fd);
        return problem_failed(p, "%s %s: cannot be opened: %s%s", option, text, strerror(error),
                              error == EADDRINUSE ? " (port 0 takes a free one)"
                              : error == EACCES && address_port(where) > 0 &&
                                      address_port(where) < 1024
                                  ? " (ports below 1024 need a privilege)"
                                  : "");
    }
    if (where->sa_family != AF_UNIX) {
        socklen_t size = sizeof a->storage;
        getsockname(fd, where, &size);
        a->size = size;
    }
    return fd;
}
