/*
 * libFuzzer target: the echo server's conversation (server-native/session.c) with a client of
 * mbedTLS, in memory. The input says what happens, step by step: who speaks, how much arrives at a
 * time, how much room there is for the answer, what is damaged, forged or cut off. While nothing is
 * damaged, what the client gets back must be what it has sent, and all of it in the end.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <mbedtls/ssl.h>
#include <psa/crypto.h>

#include "client_trust.h"
#include "credentials.h"
#include "entropy.h"
#include "mode.h"
#include "options.h"
#include "session.h"
#include "tickets.h"
#include "tls.h"

enum { WIRE = 1 << 17, STEPS_MOST = 400, CONFIGURATIONS = 4 };

/* Bytes under way in one direction. */
typedef struct wire {
    uint8_t data[WIRE];
    size_t size, taken;
} wire;

typedef struct conversation {
    session server;
    mbedtls_ssl_context client;
    wire to_server, to_client;
    echo_mode mode;
    bool spoilt;  /* damaged, or ended by force: nothing is promised any more */
    bool over;    /* the server wants the end */
    bool greeted; /* the client's handshake is done */
    uint64_t sent, received;
} conversation;

static tls *configurations[CONFIGURATIONS];
static mbedtls_ssl_config clients[2]; /* TLS 1.2, TLS 1.3 */
static cm_random *rng;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool fine)
{
    if (!fine) {
        abort();
    }
}

/* ------------------------------------------------------------------ the same every time */

static void fill(void *out, size_t size)
{
    static uint32_t state = 1;
    uint8_t *bytes = out;
    for (size_t i = 0; i < size; i++) {
        state = state * 1664525 + 1013904223;
        bytes[i] = (uint8_t)(state >> 24);
    }
}

/* Instead of libc's: for the server, and for mbedTLS. */
int getentropy(void *out, size_t size)
{
    fill(out, size);
    return 0;
}

ssize_t getrandom(void *out, size_t size, unsigned flags)
{
    (void)flags;
    fill(out, size);
    return (ssize_t)size;
}

/* ------------------------------------------------------------------ what is shared */

static tls *configure(client_cert_mode asked, bool with_tickets)
{
    static options all[CONFIGURATIONS];
    static size_t count;
    options *o = &all[count++];
    char *argv[] = {(char[]){"certmint-echo"}, NULL};
    uint8_t digest[CLIENT_TRUST_DIGEST];
    credentials *c = NULL;
    client_trust *trust = NULL;
    tickets *keys = NULL;
    tls *t = NULL;
    problem p;
    expect(options_parse(1, argv, o) == -1);
    o->client_cert = asked;
    expect(credentials_get(o, &c, &p) == 0 && client_trust_load(o, &trust, &p) == 0);
    client_trust_digest(trust, digest);
    expect(!with_tickets || tickets_create(o, digest, &keys, &p) == 0);
    expect(tls_create(o, c, trust, keys, &t, &p) == 0);
    credentials_release(c);
    client_trust_release(trust);
    tickets_release(keys);
    return t;
}

static void set_up(void)
{
    cm_error err;
    expect(psa_crypto_init() == PSA_SUCCESS && entropy_random(&rng, &err) == CM_OK);
    configurations[0] = configure(CLIENT_CERT_NONE, true);
    configurations[1] = configure(CLIENT_CERT_NONE, false);
    configurations[2] = configure(CLIENT_CERT_OPTIONAL, true);
    configurations[3] = configure(CLIENT_CERT_OPTIONAL, false);
    for (size_t i = 0; i < 2; i++) {
        mbedtls_ssl_config *c = &clients[i];
        mbedtls_ssl_config_init(c);
        expect(mbedtls_ssl_config_defaults(c, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                           MBEDTLS_SSL_PRESET_DEFAULT) == 0);
        mbedtls_ssl_conf_rng(c, cm_random_bytes, rng);
        mbedtls_ssl_conf_authmode(c, MBEDTLS_SSL_VERIFY_NONE);
        mbedtls_ssl_conf_min_tls_version(c, i == 0 ? MBEDTLS_SSL_VERSION_TLS1_2
                                                   : MBEDTLS_SSL_VERSION_TLS1_3);
        mbedtls_ssl_conf_max_tls_version(c, i == 0 ? MBEDTLS_SSL_VERSION_TLS1_2
                                                   : MBEDTLS_SSL_VERSION_TLS1_3);
    }
}

/* ------------------------------------------------------------------ the client */

static bool wire_put(wire *w, const uint8_t *data, size_t size)
{
    if (size > sizeof w->data - w->size) {
        return false;
    }
    memcpy(w->data + w->size, data, size);
    w->size += size;
    return true;
}

static int client_send(void *context, const unsigned char *data, size_t size)
{
    conversation *c = context;
    return wire_put(&c->to_server, data, size) ? (int)size : MBEDTLS_ERR_SSL_WANT_WRITE;
}

static int client_receive(void *context, unsigned char *out, size_t size)
{
    conversation *c = context;
    size_t left = c->to_client.size - c->to_client.taken, n = left < size ? left : size;
    memcpy(out, c->to_client.data + c->to_client.taken, n);
    c->to_client.taken += n;
    return n > 0 ? (int)n : MBEDTLS_ERR_SSL_WANT_READ;
}

/* What is sent at a position of the stream. */
static uint8_t byte_at(uint64_t position)
{
    return (uint8_t)(position * 167 + (position >> 8));
}

