#include "revocation.h"

#include <string.h>

#include "error.h"
#include "general_name.h"
#include "name.h"
#include "oid.h"
#include "text.h"

/* ReasonFlags, RFC 5280 §4.2.1.13: bits 1 to 8. */
enum { ALL_REASONS = 0x1fe };

/* How deep lists may need lists: the signer of a list has a path of its own. */
enum { READING_LIMIT = 3 };

/* ------------------------------------------------------------------ opening a list */

static bool take_flag(cm_view *in, uint8_t number, bool *flag)
{
    cm_view content;
    if (cm_der_peek(*in) != CM_TAG_CONTEXT(number)) {
        return true;
    }
    if (!cm_der_take(in, CM_TAG_CONTEXT(number), &content) || content.size != 1) {
        return false;
    }
    *flag = content.data[0] != 0;
    return true;
}

/* A DistributionPointName behind [0], with the header of its choice. */
static bool take_point(cm_view *in, cm_view *point)
{
    cm_view outer, content;
    uint8_t tag;
    if (cm_der_peek(*in) != CM_TAG_CONTEXT_CONSTRUCTED(0)) {
        return true;
    }
    return cm_der_take(in, CM_TAG_CONTEXT_CONSTRUCTED(0), &outer) &&
           cm_der_take_any(&outer, &tag, &content, point) && outer.size == 0 &&
           (tag == CM_TAG_CONTEXT_CONSTRUCTED(0) || tag == CM_TAG_CONTEXT_CONSTRUCTED(1));
}

static bool take_reasons(cm_view *in, uint8_t number, unsigned *reasons)
{
    cm_view content;
    if (cm_der_peek(*in) != CM_TAG_CONTEXT(number)) {
        return true;
    }
    if (!cm_der_take(in, CM_TAG_CONTEXT(number), &content) ||
        !cm_der_named_bits_of(content, reasons)) {
        return false;
    }
    *reasons &= ALL_REASONS;
    return true;
}

/* IssuingDistributionPoint, §5.2.5. */
static bool open_scope(cm_list *list, cm_view value)
{
    cm_view content;
    list->scope = value;
    return cm_der_take(&value, CM_TAG_SEQUENCE, &content) && value.size == 0 &&
           take_point(&content, &list->point) && take_flag(&content, 1, &list->only_users) &&
           take_flag(&content, 2, &list->only_authorities) &&
           take_reasons(&content, 3, &list->reasons) && take_flag(&content, 4, &list->indirect) &&
           take_flag(&content, 5, &list->only_attributes) && content.size == 0;
}

static bool open_number(cm_view value, cm_view *number)
{
    return cm_der_take(&value, CM_TAG_INTEGER, number) && value.size == 0 && number->size > 0 &&
           (number->data[0] & 0x80) == 0;
}

static bool is_oid(cm_view oid, const char *literal)
{
    return oid.size == 3 && memcmp(oid.data, literal, 3) == 0; /* all are in id-ce */
}

static const char *open_list_extension(cm_list *list, const cm_x509_extension *e)
{
    static const char damaged[] = "one of its extensions is damaged";
    if (is_oid(e->oid, OID_ISSUING_DISTRIBUTION_POINT)) {
        return list->scope.size == 0 && open_scope(list, e->value) ? NULL : damaged;
    }
    if (is_oid(e->oid, OID_CRL_NUMBER)) {
        return list->number.size == 0 && open_number(e->value, &list->number) ? NULL : damaged;
    }
    if (is_oid(e->oid, OID_DELTA_CRL_INDICATOR)) {
        return list->base.size == 0 && open_number(e->value, &list->base) ? NULL : damaged;
    }
    if (is_oid(e->oid, OID_AUTHORITY_KEY_IDENTIFIER) && !e->critical) {
        list->authority_key_id = e->value;
        return NULL;
    }
    return e->critical ? "it has a critical extension that is not understood" : NULL;
}

