/* What extensions say: their standards' ASN.1 as tables of shapes. */
#include <string.h>

#include "crl.h"
#include "extension.h"
#include "name.h"
#include "oid.h"
#include "report.h"
#include "shape.h"
#include "text.h"

#define ONE(tag, put, detail)                                                                      \
    {                                                                                              \
        (tag), CM_REQUIRED, NULL, (put), (detail)                                                  \
    }

/* ------------------------------------------------------------------ single values */

static bool put_key_usage(cm_json *j, const cm_shape *s, const cm_element *e)
{
    const char *names[10] = {NULL};
    const cm_shape named = {s->tag, s->presence, s->key, s->put, names};
    for (unsigned i = 0; i < 9; i++) {
        names[i] = cm_key_usage_name(i);
    }
    return cm_put_bits(j, &named, e);
}

static bool put_reason(cm_json *j, const cm_shape *s, const cm_element *e)
{
    unsigned value;
    (void)s;
    if (!cm_der_small_of(e->content, &value)) {
        return false;
    }
    const char *name = cm_crl_reason_name((cm_crl_reason)value);
    cm_json_string(j, name != NULL ? name : "unknown");
    return true;
}

/* A GeneralizedTime under an implicit tag. */
static bool put_tagged_time(cm_json *j, const cm_shape *s, const cm_element *e)
{
    uint8_t copy[32] = {CM_TAG_GENERALIZED_TIME, (uint8_t)e->content.size};
    if (e->content.size > sizeof copy - 2) {
        return false;
    }
    memcpy(copy + 2, e->content.data, e->content.size);
    const cm_element untagged = {copy[0], e->content, {copy, 2 + e->content.size}};
    return cm_put_time(j, s, &untagged);
}

/* nameRelativeToCRLIssuer: one RDN, shown as a name of its own. */
static bool put_relative_name(cm_json *j, const cm_shape *s, const cm_element *e)
{
    cm_der name = {NULL, 0, 0, CM_OK};
    cm_bytes text;
    size_t mark = cm_der_begin(&name, CM_TAG_SEQUENCE);
    cm_der_element(&name, CM_TAG_SET, e->content.data, e->content.size);
    cm_der_end(&name, mark);
    (void)s;
    cm_status status =
        name.status == CM_OK ? cm_name_text(cm_der_view(&name), &text, NULL) : name.status;
    cm_der_free(&name);
    if (status != CM_OK) {
        return false;
    }
    cm_json_text(j, (cm_text){(const char *)text.data, text.size});
    cm_bytes_free(&text);
    return true;
}

static bool put_feature(cm_json *j, const cm_shape *s, const cm_element *e)
{
    unsigned value;
    if (!cm_der_small_of(e->content, &value) || (value != 5 && value != 17)) {
        return cm_put_small(j, s, e);
    }
    cm_json_string(j, value == 5 ? "status_request" : "status_request_v2");
    return true;
}

/* ------------------------------------------------------------------ policies */

/* The dotted identifier, and beside it its name when it has one. */
static bool put_policy_oid(cm_json *j, const cm_shape *s, const cm_element *e)
{
    const char *name = cm_oid_name(e->content);
    bool fine = cm_put_dotted(j, s, e);
    if (name != NULL) {
        cm_json_put_string(j, "name", name);
    }
    return fine;
}

/* PolicyQualifierInfo (RFC 5280 §4.2.1.4): what it is depends on its identifier. */
static bool put_qualifier(cm_json *j, const cm_shape *s, const cm_element *e)
{
    static const cm_shape number = ONE(CM_TAG_INTEGER, cm_put_small, NULL);
    static const cm_shape reference[] = {
        {CM_TAG_ANY, CM_REQUIRED, "organization", cm_put_string, NULL},
        {CM_TAG_SEQUENCE, CM_REQUIRED, "numbers", cm_put_list, &number},
        CM_SHAPE_END};
    static const cm_shape notice[] = {
        {CM_TAG_SEQUENCE, CM_OPTIONAL, "reference", cm_put_object, reference},
        {CM_TAG_ANY, CM_OPTIONAL, "text", cm_put_string, NULL},
        CM_SHAPE_END};
    static const cm_shape uri[] = {{CM_TAG_ANY, CM_REQUIRED, "uri", cm_put_string, NULL},
                                   CM_SHAPE_END};
    static const cm_shape any[] = {{CM_TAG_ANY, CM_OPTIONAL, "der", cm_put_der, NULL},
                                   CM_SHAPE_END};
    cm_view content = e->content, oid, inner;
    const cm_shape *members = any;
    (void)s;
    if (!cm_der_take(&content, CM_TAG_OID, &oid)) {
        return false;
    }
    cm_json_open(j, '{');
    cm_json_put_oid(j, "type", oid);
    if (cm_view_equal(oid, (cm_view){(const uint8_t *)OID_CPS, OID_SIZE(OID_CPS)})) {
        members = uri;
    } else if (cm_view_equal(
                   oid, (cm_view){(const uint8_t *)OID_USER_NOTICE, OID_SIZE(OID_USER_NOTICE)})) {
        if (!cm_der_take(&content, CM_TAG_SEQUENCE, &inner) || content.size != 0) {
            return false;
        }
        members = notice;
        content = inner;
    }
    bool fine = cm_shape_put_members(j, members, content);
    cm_json_close(j, '}');
    return fine;
}

