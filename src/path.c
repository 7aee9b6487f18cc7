#include "path.h"

#include <string.h>

#include "error.h"
#include "identity.h"
#include "name.h"
#include "name_constraints.h"
#include "oid.h"
#include "purpose.h"
#include "revocation.h"
#include "signature.h"
#include "text.h"

/* What an answer may cost, beside CM_SIGNATURE_LIMIT: a web of cross-signed authorities has more
 * paths than can be tried. */
enum { STEP_LIMIT = 2000 };

/* ------------------------------------------------------------------ work */

static bool refuse_work(size_t depth, const char *what, cm_fault *fault)
{
    return CM_REFUSE(fault, CM_VERIFY_WORK_LIMIT, depth, "gave up: there are too many %s", what);
}

static bool is_exhausted(const cm_verification *v)
{
    return v->signatures >= CM_SIGNATURE_LIMIT || v->steps >= STEP_LIMIT;
}

/* What is known of a key's signature over these bytes; NULL when it has not been checked. */
static const cm_checked *known_signature(const cm_verification *v, cm_view key, cm_view tbs)
{
    for (size_t i = 0; i < v->checked_count; i++) {
        if (v->checked[i].tbs == tbs.data && cm_view_equal(v->checked[i].key, key)) {
            return &v->checked[i];
        }
    }
    return NULL;
}

static bool refuse_signature(size_t depth, cm_fault *fault)
{
    return CM_REFUSE(fault, CM_VERIFY_SIGNATURE, depth,
                     "its signature was not made by its issuer's key");
}

bool cm_path_check_signature(cm_verification *v, const cm_candidate *issuer, cm_view algorithm,
                             cm_view tbs, cm_view signature, size_t depth, cm_fault *fault)
{
    const char *name = cm_signature_name(algorithm);
    cm_error error;
    if (strstr(name, "sha1") != NULL && !v->t->allow_weak) {
        return CM_REFUSE(fault, CM_VERIFY_WEAK, depth, "its signature, %s, is too weak", name);
    }
    const cm_checked *known = known_signature(v, issuer->x509.public_key, tbs);
    if (known != NULL) {
        return known->right || refuse_signature(depth, fault);
    }
    if (is_exhausted(v)) {
        return refuse_work(depth, "possible paths", fault);
    }
    v->signatures++;
    cm_status status =
        cm_signature_verify(issuer->x509.public_key, algorithm, tbs, signature, &error);
    if (status != CM_OK && status != CM_ERR_MISMATCH) {
        return CM_REFUSE(fault, CM_VERIFY_UNSUPPORTED, depth, "%s", error.message);
    }
    v->checked[v->checked_count++] =
        (cm_checked){issuer->x509.public_key, tbs.data, status == CM_OK};
    return status == CM_OK || refuse_signature(depth, fault);
}

/* ------------------------------------------------------------------ one certificate */

static bool adopt(const cm_fault *found, size_t depth, cm_fault *fault)
{
    *fault = *found;
    fault->depth = depth;
    return false;
}

/* What holds for every certificate of a path. */
static bool check_any(const cm_verification *v, const cm_candidate *c, size_t depth,
                      cm_fault *fault)
{
    if (c->fault.code != CM_VERIFY_OK) {
        return adopt(&c->fault, depth, fault);
    }
    if (c->strict_fault.code != CM_VERIFY_OK && !v->t->lenient) {
        return adopt(&c->strict_fault, depth, fault);
    }
    if (v->t->time < c->x509.not_before) {
        return CM_REFUSE(fault, CM_VERIFY_NOT_YET_VALID, depth, "not valid before %T",
                         c->x509.not_before);
    }
    if (v->t->time > c->x509.not_after) {
        return CM_REFUSE(fault, CM_VERIFY_EXPIRED, depth, "expired: not valid after %T",
                         c->x509.not_after);
    }
    return cm_candidate_check_key(c, v->t->allow_weak, depth, fault);
}

/* Intermediates of the path that count for pathLenConstraint: not the self-issued ones. */
static unsigned path_length(const cm_path *path)
{
    unsigned length = 0;
    for (size_t i = 1; i < path->count; i++) {
        length += path->items[i]->self_issued ? 0 : 1;
    }
    return length;
}

/* Whether a certificate may issue the last of the path: RFC 5280 §6.1.4 (k) to (n). */
static bool check_issuer(const cm_verification *v, const cm_path *path, const cm_candidate *issuer,
                         cm_fault *fault)
{
    size_t depth = path->count;
    bool old_root = issuer->origin == CM_ORIGIN_ROOT && issuer->x509.version < 3;
    if (issuer->origin != CM_ORIGIN_ROOT && depth > v->max_depth) {
        return CM_REFUSE(fault, CM_VERIFY_MAX_DEPTH, depth,
                         "more than %d intermediates are not taken", (int)v->max_depth);
    }
    if (issuer->fault.code == CM_VERIFY_OK && !issuer->ca && !old_root) {
        return CM_REFUSE(fault, CM_VERIFY_NOT_CA, depth,
                         "it is no authority: %s (RFC 5280 §4.2.1.9)",
                         issuer->has_basic_constraints ? "its basic constraints say cA FALSE"
                                                       : "it has no basic constraints");
    }
    if (!check_any(v, issuer, depth, fault)) {
        return false;
    }
    if (issuer->has_key_usage && (issuer->key_usage & CM_KU_KEY_CERT_SIGN) == 0) {
        return CM_REFUSE(fault, CM_VERIFY_KEY_USAGE, depth,
                         "its key usage does not include keyCertSign (RFC 5280 §4.2.1.3)");
    }
    unsigned length = path_length(path);
    return !issuer->has_path_len || length <= issuer->path_len ||
           CM_REFUSE(fault, CM_VERIFY_PATH_LENGTH, depth,
                     "its pathLenConstraint allows %d intermediates under it; there are %d "
                     "(RFC 5280 §4.2.1.9)",
                     (int)issuer->path_len, (int)length);
}

