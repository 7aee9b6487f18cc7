/* Signing what certificates, requests and revocation lists have in common: tbs, algorithm, bits. */
#ifndef CM_SIGNATURE_H
#define CM_SIGNATURE_H

#include "certmint.h"
#include "der.h"

/* How one key signs. */
typedef struct cm_signer {
    const cm_key *key;
    cm_hash hash; /* never DEFAULT */
    bool pss;
} cm_signer;

/* Chooses the hash for CM_HASH_DEFAULT and checks the choice against the key. Fields in errors:
 * "hash", "pss", "key". */
cm_status cm_signer_init(cm_signer *signer, const cm_key *key, cm_hash hash, bool pss,
                         bool allow_weak, cm_error *err);

/* Writes the AlgorithmIdentifier: RFC 3279, 4055, 5758. */
void cm_signer_write_algorithm(const cm_signer *signer, cm_der *out);

/* Writes SEQUENCE { tbs, AlgorithmIdentifier, BIT STRING } with the signature over tbs: PKCS#1 v1.5
 * or PSS with salt as long as the hash (RFC 8017), or ECDSA with a deterministic nonce (RFC 6979).
 * tbs comes with its header. */
cm_status cm_signer_sign(const cm_signer *signer, cm_view tbs, cm_random *rng, cm_der *out,
                         cm_error *err);

/* Checks a signature over tbs by the key in a SubjectPublicKeyInfo. CM_ERR_MISMATCH when it is not
 * right, CM_ERR_UNSUPPORTED for an algorithm or key that certmint does not know. No field. */
cm_status cm_signature_verify(cm_view spki, cm_view algorithm, cm_view tbs, cm_view signature,
                              cm_error *err);

/* The name of a signature AlgorithmIdentifier (with its header): "rsa-sha256", "rsa-pss-sha256",
 * "ecdsa-sha384", ... or "unknown". */
const char *cm_signature_name(cm_view algorithm);

/* What an AlgorithmIdentifier for RSASSA-PSS asks for: the sizes of salt and hash in bytes. False
 * for other algorithms, and when hash and mask generation differ. */
bool cm_signature_pss(cm_view algorithm, unsigned *salt_size, unsigned *hash_size);

#endif
