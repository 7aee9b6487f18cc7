#include "jwk.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/base64.h>
#include <mbedtls/md.h>
#include <mbedtls/platform_util.h>

#include "der.h"
#include "error.h"
#include "json.h"
#include "key.h"
#include "oid.h"
#include "text.h"
#include "x509.h"

static const struct jwk_curve {
    const char *name;
    size_t size; /* bytes of a coordinate */
    const char *oid;
    size_t oid_size;
} curves[] = {
    {"P-256", 32, "\x2a\x86\x48\xce\x3d\x03\x01\x07", 8},
    {"P-384", 48, "\x2b\x81\x04\x00\x22", 5},
    {"P-521", 66, "\x2b\x81\x04\x00\x23", 5},
    {"secp256k1", 32, "\x2b\x81\x04\x00\x0a", 5},
};

/* ------------------------------------------------------------------ base64url */

enum { LARGEST = 1024 }; /* bytes of an RSA-8192 modulus */

/* Without a branch on the characters: they may be a private key's. */
static char swapped(char c, char from, char to)
{
    return (char)(c + (c == from) * (to - from));
}

/* RFC 4648 §5, without padding. */
static void put_base64url(cm_json *j, const char *key, cm_view v)
{
    uint8_t text[LARGEST / 3 * 4 + 8];
    size_t size = 0;
    if (v.size > LARGEST || mbedtls_base64_encode(text, sizeof text, &size, v.data, v.size) != 0) {
        j->out.status = CM_ERR_INTERNAL;
        return;
    }
    while (size > 0 && text[size - 1] == '=') {
        size--;
    }
    for (size_t i = 0; i < size; i++) {
        text[i] = (uint8_t)swapped(swapped((char)text[i], '+', '-'), '/', '_');
    }
    cm_json_key(j, key);
    cm_json_text(j, (cm_text){(const char *)text, size});
    mbedtls_platform_zeroize(text, sizeof text);
}

/* False when it is not base64url or longer than `capacity` bytes. */
static bool read_base64url(cm_text text, uint8_t *out, size_t capacity, size_t *size)
{
    char padded[LARGEST / 3 * 4 + 8];
    if (text.size == 0 || text.size % 4 == 1 || text.size > sizeof padded - 4) {
        return false;
    }
    bool fine =
        memchr(text.data, '+', text.size) == NULL && memchr(text.data, '/', text.size) == NULL &&
        memchr(text.data, '=', text.size) == NULL && memchr(text.data, '\n', text.size) == NULL;
    for (size_t i = 0; i < text.size; i++) {
        padded[i] = swapped(swapped(text.data[i], '-', '+'), '_', '/');
    }
    size_t padding = (4 - text.size % 4) % 4;
    memset(padded + text.size, '=', padding);
    fine = fine && mbedtls_base64_decode(out, capacity, size, (const uint8_t *)padded,
                                         text.size + padding) == 0;
    mbedtls_platform_zeroize(padded, sizeof padded);
    return fine;
}

/* ------------------------------------------------------------------ writing */

/* INTEGER content without the zero byte that keeps it positive (RFC 7518 §2, Base64urlUInt). */
static cm_view magnitude(cm_view integer)
{
    return integer.size > 1 && integer.data[0] == 0 ? (cm_view){integer.data + 1, integer.size - 1}
                                                    : integer;
}

static bool take_integers(cm_view der, cm_view *out, size_t count)
{
    cm_view content;
    bool fine = cm_der_take(&der, CM_TAG_SEQUENCE, &content);
    for (size_t i = 0; i < count && fine; i++) {
        fine = cm_der_take(&content, CM_TAG_INTEGER, &out[i]);
    }
    return fine;
}

/* `parameters`: the element that names the curve in a SubjectPublicKeyInfo. */
static const struct jwk_curve *curve_of(cm_view parameters)
{
    cm_view oid;
    if (cm_der_take(&parameters, CM_TAG_OID, &oid)) {
        for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++) {
            cm_view known = {(const uint8_t *)curves[i].oid, curves[i].oid_size};
            if (cm_view_equal(oid, known)) {
                return &curves[i];
            }
        }
    }
    return NULL;
}

