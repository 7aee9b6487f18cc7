#include "signature.h"

#include <string.h>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/md.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/rsa.h>

#include "error.h"
#include "key.h"
#include "oid.h"
#include "rsa.h"
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

/* Overwrites what functions that have returned had on the stack: mbedTLS's deterministic ECDSA
 * leaves the private key there (ecdsa.c), some hundred bytes below the caller. Inlined it would be
 * beside. */
#if defined(__GNUC__) || defined(__clang__)
__attribute__((noinline))
#endif
static void
wipe_stack(void)
{
    uint8_t below[8192];
    mbedtls_platform_zeroize(below, sizeof below);
}

static cm_status sign_hash(const cm_signer *signer, const struct digest *digest,
                           const uint8_t *hash, cm_random *rng, uint8_t *signature, size_t capacity,
                           size_t *size)
{
    mbedtls_pk_context *pk = (mbedtls_pk_context *)&signer->key->pk; /* its signer is not const */
    if (signer->key->algorithm == CM_KEY_RSA) {
        *size = mbedtls_pk_get_len(pk);
        return cm_rsa_sign(mbedtls_pk_rsa(*pk), signer->pss, digest->md, hash, signature,
                           cm_random_bytes, rng);
    }
    int result = mbedtls_pk_sign(pk, digest->md, hash, digest->size, signature, capacity, size,
                                 cm_random_bytes, rng);
    wipe_stack();
    return result == 0                                            ? CM_OK
           : result == MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED ? CM_ERR_RANDOM
           : cm_lacked_memory(result)                             ? CM_ERR_MEMORY
                                                                  : CM_ERR_INTERNAL;
}

