#include "purpose.h"

#include "error.h"
#include "oid.h"
#include "text.h"

enum {
    SIGNS = CM_KU_DIGITAL_SIGNATURE,
    AGREES = CM_KU_KEY_AGREEMENT,
    ENCIPHERS = CM_KU_KEY_ENCIPHERMENT,
    COMMITS = CM_KU_CONTENT_COMMITMENT
};

static const struct {
    const char *name;
    const char *oid;    /* eight bytes under id-kp */
    unsigned key_usage; /* one of these, where there is a key usage */
} purposes[] = {
    [CM_PURPOSE_ANY] = {"any", NULL, 0},
    [CM_PURPOSE_SERVER] = {"server", OID_KP("\x01"), SIGNS | ENCIPHERS | AGREES},
    [CM_PURPOSE_CLIENT] = {"client", OID_KP("\x02"), SIGNS | AGREES},
    [CM_PURPOSE_EMAIL] = {"email", OID_KP("\x04"), SIGNS | COMMITS | ENCIPHERS | AGREES},
    [CM_PURPOSE_CODE_SIGNING] = {"code-signing", OID_KP("\x03"), SIGNS},
    [CM_PURPOSE_TIMESTAMPING] = {"timestamping", OID_KP("\x08"), SIGNS | COMMITS},
    [CM_PURPOSE_OCSP_SIGNING] = {"ocsp-signing", OID_KP("\x09"), SIGNS | COMMITS},
};

enum { PURPOSE_COUNT = sizeof purposes / sizeof purposes[0], KP_SIZE = OID_SIZE(OID_KP("\x01")) };

cm_status cm_purpose_parse(cm_text text, cm_purpose *purpose, cm_error *err)
{
    for (unsigned i = 0; i < PURPOSE_COUNT; i++) {
        if (cm_text_is(text, purposes[i].name)) {
            *purpose = (cm_purpose)i;
            return CM_OK;
        }
    }
    cm_fail(err, CM_ERR_INVALID,
            "%t is no purpose; there are any, server, client, email, code-signing, timestamping "
            "and ocsp-signing",
            &text);
    return cm_fail_in(err, CM_ERR_INVALID, "purpose");
}

static cm_view oid_of(cm_purpose purpose)
{
    return (cm_view){(const uint8_t *)purposes[purpose].oid, KP_SIZE};
}

static bool includes(const cm_candidate *c, cm_purpose purpose, bool or_any)
{
    static const cm_view any = {(const uint8_t *)OID_ANY_EXTENDED_KEY_USAGE,
                                OID_SIZE(OID_ANY_EXTENDED_KEY_USAGE)};
    cm_view rest = c->purposes, oid;
    while (cm_der_take(&rest, CM_TAG_OID, &oid)) {
        if (cm_view_equal(oid, oid_of(purpose)) || (or_any && cm_view_equal(oid, any))) {
            return true;
        }
    }
    return false;
}

bool cm_purpose_check_authority(cm_purpose purpose, const cm_candidate *c, size_t depth,
                                cm_fault *fault)
{
    return purpose == CM_PURPOSE_ANY || !c->has_purposes || includes(c, purpose, true) ||
           CM_REFUSE(fault, CM_VERIFY_PURPOSE, depth,
                     "its extended key usage is not for this purpose, %s (RFC 5280 §4.2.1.12)",
                     purposes[purpose].name);
}

/* RFC 3161 §2.3: there, critical, and nothing else. */
static bool is_for_timestamps(const cm_candidate *c)
{
    cm_view rest = c->purposes, oid;
    return c->purposes_critical && includes(c, CM_PURPOSE_TIMESTAMPING, false) &&
           cm_der_take(&rest, CM_TAG_OID, &oid) && rest.size == 0;
}

bool cm_purpose_check_end(cm_purpose purpose, const cm_candidate *c, cm_fault *fault)
{
    if (purpose == CM_PURPOSE_ANY) {
        return true;
    }
    if (purpose == CM_PURPOSE_TIMESTAMPING && !is_for_timestamps(c)) {
        return CM_REFUSE(fault, CM_VERIFY_PURPOSE, 0,
                         "its extended key usage must be timeStamping, alone and critical "
                         "(RFC 3161 §2.3)");
    }
    /* RFC 6960 §4.2.2.2: a responder is told by its extended key usage */
    if (purpose == CM_PURPOSE_OCSP_SIGNING && !includes(c, purpose, false)) {
        return CM_REFUSE(fault, CM_VERIFY_PURPOSE, 0,
                         "its extended key usage does not include OCSPSigning");
    }
    if (!cm_purpose_check_authority(purpose, c, 0, fault)) {
        return false;
    }
    return !c->has_key_usage || (c->key_usage & purposes[purpose].key_usage) != 0 ||
           CM_REFUSE(fault, CM_VERIFY_KEY_USAGE, 0,
                     "its key usage does not fit this purpose, %s (RFC 5280 §4.2.1.3)",
                     purposes[purpose].name);
}