/* ------------------------------------------------------------------ certificate transparency */

static bool take(cm_view *in, size_t size, cm_view *out)
{
    if (in->size < size) {
        return false;
    }
    *out = (cm_view){in->data, size};
    *in = (cm_view){in->data + size, in->size - size};
    return true;
}

/* What follows a length in two bytes (RFC 8446 §3.4). */
static bool take_vector(cm_view *in, cm_view *out)
{
    cm_view length;
    return take(in, 2, &length) && take(in, (size_t)(length.data[0] << 8 | length.data[1]), out);
}

/* Milliseconds since 1970, big-endian, as RFC 3339. */
static void put_milliseconds(cm_json *j, cm_view number)
{
    char text[CM_TIME_TEXT_SIZE + 8];
    uint64_t value = 0;
    for (size_t i = 0; i < number.size; i++) {
        value = value << 8 | number.data[i];
    }
    unsigned rest = (unsigned)(value % 1000);
    cm_time_text(value / 1000 > INT64_MAX / 2 ? INT64_MAX : (int64_t)(value / 1000), text);
    size_t size = strlen(text);
    if (size > 0 && text[size - 1] == 'Z') {
        const char fraction[] = {'.',
                                 (char)('0' + rest / 100),
                                 (char)('0' + rest / 10 % 10),
                                 (char)('0' + rest % 10),
                                 'Z',
                                 '\0'};
        memcpy(text + size - 1, fraction, sizeof fraction);
    }
    cm_json_string(j, text);
}

/* SerializedSCT (RFC 6962 §3.2). */
static bool put_timestamp(cm_json *j, cm_view sct)
{
    static const char *const hashes[] = {"none",   "md5",    "sha1",  "sha224",
                                         "sha256", "sha384", "sha512"};
    static const char *const keys[] = {"anonymous", "rsa", "dsa", "ecdsa"};
    cm_view version, log, time, extensions, algorithm, signature;
    if (!take(&sct, 1, &version) || !take(&sct, 32, &log) || !take(&sct, 8, &time) ||
        !take_vector(&sct, &extensions) || !take(&sct, 2, &algorithm) ||
        !take_vector(&sct, &signature) || sct.size != 0 || algorithm.data[0] > 6 ||
        algorithm.data[1] > 3) {
        return false;
    }
    cm_json_open(j, '{');
    cm_json_put_integer(j, "version", version.data[0] + 1);
    cm_json_key(j, "logID");
    cm_json_base64(j, log);
    cm_json_key(j, "timestamp");
    put_milliseconds(j, time);
    if (extensions.size > 0) {
        cm_json_put_hex(j, "extensions", extensions);
    }
    cm_json_put_string(j, "hash", hashes[algorithm.data[0]]);
    cm_json_put_string(j, "signature", keys[algorithm.data[1]]);
    cm_json_close(j, '}');
    return true;
}

/* SignedCertificateTimestampList, in an OCTET STRING (RFC 6962 §3.3). */
static bool put_timestamps(cm_json *j, const cm_shape *s, const cm_element *e)
{
    cm_view content = e->content, list, sct;
    (void)s;
    if (!take_vector(&content, &list) || content.size != 0) {
        return false;
    }
    cm_json_open(j, '[');
    while (list.size > 0) {
        if (!take_vector(&list, &sct) || !put_timestamp(j, sct)) {
            return false;
        }
    }
    cm_json_close(j, ']');
    return true;
}

/* ------------------------------------------------------------------ the shapes */

