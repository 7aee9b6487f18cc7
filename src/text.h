/* Text: UTF-8, ASCII classes, hexadecimal. */
#ifndef CM_TEXT_H
#define CM_TEXT_H

#include "certmint.h"

/* Number of characters of well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates), -1 when
 * it is not well formed. */
long cm_utf8_length(cm_text text);

/* The largest prefix of at most `limit` bytes that does not cut a character. */
size_t cm_utf8_cut(const char *data, size_t size, size_t limit);

/* Writes one code point (<= 0x10FFFF) as UTF-8; returns the 1..4 bytes written. */
size_t cm_utf8_put(uint32_t code_point, char out[4]);

bool cm_is_digit(char c);
bool cm_is_alpha(char c); /* ASCII letters */
char cm_lower(char c);    /* ASCII only */
/* Value of a hexadecimal digit, -1 when it is none. */
int cm_hex_value(char c);

/* Equality; `_nocase` folds ASCII letters only. */
bool cm_text_is(cm_text text, const char *string);
bool cm_text_is_nocase(cm_text text, const char *string);
bool cm_view_equal(cm_view a, cm_view b);

/* Writes 2 * size hexadecimal digits (lower case) without a terminator. */
void cm_hex(const uint8_t *data, size_t size, char *out);

#endif