static const char *open_entry_extensions(const cm_crl_entry *entry)
{
    cm_view rest = entry->extensions;
    cm_x509_extension e;
    cm_crl_reason reason;
    while (rest.size > 0) {
        if (!cm_x509_next_extension(&rest, &e)) {
            return "one of its entries is damaged";
        }
        if (e.critical && !is_oid(e.oid, OID_CRL_REASON) && !is_oid(e.oid, OID_INVALIDITY_DATE) &&
            !is_oid(e.oid, OID_CERTIFICATE_ISSUER)) {
            return "an entry has a critical extension that is not understood";
        }
    }
    return cm_crl_entry_reason(entry, &reason) ? NULL : "one of its entries is damaged";
}

cm_status cm_list_open(cm_view der, cm_list *out, cm_error *err)
{
    cm_x509_extension e;
    cm_crl_entry entry;
    memset(out, 0, sizeof *out);
    out->reasons = ALL_REASONS;
    cm_status status = cm_crl_parse(der, &out->crl, err);
    if (status != CM_OK) {
        return status;
    }
    out->issuer_hash = cm_name_hash(out->crl.issuer);
    for (cm_view rest = out->crl.extensions; rest.size > 0 && out->fault == NULL;) {
        out->fault = cm_x509_next_extension(&rest, &e) ? open_list_extension(out, &e)
                                                       : "one of its extensions is damaged";
    }
    for (cm_view rest = out->crl.revoked; rest.size > 0 && out->fault == NULL;) {
        out->fault = cm_crl_next_entry(&rest, &entry) ? open_entry_extensions(&entry)
                                                      : "one of its entries is damaged";
    }
    return CM_OK;
}

/* ------------------------------------------------------------------ names of points */

/* Where a certificate says its revocation is told: a DistributionPoint, §4.2.1.13. */
typedef struct point {
    cm_view name;    /* DistributionPointName with its header, empty when absent */
    cm_view issuers; /* cRLIssuer, content of GeneralNames, empty when absent */
    unsigned reasons;
} point;

static bool open_point(cm_view content, point *out)
{
    *out = (point){{NULL, 0}, {NULL, 0}, ALL_REASONS};
    return take_point(&content, &out->name) && take_reasons(&content, 1, &out->reasons) &&
           (cm_der_peek(content) != CM_TAG_CONTEXT_CONSTRUCTED(2) ||
            cm_der_take(&content, CM_TAG_CONTEXT_CONSTRUCTED(2), &out->issuers)) &&
           content.size == 0 && (out->name.size > 0 || out->issuers.size > 0);
}

/* Writes GeneralNames' content: a full name as it is, a relative one behind the name it is relative
 * to (a Name with its header). */
static void write_names(cm_view name, cm_view base, cm_der *out)
{
    cm_view content, rdns;
    uint8_t tag;
    if (!cm_der_take_any(&name, &tag, &content, NULL)) {
        return;
    }
    if (tag == CM_TAG_CONTEXT_CONSTRUCTED(0)) {
        cm_der_raw(out, content);
        return;
    }
    if (cm_der_take(&base, CM_TAG_SEQUENCE, &rdns)) {
        size_t directory = cm_der_begin(out, CM_TAG_CONTEXT_CONSTRUCTED(CM_GN_DIRECTORY));
        size_t sequence = cm_der_begin(out, CM_TAG_SEQUENCE);
        cm_der_raw(out, rdns);
        cm_der_element(out, CM_TAG_SET, content.data, content.size);
        cm_der_end(out, sequence);
        cm_der_end(out, directory);
    }
}

static void write_directory_name(cm_view name, cm_der *out)
{
    cm_der_element(out, CM_TAG_CONTEXT_CONSTRUCTED(CM_GN_DIRECTORY), name.data, name.size);
}

static bool names_meet(cm_view a, cm_view b)
{
    cm_view name, other, rest;
    uint8_t tag, other_tag;
    while (cm_der_take_any(&a, &tag, &name, NULL)) {
        for (rest = b; cm_der_take_any(&rest, &other_tag, &other, NULL);) {
            if (tag == other_tag &&
                (tag == CM_TAG_CONTEXT_CONSTRUCTED(CM_GN_DIRECTORY) ? cm_name_equal(name, other)
                                                                    : cm_view_equal(name, other))) {
                return true;
            }
        }
    }
    return false;
}

