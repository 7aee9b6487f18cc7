/*
 * Memory that is refused, one allocation after another (cmake/tests.cmake puts the functions below
 * in the place of the C library's): every call says so, gives nothing, and leaks nothing, which
 * AddressSanitizer watches.
 */
#include <stdlib.h>

#include "support.h"

/* Primes of 512 bits. */
static const char prime_p[] =
    "f01742144271f9d06ad554484bb37e2b2116f03982f66b4b53f166de9f754c0a9a80b77e0c1ab5c2fb6563f8e3b417"
    "6c17f0b2ea9bcd560c5dcdd35c6dc7191b";
static const char prime_q[] =
    "fe87db0cd3221053c9720cbd93fae1788b2129744b3b6be5f721b09efd5574bee3bd3a154909ea1083e2b5aac45c47"
    "d666d4b86439e5a68c54974106657b80ef";

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

static unsigned asked, refuse_at; /* 0: none */

static bool refused(void)
{
    return ++asked == refuse_at;
}

void *__wrap_malloc(size_t size)
{
    return refused() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return refused() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return refused() ? NULL : __real_realloc(memory, size);
}

static void from_hex(uint8_t *out, const char *hex)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; hex[2 * i] != '\0'; i++) {
        out[i] = (uint8_t)((strchr(digits, hex[2 * i]) - digits) << 4 |
                           (strchr(digits, hex[2 * i + 1]) - digits));
    }
}

static cm_status key_of_primes(cm_random *rng, cm_key **key)
{
    uint8_t p[64], q[64];
    from_hex(p, prime_p);
    from_hex(q, prime_q);
    return cm_key_from_primes((cm_view){p, 64}, (cm_view){q, 64}, rng, key, NULL);
}

static cm_status p256_key(cm_random *rng, cm_key **key)
{
    cm_key_spec spec = {.algorithm = CM_KEY_P256};
    return cm_key_generate(&spec, rng, NULL, key, NULL);
}

/* The next allocation to refuse: every one of the first, then fewer. */
static unsigned next(unsigned at)
{
    return at + 1 + at / 16;
}

/* A key made with each allocation refused in turn. */
static void check_key(cm_status (*make)(cm_random *, cm_key **), const char *name)
{
    uint32_t state;
    cm_random *rng = fixed_random(&state);
    cm_key *key = NULL;
    unsigned wrong = 0, untold = 0, tries = 0;
    cm_status status;
    for (unsigned at = 1;; at = next(at)) {
        asked = 0;
        refuse_at = at;
        status = make(rng, &key);
        refuse_at = 0;
        if (asked < at) {
            break;
        }
        tries++;
        wrong += key != NULL || (status != CM_ERR_MEMORY && status != CM_ERR_INTERNAL);
        untold += status == CM_ERR_INTERNAL;
        cm_key_free(key);
    }
    ok(status == CM_OK && key != NULL, "%s: of %u allocations", name, asked);
    ok(tries > 10 && wrong == 0, "%u were refused, %u answers were wrong", tries, wrong);
    ok(4 * untold <= tries, "mbedTLS did not tell %u times that memory was what it lacked", untold);
    cm_key_free(key);
    cm_random_free(rng);
}

static void check_certificate(cm_status (*make)(cm_random *, cm_key **), const char *name)
{
    uint32_t state;
    cm_random *rng = fixed_random(&state);
    cm_certificate_template template = {
        .now = NOW, .subject = {.text = CM_TEXT("CN=a.test")}, .allow_weak = true};
    cm_key *key = NULL;
    cm_bytes der = {NULL, 0};
    unsigned wrong = 0, tries = 0;
    cm_status status;
    ok(make(rng, &key) == CM_OK, "%s: a key", name);
    for (unsigned at = 1;; at = next(at)) {
        asked = 0;
        refuse_at = at;
        status = cm_certificate_create(&template, key, NULL, rng, &der, NULL);
        refuse_at = 0;
        if (asked < at) {
            break;
        }
        tries++;
        wrong += der.data != NULL || status != CM_ERR_MEMORY;
        cm_bytes_free(&der);
    }
    ok(status == CM_OK && der.size > 0, "a certificate: of %u allocations", asked);
    ok(tries > 5 && wrong == 0, "%u were refused, %u answers were wrong", tries, wrong);
    cm_bytes_free(&der);
    cm_key_free(key);
    cm_random_free(rng);
}

int main(void)
{
    check_key(key_of_primes, "RSA");
    check_key(p256_key, "P-256");
    check_certificate(key_of_primes, "RSA");
    check_certificate(p256_key, "P-256");
    return done_testing();
}
