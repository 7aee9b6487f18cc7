/* From the JSON of a request to the structures for key stores and bundles (door.h has the members).
 */
#ifndef CERTMINT_STORE_TEMPLATE_H
#define CERTMINT_STORE_TEMPLATE_H

#include "certmint.h"
#include "json_reader.h"

/* Fills *out from the object but for the key, whose handle the door looks up. What it points to
 * lives in the value's arena, where failures are kept too. */
void pkcs12_template_read(json_value object, cm_pkcs12_template *out);

/* An array of bytes; NULL (and the failure kept) when memory ran out. */
const cm_view *bytes_list_read(json_value array, size_t *count);

#endif
