/* RSA keys and signatures: generation, what from_primes refuses, signatures against mbedTLS's. */
#include <stdlib.h>
#include <string.h>

#include <mbedtls/pk.h>
#include <mbedtls/rsa.h>

#include "prime.h"
#include "rsa.h"
#include "tap.h"

static uint64_t state = 1;

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

static int failing(void *context, unsigned char *out, size_t size)
{
    int *left = context;
    return (*left)-- > 0 ? seeded(NULL, out, size) : -1;
}

/* Primes of 512 bits for which e = 3 will do as well. */
static const char prime_p[] =
    "f01742144271f9d06ad554484bb37e2b2116f03982f66b4b53f166de9f754c0a9a80b77e0c1ab5c2fb6563f8e3b417"
    "6c17f0b2ea9bcd560c5dcdd35c6dc7191b";
static const char prime_q[] =
    "fe87db0cd3221053c9720cbd93fae1788b2129744b3b6be5f721b09efd5574bee3bd3a154909ea1083e2b5aac45c47"
    "d666d4b86439e5a68c54974106657b80ef";
/* The next prime after p that will do: too close. */
static const char close_to_p[] =
    "f01742144271f9d06ad554484bb37e2b2116f03982f66b4b53f166de9f754c0a9a80b77e0c1ab5c2fb6563f8e3b417"
    "6c17f0b2ea9bcd560c5dcdd35c6dc7198d";
/* Primes that are 2^412 apart, which is too close by one, and the next after the upper one. */
static const char lower[] =
    "e49be57779e894c7fbddf2f78154b2f25673532874dc2dfba8ec951ecc68f7a37b21c6b448ace0219f614bb3467187"
    "d36fb9a6345cd985c3acade86046ae9fe1";
static const char upper[] =
    "e49be57779e894c7fbddf2f79154b2f25673532874dc2dfba8ec951ecc68f7a37b21c6b448ace0219f614bb3467187"
    "d36fb9a6345cd985c3acade86046ae9fe1";
static const char after_upper[] =
    "e49be57779e894c7fbddf2f79154b2f25673532874dc2dfba8ec951ecc68f7a37b21c6b448ace0219f614bb3467187"
    "d36fb9a6345cd985c3acade86046ae9ff3";
/* A prime below sqrt(2) 2^511. */
static const char low[] =
    "8340aa72613a41c4faece4d57ad25c755dbf7bc7954500ae6646fa0eb0e5da5cd363ff3fc1bc653bc21074c3b9b5c4"
    "8709a321e9ce79757288bc38c00dd44fff";
/* A prime that is 1 modulo 65537. */
static const char one_mod_e[] =
    "c37811d03e8226ebda4a0e56e6f1d10cdf1f9d36e2c6f8d13c733600119bc491e763fcc2445773758491ab4e812c41"
    "de4d3bcad4658cf60aae6869dede63135d";
/* Primes of 513 and 512 bits whose product has 1025: a PSS encoding then has whole bytes. */
static const char prime_513[] = "150f6fbb0f22ec7d3c141ecdb1e68132a30c0c0b7d9f9c59d1abaa0f4be872ba56"
                                "fe2d4d1e5e5c5b7e81b4235697af5"
                                "56e36b890967f32edf6d9572e2696d7059";
static const char prime_512[] =
    "dbcd7da17f572ad3d67e6bbfad8e91df5331bd30b7a2cff13ec14dad9511e3c1fa056e5dc5acaf5f79ba5b98626073"
    "083100266e15d012cbe90f87134936b371";

static void must(int result, const char *what)
{
    if (result != 0) {
        diag("%s failed: %d", what, result);
        exit(2);
    }
}

static void set_hex(mbedtls_mpi *x, const char *hex)
{
    must(mbedtls_mpi_read_string(x, 16, hex), "mbedtls_mpi_read_string");
}

