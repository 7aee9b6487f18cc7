#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "identity.h"
#include "json.h"
#include "name.h"
#include "path.h"
#include "pem.h"
#include "revocation.h"
#include "text.h"

enum { INPUT_LIMIT = 10000, DEFAULT_DEPTH = 16, POLICY_LIMIT = 256 };

const char *cm_verify_code_name(cm_verify_code code)
{
    static const char *const names[] = {
        [CM_VERIFY_OK] = "ok",
        [CM_VERIFY_MALFORMED] = "malformed",
        [CM_VERIFY_UNSUPPORTED] = "unsupported",
        [CM_VERIFY_CRITICAL_EXTENSION] = "critical-extension",
        [CM_VERIFY_WEAK] = "weak",
        [CM_VERIFY_NOT_YET_VALID] = "not-yet-valid",
        [CM_VERIFY_EXPIRED] = "expired",
        [CM_VERIFY_NO_ISSUER] = "no-issuer",
        [CM_VERIFY_UNTRUSTED] = "untrusted",
        [CM_VERIFY_SIGNATURE] = "signature",
        [CM_VERIFY_NOT_CA] = "not-ca",
        [CM_VERIFY_KEY_USAGE] = "key-usage",
        [CM_VERIFY_PURPOSE] = "purpose",
        [CM_VERIFY_PATH_LENGTH] = "path-length",
        [CM_VERIFY_MAX_DEPTH] = "max-depth",
        [CM_VERIFY_NAME_CONSTRAINTS] = "name-constraints",
        [CM_VERIFY_NAME_MISMATCH] = "name-mismatch",
        [CM_VERIFY_POLICY] = "policy",
        [CM_VERIFY_REVOKED] = "revoked",
        [CM_VERIFY_REVOCATION_UNKNOWN] = "revocation-unknown",
        [CM_VERIFY_WORK_LIMIT] = "work-limit",
    };
    return (unsigned)code < sizeof names / sizeof names[0] ? names[code] : "unsupported";
}

/* ------------------------------------------------------------------ what was given */

/* One call: the question with what it is opened from and what it ends in. */
typedef struct session {
    cm_verification v;
    size_t capacity, list_capacity;
    cm_json skipped; /* the elements of "skipped" */
    bool has_leaf;
    cm_error leaf_error;
    cm_view policies[POLICY_LIMIT];
    uint8_t (*policy_bytes)[CM_OID_MAX];
} session;

static const char *const origin_names[] = {
    [CM_ORIGIN_LEAF] = "leaf",
    [CM_ORIGIN_INTERMEDIATE] = "intermediates",
    [CM_ORIGIN_ROOT] = "roots",
};

static void skip(session *s, const char *from, size_t index, const cm_error *error)
{
    cm_json *j = &s->skipped;
    cm_json_open(j, '{');
    cm_json_key(j, "from");
    cm_json_string(j, from);
    cm_json_key(j, "index");
    cm_json_integer(j, (int64_t)index);
    cm_json_key(j, "detail");
    cm_json_string(j, error->message);
    cm_json_close(j, '}');
}

/* Room for one more; NULL when there is none. */
static void *grow(void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) {
        return items;
    }
    size_t wanted = *capacity == 0 ? 8 : 2 * *capacity;
    void *grown = realloc(items, wanted * size);
    *capacity = grown == NULL ? *capacity : wanted;
    return grown;
}

static bool is_known(const cm_verification *v, const cm_candidate *c)
{
    for (size_t i = 1; i < v->count; i++) {
        const cm_candidate *other = &v->certificates[i];
        if (other->origin == c->origin && other->subject_hash == c->subject_hash &&
            other->issuer_hash == c->issuer_hash && cm_view_equal(other->x509.der, c->x509.der)) {
            return true;
        }
    }
    return false;
}

static cm_status refuse_count(cm_error *err)
{
    return cm_fail(err, CM_ERR_LIMIT, "at most %d certificates or lists are taken", INPUT_LIMIT);
}

