/* Key stores and bundles among the things found, and what is in them. */
#include "error.h"
#include "inspection.h"
#include "oid.h"
#include "pkcs7.h"
#include "report.h"
#include "shape.h"
#include "text.h"

static bool is(cm_view oid, const char *wanted, size_t size)
{
    return cm_view_equal(oid, (cm_view){(const uint8_t *)wanted, size});
}

#define IS(oid, literal) is((oid), (literal), OID_SIZE(literal))

/* ------------------------------------------------------------------ passphrases */

const char CM_NEEDED[] = "encrypted: a passphrase is needed";

cm_status cm_keyring_try(cm_inspection *in, cm_keyring *ring,
                         cm_status (*work)(cm_unlock *, void *, cm_error *), void *what,
                         cm_error *err)
{
    const cm_inspect_options *o = in->options;
    size_t tries = ring->refused ? 0 : o->passphrase_count + (ring->with_empty ? 1 : 0);
    cm_status status = CM_ERR_PASSPHRASE;
    if (ring->open) {
        ring->unlock.iterations_left = in->iterations_left;
        status = work(&ring->unlock, what, err);
        in->iterations_left = ring->unlock.iterations_left;
        return status;
    }
    for (size_t i = 0; i < tries && status == CM_ERR_PASSPHRASE; i++) {
        cm_view empty = {(const uint8_t *)"", 0};
        if (in->iterations_left == 0) {
            return cm_fail(err, CM_ERR_LIMIT, "the limit of iterations is used up");
        }
        status = cm_unlock_open(&ring->unlock, i < o->passphrase_count ? o->passphrases[i] : empty,
                                in->iterations_left, err);
        if (status == CM_OK) {
            status = work(&ring->unlock, what, err);
        }
        in->iterations_left = ring->unlock.iterations_left;
        ring->open = status == CM_OK;
        if (!ring->open) {
            cm_unlock_close(&ring->unlock);
        }
    }
    if (status == CM_ERR_PASSPHRASE && (o->passphrase_count == 0 || tries == 0)) {
        cm_fail(err, status, CM_NEEDED);
    }
    return status;
}

void cm_keyring_close(cm_keyring *ring)
{
    if (ring->open) {
        cm_unlock_close(&ring->unlock);
    }
}

/* ------------------------------------------------------------------ PKCS#7 */

static void read_set(cm_inspection *in, cm_view set, const cm_place *place)
{
    cm_view content, whole;
    uint8_t tag;
    while (set.size > 0 && !cm_inspection_is_full(in)) {
        if (!cm_der_take_any(&set, &tag, &content, &whole)) {
            cm_inspection_refuse(in, place, set, CM_ERR_MALFORMED,
                                 "DER that is damaged or cut short");
            return;
        }
        cm_inspection_read_der(in, whole, place, NULL);
    }
}

void cm_inspection_read_pkcs7(cm_inspection *in, cm_view data, const cm_place *place)
{
    cm_view content, oid, certificates, crls, signers, one, der = data;
    uint8_t tag;
    size_t count = 0;
    cm_item *item = cm_inspection_add(in, CM_ITEM_PKCS7, place, data);
    if (item == NULL || !cm_der_take(&der, CM_TAG_SEQUENCE, &content) ||
        !cm_der_take(&content, CM_TAG_OID, &oid)) {
        return;
    }
    cm_json_put_oid(&item->notes, "contentType", oid);
    if (!cm_pkcs7_sets(data, &certificates, &crls, &signers)) {
        bool other = !IS(oid, OID_SIGNED_DATA);
        cm_fail(&item->error, other ? CM_ERR_UNSUPPORTED : CM_ERR_MALFORMED,
                other ? "only SignedData (RFC 5652 §5) is looked into"
                      : "not what RFC 5652 §5.1 describes");
        return;
    }
    while (cm_der_take_any(&signers, &tag, &one, NULL)) {
        count++;
    }
    cm_json_put_integer(&item->notes, "signers", (int64_t)count);
    const cm_place inside = {.input = place->input, .form = "der", .depth = place->depth + 1};
    read_set(in, certificates, &inside);
    read_set(in, crls, &inside);
}

/* ------------------------------------------------------------------ PKCS#12 */

/* The state of a walk through one file. */
typedef struct walk {
    cm_inspection *in;
    size_t item; /* of the file itself */
    cm_place inside;
    cm_keyring ring;
    bool listing; /* the list of encryptions is open */
    size_t locked, unread;
} walk;

static cm_json *notes_of(const walk *w)
{
    return &w->in->items[w->item].notes;
}

static cm_status try_mac(cm_unlock *u, void *what, cm_error *err)
{
    const cm_sealed *s = what;
    return cm_pkcs12_check_mac(u, s->first, s->second, err);
}

static cm_status try_decrypt(cm_unlock *u, void *what, cm_error *err)
{
    cm_sealed *s = what;
    return cm_pbe_decrypt(u, s->first, s->second, &s->plain, err);
}

/* Returns the iterations. */
static unsigned describe_mac(cm_json *j, cm_view mac)
{
    cm_pkcs12_mac m;
    cm_view oid, rest;
    unsigned count = 1;
    cm_json_key(j, "mac");
    cm_json_open(j, '{');
    if (cm_pkcs12_mac_split(mac, &m)) {
        rest = m.algorithm;
        if (cm_der_take(&rest, CM_TAG_OID, &oid) && IS(oid, OID_PBMAC1)) {
            cm_report_encryption(j, m.algorithm, &count);
        } else {
            cm_json_put_oid(j, "hash", oid);
            if (m.iterations.data == NULL || cm_der_small_of(m.iterations, &count)) {
                cm_json_put_integer(j, "iterations", count);
            }
            cm_json_put_integer(j, "saltSize", (int64_t)m.salt.size);
        }
    }
    cm_json_close(j, '}');
    return count;
}

