#include "general_name.h"

#include <string.h>

#include "error.h"
#include "name.h"
#include "text.h"

/* Microsoft's userPrincipalName, 1.3.6.1.4.1.311.20.2.3 */
#define OID_UPN "\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03"

static const char *find_char(cm_text text, char c)
{
    return text.size == 0 ? NULL : memchr(text.data, c, text.size);
}

static cm_text text_between(const char *from, const char *to)
{
    return (cm_text){from, (size_t)(to - from)};
}

/* ------------------------------------------------------------------ IP addresses */

/* Four decimal numbers 0..255 without leading zeros (RFC 3986 IPv4address). */
static bool ipv4_parse(cm_text text, uint8_t out[4])
{
    size_t i = 0;
    for (int part = 0; part < 4; part++) {
        unsigned value = 0;
        size_t start = i;
        for (; i < text.size && cm_is_digit(text.data[i]) && i - start < 3; i++) {
            value = value * 10 + (unsigned)(text.data[i] - '0');
        }
        if (i == start || value > 255 || (i - start > 1 && text.data[start] == '0')) {
            return false;
        }
        out[part] = (uint8_t)value;
        if (part < 3 && (i == text.size || text.data[i++] != '.')) {
            return false;
        }
    }
    return i == text.size;
}

/* RFC 4291 §2.2, all three forms; no zone. */
static bool ipv6_parse(cm_text text, uint8_t out[16])
{
    size_t i = 0, filled = 0, gap = SIZE_MAX;
    memset(out, 0, 16);
    if (text.size >= 2 && text.data[0] == ':' && text.data[1] == ':') {
        gap = 0;
        i = 2;
    }
    while (i < text.size) {
        unsigned value = 0;
        size_t start = i;
        for (; i < text.size && i - start < 4 && cm_hex_value(text.data[i]) >= 0; i++) {
            value = value << 4 | (unsigned)cm_hex_value(text.data[i]);
        }
        if (i < text.size && text.data[i] == '.') { /* the last 32 bits as IPv4 */
            if (filled > 12 ||
                !ipv4_parse((cm_text){text.data + start, text.size - start}, out + filled)) {
                return false;
            }
            filled += 4;
            break;
        }
        if (i == start || filled > 14) {
            return false;
        }
        out[filled++] = (uint8_t)(value >> 8);
        out[filled++] = (uint8_t)value;
        if (i == text.size) {
            break;
        }
        if (text.data[i++] != ':') {
            return false;
        }
        if (i < text.size && text.data[i] == ':') {
            if (gap != SIZE_MAX) {
                return false;
            }
            gap = filled;
            i++;
        } else if (i == text.size) {
            return false; /* a single colon at the end */
        }
    }
    if (gap == SIZE_MAX) {
        return filled == 16;
    }
    if (filled > 14) {
        return false; /* "::" stands for at least one group */
    }
    memmove(out + 16 - (filled - gap), out + gap, filled - gap);
    memset(out + gap, 0, 16 - filled);
    return true;
}

size_t cm_ip_parse(cm_text text, uint8_t out[16])
{
    if (text.size >= 2 && text.data[0] == '[' && text.data[text.size - 1] == ']') {
        text = (cm_text){text.data + 1, text.size - 2};
        return ipv6_parse(text, out) ? 16 : 0;
    }
    if (ipv4_parse(text, out)) {
        return 4;
    }
    return ipv6_parse(text, out) ? 16 : 0;
}

static void put_decimal(cm_der *out, unsigned value)
{
    char digits[10];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    cm_der_raw(out, (cm_view){(const uint8_t *)digits + at, sizeof digits - at});
}

static void put_text(cm_der *out, const char *text)
{
    cm_der_raw(out, (cm_view){(const uint8_t *)text, strlen(text)});
}

static void put_hex_group(cm_der *out, unsigned group)
{
    char digits[4];
    uint8_t bytes[2] = {(uint8_t)(group >> 8), (uint8_t)group};
    size_t skip = group > 0xfff ? 0 : group > 0xff ? 1 : group > 0xf ? 2 : 3;
    cm_hex(bytes, 2, digits);
    cm_der_raw(out, (cm_view){(const uint8_t *)digits + skip, 4 - skip});
}

