#include "candidate.h"

#include <string.h>

#include <mbedtls/pk.h>

#include "error.h"
#include "key.h"
#include "name.h"
#include "oid.h"
#include "text.h"

/* ------------------------------------------------------------------ extensions */

/* The content of an extension that is one SEQUENCE. */
static bool sequence_of(cm_view value, cm_view *content)
{
    return cm_der_take(&value, CM_TAG_SEQUENCE, content) && value.size == 0;
}

static bool open_basic_constraints(cm_candidate *c, const cm_x509_extension *e)
{
    cm_basic_constraints constraints;
    (void)e;
    c->has_basic_constraints = true;
    bool valid = cm_x509_basic_constraints(c->x509.extensions, &constraints);
    c->ca = constraints.ca;
    c->has_path_len = constraints.has_path_len;
    c->path_len = constraints.path_len;
    return valid;
}

static bool open_key_usage(cm_candidate *c, const cm_x509_extension *e)
{
    (void)e;
    c->has_key_usage = true;
    return cm_x509_key_usage(c->x509.extensions, &c->key_usage) && c->key_usage != 0;
}

static bool open_extended_key_usage(cm_candidate *c, const cm_x509_extension *e)
{
    cm_view rest, oid;
    c->has_purposes = true;
    c->purposes_critical = e->critical;
    if (!sequence_of(e->value, &c->purposes) || c->purposes.size == 0) {
        return false;
    }
    for (rest = c->purposes; rest.size > 0;) {
        if (!cm_der_take(&rest, CM_TAG_OID, &oid) || oid.size == 0) {
            return false;
        }
    }
    return true;
}

static bool open_subject_key_identifier(cm_candidate *c, const cm_x509_extension *e)
{
    (void)e;
    return cm_x509_subject_key_identifier(c->x509.extensions, &c->subject_key_id);
}

static bool open_authority_key_identifier(cm_candidate *c, const cm_x509_extension *e)
{
    cm_view content, part;
    if (!sequence_of(e->value, &content)) {
        return false;
    }
    if (cm_der_peek(content) == CM_TAG_CONTEXT(0) &&
        (!cm_der_take(&content, CM_TAG_CONTEXT(0), &c->authority_key_id) ||
         c->authority_key_id.size == 0)) {
        return false;
    }
    /* issuer and serial number are hints that the names and the key identifier make needless */
    bool issuer = cm_der_take(&content, CM_TAG_CONTEXT_CONSTRUCTED(1), &part);
    bool serial = cm_der_take(&content, CM_TAG_CONTEXT(2), &part);
    return content.size == 0 && issuer == serial;
}

/* Every name well formed: an address has 4 or 16 bytes, text is ASCII without NUL. */
static bool is_general_name(uint8_t tag, cm_view name)
{
    if (tag == CM_TAG_CONTEXT(7)) {
        return name.size == 4 || name.size == 16;
    }
    if (tag == CM_TAG_CONTEXT(1) || tag == CM_TAG_CONTEXT(2) || tag == CM_TAG_CONTEXT(6)) {
        for (size_t i = 0; i < name.size; i++) {
            if (name.data[i] < 0x20 || name.data[i] > 0x7e) {
                return false;
            }
        }
        return name.size > 0;
    }
    uint8_t number = tag & 0x1f;
    bool constructed = number == 0 || (number >= 3 && number <= 5);
    return number <= 8 &&
           tag == (constructed ? CM_TAG_CONTEXT_CONSTRUCTED(number) : CM_TAG_CONTEXT(number));
}

static bool open_names(cm_candidate *c, const cm_x509_extension *e)
{
    cm_view rest, name;
    uint8_t tag;
    c->has_names = true;
    c->names_critical = e->critical;
    if (!sequence_of(e->value, &c->names) || c->names.size == 0) {
        return false;
    }
    for (rest = c->names; rest.size > 0;) {
        if (!cm_der_take_any(&rest, &tag, &name, NULL) || !is_general_name(tag, name)) {
            return false;
        }
    }
    return true;
}

static bool open_name_constraints(cm_candidate *c, const cm_x509_extension *e)
{
    cm_view content;
    c->name_constraints = e->value;
    return sequence_of(e->value, &content) && content.size > 0;
}

enum { POLICY_LIMIT = 1000 }; /* each is compared with each */

