#include "rsa.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/oid.h>
#include <mbedtls/platform_util.h>

#include "error.h"
#include "montgomery.h"
#include "prime.h"

/* Marks what may show: the constant-time test defines this to tell Valgrind. */
#ifndef CM_DECLASSIFY
#define CM_DECLASSIFY(pointer, size) ((void)0)
#endif

typedef int (*random_fn)(void *, unsigned char *, size_t);

enum {
    SLICE = 10000,         /* units of cm_prime_search_step between two reports */
    MAX_PRIME_BITS = 7000, /* of an imported key: a column holds the products of so many limbs */
    MAX_LIMBS = CM_MONTGOMERY_MAX_LIMBS
};

/* What a result of mbedTLS means: want of memory, or `otherwise`. */
static cm_status status_of(int result, cm_status otherwise)
{
    return result == 0 ? CM_OK : cm_lacked_memory(result) ? CM_ERR_MEMORY : otherwise;
}

/* ------------------------------------------------------------ private operation */

/* The key in numbers of this kernel, and the numbers of one operation. */
typedef struct private_operation {
    cm_montgomery p, q, n;
    cm_limb dp[MAX_LIMBS], dq[MAX_LIMBS], q_inverse[MAX_LIMBS];
    uint8_t e[CM_RSA_MAX_SIZE], e_minus_1[CM_RSA_MAX_SIZE];
    size_t e_size;
    size_t size; /* bytes of n */
    cm_limb input[MAX_LIMBS], s[MAX_LIMBS];
    cm_limb sp[MAX_LIMBS], sq[MAX_LIMBS]; /* Montgomery form, canonical */
    cm_limb t[MAX_LIMBS], u[MAX_LIMBS], v[MAX_LIMBS];
    uint8_t bytes[CM_RSA_MAX_SIZE + 8];
} private_operation;

/* The lower limbs of x, which must fit in CM_RSA_MAX_SIZE bytes. */
static int read_mpi(private_operation *op, cm_limb *out, size_t limbs, const mbedtls_mpi *x)
{
    int result = mbedtls_mpi_write_binary(x, op->bytes, CM_RSA_MAX_SIZE);
    cm_limbs_read(out, limbs, op->bytes, CM_RSA_MAX_SIZE);
    return result;
}

static int read_modulus(private_operation *op, cm_montgomery *m, const mbedtls_mpi *x)
{
    unsigned bits = (unsigned)mbedtls_mpi_bitlen(x);
    int result = read_mpi(op, op->t, cm_montgomery_limbs(bits), x);
    cm_montgomery_set(m, op->t, bits);
    cm_montgomery_prepare(m);
    return result;
}

/* d - 1, of d > 0. */
static void decrement(cm_limb *d, size_t limbs)
{
    cm_limb borrow = 1;
    for (size_t i = 0; i < limbs; i++) {
        cm_limb x = d[i] - borrow;
        d[i] = x & CM_LIMB_MASK;
        borrow = x >> CM_LIMB_SIGN;
    }
}

/* The public exponent and the one below it. */
static int read_exponent(private_operation *op, const mbedtls_mpi *e)
{
    int result;
    op->e_size = mbedtls_mpi_size(e);
    if (op->e_size > sizeof op->e) {
        return MBEDTLS_ERR_MPI_BUFFER_TOO_SMALL;
    }
    result = mbedtls_mpi_write_binary(e, op->e, op->e_size);
    memcpy(op->e_minus_1, op->e, op->e_size);
    for (size_t i = op->e_size; i-- > 0 && op->e_minus_1[i]-- == 0;) {
    }
    return result;
}

static bool sizes_fit(const mbedtls_mpi *n, const mbedtls_mpi *p, const mbedtls_mpi *q)
{
    return mbedtls_mpi_bitlen(n) <= CM_MONTGOMERY_MAX_BITS &&
           mbedtls_mpi_bitlen(p) <= MAX_PRIME_BITS && mbedtls_mpi_bitlen(q) <= MAX_PRIME_BITS;
}

