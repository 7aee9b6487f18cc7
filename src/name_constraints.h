/* Name constraints (RFC 5280 §4.2.1.10): whether names lie within an authority's bounds. */
#ifndef CM_NAME_CONSTRAINTS_H
#define CM_NAME_CONSTRAINTS_H

#include "certmint.h"
#include "der.h"

/*
 * Checks a subject (Name, with header) and subject alternative names (content of SEQUENCE OF
 * GeneralName, may be empty) against NameConstraints (the extension's value). E-mail addresses in
 * the subject and SmtpUTF8Mailboxes count as rfc822Names, common names that read like a host name
 * as dNSNames when there is none. A constrained kind that certmint cannot compare refuses every
 * name of that kind.
 *
 * CM_OK when all lie within; CM_ERR_INVALID with the name and the rule in the message, no field;
 * CM_ERR_MALFORMED when the extension or a name is damaged.
 */
cm_status cm_name_constraints_check(cm_view constraints, cm_view subject, cm_view names,
                                    cm_error *err);

/* How many comparisons that takes at most; all that an answer asks for together shall not pass the
 * limit: authorities with thousands of constraints over as many names would take hours. */
size_t cm_name_constraints_work(cm_view constraints, cm_view subject, cm_view names);
#define CM_NAME_CONSTRAINTS_WORK_LIMIT (1u << 20)

#endif
