/* Reading certificates (RFC 5280 §4.1): slices of the encoding, nothing copied, nothing judged. */
#ifndef CM_X509_H
#define CM_X509_H

#include "certmint.h"
#include "der.h"

/* What cm_x509_read lets pass and cm_x509_parse does not. */
enum {
    CM_X509_ALGORITHMS_DIFFER = 1, /* inside and outside: RFC 5280 §4.1.1.2 */
    CM_X509_OLD_VERSION = 2,       /* has extensions and is not version 3: §4.1.2.1 */
    CM_X509_REPEATED = 4           /* an extension twice: §4.2 */
};

typedef struct cm_x509 {
    cm_view der;                 /* the whole certificate */
    cm_view tbs;                 /* TBSCertificate with its header: what is signed */
    unsigned version;            /* 1..3 */
    cm_view serial;              /* content of the INTEGER */
    cm_view signature_algorithm; /* AlgorithmIdentifier with its header */
    cm_view inner_algorithm;     /* the one inside what is signed, which must be the same */
    cm_view validity;            /* content of Validity */
    cm_view issuer, subject;     /* Name with its header */
    int64_t not_before, not_after;
    cm_view public_key;  /* SubjectPublicKeyInfo with its header */
    cm_view extensions;  /* content of SEQUENCE OF Extension; empty when there are none */
    cm_view signature;   /* bits of the signature */
    uint8_t unused_bits; /* at its end */
    bool has_unique_id;  /* of the issuer or the subject */
    unsigned faults;     /* CM_X509_..., by cm_x509_read */
} cm_x509;

/* Reads one DER certificate; nothing may follow it. Everything in *out borrows from der. Checked:
 * the structure, the times, that extensions are well formed. CM_ERR_MALFORMED, CM_ERR_LIMIT
 * without a field. */
cm_status cm_x509_read(cm_view der, cm_x509 *out, cm_error *err);

/* The same, and what would stand in `faults` is CM_ERR_MALFORMED. */
cm_status cm_x509_parse(cm_view der, cm_x509 *out, cm_error *err);

/* The slices alone, whatever they say: for a report on a certificate that breaks rules. `version`
 * is what stands there plus one; the times are not set. False when there is no such structure. */
bool cm_x509_split(cm_view der, cm_x509 *out);

/* One Extension off the front of *in. False at the end and when it is damaged. */
typedef struct cm_x509_extension {
    cm_view oid, value; /* value: content of the OCTET STRING */
    bool critical;
} cm_x509_extension;
bool cm_x509_next_extension(cm_view *in, cm_x509_extension *extension);

/* Finds an extension by encoded OID among the content of SEQUENCE OF Extension. */
bool cm_x509_find(cm_view extensions, const char *oid, size_t oid_size,
                  cm_x509_extension *extension);

/* Decoders of single extensions: false when absent or damaged. */
typedef struct cm_basic_constraints {
    bool ca, has_path_len;
    unsigned path_len;
} cm_basic_constraints;
bool cm_x509_basic_constraints(cm_view extensions, cm_basic_constraints *out);
bool cm_x509_key_usage(cm_view extensions, unsigned *bits);
bool cm_x509_subject_key_identifier(cm_view extensions, cm_view *id);

/* The subjectPublicKey bits of a SubjectPublicKeyInfo. */
bool cm_spki_bits(cm_view spki, cm_view *bits);
/* The same with its algorithm: the content of the OID, and what follows that (may be empty). */
bool cm_spki_split(cm_view spki, cm_view *oid, cm_view *parameters, cm_view *bits);

/* The SHA-1 of those bits: RFC 5280 §4.2.1.2 method 1. */
bool cm_spki_key_identifier(cm_view spki, uint8_t id[20]);

#endif
