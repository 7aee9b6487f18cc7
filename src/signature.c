#include "signature.h"

#include <string.h>

#include <mbedtls/md.h>
#include <mbedtls/rsa.h>

#include "error.h"
#include "key.h"
#include "oid.h"
#include "text.h"

#define OID_ECDSA(n) "\x2a\x86\x48\xce\x3d\x04" n
#define OID_NIST_HASH(n) "\x60\x86\x48\x01\x65\x03\x04\x02" n

static const struct digest {
    cm_hash hash;
    const char *name;
    mbedtls_md_type_t md;
    uint8_t size;                  /* bytes */
    const char *oid, *rsa, *ecdsa; /* of the hash alone, with RSA, with ECDSA */
    const char *rsa_name, *ecdsa_name, *pss_name;
} digests[] = {
    {CM_HASH_SHA256, "sha256", MBEDTLS_MD_SHA256, 32, OID_NIST_HASH("\x01"), OID_PKCS1("\x0b"),
     OID_ECDSA("\x03\x02"), "rsa-sha256", "ecdsa-sha256", "rsa-pss-sha256"},
    {CM_HASH_SHA384, "sha384", MBEDTLS_MD_SHA384, 48, OID_NIST_HASH("\x02"), OID_PKCS1("\x0c"),
     OID_ECDSA("\x03\x03"), "rsa-sha384", "ecdsa-sha384", "rsa-pss-sha384"},
    {CM_HASH_SHA512, "sha512", MBEDTLS_MD_SHA512, 64, OID_NIST_HASH("\x03"), OID_PKCS1("\x0d"),
     OID_ECDSA("\x03\x04"), "rsa-sha512", "ecdsa-sha512", "rsa-pss-sha512"},
    {CM_HASH_SHA1, "sha1", MBEDTLS_MD_SHA1, 20, "\x2b\x0e\x03\x02\x1a", OID_PKCS1("\x05"),
     OID_ECDSA("\x01"), "rsa-sha1", "ecdsa-sha1", "rsa-pss-sha1"},
};

enum { DIGEST_COUNT = sizeof digests / sizeof digests[0] };

static const struct digest *digest_of(cm_hash hash)
{
    for (size_t i = 0; i < DIGEST_COUNT; i++) {
        if (digests[i].hash == hash) {
            return &digests[i];
        }
    }
    return NULL;
}

cm_status cm_hash_parse(cm_text text, cm_hash *hash, cm_error *err)
{
    for (size_t i = 0; i < DIGEST_COUNT; i++) {
        const char *name = digests[i].name; /* "sha256", and "sha-256" */
        bool dashed = text.size > 4 && text.data[3] == '-' &&
                      cm_text_is_nocase((cm_text){text.data, 3}, "sha") &&
                      cm_text_is((cm_text){text.data + 4, text.size - 4}, name + 3);
        if (cm_text_is_nocase(text, name) || dashed) {
            *hash = digests[i].hash;
            return CM_OK;
        }
    }
    cm_fail(err, CM_ERR_INVALID, "%t is no hash; there are sha256, sha384 and sha512", &text);
    return cm_fail_in(err, CM_ERR_INVALID, "hash");
}

cm_status cm_signer_init(cm_signer *signer, const cm_key *key, cm_hash hash, bool pss,
                         bool allow_weak, cm_error *err)
{
    if (!key->is_private) {
        cm_fail(err, CM_ERR_INVALID, "signing needs a private key; this is a public one");
        return cm_fail_in(err, CM_ERR_INVALID, "key");
    }
    if (hash == CM_HASH_DEFAULT) {
        hash = key->algorithm == CM_KEY_P384   ? CM_HASH_SHA384
               : key->algorithm == CM_KEY_P521 ? CM_HASH_SHA512
                                               : CM_HASH_SHA256;
    }
    if (digest_of(hash) == NULL || (hash == CM_HASH_SHA1 && !allow_weak)) {
        cm_fail(err, CM_ERR_INVALID,
                "SHA-1 signatures are refused by every current client; use sha256, sha384 or "
                "sha512 (allowWeak makes one for a test)");
        return cm_fail_in(err, CM_ERR_INVALID, "hash");
    }
    if (pss && key->algorithm != CM_KEY_RSA) {
        cm_fail(err, CM_ERR_INVALID, "RSASSA-PSS needs an RSA key to sign with");
        return cm_fail_in(err, CM_ERR_INVALID, "pss");
    }
    *signer = (cm_signer){key, hash, pss};
    return CM_OK;
}

static void write_oid_sequence(cm_der *out, const char *oid, bool null)
{
    size_t mark = cm_der_begin(out, CM_TAG_SEQUENCE);
    cm_der_element(out, CM_TAG_OID, oid, strlen(oid));
    if (null) {
        cm_der_null(out);
    }
    cm_der_end(out, mark);
}

