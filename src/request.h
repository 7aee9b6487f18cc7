/* Reading certification requests (PKCS#10, RFC 2986). */
#ifndef CM_REQUEST_H
#define CM_REQUEST_H

#include "certmint.h"
#include "der.h"
#include "profile.h"
#include "subject.h"

typedef struct cm_request {
    cm_view der;
    cm_view tbs;                 /* CertificationRequestInfo with its header */
    cm_view subject;             /* Name with its header */
    cm_view public_key;          /* SubjectPublicKeyInfo with its header */
    cm_view extensions;          /* content of the requested SEQUENCE OF Extension, may be empty */
    cm_view signature_algorithm; /* with its header */
    cm_view signature;
} cm_request;

/* Parses one DER request; everything borrows from der. CM_ERR_MALFORMED without a field. */
cm_status cm_request_parse(cm_view der, cm_request *out, cm_error *err);

/* CM_ERR_MISMATCH or CM_ERR_UNSUPPORTED without a field. */
cm_status cm_request_check_signature(const cm_request *request, cm_error *err);

/*
 * Fills the gaps of a template with what the request asks for and t->honor lets through: the name
 * and the names into *subject (*name is the storage its name borrows), usages into *extensions, cut
 * down to what the profile grants to this key.
 */
cm_status cm_request_honor(const cm_request *request, const cm_certificate_template *t,
                           const cm_profile_defaults *profile, const cm_key *key,
                           cm_subject *subject, cm_name *name, cm_extensions *extensions,
                           cm_error *err);

#endif
