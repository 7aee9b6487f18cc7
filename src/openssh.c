/* OpenSSH's public key line: RFC 4253 §6.6 for RSA, RFC 5656 §3.1 for the NIST curves. */
#include <string.h>

#include <mbedtls/base64.h>

#include "certmint.h"
#include "der.h"
#include "error.h"
#include "key.h"
#include "text.h"
#include "x509.h"

/* RFC 4251 §5: a string is its length in four bytes and then itself; an mpint has the same form as
 * the content of an INTEGER. */
static void put_string(cm_der *d, cm_view v)
{
    uint8_t length[4] = {(uint8_t)(v.size >> 24), (uint8_t)(v.size >> 16), (uint8_t)(v.size >> 8),
                         (uint8_t)v.size};
    cm_der_raw(d, (cm_view){length, sizeof length});
    cm_der_raw(d, v);
}

static void put_name(cm_der *d, const char *name)
{
    put_string(d, (cm_view){(const uint8_t *)name, strlen(name)});
}

/* The blob that the line carries in base64; false when the key is none that mbedTLS writes. */
static bool put_blob(cm_der *d, const cm_key *key, const char *type)
{
    cm_view bits, content, n, e;
    put_name(d, type);
    if (!cm_spki_bits((cm_view){key->spki.data, key->spki.size}, &bits)) {
        return false;
    }
    if (key->algorithm != CM_KEY_RSA) {
        put_name(d, type + strlen("ecdsa-sha2-"));
        put_string(d, bits);
        return true;
    }
    if (!cm_der_take(&bits, CM_TAG_SEQUENCE, &content) ||
        !cm_der_take(&content, CM_TAG_INTEGER, &n) || !cm_der_take(&content, CM_TAG_INTEGER, &e)) {
        return false;
    }
    put_string(d, e);
    put_string(d, n);
    return true;
}

static bool one_line(cm_text text)
{
    for (size_t i = 0; i < text.size; i++) {
        if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7f) {
            return false;
        }
    }
    return cm_utf8_length(text) >= 0;
}

enum { BLOB_LIMIT = 1200 }; /* RSA-8192 with room to spare */

cm_status cm_key_export_openssh(const cm_key *key, cm_text comment, cm_bytes *line, cm_error *err)
{
    static const char *const types[] = {
        [CM_KEY_P256] = "ecdsa-sha2-nistp256",
        [CM_KEY_P384] = "ecdsa-sha2-nistp384",
        [CM_KEY_P521] = "ecdsa-sha2-nistp521",
        [CM_KEY_SECP256K1] = NULL,
        [CM_KEY_RSA] = "ssh-rsa",
    };
    const char *type = types[key->algorithm];
    cm_der blob = {NULL, 0, 0, CM_OK}, d = {NULL, 0, 0, CM_OK};
    uint8_t base64[BLOB_LIMIT / 3 * 4 + 8];
    size_t size = 0;
    *line = (cm_bytes){NULL, 0};
    if (type == NULL) {
        return cm_fail(err, CM_ERR_UNSUPPORTED, "OpenSSH has no keys on the curve secp256k1");
    }
    if (!one_line(comment)) {
        cm_fail(err, CM_ERR_INVALID, "%t must be one line of UTF-8", &comment);
        return cm_fail_in(err, CM_ERR_INVALID, "comment");
    }
    bool fine = put_blob(&blob, key, type) && blob.status == CM_OK &&
                mbedtls_base64_encode(base64, sizeof base64, &size, blob.data, blob.size) == 0;
    cm_der_free(&blob);
    if (!fine) {
        return cm_fail_internal(err, "cm_key_export_openssh");
    }
    cm_der_raw(&d, (cm_view){(const uint8_t *)type, strlen(type)});
    cm_der_raw(&d, (cm_view){(const uint8_t *)" ", 1});
    cm_der_raw(&d, (cm_view){base64, size});
    if (comment.size > 0) {
        cm_der_raw(&d, (cm_view){(const uint8_t *)" ", 1});
        cm_der_raw(&d, (cm_view){(const uint8_t *)comment.data, comment.size});
    }
    cm_der_raw(&d, (cm_view){(const uint8_t *)"\n", 2}); /* with the NUL that text outputs have */
    cm_status status = cm_der_finish(&d, line, err);
    line->size -= status == CM_OK ? 1 : 0;
    return status;
}
