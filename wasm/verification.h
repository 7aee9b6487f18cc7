/* From the JSON of a question about a path to cm_verify_template (door.h has the members). */
#ifndef CERTMINT_VERIFICATION_H
#define CERTMINT_VERIFICATION_H

#include "certmint.h"
#include "json_reader.h"

/* How certificates and lists stand in a request: BYTES at the door, text in tests/harness. */
typedef cm_view (*verification_bytes)(json_value v);

/* Fills *out but for the time; what it points to lives in the value's arena, where failures are
 * kept too, one of a member that there is not included. `besides` is a member of the caller's own,
 * or NULL. */
void verification_read(json_value object, const char *besides, verification_bytes bytes,
                       cm_verify_template *out);

/* The same for a LINT TEMPLATE. */
void lint_read(json_value v, verification_bytes bytes, cm_lint_template *out);

#endif