/* Takes the storage over. */
static cm_status add_certificate(session *s, cm_bytes storage, cm_origin origin, size_t index,
                                 cm_error *err)
{
    cm_verification *v = &s->v;
    cm_candidate *grown = grow(v->certificates, v->count, &s->capacity, sizeof *v->certificates);
    if (grown == NULL || v->count == INPUT_LIMIT) {
        cm_bytes_free(&storage);
        v->certificates = grown == NULL ? v->certificates : grown;
        return grown == NULL ? cm_fail_memory(err) : refuse_count(err);
    }
    v->certificates = grown;
    cm_candidate *c = &grown[v->count];
    cm_error error;
    cm_status status = cm_candidate_open((cm_view){storage.data, storage.size}, c, &error);
    c->origin = origin;
    c->index = index;
    c->storage = storage;
    if (status == CM_OK && (origin == CM_ORIGIN_LEAF || !is_known(v, c))) {
        v->count++;
        return CM_OK;
    }
    if (status != CM_OK && origin == CM_ORIGIN_LEAF) {
        s->leaf_error = error;
    } else if (status != CM_OK) {
        skip(s, origin_names[origin], index, &error);
    }
    cm_bytes_free(&storage);
    return CM_OK;
}

static cm_status add_list(session *s, cm_bytes storage, size_t index, cm_error *err)
{
    cm_verification *v = &s->v;
    cm_list *grown = grow(v->lists, v->list_count, &s->list_capacity, sizeof *v->lists);
    if (grown == NULL || v->list_count == INPUT_LIMIT) {
        cm_bytes_free(&storage);
        v->lists = grown == NULL ? v->lists : grown;
        return grown == NULL ? cm_fail_memory(err) : refuse_count(err);
    }
    v->lists = grown;
    cm_list *list = &grown[v->list_count];
    cm_error error;
    if (cm_list_open((cm_view){storage.data, storage.size}, list, &error) != CM_OK) {
        skip(s, "crls", index, &error);
        cm_bytes_free(&storage);
        return CM_OK;
    }
    list->index = index;
    list->storage = storage;
    v->list_count++;
    return CM_OK;
}

typedef enum kind { KIND_LEAF = 0, KIND_INTERMEDIATE, KIND_ROOT, KIND_LIST } kind;

static cm_status add(session *s, kind k, cm_bytes storage, size_t index, cm_error *err)
{
    if (k == KIND_LIST) {
        return add_list(s, storage, index, err);
    }
    if (k == KIND_LEAF && s->has_leaf) {
        k = KIND_INTERMEDIATE; /* what follows the end certificate in its file: its chain */
    }
    s->has_leaf = s->has_leaf || k == KIND_LEAF;
    return add_certificate(s, storage, (cm_origin)k, index, err);
}

/* The blocks of one PEM entry. */
static cm_status add_pem(session *s, kind k, cm_view entry, size_t index, cm_error *err)
{
    const char *label = k == KIND_LIST ? "X509 CRL" : "CERTIFICATE";
    cm_text rest = {(const char *)entry.data, entry.size};
    cm_pem_block block;
    cm_error error;
    bool found = false;
    while (entry.size > 0 && cm_pem_next(&rest, &block)) {
        cm_bytes der;
        if (!cm_text_is(block.label, label)) {
            continue;
        }
        found = true;
        cm_status status = cm_base64_decode(block.body, &der, &error);
        if (status == CM_OK) {
            status = add(s, k, der, index, err);
            if (status != CM_OK) {
                return status;
            }
        } else if (k == KIND_LEAF && !s->has_leaf) {
            s->leaf_error = error;
            s->has_leaf = true;
        } else {
            skip(s, k == KIND_LIST ? "crls" : origin_names[k], index, &error);
        }
    }
    if (!found) {
        cm_fail(&error, CM_ERR_MALFORMED,
                "neither DER nor PEM with a complete BEGIN %s ... END %s block", label, label);
        if (k == KIND_LEAF) {
            s->leaf_error = error;
        } else {
            skip(s, k == KIND_LIST ? "crls" : origin_names[k], index, &error);
        }
    }
    return CM_OK;
}

static cm_status add_entry(session *s, kind k, cm_view entry, size_t index, cm_error *err)
{
    if (entry.size == 0 || entry.data[0] != CM_TAG_SEQUENCE) {
        return add_pem(s, k, entry, index, err);
    }
    cm_bytes copy = {malloc(entry.size), entry.size};
    if (copy.data == NULL) {
        return cm_fail_memory(err);
    }
    memcpy(copy.data, entry.data, entry.size);
    return add(s, k, copy, index, err);
}

static cm_status add_entries(session *s, kind k, const cm_view *entries, size_t count,
                             cm_error *err)
{
    cm_status status = CM_OK;
    for (size_t i = 0; i < count && status == CM_OK; i++) {
        status = add_entry(s, k, entries[i], i, err);
    }
    return status;
}

