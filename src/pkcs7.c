/* Certificate bundles: SignedData without signers (RFC 2315 §9.1, RFC 5652 §5.1). */
#include <stdlib.h>
#include <string.h>

#include "ber.h"
#include "certmint.h"
#include "crl.h"
#include "der.h"
#include "error.h"
#include "oid.h"
#include "pkcs7.h"
#include "text.h"
#include "x509.h"

/* ------------------------------------------------------------------ writing */

/* Adds the DER of a certificate, or of a revocation list. */
static cm_status put_object(cm_der *d, cm_view given, bool crl, cm_error *err)
{
    cm_bytes der;
    cm_x509 certificate;
    cm_crl list;
    cm_status status = cm_pem_decode(given, crl ? "X509 CRL" : "CERTIFICATE", "", &der, err);
    if (status == CM_OK) {
        cm_view view = {der.data, der.size};
        status = crl ? cm_crl_parse(view, &list, err) : cm_x509_parse(view, &certificate, err);
        cm_der_raw(d, view);
        cm_bytes_free(&der);
    }
    return status;
}

/* certificates [0] and crls [1] of SignedData, nothing at all when there are none. */
static cm_status put_set(cm_der *d, const cm_view *objects, size_t count, bool crl, cm_error *err)
{
    cm_status status = CM_OK;
    if (count == 0) {
        return CM_OK;
    }
    size_t set = cm_der_begin(d, CM_TAG_CONTEXT_CONSTRUCTED(crl ? 1 : 0));
    for (size_t i = 0; i < count && status == CM_OK; i++) {
        status = cm_fail_in(err, put_object(d, objects[i], crl, err),
                            crl ? "crls[%d]" : "certificates[%d]", (int)i);
    }
    cm_der_end(d, set);
    return status;
}

cm_status cm_pkcs7_create(const cm_view *certificates, size_t count, const cm_view *crls,
                          size_t crl_count, cm_bytes *der, cm_error *err)
{
    cm_der d = {NULL, 0, 0, CM_OK};
    *der = (cm_bytes){NULL, 0};
    if (count + crl_count == 0 || count + crl_count > CM_STORE_ENTRY_LIMIT) {
        cm_fail(err, CM_ERR_INVALID, "a bundle has 1 to %d certificates", CM_STORE_ENTRY_LIMIT);
        return cm_fail_in(err, CM_ERR_INVALID, "certificates");
    }
    size_t info = cm_der_begin(&d, CM_TAG_SEQUENCE);
    cm_der_element(&d, CM_TAG_OID, OID_SIGNED_DATA, OID_SIZE(OID_SIGNED_DATA));
    size_t explicit = cm_der_begin(&d, CM_TAG_CONTEXT_CONSTRUCTED(0));
    size_t signed_data = cm_der_begin(&d, CM_TAG_SEQUENCE);
    cm_der_small(&d, CM_TAG_INTEGER, 1);
    cm_der_element(&d, CM_TAG_SET, NULL, 0); /* digestAlgorithms */
    size_t content = cm_der_begin(&d, CM_TAG_SEQUENCE);
    cm_der_element(&d, CM_TAG_OID, OID_DATA, OID_SIZE(OID_DATA));
    cm_der_end(&d, content);
    cm_status status = put_set(&d, certificates, count, false, err);
    status = status == CM_OK ? put_set(&d, crls, crl_count, true, err) : status;
    cm_der_element(&d, CM_TAG_SET, NULL, 0); /* signerInfos */
    cm_der_end(&d, signed_data);
    cm_der_end(&d, explicit);
    cm_der_end(&d, info);
    if (status != CM_OK) {
        cm_der_free(&d);
        return status;
    }
    return cm_der_finish(&d, der, err);
}

/* ------------------------------------------------------------------ reading */

static cm_status not_pkcs7(cm_error *err)
{
    return cm_fail(err, CM_ERR_MALFORMED, "not a PKCS#7 bundle (RFC 5652 §5.1)");
}

