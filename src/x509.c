#include "x509.h"

#include <string.h>

#include <mbedtls/md.h>

#include "error.h"
#include "oid.h"
#include "text.h"

static bool split_tbs(cm_view tbs, cm_x509 *out)
{
    cm_view content, part;
    if (!cm_der_take(&tbs, CM_TAG_SEQUENCE, &content) || tbs.size != 0) {
        return false;
    }
    out->version = 1;
    if (cm_der_peek(content) == CM_TAG_CONTEXT_CONSTRUCTED(0)) {
        cm_view version;
        if (!cm_der_take(&content, CM_TAG_CONTEXT_CONSTRUCTED(0), &part) ||
            !cm_der_take(&part, CM_TAG_INTEGER, &version) || part.size != 0 ||
            !cm_der_small_of(version, &out->version)) {
            return false;
        }
        out->version++;
    }
    if (!cm_der_take(&content, CM_TAG_INTEGER, &out->serial) || out->serial.size == 0 ||
        !cm_der_take_whole(&content, CM_TAG_SEQUENCE, &out->inner_algorithm) ||
        !cm_der_take_whole(&content, CM_TAG_SEQUENCE, &out->issuer) ||
        !cm_der_take(&content, CM_TAG_SEQUENCE, &out->validity) ||
        !cm_der_take_whole(&content, CM_TAG_SEQUENCE, &out->subject) ||
        !cm_der_take_whole(&content, CM_TAG_SEQUENCE, &out->public_key)) {
        return false;
    }
    for (uint8_t id = 1; id <= 2; id++) { /* issuerUniqueID, subjectUniqueID */
        if (cm_der_peek(content) == CM_TAG_CONTEXT(id)) {
            out->has_unique_id = true;
            if (!cm_der_take(&content, CM_TAG_CONTEXT(id), &part)) {
                return false;
            }
        }
    }
    if (content.size > 0 && (!cm_der_take(&content, CM_TAG_CONTEXT_CONSTRUCTED(3), &part) ||
                             !cm_der_take(&part, CM_TAG_SEQUENCE, &out->extensions) ||
                             part.size != 0 || content.size != 0)) {
        return false;
    }
    return true;
}

/* The signature, which has whole bytes unless it was damaged. */
static bool take_bits(cm_view content, cm_x509 *out)
{
    out->unused_bits = content.data[0];
    out->signature = (cm_view){content.data + 1, content.size - 1};
    return content.data[0] < 8;
}

bool cm_x509_split(cm_view der, cm_x509 *out)
{
    cm_view content, bits;
    memset(out, 0, sizeof *out);
    out->der = der;
    return cm_der_take(&der, CM_TAG_SEQUENCE, &content) && der.size == 0 &&
           cm_der_take_whole(&content, CM_TAG_SEQUENCE, &out->tbs) &&
           cm_der_take_whole(&content, CM_TAG_SEQUENCE, &out->signature_algorithm) &&
           cm_der_take(&content, CM_TAG_BIT_STRING, &bits) && bits.size > 0 && content.size == 0 &&
           take_bits(bits, out) && split_tbs(out->tbs, out);
}

/* What RFC 5280 §4.1 says about the slices. */
static bool follows_rules(cm_x509 *x)
{
    cm_view validity = x->validity;
    if (x->extensions.data != NULL && x->version != 3) {
        x->faults |= CM_X509_OLD_VERSION;
    }
    if (!cm_view_equal(x->inner_algorithm, x->signature_algorithm)) {
        x->faults |= CM_X509_ALGORITHMS_DIFFER;
    }
    return x->version <= 3 && x->unused_bits == 0 && cm_der_take_time(&validity, &x->not_before) &&
           cm_der_take_time(&validity, &x->not_after) && validity.size == 0;
}

static cm_status not_a_certificate(cm_error *err)
{
    return cm_fail(err, CM_ERR_MALFORMED, "the certificate is not what RFC 5280 §4.1 describes");
}

enum { EXTENSION_LIMIT = 256 }; /* each is compared with each */

/* Every Extension well formed; whether one is there twice. */
static cm_status check_extensions(cm_view extensions, unsigned *faults, cm_error *err)
{
    cm_x509_extension one, other;
    for (unsigned count = 0; extensions.size > 0; count++) {
        if (count == EXTENSION_LIMIT) {
            return cm_fail(err, CM_ERR_LIMIT, "the certificate has more than %d extensions",
                           EXTENSION_LIMIT);
        }
        if (!cm_x509_next_extension(&extensions, &one)) {
            return not_a_certificate(err);
        }
        cm_view rest = extensions;
        for (unsigned i = count; i < EXTENSION_LIMIT && cm_x509_next_extension(&rest, &other);
             i++) {
            if (cm_view_equal(one.oid, other.oid)) {
                *faults |= CM_X509_REPEATED;
            }
        }
    }
    return CM_OK;
}

