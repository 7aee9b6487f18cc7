#include "name.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/platform_util.h>

#include "error.h"
#include "text.h"

/* ------------------------------------------------------------------ attribute types */

typedef struct attribute_type {
    const char *short_name; /* as RFC 4514 and OpenSSL print it */
    const char *long_name;
    const char *oid; /* encoded content */
    uint8_t tag;     /* string type for writing; 0 = no string: the encoding must be given */
    uint16_t limit; /* upper bound in characters (RFC 5280 appendix A.1, X.520 annex C); 0 = none */
    uint8_t exact;  /* exact number of characters; 0 = any */
} attribute_type;

#define X520(n) "\x55\x04" n
#define UTF8 CM_TAG_UTF8_STRING
#define PRINTABLE CM_TAG_PRINTABLE_STRING
#define IA5 CM_TAG_IA5_STRING

static const attribute_type types[] = {
    {"CN", "commonName", X520("\x03"), UTF8, 64, 0},
    {"C", "countryName", X520("\x06"), PRINTABLE, 0, 2},
    {"ST", "stateOrProvinceName", X520("\x08"), UTF8, 128, 0},
    {"L", "localityName", X520("\x07"), UTF8, 128, 0},
    {"O", "organizationName", X520("\x0a"), UTF8, 64, 0},
    {"OU", "organizationalUnitName", X520("\x0b"), UTF8, 64, 0},
    {"emailAddress", "emailAddress", "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01", IA5, 255, 0},
    {"DC", "domainComponent", "\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19", IA5, 63, 0},
    {"UID", "userId", "\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01", UTF8, 256, 0},
    {"serialNumber", "serialNumber", X520("\x05"), PRINTABLE, 64, 0},
    {"SN", "surname", X520("\x04"), UTF8, 32768 - 1, 0},
    {"GN", "givenName", X520("\x2a"), UTF8, 32768 - 1, 0},
    {"street", "streetAddress", X520("\x09"), UTF8, 128, 0},
    {"title", "title", X520("\x0c"), UTF8, 64, 0},
    {"description", "description", X520("\x0d"), UTF8, 1024, 0},
    {"businessCategory", "businessCategory", X520("\x0f"), UTF8, 128, 0},
    {"postalCode", "postalCode", X520("\x11"), UTF8, 40, 0},
    {"postOfficeBox", "postOfficeBox", X520("\x12"), UTF8, 40, 0},
    {"physicalDeliveryOfficeName", "physicalDeliveryOfficeName", X520("\x13"), UTF8, 128, 0},
    {"telephoneNumber", "telephoneNumber", X520("\x14"), PRINTABLE, 32, 0},
    {"internationaliSDNNumber", "internationaliSDNNumber", X520("\x19"), CM_TAG_NUMERIC_STRING, 16,
     0},
    {"destinationIndicator", "destinationIndicator", X520("\x1b"), PRINTABLE, 128, 0},
    {"knowledgeInformation", "knowledgeInformation", X520("\x02"), UTF8, 0, 0},
    {"name", "name", X520("\x29"), UTF8, 32768 - 1, 0},
    {"initials", "initials", X520("\x2b"), UTF8, 32768 - 1, 0},
    {"generationQualifier", "generationQualifier", X520("\x2c"), UTF8, 32768 - 1, 0},
    {"dnQualifier", "dnQualifier", X520("\x2e"), PRINTABLE, 0, 0},
    {"houseIdentifier", "houseIdentifier", X520("\x33"), UTF8, 0, 0},
    {"dmdName", "dmdName", X520("\x36"), UTF8, 0, 0},
    {"pseudonym", "pseudonym", X520("\x41"), UTF8, 128, 0},
    {"role", "role", X520("\x48"), UTF8, 0, 0},
    {"organizationIdentifier", "organizationIdentifier", X520("\x61"), UTF8, 0, 0},
    {"c3", "countryCode3c", X520("\x62"), PRINTABLE, 0, 3},
    {"n3", "countryCode3n", X520("\x63"), CM_TAG_NUMERIC_STRING, 3, 0},
    {"x121Address", "x121Address", X520("\x18"), CM_TAG_NUMERIC_STRING, 15, 0},
    {"dnsName", "dnsName", X520("\x64"), UTF8, 0, 0},
    {"uri", "uri", X520("\x53"), UTF8, 0, 0},
    {"urn", "urn", X520("\x56"), UTF8, 0, 0},
    {"url", "url", X520("\x57"), UTF8, 0, 0},
    {"postalAddress", "postalAddress", X520("\x10"), 0, 0, 0},
    {"registeredAddress", "registeredAddress", X520("\x1a"), 0, 0, 0},
    {"telexNumber", "telexNumber", X520("\x15"), 0, 0, 0},
    {"teletexTerminalIdentifier", "teletexTerminalIdentifier", X520("\x16"), 0, 0, 0},
    {"facsimileTelephoneNumber", "facsimileTelephoneNumber", X520("\x17"), 0, 0, 0},
    {"preferredDeliveryMethod", "preferredDeliveryMethod", X520("\x1c"), 0, 0, 0},
    {"presentationAddress", "presentationAddress", X520("\x1d"), 0, 0, 0},
    {"supportedApplicationContext", "supportedApplicationContext", X520("\x1e"), 0, 0, 0},
    {"protocolInformation", "protocolInformation", X520("\x30"), 0, 0, 0},
    {"searchGuide", "searchGuide", X520("\x0e"), 0, 0, 0},
    {"enhancedSearchGuide", "enhancedSearchGuide", X520("\x2f"), 0, 0, 0},
    {"member", "member", X520("\x1f"), 0, 0, 0},
    {"owner", "owner", X520("\x20"), 0, 0, 0},
    {"roleOccupant", "roleOccupant", X520("\x21"), 0, 0, 0},
    {"seeAlso", "seeAlso", X520("\x22"), 0, 0, 0},
    {"distinguishedName", "distinguishedName", X520("\x31"), 0, 0, 0},
    {"uniqueMember", "uniqueMember", X520("\x32"), 0, 0, 0},
    {"x500UniqueIdentifier", "x500UniqueIdentifier", X520("\x2d"), 0, 0, 0},
    {"unstructuredName", "unstructuredName", "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x02", UTF8, 255, 0},
    {"unstructuredAddress", "unstructuredAddress", "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x08", UTF8,
     255, 0},
    /* CA/Browser Forum EV guidelines, OIDs of Microsoft's arc */
    {"jurisdictionL", "jurisdictionLocalityName", "\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x01",
     UTF8, 128, 0},
    {"jurisdictionST", "jurisdictionStateOrProvinceName",
     "\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x02", UTF8, 128, 0},
    {"jurisdictionC", "jurisdictionCountryName", "\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x03",
     PRINTABLE, 0, 2},
};