void cm_ip_put_text(cm_view address, cm_der *out)
{
    if (address.size == 4) {
        for (size_t i = 0; i < 4; i++) {
            put_text(out, i == 0 ? "" : ".");
            put_decimal(out, address.data[i]);
        }
        return;
    }
    unsigned groups[8];
    size_t best = 8, best_length = 1; /* the longest run of zero groups, at least two */
    for (size_t i = 0; i < 8; i++) {
        groups[i] = (unsigned)address.data[2 * i] << 8 | address.data[2 * i + 1];
    }
    for (size_t i = 0; i < 8; i++) {
        size_t length = 0;
        while (i + length < 8 && groups[i + length] == 0) {
            length++;
        }
        if (length > best_length) {
            best = i;
            best_length = length;
        }
    }
    for (size_t i = 0; i < 8; i++) {
        if (i == best) {
            put_text(out, "::");
            i += best_length - 1;
            continue;
        }
        put_text(out, i == 0 || i == best + best_length ? "" : ":");
        put_hex_group(out, groups[i]);
    }
}

/* "192.0.2.0/24" or "2001:db8::/32" into address and mask (RFC 5280 §4.2.1.10); a bare address is a
 * range of one. */
static cm_status write_range(cm_text value, cm_der *out, cm_error *err)
{
    uint8_t bytes[32] = {0};
    const char *slash = find_char(value, '/');
    cm_text address = slash == NULL ? value : text_between(value.data, slash);
    size_t size = cm_ip_parse(address, bytes);
    unsigned prefix = (unsigned)size * 8;
    if (size == 0) {
        return cm_fail(err, CM_ERR_INVALID,
                       "%t is not an IP range, like 192.168.0.0/16 or fd00::/8", &value);
    }
    if (slash != NULL) {
        cm_text digits = text_between(slash + 1, value.data + value.size);
        prefix = 0;
        for (size_t i = 0; i < digits.size; i++) {
            prefix = cm_is_digit(digits.data[i]) && prefix < 1000
                         ? prefix * 10 + (unsigned)(digits.data[i] - '0')
                         : 1000;
        }
        if (digits.size == 0 || prefix > size * 8) {
            return cm_fail(err, CM_ERR_INVALID, "%t: the prefix length must be 0 to %d", &value,
                           (int)size * 8);
        }
    }
    for (size_t i = 0; i < size; i++) {
        unsigned left = prefix > i * 8 ? prefix - (unsigned)i * 8 : 0;
        uint8_t mask = (uint8_t)(left >= 8 ? 0xff : 0xff00u >> left);
        if ((bytes[i] & (uint8_t)~mask) != 0) {
            return cm_fail(err, CM_ERR_INVALID, "%t has bits set behind its prefix of %d bits",
                           &value, (int)prefix);
        }
        bytes[size + i] = mask;
    }
    cm_der_element(out, CM_TAG_CONTEXT(CM_GN_IP), bytes, 2 * size);
    return CM_OK;
}

static bool only(cm_text text, const char *set)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '\0' || strchr(set, text.data[i]) == NULL) {
            return false;
        }
    }
    return text.size > 0;
}

static cm_status write_ip(cm_text value, cm_der *out, cm_error *err)
{
    uint8_t bytes[16];
    size_t size = cm_ip_parse(value, bytes);
    if (size == 0 && find_char(value, '/') != NULL) {
        return cm_fail(err, CM_ERR_INVALID, "%t: a certificate names addresses, not ranges",
                       &value);
    }
    if (size == 0 && find_char(value, '%') != NULL) {
        return cm_fail(err, CM_ERR_INVALID, "%t: a zone (%%eth0) does not belong in a certificate",
                       &value);
    }
    if (size == 0 && find_char(value, ':') == NULL) {
        return cm_fail(err, CM_ERR_INVALID,
                       "%t is not an IP address: IPv4 has four parts of 0 to 255, like 192.0.2.1",
                       &value);
    }
    if (size == 0) {
        return cm_fail(err, CM_ERR_INVALID,
                       "%t is not an IP address, like 192.0.2.1 or 2001:db8::1", &value);
    }
    cm_der_element(out, CM_TAG_CONTEXT(CM_GN_IP), bytes, size);
    return CM_OK;
}

