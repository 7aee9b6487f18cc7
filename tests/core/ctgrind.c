/*
 * Constant time, checked by Valgrind (the method of Adam Langley's ctgrind): secrets are marked as
 * undefined memory, so that Memcheck reports every branch and every address that depends on one.
 *
 *     valgrind --error-exitcode=1 ctgrind
 *
 * What may show by design is marked defined where it arises, by CM_DECLASSIFY in the sources: that
 * a candidate was rejected, that a test was passed, whether a signature verified. The sources are
 * included here for that, and for their static functions.
 */
#include <stdio.h>
#include <string.h>

#include <valgrind/memcheck.h>

#define CM_DECLASSIFY(pointer, size) VALGRIND_MAKE_MEM_DEFINED((pointer), (size))
#define SECRET(pointer, size) VALGRIND_MAKE_MEM_UNDEFINED((pointer), (size))
#define PUBLIC(pointer, size) VALGRIND_MAKE_MEM_DEFINED((pointer), (size))

#include "../../src/montgomery.c"
#include "../../src/prime.c"
#include "../../src/rsa.c"
#include "tap.h"

/* Fixed bytes, so that every run does the same. */
static int fixed_bytes(void *context, unsigned char *out, size_t size)
{
    static uint64_t state = 88172645463325252;
    (void)context;
    for (size_t i = 0; i < size; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out[i] = (unsigned char)(state >> 24);
    }
    return 0;
}

static int secret_bytes(void *context, unsigned char *out, size_t size)
{
    fixed_bytes(context, out, size);
    SECRET(out, size);
    return 0;
}

/* Whether the marks of secrecy have come through to here (or there is no Valgrind to tell). */
static bool is_secret(const void *data, size_t size)
{
    uint8_t marks[64] = {0};
    size = size < sizeof marks ? size : sizeof marks;
    if (RUNNING_ON_VALGRIND == 0) {
        return true;
    }
    (void)VALGRIND_GET_VBITS(data, marks, size);
    for (size_t i = 0; i < size; i++) {
        if (marks[i] != 0) {
            return true;
        }
    }
    return false;
}

/* Errors of Memcheck since the last call. */
static unsigned new_errors(void)
{
    static unsigned before;
    unsigned now = (unsigned)VALGRIND_COUNT_ERRORS, count = now - before;
    before = now;
    return count;
}

/* A check that cannot fail would prove nothing: this one must be seen. Run on demand only, as it
 * makes Valgrind fail: `ctgrind --leak`. */
static void leak(void)
{
    volatile uint8_t secret = 1;
    SECRET((uint8_t *)&secret, 1);
    if (secret != 0) {
        puts("# leaked");
    }
    ok(new_errors() != 0, "a branch on a secret is noticed");
}

/* A search through all its phases: start, sieve, candidates, both kinds of test, the prime. */
static void check_search(uint8_t *prime, size_t size)
{
    cm_prime_search *search = NULL;
    bool found = false;
    cm_status status = cm_prime_search_create((unsigned)(8 * size), secret_bytes, NULL, &search);
    while (status == CM_OK && !found) {
        status = cm_prime_search_step(search, 1000, &found);
    }
    ok(status == CM_OK && cm_prime_search_take(search, prime, size) == CM_OK, "a prime is found");
    ok(is_secret(prime, size), "and secret to the end");
    same_int(new_errors(), 0, "the search branches on no secret");
    cm_prime_search_free(search);
}

static void check_test(const uint8_t *prime, size_t size)
{
    bool probable = false;
    ok(cm_prime_is_probable(prime, size, 3, secret_bytes, NULL, &probable) == CM_OK && probable,
       "a given prime is tested");
    same_int(new_errors(), 0, "cm_prime_is_probable branches on no secret");
}

static void make_secret(cm_montgomery *m)
{
    cm_limb n[CM_MONTGOMERY_MAX_LIMBS];
    unsigned bits = m->bits;
    memcpy(n, m->n, sizeof n);
    SECRET(n, sizeof n);
    cm_montgomery_set(m, n, bits);
    cm_montgomery_prepare(m);
}

/* A signature's private operation: the primes, the exponents and the input are secret. */
static void check_private(const mbedtls_rsa_context *rsa)
{
    static private_operation op;
    ok(read_key(&op, rsa) == CM_OK, "the key is read");
    make_secret(&op.p);
    make_secret(&op.q);
    SECRET(op.dp, sizeof op.dp);
    SECRET(op.dq, sizeof op.dq);
    SECRET(op.q_inverse, sizeof op.q_inverse);
    op.input[0] = 12345;
    op.input[5] = 67890;
    SECRET(op.input, sizeof op.input);
    ok(run(&op, secret_bytes, NULL) == CM_OK, "the private operation is right");
    ok(is_secret(op.s, sizeof op.s), "its result is secret until it is given away");
    same_int(new_errors(), 0, "it branches on no secret");
}

int main(int argc, char **argv)
{
    static uint8_t p[64], q[64];
    mbedtls_pk_context pk;
    (void)argv;
    if (argc > 1) {
        leak();
        return done_testing();
    }
    diag("limbs of %d bits%s", CM_LIMB_BITS,
         RUNNING_ON_VALGRIND == 0 ? ", NOT UNDER VALGRIND: this proves nothing" : "");
    check_search(p, sizeof p);
    check_search(q, sizeof q);
    check_test(p, sizeof p);
    PUBLIC(p, sizeof p); /* mbedTLS makes the key; its own arithmetic is not what is tested here */
    PUBLIC(q, sizeof q);
    mbedtls_pk_init(&pk);
    ok(assemble(&pk, (cm_view){p, sizeof p}, (cm_view){q, sizeof q}, fixed_bytes, NULL) == CM_OK,
       "the primes make a key");
    check_private(mbedtls_pk_rsa(pk));
    mbedtls_pk_free(&pk);
    return done_testing();
}
