/* UTF-16BE, as PKCS#12 has it in passwords and friendly names (RFC 7292 §B.1), surrogates included.
 */
#ifndef CM_UTF16_H
#define CM_UTF16_H

#include "certmint.h"

/* UTF-8 to UTF-16BE, followed by two zero bytes that count when `terminated`. Returns false when
 * the text is not well-formed UTF-8 or memory ran out. *out is then empty. */
bool cm_utf16_of(cm_text utf8, bool terminated, cm_bytes *out);

/* UTF-16BE to UTF-8; an unpaired surrogate becomes U+FFFD, an odd last byte is left out. False when
 * memory ran out. */
bool cm_utf16_read(cm_view utf16, cm_bytes *utf8);

#endif
