/* Whether a certificate is for a host, an address or a mailbox (RFC 9525, RFC 5280 §4.2.1.6). */
#ifndef CM_IDENTITY_H
#define CM_IDENTITY_H

#include "candidate.h"

/* Checks what t asks for (at most one of dns, ip and email): CM_ERR_INVALID with field "name". */
cm_status cm_identity_check_asked(const cm_verify_template *t, cm_error *err);

/* Looks the name that t asks for up in the subject alternative names; the subject does not count.
 */
bool cm_identity_check(const cm_verify_template *t, const cm_candidate *end, cm_fault *fault);

#endif