/* The members that make the public key, in the order of RFC 7638 §3; false when it is none that a
 * JWK can carry here. */
static bool put_public(cm_json *j, cm_view spki)
{
    cm_view oid, parameters, bits, integers[2];
    if (!cm_spki_split(spki, &oid, &parameters, &bits)) {
        return false;
    }
    if (cm_view_equal(
            oid, (cm_view){(const uint8_t *)OID_RSA_ENCRYPTION, OID_SIZE(OID_RSA_ENCRYPTION)})) {
        if (!take_integers(bits, integers, 2) || integers[0].size > LARGEST + 1 ||
            integers[1].size > LARGEST) {
            return false;
        }
        put_base64url(j, "e", magnitude(integers[1]));
        cm_json_key(j, "kty");
        cm_json_string(j, "RSA");
        put_base64url(j, "n", magnitude(integers[0]));
        return true;
    }
    const struct jwk_curve *curve = curve_of(parameters);
    if (curve == NULL || bits.size != 1 + 2 * curve->size) {
        return false;
    }
    cm_json_key(j, "crv");
    cm_json_string(j, curve->name);
    cm_json_key(j, "kty");
    cm_json_string(j, "EC");
    put_base64url(j, "x", (cm_view){bits.data + 1, curve->size});
    put_base64url(j, "y", (cm_view){bits.data + 1 + curve->size, curve->size});
    return true;
}

/* d, and the primes with what follows from them, out of the traditional form. */
static bool put_private(cm_json *j, const cm_key *key, cm_view traditional)
{
    static const char *const names[] = {"d", "p", "q", "dp", "dq", "qi"};
    cm_view integers[9], content, part;
    if (key->algorithm == CM_KEY_RSA) {
        if (!take_integers(traditional, integers, 9)) {
            return false;
        }
        for (size_t i = 0; i < 6; i++) {
            put_base64url(j, names[i], magnitude(integers[3 + i]));
        }
        return true;
    }
    if (!cm_der_take(&traditional, CM_TAG_SEQUENCE, &content) ||
        !cm_der_take(&content, CM_TAG_INTEGER, &part) ||
        !cm_der_take(&content, CM_TAG_OCTET_STRING, &part)) {
        return false;
    }
    put_base64url(j, "d", part);
    return true;
}

cm_status cm_key_export_jwk(const cm_key *key, bool with_private, cm_bytes *json, cm_error *err)
{
    cm_json j = {{NULL, 0, 0, CM_OK}, false};
    cm_bytes traditional = {NULL, 0};
    *json = (cm_bytes){NULL, 0};
    if (with_private) {
        cm_status status = cm_key_export(key, CM_KEY_TRADITIONAL, false, &traditional, err);
        if (status != CM_OK) {
            return status;
        }
    }
    cm_json_open(&j, '{');
    bool fine =
        put_public(&j, (cm_view){key->spki.data, key->spki.size}) &&
        (!with_private || put_private(&j, key, (cm_view){traditional.data, traditional.size}));
    cm_json_close(&j, '}');
    cm_bytes_free(&traditional);
    if (!fine) {
        cm_der_free(&j.out);
        return cm_fail_internal(err, "cm_key_export_jwk");
    }
    return cm_json_finish(&j, json, err);
}

bool cm_spki_thumbprint(cm_view spki, char out[44])
{
    cm_json j = {{NULL, 0, 0, CM_OK}, false};
    uint8_t digest[32], text[48];
    size_t size = 0;
    cm_json_open(&j, '{');
    bool fine = put_public(&j, spki);
    cm_json_close(&j, '}');
    fine = fine && j.out.status == CM_OK &&
           mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), j.out.data, j.out.size,
                      digest) == 0 &&
           mbedtls_base64_encode(text, sizeof text, &size, digest, sizeof digest) == 0;
    cm_der_free(&j.out);
    for (size_t i = 0; i < 43 && fine; i++) {
        out[i] = swapped(swapped((char)text[i], '+', '-'), '/', '_');
    }
    out[fine ? 43 : 0] = '\0';
    return fine;
}

