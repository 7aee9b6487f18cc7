/* An issuing CA: its certificate opened, and what it may issue. */
#ifndef CM_ISSUER_H
#define CM_ISSUER_H

#include "certmint.h"
#include "x509.h"

typedef struct cm_issuer_certificate {
    cm_bytes der;
    cm_x509 x509;
    const cm_key *key;
    cm_view key_id; /* its SKI, or the SHA-1 of its key when it has none */
    uint8_t key_id_buffer[20];
} cm_issuer_certificate;

/* Decodes and parses the CA certificate and checks that the key is its own. Close it after use.
 * Errors: fields "certificate", "key" or none. */
cm_status cm_issuer_open(const cm_issuer *issuer, cm_issuer_certificate *out, cm_error *err);
void cm_issuer_close(cm_issuer_certificate *issuer);

/* Whether its certificate carries name constraints. */
bool cm_issuer_is_constrained(const cm_issuer_certificate *issuer);

/* Checks that the CA may issue this: that it is a CA with keyCertSign, and its path length
 * (RFC 5280 §4.2.1.9) when `ca`. `extensions` (SEQUENCE OF, with header) and `subject` (Name) are
 * the new certificate's. Fields "issuer", "extensions.basicConstraints", "san". */
cm_status cm_issuer_check(const cm_issuer_certificate *issuer, bool ca, cm_view extensions,
                          cm_view subject, cm_error *err);

#endif
