/* Which certificate belongs to which: keys to certificates, certificates to their issuers. */
#ifndef CM_CHAIN_H
#define CM_CHAIN_H

#include "x509.h"

/* Whether a certificate's SubjectPublicKeyInfo is this key's public half. */
bool cm_chain_has_key(cm_view spki, const cm_key *key);

/* Whether the authority key identifier among `extensions` is the issuer's subject key identifier,
 * as far as both are there. */
bool cm_chain_keys_fit(cm_view issuer_extensions, cm_view extensions);

#endif
