#include "client_trust.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <mbedtls/sha256.h>
#include <mbedtls/x509_crt.h>

#include "credentials.h"
#include "der_list.h"
#include "file.h"
#include "session.h"

struct client_trust {
    client_cert_mode mode;
    der_list roots, crls;
    cm_view *root_views, *crl_views; /* the same, as the core takes them */
    mbedtls_x509_crt names;          /* the roots, for CertificateRequest in TLS 1.2 */
    uint8_t digest[CLIENT_TRUST_DIGEST];
    _Atomic size_t references;
};

/* ------------------------------------------------------------------ reading */

typedef cm_status (*describe_fn)(cm_view, cm_bytes *, cm_error *);

/* Reads a file of values that the core must be able to read, every one of them. */
static int load(const char *path, const char *option, const char *label, const char *thing,
                describe_fn describe, der_list *out, problem *p)
{
    char what[512];
    cm_bytes input;
    int error = file_read(path, &input), result;
    snprintf(what, sizeof what, "%s \"%s\"", option, path);
    if (error != 0) {
        return problem_failed(p, "%s: cannot be read: %s", what, strerror(error));
    }
    result = der_list_decode(&input, label, thing, what, out, p);
    cm_bytes_free(&input);
    for (size_t i = 0; i < out->count && result == 0; i++) {
        cm_bytes json = {NULL, 0};
        cm_error err;
        if (describe((cm_view){out->items[i].data, out->items[i].size}, &json, &err) != CM_OK) {
            result =
                problem_failed(p, "%s: is not a %s that can be used: %s", what, thing, err.message);
        }
        cm_bytes_free(&json);
    }
    return result;
}

/* NULL without memory. */
static cm_view *views_of(const der_list *list)
{
    cm_view *views = calloc(list->count + 1, sizeof *views);
    for (size_t i = 0; views != NULL && i < list->count; i++) {
        views[i] = (cm_view){list->items[i].data, list->items[i].size};
    }
    return views;
}

static int hash_list(mbedtls_sha256_context *hash, const der_list *list)
{
    int result = 0;
    for (size_t i = 0; i < list->count && result == 0; i++) {
        result = mbedtls_sha256_update(hash, list->items[i].data, list->items[i].size);
    }
    /* DER tells its own size; a zero byte begins none. */
    return result == 0 ? mbedtls_sha256_update(hash, (const uint8_t[1]){0}, 1) : result;
}

static int hash_all(client_trust *t)
{
    mbedtls_sha256_context hash;
    uint8_t mode = (uint8_t)t->mode;
    int result;
    mbedtls_sha256_init(&hash);
    result = mbedtls_sha256_starts(&hash, 0);
    if (result == 0) {
        result = mbedtls_sha256_update(&hash, &mode, 1);
    }
    if (result == 0) {
        result = hash_list(&hash, &t->roots);
    }
    if (result == 0) {
        result = hash_list(&hash, &t->crls);
    }
    if (result == 0) {
        result = mbedtls_sha256_finish(&hash, t->digest);
    }
    mbedtls_sha256_free(&hash);
    return result;
}

static int read_files(const options *o, client_trust *t, problem *p)
{
    char what[512];
    if (o->client_ca != NULL && load(o->client_ca, "--client-ca", "CERTIFICATE", "certificate",
                                     cm_certificate_describe, &t->roots, p) != 0) {
        return -1;
    }
    if (o->client_crl != NULL && load(o->client_crl, "--client-crl", "X509 CRL", "revocation list",
                                      cm_crl_describe, &t->crls, p) != 0) {
        return -1;
    }
    snprintf(what, sizeof what, "--client-ca \"%s\"", o->client_ca != NULL ? o->client_ca : "");
    if (certificates_parse(&t->roots, what, &t->names, p) != 0) {
        return -1;
    }
    t->root_views = views_of(&t->roots);
    t->crl_views = views_of(&t->crls);
    if (t->root_views == NULL || t->crl_views == NULL || hash_all(t) != 0) {
        return problem_failed(p, "out of memory");
    }
    return 0;
}