/* Whether n, p and q are odd and at least 3, as every step relies on. */
static bool moduli_valid(const mbedtls_mpi *n, const mbedtls_mpi *p, const mbedtls_mpi *q)
{
    return mbedtls_mpi_get_bit(n, 0) == 1 && mbedtls_mpi_get_bit(p, 0) == 1 &&
           mbedtls_mpi_get_bit(q, 0) == 1 && mbedtls_mpi_bitlen(p) >= 2 &&
           mbedtls_mpi_bitlen(q) >= 2 && mbedtls_mpi_bitlen(n) >= 2;
}

/* Reads the key out of mbedTLS's context. That its numbers belong together is not checked here: if
 * they do not, the result will not be right, and the last step of run() finds out. */
static cm_status read_key(private_operation *op, const mbedtls_rsa_context *rsa)
{
    mbedtls_mpi n, p, q, e, dp, dq, qp;
    mbedtls_mpi *all[] = {&n, &p, &q, &e, &dp, &dq, &qp};
    cm_status status;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        mbedtls_mpi_init(all[i]);
    }
    status = status_of(mbedtls_rsa_export(rsa, &n, &p, &q, NULL, &e), CM_ERR_INVALID);
    if (status == CM_OK) {
        status = status_of(mbedtls_rsa_export_crt(rsa, &dp, &dq, &qp), CM_ERR_INVALID);
    }
    if (status != CM_OK) {
        goto end;
    }
    if (!sizes_fit(&n, &p, &q)) {
        status = CM_ERR_UNSUPPORTED;
        goto end;
    }
    status = CM_ERR_INVALID;
    if (!moduli_valid(&n, &p, &q)) {
        goto end;
    }
    op->size = mbedtls_mpi_size(&n);
    if (read_modulus(op, &op->n, &n) != 0 || read_modulus(op, &op->p, &p) != 0 ||
        read_modulus(op, &op->q, &q) != 0 || read_exponent(op, &e) != 0 ||
        read_mpi(op, op->dp, op->p.limbs, &dp) != 0 ||
        read_mpi(op, op->dq, op->q.limbs, &dq) != 0 ||
        read_mpi(op, op->q_inverse, op->p.limbs, &qp) != 0) {
        goto end;
    }
    decrement(op->dp, op->p.limbs);
    decrement(op->dq, op->q.limbs);
    status = CM_OK;
end:
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        mbedtls_mpi_free(all[i]);
    }
    return status;
}

/*
 * r = input^d modulo one of the primes, m, canonical in Montgomery form; `exponent` is d - 1 modulo
 * m - 1. Blinded without an inverse: for a random x,
 *     (input x^e)^(d-1) input x^(e-1) = input^d x^(e d - 1) = input^d.
 */
static cm_status half(private_operation *op, cm_montgomery *m, cm_limb *r, const cm_limb *exponent,
                      random_fn f_rng, void *p_rng)
{
    if (cm_montgomery_random(m, op->t, f_rng, p_rng) != 0) {
        return CM_ERR_RANDOM;
    }
    cm_montgomery_exp_public(m, op->u, op->t, op->e_minus_1, op->e_size); /* x^(e-1) */
    cm_montgomery_multiply(m, op->t, op->t, op->u);                       /* x^e */
    cm_montgomery_enter_long(m, op->v, op->input, op->n.limbs);
    cm_montgomery_multiply(m, op->u, op->u, op->v); /* input x^(e-1) */
    cm_montgomery_multiply(m, op->t, op->t, op->v); /* input x^e */
    cm_montgomery_exp(m, op->v, op->t, exponent, m->limbs);
    cm_montgomery_multiply(m, r, op->v, op->u);
    cm_montgomery_canonical(m, r, r);
    return CM_OK;
}

/* op->s = op->sq + q h, for h = (sp - sq) / q mod p: the number below p q that is sp modulo p and
 * sq modulo q (RFC 8017 §5.1.2). */
