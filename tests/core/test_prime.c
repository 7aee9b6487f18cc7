/*
 * The prime search: the sieve against division, the test against numbers made to deceive such
 * tests, the primes against mbedTLS's.
 *
 *   test_prime --print COUNT BITS    prints that many primes in hexadecimal, one a line, from the
 *                                    system's generator, for another program to check
 *   CERTMINT_SOAK=n                  makes n times as many primes
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/bignum.h>

/* The sieve is static: it is tested here in its own source. */
#include "../../src/prime.c"
#include "tap.h"

/* How many primes mbedTLS is asked about: two thousand, and a tenth where it takes its time. */
#if defined(__wasm__) || defined(CERTMINT_SANITIZE)
enum { SCALE = 1 };
#else
enum { SCALE = 10 };
#endif

static uint64_t state;

static void seed(uint64_t value)
{
    state = value * 0x9e3779b97f4a7c15 + 1;
}

/* xorshift64*, the same in every run. */
static int seeded(void *context, unsigned char *out, size_t size)
{
    (void)context;
    for (size_t i = 0; i < size; i++) {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        out[i] = (unsigned char)(state * 0x2545f4914f6cdd1d >> 56);
    }
    return 0;
}

static int constant(void *context, unsigned char *out, size_t size)
{
    memset(out, *(int *)context, size);
    return 0;
}

static int failing(void *context, unsigned char *out, size_t size)
{
    int *left = context;
    return (*left)-- > 0 ? seeded(NULL, out, size) : -1;
}

static bool probable(const uint8_t *n, size_t size, unsigned rounds)
{
    bool answer = false;
    cm_status status = cm_prime_is_probable(n, size, rounds, seeded, NULL, &answer);
    if (status != CM_OK) {
        ok(false, "cm_prime_is_probable gave %d", (int)status);
    }
    return answer;
}

static bool probable_number(uint64_t n, unsigned rounds)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < 8; i++) {
        bytes[i] = (uint8_t)(n >> (56 - 8 * i));
    }
    return probable(bytes, 8, rounds);
}

static bool probable_hex(const char *hex, unsigned rounds)
{
    uint8_t bytes[512];
    size_t size = (strlen(hex) + 1) / 2;
    mbedtls_mpi x;
    mbedtls_mpi_init(&x);
    if (mbedtls_mpi_read_string(&x, 16, hex) != 0 ||
        mbedtls_mpi_write_binary(&x, bytes, size) != 0) {
        ok(false, "a number of the test is readable");
    }
    mbedtls_mpi_free(&x);
    return probable(bytes, size, rounds);
}

static bool is_prime(uint32_t n)
{
    for (uint32_t d = 2; d * d <= n; d++) {
        if (n % d == 0) {
            return false;
        }
    }
    return n >= 2;
}

/* ---------------------------------------------------------------------- the test */

/* All strong pseudoprimes to base 2 below 100000 (OEIS A001262). */
static const uint32_t strong_base_2[] = {2047,  3277,  4033,  4681,  8321,  15841, 29341, 42799,
                                         49141, 52633, 65281, 74665, 80581, 85489, 88357, 90751};

static void test_small(void)
{
    unsigned wrong = 0, listed = 0;
    for (uint32_t n = 0; n < 100000; n++) {
        bool expected = is_prime(n);
        if (listed < sizeof strong_base_2 / sizeof *strong_base_2 && n == strong_base_2[listed]) {
            expected = true;
            listed++;
        }
        wrong += probable_number(n, 0) != expected;
    }
    ok(wrong == 0, "base 2 takes the primes and its 16 pseudoprimes below 100000: %u wrong", wrong);
    wrong = 0;
    /* A prime may be lost here, as a base that is 0 tells nothing; that is rare for large ones. */
    for (uint32_t n = 0; n < 20000; n++) {
        wrong += probable_number(n, 40) && !is_prime(n);
    }
    ok(wrong == 0, "40 random bases take no composite below 20000: %u wrong", wrong);
}

