/*
 * The native twin of `certmint verify --harness`: one JSON request a line on standard input, one
 * JSON answer a line on standard output (js/cli/harness.js says what they are). Both must agree on
 * every input: tests/interop/harness.test.js compares them.
 */
#define _GNU_SOURCE /* getline, getrandom */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <mbedtls/base64.h>

#include "certmint.h"
#include "json_reader.h"
#include "verification.h"

static int entropy(void *context, uint8_t *out, size_t size)
{
    (void)context;
    while (size > 0) {
        ssize_t got = getrandom(out, size, 0);
        if (got <= 0) {
            return 1;
        }
        out += got;
        size -= (size_t)got;
    }
    return 0;
}

/* ------------------------------------------------------------------ reading */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* PEM as it stands, base64 decoded; what is neither as it stands, so that the core says so. */
static cm_view text_bytes(json_value v)
{
    cm_text text = json_text(v);
    cm_view as_it_stands = {(const uint8_t *)text.data, text.size};
    if (text.size == 0 || memmem(text.data, text.size, "-----BEGIN", 10) != NULL) {
        return as_it_stands;
    }
    uint8_t *packed = arena_take(v.document->arena, text.size + 1, 1);
    uint8_t *out = arena_take(v.document->arena, text.size + 1, 1);
    size_t size = 0, decoded = 0;
    if (packed == NULL || out == NULL) {
        return as_it_stands;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (!is_space(text.data[i])) {
            packed[size++] = (uint8_t)text.data[i];
        }
    }
    bool good = size > 0 && size % 4 == 0 &&
                mbedtls_base64_decode(out, text.size + 1, &decoded, packed, size) == 0;
    return good ? (cm_view){out, decoded} : as_it_stands;
}

static int64_t days_before(int64_t year, int64_t month)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int64_t past = year - 1;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return past * 365 + past / 4 - past / 100 + past / 400 + before[month - 1] +
           (leap && month > 2) - 719162; /* to 1970-01-01 */
}

static bool days_in(int year, int month, int day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month >= 1 && month <= 12 && day >= 1 &&
           day <= days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* RFC 3339, "2030-12-31T12:00:00Z", fractions dropped, or seconds since 1970. */
static int64_t read_time(json_value root)
{
    json_value v = json_member(root, "time");
    if (!json_is_string(v)) {
        if (!v.given) {
            json_fail(root, CM_ERR_INVALID, "time is missing");
        }
        return json_integer(v, -1000000000000, 1000000000000);
    }
    int year, month, day, hour, minute, second, end = 0, zone_hour = 0, zone_minute = 0;
    char sign = 'Z';
    cm_text text = json_text(v);
    const char *rest = text.data;
    bool good = text.size >= 20 && strlen(text.data) == text.size &&
                sscanf(rest, "%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute,
                       &second, &end) == 6 &&
                end == 19 && days_in(year, month, day) && hour < 24 && minute < 60 && second < 60;
    if (good) {
        rest += end;
        if (*rest == '.') {
            rest++;
            rest += strspn(rest, "0123456789");
        }
        sign = *rest;
        good = sign == 'Z' ? rest[1] == '\0'
                           : (sign == '+' || sign == '-') && strlen(rest) == 6 && rest[3] == ':' &&
                                 sscanf(rest + 1, "%2d:%2d", &zone_hour, &zone_minute) == 2;
    }
    if (!good) {
        json_fail(v, CM_ERR_INVALID, "is no RFC 3339 time");
        return 0;
    }
    int64_t time =
        (days_before(year, month) + day - 1) * 86400 + hour * 3600 + minute * 60 + second;
    int64_t zone = zone_hour * 3600 + zone_minute * 60;
    return sign == '+' ? time - zone : sign == '-' ? time + zone : time;
}

/* ------------------------------------------------------------------ answering */

static void put_json(FILE *out, const char *text, size_t size)
{
    putc('"', out);
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\') {
            fprintf(out, "\\%c", c);
        } else if (c < 0x20) {
            fprintf(out, "\\u%04x", c);
        } else {
            putc(c, out);
        }
    }
    putc('"', out);
}

/* {"id": ..., with what the request said: a string or an integer, else null. */
static void open_answer(json_value root)
{
    json_value id = json_member(root, "id");
    printf("{\"id\":");
    if (json_is_string(id)) {
        cm_text text = json_text(id);
        put_json(stdout, text.data, text.size);
    } else if (id.given) {
        printf("%lld", (long long)json_integer(id, INT32_MIN, INT32_MAX));
    } else {
        printf("null");
    }
}

static void put_failure(cm_status status, const cm_error *error, bool parse)
{
    char detail[400];
    snprintf(detail, sizeof detail, "%s%s%s", error->field, *error->field != '\0' ? ": " : "",
             error->message);
    printf(",\"ok\":false,\"code\":\"%s\"%s,\"detail\":", cm_status_name(status),
           parse ? "" : ",\"depth\":0");
    put_json(stdout, detail, strlen(detail));
    puts("}");
}

