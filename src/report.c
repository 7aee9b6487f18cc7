#include "report.h"

#include <mbedtls/md.h>

#include "inspect.h"
#include "jwk.h"
#include "name.h"
#include "oid.h"
#include "shape.h"
#include "signature.h"
#include "text.h"

static bool is(cm_view oid, const char *wanted, size_t size)
{
    return cm_view_equal(oid, (cm_view){(const uint8_t *)wanted, size});
}

#define IS(oid, literal) is((oid), (literal), OID_SIZE(literal))

/* ------------------------------------------------------------------ problems */

void cm_problem_add(cm_problems *problems, const char *text)
{
    for (size_t i = 0; i < problems->count; i++) {
        if (problems->texts[i] == text) {
            return;
        }
    }
    if (problems->count < CM_PROBLEM_LIMIT) {
        problems->texts[problems->count++] = text;
    }
}

void cm_report_problems(cm_json *j, const cm_problems *problems)
{
    if (problems->count == 0) {
        return;
    }
    cm_json_key(j, "problems");
    cm_json_open(j, '[');
    for (size_t i = 0; i < problems->count; i++) {
        cm_json_string(j, problems->texts[i]);
    }
    cm_json_close(j, ']');
}

/* ------------------------------------------------------------------ what is in everything */

void cm_report_bytes(cm_json *j, cm_view der)
{
    cm_json_put_integer(j, "size", (int64_t)der.size);
    cm_json_fingerprints(j, der);
}

static void put_name(cm_json *j, const char *key, cm_view name, cm_problems *problems)
{
    cm_json_key(j, key);
    if (cm_json_name(j, name)) {
        return;
    }
    cm_problem_add(problems, "a distinguished name is damaged, or has more than 256 parts");
    cm_json_open(j, '{');
    cm_json_put_string(j, "text", "");
    cm_json_put_string(j, "rfc4514", "");
    cm_json_key(j, "attributes");
    cm_json_open(j, '[');
    cm_json_close(j, ']');
    cm_json_put_hex(j, "der", name);
    cm_json_close(j, '}');
}

/* A Time that RFC 5280 would not have is left out. */
static void put_time(cm_json *j, const char *key, cm_view *in, cm_problems *problems)
{
    cm_view content;
    uint8_t tag;
    int64_t time;
    if (cm_der_take_time(in, &time)) {
        cm_json_key(j, key);
        cm_json_time(j, time);
    } else {
        cm_der_take_any(in, &tag, &content, NULL);
        cm_problem_add(problems, "a time is not in the form of RFC 5280 §4.1.2.5");
    }
}

/* ------------------------------------------------------------------ algorithms */

/* RSASSA-PSS-params (RFC 4055 §3.1), the defaults written out. */
static bool put_pss(cm_json *j, cm_view parameters)
{
    static const char *const keys[] = {"hash", "maskHash", "saltLength", "trailerField"};
    cm_view content = {NULL, 0}, part, algorithm, oid;
    unsigned value;
    if (parameters.size > 0 &&
        (!cm_der_take(&parameters, CM_TAG_SEQUENCE, &content) || parameters.size != 0)) {
        return false;
    }
    cm_json_open(j, '{');
    for (uint8_t i = 0; i < 4; i++) {
        bool given = cm_der_take(&content, CM_TAG_CONTEXT_CONSTRUCTED(i), &part);
        cm_json_key(j, keys[i]);
        if (!given && i < 2) {
            cm_json_string(j, "sha1");
        } else if (!given) {
            cm_json_integer(j, i == 2 ? 20 : 1);
        } else if (i < 2) {
            if (!cm_der_take(&part, CM_TAG_SEQUENCE, &algorithm) ||
                !cm_der_take(&algorithm, CM_TAG_OID, &oid) ||
                (i == 1 && (!cm_der_take(&algorithm, CM_TAG_SEQUENCE, &part) ||
                            !cm_der_take(&part, CM_TAG_OID, &oid)))) {
                return false;
            }
            cm_json_oid(j, oid);
        } else {
            if (!cm_der_take(&part, CM_TAG_INTEGER, &oid) || !cm_der_small_of(oid, &value)) {
                return false;
            }
            cm_json_integer(j, value);
        }
    }
    cm_json_close(j, '}');
    return content.size == 0;
}