static const cm_shape hex = ONE(CM_TAG_OCTET_STRING, cm_put_hex, NULL);
static const cm_shape number = ONE(CM_TAG_INTEGER, cm_put_number, NULL);
static const cm_shape small = ONE(CM_TAG_INTEGER, cm_put_small, NULL);
static const cm_shape null = ONE(CM_TAG_NULL, cm_put_null, NULL);
static const cm_shape string = ONE(CM_TAG_ANY, cm_put_string, NULL);
static const cm_shape names = ONE(CM_TAG_SEQUENCE, cm_put_general_names, NULL);
static const cm_shape purpose = ONE(CM_TAG_OID, cm_put_oid, NULL);
static const cm_shape purposes = ONE(CM_TAG_SEQUENCE, cm_put_list, &purpose);
static const cm_shape key_usage = ONE(CM_TAG_BIT_STRING, put_key_usage, NULL);
static const cm_shape reason = ONE(CM_TAG_ENUMERATED, put_reason, NULL);
static const cm_shape time = ONE(CM_TAG_GENERALIZED_TIME, cm_put_time, NULL);
static const cm_shape timestamps = ONE(CM_TAG_OCTET_STRING, put_timestamps, NULL);
static const cm_shape feature = ONE(CM_TAG_INTEGER, put_feature, NULL);
static const cm_shape features = ONE(CM_TAG_SEQUENCE, cm_put_list, &feature);

/* §4.2.1.9 */
static const cm_shape constraints_members[] = {
    {CM_TAG_BOOLEAN, CM_DEFAULT_FALSE, "ca", cm_put_boolean, NULL},
    {CM_TAG_INTEGER, CM_OPTIONAL, "pathLen", cm_put_small, NULL},
    CM_SHAPE_END};
static const cm_shape basic_constraints = ONE(CM_TAG_SEQUENCE, cm_put_object, constraints_members);

/* §4.2.1.1 */
static const cm_shape authority_members[] = {
    {CM_TAG_CONTEXT(0), CM_OPTIONAL, "keyIdentifier", cm_put_hex, NULL},
    {CM_TAG_CONTEXT_CONSTRUCTED(1), CM_OPTIONAL, "issuer", cm_put_general_names, NULL},
    {CM_TAG_CONTEXT(2), CM_OPTIONAL, "serial", cm_put_number, NULL},
    CM_SHAPE_END};
static const cm_shape authority_key_id = ONE(CM_TAG_SEQUENCE, cm_put_object, authority_members);

/* §4.2.1.10 */
static const cm_shape subtree_members[] = {
    {CM_TAG_ANY, CM_REQUIRED, "base", cm_put_general_name, NULL},
    {CM_TAG_CONTEXT(0), CM_OPTIONAL, "minimum", cm_put_small, NULL},
    {CM_TAG_CONTEXT(1), CM_OPTIONAL, "maximum", cm_put_small, NULL},
    CM_SHAPE_END};
static const cm_shape subtree = ONE(CM_TAG_SEQUENCE, cm_put_object, subtree_members);
static const cm_shape name_constraints_members[] = {
    {CM_TAG_CONTEXT_CONSTRUCTED(0), CM_OPTIONAL, "permitted", cm_put_list, &subtree},
    {CM_TAG_CONTEXT_CONSTRUCTED(1), CM_OPTIONAL, "excluded", cm_put_list, &subtree},
    CM_SHAPE_END};
static const cm_shape name_constraints =
    ONE(CM_TAG_SEQUENCE, cm_put_object, name_constraints_members);

/* §4.2.1.4, §4.2.1.5, §4.2.1.11 */
static const cm_shape qualifier = ONE(CM_TAG_SEQUENCE, put_qualifier, NULL);
static const cm_shape policy_members[] = {
    {CM_TAG_OID, CM_REQUIRED, "oid", put_policy_oid, NULL},
    {CM_TAG_SEQUENCE, CM_OPTIONAL, "qualifiers", cm_put_list, &qualifier},
    CM_SHAPE_END};
static const cm_shape policy = ONE(CM_TAG_SEQUENCE, cm_put_object, policy_members);
static const cm_shape policies = ONE(CM_TAG_SEQUENCE, cm_put_list, &policy);
static const cm_shape mapping_members[] = {
    {CM_TAG_OID, CM_REQUIRED, "issuerDomainPolicy", cm_put_dotted, NULL},
    {CM_TAG_OID, CM_REQUIRED, "subjectDomainPolicy", cm_put_dotted, NULL},
    CM_SHAPE_END};
