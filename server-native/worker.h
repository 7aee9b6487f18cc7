/*
 * One event loop with its listeners and connections. The first worker runs on the main thread; with
 * --workers the others have threads of their own, and share nothing but the ticket keys and the
 * log.
 */
#ifndef CERTMINT_ECHO_WORKER_H
#define CERTMINT_ECHO_WORKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#include "mode.h"
#include "options.h"
#include "session.h"
#include "tls.h"

enum {
    WORKER_INPUT = 32 * 1024,  /* bytes read from a socket at a time */
    WORKER_OUTPUT = 32 * 1024, /* ciphertext collected before it is written */
    WORKER_LISTENERS = 16
};

/* What has happened so far; written by the worker, read by the metrics. */
typedef struct counters {
    _Atomic uint64_t accepted, active;
    _Atomic uint64_t handshakes_tls12, handshakes_tls13, handshakes_resumed, handshakes_failed;
    _Atomic uint64_t plain_http;
    _Atomic uint64_t refused; /* by --max-per-address */
    _Atomic uint64_t timeouts;
    _Atomic uint64_t received, sent; /* application data, bytes */
} counters;

typedef struct listener {
    union {
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } io;
    struct worker *worker;
    bool waiting; /* a connection is there, and there is no room for it yet */
} listener;

typedef struct worker {
    uv_loop_t *loop;
    uv_loop_t own_loop; /* unused by the first worker */
    uv_thread_t thread;
    const options *options;
    const mode *mode;
    tls *tls; /* what new connections get */
    listener listeners[WORKER_LISTENERS];
    size_t listener_count;
    struct connection *connections;
    unsigned connection_count, connection_most;
    unsigned to_serve;      /* connections until it retires; 0: never */
    bool hungry;            /* there was no memory for a connection, which waits */
    bool retiring;          /* accepts nothing more, and finishes with its last connection */
    bool draining;          /* ends connections as they fall silent */
    bool stopping;          /* ends them now */
    uint64_t drain_started; /* uv_now */
    _Atomic bool gone;      /* finished: read by the main thread */
    uv_timer_t tick;        /* deadlines; runs while there are connections */
    uv_async_t wake;        /* commands from other threads */
    _Atomic unsigned commands;
    _Atomic(tls *) next_tls;
    void (*on_finished)(void *context); /* called on the worker's thread */
    void *context;
    counters counters;
    uint8_t input[WORKER_INPUT], output[WORKER_OUTPUT];
    scratch scratch;
} worker;

/* Prepares a worker on `loop`, or on a loop of its own when that is NULL. It owns `t`. `most`: how
 * many connections at a time. Returns 0 or a libuv error. */
int worker_init(worker *w, uv_loop_t *loop, const options *o, tls *t, unsigned most);

/* Begins to accept on a bound socket, which the worker owns from now on. Returns 0 or a libuv
 * error. */
int worker_listen(worker *w, int fd);

/* Runs the loop of a worker that has its own, on a new thread. Returns 0 or a libuv error. */
int worker_start(worker *w);
/* Waits for that thread. */
void worker_join(worker *w);

/* From any thread: accept nothing more, and end connections as they fall silent; all that are left
 * after --drain-timeout. */
void worker_drain(worker *w);
/* From any thread: end everything now. */
void worker_stop(worker *w);
/* From any thread: new connections get `t`, which the worker owns from now on. */
void worker_reload(worker *w, tls *t);

/* Frees what a finished worker still holds. */
void worker_free(worker *w);

/* A number for each connection of the whole server, from 1. */
uint64_t worker_next_id(void);

/* Called by a connection when it is gone. */
void worker_connection_gone(worker *w);

#endif