/* "parameters" in hex, or "pss" where that is what they are; nothing for NULL and none. */
static void put_parameters(cm_json *j, cm_view oid, cm_view parameters)
{
    cm_json_mark mark = cm_json_here(j);
    if (IS(oid, OID_RSASSA_PSS)) {
        cm_json_key(j, "pss");
        if (put_pss(j, parameters)) {
            return;
        }
        cm_json_back(j, mark);
    }
    if (parameters.size > 0 && cm_der_peek(parameters) != CM_TAG_NULL) {
        cm_json_put_hex(j, "parameters", parameters);
    }
}

void cm_report_signature(cm_json *j, const char *key, cm_view algorithm)
{
    cm_view whole = algorithm, content, oid;
    cm_json_key(j, key);
    cm_json_open(j, '{');
    if (cm_der_take(&algorithm, CM_TAG_SEQUENCE, &content) &&
        cm_der_take(&content, CM_TAG_OID, &oid)) {
        const char *name = cm_signature_name(whole);
        cm_json_key(j, "name");
        if (!cm_text_is(cm_text_of(name), "unknown")) {
            cm_json_string(j, name);
        } else {
            cm_json_oid(j, oid);
        }
        cm_json_put_dotted(j, "oid", oid);
        put_parameters(j, oid, content);
    } else {
        cm_json_put_string(j, "name", "unknown");
        cm_json_put_hex(j, "parameters", whole);
    }
    cm_json_close(j, '}');
}

/* ------------------------------------------------------------------ keys */

static void put_bit_length(cm_json *j, cm_view integer)
{
    while (integer.size > 0 && integer.data[0] == 0) {
        integer = (cm_view){integer.data + 1, integer.size - 1};
    }
    size_t bits = 8 * integer.size;
    for (unsigned top = integer.size > 0 ? integer.data[0] : 0x80; (top & 0x80) == 0; top <<= 1) {
        bits--;
    }
    cm_json_put_integer(j, "bits", (int64_t)bits);
}

/* The size in bits that stands in the name of a curve. */
static void put_curve(cm_json *j, cm_view parameters)
{
    cm_view oid;
    cm_json_key(j, "curve");
    if (!cm_der_take(&parameters, CM_TAG_OID, &oid)) {
        cm_json_string(j, "explicit");
        return;
    }
    const char *name = cm_oid_name(oid);
    cm_json_oid(j, oid);
    for (; name != NULL && *name != '\0'; name++) {
        if (cm_is_digit(*name)) {
            cm_json_put_integer(j, "bits",
                                (name[0] - '0') * 100 + (name[1] - '0') * 10 + (name[2] - '0'));
            return;
        }
    }
}

/* RSAPublicKey (RFC 8017 §A.1.1). */
static void put_rsa(cm_json *j, cm_view bits)
{
    cm_view content, modulus, exponent;
    if (cm_der_take(&bits, CM_TAG_SEQUENCE, &content) &&
        cm_der_take(&content, CM_TAG_INTEGER, &modulus) &&
        cm_der_take(&content, CM_TAG_INTEGER, &exponent)) {
        unsigned small;
        put_bit_length(j, modulus);
        cm_json_key(j, "exponent");
        if (cm_der_small_of(exponent, &small)) {
            cm_json_integer(j, small);
        } else {
            cm_json_number(j, exponent);
        }
    }
}

/* The prime of DSA and Diffie-Hellman: Dss-Parms (RFC 3279 §2.3.2), DHParameter (PKCS#3). */
static void put_prime(cm_json *j, cm_view parameters)
{
    cm_view content, prime;
    if (cm_der_take(&parameters, CM_TAG_SEQUENCE, &content) &&
        cm_der_take(&content, CM_TAG_INTEGER, &prime)) {
        put_bit_length(j, prime);
    }
}