cm_status cm_key_thumbprint(const cm_key *key, char out[44], cm_error *err)
{
    return cm_spki_thumbprint((cm_view){key->spki.data, key->spki.size}, out) ? CM_OK
                                                                              : cm_fail_memory(err);
}

/* ------------------------------------------------------------------ reading JSON */

/* As much JSON (RFC 8259) as a JWK needs: strings of one flat object, everything else skipped. */
typedef struct reader {
    const char *at, *end;
} reader;

enum { NESTING_LIMIT = 16 };

static char next(reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || (*r->at >= '\t' && *r->at <= '\r'))) {
        r->at++;
    }
    return r->at < r->end ? *r->at : '\0';
}

static bool accept(reader *r, char c)
{
    if (next(r) != c) {
        return false;
    }
    r->at++;
    return true;
}

/* The text between the quotes as it stands; *escaped tells of a backslash in it. */
static bool string(reader *r, cm_text *text, bool *escaped)
{
    if (!accept(r, '"')) {
        return false;
    }
    const char *start = r->at;
    *escaped = false;
    while (r->at < r->end && *r->at != '"') {
        if (*r->at == '\\') {
            *escaped = true;
            r->at++;
        }
        r->at++;
    }
    if (r->at >= r->end) {
        return false;
    }
    *text = (cm_text){start, (size_t)(r->at - start)};
    r->at++;
    return true;
}

/* A number, true, false or null, not looked at closely. */
static bool skip_word(reader *r)
{
    const char *start = r->at;
    while (r->at < r->end && (cm_is_digit(*r->at) || cm_is_alpha(*r->at) || *r->at == '-' ||
                              *r->at == '+' || *r->at == '.')) {
        r->at++;
    }
    return r->at > start;
}

static bool skip_value(reader *r, unsigned depth)
{
    cm_text text;
    bool escaped;
    char c = next(r);
    if (depth > NESTING_LIMIT) {
        return false;
    }
    if (c == '"') {
        return string(r, &text, &escaped);
    }
    if (c != '{' && c != '[') {
        return skip_word(r);
    }
    char close = c == '{' ? '}' : ']';
    r->at++;
    if (accept(r, close)) {
        return true;
    }
    do {
        if (c == '{' && (!string(r, &text, &escaped) || !accept(r, ':'))) {
            return false;
        }
        if (!skip_value(r, depth + 1)) {
            return false;
        }
    } while (accept(r, ','));
    return accept(r, close);
}

/* The members that make a key. */
enum { KTY, CRV, X, Y, D, N, E, P, Q, DP, DQ, QI, OTH, KEYS, MEMBERS };
static const char *const member_names[MEMBERS] = {"kty", "crv", "x",  "y",  "d",  "n",   "e",
                                                  "p",   "q",   "dp", "dq", "qi", "oth", "keys"};

static size_t member_of(cm_text name)
{
    size_t i = 0;
    while (i < MEMBERS && !cm_text_is(name, member_names[i])) {
        i++;
    }
    return i;
}

/* False when it is no object of JSON, or a member of interest is repeated or no plain string. */
static bool read_members(cm_text json, cm_text members[MEMBERS])
{
    reader r = {json.data, json.data + json.size};
    bool escaped;
    if (!accept(&r, '{')) {
        return false;
    }
    if (!accept(&r, '}')) {
        do {
            cm_text name;
            if (!string(&r, &name, &escaped) || !accept(&r, ':')) {
                return false;
            }
            size_t i = member_of(name);
            if (i == MEMBERS || i == OTH || i == KEYS) {
                const char *start = r.at;
                if (!skip_value(&r, 0)) {
                    return false;
                }
                if (i != MEMBERS) {
                    members[i] = (cm_text){start, 1};
                }
            } else if (members[i].data != NULL || !string(&r, &members[i], &escaped) || escaped) {
                return false;
            }
        } while (accept(&r, ','));
        if (!accept(&r, '}')) {
            return false;
        }
    }
    return next(&r) == '\0' && r.at == r.end;
}

