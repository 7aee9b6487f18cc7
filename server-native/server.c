#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <psa/crypto.h>
#include <uv.h>

#include "address.h"
#include "banner.h"
#include "buffer_pool.h"
#include "client_trust.h"
#include "credentials.h"
#include "log.h"
#include "metrics.h"
#include "peer_limit.h"
#include "tickets.h"
#include "tls.h"
#include "worker.h"

enum {
    SYSTEMD_FIRST = 3,         /* sd_listen_fds(3) */
    DESCRIPTORS_RESERVED = 64, /* for files, logs, loops */
    MINUTE = 60 * 1000
};

/* What configurations of TLS are made from. */
typedef struct material {
    credentials *credentials;
    client_trust *clients;
    tickets *tickets; /* NULL: none */
} material;

typedef struct server {
    const options *options;
    uv_loop_t loop;
    material material;
    worker **workers;
    unsigned worker_count, finished;
    unsigned threads; /* workers that run on one of their own */
    address addresses[WORKER_LISTENERS];
    size_t address_count;
    metrics *metrics;
    uv_signal_t signals[3];
    uv_async_t on_finished;
    uv_timer_t minute;
    bool stopping;
} server;

/* ------------------------------------------------------------------ material */

static void material_free(material *m)
{
    credentials_release(m->credentials);
    client_trust_release(m->clients);
    tickets_release(m->tickets);
    *m = (material){NULL, NULL, NULL};
}

/* Reads all files anew; a minted certificate that was not kept is taken from `old`, and the ticket
 * keys too, while they fit. `old` may be empty. */
static int material_get(const options *o, const material *old, material *out, problem *p)
{
    uint8_t digest[CLIENT_TRUST_DIGEST];
    *out = (material){NULL, NULL, NULL};
    if (old->credentials != NULL && old->credentials->minted && o->save == NULL) {
        out->credentials = credentials_retain(old->credentials);
    } else if (credentials_get(o, &out->credentials, p) != 0) {
        return -1;
    }
    if (client_trust_load(o, &out->clients, p) != 0) {
        material_free(out);
        return -1;
    }
    client_trust_digest(out->clients, digest);
    if (old->tickets != NULL && tickets_are_for(old->tickets, digest)) {
        out->tickets = tickets_retain(old->tickets);
    } else if (o->tickets && tickets_create(o, digest, &out->tickets, p) != 0) {
        material_free(out);
        return -1;
    }
    return 0;
}

static int material_tls(const options *o, const material *m, tls **out, problem *p)
{
    return tls_create(o, m->credentials, m->clients, m->tickets, out, p);
}

/* ------------------------------------------------------------------ sockets */

/* How many connections the system lets us have: the limit of open files, raised as far as we may.
 */
static unsigned room_for_connections(unsigned wanted)
{
    struct rlimit limit;
    unsigned most = 1000000;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
        if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < most) {
            most = limit.rlim_cur > DESCRIPTORS_RESERVED + 1
                       ? (unsigned)limit.rlim_cur - DESCRIPTORS_RESERVED
                       : 1;
        }
    }
    return wanted > 0 && wanted < most ? wanted : most;
}

/* Gives one bound descriptor to every worker; the later ones get duplicates. */
static int listen_on(server *s, int fd, problem *p)
{
    for (unsigned i = 0; i < s->worker_count; i++) {
        int own = i == 0 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, 0);
        int result = own < 0 ? UV_EMFILE : worker_listen(s->workers[i], own);
        if (result != 0) {
            return problem_failed(p, "a socket cannot be listened on: %s", uv_strerror(result));
        }
    }
    return 0;
}

/* Internet addresses: each worker binds a socket of its own, and the system shares out connections
 * (SO_REUSEPORT). */
static int listen_shared(server *s, address *a, problem *p)
{
    for (unsigned i = 0; i < s->worker_count; i++) {
        int fd = address_bind(a, true, "--listen", p), result;
        if (fd < 0) {
            return -1;
        }
        result = worker_listen(s->workers[i], fd);
        if (result != 0) {
            return problem_failed(p, "--listen: %s", uv_strerror(result));
        }
    }
    return 0;
}

static int listen_to(server *s, const char *text, problem *p)
{
    address *a = &s->addresses[s->address_count];
    int result;
    if (s->address_count == WORKER_LISTENERS) {
        return problem_usage(p, "--listen: at most %d addresses", WORKER_LISTENERS);
    }
    if (address_parse(text, "--listen", a, p) != 0) {
        return -1;
    }
    if (s->worker_count > 1 && a->storage.ss_family != AF_UNIX) {
        result = listen_shared(s, a, p);
    } else {
        int fd = address_bind(a, false, "--listen", p);
        if (fd < 0) {
            return -1; /* not counted: a socket file there is another server's */
        }
        result = listen_on(s, fd, p);
    }
    s->address_count++;
    return result;
}

