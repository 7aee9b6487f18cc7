#include <stddef.h>

#include "certmint.h"

#include "der.h"
#include "error.h"
#include "extension.h"
#include "inspect.h"
#include "issuer.h"
#include "key.h"
#include "name.h"
#include "profile.h"
#include "request.h"
#include "signature.h"
#include "subject.h"
#include "x509.h"

enum { DAY = 86400, BACKDATE = 3600, SERIAL_SIZE = 20 };

/* Everything that one certificate is made of, settled step by step. */
typedef struct draft {
    const cm_certificate_template *t;
    const cm_profile_defaults *profile;
    const cm_key *subject_key;
    const cm_issuer_certificate *issuer; /* NULL: self-signed */
    cm_signer signer;
    cm_subject subject;
    cm_extensions extensions; /* the template's, with what a request may add */
    cm_bytes request_der;
    cm_name request_name;
    cm_key *request_key;
    int64_t not_before, not_after;
    uint8_t serial[SERIAL_SIZE];
    cm_view serial_view;
} draft;

/* ------------------------------------------------------------------ subject and SAN */

static cm_status refuse_subject(cm_error *err, const char *message)
{
    cm_fail(err, CM_ERR_INVALID, message);
    return cm_fail_in(err, CM_ERR_INVALID, "subject");
}

static cm_status refuse_empty_ca(cm_error *err)
{
    return refuse_subject(err, "a CA needs a subject (RFC 5280 §4.1.2.6), like CN=My Root");
}

static cm_status settle_subject(draft *d, cm_error *err)
{
    d->subject.no_san = d->subject.no_san || d->t->extensions.none;
    d->subject.constrained = d->issuer != NULL && cm_issuer_is_constrained(d->issuer);
    cm_status status = cm_subject_settle(&d->subject, err);
    if (status != CM_OK || !cm_name_is_empty(cm_der_view(&d->subject.encoded))) {
        return status;
    }
    if (d->issuer == NULL && !d->t->allow_weak) {
        return refuse_subject(err, "a self-signed certificate needs a subject, since it is its own "
                                   "issuer (RFC 5280 §4.1.2.4): give a subject or a name");
    }
    if (d->profile->ca) {
        return refuse_empty_ca(err);
    }
    if (d->subject.name_count == 0 && !d->t->allow_weak) {
        return refuse_subject(err, "a certificate needs a subject or a name (san)");
    }
    return CM_OK;
}

/* ------------------------------------------------------------------ validity */

static cm_status out_of_range(cm_error *err, const char *field)
{
    cm_fail(err, CM_ERR_INVALID, "a certificate's dates lie between 1950 and 9999 (RFC 5280)");
    return cm_fail_in(err, CM_ERR_INVALID, "%s", field);
}

/* The issuer's dates bound the certificate's: defaults give way silently, what was asked for only
 * with `clamp`. */
static cm_status fit_issuer(draft *d, bool explicit_start, bool explicit_end, cm_error *err)
{
    const cm_x509 *issuer = &d->issuer->x509;
    if (d->not_before < issuer->not_before) {
        if (explicit_start && !d->t->clamp) {
            cm_fail(err, CM_ERR_INVALID, "%T is before the issuer's own start, %T", d->not_before,
                    issuer->not_before);
            return cm_fail_in(err, CM_ERR_INVALID, "notBefore");
        }
        d->not_before = issuer->not_before;
    }
    if (d->not_after > issuer->not_after) {
        if (explicit_end && !d->t->clamp) {
            cm_fail(err, CM_ERR_INVALID,
                    "%T is after the issuer's own end, %T; choose an earlier date, or clamp to it",
                    d->not_after, issuer->not_after);
            return cm_fail_in(err, CM_ERR_INVALID, "notAfter");
        }
        d->not_after = issuer->not_after;
    }
    if (d->not_after < d->not_before) {
        cm_fail(err, CM_ERR_INVALID, "the issuer is valid from %T to %T only", issuer->not_before,
                issuer->not_after);
        return cm_fail_in(err, CM_ERR_INVALID, "issuer");
    }
    return CM_OK;
}

