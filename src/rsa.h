/*
 * RSA keys (FIPS 186-5 A.1.3) and signatures (RFC 8017) on the kernel of montgomery.h. Keys live in
 * mbedTLS's contexts, which can export them; only the work is done here.
 *
 * f_rng and p_rng are mbedTLS's convention: fills the bytes and returns 0.
 */
#ifndef CM_RSA_H
#define CM_RSA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mbedtls/md.h>
#include <mbedtls/pk.h>
#include <mbedtls/rsa.h>

#include "certmint.h"

enum { CM_RSA_MAX_SIZE = 1024 }; /* bytes of the largest signature: RSA-8192 */

/* Makes a key with e = 65537 of two primes (big-endian, the same size in bytes, without leading
 * zeros) in *pk, which must be initialised and empty, and stays so on failure. p and q get tested
 * for primality with one random base, and the pair for the conditions of FIPS 186-5 A.1.1 and
 * A.1.3: the size of n, |p-q|, gcd(e, (p-1)(q-1)), the size of d. The key is checked by
 * mbedtls_rsa_check_privkey and by a signature that mbedTLS verifies.
 * CM_ERR_INVALID when the pair does not do; CM_ERR_RANDOM, CM_ERR_MEMORY, CM_ERR_INTERNAL. */
cm_status cm_rsa_from_primes(mbedtls_pk_context *pk, cm_view p, cm_view q,
                             int (*f_rng)(void *, unsigned char *, size_t), void *p_rng);

/* Generates a key of `bits` bits (1024 .. 8192, a multiple of 128) with e = 65537 in *pk, which
 * must be initialised and empty, and stays so on failure. `progress` may be NULL; it counts
 * exponentiations and is called about every 10 ms in WebAssembly, sooner natively.
 * CM_ERR_INVALID for another size, CM_ERR_CANCELLED, CM_ERR_RANDOM, CM_ERR_MEMORY,
 * CM_ERR_INTERNAL. */
cm_status cm_rsa_generate(mbedtls_pk_context *pk, unsigned bits,
                          int (*f_rng)(void *, unsigned char *, size_t), void *p_rng,
                          const cm_progress *progress);

/* Signs a hash with RSASSA-PKCS1-v1_5 (RFC 8017 §8.2), or RSASSA-PSS (§8.1) with MGF1 on the same
 * hash and a salt as long as the hash. `hash` holds mbedtls_md_get_size of md bytes; `signature`
 * receives mbedtls_rsa_get_len(rsa) bytes, big-endian. The key is only read.
 *
 * By the Chinese remainder theorem, on blinded input, in constant time but for the length of the
 * key and the public exponent; the signature is raised to e before it leaves, so that a faulty
 * computation gives away nothing.
 * CM_ERR_INVALID when rsa is no private key; CM_ERR_UNSUPPORTED for an unknown hash and a modulus
 * too short for it or over 8192 bits; CM_ERR_RANDOM, CM_ERR_MEMORY; CM_ERR_INTERNAL when the
 * result is wrong, as for a damaged key. Nothing is written then. */
cm_status cm_rsa_sign(const mbedtls_rsa_context *rsa, bool pss, mbedtls_md_type_t md,
                      const uint8_t *hash, uint8_t *signature,
                      int (*f_rng)(void *, unsigned char *, size_t), void *p_rng);

#endif