static const cm_shape mapping = ONE(CM_TAG_SEQUENCE, cm_put_object, mapping_members);
static const cm_shape mappings = ONE(CM_TAG_SEQUENCE, cm_put_list, &mapping);
static const cm_shape policy_constraints_members[] = {
    {CM_TAG_CONTEXT(0), CM_OPTIONAL, "requireExplicitPolicy", cm_put_small, NULL},
    {CM_TAG_CONTEXT(1), CM_OPTIONAL, "inhibitPolicyMapping", cm_put_small, NULL},
    CM_SHAPE_END};
static const cm_shape policy_constraints =
    ONE(CM_TAG_SEQUENCE, cm_put_object, policy_constraints_members);

/* §4.2.1.13, §5.2.5 */
static const char *const reason_flags[] = {"unused",          "keyCompromise",
                                           "cACompromise",    "affiliationChanged",
                                           "superseded",      "cessationOfOperation",
                                           "certificateHold", "privilegeWithdrawn",
                                           "aACompromise",    NULL};
static const cm_shape point_name[] = {
    {CM_TAG_CONTEXT_CONSTRUCTED(0), CM_OPTIONAL, "fullName", cm_put_general_names, NULL},
    {CM_TAG_CONTEXT_CONSTRUCTED(1), CM_OPTIONAL, "relativeName", put_relative_name, NULL},
    CM_SHAPE_END};
static const cm_shape point_members[] = {
    {CM_TAG_CONTEXT_CONSTRUCTED(0), CM_OPTIONAL, "distributionPoint", cm_put_object, point_name},
    {CM_TAG_CONTEXT(1), CM_OPTIONAL, "reasons", cm_put_bits, reason_flags},
    {CM_TAG_CONTEXT_CONSTRUCTED(2), CM_OPTIONAL, "crlIssuer", cm_put_general_names, NULL},
    CM_SHAPE_END};
static const cm_shape point = ONE(CM_TAG_SEQUENCE, cm_put_object, point_members);
static const cm_shape points = ONE(CM_TAG_SEQUENCE, cm_put_list, &point);
static const cm_shape issuing_members[] = {
    {CM_TAG_CONTEXT_CONSTRUCTED(0), CM_OPTIONAL, "distributionPoint", cm_put_object, point_name},
    {CM_TAG_CONTEXT(1), CM_DEFAULT_FALSE, "onlyContainsUserCerts", cm_put_boolean, NULL},
    {CM_TAG_CONTEXT(2), CM_DEFAULT_FALSE, "onlyContainsCACerts", cm_put_boolean, NULL},
    {CM_TAG_CONTEXT(3), CM_OPTIONAL, "onlySomeReasons", cm_put_bits, reason_flags},
    {CM_TAG_CONTEXT(4), CM_DEFAULT_FALSE, "indirectCRL", cm_put_boolean, NULL},
    {CM_TAG_CONTEXT(5), CM_DEFAULT_FALSE, "onlyContainsAttributeCerts", cm_put_boolean, NULL},
    CM_SHAPE_END};
static const cm_shape issuing_point = ONE(CM_TAG_SEQUENCE, cm_put_object, issuing_members);

/* §4.2.2 */
static const cm_shape access_members[] = {
    {CM_TAG_OID, CM_REQUIRED, "method", cm_put_oid, NULL},
    {CM_TAG_ANY, CM_REQUIRED, "location", cm_put_general_name, NULL},
    CM_SHAPE_END};
static const cm_shape access = ONE(CM_TAG_SEQUENCE, cm_put_object, access_members);
static const cm_shape accesses = ONE(CM_TAG_SEQUENCE, cm_put_list, &access);

/* RFC 3280 §4.2.1.4 */
static const cm_shape period_members[] = {
    {CM_TAG_CONTEXT(0), CM_OPTIONAL, "notBefore", put_tagged_time, NULL},
    {CM_TAG_CONTEXT(1), CM_OPTIONAL, "notAfter", put_tagged_time, NULL},
    CM_SHAPE_END};
static const cm_shape usage_period = ONE(CM_TAG_SEQUENCE, cm_put_object, period_members);

