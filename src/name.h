/* Distinguished names: X.501 Name, X.520 attributes, RFC 4514 text. */
#ifndef CM_NAME_H
#define CM_NAME_H

#include "certmint.h"
#include "der.h"

/* Writes the Name (a SEQUENCE, possibly empty). Errors have no field, or "[i]" for attribute i. */
cm_status cm_name_write(const cm_name *name, cm_der *out, cm_error *err);

/* The text of an encoded Name (with its SEQUENCE header): RFC 4514 escapes, parts in encoding
 * order, joined by "," and "+". Attribute types without a short name are printed as OIDs, and their
 * values (§2.4) and those that are not text as "#" and hexadecimal. CM_ERR_MALFORMED. */
cm_status cm_name_text(cm_view der, cm_bytes *text, cm_error *err);

/* The same; `reversed`: last part first, as RFC 4514 §2.1 has it. CM_ERR_LIMIT then for more than
 * CM_RDN_LIMIT parts. */
enum { CM_RDN_LIMIT = 256 };
cm_status cm_name_text_ordered(cm_view der, bool reversed, cm_bytes *text, cm_error *err);

/* The short name of an attribute type ("CN") by its encoded OID, NULL when it has none. */
const char *cm_name_attribute(cm_view oid);

/* True for an encoded Name without attributes. */
bool cm_name_is_empty(cm_view der);

/* True when two encoded Names are equal as RFC 5280 §7.1 compares them: attribute by attribute,
 * text without regard to ASCII case, to runs of spaces and to the string type. */
bool cm_name_equal(cm_view a, cm_view b);

/* A number that names which are equal in that way have in common: for finding them fast. */
uint32_t cm_name_hash(cm_view der);

/* True when `name` begins with the RDNs of `prefix`, compared in that way. */
bool cm_name_has_prefix(cm_view name, cm_view prefix);

/* The value of the first CN, as UTF-8 in the encoding (UTF8String, PrintableString, IA5String);
 * {NULL, 0} when there is none. Borrows from der. */
cm_text cm_name_common_name(cm_view der);

/* Decodes a string element of any ASN.1 type that names use into UTF-8 at the end of *out. False
 * for other types and for content that is not what its type says. */
bool cm_string_decode(uint8_t tag, cm_view content, cm_der *out);

#endif
