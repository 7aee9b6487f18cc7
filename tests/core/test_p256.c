/* ECDSA over P-256 against mbedTLS's own: what one takes the other takes. */
#include <mbedtls/ecdsa.h>

#include "p256.h"
#include "support.h"

static mbedtls_ecp_group group;
static cm_random *rng;

typedef struct sample {
    uint8_t point[65], hash[48], r[32], s[32];
    size_t hash_size;
} sample;

static void write_point(sample *c, const mbedtls_ecp_point *q)
{
    size_t size;
    mbedtls_ecp_point_write_binary(&group, q, MBEDTLS_ECP_PF_UNCOMPRESSED, &size, c->point,
                                   sizeof c->point);
}

/* A signature with the private key d (random for 0) over a random digest. */
static void sign(sample *c, int d_value, size_t hash_size)
{
    mbedtls_mpi d, r, s;
    mbedtls_ecp_point q;
    mbedtls_mpi_init(&d);
    mbedtls_mpi_init(&r);
    mbedtls_mpi_init(&s);
    mbedtls_ecp_point_init(&q);
    cm_random_bytes(rng, c->hash, sizeof c->hash);
    c->hash_size = hash_size;
    mbedtls_ecp_gen_keypair(&group, &d, &q, cm_random_bytes, rng);
    if (d_value != 0) {
        mbedtls_mpi_lset(&d, d_value);
        if (d_value < 0) {
            mbedtls_mpi_add_mpi(&d, &d, &group.N);
        }
        mbedtls_ecp_mul(&group, &q, &d, &group.G, cm_random_bytes, rng);
    }
    mbedtls_ecdsa_sign(&group, &r, &s, &d, c->hash, hash_size, cm_random_bytes, rng);
    mbedtls_mpi_write_binary(&r, c->r, 32);
    mbedtls_mpi_write_binary(&s, c->s, 32);
    write_point(c, &q);
    mbedtls_mpi_free(&d);
    mbedtls_mpi_free(&r);
    mbedtls_mpi_free(&s);
    mbedtls_ecp_point_free(&q);
}

static bool ours(const sample *c)
{
    return cm_p256_verify(c->point, (cm_view){c->hash, c->hash_size}, (cm_view){c->r, 32},
                          (cm_view){c->s, 32});
}

static bool theirs(const sample *c)
{
    mbedtls_mpi r, s;
    mbedtls_ecp_point q;
    mbedtls_mpi_init(&r);
    mbedtls_mpi_init(&s);
    mbedtls_ecp_point_init(&q);
    mbedtls_mpi_read_binary(&r, c->r, 32);
    mbedtls_mpi_read_binary(&s, c->s, 32);
    bool good = mbedtls_ecp_point_read_binary(&group, &q, c->point, 65) == 0 &&
                mbedtls_ecp_check_pubkey(&group, &q) == 0 &&
                mbedtls_ecdsa_verify(&group, c->hash, c->hash_size, &q, &r, &s) == 0;
    mbedtls_mpi_free(&r);
    mbedtls_mpi_free(&s);
    mbedtls_ecp_point_free(&q);
    return good;
}

static void random_signatures(void)
{
    static const size_t sizes[] = {32, 20, 48, 28};
    int good = 0, refused = 0, agreed = 0;
    for (int i = 0; i < 40; i++) {
        sample c;
        sign(&c, 0, sizes[i % 4]);
        good += ours(&c) && theirs(&c);
        uint8_t *parts[] = {c.point + 1, c.hash, c.r, c.s};
        static const size_t lengths[] = {64, 20, 32, 32};
        uint8_t at[2];
        cm_random_bytes(rng, at, sizeof at);
        parts[i % 4][at[0] % lengths[i % 4]] ^= (uint8_t)(1u << (at[1] % 8));
        refused += !ours(&c);
        agreed += ours(&c) == theirs(&c);
    }
    same_int(good, 40, "signatures of mbedTLS are right");
    same_int(refused, 40, "with a bit changed none is");
    same_int(agreed, 40, "as mbedTLS says");
}

/* Keys with which intermediate points meet, in every combination with the generator's multiples. */
static void small_keys(void)
{
    for (int d = -17; d <= 17; d++) {
        sample c;
        if (d != 0) {
            sign(&c, d, 32);
            ok(ours(&c) && theirs(&c), "the private key %d", d);
            c.hash[31] ^= 1;
            ok(!ours(&c) && !theirs(&c), "and another digest");
        }
    }
}

/* u1 G + u2 Q is the point at infinity, twice a point, or has no part of G or no digits in common:
 * e, r and s chosen for a known private key. */