/* Sockets that systemd opened for us (sd_listen_fds(3)); how many. */
static int inherited_sockets(void)
{
    const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
    if (pid == NULL || count == NULL || strtol(pid, NULL, 10) != (long)getpid()) {
        return 0;
    }
    return (int)strtol(count, NULL, 10);
}

static int listen_inherited(server *s, int count, problem *p)
{
    if (s->options->listen.count > 0) {
        return problem_usage(p, "--listen: systemd has handed over sockets, which are used "
                                "instead; leave it out");
    }
    for (int i = 0; i < count && i < WORKER_LISTENERS; i++) {
        int fd = SYSTEMD_FIRST + i;
        address *a = &s->addresses[s->address_count];
        a->size = sizeof a->storage;
        if (getsockname(fd, (struct sockaddr *)&a->storage, &a->size) != 0) {
            return problem_failed(p, "descriptor %d from systemd is not a socket", fd);
        }
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
        if (listen_on(s, fd, p) != 0) {
            return -1;
        }
        s->address_count++;
    }
    return 0;
}

static int listen_everywhere(server *s, problem *p)
{
    const option_list *wanted = &s->options->listen;
    int inherited = inherited_sockets();
    if (inherited > 0) {
        return listen_inherited(s, inherited, p);
    }
    if (wanted->count == 0) {
        return listen_to(s, "127.0.0.1:8443", p);
    }
    for (size_t i = 0; i < wanted->count; i++) {
        if (listen_to(s, wanted->items[i], p) != 0) {
            return -1;
        }
    }
    return 0;
}

static void remove_socket_files(const server *s)
{
    for (size_t i = 0; i < s->address_count && inherited_sockets() == 0; i++) {
        const struct sockaddr_un *un = (const struct sockaddr_un *)&s->addresses[i].storage;
        if (un->sun_family == AF_UNIX && un->sun_path[0] != '\0') {
            unlink(un->sun_path);
        }
    }
}

/* ------------------------------------------------------------------ signals */

/* Reads the certificates again; when that fails, the old ones stay in use. Tickets go on, unless
 * clients are judged by something else from now on. */
static void reload(server *s)
{
    material fresh;
    problem p;
    tls **configurations;
    unsigned made = 0;
    if (s->options->cert.count == 0 && s->options->save == NULL && s->options->client_ca == NULL) {
        log_event("reload", "nothing to reload: the certificate was minted and not kept");
        return;
    }
    configurations = calloc(s->worker_count, sizeof *configurations);
    if (configurations == NULL || material_get(s->options, &s->material, &fresh, &p) != 0) {
        log_event("reload", "not reloaded, the old certificates stay in use: %s",
                  configurations == NULL ? "out of memory" : p.text);
        free(configurations);
        return;
    }
    while (made < s->worker_count &&
           material_tls(s->options, &fresh, &configurations[made], &p) == 0) {
        made++;
    }
    if (made < s->worker_count) {
        log_event("reload", "not reloaded, the old certificates stay in use: %s", p.text);
        for (unsigned i = 0; i < made; i++) {
            tls_release(configurations[i]);
        }
        material_free(&fresh);
    } else {
        for (unsigned i = 0; i < made; i++) {
            worker_reload(s->workers[i], configurations[i]);
        }
        material_free(&s->material);
        s->material = fresh;
        log_event("reload", "reloaded: new connections get SHA-256 %s",
                  s->material.credentials->items[0].fingerprint);
    }
    free(configurations);
}

static void on_signal(uv_signal_t *handle, int number)
{
    server *s = handle->data;
    if (number == SIGHUP) {
        reload(s);
        return;
    }
    if (!s->stopping) {
        log_event("stop", "stopping: connections may end within %g seconds",
                  s->options->drain_timeout);
    }
    for (unsigned i = 0; i < s->worker_count; i++) {
        if (s->stopping) {
            worker_stop(s->workers[i]);
        } else {
            worker_drain(s->workers[i]);
        }
    }
    s->stopping = true;
}

static void on_minute(uv_timer_t *timer)
{
    tickets_tick(((server *)timer->data)->material.tickets);
}

static void on_worker_finished(uv_async_t *async)
{
    server *s = async->data;
    s->finished = 0;
    for (unsigned i = 0; i < s->worker_count; i++) {
        s->finished += atomic_load(&s->workers[i]->gone) ? 1 : 0;
    }
    if (s->finished == s->worker_count && !uv_is_closing((uv_handle_t *)async)) {
        metrics_close(s->metrics);
        for (size_t i = 0; i < sizeof s->signals / sizeof *s->signals; i++) {
            uv_close((uv_handle_t *)&s->signals[i], NULL);
        }
        uv_close((uv_handle_t *)&s->minute, NULL);
        uv_close((uv_handle_t *)async, NULL);
    }
}

