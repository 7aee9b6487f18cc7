/*
 * The rules of lint: what makes which client refuse a certificate. Whatever is not `documented` is
 * what the clients of Debian 12 do (tests/interop/lint.test.js asks them).
 */
#include <string.h>

#include "certmint.h"
#include "error.h"
#include "lint.h"
#include "name.h"
#include "name_constraints.h"
#include "oid.h"
#include "signature.h"
#include "text.h"

enum {
    C = CM_LINT_CHROME,
    F = CM_LINT_FIREFOX,
    S = CM_LINT_SAFARI,
    N = CM_LINT_NODE,
    P = CM_LINT_PYTHON,
    J = CM_LINT_JAVA,
    G = CM_LINT_GO,
    O = CM_LINT_OPENSSL,
    T = CM_LINT_GNUTLS,
    W = CM_LINT_WEBTRANSPORT,
    R = CM_LINT_RFC5280,
    ALL = C | F | S | N | P | J | G | O | T,
    STRICT = P | O | R /* OpenSSL's X509_V_FLAG_X509_STRICT */
};

enum { DAY = 86400 };

/* What there is to say of this certificate; true, so that a check can end with it. */
#define SAY(s, ...) (cm_fail(&(s)->found, CM_ERR_INVALID, __VA_ARGS__) == CM_ERR_INVALID)

/* A check of cm_lint_rule. */
#define CHECK(name)                                                                                \
    static bool name(cm_lint_subject *s, __attribute__((unused)) unsigned argument,                \
                     __attribute__((unused)) unsigned marks[CM_LINT_SEVERITIES])

static void keep(unsigned marks[CM_LINT_SEVERITIES], unsigned clients)
{
    for (int i = 0; i < CM_LINT_SEVERITIES; i++) {
        marks[i] &= clients;
    }
}

static bool has_bit(unsigned bits, unsigned extension)
{
    return (bits & (1u << extension)) != 0;
}

/* An extension by its identifier, whatever it holds. */
static bool find(const cm_lint_subject *s, const char *oid, cm_x509_extension *e)
{
    return cm_x509_find(s->c.x509.extensions, oid, strlen(oid), e);
}

static bool is_own_issuer(const cm_lint_subject *s)
{
    return s->c.self_issued && (s->c.authority_key_id.size == 0 ||
                                cm_view_equal(s->c.authority_key_id, s->c.subject_key_id));
}

/* ------------------------------------------------------------------ encoding */

CHECK(has_fault)
{
    return (s->c.x509.faults & argument) != 0;
}

/* The BOOLEAN of each extension, and of basicConstraints: whether one is `value` or, for 1, not
 * what DER has for TRUE. */
typedef enum boolean_fault { NOT_DER, CRITICAL_FALSE, CA_FALSE } boolean_fault;

static bool is_true_in_ber(cm_view boolean)
{
    return boolean.size == 1 && boolean.data[0] != 0 && boolean.data[0] != 0xff;
}

static bool has_boolean(const cm_lint_subject *s, boolean_fault fault)
{
    cm_view rest = s->c.x509.extensions, one, oid, boolean, content;
    while (cm_der_take(&rest, CM_TAG_SEQUENCE, &one)) {
        (void)cm_der_take(&one, CM_TAG_OID, &oid);
        if (cm_der_take(&one, CM_TAG_BOOLEAN, &boolean) &&
            ((fault == NOT_DER && is_true_in_ber(boolean)) ||
             (fault == CRITICAL_FALSE && boolean.size == 1 && boolean.data[0] == 0))) {
            return true;
        }
    }
    cm_x509_extension e;
    return fault != CRITICAL_FALSE && find(s, OID_BASIC_CONSTRAINTS, &e) &&
           cm_der_take(&e.value, CM_TAG_SEQUENCE, &content) &&
           cm_der_take(&content, CM_TAG_BOOLEAN, &boolean) && boolean.size == 1 &&
           (fault == NOT_DER ? is_true_in_ber(boolean) : boolean.data[0] == 0);
}

CHECK(check_boolean)
{
    return has_boolean(s, (boolean_fault)argument);
}

