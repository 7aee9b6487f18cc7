/* The inside of a cm_key, for the files that sign and encode. */
#ifndef CM_KEY_H
#define CM_KEY_H

#include <mbedtls/pk.h>

#include "certmint.h"

struct cm_key {
    mbedtls_pk_context pk;
    cm_key_algorithm algorithm;
    unsigned bits;
    bool is_private;
    cm_bytes spki; /* SubjectPublicKeyInfo of the public half, in DER */
};

/* Whether a key that mbedTLS has read is of a kind that certmint knows. The native build's mbedTLS
 * reads X25519 too, for TLS. */
bool cm_pk_is_known(const mbedtls_pk_context *pk);

#endif