/* A key of mbedTLS's own making. */
static void import(mbedtls_rsa_context *rsa, const mbedtls_mpi *p, const mbedtls_mpi *q,
                   mbedtls_mpi_sint e)
{
    mbedtls_mpi exponent;
    mbedtls_mpi_init(&exponent);
    must(mbedtls_mpi_lset(&exponent, e), "mbedtls_mpi_lset");
    mbedtls_rsa_init(rsa);
    must(mbedtls_rsa_import(rsa, NULL, p, q, NULL, &exponent), "mbedtls_rsa_import");
    must(mbedtls_rsa_complete(rsa), "mbedtls_rsa_complete");
    mbedtls_mpi_free(&exponent);
}

static void import_hex(mbedtls_rsa_context *rsa, const char *p, const char *q, mbedtls_mpi_sint e)
{
    mbedtls_mpi mp, mq;
    mbedtls_mpi_init(&mp);
    mbedtls_mpi_init(&mq);
    set_hex(&mp, p);
    set_hex(&mq, q);
    import(rsa, &mp, &mq, e);
    mbedtls_mpi_free(&mp);
    mbedtls_mpi_free(&mq);
}

/* ------------------------------------------------------------------- signatures */

/* Signs with every hash and both paddings; mbedTLS verifies, and makes the same PKCS#1 bytes. */
static void check_signatures(mbedtls_rsa_context *rsa, const char *name)
{
    static const mbedtls_md_type_t hashes[] = {MBEDTLS_MD_SHA1, MBEDTLS_MD_SHA256,
                                               MBEDTLS_MD_SHA384, MBEDTLS_MD_SHA512};
    static uint8_t mine[CM_RSA_MAX_SIZE], theirs[CM_RSA_MAX_SIZE];
    size_t size = mbedtls_rsa_get_len(rsa);
    uint8_t hash[64];
    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++) {
        unsigned hash_size = mbedtls_md_get_size(mbedtls_md_info_from_type(hashes[i]));
        seeded(NULL, hash, sizeof hash);
        must(mbedtls_rsa_set_padding(rsa, MBEDTLS_RSA_PKCS_V15, MBEDTLS_MD_NONE), "set_padding");
        ok(cm_rsa_sign(rsa, false, hashes[i], hash, mine, seeded, NULL) == CM_OK,
           "%s signs PKCS#1 with a hash of %u bytes", name, hash_size);
        must(mbedtls_rsa_pkcs1_sign(rsa, seeded, NULL, hashes[i], hash_size, hash, theirs),
             "mbedtls_rsa_pkcs1_sign");
        same_bytes(mine, theirs, size, "as mbedTLS does");
        must(mbedtls_rsa_set_padding(rsa, MBEDTLS_RSA_PKCS_V21, hashes[i]), "set_padding");
        if (size < 2 * hash_size + 3) {
            continue;
        }
        ok(cm_rsa_sign(rsa, true, hashes[i], hash, mine, seeded, NULL) == CM_OK &&
               mbedtls_rsa_rsassa_pss_verify_ext(rsa, hashes[i], hash_size, hash, hashes[i],
                                                 (int)hash_size, mine) == 0,
           "%s signs PSS with a hash of %u bytes", name, hash_size);
        hash[0] ^= 1;
        ok(mbedtls_rsa_rsassa_pss_verify(rsa, hashes[i], hash_size, hash, mine) != 0,
           "which is no signature of another");
    }
}

static void check_key(const char *name, const char *p, const char *q, mbedtls_mpi_sint e)
{
    mbedtls_rsa_context rsa;
    import_hex(&rsa, p, q, e);
    check_signatures(&rsa, name);
    mbedtls_rsa_free(&rsa);
}

/* Keys of Mersenne primes: large, and of unequal primes, without waiting for a search. */
static void check_mersenne(size_t p_bits, size_t q_bits)
{
    char name[32];
    mbedtls_rsa_context rsa;
    mbedtls_mpi p, q;
    mbedtls_mpi_init(&p);
    mbedtls_mpi_init(&q);
    must(mbedtls_mpi_set_bit(&p, p_bits, 1), "mbedtls_mpi_set_bit");
    must(mbedtls_mpi_set_bit(&q, q_bits, 1), "mbedtls_mpi_set_bit");
    must(mbedtls_mpi_sub_int(&p, &p, 1), "mbedtls_mpi_sub_int");
    must(mbedtls_mpi_sub_int(&q, &q, 1), "mbedtls_mpi_sub_int");
    import(&rsa, &p, &q, 65537);
    snprintf(name, sizeof name, "RSA-%u", (unsigned)(p_bits + q_bits));
    check_signatures(&rsa, name);
    mbedtls_rsa_free(&rsa);
    mbedtls_mpi_free(&p);
    mbedtls_mpi_free(&q);
}

