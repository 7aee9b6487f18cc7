/* OpenSSH's keys: RFC 4253 §6.6 for RSA, RFC 5656 §3.1 for the NIST curves. */
#include "openssh.h"

#include <string.h>

#include <mbedtls/base64.h>

#include "der.h"
#include "error.h"
#include "key.h"
#include "oid.h"
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

/* ------------------------------------------------------------------ reading */

static bool take_uint32(cm_view *in, uint32_t *out)
{
    if (in->size < 4) {
        return false;
    }
    *out = (uint32_t)in->data[0] << 24 | (uint32_t)in->data[1] << 16 | (uint32_t)in->data[2] << 8 |
           in->data[3];
    *in = (cm_view){in->data + 4, in->size - 4};
    return true;
}

static bool take_string(cm_view *in, cm_view *out)
{
    cm_view rest = *in;
    uint32_t size;
    if (!take_uint32(&rest, &size) || size > rest.size) {
        return false;
    }
    *out = (cm_view){rest.data, size};
    *in = (cm_view){rest.data + size, rest.size - size};
    return true;
}

static cm_text text_of(cm_view v)
{
    return (cm_text){(const char *)v.data, v.size};
}

/* SEQUENCE OF INTEGER of the numbers listed. */
static void put_integers(cm_der *d, const cm_view *numbers, const uint8_t *list, size_t count)
{
    size_t mark = cm_der_begin(d, CM_TAG_SEQUENCE);
    for (size_t i = 0; i < count; i++) {
        cm_der_unsigned(d, numbers[list[i]]);
    }
    cm_der_end(d, mark);
}

/* `parameters`: the element behind the identifier, or nothing. */
static void put_spki(cm_der *d, const char *oid, size_t oid_size, cm_view parameters, cm_view bits)
{
    size_t mark = cm_der_begin(d, CM_TAG_SEQUENCE);
    size_t algorithm = cm_der_begin(d, CM_TAG_SEQUENCE);
    cm_der_element(d, CM_TAG_OID, oid, oid_size);
    cm_der_raw(d, parameters);
    cm_der_end(d, algorithm);
    cm_der_bit_string(d, bits);
    cm_der_end(d, mark);
}

static bool read_rsa(cm_view blob, cm_der *d)
{
    static const uint8_t order[] = {1, 0}, null[] = {CM_TAG_NULL, 0};
    cm_view numbers[2];
    cm_der key = {NULL, 0, 0, CM_OK};
    if (!take_string(&blob, &numbers[0]) || !take_string(&blob, &numbers[1]) || blob.size != 0) {
        return false;
    }
    put_integers(&key, numbers, order, 2);
    put_spki(d, OID_RSA_ENCRYPTION, OID_SIZE(OID_RSA_ENCRYPTION), (cm_view){null, 2},
             cm_der_view(&key));
    cm_der_free(&key);
    return true;
}

static bool read_dsa(cm_view blob, cm_der *d)
{
    static const uint8_t order[] = {0, 1, 2};
    cm_view numbers[4];
    cm_der parameters = {NULL, 0, 0, CM_OK}, key = {NULL, 0, 0, CM_OK};
    for (size_t i = 0; i < 4; i++) {
        if (!take_string(&blob, &numbers[i])) {
            return false;
        }
    }
    put_integers(&parameters, numbers, order, 3);
    cm_der_unsigned(&key, numbers[3]);
    put_spki(d, OID_DSA, OID_SIZE(OID_DSA), cm_der_view(&parameters), cm_der_view(&key));
    cm_der_free(&parameters);
    cm_der_free(&key);
    return blob.size == 0;
}

static bool read_ec(cm_view blob, cm_der *d)
{
    static const struct {
        const char *name, *oid; /* the OBJECT IDENTIFIER with its header */
        size_t size;
    } curves[] = {
        {"nistp256", "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07", 10},
        {"nistp384", "\x06\x05\x2b\x81\x04\x00\x22", 7},
        {"nistp521", "\x06\x05\x2b\x81\x04\x00\x23", 7},
    };
    cm_view name, point;
    if (!take_string(&blob, &name) || !take_string(&blob, &point) || blob.size != 0) {
        return false;
    }
    for (size_t i = 0; i < 3; i++) {
        if (cm_text_is(text_of(name), curves[i].name)) {
            put_spki(d, OID_EC_PUBLIC_KEY, OID_SIZE(OID_EC_PUBLIC_KEY),
                     (cm_view){(const uint8_t *)curves[i].oid, curves[i].size}, point);
            return true;
        }
    }
    return false;
}

static bool read_ed25519(cm_view blob, cm_der *d)
{
    cm_view point;
    if (!take_string(&blob, &point) || point.size != 32 || blob.size != 0) {
        return false;
    }
    put_spki(d, OID_ED25519, OID_SIZE(OID_ED25519), (cm_view){NULL, 0}, point);
    return true;
}

cm_status cm_openssh_public(cm_view blob, cm_bytes *spki, cm_error *err)
{
    static const struct {
        const char *type;
        bool (*read)(cm_view blob, cm_der *d);
    } types[] = {
        {"ssh-rsa", read_rsa},
        {"ssh-dss", read_dsa},
        {"ecdsa-sha2-nistp256", read_ec},
        {"ecdsa-sha2-nistp384", read_ec},
        {"ecdsa-sha2-nistp521", read_ec},
        {"ssh-ed25519", read_ed25519},
    };
    cm_der d = {NULL, 0, 0, CM_OK};
    cm_view name;
    cm_text type = {NULL, 0};
    *spki = (cm_bytes){NULL, 0};
    if (take_string(&blob, &name)) {
        type = text_of(name);
        for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
            if (!cm_text_is(type, types[i].type)) {
                continue;
            }
            if (types[i].read(blob, &d)) {
                return cm_der_finish(&d, spki, err);
            }
            cm_der_free(&d);
            return cm_fail(err, CM_ERR_MALFORMED, "the OpenSSH key is damaged");
        }
    }
    return cm_fail(err, CM_ERR_UNSUPPORTED, "OpenSSH keys of the type %t are not supported", &type);
}

cm_status cm_openssh_private_split(cm_view data, cm_openssh_private *out, cm_error *err)
{
    static const char magic[] = "openssh-key-v1"; /* with its NUL */
    cm_view cipher, kdf, options, salt;
    uint32_t count, rounds = 0;
    memset(out, 0, sizeof *out);
    if (data.size > sizeof magic && memcmp(data.data, magic, sizeof magic) == 0) {
        cm_view rest = {data.data + sizeof magic, data.size - sizeof magic};
        if (take_string(&rest, &cipher) && take_string(&rest, &kdf) &&
            take_string(&rest, &options) && take_uint32(&rest, &count) && count > 0 &&
            take_string(&rest, &out->public_key) &&
            (options.size == 0 ||
             (take_string(&options, &salt) && take_uint32(&options, &rounds)))) {
            out->cipher = text_of(cipher);
            out->kdf = text_of(kdf);
            out->rounds = rounds;
            return CM_OK;
        }
    }
    return cm_fail(err, CM_ERR_MALFORMED, "the OpenSSH key is damaged");
}
