#include "metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "log.h"

enum {
    REQUEST_MOST = 4096,
    ANSWER_MOST = 4096,
    CLIENTS_MOST = 16,
    TIME_MOST = 5000 /* ms for a request and its answer */
};

typedef struct client {
    uv_tcp_t tcp;
    uv_timer_t timer;
    uv_write_t write;
    struct metrics *metrics;
    char request[REQUEST_MOST + 1];
    size_t size;
    char answer[ANSWER_MOST + 512];
    unsigned open_handles;
    bool answered;
} client;

struct metrics {
    uv_tcp_t listener;
    worker *const *workers;
    unsigned worker_count;
    client *clients[CLIENTS_MOST];
    unsigned open_handles;
    bool closing;
};

/* ------------------------------------------------------------------ the numbers */

/* One line a counter, in the order of struct counters. */
static const struct {
    const char *name, *type, *help;
    size_t offset;
} lines[] = {
    {"certmint_echo_connections_total", "counter", "Connections accepted.",
     offsetof(counters, accepted)},
    {"certmint_echo_connections", "gauge", "Connections open now.", offsetof(counters, active)},
    {"certmint_echo_handshakes_tls12_total", "counter", "TLS 1.2 handshakes completed.",
     offsetof(counters, handshakes_tls12)},
    {"certmint_echo_handshakes_tls13_total", "counter", "TLS 1.3 handshakes completed.",
     offsetof(counters, handshakes_tls13)},
    {"certmint_echo_handshakes_resumed_total", "counter", "Handshakes with a session ticket.",
     offsetof(counters, handshakes_resumed)},
    {"certmint_echo_handshakes_failed_total", "counter", "Handshakes that failed.",
     offsetof(counters, handshakes_failed)},
    {"certmint_echo_refused_total", "counter", "Connections refused by --max-per-address.",
     offsetof(counters, refused)},
    {"certmint_echo_plain_http_total", "counter", "Plain HTTP requests on a TLS port.",
     offsetof(counters, plain_http)},
    {"certmint_echo_timeouts_total", "counter", "Connections ended by a timeout.",
     offsetof(counters, timeouts)},
    {"certmint_echo_received_bytes_total", "counter", "Application data received.",
     offsetof(counters, received)},
    {"certmint_echo_sent_bytes_total", "counter", "Application data sent.",
     offsetof(counters, sent)},
};

static uint64_t sum(const metrics *m, size_t offset)
{
    uint64_t total = 0;
    for (unsigned i = 0; i < m->worker_count; i++) {
        const char *counted = (const char *)&m->workers[i]->counters + offset;
        total += atomic_load_explicit((_Atomic uint64_t *)(uintptr_t)counted, memory_order_relaxed);
    }
    return total;
}

static void print_metrics(const metrics *m, char out[ANSWER_MOST])
{
    size_t at = 0;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        int n = snprintf(out + at, ANSWER_MOST - at, "# HELP %s %s\n# TYPE %s %s\n%s %llu\n",
                         lines[i].name, lines[i].help, lines[i].name, lines[i].type, lines[i].name,
                         (unsigned long long)sum(m, lines[i].offset));
        at += (size_t)n;
    }
}

/* ------------------------------------------------------------------ a request */

static void on_client_closed(uv_handle_t *handle)
{
    client *c = handle->data;
    metrics *m = c->metrics;
    if (--c->open_handles > 0) {
        return;
    }
    for (size_t i = 0; i < CLIENTS_MOST; i++) {
        if (m->clients[i] == c) {
            m->clients[i] = NULL;
        }
    }
    free(c);
    if (--m->open_handles == 0) {
        free(m);
    }
}

static void close_client(client *c)
{
    if (!uv_is_closing((uv_handle_t *)&c->tcp)) {
        uv_close((uv_handle_t *)&c->tcp, on_client_closed);
        uv_close((uv_handle_t *)&c->timer, on_client_closed);
    }
}

static void on_timer(uv_timer_t *timer)
{
    close_client(timer->data);
}

static void on_answered(uv_write_t *request, int status)
{
    (void)status;
    close_client(request->data);
}

