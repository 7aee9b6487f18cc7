/* Reading UTF-8 that may be none. */
#ifndef CERTMINT_ECHO_UTF8_H
#define CERTMINT_ECHO_UTF8_H

#include <stdint.h>

/* The code point at **at, which moves on behind it; for a byte that begins none (RFC 3629 §4)
 * UTF8_BAD, and *at moves on by one. *at is before the NUL at the end. */
uint32_t utf8_take(const char **at);

#define UTF8_BAD UINT32_MAX

#endif
