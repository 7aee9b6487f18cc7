#include "chain.h"

#include <stdlib.h>

#include "error.h"
#include "key.h"
#include "oid.h"
#include "text.h"

bool cm_chain_has_key(cm_view spki, const cm_key *key)
{
    cm_key *other;
    if (cm_view_equal(spki, (cm_view){key->spki.data, key->spki.size})) {
        return true;
    }
    /* the same key, encoded another way */
    if (cm_key_import(spki, (cm_view){NULL, 0}, NULL, &other, NULL) != CM_OK) {
        return false;
    }
    bool matches = cm_key_matches(key, other);
    cm_key_free(other);
    return matches;
}

/* keyIdentifier of AuthorityKeyIdentifier (RFC 5280 §4.2.1.1). */
static bool authority_key_identifier(cm_view extensions, cm_view *id)
{
    cm_x509_extension e;
    cm_view content;
    return cm_x509_find(extensions, OID_AUTHORITY_KEY_IDENTIFIER,
                        OID_SIZE(OID_AUTHORITY_KEY_IDENTIFIER), &e) &&
           cm_der_take(&e.value, CM_TAG_SEQUENCE, &content) &&
           cm_der_take(&content, CM_TAG_CONTEXT(0), id);
}

bool cm_chain_keys_fit(cm_view issuer_extensions, cm_view extensions)
{
    cm_view authority, own;
    return !authority_key_identifier(extensions, &authority) ||
           !cm_x509_subject_key_identifier(issuer_extensions, &own) ||
           cm_view_equal(authority, own);
}

/* By name, and by key identifiers where both have them; the signature is not looked at. */
static bool issued(const cm_x509 *issuer, const cm_x509 *subject)
{
    return cm_view_equal(issuer->subject, subject->issuer) &&
           cm_chain_keys_fit(issuer->extensions, subject->extensions);
}

/* The leaf: the certificate of the key, else the first that issued none of the others. */
static size_t find_leaf(const cm_x509 *all, size_t count, const cm_key *key)
{
    for (size_t i = 0; i < count && key != NULL; i++) {
        if (cm_chain_has_key(all[i].public_key, key)) {
            return i;
        }
    }
    for (size_t i = 0; i < count; i++) {
        size_t j = 0;
        while (j < count && (j == i || !issued(&all[i], &all[j]))) {
            j++;
        }
        if (j == count) {
            return i;
        }
    }
    return 0;
}

/* Follows issuers from the leaf, each certificate once; the rest keep their order behind. */
static void arrange(const cm_x509 *all, size_t count, size_t leaf, bool *placed, size_t *order)
{
    size_t size = 0, next = leaf;
    while (next < count) {
        const cm_x509 *last = &all[next];
        order[size++] = next;
        placed[next] = true;
        for (next = 0; next < count && (placed[next] || !issued(&all[next], last));) {
            next++;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (!placed[i]) {
            order[size++] = i;
        }
    }
}

cm_status cm_chain_order(const cm_view *certificates, size_t count, const cm_key *key,
                         size_t *order, cm_error *err)
{
    if (count == 0) {
        return CM_OK;
    }
    if (count > CM_STORE_ENTRY_LIMIT) {
        return cm_fail(err, CM_ERR_LIMIT, "at most %d certificates", CM_STORE_ENTRY_LIMIT);
    }
    cm_x509 *all = calloc(count, sizeof *all);
    bool *placed = calloc(count, sizeof *placed);
    if (all == NULL || placed == NULL) {
        free(all);
        free(placed);
        return cm_fail_memory(err);
    }
    cm_status status = CM_OK;
    for (size_t i = 0; i < count && status == CM_OK; i++) {
        status = cm_fail_in(err, cm_x509_parse(certificates[i], &all[i], err), "certificates[%d]",
                            (int)i);
    }
    if (status == CM_OK) {
        arrange(all, count, find_leaf(all, count, key), placed, order);
    }
    free(all);
    free(placed);
    return status;
}