/* ------------------------------------------------------------------ DNS names */

/* One label of a host name: RFC 5890 LDH plus underscore, which is seen in practice. Returns what
 * is wrong with it, NULL when nothing is. */
static const char *label_fault(cm_text label)
{
    if (label.size == 0) {
        return "has an empty label (two dots, or a dot at an end)";
    }
    if (label.size > 63) {
        return "has a label of more than 63 characters";
    }
    if (label.data[0] == '-' || label.data[label.size - 1] == '-') {
        return "has a label that starts or ends with a hyphen";
    }
    for (size_t i = 0; i < label.size; i++) {
        char c = label.data[i];
        if (!cm_is_alpha(c) && !cm_is_digit(c) && c != '-' && c != '_') {
            return c == '*' ? "has a wildcard that is not the whole leftmost label"
                   : (unsigned char)c >= 0x80
                       ? "has characters outside ASCII: give its A-label form (xn--...)"
                   : c == ' ' ? "contains a space"
                   : c == ':' ? "contains a colon: a port does not belong in a certificate"
                   : c == '/' ? "contains a slash: give the host name alone"
                              : "has a character that host names may not have";
        }
    }
    return NULL;
}

static const char *dns_fault(cm_text name)
{
    if (name.size == 0) {
        return "is empty";
    }
    if (name.size > 253) {
        return "is longer than 253 characters";
    }
    const char *at = name.data, *end = name.data + name.size;
    cm_text label = {NULL, 0};
    while (at <= end) {
        const char *dot = at < end ? memchr(at, '.', (size_t)(end - at)) : NULL;
        label = text_between(at, dot == NULL ? end : dot);
        const char *fault = label_fault(label);
        if (fault != NULL) {
            return fault;
        }
        at += label.size + 1;
    }
    return only(label, "0123456789")
               ? "ends in a number, so it reads as an IPv4 address, which has "
                 "four parts of 0 to 255"
               : NULL;
}

bool cm_dns_name_valid(cm_text text)
{
    return dns_fault(text) == NULL;
}

static cm_status write_dns(cm_text value, cm_general_name_use use, cm_der *out, cm_error *err)
{
    cm_text host = value;
    uint8_t address[16];
    if (use == CM_USE_CONSTRAINT && host.size > 1 && host.data[0] == '.') {
        host = (cm_text){host.data + 1, host.size - 1};
    } else if (use == CM_USE_NAME && host.size > 2 && memcmp(host.data, "*.", 2) == 0) {
        host = (cm_text){host.data + 2, host.size - 2};
    }
    if (cm_ip_parse(value, address) != 0) {
        return cm_fail(err, CM_ERR_INVALID,
                       "%t is an IP address, which clients do not look for "
                       "among the DNS names; give it as an IP",
                       &value);
    }
    const char *fault = dns_fault(host);
    if (fault != NULL) {
        return cm_fail(err, CM_ERR_INVALID, "%t is not a DNS name: it %s", &value, fault);
    }
    cm_der_text(out, CM_TAG_CONTEXT(CM_GN_DNS), value);
    return CM_OK;
}

/* ------------------------------------------------------------------ e-mail and URI */

static bool is_ascii_graphic(cm_text text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] <= ' ' || text.data[i] > '~') {
            return false;
        }
    }
    return text.size > 0;
}

/* RFC 5321 Mailbox with a dot-string local part, the form of RFC 5280's rfc822Name. */
static bool is_mailbox(cm_text value)
{
    const char *at = find_char(value, '@');
    if (at == NULL) {
        return false;
    }
    cm_text local = text_between(value.data, at);
    cm_text host = text_between(at + 1, value.data + value.size);
    if (local.size == 0 || local.size > 64 || local.data[0] == '.' ||
        local.data[local.size - 1] == '.' || !is_ascii_graphic(local)) {
        return false;
    }
    for (size_t i = 0; i < local.size; i++) {
        char c = local.data[i];
        if (!cm_is_alpha(c) && !cm_is_digit(c) && strchr("!#$%&'*+-/=?^_`{|}~.", c) == NULL) {
            return false;
        }
        if (c == '.' && local.data[i + 1] == '.') {
            return false;
        }
    }
    return dns_fault(host) == NULL;
}