static void recombine(private_operation *op)
{
    size_t limbs = op->n.limbs, p_limbs = op->p.limbs, q_limbs = op->q.limbs;
    cm_column *columns = op->n.columns;
    cm_column carry = 0;
    cm_montgomery_leave(&op->q, op->u, op->sq);
    cm_montgomery_enter_long(&op->p, op->t, op->u, q_limbs);
    cm_montgomery_subtract(&op->p, op->t, op->sp, op->t);
    cm_montgomery_multiply(&op->p, op->t, op->t, op->q_inverse); /* out of Montgomery form */
    cm_montgomery_canonical(&op->p, op->t, op->t);
    for (size_t i = 0; i < p_limbs + q_limbs; i++) {
        columns[i] = i < q_limbs ? op->u[i] : 0;
    }
    for (size_t i = 0; i < p_limbs; i++) {
        for (size_t j = 0; j < q_limbs; j++) {
            columns[i + j] += (cm_column)op->t[i] * op->q.n[j];
        }
    }
    for (size_t i = 0; i < limbs; i++) { /* p and q may have a limb more together than n: zero */
        carry += i < p_limbs + q_limbs ? columns[i] : 0;
        op->s[i] = (cm_limb)carry & CM_LIMB_MASK;
        carry >>= CM_LIMB_BITS;
    }
}

/* op->s = op->input^d mod n, and whether op->s^e is op->input again. */
static cm_status run(private_operation *op, random_fn f_rng, void *p_rng)
{
    cm_limb same;
    cm_status status = half(op, &op->p, op->sp, op->dp, f_rng, p_rng);
    if (status != CM_OK) {
        return status;
    }
    status = half(op, &op->q, op->sq, op->dq, f_rng, p_rng);
    if (status != CM_OK) {
        return status;
    }
    recombine(op);
    cm_montgomery_enter(&op->n, op->t, op->s);
    cm_montgomery_exp_public(&op->n, op->u, op->t, op->e, op->e_size);
    cm_montgomery_leave(&op->n, op->u, op->u);
    same = cm_limbs_equal(op->u, op->input, op->n.limbs);
    CM_DECLASSIFY(&same, sizeof same);
    return same != 0 ? CM_OK : CM_ERR_INTERNAL;
}

/* bytes = bytes^d mod n, of `size` bytes: RSASP1 of RFC 8017 §5.2.1. */
static cm_status private_power(const mbedtls_rsa_context *rsa, uint8_t *bytes, size_t size,
                               random_fn f_rng, void *p_rng)
{
    private_operation *op = calloc(1, sizeof *op);
    cm_status status;
    if (op == NULL) {
        return CM_ERR_MEMORY;
    }
    status = read_key(op, rsa);
    if (status == CM_OK && op->size != size) {
        status = CM_ERR_INTERNAL;
    }
    if (status == CM_OK) {
        cm_limbs_read(op->input, op->n.limbs, bytes, size);
        status = run(op, f_rng, p_rng);
    }
    if (status == CM_OK) {
        cm_limbs_write(bytes, size, op->s, op->n.limbs);
    }
    mbedtls_platform_zeroize(op, sizeof *op);
    free(op);
    return status;
}

/* --------------------------------------------------------------------- encodings */

/* EMSA-PKCS1-v1_5, RFC 8017 §9.2: 0, 1, ff ..., 0, DigestInfo. */
static cm_status encode_pkcs1(uint8_t *out, size_t size, mbedtls_md_type_t md, const uint8_t *hash)
{
    const char *oid;
    size_t oid_size, hash_size = mbedtls_md_get_size(mbedtls_md_info_from_type(md));
    if (hash_size == 0 || mbedtls_oid_get_oid_by_md(md, &oid, &oid_size) != 0 ||
        size < 11 + 10 + oid_size + hash_size) {
        return CM_ERR_UNSUPPORTED;
    }
    size_t info_size = 10 + oid_size + hash_size;
    uint8_t *info = out + size - info_size;
    memset(out, 0xff, size);
    out[0] = 0;
    out[1] = 1;
    info[-1] = 0;
    *info++ = 0x30; /* SEQUENCE { SEQUENCE { OID, NULL }, OCTET STRING } */
    *info++ = (uint8_t)(info_size - 2);
    *info++ = 0x30;
    *info++ = (uint8_t)(4 + oid_size);
    *info++ = 0x06;
    *info++ = (uint8_t)oid_size;
    memcpy(info, oid, oid_size);
    info += oid_size;
    *info++ = 0x05;
    *info++ = 0x00;
    *info++ = 0x04;
    *info++ = (uint8_t)hash_size;
    memcpy(info, hash, hash_size);
    return CM_OK;
}

