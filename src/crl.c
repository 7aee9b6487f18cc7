#include "crl.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "extension.h"
#include "issuer.h"
#include "key.h"
#include "name.h"
#include "oid.h"
#include "signature.h"
#include "text.h"
#include "x509.h"

enum { DEFAULT_DAYS = 30, DAY = 86400, NUMBER_LIMIT = 20, ENTRY_LIMIT = 1000000 };

/* ------------------------------------------------------------------ reasons */

static const char *const reason_names[] = {
    "unspecified",   "keyCompromise",        "cACompromise",    "affiliationChanged",
    "superseded",    "cessationOfOperation", "certificateHold", NULL,
    "removeFromCRL", "privilegeWithdrawn",   "aACompromise"};

enum { REASON_COUNT = sizeof reason_names / sizeof reason_names[0] };

const char *cm_crl_reason_name(cm_crl_reason reason)
{
    return (unsigned)reason < REASON_COUNT ? reason_names[reason] : NULL;
}

cm_status cm_crl_reason_parse(cm_text text, cm_crl_reason *reason, cm_error *err)
{
    for (unsigned i = 0; i < REASON_COUNT; i++) {
        if (reason_names[i] != NULL && cm_text_is_nocase(text, reason_names[i])) {
            *reason = (cm_crl_reason)i;
            return CM_OK;
        }
    }
    return cm_fail(
        err, CM_ERR_INVALID,
        "%t is no revocation reason; there are unspecified, keyCompromise, cACompromise, "
        "affiliationChanged, superseded, cessationOfOperation, certificateHold, "
        "removeFromCRL, privilegeWithdrawn and aACompromise",
        &text);
}

/* ------------------------------------------------------------------ reading */

bool cm_crl_next_entry(cm_view *in, cm_crl_entry *entry)
{
    cm_view content, rest = *in;
    if (!cm_der_take_whole(in, CM_TAG_SEQUENCE, &entry->whole) ||
        !cm_der_take(&rest, CM_TAG_SEQUENCE, &content) ||
        !cm_der_take(&content, CM_TAG_INTEGER, &entry->serial) || entry->serial.size == 0 ||
        !cm_der_take_time(&content, &entry->date)) {
        return false;
    }
    entry->extensions = (cm_view){NULL, 0};
    return content.size == 0 ||
           (cm_der_take(&content, CM_TAG_SEQUENCE, &entry->extensions) && content.size == 0);
}

static bool is_time(cm_view in)
{
    uint8_t tag = cm_der_peek(in);
    return tag == CM_TAG_UTC_TIME || tag == CM_TAG_GENERALIZED_TIME;
}

static bool parse_tbs(cm_view tbs, cm_crl *out)
{
    cm_view content, part, version, inner_algorithm, rest;
    cm_crl_entry entry;
    if (!cm_der_take(&tbs, CM_TAG_SEQUENCE, &content)) {
        return false;
    }
    out->version = 1;
    if (cm_der_peek(content) == CM_TAG_INTEGER) {
        unsigned number;
        if (!cm_der_take(&content, CM_TAG_INTEGER, &version) ||
            !cm_der_small_of(version, &number) || number != 1) {
            return false;
        }
        out->version = 2;
    }
    if (!cm_der_take_whole(&content, CM_TAG_SEQUENCE, &inner_algorithm) ||
        !cm_view_equal(inner_algorithm, out->signature_algorithm) ||
        !cm_der_take_whole(&content, CM_TAG_SEQUENCE, &out->issuer) ||
        !cm_der_take_time(&content, &out->this_update)) {
        return false;
    }
    out->has_next_update = is_time(content);
    if (out->has_next_update && !cm_der_take_time(&content, &out->next_update)) {
        return false;
    }
    if (cm_der_peek(content) == CM_TAG_SEQUENCE &&
        !cm_der_take(&content, CM_TAG_SEQUENCE, &out->revoked)) {
        return false;
    }
    for (rest = out->revoked; rest.size > 0;) {
        if (!cm_crl_next_entry(&rest, &entry)) {
            return false;
        }
    }
    return content.size == 0 ||
           (cm_der_take(&content, CM_TAG_CONTEXT_CONSTRUCTED(0), &part) && content.size == 0 &&
            cm_der_take(&part, CM_TAG_SEQUENCE, &out->extensions) && part.size == 0);
}

