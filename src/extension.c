#include "extension.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "general_name.h"
#include "oid.h"
#include "text.h"
#include "x509.h"

enum { NAME_LIMIT = 1000, ITEM_LIMIT = 100 };

static cm_view oid_view(const char *oid, size_t size)
{
    return (cm_view){(const uint8_t *)oid, size};
}

void cm_extension_write(cm_der *out, const char *oid, size_t oid_size, bool critical,
                        const cm_der *value)
{
    size_t mark = cm_der_begin(out, CM_TAG_SEQUENCE);
    cm_der_element(out, CM_TAG_OID, oid, oid_size);
    if (critical) {
        cm_der_boolean(out, true); /* FALSE is the default and not written */
    }
    cm_der_element(out, CM_TAG_OCTET_STRING, value->data, value->size);
    cm_der_end(out, mark);
    if (value->status != CM_OK) {
        out->status = value->status;
    }
}

static bool is_critical(cm_critical choice, bool standard)
{
    return choice == CM_CRITICAL_DEFAULT ? standard : choice == CM_CRITICAL_YES;
}

/* The state of one call of cm_extensions_write. */
typedef struct writer {
    const cm_extensions *x;
    const cm_extension_context *context;
    cm_der *out;
    cm_der value; /* of the extension at hand */
    cm_error *err;
    bool ca;
} writer;

/* Closes the extension whose value was collected, unless a custom one replaces it. */
static void emit(writer *w, const char *oid, size_t oid_size, bool critical)
{
    bool replaced = false;
    for (size_t i = 0; i < w->x->custom_count && !replaced; i++) {
        uint8_t encoded[CM_OID_MAX];
        size_t size;
        replaced = cm_oid_encode(w->x->custom[i].oid, encoded, &size) &&
                   cm_view_equal((cm_view){encoded, size}, oid_view(oid, oid_size));
    }
    if (!replaced) {
        cm_extension_write(w->out, oid, oid_size, critical, &w->value);
    }
    cm_der_free(&w->value);
}

#define EMIT(w, oid, critical) emit(w, oid, OID_SIZE(oid), critical)

/* ------------------------------------------------------------------ basicConstraints, keyUsage */

static cm_status write_basic_constraints(writer *w)
{
    const cm_profile_defaults *profile = w->context->profile;
    bool given = w->x->basic_constraints.choice == CM_SET;
    bool ca = given ? w->x->basic_constraints.ca : profile->ca;
    bool has_path_len = given ? w->x->basic_constraints.has_path_len : profile->has_path_len;
    unsigned path_len = given ? w->x->basic_constraints.path_len : profile->path_len;
    if (w->x->basic_constraints.choice == CM_OMIT) {
        return CM_OK;
    }
    if (has_path_len && !ca) {
        return cm_fail(w->err, CM_ERR_INVALID,
                       "pathLen goes with ca: true only (RFC 5280 §4.2.1.9)");
    }
    if (has_path_len && path_len > 255) {
        return cm_fail(w->err, CM_ERR_INVALID, "pathLen must be 0 to 255");
    }
    if (has_path_len && w->x->key_usage.choice == CM_SET &&
        (w->x->key_usage.bits & CM_KU_KEY_CERT_SIGN) == 0 && !w->context->allow_weak) {
        if (given) {
            return cm_fail(w->err, CM_ERR_INVALID,
                           "pathLen goes with keyUsage keyCertSign only (RFC 5280 §4.2.1.9)");
        }
        has_path_len = false; /* the profile's */
    }
    w->ca = ca;
    size_t mark = cm_der_begin(&w->value, CM_TAG_SEQUENCE);
    if (ca) {
        cm_der_boolean(&w->value, true);
    }
    if (has_path_len) {
        cm_der_small(&w->value, CM_TAG_INTEGER, path_len);
    }
    cm_der_end(&w->value, mark);
    EMIT(w, OID_BASIC_CONSTRAINTS, is_critical(w->x->basic_constraints.critical, true));
    return CM_OK;
}

static const char *const usage_names[] = {
    "digitalSignature", "contentCommitment", "keyEncipherment", "dataEncipherment", "keyAgreement",
    "keyCertSign",      "cRLSign",           "encipherOnly",    "decipherOnly"};

enum { USAGE_COUNT = sizeof usage_names / sizeof usage_names[0] };

const char *cm_key_usage_name(unsigned bit)
{
    return bit < USAGE_COUNT ? usage_names[bit] : NULL;
}

