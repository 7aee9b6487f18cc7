#include "door.h"

#include <stdlib.h>
#include <string.h>

#include "certmint.h"
#include "json_reader.h"
#include "store_template.h"
#include "template.h"
#include "verification.h"

#define EXPORT(name) __attribute__((export_name(name), used))
#define IMPORT(name) __attribute__((import_module("env"), import_name(name)))

IMPORT("certmint_entropy") int certmint_entropy(uint8_t *out, size_t size);
IMPORT("certmint_progress") int certmint_progress(double done, double expected);

/* ------------------------------------------------------------------ the instance */

/* What one instance of the module owns. JavaScript is single-threaded: there is one of each. */
typedef enum handle_kind { HANDLE_FREE = 0, HANDLE_KEY, HANDLE_SEARCH } handle_kind;

typedef struct handle {
    handle_kind kind;
    void *object;
} handle;

static struct {
    cm_random *rng;
    handle *handles; /* handle n is handles[n - 1] */
    size_t handle_count;
    cm_bytes json, bytes; /* the last answer */
    uint32_t answer[4];   /* its addresses and sizes */
} door;

enum { HANDLE_LIMIT = 100000 };

static int host_entropy(void *context, uint8_t *out, size_t size)
{
    (void)context;
    return certmint_entropy(out, size);
}

static int host_progress(void *context, double done, double expected)
{
    (void)context;
    return certmint_progress(done, expected);
}

/* ------------------------------------------------------------------ handles */

/* 0 when there is no room. */
static size_t handle_add(handle_kind kind, void *object)
{
    size_t i = 0;
    while (i < door.handle_count && door.handles[i].kind != HANDLE_FREE) {
        i++;
    }
    if (i == door.handle_count) {
        size_t count = door.handle_count == 0 ? 16 : 2 * door.handle_count;
        handle *grown = count > HANDLE_LIMIT ? NULL : realloc(door.handles, count * sizeof *grown);
        if (grown == NULL) {
            return 0;
        }
        memset(grown + door.handle_count, 0, (count - door.handle_count) * sizeof *grown);
        door.handles = grown;
        door.handle_count = count;
    }
    door.handles[i] = (handle){kind, object};
    return i + 1;
}

static handle *handle_slot(json_value v, handle_kind kind)
{
    int64_t number = json_integer(v, 1, HANDLE_LIMIT);
    if (v.document->arena->status != CM_OK) {
        return NULL;
    }
    if (!v.given || (size_t)number > door.handle_count || door.handles[number - 1].kind != kind) {
        json_fail(v, CM_ERR_INVALID, "is not in use (any more)");
        return NULL;
    }
    return &door.handles[number - 1];
}

/* ------------------------------------------------------------------ answers */

/* Text that grows; a failure to grow empties it for good. */
typedef struct builder {
    char *data;
    size_t size, capacity;
    bool failed;
} builder;

static void put(builder *b, const char *data, size_t size)
{
    if (b->failed) {
        return;
    }
    if (size >= b->capacity - b->size) {
        size_t capacity = 2 * (b->capacity + size) + 64;
        char *grown = realloc(b->data, capacity);
        if (grown == NULL) {
            b->failed = true;
            return;
        }
        b->data = grown;
        b->capacity = capacity;
    }
    memcpy(b->data + b->size, data, size);
    b->size += size;
    b->data[b->size] = '\0';
}

static void put_string(builder *b, const char *string)
{
    put(b, string, strlen(string));
}

static void put_number(builder *b, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    put(b, digits + at, sizeof digits - at);
}

/* A JSON string; what the core hands out is well-formed UTF-8. */
static void put_text(builder *b, const char *text, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    put_string(b, "\"");
    for (const char *end = text + size; text < end; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') {
            put_string(b, "\\");
            put(b, text, 1);
        } else if (c < 0x20) {
            char escape[6] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
            put(b, escape, sizeof escape);
        } else {
            put(b, text, 1);
        }
    }
    put_string(b, "\"");
}

static void put_quoted(builder *b, const char *text)
{
    put_text(b, text, strlen(text));
}

static void put_hex(builder *b, const uint8_t *data, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    put_string(b, "\"");
    for (size_t i = 0; i < size; i++) {
        char hex[2] = {digits[data[i] >> 4], digits[data[i] & 15]};
        put(b, hex, sizeof hex);
    }
    put_string(b, "\"");
}

