#include "montgomery.h"

#include <string.h>

#include <mbedtls/platform_util.h>

enum {
    LIMBS_PER_ROUND = 4,  /* rows that one pass over the columns takes */
    COLUMN_CAPACITY = 255 /* products that a column holds; the 256th place is for carries */
};

/* -------------------------------------------------------------------- the kernel
 *
 * All time is spent in the three functions at the end of this part: square_columns,
 * multiply_columns and reduce_columns. Another kernel (wider limbs, SIMD) replaces them and the
 * limb size; nothing outside this part but cm_limbs_read and cm_limbs_write depends on either.
 *
 * Four rows go through the columns at a time, so that a column is loaded and stored once for four
 * products and a limb of the multiplicand is loaded once for four uses.
 */

/* The product of a limb or two and a limb. */
static inline cm_column product(uint64_t a, uint64_t b)
{
    return (cm_column)a * b;
}

/* columns[c] += x0 a[c] + x1 a[c-1] + x2 a[c-2] + x3 a[c-3] for from <= c < size + 3, from >= 3,
 * a[i] = 0 for i >= size; size >= 3. */
static inline void add_four_rows(cm_column *restrict columns, const cm_limb *restrict a,
                                 size_t from, size_t size, uint64_t x0, uint64_t x1, uint64_t x2,
                                 uint64_t x3)
{
    /* Two pointers that walk, rather than an index: V8 keeps all of this in registers then. */
    const cm_limb *end = a + size;
    a += from;
    columns += from;
    uint64_t a1 = a[-1], a2 = a[-2], a3 = a[-3];
    for (; end - a >= 4; a += 4, columns += 4) {
        uint64_t b0 = a[0], b1 = a[1], b2 = a[2], b3 = a[3];
        columns[0] += product(x0, b0) + product(x1, a1) + product(x2, a2) + product(x3, a3);
        columns[1] += product(x0, b1) + product(x1, b0) + product(x2, a1) + product(x3, a2);
        columns[2] += product(x0, b2) + product(x1, b1) + product(x2, b0) + product(x3, a1);
        columns[3] += product(x0, b3) + product(x1, b2) + product(x2, b1) + product(x3, b0);
        a1 = b3;
        a2 = b2;
        a3 = b1;
    }
    for (; a < end; a++, columns++) {
        uint64_t b0 = a[0];
        columns[0] += product(x0, b0) + product(x1, a1) + product(x2, a2) + product(x3, a3);
        a3 = a2;
        a2 = a1;
        a1 = b0;
    }
    columns[0] += product(x1, a1) + product(x2, a2) + product(x3, a3);
    columns[1] += product(x2, a1) + product(x3, a2);
    columns[2] += product(x3, a1);
}

/* The same from column 0 on. */
static inline void add_four_whole_rows(cm_column *restrict columns, const cm_limb *restrict a,
                                       size_t size, uint64_t x0, uint64_t x1, uint64_t x2,
                                       uint64_t x3)
{
    columns[0] += product(x0, a[0]);
    columns[1] += product(x0, a[1]) + product(x1, a[0]);
    columns[2] += product(x0, a[2]) + product(x1, a[1]) + product(x2, a[0]);
    add_four_rows(columns, a, 3, size, x0, x1, x2, x3);
}

static inline void add_row(cm_column *restrict columns, const cm_limb *restrict a, size_t size,
                           uint64_t x)
{
    for (size_t c = 0; c < size; c++) {
        columns[c] += product(x, a[c]);
    }
}

/* Carries the columns into each other, so that each holds less than two products. */
static void carry_columns(cm_column *columns, size_t count)
{
    cm_column carry = 0;
    for (size_t c = 0; c < count; c++) {
        cm_column t = columns[c] + carry;
        columns[c] = t & CM_LIMB_MASK;
        carry = t >> CM_LIMB_BITS;
    }
}

/* Counts `products` more into every column, emptying the columns first if they might overflow. */
static inline void make_room(cm_column *columns, size_t count, unsigned *load, unsigned products)
{
    if (*load + products > COLUMN_CAPACITY) {
        carry_columns(columns, count);
        *load = 1;
    }
    *load += products;
}