static void crafted_sums(void)
{
    static const struct {
        int d, e, r, s;
    } cases[] = {{1, 1, 1, 1},   {-1, 1, 1, 1},    {1, 0, 1, 1},      {1, -1, 1, 1}, {2, -2, 1, 1},
                 {1, 16, 16, 1}, {-1, 16, 1, 1},   {1, 240, 15, 1},   {3, 5, 7, 11}, {-2, 2, 1, 1},
                 {1, 17, 1, 1},  {1, 256, 255, 1}, {-1, 255, 255, 1}, {1, 1, 0, 1},  {1, 1, 1, 0},
                 {1, 1, -1, 1},  {1, 1, 1, -1},    {1, 0, -1, -1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sample c;
        int values[] = {cases[i].e, cases[i].r, cases[i].s};
        uint8_t *out[] = {c.hash, c.r, c.s};
        sign(&c, cases[i].d, 32);
        for (int j = 0; j < 3; j++) {
            mbedtls_mpi v;
            mbedtls_mpi_init(&v);
            mbedtls_mpi_lset(&v, values[j]);
            if (values[j] < 0) {
                mbedtls_mpi_add_mpi(&v, &v, &group.N);
            }
            mbedtls_mpi_write_binary(&v, out[j], 32);
            mbedtls_mpi_free(&v);
        }
        ok(ours(&c) == theirs(&c), "d %d, e %d, r %d, s %d", cases[i].d, cases[i].e, cases[i].r,
           cases[i].s);
    }
}

/* A right signature whose sum is u1 G + u2 Q for chosen factors: r is the sum's x, s = r / u2,
 * e = u1 s. */
static bool construct(sample *c, int d, int u1, int u2)
{
    mbedtls_mpi n1, n2, total, r, s, e;
    mbedtls_ecp_point sum;
    mbedtls_mpi_init(&n1);
    mbedtls_mpi_init(&n2);
    mbedtls_mpi_init(&total);
    mbedtls_mpi_init(&r);
    mbedtls_mpi_init(&s);
    mbedtls_mpi_init(&e);
    mbedtls_ecp_point_init(&sum);
    sign(c, d, 32);
    mbedtls_mpi_lset(&total, u1 + d * u2);
    mbedtls_mpi_mod_mpi(&total, &total, &group.N);
    bool finite = mbedtls_ecp_mul(&group, &sum, &total, &group.G, cm_random_bytes, rng) == 0;
    if (finite) {
        sample x;
        write_point(&x, &sum);
        mbedtls_mpi_read_binary(&r, x.point + 1, 32);
        mbedtls_mpi_mod_mpi(&r, &r, &group.N);
        mbedtls_mpi_lset(&n1, u1);
        mbedtls_mpi_lset(&n2, u2);
        mbedtls_mpi_inv_mod(&s, &n2, &group.N);
        mbedtls_mpi_mul_mpi(&s, &s, &r);
        mbedtls_mpi_mod_mpi(&s, &s, &group.N);
        mbedtls_mpi_mul_mpi(&e, &s, &n1);
        mbedtls_mpi_mod_mpi(&e, &e, &group.N);
        mbedtls_mpi_write_binary(&e, c->hash, 32);
        mbedtls_mpi_write_binary(&r, c->r, 32);
        mbedtls_mpi_write_binary(&s, c->s, 32);
    }
    mbedtls_mpi_free(&n1);
    mbedtls_mpi_free(&n2);
    mbedtls_mpi_free(&total);
    mbedtls_mpi_free(&r);
    mbedtls_mpi_free(&s);
    mbedtls_mpi_free(&e);
    mbedtls_ecp_point_free(&sum);
    return finite;
}

static void meeting_points(void)
{
    static const int factors[] = {0, 1, 2, 3, 15, 16, 17, 31, 32, 240, 256, 257, 4095};
    static const int keys[] = {1, -1, 2, -2, 3, -16, 16};
    enum { FACTORS = sizeof factors / sizeof factors[0], KEYS = sizeof keys / sizeof keys[0] };
    for (int k = 0; k < KEYS; k++) {
        int made = 0, good = 0;
        for (int i = 0; i < FACTORS; i++) {
            for (int j = 1; j < FACTORS; j += 2) {
                sample c;
                if (construct(&c, keys[k], factors[i], factors[j])) {
                    made++;
                    good += ours(&c) && theirs(&c);
                }
            }
        }
        ok(made > 50, "%d sums with the private key %d", made, keys[k]);
        same_int(good, made, "all are right");
    }
}

static void out_of_range(void)
{
    sample c, changed;
    sign(&c, 0, 32);
    ok(ours(&c), "a right one");
    changed = c;
    memset(changed.r, 0, 32);
    ok(!ours(&changed), "r 0");
    changed = c;
    memset(changed.s, 0, 32);
    ok(!ours(&changed), "s 0");
    changed = c;
    mbedtls_mpi_write_binary(&group.N, changed.s, 32);
    ok(!ours(&changed), "s the order");
    memset(changed.s, 0xff, 32);
    ok(!ours(&changed), "s above the order");
    changed = c;
    changed.point[0] = 2;
    ok(!ours(&changed), "a point that is not uncompressed");
    changed = c;
    mbedtls_mpi_write_binary(&group.P, changed.point + 1, 32);
    ok(!ours(&changed), "an x that is p");
    memset(changed.point + 1, 0, 64);
    ok(!ours(&changed), "0, 0");
    ok(!cm_p256_verify(c.point, (cm_view){c.hash, 32}, (cm_view){NULL, 0}, (cm_view){c.s, 32}),
       "no r");
}

int main(void)
{
    uint32_t state;
    rng = fixed_random(&state);
    mbedtls_ecp_group_init(&group);
    ok(mbedtls_ecp_group_load(&group, MBEDTLS_ECP_DP_SECP256R1) == 0, "the curve");
    random_signatures();
    small_keys();
    crafted_sums();
    meeting_points();
    out_of_range();
    mbedtls_ecp_group_free(&group);
    cm_random_free(rng);
    return done_testing();
}
