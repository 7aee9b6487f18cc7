/*
 * The arithmetic of src/montgomery.c against mbedTLS's, for random operands and those that carry
 * furthest. CERTMINT_SOAK=n in the environment makes n times as many checks, on other operands.
 */
#include <stdlib.h>
#include <string.h>

#include <mbedtls/bignum.h>

#include "montgomery.h"
#include "tap.h"

/* Four products or squares each. */
#ifdef CERTMINT_SANITIZE
enum { ROUNDS = 60000 };
#else
enum { ROUNDS = 300000 };
#endif
enum { MAX_SIZE = CM_MONTGOMERY_MAX_LIMBS * CM_LIMB_BITS / 8 + 8 };

static uint64_t state = 0x9e3779b97f4a7c15;
static cm_montgomery m;
static mbedtls_mpi n, a_mpi, b_mpi, r_mpi, t_mpi, bound;

static uint64_t next_random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * 0x2545f4914f6cdd1d >> 11;
}

static unsigned below(unsigned limit)
{
    return (unsigned)(next_random() % limit);
}

static int random_bytes(void *context, unsigned char *out, size_t size)
{
    (void)context;
    for (size_t i = 0; i < size; i++) {
        out[i] = (unsigned char)next_random();
    }
    return 0;
}

/* Calls of mbedTLS that cannot fail but for want of memory. */
static void must(int result)
{
    if (result != 0) {
        diag("mbedTLS failed: %d", result);
        exit(2);
    }
}

static void to_mpi(mbedtls_mpi *x, const cm_limb *limbs, size_t count)
{
    uint8_t bytes[2 * MAX_SIZE];
    size_t size = (count * CM_LIMB_BITS + 7) / 8;
    cm_limbs_write(bytes, size, limbs, count);
    must(mbedtls_mpi_read_binary(x, bytes, size));
}

static void from_mpi(cm_limb *limbs, size_t count, const mbedtls_mpi *x)
{
    uint8_t bytes[MAX_SIZE];
    must(mbedtls_mpi_write_binary(x, bytes, sizeof bytes));
    cm_limbs_read(limbs, count, bytes, sizeof bytes);
}

/* A number of `bits` bits and below, of one of the kinds that find mistakes in carries. */
static void pattern(mbedtls_mpi *x, unsigned bits)
{
    uint8_t bytes[MAX_SIZE];
    size_t size = (bits + 7) / 8;
    switch (below(4)) {
    case 0: /* runs of ones and zeros */
        for (size_t i = 0; i < size;) {
            uint8_t value = below(2) ? 0xff : 0;
            for (size_t run = 1 + below(12); run > 0 && i < size; run--) {
                bytes[i++] = value;
            }
        }
        break;
    case 1:
        memset(bytes, below(2) ? 0xff : 0, size);
        bytes[below((unsigned)size)] ^= (uint8_t)(1 << below(8));
        break;
    default:
        random_bytes(NULL, bytes, size);
    }
    must(mbedtls_mpi_read_binary(x, bytes, size));
    must(mbedtls_mpi_shift_r(x, 8 * size - bits));
}

static void new_modulus(unsigned bits)
{
    cm_limb limbs[CM_MONTGOMERY_MAX_LIMBS];
    pattern(&n, bits);
    must(mbedtls_mpi_set_bit(&n, 0, 1));
    must(mbedtls_mpi_set_bit(&n, bits - 1, 1));
    from_mpi(limbs, cm_montgomery_limbs(bits), &n);
    cm_montgomery_set(&m, limbs, bits);
    cm_montgomery_prepare(&m);
}

/* A number below `times` n: at the edges of the multiples of n, or any. */
static void operand(cm_limb *limbs, mbedtls_mpi *x, unsigned times)
{
    switch (below(5)) {
    case 0:
        must(mbedtls_mpi_mul_int(x, &n, below(times) + 1));
        must(mbedtls_mpi_sub_int(x, x, 1));
        break;
    case 1:
        must(mbedtls_mpi_mul_int(x, &n, below(times)));
        must(mbedtls_mpi_add_int(x, x, (mbedtls_mpi_sint)below(2)));
        break;
    default:
        pattern(x, m.bits + 4);
        must(mbedtls_mpi_mul_int(&bound, &n, times));
        while (mbedtls_mpi_cmp_mpi(x, &bound) >= 0) {
            must(mbedtls_mpi_sub_mpi(x, x, &bound));
        }
    }
    from_mpi(limbs, m.limbs, x);
}