cm_status cm_key_usage_parse(cm_text text, unsigned *bit, cm_error *err)
{
    for (unsigned i = 0; i < USAGE_COUNT; i++) {
        if (cm_text_is_nocase(text, usage_names[i])) {
            *bit = 1u << i;
            return CM_OK;
        }
    }
    if (cm_text_is_nocase(text, "nonRepudiation")) {
        *bit = CM_KU_CONTENT_COMMITMENT;
        return CM_OK;
    }
    return cm_fail(err, CM_ERR_INVALID,
                   "%t is no key usage; there are digitalSignature, contentCommitment, "
                   "keyEncipherment, dataEncipherment, keyAgreement, keyCertSign, cRLSign, "
                   "encipherOnly and decipherOnly",
                   &text);
}

static cm_status write_key_usage(writer *w)
{
    const cm_profile_defaults *profile = w->context->profile;
    unsigned bits = w->x->key_usage.bits;
    if (w->x->key_usage.choice == CM_OMIT) {
        return CM_OK;
    }
    if (w->x->key_usage.choice == CM_DEFAULT) {
        bool as_profile = w->ca == profile->ca || w->x->basic_constraints.choice == CM_OMIT;
        bits = as_profile ? profile->key_usage | (w->context->rsa ? profile->key_usage_rsa : 0)
               : w->ca    ? CM_KU_KEY_CERT_SIGN | CM_KU_CRL_SIGN
                          : CM_KU_DIGITAL_SIGNATURE;
    } else if (bits == 0 || bits >= 1u << USAGE_COUNT) {
        return cm_fail(w->err, CM_ERR_INVALID,
                       "at least one usage must be set (RFC 5280 §4.2.1.3); false leaves it out");
    } else if ((bits & CM_KU_KEY_CERT_SIGN) != 0 && !w->ca && !w->context->allow_weak) {
        return cm_fail(w->err, CM_ERR_INVALID,
                       "keyCertSign goes with basicConstraints ca: true only (RFC 5280 §4.2.1.3)");
    }
    cm_der_named_bits(&w->value, CM_TAG_BIT_STRING, bits);
    EMIT(w, OID_KEY_USAGE, is_critical(w->x->key_usage.critical, true));
    return CM_OK;
}

/* ------------------------------------------------------------------ extendedKeyUsage */

static const struct {
    const char *name, *oid;
} purposes[] = {
    {"serverAuth", OID_KP("\x01")},
    {"clientAuth", OID_KP("\x02")},
    {"codeSigning", OID_KP("\x03")},
    {"emailProtection", OID_KP("\x04")},
    {"timeStamping", OID_KP("\x08")},
    {"OCSPSigning", OID_KP("\x09")},
    {"ipsecIKE", OID_KP("\x11")},
    {"anyExtendedKeyUsage", OID_EXTENDED_KEY_USAGE "\x00"},
    {"smartcardLogon", "\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x02"},
    {"documentSigning", OID_KP("\x24")},
};

enum { PURPOSE_COUNT = sizeof purposes / sizeof purposes[0] };

static size_t purpose_oid_size(size_t i)
{
    /* anyExtendedKeyUsage ends in a zero byte */
    size_t size = strlen(purposes[i].oid);
    return memcmp(purposes[i].oid, OID_EXTENDED_KEY_USAGE, 3) == 0 ? size + 1 : size;
}

const char *cm_purpose_name(cm_view oid)
{
    for (size_t i = 0; i < PURPOSE_COUNT; i++) {
        if (cm_view_equal(oid, oid_view(purposes[i].oid, purpose_oid_size(i)))) {
            return purposes[i].name;
        }
    }
    return NULL;
}

static cm_status write_purpose(writer *w, cm_text purpose, bool *time_stamping)
{
    for (size_t i = 0; i < PURPOSE_COUNT; i++) {
        if (cm_text_is_nocase(purpose, purposes[i].name)) {
            cm_der_element(&w->value, CM_TAG_OID, purposes[i].oid, purpose_oid_size(i));
            *time_stamping =
                *time_stamping || cm_text_is(cm_text_of(purposes[i].name), "timeStamping");
            return CM_OK;
        }
    }
    uint8_t oid[CM_OID_MAX];
    size_t size;
    if (!cm_oid_encode(purpose, oid, &size)) {
        return cm_fail(w->err, CM_ERR_INVALID,
                       "%t is neither a known purpose (serverAuth, clientAuth, codeSigning, "
                       "emailProtection, timeStamping, OCSPSigning, ...) nor an OID",
                       &purpose);
    }
    *time_stamping =
        *time_stamping || cm_view_equal((cm_view){oid, size}, oid_view(OID_KP("\x08"), 8));
    cm_der_element(&w->value, CM_TAG_OID, oid, size);
    return CM_OK;
}