cm_status cm_crl_parse(cm_view der, cm_crl *out, cm_error *err)
{
    cm_view rest = der, content;
    memset(out, 0, sizeof *out);
    out->der = der;
    if (!cm_der_take(&rest, CM_TAG_SEQUENCE, &content)) {
        return cm_fail(err, CM_ERR_MALFORMED,
                       "not a revocation list in DER, or one that is cut short");
    }
    if (rest.size != 0) {
        return cm_fail(err, CM_ERR_MALFORMED, "%d bytes follow the revocation list",
                       (int)rest.size);
    }
    if (!cm_der_take_whole(&content, CM_TAG_SEQUENCE, &out->tbs) ||
        !cm_der_take_whole(&content, CM_TAG_SEQUENCE, &out->signature_algorithm) ||
        !cm_der_take_bit_string(&content, &out->signature) || content.size != 0 ||
        !parse_tbs(out->tbs, out)) {
        return cm_fail(err, CM_ERR_MALFORMED,
                       "the revocation list is not what RFC 5280 §5.1 describes");
    }
    return CM_OK;
}

bool cm_crl_entry_reason(const cm_crl_entry *entry, cm_crl_reason *reason)
{
    cm_x509_extension e;
    cm_view content;
    unsigned value;
    *reason = CM_REASON_UNSPECIFIED;
    if (!cm_x509_find(entry->extensions, OID_CRL_REASON, OID_SIZE(OID_CRL_REASON), &e)) {
        return true;
    }
    if (!cm_der_take(&e.value, CM_TAG_ENUMERATED, &content) || !cm_der_small_of(content, &value)) {
        return false;
    }
    *reason = (cm_crl_reason)value;
    return true;
}

bool cm_crl_entry_invalidity_date(const cm_crl_entry *entry, int64_t *time)
{
    cm_x509_extension e;
    return cm_x509_find(entry->extensions, OID_INVALIDITY_DATE, OID_SIZE(OID_INVALIDITY_DATE),
                        &e) &&
           cm_der_take_time(&e.value, time);
}

bool cm_crl_number(const cm_crl *crl, cm_view *number)
{
    cm_x509_extension e;
    return cm_x509_find(crl->extensions, OID_CRL_NUMBER, OID_SIZE(OID_CRL_NUMBER), &e) &&
           cm_der_take(&e.value, CM_TAG_INTEGER, number) && number->size > 0;
}

/* ------------------------------------------------------------------ one entry to write */

static cm_view without_zeros(cm_view number)
{
    while (number.size > 0 && number.data[0] == 0) {
        number = (cm_view){number.data + 1, number.size - 1};
    }
    return number;
}

/* A revoked certificate with its serial settled. */
typedef struct item {
    const cm_revoked *revoked;
    cm_bytes certificate; /* decoded, when it was given */
    cm_view serial;       /* without leading zeros */
    int64_t date;
} item;