/* columns[0 .. 2 size) = a^2; *load receives a bound on the products in a column. */
static void square_columns(cm_column *restrict columns, const cm_limb *restrict a, size_t size,
                           unsigned *load)
{
    size_t i = 0;
    memset(columns, 0, 2 * size * sizeof *columns);
    *load = 0;
    for (; i + LIMBS_PER_ROUND + LIMBS_PER_ROUND <= size; i += LIMBS_PER_ROUND) {
        const cm_limb *row = a + i;
        uint64_t a0 = row[0], a1 = row[1], a2 = row[2], a3 = row[3];
        cm_column *c = columns + 2 * i;
        make_room(columns, 2 * size, load, 2 * LIMBS_PER_ROUND);
        c[0] += product(a0, a0);
        a0 += a0;
        c[1] += product(a0, a1);
        c[2] += product(a0, a2) + product(a1, a1);
        a1 += a1;
        c[3] += product(a0, a3) + product(a1, a2);
        c[4] += product(a1, a3) + product(a2, a2);
        a2 += a2;
        c[5] += product(a2, a3);
        c[6] += product(a3, a3);
        a3 += a3;
        add_four_whole_rows(c + 4, row + 4, size - i - 4, a0, a1, a2, a3);
    }
    make_room(columns, 2 * size, load, 4 * LIMBS_PER_ROUND);
    for (; i < size; i++) {
        uint64_t x = a[i];
        columns[2 * i] += product(x, x);
        add_row(columns + 2 * i + 1, a + i + 1, size - i - 1, x + x);
    }
}

/* columns[0 .. 2 size) = a b. */
static void multiply_columns(cm_column *restrict columns, const cm_limb *restrict a,
                             const cm_limb *restrict b, size_t size, unsigned *load)
{
    size_t i = 0;
    memset(columns, 0, 2 * size * sizeof *columns);
    *load = 0;
    for (; size >= LIMBS_PER_ROUND && i + LIMBS_PER_ROUND <= size; i += LIMBS_PER_ROUND) {
        make_room(columns, 2 * size, load, LIMBS_PER_ROUND);
        add_four_whole_rows(columns + i, a, size, b[i], b[i + 1], b[i + 2], b[i + 3]);
    }
    for (; i < size; i++) {
        make_room(columns, 2 * size, load, 1);
        add_row(columns + i, a, size, b[i]);
    }
}

/* columns[size .. 2 size) = columns / R mod N, not yet carried; columns[0 .. size) are spent. */
static void reduce_columns(cm_column *restrict columns, const cm_limb *restrict n, size_t size,
                           cm_limb n0, unsigned load)
{
    size_t i = 0;
    for (; size >= LIMBS_PER_ROUND && i + LIMBS_PER_ROUND <= size; i += LIMBS_PER_ROUND) {
        cm_column *c = columns + i;
        cm_column t;
        cm_limb q0, q1, q2, q3;
        make_room(c, 2 * size - i, &load, LIMBS_PER_ROUND);
        t = c[0];
        q0 = ((cm_limb)t * n0) & CM_LIMB_MASK;
        t = ((t + product(q0, n[0])) >> CM_LIMB_BITS) + c[1] + product(q0, n[1]);
        q1 = ((cm_limb)t * n0) & CM_LIMB_MASK;
        t = ((t + product(q1, n[0])) >> CM_LIMB_BITS) + c[2] + product(q0, n[2]) +
            product(q1, n[1]);
        q2 = ((cm_limb)t * n0) & CM_LIMB_MASK;
        t = ((t + product(q2, n[0])) >> CM_LIMB_BITS) + c[3] + product(q0, n[3]) +
            product(q1, n[2]) + product(q2, n[1]);
        q3 = ((cm_limb)t * n0) & CM_LIMB_MASK;
        c[4] += (t + product(q3, n[0])) >> CM_LIMB_BITS;
        add_four_rows(c, n, 4, size, q0, q1, q2, q3);
    }
    for (; i < size; i++) {
        cm_column *c = columns + i;
        cm_limb q;
        make_room(c, 2 * size - i, &load, 1);
        q = ((cm_limb)c[0] * n0) & CM_LIMB_MASK;
        c[1] += (c[0] + product(q, n[0])) >> CM_LIMB_BITS;
        add_row(c + 1, n + 1, size - 1, q);
    }
}