/* Whether r, below `times` n, is a b / R mod n, times two if `twice`. */
static bool is_product(const cm_limb *r, bool twice, unsigned times)
{
    bool in_range;
    to_mpi(&r_mpi, r, m.limbs);
    must(mbedtls_mpi_mul_int(&bound, &n, times));
    in_range = mbedtls_mpi_cmp_mpi(&r_mpi, &bound) < 0;
    must(mbedtls_mpi_shift_l(&r_mpi, m.limbs * CM_LIMB_BITS)); /* r R - a b */
    must(mbedtls_mpi_mul_mpi(&t_mpi, &a_mpi, &b_mpi));
    must(mbedtls_mpi_shift_l(&t_mpi, twice ? 1 : 0));
    must(mbedtls_mpi_sub_mpi(&t_mpi, &r_mpi, &t_mpi));
    must(mbedtls_mpi_mod_mpi(&t_mpi, &t_mpi, &n));
    return in_range && mbedtls_mpi_cmp_int(&t_mpi, 0) == 0;
}

/* Whether r is exactly x mod n. */
static bool is_residue(const cm_limb *r, const mbedtls_mpi *x)
{
    to_mpi(&r_mpi, r, m.limbs);
    must(mbedtls_mpi_mod_mpi(&t_mpi, x, &n));
    return mbedtls_mpi_cmp_mpi(&r_mpi, &t_mpi) == 0;
}

/* One round of every operation but exponentiation; returns how many were wrong. */
static unsigned wrong_operations(void)
{
    cm_limb a[CM_MONTGOMERY_MAX_LIMBS], b[CM_MONTGOMERY_MAX_LIMBS], r[CM_MONTGOMERY_MAX_LIMBS];
    unsigned wrong = 0;
    operand(a, &a_mpi, 4);
    operand(b, &b_mpi, 4);
    cm_montgomery_multiply(&m, r, a, b);
    wrong += !is_product(r, false, 2);
    memcpy(r, b, sizeof r);
    cm_montgomery_multiply(&m, r, a, r);
    wrong += !is_product(r, false, 2);
    must(mbedtls_mpi_copy(&b_mpi, &a_mpi));
    cm_montgomery_square(&m, r, a, 0);
    wrong += !is_product(r, false, 2);
    memcpy(r, a, sizeof r);
    cm_montgomery_square(&m, r, r, (cm_limb)-1);
    wrong += !is_product(r, true, 4);
    cm_montgomery_canonical(&m, r, a);
    wrong += !is_residue(r, &a_mpi);
    return wrong;
}

static unsigned wrong_conversions(void)
{
    cm_limb a[2 * CM_MONTGOMERY_MAX_LIMBS], b[CM_MONTGOMERY_MAX_LIMBS], r[CM_MONTGOMERY_MAX_LIMBS];
    unsigned wrong = 0, r_bits = (unsigned)m.limbs * CM_LIMB_BITS;
    size_t limbs = 1 + below(2 * (unsigned)m.limbs);
    must(mbedtls_mpi_lset(&b_mpi, 1));
    to_mpi(&a_mpi, m.one, m.limbs);
    must(mbedtls_mpi_shift_l(&b_mpi, r_bits));
    wrong += !is_residue(m.one, &b_mpi);
    must(mbedtls_mpi_shift_l(&b_mpi, r_bits));
    wrong += !is_residue(m.square, &b_mpi);

    pattern(&a_mpi, r_bits);
    from_mpi(a, m.limbs, &a_mpi);
    cm_montgomery_enter(&m, r, a);
    cm_montgomery_leave(&m, r, r);
    wrong += !is_residue(r, &a_mpi);

    for (size_t i = 0; i < limbs; i++) {
        a[i] = (cm_limb)next_random() & CM_LIMB_MASK;
    }
    cm_montgomery_enter_long(&m, r, a, limbs);
    to_mpi(&a_mpi, a, limbs);
    must(mbedtls_mpi_shift_l(&a_mpi, r_bits));
    wrong += !is_residue(r, &a_mpi);

    operand(a, &a_mpi, 1);
    operand(b, &b_mpi, 1);
    cm_montgomery_subtract(&m, r, a, b);
    must(mbedtls_mpi_sub_mpi(&a_mpi, &a_mpi, &b_mpi));
    wrong += !is_residue(r, &a_mpi);
    return wrong;
}

