#include "request.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "extension.h"
#include "general_name.h"
#include "key.h"
#include "name.h"
#include "oid.h"
#include "pem.h"
#include "signature.h"
#include "text.h"
#include "x509.h"

enum { REQUEST_LIMIT = 1 << 20 };

/* ------------------------------------------------------------------ writing */

static cm_status write_info(const cm_subject *subject, const cm_key *key, cm_view extensions,
                            cm_der *out)
{
    size_t mark = cm_der_begin(out, CM_TAG_SEQUENCE);
    cm_der_small(out, CM_TAG_INTEGER, 0); /* v1 */
    cm_der_raw(out, cm_der_view(&subject->encoded));
    cm_der_raw(out, (cm_view){key->spki.data, key->spki.size});
    size_t attributes = cm_der_begin(out, CM_TAG_CONTEXT_CONSTRUCTED(0));
    if (extensions.size > 0) { /* extensionRequest, RFC 2985 §5.4.2 */
        size_t attribute = cm_der_begin(out, CM_TAG_SEQUENCE);
        cm_der_element(out, CM_TAG_OID, OID_EXTENSION_REQUEST, OID_SIZE(OID_EXTENSION_REQUEST));
        size_t values = cm_der_begin(out, CM_TAG_SET);
        cm_der_raw(out, extensions);
        cm_der_end(out, values);
        cm_der_end(out, attribute);
    }
    cm_der_end(out, attributes);
    cm_der_end(out, mark);
    return out->status;
}

/* The extensions asked for; a request for an end certificate says nothing of basicConstraints. */
static cm_status write_wishes(const cm_request_template *t, const cm_subject *subject,
                              const cm_key *key, cm_der *out, cm_error *err)
{
    cm_extensions wishes = t->extensions;
    bool ca;
    if (wishes.basic_constraints.choice == CM_DEFAULT && !subject->profile->ca) {
        wishes.basic_constraints.choice = CM_OMIT;
    }
    cm_extension_context context = {
        .profile = subject->profile,
        .rsa = key->algorithm == CM_KEY_RSA,
        .subject_empty = cm_name_is_empty(cm_der_view(&subject->encoded)),
        .subject_key = {key->spki.data, key->spki.size},
        .names = cm_der_view(&subject->names),
        .request = true,
        .allow_weak = t->allow_weak,
    };
    cm_status status = cm_extensions_write(&wishes, &context, out, &ca, err);
    return status == CM_OK && out->status != CM_OK ? cm_fail_memory(err) : status;
}

static cm_status create(const cm_request_template *t, const cm_key *key, cm_subject *subject,
                        cm_random *rng, cm_bytes *der, cm_error *err)
{
    cm_signer signer;
    cm_der wishes = {NULL, 0, 0, CM_OK}, info = {NULL, 0, 0, CM_OK}, out = {NULL, 0, 0, CM_OK};
    cm_status status = cm_signer_init(&signer, key, t->hash, t->pss, t->allow_weak, err);
    if (status == CM_OK) {
        status = cm_subject_settle(subject, err);
    }
    if (status == CM_OK) {
        status = write_wishes(t, subject, key, &wishes, err);
    }
    if (status == CM_OK && write_info(subject, key, cm_der_view(&wishes), &info) != CM_OK) {
        status = cm_fail_memory(err);
    }
    if (status == CM_OK) {
        status = cm_signer_sign(&signer, cm_der_view(&info), rng, &out, err);
    }
    cm_der_free(&wishes);
    cm_der_free(&info);
    if (status != CM_OK) {
        cm_der_free(&out);
        return status;
    }
    return cm_der_finish(&out, der, err);
}

cm_status cm_request_create(const cm_request_template *t, const cm_key *key, cm_random *rng,
                            cm_bytes *der, cm_error *err)
{
    cm_subject subject = {.name = &t->subject,
                          .san = t->san,
                          .san_count = t->san_count,
                          .no_san = t->no_san || t->extensions.none,
                          .profile = cm_profile_get(t->profile)};
    *der = (cm_bytes){NULL, 0};
    if (subject.profile == NULL) {
        cm_fail(err, CM_ERR_INVALID, "no such profile");
        return cm_fail_in(err, CM_ERR_INVALID, "profile");
    }
    if (key->algorithm == CM_KEY_RSA && key->bits < 2048 && !t->allow_weak) {
        cm_fail(err, CM_ERR_INVALID, "RSA with %d bits is too weak: clients refuse less than 2048",
                (int)key->bits);
        return cm_fail_in(err, CM_ERR_INVALID, "key");
    }
    cm_status status = create(t, key, &subject, rng, der, err);
    cm_subject_free(&subject);
    return status;
}