cm_status cm_x509_read(cm_view der, cm_x509 *out, cm_error *err)
{
    cm_view rest = der, content;
    memset(out, 0, sizeof *out);
    if (!cm_der_take(&rest, CM_TAG_SEQUENCE, &content)) {
        return cm_fail(err, CM_ERR_MALFORMED, "not a DER certificate, or one that is cut short");
    }
    if (rest.size != 0) {
        return cm_fail(err, CM_ERR_MALFORMED, "%d bytes follow the certificate", (int)rest.size);
    }
    if (!cm_x509_split(der, out) || !follows_rules(out)) {
        return not_a_certificate(err);
    }
    return check_extensions(out->extensions, &out->faults, err);
}

cm_status cm_x509_parse(cm_view der, cm_x509 *out, cm_error *err)
{
    cm_status status = cm_x509_read(der, out, err);
    return status == CM_OK && out->faults != 0 ? not_a_certificate(err) : status;
}

bool cm_x509_next_extension(cm_view *in, cm_x509_extension *extension)
{
    cm_view content, critical;
    if (!cm_der_take(in, CM_TAG_SEQUENCE, &content) ||
        !cm_der_take(&content, CM_TAG_OID, &extension->oid)) {
        return false;
    }
    extension->critical = false;
    if (cm_der_peek(content) == CM_TAG_BOOLEAN) {
        if (!cm_der_take(&content, CM_TAG_BOOLEAN, &critical) || critical.size != 1) {
            return false;
        }
        extension->critical = critical.data[0] != 0;
    }
    return cm_der_take(&content, CM_TAG_OCTET_STRING, &extension->value) && content.size == 0;
}

bool cm_x509_find(cm_view extensions, const char *oid, size_t oid_size,
                  cm_x509_extension *extension)
{
    while (cm_x509_next_extension(&extensions, extension)) {
        if (cm_view_equal(extension->oid, (cm_view){(const uint8_t *)oid, oid_size})) {
            return true;
        }
    }
    return false;
}

bool cm_x509_basic_constraints(cm_view extensions, cm_basic_constraints *out)
{
    cm_x509_extension e;
    cm_view content, part;
    *out = (cm_basic_constraints){false, false, 0};
    if (!cm_x509_find(extensions, OID_BASIC_CONSTRAINTS, OID_SIZE(OID_BASIC_CONSTRAINTS), &e) ||
        !cm_der_take(&e.value, CM_TAG_SEQUENCE, &content) || e.value.size != 0) {
        return false;
    }
    if (cm_der_peek(content) == CM_TAG_BOOLEAN) {
        if (!cm_der_take(&content, CM_TAG_BOOLEAN, &part) || part.size != 1) {
            return false;
        }
        out->ca = part.data[0] != 0;
    }
    if (content.size > 0) {
        if (!cm_der_take(&content, CM_TAG_INTEGER, &part) ||
            !cm_der_small_of(part, &out->path_len)) {
            return false;
        }
        out->has_path_len = true;
    }
    return content.size == 0;
}

bool cm_x509_key_usage(cm_view extensions, unsigned *bits)
{
    cm_x509_extension e;
    cm_view content;
    return cm_x509_find(extensions, OID_KEY_USAGE, OID_SIZE(OID_KEY_USAGE), &e) &&
           cm_der_take(&e.value, CM_TAG_BIT_STRING, &content) && e.value.size == 0 &&
           cm_der_named_bits_of(content, bits);
}

bool cm_x509_subject_key_identifier(cm_view extensions, cm_view *id)
{
    cm_x509_extension e;
    return cm_x509_find(extensions, OID_SUBJECT_KEY_IDENTIFIER,
                        OID_SIZE(OID_SUBJECT_KEY_IDENTIFIER), &e) &&
           cm_der_take(&e.value, CM_TAG_OCTET_STRING, id) && e.value.size == 0 && id->size > 0;
}

bool cm_spki_split(cm_view spki, cm_view *oid, cm_view *parameters, cm_view *bits)
{
    cm_view content;
    return cm_der_take(&spki, CM_TAG_SEQUENCE, &content) &&
           cm_der_take(&content, CM_TAG_SEQUENCE, parameters) &&
           cm_der_take(parameters, CM_TAG_OID, oid) && cm_der_take_bit_string(&content, bits) &&
           content.size == 0;
}

bool cm_spki_bits(cm_view spki, cm_view *bits)
{
    cm_view oid, parameters;
    return cm_spki_split(spki, &oid, &parameters, bits);
}

bool cm_spki_key_identifier(cm_view spki, uint8_t id[20])
{
    cm_view bits;
    return cm_spki_bits(spki, &bits) &&
           mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA1), bits.data, bits.size, id) == 0;
}