/* ------------------------------------------------------------------ a whole path */

static bool check_names_under(cm_verification *v, const cm_path *path, size_t authority,
                              cm_fault *fault)
{
    cm_view constraints = path->items[authority]->name_constraints;
    for (size_t i = 0; i < authority; i++) {
        const cm_candidate *c = path->items[i];
        cm_error error;
        if (c->self_issued && i > 0) {
            continue; /* §6.1.3 (b) */
        }
        v->comparisons += cm_name_constraints_work(constraints, c->x509.subject, c->names);
        if (v->comparisons > CM_NAME_CONSTRAINTS_WORK_LIMIT) {
            return refuse_work(i, "names and constraints", fault);
        }
        cm_status status =
            cm_name_constraints_check(constraints, c->x509.subject, c->names, &error);
        if (status != CM_OK) {
            return CM_REFUSE(
                fault, status == CM_ERR_INVALID ? CM_VERIFY_NAME_CONSTRAINTS : CM_VERIFY_MALFORMED,
                status == CM_ERR_INVALID ? i : authority, "%s", error.message);
        }
    }
    return true;
}

static bool check_name_constraints(cm_verification *v, const cm_path *path, cm_fault *fault)
{
    for (size_t i = path->count - 1; i > 0; i--) {
        if (path->items[i]->name_constraints.size > 0 && !check_names_under(v, path, i, fault)) {
            return false;
        }
    }
    return true;
}

static bool check_purposes(const cm_verification *v, const cm_path *path, cm_fault *fault)
{
    for (size_t i = 1; i < path->count; i++) {
        if (!cm_purpose_check_authority(v->t->purpose, path->items[i], i, fault)) {
            return false;
        }
    }
    return true;
}

static bool check_revocation(cm_verification *v, const cm_path_request *request,
                             cm_path_result *result)
{
    result->revocation_known = true;
    for (size_t i = 0; i + 1 < result->path.count; i++) {
        bool known;
        if (!cm_revocation_check(v, &result->path, i, request->reading, &known, &result->fault)) {
            return false;
        }
        result->revocation_known = result->revocation_known && known;
    }
    return true;
}

static bool check_policies(const cm_verification *v, const cm_path_request *request,
                           cm_path_result *result)
{
    static const cm_policy_question anything = {NULL, 0, false, false, false};
    bool end = request->reading == NULL;
    cm_der_free(&result->policies);
    return cm_policy_check(end ? &v->policies : &anything, result->path.items, result->path.count,
                           end ? &result->policies : NULL, &result->fault);
}

/* The checks that need the path from its root down. */
static bool check_path(cm_verification *v, const cm_path_request *request, cm_path_result *result)
{
    const cm_path *path = &result->path;
    bool end = request->reading == NULL;
    return check_name_constraints(v, path, &result->fault) &&
           (!end || check_purposes(v, path, &result->fault)) &&
           check_policies(v, request, result) && check_revocation(v, request, result);
}

/* ------------------------------------------------------------------ the search */

/* How much a fault tells: one on the way to a root more than that there is no way. */
typedef enum rank { RANK_NONE = 0, RANK_NO_ISSUER, RANK_ISSUER, RANK_PATH, RANK_WORK } rank;

typedef struct search {
    cm_verification *v;
    const cm_path_request *request;
    cm_path_result *result;
    cm_fault best;
    rank best_rank;
} search;

static void note(search *s, rank r, const cm_fault *fault)
{
    r = fault->code == CM_VERIFY_WORK_LIMIT ? RANK_WORK : r;
    if (r > s->best_rank) {
        s->best = *fault;
        s->best_rank = r;
    }
}

static bool same_root(const cm_candidate *a, const cm_candidate *b)
{
    return cm_view_equal(a->x509.public_key, b->x509.public_key) &&
           cm_name_equal(a->x509.subject, b->x509.subject);
}

/* The path has reached a root. */
static bool complete(search *s)
{
    const cm_path *path = &s->result->path;
    if (s->request->root != NULL && !same_root(s->request->root, path->items[path->count - 1])) {
        (void)CM_REFUSE(&s->result->fault, CM_VERIFY_NO_ISSUER, path->count - 1,
                        "it does not lead to the same root");
    } else if (check_path(s->v, s->request, s->result)) {
        return true;
    }
    note(s, RANK_PATH, &s->result->fault);
    return false;
}

