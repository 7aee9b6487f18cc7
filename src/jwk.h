/* JSON Web Keys (RFC 7517, RFC 7518 §6, RFC 8812 for secp256k1). */
#ifndef CM_JWK_H
#define CM_JWK_H

#include "certmint.h"

/* Reads a JWK into DER that mbedTLS reads: RSAPrivateKey, ECPrivateKey or SubjectPublicKeyInfo.
 * Members that do not make the key are ignored. CM_ERR_MALFORMED, CM_ERR_UNSUPPORTED, without a
 * field. */
cm_status cm_jwk_read(cm_text json, cm_bytes *der, cm_error *err);

/* The keys of a JWK Set (RFC 7517 §5): from its "[" on; {NULL, 0} when it is none. cm_jwk_next then
 * takes the next object of the list off *keys; false at the end. */
cm_text cm_jwk_set(cm_text json);
bool cm_jwk_next(cm_text *keys, cm_text *key);

/* The JWK thumbprint (RFC 7638) of a SubjectPublicKeyInfo, as cm_key_thumbprint has it. False for
 * kinds of keys that have none here. */
bool cm_spki_thumbprint(cm_view spki, char out[44]);

#endif