/* ------------------------------------------------------------------ reading */

/* The first extensionRequest among the attributes; others are not ours to read. */
static bool parse_attributes(cm_view attributes, cm_view *extensions)
{
    cm_view attribute, type, values;
    *extensions = (cm_view){NULL, 0};
    while (attributes.size > 0) {
        if (!cm_der_take(&attributes, CM_TAG_SEQUENCE, &attribute) ||
            !cm_der_take(&attribute, CM_TAG_OID, &type) ||
            !cm_der_take(&attribute, CM_TAG_SET, &values) || attribute.size != 0) {
            return false;
        }
        if (extensions->data == NULL && type.size == OID_SIZE(OID_EXTENSION_REQUEST) &&
            memcmp(type.data, OID_EXTENSION_REQUEST, type.size) == 0 &&
            !cm_der_take(&values, CM_TAG_SEQUENCE, extensions)) {
            return false;
        }
    }
    return true;
}

static bool parse_info(cm_view tbs, cm_request *out)
{
    cm_view content, version, attributes = {NULL, 0};
    unsigned number;
    return cm_der_take(&tbs, CM_TAG_SEQUENCE, &content) &&
           cm_der_take(&content, CM_TAG_INTEGER, &version) && cm_der_small_of(version, &number) &&
           number == 0 && cm_der_take_whole(&content, CM_TAG_SEQUENCE, &out->subject) &&
           cm_der_take_whole(&content, CM_TAG_SEQUENCE, &out->public_key) &&
           (content.size == 0 ||
            cm_der_take(&content, CM_TAG_CONTEXT_CONSTRUCTED(0), &attributes)) &&
           content.size == 0 && parse_attributes(attributes, &out->extensions);
}

cm_status cm_request_parse(cm_view der, cm_request *out, cm_error *err)
{
    cm_view rest = der, content;
    memset(out, 0, sizeof *out);
    out->der = der;
    if (!cm_der_take(&rest, CM_TAG_SEQUENCE, &content)) {
        return cm_fail(err, CM_ERR_MALFORMED, "not a request in DER, or one that is cut short");
    }
    if (rest.size != 0) {
        return cm_fail(err, CM_ERR_MALFORMED, "%d bytes follow the request", (int)rest.size);
    }
    if (!cm_der_take_whole(&content, CM_TAG_SEQUENCE, &out->tbs) ||
        !cm_der_take_whole(&content, CM_TAG_SEQUENCE, &out->signature_algorithm) ||
        !cm_der_take_bit_string(&content, &out->signature) || content.size != 0 ||
        !parse_info(out->tbs, out)) {
        return cm_fail(err, CM_ERR_MALFORMED, "the request is not what RFC 2986 §4 describes");
    }
    return CM_OK;
}

cm_status cm_request_check_signature(const cm_request *request, cm_error *err)
{
    cm_status status = cm_signature_verify(request->public_key, request->signature_algorithm,
                                           request->tbs, request->signature, err);
    return status == CM_ERR_MISMATCH
               ? cm_fail(err, status,
                         "the request's signature is not right: it was changed after "
                         "signing, or signed with another key")
               : status;
}

cm_status cm_request_decode(cm_view request, cm_bytes *der, cm_error *err)
{
    *der = (cm_bytes){NULL, 0};
    if (request.size > REQUEST_LIMIT) {
        cm_fail(err, CM_ERR_LIMIT, "a request has at most %d bytes", REQUEST_LIMIT);
        return cm_fail_in(err, CM_ERR_LIMIT, "request");
    }
    cm_status status = cm_pem_decode(request, "CERTIFICATE REQUEST", "request", der, err);
    if (status == CM_ERR_MALFORMED &&
        cm_pem_decode(request, "NEW CERTIFICATE REQUEST", "request", der, NULL) == CM_OK) {
        return CM_OK;
    }
    return status;
}