static void test_deceivers(void)
{
    /* The smallest strong pseudoprimes to the first 1 .. 11 prime bases (OEIS A014233) that fit,
     * Carmichael numbers, and strong Lucas pseudoprimes (OEIS A217255). */
    static const uint64_t small[] = {2047,
                                     1373653,
                                     25326001,
                                     3215031751,
                                     2152302898747,
                                     3474749660383,
                                     341550071728321,
                                     3825123056546413051,
                                     561,
                                     1105,
                                     1729,
                                     2465,
                                     2821,
                                     6601,
                                     8911,
                                     10585,
                                     41041,
                                     825265,
                                     321197185,
                                     5394826801,
                                     232250619601,
                                     9746347772161,
                                     1436697831295441,
                                     60977817398996785,
                                     5459,
                                     5777,
                                     10877,
                                     16109,
                                     18971,
                                     22499,
                                     24569,
                                     25199,
                                     40309,
                                     58519,
                                     75077,
                                     97439};
    /* The next two of A014233; Arnault's Carmichael number of 397 digits, which is a strong
     * pseudoprime to every prime base below 307; a Carmichael number (6k+1)(12k+1)(18k+1) of 1021
     * bits; two strong pseudoprimes to base 2 of the form (k+1)(2k+1), of 1023 bits, that a sixth
     * of all bases takes for primes. */
    static const char *const large[] = {
        "437ae92817f9fc85b7e5",
        "2be6951adc5b22410a5fd",
        "204b212272807927b357671aefdd4b4b7a0f12749625cd71b549d6b8b9895e97fcf9fadcaf26c618da83c9ec7f"
        "6b39020661ba422e6c820ac14d3b8329d6c71d16a1953afd60a0aa4c63019f9c29c08d05b0c4fcd041febeaa5b"
        "0e8475e6e96cc49478ef6e9ae877b4d3be8107bd3c64b35ebc7f2bd719c6417207aaec2151812719b5b5bae645"
        "62bcd2ed44177a2ac314a44f344df4a12e0d4fb8ff99c4099bfc77924b2b",
        "1b626a026a5311a195a85e83ceef0199a17e1a9e537d005d7d8c8c45389584c0ca11dd31fa4cb28c7c2acbddd4"
        "f54a11628fdda16188ff495cc7bd70fdd100964f0d9e13c177ba2e0fe610d599eb6b2bf868f334101e81314fe5"
        "41406a43b9728b9dec92eb49c2256ae3c03d32c6518888ec0044b5ba6a06b2388aa890729109",
        "5553925d29f0d61e710c1ea4a54364d82cdecbed686216a142b1b8b7de890bfdcf834b7fcc4e7d29c05418281b"
        "de5a590ecc77af83260b6f9346d5f564d7884ba5b9c57557b887cf1f4849c4b1edc2a99ac1302d601f33744b7d"
        "86f913692d21cd10c3640ab59e482f027f821b32477816f4aca3cde34b7591b8850dff660055",
        "7b287753763507eb8c56a98b5b07244e612c96735830d27a146802657557ece3f6ca447d46b59d1ad5dd092d4d"
        "08628c70d44765107418daaefee011dc1f1a445df80e3b9694242e397944981450897757971281d57e6660e817"
        "5661df59d5cedf07c692351fe5e0adce8cebfb1272a0e8916a969507a29b09ccf310af42852d"};
    unsigned taken = 0, base_2 = 0;
    for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
        taken += probable_number(small[i], 40);
    }
    ok(taken == 0, "known small pseudoprimes are composite: %u taken", taken);
    taken = 0;
    for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
        taken += probable_hex(large[i], 40);
        base_2 += probable_hex(large[i], 0);
    }
    ok(taken == 0, "known large pseudoprimes are composite: %u taken", taken);
    same_int(base_2, 5, "as it must, base 2 alone takes all of them but the Carmichael number");
}

