/*
 * PKCS#12 key stores (RFC 7292): a PFX holds an AuthenticatedSafe under a MAC; that holds
 * SafeContents, plain or encrypted; those hold bags: keys and certificates with attributes.
 */
#include <stdlib.h>
#include <string.h>

#include <mbedtls/constant_time.h>
#include <mbedtls/md.h>
#include <mbedtls/platform_util.h>

#include "ber.h"
#include "chain.h"
#include "der.h"
#include "error.h"
#include "inspect.h"
#include "key.h"
#include "oid.h"
#include "pbe.h"
#include "pkcs12.h"
#include "pkcs8.h"
#include "text.h"
#include "utf16.h"
#include "x509.h"

enum { MAC_SALT_SIZE = 16, ID_LIMIT = 64, NAME_LIMIT = 512 };

static bool is(cm_view oid, const char *wanted, size_t size)
{
    return cm_view_equal(oid, (cm_view){(const uint8_t *)wanted, size});
}

#define IS(oid, literal) is((oid), (literal), OID_SIZE(literal))
#define PUT_OID(d, literal) cm_der_element((d), CM_TAG_OID, (literal), OID_SIZE(literal))

cm_status cm_pkcs12_encryption_parse(cm_text text, cm_pkcs12_encryption *encryption, cm_error *err)
{
    static const char *const names[] = {[CM_PKCS12_MODERN] = "modern",
                                        [CM_PKCS12_LEGACY] = "legacy",
                                        [CM_PKCS12_JAVA_TRUST_STORE] = "java-truststore"};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (cm_text_is(text, names[i])) {
            *encryption = (cm_pkcs12_encryption)i;
            return CM_OK;
        }
    }
    cm_fail(err, CM_ERR_INVALID, "%t is none; there are modern, legacy and java-truststore", &text);
    return cm_fail_in(err, CM_ERR_INVALID, "encryption");
}

/* ------------------------------------------------------------------ the MAC */

/* HMAC over the AuthenticatedSafe with a key derived as RFC 7292 §B.4 says. */
static bool mac_of(mbedtls_md_type_t md, cm_view password, cm_view salt, unsigned iterations,
                   cm_view content, uint8_t *out)
{
    const mbedtls_md_info_t *info = mbedtls_md_info_from_type(md);
    uint8_t key[MBEDTLS_MD_MAX_SIZE];
    size_t size = mbedtls_md_get_size(info);
    bool fine = cm_pkcs12_kdf(md, CM_PKCS12_MAC, password, salt, iterations, key, size) &&
                mbedtls_md_hmac(info, key, size, content.data, content.size, out) == 0;
    mbedtls_platform_zeroize(key, sizeof key);
    return fine;
}

/* ------------------------------------------------------------------ writing */

/* What one file is written from. */
typedef struct writer {
    const cm_pkcs12_template *template_;
    cm_bytes *certificates; /* DER */
    uint8_t key_id[20];     /* SHA-1 of the first */
    cm_unlock unlock;
    cm_pbe_encryption encryption;
    cm_random *rng;
    cm_error *err;
} writer;

static cm_view certificate_at(const writer *w, size_t i)
{
    return (cm_view){w->certificates[i].data, w->certificates[i].size};
}

static cm_status decode_certificates(writer *w)
{
    const cm_pkcs12_template *t = w->template_;
    cm_status status = CM_OK;
    for (size_t i = 0; i < t->certificate_count && status == CM_OK; i++) {
        cm_x509 parsed;
        status = cm_pem_decode(t->certificates[i].certificate, "CERTIFICATE", "",
                               &w->certificates[i], w->err);
        if (status == CM_OK) {
            status = cm_x509_parse(certificate_at(w, i), &parsed, w->err);
        }
        if (status == CM_OK && i == 0 && t->key != NULL &&
            !cm_chain_has_key(parsed.public_key, t->key)) {
            status = cm_fail(w->err, CM_ERR_MISMATCH, "the key does not belong to the certificate");
        }
        cm_fail_in(w->err, status, "certificates[%d]", (int)i);
    }
    return status;
}

static void put_attribute(cm_der *d, const char *oid, size_t size, uint8_t tag, cm_view value)
{
    size_t attribute = cm_der_begin(d, CM_TAG_SEQUENCE);
    cm_der_element(d, CM_TAG_OID, oid, size);
    size_t values = cm_der_begin(d, CM_TAG_SET);
    cm_der_element(d, tag, value.data, value.size);
    cm_der_end(d, values);
    cm_der_end(d, attribute);
}

