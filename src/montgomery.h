/*
 * Modular multiplication and exponentiation after Montgomery (Math. Comp. 44 (1985) 519-521), for
 * secret operands and secret odd moduli of up to 8192 bits.
 *
 * Numbers are arrays of limbs, least significant first. Products of limbs are summed in columns
 * and carried late: 256 products fit before a column must be emptied. A limb has 28 bits and a
 * column 64 in WebAssembly, which multiplies 64 by 64 bits to the low 64 and has no carry flag;
 * 60 and 128 where the compiler has __int128 (CM_LIMBS_28 keeps to 28 there, for tests).
 *
 * Constant time: run time and memory addresses depend on the number of limbs, on the public
 * exponent of cm_montgomery_exp_public and on nothing else. No divisions.
 *
 * Ranges. R is 2^(CM_LIMB_BITS limbs) and at least 16 N. A "loose" number is below 4 N;
 * multiplications take loose numbers and give numbers below 2 N, so that one sum or doubling fits
 * in between without a subtraction. A "canonical" number is below N.
 */
#ifndef CM_MONTGOMERY_H
#define CM_MONTGOMERY_H

#include <stddef.h>
#include <stdint.h>

#if defined(__SIZEOF_INT128__) && !defined(__wasm__) && !defined(CM_LIMBS_28)
typedef uint64_t cm_limb;
__extension__ typedef unsigned __int128 cm_column;
#define CM_LIMB_BITS 60
#else
typedef uint32_t cm_limb;
typedef uint64_t cm_column;
#define CM_LIMB_BITS 28
#endif

#define CM_LIMB_MASK (((cm_limb)1 << CM_LIMB_BITS) - 1)

enum {
    CM_LIMB_SIGN = 8 * sizeof(cm_limb) - 1, /* the bit that is set when a difference is negative */
    CM_MONTGOMERY_MAX_BITS = 8192,
    CM_MONTGOMERY_SLACK_BITS = 4, /* R >= 2^4 N */
    CM_MONTGOMERY_MAX_LIMBS =
        (CM_MONTGOMERY_MAX_BITS + CM_MONTGOMERY_SLACK_BITS + CM_LIMB_BITS - 1) / CM_LIMB_BITS,
    CM_MONTGOMERY_WINDOW_BITS = 4 /* divides CM_LIMB_BITS: a window never straddles two limbs */
};

/* A modulus with its constants and room to work in. Not shared between threads. Owns no memory;
 * zero it with cm_montgomery_clear when the modulus or an operand was secret. */
typedef struct cm_montgomery {
    unsigned bits; /* the length of N: 2^(bits-1) <= N < 2^bits; public */
    size_t limbs;  /* in every operand; public */
    cm_limb n0;    /* -1/N modulo 2^CM_LIMB_BITS */
    cm_limb n[CM_MONTGOMERY_MAX_LIMBS];
    cm_limb one[CM_MONTGOMERY_MAX_LIMBS];    /* R mod N, canonical: 1 in Montgomery form */
    cm_limb square[CM_MONTGOMERY_MAX_LIMBS]; /* R^2 mod N, canonical; see cm_montgomery_prepare */
    cm_column columns[2 * CM_MONTGOMERY_MAX_LIMBS + 4];
    cm_limb spare[CM_MONTGOMERY_MAX_LIMBS];
    cm_limb table[1 << CM_MONTGOMERY_WINDOW_BITS][CM_MONTGOMERY_MAX_LIMBS];
} cm_montgomery;

/* The number of limbs that a modulus of `bits` bits is computed with. */
size_t cm_montgomery_limbs(unsigned bits);

/* Big-endian bytes to limbs. The value must fit; bytes above the last limb are not read. */
void cm_limbs_read(cm_limb *out, size_t limbs, const uint8_t *in, size_t size);

/* Limbs to big-endian bytes; bits that do not fit in `size` bytes are dropped. */
void cm_limbs_write(uint8_t *out, size_t size, const cm_limb *in, size_t limbs);

/* -1/n modulo 2^CM_LIMB_BITS, for odd n. */
cm_limb cm_limb_negative_inverse(cm_limb n);

/* x itself, but the compiler cannot know: LLVM turns `mask & y` into a branch where it sees that
 * the mask is all ones or 0. Every mask made of a secret goes through here. */
static inline cm_limb cm_limb_hide(cm_limb x)
{
#if defined(__GNUC__) || defined(__clang__)
    __asm__("" : "+r"(x));
    return x;
#else
    volatile cm_limb hidden = x;
    return hidden;
#endif
}

