/* Walking through PKCS#12 files (RFC 7292): for opening them, and for saying what is in them. */
#ifndef CM_PKCS12_H
#define CM_PKCS12_H

#include "certmint.h"
#include "pbe.h"

enum {
    CM_BAG_KEY = 1,
    CM_BAG_SHROUDED_KEY,
    CM_BAG_CERTIFICATE,
    CM_BAG_LIST,
    CM_BAG_SECRET,
    CM_BAG_NESTED /* never handed to a visitor: what is in it is */
};

/* SafeBag (§4.2). */
typedef struct cm_pkcs12_bag {
    uint8_t kind;              /* the last arc of its identifier, 0 for an unknown one */
    cm_view value, attributes; /* content of bagValue and of bagAttributes */
} cm_pkcs12_bag;

/* What is called for each part, in the order of the file; a failure ends the walk. */
typedef struct cm_pkcs12_visitor {
    void *context;
    /* MacData (its content) over the AuthenticatedSafe. */
    cm_status (*mac)(void *context, cm_view mac, cm_view content, cm_error *err);
    /* EncryptedData: *plain is walked through next and freed; left empty, it is passed over. */
    cm_status (*encrypted)(void *context, cm_view algorithm, cm_view encrypted, cm_bytes *plain,
                           cm_error *err);
    cm_status (*bag)(void *context, const cm_pkcs12_bag *bag, cm_error *err);
} cm_pkcs12_visitor;

/* Walks through one file in DER (cm_ber_to_der). CM_ERR_MALFORMED, CM_ERR_UNSUPPORTED, and what the
 * visitor says; no field. */
cm_status cm_pkcs12_walk(cm_view der, const cm_pkcs12_visitor *visitor, cm_error *err);

/* The parts of MacData (§4); `iterations` is {NULL, 0} when it is left out, which means 1. */
typedef struct cm_pkcs12_mac {
    cm_view algorithm, digest, salt, iterations;
} cm_pkcs12_mac;
bool cm_pkcs12_mac_split(cm_view mac, cm_pkcs12_mac *out);

/* Checks the MAC, in constant time. CM_ERR_PASSPHRASE when it is not right. */
cm_status cm_pkcs12_check_mac(cm_unlock *u, cm_view mac, cm_view content, cm_error *err);

/* The certificate of a CertBag; {NULL, 0} when it holds one of another kind than X.509. */
cm_status cm_pkcs12_bag_certificate(cm_view value, cm_view *certificate, cm_error *err);

/* Fills in friendly name, local key id and trust; others are passed over, as are further values. */
cm_status cm_pkcs12_bag_attributes(cm_view attributes, cm_pkcs12_entry *entry, cm_error *err);

#endif