/* out[0 .. size) ^= MGF1(seed), RFC 8017 B.2.1. */
static int mask_mgf1(const mbedtls_md_info_t *info, uint8_t *out, size_t size, const uint8_t *seed)
{
    uint8_t block[MBEDTLS_MD_MAX_SIZE + 4], mask[MBEDTLS_MD_MAX_SIZE];
    size_t hash_size = mbedtls_md_get_size(info);
    memcpy(block, seed, hash_size);
    for (size_t at = 0; at < size; at += hash_size) {
        size_t counter = at / hash_size;
        int result;
        for (size_t i = 0; i < 4; i++) {
            block[hash_size + i] = (uint8_t)(counter >> (24 - 8 * i));
        }
        result = mbedtls_md(info, block, hash_size + 4, mask);
        if (result != 0) {
            return result;
        }
        for (size_t i = 0; i < hash_size && at + i < size; i++) {
            out[at + i] ^= mask[i];
        }
    }
    return 0;
}

/* EMSA-PSS, RFC 8017 §9.1.1, for a modulus of `bits` bits in `size` bytes. */
static cm_status encode_pss(uint8_t *out, size_t size, size_t bits, mbedtls_md_type_t md,
                            const uint8_t *hash, random_fn f_rng, void *p_rng)
{
    const mbedtls_md_info_t *info = mbedtls_md_info_from_type(md);
    size_t hash_size = mbedtls_md_get_size(info);
    size_t skip = (bits - 1) % 8 == 0 ? 1 : 0; /* the encoding is one bit shorter than n */
    uint8_t prefixed[8 + 2 * MBEDTLS_MD_MAX_SIZE] = {0};
    if (hash_size == 0 || size < skip + 2 * hash_size + 2) {
        return CM_ERR_UNSUPPORTED;
    }
    size_t db_size = size - skip - hash_size - 1;
    uint8_t *db = out + skip, *h = db + db_size, *salt = h - hash_size;
    memset(out, 0, size);
    if (f_rng(p_rng, salt, hash_size) != 0) {
        return CM_ERR_RANDOM;
    }
    salt[-1] = 1;
    memcpy(prefixed + 8, hash, hash_size);
    memcpy(prefixed + 8 + hash_size, salt, hash_size);
    if (mbedtls_md(info, prefixed, 8 + 2 * hash_size, h) != 0 ||
        mask_mgf1(info, db, db_size, h) != 0) {
        return CM_ERR_INTERNAL;
    }
    db[0] &= (uint8_t)(0xff >> (8 * (size - skip) - (bits - 1)));
    out[size - 1] = 0xbc;
    return CM_OK;
}

cm_status cm_rsa_sign(const mbedtls_rsa_context *rsa, bool pss, mbedtls_md_type_t md,
                      const uint8_t *hash, uint8_t *signature,
                      int (*f_rng)(void *, unsigned char *, size_t), void *p_rng)
{
    uint8_t bytes[CM_RSA_MAX_SIZE];
    size_t size = mbedtls_rsa_get_len(rsa), bits;
    mbedtls_mpi n;
    cm_status status;
    if (size > sizeof bytes) {
        return CM_ERR_UNSUPPORTED;
    }
    mbedtls_mpi_init(&n);
    status = status_of(mbedtls_rsa_export(rsa, &n, NULL, NULL, NULL, NULL), CM_ERR_INVALID);
    bits = mbedtls_mpi_bitlen(&n);
    mbedtls_mpi_free(&n);
    if (status == CM_OK) {
        status = pss ? encode_pss(bytes, size, bits, md, hash, f_rng, p_rng)
                     : encode_pkcs1(bytes, size, md, hash);
    }
    if (status == CM_OK) {
        status = private_power(rsa, bytes, size, f_rng, p_rng);
    }
    if (status == CM_OK) {
        memcpy(signature, bytes, size);
    }
    mbedtls_platform_zeroize(bytes, sizeof bytes);
    return status;
}