/* ------------------------------------------------------------- built on the kernel */

/* r = the upper half of the columns, carried, and doubled when `twice` is all ones. */
static void gather_columns(cm_limb *restrict r, const cm_column *restrict columns, size_t size,
                           cm_limb twice)
{
    cm_column carry = 0;
    cm_limb carry_twice = 0;
    for (size_t c = 0; c < size; c++) {
        cm_column t = columns[size + c] + carry;
        cm_limb limb = (cm_limb)t & CM_LIMB_MASK;
        cm_limb doubled = limb + (limb & twice) + carry_twice;
        r[c] = doubled & CM_LIMB_MASK;
        carry_twice = doubled >> CM_LIMB_BITS;
        carry = t >> CM_LIMB_BITS;
    }
}

/* r = a - N if that is not negative, else a. */
static void subtract_modulus(const cm_montgomery *m, cm_limb *r, const cm_limb *a)
{
    cm_limb borrow = 0, keep;
    for (size_t i = 0; i < m->limbs; i++) {
        borrow = (a[i] - m->n[i] - borrow) >> CM_LIMB_SIGN;
    }
    keep = cm_limb_hide(borrow - 1); /* all ones: subtract */
    borrow = 0;
    for (size_t i = 0; i < m->limbs; i++) {
        cm_limb d = a[i] - (m->n[i] & keep) - borrow;
        r[i] = d & CM_LIMB_MASK;
        borrow = d >> CM_LIMB_SIGN;
    }
}

/* r = 2 r mod N, canonical for canonical r. */
static void double_canonical(const cm_montgomery *m, cm_limb *r)
{
    cm_limb carry = 0;
    for (size_t i = 0; i < m->limbs; i++) {
        cm_limb d = r[i] << 1 | carry;
        r[i] = d & CM_LIMB_MASK;
        carry = d >> CM_LIMB_BITS;
    }
    subtract_modulus(m, r, r);
}

size_t cm_montgomery_limbs(unsigned bits)
{
    return (bits + CM_MONTGOMERY_SLACK_BITS + CM_LIMB_BITS - 1) / CM_LIMB_BITS;
}

void cm_limbs_read(cm_limb *out, size_t limbs, const uint8_t *in, size_t size)
{
    cm_column bits = 0;
    unsigned count = 0;
    size_t limb = 0;
    memset(out, 0, limbs * sizeof *out);
    for (size_t i = size; i-- > 0 && limb < limbs;) {
        bits |= (cm_column)in[i] << count;
        count += 8;
        if (count >= CM_LIMB_BITS) {
            out[limb++] = (cm_limb)bits & CM_LIMB_MASK;
            bits >>= CM_LIMB_BITS;
            count -= CM_LIMB_BITS;
        }
    }
    if (limb < limbs) {
        out[limb] = (cm_limb)bits & CM_LIMB_MASK;
    }
}

void cm_limbs_write(uint8_t *out, size_t size, const cm_limb *in, size_t limbs)
{
    cm_column bits = 0;
    unsigned count = 0;
    size_t limb = 0;
    for (size_t i = size; i-- > 0;) {
        if (count < 8) {
            bits |= (cm_column)(limb < limbs ? in[limb] : 0) << count;
            limb++;
            count += CM_LIMB_BITS;
        }
        out[i] = (uint8_t)bits;
        bits >>= 8;
        count -= 8;
    }
}

cm_limb cm_limbs_equal(const cm_limb *a, const cm_limb *b, size_t limbs)
{
    cm_limb difference = 0;
    for (size_t i = 0; i < limbs; i++) {
        difference |= a[i] ^ b[i];
    }
    return cm_limb_is_zero(difference);
}

cm_limb cm_limb_negative_inverse(cm_limb n)
{
    cm_limb x = n; /* right in 3 bits; Newton's iteration doubles them */
    for (int i = 0; i < 5; i++) {
        x *= 2 - n * x;
    }
    return (0 - x) & CM_LIMB_MASK;
}

