#include "tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "entropy.h"
#include "session.h"

/* Every suite the server speaks: authenticated encryption with forward secrecy, nothing else. In
 * our order of preference, which counts for TLS 1.2 (for 1.3 mbedTLS takes the client's): AES-128
 * before AES-256, because it is faster and both are beyond reach. */
static const struct {
    int id;
    int version;
    const char *name, *openssl_name;
} suites[] = {
    {0x1301, 13, "TLS_AES_128_GCM_SHA256", NULL},
    {0x1302, 13, "TLS_AES_256_GCM_SHA384", NULL},
    {0x1303, 13, "TLS_CHACHA20_POLY1305_SHA256", NULL},
    {0xc02b, 12, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"},
    {0xc02c, 12, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"},
    {0xcca9, 12, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"},
    {0xc02f, 12, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"},
    {0xc030, 12, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"},
    {0xcca8, 12, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305"},
};
enum { SUITE_COUNT = sizeof suites / sizeof *suites };

/* Key exchange groups, RFC 8446 §4.2.7. */
static const struct {
    uint16_t id;
    const char *name, *other_name;
} groups[] = {
    {MBEDTLS_SSL_IANA_TLS_GROUP_X25519, "x25519", "curve25519"},
    {MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1, "p-256", "secp256r1"},
    {MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1, "p-384", "secp384r1"},
    {MBEDTLS_SSL_IANA_TLS_GROUP_SECP521R1, "p-521", "secp521r1"},
};
enum { GROUP_COUNT = sizeof groups / sizeof *groups };

typedef struct own_credential {
    mbedtls_x509_crt chain;
    mbedtls_pk_context key;
} own_credential;

struct tls {
    mbedtls_ssl_config conf;
    cm_random *rng;
    own_credential *own;
    size_t own_count;
    client_trust *clients;
    tickets *tickets;
    int ciphers[SUITE_COUNT + 1];
    uint16_t groups[GROUP_COUNT + 1];
    const char **alpn;
    size_t references;
};

const char *tls_cipher_name(int id)
{
    for (size_t i = 0; i < SUITE_COUNT; i++) {
        if (suites[i].id == id) {
            return suites[i].name;
        }
    }
    return "unknown";
}

/* ------------------------------------------------------------------ options to configuration */

static bool same(const char *a, const char *b)
{
    return b != NULL && strcasecmp(a, b) == 0;
}

/* The suites, and with them the versions. */
static int choose_ciphers(const options *o, tls *t, problem *p)
{
    size_t count = 0;
    bool for_12 = false, for_13 = false;
    if (o->ciphers.count == 0) {
        for_12 = for_13 = true;
    }
    for (size_t i = 0; o->ciphers.count == 0 && i < SUITE_COUNT; i++) {
        t->ciphers[count++] = suites[i].id;
    }
    for (size_t i = 0; i < o->ciphers.count; i++) {
        const char *name = o->ciphers.items[i];
        size_t s = 0;
        while (s < SUITE_COUNT && !same(name, suites[s].name) &&
               !same(name, suites[s].openssl_name)) {
            s++;
        }
        if (s == SUITE_COUNT) {
            return problem_usage(p,
                                 "--ciphers \"%s\": is none of the suites this server has: TLS 1.3 "
                                 "with AES-GCM or ChaCha20, or TLS 1.2 with ECDHE and one of them; "
                                 "for example %s or %s",
                                 name, suites[0].name, suites[3].name);
        }
        for (size_t before = 0; before < count; before++) {
            if (t->ciphers[before] == suites[s].id) {
                return problem_usage(p, "--ciphers \"%s\": is listed twice", name);
            }
        }
        t->ciphers[count++] = suites[s].id;
        for_12 = for_12 || suites[s].version == 12;
        for_13 = for_13 || suites[s].version == 13;
    }
    /* A version without a suite must not be agreed on: the handshake would fail then. */
    for_12 = for_12 && o->min_tls == 12;
    for_13 = for_13 && o->max_tls == 13;
    if (!for_12 && !for_13) {
        return problem_usage(p, "--ciphers: none of them belongs to a version of TLS between "
                                "--min-tls and --max-tls");
    }
    mbedtls_ssl_conf_min_tls_version(&t->conf, for_12 ? MBEDTLS_SSL_VERSION_TLS1_2
                                                      : MBEDTLS_SSL_VERSION_TLS1_3);
    mbedtls_ssl_conf_max_tls_version(&t->conf, for_13 ? MBEDTLS_SSL_VERSION_TLS1_3
                                                      : MBEDTLS_SSL_VERSION_TLS1_2);
    mbedtls_ssl_conf_ciphersuites(&t->conf, t->ciphers);
    return 0;
}

static int choose_groups(const options *o, tls *t, problem *p)
{
    size_t count = 0;
    for (size_t i = 0; o->groups.count == 0 && i < GROUP_COUNT; i++) {
        t->groups[count++] = groups[i].id;
    }
    for (size_t i = 0; i < o->groups.count; i++) {
        const char *name = o->groups.items[i];
        size_t g = 0;
        while (g < GROUP_COUNT && !same(name, groups[g].name) &&
               !same(name, groups[g].other_name)) {
            g++;
        }
        if (g == GROUP_COUNT) {
            return problem_usage(p, "--groups \"%s\": must be x25519, p-256, p-384 or p-521", name);
        }
        for (size_t before = 0; before < count; before++) {
            if (t->groups[before] == groups[g].id) {
                return problem_usage(p, "--groups \"%s\": is listed twice", name);
            }
        }
        t->groups[count++] = groups[g].id;
    }
    mbedtls_ssl_conf_groups(&t->conf, t->groups);
    return 0;
}

static int choose_alpn(const options *o, tls *t, problem *p)
{
    if (o->alpn.count == 0) {
        return 0;
    }
    t->alpn = calloc(o->alpn.count + 1, sizeof *t->alpn);
    if (t->alpn == NULL) {
        return problem_failed(p, "out of memory");
    }
    memcpy(t->alpn, o->alpn.items, o->alpn.count * sizeof *t->alpn);
    if (mbedtls_ssl_conf_alpn_protocols(&t->conf, t->alpn) != 0) {
        return problem_usage(p, "--alpn: the list is longer than 65535 bytes");
    }
    return 0;
}

/* ------------------------------------------------------------------ certificates */

/*
 * Called when the ClientHello has been read: offers mbedTLS the certificates for the server name,
 * of which it takes the first whose key fits the client's algorithms. A name that no certificate is
 * for gets all of them, as every server does: the client will say what it thinks of it.
 */
static int choose_certificate(mbedtls_ssl_context *ssl)
{
    session *s = mbedtls_ssl_get_user_data_p(ssl);
    tls *t = session_tls(s);
    size_t size = 0, offered = 0;
    const unsigned char *sni = mbedtls_ssl_get_hs_sni(ssl, &size);
    char name[256] = "";
    int result = 0;
    if (sni != NULL && size < sizeof name && memchr(sni, '\0', size) == NULL) {
        memcpy(name, sni, size);
        name[size] = '\0';
        session_set_sni(s, name);
    }
    for (int fitting = *name != '\0'; fitting >= 0 && offered == 0 && result == 0; fitting--) {
        for (size_t i = 0; i < t->own_count && result == 0; i++) {
            if (!fitting || certificate_is_for(&t->own[i].chain, name)) {
                result = mbedtls_ssl_set_hs_own_cert(ssl, &t->own[i].chain, &t->own[i].key);
                offered++;
            }
        }
    }
    return result;
}

static int load_own(const credentials *c, tls *t, problem *p)
{
    t->own = calloc(c->count, sizeof *t->own);
    if (t->own == NULL) {
        return problem_failed(p, "out of memory");
    }
    for (size_t i = 0; i < c->count; i++) {
        char what[64];
        own_credential *own = &t->own[i];
        mbedtls_x509_crt_init(&own->chain);
        mbedtls_pk_init(&own->key);
        t->own_count++;
        snprintf(what, sizeof what, "certificate %zu", i + 1);
        if (credential_parse(&c->items[i], what, &own->chain, &own->key, t->rng, p) != 0) {
            return -1;
        }
        if (mbedtls_ssl_conf_own_cert(&t->conf, &own->chain, &own->key) != 0) {
            return problem_failed(p, "out of memory");
        }
    }
    return 0;
}

/* ------------------------------------------------------------------ all */

static int configure(const options *o, const credentials *c, tls *t, problem *p)
{
    cm_error err;
    if (entropy_random(&t->rng, &err) != CM_OK) {
        return problem_failed(p, "%s", err.message);
    }
    if (mbedtls_ssl_config_defaults(&t->conf, MBEDTLS_SSL_IS_SERVER, MBEDTLS_SSL_TRANSPORT_STREAM,
                                    MBEDTLS_SSL_PRESET_DEFAULT) != 0) {
        return problem_failed(p, "out of memory");
    }
    mbedtls_ssl_conf_rng(&t->conf, cm_random_bytes, t->rng);
    if (t->tickets != NULL) {
        tickets_configure(t->tickets, &t->conf);
    }
    client_trust_configure(t->clients, &t->conf);
    mbedtls_ssl_conf_cert_cb(&t->conf, choose_certificate);
    if (choose_ciphers(o, t, p) != 0 || choose_groups(o, t, p) != 0 || choose_alpn(o, t, p) != 0) {
        return -1;
    }
    return load_own(c, t, p);
}

int tls_create(const options *o, const credentials *c, client_trust *clients, tickets *tickets,
               tls **out, problem *p)
{
    tls *t = calloc(1, sizeof *t);
    *out = NULL;
    if (t == NULL) {
        return problem_failed(p, "out of memory");
    }
    t->references = 1;
    mbedtls_ssl_config_init(&t->conf);
    t->clients = client_trust_retain(clients);
    t->tickets = tickets != NULL ? tickets_retain(tickets) : NULL;
    if (configure(o, c, t, p) != 0) {
        tls_release(t);
        return -1;
    }
    *out = t;
    return 0;
}

tls *tls_retain(tls *t)
{
    t->references++;
    return t;
}

void tls_release(tls *t)
{
    if (t == NULL || --t->references > 0) {
        return;
    }
    mbedtls_ssl_config_free(&t->conf);
    for (size_t i = 0; i < t->own_count; i++) {
        mbedtls_x509_crt_free(&t->own[i].chain);
        mbedtls_pk_free(&t->own[i].key);
    }
    free(t->own);
    client_trust_release(t->clients);
    tickets_release(t->tickets);
    cm_random_free(t->rng);
    free((void *)t->alpn);
    free(t);
}

const mbedtls_ssl_config *tls_config(const tls *t)
{
    return &t->conf;
}