/* -------------------------------------------------------------------- generation */

/* FIPS 186-5 A.1.1 for the primes p >= q of `bits` bits: (1c) both are at least sqrt(2) 2^(bits-1),
 * that is, their squares have 2 bits bits; (1d) |p-q| > 2^(bits-100). */
static cm_status check_primes(const mbedtls_mpi *p, const mbedtls_mpi *q, size_t bits)
{
    mbedtls_mpi p_square, q_square, distance;
    cm_status status = CM_ERR_MEMORY;
    mbedtls_mpi_init(&p_square);
    mbedtls_mpi_init(&q_square);
    mbedtls_mpi_init(&distance);
    if (mbedtls_mpi_mul_mpi(&p_square, p, p) == 0 && mbedtls_mpi_mul_mpi(&q_square, q, q) == 0 &&
        mbedtls_mpi_sub_mpi(&distance, p, q) == 0 &&
        mbedtls_mpi_sub_int(&distance, &distance, 1) == 0) {
        bool fine = mbedtls_mpi_bitlen(p) == bits && mbedtls_mpi_bitlen(q) == bits &&
                    mbedtls_mpi_bitlen(&p_square) == 2 * bits &&
                    mbedtls_mpi_bitlen(&q_square) == 2 * bits &&
                    mbedtls_mpi_bitlen(&distance) > bits - 100;
        status = fine ? CM_OK : CM_ERR_INVALID;
    }
    mbedtls_mpi_free(&p_square);
    mbedtls_mpi_free(&q_square);
    mbedtls_mpi_free(&distance);
    return status;
}

/* FIPS 186-5 A.1.1 (2b): d > 2^bits (and below lcm(p-1, q-1), as mbedTLS computes it). */
static cm_status check_exponent(const mbedtls_rsa_context *rsa, size_t bits)
{
    mbedtls_mpi d;
    cm_status status;
    mbedtls_mpi_init(&d);
    status = status_of(mbedtls_rsa_export(rsa, NULL, NULL, NULL, &d, NULL), CM_ERR_INTERNAL);
    if (status == CM_OK && mbedtls_mpi_bitlen(&d) <= bits) {
        status = CM_ERR_INVALID;
    }
    mbedtls_mpi_free(&d);
    return status;
}

/* Signs something and lets mbedTLS verify it. */
static cm_status try_out(mbedtls_rsa_context *rsa, random_fn f_rng, void *p_rng)
{
    enum { HASH_SIZE = 32 };
    static const uint8_t hash[HASH_SIZE + 1] = "a pair-wise consistency test ...";
    uint8_t signature[CM_RSA_MAX_SIZE];
    cm_status status = cm_rsa_sign(rsa, false, MBEDTLS_MD_SHA256, hash, signature, f_rng, p_rng);
    if (status == CM_OK) {
        status =
            status_of(mbedtls_rsa_pkcs1_verify(rsa, MBEDTLS_MD_SHA256, HASH_SIZE, hash, signature),
                      CM_ERR_INTERNAL);
    }
    mbedtls_platform_zeroize(signature, sizeof signature);
    return status;
}