static cm_status put_friendly_name(cm_der *d, cm_text name, cm_error *err)
{
    cm_bytes utf16;
    if (name.size > NAME_LIMIT || cm_utf8_length(name) < 0) {
        cm_fail(err, CM_ERR_INVALID, "%t must be UTF-8 of at most %d bytes", &name, NAME_LIMIT);
        return cm_fail_in(err, CM_ERR_INVALID, "friendlyName");
    }
    if (!cm_utf16_of(name, false, &utf16)) {
        return cm_fail_memory(err);
    }
    put_attribute(d, OID_FRIENDLY_NAME, OID_SIZE(OID_FRIENDLY_NAME), CM_TAG_BMP_STRING,
                  (cm_view){utf16.data, utf16.size});
    cm_bytes_free(&utf16);
    return CM_OK;
}

/* bagAttributes; nothing at all when there are none. */
static cm_status put_attributes(cm_der *d, cm_text name, cm_view id, bool trusted, cm_error *err)
{
    cm_status status = CM_OK;
    if (name.size == 0 && id.size == 0 && !trusted) {
        return CM_OK;
    }
    size_t set = cm_der_begin(d, CM_TAG_SET);
    if (name.size > 0) {
        status = put_friendly_name(d, name, err);
    }
    if (id.size > 0) {
        put_attribute(d, OID_LOCAL_KEY_ID, OID_SIZE(OID_LOCAL_KEY_ID), CM_TAG_OCTET_STRING, id);
    }
    if (trusted) {
        put_attribute(d, OID_TRUSTED_KEY_USAGE, OID_SIZE(OID_TRUSTED_KEY_USAGE), CM_TAG_OID,
                      (cm_view){(const uint8_t *)OID_ANY_EXTENDED_KEY_USAGE,
                                OID_SIZE(OID_ANY_EXTENDED_KEY_USAGE)});
    }
    cm_der_end(d, set);
    return status;
}

/* The identifier that ties a key to its certificate. */
static cm_view local_key_id(const writer *w)
{
    const cm_pkcs12_template *t = w->template_;
    if (t->key == NULL) {
        return (cm_view){NULL, 0};
    }
    if (t->local_key_id.size > 0) {
        return t->local_key_id;
    }
    return (cm_view){w->key_id, t->certificate_count > 0 ? sizeof w->key_id : 0};
}

static cm_status put_certificate_bag(const writer *w, size_t i, cm_der *d)
{
    const cm_pkcs12_template *t = w->template_;
    bool trusted = t->encryption == CM_PKCS12_JAVA_TRUST_STORE;
    cm_text name = t->certificates[i].friendly_name;
    char fingerprint[96];
    if (name.size == 0 && i == 0) {
        name = t->friendly_name;
    }
    if (name.size == 0 && trusted) { /* Java finds entries by name */
        cm_fingerprint(certificate_at(w, i), CM_HASH_SHA256, fingerprint);
        name = cm_text_of(fingerprint);
    }
    size_t bag = cm_der_begin(d, CM_TAG_SEQUENCE);
    PUT_OID(d, OID_BAG("\x03"));
    size_t explicit = cm_der_begin(d, CM_TAG_CONTEXT_CONSTRUCTED(0));
    size_t certificate = cm_der_begin(d, CM_TAG_SEQUENCE);
    PUT_OID(d, OID_X509_CERTIFICATE);
    size_t value = cm_der_begin(d, CM_TAG_CONTEXT_CONSTRUCTED(0));
    cm_der_element(d, CM_TAG_OCTET_STRING, w->certificates[i].data, w->certificates[i].size);
    cm_der_end(d, value);
    cm_der_end(d, certificate);
    cm_der_end(d, explicit);
    cm_status status =
        put_attributes(d, name, i == 0 ? local_key_id(w) : (cm_view){NULL, 0}, trusted, w->err);
    cm_der_end(d, bag);
    return cm_fail_in(w->err, status, "certificates[%d]", (int)i);
}