cm_status cm_request_verify(cm_view request, cm_error *err)
{
    cm_bytes der;
    cm_request parsed;
    cm_status status = cm_request_decode(request, &der, err);
    if (status != CM_OK) {
        return status;
    }
    status = cm_request_parse((cm_view){der.data, der.size}, &parsed, err);
    if (status == CM_OK) {
        status = cm_request_check_signature(&parsed, err);
    }
    cm_bytes_free(&der);
    return cm_fail_in(err, status, "request");
}

/* ------------------------------------------------------------------ honouring */

/* Requested names are judged as given ones are: what cannot be written is not copied. */

/* The subject, or a directoryName: its text must be one that may be written. */
static cm_status check_requested_subject(cm_view subject, cm_error *err)
{
    cm_bytes text;
    cm_der scratch = {NULL, 0, 0, CM_OK};
    cm_status status = cm_name_text(subject, &text, err);
    if (status != CM_OK) {
        return cm_fail_in(err, status, "subject");
    }
    cm_name name = {.text = {(const char *)text.data, text.size}};
    status = cm_name_write(&name, &scratch, err);
    cm_der_free(&scratch);
    cm_bytes_free(&text);
    return cm_fail_in(err, status, "subject");
}

/* The kinds of general names that are not text. */
static bool requested_name_is_sound(uint8_t tag, cm_view content)
{
    char dotted[CM_OID_TEXT_SIZE];
    cm_view oid, value, element;
    switch (tag) {
    case CM_TAG_CONTEXT(CM_GN_IP):
        return content.size == 4 || content.size == 16;
    case CM_TAG_CONTEXT_CONSTRUCTED(CM_GN_DIRECTORY):
        return check_requested_subject(content, NULL) == CM_OK;
    case CM_TAG_CONTEXT(CM_GN_RID):
        cm_oid_text(content, dotted);
        return dotted[0] != '?';
    case CM_TAG_CONTEXT_CONSTRUCTED(CM_GN_OTHER):
        return cm_der_take(&content, CM_TAG_OID, &oid) &&
               cm_der_take(&content, CM_TAG_CONTEXT_CONSTRUCTED(0), &value) && content.size == 0 &&
               cm_der_take_any(&value, &tag, &element, NULL) && value.size == 0;
    default: /* x400Address and ediPartyName, which nobody uses, and what is none at all */
        return false;
    }
}

static cm_status check_requested_name(uint8_t tag, cm_view content, cm_error *err)
{
    static const struct {
        uint8_t tag;
        cm_general_name_kind kind;
    } kinds[] = {{CM_TAG_CONTEXT(CM_GN_DNS), CM_GENERAL_NAME_DNS},
                 {CM_TAG_CONTEXT(CM_GN_EMAIL), CM_GENERAL_NAME_EMAIL},
                 {CM_TAG_CONTEXT(CM_GN_URI), CM_GENERAL_NAME_URI}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i].tag == tag) {
            cm_der scratch = {NULL, 0, 0, CM_OK};
            cm_general_name name = {.kind = kinds[i].kind,
                                    .value = {(const char *)content.data, content.size}};
            cm_status status = cm_general_name_write(&name, CM_USE_NAME, &scratch, err);
            cm_der_free(&scratch);
            return status;
        }
    }
    return requested_name_is_sound(tag, content)
               ? CM_OK
               : cm_fail(err, CM_ERR_MALFORMED,
                         "a requested subject alternative name is damaged, or of a kind that is "
                         "not taken");
}

static cm_status honor_names(const cm_request *request, cm_subject *subject, cm_error *err)
{
    cm_x509_extension e;
    cm_view names, rest, content, whole;
    uint8_t tag;
    if (!cm_x509_find(request->extensions, OID_SUBJECT_ALT_NAME, OID_SIZE(OID_SUBJECT_ALT_NAME),
                      &e)) {
        return CM_OK;
    }
    if (!cm_der_take(&e.value, CM_TAG_SEQUENCE, &names) || e.value.size != 0) {
        return cm_fail(err, CM_ERR_MALFORMED, "the requested subject alternative name is damaged");
    }
    for (rest = names; rest.size > 0;) {
        if (!cm_der_take_any(&rest, &tag, &content, &whole)) {
            return cm_fail(err, CM_ERR_MALFORMED,
                           "the requested subject alternative name is damaged");
        }
        cm_status status = check_requested_name(tag, content, err);
        if (status != CM_OK) {
            return cm_fail_in(err, status, "san[%d]", (int)subject->requested_count);
        }
        subject->requested_count++;
    }
    subject->requested = names;
    return CM_OK;
}

