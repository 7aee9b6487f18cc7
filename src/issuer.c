#include "issuer.h"

#include <string.h>

#include "error.h"
#include "key.h"
#include "name.h"
#include "name_constraints.h"
#include "oid.h"
#include "text.h"

/* The subject becomes the issuer of what is signed: it must be one that can be read. */
static cm_status check_subject(cm_view subject, cm_error *err)
{
    cm_bytes text;
    cm_status status = cm_name_text(subject, &text, err);
    if (status == CM_OK) {
        cm_bytes_free(&text);
    }
    return status;
}

cm_status cm_issuer_open(const cm_issuer *issuer, cm_issuer_certificate *out, cm_error *err)
{
    memset(out, 0, sizeof *out);
    out->key = issuer->key;
    cm_status status =
        cm_pem_decode(issuer->certificate, "CERTIFICATE", "certificate", &out->der, err);
    if (status == CM_OK) {
        status = cm_x509_parse((cm_view){out->der.data, out->der.size}, &out->x509, err);
        status = status == CM_OK ? check_subject(out->x509.subject, err) : status;
        status = cm_fail_in(err, status, "certificate");
    }
    if (status == CM_OK &&
        !cm_view_equal(out->x509.public_key,
                       (cm_view){issuer->key->spki.data, issuer->key->spki.size})) {
        cm_fail(err, CM_ERR_MISMATCH, "this private key does not belong to the CA certificate");
        status = cm_fail_in(err, CM_ERR_MISMATCH, "key");
    }
    if (status == CM_OK && !issuer->key->is_private) {
        cm_fail(err, CM_ERR_INVALID, "signing needs a private key; this is a public one");
        status = cm_fail_in(err, CM_ERR_INVALID, "key");
    }
    if (status == CM_OK && !cm_x509_subject_key_identifier(out->x509.extensions, &out->key_id)) {
        if (!cm_spki_key_identifier(out->x509.public_key, out->key_id_buffer)) {
            status = cm_fail_internal(err, "cm_issuer_open");
        }
        out->key_id = (cm_view){out->key_id_buffer, sizeof out->key_id_buffer};
    }
    if (status != CM_OK) {
        cm_issuer_close(out);
    }
    return status;
}

void cm_issuer_close(cm_issuer_certificate *issuer)
{
    cm_bytes_free(&issuer->der);
}

/* Content of SEQUENCE OF GeneralName out of written extensions; empty when there is no SAN. */
static cm_view names_of(cm_view extensions)
{
    cm_view list, names;
    cm_x509_extension e;
    if (cm_der_take(&extensions, CM_TAG_SEQUENCE, &list) &&
        cm_x509_find(list, OID_SUBJECT_ALT_NAME, OID_SIZE(OID_SUBJECT_ALT_NAME), &e) &&
        cm_der_take(&e.value, CM_TAG_SEQUENCE, &names)) {
        return names;
    }
    return (cm_view){NULL, 0};
}

bool cm_issuer_is_constrained(const cm_issuer_certificate *issuer)
{
    cm_x509_extension e;
    return cm_x509_find(issuer->x509.extensions, OID_NAME_CONSTRAINTS,
                        OID_SIZE(OID_NAME_CONSTRAINTS), &e);
}

static cm_status check_name_constraints(const cm_issuer_certificate *issuer, cm_view extensions,
                                        cm_view subject, cm_error *err)
{
    cm_x509_extension e;
    if (!cm_x509_find(issuer->x509.extensions, OID_NAME_CONSTRAINTS, OID_SIZE(OID_NAME_CONSTRAINTS),
                      &e)) {
        return CM_OK;
    }
    cm_status status = cm_name_constraints_check(e.value, subject, names_of(extensions), err);
    return cm_fail_in(err, status, status == CM_ERR_MALFORMED ? "issuer" : "san");
}

/* What the issuer's path length leaves to an authority under it (RFC 5280 §4.2.1.9). */
static cm_status check_path_length(const cm_basic_constraints *issuer, cm_view extensions,
                                   cm_error *err)
{
    cm_basic_constraints own;
    cm_view list;
    if (!issuer->has_path_len) {
        return CM_OK;
    }
    if (issuer->path_len == 0) {
        cm_fail(err, CM_ERR_INVALID,
                "the issuer's pathLen is 0: it may issue end certificates only. Make the root with "
                "pathLen 1 or more for intermediates");
        return cm_fail_in(err, CM_ERR_INVALID, "issuer");
    }
    if (cm_der_take(&extensions, CM_TAG_SEQUENCE, &list) && cm_x509_basic_constraints(list, &own) &&
        own.has_path_len && own.path_len >= issuer->path_len) {
        cm_fail(err, CM_ERR_INVALID, "pathLen %d is too much: the issuer's is %d, which leaves %d",
                (int)own.path_len, (int)issuer->path_len, (int)issuer->path_len - 1);
        return cm_fail_in(err, CM_ERR_INVALID, "extensions.basicConstraints");
    }
    return CM_OK;
}

cm_status cm_issuer_check(const cm_issuer_certificate *issuer, bool ca, cm_view extensions,
                          cm_view subject, cm_error *err)
{
    cm_basic_constraints constraints;
    unsigned usage;
    if (!cm_x509_basic_constraints(issuer->x509.extensions, &constraints) || !constraints.ca) {
        cm_fail(err, CM_ERR_INVALID,
                "the issuer's certificate is not a CA (basicConstraints CA:TRUE is missing)");
        return cm_fail_in(err, CM_ERR_INVALID, "issuer");
    }
    if (cm_name_is_empty(issuer->x509.subject)) {
        cm_fail(err, CM_ERR_INVALID,
                "the issuer's certificate has no subject (RFC 5280 §4.1.2.4 requires one)");
        return cm_fail_in(err, CM_ERR_INVALID, "issuer");
    }
    if (cm_x509_key_usage(issuer->x509.extensions, &usage) && (usage & CM_KU_KEY_CERT_SIGN) == 0) {
        cm_fail(err, CM_ERR_INVALID, "the issuer's key usage does not include keyCertSign");
        return cm_fail_in(err, CM_ERR_INVALID, "issuer");
    }
    cm_status status = ca ? check_path_length(&constraints, extensions, err) : CM_OK;
    return status == CM_OK ? check_name_constraints(issuer, extensions, subject, err) : status;
}