/* RFC 3739 §3.2.6 */
static const cm_shape statement_members[] = {{CM_TAG_OID, CM_REQUIRED, "oid", cm_put_dotted, NULL},
                                             {CM_TAG_ANY, CM_OPTIONAL, "der", cm_put_der, NULL},
                                             CM_SHAPE_END};
static const cm_shape statement = ONE(CM_TAG_SEQUENCE, cm_put_object, statement_members);
static const cm_shape statements = ONE(CM_TAG_SEQUENCE, cm_put_list, &statement);

static const char *const netscape_types[] = {"sslClient",     "sslServer",       "smime",
                                             "objectSigning", "reserved",        "sslCA",
                                             "smimeCA",       "objectSigningCA", NULL};
static const cm_shape netscape_type = ONE(CM_TAG_BIT_STRING, cm_put_bits, netscape_types);

static const cm_shape template_members[] = {
    {CM_TAG_OID, CM_REQUIRED, "oid", cm_put_dotted, NULL},
    {CM_TAG_INTEGER, CM_OPTIONAL, "majorVersion", cm_put_small, NULL},
    {CM_TAG_INTEGER, CM_OPTIONAL, "minorVersion", cm_put_small, NULL},
    CM_SHAPE_END};
static const cm_shape template_ = ONE(CM_TAG_SEQUENCE, cm_put_object, template_members);

/* ------------------------------------------------------------------ the extensions */

#define KNOWN(oid, name, shape)                                                                    \
    {                                                                                              \
        shape, OID_SIZE(oid), oid, name                                                            \
    }
#define OID_NETSCAPE(n) "\x60\x86\x48\x01\x86\xf8\x42\x01" n      /* 2.16.840.1.113730.1 */
#define OID_MICROSOFT_PKI(n) "\x2b\x06\x01\x04\x01\x82\x37" n     /* 1.3.6.1.4.1.311 */
#define OID_GOOGLE_CT(n) "\x2b\x06\x01\x04\x01\xd6\x79\x02\x04" n /* 1.3.6.1.4.1.11129.2.4 */

static const struct known {
    const cm_shape *shape; /* NULL: known by name alone */
    uint8_t size;
    char oid[11];
    char name[36];
} known[] = {
    KNOWN(OID_CE("\x09"), "subjectDirectoryAttributes", NULL),
    KNOWN(OID_SUBJECT_KEY_IDENTIFIER, "subjectKeyIdentifier", &hex),
    KNOWN(OID_KEY_USAGE, "keyUsage", &key_usage),
    KNOWN(OID_CE("\x10"), "privateKeyUsagePeriod", &usage_period),
    KNOWN(OID_SUBJECT_ALT_NAME, "subjectAltName", &names),
    KNOWN(OID_CE("\x12"), "issuerAltName", &names),
    KNOWN(OID_BASIC_CONSTRAINTS, "basicConstraints", &basic_constraints),
    KNOWN(OID_CRL_NUMBER, "crlNumber", &number),
    KNOWN(OID_CRL_REASON, "reasonCode", &reason),
    KNOWN(OID_CE("\x17"), "holdInstructionCode", &purpose),
    KNOWN(OID_INVALIDITY_DATE, "invalidityDate", &time),
    KNOWN(OID_DELTA_CRL_INDICATOR, "deltaCRLIndicator", &number),
    KNOWN(OID_ISSUING_DISTRIBUTION_POINT, "issuingDistributionPoint", &issuing_point),
    KNOWN(OID_CERTIFICATE_ISSUER, "certificateIssuer", &names),
    KNOWN(OID_NAME_CONSTRAINTS, "nameConstraints", &name_constraints),
    KNOWN(OID_CRL_DISTRIBUTION_POINTS, "crlDistributionPoints", &points),
    KNOWN(OID_CERTIFICATE_POLICIES, "certificatePolicies", &policies),
    KNOWN(OID_POLICY_MAPPINGS, "policyMappings", &mappings),
    KNOWN(OID_AUTHORITY_KEY_IDENTIFIER, "authorityKeyIdentifier", &authority_key_id),
    KNOWN(OID_POLICY_CONSTRAINTS, "policyConstraints", &policy_constraints),
    KNOWN(OID_EXTENDED_KEY_USAGE, "extendedKeyUsage", &purposes),
    KNOWN(OID_CE("\x2e"), "freshestCRL", &points),
    KNOWN(OID_INHIBIT_ANY_POLICY, "inhibitAnyPolicy", &small),
    KNOWN(OID_AUTHORITY_INFO_ACCESS, "authorityInfoAccess", &accesses),
    KNOWN(OID_PKIX("\x01\x03"), "qcStatements", &statements),
    KNOWN(OID_PKIX("\x01\x0b"), "subjectInfoAccess", &accesses),
    KNOWN(OID_TLS_FEATURE, "tlsFeature", &features),
    KNOWN(OID_OCSP_NOCHECK, "ocspNoCheck", &null),
    KNOWN(OID_GOOGLE_CT("\x02"), "signedCertificateTimestamps", &timestamps),
    KNOWN(OID_GOOGLE_CT("\x03"), "precertificatePoison", &null),
    KNOWN(OID_NETSCAPE("\x01"), "netscapeCertType", &netscape_type),
    KNOWN(OID_NETSCAPE("\x02"), "netscapeBaseURL", &string),
    KNOWN(OID_NETSCAPE("\x03"), "netscapeRevocationURL", &string),
    KNOWN(OID_NETSCAPE("\x04"), "netscapeCARevocationURL", &string),
    KNOWN(OID_NETSCAPE("\x07"), "netscapeRenewalURL", &string),
    KNOWN(OID_NETSCAPE("\x08"), "netscapeCAPolicyURL", &string),
    KNOWN(OID_NETSCAPE("\x0c"), "netscapeSSLServerName", &string),
    KNOWN(OID_NETSCAPE("\x0d"), "netscapeComment", &string),
    KNOWN(OID_MICROSOFT_PKI("\x14\x02"), "microsoftCertificateTemplateName", &string),
    KNOWN(OID_MICROSOFT_PKI("\x15\x01"), "microsoftCAVersion", &small),
    KNOWN(OID_MICROSOFT_PKI("\x15\x07"), "microsoftCertificateTemplate", &template_),
    KNOWN(OID_MICROSOFT_PKI("\x15\x0a"), "microsoftApplicationPolicies", &policies),
    KNOWN(OID_PKCS9("\x0f"), "smimeCapabilities", NULL),
};

