#include "connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "address.h"
#include "log.h"
#include "peer_limit.h"

enum {
    LINGER = 2000,       /* ms that a peer has to end its half after we ended ours */
    WRITE_STUCK = 10000, /* ms without a byte taken by the peer, at the end of a connection */
    DRAIN_SILENCE = 250, /* ms without a byte after which a connection is over when draining */
    TRIM_AFTER = 1000,   /* ms without a byte after which memory is given back */
    TURNS = 8            /* fillings of the output buffer before others get their turn */
};

typedef enum link {
    LINK_OPEN,   /* the session works */
    LINK_ENDING, /* the session is over: writing what is left, then waiting for the peer's end */
    LINK_CLOSED  /* uv_close was called */
} link_state;

/* Ciphertext that the socket did not take at once. */
typedef struct pending {
    uv_write_t request;
    uint8_t data[];
} pending;

typedef struct connection {
    union {
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } io;
    worker *worker;
    struct connection *previous, *next;
    session session;
    link_state link;
    bool reading;
    bool shut;       /* our half is ended */
    bool peer_ended; /* the peer's half is */
    bool trimmed;    /* the record buffers' pages are given back */
    bool handshake_told;
    uint64_t id;
    uint64_t started, active; /* uv_now: accepted; last byte in either direction */
    size_t queued;            /* the write queue at the last look */
    uint64_t received, sent;  /* of the session, as far as they are in the counters */
    pending *writing;         /* NULL: everything is written */
    uint8_t *kept;            /* ciphertext that was read and could not be taken; or NULL */
    size_t kept_size;
    uv_shutdown_t shutdown;
    peer_key from; /* what it is counted by */
    bool counted;
    char peer[ADDRESS_TEXT / 2];
} connection;

static void run(connection *c, const uint8_t *data, size_t size);

/* ------------------------------------------------------------------ telling */