/* The item of the file keeps the first thing that was wrong. */
static cm_status note_failure(walk *w, cm_status status, const cm_error *error)
{
    cm_item *item = &w->in->items[w->item];
    if (status == CM_OK || status == CM_ERR_MEMORY) {
        return status;
    }
    w->locked++;
    if (item->error.code == CM_OK) {
        item->error = *error;
        item->error.field[0] = '\0';
    }
    return CM_OK;
}

enum { EASY_WORK = 10000 }; /* iterations that the empty passphrase is tried with, too */

static cm_status visit_mac(void *context, cm_view mac, cm_view content, cm_error *err)
{
    walk *w = context;
    cm_sealed s = {mac, content, {NULL, 0}};
    w->ring.with_empty = describe_mac(notes_of(w), mac) <= EASY_WORK;
    cm_status status = cm_keyring_try(w->in, &w->ring, try_mac, &s, err);
    w->ring.refused = status == CM_ERR_PASSPHRASE;
    w->ring.with_empty = false;
    cm_status kept = note_failure(w, status, err);
    if (status == CM_ERR_UNSUPPORTED) {
        w->locked = 0; /* a kind of MAC that is not known may stand over a cipher that is */
    }
    return kept;
}

static void list_encryption(walk *w)
{
    if (!w->listing) {
        cm_json_key(notes_of(w), "encryption");
        cm_json_open(notes_of(w), '[');
        w->listing = true;
    }
}

static cm_status visit_encrypted(void *context, cm_view algorithm, cm_view encrypted,
                                 cm_bytes *plain, cm_error *err)
{
    walk *w = context;
    cm_sealed s = {algorithm, encrypted, {NULL, 0}};
    unsigned count;
    list_encryption(w);
    cm_json_open(notes_of(w), '{');
    cm_report_encryption(notes_of(w), algorithm, &count);
    cm_json_close(notes_of(w), '}');
    cm_status status = cm_keyring_try(w->in, &w->ring, try_decrypt, &s, err);
    *plain = s.plain;
    return note_failure(w, status, err);
}

/* Copies: what is walked through is freed. */
static cm_view copy_of(walk *w, cm_view der)
{
    return cm_inspection_keep_copy(w->in, der);
}

/* The list of a CRLBag (RFC 7292 §4.2.4), which has the form of a CertBag. */
static cm_view list_of(cm_view value)
{
    cm_view bag, oid, explicit, list = {NULL, 0};
    if (cm_der_take(&value, CM_TAG_SEQUENCE, &bag) && cm_der_take(&bag, CM_TAG_OID, &oid) &&
        cm_der_take(&bag, CM_TAG_CONTEXT_CONSTRUCTED(0), &explicit)) {
        cm_der_take(&explicit, CM_TAG_OCTET_STRING, &list);
    }
    return list;
}

static cm_status visit_bag(void *context, const cm_pkcs12_bag *bag, cm_error *err)
{
    walk *w = context;
    size_t before = w->in->count;
    cm_view inner = {NULL, 0};
    cm_status status = CM_OK;
    if (bag->kind == CM_BAG_KEY || bag->kind == CM_BAG_SHROUDED_KEY) {
        cm_inspection_read_private_key(w->in, copy_of(w, bag->value), &w->inside, NULL, &w->ring);
    } else {
        if (bag->kind == CM_BAG_CERTIFICATE) {
            status = cm_pkcs12_bag_certificate(bag->value, &inner, err);
        } else if (bag->kind == CM_BAG_LIST) {
            inner = list_of(bag->value);
        }
        if (inner.data != NULL) {
            cm_inspection_read_der(w->in, copy_of(w, inner), &w->inside, NULL);
        } else {
            w->unread++;
        }
    }
    if (status == CM_OK && w->in->count > before) {
        status = cm_pkcs12_bag_attributes(bag->attributes, &w->in->items[before].entry, err);
    }
    return cm_inspection_is_full(w->in) && status == CM_OK
               ? cm_fail(err, CM_ERR_LIMIT, "too many entries")
               : status;
}

void cm_inspection_read_pkcs12(cm_inspection *in, cm_view der, const cm_place *place)
{
    walk w = {.in = in,
              .item = in->count,
              .inside = {.input = place->input, .form = "der", .depth = place->depth + 1}};
    const cm_pkcs12_visitor visitor = {&w, visit_mac, visit_encrypted, visit_bag};
    cm_error error;
    if (cm_inspection_add(in, CM_ITEM_PKCS12, place, der) == NULL) {
        return;
    }
    cm_status status = note_failure(&w, cm_pkcs12_walk(der, &visitor, &error), &error);
    list_encryption(&w);
    cm_json_close(notes_of(&w), ']');
    cm_json_key(notes_of(&w), "unread");
    cm_json_integer(notes_of(&w), (int64_t)w.unread);
    in->items[w.item].locked = w.locked > 0;
    cm_keyring_close(&w.ring);
    in->status = status == CM_OK ? in->status : status;
}