static cm_status settle_item(item *it, const cm_crl_template *t,
                             const cm_issuer_certificate *issuer, cm_error *err)
{
    const cm_revoked *r = it->revoked;
    cm_x509 x;
    it->date = r->has_date ? r->date : t->this_update;
    if (!cm_time_valid(it->date) ||
        (r->has_invalidity_date && !cm_time_valid(r->invalidity_date))) {
        return cm_fail(err, CM_ERR_INVALID, "dates lie between 1950 and 9999 (RFC 5280)");
    }
    if (it->date > t->this_update && !t->allow_weak) {
        return cm_fail(err, CM_ERR_INVALID, "the revocation date %T is after the list's own, %T",
                       it->date, t->this_update);
    }
    if (cm_crl_reason_name(r->reason) == NULL) {
        return cm_fail(err, CM_ERR_INVALID, "no such reason (RFC 5280 §5.3.1)");
    }
    it->serial = without_zeros(r->serial);
    if (r->certificate.size > 0) {
        cm_status status =
            cm_pem_decode(r->certificate, "CERTIFICATE", "certificate", &it->certificate, err);
        if (status == CM_OK) {
            status = cm_x509_parse((cm_view){it->certificate.data, it->certificate.size}, &x, err);
        }
        if (status != CM_OK) {
            return status;
        }
        if (!cm_name_equal(x.issuer, issuer->x509.subject)) {
            return cm_fail(err, CM_ERR_MISMATCH,
                           "this certificate was not issued by this authority");
        }
        if ((x.serial.data[0] & 0x80) != 0) {
            return cm_fail(err, CM_ERR_UNSUPPORTED,
                           "this certificate has a negative serial number, which RFC 5280 "
                           "§4.1.2.2 forbids and a list cannot name");
        }
        it->serial = without_zeros(x.serial);
    }
    if (it->serial.size == 0 || it->serial.size > NUMBER_LIMIT) {
        return cm_fail(err, CM_ERR_INVALID,
                       "a serial number of 1 to 20 octets, or the certificate, is needed");
    }
    return CM_OK;
}

static void write_entry(const item *it, cm_der *out)
{
    const cm_revoked *r = it->revoked;
    size_t mark = cm_der_begin(out, CM_TAG_SEQUENCE);
    cm_der_unsigned(out, it->serial);
    cm_der_time(out, it->date);
    if (r->reason != CM_REASON_UNSPECIFIED || r->has_invalidity_date) {
        cm_der value = {NULL, 0, 0, CM_OK};
        size_t extensions = cm_der_begin(out, CM_TAG_SEQUENCE);
        if (r->reason != CM_REASON_UNSPECIFIED) {
            cm_der_small(&value, CM_TAG_ENUMERATED, r->reason);
            cm_extension_write(out, OID_CRL_REASON, OID_SIZE(OID_CRL_REASON), false, &value);
            cm_der_free(&value);
        }
        if (r->has_invalidity_date) {
            cm_der_generalized_time(&value, r->invalidity_date);
            cm_extension_write(out, OID_INVALIDITY_DATE, OID_SIZE(OID_INVALIDITY_DATE), false,
                               &value);
            cm_der_free(&value);
        }
        cm_der_end(out, extensions);
    }
    cm_der_end(out, mark);
}

/* ------------------------------------------------------------------ the list */

typedef struct draft {
    const cm_crl_template *t;
    const cm_issuer_certificate *issuer;
    cm_signer signer;
    item *items; /* sorted by serial, each serial once: the last given */
    size_t item_count;
    cm_bytes previous_der;
    cm_crl previous;
    int64_t next_update;
    uint8_t number[NUMBER_LIMIT + 1];
    cm_view number_view;
} draft;

static int compare_serials(cm_view a, cm_view b)
{
    if (a.size != b.size) {
        return a.size < b.size ? -1 : 1;
    }
    return a.size == 0 ? 0 : memcmp(a.data, b.data, a.size);
}

static int compare_items(const void *a, const void *b)
{
    const item *left = a, *right = b;
    int order = compare_serials(left->serial, right->serial);
    /* equal serials stay in the order given: later ones have higher addresses of `revoked` */
    return order != 0 ? order : left->revoked < right->revoked ? -1 : 1;
}