static const struct known *find(cm_view oid)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (cm_view_equal(oid, (cm_view){(const uint8_t *)known[i].oid, known[i].size})) {
            return &known[i];
        }
    }
    return NULL;
}

const char *cm_extension_name(cm_view oid)
{
    const struct known *k = find(oid);
    return k != NULL ? k->name : NULL;
}

static void put_extension(cm_json *j, const cm_x509_extension *e)
{
    const struct known *k = find(e->oid);
    cm_json_open(j, '{');
    cm_json_put_dotted(j, "oid", e->oid);
    if (k != NULL) {
        cm_json_put_string(j, "name", k->name);
    }
    cm_json_key(j, "critical");
    cm_json_boolean(j, e->critical);
    cm_json_mark mark = cm_json_here(j);
    if (k != NULL && k->shape != NULL) {
        cm_json_key(j, "value");
        if (cm_shape_write(j, k->shape, e->value)) {
            cm_json_close(j, '}');
            return;
        }
        cm_json_back(j, mark);
        cm_json_put_string(j, "error", "damaged: not what its standard describes");
    }
    cm_json_put_hex(j, "der", e->value);
    cm_json_close(j, '}');
}

/* Whether one of the `count` extensions at the front has this identifier. */
static bool stands_before(cm_view extensions, size_t count, cm_view oid)
{
    cm_x509_extension e;
    for (size_t i = 0; i < count && cm_x509_next_extension(&extensions, &e); i++) {
        if (cm_view_equal(e.oid, oid)) {
            return true;
        }
    }
    return false;
}

enum { EXTENSION_LIMIT = 100 }; /* each is compared with each */

void cm_report_extensions(cm_json *j, cm_view extensions, cm_problems *problems)
{
    cm_x509_extension e;
    cm_view rest = extensions;
    cm_json_key(j, "extensions");
    cm_json_open(j, '[');
    for (size_t count = 0; rest.size > 0; count++) {
        if (count == EXTENSION_LIMIT) {
            cm_problem_add(problems, "more than 100 extensions: the rest is not shown");
            break;
        }
        if (!cm_x509_next_extension(&rest, &e)) {
            cm_problem_add(problems, "an extension is damaged, and what follows it not shown");
            break;
        }
        if (stands_before(extensions, count, e.oid)) {
            cm_problem_add(problems, "an extension is repeated (RFC 5280 §4.2)");
        }
        put_extension(j, &e);
    }
    cm_json_close(j, ']');
}
