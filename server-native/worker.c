#include "worker.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "connection.h"
#include "log.h"

enum {
    BACKLOG = 4096, /* the system cuts it to what it allows */
    TICK = 250,     /* ms between looks at deadlines */
    DRAIN_TICK = 50
};

enum command { COMMAND_DRAIN = 1, COMMAND_STOP = 2, COMMAND_RELOAD = 4 };

uint64_t worker_next_id(void)
{
    static _Atomic uint64_t last;
    return atomic_fetch_add(&last, 1) + 1;
}

/* ------------------------------------------------------------------ the end of a worker */

static void close_listeners(worker *w)
{
    for (size_t i = 0; i < w->listener_count; i++) {
        uv_handle_t *handle = (uv_handle_t *)&w->listeners[i].io.stream;
        if (!uv_is_closing(handle)) {
            uv_close(handle, NULL);
        }
    }
}

static void finish_if_done(worker *w)
{
    if (w->retiring && w->connection_count == 0 && !atomic_load(&w->gone)) {
        close_listeners(w);
        uv_close((uv_handle_t *)&w->tick, NULL);
        uv_close((uv_handle_t *)&w->wake, NULL);
        atomic_store(&w->gone, true);
        w->on_finished(w->context);
    }
}

/* ------------------------------------------------------------------ deadlines */

static void accept_waiting(worker *w);

static void on_tick(uv_timer_t *timer)
{
    worker *w = timer->data;
    connection_check_all(w);
    accept_waiting(w);
    if (w->connection_count == 0 && !w->hungry) {
        uv_timer_stop(timer);
    }
}

static void start_tick(worker *w)
{
    uint64_t every = w->draining ? DRAIN_TICK : TICK;
    if (!uv_is_active((uv_handle_t *)&w->tick) || uv_timer_get_repeat(&w->tick) != every) {
        uv_timer_start(&w->tick, on_tick, every, every);
    }
}

/* ------------------------------------------------------------------ accepting */

static void accept_one(listener *l)
{
    worker *w = l->worker;
    int result;
    if (w->connection_count >= w->connection_most) {
        l->waiting = true; /* libuv does not accept another until this one is taken */
        return;
    }
    result = connection_accept(w, &l->io.stream);
    w->hungry = l->waiting = result == UV_ENOMEM;
    if (result != 0) {
        start_tick(w); /* to try again, if it waits */
        return;
    }
    atomic_fetch_add_explicit(&w->counters.accepted, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&w->counters.active, 1, memory_order_relaxed);
    start_tick(w);
    if (w->to_serve > 0 && --w->to_serve == 0) {
        w->retiring = true;
        close_listeners(w);
    }
}

static void on_connection(uv_stream_t *stream, int status)
{
    listener *l = stream->data;
    if (status == 0) {
        accept_one(l);
    } else {
        /* Out of descriptors, or the client has gone already: the next one may do better. */
        log_event("accept", "a connection could not be accepted: %s", uv_strerror(status));
    }
}

static void accept_waiting(worker *w)
{
    for (size_t i = 0; i < w->listener_count; i++) {
        if (w->listeners[i].waiting && !w->retiring) {
            accept_one(&w->listeners[i]);
        }
    }
}

void worker_connection_gone(worker *w)
{
    w->connection_count--;
    atomic_fetch_sub_explicit(&w->counters.active, 1, memory_order_relaxed);
    accept_waiting(w);
    finish_if_done(w);
}

int worker_listen(worker *w, int fd)
{
    struct sockaddr_storage bound = {0};
    socklen_t size = sizeof bound;
    listener *l = &w->listeners[w->listener_count];
    int result;
    if (w->listener_count == WORKER_LISTENERS || getsockname(fd, (void *)&bound, &size) != 0) {
        return UV_EINVAL;
    }
    l->worker = w;
    if (bound.ss_family == AF_UNIX) {
        result = uv_pipe_init(w->loop, &l->io.pipe, 0);
        if (result == 0) {
            w->listener_count++;
            result = uv_pipe_open(&l->io.pipe, fd);
        }
    } else {
        result = uv_tcp_init(w->loop, &l->io.tcp);
        if (result == 0) {
            w->listener_count++;
            result = uv_tcp_open(&l->io.tcp, fd);
        }
    }
    l->io.stream.data = l;
    return result == 0 ? uv_listen(&l->io.stream, BACKLOG, on_connection) : result;
}

/* ------------------------------------------------------------------ commands */

static void command(worker *w, unsigned bits)
{
    atomic_fetch_or(&w->commands, bits);
    uv_async_send(&w->wake);
}

void worker_drain(worker *w)
{
    command(w, COMMAND_DRAIN);
}

void worker_stop(worker *w)
{
    command(w, COMMAND_STOP);
}

void worker_reload(worker *w, tls *t)
{
    tls_release(atomic_exchange(&w->next_tls, t)); /* one that was never taken up, or NULL */
    command(w, COMMAND_RELOAD);
}

static void on_wake(uv_async_t *async)
{
    worker *w = async->data;
    unsigned commands = atomic_exchange(&w->commands, 0);
    if ((commands & COMMAND_RELOAD) != 0) {
        tls *next = atomic_exchange(&w->next_tls, NULL);
        if (next != NULL) {
            tls_release(w->tls);
            w->tls = next;
        }
    }
    if ((commands & COMMAND_DRAIN) != 0 && !w->draining) {
        w->retiring = w->draining = true;
        w->drain_started = uv_now(w->loop);
        close_listeners(w);
        start_tick(w);
        connection_check_all(w);
    }
    if ((commands & COMMAND_STOP) != 0) {
        w->retiring = w->stopping = true;
        close_listeners(w);
        connection_check_all(w);
    }
    finish_if_done(w);
}

/* ------------------------------------------------------------------ beginning and end */

int worker_init(worker *w, uv_loop_t *loop, const options *o, tls *t, unsigned most)
{
    int result;
    w->options = o;
    w->mode = mode_of(o->mode);
    w->tls = t;
    w->connection_most = most;
    w->to_serve = o->exit_after;
    w->loop = loop;
    if (loop == NULL) {
        result = uv_loop_init(&w->own_loop);
        if (result != 0) {
            return result;
        }
        w->loop = &w->own_loop;
    }
    result = uv_timer_init(w->loop, &w->tick);
    if (result == 0) {
        result = uv_async_init(w->loop, &w->wake, on_wake);
    }
    w->tick.data = w;
    w->wake.data = w;
    return result;
}

static void run(void *context)
{
    worker *w = context;
    uv_run(w->loop, UV_RUN_DEFAULT);
}

int worker_start(worker *w)
{
    return uv_thread_create(&w->thread, run, w);
}

void worker_join(worker *w)
{
    uv_thread_join(&w->thread);
}

void worker_free(worker *w)
{
    tls_release(atomic_exchange(&w->next_tls, NULL));
    tls_release(w->tls);
    w->tls = NULL;
    if (w->loop == &w->own_loop) {
        uv_loop_close(&w->own_loop);
    }
}
