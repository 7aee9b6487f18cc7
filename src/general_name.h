/* GeneralName (RFC 5280 §4.2.1.6): classified, validated, encoded; and back to text. */
#ifndef CM_GENERAL_NAME_H
#define CM_GENERAL_NAME_H

#include "certmint.h"
#include "der.h"

/* What a GeneralName stands in: a subject alternative name, or a subtree of name constraints, where
 * an IP is an address range in CIDR form, a DNS name has no wildcard and may start with a dot, and
 * an e-mail or URI may be a bare host (RFC 5280 §4.2.1.10). */
typedef enum cm_general_name_use { CM_USE_NAME = 0, CM_USE_CONSTRAINT } cm_general_name_use;

/* The kind that AUTO stands for. Never AUTO. */
cm_general_name_kind cm_general_name_classify(cm_text value, cm_general_name_use use);

/* Writes one GeneralName. Errors have no field. */
cm_status cm_general_name_write(const cm_general_name *name, cm_general_name_use use, cm_der *out,
                                cm_error *err);

/* Appends the text of an encoded GeneralName: "DNS:localhost", "IP:127.0.0.1", "email:a@b",
 * "URI:...", "DirName:CN=x", "RID:1.2.3", "UPN:a@b", "othername:1.2.3:<hex>". False when damaged.
 */
bool cm_general_name_put_text(uint8_t tag, cm_view content, cm_der *out);

/* Whether an otherName of this type-id is a user principal name. */
bool cm_general_name_is_upn(cm_view oid);

/* Parses an IP literal into 4 or 16 bytes; returns the size, 0 when it is none. */
size_t cm_ip_parse(cm_text text, uint8_t out[16]);

/* Appends the text of a 4 or 16 byte address (RFC 5952 for IPv6). */
void cm_ip_put_text(cm_view address, cm_der *out);

/* True when text is a valid dNSName without wildcard: what a CN must be to become a SAN. */
bool cm_dns_name_valid(cm_text text);

/* [0] EXPLICIT type of the content of GeneralName's choices, by context tag number. */
enum {
    CM_GN_OTHER = 0,
    CM_GN_EMAIL = 1,
    CM_GN_DNS = 2,
    CM_GN_DIRECTORY = 4,
    CM_GN_URI = 6,
    CM_GN_IP = 7,
    CM_GN_RID = 8
};

#endif