int client_trust_load(const options *o, client_trust **out, problem *p)
{
    client_trust *t = calloc(1, sizeof *t);
    *out = NULL;
    if (t == NULL) {
        return problem_failed(p, "out of memory");
    }
    t->mode = o->client_cert;
    t->references = 1;
    mbedtls_x509_crt_init(&t->names);
    if (read_files(o, t, p) != 0) {
        client_trust_release(t);
        return -1;
    }
    *out = t;
    return 0;
}

client_trust *client_trust_retain(client_trust *t)
{
    atomic_fetch_add(&t->references, 1);
    return t;
}

void client_trust_release(client_trust *t)
{
    if (t == NULL || atomic_fetch_sub(&t->references, 1) > 1) {
        return;
    }
    mbedtls_x509_crt_free(&t->names);
    der_list_free(&t->roots);
    der_list_free(&t->crls);
    free(t->root_views);
    free(t->crl_views);
    free(t);
}

void client_trust_digest(const client_trust *t, uint8_t out[CLIENT_TRUST_DIGEST])
{
    memcpy(out, t->digest, CLIENT_TRUST_DIGEST);
}

/* ------------------------------------------------------------------ judging */

/* The flag that has mbedTLS send the right alert (RFC 8446 §6.2); that is all it is read for: what
 * was wrong stands in the session. */
static uint32_t flag_for(cm_verify_code code)
{
    switch (code) {
    case CM_VERIFY_OK:
        return 0;
    case CM_VERIFY_REVOKED: /* certificate_revoked */
        return MBEDTLS_X509_BADCERT_REVOKED;
    case CM_VERIFY_EXPIRED: /* certificate_expired: "has expired or is not currently valid" */
    case CM_VERIFY_NOT_YET_VALID:
        return MBEDTLS_X509_BADCERT_EXPIRED;
    case CM_VERIFY_NO_ISSUER: /* unknown_ca; also for what OpenSSL says so of */
    case CM_VERIFY_UNTRUSTED:
    case CM_VERIFY_NOT_CA:
    case CM_VERIFY_PATH_LENGTH:
    case CM_VERIFY_MAX_DEPTH:
        return MBEDTLS_X509_BADCERT_NOT_TRUSTED;
    case CM_VERIFY_UNSUPPORTED: /* unsupported_certificate */
    case CM_VERIFY_CRITICAL_EXTENSION:
    case CM_VERIFY_KEY_USAGE:
    case CM_VERIFY_PURPOSE:
        return MBEDTLS_X509_BADCERT_KEY_USAGE;
    case CM_VERIFY_MALFORMED: /* bad_certificate */
    case CM_VERIFY_SIGNATURE:
    case CM_VERIFY_WEAK:
        return MBEDTLS_X509_BADCERT_CN_MISMATCH;
    case CM_VERIFY_NAME_CONSTRAINTS: /* certificate_unknown: "some other issue" */
    case CM_VERIFY_NAME_MISMATCH:
    case CM_VERIFY_POLICY:
    case CM_VERIFY_REVOCATION_UNKNOWN:
    case CM_VERIFY_WORK_LIMIT:
        break;
    }
    return MBEDTLS_X509_BADCERT_BAD_MD;
}