/* Makes the key of two primes: all of cm_rsa_from_primes but the tests of primality. */
static cm_status assemble(mbedtls_pk_context *pk, cm_view p, cm_view q, random_fn f_rng,
                          void *p_rng)
{
    size_t bits = 8 * p.size;
    mbedtls_mpi mp, mq, me;
    mbedtls_rsa_context *rsa;
    unsigned less;
    cm_status status = CM_ERR_MEMORY;
    mbedtls_mpi_init(&mp);
    mbedtls_mpi_init(&mq);
    mbedtls_mpi_init(&me);
    if (mbedtls_mpi_read_binary(&mp, p.data, p.size) != 0 ||
        mbedtls_mpi_read_binary(&mq, q.data, q.size) != 0 ||
        mbedtls_mpi_lset(&me, CM_PRIME_PUBLIC_EXPONENT) != 0 ||
        mbedtls_pk_setup(pk, mbedtls_pk_info_from_type(MBEDTLS_PK_RSA)) != 0) {
        goto end;
    }
    rsa = mbedtls_pk_rsa(*pk);
    /* p > q, as most implementations have it */
    if (mbedtls_mpi_lt_mpi_ct(&mp, &mq, &less) != 0 ||
        mbedtls_mpi_safe_cond_swap(&mp, &mq, (unsigned char)less) != 0) {
        goto end;
    }
    status = check_primes(&mp, &mq, bits);
    if (status == CM_OK) {
        status = status_of(mbedtls_rsa_import(rsa, NULL, &mp, &mq, NULL, &me), CM_ERR_INTERNAL);
    }
    if (status == CM_OK) { /* finds out when e divides p-1 or q-1 */
        status = status_of(mbedtls_rsa_complete(rsa), CM_ERR_INVALID);
    }
    if (status == CM_OK) {
        status = check_exponent(rsa, bits);
    }
    if (status == CM_OK) { /* which does not tell what was wrong */
        status = mbedtls_rsa_check_privkey(rsa) == 0 ? try_out(rsa, f_rng, p_rng) : CM_ERR_INTERNAL;
    }
end:
    if (status != CM_OK) {
        mbedtls_pk_free(pk);
        mbedtls_pk_init(pk);
    }
    mbedtls_mpi_free(&mp);
    mbedtls_mpi_free(&mq);
    mbedtls_mpi_free(&me);
    return status;
}

cm_status cm_rsa_from_primes(mbedtls_pk_context *pk, cm_view p, cm_view q,
                             int (*f_rng)(void *, unsigned char *, size_t), void *p_rng)
{
    const cm_view primes[] = {p, q};
    if (p.size != q.size || p.size < CM_PRIME_MIN_BITS / 8 || p.size > CM_PRIME_MAX_BITS / 8) {
        return CM_ERR_INVALID;
    }
    for (size_t i = 0; i < 2; i++) {
        bool probable;
        cm_status status =
            cm_prime_is_probable(primes[i].data, primes[i].size, 1, f_rng, p_rng, &probable);
        if (status != CM_OK) {
            return status;
        }
        if (!probable) {
            return CM_ERR_INVALID;
        }
    }
    return assemble(pk, p, q, f_rng, p_rng);
}

/* Runs the search to the next prime, reporting between the slices. */
static cm_status find(cm_prime_search *search, uint8_t *prime, size_t size,
                      const cm_progress *progress)
{
    double expected = 2 * cm_prime_expected((unsigned)(8 * size));
    bool found = false;
    while (!found) {
        cm_status status = cm_prime_search_step(search, SLICE, &found);
        if (status != CM_OK) {
            return status;
        }
        if (progress != NULL && progress->report != NULL &&
            progress->report(progress->context, cm_prime_search_done(search), expected) != 0) {
            return CM_ERR_CANCELLED;
        }
    }
    return cm_prime_search_take(search, prime, size);
}

cm_status cm_rsa_generate(mbedtls_pk_context *pk, unsigned bits,
                          int (*f_rng)(void *, unsigned char *, size_t), void *p_rng,
                          const cm_progress *progress)
{
    uint8_t p[CM_PRIME_MAX_BITS / 8], q[CM_PRIME_MAX_BITS / 8];
    size_t size = bits / 16;
    cm_prime_search *search = NULL;
    cm_status status = CM_ERR_INVALID;
    if (bits % (2 * CM_PRIME_BITS_STEP) == 0) {
        status = cm_prime_search_create(bits / 2, f_rng, p_rng, &search);
    }
    if (status == CM_OK) {
        status = find(search, p, size, progress);
    }
    if (status == CM_OK) {
        status = find(search, q, size, progress);
    }
    cm_prime_search_free(search);
    if (status == CM_OK) {
        status = assemble(pk, (cm_view){p, size}, (cm_view){q, size}, f_rng, p_rng);
        if (status == CM_ERR_INVALID) {
            status = CM_ERR_RANDOM; /* p too close to q: not once in 2^99 if p_rng is random */
        }
    }
    mbedtls_platform_zeroize(p, sizeof p);
    mbedtls_platform_zeroize(q, sizeof q);
    return status;
}