bool cm_pkcs7_sets(cm_view der, cm_view *certificates, cm_view *crls, cm_view *signers)
{
    cm_view info, oid, content, part;
    *certificates = *crls = (cm_view){NULL, 0};
    if (!cm_der_take(&der, CM_TAG_SEQUENCE, &info) || !cm_der_take(&info, CM_TAG_OID, &oid) ||
        !cm_view_equal(oid,
                       (cm_view){(const uint8_t *)OID_SIGNED_DATA, OID_SIZE(OID_SIGNED_DATA)}) ||
        !cm_der_take(&info, CM_TAG_CONTEXT_CONSTRUCTED(0), &content) || info.size != 0 ||
        !cm_der_take(&content, CM_TAG_SEQUENCE, &part) || content.size != 0) {
        return false;
    }
    content = part;
    if (!cm_der_take(&content, CM_TAG_INTEGER, &part) ||
        !cm_der_take(&content, CM_TAG_SET, &part) ||
        !cm_der_take(&content, CM_TAG_SEQUENCE, &part)) {
        return false;
    }
    cm_der_take(&content, CM_TAG_CONTEXT_CONSTRUCTED(0), certificates);
    cm_der_take(&content, CM_TAG_CONTEXT_CONSTRUCTED(1), crls);
    return cm_der_take(&content, CM_TAG_SET, signers) && content.size == 0;
}

/* Elements off the front of a set, as long as they are SEQUENCEs of at least `least` bytes. */
static cm_status collect(cm_view *set, size_t least, cm_view **out, size_t *count, cm_error *err)
{
    cm_view rest = *set, one;
    *out = calloc(set->size / least + 1, sizeof **out);
    if (*out == NULL) {
        return cm_fail_memory(err);
    }
    while (cm_der_take_whole(&rest, CM_TAG_SEQUENCE, &one) && one.size >= least) {
        (*out)[(*count)++] = one;
        *set = rest;
    }
    return CM_OK;
}

static cm_status collect_certificates(cm_view set, cm_pkcs7 *out, cm_error *err)
{
    cm_x509 parsed;
    cm_status status = collect(&set, 64, &out->certificates, &out->count, err);
    if (status == CM_OK && set.size > 0) {
        return cm_fail(err, CM_ERR_UNSUPPORTED, "the bundle holds what is no X.509 certificate");
    }
    for (size_t i = 0; i < out->count && status == CM_OK; i++) {
        status = cm_x509_parse(out->certificates[i], &parsed, err);
    }
    return status;
}

static cm_status decode(cm_view data, cm_bytes *der, cm_error *err)
{
    static const char *const labels[] = {"PKCS7", "CMS", "PKCS #7 SIGNED DATA"};
    cm_bytes ber = {NULL, 0};
    for (size_t i = 0; i < 3 && ber.data == NULL; i++) {
        cm_pem_decode(data, labels[i], "", &ber, NULL);
    }
    if (ber.data == NULL) {
        return cm_fail(err, CM_ERR_MALFORMED,
                       "neither DER nor PEM with a complete BEGIN PKCS7 ... "
                       "END PKCS7 block");
    }
    cm_status status = cm_ber_to_der((cm_view){ber.data, ber.size}, der, err);
    cm_bytes_free(&ber);
    return status;
}

cm_status cm_pkcs7_read(cm_view data, cm_pkcs7 *out, cm_error *err)
{
    cm_view certificates, crls, signers;
    memset(out, 0, sizeof *out);
    if (data.size > CM_STORE_SIZE_LIMIT) {
        cm_fail(err, CM_ERR_LIMIT, "a bundle has at most %d bytes", CM_STORE_SIZE_LIMIT);
        return cm_fail_in(err, CM_ERR_LIMIT, "pkcs7");
    }
    cm_status status = decode(data, &out->der, err);
    if (status == CM_OK &&
        !cm_pkcs7_sets((cm_view){out->der.data, out->der.size}, &certificates, &crls, &signers)) {
        status = not_pkcs7(err);
    }
    if (status == CM_OK) {
        status = collect_certificates(certificates, out, err);
    }
    if (status == CM_OK) {
        status = collect(&crls, 32, &out->crls, &out->crl_count, err);
    }
    if (status != CM_OK) {
        cm_pkcs7_free(out);
    }
    return cm_fail_in(err, status, "pkcs7");
}

void cm_pkcs7_free(cm_pkcs7 *bundle)
{
    free(bundle->certificates);
    free(bundle->crls);
    cm_bytes_free(&bundle->der);
    memset(bundle, 0, sizeof *bundle);
}