bool cm_jwk_next(cm_text *rest, cm_text *key)
{
    reader r = {rest->data, rest->data + rest->size};
    if (r.at == NULL || (!accept(&r, '[') && !accept(&r, ',')) || next(&r) != '{') {
        return false;
    }
    const char *start = r.at;
    if (!skip_value(&r, 0)) {
        return false;
    }
    *key = (cm_text){start, (size_t)(r.at - start)};
    *rest = (cm_text){r.at, (size_t)(r.end - r.at)};
    return true;
}

cm_text cm_jwk_set(cm_text json)
{
    cm_text members[MEMBERS] = {{NULL, 0}};
    if (!read_members(json, members) || members[KTY].data != NULL || members[KEYS].data == NULL) {
        return (cm_text){NULL, 0};
    }
    return (cm_text){members[KEYS].data, (size_t)(json.data + json.size - members[KEYS].data)};
}

/* ------------------------------------------------------------------ reading keys */

static cm_status missing(size_t member, cm_error *err)
{
    return cm_fail(err, CM_ERR_MALFORMED, "the JWK has no \"%s\", or it is not base64url",
                   member_names[member]);
}

static void put_oid(cm_der *d, const char *oid, size_t size)
{
    cm_der_element(d, CM_TAG_OID, oid, size);
}

/* A coordinate or scalar, of exactly the size of the curve (RFC 7518 §6.2). */
static cm_status read_fixed(cm_text members[MEMBERS], size_t member, uint8_t *out, size_t size,
                            cm_error *err)
{
    size_t got = 0;
    if (!read_base64url(members[member], out, size, &got)) {
        return missing(member, err);
    }
    return got == size ? CM_OK
                       : cm_fail(err, CM_ERR_MALFORMED, "\"%s\" of the JWK must have %d bytes",
                                 member_names[member], (int)size);
}

static void put_ec_private(cm_der *d, const struct jwk_curve *curve, const uint8_t *scalar,
                           cm_view point)
{
    size_t mark = cm_der_begin(d, CM_TAG_SEQUENCE);
    cm_der_small(d, CM_TAG_INTEGER, 1);
    cm_der_element(d, CM_TAG_OCTET_STRING, scalar, curve->size);
    size_t parameters = cm_der_begin(d, CM_TAG_CONTEXT_CONSTRUCTED(0));
    put_oid(d, curve->oid, curve->oid_size);
    cm_der_end(d, parameters);
    size_t public_key = cm_der_begin(d, CM_TAG_CONTEXT_CONSTRUCTED(1));
    cm_der_bit_string(d, point);
    cm_der_end(d, public_key);
    cm_der_end(d, mark);
}

static void put_ec_public(cm_der *d, const struct jwk_curve *curve, cm_view point)
{
    static const char ec_public_key[] = "\x2a\x86\x48\xce\x3d\x02\x01";
    size_t mark = cm_der_begin(d, CM_TAG_SEQUENCE);
    size_t algorithm = cm_der_begin(d, CM_TAG_SEQUENCE);
    put_oid(d, ec_public_key, sizeof ec_public_key - 1);
    put_oid(d, curve->oid, curve->oid_size);
    cm_der_end(d, algorithm);
    cm_der_bit_string(d, point);
    cm_der_end(d, mark);
}

static cm_status read_ec(cm_text members[MEMBERS], cm_der *d, cm_error *err)
{
    uint8_t point[1 + 2 * 66] = {4}, scalar[66];
    const struct jwk_curve *curve = NULL;
    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++) {
        if (cm_text_is(members[CRV], curves[i].name)) {
            curve = &curves[i];
        }
    }
    if (curve == NULL) {
        return cm_fail(err, CM_ERR_UNSUPPORTED, "the curve %t of the JWK is not supported",
                       &members[CRV]);
    }
    cm_status status = read_fixed(members, X, point + 1, curve->size, err);
    if (status == CM_OK) {
        status = read_fixed(members, Y, point + 1 + curve->size, curve->size, err);
    }
    cm_view whole = {point, 1 + 2 * curve->size};
    if (status == CM_OK && members[D].data == NULL) {
        put_ec_public(d, curve, whole);
    } else if (status == CM_OK) {
        status = read_fixed(members, D, scalar, curve->size, err);
        if (status == CM_OK) {
            put_ec_private(d, curve, scalar, whole);
        }
        mbedtls_platform_zeroize(scalar, sizeof scalar);
    }
    return status;
}

