#include "inspection.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "report.h"
#include "text.h"

static const char *const kinds[] = {
    [CM_ITEM_UNKNOWN] = "unknown",
    [CM_ITEM_CERTIFICATE] = "certificate",
    [CM_ITEM_REQUEST] = "request",
    [CM_ITEM_CRL] = "crl",
    [CM_ITEM_PRIVATE_KEY] = "private-key",
    [CM_ITEM_PUBLIC_KEY] = "public-key",
    [CM_ITEM_PARAMETERS] = "parameters",
    [CM_ITEM_PKCS12] = "pkcs12",
    [CM_ITEM_PKCS7] = "pkcs7",
};

/* ------------------------------------------------------------------ keeping things */

cm_view cm_inspection_keep(cm_inspection *in, cm_bytes *bytes)
{
    cm_bytes *grown = realloc(in->buffers, (in->buffer_count + 1) * sizeof *grown);
    if (grown == NULL) {
        cm_bytes_free(bytes);
        in->status = CM_ERR_MEMORY;
        return (cm_view){NULL, 0};
    }
    in->buffers = grown;
    grown[in->buffer_count++] = *bytes;
    cm_view view = {bytes->data, bytes->size};
    *bytes = (cm_bytes){NULL, 0};
    return view;
}

cm_view cm_inspection_keep_der(cm_inspection *in, cm_der *d)
{
    cm_bytes bytes;
    if (cm_der_finish(d, &bytes, NULL) != CM_OK) {
        in->status = CM_ERR_MEMORY;
        return (cm_view){NULL, 0};
    }
    return cm_inspection_keep(in, &bytes);
}

cm_view cm_inspection_keep_copy(cm_inspection *in, cm_view v)
{
    cm_der copy = {NULL, 0, 0, CM_OK};
    cm_der_raw(&copy, v);
    return cm_inspection_keep_der(in, &copy);
}

cm_item *cm_inspection_add(cm_inspection *in, cm_item_kind kind, const cm_place *place, cm_view der)
{
    if (in->count == CM_INSPECT_ITEM_LIMIT) {
        in->truncated = true;
        return NULL;
    }
    if (in->count == in->capacity) {
        size_t capacity = in->capacity == 0 ? 8 : 2 * in->capacity;
        cm_item *grown = realloc(in->items, capacity * sizeof *grown);
        if (grown == NULL) {
            in->status = CM_ERR_MEMORY;
            return NULL;
        }
        in->items = grown;
        in->capacity = capacity;
    }
    cm_item *item = &in->items[in->count];
    memset(item, 0, sizeof *item);
    item->kind = kind;
    item->place = *place;
    item->der = der;
    item->copy_of = in->count++;
    return item;
}

bool cm_inspection_is_full(const cm_inspection *in)
{
    return in->status != CM_OK || in->truncated;
}

void cm_inspection_add_unreadable(cm_inspection *in, cm_item_kind kind, const cm_place *place,
                                  cm_view der, const cm_error *error)
{
    cm_item *item = cm_inspection_add(in, kind, place, der);
    if (item != NULL) {
        item->error = *error;
        item->error.field[0] = '\0';
    }
    if (error->code == CM_ERR_MEMORY) {
        in->status = CM_ERR_MEMORY;
    }
}

void cm_inspection_refuse(cm_inspection *in, const cm_place *place, cm_view der, cm_status code,
                          const char *message)
{
    cm_error error;
    cm_fail(&error, code, "%s", message);
    cm_inspection_add_unreadable(in, CM_ITEM_UNKNOWN, place, der, &error);
}

/* ------------------------------------------------------------------ one thing */

static void put_text(cm_json *j, const char *key, cm_text text)
{
    if (text.data != NULL) {
        cm_json_key(j, key);
        cm_json_text(j, text);
    }
}

static void put_boolean(cm_json *j, const char *key, bool value)
{
    cm_json_key(j, key);
    cm_json_boolean(j, value);
}

static void put_place(cm_json *j, const cm_place *place)
{
    cm_json_put_integer(j, "input", (int64_t)place->input);
    cm_json_put_string(j, "form", place->form);
    put_text(j, "label", place->label);
    if (place->depth == 0) {
        cm_json_put_integer(j, "offset", (int64_t)place->offset);
        cm_json_put_integer(j, "length", (int64_t)place->length);
    }
}

/* What a PKCS#12 file says about the things in it. */
static void put_entry(cm_json *j, const cm_pkcs12_entry *entry)
{
    if (entry->friendly_name.data != NULL) {
        put_text(j, "friendlyName",
                 (cm_text){(const char *)entry->friendly_name.data, entry->friendly_name.size});
    }
    if (entry->local_key_id.data != NULL) {
        cm_json_put_hex(j, "localKeyID",
                        (cm_view){entry->local_key_id.data, entry->local_key_id.size});
    }
    if (entry->trusted) {
        put_boolean(j, "trusted", true);
    }
}

static void put_error(cm_json *j, const cm_error *error)
{
    if (error->code != CM_OK) {
        cm_json_key(j, "error");
        cm_json_open(j, '{');
        cm_json_put_string(j, "code", cm_status_name(error->code));
        cm_json_put_string(j, "message", error->message);
        cm_json_close(j, '}');
    }
}