/* Other names people use for the same types. */
static const struct {
    const char *alias, *short_name;
} aliases[] = {
    {"E", "emailAddress"},
    {"email", "emailAddress"},
    {"S", "ST"},
    {"state", "ST"},
    {"SP", "ST"},
    {"country", "C"},
    {"locality", "L"},
    {"organization", "O"},
    {"STREET", "street"},
    {"T", "title"},
    {"surName", "SN"},
    {"G", "GN"},
    {"GIVENNAME", "GN"},
    {"SURNAME", "SN"},
    {"userid", "UID"},
    {"PC", "postalCode"},
    {"phone", "telephoneNumber"},
};

enum {
    TYPE_COUNT = sizeof types / sizeof types[0],
    ALIAS_COUNT = sizeof aliases / sizeof aliases[0]
};

static const attribute_type *type_by_name(cm_text name)
{
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        if (cm_text_is_nocase(name, types[i].short_name) ||
            cm_text_is_nocase(name, types[i].long_name)) {
            return &types[i];
        }
    }
    for (size_t i = 0; i < ALIAS_COUNT; i++) {
        if (cm_text_is_nocase(name, aliases[i].alias)) {
            return type_by_name(cm_text_of(aliases[i].short_name));
        }
    }
    return NULL;
}

static const attribute_type *type_by_oid(cm_view oid)
{
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        if (strlen(types[i].oid) == oid.size && memcmp(types[i].oid, oid.data, oid.size) == 0) {
            return &types[i];
        }
    }
    return NULL;
}

/* ------------------------------------------------------------------ writing */

static bool is_printable(cm_text value)
{
    for (size_t i = 0; i < value.size; i++) {
        char c = value.data[i];
        if (!cm_is_alpha(c) && !cm_is_digit(c) &&
            (c == '\0' || strchr(" '()+,-./:=?", c) == NULL)) {
            return false;
        }
    }
    return true;
}