/* What a handler works on: the request, its memory, and the answer it builds: the JSON value behind
 * "ok" and the bytes. */
typedef struct call {
    arena arena;
    json_document document;
    json_value request;
    cm_error error;
    builder ok;
    cm_bytes bytes;
} call;

static json_value member(call *c, const char *name)
{
    return json_member(c->request, name);
}

/* The object behind a handle, NULL (and the failure kept) when there is none. */
static void *object_of(call *c, const char *name, handle_kind kind)
{
    handle *slot = handle_slot(member(c, name), kind);
    return slot == NULL ? NULL : slot->object;
}

static bool failed(const call *c)
{
    return c->arena.status != CM_OK;
}

/* {"key": HANDLE, "private": ..., and what cm_key_describe says}; takes the key over. *number, if
 * not NULL, gets the handle, 0 on failure. */
static cm_status answer_key_number(call *c, cm_key *key, size_t *handle_number)
{
    cm_bytes description;
    cm_status status = cm_key_describe(key, &description, &c->error);
    size_t number = status == CM_OK ? handle_add(HANDLE_KEY, key) : 0;
    if (handle_number != NULL) {
        *handle_number = number;
    }
    if (number == 0) {
        cm_key_free(key);
        if (status == CM_OK) {
            cm_bytes_free(&description);
            status = CM_ERR_LIMIT;
            c->error = (cm_error){CM_ERR_LIMIT, "", "too many keys are in use: destroy some"};
        }
        return status;
    }
    put_string(&c->ok, "{\"key\":");
    put_number(&c->ok, number);
    put_string(&c->ok, ",");
    put(&c->ok, (const char *)description.data + 1, description.size - 1);
    cm_bytes_free(&description);
    return CM_OK;
}

static cm_status answer_key(call *c, cm_key *key)
{
    return answer_key_number(c, key, NULL);
}

static void answer_boolean(call *c, bool value)
{
    put_string(&c->ok, value ? "true" : "false");
}

/* ------------------------------------------------------------------ operations */

static cm_status op_version(call *c)
{
    put_string(&c->ok, "{\"version\":\"" CERTMINT_VERSION "\"}");
    return CM_OK;
}

static cm_status op_key_generate(call *c)
{
    static const cm_progress progress = {host_progress, NULL};
    json_value spec_member = member(c, "spec");
    cm_key_spec spec = {.allow_weak = json_boolean(member(c, "allowWeak"))};
    cm_text text = json_text(spec_member);
    cm_key *key;
    if (failed(c)) {
        return CM_OK;
    }
    cm_status status = CM_OK;
    if (spec_member.given) {
        status = cm_key_spec_parse(text, &spec, &c->error);
    }
    if (status == CM_OK) {
        status = cm_key_generate(&spec, door.rng, &progress, &key, &c->error);
    }
    return status == CM_OK ? answer_key(c, key) : status;
}

/* 0 when not given: the core's own number. */
static unsigned iterations_of(call *c, const char *name)
{
    return (unsigned)json_integer(member(c, name), 1, INT32_MAX);
}

static cm_status op_key_import(call *c)
{
    cm_view data = json_bytes(member(c, "data")), passphrase = json_bytes(member(c, "passphrase"));
    unsigned limit = iterations_of(c, "maxIterations");
    cm_key *key;
    if (failed(c)) {
        return CM_OK;
    }
    cm_status status = cm_key_import_limited(data, passphrase, limit, door.rng, &key, &c->error);
    return status == CM_OK ? answer_key(c, key) : status;
}

static cm_status op_key_from_primes(call *c)
{
    cm_view p = json_bytes(member(c, "p")), q = json_bytes(member(c, "q"));
    cm_key *key;
    if (failed(c)) {
        return CM_OK;
    }
    cm_status status = cm_key_from_primes(p, q, door.rng, &key, &c->error);
    return status == CM_OK ? answer_key(c, key) : status;
}

static cm_status op_key_public(call *c)
{
    cm_key *key = object_of(c, "key", HANDLE_KEY), *public_key;
    if (key == NULL) {
        return CM_OK;
    }
    cm_status status = cm_key_public(key, &public_key, &c->error);
    return status == CM_OK ? answer_key(c, public_key) : status;
}

