/* JSON Web Keys (RFC 7517, RFC 7518 §6, RFC 8812 for secp256k1). */
#ifndef CM_JWK_H
#define CM_JWK_H

#include "certmint.h"

/* Reads a JWK into DER that mbedTLS reads: RSAPrivateKey, ECPrivateKey or SubjectPublicKeyInfo.
 * Members that do not make the key are ignored. CM_ERR_MALFORMED, CM_ERR_UNSUPPORTED, without a
 * field. */
cm_status cm_jwk_read(cm_text json, cm_bytes *der, cm_error *err);

#endif
