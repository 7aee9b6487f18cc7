#include <string.h>

#include <mbedtls/md.h>
#include <mbedtls/pk.h>

#include "certmint.h"

#include "crl.h"
#include "der.h"
#include "error.h"
#include "extension.h"
#include "general_name.h"
#include "inspect.h"
#include "json.h"
#include "key.h"
#include "name.h"
#include "oid.h"
#include "request.h"
#include "signature.h"
#include "x509.h"

void cm_fingerprint(cm_view der, cm_hash hash, char out[96])
{
    static const char digits[] = "0123456789ABCDEF";
    uint8_t digest[32];
    bool sha1 = hash == CM_HASH_SHA1;
    size_t size = sha1 ? 20 : 32;
    out[0] = '\0';
    if (mbedtls_md(mbedtls_md_info_from_type(sha1 ? MBEDTLS_MD_SHA1 : MBEDTLS_MD_SHA256), der.data,
                   der.size, digest) != 0) {
        return;
    }
    for (size_t i = 0; i < size; i++) {
        out[3 * i] = digits[digest[i] >> 4];
        out[3 * i + 1] = digits[digest[i] & 15];
        out[3 * i + 2] = i + 1 < size ? ':' : '\0';
    }
}

void cm_key_describe_members(const cm_key *key, cm_json *j)
{
    static const char *const curve_names[] = {
        [CM_KEY_P256] = "P-256",
        [CM_KEY_P384] = "P-384",
        [CM_KEY_P521] = "P-521",
        [CM_KEY_SECP256K1] = "secp256k1",
    };
    char spec[16];
    cm_key_spec_name(key, spec);
    cm_json_key(j, "spec");
    cm_json_string(j, spec);
    cm_json_key(j, "type");
    cm_json_string(j, key->algorithm == CM_KEY_RSA ? "rsa" : "ec");
    cm_json_key(j, "bits");
    cm_json_integer(j, (int64_t)key->bits);
    if (key->algorithm != CM_KEY_RSA) {
        cm_json_key(j, "curve");
        cm_json_string(j, curve_names[key->algorithm]);
    }
}

cm_status cm_key_describe(const cm_key *key, cm_bytes *json, cm_error *err)
{
    cm_json j = {{NULL, 0, 0, CM_OK}, false};
    *json = (cm_bytes){NULL, 0};
    cm_json_open(&j, '{');
    cm_key_describe_members(key, &j);
    cm_json_key(&j, "private");
    cm_json_boolean(&j, key->is_private);
    cm_json_close(&j, '}');
    return cm_json_finish(&j, json, err);
}

static cm_status put_name(cm_json *j, const char *key, cm_view name, cm_error *err)
{
    cm_bytes text;
    cm_status status = cm_name_text(name, &text, err);
    if (status == CM_OK) {
        cm_json_key(j, key);
        cm_json_text(j, (cm_text){(const char *)text.data, text.size});
        cm_bytes_free(&text);
    }
    return status;
}

void cm_json_fingerprints(cm_json *j, cm_view der)
{
    char text[96];
    cm_json_key(j, "fingerprints");
    cm_json_open(j, '{');
    cm_fingerprint(der, CM_HASH_SHA1, text);
    cm_json_key(j, "sha1");
    cm_json_string(j, text);
    cm_fingerprint(der, CM_HASH_SHA256, text);
    cm_json_key(j, "sha256");
    cm_json_string(j, text);
    cm_json_close(j, '}');
}

/* A key that certmint does not handle is said to be "unknown": the certificate is described all the
 * same. */
static void put_public_key(cm_json *j, cm_view spki)
{
    cm_key *key;
    cm_json_key(j, "publicKey");
    cm_json_open(j, '{');
    cm_json_key(j, "spki");
    cm_json_hex(j, spki);
    if (cm_key_import(spki, (cm_view){NULL, 0}, NULL, &key, NULL) == CM_OK) {
        cm_key_describe_members(key, j);
        cm_key_free(key);
    } else {
        cm_json_key(j, "type");
        cm_json_string(j, "unknown");
    }
    cm_json_close(j, '}');
}

