/* What certificates and requests have in common: subject and names, each the other's default. */
#ifndef CM_SUBJECT_H
#define CM_SUBJECT_H

#include "certmint.h"
#include "der.h"
#include "profile.h"

typedef struct cm_subject {
    /* in */
    const cm_name *name;
    const cm_general_name *san;
    size_t san_count;
    bool no_san;      /* no default either */
    bool constrained; /* by the issuer's name constraints: no default CN that is an IP, since
                         OpenSSL would hold it to the constraints on DNS names */
    const cm_profile_defaults *profile;
    cm_view requested; /* names out of a request, already encoded and checked; used without a san */
    size_t requested_count;
    cm_text purposes[CM_PROFILE_PURPOSES]; /* storage for what a request asks for */
    /* settled */
    cm_der encoded; /* the Name */
    cm_der names;   /* content of SEQUENCE OF GeneralName */
    size_t name_count;
} cm_subject;

/* Whether a cm_name says anything, the empty name included. */
bool cm_name_given(const cm_name *name);

/* Encodes the names, then the subject (default: CN = the first readable name of at most 64 bytes),
 * then the default name (the CN, for the profiles of servers, when it is a host or an IP). Free
 * with cm_subject_free whatever the outcome. Fields: "san[i]", "subject". */
cm_status cm_subject_settle(cm_subject *s, cm_error *err);
void cm_subject_free(cm_subject *s);

#endif