static unsigned wrong_powers(void)
{
    cm_limb a[CM_MONTGOMERY_MAX_LIMBS], e[CM_MONTGOMERY_MAX_LIMBS], r[CM_MONTGOMERY_MAX_LIMBS];
    uint8_t public_exponent[5];
    unsigned wrong = 0;
    operand(a, &a_mpi, 1);
    pattern(&b_mpi, m.bits);
    from_mpi(e, m.limbs, &b_mpi);
    cm_montgomery_enter(&m, a, a);
    cm_montgomery_exp(&m, r, a, e, m.limbs);
    cm_montgomery_leave(&m, r, r);
    must(mbedtls_mpi_exp_mod(&bound, &a_mpi, &b_mpi, &n, NULL));
    wrong += !is_residue(r, &bound);

    random_bytes(NULL, public_exponent, sizeof public_exponent);
    memset(public_exponent, 0, below(sizeof public_exponent + 1));
    must(mbedtls_mpi_read_binary(&b_mpi, public_exponent, sizeof public_exponent));
    cm_montgomery_exp_public(&m, r, a, public_exponent, sizeof public_exponent);
    cm_montgomery_leave(&m, r, r);
    must(mbedtls_mpi_exp_mod(&bound, &a_mpi, &b_mpi, &n, NULL));
    wrong += !is_residue(r, &bound);
    return wrong;
}

/* A size in bits, mostly small, as mbedTLS is slow; every one up to the largest is possible. */
static unsigned some_bits(void)
{
    unsigned kind = below(64);
    return 2 + below(kind == 0 ? CM_MONTGOMERY_MAX_BITS - 1 : kind < 8 ? 1100 : 260);
}

static void test_random(unsigned soak)
{
    unsigned wrong = 0;
    for (unsigned i = 0; i < ROUNDS * soak; i++) {
        if (i % 8 == 0) {
            new_modulus(some_bits());
        }
        wrong += wrong_operations();
    }
    ok(wrong == 0, "%u products and squares: %u wrong", 4 * ROUNDS * soak, wrong);
    wrong = 0;
    for (unsigned i = 0; i < ROUNDS / 20 * soak; i++) {
        new_modulus(some_bits());
        wrong += wrong_conversions();
    }
    ok(wrong == 0, "%u conversions: %u wrong", 5 * (ROUNDS / 20) * soak, wrong);
    wrong = 0;
    for (unsigned i = 0; i < ROUNDS / 100 * soak; i++) {
        new_modulus(2 + below(i % 50 == 0 ? 1024 : 130));
        wrong += wrong_powers();
    }
    ok(wrong == 0, "%u powers: %u wrong", 2 * (ROUNDS / 100) * soak, wrong);
}

/* The columns are fullest when all limbs are ones: at the largest size, and where the number of
 * limbs crosses a multiple of four. */