static cm_status settle_validity(draft *d, cm_error *err)
{
    const cm_certificate_template *t = d->t;
    int64_t validity = t->validity != 0 ? t->validity : (int64_t)d->profile->days * DAY;
    if (t->validity < 0 || t->validity > (int64_t)3652059 * DAY) {
        cm_fail(err, CM_ERR_INVALID, "the validity must be positive and end before the year 10000");
        return cm_fail_in(err, CM_ERR_INVALID, "days");
    }
    if (t->validity != 0 && t->has_not_after) {
        cm_fail(err, CM_ERR_INVALID, "give days or notAfter, not both");
        return cm_fail_in(err, CM_ERR_INVALID, "days");
    }
    if (!cm_time_valid(t->now) && !(t->has_not_before && t->has_not_after)) {
        return out_of_range(err, "now");
    }
    d->not_before = t->has_not_before ? t->not_before : t->now - BACKDATE;
    if (!cm_time_valid(d->not_before)) {
        return out_of_range(err, "notBefore");
    }
    d->not_after = t->has_not_after ? t->not_after : d->not_before + validity;
    if (!cm_time_valid(d->not_after)) {
        return out_of_range(err, t->has_not_after ? "notAfter" : "days");
    }
    if (d->not_after < d->not_before) {
        cm_fail(err, CM_ERR_INVALID, "%T is before notBefore, %T", d->not_after, d->not_before);
        return cm_fail_in(err, CM_ERR_INVALID, "notAfter");
    }
    if (d->issuer != NULL && !t->allow_weak) {
        cm_status status =
            fit_issuer(d, t->has_not_before, t->has_not_after || t->validity != 0, err);
        if (status != CM_OK) {
            return status;
        }
    }
    int64_t days = (d->not_after - d->not_before + DAY - 1) / DAY;
    if (d->profile->max_days != 0 && days > d->profile->max_days) {
        cm_fail(err, CM_ERR_INVALID,
                "%d days; browsers refuse a WebTransport certificate of more "
                "than %d days",
                (int)days, (int)d->profile->max_days);
        return cm_fail_in(err, CM_ERR_INVALID, t->has_not_after ? "notAfter" : "days");
    }
    return CM_OK;
}

/* ------------------------------------------------------------------ serial and key */

/* A random serial of 159 bits, top bit clear and the next set: always positive, always 20 octets.
 */
static cm_status settle_serial(draft *d, cm_random *rng, cm_error *err)
{
    cm_view given = d->t->serial;
    while (given.size > 0 && given.data[0] == 0) {
        given = (cm_view){given.data + 1, given.size - 1};
    }
    if (d->t->serial.size == 0) {
        if (cm_random_bytes(rng, d->serial, sizeof d->serial) != 0) {
            return cm_fail(err, CM_ERR_RANDOM, "the random number generator failed");
        }
        d->serial[0] = (uint8_t)((d->serial[0] & 0x7f) | 0x40);
        d->serial_view = (cm_view){d->serial, sizeof d->serial};
        return CM_OK;
    }
    if (given.size == 0) {
        cm_fail(err, CM_ERR_INVALID, "a serial number is positive (RFC 5280 §4.1.2.2), not zero");
        return cm_fail_in(err, CM_ERR_INVALID, "serial");
    }
    if (given.size > SERIAL_SIZE || (given.size == SERIAL_SIZE && (given.data[0] & 0x80) != 0)) {
        cm_fail(err, CM_ERR_INVALID,
                "a serial number has at most 20 octets with its sign (RFC 5280 §4.1.2.2)");
        return cm_fail_in(err, CM_ERR_INVALID, "serial");
    }
    d->serial_view = given;
    return CM_OK;
}

static cm_status check_subject_key(const draft *d, cm_error *err)
{
    const cm_key *key = d->subject_key;
    if (key->algorithm == CM_KEY_RSA && key->bits < 2048 && !d->t->allow_weak) {
        cm_fail(err, CM_ERR_INVALID, "RSA with %d bits is too weak: clients refuse less than 2048",
                (int)key->bits);
        return cm_fail_in(err, CM_ERR_INVALID, "key");
    }
    if (d->profile == cm_profile_get(CM_PROFILE_WEBTRANSPORT) && key->algorithm != CM_KEY_P256 &&
        !d->t->allow_weak) {
        cm_fail(err, CM_ERR_INVALID, "a WebTransport certificate needs a P-256 key");
        return cm_fail_in(err, CM_ERR_INVALID, "key");
    }
    return CM_OK;
}

