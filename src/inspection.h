/*
 * What cm_inspect works on: the things found in the inputs (inspection_read.c), how they belong
 * together (inspection_link.c), and the report about it all (inspection.c).
 */
#ifndef CM_INSPECTION_H
#define CM_INSPECTION_H

#include "certmint.h"
#include "json.h"
#include "pkcs12.h"
#include "x509.h"

typedef enum cm_item_kind {
    CM_ITEM_UNKNOWN = 0,
    CM_ITEM_CERTIFICATE,
    CM_ITEM_REQUEST,
    CM_ITEM_CRL,
    CM_ITEM_PRIVATE_KEY,
    CM_ITEM_PUBLIC_KEY,
    CM_ITEM_PARAMETERS,
    CM_ITEM_PKCS12,
    CM_ITEM_PKCS7
} cm_item_kind;

/* What is known of a signature. */
typedef enum cm_checked { CM_UNCHECKED = 0, CM_SIGNATURE_WRONG, CM_SIGNATURE_RIGHT } cm_checked;

/* Where a thing stands. */
typedef struct cm_place {
    size_t input;
    const char *form;      /* "pem", "der", "base64", "jwk", "openssh" */
    cm_text label;         /* of PEM */
    size_t offset, length; /* in the input, as it was given; nothing below the top */
    unsigned depth;        /* 0: not inside another */
} cm_place;

/* One thing. What it points to belongs to the inspection or to the input. */
typedef struct cm_item {
    cm_item_kind kind; /* with an error: what it seems to be */
    cm_place place;
    cm_view der;
    cm_error error;        /* code CM_OK: readable */
    cm_view spki;          /* its public key; empty when there is none or it cannot be told */
    const char *format;    /* of a key: "pkcs8", "pkcs1", "sec1", "spki", "openssh", "jwk" */
    const char *type;      /* of a key whose public half is not known */
    const char *problem;   /* why that is so */
    cm_text comment;       /* of an OpenSSH key */
    bool locked;           /* encrypted, and no passphrase opened it */
    cm_json notes;         /* further members, as they were found out */
    cm_pkcs12_entry entry; /* friendly name and the like, when it comes out of a PKCS#12 file */
    size_t copy_of;        /* the first thing that is the same, or itself */
    uint32_t issuer_hash, subject_hash;
    cm_x509 x509;            /* of a certificate */
    cm_checked self, issued; /* signed by itself; the best that is known of its issuers */
} cm_item;

typedef struct cm_link {
    size_t item, issuer;
    cm_checked checked;
} cm_link;

typedef struct cm_inspection {
    const cm_inspect_options *options;
    cm_random *rng;
    cm_item *items;
    size_t count, capacity;
    cm_bytes *buffers; /* what was decoded */
    size_t buffer_count;
    cm_link *links; /* a certificate or list and its issuer */
    size_t link_count, link_capacity;
    size_t input; /* the one being read */
    unsigned iterations_left, keys_left;
    unsigned work_left;  /* of checking signatures */
    unsigned steps_left; /* of comparing names */
    bool truncated;
    cm_status status; /* CM_ERR_MEMORY, or CM_OK */
} cm_inspection;

/* Finds what is in an input. */
void cm_inspection_read(cm_inspection *in, cm_view input);

/* Settles copies, self-signatures and issuers. */
void cm_inspection_link(cm_inspection *in);

/* Whether two things have the same public key: the bits decide, however the rest is written. */
bool cm_item_same_key(const cm_item *a, const cm_item *b);

#endif