static bool open_policies(cm_candidate *c, const cm_x509_extension *e)
{
    cm_view rest, other, policy, second, oid, other_oid;
    c->has_policies = true;
    if (!sequence_of(e->value, &c->policies) || c->policies.size == 0) {
        return false;
    }
    unsigned count = 0;
    for (rest = c->policies; rest.size > 0;) {
        if (count++ == POLICY_LIMIT || !cm_der_take(&rest, CM_TAG_SEQUENCE, &policy) ||
            !cm_der_take(&policy, CM_TAG_OID, &oid)) {
            return false;
        }
        for (other = rest; cm_der_take(&other, CM_TAG_SEQUENCE, &second);) {
            if (cm_der_take(&second, CM_TAG_OID, &other_oid) && cm_view_equal(oid, other_oid)) {
                return false; /* none more than once: §4.2.1.4 */
            }
        }
    }
    return true;
}

static bool open_policy_mappings(cm_candidate *c, const cm_x509_extension *e)
{
    cm_view rest, pair, oid;
    if (!sequence_of(e->value, &c->mappings) || c->mappings.size == 0) {
        return false;
    }
    for (rest = c->mappings; rest.size > 0;) {
        if (!cm_der_take(&rest, CM_TAG_SEQUENCE, &pair) || !cm_der_take(&pair, CM_TAG_OID, &oid) ||
            !cm_der_take(&pair, CM_TAG_OID, &oid) || pair.size != 0) {
            return false;
        }
    }
    return true;
}

/* SkipCerts; beyond any path is as good as not given. */
static bool take_skip(cm_view content, int *skip)
{
    unsigned value;
    if (!cm_der_small_of(content, &value)) {
        return false;
    }
    *skip = value > 1000 ? 1000 : (int)value;
    return true;
}

static bool open_policy_constraints(cm_candidate *c, const cm_x509_extension *e)
{
    cm_view content, part;
    if (!sequence_of(e->value, &content) || content.size == 0) {
        return false;
    }
    if (cm_der_peek(content) == CM_TAG_CONTEXT(0) &&
        (!cm_der_take(&content, CM_TAG_CONTEXT(0), &part) ||
         !take_skip(part, &c->explicit_after))) {
        return false;
    }
    if (cm_der_peek(content) == CM_TAG_CONTEXT(1) &&
        (!cm_der_take(&content, CM_TAG_CONTEXT(1), &part) || !take_skip(part, &c->mapping_after))) {
        return false;
    }
    return content.size == 0;
}

static bool open_inhibit_any_policy(cm_candidate *c, const cm_x509_extension *e)
{
    cm_view value = e->value, content;
    return cm_der_take(&value, CM_TAG_INTEGER, &content) && value.size == 0 &&
           take_skip(content, &c->any_after);
}

static bool open_distribution_points(cm_candidate *c, const cm_x509_extension *e)
{
    return sequence_of(e->value, &c->distribution_points) && c->distribution_points.size > 0;
}

static const struct {
    const char *oid;
    size_t size;
    bool may_be_critical;
    const char *name;
    bool (*open)(cm_candidate *, const cm_x509_extension *);
} extensions[CM_EXTENSION_COUNT] = {
#define KNOWN(oid, critical, name, open)                                                           \
    {                                                                                              \
        oid, OID_SIZE(oid), critical, name, open                                                   \
    }
    [CM_EXTENSION_BASIC_CONSTRAINTS] =
        KNOWN(OID_BASIC_CONSTRAINTS, true, "basicConstraints", open_basic_constraints),
    [CM_EXTENSION_KEY_USAGE] = KNOWN(OID_KEY_USAGE, true, "keyUsage", open_key_usage),
    [CM_EXTENSION_EXTENDED_KEY_USAGE] =
        KNOWN(OID_EXTENDED_KEY_USAGE, true, "extKeyUsage", open_extended_key_usage),
    [CM_EXTENSION_SUBJECT_KEY_ID] = KNOWN(OID_SUBJECT_KEY_IDENTIFIER, false, "subjectKeyIdentifier",
                                          open_subject_key_identifier),
    [CM_EXTENSION_AUTHORITY_KEY_ID] =
        KNOWN(OID_AUTHORITY_KEY_IDENTIFIER, false, "authorityKeyIdentifier",
              open_authority_key_identifier),
    [CM_EXTENSION_NAMES] = KNOWN(OID_SUBJECT_ALT_NAME, true, "subjectAltName", open_names),
    [CM_EXTENSION_NAME_CONSTRAINTS] =
        KNOWN(OID_NAME_CONSTRAINTS, true, "nameConstraints", open_name_constraints),
    [CM_EXTENSION_POLICIES] =
        KNOWN(OID_CERTIFICATE_POLICIES, true, "certificatePolicies", open_policies),
    [CM_EXTENSION_POLICY_MAPPINGS] =
        KNOWN(OID_POLICY_MAPPINGS, true, "policyMappings", open_policy_mappings),
    [CM_EXTENSION_POLICY_CONSTRAINTS] =
        KNOWN(OID_POLICY_CONSTRAINTS, true, "policyConstraints", open_policy_constraints),
    [CM_EXTENSION_INHIBIT_ANY_POLICY] =
        KNOWN(OID_INHIBIT_ANY_POLICY, true, "inhibitAnyPolicy", open_inhibit_any_policy),
    [CM_EXTENSION_DISTRIBUTION_POINTS] =
        KNOWN(OID_CRL_DISTRIBUTION_POINTS, true, "cRLDistributionPoints", open_distribution_points),
#undef KNOWN
};

