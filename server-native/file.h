/* Whole files: read, and written so that nobody sees half of one. */
#ifndef CERTMINT_ECHO_FILE_H
#define CERTMINT_ECHO_FILE_H

#include <stdbool.h>

#include "certmint.h"

/* Reads a file of at most 1 MiB. *out has a NUL after it that its size does not count, and is freed
 * with cm_bytes_free. Returns 0, or an errno value (EFBIG when it is larger). */
int file_read(const char *path, cm_bytes *out);

/* Writes a new file; returns 0 or an errno value, EEXIST when there is one. It appears whole or not
 * at all, readable by its owner alone when `secret`. */
int file_create(const char *path, const cm_bytes *content, bool secret);

#endif