/* X.690 §11.2.2: a named bit list ends in a bit that is set. */
CHECK(has_padded_bits)
{
    cm_x509_extension e;
    cm_view bits;
    return find(s, OID_KEY_USAGE, &e) && cm_der_take(&e.value, CM_TAG_BIT_STRING, &bits) &&
           bits.size > 1 && bits.data[0] < 8 &&
           (bits.data[bits.size - 1] & (1u << bits.data[0])) == 0;
}

/* Whatever is damaged besides names, usages and constraints, which have rules of their own. */
CHECK(has_damage)
{
    static const struct {
        unsigned extension, refused_by;
    } known[] = {
        {CM_EXTENSION_BASIC_CONSTRAINTS, C | F | N | P | J | G | O},
        {CM_EXTENSION_EXTENDED_KEY_USAGE, C | F | N | P | G | O | T},
        {CM_EXTENSION_AUTHORITY_KEY_ID, C | N | P | G | O},
        {CM_EXTENSION_DISTRIBUTION_POINTS, 0},
    };
    unsigned damaged = s->c.damaged & ~(1u << CM_EXTENSION_NAMES | 1u << CM_EXTENSION_KEY_USAGE |
                                        1u << CM_EXTENSION_NAME_CONSTRAINTS);
    unsigned refused_by = 0, left = damaged;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        refused_by |= has_bit(damaged, known[i].extension) ? known[i].refused_by : 0;
        left &= ~(1u << known[i].extension);
    }
    refused_by |= left != 0 ? C : 0;
    marks[CM_LINT_ERROR] &= refused_by | R;
    marks[CM_LINT_WARNING] &= ~refused_by;
    return damaged != 0;
}

CHECK(has_unknown_critical)
{
    char oid[CM_OID_TEXT_SIZE];
    if (s->c.unknown_critical.size == 0) {
        return false;
    }
    if (cm_view_equal(s->c.unknown_critical, (cm_view){(const uint8_t *)OID_AUTHORITY_INFO_ACCESS,
                                                       OID_SIZE(OID_AUTHORITY_INFO_ACCESS)})) {
        keep(marks, ~(unsigned)(F | G | T));
    }
    cm_oid_text(s->c.unknown_critical, oid);
    return SAY(s, "%s is critical.", oid);
}

CHECK(has_wrong_critical)
{
    return has_bit(s->c.critical, CM_EXTENSION_SUBJECT_KEY_ID) ||
           has_bit(s->c.critical, CM_EXTENSION_AUTHORITY_KEY_ID);
}

CHECK(has_unique_id)
{
    return s->c.x509.has_unique_id;
}

CHECK(has_odd_serial)
{
    cm_view serial = s->c.x509.serial;
    bool negative = (serial.data[0] & 0x80) != 0;
    keep(marks, negative ? ALL | R : R);
    return negative || (serial.size == 1 && serial.data[0] == 0);
}

CHECK(has_long_serial)
{
    cm_view serial = s->c.x509.serial;
    return serial.size > 21 || (serial.size == 21 && serial.data[0] != 0);
}

CHECK(has_padded_serial)
{
    cm_view n = s->c.x509.serial;
    return n.size > 1 && ((n.data[0] == 0 && (n.data[1] & 0x80) == 0) ||
                          (n.data[0] == 0xff && (n.data[1] & 0x80) != 0));
}

CHECK(has_long_cn)
{
    return cm_utf8_length(cm_name_common_name(s->c.x509.subject)) > 64;
}

/* X.680 §41.4; of what else is written there, "*" and "&" pass everywhere. */
static bool is_printable(cm_view value)
{
    for (size_t i = 0; i < value.size; i++) {
        char c = (char)value.data[i];
        if (c == '\0' ||
            (!cm_is_alpha(c) && !cm_is_digit(c) && strchr(" '()+,-./:=?*&", c) == NULL)) {
            return false;
        }
    }
    return true;
}