/* Called by mbedTLS for the client's own certificate, whose issuers it was not given. */
static int judge(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags)
{
    const client_trust *t = context;
    session *s = session_current();
    size_t issuer_count = 0;
    cm_view *issuers;
    cm_verdict verdict;
    cm_error err;
    cm_status status;
    *flags = 0;
    if (depth > 0) {
        return 0;
    }
    issuers = session_client_issuers(s, certificate, &issuer_count);
    if (issuers == NULL) {
        return MBEDTLS_ERR_X509_ALLOC_FAILED;
    }
    const cm_verify_template question = {.leaf = {certificate->raw.p, certificate->raw.len},
                                         .intermediates = issuers,
                                         .intermediate_count = issuer_count,
                                         .roots = t->root_views,
                                         .root_count = t->roots.count,
                                         .crls = t->crl_views,
                                         .crl_count = t->crls.count,
                                         .time = (int64_t)time(NULL),
                                         .purpose = CM_PURPOSE_CLIENT,
                                         .require_revocation = t->crls.count > 0,
                                         .lenient = true /* §6, as other servers */};
    status = cm_verify_verdict(&question, &verdict, &err);
    free(issuers);
    if (status != CM_OK) {
        return MBEDTLS_ERR_X509_ALLOC_FAILED;
    }
    *flags = flag_for(verdict.code);
    return session_judge_client(s, verdict.code == CM_VERIFY_OK ? NULL : verdict.detail) == 0
               ? 0
               : MBEDTLS_ERR_X509_ALLOC_FAILED;
}

/* mbedTLS is given no authority, so it checks no signature: the core does. */
static int no_authority(void *context, const mbedtls_x509_crt *child, mbedtls_x509_crt **candidates)
{
    (void)context;
    (void)child;
    *candidates = NULL;
    return 0;
}

void client_trust_configure(client_trust *t, mbedtls_ssl_config *conf)
{
    mbedtls_ssl_conf_authmode(conf, t->mode == CLIENT_CERT_REQUIRED   ? MBEDTLS_SSL_VERIFY_REQUIRED
                                    : t->mode == CLIENT_CERT_OPTIONAL ? MBEDTLS_SSL_VERIFY_OPTIONAL
                                                                      : MBEDTLS_SSL_VERIFY_NONE);
    mbedtls_ssl_conf_ca_cb(conf, no_authority, NULL);
    mbedtls_ssl_conf_verify(conf, judge, t);
    if (t->roots.count > 0) {
        mbedtls_ssl_conf_dn_hints(conf, &t->names);
    }
}

/* ------------------------------------------------------------------ in place of mbedTLS's */

#ifndef __APPLE__
/*
 * The linker gives these two to mbedTLS's TLS (cmake/server.cmake). Apple's cannot: there a
 * client's issuer with a critical extension that mbedTLS does not know is refused, and the alert
 * below keeps mbedTLS's number.
 */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names */
int __wrap_mbedtls_x509_crt_parse_der(mbedtls_x509_crt *chain, const unsigned char *der,
                                      size_t size);
void __real_mbedtls_ssl_pend_fatal_alert(mbedtls_ssl_context *ssl, unsigned char alert, int reason);
void __wrap_mbedtls_ssl_pend_fatal_alert(mbedtls_ssl_context *ssl, unsigned char alert, int reason);

/* Parses the client's own certificate, whatever its critical extensions: the core judges them. The
 * issuers that follow are kept for it as they are. */
int __wrap_mbedtls_x509_crt_parse_der(mbedtls_x509_crt *chain, const unsigned char *der,
                                      size_t size)
{
    session *s = session_current();
    if (chain->version != 0 && s != NULL) {
        return session_keep_issuer(s, (cm_view){der, size}) == 0 ? 0
                                                                 : MBEDTLS_ERR_X509_ALLOC_FAILED;
    }
    return certificate_parse((cm_view){der, size}, chain);
}

/* mbedTLS refuses a TLS 1.3 client without a certificate with SSL 3.0's no_certificate, which RFC
 * 8446 §6.2 has reserved; certificate_required is what §4.4.2.4 asks for. */
void __wrap_mbedtls_ssl_pend_fatal_alert(mbedtls_ssl_context *ssl, unsigned char alert, int reason)
{
    __real_mbedtls_ssl_pend_fatal_alert(
        ssl, alert == MBEDTLS_SSL_ALERT_MSG_NO_CERT ? MBEDTLS_SSL_ALERT_MSG_CERT_REQUIRED : alert,
        reason);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

#endif
