/* From the JSON of a request to the template structures of certmint.h (door.h has the members). */
#ifndef CERTMINT_TEMPLATE_H
#define CERTMINT_TEMPLATE_H

#include "certmint.h"
#include "json_reader.h"

/* Fill *out from the object; what it points to lives in the value's arena, where failures are kept
 * too. */
void template_read(json_value object, cm_certificate_template *out);
void request_template_read(json_value object, cm_request_template *out);
void crl_template_read(json_value object, cm_crl_template *out);

#endif
