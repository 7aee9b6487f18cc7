/* Reading OpenSSH's keys: RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4; PROTOCOL.key. */
#ifndef CM_OPENSSH_H
#define CM_OPENSSH_H

#include "certmint.h"

/* Turns the blob of a public key into a SubjectPublicKeyInfo: ssh-rsa, ssh-dss, ecdsa-sha2-* and
 * ssh-ed25519. CM_ERR_MALFORMED, CM_ERR_UNSUPPORTED, without a field. */
cm_status cm_openssh_public(cm_view blob, cm_bytes *spki, cm_error *err);

/* What stands in clear in a private key (BEGIN OPENSSH PRIVATE KEY), its base64 decoded. */
typedef struct cm_openssh_private {
    cm_text cipher, kdf; /* "none" when it is not encrypted */
    unsigned rounds;     /* of the key derivation */
    cm_view public_key;  /* blob of the first key */
} cm_openssh_private;
cm_status cm_openssh_private_split(cm_view data, cm_openssh_private *out, cm_error *err);

#endif