CHECK(has_unprintable)
{
    cm_view names[] = {s->c.x509.subject, s->c.x509.issuer}, rdns, set, attribute, value;
    uint8_t tag;
    for (int i = 0; i < 2; i++) {
        if (!cm_der_take(&names[i], CM_TAG_SEQUENCE, &rdns)) {
            continue;
        }
        while (cm_der_take(&rdns, CM_TAG_SET, &set)) {
            while (cm_der_take(&set, CM_TAG_SEQUENCE, &attribute)) {
                if (cm_der_take(&attribute, CM_TAG_OID, &value) &&
                    cm_der_take_any(&attribute, &tag, &value, NULL) &&
                    tag == CM_TAG_PRINTABLE_STRING && !is_printable(value)) {
                    return true;
                }
            }
        }
    }
    return false;
}

/* ------------------------------------------------------------------ dates */

CHECK(has_odd_time)
{
    cm_view rest = s->c.x509.validity, whole;
    uint8_t tag;
    while (cm_der_take_any(&rest, &tag, &whole, NULL)) {
        if (tag == CM_TAG_GENERALIZED_TIME && whole.size > 4 && memcmp(whole.data, "2050", 4) < 0) {
            return true;
        }
    }
    return false;
}

CHECK(is_reversed)
{
    return s->c.x509.not_after < s->c.x509.not_before;
}

/* Java does not look at what it trusts. */
static void spare_anchor(const cm_lint_subject *s, unsigned marks[CM_LINT_SEVERITIES])
{
    keep(marks, s->c.self_issued ? ~(unsigned)J : ~0u);
}

CHECK(is_expired)
{
    spare_anchor(s, marks);
    return s->c.x509.not_after < s->t->time && s->c.x509.not_after >= s->c.x509.not_before &&
           SAY(s, "It ended %T.", s->c.x509.not_after);
}

CHECK(is_early)
{
    spare_anchor(s, marks);
    return s->c.x509.not_before > s->t->time && s->c.x509.not_after >= s->c.x509.not_before &&
           SAY(s, "It begins %T.", s->c.x509.not_before);
}

static int64_t seconds_of(const cm_lint_subject *s)
{
    return s->c.x509.not_after - s->c.x509.not_before;
}

/* Begun ones count. */
static int days_of(const cm_lint_subject *s)
{
    return (int)((seconds_of(s) + DAY - 1) / DAY);
}

CHECK(is_long)
{
    return seconds_of(s) > (int64_t)argument * DAY &&
           SAY(s, "It is valid for %d days.", days_of(s));
}

/* Signed certificate timestamps (RFC 6962 §3.3) tell a public authority's certificate. */
CHECK(is_long_for_public)
{
    /* CA/Browser Forum ballots SC-22 and SC-081: from that notBefore on, at most so many days */
    static const struct {
        int64_t from;
        int days;
    } limits[] = {{1868227200, 47}, {1805068800, 100}, {1773532800, 200}, {1598918400, 398}};
    cm_x509_extension e;
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        if (s->c.x509.not_before >= limits[i].from) {
            return find(s, OID_SIGNED_TIMESTAMPS, &e) &&
                   seconds_of(s) + 1 > (int64_t)limits[i].days * DAY &&
                   SAY(s, "It is valid for %d days; issued then, it may be %d.", days_of(s),
                       limits[i].days);
        }
    }
    return false;
}

/* ------------------------------------------------------------------ names */

CHECK(lacks_names)
{
    marks[CM_LINT_ERROR] &= ~s->usable;
    marks[CM_LINT_WARNING] &= s->by_cn;
    return !has_bit(s->c.damaged, CM_EXTENSION_NAMES) && !cm_lint_has_host(s, false);
}

CHECK(has_damaged_names)
{
    if (s->c.names.data != NULL && s->c.names.size == 0) {
        keep(marks, ~(unsigned)(J | N | T));
    }
    return has_bit(s->c.damaged, CM_EXTENSION_NAMES) && s->c.names.size == 0;
}

/* A form that some cannot use: they refuse the certificate when they find nothing else. */
CHECK(has_form)
{
    const cm_text *example = &s->examples[argument];
    unsigned cannot = ~cm_lint_form_clients((cm_lint_form)argument);
    if (example->data == NULL) {
        return false;
    }
    marks[CM_LINT_ERROR] &= R | (cannot & ~s->usable);
    marks[CM_LINT_WARNING] &= cannot & s->usable;
    return example->size == 0 || argument == CM_FORM_ADDRESS_SIZE ||
           SAY(s, "It has the name %t.", example);
}