/* ContentInfo with the certificates in EncryptedData (RFC 5652 §8). */
static cm_status put_certificates(writer *w, cm_der *d)
{
    cm_der plain = {NULL, 0, 0, CM_OK};
    cm_status status = CM_OK;
    size_t contents = cm_der_begin(&plain, CM_TAG_SEQUENCE);
    for (size_t i = 0; i < w->template_->certificate_count && status == CM_OK; i++) {
        status = put_certificate_bag(w, i, &plain);
    }
    cm_der_end(&plain, contents);
    if (status == CM_OK && plain.status != CM_OK) {
        status = cm_fail_memory(w->err);
    }
    if (status == CM_OK) {
        size_t info = cm_der_begin(d, CM_TAG_SEQUENCE);
        PUT_OID(d, OID_ENCRYPTED_DATA);
        size_t explicit = cm_der_begin(d, CM_TAG_CONTEXT_CONSTRUCTED(0));
        size_t data = cm_der_begin(d, CM_TAG_SEQUENCE);
        cm_der_small(d, CM_TAG_INTEGER, 0);
        size_t content = cm_der_begin(d, CM_TAG_SEQUENCE);
        PUT_OID(d, OID_DATA);
        status = cm_pbe_encrypt(&w->encryption, &w->unlock, w->rng, cm_der_view(&plain), d,
                                CM_TAG_CONTEXT(0), w->err);
        cm_der_end(d, content);
        cm_der_end(d, data);
        cm_der_end(d, explicit);
        cm_der_end(d, info);
    }
    cm_der_free(&plain);
    return status;
}

/* ContentInfo with the key, which is encrypted by itself. */
static cm_status put_key(writer *w, cm_der *d)
{
    const cm_pkcs12_template *t = w->template_;
    cm_text name = t->friendly_name;
    if (name.size == 0 && t->certificate_count > 0) {
        name = t->certificates[0].friendly_name;
    }
    size_t info = cm_der_begin(d, CM_TAG_SEQUENCE);
    PUT_OID(d, OID_DATA);
    size_t explicit = cm_der_begin(d, CM_TAG_CONTEXT_CONSTRUCTED(0));
    size_t octets = cm_der_begin(d, CM_TAG_OCTET_STRING);
    size_t contents = cm_der_begin(d, CM_TAG_SEQUENCE);
    size_t bag = cm_der_begin(d, CM_TAG_SEQUENCE);
    PUT_OID(d, OID_BAG("\x02"));
    size_t value = cm_der_begin(d, CM_TAG_CONTEXT_CONSTRUCTED(0));
    cm_status status = cm_pkcs8_encrypt(t->key, &w->encryption, &w->unlock, w->rng, d, w->err);
    cm_der_end(d, value);
    if (status == CM_OK) {
        status = put_attributes(d, name, local_key_id(w), false, w->err);
    }
    cm_der_end(d, bag);
    cm_der_end(d, contents);
    cm_der_end(d, octets);
    cm_der_end(d, explicit);
    cm_der_end(d, info);
    return status;
}

static cm_status put_mac(writer *w, cm_view content, cm_der *d)
{
    bool legacy = w->template_->encryption == CM_PKCS12_LEGACY;
    mbedtls_md_type_t md = legacy ? MBEDTLS_MD_SHA1 : MBEDTLS_MD_SHA256;
    uint8_t salt[MAC_SALT_SIZE], mac[MBEDTLS_MD_MAX_SIZE];
    if (cm_random_bytes(w->rng, salt, sizeof salt) != 0) {
        return cm_fail(w->err, CM_ERR_RANDOM, "the random number generator failed");
    }
    if (!mac_of(md, (cm_view){w->unlock.utf16.data, w->unlock.utf16.size},
                (cm_view){salt, sizeof salt}, w->encryption.iterations, content, mac)) {
        return cm_fail_memory(w->err);
    }
    size_t data = cm_der_begin(d, CM_TAG_SEQUENCE);
    size_t digest = cm_der_begin(d, CM_TAG_SEQUENCE);
    size_t algorithm = cm_der_begin(d, CM_TAG_SEQUENCE);
    if (legacy) {
        PUT_OID(d, OID_SHA1);
    } else {
        PUT_OID(d, OID_NIST_SHA("\x01"));
    }
    cm_der_null(d);
    cm_der_end(d, algorithm);
    cm_der_element(d, CM_TAG_OCTET_STRING, mac, legacy ? 20 : 32);
    cm_der_end(d, digest);
    cm_der_element(d, CM_TAG_OCTET_STRING, salt, sizeof salt);
    cm_der_small(d, CM_TAG_INTEGER, w->encryption.iterations);
    cm_der_end(d, data);
    return CM_OK;
}