static void put_key_identifiers(cm_json *j, cm_view spki)
{
    uint8_t digest[32];
    char thumbprint[44];
    if (cm_spki_key_identifier(spki, digest)) {
        cm_json_put_hex(j, "keyIdentifier", (cm_view){digest, 20});
    }
    if (mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), spki.data, spki.size, digest) ==
        0) {
        cm_json_key(j, "pin");
        cm_json_base64(j, (cm_view){digest, sizeof digest});
    }
    if (cm_spki_thumbprint(spki, thumbprint)) {
        cm_json_put_string(j, "thumbprint", thumbprint);
    }
    cm_json_put_hex(j, "spki", spki);
}

void cm_report_public_key(cm_json *j, cm_view spki)
{
    cm_view oid, parameters, bits;
    cm_json_key(j, "publicKey");
    cm_json_open(j, '{');
    cm_json_key(j, "type");
    if (cm_spki_split(spki, &oid, &parameters, &bits)) {
        const char *name = cm_oid_name(oid);
        cm_json_string(j, name != NULL ? name : "unknown");
        cm_json_put_dotted(j, "oid", oid);
        if (IS(oid, OID_RSA_ENCRYPTION) || IS(oid, OID_RSASSA_PSS)) {
            put_rsa(j, bits);
        } else if (IS(oid, OID_EC_PUBLIC_KEY)) {
            put_curve(j, parameters);
        } else if (cm_der_peek(parameters) == CM_TAG_SEQUENCE) {
            put_prime(j, parameters);
        }
    } else {
        cm_json_string(j, "unknown");
    }
    put_key_identifiers(j, spki);
    cm_json_close(j, '}');
}

/* ------------------------------------------------------------------ encryption */

/* Salt and iterations, as PBES1, PKCS#12 and PBKDF2 begin (RFC 8018 appendix A). */
static bool put_work(cm_json *j, cm_view *parameters, unsigned *iterations)
{
    cm_view salt, count;
    if (!cm_der_take(parameters, CM_TAG_OCTET_STRING, &salt) ||
        !cm_der_take(parameters, CM_TAG_INTEGER, &count) || !cm_der_small_of(count, iterations)) {
        return false;
    }
    cm_json_put_integer(j, "iterations", *iterations);
    cm_json_put_integer(j, "saltSize", (int64_t)salt.size);
    return true;
}

static bool put_pbkdf2(cm_json *j, cm_view parameters, unsigned *iterations)
{
    cm_view length, prf, oid;
    bool fine = put_work(j, &parameters, iterations);
    cm_der_take(&parameters, CM_TAG_INTEGER, &length);
    cm_json_key(j, "hash");
    if (cm_der_take(&parameters, CM_TAG_SEQUENCE, &prf) && cm_der_take(&prf, CM_TAG_OID, &oid)) {
        cm_json_oid(j, oid);
    } else {
        cm_json_string(j, "sha1");
    }
    return fine;
}

/* RFC 7914 §7. */
static bool put_scrypt(cm_json *j, cm_view parameters)
{
    static const char *const keys[] = {"cost", "blockSize", "parallelization"};
    cm_view part;
    unsigned value;
    bool fine = cm_der_take(&parameters, CM_TAG_OCTET_STRING, &part);
    for (unsigned i = 0; i < 3 && fine; i++) {
        fine = cm_der_take(&parameters, CM_TAG_INTEGER, &part) && cm_der_small_of(part, &value);
        if (fine) {
            cm_json_key(j, keys[i]);
            cm_json_integer(j, value);
        }
    }
    return fine;
}

