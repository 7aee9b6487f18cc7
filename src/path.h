/* Path building and validation (RFC 4158, RFC 5280 §6.1). */
#ifndef CM_PATH_H
#define CM_PATH_H

#include "candidate.h"
#include "policy.h"

struct cm_list;

enum { CM_SIGNATURE_LIMIT = 200 };

/* A signature that has been checked: whose key, over what, and whether it was right. */
typedef struct cm_checked {
    cm_view key;
    const uint8_t *tbs;
    bool right;
} cm_checked;

/* One question with everything that was given to answer it. */
typedef struct cm_verification {
    const cm_verify_template *t;
    cm_candidate *certificates; /* [0] the end certificate */
    size_t count;
    struct cm_list *lists;
    size_t list_count;
    cm_policy_question policies;
    unsigned max_depth;
    unsigned signatures, steps; /* the work done; all three have a limit */
    size_t comparisons;         /* of names with constraints */
    cm_checked checked[CM_SIGNATURE_LIMIT];
    size_t checked_count;
} cm_verification;

enum { CM_MAX_DEPTH = 30 };

typedef struct cm_path {
    const cm_candidate *items[CM_MAX_DEPTH + 2]; /* the end certificate first, the root last */
    size_t count;
} cm_path;

/* A revocation list that is being looked into: it cannot vouch for its own signer. */
typedef struct cm_reading {
    const struct cm_list *list;
    const struct cm_reading *outer;
} cm_reading;

typedef struct cm_path_request {
    const cm_candidate *start;
    const cm_candidate *root;  /* the only one that will do, or NULL */
    const cm_reading *reading; /* NULL for the path of the end certificate */
} cm_path_request;

typedef struct cm_path_result {
    cm_path path;
    bool revocation_known; /* of every certificate below the root */
    cm_der policies;       /* elements of type OID; the caller frees it */
    cm_fault fault;
} cm_path_result;

/* Finds a path from a certificate to a root that holds. False with the fault that came closest. */
bool cm_path_find(cm_verification *v, const cm_path_request *request, cm_path_result *result);

/* Checks a signature, its algorithm's strength and that work is left. The same key over the same
 * bytes is checked once in a call. */
bool cm_path_check_signature(cm_verification *v, const cm_candidate *issuer, cm_view algorithm,
                             cm_view tbs, cm_view signature, size_t depth, cm_fault *fault);

#endif
