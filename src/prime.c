#include "prime.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/platform_util.h>

#include "montgomery.h"

/* Marks a decision that may show: the constant-time test defines this to tell Valgrind. */
#ifndef CM_DECLASSIFY
#define CM_DECLASSIFY(pointer, size) ((void)0)
#endif

typedef int (*random_fn)(void *, unsigned char *, size_t);

enum {
    /* Values of the strong test at the exponents (n-1)/2^j are looked at for j below this. A prime
     * with 2^32 dividing p-1 (one of 2^31) may be rejected. */
    STRONG_BITS = 32,
    SIEVE_LIMIT = 1 << 16,
    SIEVE_PRIMES = 6541, /* odd primes below SIEVE_LIMIT */
    LANES = 4,           /* of 16 bits in a word */
    SIEVE_WORDS = (SIEVE_PRIMES + LANES - 1) / LANES,
    SIEVE_LANES = SIEVE_WORDS * LANES,
    BATCH = 4, /* candidates sieved in one pass over the words */
    PRIME_LIMBS = (CM_PRIME_MAX_BITS + CM_MONTGOMERY_SLACK_BITS + CM_LIMB_BITS - 1) / CM_LIMB_BITS,
    PATIENCE = 20, /* candidates a bit before the generator is called broken: e^-57 */
    UNIT_LIMBS = (1024 + CM_LIMB_BITS - 1) / CM_LIMB_BITS, /* of a unit of work's squaring */
    UNIT = UNIT_LIMBS * UNIT_LIMBS,                        /* in products of limbs */
    START_WORK = 400, /* what drawing a start and a pass of the sieve cost, in such units */
    BATCH_WORK = 8
};

/* ------------------------------------------------------------------- strong test
 *
 * Miller-Rabin (FIPS 186-5 B.3.1) without a branch on the power of two in n-1: the base is raised
 * to (n-1)/2^j for j falling to 1, and for every j < 32 the value counts, under a mask, when
 * 2^j divides n-1.
 */

typedef struct strong_test {
    cm_montgomery m;
    cm_limb x[CM_MONTGOMERY_MAX_LIMBS];         /* base^((n-1) >> position), loose */
    cm_limb minus_one[CM_MONTGOMERY_MAX_LIMBS]; /* n-1 in Montgomery form, canonical */
    cm_limb scratch[CM_MONTGOMERY_MAX_LIMBS];
    uint32_t low;      /* (n-1) mod 2^32 */
    unsigned position; /* public */
    bool base_two;     /* public */
    cm_limb passed;    /* all ones or 0 */
} strong_test;

/* Prepares for tests of n (limbs of m, exactly `bits` bits, odd). */
static void strong_test_set(strong_test *t, const cm_limb *n, unsigned bits)
{
    cm_limb borrow = 0;
    cm_montgomery_set(&t->m, n, bits);
    for (size_t i = 0; i < t->m.limbs; i++) {
        cm_limb d = t->m.n[i] - t->m.one[i] - borrow;
        t->minus_one[i] = d & CM_LIMB_MASK;
        borrow = d >> CM_LIMB_SIGN;
    }
    t->low = (uint32_t)(n[0] | (t->m.limbs > 1 ? n[1] << CM_LIMB_BITS : 0)) - 1;
}

/* Starts a test to base 2: the top bit of n-1 is done, and the base needs no table. */
static void strong_test_base_two(strong_test *t)
{
    cm_limb carry = 0;
    for (size_t i = 0; i < t->m.limbs; i++) {
        cm_limb d = t->m.one[i] << 1 | carry;
        t->x[i] = d & CM_LIMB_MASK;
        carry = d >> CM_LIMB_BITS;
    }
    t->base_two = true;
    t->position = t->m.bits - 1;
    t->passed = 0;
}

/* Starts a test to a random base; the bases 0, 1 and -1 are not excluded: their probability is
 * 2^(2-bits). Returns 0 or the generator's error. */
static int strong_test_base_random(strong_test *t, random_fn f_rng, void *p_rng)
{
    int result = cm_montgomery_random(&t->m, t->x, f_rng, p_rng);
    if (result != 0) {
        return result;
    }
    cm_montgomery_table(&t->m, t->x);
    memcpy(t->x, t->m.one, t->m.limbs * sizeof *t->x);
    t->base_two = false;
    t->position = (t->m.bits + CM_MONTGOMERY_WINDOW_BITS - 1) & ~(CM_MONTGOMERY_WINDOW_BITS - 1U);
    t->passed = 0;
    return 0;
}