static void refuse_critical(cm_candidate *c, const cm_x509_extension *e)
{
    char oid[CM_OID_TEXT_SIZE];
    if (c->fault.code == CM_VERIFY_OK) {
        cm_oid_text(e->oid, oid);
        (void)CM_REFUSE(&c->fault, CM_VERIFY_CRITICAL_EXTENSION, 0,
                        "the extension %s is critical and not one to be understood there "
                        "(RFC 5280 §4.2)",
                        oid);
    }
}

static void refuse_damaged(cm_candidate *c, size_t i)
{
    c->damaged |= 1u << i;
    if (c->fault.code == CM_VERIFY_OK) {
        (void)CM_REFUSE(&c->fault, CM_VERIFY_MALFORMED, 0,
                        "the extension %s is not what RFC 5280 §4.2.1 describes",
                        extensions[i].name);
    }
}

/* The first fault is kept. */
static void open_extension(cm_candidate *c, const cm_x509_extension *e)
{
    size_t i = 0;
    while (
        i < CM_EXTENSION_COUNT &&
        !cm_view_equal(e->oid, (cm_view){(const uint8_t *)extensions[i].oid, extensions[i].size})) {
        i++;
    }
    bool known = i < CM_EXTENSION_COUNT;
    if (known && e->critical) {
        c->critical |= 1u << i;
    } else if (e->critical) {
        c->unknown_critical = e->oid;
    }
    if (known && !extensions[i].open(c, e)) {
        refuse_damaged(c, i);
    } else if (e->critical && !(known && extensions[i].may_be_critical)) {
        refuse_critical(c, e);
    }
}

/* ------------------------------------------------------------------ rules of RFC 5280 §4 */

/* An INTEGER in the shortest form: another form would slip past a revocation list. */
static bool is_shortest(cm_view n)
{
    return n.size == 1 || !((n.data[0] == 0 && (n.data[1] & 0x80) == 0) ||
                            (n.data[0] == 0xff && (n.data[1] & 0x80) != 0));
}

static bool check_serial(cm_candidate *c)
{
    cm_view serial = c->x509.serial;
    if (!is_shortest(serial)) {
        return CM_REFUSE(&c->fault, CM_VERIFY_MALFORMED, 0, "the serial number is not in DER");
    }
    if (serial.size > 21 || (serial.size == 21 && serial.data[0] != 0) ||
        (serial.size == 1 && serial.data[0] == 0)) {
        return CM_REFUSE(&c->strict_fault, CM_VERIFY_MALFORMED, 0,
                         "the serial number must be positive, of at most 20 octets "
                         "(RFC 5280 §4.1.2.2)");
    }
    return true;
}

static bool check_authority(cm_candidate *c)
{
    if (!c->has_key_usage) {
        return CM_REFUSE(&c->strict_fault, CM_VERIFY_KEY_USAGE, 0,
                         "an authority's certificate must have a key usage (RFC 5280 §4.2.1.3)");
    }
    if (cm_name_is_empty(c->x509.subject)) {
        return CM_REFUSE(&c->strict_fault, CM_VERIFY_MALFORMED, 0,
                         "an authority must have a name (RFC 5280 §4.1.2.6)");
    }
    return c->subject_key_id.size > 0 ||
           CM_REFUSE(&c->strict_fault, CM_VERIFY_MALFORMED, 0,
                     "an authority's certificate must have a subject key identifier "
                     "(RFC 5280 §4.2.1.2)");
}

static bool check_end(cm_candidate *c)
{
    if (c->has_key_usage && (c->key_usage & CM_KU_KEY_CERT_SIGN) != 0) {
        return CM_REFUSE(&c->strict_fault, CM_VERIFY_KEY_USAGE, 0,
                         "the key usage keyCertSign is for authorities (RFC 5280 §4.2.1.3)");
    }
    if (c->name_constraints.size > 0) {
        return CM_REFUSE(&c->strict_fault, CM_VERIFY_MALFORMED, 0,
                         "name constraints are for authorities (RFC 5280 §4.2.1.10)");
    }
    return !cm_name_is_empty(c->x509.subject) || (c->has_names && c->names_critical) ||
           CM_REFUSE(&c->strict_fault, CM_VERIFY_MALFORMED, 0,
                     "without a subject, the subject alternative names must be there and critical "
                     "(RFC 5280 §4.2.1.6)");
}