static cm_status op_key_export(call *c)
{
    cm_key *key = object_of(c, "key", HANDLE_KEY);
    json_value format_member = member(c, "format");
    cm_text text = json_text(format_member);
    bool pem = json_boolean(member(c, "pem"));
    cm_view passphrase = json_bytes(member(c, "passphrase"));
    unsigned iterations = iterations_of(c, "iterations");
    cm_key_format format;
    if (failed(c)) {
        return CM_OK;
    }
    cm_status status = cm_key_format_parse(text, &format, &c->error);
    if (status != CM_OK) {
        return status;
    }
    if (passphrase.data == NULL) {
        return cm_key_export(key, format, pem, &c->bytes, &c->error);
    }
    if (format != CM_KEY_PKCS8) {
        json_fail(format_member, CM_ERR_INVALID, "must be \"pkcs8\": only that is encrypted here");
        return CM_OK;
    }
    return cm_key_export_encrypted(key, passphrase, iterations, pem, door.rng, &c->bytes,
                                   &c->error);
}

static cm_status op_key_jwk(call *c)
{
    cm_key *key = object_of(c, "key", HANDLE_KEY);
    bool with_private = json_boolean(member(c, "private"));
    return failed(c) ? CM_OK : cm_key_export_jwk(key, with_private, &c->bytes, &c->error);
}

static cm_status op_key_thumbprint(call *c)
{
    cm_key *key = object_of(c, "key", HANDLE_KEY);
    char thumbprint[44];
    if (key == NULL) {
        return CM_OK;
    }
    cm_status status = cm_key_thumbprint(key, thumbprint, &c->error);
    if (status == CM_OK) {
        put_string(&c->ok, "{\"thumbprint\":");
        put_quoted(&c->ok, thumbprint);
        put_string(&c->ok, "}");
    }
    return status;
}

static cm_status op_key_openssh(call *c)
{
    cm_key *key = object_of(c, "key", HANDLE_KEY);
    cm_text comment = json_text(member(c, "comment"));
    return failed(c) ? CM_OK : cm_key_export_openssh(key, comment, &c->bytes, &c->error);
}

static cm_status op_key_matches(call *c)
{
    cm_key *a = object_of(c, "a", HANDLE_KEY), *b = object_of(c, "b", HANDLE_KEY);
    if (a != NULL && b != NULL) {
        answer_boolean(c, cm_key_matches(a, b));
    }
    return CM_OK;
}

static cm_status op_key_free(call *c)
{
    handle *slot = handle_slot(member(c, "key"), HANDLE_KEY);
    if (slot != NULL) {
        cm_key_free(slot->object);
        *slot = (handle){HANDLE_FREE, NULL};
    }
    return CM_OK;
}

static cm_status op_prime_create(call *c)
{
    unsigned bits = (unsigned)json_integer(member(c, "bits"), 0, 65536);
    cm_prime_search *search;
    if (failed(c)) {
        return CM_OK;
    }
    cm_status status = cm_prime_search_open(bits, door.rng, &search, &c->error);
    if (status != CM_OK) {
        return status;
    }
    size_t number = handle_add(HANDLE_SEARCH, search);
    if (number == 0) {
        cm_prime_search_close(search);
        c->error = (cm_error){CM_ERR_LIMIT, "", "too many searches are in use"};
        return CM_ERR_LIMIT;
    }
    put_string(&c->ok, "{\"search\":");
    put_number(&c->ok, number);
    put_string(&c->ok, "}");
    return CM_OK;
}

static cm_status op_prime_step(call *c)
{
    cm_prime_search *search = object_of(c, "search", HANDLE_SEARCH);
    unsigned work = (unsigned)json_integer(member(c, "work"), 1, 100000000);
    if (failed(c)) {
        return CM_OK;
    }
    bool found;
    cm_status status = cm_prime_search_advance(search, work, &found, &c->error);
    if (status == CM_OK) {
        cm_prime_progress progress = cm_prime_search_progress(search);
        put_string(&c->ok, found ? "{\"found\":true,\"tried\":" : "{\"found\":false,\"tried\":");
        put_number(&c->ok, (uint64_t)progress.tried);
        put_string(&c->ok, ",\"expected\":");
        put_number(&c->ok, (uint64_t)progress.expected);
        put_string(&c->ok, "}");
    }
    return status;
}