/* x is base^((n-1) >> position) and position < 32: notes whether that makes n pass. */
static void strong_test_look(strong_test *t)
{
    uint32_t tail = t->low & ((1U << t->position) - 1);
    cm_limb bit = cm_limb_spread(t->low, t->position);
    cm_limb divides = cm_limb_is_zero(tail);
    cm_montgomery_canonical(&t->m, t->scratch, t->x);
    t->passed |= divides & bit & cm_limbs_equal(t->scratch, t->m.one, t->m.limbs);
    t->passed |= divides & cm_limbs_equal(t->scratch, t->minus_one, t->m.limbs);
}

/* One step of the test: a bit of n-1, or a window of them. Bit i > 0 of n-1 is that of n. */
static void strong_test_step(strong_test *t)
{
    cm_montgomery *m = &t->m;
    if (!t->base_two && t->position > STRONG_BITS) {
        t->position -= CM_MONTGOMERY_WINDOW_BITS;
        cm_montgomery_window(m, t->x,
                             m->n[t->position / CM_LIMB_BITS] >> t->position % CM_LIMB_BITS &
                                 ((1U << CM_MONTGOMERY_WINDOW_BITS) - 1));
        return;
    }
    t->position--;
    cm_limb bit = cm_limb_spread(m->n[t->position / CM_LIMB_BITS], t->position % CM_LIMB_BITS);
    if (t->base_two) {
        cm_montgomery_square(m, t->x, t->x, bit);
    } else {
        cm_montgomery_square(m, t->x, t->x, 0);
        for (size_t i = 0; i < m->limbs; i++) {
            t->scratch[i] = m->one[i] ^ (bit & (m->one[i] ^ m->table[1][i]));
        }
        cm_montgomery_multiply(m, t->x, t->x, t->scratch);
    }
    if (t->position < STRONG_BITS) {
        strong_test_look(t);
    }
}

static bool strong_test_over(const strong_test *t)
{
    return t->position <= 1;
}

/* --------------------------------------------------------------------------- sieve
 *
 * For every small prime, a 16-bit lane counts the steps until a candidate is divisible by it: it
 * falls by one with each candidate, and from 0 back to p-1. No interval is marked, as the marks'
 * addresses would be secret.
 */

struct cm_prime_search {
    unsigned bits;
    random_fn f_rng;
    void *p_rng;

    enum { DRAW, SIEVE, TEST, FOUND } phase;
    unsigned offset;      /* of the batch from the start, in candidates */
    unsigned batch_next;  /* the next candidate of the batch to look at; BATCH: all done */
    uint64_t hits[BATCH]; /* the top bits of lanes: non-zero when a small prime divides */
    unsigned rounds_done; /* rounds of the candidate under test; 0 is base 2 */
    unsigned drawn;       /* candidates since the last prime */
    uint64_t tests;       /* exponentiations finished */

    uint64_t primes[SIEVE_WORDS];   /* four lanes each, public */
    uint64_t distance[SIEVE_WORDS]; /* steps until divisible, secret */
    cm_limb inverse[SIEVE_LANES];   /* -1/p mod 2^CM_LIMB_BITS */
    uint16_t scale[SIEVE_LANES];    /* -1/2 2^(CM_LIMB_BITS (limbs+2)) mod p */

    size_t limbs;
    cm_limb start[PRIME_LIMBS];
    cm_limb candidate[PRIME_LIMBS];
    strong_test test;
};

static const uint64_t LANE_ONES = 0x0001000100010001;
static const uint64_t LANE_TOPS = 0x8000800080008000;

/* b^e mod p; public, p < 2^16. */
static uint32_t power_mod(uint32_t b, unsigned e, uint32_t p)
{
    uint32_t r = 1;
    for (b %= p; e != 0; e >>= 1) {
        if (e & 1) {
            r = r * b % p;
        }
        b = b * b % p;
    }
    return r;
}

/* Fills the tables of the small primes, which are public. */
static void sieve_tables(cm_prime_search *s)
{
    uint8_t *composite = (uint8_t *)s->distance; /* a bit for every odd number, for now */
    size_t count = 0;
    uint32_t p = 0;
    memset(composite, 0, SIEVE_LIMIT / 16);
    for (uint32_t i = 3; count < SIEVE_PRIMES; i += 2) {
        if (composite[i / 16] >> (i / 2 % 8) & 1) {
            continue;
        }
        for (uint32_t j = i * i; i < 256 && j < SIEVE_LIMIT; j += 2 * i) {
            composite[j / 16] |= (uint8_t)(1 << (j / 2 % 8));
        }
        s->scale[count++] = (uint16_t)i;
    }
    for (size_t i = 0; i < SIEVE_LANES; i++) {
        p = i < SIEVE_PRIMES ? s->scale[i] : p; /* spare lanes repeat the last prime */
        s->inverse[i] = cm_limb_negative_inverse(p);
        s->scale[i] = (uint16_t)(power_mod(2, CM_LIMB_BITS * ((unsigned)s->limbs + 2), p) *
                                 ((p - 1) / 2) % p);
        s->primes[i / LANES] |= (uint64_t)p << (16 * (i % LANES));
    }
}

