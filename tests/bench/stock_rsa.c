/*
 * For npm run bench: RSA as mbedTLS does it, as WebAssembly. certmint.wasm does not contain this.
 *
 *   stock_generate(bits) -> 0    makes a key with mbedtls_rsa_gen_key and keeps it
 *   stock_sign() -> 0            signs a SHA-256 hash with it, PKCS#1 v1.5
 */
#include <stddef.h>
#include <stdint.h>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/rsa.h>

__attribute__((import_module("env"), import_name("certmint_entropy"))) int
certmint_entropy(uint8_t *out, size_t size);

int stock_generate(int bits);
int stock_sign(void);

static mbedtls_rsa_context key;
static mbedtls_ctr_drbg_context drbg;

static int entropy(void *context, unsigned char *out, size_t size)
{
    (void)context;
    return certmint_entropy(out, size);
}

static int seed(void)
{
    mbedtls_ctr_drbg_free(&drbg);
    mbedtls_ctr_drbg_init(&drbg);
    return mbedtls_ctr_drbg_seed(&drbg, entropy, NULL, NULL, 0);
}

__attribute__((export_name("stock_generate"))) int stock_generate(int bits)
{
    int result = seed();
    mbedtls_rsa_free(&key);
    mbedtls_rsa_init(&key);
    return result != 0
               ? result
               : mbedtls_rsa_gen_key(&key, mbedtls_ctr_drbg_random, &drbg, (unsigned)bits, 65537);
}

__attribute__((export_name("stock_sign"))) int stock_sign(void)
{
    static const uint8_t hash[32];
    static uint8_t signature[MBEDTLS_MPI_MAX_SIZE];
    return mbedtls_rsa_pkcs1_sign(&key, mbedtls_ctr_drbg_random, &drbg, MBEDTLS_MD_SHA256,
                                  sizeof hash, hash, signature);
}