/* true, false, or nothing where it was not checked. */
static void put_checked(cm_json *j, const char *key, cm_checked checked)
{
    if (checked != CM_UNCHECKED) {
        put_boolean(j, key, checked == CM_SIGNATURE_RIGHT);
    }
}

static void put_key(cm_json *j, const cm_item *item)
{
    cm_json_put_string(j, "format", item->format);
    if (item->kind == CM_ITEM_PRIVATE_KEY) {
        put_boolean(j, "locked", item->locked);
    }
    cm_json_put_string(j, "type", item->type);
    put_text(j, "comment", item->comment);
    if (item->spki.size > 0) {
        cm_report_public_key(j, item->spki);
    }
}

static void put_members(cm_json *j, const cm_item *item, cm_problems *problems)
{
    cm_request request;
    cm_crl crl;
    switch (item->kind) {
    case CM_ITEM_CERTIFICATE:
        cm_report_certificate(j, &item->x509, problems);
        put_checked(j, "selfSigned", item->self);
        break;
    case CM_ITEM_REQUEST:
        if (cm_request_parse(item->der, &request, NULL) == CM_OK) {
            cm_report_request(j, &request, problems);
        }
        put_checked(j, "signatureValid", item->self);
        break;
    case CM_ITEM_CRL:
        if (cm_crl_parse(item->der, &crl, NULL) == CM_OK) {
            cm_report_crl(j, &crl, problems);
        }
        break;
    case CM_ITEM_PRIVATE_KEY:
    case CM_ITEM_PUBLIC_KEY:
        put_key(j, item);
        break;
    case CM_ITEM_PKCS12:
        put_boolean(j, "locked", item->locked);
        cm_json_put_integer(j, "size", (int64_t)item->der.size);
        break;
    default:
        cm_json_put_integer(j, "size", (int64_t)item->der.size);
        break;
    }
}

/* Whether it is described at all: what is locked or of an algorithm that is not done here is. */
static bool is_readable(const cm_item *item)
{
    bool holder = item->kind == CM_ITEM_PKCS12 || item->kind == CM_ITEM_PKCS7;
    return item->error.code == CM_OK || holder ||
           (item->kind == CM_ITEM_PRIVATE_KEY &&
            (item->error.code != CM_ERR_MALFORMED || item->locked));
}

static void open_item(cm_json *j, const cm_item *item, size_t id)
{
    cm_problems problems = {.count = 0};
    bool readable = is_readable(item);
    cm_json_open(j, '{');
    cm_json_put_integer(j, "id", (int64_t)id);
    cm_json_put_string(j, "kind", readable ? kinds[item->kind] : "unreadable");
    put_place(j, &item->place);
    put_entry(j, &item->entry);
    if (readable) {
        put_members(j, item, &problems);
    } else {
        cm_json_put_string(j, "seems", kinds[item->kind]);
    }
    if (item->notes.out.size > 0 && readable) {
        cm_json_raw(j, cm_der_view(&item->notes.out));
    }
    put_error(j, &item->error);
    cm_report_problems(j, &problems);
}

/* ------------------------------------------------------------------ all of them */

/* The things from *at on that stand at this depth, each with what is inside it. The depth is
 * limited by the reader. */
static void put_items(const cm_inspection *in, cm_json *j, size_t *at, unsigned depth)
{
    cm_json_key(j, "items");
    cm_json_open(j, '[');
    while (*at < in->count && in->items[*at].place.depth == depth &&
           j->out.size <= CM_INSPECT_REPORT_LIMIT) {
        const cm_item *item = &in->items[*at];
        open_item(j, item, (*at)++);
        if (item->kind == CM_ITEM_PKCS12 || item->kind == CM_ITEM_PKCS7) {
            put_items(in, j, at, depth + 1);
        }
        cm_json_close(j, '}');
    }
    cm_json_close(j, ']');
}

/* {"type", "items"} of all after `first` that belong to it; nothing when it is alone. */
static void put_group(const cm_inspection *in, cm_json *j, const char *type, size_t first,
                      bool (*belongs)(const cm_inspection *, size_t, size_t), bool *seen)
{
    bool opened = false;
    for (size_t i = first + 1; i < in->count; i++) {
        if (!belongs(in, first, i)) {
            continue;
        }
        if (!opened) {
            cm_json_open(j, '{');
            cm_json_put_string(j, "type", type);
            cm_json_key(j, "items");
            cm_json_open(j, '[');
            cm_json_integer(j, (int64_t)first);
            opened = true;
        }
        cm_json_integer(j, (int64_t)i);
        seen[i] = true;
    }
    if (opened) {
        cm_json_close(j, ']');
        cm_json_close(j, '}');
    }
}

static bool is_copy(const cm_inspection *in, size_t first, size_t other)
{
    return in->items[other].copy_of == first;
}

static bool has_same_key(const cm_inspection *in, size_t first, size_t other)
{
    return cm_item_same_key(&in->items[first], &in->items[other]);
}