/* (t + m p) / 2^CM_LIMB_BITS for the m that makes it divide: t / 2^CM_LIMB_BITS mod p, in 0 .. p+1
 * for t < 2^(CM_LIMB_BITS+1). */
static inline uint64_t reduce_small(uint64_t t, uint32_t p, cm_limb inverse)
{
    cm_limb m = ((cm_limb)t * inverse) & CM_LIMB_MASK;
    return (uint64_t)((t + (cm_column)m * p) >> CM_LIMB_BITS);
}

/* Sets the lanes for the start: the distance is -start/2 mod p. */
static void sieve_start(cm_prime_search *s)
{
    for (size_t w = 0; w < SIEVE_WORDS; w++) {
        uint64_t lanes = 0;
        uint64_t t[LANES] = {0};
        uint32_t p[LANES];
        for (size_t lane = 0; lane < LANES; lane++) {
            p[lane] = (uint32_t)(s->primes[w] >> (16 * lane)) & 0xffff;
        }
        for (size_t i = 0; i < s->limbs; i++) {
            for (size_t lane = 0; lane < LANES; lane++) {
                t[lane] =
                    reduce_small(t[lane] + s->start[i], p[lane], s->inverse[w * LANES + lane]);
            }
        }
        for (size_t lane = 0; lane < LANES; lane++) {
            cm_limb inverse = s->inverse[w * LANES + lane];
            uint32_t r;
            /* Twice: the product is below 2^33, its reduction below p + 33, and that one's at
             * most p. */
            t[lane] = reduce_small(t[lane] * s->scale[w * LANES + lane], p[lane], inverse);
            r = (uint32_t)reduce_small(t[lane], p[lane], inverse);
            r &= (uint32_t)~cm_limb_is_zero(r ^ p[lane]);
            lanes |= (uint64_t)r << (16 * lane);
        }
        s->distance[w] = lanes;
    }
}

/* One step of four lanes: notes those at 0 in *hits and moves all on. */
static inline uint64_t sieve_step(uint64_t d, uint64_t p, uint64_t *hits)
{
    uint64_t zero = ~(((d & ~LANE_TOPS) + ~LANE_TOPS) | d) & LANE_TOPS;
    *hits |= zero;
    d += p & ((zero << 1) - (zero >> 15)); /* lanes at 0 become p; no carry between lanes */
    return d - LANE_ONES;
}

/* Sieves the next BATCH candidates. */
static void sieve_batch(cm_prime_search *s)
{
    uint64_t h0 = 0, h1 = 0, h2 = 0, h3 = 0;
    for (size_t w = 0; w < SIEVE_WORDS; w++) {
        uint64_t d = s->distance[w], p = s->primes[w];
        d = sieve_step(d, p, &h0);
        d = sieve_step(d, p, &h1);
        d = sieve_step(d, p, &h2);
        d = sieve_step(d, p, &h3);
        s->distance[w] = d;
    }
    s->hits[0] = h0;
    s->hits[1] = h1;
    s->hits[2] = h2;
    s->hits[3] = h3;
    s->batch_next = 0;
}

/* -------------------------------------------------------------------------- search */

/* Draws a start: odd, and at least 3/4 2^bits, so that the product of two such primes has exactly
 * 2 bits bits (FIPS 186-5 A.1.3 asks for sqrt(2)/2 2^bits). */
static cm_status draw_start(cm_prime_search *s)
{
    uint8_t *bytes = (uint8_t *)s->test.scratch; /* long enough, and zeroed with the search */
    size_t size = s->bits / 8;
    if (s->f_rng(s->p_rng, bytes, size) != 0) {
        return CM_ERR_RANDOM;
    }
    bytes[0] |= 0xc0;
    bytes[size - 1] |= 1;
    cm_limbs_read(s->start, s->limbs, bytes, size);
    sieve_start(s);
    s->offset = 0;
    sieve_batch(s);
    s->phase = SIEVE;
    return CM_OK;
}

