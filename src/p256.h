/*
 * Checking ECDSA signatures over P-256 (FIPS 186-5 §6.4.2), where most of the time of a path goes:
 * mbedTLS's generic arithmetic takes some ten times as long in WebAssembly.
 *
 * Not constant time: public keys, digests and signatures are public. Never to be used with a
 * secret.
 */
#ifndef CM_P256_H
#define CM_P256_H

#include "certmint.h"

/*
 * point: 04, x, y, as in SubjectPublicKeyInfo; hash: any size, the leftmost 256 bits count; r and
 * s: big-endian, without sign. True when the point is on the curve and the signature is right.
 */
bool cm_p256_verify(const uint8_t point[65], cm_view hash, cm_view r, cm_view s);

/* The uncompressed point in a SubjectPublicKeyInfo (with its header) for a P-256 key; NULL for
 * every other key. Whether it is on the curve is not looked at. */
const uint8_t *cm_p256_point(cm_view spki);

/* Whether 04, x, y is a point of the curve. */
bool cm_p256_is_point(const uint8_t point[65]);

#endif