static void test_signatures(void)
{
    check_key("e = 65537", prime_p, prime_q, 65537);
    check_key("e = 3", prime_p, prime_q, 3);
    check_key("q > p", prime_q, prime_p, 65537);
    check_key("a large e", prime_p, prime_q, 0x7ffffffd);
    check_key("RSA-1025", prime_513, prime_512, 3);
    check_key("RSA-1025 the other way", prime_512, prime_513, 65537);
    check_mersenne(521, 607);
    check_mersenne(607, 1279);
    check_mersenne(2203, 2281);
    check_mersenne(1279, 521);
    check_mersenne(3217, 4253);
}

/* Keys whose numbers do not belong together: no signature may leave. */
static void test_faults(void)
{
    static const uint8_t hash[64] = {1, 2, 3};
    static const uint8_t nothing[CM_RSA_MAX_SIZE];
    uint8_t signature[CM_RSA_MAX_SIZE] = {0};
    mbedtls_rsa_context good, rsa;
    mbedtls_mpi n, p, q, d, e;
    mbedtls_mpi *all[] = {&n, &p, &q, &d, &e};
    int none = 0, one = 1;
    for (size_t i = 0; i < 5; i++) {
        mbedtls_mpi_init(all[i]);
    }
    import_hex(&good, prime_p, prime_q, 65537);
    must(mbedtls_rsa_export(&good, &n, &p, &q, &d, &e), "mbedtls_rsa_export");
    must(mbedtls_mpi_add_int(&d, &d, 2), "mbedtls_mpi_add_int");
    mbedtls_rsa_init(&rsa);
    must(mbedtls_rsa_import(&rsa, &n, &p, &q, &d, &e), "mbedtls_rsa_import");
    must(mbedtls_rsa_complete(&rsa), "mbedtls_rsa_complete");
    ok(cm_rsa_sign(&rsa, false, MBEDTLS_MD_SHA256, hash, signature, seeded, NULL) ==
           CM_ERR_INTERNAL,
       "a wrong private exponent is noticed");
    same_bytes(signature, nothing, sizeof nothing, "and nothing is written");
    mbedtls_rsa_free(&rsa);

    mbedtls_rsa_init(&rsa);
    must(mbedtls_rsa_import(&rsa, &n, NULL, NULL, NULL, &e), "mbedtls_rsa_import");
    must(mbedtls_rsa_complete(&rsa), "mbedtls_rsa_complete");
    ok(cm_rsa_sign(&rsa, false, MBEDTLS_MD_SHA256, hash, signature, seeded, NULL) == CM_ERR_INVALID,
       "a public key cannot sign");
    mbedtls_rsa_free(&rsa);

    ok(cm_rsa_sign(&good, true, MBEDTLS_MD_SHA512, hash, signature, seeded, NULL) ==
           CM_ERR_UNSUPPORTED,
       "PSS with SHA-512 does not fit into RSA-1024");
    ok(cm_rsa_sign(&good, false, MBEDTLS_MD_NONE, hash, signature, seeded, NULL) ==
           CM_ERR_UNSUPPORTED,
       "an unknown hash");
    ok(cm_rsa_sign(&good, true, MBEDTLS_MD_NONE, hash, signature, seeded, NULL) ==
           CM_ERR_UNSUPPORTED,
       "an unknown hash with PSS");
    ok(cm_rsa_sign(&good, false, MBEDTLS_MD_SHA256, hash, signature, failing, &none) ==
           CM_ERR_RANDOM,
       "no blinding without randomness");
    ok(cm_rsa_sign(&good, true, MBEDTLS_MD_SHA256, hash, signature, failing, &none) ==
           CM_ERR_RANDOM,
       "no salt without randomness");
    ok(cm_rsa_sign(&good, false, MBEDTLS_MD_SHA256, hash, signature, failing, &one) ==
           CM_ERR_RANDOM,
       "the generator fails half-way");
    same_bytes(signature, nothing, sizeof nothing, "nothing was written in any of these");
    mbedtls_rsa_free(&good);
    for (size_t i = 0; i < 5; i++) {
        mbedtls_mpi_free(all[i]);
    }
}