static void add(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static void tell(const connection *c, const char *event, const char *problem)
{
    const session *s = &c->session;
    char client[256];
    log_connection about = {.id = c->id, .peer = c->peer, .problem = problem};
    if (!log_connections()) {
        return;
    }
    about.received = s->received;
    about.sent = s->sent;
    about.seconds = (double)(uv_now(c->worker->loop) - c->started) / 1000;
    if (s->secured) {
        about.version = mbedtls_ssl_get_version(&s->ssl);
        about.cipher = tls_cipher_name(mbedtls_ssl_get_ciphersuite_id_from_ssl(&s->ssl));
        about.sni = s->sni;
        about.alpn = mbedtls_ssl_get_alpn_protocol(&s->ssl);
        about.client = session_client(s, client);
        about.resumed = s->resumed;
    }
    log_about(event, &about);
}

static void count_handshake(connection *c)
{
    counters *n = &c->worker->counters;
    const session *s = &c->session;
    const char *problem = session_client_problem(s);
    char text[SESSION_PROBLEM];
    bool tls13 = mbedtls_ssl_get_version_number(&s->ssl) == MBEDTLS_SSL_VERSION_TLS1_3;
    c->handshake_told = true;
    add(tls13 ? &n->handshakes_tls13 : &n->handshakes_tls12, 1);
    if (s->resumed) {
        add(&n->handshakes_resumed, 1);
    }
    if (problem != NULL) {
        snprintf(text, sizeof text, "the client's certificate was not verified: %s", problem);
        problem = text;
    }
    tell(c, "handshake", problem);
}

static void count_bytes(connection *c)
{
    counters *n = &c->worker->counters;
    add(&n->received, c->session.received - c->received);
    add(&n->sent, c->session.sent - c->sent);
    c->received = c->session.received;
    c->sent = c->session.sent;
}

/* ------------------------------------------------------------------ the end */

static void uncount(const connection *c)
{
    if (c->counted) {
        peer_limit_leave(&c->from);
    }
}

static void on_closed(uv_handle_t *handle)
{
    connection *c = handle->data;
    worker *w = c->worker;
    uncount(c);
    if (c->next != NULL) {
        c->next->previous = c->previous;
    }
    if (c->previous != NULL) {
        c->previous->next = c->next;
    } else {
        w->connections = c->next;
    }
    free(c->kept);
    free(c);
    worker_connection_gone(w);
}

/* Frees the session and tells how it ended: `problem`, or what the session knows. */
static void end_session(connection *c, const char *problem)
{
    char text[SESSION_PROBLEM];
    counters *n = &c->worker->counters;
    if (c->link != LINK_OPEN) {
        return;
    }
    count_bytes(c);
    if (problem == NULL) {
        problem = session_problem(&c->session, text);
    }
    if (c->session.plain_http) {
        add(&n->plain_http, 1);
    } else if (!c->session.secured && problem != NULL) {
        add(&n->handshakes_failed, 1);
    }
    tell(c, problem == NULL ? "closed" : "failed", problem);
    session_free(&c->session);
    c->link = LINK_ENDING;
}

/* Ends the connection at once. */
static void drop(connection *c, const char *problem)
{
    end_session(c, problem);
    if (c->link != LINK_CLOSED) {
        c->link = LINK_CLOSED;
        uv_close((uv_handle_t *)&c->io.stream, on_closed);
    }
}

static void read_on(connection *c);

static void on_shutdown(uv_shutdown_t *request, int status)
{
    connection *c = request->data;
    if (c->link == LINK_CLOSED) {
        return;
    }
    c->active = uv_now(c->worker->loop);
    if (status != 0 || c->peer_ended) {
        drop(c, NULL);
    } else {
        /* Closing now with bytes unread would reset the connection, and the peer might lose our
         * last words: read until its end, for a while. */
        read_on(c);
    }
}

/* Ends our half once everything is written. */
static void end_half(connection *c)
{
    if (c->writing != NULL || c->shut || c->link == LINK_CLOSED) {
        return;
    }
    c->shut = true;
    c->shutdown.data = c;
    if (uv_shutdown(&c->shutdown, &c->io.stream, on_shutdown) != 0) {
        drop(c, NULL);
    }
}

/* Ends the connection in order. */
static void finish(connection *c, const char *problem)
{
    end_session(c, problem);
    free(c->kept);
    c->kept = NULL;
    c->kept_size = 0;
    c->active = uv_now(c->worker->loop);
    end_half(c);
}

/* ------------------------------------------------------------------ writing */

/* A mode that always has something to say would never come to read: looks for what has arrived. */
static size_t read_between(connection *c)
{
    uv_os_fd_t fd;
    ssize_t size;
    if (c->worker->mode->produce == NULL || c->peer_ended ||
        uv_fileno((uv_handle_t *)&c->io.stream, &fd) != 0) {
        return 0;
    }
    size = recv(fd, c->worker->input, WORKER_INPUT, MSG_DONTWAIT);
    if (size == 0) {
        c->peer_ended = true;
        session_end_input(&c->session);
    }
    return size > 0 ? (size_t)size : 0; /* an error comes again, when writing or reading */
}

static void on_written(uv_write_t *request, int status)
{
    connection *c = request->data;
    uint8_t *kept = c->kept;
    size_t size = c->kept_size;
    free(c->writing);
    c->writing = NULL;
    if (c->link == LINK_CLOSED) {
        return;
    }
    if (status != 0) {
        drop(c, uv_strerror(status));
        return;
    }
    c->active = uv_now(c->worker->loop);
    if (c->link == LINK_ENDING) {
        end_half(c);
        return;
    }
    c->kept = NULL;
    c->kept_size = 0;
    if (size == 0) {
        run(c, c->worker->input, read_between(c));
    } else {
        run(c, kept, size);
    }
    free(kept);
}

/* Writes what it can of data[0..size) at once and queues the rest. With `yield` everything is
 * queued, so that the loop serves others before on_written. Returns false when the connection was
 * dropped. */
static bool write_out(connection *c, const uint8_t *data, size_t size, bool yield)
{
    uv_buf_t buffer = uv_buf_init((char *)(uintptr_t)data, (unsigned)size);
    int written = 0, result;
    if (size == 0) {
        return true;
    }
    if (!yield) {
        written = uv_try_write(&c->io.stream, &buffer, 1);
        if (written == UV_EAGAIN) {
            written = 0;
        }
        if (written < 0) {
            drop(c, uv_strerror(written));
            return false;
        }
        if ((size_t)written == size) {
            return true;
        }
    }
    size -= (size_t)written;
    c->writing = malloc(sizeof *c->writing + size);
    if (c->writing == NULL) {
        drop(c, "out of memory");
        return false;
    }
    memcpy(c->writing->data, data + written, size);
    c->writing->request.data = c;
    buffer = uv_buf_init((char *)c->writing->data, (unsigned)size);
    result = uv_write(&c->writing->request, &c->io.stream, &buffer, 1, on_written);
    if (result != 0) {
        free(c->writing);
        c->writing = NULL;
        drop(c, uv_strerror(result));
        return false;
    }
    c->queued = c->io.stream.write_queue_size;
    return true;
}

/* ------------------------------------------------------------------ reading */

static void on_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
    connection *c = handle->data;
    (void)suggested;
    *out = uv_buf_init((char *)c->worker->input, WORKER_INPUT);
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    connection *c = stream->data;
    if (size == 0) {
        return; /* nothing was there after all */
    }
    if (size == UV_EOF) {
        uv_read_stop(stream);
        c->reading = false;
        c->peer_ended = true;
        if (c->link == LINK_OPEN) {
            session_end_input(&c->session);
            run(c, NULL, 0);
        } else if (c->shut && c->link == LINK_ENDING) {
            drop(c, NULL);
        }
        return;
    }
    if (size < 0) {
        drop(c, uv_strerror((int)size));
        return;
    }
    if (c->link == LINK_OPEN) {
        c->active = uv_now(c->worker->loop);
        c->trimmed = false;
        run(c, (const uint8_t *)buffer->base, (size_t)size);
    }
    /* else: it comes after the end, and is not looked at */
}