static cm_status put_pfx(writer *w, cm_der *d)
{
    cm_der safe = {NULL, 0, 0, CM_OK};
    cm_status status = CM_OK;
    size_t contents = cm_der_begin(&safe, CM_TAG_SEQUENCE);
    if (w->template_->certificate_count > 0) {
        status = put_certificates(w, &safe);
    }
    if (status == CM_OK && w->template_->key != NULL) {
        status = put_key(w, &safe);
    }
    cm_der_end(&safe, contents);
    if (status == CM_OK && safe.status != CM_OK) {
        status = cm_fail_memory(w->err);
    }
    if (status == CM_OK) {
        size_t pfx = cm_der_begin(d, CM_TAG_SEQUENCE);
        cm_der_small(d, CM_TAG_INTEGER, 3);
        size_t info = cm_der_begin(d, CM_TAG_SEQUENCE);
        PUT_OID(d, OID_DATA);
        size_t explicit = cm_der_begin(d, CM_TAG_CONTEXT_CONSTRUCTED(0));
        cm_der_element(d, CM_TAG_OCTET_STRING, safe.data, safe.size);
        cm_der_end(d, explicit);
        cm_der_end(d, info);
        status = put_mac(w, cm_der_view(&safe), d);
        cm_der_end(d, pfx);
    }
    cm_der_free(&safe);
    return status;
}

static cm_status refuse(cm_error *err, cm_status code, const char *field, const char *message)
{
    cm_fail(err, code, "%s", message);
    return cm_fail_in(err, code, "%s", field);
}

static cm_status check_template(const cm_pkcs12_template *t, cm_error *err)
{
    bool trust_store = t->encryption == CM_PKCS12_JAVA_TRUST_STORE;
    if (t->key != NULL && trust_store) {
        return refuse(err, CM_ERR_INVALID, "key", "a trust store holds certificates alone");
    }
    if (t->key != NULL && !t->key->is_private) {
        return refuse(err, CM_ERR_INVALID, "key", "is a public key");
    }
    if (t->key == NULL && t->certificate_count == 0) {
        return refuse(err, CM_ERR_INVALID, "certificates",
                      "there is neither a key nor a certificate to write");
    }
    if (t->certificate_count > CM_STORE_ENTRY_LIMIT) {
        return refuse(err, CM_ERR_LIMIT, "certificates", "there are too many");
    }
    if (t->local_key_id.size > ID_LIMIT) {
        return refuse(err, CM_ERR_INVALID, "localKeyID", "has at most 64 bytes");
    }
    return CM_OK;
}

cm_status cm_pkcs12_create(const cm_pkcs12_template *t, cm_random *rng, cm_bytes *der,
                           cm_error *err)
{
    bool legacy = t->encryption == CM_PKCS12_LEGACY;
    unsigned iterations = legacy ? CM_KDF_ITERATIONS_LEGACY : CM_KDF_ITERATIONS;
    writer w = {.template_ = t, .rng = rng, .err = err};
    cm_der d = {NULL, 0, 0, CM_OK};
    *der = (cm_bytes){NULL, 0};
    cm_status status = check_template(t, err);
    if (status != CM_OK) {
        return status;
    }
    w.encryption.scheme = legacy ? CM_PBE_LEGACY : CM_PBE_MODERN;
    w.encryption.iterations = t->iterations == 0 ? iterations : t->iterations;
    status = cm_unlock_open(&w.unlock, t->passphrase, 0, err);
    if (status == CM_OK && w.unlock.utf16.data == NULL) {
        status = cm_fail(err, CM_ERR_INVALID, "must be UTF-8");
    }
    if (status != CM_OK) {
        cm_unlock_close(&w.unlock);
        return cm_fail_in(err, status, "passphrase");
    }
    w.certificates = calloc(t->certificate_count + 1, sizeof *w.certificates);
    if (w.certificates == NULL) {
        cm_unlock_close(&w.unlock);
        return cm_fail_memory(err);
    }
    status = decode_certificates(&w);
    if (status == CM_OK && t->certificate_count > 0 &&
        mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA1), w.certificates[0].data,
                   w.certificates[0].size, w.key_id) != 0) {
        status = cm_fail_internal(err, "cm_pkcs12_create");
    }
    if (status == CM_OK) {
        status = put_pfx(&w, &d);
    }
    for (size_t i = 0; i < t->certificate_count; i++) {
        cm_bytes_free(&w.certificates[i]);
    }
    free(w.certificates);
    cm_unlock_close(&w.unlock);
    mbedtls_platform_zeroize(&w.encryption, sizeof w.encryption);
    if (status != CM_OK) {
        cm_der_free(&d);
        return status;
    }
    return cm_der_finish(&d, der, err);
}

/* ------------------------------------------------------------------ walking through a file */

enum { NESTING_LIMIT = 8 };

static cm_status damaged(cm_error *err, const char *what)
{
    return cm_fail(err, CM_ERR_MALFORMED, "%s is not what RFC 7292 describes", what);
}

