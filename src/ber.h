/* BER (X.690 §8): what other programs wrap key stores and bundles in. */
#ifndef CM_BER_H
#define CM_BER_H

#include "certmint.h"

/* Rewrites one BER element as DER as far as structure goes: lengths definite and shortest, OCTET
 * STRINGs in one piece. Contents of primitive elements stay as they are. Nothing may follow it.
 * CM_ERR_MALFORMED without a field. */
cm_status cm_ber_to_der(cm_view ber, cm_bytes *der, cm_error *err);

#endif