static cm_status write_email(cm_text value, cm_general_name_use use, cm_der *out, cm_error *err)
{
    if (use == CM_USE_CONSTRAINT && find_char(value, '@') == NULL) {
        cm_text host = value.size > 1 && value.data[0] == '.'
                           ? (cm_text){value.data + 1, value.size - 1}
                           : value;
        const char *fault = dns_fault(host);
        if (fault != NULL) {
            return cm_fail(err, CM_ERR_INVALID, "%t is not a mail host: it %s", &value, fault);
        }
    } else if (!is_mailbox(value)) {
        return cm_fail(err, CM_ERR_INVALID,
                       "%t is not an e-mail address of the form name@host in ASCII", &value);
    }
    cm_der_text(out, CM_TAG_CONTEXT(CM_GN_EMAIL), value);
    return CM_OK;
}

/* The length of a URI scheme with its colon (RFC 3986 §3.1), 0 when there is none. */
static size_t uri_scheme(cm_text value)
{
    if (value.size == 0 || !cm_is_alpha(value.data[0])) {
        return 0;
    }
    for (size_t i = 1; i < value.size; i++) {
        char c = value.data[i];
        if (c == ':') {
            return i + 1;
        }
        if (!cm_is_alpha(c) && !cm_is_digit(c) && c != '+' && c != '-' && c != '.') {
            return 0;
        }
    }
    return 0;
}

static cm_status write_uri(cm_text value, cm_general_name_use use, cm_der *out, cm_error *err)
{
    if (use == CM_USE_CONSTRAINT) { /* a host, or .host for every host under it */
        cm_text host = value.size > 1 && value.data[0] == '.'
                           ? (cm_text){value.data + 1, value.size - 1}
                           : value;
        const char *fault = dns_fault(host);
        if (fault != NULL) {
            return cm_fail(err, CM_ERR_INVALID,
                           "%t: a URI constraint is a host name, not a URI: it %s", &value, fault);
        }
        cm_der_text(out, CM_TAG_CONTEXT(CM_GN_URI), value);
        return CM_OK;
    }
    size_t scheme = uri_scheme(value);
    cm_text rest = {value.data + scheme, value.size - scheme};
    if (scheme == 0 || !is_ascii_graphic(rest)) {
        return cm_fail(err, CM_ERR_INVALID,
                       "%t is not an absolute URI in ASCII, like https://example.com/", &value);
    }
    for (size_t i = 0; i < rest.size; i++) {
        if (strchr("\"<>\\^`{|}", rest.data[i]) != NULL) {
            return cm_fail(err, CM_ERR_INVALID, "%t has a character that a URI must percent-encode",
                           &value);
        }
    }
    if (rest.size >= 2 && memcmp(rest.data, "//", 2) == 0) {
        const char *host = rest.data + 2, *end = rest.data + rest.size;
        if (host == end || *host == '/' || *host == '?' || *host == '#' || *host == ':') {
            return cm_fail(err, CM_ERR_INVALID, "%t has no host after \"//\"", &value);
        }
    }
    cm_der_text(out, CM_TAG_CONTEXT(CM_GN_URI), value);
    return CM_OK;
}

/* ------------------------------------------------------------------ the others */

static cm_status write_directory(cm_text value, cm_der *out, cm_error *err)
{
    cm_name name = {.text = value, .empty = value.size == 0};
    size_t mark = cm_der_begin(out, CM_TAG_CONTEXT_CONSTRUCTED(CM_GN_DIRECTORY));
    cm_status status = cm_name_write(&name, out, err);
    cm_der_end(out, mark);
    return status;
}

static cm_status write_rid(cm_text value, cm_der *out, cm_error *err)
{
    uint8_t oid[CM_OID_MAX];
    size_t size;
    if (!cm_oid_encode(value, oid, &size)) {
        return cm_fail(err, CM_ERR_INVALID, "%t is not an OID, like 1.3.6.1.4.1.311", &value);
    }
    cm_der_element(out, CM_TAG_CONTEXT(CM_GN_RID), oid, size);
    return CM_OK;
}