/* SafeContents; its bags may hold another. */
static cm_status walk_contents(const cm_pkcs12_visitor *v, cm_view contents, unsigned depth,
                               cm_error *err)
{
    cm_view rest, content, oid;
    size_t stem = OID_SIZE(OID_BAG(""));
    if (depth > NESTING_LIMIT || !cm_der_take(&contents, CM_TAG_SEQUENCE, &rest) ||
        contents.size != 0) {
        return damaged(err, "a SafeContents");
    }
    while (rest.size > 0) {
        cm_pkcs12_bag bag = {0};
        if (!cm_der_take(&rest, CM_TAG_SEQUENCE, &content) ||
            !cm_der_take(&content, CM_TAG_OID, &oid) ||
            !cm_der_take(&content, CM_TAG_CONTEXT_CONSTRUCTED(0), &bag.value) ||
            (content.size > 0 && !cm_der_take(&content, CM_TAG_SET, &bag.attributes)) ||
            content.size != 0) {
            return damaged(err, "a bag");
        }
        if (oid.size == stem + 1 && is((cm_view){oid.data, stem}, OID_BAG(""), stem)) {
            bag.kind = oid.data[stem];
        }
        cm_status status = bag.kind == CM_BAG_NESTED ? walk_contents(v, bag.value, depth + 1, err)
                                                     : v->bag(v->context, &bag, err);
        if (status != CM_OK) {
            return status;
        }
    }
    return CM_OK;
}

static cm_status walk_plain(const cm_pkcs12_visitor *v, cm_view ber, cm_error *err)
{
    cm_bytes der;
    cm_status status = cm_ber_to_der(ber, &der, err);
    if (status == CM_OK) {
        status = walk_contents(v, (cm_view){der.data, der.size}, 0, err);
        cm_bytes_free(&der);
    }
    return status;
}

/* The encryptedContent, [0] IMPLICIT OCTET STRING: in one piece, or in pieces to put together. */
static bool take_encrypted(cm_view *in, cm_der *joined, cm_view *encrypted)
{
    cm_view pieces, piece;
    if (cm_der_take(in, CM_TAG_CONTEXT(0), encrypted)) {
        return true;
    }
    if (!cm_der_take(in, CM_TAG_CONTEXT_CONSTRUCTED(0), &pieces)) {
        return false;
    }
    while (cm_der_take(&pieces, CM_TAG_OCTET_STRING, &piece)) {
        cm_der_raw(joined, piece);
    }
    *encrypted = cm_der_view(joined);
    return pieces.size == 0 && joined->status == CM_OK;
}

/* EncryptedData (RFC 5652 §8) around a SafeContents. */
static cm_status walk_encrypted(const cm_pkcs12_visitor *v, cm_view content, cm_error *err)
{
    cm_view data, version, info, oid, algorithm, encrypted;
    cm_der joined = {NULL, 0, 0, CM_OK};
    cm_bytes plain = {NULL, 0};
    if (!cm_der_take(&content, CM_TAG_SEQUENCE, &data) || content.size != 0 ||
        !cm_der_take(&data, CM_TAG_INTEGER, &version) ||
        !cm_der_take(&data, CM_TAG_SEQUENCE, &info) || !cm_der_take(&info, CM_TAG_OID, &oid) ||
        !cm_der_take(&info, CM_TAG_SEQUENCE, &algorithm) ||
        !take_encrypted(&info, &joined, &encrypted)) {
        cm_der_free(&joined);
        return damaged(err, "an EncryptedData");
    }
    cm_status status = v->encrypted(v->context, algorithm, encrypted, &plain, err);
    if (status == CM_OK && plain.data != NULL) {
        status = walk_plain(v, (cm_view){plain.data, plain.size}, err);
    }
    cm_bytes_free(&plain);
    cm_der_free(&joined);
    return status;
}

/* AuthenticatedSafe: a sequence of ContentInfo. */
static cm_status walk_safe(const cm_pkcs12_visitor *v, cm_view safe, cm_error *err)
{
    cm_view rest, info, oid, content, octets;
    if (!cm_der_take(&safe, CM_TAG_SEQUENCE, &rest) || safe.size != 0) {
        return damaged(err, "the AuthenticatedSafe");
    }
    while (rest.size > 0) {
        if (!cm_der_take(&rest, CM_TAG_SEQUENCE, &info) || !cm_der_take(&info, CM_TAG_OID, &oid) ||
            !cm_der_take(&info, CM_TAG_CONTEXT_CONSTRUCTED(0), &content) || info.size != 0) {
            return damaged(err, "a ContentInfo");
        }
        cm_status status;
        if (IS(oid, OID_DATA)) {
            status = cm_der_take(&content, CM_TAG_OCTET_STRING, &octets) && content.size == 0
                         ? walk_plain(v, octets, err)
                         : damaged(err, "a ContentInfo");
        } else if (IS(oid, OID_ENCRYPTED_DATA)) {
            status = walk_encrypted(v, content, err);
        } else {
            status = cm_fail(err, CM_ERR_UNSUPPORTED,
                             "encryption for a public key (enveloped data) is not supported");
        }
        if (status != CM_OK) {
            return status;
        }
    }
    return CM_OK;
}