/* ------------------------------------------------------------------- from primes */

static cm_status from_hex(mbedtls_pk_context *pk, const char *p, const char *q)
{
    uint8_t bytes[2][128];
    size_t size[2];
    const char *hex[] = {p, q};
    for (size_t i = 0; i < 2; i++) {
        mbedtls_mpi x;
        mbedtls_mpi_init(&x);
        set_hex(&x, hex[i]);
        size[i] = mbedtls_mpi_size(&x);
        must(mbedtls_mpi_write_binary(&x, bytes[i], size[i]), "mbedtls_mpi_write_binary");
        mbedtls_mpi_free(&x);
    }
    mbedtls_pk_init(pk);
    return cm_rsa_from_primes(pk, (cm_view){bytes[0], size[0]}, (cm_view){bytes[1], size[1]},
                              seeded, NULL);
}

static void refuses(const char *p, const char *q, const char *why)
{
    mbedtls_pk_context pk;
    ok(from_hex(&pk, p, q) == CM_ERR_INVALID, "refused: %s", why);
    ok(mbedtls_pk_get_type(&pk) == MBEDTLS_PK_NONE, "and the key stays empty");
    mbedtls_pk_free(&pk);
}

/* FIPS 186-5 A.1.1 and A.1.3 on a key of 2 `bits` bits, in numbers. */
static void check_conditions(const mbedtls_rsa_context *rsa, size_t bits)
{
    mbedtls_mpi n, p, q, d, e, t;
    mbedtls_mpi *all[] = {&n, &p, &q, &d, &e, &t};
    mbedtls_mpi_uint p_mod_e = 1, q_mod_e = 1;
    for (size_t i = 0; i < 6; i++) {
        mbedtls_mpi_init(all[i]);
    }
    must(mbedtls_rsa_export(rsa, &n, &p, &q, &d, &e), "mbedtls_rsa_export");
    same_int(mbedtls_mpi_bitlen(&n), 2 * bits, "n has exactly its size");
    ok(mbedtls_mpi_cmp_int(&e, 65537) == 0, "e is 65537");
    ok(mbedtls_mpi_cmp_mpi(&p, &q) > 0 && mbedtls_mpi_bitlen(&p) == bits &&
           mbedtls_mpi_bitlen(&q) == bits,
       "p > q, both half as long");
    must(mbedtls_mpi_sub_mpi(&t, &p, &q), "mbedtls_mpi_sub_mpi");
    ok(mbedtls_mpi_bitlen(&t) > bits - 100, "p - q is large");
    ok(mbedtls_mpi_bitlen(&d) > bits, "d is large");
    must(mbedtls_mpi_mod_int(&p_mod_e, &p, 65537), "mbedtls_mpi_mod_int");
    must(mbedtls_mpi_mod_int(&q_mod_e, &q, 65537), "mbedtls_mpi_mod_int");
    ok(p_mod_e != 1 && q_mod_e != 1, "e divides neither p-1 nor q-1");
    ok(mbedtls_rsa_check_privkey(rsa) == 0, "mbedtls_rsa_check_privkey agrees");
    for (size_t i = 0; i < 6; i++) {
        mbedtls_mpi_free(all[i]);
    }
}

