#include "der_list.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TAG_SEQUENCE = 0x30 };

/* Takes the bytes over. */
static int append(der_list *list, cm_bytes der)
{
    cm_bytes *grown = realloc(list->items, (list->count + 1) * sizeof *grown);
    if (grown == NULL) {
        cm_bytes_free(&der);
        return -1;
    }
    grown[list->count++] = der;
    list->items = grown;
    return 0;
}

int der_list_add(der_list *list, cm_view der)
{
    cm_bytes copy = {malloc(der.size + 1), der.size};
    if (copy.data == NULL) {
        return -1;
    }
    memcpy(copy.data, der.data, der.size);
    return append(list, copy);
}

static int decode(const cm_bytes *input, const char *label, const char *thing, const char *what,
                  der_list *out, problem *p)
{
    char begin[64];
    const char *text = (const char *)input->data, *at;
    cm_error err;
    snprintf(begin, sizeof begin, "-----BEGIN %s-----", label);
    at = strstr(text, begin);
    if (at == NULL && input->size > 0 && input->data[0] == TAG_SEQUENCE) {
        return der_list_add(out, (cm_view){input->data, input->size}) == 0
                   ? 0
                   : problem_failed(p, "out of memory");
    }
    if (at == NULL) {
        return problem_failed(p, "%s: holds no %s: \"%s\" is missing", what, thing, begin);
    }
    for (; at != NULL; at = strstr(at + 1, begin)) {
        cm_bytes der = {NULL, 0};
        cm_view rest = {(const uint8_t *)at, input->size - (size_t)(at - text)};
        if (cm_pem_decode(rest, label, thing, &der, &err) != CM_OK) {
            return problem_failed(p, "%s: %s", what, err.message);
        }
        if (append(out, der) != 0) {
            return problem_failed(p, "out of memory");
        }
    }
    return 0;
}

int der_list_decode(const cm_bytes *input, const char *label, const char *thing, const char *what,
                    der_list *out, problem *p)
{
    *out = (der_list){NULL, 0};
    if (decode(input, label, thing, what, out, p) != 0) {
        der_list_free(out);
        return -1;
    }
    return 0;
}

void der_list_free(der_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        cm_bytes_free(&list->items[i]);
    }
    free(list->items);
    *list = (der_list){NULL, 0};
}