/* PFX (RFC 7292 §4). */
cm_status cm_pkcs12_walk(cm_view der, const cm_pkcs12_visitor *v, cm_error *err)
{
    cm_view pfx, version, info, oid, explicit, content, mac;
    cm_bytes safe;
    unsigned number = 0;
    if (!cm_der_take(&der, CM_TAG_SEQUENCE, &pfx) || !cm_der_take(&pfx, CM_TAG_INTEGER, &version) ||
        !cm_der_small_of(version, &number) || number != 3 ||
        !cm_der_take(&pfx, CM_TAG_SEQUENCE, &info) || !cm_der_take(&info, CM_TAG_OID, &oid) ||
        !cm_der_take(&info, CM_TAG_CONTEXT_CONSTRUCTED(0), &explicit) || info.size != 0) {
        return cm_fail(err, CM_ERR_MALFORMED, "not a PKCS#12 file (RFC 7292 §4)");
    }
    if (!IS(oid, OID_DATA)) {
        return cm_fail(err, CM_ERR_UNSUPPORTED,
                       "a file under a signature instead of a MAC is not supported");
    }
    if (!cm_der_take(&explicit, CM_TAG_OCTET_STRING, &content) || explicit.size != 0) {
        return damaged(err, "the PFX");
    }
    cm_status status = CM_OK;
    if (pfx.size > 0) {
        status = cm_der_take(&pfx, CM_TAG_SEQUENCE, &mac) && pfx.size == 0
                     ? v->mac(v->context, mac, content, err)
                     : damaged(err, "the PFX");
    }
    if (status == CM_OK) {
        status = cm_ber_to_der(content, &safe, err);
    }
    if (status == CM_OK) {
        status = walk_safe(v, (cm_view){safe.data, safe.size}, err);
        cm_bytes_free(&safe);
    }
    return status;
}

/* ------------------------------------------------------------------ what a walk finds */

static cm_status digest_of(cm_view oid, mbedtls_md_type_t *md, cm_error *err)
{
    static const mbedtls_md_type_t sha2[] = {MBEDTLS_MD_SHA256, MBEDTLS_MD_SHA384,
                                             MBEDTLS_MD_SHA512, MBEDTLS_MD_SHA224};
    size_t stem = OID_SIZE(OID_NIST_SHA(""));
    if (IS(oid, OID_SHA1)) {
        *md = MBEDTLS_MD_SHA1;
        return CM_OK;
    }
    if (oid.size == stem + 1 && is((cm_view){oid.data, stem}, OID_NIST_SHA(""), stem) &&
        oid.data[stem] >= 1 && oid.data[stem] <= 4) {
        *md = sha2[oid.data[stem] - 1];
        return CM_OK;
    }
    return cm_pbe_unsupported(oid, err);
}

static cm_status wrong_passphrase(cm_error *err)
{
    return cm_fail(err, CM_ERR_PASSPHRASE,
                   "the passphrase is wrong, or the file was altered: its MAC does not match");
}

/* Compares in constant time. An empty passphrase has two forms, with the terminator and without:
 * when the one does not fit, the other is tried, and kept. */
static cm_status compare_mac(cm_unlock *u, mbedtls_md_type_t md, cm_view salt, unsigned iterations,
                             cm_view content, cm_view expected, cm_error *err)
{
    uint8_t mac[MBEDTLS_MD_MAX_SIZE];
    size_t size = mbedtls_md_get_size(mbedtls_md_info_from_type(md));
    if (expected.size != size) {
        return damaged(err, "the MAC");
    }
    for (unsigned attempt = 0; attempt < 2; attempt++) {
        cm_view password = {u->utf16.data, u->utf16.size};
        if (!mac_of(md, password, salt, iterations, content, mac)) {
            return cm_fail_memory(err);
        }
        if (mbedtls_ct_memcmp(mac, expected.data, size) == 0) {
            return CM_OK;
        }
        if (u->bytes.size > 0) {
            break;
        }
        u->utf16.size = 0;
    }
    return wrong_passphrase(err);
}