static void put_key_usage(cm_json *j, cm_view extensions)
{
    unsigned bits;
    if (!cm_x509_key_usage(extensions, &bits)) {
        return;
    }
    cm_json_key(j, "keyUsage");
    cm_json_open(j, '[');
    for (unsigned i = 0; cm_key_usage_name(i) != NULL; i++) {
        if ((bits >> i & 1) != 0) {
            cm_json_string(j, cm_key_usage_name(i));
        }
    }
    cm_json_close(j, ']');
}

static void put_extended_key_usage(cm_json *j, cm_view extensions)
{
    cm_x509_extension e;
    cm_view content, oid;
    if (!cm_x509_find(extensions, OID_EXTENDED_KEY_USAGE, OID_SIZE(OID_EXTENDED_KEY_USAGE), &e) ||
        !cm_der_take(&e.value, CM_TAG_SEQUENCE, &content)) {
        return;
    }
    cm_json_key(j, "extendedKeyUsage");
    cm_json_open(j, '[');
    while (cm_der_take(&content, CM_TAG_OID, &oid)) {
        const char *name = cm_purpose_name(oid);
        char dotted[CM_OID_TEXT_SIZE];
        cm_oid_text(oid, dotted);
        cm_json_string(j, name != NULL ? name : dotted);
    }
    cm_json_close(j, ']');
}

static void put_san(cm_json *j, cm_view extensions)
{
    cm_x509_extension e;
    cm_view names, content;
    uint8_t tag;
    cm_json_key(j, "san");
    cm_json_open(j, '[');
    if (cm_x509_find(extensions, OID_SUBJECT_ALT_NAME, OID_SIZE(OID_SUBJECT_ALT_NAME), &e) &&
        cm_der_take(&e.value, CM_TAG_SEQUENCE, &names)) {
        while (cm_der_take_any(&names, &tag, &content, NULL)) {
            cm_der text = {NULL, 0, 0, CM_OK};
            if (cm_general_name_put_text(tag, content, &text)) {
                cm_json_text(j, (cm_text){(const char *)text.data, text.size});
            }
            cm_der_free(&text);
        }
    }
    cm_json_close(j, ']');
}

/* An INTEGER without the octet that only carries its sign. */
static void put_number(cm_json *j, const char *key, cm_view number)
{
    if (number.size > 1 && number.data[0] == 0) {
        number = (cm_view){number.data + 1, number.size - 1};
    }
    cm_json_key(j, key);
    cm_json_hex(j, number);
}

static void put_signature(cm_json *j, cm_view algorithm)
{
    cm_json_key(j, "signature");
    cm_json_string(j, cm_signature_name(algorithm));
}

static void put_time(cm_json *j, const char *key, int64_t time)
{
    cm_json_key(j, key);
    cm_json_integer(j, time);
}

/* What certificates and requests say about their use. */
static void put_extensions(cm_json *j, cm_view extensions)
{
    cm_basic_constraints constraints;
    bool present = cm_x509_basic_constraints(extensions, &constraints);
    cm_json_key(j, "isCA");
    cm_json_boolean(j, present && constraints.ca);
    if (present && constraints.has_path_len) {
        cm_json_key(j, "pathLen");
        cm_json_integer(j, (int64_t)constraints.path_len);
    }
    put_key_usage(j, extensions);
    put_extended_key_usage(j, extensions);
    put_san(j, extensions);
}

static cm_status describe_certificate(cm_view der, cm_json *j, cm_error *err)
{
    cm_x509 x;
    cm_status status = cm_x509_parse(der, &x, err);
    if (status == CM_OK) {
        status = put_name(j, "subject", x.subject, err);
    }
    if (status == CM_OK) {
        status = put_name(j, "issuer", x.issuer, err);
    }
    if (status != CM_OK) {
        return status;
    }
    put_number(j, "serial", x.serial);
    put_time(j, "notBefore", x.not_before);
    put_time(j, "notAfter", x.not_after);
    put_signature(j, x.signature_algorithm);
    put_public_key(j, x.public_key);
    put_extensions(j, x.extensions);
    return CM_OK;
}