/* The certificates of a chain in base64; their sizes stand in the report. */
static void put_chain(const cm_bytes *report, const cm_bytes *chain)
{
    const char *at = (const char *)report->data;
    size_t offset = 0;
    printf(",\"chain\":[");
    for (at = strstr(at, "\"size\":"); at != NULL; at = strstr(at + 1, "\"size\":")) {
        size_t size = strtoul(at + 7, NULL, 10), written = 0;
        uint8_t *text = malloc(size * 2 + 8);
        if (text == NULL || offset + size > chain->size ||
            mbedtls_base64_encode(text, size * 2 + 8, &written, chain->data + offset, size) != 0) {
            abort();
        }
        printf("%s\"%s\"", offset == 0 ? "" : ",", text);
        offset += size;
        free(text);
        if (offset == chain->size) {
            break; /* whatever else reads like it is text */
        }
    }
    putchar(']');
}

/* The members of a report between two of its keys, as they stand. */
static void put_report(const cm_bytes *report, const cm_bytes *chain)
{
    const char *text = (const char *)report->data;
    const char *end = strstr(text, ",\"chain\":");
    if (end == NULL) {
        end = strstr(text, ",\"skipped\":[");
    }
    printf(",%.*s", (int)(end - text - 1), text + 1);
    if (chain->size > 0) {
        put_chain(report, chain);
    }
    puts("}");
}

static void answer_verify(json_value root)
{
    arena *a = root.document->arena;
    cm_verify_template t = {.purpose = CM_PURPOSE_ANY};
    cm_bytes report = {NULL, 0}, chain = {NULL, 0};
    cm_error error;
    open_answer(root);
    t.time = read_time(root);
    verification_read(root, "id", text_bytes, &t);
    cm_status status = a->status;
    if (status == CM_OK) {
        status = cm_verify(&t, &report, &chain, &error);
    } else {
        error = a->error;
    }
    if (status == CM_OK) {
        put_report(&report, &chain);
    } else {
        put_failure(status, &error, false);
    }
    cm_bytes_free(&report);
    cm_bytes_free(&chain);
}

/* ------------------------------------------------------------------ reading for a report */

static cm_status describe_certificate(cm_view data, cm_bytes *json, cm_error *err)
{
    cm_bytes der = {NULL, 0};
    cm_status status = cm_pem_decode(data, "CERTIFICATE", "certificate", &der, err);
    if (status == CM_OK) {
        status = cm_certificate_describe((cm_view){der.data, der.size}, json, err);
    }
    cm_bytes_free(&der);
    return status;
}

static cm_status describe_list(cm_view data, cm_bytes *json, cm_error *err)
{
    cm_bytes der = {NULL, 0};
    cm_status status = cm_pem_decode(data, "X509 CRL", "crl", &der, err);
    if (status == CM_OK) {
        status = cm_crl_describe((cm_view){der.data, der.size}, json, err);
    }
    cm_bytes_free(&der);
    return status;
}

static cm_status describe_key(cm_view data, cm_view password, cm_random *rng, cm_bytes *json,
                              cm_error *err)
{
    cm_key *key = NULL;
    cm_status status = cm_key_import(data, password, rng, &key, err);
    if (status == CM_OK) {
        status = cm_key_describe(key, json, err);
    }
    cm_key_free(key);
    return status;
}

/* {"key": ...} or {"certificate": ...} with what else an entry has. */
static cm_status put_entry(FILE *out, const cm_pkcs12_entry *entry, cm_error *err)
{
    cm_bytes json = {NULL, 0};
    cm_view der = {entry->certificate.data, entry->certificate.size};
    cm_status status = entry->key != NULL ? cm_key_describe(entry->key, &json, err)
                                          : describe_certificate(der, &json, err);
    if (status != CM_OK) {
        return status;
    }
    fprintf(out, "{\"%s\":%s", entry->key != NULL ? "key" : "certificate", (const char *)json.data);
    if (entry->friendly_name.data != NULL) {
        fputs(",\"friendlyName\":", out);
        put_json(out, (const char *)entry->friendly_name.data, entry->friendly_name.size);
    }
    if (entry->local_key_id.data != NULL) {
        fputs(",\"localKeyID\":\"", out);
        for (size_t i = 0; i < entry->local_key_id.size; i++) {
            fprintf(out, "%02x", entry->local_key_id.data[i]);
        }
        putc('"', out);
    }
    fprintf(out, ",\"trusted\":%s}", entry->trusted ? "true" : "false");
    cm_bytes_free(&json);
    return CM_OK;
}