static cm_status write_extended_key_usage(writer *w)
{
    const cm_profile_defaults *profile = w->context->profile;
    bool given = w->x->extended_key_usage.choice == CM_SET, time_stamping = false;
    size_t count = given ? w->x->extended_key_usage.count : 0;
    while (!given && count < CM_PROFILE_PURPOSES && profile->purposes[count] != NULL &&
           w->ca == profile->ca) {
        count++;
    }
    if (w->x->extended_key_usage.choice == CM_OMIT || (!given && count == 0)) {
        return CM_OK;
    }
    if (count == 0 || count > ITEM_LIMIT) {
        return cm_fail(w->err, CM_ERR_INVALID, "give 1 to %d purposes; false leaves it out",
                       ITEM_LIMIT);
    }
    size_t mark = cm_der_begin(&w->value, CM_TAG_SEQUENCE);
    for (size_t i = 0; i < count; i++) {
        cm_text purpose =
            given ? w->x->extended_key_usage.purposes[i] : cm_text_of(profile->purposes[i]);
        cm_status status = write_purpose(w, purpose, &time_stamping);
        if (status != CM_OK) {
            return cm_fail_in(w->err, status, "[%d]", (int)i);
        }
    }
    cm_der_end(&w->value, mark);
    EMIT(w, OID_EXTENDED_KEY_USAGE,
         is_critical(w->x->extended_key_usage.critical, time_stamping && count == 1));
    return CM_OK;
}

/* ------------------------------------------------------------------ key identifiers */

static cm_status own_key_id(writer *w, uint8_t buffer[20], cm_view *id)
{
    if (w->x->subject_key_identifier.choice == CM_SET) {
        *id = w->x->subject_key_identifier.value;
        if (id->size < 1 || id->size > 64) {
            return cm_fail(w->err, CM_ERR_INVALID, "a key identifier has 1 to 64 bytes");
        }
        return CM_OK;
    }
    *id = (cm_view){buffer, 20};
    return cm_spki_key_identifier(w->context->subject_key, buffer)
               ? CM_OK
               : cm_fail_internal(w->err, "own_key_id");
}

static cm_status write_subject_key_identifier(writer *w)
{
    uint8_t buffer[20];
    cm_view id;
    bool wanted = w->x->subject_key_identifier.choice == CM_SET ||
                  (w->x->subject_key_identifier.choice == CM_DEFAULT && !w->context->request);
    if (!wanted) {
        return CM_OK;
    }
    cm_status status = own_key_id(w, buffer, &id);
    if (status == CM_OK) {
        cm_der_element(&w->value, CM_TAG_OCTET_STRING, id.data, id.size);
        EMIT(w, OID_SUBJECT_KEY_IDENTIFIER, false);
    }
    return status;
}

static cm_status write_authority_key_identifier(writer *w)
{
    uint8_t buffer[20];
    cm_view id = w->context->issuer_key_id;
    if (w->x->authority_key_identifier.choice == CM_OMIT || w->context->request) {
        return CM_OK;
    }
    if (id.size == 0) { /* self-signed: its own */
        if (w->x->subject_key_identifier.choice == CM_OMIT) {
            return CM_OK;
        }
        cm_status status = own_key_id(w, buffer, &id);
        if (status != CM_OK) {
            return status;
        }
    }
    size_t mark = cm_der_begin(&w->value, CM_TAG_SEQUENCE);
    cm_der_element(&w->value, CM_TAG_CONTEXT(0), id.data, id.size);
    cm_der_end(&w->value, mark);
    EMIT(w, OID_AUTHORITY_KEY_IDENTIFIER, false);
    return CM_OK;
}

/* ------------------------------------------------------------------ names */

static cm_status write_subject_alt_name(writer *w)
{
    if (w->context->names.size > 0) {
        size_t mark = cm_der_begin(&w->value, CM_TAG_SEQUENCE);
        cm_der_raw(&w->value, w->context->names);
        cm_der_end(&w->value, mark);
        EMIT(w, OID_SUBJECT_ALT_NAME, is_critical(w->x->san_critical, w->context->subject_empty));
    }
    return CM_OK;
}

