/*
 * Password-based encryption: PBES2 and PBES1 (RFC 8018), and the scheme of PKCS#12 (RFC 7292
 * appendices B and C). For encrypted keys (pkcs8.c) and key stores (pkcs12.c) alike.
 */
#ifndef CM_PBE_H
#define CM_PBE_H

#include <mbedtls/md.h>

#include "certmint.h"
#include "der.h"

enum { CM_PASSPHRASE_LIMIT = 1024, CM_SALT_LIMIT = 1024 }; /* bytes */

/* A passphrase in the forms that the schemes want it in, and how much work a file may still ask
 * for. */
typedef struct cm_unlock {
    cm_view bytes;  /* as given; PBES1 and PBES2 take these. Borrowed. */
    cm_bytes utf16; /* UTF-16BE with two zero bytes behind it; empty when bytes is not UTF-8 */
    unsigned iterations_left, limit;
} cm_unlock;

/* `max_iterations` is the sum over everything that is unlocked with it; 0 means
 * CM_KDF_ITERATIONS_LIMIT. CM_ERR_LIMIT, CM_ERR_MEMORY. */
cm_status cm_unlock_open(cm_unlock *u, cm_view passphrase, unsigned max_iterations, cm_error *err);
/* Zeroes. */
void cm_unlock_close(cm_unlock *u);
/* Accounts for a derivation; `iterations` is the content of an INTEGER in a file.
 * CM_ERR_MALFORMED when it is none, CM_ERR_LIMIT when it is over what is left. */
cm_status cm_unlock_charge(cm_unlock *u, cm_view iterations, unsigned *count, cm_error *err);

/* Decrypts what an AlgorithmIdentifier (the content of its SEQUENCE) says: PBES2 with PBKDF2 on
 * HMAC-SHA-1 to -512 and AES or 3DES in CBC; PBES1 with DES; the PKCS#12 schemes with 3DES. A
 * result that is no DER SEQUENCE counts as a wrong passphrase. CM_ERR_PASSPHRASE,
 * CM_ERR_UNSUPPORTED (names the scheme), CM_ERR_LIMIT, CM_ERR_MALFORMED, CM_ERR_MEMORY, without a
 * field. */
cm_status cm_pbe_decrypt(cm_unlock *u, cm_view algorithm, cm_view encrypted, cm_bytes *plain,
                         cm_error *err);

typedef enum cm_pbe_scheme {
    CM_PBE_MODERN = 0, /* PBES2: PBKDF2 on HMAC-SHA-256, AES-256-CBC */
    CM_PBE_LEGACY      /* pbeWithSHAAnd3-KeyTripleDES-CBC */
} cm_pbe_scheme;

/* Writes the AlgorithmIdentifier and then the ciphertext as an element with this tag. Under the
 * modern scheme, encryptions with the same *e share one derived key and differ in their IVs. */
typedef struct cm_pbe_encryption {
    cm_pbe_scheme scheme;
    unsigned iterations;
    bool derived;
    uint8_t salt[16], key[32];
} cm_pbe_encryption;
cm_status cm_pbe_encrypt(cm_pbe_encryption *e, const cm_unlock *u, cm_random *rng, cm_view plain,
                         cm_der *d, uint8_t tag, cm_error *err);

/* The key derivation of PKCS#12 (RFC 7292 §B.2). `password` is UTF-16BE with its terminator, or
 * empty. False when memory ran out. */
enum { CM_PKCS12_KEY = 1, CM_PKCS12_IV = 2, CM_PKCS12_MAC = 3 };
bool cm_pkcs12_kdf(mbedtls_md_type_t md, uint8_t id, cm_view password, cm_view salt,
                   unsigned iterations, uint8_t *out, size_t size);

/* "unsupported" with the name of the algorithm, or its object identifier. */
cm_status cm_pbe_unsupported(cm_view oid, cm_error *err);

#endif