static cm_status describe_store(cm_view data, cm_view password, cm_random *rng, FILE *out,
                                cm_error *err)
{
    cm_pkcs12 store;
    cm_status status = cm_pkcs12_open(data, password, 0, rng, &store, err);
    if (status != CM_OK) {
        return status;
    }
    fputs("{\"entries\":[", out);
    for (size_t i = 0; i < store.count && status == CM_OK; i++) {
        fputs(i == 0 ? "" : ",", out);
        status = put_entry(out, &store.entries[i], err);
    }
    fprintf(out, "],\"unread\":%zu}", store.unread);
    cm_pkcs12_free(&store);
    return status;
}

static cm_status describe_bundle(cm_view data, FILE *out, cm_error *err)
{
    cm_pkcs7 bundle;
    cm_status status = cm_pkcs7_read(data, &bundle, err);
    if (status != CM_OK) {
        return status;
    }
    fputs("{\"certificates\":[", out);
    for (size_t i = 0; i < bundle.count && status == CM_OK; i++) {
        cm_bytes json = {NULL, 0};
        status = describe_certificate(bundle.certificates[i], &json, err);
        if (status == CM_OK) {
            fprintf(out, "%s%s", i == 0 ? "" : ",", (const char *)json.data);
        }
        cm_bytes_free(&json);
    }
    fprintf(out, "],\"crls\":%zu}", bundle.crl_count);
    cm_pkcs7_free(&bundle);
    return status;
}

static bool is_kind(cm_text kind, const char *name)
{
    return kind.size == strlen(name) && memcmp(kind.data, name, kind.size) == 0;
}

/* Writes the report to `out`; what stands there after a failure is worth nothing. */
static cm_status describe(cm_text kind, cm_view data, cm_view password, cm_random *rng, FILE *out,
                          cm_error *err)
{
    cm_bytes json = {NULL, 0};
    cm_status status = CM_ERR_UNSUPPORTED;
    if (is_kind(kind, "p12")) {
        return describe_store(data, password, rng, out, err);
    }
    if (is_kind(kind, "p7")) {
        return describe_bundle(data, out, err);
    }
    if (is_kind(kind, "key")) {
        status = describe_key(data, password, rng, &json, err);
    } else if (is_kind(kind, "crt")) {
        status = describe_certificate(data, &json, err);
    } else if (is_kind(kind, "crl")) {
        status = describe_list(data, &json, err);
    } else if (is_kind(kind, "csr")) {
        status = cm_request_describe(data, &json, err);
    } else {
        *err = (cm_error){status, "parse", "is none of crt, crl, csr, key, p12 and p7"};
    }
    if (status == CM_OK) {
        fputs((const char *)json.data, out);
    }
    cm_bytes_free(&json);
    return status;
}

static cm_status read_parse(json_value root, cm_random *rng, FILE *out, cm_error *err)
{
    static const char *const members[] = {"id", "parse", "data", "password", NULL};
    arena *a = root.document->arena;
    json_allow(root, members);
    if (a->status != CM_OK) {
        strcpy(a->error.message, "is not known here");
    }
    cm_text kind = json_text(json_member(root, "parse"));
    cm_text password = json_text(json_member(root, "password"));
    cm_view data = text_bytes(json_member(root, "data"));
    if (a->status != CM_OK) {
        *err = a->error;
        return a->status;
    }
    return describe(kind, data, (cm_view){(const uint8_t *)password.data, password.size}, rng, out,
                    err);
}

static void answer_parse(json_value root, cm_random *rng)
{
    char *report = NULL;
    size_t size = 0;
    cm_error error;
    FILE *out = open_memstream(&report, &size);
    if (out == NULL) {
        abort();
    }
    open_answer(root);
    cm_status status = read_parse(root, rng, out, &error);
    (void)fclose(out);
    if (status == CM_OK) {
        printf(",\"ok\":true,\"code\":\"ok\",\"report\":%s}\n", report);
    } else {
        put_failure(status, &error, true);
    }
    free(report);
}

static void answer(const char *line, size_t size, cm_random *rng)
{
    arena a;
    json_document document;
    memset(&a, 0, sizeof a);
    if (!json_parse(&document, &a, line, size)) {
        printf("{\"id\":null");
        put_failure(a.status, &a.error, false);
    } else if (json_member(json_root(&document), "parse").given) {
        answer_parse(json_root(&document), rng);
    } else {
        answer_verify(json_root(&document));
    }
    fflush(stdout);
    arena_free(&a);
}

int main(void)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t size;
    cm_random *rng = NULL;
    if (cm_random_create(entropy, NULL, &rng, NULL) != CM_OK) {
        return 1;
    }
    while ((size = getline(&line, &capacity, stdin)) > 0) {
        while (size > 0 && is_space(line[size - 1])) {
            size--;
        }
        if (size > 0) {
            answer(line, (size_t)size, rng);
        }
    }
    cm_random_free(rng);
    free(line);
    return 0;
}