static void read_on(connection *c)
{
    if (!c->reading && c->link != LINK_CLOSED && !c->peer_ended) {
        c->reading = uv_read_start(&c->io.stream, on_buffer, on_read) == 0;
    }
}

/* The peer must wait: keeps data[0..size), stops reading. False when the connection was dropped. */
static bool wait_for_writing(connection *c, const uint8_t *data, size_t size)
{
    if (c->reading) {
        uv_read_stop(&c->io.stream);
        c->reading = false;
    }
    if (data != NULL && size > 0) {
        c->kept = malloc(size);
        if (c->kept == NULL) {
            drop(c, "out of memory");
            return false;
        }
        memcpy(c->kept, data, size);
        c->kept_size = size;
    }
    return true;
}

/* Lets the session work on what has arrived, and sends what it has to say. */
static void run(connection *c, const uint8_t *data, size_t size)
{
    worker *w = c->worker;
    for (unsigned turn = 1;; turn++) {
        outlet out = {w->output, 0, WORKER_OUTPUT};
        size_t left = size;
        session_wants wants = session_pump(&c->session, data, &left, &out, &w->scratch);
        data = size > left ? data + (size - left) : data;
        size = left;
        if (c->session.secured && !c->handshake_told) {
            count_handshake(c);
        }
        count_bytes(c);
        if (!write_out(c, out.data, out.size, wants == SESSION_WANTS_OUTLET && turn >= TURNS)) {
            return;
        }
        if (wants == SESSION_WANTS_END) {
            finish(c, NULL);
            return;
        }
        if (c->writing != NULL) {
            wait_for_writing(c, data, size);
            return;
        }
        if (wants == SESSION_WANTS_INPUT) {
            read_on(c);
            return;
        }
    }
}

/* ------------------------------------------------------------------ deadlines */

static bool passed(uint64_t now, uint64_t since, double seconds)
{
    return seconds > 0 && now >= since && (double)(now - since) >= seconds * 1000;
}

/* Asks the session to say goodbye, when it can. */
static void close_in_order(connection *c)
{
    session_close(&c->session);
    if (c->writing == NULL) {
        run(c, NULL, 0);
    }
}