static bool is_ascii(cm_text value)
{
    for (size_t i = 0; i < value.size; i++) {
        if ((unsigned char)value.data[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

static bool is_numeric(cm_text value)
{
    for (size_t i = 0; i < value.size; i++) {
        if (!cm_is_digit(value.data[i]) && value.data[i] != ' ') {
            return false;
        }
    }
    return true;
}

/* `name` is how the caller wrote the type, for the message. */
static cm_status check_value(const attribute_type *type, cm_text name, cm_text value, cm_error *err)
{
    long characters = cm_utf8_length(value);
    if (value.size == 0) {
        return cm_fail(err, CM_ERR_INVALID, "%t is empty; leave the attribute out instead", &name);
    }
    if (memchr(value.data, '\0', value.size) != NULL) {
        return cm_fail(err, CM_ERR_INVALID, "%t contains a NUL character, which names may not",
                       &name);
    }
    if (characters < 0) {
        return cm_fail(err, CM_ERR_INVALID, "the value of %t is not well-formed UTF-8", &name);
    }
    if (type == NULL) {
        return CM_OK;
    }
    if (type->tag == 0) {
        return cm_fail(err, CM_ERR_INVALID,
                       "%t is no string: give the encoding of its value, %t=#... in hexadecimal",
                       &name, &name);
    }
    if (type->exact != 0 && (characters != type->exact || !is_printable(value))) {
        return cm_fail(err, CM_ERR_INVALID,
                       type->exact == 2 ? "%t = %t: a country is a code of two letters (ISO 3166), "
                                          "like US or DE"
                                        : "%t = %t: a country is a code of three letters here",
                       &name, &value);
    }
    if (type->exact != 0) {
        for (size_t i = 0; i < value.size; i++) {
            if (!cm_is_alpha(value.data[i])) {
                return cm_fail(err, CM_ERR_INVALID, "%t = %t: a country code has letters only",
                               &name, &value);
            }
        }
    }
    if (type->limit != 0 && characters > type->limit) {
        return cm_fail(err, CM_ERR_INVALID, "%t = %t has %d characters; RFC 5280 allows at most %d",
                       &name, &value, (int)characters, (int)type->limit);
    }
    if (type->tag == PRINTABLE && !is_printable(value)) {
        return cm_fail(err, CM_ERR_INVALID,
                       "%t = %t: only letters, digits, space and ' ( ) + , - . / : = ? are allowed "
                       "(PrintableString)",
                       &name, &value);
    }
    if (type->tag == IA5 && !is_ascii(value)) {
        return cm_fail(err, CM_ERR_INVALID, "%t = %t: only ASCII is allowed (IA5String)", &name,
                       &value);
    }
    if (type->tag == CM_TAG_NUMERIC_STRING && !is_numeric(value)) {
        return cm_fail(err, CM_ERR_INVALID, "%t = %t: only digits and spaces are allowed", &name,
                       &value);
    }
    return CM_OK;
}

/* Writes one AttributeTypeAndValue. `encoded` means that value is a whole DER element. */
static cm_status write_attribute(cm_der *out, cm_text name, cm_text value, bool encoded,
                                 cm_error *err)
{
    uint8_t oid[CM_OID_MAX];
    size_t oid_size;
    const attribute_type *type = type_by_name(name);
    if (type != NULL) {
        oid_size = strlen(type->oid);
        memcpy(oid, type->oid, oid_size);
    } else {
        cm_text dotted = name;
        if (name.size > 4 && cm_text_is_nocase((cm_text){name.data, 4}, "OID.")) {
            dotted = (cm_text){name.data + 4, name.size - 4};
        }
        if (!cm_oid_encode(dotted, oid, &oid_size)) {
            return cm_fail(err, CM_ERR_INVALID,
                           "%t is neither a known attribute (CN, O, OU, C, ...) nor an OID", &name);
        }
        type = type_by_oid((cm_view){oid, oid_size});
    }
    size_t mark = cm_der_begin(out, CM_TAG_SEQUENCE);
    cm_der_element(out, CM_TAG_OID, oid, oid_size);
    if (encoded) {
        cm_view rest = {(const uint8_t *)value.data, value.size}, content;
        uint8_t tag;
        if (!cm_der_take_any(&rest, &tag, &content, NULL) || rest.size != 0) {
            return cm_fail(err, CM_ERR_INVALID, "the #value of %t is not one DER element", &name);
        }
        cm_der_raw(out, (cm_view){(const uint8_t *)value.data, value.size});
    } else {
        cm_status status = check_value(type, name, value, err);
        if (status != CM_OK) {
            return status;
        }
        cm_der_text(out, type != NULL ? type->tag : UTF8, value);
    }
    cm_der_end(out, mark);
    return CM_OK;
}

/* X.690 §11.6: the elements of a SET OF stand in ascending order of their encodings. */
static int compare_encodings(cm_view a, cm_view b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = memcmp(a.data, b.data, common);
    return order != 0 ? order : a.size < b.size ? -1 : a.size > b.size;
}

/* Attributes in one relative distinguished name, and in a whole name. */
enum { RDN_LIMIT = 16, NAME_LIMIT = 1000 };

/* Closes a SET that holds `count` attributes, sorting them. */
static cm_status end_rdn(cm_der *out, size_t mark, size_t count, cm_error *err)
{
    if (count > 1 && out->status == CM_OK) {
        cm_view parts[RDN_LIMIT], rest = {out->data + mark, out->size - mark};
        uint8_t *copy = malloc(rest.size), tag;
        cm_view content;
        if (copy == NULL) {
            return cm_fail_memory(err);
        }
        memcpy(copy, rest.data, rest.size);
        rest.data = copy;
        for (size_t i = 0; i < count; i++) {
            cm_view part;
            if (!cm_der_take_any(&rest, &tag, &content, &part)) {
                free(copy);
                return cm_fail_internal(err, "end_rdn");
            }
            size_t at = i;
            for (; at > 0 && compare_encodings(parts[at - 1], part) > 0; at--) {
                parts[at] = parts[at - 1];
            }
            parts[at] = part;
        }
        out->size = mark;
        for (size_t i = 0; i < count; i++) {
            cm_der_raw(out, parts[i]);
        }
        free(copy);
    }
    cm_der_end(out, mark);
    return CM_OK;
}

/* The RDN being written: attributes join it or start the next. */
typedef struct rdn {
    size_t mark, count;
    size_t all; /* attributes of the whole name so far */
} rdn;

static cm_status add_attribute(cm_der *out, rdn *current, bool join, cm_text name, cm_text value,
                               bool encoded, cm_error *err)
{
    if (current->count > 0 && !join) {
        cm_status status = end_rdn(out, current->mark, current->count, err);
        if (status != CM_OK) {
            return status;
        }
        current->count = 0;
    }
    if (current->count == 0) {
        current->mark = cm_der_begin(out, CM_TAG_SET);
    }
    if (current->count == RDN_LIMIT) {
        return cm_fail(err, CM_ERR_LIMIT, "more than %d attributes joined by \"+\"", RDN_LIMIT);
    }
    if (current->all == NAME_LIMIT) {
        return cm_fail(err, CM_ERR_LIMIT, "more than %d attributes", NAME_LIMIT);
    }
    current->count++;
    current->all++;
    return write_attribute(out, name, value, encoded, err);
}

static cm_status write_attributes(const cm_name *name, cm_der *out, cm_error *err)
{
    rdn current = {0, 0, 0};
    for (size_t i = 0; i < name->attribute_count; i++) {
        const cm_attribute *a = &name->attributes[i];
        cm_status status = add_attribute(out, &current, a->same_rdn, a->type, a->value, false, err);
        if (status != CM_OK) {
            return cm_fail_in(err, status, "[%d]", (int)i);
        }
    }
    return current.count > 0 ? end_rdn(out, current.mark, current.count, err) : CM_OK;
}

/* ------------------------------------------------------------------ parsing text */

/* A cursor over the text; `value` collects one unescaped value. */
typedef struct parser {
    const char *at, *end;
    bool slashes; /* OpenSSL's form: "/" separates, and only "\" escapes */
    char *value;
    size_t value_size;
} parser;

static bool is_separator(const parser *p, char c)
{
    return c == '+' || (p->slashes ? c == '/' : c == ',' || c == ';');
}

static void skip_spaces(parser *p)
{
    while (p->at < p->end && *p->at == ' ') {
        p->at++;
    }
}

static cm_text parse_type(parser *p)
{
    skip_spaces(p);
    const char *start = p->at;
    while (p->at < p->end && *p->at != '=' && !is_separator(p, *p->at)) {
        p->at++;
    }
    const char *end = p->at;
    while (end > start && end[-1] == ' ') {
        end--;
    }
    return (cm_text){start, (size_t)(end - start)};
}

/* After a backslash: two hexadecimal digits (RFC 4514 §2.4) or the character itself. */
static bool parse_escape(parser *p)
{
    if (p->at == p->end) {
        return false;
    }
    if (!p->slashes && p->end - p->at >= 2 && cm_hex_value(p->at[0]) >= 0 &&
        cm_hex_value(p->at[1]) >= 0) {
        p->value[p->value_size++] = (char)(cm_hex_value(p->at[0]) << 4 | cm_hex_value(p->at[1]));
        p->at += 2;
        return true;
    }
    p->value[p->value_size++] = *p->at++;
    return true;
}

static cm_status parse_hex_value(parser *p, cm_error *err)
{
    p->at++; /* the '#' */
    while (p->at < p->end && *p->at != ' ' && !is_separator(p, *p->at)) {
        if (p->end - p->at < 2 || cm_hex_value(p->at[0]) < 0 || cm_hex_value(p->at[1]) < 0) {
            return cm_fail(err, CM_ERR_INVALID, "after \"#\" come pairs of hexadecimal digits");
        }
        p->value[p->value_size++] = (char)(cm_hex_value(p->at[0]) << 4 | cm_hex_value(p->at[1]));
        p->at += 2;
    }
    skip_spaces(p);
    return CM_OK;
}

static cm_status parse_quoted_value(parser *p, cm_error *err)
{
    p->at++;
    while (p->at < p->end && *p->at != '"') {
        if (*p->at != '\\') {
            p->value[p->value_size++] = *p->at++;
        } else if (p->at++, !parse_escape(p)) {
            break;
        }
    }
    if (p->at == p->end) {
        return cm_fail(err, CM_ERR_INVALID, "a quote is opened and not closed");
    }
    p->at++;
    skip_spaces(p);
    return CM_OK;
}

static cm_status parse_plain_value(parser *p, cm_error *err)
{
    size_t keep = 0; /* unescaped spaces at the end do not count */
    while (p->at < p->end && !is_separator(p, *p->at)) {
        char c = *p->at++;
        if (c == '\\') {
            if (!parse_escape(p)) {
                return cm_fail(err, CM_ERR_INVALID, "a backslash at the end escapes nothing");
            }
            keep = p->value_size;
            continue;
        }
        if (!p->slashes && (c == '"' || c == '<' || c == '>')) {
            cm_text shown = {p->at - 1, 1};
            return cm_fail(err, CM_ERR_INVALID,
                           "%t in a value must be escaped with a backslash (RFC 4514)", &shown);
        }
        p->value[p->value_size++] = c;
        keep = c == ' ' ? keep : p->value_size;
    }
    p->value_size = keep;
    return CM_OK;
}

static cm_status parse_value(parser *p, bool *encoded, cm_error *err)
{
    p->value_size = 0;
    skip_spaces(p);
    *encoded = p->at < p->end && *p->at == '#' && !p->slashes;
    if (*encoded) {
        return parse_hex_value(p, err);
    }
    if (p->at < p->end && *p->at == '"' && !p->slashes) {
        return parse_quoted_value(p, err);
    }
    return parse_plain_value(p, err);
}

static cm_status parse_parts(parser *p, cm_der *out, cm_error *err)
{
    rdn current = {0, 0, 0};
    bool join = false, more = true;
    while (more) {
        bool encoded;
        cm_text type = parse_type(p);
        if (p->at == p->end || *p->at != '=' || type.size == 0) {
            return cm_fail(err, CM_ERR_INVALID,
                           "%t: expected TYPE=value, like \"C=US,O=Example,CN=example.com\"",
                           &type);
        }
        p->at++;
        cm_status status = parse_value(p, &encoded, err);
        if (status != CM_OK) {
            return status;
        }
        if (p->at < p->end && !is_separator(p, *p->at)) {
            return cm_fail(err, CM_ERR_INVALID, "unexpected text after the value of %t", &type);
        }
        status = add_attribute(out, &current, join, type, (cm_text){p->value, p->value_size},
                               encoded, err);
        if (status != CM_OK) {
            return status;
        }
        more = p->at < p->end;
        join = more && *p->at == '+';
        p->at += more;
        if (more && p->slashes && p->at == p->end) {
            more = false; /* OpenSSL's form may end in a slash */
        }
    }
    return end_rdn(out, current.mark, current.count, err);
}

static cm_status write_text(cm_text text, cm_der *out, cm_error *err)
{
    parser p = {text.data, text.data + text.size, false, NULL, 0};
    skip_spaces(&p);
    if (p.at == p.end) {
        return CM_OK;
    }
    if (*p.at == '/') {
        p.slashes = true;
        p.at++;
        if (p.at == p.end) {
            return CM_OK; /* "/" is OpenSSL's empty name */
        }
    }
    p.value = malloc(text.size + 1);
    if (p.value == NULL) {
        return cm_fail_memory(err);
    }
    cm_status status = parse_parts(&p, out, err);
    free(p.value);
    return status;
}

cm_status cm_name_write(const cm_name *name, cm_der *out, cm_error *err)
{
    if (name->der.size > 0) {
        cm_view rest = name->der, content;
        if (!cm_der_take(&rest, CM_TAG_SEQUENCE, &content) || rest.size != 0) {
            return cm_fail(err, CM_ERR_MALFORMED, "the encoded name is not a DER SEQUENCE");
        }
        cm_der_raw(out, name->der);
        return CM_OK;
    }
    size_t mark = cm_der_begin(out, CM_TAG_SEQUENCE);
    cm_status status = CM_OK;
    if (name->attribute_count > 0) {
        status = write_attributes(name, out, err);
    } else if (name->text.size > 0) {
        status = write_text(name->text, out, err);
    }
    cm_der_end(out, mark);
    return status;
}

/* ------------------------------------------------------------------ reading */

static bool append_code_point(cm_der *out, uint32_t c)
{
    char utf8[4];
    if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) {
        return false;
    }
    cm_der_raw(out, (cm_view){(const uint8_t *)utf8, cm_utf8_put(c, utf8)});
    return true;
}

bool cm_string_decode(uint8_t tag, cm_view content, cm_der *out)
{
    cm_text text = {(const char *)content.data, content.size};
    switch (tag) {
    case CM_TAG_UTF8_STRING:
        cm_der_raw(out, content);
        return cm_utf8_length(text) >= 0;
    case CM_TAG_PRINTABLE_STRING:
    case CM_TAG_IA5_STRING:
    case CM_TAG_VISIBLE_STRING:
    case CM_TAG_NUMERIC_STRING:
        cm_der_raw(out, content);
        return is_ascii(text);
    case CM_TAG_T61_STRING: /* in practice Latin-1 */
        for (size_t i = 0; i < content.size; i++) {
            append_code_point(out, content.data[i]);
        }
        return true;
    case CM_TAG_BMP_STRING: { /* UTF-16, surrogate pairs read as people write them */
        for (size_t i = 0; i + 1 < content.size; i += 2) {
            uint32_t c = (uint32_t)content.data[i] << 8 | content.data[i + 1];
            if (c >= 0xd800 && c < 0xdc00 && i + 3 < content.size) {
                uint32_t low = (uint32_t)content.data[i + 2] << 8 | content.data[i + 3];
                c = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00)
                                                  : c;
                i += c >= 0x10000 ? 2 : 0;
            }
            if (!append_code_point(out, c)) {
                return false;
            }
        }
        return content.size % 2 == 0;
    }
    case CM_TAG_UNIVERSAL_STRING:
        for (size_t i = 0; i + 3 < content.size; i += 4) {
            uint32_t c = (uint32_t)content.data[i] << 24 | (uint32_t)content.data[i + 1] << 16 |
                         (uint32_t)content.data[i + 2] << 8 | content.data[i + 3];
            if (!append_code_point(out, c)) {
                return false;
            }
        }
        return content.size % 4 == 0;
    default:
        return false;
    }
}

static void put_text(cm_der *out, const char *text)
{
    cm_der_raw(out, (cm_view){(const uint8_t *)text, strlen(text)});
}

/* RFC 4514 §2.4. */
static void put_escaped(cm_der *out, cm_view value)
{
    for (size_t i = 0; i < value.size; i++) {
        char c = (char)value.data[i];
        bool first = i == 0, last = i + 1 == value.size;
        if (c == '\0' || c == '\n' || c == '\r' || c == '\t' || (c > 0 && c < 0x20) || c == 0x7f) {
            char hex[3] = {'\\', 0, 0};
            cm_hex(&value.data[i], 1, hex + 1);
            cm_der_raw(out, (cm_view){(const uint8_t *)hex, 3});
            continue;
        }
        if (strchr("\"+,;<>\\", c) != NULL || (first && (c == '#' || c == ' ')) ||
            (last && c == ' ')) {
            put_text(out, "\\");
        }
        cm_der_raw(out, (cm_view){&value.data[i], 1});
    }
}

static void put_hex_value(cm_der *out, cm_view element)
{
    put_text(out, "#");
    for (size_t i = 0; i < element.size; i++) {
        char hex[2];
        cm_hex(&element.data[i], 1, hex);
        cm_der_raw(out, (cm_view){(const uint8_t *)hex, 2});
    }
}

static bool put_attribute(cm_der *out, cm_view content)
{
    cm_view oid, value, element;
    uint8_t tag;
    if (!cm_der_take(&content, CM_TAG_OID, &oid) ||
        !cm_der_take_any(&content, &tag, &value, &element) || content.size != 0) {
        return false;
    }
    const attribute_type *type = type_by_oid(oid);
    if (type != NULL) {
        put_text(out, type->short_name);
    } else {
        char dotted[CM_OID_TEXT_SIZE];
        cm_oid_text(oid, dotted);
        put_text(out, dotted);
    }
    put_text(out, "=");
    cm_der decoded = {NULL, 0, 0, CM_OK};
    if (type != NULL && cm_string_decode(tag, value, &decoded) && decoded.status == CM_OK) {
        put_escaped(out, cm_der_view(&decoded));
    } else {
        put_hex_value(out, element);
    }
    cm_der_free(&decoded);
    return true;
}

const char *cm_name_attribute(cm_view oid)
{
    const attribute_type *type = type_by_oid(oid);
    return type == NULL ? NULL : type->short_name;
}

/* RelativeDistinguishedName: the content of its SET. */
static bool put_rdn(cm_der *out, cm_view set)
{
    cm_view attribute;
    bool fine = set.size > 0;
    for (const char *join = ""; fine && set.size > 0; join = "+") {
        put_text(out, join);
        fine = cm_der_take(&set, CM_TAG_SEQUENCE, &attribute) && put_attribute(out, attribute);
    }
    return fine;
}

static bool put_name(cm_der *out, cm_view der)
{
    cm_view rdns, set;
    if (!cm_der_take(&der, CM_TAG_SEQUENCE, &rdns) || der.size != 0) {
        return false;
    }
    for (const char *join = ""; rdns.size > 0; join = ",") {
        put_text(out, join);
        if (!cm_der_take(&rdns, CM_TAG_SET, &set) || !put_rdn(out, set)) {
            return false;
        }
    }
    return true;
}

static cm_status put_name_reversed(cm_der *out, cm_view der)
{
    cm_view sets[CM_RDN_LIMIT], rdns;
    size_t count = 0;
    if (!cm_der_take(&der, CM_TAG_SEQUENCE, &rdns) || der.size != 0) {
        return CM_ERR_MALFORMED;
    }
    for (; rdns.size > 0; count++) {
        if (count == CM_RDN_LIMIT) {
            return CM_ERR_LIMIT;
        }
        if (!cm_der_take(&rdns, CM_TAG_SET, &sets[count])) {
            return CM_ERR_MALFORMED;
        }
    }
    for (const char *join = ""; count > 0; join = ",") {
        put_text(out, join);
        if (!put_rdn(out, sets[--count])) {
            return CM_ERR_MALFORMED;
        }
    }
    return CM_OK;
}

cm_status cm_name_text_ordered(cm_view der, bool reversed, cm_bytes *text, cm_error *err)
{
    cm_der out = {NULL, 0, 0, CM_OK};
    *text = (cm_bytes){NULL, 0};
    cm_status status = reversed              ? put_name_reversed(&out, der)
                       : put_name(&out, der) ? CM_OK
                                             : CM_ERR_MALFORMED;
    if (status != CM_OK) {
        cm_der_free(&out);
        return cm_fail(err, status,
                       status == CM_ERR_LIMIT ? "the distinguished name has too many parts"
                                              : "the distinguished name is damaged");
    }
    cm_der_raw(&out, (cm_view){(const uint8_t *)"", 1});
    status = cm_der_finish(&out, text, err);
    if (status == CM_OK) {
        text->size--;
    }
    return status;
}

cm_status cm_name_text(cm_view der, cm_bytes *text, cm_error *err)
{
    return cm_name_text_ordered(der, false, text, err);
}

bool cm_name_is_empty(cm_view der)
{
    return der.size == 2 && der.data[0] == CM_TAG_SEQUENCE && der.data[1] == 0;
}

/* RFC 4518 §2.6.1 in short: ASCII case folded, spaces at the ends dropped, runs inside made one. */
static void fold(cm_der *text)
{
    size_t size = 0;
    bool space = true;
    for (size_t i = 0; i < text->size; i++) {
        char c = (char)text->data[i];
        if (c != ' ' || !space) {
            text->data[size++] = (uint8_t)cm_lower(c);
        }
        space = c == ' ';
    }
    text->size = size > 0 && space ? size - 1 : size;
}

static bool values_equal(cm_view a, cm_view b)
{
    cm_view a_rest = a, b_rest = b, a_content, b_content;
    uint8_t a_tag, b_tag;
    if (cm_view_equal(a, b)) {
        return true;
    }
    if (!cm_der_take_any(&a_rest, &a_tag, &a_content, NULL) ||
        !cm_der_take_any(&b_rest, &b_tag, &b_content, NULL)) {
        return false;
    }
    cm_der a_text = {NULL, 0, 0, CM_OK}, b_text = {NULL, 0, 0, CM_OK};
    bool equal = cm_string_decode(a_tag, a_content, &a_text) &&
                 cm_string_decode(b_tag, b_content, &b_text) && a_text.status == CM_OK &&
                 b_text.status == CM_OK;
    if (equal) {
        fold(&a_text);
        fold(&b_text);
        equal = cm_view_equal(cm_der_view(&a_text), cm_der_view(&b_text));
    }
    cm_der_free(&a_text);
    cm_der_free(&b_text);
    return equal;
}

static bool attribute_in(cm_view oid, cm_view value, cm_view set)
{
    cm_view attribute, other;
    while (cm_der_take(&set, CM_TAG_SEQUENCE, &attribute)) {
        if (cm_der_take(&attribute, CM_TAG_OID, &other) && cm_view_equal(oid, other) &&
            values_equal(value, attribute)) {
            return true;
        }
    }
    return false;
}

/* Every attribute of a stands in b. */
static bool set_within(cm_view a, cm_view b, size_t *count)
{
    cm_view attribute, oid;
    *count = 0;
    while (a.size > 0) {
        if (!cm_der_take(&a, CM_TAG_SEQUENCE, &attribute) ||
            !cm_der_take(&attribute, CM_TAG_OID, &oid) || !attribute_in(oid, attribute, b)) {
            return false;
        }
        ++*count;
    }
    return true;
}

static bool rdn_equal(cm_view a, cm_view b)
{
    size_t a_count, b_count;
    return cm_view_equal(a, b) ||
           (set_within(a, b, &a_count) && set_within(b, a, &b_count) && a_count == b_count);
}

/* Takes the RDNs of `prefix` off `name`; false when they differ. */
static bool strip_prefix(cm_view *name, cm_view prefix)
{
    cm_view name_rdns, prefix_rdns, a, b;
    if (!cm_der_take(name, CM_TAG_SEQUENCE, &name_rdns) ||
        !cm_der_take(&prefix, CM_TAG_SEQUENCE, &prefix_rdns)) {
        return false;
    }
    while (prefix_rdns.size > 0) {
        if (!cm_der_take(&prefix_rdns, CM_TAG_SET, &a) ||
            !cm_der_take(&name_rdns, CM_TAG_SET, &b) || !rdn_equal(a, b)) {
            return false;
        }
    }
    *name = name_rdns;
    return true;
}

bool cm_name_has_prefix(cm_view name, cm_view prefix)
{
    return strip_prefix(&name, prefix);
}

bool cm_name_equal(cm_view a, cm_view b)
{
    return cm_view_equal(a, b) || (strip_prefix(&a, b) && a.size == 0);
}

static uint32_t hash_bytes(uint32_t hash, cm_view bytes) /* FNV-1a */
{
    for (size_t i = 0; i < bytes.size; i++) {
        hash = (hash ^ bytes.data[i]) * 16777619u;
    }
    return hash;
}

static uint32_t hash_attribute(cm_view oid, cm_view value)
{
    cm_view rest = value, content;
    cm_der text = {NULL, 0, 0, CM_OK};
    uint32_t hash = hash_bytes(2166136261u, oid);
    uint8_t tag;
    if (cm_der_take_any(&rest, &tag, &content, NULL) && cm_string_decode(tag, content, &text) &&
        text.status == CM_OK) {
        fold(&text);
        hash = hash_bytes(hash, cm_der_view(&text));
    } else {
        hash = hash_bytes(hash, value);
    }
    cm_der_free(&text);
    return hash;
}

uint32_t cm_name_hash(cm_view der)
{
    cm_view rdns, set, attribute, oid;
    uint32_t hash = 0;
    if (cm_der_take(&der, CM_TAG_SEQUENCE, &rdns)) {
        while (cm_der_take(&rdns, CM_TAG_SET, &set)) {
            uint32_t rdn = 0; /* a sum: the order within a SET does not count */
            while (cm_der_take(&set, CM_TAG_SEQUENCE, &attribute) &&
                   cm_der_take(&attribute, CM_TAG_OID, &oid)) {
                rdn += hash_attribute(oid, attribute);
            }
            hash = hash * 31 + rdn;
        }
    }
    return hash;
}

cm_text cm_name_common_name(cm_view der)
{
    cm_view rdns, set, attribute, oid, value;
    uint8_t tag;
    if (cm_der_take(&der, CM_TAG_SEQUENCE, &rdns)) {
        while (cm_der_take(&rdns, CM_TAG_SET, &set)) {
            while (cm_der_take(&set, CM_TAG_SEQUENCE, &attribute)) {
                if (cm_der_take(&attribute, CM_TAG_OID, &oid) && oid.size == 3 &&
                    memcmp(oid.data, X520("\x03"), 3) == 0 &&
                    cm_der_take_any(&attribute, &tag, &value, NULL) &&
                    (tag == UTF8 || tag == PRINTABLE || tag == IA5)) {
                    return (cm_text){(const char *)value.data, value.size};
                }
            }
        }
    }
    return (cm_text){NULL, 0};
}
