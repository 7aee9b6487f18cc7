#include "name_constraints.h"

#include <string.h>

#include "error.h"
#include "general_name.h"
#include "name.h"
#include "text.h"

#define OID_EMAIL_ADDRESS "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"
#define OID_COMMON_NAME "\x55\x04\x03"
#define OID_SMTP_UTF8_MAILBOX "\x2b\x06\x01\x05\x05\x07\x08\x09"

static cm_text text_of(cm_view v)
{
    return (cm_text){(const char *)v.data, v.size};
}

static bool equal_nocase(cm_text a, cm_text b)
{
    if (a.size != b.size) {
        return false;
    }
    for (size_t i = 0; i < a.size; i++) {
        if (cm_lower(a.data[i]) != cm_lower(b.data[i])) {
            return false;
        }
    }
    return true;
}

static bool ends_with(cm_text text, cm_text end)
{
    return text.size >= end.size &&
           equal_nocase((cm_text){text.data + text.size - end.size, end.size}, end);
}

/* The host itself or anything below it; a leading dot in the constraint asks for "below". An empty
 * constraint holds every name. */
static bool dns_within(cm_text name, cm_text base)
{
    if (base.size == 0) {
        return true;
    }
    if (base.data[0] == '.') {
        return name.size > base.size && ends_with(name, base);
    }
    return equal_nocase(name, base) || (name.size > base.size && ends_with(name, base) &&
                                        name.data[name.size - base.size - 1] == '.');
}

/* Whether "*.example.com" could stand for a host in the subtree: for excluded ones, since the
 * certificate would be good for that host too. */
static bool wildcard_reaches(cm_text name, cm_text base)
{
    if (name.size < 2 || name.data[0] != '*' || base.size <= name.size - 1 || base.data[0] == '.') {
        return false;
    }
    cm_text below = {name.data + 1, name.size - 1};
    return ends_with(base, below) && memchr(base.data, '.', base.size - below.size) == NULL;
}

/* A host exactly, or with a leading dot any host below it: for e-mail and URI. */
static bool host_within(cm_text host, cm_text base)
{
    if (base.size > 0 && base.data[0] == '.') {
        return host.size > base.size && ends_with(host, base);
    }
    return equal_nocase(host, base);
}

/* What follows the last '@'. */
static cm_text mail_host(cm_text address)
{
    for (size_t i = address.size; i > 0; i--) {
        if (address.data[i - 1] == '@') {
            return (cm_text){address.data + i, address.size - i};
        }
    }
    return (cm_text){NULL, 0};
}

static bool email_within(cm_text address, cm_text base)
{
    cm_text base_host = mail_host(base), host = mail_host(address);
    if (base_host.data == NULL) {
        return base.size == 0 || host_within(host, base);
    }
    /* one mailbox: the local part keeps its case (RFC 5280 §7.5) */
    size_t local = address.size - host.size;
    return local == base.size - base_host.size && memcmp(address.data, base.data, local) == 0 &&
           equal_nocase(host, base_host);
}

/* The host of an absolute URI with authority (RFC 3986 §3.2.2); {NULL, 0} when there is none or it
 * is an IP address, which a URI constraint cannot hold. */
static cm_text uri_host(cm_text uri)
{
    cm_text none = {NULL, 0};
    size_t i = 0;
    while (i < uri.size && uri.data[i] != ':') { /* the end of the scheme */
        i++;
    }
    if (i + 3 >= uri.size || memcmp(uri.data + i, "://", 3) != 0) {
        return none;
    }
    size_t start = i + 3, end = start;
    while (end < uri.size && strchr("/?#", uri.data[end]) == NULL) {
        end++;
    }
    for (size_t j = start; j < end; j++) {
        start = uri.data[j] == '@' ? j + 1 : start;
    }
    size_t host_end = start;
    while (host_end < end && uri.data[host_end] != ':') {
        host_end++;
    }
    cm_text host = {uri.data + start, host_end - start};
    uint8_t address[16];
    return host.size == 0 || host.data[0] == '[' || cm_ip_parse(host, address) != 0 ? none : host;
}