static cm_status open_policies(session *s, cm_error *err)
{
    const cm_verify_template *t = s->v.t;
    if (t->policy_count > POLICY_LIMIT) {
        cm_fail(err, CM_ERR_LIMIT, "at most %d policies are taken", POLICY_LIMIT);
        return cm_fail_in(err, CM_ERR_LIMIT, "policies");
    }
    s->policy_bytes = calloc(t->policy_count + 1, sizeof *s->policy_bytes);
    if (s->policy_bytes == NULL) {
        return cm_fail_memory(err);
    }
    s->v.policies = (cm_policy_question){s->policies, t->policy_count, t->require_explicit_policy,
                                         t->inhibit_policy_mapping, t->inhibit_any_policy};
    for (size_t i = 0; i < t->policy_count; i++) {
        cm_text text = t->policies[i];
        size_t size;
        if (cm_text_is(text, "anyPolicy") || cm_text_is(text, "2.5.29.32.0")) {
            s->v.policies.initial_count = 0;
        } else if (!cm_oid_encode(text, s->policy_bytes[i], &size)) {
            cm_fail(err, CM_ERR_INVALID, "%t is not an object identifier", &text);
            return cm_fail_in(err, CM_ERR_INVALID, "policies[%d]", (int)i);
        } else {
            s->policies[i] = (cm_view){s->policy_bytes[i], size};
        }
    }
    return CM_OK;
}

static cm_status check_question(session *s, cm_error *err)
{
    const cm_verify_template *t = s->v.t;
    if (!cm_time_valid(t->time)) {
        cm_fail(err, CM_ERR_INVALID, "must lie between 1950 and 9999");
        return cm_fail_in(err, CM_ERR_INVALID, "time");
    }
    s->v.max_depth = t->has_max_depth ? t->max_depth : DEFAULT_DEPTH;
    if (s->v.max_depth > CM_MAX_DEPTH) {
        cm_fail(err, CM_ERR_INVALID, "is at most %d", CM_MAX_DEPTH);
        return cm_fail_in(err, CM_ERR_INVALID, "maxDepth");
    }
    cm_status status = cm_identity_check_asked(t, err);
    return status == CM_OK ? open_policies(s, err) : status;
}

static cm_status open_inputs(session *s, cm_error *err)
{
    const cm_verify_template *t = s->v.t;
    cm_status status = add_entry(s, KIND_LEAF, t->leaf, 0, err);
    if (status == CM_OK) {
        status = add_entries(s, KIND_INTERMEDIATE, t->intermediates, t->intermediate_count, err);
    }
    if (status == CM_OK) {
        status = add_entries(s, KIND_ROOT, t->roots, t->root_count, err);
    }
    return status == CM_OK ? add_entries(s, KIND_LIST, t->crls, t->crl_count, err) : status;
}

static void close_session(session *s)
{
    for (size_t i = 0; i < s->v.count; i++) {
        cm_bytes_free(&s->v.certificates[i].storage);
    }
    for (size_t i = 0; i < s->v.list_count; i++) {
        cm_bytes_free(&s->v.lists[i].storage);
    }
    free(s->v.certificates);
    free(s->v.lists);
    free(s->policy_bytes);
    cm_der_free(&s->skipped.out);
}

/* ------------------------------------------------------------------ the report */

static void report_chain(const cm_path *path, cm_json *j)
{
    cm_json_key(j, "chain");
    cm_json_open(j, '[');
    for (size_t i = 0; i < path->count; i++) {
        const cm_candidate *c = path->items[i];
        cm_bytes subject = {NULL, 0};
        cm_json_open(j, '{');
        cm_json_key(j, "from");
        cm_json_string(j, origin_names[c->origin]);
        cm_json_key(j, "index");
        cm_json_integer(j, (int64_t)c->index);
        cm_json_key(j, "subject");
        (void)cm_name_text(c->x509.subject, &subject, NULL);
        cm_json_text(j, (cm_text){(const char *)subject.data, subject.size});
        cm_bytes_free(&subject);
        cm_json_key(j, "size");
        cm_json_integer(j, (int64_t)c->x509.der.size);
        cm_json_close(j, '}');
    }
    cm_json_close(j, ']');
}