static cm_status op_prime_take(call *c)
{
    cm_prime_search *search = object_of(c, "search", HANDLE_SEARCH);
    return search == NULL ? CM_OK : cm_prime_search_result(search, &c->bytes, &c->error);
}

static cm_status op_prime_free(call *c)
{
    handle *slot = handle_slot(member(c, "search"), HANDLE_SEARCH);
    if (slot != NULL) {
        cm_prime_search_close(slot->object);
        *slot = (handle){HANDLE_FREE, NULL};
    }
    return CM_OK;
}

/* The description of what stands in c->bytes is the answer. */
static cm_status answer_description(call *c, cm_status (*describe)(cm_view, cm_bytes *, cm_error *))
{
    cm_bytes description;
    cm_status status = describe((cm_view){c->bytes.data, c->bytes.size}, &description, &c->error);
    if (status == CM_OK) {
        put(&c->ok, (const char *)description.data, description.size);
        cm_bytes_free(&description);
    }
    return status;
}

/* The template of a request: its fields are named as the caller of JavaScript wrote them. */
static json_value template_of(call *c)
{
    json_value v = member(c, "template");
    if (!v.given) {
        json_fail(c->request, CM_ERR_INVALID, "a template is missing");
    }
    v.path = "";
    return v;
}

/* {key: HANDLE, certificate: BYTES}; false when there is none. */
static bool issuer_of(call *c, cm_issuer *issuer)
{
    static const char *const members[] = {"key", "certificate", NULL};
    json_value v = member(c, "issuer");
    *issuer = (cm_issuer){{NULL, 0}, NULL};
    if (!v.given) {
        return false;
    }
    json_allow(v, members);
    handle *slot = handle_slot(json_member(v, "key"), HANDLE_KEY);
    issuer->key = slot == NULL ? NULL : slot->object;
    issuer->certificate = json_bytes(json_member(v, "certificate"));
    return true;
}

static cm_status op_certificate_create(call *c)
{
    cm_certificate_template template_ = {.profile = CM_PROFILE_SERVER};
    cm_issuer issuer;
    bool issued = issuer_of(c, &issuer);
    cm_key *key = member(c, "key").given ? object_of(c, "key", HANDLE_KEY) : NULL;
    template_read(template_of(c), &template_);
    if (failed(c)) {
        return CM_OK;
    }
    cm_status status = cm_certificate_create(&template_, key, issued ? &issuer : NULL, door.rng,
                                             &c->bytes, &c->error);
    return status == CM_OK ? answer_description(c, cm_certificate_describe) : status;
}

static cm_status op_certificate_read(call *c)
{
    cm_view certificate = json_bytes(member(c, "certificate"));
    if (failed(c)) {
        return CM_OK;
    }
    cm_status status =
        cm_pem_decode(certificate, "CERTIFICATE", "certificate", &c->bytes, &c->error);
    return status == CM_OK ? answer_description(c, cm_certificate_describe) : status;
}

static cm_status op_request_create(call *c)
{
    cm_request_template template_ = {.profile = CM_PROFILE_SERVER};
    cm_key *key = object_of(c, "key", HANDLE_KEY);
    request_template_read(template_of(c), &template_);
    if (failed(c)) {
        return CM_OK;
    }
    cm_status status = cm_request_create(&template_, key, door.rng, &c->bytes, &c->error);
    return status == CM_OK ? answer_description(c, cm_request_describe) : status;
}

static cm_status op_request_read(call *c)
{
    cm_view request = json_bytes(member(c, "request"));
    if (failed(c)) {
        return CM_OK;
    }
    cm_status status = cm_request_decode(request, &c->bytes, &c->error);
    return status == CM_OK ? answer_description(c, cm_request_describe) : status;
}

static cm_status op_crl_create(call *c)
{
    cm_crl_template template_ = {0};
    cm_issuer issuer;
    if (!issuer_of(c, &issuer)) {
        json_fail(c->request, CM_ERR_INVALID, "an issuer is missing");
    }
    crl_template_read(template_of(c), &template_);
    if (failed(c)) {
        return CM_OK;
    }
    cm_status status = cm_crl_create(&template_, &issuer, door.rng, &c->bytes, &c->error);
    return status == CM_OK ? answer_description(c, cm_crl_describe) : status;
}