static void client_read(conversation *c)
{
    uint8_t data[1024];
    int n = c->greeted ? 1 : mbedtls_ssl_handshake(&c->client);
    c->greeted = c->greeted || n == 0;
    while (c->greeted && (n = mbedtls_ssl_read(&c->client, data, sizeof data)) != 0) {
        if (n == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) {
            continue;
        }
        for (int i = 0; i < n; i++) {
            expect(c->mode != MODE_DISCARD);
            expect(c->mode != MODE_ECHO || data[i] == byte_at(c->received + (uint64_t)i));
        }
        if (n < 0) {
            break;
        }
        c->received += (uint64_t)n;
    }
}

static void client_write(conversation *c, size_t size)
{
    uint8_t data[256 * 64];
    int n;
    client_read(c);
    if (!c->greeted || size == 0) {
        return;
    }
    for (size_t i = 0; i < size; i++) {
        data[i] = byte_at(c->sent + i);
    }
    if (sizeof c->to_server.data - c->to_server.size < size + 1024) {
        return; /* no room on the wire: a record begun would have to be ended */
    }
    n = mbedtls_ssl_write(&c->client, data, size);
    c->sent += n > 0 ? (uint64_t)n : 0;
}

/* ------------------------------------------------------------------ the server */

static void serve(conversation *c, size_t arriving, size_t capacity)
{
    static scratch shared;
    uint8_t *room = malloc(capacity), *input;
    outlet out = {room, 0, capacity};
    size_t waiting = c->to_server.size - c->to_server.taken;
    size_t size = arriving < waiting ? arriving : waiting, left = size;
    session_wants wants;
    input = malloc(size + 1); /* of its own size: reading past it is seen */
    expect(room != NULL && input != NULL);
    memcpy(input, c->to_server.data + c->to_server.taken, size);
    wants = session_pump(&c->server, input, &left, &out, &shared);
    expect(left <= size && out.size <= capacity);
    expect(wants != SESSION_WANTS_INPUT || left == 0);
    c->to_server.taken += size - left;
    c->over = wants == SESSION_WANTS_END;
    if (!wire_put(&c->to_client, room, out.size)) {
        c->spoilt = c->over = true; /* the client has not read for long enough */
    }
    free(input);
    free(room);
}

static void compact(wire *w)
{
    memmove(w->data, w->data + w->taken, w->size - w->taken);
    w->size -= w->taken;
    w->taken = 0;
}

/* ------------------------------------------------------------------ what happens */

static void step(conversation *c, const uint8_t **data, size_t *size)
{
    uint8_t what = (*data)[0], amount = (*data)[1];
    wire *w = &c->to_server;
    *data += 2;
    *size -= 2;
    switch (what % 9) {
    case 0:
        client_write(c, (size_t)amount * 64);
        break;
    case 1:
        serve(c, (size_t)amount * amount, SESSION_OUTLET_LEAST);
        break;
    case 2:
        serve(c, SIZE_MAX, SESSION_OUTLET_LEAST + (size_t)amount * 128);
        break;
    case 3:
        client_read(c);
        break;
    case 4: /* a bit is changed */
        if (w->size > w->taken) {
            w->data[w->taken + (amount * 131U) % (w->size - w->taken)] ^=
                (uint8_t)(1 << what / 9 % 8);
            c->spoilt = true;
        }
        break;
    case 5: { /* bytes of nobody */
        size_t n = amount < *size ? amount : *size;
        c->spoilt = c->spoilt || n > 0;
        (void)wire_put(w, *data, n);
        *data += n;
        *size -= n;
        break;
    }
    case 6:
        c->spoilt = true;
        session_end_input(&c->server);
        break;
    case 7:
        c->spoilt = true;
        session_close(&c->server);
        break;
    default:
        if (session_is_idle(&c->server)) {
            session_trim(&c->server);
        }
    }
    compact(&c->to_server);
    compact(&c->to_client);
}

/* Lets both finish; an echo must be whole then. */
static void finish(conversation *c)
{
    char text[SESSION_PROBLEM], client[256];
    for (unsigned i = 0; i < 200 && !c->over; i++) {
        client_read(c);
        serve(c, SIZE_MAX, 32 * 1024);
        client_read(c);
        compact(&c->to_server);
        compact(&c->to_client);
    }
    if (!c->spoilt) {
        expect(c->greeted && c->server.secured && session_problem(&c->server, text) == NULL);
        /* An HTTP request that is none ends the connection, whatever else comes. */
        expect(c->mode == MODE_HTTP || c->server.received == c->sent);
        expect(c->mode != MODE_ECHO || c->received == c->sent);
    }
    (void)session_problem(&c->server, text);
    (void)session_client(&c->server, client);
    (void)session_client_problem(&c->server);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const echo_mode modes[] = {MODE_ECHO, MODE_ECHO, MODE_HTTP, MODE_DISCARD};
    static conversation c;
    if (rng == NULL) {
        set_up();
    }
    if (size < 1) {
        return 0;
    }
    memset(&c, 0, sizeof c);
    c.mode = modes[data[0] % 4];
    mbedtls_ssl_init(&c.client);
    expect(session_init(&c.server, configurations[data[0] / 4 % 4], mode_of(c.mode)) == 0);
    expect(mbedtls_ssl_setup(&c.client, &clients[data[0] / 16 % 2]) == 0);
    expect(mbedtls_ssl_set_hostname(&c.client, "localhost") == 0);
    mbedtls_ssl_set_bio(&c.client, &c, client_send, client_receive, NULL);
    c.server.peer = "127.0.0.1:1";
    data++;
    size--;
    for (unsigned i = 0; i < STEPS_MOST && size >= 2 && !c.over; i++) {
        step(&c, &data, &size);
    }
    finish(&c);
    mbedtls_ssl_free(&c.client);
    session_free(&c.server);
    return 0;
}