static void write_other_name(cm_view oid, cm_view der, cm_der *out)
{
    size_t mark = cm_der_begin(out, CM_TAG_CONTEXT_CONSTRUCTED(CM_GN_OTHER));
    cm_der_element(out, CM_TAG_OID, oid.data, oid.size);
    size_t value = cm_der_begin(out, CM_TAG_CONTEXT_CONSTRUCTED(0));
    cm_der_raw(out, der);
    cm_der_end(out, value);
    cm_der_end(out, mark);
}

static cm_status write_upn(cm_text value, cm_der *out, cm_error *err)
{
    cm_der text = {NULL, 0, 0, CM_OK};
    const char *at = find_char(value, '@');
    if (cm_utf8_length(value) < 0 || at == NULL || at == value.data ||
        at + 1 == value.data + value.size) {
        return cm_fail(err, CM_ERR_INVALID,
                       "%t is not a user principal name of the form user@realm", &value);
    }
    cm_der_text(&text, CM_TAG_UTF8_STRING, value);
    cm_status status = text.status;
    write_other_name((cm_view){(const uint8_t *)OID_UPN, sizeof OID_UPN - 1}, cm_der_view(&text),
                     out);
    cm_der_free(&text);
    return status == CM_OK ? CM_OK : cm_fail_memory(err);
}

static cm_status write_other(const cm_general_name *name, cm_der *out, cm_error *err)
{
    uint8_t oid[CM_OID_MAX], tag;
    size_t size;
    cm_view rest = name->der, content;
    if (!cm_oid_encode(name->oid, oid, &size)) {
        return cm_fail(err, CM_ERR_INVALID, "%t is not an OID, like 1.3.6.1.5.5.7.8.7", &name->oid);
    }
    if (!cm_der_take_any(&rest, &tag, &content, NULL) || rest.size != 0) {
        return cm_fail(err, CM_ERR_INVALID, "the value of an otherName must be one DER element");
    }
    write_other_name((cm_view){oid, size}, name->der, out);
    return CM_OK;
}

cm_general_name_kind cm_general_name_classify(cm_text value, cm_general_name_use use)
{
    uint8_t address[16];
    const char *slash = find_char(value, '/');
    cm_text before_slash = slash == NULL ? value : text_between(value.data, slash);
    cm_text ip = use == CM_USE_CONSTRAINT ? before_slash : value;
    if (cm_ip_parse(ip, address) != 0) {
        return CM_GENERAL_NAME_IP;
    }
    for (size_t i = 0; i + 2 < value.size; i++) {
        if (memcmp(value.data + i, "://", 3) == 0) {
            return CM_GENERAL_NAME_URI;
        }
    }
    if (value.size > 4 && cm_text_is_nocase((cm_text){value.data, 4}, "urn:")) {
        return CM_GENERAL_NAME_URI;
    }
    if (find_char(value, '@') != NULL) {
        return CM_GENERAL_NAME_EMAIL;
    }
    /* What can only be meant as an address gets the message about addresses: digits and dots, or
     * hexadecimal groups with two colons ("localhost:443" has one). */
    size_t colons = 0;
    for (size_t i = 0; i < ip.size; i++) {
        colons += ip.data[i] == ':';
    }
    if (only(ip, "0123456789.") || (colons >= 2 && ip.data[ip.size - 1] != '.')) {
        return CM_GENERAL_NAME_IP;
    }
    return CM_GENERAL_NAME_DNS;
}

cm_status cm_general_name_write(const cm_general_name *name, cm_general_name_use use, cm_der *out,
                                cm_error *err)
{
    cm_text value = name->value;
    cm_general_name_kind kind = name->kind;
    if (kind != CM_GENERAL_NAME_OTHER && value.size == 0 &&
        !(kind == CM_GENERAL_NAME_DIRECTORY && use == CM_USE_CONSTRAINT)) {
        return cm_fail(err, CM_ERR_INVALID, "is empty; give a name or leave it out");
    }
    if (find_char(value, '\0') != NULL) {
        return cm_fail(err, CM_ERR_INVALID, "%t contains a NUL character, which names may not",
                       &value);
    }
    if (kind == CM_GENERAL_NAME_AUTO) {
        kind = cm_general_name_classify(value, use);
    }
    switch (kind) {
    case CM_GENERAL_NAME_AUTO:
    case CM_GENERAL_NAME_DNS:
        return write_dns(value, use, out, err);
    case CM_GENERAL_NAME_IP:
        return use == CM_USE_CONSTRAINT ? write_range(value, out, err) : write_ip(value, out, err);
    case CM_GENERAL_NAME_EMAIL:
        return write_email(value, use, out, err);
    case CM_GENERAL_NAME_URI:
        return write_uri(value, use, out, err);
    case CM_GENERAL_NAME_DIRECTORY:
        return write_directory(value, out, err);
    case CM_GENERAL_NAME_RID:
        return write_rid(value, out, err);
    case CM_GENERAL_NAME_UPN:
        return write_upn(value, out, err);
    case CM_GENERAL_NAME_OTHER:
        return write_other(name, out, err);
    }
    return cm_fail_internal(err, "cm_general_name_write");
}