static cm_status settle_items(draft *d, cm_error *err)
{
    const cm_crl_template *t = d->t;
    if (t->revoked_count > ENTRY_LIMIT) {
        cm_fail(err, CM_ERR_LIMIT, "at most %d certificates are taken", ENTRY_LIMIT);
        return cm_fail_in(err, CM_ERR_LIMIT, "revoked");
    }
    d->items = calloc(t->revoked_count + 1, sizeof *d->items);
    if (d->items == NULL) {
        return cm_fail_memory(err);
    }
    d->item_count = t->revoked_count;
    for (size_t i = 0; i < t->revoked_count; i++) {
        d->items[i].revoked = &t->revoked[i];
        cm_status status = settle_item(&d->items[i], t, d->issuer, err);
        if (status != CM_OK) {
            return cm_fail_in(err, status, "revoked[%d]", (int)i);
        }
    }
    qsort(d->items, d->item_count, sizeof *d->items, compare_items);
    return CM_OK;
}

/* A critical extension says that the list is about something else than all of the authority's
 * certificates (issuingDistributionPoint, deltaCRLIndicator), which the new one would not say. */
static bool has_critical(cm_view extensions)
{
    cm_x509_extension e;
    bool critical = false;
    while (cm_x509_next_extension(&extensions, &e)) {
        critical = critical || e.critical;
    }
    return critical;
}