/* All ones when x is 0, else 0; in constant time. */
static inline cm_limb cm_limb_is_zero(cm_limb x)
{
    return cm_limb_hide((cm_limb_hide(x | (0 - x)) >> CM_LIMB_SIGN) - 1);
}

/* Bit `position` of x in all places: all ones or 0. */
static inline cm_limb cm_limb_spread(cm_limb x, unsigned position)
{
    return cm_limb_hide(0 - (x >> position & 1));
}

/* All ones when a and b are equal, else 0; in constant time. */
cm_limb cm_limbs_equal(const cm_limb *a, const cm_limb *b, size_t limbs);

/* Sets the modulus: `n` in cm_montgomery_limbs(bits) limbs, odd, with bit bits-1 set and none
 * above it; 2 <= bits <= 8192. Computes n0 and one; cheap enough to do for every candidate. */
void cm_montgomery_set(cm_montgomery *m, const cm_limb *n, unsigned bits);

/* Computes `square`, which cm_montgomery_enter and _enter_long need: about 20 squarings. */
void cm_montgomery_prepare(cm_montgomery *m);

/* r = a b / R mod N; a and b loose, or one of them any number below R and the other below 2 N;
 * r below 2 N (3 N in the second case). Any of the three may be the same array. */
void cm_montgomery_multiply(cm_montgomery *m, cm_limb *r, const cm_limb *a, const cm_limb *b);

/* r = a^2 / R mod N, or twice that when `twice` is all ones (secret: all ones or 0); a loose,
 * r below 2 N, or 4 N when doubled. r may be a. */
void cm_montgomery_square(cm_montgomery *m, cm_limb *r, const cm_limb *a, cm_limb twice);

/* r = a uniformly random number modulo N in Montgomery form, below 2 N (its distance from uniform
 * is below 2^-bits): twice as many random bits are reduced, so that no draw has to be compared
 * with N and repeated. f_rng as mbedTLS has it; returns 0 or its error. */
int cm_montgomery_random(cm_montgomery *m, cm_limb *r,
                         int (*f_rng)(void *, unsigned char *, size_t), void *p_rng);

/* r = a mod N, canonical, for a loose. r may be a. */
void cm_montgomery_canonical(const cm_montgomery *m, cm_limb *r, const cm_limb *a);

/* r = a R mod N, loose, for any a below R: into Montgomery form. Needs cm_montgomery_prepare. */
void cm_montgomery_enter(cm_montgomery *m, cm_limb *r, const cm_limb *a);

/* r = a / R mod N, canonical, for a loose: out of Montgomery form. */
void cm_montgomery_leave(cm_montgomery *m, cm_limb *r, const cm_limb *a);

/* Fills m->table with the powers 0 .. 15 of `base` (Montgomery form, loose). */
void cm_montgomery_table(cm_montgomery *m, const cm_limb *base);

/* r = r^16 base^window, in Montgomery form, with the table's base; the window (0 .. 15) may be
 * secret: every entry of the table is read. */
void cm_montgomery_window(cm_montgomery *m, cm_limb *r, cm_limb window);

/* r = base^exponent in Montgomery form, base loose in Montgomery form, by fixed windows; time
 * depends on exponent_limbs only, and not on the exponent. r may be base. */
void cm_montgomery_exp(cm_montgomery *m, cm_limb *r, const cm_limb *base, const cm_limb *exponent,
                       size_t exponent_limbs);

/* The same for a public exponent (big-endian bytes, leading zeros allowed), square and multiply:
 * its length and bits show in the time. r must not be base. */
void cm_montgomery_exp_public(cm_montgomery *m, cm_limb *r, const cm_limb *base,
                              const uint8_t *exponent, size_t exponent_size);

/* r = a mod N in Montgomery form, canonical, for `a` of any number of limbs. r must not be a. Needs
 * cm_montgomery_prepare. */
void cm_montgomery_enter_long(cm_montgomery *m, cm_limb *r, const cm_limb *a, size_t a_limbs);

/* r = a - b mod N, canonical, for a and b canonical. r may be a or b. */
void cm_montgomery_subtract(cm_montgomery *m, cm_limb *r, const cm_limb *a, const cm_limb *b);

/* Zeroes the modulus and everything computed with it. */
void cm_montgomery_clear(cm_montgomery *m);

#endif