/* A form that makes these clients refuse the whole certificate. */
CHECK(has_fatal_form)
{
    unsigned fatal = marks[CM_LINT_ERROR];
    bool there = has_form(s, argument, marks);
    marks[CM_LINT_ERROR] = fatal;
    return there;
}

CHECK(has_other_name)
{
    const cm_text *wanted = s->t->dns.size > 0 ? &s->t->dns : &s->t->ip;
    keep(marks, ~s->usable);
    return wanted->size > 0 && cm_lint_has_host(s, true) && !s->named &&
           SAY(s, "It is not for %t.", wanted);
}

CHECK(has_nameless_subject)
{
    return cm_name_is_empty(s->c.x509.subject) && !(s->c.has_names && s->c.names_critical);
}

CHECK(has_nameless_authority)
{
    return cm_name_is_empty(s->c.x509.subject);
}

CHECK(has_nameless_issuer)
{
    return cm_name_is_empty(s->c.x509.issuer);
}

/* ------------------------------------------------------------------ keys */

CHECK(has_key)
{
    return s->key == (cm_lint_key)argument;
}

/* What an authority signs with is only computed, not negotiated. */
CHECK(has_foreign_key)
{
    keep(marks, s->role == CM_ROLE_CA ? ~(unsigned)(N | P) : ~0u);
    return s->key == (cm_lint_key)argument;
}

CHECK(has_small_rsa)
{
    return s->key == CM_LINT_KEY_RSA && s->bits < argument && s->bits >= argument / 2 &&
           SAY(s, "It has %d bits.", (int)s->bits);
}

CHECK(has_big_rsa)
{
    return s->key == CM_LINT_KEY_RSA && s->bits > argument &&
           SAY(s, "It has %d bits.", (int)s->bits);
}

CHECK(has_compressed_point)
{
    return s->compressed;
}

CHECK(is_not_ecdsa)
{
    bool curve = s->key == CM_LINT_KEY_P384 || s->key == CM_LINT_KEY_P521;
    marks[curve ? CM_LINT_ERROR : CM_LINT_WARNING] = 0;
    return s->key != CM_LINT_KEY_P256;
}

/* ------------------------------------------------------------------ signatures */

typedef enum digest { MD5, SHA1, SHA224, EDWARDS } digest;

static bool is_signed_with(const cm_lint_subject *s, digest wanted)
{
    static const struct {
        const char *oid;
        digest digest;
    } algorithms[] = {
        {OID_PKCS1("\x02"), MD5}, /* MD2, which nobody knows either */
        {OID_PKCS1("\x04"), MD5},
        {OID_PKCS1("\x05"), SHA1},
        {"\x2a\x86\x48\xce\x38\x04\x03", SHA1}, /* DSA */
        {"\x2a\x86\x48\xce\x3d\x04\x01", SHA1}, /* ECDSA */
        {OID_PKCS1("\x0e"), SHA224},
        {"\x2a\x86\x48\xce\x3d\x04\x03\x01", SHA224},
        {"\x2b\x65\x70", EDWARDS}, /* Ed25519 */
        {"\x2b\x65\x71", EDWARDS}, /* Ed448 */
    };
    cm_view algorithm = s->c.x509.signature_algorithm, content, oid;
    if (!cm_der_take(&algorithm, CM_TAG_SEQUENCE, &content) ||
        !cm_der_take(&content, CM_TAG_OID, &oid)) {
        return false;
    }
    for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++) {
        if (cm_text_is((cm_text){(const char *)oid.data, oid.size}, algorithms[i].oid)) {
            return algorithms[i].digest == wanted;
        }
    }
    unsigned salt, size;
    return wanted == SHA1 && cm_signature_pss(s->c.x509.signature_algorithm, &salt, &size) &&
           size == 20;
}