static void honor_key_usage(const cm_request *request, const cm_profile_defaults *profile,
                            const cm_key *key, cm_extensions *extensions)
{
    unsigned bits;
    unsigned granted =
        profile->key_usage | (key->algorithm == CM_KEY_RSA ? profile->key_usage_rsa : 0);
    if (extensions->key_usage.choice == CM_DEFAULT &&
        cm_x509_key_usage(request->extensions, &bits) && (bits & granted) != 0) {
        extensions->key_usage.choice = CM_SET;
        extensions->key_usage.bits = bits & granted;
    }
}

/* The profile's purposes that the request names; none of them: the profile's all. */
static void honor_extended_key_usage(const cm_request *request, const cm_profile_defaults *profile,
                                     cm_subject *subject, cm_extensions *extensions)
{
    cm_x509_extension e;
    cm_view content, oid;
    size_t count = 0;
    if (extensions->extended_key_usage.choice != CM_DEFAULT ||
        !cm_x509_find(request->extensions, OID_EXTENDED_KEY_USAGE, OID_SIZE(OID_EXTENDED_KEY_USAGE),
                      &e) ||
        !cm_der_take(&e.value, CM_TAG_SEQUENCE, &content)) {
        return;
    }
    for (size_t i = 0; i < CM_PROFILE_PURPOSES && profile->purposes[i] != NULL; i++) {
        cm_view rest = content;
        while (cm_der_take(&rest, CM_TAG_OID, &oid)) {
            const char *name = cm_purpose_name(oid);
            if (name != NULL && strcmp(name, profile->purposes[i]) == 0 &&
                (count == 0 || subject->purposes[count - 1].data != profile->purposes[i])) {
                subject->purposes[count++] = cm_text_of(profile->purposes[i]);
            }
        }
    }
    if (count > 0) {
        extensions->extended_key_usage.choice = CM_SET;
        extensions->extended_key_usage.purposes = subject->purposes;
        extensions->extended_key_usage.count = count;
    }
}

/* The profile decides about EC and RSA the same way as for own keys. */
cm_status cm_request_honor(const cm_request *request, const cm_certificate_template *t,
                           const cm_profile_defaults *profile, const cm_key *key,
                           cm_subject *subject, cm_name *name, cm_extensions *extensions,
                           cm_error *err)
{
    static const uint8_t staple[] = {0x30, 0x03, 0x02, 0x01, 0x05};
    unsigned honor = t->honor == 0 ? CM_HONOR_DEFAULT : t->honor;
    cm_x509_extension e;
    cm_view rest = request->extensions;
    while (rest.size > 0) {
        if (!cm_x509_next_extension(&rest, &e)) {
            return cm_fail(err, CM_ERR_MALFORMED, "the requested extensions are damaged");
        }
    }
    if ((honor & CM_HONOR_SUBJECT) != 0 && !cm_name_given(&t->subject) &&
        !cm_name_is_empty(request->subject)) {
        cm_status status = check_requested_subject(request->subject, err);
        if (status != CM_OK) {
            return status;
        }
        *name = (cm_name){.der = request->subject};
        subject->name = name;
    }
    if ((honor & CM_HONOR_SAN) != 0 && t->san_count == 0 && !t->no_san && !t->extensions.none) {
        cm_status status = honor_names(request, subject, err);
        if (status != CM_OK) {
            return status;
        }
    }
    if ((honor & CM_HONOR_KEY_USAGE) != 0) {
        honor_key_usage(request, profile, key, extensions);
    }
    if ((honor & CM_HONOR_EXTENDED_KEY_USAGE) != 0) {
        honor_extended_key_usage(request, profile, subject, extensions);
    }
    if ((honor & CM_HONOR_TLS_FEATURE) != 0 &&
        cm_x509_find(request->extensions, OID_TLS_FEATURE, OID_SIZE(OID_TLS_FEATURE), &e)) {
        extensions->must_staple =
            extensions->must_staple || cm_view_equal(e.value, (cm_view){staple, sizeof staple});
    }
    return CM_OK;
}