static void put_groups(const cm_inspection *in, cm_json *j, const char *type,
                       bool (*belongs)(const cm_inspection *, size_t, size_t), bool *seen)
{
    for (size_t i = 0; i < in->count; i++) {
        seen[i] = false;
    }
    for (size_t i = 0; i < in->count; i++) {
        if (!seen[i]) {
            put_group(in, j, type, i, belongs, seen);
        }
    }
}

static void put_issued(const cm_inspection *in, cm_json *j)
{
    static const char *const names[] = {"unchecked", "invalid", "valid"};
    for (size_t i = 0; i < in->link_count; i++) {
        const cm_link *link = &in->links[i];
        const cm_item *item = &in->items[link->item];
        if (link->checked == item->issued &&
            (link->checked != CM_SIGNATURE_WRONG || item->self != CM_SIGNATURE_RIGHT)) {
            cm_json_open(j, '{');
            cm_json_put_string(j, "type", "issued");
            cm_json_put_integer(j, "issuer", (int64_t)link->issuer);
            cm_json_put_integer(j, "item", (int64_t)link->item);
            cm_json_put_string(j, "signature", names[link->checked]);
            cm_json_close(j, '}');
        }
    }
}

static cm_status write_report(const cm_inspection *in, cm_bytes *json, cm_error *err)
{
    cm_json j = {{NULL, 0, 0, CM_OK}, false};
    size_t at = 0;
    bool *seen = calloc(in->count + 1, sizeof *seen);
    if (seen == NULL) {
        return cm_fail_memory(err);
    }
    cm_json_open(&j, '{');
    put_items(in, &j, &at, 0);
    cm_json_key(&j, "links");
    cm_json_open(&j, '[');
    put_groups(in, &j, "same", is_copy, seen);
    put_groups(in, &j, "same-key", has_same_key, seen);
    put_issued(in, &j);
    cm_json_close(&j, ']');
    if (in->truncated) {
        put_boolean(&j, "truncated", true);
    }
    cm_json_close(&j, '}');
    free(seen);
    if (j.out.size > CM_INSPECT_REPORT_LIMIT) {
        cm_der_free(&j.out);
        return cm_fail(err, CM_ERR_LIMIT, "the report would have more than %d bytes",
                       CM_INSPECT_REPORT_LIMIT);
    }
    return cm_json_finish(&j, json, err);
}

/* ------------------------------------------------------------------ the inspection */

static cm_status check_limits(const cm_view *inputs, size_t count, const cm_inspect_options *o,
                              cm_error *err)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        size = inputs[i].size > CM_INSPECT_SIZE_LIMIT ? SIZE_MAX / 2 : size + inputs[i].size;
        if (size > CM_INSPECT_SIZE_LIMIT) {
            return cm_fail(err, CM_ERR_LIMIT, "at most %d bytes are inspected at once",
                           CM_INSPECT_SIZE_LIMIT);
        }
    }
    for (size_t i = 0; i < o->passphrase_count; i++) {
        if (o->passphrases[i].size > CM_PASSPHRASE_LIMIT) {
            cm_fail(err, CM_ERR_LIMIT, "a passphrase has at most %d bytes", CM_PASSPHRASE_LIMIT);
            return cm_fail_in(err, CM_ERR_LIMIT, "passphrase[%d]", (int)i);
        }
    }
    return CM_OK;
}

static void close_inspection(cm_inspection *in)
{
    for (size_t i = 0; i < in->count; i++) {
        cm_der_free(&in->items[i].notes.out);
        cm_bytes_free(&in->items[i].entry.friendly_name);
        cm_bytes_free(&in->items[i].entry.local_key_id);
    }
    for (size_t i = 0; i < in->buffer_count; i++) {
        cm_bytes_free(&in->buffers[i]);
    }
    free(in->items);
    free(in->buffers);
    free(in->links);
}

cm_status cm_inspect(const cm_view *inputs, size_t count, const cm_inspect_options *options,
                     cm_random *rng, cm_bytes *json, cm_error *err)
{
    static const cm_inspect_options defaults = {0};
    const cm_inspect_options *o = options != NULL ? options : &defaults;
    cm_inspection in = {
        .options = o,
        .rng = rng,
        .keys_left = CM_INSPECT_KEY_LIMIT,
        .iterations_left = o->max_iterations == 0 ? CM_KDF_ITERATIONS_LIMIT : o->max_iterations,
        .work_left = o->max_work == 0 ? CM_INSPECT_WORK : o->max_work,
        .steps_left = 20000,
    };
    *json = (cm_bytes){NULL, 0};
    cm_status status = check_limits(inputs, count, o, err);
    if (status != CM_OK) {
        return status;
    }
    for (; in.input < count && in.status == CM_OK && !in.truncated; in.input++) {
        cm_inspection_read(&in, inputs[in.input]);
    }
    if (in.status == CM_OK) {
        cm_inspection_link(&in);
    }
    status = in.status == CM_OK ? write_report(&in, json, err) : cm_fail_memory(err);
    close_inspection(&in);
    return status;
}