/* candidate = start + 2 steps. */
static void set_candidate(cm_prime_search *s, unsigned steps)
{
    cm_limb carry = (cm_limb)steps << 1;
    for (size_t i = 0; i < s->limbs; i++) {
        cm_limb d = s->start[i] + carry;
        s->candidate[i] = d & CM_LIMB_MASK;
        carry = d >> CM_LIMB_BITS;
    }
}

/* x, or x - m if that is not negative; x and m below 2^31. */
static uint32_t below(uint32_t x, uint32_t m)
{
    uint32_t d = x - m;
    return d + (m & (uint32_t)cm_limb_spread(d, 31));
}

/* All ones when the candidate cannot be used: it left the size, or e divides p-1. */
static cm_limb unsuitable(const cm_prime_search *s)
{
    const uint32_t e = CM_PRIME_PUBLIC_EXPONENT;
    const cm_limb inverse = cm_limb_negative_inverse(e);
    cm_limb above = s->candidate[s->bits / CM_LIMB_BITS] >> s->bits % CM_LIMB_BITS;
    uint64_t t = 0, one = 1;
    for (size_t i = 0; i < s->limbs; i++) {
        t = reduce_small(t + s->candidate[i], e, inverse);
        one = reduce_small(one, e, inverse); /* what t is if the candidate is 1 mod e */
    }
    return ~cm_limb_is_zero(above) |
           cm_limb_is_zero(below((uint32_t)t, e) ^ below((uint32_t)one, e));
}

/* Looks at the next candidate of the batch; a survivor of the sieve goes to the test. */
static void next_candidate(cm_prime_search *s)
{
    unsigned i = s->batch_next++;
    cm_limb reject = ~cm_limb_is_zero((uint32_t)(s->hits[i] | s->hits[i] >> 32));
    s->drawn++;
    CM_DECLASSIFY(&reject, sizeof reject);
    if (reject != 0) {
        return;
    }
    set_candidate(s, s->offset + i);
    reject = unsuitable(s);
    CM_DECLASSIFY(&reject, sizeof reject);
    if (reject != 0) {
        return;
    }
    strong_test_set(&s->test, s->candidate, s->bits);
    strong_test_base_two(&s->test);
    s->rounds_done = 0;
    s->phase = TEST;
}

/* The test under way is over: another round, the prime, or the next candidate. */
static cm_status finish_test(cm_prime_search *s)
{
    cm_limb passed = s->test.passed;
    s->tests++;
    CM_DECLASSIFY(&passed, sizeof passed);
    if (passed == 0) {
        s->phase = SIEVE;
    } else if (s->rounds_done == cm_prime_rounds(s->bits)) {
        s->phase = FOUND;
    } else {
        s->rounds_done++;
        return strong_test_base_random(&s->test, s->f_rng, s->p_rng) == 0 ? CM_OK : CM_ERR_RANDOM;
    }
    return CM_OK;
}

/* Does the next small piece of work, and returns in *work what it cost. */
static cm_status advance(cm_prime_search *s, uint64_t *work)
{
    *work = 0;
    switch (s->phase) {
    case DRAW:
        *work = (uint64_t)START_WORK * UNIT;
        return draw_start(s);
    case SIEVE:
        if (s->drawn > PATIENCE * s->bits) {
            return CM_ERR_RANDOM;
        }
        if (s->batch_next < BATCH) {
            next_candidate(s);
        } else if (s->offset + BATCH < s->bits) {
            *work = (uint64_t)BATCH_WORK * UNIT;
            s->offset += BATCH;
            sieve_batch(s);
        } else {
            s->phase = DRAW;
        }
        return CM_OK;
    case TEST:
        if (strong_test_over(&s->test)) {
            return finish_test(s);
        }
        *work = (s->test.base_two ? 1U : CM_MONTGOMERY_WINDOW_BITS + 1U) * s->limbs * s->limbs;
        strong_test_step(&s->test);
        return CM_OK;
    case FOUND:
        break;
    }
    return CM_OK;
}

cm_status cm_prime_search_create(unsigned bits, int (*f_rng)(void *, unsigned char *, size_t),
                                 void *p_rng, cm_prime_search **search)
{
    cm_prime_search *s;
    *search = NULL;
    if (bits < CM_PRIME_MIN_BITS || bits > CM_PRIME_MAX_BITS || bits % CM_PRIME_BITS_STEP != 0) {
        return CM_ERR_INVALID;
    }
    s = calloc(1, sizeof *s);
    if (s == NULL) {
        return CM_ERR_MEMORY;
    }
    s->bits = bits;
    s->f_rng = f_rng;
    s->p_rng = p_rng;
    s->phase = DRAW;
    s->limbs = cm_montgomery_limbs(bits);
    sieve_tables(s);
    *search = s;
    return CM_OK;
}