static cm_status write_subtrees(writer *w, uint8_t tag, const char *field,
                                const cm_general_name *names, size_t count)
{
    if (count == 0) {
        return CM_OK;
    }
    if (count > NAME_LIMIT) {
        cm_fail(w->err, CM_ERR_LIMIT, "%d names; at most %d are taken", (int)count, NAME_LIMIT);
        return cm_fail_in(w->err, CM_ERR_LIMIT, "%s", field);
    }
    size_t mark = cm_der_begin(&w->value, tag);
    for (size_t i = 0; i < count; i++) {
        size_t subtree = cm_der_begin(&w->value, CM_TAG_SEQUENCE);
        cm_status status = cm_general_name_write(&names[i], CM_USE_CONSTRAINT, &w->value, w->err);
        if (status != CM_OK) {
            return cm_fail_in(w->err, status, "%s[%d]", field, (int)i);
        }
        cm_der_end(&w->value, subtree);
    }
    cm_der_end(&w->value, mark);
    return CM_OK;
}

static cm_status write_name_constraints(writer *w)
{
    const cm_extensions *x = w->x;
    if (x->name_constraints.permitted_count + x->name_constraints.excluded_count == 0) {
        return CM_OK;
    }
    if (!w->ca && !w->context->allow_weak) {
        return cm_fail(w->err, CM_ERR_INVALID,
                       "name constraints go in CA certificates only (RFC 5280 §4.2.1.10)");
    }
    size_t mark = cm_der_begin(&w->value, CM_TAG_SEQUENCE);
    cm_status status =
        write_subtrees(w, CM_TAG_CONTEXT_CONSTRUCTED(0), "permitted", x->name_constraints.permitted,
                       x->name_constraints.permitted_count);
    if (status == CM_OK) {
        status = write_subtrees(w, CM_TAG_CONTEXT_CONSTRUCTED(1), "excluded",
                                x->name_constraints.excluded, x->name_constraints.excluded_count);
    }
    cm_der_end(&w->value, mark);
    if (status == CM_OK) {
        EMIT(w, OID_NAME_CONSTRAINTS, is_critical(x->name_constraints.critical, true));
    }
    return status;
}

/* ------------------------------------------------------------------ policies and pointers */

static cm_status check_item_count(writer *w, size_t count)
{
    return count <= ITEM_LIMIT ? CM_OK
                               : cm_fail(w->err, CM_ERR_LIMIT, "%d items; at most %d are taken",
                                         (int)count, ITEM_LIMIT);
}

static cm_status write_uri(writer *w, cm_text uri)
{
    cm_general_name name = {.kind = CM_GENERAL_NAME_URI, .value = uri};
    return cm_general_name_write(&name, CM_USE_NAME, &w->value, w->err);
}

static cm_text policy_oid(const cm_policy *policy)
{
    return cm_text_is_nocase(policy->oid, "anyPolicy") ? CM_TEXT("2.5.29.32.0") : policy->oid;
}

static cm_status write_policy(writer *w, const cm_policy *policy)
{
    uint8_t oid[CM_OID_MAX];
    size_t size;
    if (!cm_oid_encode(policy_oid(policy), oid, &size)) {
        return cm_fail(w->err, CM_ERR_INVALID, "%t is not an OID, like 2.23.140.1.2.1",
                       &policy->oid);
    }
    size_t mark = cm_der_begin(&w->value, CM_TAG_SEQUENCE);
    cm_der_element(&w->value, CM_TAG_OID, oid, size);
    if (policy->cps_uri.size > 0) {
        for (size_t i = 0; i < policy->cps_uri.size; i++) {
            if (policy->cps_uri.data[i] <= ' ' || policy->cps_uri.data[i] > '~') {
                return cm_fail(w->err, CM_ERR_INVALID, "%t is not a URI in ASCII",
                               &policy->cps_uri);
            }
        }
        size_t qualifiers = cm_der_begin(&w->value, CM_TAG_SEQUENCE);
        size_t qualifier = cm_der_begin(&w->value, CM_TAG_SEQUENCE);
        cm_der_element(&w->value, CM_TAG_OID, OID_CPS, OID_SIZE(OID_CPS));
        cm_der_text(&w->value, CM_TAG_IA5_STRING, policy->cps_uri);
        cm_der_end(&w->value, qualifier);
        cm_der_end(&w->value, qualifiers);
    }
    cm_der_end(&w->value, mark);
    return CM_OK;
}

