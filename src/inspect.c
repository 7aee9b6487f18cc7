#include <string.h>

#include <mbedtls/md.h>
#include <mbedtls/pk.h>

#include "certmint.h"

#include "der.h"
#include "error.h"
#include "extension.h"
#include "general_name.h"
#include "inspect.h"
#include "json.h"
#include "key.h"
#include "name.h"
#include "oid.h"
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

static void put_fingerprints(cm_json *j, cm_view der)
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

static cm_status describe(const cm_x509 *x, cm_json *j, cm_error *err)
{
    cm_basic_constraints constraints;
    cm_view serial = x->serial;
    cm_json_open(j, '{');
    cm_status status = put_name(j, "subject", x->subject, err);
    if (status == CM_OK) {
        status = put_name(j, "issuer", x->issuer, err);
    }
    if (status != CM_OK) {
        return status;
    }
    if (serial.size > 1 && serial.data[0] == 0) { /* the sign octet is no part of the number */
        serial = (cm_view){serial.data + 1, serial.size - 1};
    }
    cm_json_key(j, "serial");
    cm_json_hex(j, serial);
    cm_json_key(j, "notBefore");
    cm_json_integer(j, x->not_before);
    cm_json_key(j, "notAfter");
    cm_json_integer(j, x->not_after);
    put_fingerprints(j, x->der);
    cm_json_key(j, "signature");
    cm_json_string(j, cm_signature_name(x->signature_algorithm));
    put_public_key(j, x->public_key);
    bool present = cm_x509_basic_constraints(x->extensions, &constraints);
    cm_json_key(j, "isCA");
    cm_json_boolean(j, present && constraints.ca);
    if (present && constraints.has_path_len) {
        cm_json_key(j, "pathLen");
        cm_json_integer(j, (int64_t)constraints.path_len);
    }
    put_key_usage(j, x->extensions);
    put_extended_key_usage(j, x->extensions);
    put_san(j, x->extensions);
    cm_json_close(j, '}');
    return CM_OK;
}

cm_status cm_certificate_describe(cm_view certificate, cm_bytes *json, cm_error *err)
{
    cm_bytes der;
    cm_x509 x;
    cm_json j = {{NULL, 0, 0, CM_OK}, false};
    *json = (cm_bytes){NULL, 0};
    cm_status status = cm_pem_decode(certificate, "CERTIFICATE", "certificate", &der, err);
    if (status != CM_OK) {
        return status;
    }
    status = cm_x509_parse((cm_view){der.data, der.size}, &x, err);
    if (status == CM_OK) {
        status = describe(&x, &j, err);
    }
    if (status == CM_OK) {
        status = cm_json_finish(&j, json, err);
    } else {
        cm_der_free(&j.out);
    }
    cm_bytes_free(&der);
    return cm_fail_in(err, status, status == CM_ERR_MEMORY ? "" : "certificate");
}
