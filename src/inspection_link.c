/* Which things belong together: copies, keys, and who issued what. */
#include <stdlib.h>

#include "chain.h"
#include "crl.h"
#include "inspection.h"
#include "name.h"
#include "request.h"
#include "signature.h"
#include "text.h"

enum { ISSUERS_LIMIT = 8 }; /* that one thing is compared with */

bool cm_item_same_key(const cm_item *a, const cm_item *b)
{
    cm_view a_bits, b_bits;
    return a->spki.size > 0 && b->spki.size > 0 && cm_spki_bits(a->spki, &a_bits) &&
           cm_spki_bits(b->spki, &b_bits) && cm_view_equal(a_bits, b_bits);
}

static bool is_certificate(const cm_item *item)
{
    return item->kind == CM_ITEM_CERTIFICATE && item->error.code == CM_OK;
}

/* Signed by somebody that may be here. */
static bool is_issued(const cm_item *item)
{
    return item->error.code == CM_OK &&
           (item->kind == CM_ITEM_CERTIFICATE || item->kind == CM_ITEM_CRL);
}

static void find_copies(cm_inspection *in)
{
    for (size_t i = 0; i < in->count; i++) {
        cm_item *item = &in->items[i];
        for (size_t j = 0; j < i && item->copy_of == i && item->der.size > 0; j++) {
            const cm_item *other = &in->items[j];
            if (other->kind == item->kind && other->copy_of == j &&
                cm_view_equal(other->der, item->der)) {
                item->copy_of = j;
            }
        }
    }
}

/* ------------------------------------------------------------------ signatures */

/* About how many microseconds it takes in WebAssembly to check a signature by this key. */
static unsigned work_of(cm_view spki)
{
    cm_view oid, parameters, bits;
    if (!cm_spki_split(spki, &oid, &parameters, &bits)) {
        return 0;
    }
    if (parameters.size > 2) { /* a curve: by the size of its points */
        return bits.size <= 65 ? 1200 : bits.size <= 97 ? 3000 : 8000;
    }
    return (unsigned)(bits.size * bits.size / 256 + 50);
}

static cm_status verify(const cm_item *item, cm_view spki)
{
    const cm_x509 *x = &item->x509;
    cm_request request;
    cm_crl crl;
    cm_error error;
    switch (item->kind) {
    case CM_ITEM_CERTIFICATE:
        return cm_signature_verify(spki, x->signature_algorithm, x->tbs, x->signature, &error);
    case CM_ITEM_REQUEST:
        return cm_request_parse(item->der, &request, &error) == CM_OK
                   ? cm_request_check_signature(&request, &error)
                   : error.code;
    default:
        return cm_crl_parse(item->der, &crl, &error) == CM_OK
                   ? cm_signature_verify(spki, crl.signature_algorithm, crl.tbs, crl.signature,
                                         &error)
                   : error.code;
    }
}

/* Whether the issuer's key made the signature; not at all when that would be too much work. */
static cm_checked check(cm_inspection *in, const cm_item *item, const cm_item *issuer)
{
    unsigned work = work_of(issuer->spki);
    if (work > in->work_left) {
        return CM_UNCHECKED;
    }
    in->work_left -= work;
    cm_status status = verify(item, issuer->spki);
    return status == CM_OK             ? CM_SIGNATURE_RIGHT
           : status == CM_ERR_MISMATCH ? CM_SIGNATURE_WRONG
                                       : CM_UNCHECKED;
}

static bool names_fit(cm_inspection *in, const cm_item *item, const cm_item *issuer)
{
    if (issuer->subject_hash != item->issuer_hash || in->steps_left == 0) {
        return false;
    }
    in->steps_left--;
    return cm_name_equal(issuer->x509.subject, item->x509.issuer) &&
           cm_chain_keys_fit(issuer->x509.extensions, item->x509.extensions);
}

static void add_link(cm_inspection *in, size_t item, size_t issuer, cm_checked checked)
{
    if (in->link_count == in->link_capacity) {
        size_t capacity = in->link_capacity == 0 ? 16 : 2 * in->link_capacity;
        cm_link *grown = realloc(in->links, capacity * sizeof *grown);
        if (grown == NULL) {
            in->status = CM_ERR_MEMORY;
            return;
        }
        in->links = grown;
        in->link_capacity = capacity;
    }
    in->links[in->link_count++] = (cm_link){item, issuer, checked};
}

/* Others that may have issued it. */
static void find_issuers(cm_inspection *in, size_t i)
{
    cm_item *item = &in->items[i];
    unsigned found = 0;
    for (size_t j = 0; j < in->count && found < ISSUERS_LIMIT; j++) {
        const cm_item *issuer = &in->items[j];
        if (j != i && is_certificate(issuer) && issuer->copy_of == j &&
            names_fit(in, item, issuer)) {
            cm_checked checked = check(in, item, issuer);
            add_link(in, i, j, checked);
            item->issued = checked == CM_SIGNATURE_RIGHT || item->issued == CM_SIGNATURE_RIGHT
                               ? CM_SIGNATURE_RIGHT
                           : found == 0              ? checked
                           : checked == CM_UNCHECKED ? CM_UNCHECKED
                                                     : item->issued;
            found++;
        }
    }
}

/* What the names of an item are compared by. */
static void prepare(cm_item *item)
{
    cm_crl crl;
    if (item->kind == CM_ITEM_CRL && cm_crl_parse(item->der, &crl, NULL) == CM_OK) {
        item->x509.issuer = crl.issuer;
        item->x509.extensions = crl.extensions;
    }
    item->issuer_hash = cm_name_hash(item->x509.issuer);
    item->subject_hash = cm_name_hash(item->x509.subject);
}

/* Whether a certificate or request is signed by its own key. */
static void check_self(cm_inspection *in, cm_item *item)
{
    const cm_x509 *x = &item->x509;
    const cm_item *first = &in->items[item->copy_of];
    if (first != item) {
        item->self = first->self;
    } else if (item->error.code == CM_OK && item->kind == CM_ITEM_REQUEST) {
        item->self = check(in, item, item);
    } else if (is_certificate(item)) {
        bool own = item->issuer_hash == item->subject_hash &&
                   cm_name_equal(x->issuer, x->subject) &&
                   cm_chain_keys_fit(x->extensions, x->extensions);
        item->self = own ? check(in, item, item) : CM_SIGNATURE_WRONG;
    }
}

void cm_inspection_link(cm_inspection *in)
{
    find_copies(in);
    for (size_t i = 0; i < in->count; i++) {
        if (is_issued(&in->items[i])) {
            prepare(&in->items[i]);
        }
    }
    for (size_t i = 0; i < in->count; i++) {
        if (is_issued(&in->items[i]) && in->items[i].copy_of == i) {
            find_issuers(in, i);
        }
    }
    for (size_t i = 0; i < in->count; i++) { /* last: these tell least */
        check_self(in, &in->items[i]);
    }
}