static bool ip_within(cm_view address, cm_view range)
{
    if (range.size != 2 * address.size) {
        return false;
    }
    for (size_t i = 0; i < address.size; i++) {
        uint8_t mask = range.data[address.size + i];
        if ((address.data[i] & mask) != (range.data[i] & mask)) {
            return false;
        }
    }
    return true;
}

static bool directory_within(cm_view name, cm_view base)
{
    return cm_name_has_prefix(name, base);
}

/* ------------------------------------------------------------------ trees */

typedef enum match { MATCH_NO, MATCH_YES, MATCH_DAMAGED } match;

/* A URI without a host name cannot be compared, so it must not pass (RFC 5280 §4.2.1.10). */
static match uri_match(cm_text uri, cm_text base)
{
    cm_text host = uri_host(uri);
    return host.data == NULL                           ? MATCH_DAMAGED
           : base.size == 0 || host_within(host, base) ? MATCH_YES
                                                       : MATCH_NO;
}

/* One name of `tag` against one base of the same tag. */
static match within(uint8_t tag, cm_view name, cm_view base)
{
    switch (tag) {
    case CM_TAG_CONTEXT(CM_GN_DNS):
        return dns_within(text_of(name), text_of(base)) ? MATCH_YES : MATCH_NO;
    case CM_TAG_CONTEXT(CM_GN_EMAIL):
        return email_within(text_of(name), text_of(base)) ? MATCH_YES : MATCH_NO;
    case CM_TAG_CONTEXT(CM_GN_URI):
        return uri_match(text_of(name), text_of(base));
    case CM_TAG_CONTEXT(CM_GN_IP):
        return (base.size != 8 && base.size != 32) || (name.size != 4 && name.size != 16)
                   ? MATCH_DAMAGED
               : ip_within(name, base) ? MATCH_YES
                                       : MATCH_NO;
    case CM_TAG_CONTEXT_CONSTRUCTED(CM_GN_DIRECTORY):
        return directory_within(name, base) ? MATCH_YES : MATCH_NO;
    default:
        return MATCH_DAMAGED;
    }
}

/* Whether subtrees constrain this kind of name, and whether one of them holds it. */
typedef struct verdict {
    bool constrained, held, comparable;
} verdict;

static bool judge(cm_view subtrees, bool excluded, uint8_t tag, cm_view name, verdict *out)
{
    *out = (verdict){false, false, true};
    while (subtrees.size > 0) {
        cm_view subtree, base;
        uint8_t base_tag;
        if (!cm_der_take(&subtrees, CM_TAG_SEQUENCE, &subtree) ||
            !cm_der_take_any(&subtree, &base_tag, &base, NULL)) {
            return false;
        }
        if (subtree.size != 0) {
            return false; /* minimum and maximum are fixed at their defaults, which are not encoded
                           */
        }
        if (base_tag == tag) {
            match m = within(tag, name, base);
            bool reached = excluded && tag == CM_TAG_CONTEXT(CM_GN_DNS) &&
                           wildcard_reaches(text_of(name), text_of(base));
            out->constrained = true;
            out->held = out->held || m == MATCH_YES || reached;
            out->comparable = out->comparable && m != MATCH_DAMAGED;
        }
    }
    return true;
}

static cm_status damaged(cm_error *err)
{
    return cm_fail(err, CM_ERR_MALFORMED, "the authority's name constraints are damaged");
}

/* The two lists of NameConstraints. */
typedef struct bounds {
    cm_view permitted, excluded;
} bounds;

static bool parse(cm_view constraints, bounds *out)
{
    cm_view content;
    *out = (bounds){{NULL, 0}, {NULL, 0}};
    if (!cm_der_take(&constraints, CM_TAG_SEQUENCE, &content) || constraints.size != 0) {
        return false;
    }
    if (cm_der_peek(content) == CM_TAG_CONTEXT_CONSTRUCTED(0) &&
        !cm_der_take(&content, CM_TAG_CONTEXT_CONSTRUCTED(0), &out->permitted)) {
        return false;
    }
    if (cm_der_peek(content) == CM_TAG_CONTEXT_CONSTRUCTED(1) &&
        !cm_der_take(&content, CM_TAG_CONTEXT_CONSTRUCTED(1), &out->excluded)) {
        return false;
    }
    return content.size == 0;
}