void cm_montgomery_set(cm_montgomery *m, const cm_limb *n, unsigned bits)
{
    unsigned shifts;
    m->bits = bits;
    m->limbs = cm_montgomery_limbs(bits);
    memmove(m->n, n, m->limbs * sizeof *n);
    m->n0 = cm_limb_negative_inverse(n[0]);
    /* R mod N: from 2^(bits-1), which is below N, by doublings. */
    memset(m->one, 0, m->limbs * sizeof *m->one);
    m->one[(bits - 1) / CM_LIMB_BITS] = (cm_limb)1 << ((bits - 1) % CM_LIMB_BITS);
    shifts = (unsigned)m->limbs * CM_LIMB_BITS - (bits - 1);
    while (shifts-- > 0) {
        double_canonical(m, m->one);
    }
}

void cm_montgomery_prepare(cm_montgomery *m)
{
    /* R^2 mod N is 2^(28 limbs) in Montgomery form: square and double from 2^1. */
    unsigned exponent = (unsigned)m->limbs * CM_LIMB_BITS;
    unsigned bit = 0;
    while (exponent >> (bit + 1) != 0) {
        bit++;
    }
    memcpy(m->square, m->one, m->limbs * sizeof *m->one);
    double_canonical(m, m->square);
    while (bit-- > 0) {
        cm_montgomery_square(m, m->square, m->square, (cm_limb)0 - (exponent >> bit & 1));
    }
    cm_montgomery_canonical(m, m->square, m->square);
}

void cm_montgomery_multiply(cm_montgomery *m, cm_limb *r, const cm_limb *a, const cm_limb *b)
{
    unsigned load;
    multiply_columns(m->columns, a, b, m->limbs, &load);
    reduce_columns(m->columns, m->n, m->limbs, m->n0, load);
    gather_columns(r, m->columns, m->limbs, 0);
}

void cm_montgomery_square(cm_montgomery *m, cm_limb *r, const cm_limb *a, cm_limb twice)
{
    unsigned load;
    square_columns(m->columns, a, m->limbs, &load);
    reduce_columns(m->columns, m->n, m->limbs, m->n0, load);
    gather_columns(r, m->columns, m->limbs, twice);
}

int cm_montgomery_random(cm_montgomery *m, cm_limb *r,
                         int (*f_rng)(void *, unsigned char *, size_t), void *p_rng)
{
    unsigned upper = m->bits - 1; /* bits of the upper half: it is below N */
    for (int half = 0; half < 2; half++) {
        cm_column *columns = half == 0 ? m->columns : m->columns + m->limbs;
        int result = f_rng(p_rng, (unsigned char *)m->spare, m->limbs * sizeof *m->spare);
        if (result != 0) {
            return result;
        }
        for (size_t i = 0; i < m->limbs; i++) {
            unsigned bits = half == 0 || upper > CM_LIMB_BITS ? CM_LIMB_BITS : upper;
            upper -= half == 0 ? 0 : bits;
            columns[i] = m->spare[i] & (((cm_limb)1 << bits) - 1);
        }
    }
    reduce_columns(m->columns, m->n, m->limbs, m->n0, 1);
    gather_columns(r, m->columns, m->limbs, 0);
    return 0;
}

void cm_montgomery_canonical(const cm_montgomery *m, cm_limb *r, const cm_limb *a)
{
    subtract_modulus(m, r, a);
    subtract_modulus(m, r, r);
    subtract_modulus(m, r, r);
}

void cm_montgomery_enter(cm_montgomery *m, cm_limb *r, const cm_limb *a)
{
    cm_montgomery_multiply(m, r, a, m->square);
}

void cm_montgomery_leave(cm_montgomery *m, cm_limb *r, const cm_limb *a)
{
    size_t size = m->limbs * sizeof *a;
    memset(m->spare, 0, size);
    m->spare[0] = 1;
    cm_montgomery_multiply(m, r, a, m->spare);
    cm_montgomery_canonical(m, r, r);
}

void cm_montgomery_table(cm_montgomery *m, const cm_limb *base)
{
    memcpy(m->table[0], m->one, m->limbs * sizeof *base);
    memcpy(m->table[1], base, m->limbs * sizeof *base);
    for (size_t i = 2; i < 1 << CM_MONTGOMERY_WINDOW_BITS; i += 2) {
        cm_montgomery_square(m, m->table[i], m->table[i / 2], 0);
        cm_montgomery_multiply(m, m->table[i + 1], m->table[i], m->table[1]);
    }
}