/* PBES2-params (RFC 8018 §A.4), and PBMAC1-params (§A.5), which begin alike. */
static bool put_pbes2(cm_json *j, cm_view parameters, unsigned *iterations)
{
    cm_view content, kdf, scheme, oid, inner;
    if (!cm_der_take(&parameters, CM_TAG_SEQUENCE, &content) ||
        !cm_der_take(&content, CM_TAG_SEQUENCE, &kdf) ||
        !cm_der_take(&content, CM_TAG_SEQUENCE, &scheme) || !cm_der_take(&kdf, CM_TAG_OID, &oid)) {
        return false;
    }
    cm_json_put_oid(j, "kdf", oid);
    bool fine = cm_der_take(&kdf, CM_TAG_SEQUENCE, &inner);
    if (fine && IS(oid, OID_PBKDF2)) {
        fine = put_pbkdf2(j, inner, iterations);
    } else if (fine && IS(oid, OID_SCRYPT)) {
        fine = put_scrypt(j, inner);
    }
    if (fine && cm_der_take(&scheme, CM_TAG_OID, &oid)) {
        cm_json_put_oid(j, "cipher", oid);
    }
    return fine;
}

void cm_report_encryption(cm_json *j, cm_view algorithm, unsigned *iterations)
{
    cm_view oid, parameters;
    bool fine = cm_der_take(&algorithm, CM_TAG_OID, &oid);
    *iterations = 0;
    if (fine) {
        size_t stem = OID_SIZE(OID_PKCS12(""));
        bool pkcs12 = oid.size > stem && is((cm_view){oid.data, stem}, OID_PKCS12(""), stem);
        bool modern = IS(oid, OID_PBES2) || IS(oid, OID_PBMAC1);
        cm_json_key(j, "scheme");
        if (modern || cm_oid_name(oid) == NULL) {
            cm_json_oid(j, oid);
        } else {
            cm_json_string(j, pkcs12 ? "PKCS#12" : "PBES1");
            cm_json_put_oid(j, "cipher", oid);
        }
        fine = modern ? put_pbes2(j, algorithm, iterations)
                      : cm_der_take(&algorithm, CM_TAG_SEQUENCE, &parameters) &&
                            put_work(j, &parameters, iterations);
    }
    if (!fine) {
        cm_json_key(j, "damaged");
        cm_json_boolean(j, true);
    }
}

/* ------------------------------------------------------------------ the things themselves */

static void put_number(cm_json *j, const char *key, cm_view integer)
{
    cm_json_key(j, key);
    cm_json_number(j, integer);
}

void cm_report_certificate(cm_json *j, const cm_x509 *x, cm_problems *problems)
{
    cm_view validity = x->validity;
    cm_basic_constraints constraints;
    cm_json_put_integer(j, "version", x->version);
    put_number(j, "serial", x->serial);
    cm_report_signature(j, "signature", x->signature_algorithm);
    if (!cm_view_equal(x->signature_algorithm, x->inner_algorithm)) {
        cm_report_signature(j, "innerSignature", x->inner_algorithm);
        cm_problem_add(problems, "the signature algorithms inside and outside differ (RFC 5280 "
                                 "§4.1.1.2)");
    }
    put_name(j, "issuer", x->issuer, problems);
    put_name(j, "subject", x->subject, problems);
    put_time(j, "notBefore", &validity, problems);
    put_time(j, "notAfter", &validity, problems);
    cm_report_public_key(j, x->public_key);
    cm_json_key(j, "isCA");
    cm_json_boolean(j, cm_x509_basic_constraints(x->extensions, &constraints) && constraints.ca);
    cm_json_key(j, "selfIssued");
    cm_json_boolean(j, cm_name_equal(x->issuer, x->subject));
    if (x->version > 3 || (x->extensions.data != NULL && x->version != 3)) {
        cm_problem_add(problems, "the version does not go with what is there (RFC 5280 §4.1.2.1)");
    }
    if (x->unused_bits != 0) {
        cm_problem_add(problems, "the signature is not made of whole bytes");
    }
    cm_report_extensions(j, x->extensions, problems);
    cm_report_bytes(j, x->der);
}