static cm_status refuse(uint8_t tag, cm_view name, const char *why, cm_error *err)
{
    cm_der text = {NULL, 0, 0, CM_OK};
    if (!cm_general_name_put_text(tag, name, &text)) {
        cm_der_free(&text);
        return cm_fail(err, CM_ERR_MALFORMED, "a subject alternative name is damaged");
    }
    cm_text shown = {(const char *)text.data, text.size};
    cm_fail(err, CM_ERR_INVALID, "%t %s", &shown, why);
    cm_der_free(&text);
    return CM_ERR_INVALID;
}

static cm_status check_name(const bounds *b, uint8_t tag, cm_view name, cm_error *err)
{
    verdict permitted, excluded;
    if (!judge(b->permitted, false, tag, name, &permitted) ||
        !judge(b->excluded, true, tag, name, &excluded)) {
        return damaged(err);
    }
    if (!permitted.comparable || !excluded.comparable) {
        return refuse(tag, name,
                      "is of a kind that the authority constrains in a way that cannot be compared",
                      err);
    }
    if (excluded.held) {
        return refuse(tag, name, "is excluded by the authority's name constraints", err);
    }
    if (permitted.constrained && !permitted.held) {
        return refuse(tag, name, "lies outside what the authority's name constraints permit", err);
    }
    return CM_OK;
}

static bool oid_is(cm_view oid, const char *literal)
{
    return cm_view_equal(oid, (cm_view){(const uint8_t *)literal, strlen(literal)});
}

/* SmtpUTF8Mailbox is held to the constraints of rfc822Name (RFC 9598 §6). A host that is not in
 * ASCII cannot be compared with theirs, which are. */
static cm_status check_other_name(const bounds *b, cm_view name, cm_error *err)
{
    cm_view rest = name, oid, wrapped, mailbox = {NULL, 0};
    verdict permitted, excluded;
    if (!cm_der_take(&rest, CM_TAG_OID, &oid) || !oid_is(oid, OID_SMTP_UTF8_MAILBOX)) {
        return CM_OK;
    }
    bool ascii = cm_der_take(&rest, CM_TAG_CONTEXT_CONSTRUCTED(0), &wrapped) &&
                 cm_der_take(&wrapped, CM_TAG_UTF8_STRING, &mailbox);
    cm_text host = mail_host(text_of(mailbox));
    for (size_t i = 0; i < host.size; i++) {
        ascii = ascii && (host.data[i] & 0x80) == 0;
    }
    if (ascii) {
        return check_name(b, CM_TAG_CONTEXT(CM_GN_EMAIL), mailbox, err);
    }
    if (!judge(b->permitted, false, CM_TAG_CONTEXT(CM_GN_EMAIL), mailbox, &permitted) ||
        !judge(b->excluded, true, CM_TAG_CONTEXT(CM_GN_EMAIL), mailbox, &excluded)) {
        return damaged(err);
    }
    return permitted.constrained || excluded.constrained
               ? cm_fail(err, CM_ERR_INVALID,
                         "a mailbox cannot be compared with the authority's name constraints")
               : CM_OK;
}

/* Labels of letters, digits, '_' and inner '-', and at least one dot between them. */
static bool reads_like_host(cm_text name)
{
    bool dot = false;
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        bool inner = i > 0 && i + 1 < name.size;
        bool between = inner && name.data[i - 1] != '-' && strchr(".-", name.data[i + 1]) == NULL;
        if (!cm_is_alpha(c) && !cm_is_digit(c) && c != '_' && !(c == '-' && inner) &&
            !(c == '.' && between)) {
            return false;
        }
        dot = dot || c == '.';
    }
    return dot;
}

enum { HOST_LIMIT = 256 };

/* OpenSSL takes a CN that reads like a host name with a dot for a DNS name when there is no dNSName
 * (RFC 6125 §6.4.4 allowed that), and holds it to the DNS constraints: so does this. */