void cm_montgomery_window(cm_montgomery *m, cm_limb *r, cm_limb window)
{
    for (int i = 0; i < CM_MONTGOMERY_WINDOW_BITS; i++) {
        cm_montgomery_square(m, r, r, 0);
    }
    memset(m->spare, 0, m->limbs * sizeof *m->spare);
    for (cm_limb entry = 0; entry < (cm_limb)1 << CM_MONTGOMERY_WINDOW_BITS; entry++) {
        cm_limb mask = cm_limb_is_zero(entry ^ window);
        for (size_t i = 0; i < m->limbs; i++) {
            m->spare[i] |= m->table[entry][i] & mask;
        }
    }
    cm_montgomery_multiply(m, r, r, m->spare);
}

void cm_montgomery_exp(cm_montgomery *m, cm_limb *r, const cm_limb *base, const cm_limb *exponent,
                       size_t exponent_limbs)
{
    const cm_limb mask = ((cm_limb)1 << CM_MONTGOMERY_WINDOW_BITS) - 1;
    cm_montgomery_table(m, base);
    memcpy(r, m->one, m->limbs * sizeof *r);
    for (size_t limb = exponent_limbs; limb-- > 0;) {
        for (int shift = CM_LIMB_BITS; (shift -= CM_MONTGOMERY_WINDOW_BITS) >= 0;) {
            cm_montgomery_window(m, r, exponent[limb] >> shift & mask);
        }
    }
}

void cm_montgomery_exp_public(cm_montgomery *m, cm_limb *r, const cm_limb *base,
                              const uint8_t *exponent, size_t exponent_size)
{
    size_t bit = 8 * exponent_size;
    memcpy(r, m->one, m->limbs * sizeof *r);
    while (bit > 0 && (exponent[exponent_size - 1 - (bit - 1) / 8] >> ((bit - 1) % 8) & 1) == 0) {
        bit--;
    }
    if (bit == 0) {
        return;
    }
    memcpy(r, base, m->limbs * sizeof *r);
    while (--bit > 0) {
        cm_montgomery_square(m, r, r, 0);
        if ((exponent[exponent_size - 1 - (bit - 1) / 8] >> ((bit - 1) % 8) & 1) != 0) {
            cm_montgomery_multiply(m, r, r, base);
        }
    }
}

void cm_montgomery_enter_long(cm_montgomery *m, cm_limb *r, const cm_limb *a, size_t a_limbs)
{
    size_t size = m->limbs * sizeof *r;
    size_t chunk = a_limbs - a_limbs % m->limbs;
    memset(r, 0, size);
    /* Horner's rule in R: r R + chunk */
    for (;; chunk -= m->limbs) {
        size_t have = a_limbs - chunk < m->limbs ? a_limbs - chunk : m->limbs;
        cm_limb carry = 0;
        cm_montgomery_multiply(m, r, r, m->square);
        memset(m->spare, 0, size);
        memcpy(m->spare, a + chunk, have * sizeof *a);
        cm_montgomery_multiply(m, m->spare, m->spare, m->square);
        for (size_t i = 0; i < m->limbs; i++) {
            cm_limb d = r[i] + m->spare[i] + carry;
            r[i] = d & CM_LIMB_MASK;
            carry = d >> CM_LIMB_BITS;
        }
        cm_montgomery_canonical(m, r, r);
        if (chunk == 0) {
            break;
        }
    }
}

void cm_montgomery_subtract(cm_montgomery *m, cm_limb *r, const cm_limb *a, const cm_limb *b)
{
    cm_limb borrow = 0, carry = 0, negative;
    for (size_t i = 0; i < m->limbs; i++) {
        cm_limb d = a[i] - b[i] - borrow;
        r[i] = d & CM_LIMB_MASK;
        borrow = d >> CM_LIMB_SIGN;
    }
    negative = cm_limb_hide(0 - borrow);
    for (size_t i = 0; i < m->limbs; i++) {
        cm_limb d = r[i] + (m->n[i] & negative) + carry;
        r[i] = d & CM_LIMB_MASK;
        carry = d >> CM_LIMB_BITS;
    }
}

void cm_montgomery_clear(cm_montgomery *m)
{
    mbedtls_platform_zeroize(m, sizeof *m);
}
