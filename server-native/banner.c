#include "banner.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "mode.h"

enum { JSON_MOST = 256 * 1024 };

static void print_json(const options *o, const credentials *c, const address *addresses,
                       size_t count)
{
    static char text[JSON_MOST]; /* no memory to ask for: scripts wait for this line */
    char where[ADDRESS_TEXT];
    json j = json_in(text, JSON_MOST);
    json_open(&j, NULL, '{');
    json_text(&j, "event", "listening");
    json_number(&j, "pid", (uint64_t)getpid());
    for (size_t i = 0; i < count; i++) {
        unsigned port = address_port((const struct sockaddr *)&addresses[i].storage);
        if (port != 0) {
            json_number(&j, "port", port);
            break;
        }
    }
    json_open(&j, "listen", '[');
    for (size_t i = 0; i < count; i++) {
        address_text((const struct sockaddr *)&addresses[i].storage, where);
        json_text(&j, NULL, where);
    }
    json_close(&j, ']');
    json_text(&j, "mode", mode_of(o->mode)->name);
    json_bool(&j, "minted", c->minted);
    json_text(&j, "fingerprint", c->items[0].fingerprint);
    json_open(&j, "fingerprints", '[');
    for (size_t i = 0; i < c->count; i++) {
        json_text(&j, NULL, c->items[i].fingerprint);
    }
    json_close(&j, ']');
    if (*c->file != '\0') {
        json_text(&j, "file", c->file);
    }
    if (c->minted) {
        /* so that a script can verify without a file */
        json_text(&j, "certificate", (const char *)c->pem.data);
    }
    json_close(&j, '}');
    puts(text);
}

/* Where a client on this machine reaches a server that is bound to `a`; "" for none. */
static void reachable_host(const address *a, char host[INET6_ADDRSTRLEN])
{
    host[0] = '\0';
    if (a->storage.ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)&a->storage;
        if (in->sin_addr.s_addr == htonl(INADDR_ANY)) {
            snprintf(host, INET6_ADDRSTRLEN, "127.0.0.1");
        } else {
            inet_ntop(AF_INET, &in->sin_addr, host, INET6_ADDRSTRLEN);
        }
    } else if (a->storage.ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&a->storage;
        inet_ntop(AF_INET6,
                  IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr) ? &in6addr_loopback : &in6->sin6_addr,
                  host, INET6_ADDRSTRLEN);
    }
}

static bool is_ip(const char *name)
{
    unsigned char parsed[16];
    return inet_pton(AF_INET, name, parsed) == 1 || inet_pton(AF_INET6, name, parsed) == 1;
}

/* A name between quotes that a shell takes as it stands: names come out of certificates. */
static bool is_plain(const char *name)
{
    return *name != '\0' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:") ==
               strlen(name);
}

/* Prints a path as one word of a shell. */
static void print_path(const char *path)
{
    putchar('\'');
    for (; *path != '\0'; path++) {
        if (*path == '\'') {
            fputs("'\\''", stdout);
        } else {
            putchar(*path);
        }
    }
    putchar('\'');
}

/* The lines to try against one address. With `ca` clients verify, without it they do not. */
static void print_clients(const options *o, const char *host, unsigned port, const char *name,
                          const char *ca)
{
    bool v6 = strchr(host, ':') != NULL, ip = is_ip(name), http = o->mode == MODE_HTTP;
    const char *open_ = v6 ? "[" : "", *close_ = v6 ? "]" : "";
    bool name_v6 = strchr(name, ':') != NULL;
    printf("\n  openssl s_client -connect %s%s%s:%u -quiet", open_, host, close_, port);
    printf(ip ? " -noservername" : " -servername %s", name);
    if (ca != NULL) {
        printf(" -verify_return_error %s %s -CAfile ", ip ? "-verify_ip" : "-verify_hostname",
               name);
        print_path(ca);
    }
    printf("\n  curl %s", ca != NULL ? "--cacert " : "--insecure");
    if (ca != NULL) {
        print_path(ca);
    }
    if (strcmp(name, host) != 0) {
        printf(" --connect-to '::%s%s%s:'", open_, host, close_);
    }
    if (!http) {
        fputs(" --http0.9 --max-time 1", stdout); /* the answer is the request, and no HTTP */
    }
    printf(" https://%s%s%s:%u/\n", name_v6 ? "[" : "", name, name_v6 ? "]" : "", port);
    printf("  node -e \"require('tls').connect({ host: '%s', port: %u, servername: '%s', ", host,
           port, ip ? "" : name);
    if (ca != NULL) {
        fputs("ca: require('fs').readFileSync(process.argv[1]) }", stdout);
    } else {
        fputs("rejectUnauthorized: false }", stdout);
    }
    printf(", function () { this.%s }).pipe(process.stdout)\"",
           http ? "end('GET / HTTP/1.0\\r\\n\\r\\n')" : "end('hello\\n')");
    if (ca != NULL) {
        putchar(' ');
        print_path(ca);
    }
    putchar('\n');
}

static void print_text(const options *o, const credentials *c, const address *addresses,
                       size_t count)
{
    const credential *first = &c->items[0];
    bool verifiable = *c->file != '\0' && first->self_signed;
    char where[ADDRESS_TEXT], host[INET6_ADDRSTRLEN];
    for (size_t i = 0; i < count; i++) {
        address_text((const struct sockaddr *)&addresses[i].storage, where);
        printf("certmint-echo: %s on %s\n", mode_of(o->mode)->name, where);
    }
    for (size_t i = 0; i < c->count; i++) {
        printf("certificate: %s%s%sSHA-256 %s\n", c->minted ? "minted just now, " : "",
               c->items[i].name, *c->items[i].name != '\0' ? ", " : "", c->items[i].fingerprint);
    }
    if (*c->file != '\0') {
        printf("file: %s\n", c->file);
    }
    for (size_t i = 0; i < count; i++) {
        reachable_host(&addresses[i], host);
        if (*host != '\0') {
            const char *name = is_plain(first->name) ? first->name : host;
            printf("try:");
            print_clients(o, host, address_port((const struct sockaddr *)&addresses[i].storage),
                          name, verifiable ? c->file : NULL);
            break;
        }
    }
    if (c->minted && *c->file == '\0') {
        puts("These clients do not verify; with --save DIR the certificate is kept, so that they "
             "can.");
    }
}

void banner_print(const options *o, const credentials *c, const address *addresses, size_t count)
{
    if (o->json) {
        print_json(o, c, addresses, count);
    } else {
        print_text(o, c, addresses, count);
    }
    fflush(stdout);
}