static cm_status describe_request(cm_view der, cm_json *j, cm_error *err)
{
    cm_request request;
    cm_status status = cm_request_parse(der, &request, err);
    if (status == CM_OK) {
        status = put_name(j, "subject", request.subject, err);
    }
    if (status != CM_OK) {
        return status;
    }
    put_signature(j, request.signature_algorithm);
    cm_json_key(j, "signatureValid");
    cm_json_boolean(j, cm_request_check_signature(&request, NULL) == CM_OK);
    put_public_key(j, request.public_key);
    put_extensions(j, request.extensions);
    return CM_OK;
}

static cm_status put_revoked(cm_json *j, cm_view entries, cm_error *err)
{
    cm_crl_entry entry;
    cm_json_key(j, "revoked");
    cm_json_open(j, '[');
    while (entries.size > 0) {
        cm_crl_reason reason;
        int64_t invalidity_date;
        if (!cm_crl_next_entry(&entries, &entry) || !cm_crl_entry_reason(&entry, &reason)) {
            return cm_fail(err, CM_ERR_MALFORMED, "an entry of the revocation list is damaged");
        }
        cm_json_open(j, '{');
        put_number(j, "serial", entry.serial);
        put_time(j, "date", entry.date);
        if (reason != CM_REASON_UNSPECIFIED) {
            const char *name = cm_crl_reason_name(reason);
            cm_json_key(j, "reason");
            cm_json_string(j, name != NULL ? name : "unknown");
        }
        if (cm_crl_entry_invalidity_date(&entry, &invalidity_date)) {
            put_time(j, "invalidityDate", invalidity_date);
        }
        cm_json_close(j, '}');
    }
    cm_json_close(j, ']');
    return CM_OK;
}

static cm_status describe_crl(cm_view der, cm_json *j, cm_error *err)
{
    cm_crl crl;
    cm_view number;
    cm_status status = cm_crl_parse(der, &crl, err);
    if (status == CM_OK) {
        status = put_name(j, "issuer", crl.issuer, err);
    }
    if (status != CM_OK) {
        return status;
    }
    put_time(j, "thisUpdate", crl.this_update);
    if (crl.has_next_update) {
        put_time(j, "nextUpdate", crl.next_update);
    }
    if (cm_crl_number(&crl, &number)) {
        put_number(j, "number", number);
    }
    put_signature(j, crl.signature_algorithm);
    return put_revoked(j, crl.revoked, err);
}

/* One JSON object around what `write` says of the DER, fingerprints included; takes *der over. */
static cm_status describe(cm_bytes *der, cm_status (*write)(cm_view, cm_json *, cm_error *),
                          const char *field, cm_bytes *json, cm_error *err)
{
    cm_json j = {{NULL, 0, 0, CM_OK}, false};
    cm_view view = {der->data, der->size};
    cm_json_open(&j, '{');
    cm_status status = write(view, &j, err);
    if (status == CM_OK) {
        cm_json_fingerprints(&j, view);
        cm_json_close(&j, '}');
        status = cm_json_finish(&j, json, err);
    } else {
        cm_der_free(&j.out);
        cm_fail_in(err, status, "%s", field);
    }
    cm_bytes_free(der);
    return status;
}

cm_status cm_certificate_describe(cm_view certificate, cm_bytes *json, cm_error *err)
{
    cm_bytes der;
    *json = (cm_bytes){NULL, 0};
    cm_status status = cm_pem_decode(certificate, "CERTIFICATE", "certificate", &der, err);
    return status == CM_OK ? describe(&der, describe_certificate, "certificate", json, err)
                           : status;
}

cm_status cm_request_describe(cm_view request, cm_bytes *json, cm_error *err)
{
    cm_bytes der;
    *json = (cm_bytes){NULL, 0};
    cm_status status = cm_request_decode(request, &der, err);
    return status == CM_OK ? describe(&der, describe_request, "request", json, err) : status;
}

cm_status cm_crl_describe(cm_view crl, cm_bytes *json, cm_error *err)
{
    cm_bytes der;
    *json = (cm_bytes){NULL, 0};
    cm_status status = cm_pem_decode(crl, "X509 CRL", "crl", &der, err);
    return status == CM_OK ? describe(&der, describe_crl, "crl", json, err) : status;
}