static void report_policies(const cm_der *policies, cm_json *j)
{
    cm_view rest = cm_der_view(policies), oid;
    char text[CM_OID_TEXT_SIZE];
    cm_json_key(j, "policies");
    cm_json_open(j, '[');
    while (cm_der_take(&rest, CM_TAG_OID, &oid)) {
        cm_oid_text(oid, text);
        cm_json_string(j, text);
    }
    cm_json_close(j, ']');
}

static void report_success(const session *s, const cm_path_result *result, cm_json *j)
{
    bool asked = s->v.list_count > 0 || s->v.t->require_revocation;
    report_chain(&result->path, j);
    report_policies(&result->policies, j);
    cm_json_key(j, "revocation");
    cm_json_string(j, !asked ? "unchecked" : result->revocation_known ? "good" : "unknown");
}

static void write_report(const session *s, const cm_path_result *result, cm_json *j)
{
    bool held = result->fault.code == CM_VERIFY_OK;
    cm_json_open(j, '{');
    cm_json_key(j, "ok");
    cm_json_boolean(j, held);
    cm_json_key(j, "code");
    cm_json_string(j, cm_verify_code_name(result->fault.code));
    cm_json_key(j, "depth");
    cm_json_integer(j, (int64_t)result->fault.depth);
    cm_json_key(j, "detail");
    cm_json_string(j, held ? "" : result->fault.text.message);
    if (held) {
        report_success(s, result, j);
    }
    cm_json_key(j, "skipped");
    cm_json_open(j, '[');
    cm_der_raw(&j->out, cm_der_view(&s->skipped.out));
    cm_json_close(j, ']');
    cm_json_key(j, "signatures");
    cm_json_integer(j, s->v.signatures);
    cm_json_close(j, '}');
}

static cm_status write_chain(const cm_path *path, cm_bytes *chain, cm_error *err)
{
    cm_der out = {NULL, 0, 0, CM_OK};
    for (size_t i = 0; i < path->count; i++) {
        cm_der_raw(&out, path->items[i]->x509.der);
    }
    return cm_der_finish(&out, chain, err);
}

/* Finds the path; without an end certificate to read there is nothing to find. */
static void answer(session *s, cm_path_result *result)
{
    memset(result, 0, sizeof *result);
    if (s->v.count == 0 || s->v.certificates[0].origin != CM_ORIGIN_LEAF) {
        (void)CM_REFUSE(&result->fault, CM_VERIFY_MALFORMED, 0, "%s", s->leaf_error.message);
        return;
    }
    cm_path_request request = {.start = &s->v.certificates[0]};
    if (cm_path_find(&s->v, &request, result)) {
        result->fault.code = CM_VERIFY_OK;
        result->fault.depth = 0;
    }
}

/* Answers the question; close_session and cm_der_free afterwards, whatever comes of it. */
static cm_status ask(session *s, cm_path_result *result, cm_error *err)
{
    cm_status status = check_question(s, err);
    if (status == CM_OK) {
        status = open_inputs(s, err);
    }
    if (status == CM_OK) {
        answer(s, result);
    }
    return status;
}

cm_status cm_verify(const cm_verify_template *template_, cm_bytes *report, cm_bytes *chain,
                    cm_error *err)
{
    session s = {.v = {.t = template_}};
    cm_path_result result = {.path = {.count = 0}};
    cm_json j = {{NULL, 0, 0, CM_OK}, false};
    *report = *chain = (cm_bytes){NULL, 0};
    cm_status status = ask(&s, &result, err);
    if (status == CM_OK) {
        write_report(&s, &result, &j);
        status = cm_json_finish(&j, report, err);
    }
    if (status == CM_OK && result.fault.code == CM_VERIFY_OK) {
        status = write_chain(&result.path, chain, err);
        if (status != CM_OK) {
            cm_bytes_free(report);
        }
    }
    cm_der_free(&result.policies);
    close_session(&s);
    return status;
}

cm_status cm_verify_verdict(const cm_verify_template *template_, cm_verdict *verdict, cm_error *err)
{
    session s = {.v = {.t = template_}};
    cm_path_result result = {.path = {.count = 0}};
    *verdict = (cm_verdict){.code = CM_VERIFY_WORK_LIMIT};
    cm_status status = ask(&s, &result, err);
    if (status == CM_OK) {
        verdict->code = result.fault.code;
        verdict->depth = result.fault.depth;
        if (verdict->code != CM_VERIFY_OK) {
            memcpy(verdict->detail, result.fault.text.message, sizeof verdict->detail);
        }
    }
    cm_der_free(&result.policies);
    close_session(&s);
    return status;
}