cm_status cm_prime_search_step(cm_prime_search *search, unsigned work, bool *found)
{
    uint64_t budget = (uint64_t)work * UNIT, spent = 0;
    cm_status status = CM_OK;
    while (status == CM_OK && search->phase != FOUND && spent < budget) {
        uint64_t cost;
        status = advance(search, &cost);
        spent += cost;
    }
    *found = search->phase == FOUND;
    return status;
}

cm_status cm_prime_search_take(cm_prime_search *search, uint8_t *out, size_t size)
{
    if (search->phase != FOUND || size != search->bits / 8) {
        return CM_ERR_INVALID;
    }
    cm_limbs_write(out, size, search->candidate, search->limbs);
    mbedtls_platform_zeroize(search->start, sizeof search->start);
    mbedtls_platform_zeroize(search->candidate, sizeof search->candidate);
    mbedtls_platform_zeroize(search->distance, sizeof search->distance);
    mbedtls_platform_zeroize(&search->test, sizeof search->test);
    search->drawn = 0;
    search->phase = DRAW;
    return CM_OK;
}

unsigned cm_prime_search_bits(const cm_prime_search *search)
{
    return search->bits;
}

double cm_prime_search_done(const cm_prime_search *search)
{
    double done = (double)search->tests;
    if (search->phase == TEST) {
        done += 1.0 - (double)search->test.position / (double)search->bits;
    }
    return done;
}

double cm_prime_expected(unsigned bits)
{
    /* Mertens: the sieve leaves a share e^-gamma / ln 2^16 = 0.0506 of the numbers, and one number
     * in bits ln 2 is prime. */
    return 0.0506 * 0.6931 * bits + cm_prime_rounds(bits);
}

void cm_prime_search_free(cm_prime_search *search)
{
    if (search != NULL) {
        mbedtls_platform_zeroize(search, sizeof *search);
        free(search);
    }
}

unsigned cm_prime_rounds(unsigned bits)
{
    if (bits >= 1536) {
        return 4; /* 2^-128 at 1536 bits, 2^-144 at 2048, below 2^-200 at 4096 (needs 3) */
    }
    if (bits >= 1024) {
        return 5; /* 2^-112 */
    }
    return bits >= CM_PRIME_MIN_BITS ? 10 : 64; /* 2^-112 at 512 bits needs 9 */
}

/* The length of n in bits; in constant time, though it is public in the end. */
static size_t bit_length(const uint8_t *n, size_t size)
{
    size_t length = 0;
    for (size_t bit = 0; bit < 8 * size; bit++) {
        size_t mask = (size_t)cm_limb_spread(n[size - 1 - bit / 8], bit % 8);
        length ^= mask & (length ^ (bit + 1));
    }
    return length;
}

cm_status cm_prime_is_probable(const uint8_t *n, size_t size, unsigned rounds,
                               int (*f_rng)(void *, unsigned char *, size_t), void *p_rng,
                               bool *probable)
{
    cm_limb limbs[PRIME_LIMBS];
    strong_test *t = NULL;
    size_t bits = bit_length(n, size);
    bool odd = size > 0 && (n[size - 1] & 1) != 0;
    cm_status status = CM_OK;
    cm_limb passed;
    CM_DECLASSIFY(&bits, sizeof bits);
    CM_DECLASSIFY(&odd, sizeof odd);
    *probable = false;
    if (bits > CM_PRIME_MAX_BITS) {
        return CM_ERR_LIMIT;
    }
    if (bits <= 2 || !odd) {
        *probable = bits == 2; /* 2 and 3 */
        return CM_OK;
    }
    t = calloc(1, sizeof *t);
    if (t == NULL) {
        return CM_ERR_MEMORY;
    }
    cm_limbs_read(limbs, cm_montgomery_limbs((unsigned)bits), n, size);
    strong_test_set(t, limbs, (unsigned)bits);
    strong_test_base_two(t);
    for (unsigned round = 0;; round++) {
        while (!strong_test_over(t)) {
            strong_test_step(t);
        }
        passed = t->passed;
        CM_DECLASSIFY(&passed, sizeof passed);
        *probable = passed != 0;
        if (!*probable || round == rounds) {
            break;
        }
        if (strong_test_base_random(t, f_rng, p_rng) != 0) {
            *probable = false;
            status = CM_ERR_RANDOM;
            break;
        }
    }
    mbedtls_platform_zeroize(limbs, sizeof limbs);
    mbedtls_platform_zeroize(t, sizeof *t);
    free(t);
    return status;
}