/* The item for a serial, NULL when the template does not name it. */
static const item *find_item(const draft *d, cm_view serial)
{
    size_t low = 0, high = d->item_count;
    serial = without_zeros(serial);
    while (low < high) { /* the first item behind the serial */
        size_t middle = low + (high - low) / 2;
        if (compare_serials(d->items[middle].serial, serial) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool hit = low > 0 && compare_serials(d->items[low - 1].serial, serial) == 0;
    return hit ? &d->items[low - 1] : NULL;
}

static cm_status open_previous(draft *d, cm_error *err)
{
    if (d->t->previous.size == 0) {
        return CM_OK;
    }
    cm_status status = cm_pem_decode(d->t->previous, "X509 CRL", "previous", &d->previous_der, err);
    if (status != CM_OK) {
        return status;
    }
    status = cm_crl_parse((cm_view){d->previous_der.data, d->previous_der.size}, &d->previous, err);
    if (status == CM_OK && !cm_name_equal(d->previous.issuer, d->issuer->x509.subject)) {
        status = cm_fail(err, CM_ERR_MISMATCH, "the list to extend is another authority's");
    }
    if (status == CM_OK && has_critical(d->previous.extensions)) {
        status = cm_fail(err, CM_ERR_UNSUPPORTED,
                         "the list to extend has a critical extension: it is a partial, indirect "
                         "or delta list (RFC 5280 §5.2), which cannot be extended to a full one");
    }
    if (status == CM_OK) {
        status = cm_signature_verify(d->issuer->x509.public_key, d->previous.signature_algorithm,
                                     d->previous.tbs, d->previous.signature, err);
    }
    if (status == CM_OK && d->t->this_update < d->previous.this_update) {
        status = cm_fail(err, CM_ERR_INVALID, "the list to extend is newer (%T) than the new one",
                         d->previous.this_update);
    }
    return cm_fail_in(err, status, "previous");
}

/* At most 20 octets (RFC 5280 §5.2.3), with the one that carries the sign; no leading zeros. */
static bool number_fits(cm_view number)
{
    return number.size < NUMBER_LIMIT ||
           (number.size == NUMBER_LIMIT && (number.data[0] & 0x80) == 0);
}

static cm_status number_too_long(cm_error *err)
{
    cm_fail(err, CM_ERR_INVALID,
            "a CRL number has at most 20 octets with its sign (RFC 5280 §5.2.3)");
    return cm_fail_in(err, CM_ERR_INVALID, "number");
}

/* One more than the previous list's number. */
static cm_status settle_number(draft *d, cm_error *err)
{
    cm_view given = without_zeros(d->t->number), previous = {NULL, 0};
    bool has_previous = d->previous.tbs.size > 0 && cm_crl_number(&d->previous, &previous);
    previous = without_zeros(previous);
    if (!number_fits(given) || previous.size > NUMBER_LIMIT) {
        return number_too_long(err);
    }
    if (d->t->number.size > 0) {
        if (has_previous && compare_serials(given, previous) <= 0 && !d->t->allow_weak) {
            cm_fail(err, CM_ERR_INVALID, "must be greater than the number of the list it extends");
            return cm_fail_in(err, CM_ERR_INVALID, "number");
        }
        d->number_view = given;
        return CM_OK;
    }
    size_t offset = sizeof d->number - previous.size;
    if (previous.size > 0) {
        memcpy(d->number + offset, previous.data, previous.size);
    }
    for (size_t i = sizeof d->number; i-- > 0;) {
        if (++d->number[i] != 0) {
            break;
        }
    }
    d->number_view = without_zeros((cm_view){d->number, sizeof d->number});
    return number_fits(d->number_view) ? CM_OK : number_too_long(err);
}

static cm_status settle_dates(draft *d, cm_error *err)
{
    const cm_crl_template *t = d->t;
    int64_t validity = t->validity > 0 ? t->validity : (int64_t)DEFAULT_DAYS * DAY;
    if (!cm_time_valid(t->this_update)) {
        cm_fail(err, CM_ERR_INVALID, "a list's dates lie between 1950 and 9999 (RFC 5280)");
        return cm_fail_in(err, CM_ERR_INVALID, "thisUpdate");
    }
    if (t->validity < 0 || validity > (int64_t)3652059 * DAY) {
        cm_fail(err, CM_ERR_INVALID, "the validity must be positive and end before the year 10000");
        return cm_fail_in(err, CM_ERR_INVALID, "days");
    }
    d->next_update = t->has_next_update ? t->next_update : t->this_update + validity;
    if (!cm_time_valid(d->next_update)) {
        cm_fail(err, CM_ERR_INVALID, "a list's dates lie between 1950 and 9999 (RFC 5280)");
        return cm_fail_in(err, CM_ERR_INVALID, "nextUpdate");
    }
    if (d->next_update <= t->this_update && !t->allow_weak) {
        cm_fail(err, CM_ERR_INVALID,
                "%T must be after thisUpdate, %T: the list would be born expired", d->next_update,
                t->this_update);
        return cm_fail_in(err, CM_ERR_INVALID, "nextUpdate");
    }
    return CM_OK;
}

static cm_status check_issuer(const draft *d, cm_error *err)
{
    unsigned usage;
    if (!d->t->allow_weak && cm_x509_key_usage(d->issuer->x509.extensions, &usage) &&
        (usage & CM_KU_CRL_SIGN) == 0) {
        cm_fail(err, CM_ERR_INVALID, "the issuer's key usage does not include cRLSign");
        return cm_fail_in(err, CM_ERR_INVALID, "issuer");
    }
    return CM_OK;
}

/* Entries of the previous list that are not named again, then the new ones. */
static cm_status write_entries(const draft *d, cm_der *out, cm_error *err)
{
    cm_view rest = d->previous.revoked;
    cm_crl_entry entry;
    while (rest.size > 0 && cm_crl_next_entry(&rest, &entry)) {
        if (find_item(d, entry.serial) == NULL) {
            cm_der_raw(out, entry.whole);
        }
    }
    for (size_t i = 0; i < d->item_count; i++) {
        const item *it = &d->items[i];
        bool last = i + 1 == d->item_count || compare_serials(it->serial, it[1].serial) != 0;
        if (last && it->revoked->reason != CM_REASON_REMOVE_FROM_CRL) {
            write_entry(it, out);
        }
    }
    return out->status == CM_OK ? CM_OK : cm_fail_memory(err);
}

static void write_extensions(const draft *d, cm_der *out)
{
    cm_der value = {NULL, 0, 0, CM_OK};
    size_t explicit_tag = cm_der_begin(out, CM_TAG_CONTEXT_CONSTRUCTED(0));
    size_t extensions = cm_der_begin(out, CM_TAG_SEQUENCE);
    size_t mark = cm_der_begin(&value, CM_TAG_SEQUENCE);
    cm_der_element(&value, CM_TAG_CONTEXT(0), d->issuer->key_id.data, d->issuer->key_id.size);
    cm_der_end(&value, mark);
    cm_extension_write(out, OID_AUTHORITY_KEY_IDENTIFIER, OID_SIZE(OID_AUTHORITY_KEY_IDENTIFIER),
                       false, &value);
    cm_der_free(&value);
    cm_der_unsigned(&value, d->number_view);
    cm_extension_write(out, OID_CRL_NUMBER, OID_SIZE(OID_CRL_NUMBER), false, &value);
    cm_der_free(&value);
    cm_der_end(out, extensions);
    cm_der_end(out, explicit_tag);
}

static cm_status write_tbs(const draft *d, cm_der *out, cm_error *err)
{
    cm_der entries = {NULL, 0, 0, CM_OK};
    cm_status status = write_entries(d, &entries, err);
    if (status != CM_OK) {
        cm_der_free(&entries);
        return status;
    }
    size_t mark = cm_der_begin(out, CM_TAG_SEQUENCE);
    cm_der_small(out, CM_TAG_INTEGER, 1); /* v2 */
    cm_signer_write_algorithm(&d->signer, out);
    cm_der_raw(out, d->issuer->x509.subject);
    cm_der_time(out, d->t->this_update);
    cm_der_time(out, d->next_update);
    if (entries.size > 0) { /* absent when empty: §5.1.2.6 */
        cm_der_element(out, CM_TAG_SEQUENCE, entries.data, entries.size);
    }
    write_extensions(d, out);
    cm_der_end(out, mark);
    cm_der_free(&entries);
    return out->status == CM_OK ? CM_OK : cm_fail_memory(err);
}

static cm_status settle(draft *d, cm_error *err)
{
    cm_status status =
        cm_signer_init(&d->signer, d->issuer->key, d->t->hash, d->t->pss, d->t->allow_weak, err);
    if (status == CM_OK) {
        status = check_issuer(d, err);
    }
    if (status == CM_OK) {
        status = settle_dates(d, err);
    }
    if (status == CM_OK) {
        status = settle_items(d, err);
    }
    if (status == CM_OK) {
        status = open_previous(d, err);
    }
    return status == CM_OK ? settle_number(d, err) : status;
}

cm_status cm_crl_create(const cm_crl_template *template_, const cm_issuer *issuer, cm_random *rng,
                        cm_bytes *der, cm_error *err)
{
    cm_issuer_certificate issuer_certificate;
    cm_der tbs = {NULL, 0, 0, CM_OK}, out = {NULL, 0, 0, CM_OK};
    draft d = {.t = template_, .issuer = &issuer_certificate};
    *der = (cm_bytes){NULL, 0};
    cm_status status = cm_issuer_open(issuer, &issuer_certificate, err);
    if (status != CM_OK) {
        return cm_fail_in(err, status, "issuer");
    }
    status = settle(&d, err);
    if (status == CM_OK) {
        status = write_tbs(&d, &tbs, err);
    }
    if (status == CM_OK) {
        status = cm_signer_sign(&d.signer, cm_der_view(&tbs), rng, &out, err);
    }
    for (size_t i = 0; i < d.item_count; i++) {
        cm_bytes_free(&d.items[i].certificate);
    }
    free(d.items);
    cm_bytes_free(&d.previous_der);
    cm_issuer_close(&issuer_certificate);
    cm_der_free(&tbs);
    if (status != CM_OK) {
        cm_der_free(&out);
        return status;
    }
    return cm_der_finish(&out, der, err);
}