bool cm_pkcs12_mac_split(cm_view mac, cm_pkcs12_mac *out)
{
    cm_view info;
    *out = (cm_pkcs12_mac){0};
    return cm_der_take(&mac, CM_TAG_SEQUENCE, &info) &&
           cm_der_take(&info, CM_TAG_SEQUENCE, &out->algorithm) &&
           cm_der_take(&info, CM_TAG_OCTET_STRING, &out->digest) && info.size == 0 &&
           cm_der_take(&mac, CM_TAG_OCTET_STRING, &out->salt) &&
           (mac.size == 0 || cm_der_take(&mac, CM_TAG_INTEGER, &out->iterations)) && mac.size == 0;
}

cm_status cm_pkcs12_check_mac(cm_unlock *u, cm_view mac, cm_view content, cm_error *err)
{
    cm_pkcs12_mac m;
    cm_view oid;
    unsigned count = 1;
    mbedtls_md_type_t md = MBEDTLS_MD_NONE;
    if (!cm_pkcs12_mac_split(mac, &m) || m.salt.size > CM_SALT_LIMIT ||
        !cm_der_take(&m.algorithm, CM_TAG_OID, &oid)) {
        return damaged(err, "the MAC");
    }
    cm_status status = digest_of(oid, &md, err);
    if (status == CM_OK && m.iterations.data != NULL) {
        status = cm_unlock_charge(u, m.iterations, &count, err);
    }
    return status == CM_OK ? compare_mac(u, md, m.salt, count, content, m.digest, err) : status;
}

static bool copy_bytes(cm_view v, cm_bytes *out)
{
    cm_bytes_free(out);
    out->data = malloc(v.size + 1);
    if (out->data == NULL) {
        return false;
    }
    if (v.size > 0) {
        memcpy(out->data, v.data, v.size);
    }
    out->size = v.size;
    return true;
}

cm_status cm_pkcs12_bag_attributes(cm_view attributes, cm_pkcs12_entry *entry, cm_error *err)
{
    while (attributes.size > 0) {
        cm_view attribute, oid, values, value;
        uint8_t tag;
        if (!cm_der_take(&attributes, CM_TAG_SEQUENCE, &attribute) ||
            !cm_der_take(&attribute, CM_TAG_OID, &oid) ||
            !cm_der_take(&attribute, CM_TAG_SET, &values) || attribute.size != 0) {
            return damaged(err, "an attribute");
        }
        bool fine = true;
        entry->trusted |= IS(oid, OID_TRUSTED_KEY_USAGE);
        if (!cm_der_take_any(&values, &tag, &value, NULL)) {
            continue;
        }
        if (IS(oid, OID_FRIENDLY_NAME) && tag == CM_TAG_BMP_STRING) {
            cm_bytes_free(&entry->friendly_name);
            fine = cm_utf16_read(value, &entry->friendly_name);
        } else if (IS(oid, OID_LOCAL_KEY_ID) && tag == CM_TAG_OCTET_STRING) {
            fine = copy_bytes(value, &entry->local_key_id);
        }
        if (!fine) {
            return cm_fail_memory(err);
        }
    }
    return CM_OK;
}

cm_status cm_pkcs12_bag_certificate(cm_view value, cm_view *certificate, cm_error *err)
{
    cm_view bag, oid, explicit;
    *certificate = (cm_view){NULL, 0};
    if (!cm_der_take(&value, CM_TAG_SEQUENCE, &bag) || value.size != 0 ||
        !cm_der_take(&bag, CM_TAG_OID, &oid) ||
        !cm_der_take(&bag, CM_TAG_CONTEXT_CONSTRUCTED(0), &explicit) || bag.size != 0 ||
        (IS(oid, OID_X509_CERTIFICATE) &&
         (!cm_der_take(&explicit, CM_TAG_OCTET_STRING, certificate) || explicit.size != 0))) {
        return damaged(err, "a certificate bag");
    }
    return CM_OK;
}

/* ------------------------------------------------------------------ opening */

/* What one file is read into. */
typedef struct opener {
    cm_pkcs12 *store;
    size_t capacity;
    cm_unlock unlock;
    cm_random *rng;
} opener;

/* A zeroed entry at the end; NULL when there is no room. */
static cm_pkcs12_entry *new_entry(opener *o)
{
    cm_pkcs12 *store = o->store;
    if (store->count == o->capacity) {
        size_t capacity = o->capacity == 0 ? 8 : 2 * o->capacity;
        cm_pkcs12_entry *grown = realloc(store->entries, capacity * sizeof *grown);
        if (grown == NULL) {
            return NULL;
        }
        store->entries = grown;
        o->capacity = capacity;
    }
    memset(&store->entries[store->count], 0, sizeof *store->entries);
    return &store->entries[store->count++];
}