static bool names_hold(cm_view names, cm_view directory_name)
{
    cm_der one = {NULL, 0, 0, CM_OK};
    write_directory_name(directory_name, &one);
    bool held = one.status == CM_OK && names_meet(names, cm_der_view(&one));
    cm_der_free(&one);
    return held;
}

/* The first directory name of cRLIssuer, else the certificate's issuer: what names are relative to.
 */
static cm_view base_of(const point *p, const cm_candidate *c)
{
    cm_view rest = p->issuers, name;
    uint8_t tag;
    while (cm_der_take_any(&rest, &tag, &name, NULL)) {
        if (tag == CM_TAG_CONTEXT_CONSTRUCTED(CM_GN_DIRECTORY)) {
            return name;
        }
    }
    return c->x509.issuer;
}

/* §6.3.3 (b)(2)(i): the point that the list is for is one that the certificate names. */
static bool point_matches(const cm_list *list, const point *p, const cm_candidate *c)
{
    cm_der ours = {NULL, 0, 0, CM_OK}, theirs = {NULL, 0, 0, CM_OK};
    if (list->point.size == 0) {
        return true;
    }
    write_names(list->point, list->crl.issuer, &ours);
    if (p->name.size > 0) {
        write_names(p->name, base_of(p, c), &theirs);
    } else if (p->issuers.size > 0) {
        cm_der_raw(&theirs, p->issuers);
    } else {
        write_directory_name(c->x509.issuer, &theirs);
    }
    bool meet = ours.status == CM_OK && theirs.status == CM_OK &&
                names_meet(cm_der_view(&ours), cm_der_view(&theirs));
    cm_der_free(&ours);
    cm_der_free(&theirs);
    return meet;
}

/* §6.3.3 (b)(1): the list is the certificate issuer's own, or one that the certificate names and
 * that says it holds others' certificates. */
static bool issuer_matches(const cm_list *list, const point *p, const cm_candidate *c)
{
    bool own =
        list->issuer_hash == c->issuer_hash && cm_name_equal(list->crl.issuer, c->x509.issuer);
    if (p->issuers.size == 0) {
        return own;
    }
    return (own || list->indirect) && names_hold(p->issuers, list->crl.issuer);
}

static bool scope_matches(const cm_list *list, const cm_candidate *c)
{
    return !list->only_attributes && !(list->only_users && c->ca) &&
           !(list->only_authorities && !c->ca);
}

/* ------------------------------------------------------------------ who signed a list */

/* One certificate's revocation being settled. */
typedef struct inquiry {
    cm_verification *v;
    const cm_path *path;
    size_t at;
    const cm_reading *reading;
    unsigned covered; /* reasons for which it is known not to be revoked */
    cm_error why;     /* why the last list did not serve */
    bool looked;
    cm_fault *fault;
} inquiry;

static bool is_being_read(const cm_reading *reading, const cm_list *list)
{
    unsigned depth = 0;
    for (; reading != NULL; reading = reading->outer, depth++) {
        if (reading->list == list) {
            return true;
        }
    }
    return depth >= READING_LIMIT;
}

/* Whether this certificate's key made the list, and may. */
static bool signed_by(inquiry *q, const cm_list *list, const cm_candidate *c)
{
    cm_fault fault;
    if (c->has_key_usage && (c->key_usage & CM_KU_CRL_SIGN) == 0) {
        cm_fail(&q->why, CM_ERR_INVALID, "the key usage of its issuer does not include cRLSign");
        return false;
    }
    if (!cm_path_check_signature(q->v, c, list->crl.signature_algorithm, list->crl.tbs,
                                 list->crl.signature, q->at, &fault)) {
        q->why = fault.text;
        return false;
    }
    return true;
}