static void test_known_primes(void)
{
    /* Primes 2^s k + 1 for odd k: the chain of squares is as long as s. */
    static const uint64_t chains[] = {0x10001, 0x2e0000001, 0xc0000001, 0x1180000001};
    static const unsigned mersenne[] = {61, 89, 107, 127, 521, 607, 1279, 2203, 2281, 3217};
    unsigned lost = 0;
    for (size_t i = 0; i < sizeof chains / sizeof *chains; i++) {
        lost += !probable_number(chains[i], 10);
    }
    ok(lost == 0, "primes with 2^16, 2^29, 2^30 and 2^31 in p-1: %u lost", lost);
    lost = 0;
    for (size_t i = 0; i < sizeof mersenne / sizeof *mersenne; i++) {
        uint8_t bytes[512];
        size_t size = mersenne[i] / 8 + 1;
        memset(bytes, 0xff, size);
        bytes[0] = (uint8_t)((1 << mersenne[i] % 8) - 1);
        lost += !probable(bytes, size, 1);
        bytes[size - 1] ^= 2; /* 2^k - 3, of which none of these is prime */
        lost += probable(bytes, size, 1);
    }
    ok(lost == 0, "Mersenne primes are prime, and 2 below them are none: %u wrong", lost);
    {
        uint8_t too_large[513] = {1};
        bool answer = true;
        ok(cm_prime_is_probable(too_large, 513, 1, seeded, NULL, &answer) == CM_ERR_LIMIT &&
               !answer,
           "more than 4096 bits are refused");
    }
}

/* --------------------------------------------------------------------- the sieve */

/* The 6541 odd primes below 2^16 against the sieve's tables. */
static void test_tables(void)
{
    cm_prime_search *s = NULL;
    unsigned wrong = 0;
    size_t i = 0;
    ok(cm_prime_search_create(1024, seeded, NULL, &s) == CM_OK, "a search");
    for (uint32_t p = 3; p < 65536; p += 2) {
        if (is_prime(p)) {
            wrong += (s->primes[i / LANES] >> 16 * (i % LANES) & 0xffff) != p;
            i++;
        }
    }
    ok(wrong == 0 && i == SIEVE_PRIMES, "the table holds the odd primes below 2^16");
    cm_prime_search_free(s);
}

/* Every candidate of an interval: the sieve's word against division by the small primes. */
static void test_sieve(unsigned bits)
{
    cm_prime_search *s = NULL;
    mbedtls_mpi start;
    static uint32_t residue[SIEVE_WORDS * LANES], prime[SIEVE_WORDS * LANES];
    uint8_t bytes[512];
    unsigned wrong = 0, survivors = 0;
    mbedtls_mpi_init(&start);
    ok(cm_prime_search_create(bits, seeded, NULL, &s) == CM_OK && draw_start(s) == CM_OK,
       "a search for %u bits", bits);
    cm_limbs_write(bytes, bits / 8, s->start, s->limbs);
    ok(bytes[0] >= 0xc0 && bytes[bits / 8 - 1] % 2 == 1, "an odd start, its top bits set");
    if (mbedtls_mpi_read_binary(&start, bytes, bits / 8) != 0) {
        ok(false, "the start is read");
    }
    for (size_t i = 0; i < SIEVE_WORDS * LANES; i++) {
        mbedtls_mpi_uint r;
        prime[i] = (uint32_t)(s->primes[i / LANES] >> 16 * (i % LANES)) & 0xffff;
        if (mbedtls_mpi_mod_int(&r, &start, (mbedtls_mpi_sint)prime[i]) != 0) {
            ok(false, "the residue is computed");
        }
        residue[i] = (uint32_t)r;
    }
    for (s->offset = 0; s->offset < s->bits; s->offset += BATCH) {
        for (unsigned k = 0; k < BATCH; k++) {
            bool divisible = false;
            for (size_t i = 0; i < SIEVE_WORDS * LANES; i++) {
                divisible |= (residue[i] + 2 * (s->offset + k)) % prime[i] == 0;
            }
            survivors += !divisible;
            wrong += divisible != (s->hits[k] != 0);
        }
        sieve_batch(s);
    }
    ok(wrong == 0, "%u candidates of %u bits, %u survive: %u wrong", bits, bits, survivors, wrong);
    mbedtls_mpi_free(&start);
    cm_prime_search_free(s);
}