static cm_status op_crl_read(call *c)
{
    cm_view crl = json_bytes(member(c, "crl"));
    if (failed(c)) {
        return CM_OK;
    }
    cm_status status = cm_pem_decode(crl, "X509 CRL", "crl", &c->bytes, &c->error);
    return status == CM_OK ? answer_description(c, cm_crl_describe) : status;
}

static cm_status answer_json(call *c, cm_status status, cm_bytes *json)
{
    if (status == CM_OK) {
        put(&c->ok, (const char *)json->data, json->size);
        cm_bytes_free(json);
    }
    return status;
}

static cm_status op_verify(call *c)
{
    cm_verify_template template_ = {.purpose = CM_PURPOSE_ANY};
    cm_bytes report;
    json_value v = template_of(c), time = json_member(v, "time");
    verification_read(v, NULL, json_bytes, &template_);
    if (!time.given) {
        json_fail(v, CM_ERR_INVALID, "time is missing");
    }
    template_.time = json_integer(time, -1000000000000, 1000000000000);
    if (failed(c)) {
        return CM_OK;
    }
    cm_status status = cm_verify(&template_, &report, &c->bytes, &c->error);
    return answer_json(c, status, &report);
}

static cm_status op_lint(call *c)
{
    static const char *const members[] = {"certificates", "clients", "purpose",
                                          "name",         "time",    NULL};
    cm_lint_template template_ = {.purpose = CM_LINT_AUTO};
    cm_bytes report;
    json_value v = template_of(c), time = json_member(v, "time");
    json_allow(v, members);
    if (!time.given) {
        json_fail(v, CM_ERR_INVALID, "time is missing");
    }
    template_.time = json_integer(time, -1000000000000, 1000000000000);
    lint_read(v, json_bytes, &template_);
    return failed(c) ? CM_OK : answer_json(c, cm_lint(&template_, &report, &c->error), &report);
}

static cm_status op_lint_rules(call *c)
{
    cm_bytes rules;
    return answer_json(c, cm_lint_rules(&rules, &c->error), &rules);
}

static cm_status op_inspect(call *c)
{
    cm_inspect_options options = {.max_iterations = iterations_of(c, "maxIterations")};
    cm_bytes report;
    size_t count;
    const cm_view *inputs = bytes_list_read(member(c, "inputs"), &count);
    options.passphrases = bytes_list_read(member(c, "passphrases"), &options.passphrase_count);
    options.max_work = (unsigned)json_integer(member(c, "maxWork"), 1, INT32_MAX);
    if (failed(c)) {
        return CM_OK;
    }
    cm_status status = cm_inspect(inputs, count, &options, door.rng, &report, &c->error);
    return answer_json(c, status, &report);
}

static cm_status op_asn1_tree(call *c)
{
    cm_bytes tree;
    cm_view data = json_bytes(member(c, "data"));
    if (failed(c)) {
        return CM_OK;
    }
    return answer_json(c, cm_asn1_tree(data, &c->bytes, &tree, &c->error), &tree);
}

/* ------------------------------------------------------------------ key stores and bundles */

static cm_status op_pkcs12_create(call *c)
{
    cm_pkcs12_template template_ = {0};
    json_value v = template_of(c), key = json_member(v, "key");
    handle *slot = key.given ? handle_slot(key, HANDLE_KEY) : NULL;
    pkcs12_template_read(v, &template_);
    template_.key = slot == NULL ? NULL : slot->object;
    return failed(c) ? CM_OK : cm_pkcs12_create(&template_, door.rng, &c->bytes, &c->error);
}

/* Room for `size` bytes of the answer. */
static bool answer_bytes(call *c, size_t size)
{
    c->bytes = (cm_bytes){calloc(1, size + 1), size};
    if (c->bytes.data == NULL) {
        c->bytes.size = 0;
        c->error = (cm_error){CM_ERR_MEMORY, "", "out of memory"};
    }
    return c->bytes.data != NULL;
}