/* "MUST NOT appear more than once", RFC 5280 §4.2.1.4. */
static bool policy_repeats(const cm_policy *items, size_t i)
{
    cm_text one = policy_oid(&items[i]);
    for (size_t j = 0; j < i; j++) {
        cm_text other = policy_oid(&items[j]);
        if (one.size == other.size && memcmp(one.data, other.data, one.size) == 0) {
            return true;
        }
    }
    return false;
}

static cm_status write_certificate_policies(writer *w)
{
    size_t count = w->x->certificate_policies.count;
    cm_status status = check_item_count(w, count);
    if (count == 0 || status != CM_OK) {
        return status;
    }
    size_t mark = cm_der_begin(&w->value, CM_TAG_SEQUENCE);
    for (size_t i = 0; i < count; i++) {
        status = write_policy(w, &w->x->certificate_policies.items[i]);
        if (status == CM_OK && policy_repeats(w->x->certificate_policies.items, i)) {
            status = cm_fail(w->err, CM_ERR_INVALID, "%t is given twice (RFC 5280 §4.2.1.4)",
                             &w->x->certificate_policies.items[i].oid);
        }
        if (status != CM_OK) {
            return cm_fail_in(w->err, status, "[%d]", (int)i);
        }
    }
    cm_der_end(&w->value, mark);
    EMIT(w, OID_CERTIFICATE_POLICIES, is_critical(w->x->certificate_policies.critical, false));
    return CM_OK;
}

static cm_status write_crl_distribution_points(writer *w)
{
    size_t count = w->x->crl_distribution_points.count;
    cm_status status = check_item_count(w, count);
    if (count == 0 || status != CM_OK) {
        return status;
    }
    size_t mark = cm_der_begin(&w->value, CM_TAG_SEQUENCE);
    for (size_t i = 0; i < count; i++) {
        size_t point = cm_der_begin(&w->value, CM_TAG_SEQUENCE);
        size_t name = cm_der_begin(&w->value, CM_TAG_CONTEXT_CONSTRUCTED(0));
        size_t full = cm_der_begin(&w->value, CM_TAG_CONTEXT_CONSTRUCTED(0));
        status = write_uri(w, w->x->crl_distribution_points.uris[i]);
        if (status != CM_OK) {
            return cm_fail_in(w->err, status, "[%d]", (int)i);
        }
        cm_der_end(&w->value, full);
        cm_der_end(&w->value, name);
        cm_der_end(&w->value, point);
    }
    cm_der_end(&w->value, mark);
    EMIT(w, OID_CRL_DISTRIBUTION_POINTS,
         is_critical(w->x->crl_distribution_points.critical, false));
    return CM_OK;
}

static cm_status write_access(writer *w, const char *field, const char *oid, size_t oid_size,
                              const cm_text *uris, size_t count)
{
    cm_status status = check_item_count(w, count);
    if (status != CM_OK) {
        return cm_fail_in(w->err, status, "%s", field);
    }
    for (size_t i = 0; i < count; i++) {
        size_t mark = cm_der_begin(&w->value, CM_TAG_SEQUENCE);
        cm_der_element(&w->value, CM_TAG_OID, oid, oid_size);
        status = write_uri(w, uris[i]);
        if (status != CM_OK) {
            return cm_fail_in(w->err, status, "%s[%d]", field, (int)i);
        }
        cm_der_end(&w->value, mark);
    }
    return CM_OK;
}

static cm_status write_authority_info_access(writer *w)
{
    const cm_extensions *x = w->x;
    if (x->authority_info_access.ocsp_count + x->authority_info_access.ca_issuers_count == 0) {
        return CM_OK;
    }
    size_t mark = cm_der_begin(&w->value, CM_TAG_SEQUENCE);
    cm_status status =
        write_access(w, "ocsp", OID_OCSP, OID_SIZE(OID_OCSP), x->authority_info_access.ocsp,
                     x->authority_info_access.ocsp_count);
    if (status == CM_OK) {
        status = write_access(w, "caIssuers", OID_CA_ISSUERS, OID_SIZE(OID_CA_ISSUERS),
                              x->authority_info_access.ca_issuers,
                              x->authority_info_access.ca_issuers_count);
    }
    cm_der_end(&w->value, mark);
    if (status == CM_OK) {
        EMIT(w, OID_AUTHORITY_INFO_ACCESS, false);
    }
    return status;
}