/* Residues modulo e: of numbers made to be 1 modulo it, and not. */
static void test_unsuitable(void)
{
    static const unsigned sizes[] = {512, 576, 640, 704, 768, 1024, 1088, 2048, 4096};
    unsigned wrong = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        cm_prime_search *s = NULL;
        uint8_t bytes[512];
        mbedtls_mpi x;
        mbedtls_mpi_uint r;
        if (cm_prime_search_create(sizes[i], seeded, NULL, &s) != CM_OK || draw_start(s) != CM_OK) {
            ok(false, "a search for %u bits", sizes[i]);
            continue;
        }
        mbedtls_mpi_init(&x);
        cm_limbs_write(bytes, sizes[i] / 8, s->start, s->limbs);
        if (mbedtls_mpi_read_binary(&x, bytes, sizes[i] / 8) != 0 ||
            mbedtls_mpi_mod_int(&r, &x, CM_PRIME_PUBLIC_EXPONENT) != 0 ||
            mbedtls_mpi_sub_int(&x, &x, (mbedtls_mpi_sint)r) != 0) {
            ok(false, "a multiple of e");
        }
        for (int residue = 0; residue < 4; residue++) {
            if (mbedtls_mpi_write_binary(&x, bytes, sizes[i] / 8) != 0 ||
                mbedtls_mpi_add_int(&x, &x, 1) != 0) {
                ok(false, "a number with a residue");
            }
            cm_limbs_read(s->candidate, s->limbs, bytes, sizes[i] / 8);
            wrong += (unsuitable(s) != 0) != (residue == 1);
        }
        memset(s->candidate, 0, sizeof s->candidate);
        s->candidate[sizes[i] / CM_LIMB_BITS] = (cm_limb)1 << sizes[i] % CM_LIMB_BITS;
        s->candidate[0] |= 4; /* as 2^bits is 1 modulo e */
        wrong += unsuitable(s) == 0;
        mbedtls_mpi_free(&x);
        cm_prime_search_free(s);
    }
    ok(wrong == 0, "candidates that are 1 modulo e or too long are dropped: %u wrong", wrong);
}

/* -------------------------------------------------------------------- the search */

/* Finds a prime in slices of `work`; returns false on an error. */
static bool find(cm_prime_search *s, unsigned work, uint8_t *out, size_t size)
{
    bool found = false;
    while (!found) {
        if (cm_prime_search_step(s, work, &found) != CM_OK) {
            return false;
        }
    }
    return cm_prime_search_take(s, out, size) == CM_OK;
}

static void test_slices(void)
{
    static const unsigned slices[] = {1000000, 1000, 37, 1};
    uint8_t first[64], prime[64];
    for (size_t i = 0; i < sizeof slices / sizeof *slices; i++) {
        cm_prime_search *s = NULL;
        seed(4711);
        ok(cm_prime_search_create(512, seeded, NULL, &s) == CM_OK &&
               find(s, slices[i], prime, sizeof prime),
           "a prime in slices of %u", slices[i]);
        if (i == 0) {
            memcpy(first, prime, sizeof first);
        }
        same_bytes(prime, first, sizeof first, "is the same whatever the slices");
        ok(find(s, slices[i], prime, sizeof prime) && memcmp(prime, first, sizeof first) != 0,
           "the next one is another");
        cm_prime_search_free(s);
    }
}

/* Primes of one size: their form, mbedTLS's opinion, and the work they took. */
static void test_primes(unsigned bits, unsigned count)
{
    cm_prime_search *s = NULL;
    unsigned wrong = 0;
    double done, mean;
    uint8_t prime[512];
    mbedtls_mpi x;
    mbedtls_mpi_init(&x);
    ok(cm_prime_search_create(bits, seeded, NULL, &s) == CM_OK, "a search for %u bits", bits);
    for (unsigned i = 0; i < count; i++) {
        mbedtls_mpi_uint r = 1;
        if (!find(s, 20000, prime, bits / 8) || mbedtls_mpi_read_binary(&x, prime, bits / 8) != 0 ||
            mbedtls_mpi_mod_int(&r, &x, CM_PRIME_PUBLIC_EXPONENT) != 0) {
            wrong++;
            break;
        }
        wrong += prime[0] < 0xc0 || r == 1 || mbedtls_mpi_is_prime_ext(&x, 4, seeded, NULL) != 0;
    }
    ok(wrong == 0, "%u primes of %u bits are prime, with two top bits, e not in p-1", count, bits);
    done = cm_prime_search_done(s);
    mean = count * cm_prime_expected(bits);
    /* the sum of `count` exponential distributions: 5 standard deviations */
    ok((done - mean) * (done - mean) < 25 * mean * mean / count,
       "%u exponentiations took place, %u were expected", (unsigned)done, (unsigned)mean);
    mbedtls_mpi_free(&x);
    cm_prime_search_free(s);
}