static void test_full_columns(void)
{
    unsigned wrong = 0;
    for (unsigned bits = CM_MONTGOMERY_MAX_BITS; bits > 60;
         bits -= bits > 1100 ? 611 : CM_LIMB_BITS) {
        cm_limb limbs[CM_MONTGOMERY_MAX_LIMBS], r[CM_MONTGOMERY_MAX_LIMBS];
        must(mbedtls_mpi_lset(&n, 1));
        must(mbedtls_mpi_shift_l(&n, bits));
        must(mbedtls_mpi_sub_int(&n, &n, 1));
        from_mpi(limbs, cm_montgomery_limbs(bits), &n);
        cm_montgomery_set(&m, limbs, bits);
        must(mbedtls_mpi_mul_int(&a_mpi, &n, 4));
        must(mbedtls_mpi_sub_int(&a_mpi, &a_mpi, 1));
        must(mbedtls_mpi_copy(&b_mpi, &a_mpi));
        from_mpi(limbs, m.limbs, &a_mpi);
        cm_montgomery_square(&m, r, limbs, 0);
        wrong += !is_product(r, false, 2);
        cm_montgomery_multiply(&m, r, limbs, limbs);
        wrong += !is_product(r, false, 2);
        for (size_t i = 0; i < m.limbs; i++) {
            limbs[i] = CM_LIMB_MASK; /* R - 1, which enter() takes, with a canonical number */
        }
        to_mpi(&a_mpi, limbs, m.limbs);
        must(mbedtls_mpi_sub_int(&b_mpi, &n, 1));
        from_mpi(r, m.limbs, &b_mpi);
        cm_montgomery_multiply(&m, r, limbs, r);
        wrong += !is_product(r, false, 3);
    }
    ok(wrong == 0, "all ones at every size: %u wrong", wrong);
}

static void test_random_numbers(void)
{
    cm_limb r[CM_MONTGOMERY_MAX_LIMBS], n15 = 15;
    unsigned count[15] = {0}, worst = 0;
    cm_montgomery_set(&m, &n15, 4);
    for (unsigned i = 0; i < 15000; i++) {
        must(cm_montgomery_random(&m, r, random_bytes, NULL));
        cm_montgomery_canonical(&m, r, r);
        count[r[0]]++;
    }
    for (unsigned i = 0; i < 15; i++) {
        unsigned off = count[i] > 1000 ? count[i] - 1000 : 1000 - count[i];
        worst = off > worst ? off : worst;
    }
    ok(worst < 160, "random residues are even: at most %u of 1000 off (5 sigma is 153)", worst);
}

static void test_bytes(void)
{
    unsigned wrong = 0;
    for (unsigned i = 0; i < 2000; i++) {
        uint8_t in[300], out[300];
        cm_limb limbs[100];
        size_t size = below(sizeof in + 1);
        random_bytes(NULL, in, sizeof in);
        cm_limbs_read(limbs, 100, in, size);
        cm_limbs_write(out, sizeof out, limbs, 100);
        wrong += memcmp(out + sizeof out - size, in, size) != 0;
        for (size_t k = 0; k < sizeof out - size; k++) {
            wrong += out[k] != 0;
        }
    }
    ok(wrong == 0, "bytes to limbs and back: %u wrong", wrong);
    wrong = 0;
    for (unsigned i = 0; i < 1000; i++) {
        cm_limb x = (cm_limb)next_random() | 1;
        wrong += ((x * cm_limb_negative_inverse(x) + 1) & CM_LIMB_MASK) != 0;
    }
    ok(wrong == 0, "inverses modulo a limb: %u wrong", wrong);
    ok(cm_limb_is_zero(0) == (cm_limb)-1 && cm_limb_is_zero(1) == 0 &&
           cm_limb_is_zero((cm_limb)-1) == 0 && cm_limb_is_zero((cm_limb)1 << CM_LIMB_SIGN) == 0,
       "0 and what is not");
}

int main(void)
{
    const char *text = getenv("CERTMINT_SOAK");
    unsigned soak = text != NULL ? (unsigned)strtoul(text, NULL, 10) : 1;
    mbedtls_mpi *all[] = {&n, &a_mpi, &b_mpi, &r_mpi, &t_mpi, &bound};
    soak = soak == 0 ? 1 : soak;
    state += soak - 1;
    diag("limbs of %d bits", CM_LIMB_BITS);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        mbedtls_mpi_init(all[i]);
    }
    test_bytes();
    test_full_columns();
    test_random_numbers();
    test_random(soak);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        mbedtls_mpi_free(all[i]);
    }
    return done_testing();
}