static cm_status check_common_name(const bounds *b, uint8_t tag, cm_view value, cm_error *err)
{
    uint8_t host[HOST_LIMIT];
    size_t width = tag == CM_TAG_BMP_STRING ? 2 : 1, size = value.size / width;
    if (size > sizeof host || value.size % width != 0) {
        return CM_OK;
    }
    for (size_t i = 0; i < size; i++) {
        if (width == 2 && value.data[2 * i] != 0) {
            return CM_OK;
        }
        host[i] = value.data[width * i + width - 1];
    }
    cm_view name = {host, size};
    return reads_like_host(text_of(name)) ? check_name(b, CM_TAG_CONTEXT(CM_GN_DNS), name, err)
                                          : CM_OK;
}

/* emailAddress attributes of the subject, and common names where there is no dNSName. RFC 5280
 * §4.2.1.10 asks for the addresses where there is no SAN; OpenSSL holds them to the constraints
 * always, so this does. */
static cm_status check_attributes(const bounds *b, cm_view subject, bool has_dns, cm_error *err)
{
    cm_view rdns, set, attribute, oid, value;
    uint8_t tag;
    cm_status status = CM_OK;
    if (!cm_der_take(&subject, CM_TAG_SEQUENCE, &rdns)) {
        return cm_fail(err, CM_ERR_MALFORMED, "the subject is damaged");
    }
    while (status == CM_OK && cm_der_take(&rdns, CM_TAG_SET, &set)) {
        while (status == CM_OK && cm_der_take(&set, CM_TAG_SEQUENCE, &attribute)) {
            if (!cm_der_take(&attribute, CM_TAG_OID, &oid) ||
                !cm_der_take_any(&attribute, &tag, &value, NULL)) {
                continue;
            }
            if (oid_is(oid, OID_EMAIL_ADDRESS)) {
                status = check_name(b, CM_TAG_CONTEXT(CM_GN_EMAIL), value, err);
            } else if (!has_dns && oid_is(oid, OID_COMMON_NAME)) {
                status = check_common_name(b, tag, value, err);
            }
        }
    }
    return status;
}

cm_status cm_name_constraints_check(cm_view constraints, cm_view subject, cm_view names,
                                    cm_error *err)
{
    bounds b;
    bool has_dns = false;
    if (!parse(constraints, &b)) {
        return damaged(err);
    }
    if (!cm_name_is_empty(subject)) {
        cm_status status =
            check_name(&b, CM_TAG_CONTEXT_CONSTRUCTED(CM_GN_DIRECTORY), subject, err);
        if (status != CM_OK) {
            return status;
        }
    }
    while (names.size > 0) {
        cm_view name;
        uint8_t tag;
        if (!cm_der_take_any(&names, &tag, &name, NULL)) {
            return cm_fail(err, CM_ERR_MALFORMED, "the subject alternative names are damaged");
        }
        has_dns = has_dns || tag == CM_TAG_CONTEXT(CM_GN_DNS);
        cm_status status = check_name(&b, tag, name, err);
        if (status == CM_OK && tag == CM_TAG_CONTEXT_CONSTRUCTED(CM_GN_OTHER)) {
            status = check_other_name(&b, name, err);
        }
        if (status != CM_OK) {
            return status;
        }
    }
    return check_attributes(&b, subject, has_dns, err);
}

static size_t elements_of(cm_view list)
{
    size_t count = 0;
    cm_view content;
    uint8_t tag;
    while (cm_der_take_any(&list, &tag, &content, NULL)) {
        count++;
    }
    return count;
}

size_t cm_name_constraints_work(cm_view constraints, cm_view subject, cm_view names)
{
    cm_view content, list, rdns = {NULL, 0};
    uint8_t tag;
    size_t subtrees = 0;
    if (cm_der_take(&constraints, CM_TAG_SEQUENCE, &content)) {
        while (cm_der_take_any(&content, &tag, &list, NULL)) {
            subtrees += elements_of(list);
        }
    }
    (void)cm_der_take(&subject, CM_TAG_SEQUENCE, &rdns);
    return subtrees * (1 + elements_of(rdns) + elements_of(names));
}