/* Whether another certificate's key made the list, and leads to the same root (§6.3.3 (f)). */
static bool signed_by_other(inquiry *q, const cm_list *list, const cm_candidate *c)
{
    const cm_candidate *root = q->path->items[q->path->count - 1];
    cm_reading reading = {list, q->reading};
    cm_path_request request = {.start = c, .root = root, .reading = &reading};
    cm_path_result result;
    if (!signed_by(q, list, c)) {
        return false;
    }
    bool found = cm_path_find(q->v, &request, &result);
    cm_der_free(&result.policies);
    if (!found) {
        cm_fail(&q->why, CM_ERR_INVALID, "its signer is refused: %s", result.fault.text.message);
    }
    return found;
}

static bool is_authentic(inquiry *q, const cm_list *list)
{
    const cm_candidate *issuer = q->path->items[q->at + 1];
    bool own = issuer->subject_hash == list->issuer_hash &&
               cm_name_equal(issuer->x509.subject, list->crl.issuer);
    cm_fail(&q->why, CM_ERR_INVALID, "the certificate of its issuer is not among what was given");
    if (own && signed_by(q, list, issuer)) {
        return true;
    }
    for (size_t i = 0; i < q->v->count; i++) {
        const cm_candidate *c = &q->v->certificates[i];
        if (c->origin != CM_ORIGIN_LEAF && c->subject_hash == list->issuer_hash &&
            cm_name_equal(c->x509.subject, list->crl.issuer) &&
            !(own && cm_view_equal(c->x509.public_key, issuer->x509.public_key)) &&
            signed_by_other(q, list, c)) {
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------ what a list says */

/* Whose certificate an entry is about, from this entry on (§5.3.3). */
static void next_certificate_issuer(const cm_crl_entry *entry, cm_view *issuer)
{
    cm_x509_extension e;
    cm_view names, name;
    uint8_t tag;
    if (cm_x509_find(entry->extensions, OID_CERTIFICATE_ISSUER, OID_SIZE(OID_CERTIFICATE_ISSUER),
                     &e) &&
        cm_der_take(&e.value, CM_TAG_SEQUENCE, &names) &&
        cm_der_take_any(&names, &tag, &name, NULL) &&
        tag == CM_TAG_CONTEXT_CONSTRUCTED(CM_GN_DIRECTORY)) {
        *issuer = name;
    }
}

static bool find_entry(const cm_list *list, const cm_candidate *c, cm_crl_entry *entry)
{
    cm_view rest = list->crl.revoked, issuer = list->crl.issuer;
    while (cm_crl_next_entry(&rest, entry)) {
        next_certificate_issuer(entry, &issuer);
        if (cm_view_equal(entry->serial, c->x509.serial) && cm_name_equal(issuer, c->x509.issuer)) {
            return true;
        }
    }
    return false;
}

static int compare_numbers(cm_view a, cm_view b)
{
    for (; a.size > 0 && a.data[0] == 0; a.size--) {
        a.data++;
    }
    for (; b.size > 0 && b.data[0] == 0; b.size--) {
        b.data++;
    }
    if (a.size != b.size) {
        return a.size < b.size ? -1 : 1;
    }
    return a.size == 0 ? 0 : memcmp(a.data, b.data, a.size);
}

static bool is_current(const cm_verification *v, const cm_list *list)
{
    return list->crl.this_update <= v->t->time && list->crl.has_next_update &&
           v->t->time <= list->crl.next_update;
}

/* §6.3.3 (c): a delta list goes with a complete one of the same scope and key. */
static bool goes_with(const cm_list *delta, const cm_list *complete)
{
    return delta->fault == NULL && delta->base.size > 0 && complete->number.size > 0 &&
           delta->issuer_hash == complete->issuer_hash &&
           cm_name_equal(delta->crl.issuer, complete->crl.issuer) &&
           cm_view_equal(delta->scope, complete->scope) &&
           cm_view_equal(delta->authority_key_id, complete->authority_key_id) &&
           compare_numbers(delta->base, complete->number) <= 0 &&
           compare_numbers(delta->number, complete->number) > 0;
}

/* The newest current delta list, or NULL. */
static const cm_list *delta_of(inquiry *q, const cm_list *complete)
{
    const cm_list *newest = NULL;
    for (size_t i = 0; i < q->v->list_count; i++) {
        const cm_list *delta = &q->v->lists[i];
        if (goes_with(delta, complete) && is_current(q->v, delta) &&
            (newest == NULL || compare_numbers(delta->number, newest->number) > 0) &&
            is_authentic(q, delta)) {
            newest = delta;
        }
    }
    return newest;
}

static bool is_revoked(inquiry *q, const cm_list *list, cm_crl_entry *entry)
{
    const cm_candidate *c = q->path->items[q->at];
    const cm_list *delta = delta_of(q, list);
    cm_crl_reason reason;
    if (delta != NULL && find_entry(delta, c, entry)) {
        return !cm_crl_entry_reason(entry, &reason) || reason != CM_REASON_REMOVE_FROM_CRL;
    }
    return find_entry(list, c, entry);
}

static bool refuse_revoked(const inquiry *q, const cm_crl_entry *entry)
{
    cm_crl_reason reason;
    const char *name = cm_crl_entry_reason(entry, &reason) ? cm_crl_reason_name(reason) : NULL;
    return CM_REFUSE(q->fault, CM_VERIFY_REVOKED, q->at, "revoked at %T: %s", entry->date,
                     name != NULL ? name : "unspecified");
}

/* One list for one point: false when the certificate is revoked. A list that is out of date still
 * tells of what it holds: revocation is for good. */
static bool consult(inquiry *q, const cm_list *list, const point *p)
{
    const cm_candidate *c = q->path->items[q->at];
    unsigned reasons = list->reasons & p->reasons;
    cm_crl_entry entry;
    if (list->base.size > 0 || (reasons & ~q->covered) == 0 || !scope_matches(list, c) ||
        !issuer_matches(list, p, c) || !point_matches(list, p, c)) {
        return true;
    }
    q->looked = true;
    if (list->fault != NULL) {
        cm_fail(&q->why, CM_ERR_INVALID, "%s", list->fault);
        return true;
    }
    if (is_being_read(q->reading, list)) {
        cm_fail(&q->why, CM_ERR_INVALID, "it would have to vouch for its own signer");
        return true;
    }
    if (!is_authentic(q, list)) {
        return true;
    }
    if (is_revoked(q, list, &entry)) {
        return refuse_revoked(q, &entry);
    }
    if (is_current(q->v, list)) {
        q->covered |= reasons;
    } else {
        cm_fail(&q->why, CM_ERR_INVALID, "it is of %T and not current", list->crl.this_update);
    }
    return true;
}

static bool consult_all(inquiry *q, const point *p)
{
    for (size_t i = 0; i < q->v->list_count && q->covered != ALL_REASONS; i++) {
        if (!consult(q, &q->v->lists[i], p)) {
            return false;
        }
    }
    return true;
}

bool cm_revocation_check(cm_verification *v, const cm_path *path, size_t at,
                         const cm_reading *reading, bool *known, cm_fault *fault)
{
    inquiry q = {.v = v, .path = path, .at = at, .reading = reading, .fault = fault};
    const point any = {{NULL, 0}, {NULL, 0}, ALL_REASONS};
    cm_view rest = path->items[at]->distribution_points, content;
    while (v->list_count > 0 && cm_der_take(&rest, CM_TAG_SEQUENCE, &content)) {
        point p;
        if (open_point(content, &p) && !consult_all(&q, &p)) {
            return false;
        }
    }
    if (!consult_all(&q, &any)) { /* lists that the certificate does not point to */
        return false;
    }
    *known = q.covered == ALL_REASONS;
    if (*known || !v->t->require_revocation) {
        return true;
    }
    if (q.looked && q.covered == 0) {
        return CM_REFUSE(fault, CM_VERIFY_REVOCATION_UNKNOWN, at,
                         "no usable revocation list covers it: of the last one, %s", q.why.message);
    }
    return CM_REFUSE(fault, CM_VERIFY_REVOCATION_UNKNOWN, at,
                     q.looked ? "the revocation lists do not cover every reason (RFC 5280 §6.3.3)"
                              : "no revocation list covers it");
}
