/* What certificates may be used for: extended key usage with the key usage that goes with it. */
#ifndef CM_PURPOSE_H
#define CM_PURPOSE_H

#include "candidate.h"

/* Whether the end certificate is for the purpose (RFC 5280 §4.2.1.12). */
bool cm_purpose_check_end(cm_purpose purpose, const cm_candidate *c, cm_fault *fault);

/* Whether an authority limits itself to other purposes: no rule of RFC 5280, but every client's. */
bool cm_purpose_check_authority(cm_purpose purpose, const cm_candidate *c, size_t depth,
                                cm_fault *fault);

#endif