static void test_from_primes(void)
{
    mbedtls_pk_context pk;
    ok(from_hex(&pk, prime_p, prime_q) == CM_OK, "two primes make a key");
    check_conditions(mbedtls_pk_rsa(pk), 512);
    mbedtls_pk_free(&pk);
    ok(from_hex(&pk, prime_q, prime_p) == CM_OK, "in either order");
    check_conditions(mbedtls_pk_rsa(pk), 512);
    mbedtls_pk_free(&pk);
    refuses(prime_p, prime_p, "p = q");
    refuses(prime_p, close_to_p, "|p-q| is small");
    refuses(upper, lower, "|p-q| is 2^412, and not above it");
    ok(from_hex(&pk, after_upper, lower) == CM_OK, "|p-q| is just above 2^412");
    mbedtls_pk_free(&pk);
    refuses(prime_p, low, "q below sqrt(2) 2^511");
    refuses(low, prime_p, "p below sqrt(2) 2^511");
    refuses(prime_p, one_mod_e, "e divides q-1");
    refuses(prime_513, prime_512, "primes of two sizes");
    refuses("0b", "0d", "tiny primes");
    {
        char composite[sizeof prime_p];
        memcpy(composite, prime_p, sizeof composite);
        composite[sizeof composite - 2] = 'd'; /* p + 2 */
        refuses(composite, prime_q, "p is composite");
        refuses(prime_q, composite, "q is composite");
    }
}

/* -------------------------------------------------------------------- generation */

struct reports {
    unsigned count, stop_after;
    double last, expected;
    bool falling;
};

static int report(void *context, double done, double expected)
{
    struct reports *r = context;
    r->falling |= done < r->last;
    r->last = done;
    r->expected = expected;
    return ++r->count == r->stop_after;
}

static void test_generate(unsigned bits, unsigned keys)
{
    for (unsigned i = 0; i < keys; i++) {
        struct reports reports = {0};
        cm_progress progress = {report, &reports};
        mbedtls_pk_context pk;
        mbedtls_pk_init(&pk);
        if (ok(cm_rsa_generate(&pk, bits, seeded, NULL, &progress) == CM_OK, "RSA-%u", bits)) {
            check_conditions(mbedtls_pk_rsa(pk), bits / 2);
        }
        ok(reports.count > 1 && !reports.falling &&
               reports.expected == 2 * cm_prime_expected(bits / 2),
           "%u reports, %u exponentiations of %u", reports.count, (unsigned)reports.last,
           (unsigned)reports.expected);
        mbedtls_pk_free(&pk);
    }
}

static int zeros(void *context, unsigned char *out, size_t size)
{
    (void)context;
    memset(out, 0, size);
    return 0;
}

static int same_prime_again(void *context, unsigned char *out, size_t size)
{
    (void)context;
    memset(out, 0x55, size);
    return 0;
}

static void test_refusals(void)
{
    static const unsigned sizes[] = {0, 512, 1000, 1023, 2049, 8320};
    mbedtls_pk_context pk;
    struct reports reports = {.stop_after = 3};
    cm_progress progress = {report, &reports};
    int left = 20;
    mbedtls_pk_init(&pk);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        ok(cm_rsa_generate(&pk, sizes[i], seeded, NULL, NULL) == CM_ERR_INVALID,
           "RSA-%u is refused", sizes[i]);
    }
    ok(cm_rsa_generate(&pk, 8192, seeded, NULL, &progress) == CM_ERR_CANCELLED,
       "RSA-8192 is cancelled");
    same_int(reports.count, 3, "at once");
    ok(reports.last < 5, "without finishing what was under way");
    ok(cm_rsa_generate(&pk, 1024, failing, &left, NULL) == CM_ERR_RANDOM, "the generator fails");
    ok(cm_rsa_generate(&pk, 1024, zeros, NULL, NULL) == CM_ERR_RANDOM, "a generator of zeros");
    ok(cm_rsa_generate(&pk, 1024, same_prime_again, NULL, NULL) == CM_ERR_RANDOM,
       "a generator that finds the same prime twice");
    ok(mbedtls_pk_get_type(&pk) == MBEDTLS_PK_NONE, "and the key stays empty in all these");
    mbedtls_pk_free(&pk);
}

int main(void)
{
    test_signatures();
    test_faults();
    test_from_primes();
    test_generate(1024, 3);
    test_generate(2048, 2);
    test_generate(1280, 1);
    test_refusals();
    return done_testing();
}