/* One entry as JSON; its key goes over to a handle, its certificate is named by its size. */
static cm_status put_entry(call *c, cm_pkcs12_entry *entry, size_t *number)
{
    cm_status status = CM_OK;
    if (entry->key != NULL) {
        cm_key *key = entry->key;
        entry->key = NULL;
        put_string(&c->ok, "{\"key\":");
        status = answer_key_number(c, key, number);
    } else {
        put_string(&c->ok, "{\"size\":");
        put_number(&c->ok, entry->certificate.size);
    }
    if (entry->friendly_name.data != NULL) {
        put_string(&c->ok, ",\"friendlyName\":");
        put_text(&c->ok, (const char *)entry->friendly_name.data, entry->friendly_name.size);
    }
    if (entry->local_key_id.data != NULL) {
        put_string(&c->ok, ",\"localKeyID\":");
        put_hex(&c->ok, entry->local_key_id.data, entry->local_key_id.size);
    }
    put_string(&c->ok, entry->trusted ? ",\"trusted\":true}" : ",\"trusted\":false}");
    return status;
}

/* The entries as JSON and, one after another, the certificates as bytes. */
static cm_status answer_store(call *c, cm_pkcs12 *store)
{
    size_t *numbers = arena_take(&c->arena, store->count + 1, sizeof *numbers), size = 0, at = 0;
    for (size_t i = 0; i < store->count; i++) {
        size += store->entries[i].certificate.size;
    }
    if (failed(c) || !answer_bytes(c, size)) {
        return failed(c) ? CM_OK : CM_ERR_MEMORY;
    }
    cm_status status = CM_OK;
    put_string(&c->ok, "{\"entries\":[");
    for (size_t i = 0; i < store->count && status == CM_OK; i++) {
        cm_bytes *certificate = &store->entries[i].certificate;
        put_string(&c->ok, i == 0 ? "" : ",");
        status = put_entry(c, &store->entries[i], &numbers[i]);
        if (certificate->size > 0) {
            memcpy(c->bytes.data + at, certificate->data, certificate->size);
            at += certificate->size;
        }
    }
    put_string(&c->ok, "],\"unread\":");
    put_number(&c->ok, store->unread);
    put_string(&c->ok, "}");
    for (size_t i = 0; i < store->count && status != CM_OK; i++) { /* no handle nobody knows of */
        if (numbers[i] != 0) {
            cm_key_free(door.handles[numbers[i] - 1].object);
            door.handles[numbers[i] - 1] = (handle){HANDLE_FREE, NULL};
        }
    }
    return status;
}

static cm_status op_pkcs12_read(call *c)
{
    cm_view data = json_bytes(member(c, "data")), passphrase = json_bytes(member(c, "passphrase"));
    unsigned limit = iterations_of(c, "maxIterations");
    cm_pkcs12 store;
    if (failed(c)) {
        return CM_OK;
    }
    cm_status status = cm_pkcs12_open(data, passphrase, limit, door.rng, &store, &c->error);
    if (status == CM_OK) {
        status = answer_store(c, &store);
        cm_pkcs12_free(&store);
    }
    return status;
}

static cm_status op_pkcs7_create(call *c)
{
    size_t count, crl_count;
    const cm_view *certificates = bytes_list_read(member(c, "certificates"), &count);
    const cm_view *crls = bytes_list_read(member(c, "crls"), &crl_count);
    return failed(c) ? CM_OK
                     : cm_pkcs7_create(certificates, count, crls, crl_count, &c->bytes, &c->error);
}

/* The sizes of what the answer's bytes consist of; returns their sum. */
static size_t put_sizes(call *c, const cm_view *list, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        put_string(&c->ok, i == 0 ? "" : ",");
        put_number(&c->ok, list[i].size);
        size += list[i].size;
    }
    return size;
}

static uint8_t *copy_all(uint8_t *at, const cm_view *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        memcpy(at, list[i].data, list[i].size);
        at += list[i].size;
    }
    return at;
}