/* ------------------------------------------------------------------ reading */

static void put_labelled(cm_der *out, const char *label, cm_view value)
{
    put_text(out, label);
    cm_der_raw(out, value);
}

static void put_hex(cm_der *out, cm_view bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        char hex[2];
        cm_hex(&bytes.data[i], 1, hex);
        cm_der_raw(out, (cm_view){(const uint8_t *)hex, 2});
    }
}

bool cm_general_name_is_upn(cm_view oid)
{
    return oid.size == sizeof OID_UPN - 1 && memcmp(oid.data, OID_UPN, oid.size) == 0;
}

static bool put_other(cm_view content, cm_der *out)
{
    cm_view oid, value, text;
    if (!cm_der_take(&content, CM_TAG_OID, &oid) ||
        !cm_der_take(&content, CM_TAG_CONTEXT_CONSTRUCTED(0), &value) || content.size != 0) {
        return false;
    }
    cm_view inner = value;
    if (cm_general_name_is_upn(oid) && cm_der_take(&inner, CM_TAG_UTF8_STRING, &text) &&
        cm_utf8_length((cm_text){(const char *)text.data, text.size}) >= 0) {
        put_labelled(out, "UPN:", text);
        return true;
    }
    char dotted[CM_OID_TEXT_SIZE];
    cm_oid_text(oid, dotted);
    put_text(out, "othername:");
    put_text(out, dotted);
    put_text(out, ":");
    put_hex(out, value);
    return true;
}

bool cm_general_name_put_text(uint8_t tag, cm_view content, cm_der *out)
{
    bool ascii =
        cm_utf8_length((cm_text){(const char *)content.data, content.size}) == (long)content.size;
    switch (tag) {
    case CM_TAG_CONTEXT(CM_GN_DNS):
        put_labelled(out, "DNS:", content);
        return ascii;
    case CM_TAG_CONTEXT(CM_GN_EMAIL):
        put_labelled(out, "email:", content);
        return ascii;
    case CM_TAG_CONTEXT(CM_GN_URI):
        put_labelled(out, "URI:", content);
        return ascii;
    case CM_TAG_CONTEXT(CM_GN_IP):
        put_text(out, "IP:");
        if (content.size == 4 || content.size == 16) {
            cm_ip_put_text(content, out);
            return true;
        }
        if (content.size == 8 || content.size == 32) {
            size_t half = content.size / 2;
            cm_ip_put_text((cm_view){content.data, half}, out);
            put_text(out, "/");
            cm_ip_put_text((cm_view){content.data + half, half}, out);
            return true;
        }
        return false;
    case CM_TAG_CONTEXT_CONSTRUCTED(CM_GN_DIRECTORY): {
        cm_bytes text;
        if (cm_name_text(content, &text, NULL) != CM_OK) {
            return false;
        }
        put_labelled(out, "DirName:", (cm_view){text.data, text.size});
        cm_bytes_free(&text);
        return true;
    }
    case CM_TAG_CONTEXT(CM_GN_RID): {
        char dotted[CM_OID_TEXT_SIZE];
        cm_oid_text(content, dotted);
        put_text(out, "RID:");
        put_text(out, dotted);
        return true;
    }
    case CM_TAG_CONTEXT_CONSTRUCTED(CM_GN_OTHER):
        return put_other(content, out);
    default: { /* x400Address, ediPartyName */
        put_text(out, "unsupported:");
        put_hex(out, content);
        return true;
    }
    }
}
