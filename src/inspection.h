/*
 * What cm_inspect works on: the things found in the inputs (inspection_read.c, with
 * inspection_key.c and inspection_store.c), how they belong together (inspection_link.c), and the
 * report about it all (inspection.c).
 */
#ifndef CM_INSPECTION_H
#define CM_INSPECTION_H

#include "certmint.h"
#include "json.h"
#include "pem.h"
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

/* ------------------------------------------------------------------ for the readers */

/* Bytes that live as long as the inspection: taken over, or copied. */
cm_view cm_inspection_keep(cm_inspection *in, cm_bytes *bytes);
cm_view cm_inspection_keep_der(cm_inspection *in, cm_der *d);
cm_view cm_inspection_keep_copy(cm_inspection *in, cm_view v);

/* A thing at the end; NULL when there is no room for more. The next one may move it. */
cm_item *cm_inspection_add(cm_inspection *in, cm_item_kind kind, const cm_place *place,
                           cm_view der);
/* One that cannot be read. */
void cm_inspection_add_unreadable(cm_inspection *in, cm_item_kind kind, const cm_place *place,
                                  cm_view der, const cm_error *error);
void cm_inspection_refuse(cm_inspection *in, const cm_place *place, cm_view der, cm_status code,
                          const char *message);
/* No more is to be read: there is too much, or memory ran out. */
bool cm_inspection_is_full(const cm_inspection *in);

/* A passphrase that fits is kept for the rest of a file. */
typedef struct cm_keyring {
    cm_unlock unlock; /* when it is open */
    bool open;
    bool refused;    /* none fits: no more trying */
    bool with_empty; /* the empty passphrase is tried, too */
} cm_keyring;

/* What is to be opened, and what comes out. */
typedef struct cm_sealed {
    cm_view first, second;
    cm_bytes plain;
} cm_sealed;

/* Does work with the passphrase that fits, or with each until one does. CM_ERR_PASSPHRASE, and what
 * the work says. */
cm_status cm_keyring_try(cm_inspection *in, cm_keyring *ring,
                         cm_status (*work)(cm_unlock *, void *, cm_error *), void *what,
                         cm_error *err);
void cm_keyring_close(cm_keyring *ring);
extern const char CM_NEEDED[]; /* the sentence for it */

/* The readers. `format` is that of a key where the encoding does not tell (JWK), else NULL. */
void cm_inspection_read_der(cm_inspection *in, cm_view der, const cm_place *place,
                            const char *format);
/* `ring` may be NULL: a key by itself. */
void cm_inspection_read_private_key(cm_inspection *in, cm_view der, const cm_place *place,
                                    const char *format, cm_keyring *ring);
void cm_inspection_read_public_key(cm_inspection *in, cm_view der, const cm_place *place,
                                   const char *format);
void cm_inspection_read_legacy_key(cm_inspection *in, const cm_pem_block *block, cm_text cipher,
                                   const cm_place *place);
void cm_inspection_read_openssh_private(cm_inspection *in, cm_view data, const cm_place *place);
/* Lines of public keys; `located`: they are the input itself. */
void cm_inspection_read_openssh(cm_inspection *in, cm_text text, const cm_place *place,
                                bool located);
bool cm_text_is_openssh(cm_text text);
void cm_inspection_read_jwk(cm_inspection *in, cm_text json, const cm_place *place);
void cm_inspection_read_pkcs7(cm_inspection *in, cm_view data, const cm_place *place);
void cm_inspection_read_pkcs12(cm_inspection *in, cm_view der, const cm_place *place);

#endif