/* `none` leaves no room for the others. */
static cm_status check_no_extensions(const cm_certificate_template *t, cm_error *err)
{
    const cm_extensions *x = &t->extensions;
    bool any = t->san_count > 0 || x->basic_constraints.choice != CM_DEFAULT ||
               x->key_usage.choice != CM_DEFAULT || x->extended_key_usage.choice != CM_DEFAULT ||
               x->subject_key_identifier.choice != CM_DEFAULT ||
               x->name_constraints.permitted_count + x->name_constraints.excluded_count +
                       x->certificate_policies.count + x->crl_distribution_points.count +
                       x->authority_info_access.ocsp_count +
                       x->authority_info_access.ca_issuers_count + x->custom_count >
                   0 ||
               x->must_staple;
    if (x->none && any) {
        cm_fail(err, CM_ERR_INVALID,
                "no extensions were asked for, and a SAN or another extension");
        return cm_fail_in(err, CM_ERR_INVALID, "extensions");
    }
    return CM_OK;
}

/* ------------------------------------------------------------------ encoding */

static cm_status write_extensions(const draft *d, cm_der *out, bool *ca, cm_error *err)
{
    cm_extension_context context = {
        .profile = d->profile,
        .rsa = d->subject_key->algorithm == CM_KEY_RSA,
        .subject_empty = cm_name_is_empty(cm_der_view(&d->subject.encoded)),
        .subject_key = {d->subject_key->spki.data, d->subject_key->spki.size},
        .issuer_key_id = d->issuer == NULL ? (cm_view){NULL, 0} : d->issuer->key_id,
        .names = cm_der_view(&d->subject.names),
        .allow_weak = d->t->allow_weak,
    };
    return cm_extensions_write(&d->extensions, &context, out, ca, err);
}

/* TBSCertificate, RFC 5280 §4.1.2. */
static cm_status write_tbs(const draft *d, cm_view extensions, cm_der *out)
{
    size_t mark = cm_der_begin(out, CM_TAG_SEQUENCE);
    size_t version = cm_der_begin(out, CM_TAG_CONTEXT_CONSTRUCTED(0));
    cm_der_small(out, CM_TAG_INTEGER, 2); /* v3 */
    cm_der_end(out, version);
    cm_der_unsigned(out, d->serial_view);
    cm_signer_write_algorithm(&d->signer, out);
    cm_der_raw(out, d->issuer == NULL ? cm_der_view(&d->subject.encoded) : d->issuer->x509.subject);
    size_t validity = cm_der_begin(out, CM_TAG_SEQUENCE);
    cm_der_time(out, d->not_before);
    cm_der_time(out, d->not_after);
    cm_der_end(out, validity);
    cm_der_raw(out, cm_der_view(&d->subject.encoded));
    cm_der_raw(out, (cm_view){d->subject_key->spki.data, d->subject_key->spki.size});
    if (extensions.size > 0) {
        size_t explicit_tag = cm_der_begin(out, CM_TAG_CONTEXT_CONSTRUCTED(3));
        cm_der_raw(out, extensions);
        cm_der_end(out, explicit_tag);
    }
    cm_der_end(out, mark);
    return out->status;
}

static cm_status encode(const draft *d, cm_random *rng, cm_bytes *der, cm_error *err)
{
    cm_der extensions = {NULL, 0, 0, CM_OK}, tbs = {NULL, 0, 0, CM_OK}, out = {NULL, 0, 0, CM_OK};
    bool ca = false;
    cm_status status = write_extensions(d, &extensions, &ca, err);
    if (status == CM_OK && extensions.status != CM_OK) {
        status = cm_fail_memory(err);
    }
    if (status == CM_OK && ca && cm_name_is_empty(cm_der_view(&d->subject.encoded))) {
        status = refuse_empty_ca(err);
    }
    if (status == CM_OK && d->issuer != NULL && !d->t->allow_weak) {
        status = cm_issuer_check(d->issuer, ca, cm_der_view(&extensions),
                                 cm_der_view(&d->subject.encoded), err);
    }
    if (status == CM_OK && write_tbs(d, cm_der_view(&extensions), &tbs) != CM_OK) {
        status = cm_fail_memory(err);
    }
    if (status == CM_OK) {
        status = cm_signer_sign(&d->signer, cm_der_view(&tbs), rng, &out, err);
    }
    cm_der_free(&extensions);
    cm_der_free(&tbs);
    if (status != CM_OK) {
        cm_der_free(&out);
        return status;
    }
    return cm_der_finish(&out, der, err);
}

