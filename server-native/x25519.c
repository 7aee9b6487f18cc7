/*
 * The public half of an X25519 key, which mbedTLS's PSA computes with arithmetic for any curve even
 * where its own Everest code (formally verified, from Project Everest) is there for the rest of the
 * exchange: nine times the time, a quarter of a handshake. The linker gives mbedTLS this function
 * first (cmake/server.cmake).
 */
#include <stdint.h>

#include <Hacl_Curve25519.h>
#include <mbedtls/ecp.h>
#include <mbedtls/platform_util.h>

enum { SIZE = 32 };

typedef int (*random_fn)(void *, unsigned char *, size_t);

/* R = m * G, RFC 7748 §6.1; m is clamped, as RFC 7748 §5 has it, if it is not yet. */
static int multiply_base(mbedtls_ecp_group *group, mbedtls_ecp_point *out, const mbedtls_mpi *m)
{
    uint8_t secret[SIZE], basepoint[SIZE] = {9}, public_half[SIZE];
    int result = mbedtls_ecp_check_privkey(group, m);
    if (result == 0) {
        result = mbedtls_mpi_write_binary_le(m, secret, sizeof secret);
    }
    if (result == 0) {
        Hacl_Curve25519_crypto_scalarmult(public_half, secret, basepoint);
        result = mbedtls_ecp_point_read_binary(group, out, public_half, sizeof public_half);
    }
    mbedtls_platform_zeroize(secret, sizeof secret);
    return result;
}

#ifndef __APPLE__

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names */
int __real_mbedtls_ecp_mul(mbedtls_ecp_group *group, mbedtls_ecp_point *out, const mbedtls_mpi *m,
                           const mbedtls_ecp_point *point, random_fn random, void *context);
int __wrap_mbedtls_ecp_mul(mbedtls_ecp_group *group, mbedtls_ecp_point *out, const mbedtls_mpi *m,
                           const mbedtls_ecp_point *point, random_fn random, void *context);

int __wrap_mbedtls_ecp_mul(mbedtls_ecp_group *group, mbedtls_ecp_point *out, const mbedtls_mpi *m,
                           const mbedtls_ecp_point *point, random_fn random, void *context)
{
    if (group->id == MBEDTLS_ECP_DP_CURVE25519 && point == &group->G) {
        return multiply_base(group, out, m);
    }
    return __real_mbedtls_ecp_mul(group, out, m, point, random, context);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

#endif
