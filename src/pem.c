#include "pem.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/base64.h>
#include <mbedtls/pem.h>
#include <mbedtls/platform_util.h>

#include "error.h"

enum { LABEL_LIMIT = 64 };

/* RFC 7468 §3: printable ASCII; a hyphen stands alone and inside. */
static bool label_is_sound(const char *label)
{
    for (size_t i = 0; label[i] != '\0'; i++) {
        if (label[i] < ' ' || label[i] > '~' ||
            (label[i] == '-' && (i == 0 || label[i + 1] == '-' || label[i + 1] == '\0'))) {
            return false;
        }
    }
    return true;
}

cm_status cm_pem_encode(const char *label, cm_view der, cm_bytes *pem, cm_error *err)
{
    char begin[LABEL_LIMIT + 20], end[LABEL_LIMIT + 20];
    size_t size = strlen(label);
    *pem = (cm_bytes){NULL, 0};
    if (size > LABEL_LIMIT) {
        return cm_fail(err, CM_ERR_INVALID, "a PEM label has at most %d characters", LABEL_LIMIT);
    }
    if (!label_is_sound(label)) {
        cm_text shown = {label, size};
        return cm_fail(err, CM_ERR_INVALID,
                       "%t is not a PEM label: printable ASCII, like CERTIFICATE", &shown);
    }
    memcpy(begin, "-----BEGIN ", 11);
    memcpy(begin + 11, label, size);
    memcpy(begin + 11 + size, "-----\n", 7);
    memcpy(end, "-----END ", 9);
    memcpy(end + 9, label, size);
    memcpy(end + 9 + size, "-----\n", 7);
    size_t needed = 0;
    mbedtls_pem_write_buffer(begin, end, der.data, der.size, NULL, 0, &needed);
    uint8_t *text = malloc(needed);
    if (text == NULL) {
        return cm_fail_memory(err);
    }
    if (mbedtls_pem_write_buffer(begin, end, der.data, der.size, text, needed, &needed) != 0) {
        free(text);
        return cm_fail_internal(err, "cm_pem_encode");
    }
    *pem = (cm_bytes){text, needed - 1}; /* without the NUL */
    return CM_OK;
}

static const char *find(const char *data, size_t size, const char *what, size_t what_size)
{
    for (; size >= what_size; data++, size--) {
        const char *hit = memchr(data, what[0], size - what_size + 1);
        if (hit == NULL) {
            return NULL;
        }
        size -= (size_t)(hit - data);
        data = hit;
        if (memcmp(data, what, what_size) == 0) {
            return data;
        }
    }
    return NULL;
}

static const char DASHES[] = "-----";

/* The boundary line "-----<what> LABEL-----" at the front; false when it is none. */
static bool take_boundary(const char *at, const char *limit, const char *what, cm_text *label,
                          const char **after)
{
    size_t skip = strlen(what), dashes = sizeof DASHES - 1;
    if ((size_t)(limit - at) < skip || memcmp(at, what, skip) != 0) {
        return false;
    }
    const char *start = at + skip;
    size_t room = (size_t)(limit - start);
    const char *end =
        find(start, room < LABEL_LIMIT + dashes ? room : LABEL_LIMIT + dashes, DASHES, dashes);
    if (end == NULL) {
        return false;
    }
    *label = (cm_text){start, (size_t)(end - start)};
    *after = end + dashes;
    return true;
}

cm_pem_found cm_pem_scan(cm_text *rest, cm_pem_block *block)
{
    const char *at = rest->data, *limit = rest->data + rest->size, *begin = NULL, *body = NULL;
    while ((at = find(at, (size_t)(limit - at), DASHES, sizeof DASHES - 1)) != NULL) {
        cm_text label;
        const char *after;
        if (take_boundary(at, limit, "-----BEGIN ", &label, &after)) {
            if (begin != NULL) {
                break; /* the one before has no end */
            }
            begin = at;
            body = after;
            block->label = label;
            at = after;
        } else if (begin != NULL && take_boundary(at, limit, "-----END ", &label, &after)) {
            if (label.size != block->label.size ||
                memcmp(label.data, block->label.data, label.size) != 0) {
                break;
            }
            block->body = (cm_text){body, (size_t)(at - body)};
            block->whole = (cm_text){begin, (size_t)(after - begin)};
            *rest = (cm_text){after, (size_t)(limit - after)};
            return CM_PEM_BLOCK;
        } else {
            at++;
        }
    }
    if (begin == NULL) {
        return CM_PEM_NOTHING;
    }
    block->body = (cm_text){body, 0};
    block->whole = (cm_text){begin, (size_t)(body - begin)};
    at = at == NULL ? limit : at;
    *rest = (cm_text){at, (size_t)(limit - at)};
    return CM_PEM_UNFINISHED;
}

bool cm_pem_next(cm_text *rest, cm_pem_block *block)
{
    cm_text left = *rest;
    if (cm_pem_scan(&left, block) != CM_PEM_BLOCK) {
        return false;
    }
    *rest = left;
    return true;
}

cm_status cm_base64_decode(cm_text text, cm_bytes *out, cm_error *err)
{
    /* mbedTLS's decoder takes line ends but no other white space: drop it all first. */
    uint8_t *packed = malloc(text.size + 1);
    size_t size = 0;
    *out = (cm_bytes){NULL, 0};
    if (packed == NULL) {
        return cm_fail_memory(err);
    }
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
            packed[size++] = (uint8_t)c;
        }
    }
    size_t decoded = 0;
    uint8_t *bytes = malloc(size / 4 * 3 + 3);
    cm_status status = bytes == NULL ? cm_fail_memory(err) : CM_OK;
    if (status == CM_OK &&
        mbedtls_base64_decode(bytes, size / 4 * 3 + 3, &decoded, packed, size) != 0) {
        status = cm_fail(err, CM_ERR_MALFORMED, "the base64 text is damaged");
    }
    mbedtls_platform_zeroize(packed, text.size + 1);
    free(packed);
    if (status != CM_OK) {
        free(bytes);
        return status;
    }
    *out = (cm_bytes){bytes, decoded};
    return CM_OK;
}

cm_status cm_pem_decode(cm_view input, const char *label, const char *field, cm_bytes *der,
                        cm_error *err)
{
    *der = (cm_bytes){NULL, 0};
    if (input.size > 0 && input.data[0] == 0x30) {
        uint8_t *copy = malloc(input.size);
        if (copy == NULL) {
            return cm_fail_memory(err);
        }
        memcpy(copy, input.data, input.size);
        *der = (cm_bytes){copy, input.size};
        return CM_OK;
    }
    cm_text rest = {(const char *)input.data, input.size};
    cm_pem_block block;
    while (cm_pem_next(&rest, &block)) {
        if (block.label.size == strlen(label) &&
            memcmp(block.label.data, label, block.label.size) == 0) {
            return cm_fail_in(err, cm_base64_decode(block.body, der, err), "%s", field);
        }
    }
    cm_fail(err, CM_ERR_MALFORMED, "neither DER nor PEM with a complete BEGIN %s ... END %s block",
            label, label);
    return cm_fail_in(err, CM_ERR_MALFORMED, "%s", field);
}
