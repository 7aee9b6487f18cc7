/* What certificates carry by default, by what they are for. */
#ifndef CM_PROFILE_H
#define CM_PROFILE_H

#include "certmint.h"

enum { CM_PROFILE_PURPOSES = 2 };

typedef struct cm_profile_defaults {
    const char *name; /* as people write it */
    unsigned days;
    unsigned max_days; /* 0: no limit of the profile */
    bool ca, has_path_len;
    unsigned path_len;
    unsigned key_usage;     /* CM_KU_... for every key */
    unsigned key_usage_rsa; /* and these for an RSA key: RFC 8813 §3 forbids them with EC */
    const char *purposes[CM_PROFILE_PURPOSES]; /* extendedKeyUsage, NULL after the last */
    bool named_host;                           /* a TLS server: the SAN defaults to the CN */
} cm_profile_defaults;

/* Never NULL for a cm_profile of certmint.h, NULL for other numbers. */
const cm_profile_defaults *cm_profile_get(cm_profile profile);

#endif