/* A name with a key stands once in a path: RFC 4158 §2.4.2 */
static bool is_on_path(const cm_path *path, const cm_candidate *c)
{
    for (size_t i = 0; i < path->count; i++) {
        const cm_candidate *other = path->items[i];
        if (other == c || (other->subject_hash == c->subject_hash && same_root(other, c))) {
            return true;
        }
    }
    return false;
}

/* How well an issuer's identifier fits, best first: equal, one of them absent, different. */
enum { FIT_EQUAL = 0, FIT_OPEN, FIT_DIFFERENT, FIT_COUNT };

static int fit_of(const cm_candidate *subject, const cm_candidate *issuer)
{
    if (subject->authority_key_id.size == 0 || issuer->subject_key_id.size == 0) {
        return FIT_OPEN;
    }
    return cm_view_equal(subject->authority_key_id, issuer->subject_key_id) ? FIT_EQUAL
                                                                            : FIT_DIFFERENT;
}

static bool extend(search *s);

static bool try_issuer(search *s, const cm_candidate *issuer)
{
    cm_path *path = &s->result->path;
    const cm_candidate *top = path->items[path->count - 1];
    cm_fault *fault = &s->result->fault;
    if (is_on_path(path, issuer)) {
        return false;
    }
    s->v->steps++;
    if (!check_issuer(s->v, path, issuer, fault) ||
        !cm_path_check_signature(s->v, issuer, top->x509.signature_algorithm, top->x509.tbs,
                                 top->x509.signature, path->count - 1, fault)) {
        note(s, RANK_ISSUER, fault);
        return false;
    }
    path->items[path->count++] = issuer;
    if (issuer->origin == CM_ORIGIN_ROOT ? complete(s) : extend(s)) {
        return true;
    }
    path->count--;
    return false;
}

static void note_end(search *s)
{
    const cm_path *path = &s->result->path;
    const cm_candidate *top = path->items[path->count - 1];
    cm_fault fault;
    cm_bytes issuer = {NULL, 0};
    if (top->self_issued) {
        (void)CM_REFUSE(&fault, CM_VERIFY_UNTRUSTED, path->count - 1,
                        "it is self-issued and not among the roots");
    } else if (cm_name_text(top->x509.issuer, &issuer, NULL) == CM_OK) {
        cm_text text = {(const char *)issuer.data, issuer.size};
        (void)CM_REFUSE(&fault, CM_VERIFY_NO_ISSUER, path->count - 1,
                        "its issuer, %t, is not among what was given", &text);
    } else {
        (void)CM_REFUSE(&fault, CM_VERIFY_NO_ISSUER, path->count - 1,
                        "its issuer is not among what was given");
    }
    cm_bytes_free(&issuer);
    note(s, RANK_NO_ISSUER, &fault);
}

/* Tries every certificate that has the issuer's name: the fitting ones first, roots before others.
 */
static bool extend(search *s)
{
    const cm_verification *v = s->v;
    const cm_path *path = &s->result->path;
    const cm_candidate *top = path->items[path->count - 1];
    for (int fit = 0; fit < FIT_COUNT; fit++) {
        for (int root = 1; root >= 0; root--) {
            for (size_t i = 0; i < v->count && !is_exhausted(v); i++) {
                const cm_candidate *c = &v->certificates[i];
                if ((c->origin == CM_ORIGIN_ROOT) == (root == 1) && c->origin != CM_ORIGIN_LEAF &&
                    c->subject_hash == top->issuer_hash && fit_of(top, c) == fit &&
                    cm_name_equal(c->x509.subject, top->x509.issuer) && try_issuer(s, c)) {
                    return true;
                }
            }
        }
    }
    if (is_exhausted(v)) {
        cm_fault fault;
        (void)refuse_work(path->count - 1, "possible paths", &fault);
        note(s, RANK_WORK, &fault);
    }
    note_end(s);
    return false;
}

/* The start itself may be a root: what is trusted needs no signature. */
static const cm_candidate *root_equal_to(const cm_verification *v, const cm_candidate *start)
{
    for (size_t i = 0; i < v->count; i++) {
        if (v->certificates[i].origin == CM_ORIGIN_ROOT &&
            cm_view_equal(v->certificates[i].x509.der, start->x509.der)) {
            return &v->certificates[i];
        }
    }
    return NULL;
}

bool cm_path_find(cm_verification *v, const cm_path_request *request, cm_path_result *result)
{
    search s = {.v = v, .request = request, .result = result};
    memset(result, 0, sizeof *result);
    result->path.items[0] = request->start;
    result->path.count = 1;
    if (!check_any(v, request->start, 0, &result->fault) ||
        (request->reading == NULL &&
         (!cm_purpose_check_end(v->t->purpose, request->start, &result->fault) ||
          !cm_identity_check(v->t, request->start, &result->fault)))) {
        return false;
    }
    bool found = root_equal_to(v, request->start) != NULL ? complete(&s) : extend(&s);
    if (!found) {
        result->fault = s.best;
    }
    return found;
}
