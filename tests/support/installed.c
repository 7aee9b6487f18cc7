/* A program as somebody writes it who has the library installed: mints a certificate. */
#include <certmint.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

static int entropy(void *context, uint8_t *out, size_t size)
{
    (void)context;
    return getrandom(out, size, 0) == (ssize_t)size ? 0 : -1;
}

int main(void)
{
    const cm_general_name name = {.value = CM_TEXT("installed.test")};
    const cm_certificate_template certificate = {
        .san = &name, .san_count = 1, .now = (int64_t)time(NULL)};
    const cm_key_spec spec = {.algorithm = CM_KEY_P256};
    cm_random *rng = NULL;
    cm_key *key = NULL;
    cm_bytes der = {NULL, 0}, pem = {NULL, 0};
    cm_error err;
    cm_status status = cm_random_create(entropy, NULL, &rng, &err);
    if (status == CM_OK) {
        status = cm_key_generate(&spec, rng, NULL, &key, &err);
    }
    if (status == CM_OK) {
        status = cm_certificate_create(&certificate, key, NULL, rng, &der, &err);
    }
    if (status == CM_OK) {
        status = cm_pem_encode("CERTIFICATE", (cm_view){der.data, der.size}, &pem, &err);
    }
    if (status == CM_OK) {
        fputs((const char *)pem.data, stdout);
    } else {
        fprintf(stderr, "%s: %s\n", err.field, err.message);
    }
    cm_bytes_free(&pem);
    cm_bytes_free(&der);
    cm_key_free(key);
    cm_random_free(rng);
    return status == CM_OK ? 0 : 1;
}