static void test_refusals(void)
{
    static const unsigned sizes[] = {0, 448, 513, 1000, 4160};
    cm_prime_search *s = NULL;
    uint8_t prime[64] = {0};
    bool found;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        ok(cm_prime_search_create(sizes[i], seeded, NULL, &s) == CM_ERR_INVALID && s == NULL,
           "%u bits are refused", sizes[i]);
    }
    for (int value = 0; value <= 255; value += 255) {
        ok(cm_prime_search_create(512, constant, &value, &s) == CM_OK, "a generator of %d", value);
        ok(!find(s, 100000, prime, 64), "does not look for ever");
        cm_prime_search_free(s);
    }
    for (int calls = 0; calls < 3; calls++) {
        int left = calls;
        seed(1);
        ok(cm_prime_search_create(512, failing, &left, &s) == CM_OK, "a generator that fails");
        cm_status status;
        do {
            status = cm_prime_search_step(s, 100000, &found);
        } while (status == CM_OK && !found);
        ok(status == CM_ERR_RANDOM, "after %d calls is noticed", calls);
        cm_prime_search_free(s);
    }
    seed(2);
    memset(prime, 0, sizeof prime);
    ok(cm_prime_search_create(512, seeded, NULL, &s) == CM_OK &&
           cm_prime_search_take(s, prime, 64) == CM_ERR_INVALID,
       "nothing to take before it is found");
    do {
        ok(cm_prime_search_step(s, 1000000, &found) == CM_OK, "step");
    } while (!found);
    ok(cm_prime_search_take(s, prime, 63) == CM_ERR_INVALID && prime[0] == 0, "the wrong size");
    ok(cm_prime_search_take(s, prime, 64) == CM_OK, "the right size");
    {
        static const cm_limb none[PRIME_LIMBS];
        same_bytes(s->candidate, none, sizeof none, "the search has forgotten the prime");
        ok(s->test.m.n[0] == 0 && s->test.x[0] == 0 && s->distance[7] == 0, "and its traces");
    }
    cm_prime_search_free(s);
    cm_prime_search_free(NULL);
}

#ifndef __wasm__ /* a module gets no files and no arguments */

/* ---------------------------------------------------------------------- printing */

static int from_system(void *context, unsigned char *out, size_t size)
{
    return fread(out, 1, size, context) == size ? 0 : -1;
}

static int print_primes(unsigned count, unsigned bits)
{
    cm_prime_search *s = NULL;
    uint8_t prime[512];
    FILE *system = fopen("/dev/urandom", "rb");
    int result = 2;
    if (system == NULL || cm_prime_search_create(bits, from_system, system, &s) != CM_OK) {
        goto end;
    }
    for (unsigned i = 0; i < count; i++) {
        if (!find(s, 100000, prime, bits / 8)) {
            goto end;
        }
        for (size_t k = 0; k < bits / 8; k++) {
            printf("%02x", prime[k]);
        }
        putchar('\n');
    }
    result = 0;
end:
    cm_prime_search_free(s);
    if (system != NULL) {
        fclose(system);
    }
    return result;
}

#endif

int main(int argc, char **argv)
{
    const char *text = getenv("CERTMINT_SOAK");
    unsigned soak = text != NULL ? (unsigned)strtoul(text, NULL, 10) : 1;
#ifndef __wasm__
    if (argc == 4 && strcmp(argv[1], "--print") == 0) {
        return print_primes((unsigned)strtoul(argv[2], NULL, 10),
                            (unsigned)strtoul(argv[3], NULL, 10));
    }
#else
    (void)argc;
    (void)argv;
#endif
    soak = soak == 0 ? 1 : soak;
    seed(soak);
    diag("limbs of %d bits", CM_LIMB_BITS);
    test_small();
    test_deceivers();
    test_known_primes();
    test_tables();
    test_sieve(512);
    test_sieve(1024);
    test_sieve(1536);
    test_unsuitable();
    test_refusals();
    test_slices();
    test_primes(512, 150 * SCALE * soak);
    test_primes(576, 20 * SCALE * soak);
    test_primes(1024, 20 * SCALE * soak);
    test_primes(1536, 2 * SCALE * soak);
    return done_testing();
}