static void answer(client *c)
{
    char body[ANSWER_MOST];
    const char *status = "200 OK", *type = "text/plain; charset=utf-8";
    uv_buf_t buffer;
    int size;
    bool head = strncmp(c->request, "HEAD ", 5) == 0;
    const char *path = strchr(c->request, ' ');
    size_t length;
    path = path == NULL ? "" : path + 1;
    length = strcspn(path, " ?\r\n");
    if (!head && strncmp(c->request, "GET ", 4) != 0) {
        status = "405 Method Not Allowed";
        snprintf(body, sizeof body, "Only GET and HEAD.\n");
    } else if (length == 8 && strncmp(path, "/metrics", length) == 0) {
        type = "text/plain; version=0.0.4; charset=utf-8";
        print_metrics(c->metrics, body);
    } else if (length == 7 && strncmp(path, "/health", length) == 0) {
        snprintf(body, sizeof body, "ok\n");
    } else {
        status = "404 Not Found";
        snprintf(body, sizeof body, "There are /metrics and /health.\n");
    }
    size = snprintf(c->answer, sizeof c->answer,
                    "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
                    "Cache-Control: no-store\r\nConnection: close\r\n\r\n%s",
                    status, type, strlen(body), head ? "" : body);
    c->answered = true;
    uv_read_stop((uv_stream_t *)&c->tcp);
    buffer = uv_buf_init(c->answer, (unsigned)size);
    c->write.data = c;
    if (uv_write(&c->write, (uv_stream_t *)&c->tcp, &buffer, 1, on_answered) != 0) {
        close_client(c);
    }
}

static void on_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
    client *c = handle->data;
    (void)suggested;
    *out = uv_buf_init(c->request + c->size, (unsigned)(REQUEST_MOST - c->size));
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    client *c = stream->data;
    (void)buffer;
    if (size < 0) {
        close_client(c);
        return;
    }
    c->size += (size_t)size;
    c->request[c->size] = '\0';
    if (strstr(c->request, "\r\n\r\n") != NULL || strstr(c->request, "\n\n") != NULL) {
        answer(c);
    } else if (c->size == REQUEST_MOST) {
        close_client(c);
    }
}

static void on_connection(uv_stream_t *listener, int status)
{
    metrics *m = listener->data;
    size_t slot = 0;
    client *c;
    if (status != 0) {
        return;
    }
    while (slot < CLIENTS_MOST && m->clients[slot] != NULL) {
        slot++;
    }
    if (slot == CLIENTS_MOST) { /* the oldest has had its time */
        slot = 0;
        close_client(m->clients[0]);
    }
    c = calloc(1, sizeof *c);
    if (c == NULL) {
        return;
    }
    m->clients[slot] = c;
    m->open_handles++;
    c->metrics = m;
    c->open_handles = 2;
    c->tcp.data = c->timer.data = c;
    (void)uv_tcp_init(listener->loop, &c->tcp);
    (void)uv_timer_init(listener->loop, &c->timer);
    if (uv_accept(listener, (uv_stream_t *)&c->tcp) != 0 ||
        uv_timer_start(&c->timer, on_timer, TIME_MOST, 0) != 0 ||
        uv_read_start((uv_stream_t *)&c->tcp, on_buffer, on_read) != 0) {
        close_client(c);
    }
}

/* ------------------------------------------------------------------ open and close */

static void on_listener_closed(uv_handle_t *handle)
{
    metrics *m = handle->data;
    if (--m->open_handles == 0) {
        free(m);
    }
}

int metrics_open(const options *o, uv_loop_t *loop, worker *const *workers, unsigned count,
                 metrics **out, problem *p)
{
    address a;
    char text[ADDRESS_TEXT];
    metrics *m;
    int fd, result;
    if (address_parse(o->metrics, "--metrics", &a, p) != 0) {
        return -1;
    }
    if (a.storage.ss_family == AF_UNIX) {
        return problem_usage(p, "--metrics \"%s\": must be ADDRESS:PORT", o->metrics);
    }
    fd = address_bind(&a, false, "--metrics", p);
    if (fd < 0) {
        return -1;
    }
    m = calloc(1, sizeof *m);
    if (m == NULL) {
        close(fd);
        return problem_failed(p, "out of memory");
    }
    m->workers = workers;
    m->worker_count = count;
    m->open_handles = 1;
    m->listener.data = m;
    result = uv_tcp_init(loop, &m->listener);
    if (result == 0) {
        result = uv_tcp_open(&m->listener, fd);
    }
    if (result == 0) {
        result = uv_listen((uv_stream_t *)&m->listener, CLIENTS_MOST, on_connection);
    }
    *out = m; /* its handle belongs to the loop: metrics_close frees it, whatever comes now */
    if (result != 0) {
        return problem_failed(p, "--metrics: %s", uv_strerror(result));
    }
    address_text((const struct sockaddr *)&a.storage, text);
    log_event("metrics", "metrics on http://%s/metrics", text);
    return 0;
}

void metrics_close(metrics *m)
{
    if (m == NULL || m->closing) {
        return;
    }
    m->closing = true;
    for (size_t i = 0; i < CLIENTS_MOST; i++) {
        if (m->clients[i] != NULL) {
            close_client(m->clients[i]);
        }
    }
    uv_close((uv_handle_t *)&m->listener, on_listener_closed);
}
