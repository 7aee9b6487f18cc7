/* Certificate policies along a path (RFC 5280 §6.1, as a graph: RFC 9618). */
#ifndef CM_POLICY_H
#define CM_POLICY_H

#include "candidate.h"

/* The user-initial-policy-set, encoded; count 0 is any-policy. */
typedef struct cm_policy_question {
    const cm_view *initial;
    size_t initial_count;
    bool require_explicit, inhibit_mapping, inhibit_any;
} cm_policy_question;

/*
 * Runs over a path of `count` certificates, path[0] the end certificate, path[count - 1] the root,
 * whose own policies do not count. False, with the fault, when a policy is required and none is
 * left, or a certificate's policies are damaged. On success the policies that hold are appended to
 * *policies, when that is not NULL, as elements of type OID.
 */
bool cm_policy_check(const cm_policy_question *question, const cm_candidate *const *path,
                     size_t count, cm_der *policies, cm_fault *fault);

#endif
