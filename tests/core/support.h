/* What the core's tests share: a fixed source of entropy, short ways to mint and to compare. */
#ifndef TEST_SUPPORT_H
#define TEST_SUPPORT_H

#include <string.h>

#include "certmint.h"
#include "tap.h"

/* 2026-01-01T00:00:00Z */
#define NOW INT64_C(1767225600)

/* A counter, so that every run makes the same bytes. Only tests can do this: the public interface
 * has no way to fix the generator. */
static inline int fixed_entropy(void *context, uint8_t *out, size_t size)
{
    uint32_t *state = context;
    for (size_t i = 0; i < size; i++) {
        *state = *state * 1664525u + 1013904223u;
        out[i] = (uint8_t)(*state >> 24);
    }
    return 0;
}

static inline cm_random *fixed_random(uint32_t *state)
{
    cm_random *rng = NULL;
    *state = 1;
    ok(cm_random_create(fixed_entropy, state, &rng, NULL) == CM_OK, "a generator");
    return rng;
}

static inline cm_key *new_p256(cm_random *rng)
{
    cm_key_spec spec = {.algorithm = CM_KEY_P256};
    cm_key *key = NULL;
    ok(cm_key_generate(&spec, rng, NULL, &key, NULL) == CM_OK, "a P-256 key");
    return key;
}

static inline cm_view view_of(const cm_bytes *bytes)
{
    return (cm_view){bytes->data, bytes->size};
}

/* True when the JSON text contains this piece. */
static inline bool has(const cm_bytes *json, const char *piece)
{
    return json->data != NULL && strstr((const char *)json->data, piece) != NULL;
}

/* True when the DER contains these bytes. */
static inline bool contains(const cm_bytes *der, const void *piece, size_t size)
{
    for (size_t i = 0; i + size <= der->size; i++) {
        if (memcmp(der->data + i, piece, size) == 0) {
            return true;
        }
    }
    return false;
}

/* Fails with this code at this field, and writes nothing. */
#define REFUSED(call, out, expected_code, expected_field)                                          \
    do {                                                                                           \
        cm_error error_ = {CM_OK, "", ""};                                                         \
        cm_error *err = &error_;                                                                   \
        cm_status status_ = (call);                                                                \
        ok(status_ == (expected_code) && error_.code == status_ &&                                 \
               strcmp(error_.field, (expected_field)) == 0 && (out) == NULL,                       \
           "%s: %s", *(expected_field) != '\0' ? (expected_field) : "no field", error_.message);   \
    } while (0)

#endif
