#include "p256.h"

#include <string.h>

#include <mbedtls/bignum.h>

/*
 * The field, p = 2^256 - 2^224 + 2^192 + 2^96 - 1, after Montgomery with R = 2^280: ten limbs of 28
 * bits, least significant first. Since p is -1 modulo 2^96, a step of the reduction needs no
 * multiplication: the lowest limb itself says how often p is added, and that is shifts.
 *
 * Limbs are signed, so sums and differences need no carries. A product comes out with limbs below
 * 2^28 (the highest signed), between -p and 2 p. Operands may be sums of products as long as the
 * numbers of summands, multiplied, stay at most 12: ten products of limbs then fit in 63 bits.
 */
enum { LIMBS = 10, BITS = 28, SIZE = 32 };

static const int64_t MASK = ((int64_t)1 << BITS) - 1;

typedef struct field {
    int32_t limb[LIMBS];
} field;

/* Jacobian coordinates: x / z^2, y / z^3; z = 0 is the point at infinity. */
typedef struct point {
    field x, y, z;
} point;

static const uint8_t PRIME[SIZE] = {
    0xff, 0xff, 0xff, 0xff, 0,    0,    0,    1,    0,    0,    0,    0,    0,    0,    0,    0,
    0,    0,    0,    0,    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
static const uint8_t ORDER[SIZE] = {
    0xff, 0xff, 0xff, 0xff, 0,    0,    0,    0,    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
static const uint8_t GENERATOR[2 * SIZE] = {
    0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2,
    0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96,
    0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16,
    0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5};
static const uint8_t COEFFICIENT_B[SIZE] = {
    0x5a, 0xc6, 0x35, 0xd8, 0xaa, 0x3a, 0x93, 0xe7, 0xb3, 0xeb, 0xbd, 0x55, 0x76, 0x98, 0x86, 0xbc,
    0x65, 0x1d, 0x06, 0xb0, 0xcc, 0x53, 0xb0, 0xf6, 0x3b, 0xce, 0x3c, 0x3e, 0x27, 0xd2, 0x60, 0x4b};
/* R^2 modulo p, R = 2^280 */
static const field SQUARE = {
    {0x50000, 0x300000, 0x0, 0x0, 0xffffffa, 0xfffffbf, 0xffffeff, 0xfffafff, 0x2ffff, 0x0}};

/* ------------------------------------------------------------------ the field */

/* Adds multiples of p until the lower half of the columns is zero; the upper half is the result. */
static void reduce(field *out, int64_t t[2 * LIMBS])
{
    int64_t carry = 0;
    for (int i = 0; i < LIMBS; i++) {
        int64_t column = t[i] + carry;
        int64_t m = column & MASK;
        carry = (column - m) >> BITS; /* - m 2^0 */
        t[i + 3] += m << 12;          /* + m 2^96 */
        t[i + 6] += m << 24;          /* + m 2^192 */
        t[i + 8] -= m;                /* - m 2^224 */
        t[i + 9] += m << 4;           /* + m 2^256 */
    }
    for (int i = 0; i < LIMBS - 1; i++) {
        int64_t column = t[LIMBS + i] + carry;
        out->limb[i] = (int32_t)(column & MASK);
        carry = column >> BITS;
    }
    out->limb[LIMBS - 1] = (int32_t)(t[2 * LIMBS - 1] + carry);
}

static void multiply(field *out, const field *a, const field *b)
{
    int64_t t[2 * LIMBS] = {0};
    for (int i = 0; i < LIMBS; i++) {
        int64_t x = a->limb[i];
        for (int j = 0; j < LIMBS; j++) {
            t[i + j] += x * b->limb[j];
        }
    }
    reduce(out, t);
}

static void square(field *out, const field *a)
{
    int64_t t[2 * LIMBS] = {0};
    for (size_t i = 0; i < LIMBS; i++) {
        int64_t x = a->limb[i];
        t[2 * i] += x * x;
        x += x;
        for (size_t j = i + 1; j < LIMBS; j++) {
            t[i + j] += x * a->limb[j];
        }
    }
    reduce(out, t);
}

static field add(const field *a, const field *b)
{
    field out;
    for (int i = 0; i < LIMBS; i++) {
        out.limb[i] = a->limb[i] + b->limb[i];
    }
    return out;
}

static field subtract(const field *a, const field *b)
{
    field out;
    for (int i = 0; i < LIMBS; i++) {
        out.limb[i] = a->limb[i] - b->limb[i];
    }
    return out;
}

/* Carries: limbs below 2^28 again, the highest signed. A sum of up to seven products. */
static void normalize(field *a)
{
    int32_t carry = 0;
    for (int i = 0; i < LIMBS - 1; i++) {
        int32_t t = a->limb[i] + carry;
        a->limb[i] = t & (int32_t)MASK;
        carry = t >> BITS;
    }
    a->limb[LIMBS - 1] += carry;
}

/* 256 bits into limbs, not in Montgomery form. */
static field read_limbs(const uint8_t in[SIZE])
{
    field out = {{0}};
    for (int i = 0; i < 8 * SIZE; i++) {
        if ((in[SIZE - 1 - i / 8] >> (i % 8) & 1) != 0) {
            out.limb[i / BITS] |= (int32_t)1 << (i % BITS);
        }
    }
    return out;
}

static field read_field(const uint8_t in[SIZE])
{
    field plain = read_limbs(in), out;
    multiply(&out, &plain, &SQUARE);
    return out;
}

/* Multiplied by 1 / R it lies between 0 and p, both included. */
static bool is_zero(const field *a)
{
    static const field one = {{1}};
    static const field nothing = {{0}};
    field out, prime = read_limbs(PRIME);
    multiply(&out, a, &one);
    return memcmp(&out, &nothing, sizeof out) == 0 || memcmp(&out, &prime, sizeof out) == 0;
}

/* ------------------------------------------------------------------ points */

/* No finite point's z becomes a multiple of p, and infinity's stays the number 0 itself. */
static bool is_infinity(const point *p)
{
    static const field nothing = {{0}};
    return memcmp(&p->z, &nothing, sizeof nothing) == 0;
}

/* dbl-2001-b of the Explicit-Formulas Database, for a = -3. */
static void double_point(point *out, const point *p)
{
    field delta, gamma, beta, alpha, t, u;
    square(&delta, &p->z);
    square(&gamma, &p->y);
    multiply(&beta, &p->x, &gamma);
    t = subtract(&p->x, &delta);
    u = add(&p->x, &delta);
    multiply(&alpha, &t, &u);
    t = add(&alpha, &alpha);
    alpha = add(&t, &alpha); /* 3 (x - delta)(x + delta) */
    t = add(&p->y, &p->z);
    square(&u, &t);
    u = subtract(&u, &gamma);
    u = subtract(&u, &delta);
    normalize(&u);
    field four_beta = add(&beta, &beta);
    four_beta = add(&four_beta, &four_beta);
    normalize(&four_beta);
    field x;
    square(&x, &alpha);
    x = subtract(&x, &four_beta);
    x = subtract(&x, &four_beta);
    normalize(&x);
    t = subtract(&four_beta, &x);
    normalize(&t);
    field y;
    multiply(&y, &alpha, &t);
    square(&t, &gamma);
    t = add(&t, &t);
    t = add(&t, &t);
    t = add(&t, &t);
    y = subtract(&y, &t);
    normalize(&y);
    *out = (point){x, y, u};
}

/* add-2007-bl without its doublings; every case of equal, opposite and infinite points. */
static void add_point(point *out, const point *p, const point *q)
{
    field z1z1, z2z2, u1, u2, s1, s2, h, r, hh, hhh, v, t;
    if (is_infinity(p) || is_infinity(q)) {
        *out = is_infinity(p) ? *q : *p;
        return;
    }
    square(&z1z1, &p->z);
    square(&z2z2, &q->z);
    multiply(&u1, &p->x, &z2z2);
    multiply(&u2, &q->x, &z1z1);
    multiply(&t, &q->z, &z2z2);
    multiply(&s1, &p->y, &t);
    multiply(&t, &p->z, &z1z1);
    multiply(&s2, &q->y, &t);
    h = subtract(&u2, &u1);
    r = subtract(&s2, &s1);
    if (is_zero(&h)) {
        if (is_zero(&r)) {
            double_point(out, p);
        } else {
            memset(out, 0, sizeof *out);
        }
        return;
    }
    square(&hh, &h);
    multiply(&hhh, &h, &hh);
    multiply(&v, &u1, &hh);
    field x, y, z;
    square(&x, &r);
    x = subtract(&x, &hhh);
    x = subtract(&x, &v);
    x = subtract(&x, &v);
    normalize(&x);
    t = subtract(&v, &x);
    multiply(&y, &r, &t);
    multiply(&t, &s1, &hhh);
    y = subtract(&y, &t);
    normalize(&y);
    multiply(&t, &p->z, &q->z);
    multiply(&z, &t, &h);
    *out = (point){x, y, z};
}

enum { WINDOW = 4, MULTIPLES = 1 << WINDOW };

static void multiples_of(point table[MULTIPLES], const point *p)
{
    memset(&table[0], 0, sizeof table[0]);
    table[1] = *p;
    for (int i = 2; i < MULTIPLES; i++) {
        if (i % 2 == 0) {
            double_point(&table[i], &table[i / 2]);
        } else {
            add_point(&table[i], &table[i - 1], p);
        }
    }
}

static unsigned digit_of(const uint8_t scalar[SIZE], int i)
{
    return scalar[i / 2] >> (i % 2 == 0 ? WINDOW : 0) & (MULTIPLES - 1);
}

/* u1 G + u2 Q, digit by digit from the top. */
static void combine(point *out, const uint8_t u1[SIZE], const uint8_t u2[SIZE], const point *q)
{
    point of_g[MULTIPLES], of_q[MULTIPLES];
    const point g = {read_field(GENERATOR), read_field(GENERATOR + SIZE), q->z};
    multiples_of(of_g, &g);
    multiples_of(of_q, q);
    memset(out, 0, sizeof *out);
    for (int i = 0; i < 2 * SIZE; i++) {
        unsigned g_digit = digit_of(u1, i), q_digit = digit_of(u2, i);
        for (int j = 0; j < WINDOW && i > 0; j++) {
            double_point(out, out);
        }
        if (g_digit != 0) {
            add_point(out, out, &of_g[g_digit]);
        }
        if (q_digit != 0) {
            add_point(out, out, &of_q[q_digit]);
        }
    }
}

/* y^2 = x^3 - 3 x + b, coordinates below p. */
static bool read_point(point *out, const uint8_t in[65])
{
    static const uint8_t one[SIZE] = {[SIZE - 1] = 1};
    field left, right, t, b = read_field(COEFFICIENT_B);
    if (in[0] != 4 || memcmp(in + 1, PRIME, SIZE) >= 0 || memcmp(in + 1 + SIZE, PRIME, SIZE) >= 0) {
        return false;
    }
    *out = (point){read_field(in + 1), read_field(in + 1 + SIZE), read_field(one)};
    square(&left, &out->y);
    square(&t, &out->x);
    multiply(&right, &t, &out->x);
    t = add(&out->x, &out->x);
    t = add(&t, &out->x);
    right = subtract(&right, &t);
    right = add(&right, &b);
    left = subtract(&left, &right);
    normalize(&left);
    return is_zero(&left);
}

/* ------------------------------------------------------------------ ECDSA */

/* 1 .. order - 1, to 32 bytes. */
static bool read_scalar(uint8_t out[SIZE], cm_view in)
{
    static const uint8_t zero[SIZE] = {0};
    for (; in.size > 0 && in.data[0] == 0; in.size--) {
        in.data++;
    }
    if (in.size == 0 || in.size > SIZE) {
        return false;
    }
    memset(out, 0, SIZE);
    memcpy(out + SIZE - in.size, in.data, in.size);
    return memcmp(out, zero, SIZE) != 0 && memcmp(out, ORDER, SIZE) < 0;
}

/* 288 bits, least significant first: room for a sum of two numbers of 256. */
enum { WORDS = 9 };

typedef struct number {
    uint32_t word[WORDS];
} number;

static number read_number(const uint8_t in[SIZE])
{
    number out = {{0}};
    for (unsigned i = 0; i < SIZE; i++) {
        out.word[i / 4] |= (uint32_t)in[SIZE - 1 - i] << (8 * (i % 4));
    }
    return out;
}

static void write_number(uint8_t out[SIZE], const number *a)
{
    for (unsigned i = 0; i < SIZE; i++) {
        out[SIZE - 1 - i] = (uint8_t)(a->word[i / 4] >> (8 * (i % 4)));
    }
}

static void plus(number *a, const number *b)
{
    uint64_t carry = 0;
    for (int i = 0; i < WORDS; i++) {
        carry += (uint64_t)a->word[i] + b->word[i];
        a->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

/* Modulo 2^288; true when b was greater. */
static bool minus(number *a, const number *b)
{
    uint64_t borrow = 0;
    for (int i = 0; i < WORDS; i++) {
        uint64_t t = (uint64_t)a->word[i] - b->word[i] - borrow;
        a->word[i] = (uint32_t)t;
        borrow = t >> 63;
    }
    return borrow != 0;
}

static void minus_modulo(number *a, const number *b, const number *n)
{
    if (minus(a, b)) {
        plus(a, n);
    }
}

static void halve(number *a)
{
    for (int i = 0; i < WORDS; i++) {
        uint32_t above = i + 1 < WORDS ? a->word[i + 1] : 0;
        a->word[i] = a->word[i] >> 1 | above << 31;
    }
}

static void halve_modulo(number *a, const number *n)
{
    if ((a->word[0] & 1) != 0) {
        plus(a, n);
    }
    halve(a);
}

static bool is_one(const number *a)
{
    static const number one = {{1}};
    return memcmp(a, &one, sizeof one) == 0;
}

static bool is_less(const number *a, const number *b)
{
    int i = WORDS - 1;
    while (i > 0 && a->word[i] == b->word[i]) {
        i--;
    }
    return a->word[i] < b->word[i];
}

/* Halves an even u until it is odd, and x with it: u = in x modulo n holds all the time. */
static void make_odd(number *u, number *x, const number *n)
{
    while ((u->word[0] & 1) == 0) {
        halve(u);
        halve_modulo(x, n);
    }
}

/* 1 / in modulo the order, which is prime, by the binary algorithm of Euclid (HAC 14.61). */
static void invert(uint8_t out[SIZE], const uint8_t in[SIZE])
{
    const number n = read_number(ORDER);
    number u = read_number(in), v = n, x = {{1}}, y = {{0}};
    while (!is_one(&u) && !is_one(&v)) {
        make_odd(&u, &x, &n);
        make_odd(&v, &y, &n);
        if (is_less(&u, &v)) {
            (void)minus(&v, &u);
            minus_modulo(&y, &x, &n);
        } else {
            (void)minus(&u, &v);
            minus_modulo(&x, &y, &n);
        }
    }
    write_number(out, is_one(&u) ? &x : &y);
}

/* u1 = e / s, u2 = r / s modulo the order. */
static bool read_factors(uint8_t u1[SIZE], uint8_t u2[SIZE], cm_view hash, const uint8_t r[SIZE],
                         const uint8_t s[SIZE])
{
    uint8_t inverse[SIZE];
    mbedtls_mpi n, w, t;
    invert(inverse, s);
    mbedtls_mpi_init(&n);
    mbedtls_mpi_init(&w);
    mbedtls_mpi_init(&t);
    size_t size = hash.size < SIZE ? hash.size : SIZE;
    bool done = mbedtls_mpi_read_binary(&n, ORDER, SIZE) == 0 &&
                mbedtls_mpi_read_binary(&w, inverse, SIZE) == 0 &&
                mbedtls_mpi_read_binary(&t, hash.data, size) == 0 &&
                mbedtls_mpi_mul_mpi(&t, &t, &w) == 0 && mbedtls_mpi_mod_mpi(&t, &t, &n) == 0 &&
                mbedtls_mpi_write_binary(&t, u1, SIZE) == 0 &&
                mbedtls_mpi_read_binary(&t, r, SIZE) == 0 && mbedtls_mpi_mul_mpi(&t, &t, &w) == 0 &&
                mbedtls_mpi_mod_mpi(&t, &t, &n) == 0 && mbedtls_mpi_write_binary(&t, u2, SIZE) == 0;
    mbedtls_mpi_free(&n);
    mbedtls_mpi_free(&w);
    mbedtls_mpi_free(&t);
    return done;
}

/* Whether x / z^2 is this number. */
static bool x_equals(const point *p, const uint8_t number[SIZE])
{
    field zz, expected, x = read_field(number);
    square(&zz, &p->z);
    multiply(&expected, &x, &zz);
    field difference = subtract(&p->x, &expected);
    return is_zero(&difference);
}

/* number + order, when that is still below p: x was reduced modulo the order. */
static bool add_order(uint8_t number[SIZE])
{
    unsigned carry = 0;
    for (int i = SIZE - 1; i >= 0; i--) {
        carry += (unsigned)number[i] + ORDER[i];
        number[i] = (uint8_t)carry;
        carry >>= 8;
    }
    return carry == 0 && memcmp(number, PRIME, SIZE) < 0;
}

const uint8_t *cm_p256_point(cm_view spki)
{
    static const uint8_t head[] = "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06"
                                  "\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00\x04";
    size_t size = sizeof head - 1;
    bool is = spki.size == size - 1 + 65 && memcmp(spki.data, head, size) == 0;
    return is ? spki.data + size - 1 : NULL;
}

bool cm_p256_is_point(const uint8_t in[65])
{
    point q;
    return read_point(&q, in);
}

bool cm_p256_verify(const uint8_t key[65], cm_view hash, cm_view r, cm_view s)
{
    uint8_t r_bytes[SIZE], s_bytes[SIZE], u1[SIZE], u2[SIZE];
    point q, sum;
    if (!read_scalar(r_bytes, r) || !read_scalar(s_bytes, s) || !read_point(&q, key) ||
        !read_factors(u1, u2, hash, r_bytes, s_bytes)) {
        return false;
    }
    combine(&sum, u1, u2, &q);
    if (is_infinity(&sum)) {
        return false;
    }
    return x_equals(&sum, r_bytes) || (add_order(r_bytes) && x_equals(&sum, r_bytes));
}
