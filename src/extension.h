/* Writing certificate extensions (RFC 5280 §4.2). */
#ifndef CM_EXTENSION_H
#define CM_EXTENSION_H

#include "certmint.h"
#include "der.h"
#include "profile.h"

/* What the extensions of one certificate depend on besides the template. */
typedef struct cm_extension_context {
    const cm_profile_defaults *profile;
    bool rsa;              /* the subject's key */
    bool subject_empty;    /* makes the SAN critical */
    cm_view subject_key;   /* SubjectPublicKeyInfo */
    cm_view issuer_key_id; /* the issuer's subject key identifier; empty: self-signed */
    cm_view names;         /* content of the SAN's SEQUENCE OF GeneralName; empty: no SAN */
    bool request;          /* asked for in a certification request: no identifiers unless given */
    bool allow_weak;
} cm_extension_context;

/* Writes SEQUENCE OF Extension with its header, or nothing when there is none. *ca tells whether
 * the certificate is an authority's. Fields in errors: "san[i]", "extensions.<name>". */
cm_status cm_extensions_write(const cm_extensions *extensions, const cm_extension_context *context,
                              cm_der *out, bool *ca, cm_error *err);

/* Writes one Extension around a finished value. */
void cm_extension_write(cm_der *out, const char *oid, size_t oid_size, bool critical,
                        const cm_der *value);

/* The name of a key purpose for its encoded OID ("serverAuth"), NULL when it has none. */
const char *cm_purpose_name(cm_view oid);
/* The name of an extension for its encoded OID ("keyUsage"), NULL when it has none. */
const char *cm_extension_name(cm_view oid);
/* The name of bit i of keyUsage, NULL past the last. */
const char *cm_key_usage_name(unsigned bit);

#endif