static int watch(server *s, problem *p)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    int result = uv_async_init(&s->loop, &s->on_finished, on_worker_finished);
    s->on_finished.data = s;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers && result == 0; i++) {
        s->signals[i].data = s;
        result = uv_signal_init(&s->loop, &s->signals[i]);
        if (result == 0) {
            result = uv_signal_start(&s->signals[i], on_signal, numbers[i]);
        }
    }
    s->minute.data = s;
    if (result == 0) {
        result = uv_timer_init(&s->loop, &s->minute);
    }
    if (result == 0 && s->options->ticket_key_file != NULL) {
        result = uv_timer_start(&s->minute, on_minute, MINUTE, MINUTE);
    }
    return result == 0 ? 0 : problem_failed(p, "the event loop: %s", uv_strerror(result));
}

/* ------------------------------------------------------------------ workers */

static void tell_finished(void *context)
{
    server *s = context;
    uv_async_send(&s->on_finished);
}

static int make_workers(server *s, problem *p)
{
    const options *o = s->options;
    unsigned room = room_for_connections(o->max_connections);
    s->workers = calloc(o->workers, sizeof *s->workers);
    if (s->workers == NULL) {
        return problem_failed(p, "out of memory");
    }
    for (unsigned i = 0; i < o->workers; i++) {
        /* Shared out evenly; at least one each. */
        unsigned most = room / o->workers + (i < room % o->workers ? 1 : 0);
        worker *w = calloc(1, sizeof *w);
        tls *t = NULL;
        int result;
        if (w == NULL) {
            return problem_failed(p, "out of memory");
        }
        s->workers[s->worker_count++] = w;
        if (material_tls(o, &s->material, &t, p) != 0) {
            return -1;
        }
        result = worker_init(w, i == 0 ? &s->loop : NULL, o, t, most > 0 ? most : 1);
        if (result != 0) {
            return problem_failed(p, "the event loop: %s", uv_strerror(result));
        }
        w->on_finished = tell_finished;
        w->context = s;
    }
    return 0;
}

static int start_workers(server *s, problem *p)
{
    for (unsigned i = 1; i < s->worker_count; i++) {
        int result = worker_start(s->workers[i]);
        if (result != 0) {
            return problem_failed(p, "--workers: a thread cannot be started: %s",
                                  uv_strerror(result));
        }
        s->threads++;
    }
    return 0;
}

/* ------------------------------------------------------------------ all */

static int prepare(server *s, problem *p)
{
    const options *o = s->options;
    if (psa_crypto_init() != PSA_SUCCESS) {
        return problem_failed(p, "mbedTLS cannot start: no memory or no randomness");
    }
    if (peer_limit_setup(o->max_per_address) != 0) {
        return problem_failed(p, "no memory or no randomness from the system");
    }
    if (key_log_open(o->key_log, p) != 0 ||
        material_get(o, &(material){NULL, NULL, NULL}, &s->material, p) != 0 ||
        make_workers(s, p) != 0 || listen_everywhere(s, p) != 0) {
        return -1;
    }
    if (o->metrics != NULL &&
        metrics_open(s->options, &s->loop, s->workers, s->worker_count, &s->metrics, p) != 0) {
        return -1;
    }
    return watch(s, p);
}

static void clean_up(server *s)
{
    for (unsigned i = 0; i < s->worker_count; i++) {
        worker_free(s->workers[i]);
        free(s->workers[i]);
    }
    free(s->workers);
    material_free(&s->material);
    peer_limit_free();
    uv_loop_close(&s->loop);
    mbedtls_psa_crypto_free();
}

static void close_handle(uv_handle_t *handle, void *context)
{
    (void)context;
    if (!uv_is_closing(handle)) {
        uv_close(handle, NULL);
    }
}

/* Closes what a start that failed has opened. */
static void abandon(server *s)
{
    metrics_close(s->metrics);
    for (unsigned i = s->worker_count; i-- > 0;) {
        worker *w = s->workers[i];
        if (i >= 1 && i <= s->threads) {
            worker_stop(w);
            worker_join(w);
        } else if (w->loop != NULL) {
            uv_walk(w->loop, close_handle, NULL);
            uv_run(w->loop, UV_RUN_DEFAULT);
        }
    }
}

int server_run(const options *o)
{
    server s = {.options = o};
    problem p;
    signal(SIGPIPE, SIG_IGN);
    log_setup(o->json, o->quiet);
    buffer_pool_setup();
    if (uv_loop_init(&s.loop) != 0) {
        fputs("certmint-echo: the event loop cannot be started\n", stderr);
        return EXIT_FAILED;
    }
    if (prepare(&s, &p) != 0 || start_workers(&s, &p) != 0) {
        fprintf(stderr, "certmint-echo: %s\n", p.text);
        remove_socket_files(&s);
        abandon(&s);
        clean_up(&s);
        return p.status;
    }
    banner_print(o, s.material.credentials, s.addresses, s.address_count);
    uv_run(&s.loop, UV_RUN_DEFAULT);
    for (unsigned i = 1; i < s.worker_count; i++) {
        worker_join(s.workers[i]);
    }
    remove_socket_files(&s);
    clean_up(&s);
    return EXIT_DONE;
}