static cm_status op_pkcs7_read(call *c)
{
    cm_view data = json_bytes(member(c, "data"));
    cm_pkcs7 bundle;
    if (failed(c)) {
        return CM_OK;
    }
    cm_status status = cm_pkcs7_read(data, &bundle, &c->error);
    if (status != CM_OK) {
        return status;
    }
    put_string(&c->ok, "{\"sizes\":[");
    size_t size = put_sizes(c, bundle.certificates, bundle.count);
    put_string(&c->ok, "],\"crls\":[");
    size += put_sizes(c, bundle.crls, bundle.crl_count);
    put_string(&c->ok, "]}");
    status = answer_bytes(c, size) ? CM_OK : CM_ERR_MEMORY;
    if (status == CM_OK) {
        uint8_t *rest = copy_all(c->bytes.data, bundle.certificates, bundle.count);
        copy_all(rest, bundle.crls, bundle.crl_count);
    }
    cm_pkcs7_free(&bundle);
    return status;
}

static cm_status op_chain_order(call *c)
{
    size_t count;
    const cm_view *certificates = bytes_list_read(member(c, "certificates"), &count);
    cm_key *key = member(c, "key").given ? object_of(c, "key", HANDLE_KEY) : NULL;
    size_t *order = arena_take(&c->arena, count + 1, sizeof *order);
    if (failed(c)) {
        return CM_OK;
    }
    cm_status status = cm_chain_order(certificates, count, key, order, &c->error);
    put_string(&c->ok, "{\"order\":[");
    for (size_t i = 0; i < count && status == CM_OK; i++) {
        put_string(&c->ok, i == 0 ? "" : ",");
        put_number(&c->ok, order[i]);
    }
    put_string(&c->ok, "]}");
    return status;
}

/* A NUL-terminated PEM label out of the request. */
static const char *label_of(call *c)
{
    json_value v = member(c, "label");
    cm_text text = json_text(v);
    if (!failed(c) && (text.size == 0 || memchr(text.data, '\0', text.size) != NULL)) {
        v.path = "label"; /* also when it is missing */
        json_fail(v, CM_ERR_INVALID, "must be a PEM label, like CERTIFICATE");
    }
    return text.data; /* the arena puts a NUL behind everything */
}

static cm_status op_pem_encode(call *c)
{
    const char *label = label_of(c);
    cm_view data = json_bytes(member(c, "data"));
    return failed(c) ? CM_OK : cm_pem_encode(label, data, &c->bytes, &c->error);
}

static cm_status op_pem_decode(call *c)
{
    const char *label = label_of(c);
    cm_view data = json_bytes(member(c, "data"));
    return failed(c) ? CM_OK : cm_pem_decode(data, label, "data", &c->bytes, &c->error);
}

static cm_status op_forget(call *c)
{
    (void)c; /* every call forgets the answer before it */
    return CM_OK;
}

/* ------------------------------------------------------------------ dispatch */

enum { MEMBERS = 5 };

static const struct operation {
    const char *name;
    cm_status (*run)(call *);
    const char *members[MEMBERS + 1]; /* besides "op" */
} operations[] = {
    {"version", op_version, {NULL}},
    {"key.generate", op_key_generate, {"spec", "allowWeak", NULL}},
    {"key.import", op_key_import, {"data", "passphrase", "maxIterations", NULL}},
    {"key.fromPrimes", op_key_from_primes, {"p", "q", NULL}},
    {"key.public", op_key_public, {"key", NULL}},
    {"key.export", op_key_export, {"key", "format", "pem", "passphrase", "iterations", NULL}},
    {"key.jwk", op_key_jwk, {"key", "private", NULL}},
    {"key.thumbprint", op_key_thumbprint, {"key", NULL}},
    {"key.openssh", op_key_openssh, {"key", "comment", NULL}},
    {"key.matches", op_key_matches, {"a", "b", NULL}},
    {"key.free", op_key_free, {"key", NULL}},
    {"prime.create", op_prime_create, {"bits", NULL}},
    {"prime.step", op_prime_step, {"search", "work", NULL}},
    {"prime.take", op_prime_take, {"search", NULL}},
    {"prime.free", op_prime_free, {"search", NULL}},
    {"certificate.create", op_certificate_create, {"template", "key", "issuer", NULL}},
    {"certificate.read", op_certificate_read, {"certificate", NULL}},
    {"request.create", op_request_create, {"template", "key", NULL}},
    {"request.read", op_request_read, {"request", NULL}},
    {"crl.create", op_crl_create, {"template", "issuer", NULL}},
    {"crl.read", op_crl_read, {"crl", NULL}},
    {"pkcs12.create", op_pkcs12_create, {"template", NULL}},
    {"pkcs12.read", op_pkcs12_read, {"data", "passphrase", "maxIterations", NULL}},
    {"pkcs7.create", op_pkcs7_create, {"certificates", "crls", NULL}},
    {"pkcs7.read", op_pkcs7_read, {"data", NULL}},
    {"chain.order", op_chain_order, {"certificates", "key", NULL}},
    {"verify", op_verify, {"template", NULL}},
    {"lint", op_lint, {"template", NULL}},
    {"lint.rules", op_lint_rules, {NULL}},
    {"inspect", op_inspect, {"inputs", "passphrases", "maxIterations", "maxWork", NULL}},
    {"asn1.tree", op_asn1_tree, {"data", NULL}},
    {"pem.encode", op_pem_encode, {"label", "data", NULL}},
    {"pem.decode", op_pem_decode, {"label", "data", NULL}},
    {"forget", op_forget, {NULL}},
};

