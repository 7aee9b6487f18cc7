/* The inside of PKCS#7 bundles (RFC 2315 §9.1, RFC 5652 §5.1). */
#ifndef CM_PKCS7_H
#define CM_PKCS7_H

#include "certmint.h"

/* The content of the certificates ([0]), lists ([1]) and signers of a ContentInfo with SignedData
 * in DER; {NULL, 0} where there are none. */
bool cm_pkcs7_sets(cm_view der, cm_view *certificates, cm_view *crls, cm_view *signers);

#endif
