#include "certmint.h"

#include <stdlib.h>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/platform_util.h>

#include "error.h"

struct cm_random {
    mbedtls_ctr_drbg_context drbg;
    cm_entropy_fn entropy;
    void *context;
};

/* mbedTLS reseeds through this; any failure of the host must reach it as a failure. */
static int entropy_of_host(void *context, unsigned char *out, size_t size)
{
    struct cm_random *rng = context;
    return rng->entropy(rng->context, out, size) == 0 ? 0
                                                      : MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
}

cm_status cm_random_create(cm_entropy_fn entropy, void *context, cm_random **rng, cm_error *err)
{
    static const unsigned char personalization[] = "certmint";
    struct cm_random *r = calloc(1, sizeof *r);
    *rng = NULL;
    if (r == NULL) {
        return cm_fail_memory(err);
    }
    r->entropy = entropy;
    r->context = context;
    mbedtls_ctr_drbg_init(&r->drbg);
    if (mbedtls_ctr_drbg_seed(&r->drbg, entropy_of_host, r, personalization,
                              sizeof personalization - 1) != 0) {
        cm_random_free(r);
        return cm_fail(err, CM_ERR_RANDOM, "the system's random number generator failed");
    }
    *rng = r;
    return CM_OK;
}

void cm_random_free(cm_random *rng)
{
    if (rng != NULL) {
        mbedtls_ctr_drbg_free(&rng->drbg);
        mbedtls_platform_zeroize(rng, sizeof *rng);
        free(rng);
    }
}

int cm_random_bytes(void *rng, unsigned char *out, size_t size)
{
    struct cm_random *r = rng;
    while (size > 0) {
        size_t part = size < MBEDTLS_CTR_DRBG_MAX_REQUEST ? size : MBEDTLS_CTR_DRBG_MAX_REQUEST;
        int result = mbedtls_ctr_drbg_random(&r->drbg, out, part);
        if (result != 0) {
            return result;
        }
        out += part;
        size -= part;
    }
    return 0;
}