static cm_status signing_failed(cm_status status, const cm_signer *signer, cm_error *err)
{
    switch (status) {
    case CM_ERR_UNSUPPORTED:
        return cm_fail(err, status, "RSA with %d bits cannot sign with this hash",
                       (int)signer->key->bits);
    case CM_ERR_RANDOM:
        return cm_fail(err, status, "the random number generator failed");
    case CM_ERR_MEMORY:
        return cm_fail_memory(err);
    default:
        return cm_fail(err, status, "signing failed: the key may be damaged");
    }
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
    cm_status status = sign_hash(signer, digest, hash, rng, signature, sizeof signature, &size);
    if (status != CM_OK) {
        return signing_failed(status, signer, err);
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

/* What an AlgorithmIdentifier asks of a verifier. */
typedef struct scheme {
    const struct digest *digest;
    mbedtls_pk_type_t type;
    unsigned salt; /* PSS */
} scheme;

static const struct digest *digest_by_oid(cm_view algorithm)
{
    cm_view content, oid;
    if (cm_der_take(&algorithm, CM_TAG_SEQUENCE, &content) &&
        cm_der_take(&content, CM_TAG_OID, &oid)) {
        for (size_t i = 0; i < DIGEST_COUNT; i++) {
            if (oid_is(oid, digests[i].oid)) {
                return &digests[i];
            }
        }
    }
    return NULL;
}

/* RSASSA-PSS-params (RFC 4055 §3.1) with the same hash inside and in MGF1, as §2.1 recommends. */
static bool parse_pss(cm_view parameters, scheme *out)
{
    cm_view content, part, mgf, oid;
    const struct digest *mgf_digest = digest_of(CM_HASH_SHA1);
    out->type = MBEDTLS_PK_RSASSA_PSS;
    out->digest = mgf_digest;
    out->salt = 20;
    if (!cm_der_take(&parameters, CM_TAG_SEQUENCE, &content) || parameters.size != 0) {
        return false;
    }
    if (cm_der_take(&content, CM_TAG_CONTEXT_CONSTRUCTED(0), &part)) {
        out->digest = digest_by_oid(part);
    }
    if (cm_der_take(&content, CM_TAG_CONTEXT_CONSTRUCTED(1), &part)) {
        if (!cm_der_take(&part, CM_TAG_SEQUENCE, &mgf) || !cm_der_take(&mgf, CM_TAG_OID, &oid) ||
            !oid_is(oid, OID_MGF1)) {
            return false;
        }
        mgf_digest = digest_by_oid(mgf);
    }
    if (cm_der_take(&content, CM_TAG_CONTEXT_CONSTRUCTED(2), &part)) {
        cm_view number;
        if (!cm_der_take(&part, CM_TAG_INTEGER, &number) || !cm_der_small_of(number, &out->salt)) {
            return false;
        }
    }
    return content.size == 0 && out->digest != NULL && out->digest == mgf_digest;
}

static bool parse_scheme(cm_view algorithm, scheme *out)
{
    cm_view content, oid;
    if (!cm_der_take(&algorithm, CM_TAG_SEQUENCE, &content) ||
        !cm_der_take(&content, CM_TAG_OID, &oid)) {
        return false;
    }
    if (oid_is(oid, OID_RSASSA_PSS)) {
        return parse_pss(content, out);
    }
    for (size_t i = 0; i < DIGEST_COUNT; i++) {
        out->digest = &digests[i];
        if (oid_is(oid, digests[i].rsa)) {
            out->type = MBEDTLS_PK_RSA;
            return content.size == 0 || (content.size == 2 && content.data[0] == CM_TAG_NULL);
        }
        if (oid_is(oid, digests[i].ecdsa)) {
            out->type = MBEDTLS_PK_ECDSA;
            return content.size == 0;
        }
    }
    return false;
}

/* A positive INTEGER in the shortest form. */
static bool take_positive(cm_view *in)
{
    cm_view n;
    return cm_der_take(in, CM_TAG_INTEGER, &n) && n.size > 0 && (n.data[0] & 0x80) == 0 &&
           (n.size == 1 ? n.data[0] != 0 : n.data[0] != 0 || (n.data[1] & 0x80) != 0);
}

/* Ecdsa-Sig-Value (RFC 3279 §2.2.3) in DER; mbedTLS takes other encodings too, which would let
 * anybody change a certificate's bytes without breaking its signature. */
static bool is_ecdsa_value(cm_view signature)
{
    cm_view content;
    return cm_der_take(&signature, CM_TAG_SEQUENCE, &content) && signature.size == 0 &&
           take_positive(&content) && take_positive(&content) && content.size == 0;
}

static int verify_hash(mbedtls_pk_context *pk, const scheme *s, const uint8_t *hash,
                       cm_view signature)
{
    if (s->type == MBEDTLS_PK_RSASSA_PSS) {
        mbedtls_pk_rsassa_pss_options options = {s->digest->md, (int)s->salt};
        return mbedtls_pk_verify_ext(s->type, &options, pk, s->digest->md, hash, s->digest->size,
                                     signature.data, signature.size);
    }
    return mbedtls_pk_verify_ext(s->type, NULL, pk, s->digest->md, hash, s->digest->size,
                                 signature.data, signature.size);
}

cm_status cm_signature_verify(cm_view spki, cm_view algorithm, cm_view tbs, cm_view signature,
                              cm_error *err)
{
    scheme s = {NULL, MBEDTLS_PK_NONE, 0};
    uint8_t hash[64];
    mbedtls_pk_context pk;
    if (!parse_scheme(algorithm, &s)) {
        return cm_fail(err, CM_ERR_UNSUPPORTED, "the signature algorithm is not supported");
    }
    if (mbedtls_md(mbedtls_md_info_from_type(s.digest->md), tbs.data, tbs.size, hash) != 0) {
        return cm_fail_internal(err, "cm_signature_verify");
    }
    mbedtls_pk_init(&pk);
    cm_status status = CM_OK;
    if (mbedtls_pk_parse_public_key(&pk, spki.data, spki.size) != 0 || !cm_pk_is_known(&pk)) {
        status = cm_fail(err, CM_ERR_UNSUPPORTED, "the public key is damaged or not supported");
    } else if (!mbedtls_pk_can_do(&pk, s.type == MBEDTLS_PK_RSASSA_PSS ? MBEDTLS_PK_RSA : s.type) ||
               (s.type == MBEDTLS_PK_ECDSA && !is_ecdsa_value(signature)) ||
               verify_hash(&pk, &s, hash, signature) != 0) {
        status = cm_fail(err, CM_ERR_MISMATCH, "the signature is not right");
    }
    mbedtls_pk_free(&pk);
    return status;
}

const char *cm_signature_name(cm_view algorithm)
{
    scheme s = {NULL, MBEDTLS_PK_NONE, 0};
    if (!parse_scheme(algorithm, &s)) {
        return "unknown";
    }
    return s.type == MBEDTLS_PK_RSA     ? s.digest->rsa_name
           : s.type == MBEDTLS_PK_ECDSA ? s.digest->ecdsa_name
                                        : s.digest->pss_name;
}

bool cm_signature_pss(cm_view algorithm, unsigned *salt_size, unsigned *hash_size)
{
    scheme s = {NULL, MBEDTLS_PK_NONE, 0};
    if (!parse_scheme(algorithm, &s) || s.type != MBEDTLS_PK_RSASSA_PSS) {
        return false;
    }
    *salt_size = s.salt;
    *hash_size = s.digest->size;
    return true;
}
