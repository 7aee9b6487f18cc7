#include "tickets.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <mbedtls/md.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/ssl_ticket.h>

#include "entropy.h"
#include "file.h"
#include "session.h"

enum {
    NAME_SIZE = MBEDTLS_SSL_TICKET_KEY_NAME_BYTES,
    KEY_SIZE = 32, /* AES-256-GCM */
    SECRET_LEAST = 32
};

struct tickets {
    pthread_mutex_t lock; /* mbedTLS has one of its own, which does not cover a change of keys */
    mbedtls_ssl_ticket_context context;
    cm_random *rng;  /* used under the lock only */
    cm_bytes secret; /* of --ticket-key-file; empty: random keys */
    uint8_t digest[CLIENT_TRUST_DIGEST];
    unsigned lifetime;
    _Atomic int64_t epoch; /* the period of time that the derived keys belong to */
    _Atomic size_t references;
};

/* Name and key of a period: HMAC-SHA-512(secret, "certmint-echo ticket" || period || digest), cut.
 */
static int install(tickets *t, int64_t epoch)
{
    uint8_t input[20 + 8 + CLIENT_TRUST_DIGEST] = "certmint-echo ticket", out[64];
    int result;
    for (unsigned i = 0; i < 8; i++) {
        input[20 + i] = (uint8_t)((uint64_t)epoch >> (56 - 8 * i));
    }
    memcpy(input + 20 + 8, t->digest, sizeof t->digest);
    result = mbedtls_md_hmac(mbedtls_md_info_from_type(MBEDTLS_MD_SHA512), t->secret.data,
                             t->secret.size, input, sizeof input, out);
    if (result == 0) {
        /* Twice the lifetime: mbedTLS must not replace it by a random one before we do. */
        pthread_mutex_lock(&t->lock);
        result = mbedtls_ssl_ticket_rotate(&t->context, out, NAME_SIZE, out + NAME_SIZE, KEY_SIZE,
                                           2 * t->lifetime);
        pthread_mutex_unlock(&t->lock);
    }
    mbedtls_platform_zeroize(out, sizeof out);
    return result;
}

void tickets_tick(tickets *t)
{
    int64_t epoch, known;
    if (t == NULL || t->secret.size == 0) {
        return;
    }
    epoch = (int64_t)time(NULL) / t->lifetime;
    known = atomic_load(&t->epoch);
    if (epoch != known && atomic_compare_exchange_strong(&t->epoch, &known, epoch)) {
        (void)install(t, epoch);
    }
}

int tickets_create(const options *o, const uint8_t digest[CLIENT_TRUST_DIGEST], tickets **out,
                   problem *p)
{
    tickets *t = calloc(1, sizeof *t);
    cm_error err;
    int result;
    *out = NULL;
    if (t == NULL) {
        return problem_failed(p, "out of memory");
    }
    pthread_mutex_init(&t->lock, NULL);
    mbedtls_ssl_ticket_init(&t->context);
    t->references = 1;
    t->lifetime = o->ticket_lifetime;
    memcpy(t->digest, digest, sizeof t->digest);
    if (o->ticket_key_file != NULL) {
        int error = file_read(o->ticket_key_file, &t->secret);
        if (error != 0) {
            result = problem_failed(p, "--ticket-key-file \"%s\": cannot be read: %s",
                                    o->ticket_key_file, strerror(error));
            goto fail;
        }
        if (t->secret.size < SECRET_LEAST) {
            result = problem_failed(p,
                                    "--ticket-key-file \"%s\": holds %zu bytes, and at least %d "
                                    "random ones are needed",
                                    o->ticket_key_file, t->secret.size, SECRET_LEAST);
            goto fail;
        }
    }
    if (entropy_random(&t->rng, &err) != CM_OK ||
        mbedtls_ssl_ticket_setup(&t->context, cm_random_bytes, t->rng, MBEDTLS_CIPHER_AES_256_GCM,
                                 t->lifetime) != 0) {
        result = problem_failed(p, "the session ticket keys could not be made");
        goto fail;
    }
    if (t->secret.size > 0) {
        int64_t epoch = (int64_t)time(NULL) / t->lifetime;
        atomic_store(&t->epoch, epoch);
        if (install(t, epoch - 1) != 0 || install(t, epoch) != 0) {
            result = problem_failed(p, "the session ticket keys could not be made");
            goto fail;
        }
    }
    *out = t;
    return 0;
fail:
    tickets_release(t);
    return result;
}

bool tickets_are_for(const tickets *t, const uint8_t digest[CLIENT_TRUST_DIGEST])
{
    return memcmp(t->digest, digest, sizeof t->digest) == 0;
}

tickets *tickets_retain(tickets *t)
{
    atomic_fetch_add(&t->references, 1);
    return t;
}

void tickets_release(tickets *t)
{
    if (t != NULL && atomic_fetch_sub(&t->references, 1) == 1) {
        mbedtls_ssl_ticket_free(&t->context);
        pthread_mutex_destroy(&t->lock);
        cm_random_free(t->rng);
        cm_bytes_free(&t->secret);
        free(t);
    }
}

static int write_ticket(void *context, const mbedtls_ssl_session *session, unsigned char *start,
                        const unsigned char *end, size_t *size, uint32_t *lifetime)
{
    tickets *t = context;
    int result;
    pthread_mutex_lock(&t->lock);
    result = mbedtls_ssl_ticket_write(&t->context, session, start, end, size, lifetime);
    pthread_mutex_unlock(&t->lock);
    *lifetime = t->lifetime; /* mbedTLS names the key's, and TLS 1.3 fails above seven days */
    return result;
}

static int open_ticket(void *context, mbedtls_ssl_session *session, unsigned char *data,
                       size_t size)
{
    tickets *t = context;
    int result;
    pthread_mutex_lock(&t->lock);
    result = mbedtls_ssl_ticket_parse(&t->context, session, data, size);
    pthread_mutex_unlock(&t->lock);
    if (result == 0) {
        session_resumed();
    }
    return result;
}

void tickets_configure(tickets *t, mbedtls_ssl_config *conf)
{
    mbedtls_ssl_conf_session_tickets_cb(conf, write_ticket, open_ticket, t);
}
