/* Reading certificate revocation lists (RFC 5280 §5). */
#ifndef CM_CRL_H
#define CM_CRL_H

#include "certmint.h"
#include "der.h"

typedef struct cm_crl {
    cm_view der;
    cm_view tbs;                 /* TBSCertList with its header */
    unsigned version;            /* 1 or 2 */
    cm_view signature_algorithm; /* with its header */
    cm_view issuer;              /* Name with its header */
    int64_t this_update;
    bool has_next_update;
    int64_t next_update;
    cm_view revoked;    /* content of revokedCertificates, may be empty */
    cm_view extensions; /* content of crlExtensions, may be empty */
    cm_view signature;
} cm_crl;

/* Parses one DER list; everything borrows from der. CM_ERR_MALFORMED without a field. */
cm_status cm_crl_parse(cm_view der, cm_crl *out, cm_error *err);

/* One entry off the front of crl.revoked; false at the end or when it is damaged. */
typedef struct cm_crl_entry {
    cm_view whole;  /* with its header */
    cm_view serial; /* content of the INTEGER */
    int64_t date;
    cm_view extensions; /* content of crlEntryExtensions */
} cm_crl_entry;
bool cm_crl_next_entry(cm_view *in, cm_crl_entry *entry);

/* Reason code of an entry; CM_REASON_UNSPECIFIED when it has none. False when damaged. */
bool cm_crl_entry_reason(const cm_crl_entry *entry, cm_crl_reason *reason);
/* False when there is none or it is damaged. */
bool cm_crl_entry_invalidity_date(const cm_crl_entry *entry, int64_t *time);

/* Content of the CRLNumber INTEGER; false when there is none. */
bool cm_crl_number(const cm_crl *crl, cm_view *number);

/* The name of a reason, NULL for numbers that RFC 5280 does not give. */
const char *cm_crl_reason_name(cm_crl_reason reason);

#endif
