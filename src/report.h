/* What cm_inspect says about single things: members of an open JSON object. */
#ifndef CM_REPORT_H
#define CM_REPORT_H

#include "certmint.h"
#include "crl.h"
#include "json.h"
#include "request.h"
#include "x509.h"

/* What is wrong with a thing, in words, collected while it is described. */
enum { CM_PROBLEM_LIMIT = 8 };
typedef struct cm_problems {
    const char *texts[CM_PROBLEM_LIMIT];
    size_t count;
} cm_problems;
void cm_problem_add(cm_problems *problems, const char *text);
/* The member "problems", when there are any. */
void cm_report_problems(cm_json *j, const cm_problems *problems);

/* "extensions": all of `extensions`, the content of SEQUENCE OF Extension, each decoded where it is
 * known: {"oid", "name"?, "critical", "value" | "der", "error"?}. */
void cm_report_extensions(cm_json *j, cm_view extensions, cm_problems *problems);

/* "publicKey": a SubjectPublicKeyInfo, of any kind. */
void cm_report_public_key(cm_json *j, cm_view spki);

/* {"name", "oid", "pss"? | "parameters"?} of an AlgorithmIdentifier with its header. */
void cm_report_signature(cm_json *j, const char *key, cm_view algorithm);

/* The members of "encryption": what an AlgorithmIdentifier (the content of its SEQUENCE) says of
 * password-based encryption. *iterations gets what it asks for, 0 when that cannot be told. */
void cm_report_encryption(cm_json *j, cm_view algorithm, unsigned *iterations);

/* "size" and "fingerprints" of the DER. */
void cm_report_bytes(cm_json *j, cm_view der);

void cm_report_certificate(cm_json *j, const cm_x509 *x, cm_problems *problems);
void cm_report_request(cm_json *j, const cm_request *request, cm_problems *problems);
void cm_report_crl(cm_json *j, const cm_crl *crl, cm_problems *problems);

#endif
