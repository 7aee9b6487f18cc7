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

#endif