static void check(connection *c, uint64_t now)
{
    const worker *w = c->worker;
    const options *o = w->options;
    bool drained = w->draining && passed(now, w->drain_started, o->drain_timeout);
    if (c->writing != NULL && c->io.stream.write_queue_size != c->queued) {
        c->queued = c->io.stream.write_queue_size;
        c->active = now; /* the peer is slow, but it reads */
    }
    if (c->link == LINK_ENDING) {
        if (w->stopping || drained || now - c->active >= (c->shut ? LINGER : WRITE_STUCK)) {
            drop(c, NULL);
        }
    } else if (w->stopping || (drained && c->session.close_wanted)) {
        drop(c, c->session.secured ? "cut off: the server stops" : NULL);
    } else if (!c->session.secured) {
        if (passed(now, c->started, o->handshake_timeout)) {
            add(&c->worker->counters.timeouts, 1);
            drop(c, "handshake: it took longer than --handshake-timeout");
        } else if (drained) {
            drop(c, "handshake: the server stops");
        }
    } else if (passed(now, c->active, o->idle_timeout)) {
        add(&c->worker->counters.timeouts, 1);
        if (c->writing != NULL) {
            drop(c, "the peer has read nothing for --idle-timeout");
        } else {
            close_in_order(c);
        }
    } else if (w->draining && (drained || now - c->active >= DRAIN_SILENCE)) {
        close_in_order(c);
    } else if (!c->trimmed && now - c->active >= TRIM_AFTER && session_is_idle(&c->session)) {
        session_trim(&c->session);
        c->trimmed = true;
    }
}

void connection_check_all(worker *w)
{
    uint64_t now = uv_now(w->loop);
    /* Nothing leaves the list before its on_closed, which libuv calls later. */
    for (connection *c = w->connections; c != NULL; c = c->next) {
        if (c->link != LINK_CLOSED) {
            check(c, now);
        }
    }
}

/* ------------------------------------------------------------------ the beginning */

/* Writes down who the peer is; false when there are enough of it. */
static bool admit_peer(connection *c, bool local)
{
    struct sockaddr_storage peer;
    char text[ADDRESS_TEXT];
    int size = sizeof peer;
    if (local) {
        snprintf(c->peer, sizeof c->peer, "unix");
        return true;
    }
    if (uv_tcp_getpeername(&c->io.tcp, (struct sockaddr *)&peer, &size) != 0) {
        return true; /* it has gone, which will be seen */
    }
    address_text((const struct sockaddr *)&peer, text);
    snprintf(c->peer, sizeof c->peer, "%.*s", (int)sizeof c->peer - 1, text);
    c->counted = peer_limit_enter((const struct sockaddr *)&peer, &c->from);
    return c->counted;
}

static void on_refused(uv_handle_t *handle)
{
    uncount(handle->data);
    free(handle->data);
}

/* Lets a connection go that has not begun. */
static int refuse(connection *c, const char *problem)
{
    log_event("accept", "a connection%s%s could not be served: %s",
              *c->peer != '\0' ? " from " : "", c->peer, problem);
    uv_close((uv_handle_t *)&c->io.stream, on_refused);
    return UV_ECONNABORTED;
}

int connection_accept(worker *w, uv_stream_t *listener)
{
    bool local = listener->type == UV_NAMED_PIPE;
    connection *c = calloc(1, sizeof *c);
    int result;
    if (c == NULL) {
        return UV_ENOMEM;
    }
    result = local ? uv_pipe_init(w->loop, &c->io.pipe, 0) : uv_tcp_init(w->loop, &c->io.tcp);
    c->io.stream.data = c;
    if (result != 0) {
        free(c);
        return UV_ENOMEM;
    }
    result = uv_accept(listener, &c->io.stream);
    if (result != 0) {
        return refuse(c, uv_strerror(result));
    }
    if (!admit_peer(c, local)) {
        add(&w->counters.refused, 1);
        return refuse(c, "its address has --max-per-address already");
    }
    if (!local) {
        /* Without it each flight of a TLS 1.2 handshake waits for a delayed acknowledgement. */
        (void)uv_tcp_nodelay(&c->io.tcp, 1);
    }
    if (session_init(&c->session, w->tls, w->mode) != 0) {
        return refuse(c, "out of memory");
    }
    c->worker = w;
    c->id = worker_next_id();
    c->started = c->active = uv_now(w->loop);
    c->session.peer = c->peer;
    c->next = w->connections;
    if (c->next != NULL) {
        c->next->previous = c;
    }
    w->connections = c;
    w->connection_count++;
    tell(c, "connected", NULL);
    read_on(c);
    return 0;
}
