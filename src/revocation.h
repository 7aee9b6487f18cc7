/* Whether a certificate of a path is revoked, by revocation lists (RFC 5280 §6.3). */
#ifndef CM_REVOCATION_H
#define CM_REVOCATION_H

#include "crl.h"
#include "path.h"

/* A revocation list opened for validation. */
typedef struct cm_list {
    size_t index; /* of the entry it stood in */
    cm_bytes storage;
    cm_crl crl;
    uint32_t issuer_hash;
    const char *fault; /* why it must not be used, or NULL */

    cm_view scope; /* the value of issuingDistributionPoint, empty when absent */
    cm_view point; /* DistributionPointName with its header, empty when absent */
    bool only_users, only_authorities, only_attributes, indirect;
    unsigned reasons;         /* ReasonFlags it covers */
    cm_view number, base;     /* content of INTEGER, empty when absent; base: it is a delta list */
    cm_view authority_key_id; /* the value of the extension */
} cm_list;

/* Parses DER; nothing is copied. CM_ERR_MALFORMED without a field. */
cm_status cm_list_open(cm_view der, cm_list *out, cm_error *err);

/*
 * Checks path->items[at]. False, with the fault, when it is revoked, or when revocation is required
 * and no list covers it. *known: some list does. `reading` are the lists being looked into already.
 */
bool cm_revocation_check(cm_verification *v, const cm_path *path, size_t at,
                         const cm_reading *reading, bool *known, cm_fault *fault);

#endif