/* Nobody looks at the signature of what he trusts by itself, but for some the algorithm counts. */
CHECK(has_weak_signature)
{
    if (is_own_issuer(s)) {
        keep(marks, s->role == CM_ROLE_CA ? 0 : C | S);
    }
    return is_signed_with(s, (digest)argument);
}

CHECK(has_odd_pss)
{
    cm_view algorithm = s->c.x509.signature_algorithm;
    cm_der usual = {NULL, 0, 0, CM_OK};
    unsigned salt, size;
    if (is_own_issuer(s) || !cm_signature_pss(algorithm, &salt, &size) || size == 20) {
        return false;
    }
    cm_signer signer = {NULL,
                        size == 32   ? CM_HASH_SHA256
                        : size == 48 ? CM_HASH_SHA384
                                     : CM_HASH_SHA512,
                        true};
    cm_signer_write_algorithm(&signer, &usual);
    bool odd = !cm_view_equal(cm_der_view(&usual), algorithm);
    cm_der_free(&usual);
    keep(marks, salt == size ? F : ~0u);
    return odd;
}

/* RFC 4055 §5: NULL for RSA; RFC 5758 §3.2: nothing for ECDSA. */
CHECK(has_odd_parameters)
{
    cm_view algorithm = s->c.x509.signature_algorithm, content, oid;
    const char *name = cm_signature_name(algorithm);
    (void)cm_der_take(&algorithm, CM_TAG_SEQUENCE, &content);
    if (!cm_der_take(&content, CM_TAG_OID, &oid)) {
        return false;
    }
    if (memcmp(name, "rsa-s", 5) == 0) {
        keep(marks, R);
        return content.size == 0;
    }
    return oid.size > 6 && memcmp(oid.data, "\x2a\x86\x48\xce\x3d\x04", 6) == 0 &&
           content.size != 0;
}

/* ------------------------------------------------------------------ usages */

enum { SIGNS = CM_KU_DIGITAL_SIGNATURE, EXCHANGES = CM_KU_KEY_ENCIPHERMENT | CM_KU_KEY_AGREEMENT };

CHECK(lacks_signing)
{
    if ((s->c.key_usage & EXCHANGES) != 0) {
        keep(marks, C | J | T);
    } else if (s->c.key_usage == 0) {
        keep(marks, ~(unsigned)T);
    }
    return s->c.has_key_usage && (s->c.key_usage & SIGNS) == 0;
}

CHECK(lacks_client_signing)
{
    return s->c.has_key_usage && (s->c.key_usage & (SIGNS | CM_KU_KEY_AGREEMENT)) == 0;
}

CHECK(has_empty_usage)
{
    return s->c.has_key_usage && s->c.key_usage == 0;
}

CHECK(may_sign_certificates)
{
    return !s->c.ca && (s->c.key_usage & CM_KU_KEY_CERT_SIGN) != 0;
}

CHECK(is_not_critical)
{
    bool there = argument == CM_EXTENSION_KEY_USAGE          ? s->c.has_key_usage
                 : argument == CM_EXTENSION_NAME_CONSTRAINTS ? s->c.name_constraints.size > 0
                                                             : s->c.has_basic_constraints;
    return there && !has_bit(s->c.critical, argument);
}

CHECK(lacks_purposes)
{
    return !s->c.has_purposes;
}

/* argument: whether it is any purpose at least. */
CHECK(is_not_for_servers)
{
    return s->c.purposes.size > 0 && !cm_lint_is_for(s, OID_KP("\x01")) &&
           cm_lint_is_for(s, NULL) == (argument != 0);
}

CHECK(is_not_for_clients)
{
    return s->c.has_purposes && !cm_lint_is_for(s, OID_KP("\x02")) && !cm_lint_is_for(s, NULL);
}

CHECK(forbids_servers)
{
    keep(marks, s->c.self_issued ? ~(unsigned)(J | T) : ~(unsigned)J);
    return s->in_chain && s->all[0].role == CM_ROLE_SERVER && s->c.has_purposes &&
           !cm_lint_is_for(s, OID_KP("\x01")) && !cm_lint_is_for(s, NULL);
}