/* Returns the status of the operation; a failure kept by the readers counts. */
static cm_status run(call *c)
{
    cm_text name = json_text(member(c, "op"));
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        const struct operation *operation = &operations[i];
        if (name.size != strlen(operation->name) ||
            memcmp(name.data, operation->name, name.size) != 0) {
            continue;
        }
        const char *allowed[MEMBERS + 2] = {"op"};
        memcpy(allowed + 1, operation->members, sizeof operation->members);
        json_allow(c->request, allowed);
        if (door.rng == NULL && !failed(c)) {
            cm_status status = cm_random_create(host_entropy, NULL, &door.rng, &c->error);
            if (status != CM_OK) {
                return status;
            }
        }
        cm_status status = failed(c) ? CM_OK : operation->run(c);
        if (status == CM_OK && failed(c)) {
            c->error = c->arena.error;
            return c->arena.status;
        }
        return status;
    }
    json_fail(c->request, CM_ERR_UNSUPPORTED, "no such operation");
    c->error = c->arena.error;
    return c->arena.status;
}

static void put_error(builder *b, cm_status status, const cm_error *error)
{
    put_string(b, "{\"error\":{\"code\":");
    put_quoted(b, cm_status_name(status));
    put_string(b, ",\"field\":");
    put_quoted(b, error->field);
    put_string(b, ",\"message\":");
    put_quoted(b, error->message);
    put_string(b, "}}");
}

static void forget(void)
{
    cm_bytes_free(&door.json);
    cm_bytes_free(&door.bytes);
    memset(door.answer, 0, sizeof door.answer);
}

EXPORT("certmint_alloc") void *certmint_alloc(size_t size)
{
    return calloc(1, size == 0 ? 1 : size);
}

EXPORT("certmint_free") void certmint_free(uint8_t *pointer, size_t size)
{
    cm_bytes bytes = {pointer, size};
    cm_bytes_free(&bytes);
}

EXPORT("certmint_call") uint32_t *certmint_call(const char *request, size_t size)
{
    call c;
    builder answer = {NULL, 0, 0, false};
    memset(&c, 0, sizeof c);
    forget();
    if (json_parse(&c.document, &c.arena, request, size)) {
        c.request = json_root(&c.document);
    }
    cm_status status = failed(&c) ? c.arena.status : CM_OK;
    if (status == CM_OK) {
        status = run(&c);
    } else {
        c.error = c.arena.error;
    }
    if (status == CM_OK) {
        put_string(&answer, "{\"ok\":");
        put_string(&answer, c.ok.size == 0 ? "{}" : c.ok.data);
        put_string(&answer, "}");
        door.bytes = c.bytes;
    } else {
        put_error(&answer, status, &c.error);
        cm_bytes_free(&c.bytes);
    }
    bool short_of_memory = answer.failed || c.ok.failed;
    free(c.ok.data);
    arena_free(&c.arena);
    if (short_of_memory) {
        free(answer.data);
        forget();
        return NULL;
    }
    door.json = (cm_bytes){(uint8_t *)answer.data, answer.size};
    door.answer[0] = (uint32_t)(uintptr_t)door.json.data;
    door.answer[1] = (uint32_t)door.json.size;
    door.answer[2] = (uint32_t)(uintptr_t)door.bytes.data;
    door.answer[3] = (uint32_t)door.bytes.size;
    return door.answer;
}
