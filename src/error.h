/* Making errors: one sentence a person can act on, with the field at fault. */
#ifndef CM_ERROR_H
#define CM_ERROR_H

#include <stdbool.h>

#include "certmint.h"

/*
 * Fills *err (may be NULL) with a code and a formatted message, clears the field, returns `code`.
 * Formats: %s NUL-terminated string; %d int; %t const cm_text *, quoted, control characters
 * replaced, shortened to 64 bytes; %T a time (int64_t) as RFC 3339; %% a percent sign.
 * A message that does not fit is cut at a character.
 */
cm_status cm_fail(cm_error *err, cm_status code, const char *format, ...);

/* Names the field of an error on its way out: puts the formatted `path` before the field there is
 * ("san[2]" before "" gives "san[2]", "extensions" before "keyUsage" gives "extensions.keyUsage").
 * Returns `status` unchanged; does nothing when it is CM_OK. */
cm_status cm_fail_in(cm_error *err, cm_status status, const char *path, ...);

/* "out of memory" and "internal error" without a field. */
cm_status cm_fail_memory(cm_error *err);
cm_status cm_fail_internal(cm_error *err, const char *where);

/* Whether a result of mbedTLS says that memory was what it lacked. */
bool cm_lacked_memory(int result);

#endif