CHECK(must_staple)
{
    cm_x509_extension e;
    return find(s, OID_TLS_FEATURE, &e);
}

/* ------------------------------------------------------------------ authorities and ends */

CHECK(is_authority)
{
    return s->c.ca;
}

CHECK(is_no_authority)
{
    if (s->c.self_issued && !s->c.has_basic_constraints) {
        keep(marks, s->c.x509.version < 3 ? STRICT : P | J | G | O | F | R);
    }
    return !s->c.ca;
}

CHECK(has_path_length_without_ca)
{
    return s->c.has_path_len && !s->c.ca;
}

CHECK(lacks_key_usage)
{
    return !s->c.has_key_usage;
}

CHECK(lacks_cert_sign)
{
    return s->c.has_key_usage && (s->c.key_usage & CM_KU_KEY_CERT_SIGN) == 0;
}

CHECK(lacks_subject_key_id)
{
    return s->c.x509.version == 3 && s->c.subject_key_id.size == 0;
}

CHECK(lacks_authority_key_id)
{
    return s->c.x509.version == 3 && !is_own_issuer(s) && s->c.authority_key_id.size == 0 &&
           !has_bit(s->c.damaged, CM_EXTENSION_AUTHORITY_KEY_ID);
}

CHECK(has_other_key_id)
{
    return s->issuer != NULL && s->c.authority_key_id.size > 0 &&
           s->issuer->c.subject_key_id.size > 0 &&
           !cm_view_equal(s->c.authority_key_id, s->issuer->c.subject_key_id);
}

/* depth: the authorities below are depth - 1, those that are not self-issued count. */
CHECK(is_too_high)
{
    unsigned below = 0;
    for (const cm_lint_subject *at = &s->all[0]; s->in_chain && at != s && at != NULL;
         at = at->issuer) {
        below += at != &s->all[0] && !at->c.self_issued ? 1 : 0;
    }
    return s->in_chain && s->c.has_path_len && below > s->c.path_len &&
           SAY(s, "It allows %d authorities below; there are %d.", (int)s->c.path_len, (int)below);
}

CHECK(excludes_names)
{
    spare_anchor(s, marks);
    for (const cm_lint_subject *at = &s->all[0];
         s->c.name_constraints.size > 0 && s->in_chain && at != s && at != NULL; at = at->issuer) {
        cm_error error;
        if ((at == &s->all[0] || !at->c.self_issued) &&
            cm_name_constraints_check(s->c.name_constraints, at->c.x509.subject, at->c.names,
                                      &error) == CM_ERR_INVALID) {
            s->found = error;
            return true;
        }
    }
    return false;
}

CHECK(has_empty_constraints)
{
    return has_bit(s->c.damaged, CM_EXTENSION_NAME_CONSTRAINTS);
}

CHECK(has_constraints)
{
    return s->c.name_constraints.size > 0;
}

CHECK(shares_serial)
{
    for (const cm_lint_subject *other = s->all; s->in_chain && other < s; other++) {
        if (other->in_chain && other->c.issuer_hash == s->c.issuer_hash &&
            cm_view_equal(other->c.x509.serial, s->c.x509.serial) &&
            cm_view_equal(other->c.x509.issuer, s->c.x509.issuer) &&
            !cm_view_equal(other->c.x509.der, s->c.x509.der)) {
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------ the table */

#define RFC "RFC 5280 §"
#define DER "X.690 §"
#define BR "CA/Browser Forum BR §"
#define APPLE "Apple, support.apple.com/103769"
#define STRICT_VERSIONS "Python from 3.13"
#define STRICT_SOURCE "; openssl-verification-options(1) -x509_strict; Python 3.13 What's New, ssl"
#define NEW "Make it anew"

#define RULE(id, roles, error, warning, notice, documented, versions, check, argument, sentence,   \
             fix, source)                                                                          \
    {id "\0" sentence "\0" fix "\0" source "\0" versions,                                          \
     check,                                                                                        \
     {error, warning, notice},                                                                     \
     documented,                                                                                   \
     argument,                                                                                     \
     roles},

const cm_lint_rule cm_lint_rules_table[] = {
#include "lint_table.h"
    {0},
};