/* RFC 4055 §3.1: hash, MGF1 with the same hash, salt length. */
static void write_pss(cm_der *out, const struct digest *digest)
{
    size_t mark = cm_der_begin(out, CM_TAG_SEQUENCE);
    cm_der_element(out, CM_TAG_OID, OID_RSASSA_PSS, OID_SIZE(OID_RSASSA_PSS));
    size_t parameters = cm_der_begin(out, CM_TAG_SEQUENCE);
    if (digest->hash != CM_HASH_SHA1) { /* the defaults are not written */
        size_t hash = cm_der_begin(out, CM_TAG_CONTEXT_CONSTRUCTED(0));
        write_oid_sequence(out, digest->oid, true);
        cm_der_end(out, hash);
        size_t mask = cm_der_begin(out, CM_TAG_CONTEXT_CONSTRUCTED(1));
        size_t mgf1 = cm_der_begin(out, CM_TAG_SEQUENCE);
        cm_der_element(out, CM_TAG_OID, OID_MGF1, OID_SIZE(OID_MGF1));
        write_oid_sequence(out, digest->oid, true);
        cm_der_end(out, mgf1);
        cm_der_end(out, mask);
        size_t salt = cm_der_begin(out, CM_TAG_CONTEXT_CONSTRUCTED(2));
        cm_der_small(out, CM_TAG_INTEGER, digest->size);
        cm_der_end(out, salt);
    }
    cm_der_end(out, parameters);
    cm_der_end(out, mark);
}

void cm_signer_write_algorithm(const cm_signer *signer, cm_der *out)
{
    const struct digest *digest = digest_of(signer->hash);
    if (signer->pss) {
        write_pss(out, digest);
    } else if (signer->key->algorithm == CM_KEY_RSA) {
        write_oid_sequence(out, digest->rsa, true); /* RFC 4055 §5: NULL parameters */
    } else {
        write_oid_sequence(out, digest->ecdsa, false); /* RFC 5758 §3.2: none */
    }
}

static int sign_hash(const cm_signer *signer, const struct digest *digest, const uint8_t *hash,
                     cm_random *rng, uint8_t *signature, size_t capacity, size_t *size)
{
    mbedtls_pk_context *pk = (mbedtls_pk_context *)&signer->key->pk; /* blinding changes inside */
    if (signer->pss) {
        return mbedtls_pk_sign_ext(MBEDTLS_PK_RSASSA_PSS, pk, digest->md, hash, digest->size,
                                   signature, capacity, size, cm_random_bytes, rng);
    }
    return mbedtls_pk_sign(pk, digest->md, hash, digest->size, signature, capacity, size,
                           cm_random_bytes, rng);
}

cm_status cm_signer_sign(const cm_signer *signer, cm_view tbs, cm_random *rng, cm_der *out,
                         cm_error *err)
{
    const struct digest *digest = digest_of(signer->hash);
    uint8_t hash[64], signature[MBEDTLS_PK_SIGNATURE_MAX_SIZE];
    size_t size = 0;
    if (mbedtls_md(mbedtls_md_info_from_type(digest->md), tbs.data, tbs.size, hash) != 0) {
        return cm_fail_internal(err, "cm_signer_sign");
    }
    if (sign_hash(signer, digest, hash, rng, signature, sizeof signature, &size) != 0) {
        return cm_fail(err, CM_ERR_INTERNAL, "signing failed: the key may be damaged");
    }
    size_t mark = cm_der_begin(out, CM_TAG_SEQUENCE);
    cm_der_raw(out, tbs);
    cm_signer_write_algorithm(signer, out);
    cm_der_bit_string(out, (cm_view){signature, size});
    cm_der_end(out, mark);
    return CM_OK;
}

static bool oid_is(cm_view oid, const char *literal)
{
    return oid.size == strlen(literal) && memcmp(oid.data, literal, oid.size) == 0;
}

/* The hash OID inside RSASSA-PSS parameters; absent means SHA-1. */
static const char *pss_name(cm_view parameters)
{
    cm_view content, hash, algorithm, oid;
    if (cm_der_take(&parameters, CM_TAG_SEQUENCE, &content) &&
        cm_der_take(&content, CM_TAG_CONTEXT_CONSTRUCTED(0), &hash) &&
        cm_der_take(&hash, CM_TAG_SEQUENCE, &algorithm) &&
        cm_der_take(&algorithm, CM_TAG_OID, &oid)) {
        for (size_t i = 0; i < DIGEST_COUNT; i++) {
            if (oid_is(oid, digests[i].oid)) {
                return digests[i].pss_name;
            }
        }
        return "unknown";
    }
    return "rsa-pss-sha1";
}

const char *cm_signature_name(cm_view algorithm)
{
    cm_view content, oid;
    if (!cm_der_take(&algorithm, CM_TAG_SEQUENCE, &content) ||
        !cm_der_take(&content, CM_TAG_OID, &oid)) {
        return "unknown";
    }
    if (oid_is(oid, OID_RSASSA_PSS)) {
        return pss_name(content);
    }
    for (size_t i = 0; i < DIGEST_COUNT; i++) {
        if (oid_is(oid, digests[i].rsa)) {
            return digests[i].rsa_name;
        }
        if (oid_is(oid, digests[i].ecdsa)) {
            return digests[i].ecdsa_name;
        }
    }
    return "unknown";
}