/* Attributes of a request besides the extensions it asks for (RFC 2986 §4.1). */
static void put_attributes(cm_json *j, cm_view tbs)
{
    cm_view content, part, attribute, oid, values, value;
    uint8_t tag;
    if (!cm_der_take(&tbs, CM_TAG_SEQUENCE, &content) ||
        !cm_der_take(&content, CM_TAG_INTEGER, &part) ||
        !cm_der_take(&content, CM_TAG_SEQUENCE, &part) ||
        !cm_der_take(&content, CM_TAG_SEQUENCE, &part) ||
        !cm_der_take(&content, CM_TAG_CONTEXT_CONSTRUCTED(0), &part)) {
        part = (cm_view){NULL, 0};
    }
    cm_json_key(j, "attributes");
    cm_json_open(j, '[');
    for (unsigned count = 0;
         count < CM_LIST_LIMIT && cm_der_take(&part, CM_TAG_SEQUENCE, &attribute); count++) {
        if (!cm_der_take(&attribute, CM_TAG_OID, &oid) ||
            !cm_der_take_whole(&attribute, CM_TAG_SET, &values) || IS(oid, OID_EXTENSION_REQUEST)) {
            continue;
        }
        static const cm_shape string = {CM_TAG_ANY, CM_REQUIRED, NULL, cm_put_string, NULL};
        cm_view rest = values, whole;
        cm_json_open(j, '{');
        cm_json_put_dotted(j, "oid", oid);
        if (cm_oid_name(oid) != NULL) {
            cm_json_put_oid(j, "name", oid);
        }
        cm_json_mark mark = cm_json_here(j);
        cm_json_key(j, "value");
        if (!cm_der_take(&rest, CM_TAG_SET, &value) ||
            !cm_der_take_any(&value, &tag, &content, &whole) || value.size != 0 ||
            !cm_shape_write(j, &string, whole)) {
            cm_json_back(j, mark);
            cm_json_put_hex(j, "der", values);
        }
        cm_json_close(j, '}');
    }
    cm_json_close(j, ']');
}

void cm_report_request(cm_json *j, const cm_request *request, cm_problems *problems)
{
    cm_report_signature(j, "signature", request->signature_algorithm);
    put_name(j, "subject", request->subject, problems);
    cm_report_public_key(j, request->public_key);
    put_attributes(j, request->tbs);
    cm_report_extensions(j, request->extensions, problems);
    cm_report_bytes(j, request->der);
}

enum { REVOKED_LIMIT = 10000 };

static void put_revoked(cm_json *j, cm_view entries, cm_problems *problems)
{
    cm_crl_entry entry;
    size_t count = 0;
    cm_json_key(j, "revoked");
    cm_json_open(j, '[');
    for (; cm_crl_next_entry(&entries, &entry); count++) {
        if (count < REVOKED_LIMIT) {
            cm_json_open(j, '{');
            put_number(j, "serial", entry.serial);
            cm_json_key(j, "date");
            cm_json_time(j, entry.date);
            if (entry.extensions.size > 0) {
                cm_report_extensions(j, entry.extensions, problems);
            }
            cm_json_close(j, '}');
        }
    }
    cm_json_close(j, ']');
    cm_json_put_integer(j, "revokedCount", (int64_t)count);
    if (count > REVOKED_LIMIT) {
        cm_problem_add(problems, "more than 10000 entries: the rest is not shown");
    }
}

void cm_report_crl(cm_json *j, const cm_crl *crl, cm_problems *problems)
{
    cm_json_put_integer(j, "version", crl->version);
    cm_report_signature(j, "signature", crl->signature_algorithm);
    put_name(j, "issuer", crl->issuer, problems);
    cm_json_key(j, "thisUpdate");
    cm_json_time(j, crl->this_update);
    if (crl->has_next_update) {
        cm_json_key(j, "nextUpdate");
        cm_json_time(j, crl->next_update);
    }
    cm_report_extensions(j, crl->extensions, problems);
    put_revoked(j, crl->revoked, problems);
    cm_report_bytes(j, crl->der);
}
