#include "log.h"

#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "json.h"
#include "utf8.h"

/* PIPE_BUF, so that a line is written whole; and longer than the longest line can become, so that
 * no peer can make its own disappear: a name and a subject of 255 bytes, each byte six in JSON. */
enum { LINE_SIZE = 4096 };

static struct {
    pthread_mutex_t lock;
    bool json, quiet;
    uint64_t dropped;
} state = {.lock = PTHREAD_MUTEX_INITIALIZER};

void log_setup(bool json, bool quiet)
{
    state.json = json;
    state.quiet = quiet;
}

bool log_connections(void)
{
    return !state.quiet;
}

/* A log that nobody reads must not stop the server: when the pipe is full, lines are dropped and
 * counted. poll says "writable" for a pipe only if PIPE_BUF bytes fit. */
static void write_line(const char *line, size_t size)
{
    struct pollfd fd = {.fd = STDERR_FILENO, .events = POLLOUT};
    pthread_mutex_lock(&state.lock);
    if (poll(&fd, 1, 0) == 1 && (fd.revents & POLLOUT) != 0) {
        if (state.dropped > 0) {
            char note[128];
            int n = snprintf(note, sizeof note,
                             state.json ? "{\"event\":\"dropped\",\"lines\":%llu}\n"
                                        : "certmint-echo: %llu log lines were dropped\n",
                             (unsigned long long)state.dropped);
            state.dropped = 0;
            (void)!write(STDERR_FILENO, note, (size_t)n);
        }
        (void)!write(STDERR_FILENO, line, size);
    } else {
        state.dropped++;
    }
    pthread_mutex_unlock(&state.lock);
}

/* 2026-01-31T23:59:59.123Z */
static void timestamp(char out[32])
{
    struct timespec now;
    struct tm parts;
    size_t size;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &parts);
    size = strftime(out, 32, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(out + size, 32 - size, ".%03dZ", (int)(now.tv_nsec / 1000000) % 1000);
}

static void write_json(json *j)
{
    json_close(j, '}');
    if (!j->full) {
        j->data[j->size] = '\n';
        write_line(j->data, j->size + 1);
    }
}

void log_event(const char *event, const char *format, ...)
{
    char line[LINE_SIZE], message[LINE_SIZE / 2], now[32];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (state.json) {
        json j = json_in(line, sizeof line);
        timestamp(now);
        json_open(&j, NULL, '{');
        json_text(&j, "event", event);
        json_text(&j, "time", now);
        json_text(&j, "message", message);
        write_json(&j);
    } else {
        int size = snprintf(line, sizeof line, "certmint-echo: %s\n", message);
        write_line(line, size < (int)sizeof line ? (size_t)size : sizeof line - 1);
    }
}

static void about_as_json(const char *event, const log_connection *c)
{
    char line[LINE_SIZE], now[32];
    json j = json_in(line, sizeof line);
    bool end = strcmp(event, "closed") == 0 || strcmp(event, "failed") == 0;
    timestamp(now);
    json_open(&j, NULL, '{');
    json_text(&j, "event", event);
    json_text(&j, "time", now);
    json_number(&j, "connection", c->id);
    json_text(&j, "peer", c->peer);
    json_text(&j, "version", c->version);
    json_text(&j, "cipher", c->cipher);
    json_text(&j, "sni", c->sni);
    json_text(&j, "alpn", c->alpn);
    json_text(&j, "client", c->client);
    if (c->version != NULL) {
        json_bool(&j, "resumed", c->resumed);
    }
    if (end) {
        json_number(&j, "received", c->received);
        json_number(&j, "sent", c->sent);
        json_seconds(&j, "seconds", c->seconds);
    }
    json_text(&j, "problem", c->problem);
    write_json(&j);
}

/* A line for people that grows in a fixed buffer; what comes from a peer is made printable: letters
 * stay, of most scripts, what could move the cursor or turn the direction does not. */
typedef struct line {
    char data[LINE_SIZE];
    size_t size;
} line;

static void add(line *l, const char *before, const char *value)
{
    if (value == NULL) {
        return;
    }
    for (const char *part = before; *part != '\0' && l->size < sizeof l->data - 1; part++) {
        l->data[l->size++] = *part;
    }
    for (const char *part = value; *part != '\0' && l->size < sizeof l->data - 4;) {
        const char *start = part;
        uint32_t point = utf8_take(&part);
        bool printable = (point >= 0x20 && point <= 0x7e) || (point >= 0xa0 && point < 0x2000);
        size_t size = printable ? (size_t)(part - start) : 1;
        memcpy(l->data + l->size, printable ? start : "?", size);
        l->size += size;
    }
}

void log_about(const char *event, const log_connection *c)
{
    line l = {.size = 0};
    char numbers[128];
    bool handshake = strcmp(event, "handshake") == 0;
    if (state.quiet) {
        return;
    }
    if (state.json) {
        about_as_json(event, c);
        return;
    }
    snprintf(numbers, sizeof numbers, "#%llu ", (unsigned long long)c->id);
    add(&l, numbers, c->peer);
    add(&l, " ", event);
    if (handshake) {
        add(&l, ": ", c->version);
        add(&l, " ", c->cipher);
        add(&l, ", for ", c->sni);
        add(&l, ", protocol ", c->alpn);
        add(&l, ", client ", c->client);
        add(&l, "", c->resumed ? ", resumed" : NULL);
        add(&l, ", but ", c->problem);
    } else {
        add(&l, ": ", c->problem);
        if (strcmp(event, "connected") != 0) {
            snprintf(numbers, sizeof numbers, "%llu bytes in, %llu out, %.3f s",
                     (unsigned long long)c->received, (unsigned long long)c->sent, c->seconds);
            add(&l, c->problem != NULL ? " (" : ": ", numbers);
            add(&l, "", c->problem != NULL ? ")" : NULL);
        }
    }
    l.data[l.size++] = '\n';
    write_line(l.data, l.size);
}