static cm_status read_key(opener *o, cm_view value, bool shrouded, cm_pkcs12_entry *entry,
                          cm_error *err)
{
    cm_bytes plain = {NULL, 0};
    cm_status status = shrouded ? cm_pkcs8_decrypt(value, &o->unlock, &plain, err) : CM_OK;
    if (status == CM_OK) {
        cm_view der = shrouded ? (cm_view){plain.data, plain.size} : value;
        status = cm_key_import(der, (cm_view){NULL, 0}, o->rng, &entry->key, err);
        if (status != CM_OK && err != NULL) {
            err->field[0] = '\0'; /* named by the caller */
        }
    }
    cm_bytes_free(&plain);
    return status;
}

/* CertBag with an X.509 certificate; *other when it holds another kind. */
static cm_status read_certificate(cm_view value, cm_pkcs12_entry *entry, bool *other, cm_error *err)
{
    cm_view certificate;
    cm_x509 parsed;
    cm_status status = cm_pkcs12_bag_certificate(value, &certificate, err);
    if (status != CM_OK || certificate.data == NULL) {
        *other = true;
        return status;
    }
    status = cm_x509_parse(certificate, &parsed, err);
    if (status == CM_OK && !copy_bytes(certificate, &entry->certificate)) {
        status = cm_fail_memory(err);
    }
    return status;
}

static cm_status open_mac(void *context, cm_view mac, cm_view content, cm_error *err)
{
    opener *o = context;
    return cm_pkcs12_check_mac(&o->unlock, mac, content, err);
}

static cm_status open_encrypted(void *context, cm_view algorithm, cm_view encrypted,
                                cm_bytes *plain, cm_error *err)
{
    opener *o = context;
    return cm_pbe_decrypt(&o->unlock, algorithm, encrypted, plain, err);
}

static cm_status open_bag(void *context, const cm_pkcs12_bag *bag, cm_error *err)
{
    opener *o = context;
    bool other = bag->kind != CM_BAG_KEY && bag->kind != CM_BAG_SHROUDED_KEY &&
                 bag->kind != CM_BAG_CERTIFICATE;
    if (other) {
        o->store->unread++;
        return CM_OK;
    }
    cm_pkcs12_entry *entry = new_entry(o);
    if (entry == NULL) {
        return cm_fail_memory(err);
    }
    cm_status status = bag->kind == CM_BAG_CERTIFICATE
                           ? read_certificate(bag->value, entry, &other, err)
                           : read_key(o, bag->value, bag->kind == CM_BAG_SHROUDED_KEY, entry, err);
    if (status == CM_OK && other) {
        o->store->count--;
        o->store->unread++;
        return CM_OK;
    }
    return status == CM_OK ? cm_pkcs12_bag_attributes(bag->attributes, entry, err) : status;
}

cm_status cm_pkcs12_open(cm_view data, cm_view passphrase, unsigned max_iterations, cm_random *rng,
                         cm_pkcs12 *store, cm_error *err)
{
    opener o = {.store = store, .rng = rng};
    const cm_pkcs12_visitor visitor = {&o, open_mac, open_encrypted, open_bag};
    cm_bytes der;
    memset(store, 0, sizeof *store);
    if (data.size > CM_STORE_SIZE_LIMIT) {
        return refuse(err, CM_ERR_LIMIT, "pkcs12", "the file is too large");
    }
    if (passphrase.data == NULL) {
        passphrase = (cm_view){(const uint8_t *)"", 0};
    }
    cm_status status = cm_unlock_open(&o.unlock, passphrase, max_iterations, err);
    if (status == CM_OK && o.unlock.utf16.data == NULL) {
        status = cm_fail(err, CM_ERR_PASSPHRASE, "must be UTF-8");
    }
    if (status != CM_OK) {
        cm_unlock_close(&o.unlock);
        return cm_fail_in(err, status, "passphrase");
    }
    status = cm_ber_to_der(data, &der, err);
    if (status == CM_OK) {
        status = cm_pkcs12_walk((cm_view){der.data, der.size}, &visitor, err);
        cm_bytes_free(&der);
    }
    cm_unlock_close(&o.unlock);
    if (status != CM_OK) {
        cm_pkcs12_free(store);
    }
    return cm_fail_in(err, status, status == CM_ERR_PASSPHRASE ? "passphrase" : "pkcs12");
}

void cm_pkcs12_free(cm_pkcs12 *store)
{
    for (size_t i = 0; i < store->count; i++) {
        cm_key_free(store->entries[i].key);
        cm_bytes_free(&store->entries[i].certificate);
        cm_bytes_free(&store->entries[i].friendly_name);
        cm_bytes_free(&store->entries[i].local_key_id);
    }
    free(store->entries);
    memset(store, 0, sizeof *store);
}
