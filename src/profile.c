#include "profile.h"

#include <string.h>

#include "error.h"
#include "text.h"

#define SIGN CM_KU_DIGITAL_SIGNATURE
#define ISSUE (CM_KU_KEY_CERT_SIGN | CM_KU_CRL_SIGN)
#define ENCIPHER CM_KU_KEY_ENCIPHERMENT

/* 397 days: the advice of Apple HT211025 for its 398-day limit. Chrome needs digitalSignature with
 * either kind of key; TLS 1.2 RSA key transport needs keyEncipherment. */
static const cm_profile_defaults profiles[] = {
    [CM_PROFILE_SERVER] = {.name = "server",
                           .days = 397,
                           .key_usage = SIGN,
                           .key_usage_rsa = ENCIPHER,
                           .purposes = {"serverAuth"},
                           .named_host = true},
    [CM_PROFILE_CLIENT] = {.name = "client",
                           .days = 397,
                           .key_usage = SIGN,
                           .purposes = {"clientAuth"}},
    [CM_PROFILE_PEER] = {.name = "peer",
                         .days = 397,
                         .key_usage = SIGN,
                         .key_usage_rsa = ENCIPHER,
                         .purposes = {"serverAuth", "clientAuth"},
                         .named_host = true},
    [CM_PROFILE_CA] = {.name = "ca",
                       .days = 3650,
                       .ca = true,
                       .has_path_len = true,
                       .path_len = 0,
                       .key_usage = ISSUE},
    [CM_PROFILE_INTERMEDIATE] = {.name = "intermediate",
                                 .days = 1825,
                                 .ca = true,
                                 .has_path_len = true,
                                 .path_len = 0,
                                 .key_usage = ISSUE},
    [CM_PROFILE_EMAIL] = {.name = "email",
                          .days = 397,
                          .key_usage = SIGN | CM_KU_CONTENT_COMMITMENT,
                          .key_usage_rsa = ENCIPHER,
                          .purposes = {"emailProtection"}},
    [CM_PROFILE_CODE_SIGNING] = {.name = "code-signing",
                                 .days = 397,
                                 .key_usage = SIGN,
                                 .purposes = {"codeSigning"}},
    [CM_PROFILE_TIMESTAMPING] = {.name = "timestamping",
                                 .days = 397,
                                 .key_usage = SIGN,
                                 .purposes = {"timeStamping"}},
    [CM_PROFILE_OCSP_SIGNING] = {.name = "ocsp-signing",
                                 .days = 90,
                                 .key_usage = SIGN,
                                 .purposes = {"OCSPSigning"}},
    [CM_PROFILE_WEBTRANSPORT] = {.name = "webtransport",
                                 .days = 13,
                                 .max_days = 14,
                                 .key_usage = SIGN,
                                 .purposes = {"serverAuth"},
                                 .named_host = true},
};

enum { PROFILE_COUNT = sizeof profiles / sizeof profiles[0] };

const cm_profile_defaults *cm_profile_get(cm_profile profile)
{
    return (unsigned)profile < PROFILE_COUNT ? &profiles[profile] : NULL;
}

cm_status cm_profile_parse(cm_text text, cm_profile *profile, cm_error *err)
{
    for (unsigned i = 0; i < PROFILE_COUNT; i++) {
        if (cm_text_is(text, profiles[i].name)) {
            *profile = (cm_profile)i;
            return CM_OK;
        }
    }
    cm_fail(err, CM_ERR_INVALID,
            "%t is no profile; there are server, client, peer, ca, intermediate, email, "
            "code-signing, timestamping, ocsp-signing and webtransport",
            &text);
    return cm_fail_in(err, CM_ERR_INVALID, "profile");
}