static bool check_profile(cm_candidate *c)
{
    bool own_signature = c->self_issued && (c->authority_key_id.size == 0 ||
                                            cm_view_equal(c->authority_key_id, c->subject_key_id));
    if (c->x509.version < 3) {
        return true; /* no extensions: such a one is only good as an end or as a root */
    }
    if (c->authority_key_id.size == 0 && !own_signature) {
        return CM_REFUSE(&c->strict_fault, CM_VERIFY_MALFORMED, 0,
                         "there is no authority key identifier (RFC 5280 §4.2.1.1)");
    }
    if (cm_name_is_empty(c->x509.issuer)) {
        return CM_REFUSE(&c->strict_fault, CM_VERIFY_MALFORMED, 0,
                         "the issuer has no name (RFC 5280 §4.1.2.4)");
    }
    if (c->has_path_len && !c->ca) {
        return CM_REFUSE(&c->strict_fault, CM_VERIFY_MALFORMED, 0,
                         "pathLenConstraint is for authorities (RFC 5280 §4.2.1.9)");
    }
    return c->ca ? check_authority(c) : check_end(c);
}

/* A BOOLEAN in DER is 00 or ff. */
static bool booleans_are_der(cm_view list)
{
    cm_view one, oid, critical;
    while (cm_der_take(&list, CM_TAG_SEQUENCE, &one)) {
        if (cm_der_take(&one, CM_TAG_OID, &oid) && cm_der_take(&one, CM_TAG_BOOLEAN, &critical) &&
            critical.data[0] != 0 && critical.data[0] != 0xff) {
            return false;
        }
    }
    return true;
}

void cm_candidate_read(cm_candidate *out)
{
    cm_view rest;
    cm_x509_extension e;
    out->explicit_after = out->mapping_after = out->any_after = CM_NOT_GIVEN;
    out->subject_hash = cm_name_hash(out->x509.subject);
    out->issuer_hash = cm_name_hash(out->x509.issuer);
    out->self_issued =
        out->subject_hash == out->issuer_hash && cm_name_equal(out->x509.subject, out->x509.issuer);
    if (!booleans_are_der(out->x509.extensions)) {
        (void)CM_REFUSE(&out->fault, CM_VERIFY_MALFORMED, 0, "a BOOLEAN is not in DER");
    }
    for (rest = out->x509.extensions; cm_x509_next_extension(&rest, &e);) {
        open_extension(out, &e);
    }
    if (out->fault.code != CM_VERIFY_OK) {
        return;
    }
    if (out->x509.not_after < out->x509.not_before) {
        (void)CM_REFUSE(&out->fault, CM_VERIFY_MALFORMED, 0, "it ends (%T) before it begins (%T)",
                        out->x509.not_after, out->x509.not_before);
    } else if (check_serial(out)) {
        (void)check_profile(out);
    }
}

cm_status cm_candidate_open(cm_view der, cm_candidate *out, cm_error *err)
{
    memset(out, 0, sizeof *out);
    cm_status status = cm_x509_parse(der, &out->x509, err);
    if (status == CM_OK) {
        cm_candidate_read(out);
    }
    return status;
}

/* ------------------------------------------------------------------ keys */

enum { RSA_BITS = 2048, WEAK_RSA_BITS = 1024 };

bool cm_candidate_check_key(const cm_candidate *c, bool allow_weak, size_t depth, cm_fault *fault)
{
    mbedtls_pk_context pk;
    mbedtls_pk_init(&pk);
    bool known =
        mbedtls_pk_parse_public_key(&pk, c->x509.public_key.data, c->x509.public_key.size) == 0 &&
        cm_pk_is_known(&pk);
    size_t bits = known ? mbedtls_pk_get_bitlen(&pk) : 0;
    bool rsa = known && mbedtls_pk_get_type(&pk) == MBEDTLS_PK_RSA;
    mbedtls_pk_free(&pk);
    if (!known) {
        return CM_REFUSE(fault, CM_VERIFY_UNSUPPORTED, depth,
                         "the public key is damaged or of a kind that is not supported");
    }
    return !rsa || bits >= (allow_weak ? WEAK_RSA_BITS : RSA_BITS) ||
           CM_REFUSE(fault, CM_VERIFY_WEAK, depth,
                     "RSA with %d bits is too weak: at least %d are asked for", (int)bits,
                     allow_weak ? WEAK_RSA_BITS : RSA_BITS);
}