/* Opens the request of the template: its key becomes the subject's, and what may be taken of its
 * wishes fills the gaps of the template. */
static cm_status open_request(draft *d, cm_random *rng, cm_error *err)
{
    cm_request request;
    cm_status status = cm_request_decode(d->t->request, &d->request_der, err);
    if (status != CM_OK) {
        return status;
    }
    status = cm_request_parse((cm_view){d->request_der.data, d->request_der.size}, &request, err);
    if (status == CM_OK) {
        status = cm_request_check_signature(&request, err);
    }
    if (status == CM_OK) {
        status = cm_key_import(request.public_key, (cm_view){NULL, 0}, rng, &d->request_key, err);
    }
    if (status == CM_OK) {
        d->subject_key = d->request_key;
        status = cm_request_honor(&request, d->t, d->profile, d->request_key, &d->subject,
                                  &d->request_name, &d->extensions, err);
    }
    return cm_fail_in(err, status, "request");
}

static cm_status settle(draft *d, cm_random *rng, cm_error *err)
{
    cm_status status = check_no_extensions(d->t, err);
    if (status == CM_OK && d->t->request.size > 0) {
        status = open_request(d, rng, err);
    }
    if (status == CM_OK) {
        status = check_subject_key(d, err);
    }
    if (status == CM_OK) {
        const cm_key *key = d->issuer == NULL ? d->subject_key : d->issuer->key;
        status = cm_signer_init(&d->signer, key, d->t->hash, d->t->pss, d->t->allow_weak, err);
    }
    if (status == CM_OK) {
        status = settle_subject(d, err);
    }
    if (status == CM_OK) {
        status = settle_validity(d, err);
    }
    return status == CM_OK ? settle_serial(d, rng, err) : status;
}

static cm_status check_arguments(const cm_certificate_template *t, const cm_key *subject_key,
                                 const cm_issuer *issuer, cm_error *err)
{
    if (cm_profile_get(t->profile) == NULL) {
        cm_fail(err, CM_ERR_INVALID, "no such profile");
        return cm_fail_in(err, CM_ERR_INVALID, "profile");
    }
    if (t->request.size > 0 && (subject_key != NULL || issuer == NULL)) {
        cm_fail(err, CM_ERR_INVALID,
                subject_key != NULL ? "the request brings its own public key: give no other"
                                    : "a request is answered by an issuer; only the holder of the "
                                      "key could sign it with itself");
        return cm_fail_in(err, CM_ERR_INVALID, subject_key != NULL ? "key" : "issuer");
    }
    if (t->request.size == 0 && subject_key == NULL) {
        cm_fail(err, CM_ERR_INVALID, "a key or a request is needed");
        return cm_fail_in(err, CM_ERR_INVALID, "key");
    }
    return CM_OK;
}

cm_status cm_certificate_create(const cm_certificate_template *template_, const cm_key *subject_key,
                                const cm_issuer *issuer, cm_random *rng, cm_bytes *der,
                                cm_error *err)
{
    cm_issuer_certificate issuer_certificate;
    draft d = {.t = template_,
               .profile = cm_profile_get(template_->profile),
               .subject_key = subject_key,
               .extensions = template_->extensions};
    *der = (cm_bytes){NULL, 0};
    cm_status status = check_arguments(template_, subject_key, issuer, err);
    if (status != CM_OK) {
        return status;
    }
    d.subject = (cm_subject){.name = &template_->subject,
                             .san = template_->san,
                             .san_count = template_->san_count,
                             .no_san = template_->no_san,
                             .profile = d.profile};
    if (issuer != NULL) {
        status = cm_issuer_open(issuer, &issuer_certificate, err);
        if (status != CM_OK) {
            return cm_fail_in(err, status, "issuer");
        }
        d.issuer = &issuer_certificate;
    }
    status = settle(&d, rng, err);
    if (status == CM_OK) {
        status = encode(&d, rng, der, err);
    }
    cm_subject_free(&d.subject);
    cm_bytes_free(&d.request_der);
    cm_key_free(d.request_key);
    if (issuer != NULL) {
        cm_issuer_close(&issuer_certificate);
    }
    return status;
}

void cm_fingerprint_sha256(cm_view der, char out[96])
{
    cm_fingerprint(der, CM_HASH_SHA256, out);
}