static cm_status write_tls_feature(writer *w)
{
    if (w->x->must_staple) {
        size_t mark = cm_der_begin(&w->value, CM_TAG_SEQUENCE);
        cm_der_small(&w->value, CM_TAG_INTEGER, 5); /* status_request, RFC 6066 */
        cm_der_end(&w->value, mark);
        EMIT(w, OID_TLS_FEATURE, false);
    }
    return CM_OK;
}

static cm_status write_ocsp_nocheck(writer *w)
{
    if (w->context->profile == cm_profile_get(CM_PROFILE_OCSP_SIGNING) && !w->context->request) {
        cm_der_null(&w->value);
        EMIT(w, OID_OCSP_NOCHECK, false);
    }
    return CM_OK;
}

static cm_status write_custom(writer *w)
{
    cm_status status = check_item_count(w, w->x->custom_count);
    for (size_t i = 0; status == CM_OK && i < w->x->custom_count; i++) {
        const cm_custom_extension *custom = &w->x->custom[i];
        uint8_t oid[CM_OID_MAX], other[CM_OID_MAX], tag;
        size_t size, other_size;
        cm_view rest = custom->der, content;
        if (!cm_oid_encode(custom->oid, oid, &size)) {
            status = cm_fail(w->err, CM_ERR_INVALID, "%t is not an OID, like 1.3.6.1.4.1.99999.1",
                             &custom->oid);
        } else if (!cm_der_take_any(&rest, &tag, &content, NULL) || rest.size != 0) {
            status = cm_fail(w->err, CM_ERR_INVALID, "the value of %t must be one DER element",
                             &custom->oid);
        }
        for (size_t j = 0; status == CM_OK && j < i; j++) {
            if (cm_oid_encode(w->x->custom[j].oid, other, &other_size) &&
                cm_view_equal((cm_view){oid, size}, (cm_view){other, other_size})) {
                status = cm_fail(w->err, CM_ERR_INVALID,
                                 "%t is given twice (RFC 5280 §4.2 allows each extension once)",
                                 &custom->oid);
            }
        }
        if (status != CM_OK) {
            return cm_fail_in(w->err, status, "[%d]", (int)i);
        }
        cm_der value = {NULL, 0, 0, CM_OK};
        cm_der_raw(&value, custom->der);
        cm_extension_write(w->out, (const char *)oid, size, custom->critical, &value);
        cm_der_free(&value);
    }
    return status;
}

/* ------------------------------------------------------------------ all of them */

cm_status cm_extensions_write(const cm_extensions *extensions, const cm_extension_context *context,
                              cm_der *out, bool *ca, cm_error *err)
{
    static const struct {
        cm_status (*write)(writer *);
        const char *field;
    } steps[] = {
        {write_basic_constraints, "extensions.basicConstraints"},
        {write_key_usage, "extensions.keyUsage"},
        {write_extended_key_usage, "extensions.extendedKeyUsage"},
        {write_subject_key_identifier, "extensions.subjectKeyIdentifier"},
        {write_authority_key_identifier, "extensions.authorityKeyIdentifier"},
        {write_subject_alt_name, "san"},
        {write_name_constraints, "extensions.nameConstraints"},
        {write_certificate_policies, "extensions.certificatePolicies"},
        {write_crl_distribution_points, "extensions.crlDistributionPoints"},
        {write_authority_info_access, "extensions.authorityInfoAccess"},
        {write_tls_feature, "extensions.tlsFeature"},
        {write_ocsp_nocheck, "extensions"},
        {write_custom, "extensions.custom"},
    };
    writer w = {extensions, context, out, {NULL, 0, 0, CM_OK}, err, false};
    *ca = false;
    if (extensions->none) {
        return CM_OK;
    }
    size_t start = out->size, mark = cm_der_begin(out, CM_TAG_SEQUENCE);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        cm_status status = steps[i].write(&w);
        if (status != CM_OK) {
            cm_der_free(&w.value);
            return cm_fail_in(err, status, "%s", steps[i].field);
        }
    }
    *ca = w.ca;
    if (out->status == CM_OK && out->size == mark) {
        out->size = start; /* an empty SEQUENCE is not allowed */
    } else {
        cm_der_end(out, mark);
    }
    return CM_OK;
}
