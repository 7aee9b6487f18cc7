/* Encrypted private keys: EncryptedPrivateKeyInfo of RFC 5958 §3. */
#ifndef CM_PKCS8_H
#define CM_PKCS8_H

#include "certmint.h"
#include "pbe.h"

/* Whether DER looks like one: SEQUENCE { SEQUENCE, OCTET STRING }. */
bool cm_pkcs8_is_encrypted(cm_view der);

/* Decrypts one, whole, to its PrivateKeyInfo. Errors as cm_pbe_decrypt has them. */
cm_status cm_pkcs8_decrypt(cm_view der, cm_unlock *u, cm_bytes *plain, cm_error *err);

/* Writes one from a private key. */
cm_status cm_pkcs8_encrypt(const cm_key *key, cm_pbe_encryption *e, const cm_unlock *u,
                           cm_random *rng, cm_der *d, cm_error *err);

#endif