static cm_status put_integers(cm_text members[MEMBERS], const uint8_t *list, size_t count,
                              cm_der *d, cm_error *err)
{
    uint8_t bytes[LARGEST];
    cm_status status = CM_OK;
    for (size_t i = 0; i < count && status == CM_OK; i++) {
        size_t size = 0;
        if (read_base64url(members[list[i]], bytes, sizeof bytes, &size)) {
            cm_der_unsigned(d, (cm_view){bytes, size});
        } else {
            status = missing(list[i], err);
        }
    }
    mbedtls_platform_zeroize(bytes, sizeof bytes);
    return status;
}

/* RSAPrivateKey (RFC 8017 §A.1.2): its primes are needed, as WebCrypto needs them. */
static cm_status read_rsa_private(cm_text members[MEMBERS], cm_der *d, cm_error *err)
{
    static const uint8_t list[] = {N, E, D, P, Q, DP, DQ, QI};
    if (members[OTH].data != NULL) {
        return cm_fail(err, CM_ERR_UNSUPPORTED, "an RSA key of more than two primes");
    }
    if (members[P].data == NULL) {
        return cm_fail(err, CM_ERR_UNSUPPORTED, "an RSA private key without its primes");
    }
    size_t mark = cm_der_begin(d, CM_TAG_SEQUENCE);
    cm_der_small(d, CM_TAG_INTEGER, 0);
    cm_status status = put_integers(members, list, sizeof list, d, err);
    cm_der_end(d, mark);
    return status;
}

static cm_status read_rsa_public(cm_text members[MEMBERS], cm_der *d, cm_error *err)
{
    static const uint8_t list[] = {N, E};
    cm_der integers = {NULL, 0, 0, CM_OK};
    size_t inner = cm_der_begin(&integers, CM_TAG_SEQUENCE);
    cm_status status = put_integers(members, list, sizeof list, &integers, err);
    cm_der_end(&integers, inner);
    size_t mark = cm_der_begin(d, CM_TAG_SEQUENCE);
    size_t algorithm = cm_der_begin(d, CM_TAG_SEQUENCE);
    put_oid(d, OID_RSA_ENCRYPTION, OID_SIZE(OID_RSA_ENCRYPTION));
    cm_der_null(d);
    cm_der_end(d, algorithm);
    cm_der_bit_string(d, cm_der_view(&integers));
    cm_der_end(d, mark);
    if (status == CM_OK && integers.status != CM_OK) {
        status = cm_fail_memory(err);
    }
    cm_der_free(&integers);
    return status;
}

cm_status cm_jwk_read(cm_text json, cm_bytes *der, cm_error *err)
{
    cm_text members[MEMBERS] = {{NULL, 0}};
    cm_der d = {NULL, 0, 0, CM_OK};
    cm_status status;
    *der = (cm_bytes){NULL, 0};
    if (!read_members(json, members)) {
        return cm_fail(err, CM_ERR_MALFORMED, "not a JWK: no JSON object, or a member repeated");
    }
    if (cm_text_is(members[KTY], "EC")) {
        status = read_ec(members, &d, err);
    } else if (cm_text_is(members[KTY], "RSA")) {
        status = members[D].data != NULL ? read_rsa_private(members, &d, err)
                                         : read_rsa_public(members, &d, err);
    } else if (members[KTY].data == NULL && members[KEYS].data != NULL) {
        status = cm_fail(err, CM_ERR_UNSUPPORTED, "a JWK Set: give one of its keys");
    } else {
        status = cm_fail(err, members[KTY].data == NULL ? CM_ERR_MALFORMED : CM_ERR_UNSUPPORTED,
                         "\"kty\" of the JWK must be \"EC\" or \"RSA\", not %t", &members[KTY]);
    }
    if (status != CM_OK) {
        cm_der_free(&d);
        return status;
    }
    return cm_der_finish(&d, der, err);
}
