/* A certificate opened for path validation: its extensions decoded, its own faults found. */
#ifndef CM_CANDIDATE_H
#define CM_CANDIDATE_H

#include "certmint.h"
#include "x509.h"

typedef enum cm_origin { CM_ORIGIN_LEAF = 0, CM_ORIGIN_INTERMEDIATE, CM_ORIGIN_ROOT } cm_origin;

/* Why a certificate or a path is refused; code CM_VERIFY_OK when it is not. */
typedef struct cm_fault {
    cm_verify_code code;
    size_t depth;
    cm_error text; /* its message */
} cm_fault;

/* Fills a fault like cm_fail; false, so that a check can end with it. */
#define CM_REFUSE(fault, fault_code, fault_depth, ...)                                             \
    ((fault)->code = (fault_code), (fault)->depth = (fault_depth),                                 \
     (void)cm_fail(&(fault)->text, CM_ERR_INVALID, __VA_ARGS__), false)

enum { CM_NOT_GIVEN = -1 };

/* The extensions that are decoded; their bits stand in `critical` and `damaged`. */
enum {
    CM_EXTENSION_BASIC_CONSTRAINTS = 0,
    CM_EXTENSION_KEY_USAGE,
    CM_EXTENSION_EXTENDED_KEY_USAGE,
    CM_EXTENSION_SUBJECT_KEY_ID,
    CM_EXTENSION_AUTHORITY_KEY_ID,
    CM_EXTENSION_NAMES,
    CM_EXTENSION_NAME_CONSTRAINTS,
    CM_EXTENSION_POLICIES,
    CM_EXTENSION_POLICY_MAPPINGS,
    CM_EXTENSION_POLICY_CONSTRAINTS,
    CM_EXTENSION_INHIBIT_ANY_POLICY,
    CM_EXTENSION_DISTRIBUTION_POINTS,
    CM_EXTENSION_COUNT
};

typedef struct cm_candidate {
    cm_origin origin;
    size_t index; /* of the entry it stood in */
    cm_bytes storage;
    cm_x509 x509;
    uint32_t subject_hash, issuer_hash;
    bool self_issued;

    bool has_basic_constraints, ca, has_path_len;
    unsigned path_len;
    bool has_key_usage;
    unsigned key_usage;
    bool has_purposes, purposes_critical;
    cm_view purposes;                         /* content of SEQUENCE OF KeyPurposeId */
    cm_view subject_key_id, authority_key_id; /* empty when absent */
    bool has_names, names_critical;
    cm_view names;            /* content of SEQUENCE OF GeneralName */
    cm_view name_constraints; /* the extension's value, empty when absent */
    bool has_policies;
    cm_view policies; /* content of SEQUENCE OF PolicyInformation */
    cm_view mappings; /* content of SEQUENCE OF {issuerDomainPolicy, subjectDomainPolicy} */
    int explicit_after, mapping_after, any_after; /* SkipCerts or CM_NOT_GIVEN */
    cm_view distribution_points;                  /* content of SEQUENCE OF DistributionPoint */
    unsigned critical, damaged;                   /* bits 1 << CM_EXTENSION_... */
    cm_view unknown_critical; /* the identifier of a critical extension that is not decoded */

    cm_fault fault;        /* damaged, a critical extension not understood */
    cm_fault strict_fault; /* breaks RFC 5280 §4 in what §6 does not check */
} cm_candidate;

/* Parses DER; nothing is copied. CM_ERR_MALFORMED without a field when it is no certificate; what
 * else is wrong is kept in fault and strict_fault. */
cm_status cm_candidate_open(cm_view der, cm_candidate *out, cm_error *err);

/* Decodes out->x509, which has been read; the rest of *out is zero. */
void cm_candidate_read(cm_candidate *out);

/* Whether the key is of a kind and size to rely on. */
bool cm_candidate_check_key(const cm_candidate *c, bool allow_weak, size_t depth, cm_fault *fault);

#endif
