#include "shape.h"

#include <string.h>

#include <mbedtls/base64.h>

#include "crl.h"
#include "error.h"
#include "general_name.h"
#include "name.h"
#include "oid.h"
#include "text.h"

/* ------------------------------------------------------------------ reading by shapes */

cm_json_mark cm_json_here(const cm_json *j)
{
    return (cm_json_mark){j->out.size, j->comma};
}

void cm_json_back(cm_json *j, cm_json_mark mark)
{
    j->out.size = mark.size;
    j->comma = mark.comma;
}

/* Takes the element a shape expects and writes its value. */
static bool put_element(cm_json *j, const cm_shape *shape, cm_view *in)
{
    cm_element e;
    return (shape->tag == CM_TAG_ANY || cm_der_peek(*in) == shape->tag) &&
           cm_der_take_any(in, &e.tag, &e.content, &e.whole) && shape->put(j, shape, &e);
}

bool cm_shape_write(cm_json *j, const cm_shape *shape, cm_view der)
{
    cm_json_mark mark = cm_json_here(j);
    if (put_element(j, shape, &der) && der.size == 0) {
        return true;
    }
    cm_json_back(j, mark);
    return false;
}

bool cm_shape_put_members(cm_json *j, const cm_shape *members, cm_view content)
{
    for (; members->put != NULL; members++) {
        bool there = content.size > 0 &&
                     (members->tag == CM_TAG_ANY || cm_der_peek(content) == members->tag);
        if (!there && members->presence == CM_REQUIRED) {
            return false;
        }
        if (there || members->presence == CM_DEFAULT_FALSE) {
            cm_json_key(j, members->key);
        }
        if (there && !put_element(j, members, &content)) {
            return false;
        }
        if (!there && members->presence == CM_DEFAULT_FALSE) {
            cm_json_boolean(j, false);
        }
    }
    return content.size == 0;
}

bool cm_put_object(cm_json *j, const cm_shape *s, const cm_element *e)
{
    cm_json_open(j, '{');
    bool fine = cm_shape_put_members(j, s->detail, e->content);
    cm_json_close(j, '}');
    return fine;
}

static bool put_list(cm_json *j, const cm_shape *each, cm_view content)
{
    cm_json_open(j, '[');
    for (unsigned count = 0; content.size > 0; count++) {
        if (count == CM_LIST_LIMIT || !put_element(j, each, &content)) {
            return false;
        }
    }
    cm_json_close(j, ']');
    return true;
}

bool cm_put_list(cm_json *j, const cm_shape *s, const cm_element *e)
{
    return put_list(j, s->detail, e->content);
}

bool cm_put_inner(cm_json *j, const cm_shape *s, const cm_element *e)
{
    cm_view content = e->content;
    return put_element(j, s->detail, &content) && content.size == 0;
}

/* ------------------------------------------------------------------ values */

bool cm_put_hex(cm_json *j, const cm_shape *s, const cm_element *e)
{
    (void)s;
    cm_json_hex(j, e->content);
    return true;
}

bool cm_put_der(cm_json *j, const cm_shape *s, const cm_element *e)
{
    (void)s;
    cm_json_hex(j, e->whole);
    return true;
}

static void put_text(cm_der *out, const char *text)
{
    cm_der_raw(out, (cm_view){(const uint8_t *)text, strlen(text)});
}

static void json_der_text(cm_json *j, cm_der *text)
{
    cm_json_text(j, (cm_text){(const char *)text->data, text->size});
    if (text->status != CM_OK) {
        j->out.status = text->status;
    }
    cm_der_free(text);
}

void cm_json_number(cm_json *j, cm_view integer)
{
    cm_der text = {NULL, 0, 0, CM_OK};
    bool negative = integer.size > 0 && (integer.data[0] & 0x80) != 0;
    unsigned carry = 1;
    if (integer.size > 1 && integer.data[0] == 0) {
        integer = (cm_view){integer.data + 1, integer.size - 1};
    }
    put_text(&text, negative ? "-" : "");
    size_t start = text.size;
    for (size_t i = 0; i < integer.size; i++) {
        char hex[2];
        cm_hex(&integer.data[i], 1, hex);
        cm_der_raw(&text, (cm_view){(const uint8_t *)hex, 2});
    }
    if (negative && text.status == CM_OK) { /* two's complement, from the end */
        for (size_t i = integer.size; i-- > 0;) {
            carry += (uint8_t)~integer.data[i];
            uint8_t byte = (uint8_t)carry;
            cm_hex(&byte, 1, (char *)text.data + start + 2 * i);
            carry >>= 8;
        }
    }
    json_der_text(j, &text);
}

bool cm_put_number(cm_json *j, const cm_shape *s, const cm_element *e)
{
    (void)s;
    cm_json_number(j, e->content);
    return e->content.size > 0;
}

bool cm_put_small(cm_json *j, const cm_shape *s, const cm_element *e)
{
    unsigned value;
    (void)s;
    if (!cm_der_small_of(e->content, &value)) {
        return false;
    }
    cm_json_integer(j, value);
    return true;
}

bool cm_put_boolean(cm_json *j, const cm_shape *s, const cm_element *e)
{
    (void)s;
    cm_json_boolean(j, e->content.size == 1 && e->content.data[0] != 0);
    return e->content.size == 1;
}

bool cm_put_null(cm_json *j, const cm_shape *s, const cm_element *e)
{
    (void)s;
    cm_json_boolean(j, true);
    return e->content.size == 0;
}

void cm_json_dotted(cm_json *j, cm_view oid)
{
    char dotted[CM_OID_TEXT_SIZE];
    cm_oid_text(oid, dotted);
    cm_json_string(j, dotted);
}

void cm_json_oid(cm_json *j, cm_view oid)
{
    const char *name = cm_oid_name(oid);
    if (name != NULL) {
        cm_json_string(j, name);
    } else {
        cm_json_dotted(j, oid);
    }
}

void cm_json_put_oid(cm_json *j, const char *key, cm_view oid)
{
    cm_json_key(j, key);
    cm_json_oid(j, oid);
}

void cm_json_put_dotted(cm_json *j, const char *key, cm_view oid)
{
    cm_json_key(j, key);
    cm_json_dotted(j, oid);
}

bool cm_put_oid(cm_json *j, const cm_shape *s, const cm_element *e)
{
    (void)s;
    cm_json_oid(j, e->content);
    return e->content.size > 0;
}

bool cm_put_dotted(cm_json *j, const cm_shape *s, const cm_element *e)
{
    (void)s;
    cm_json_dotted(j, e->content);
    return e->content.size > 0;
}

bool cm_put_bits(cm_json *j, const cm_shape *s, const cm_element *e)
{
    const char *const *names = s->detail;
    unsigned bits;
    if (!cm_der_named_bits_of(e->content, &bits)) {
        return false;
    }
    cm_json_open(j, '[');
    for (unsigned i = 0; names[i] != NULL; i++) {
        if ((bits >> i & 1) != 0) {
            cm_json_string(j, names[i]);
        }
    }
    cm_json_close(j, ']');
    return true;
}

void cm_json_time(cm_json *j, int64_t time)
{
    char text[CM_TIME_TEXT_SIZE];
    cm_time_text(time, text);
    cm_json_string(j, text);
}

bool cm_put_time(cm_json *j, const cm_shape *s, const cm_element *e)
{
    cm_view in = e->whole;
    int64_t time;
    (void)s;
    if (!cm_der_take_time(&in, &time)) {
        return false;
    }
    cm_json_time(j, time);
    return true;
}

bool cm_put_string(cm_json *j, const cm_shape *s, const cm_element *e)
{
    cm_der text = {NULL, 0, 0, CM_OK};
    uint8_t tag = e->tag;
    (void)s;
    if ((tag & 0xc0) == 0x80) { /* implicitly tagged: what the structures at hand have there */
        tag = CM_TAG_UTF8_STRING;
    }
    bool fine = cm_string_decode(tag, e->content, &text);
    json_der_text(j, &text);
    return fine;
}

void cm_json_base64(cm_json *j, cm_view bytes)
{
    uint8_t text[3 * 16 / 3 * 4 + 1]; /* of 48 bytes at a time, which leave no rest */
    cm_der all = {NULL, 0, 0, CM_OK};
    for (size_t at = 0, size; at < bytes.size; at += 48) {
        size_t part = bytes.size - at < 48 ? bytes.size - at : 48;
        if (mbedtls_base64_encode(text, sizeof text, &size, bytes.data + at, part) == 0) {
            cm_der_raw(&all, (cm_view){text, size});
        }
    }
    json_der_text(j, &all);
}

/* ------------------------------------------------------------------ names */

/* The text of a value when it is any, else its DER. */
static void put_value(cm_json *j, const cm_element *e)
{
    cm_der text = {NULL, 0, 0, CM_OK};
    bool is_text = cm_string_decode(e->tag, e->content, &text);
    cm_json_key(j, is_text ? "value" : "der");
    if (is_text) {
        json_der_text(j, &text);
    } else {
        cm_der_free(&text);
        cm_json_hex(j, e->whole);
    }
}

static const char *string_type(uint8_t tag)
{
    static const char *const types[] = {
        [CM_TAG_UTF8_STRING] = "utf8",
        [CM_TAG_NUMERIC_STRING] = "numeric",
        [CM_TAG_PRINTABLE_STRING] = "printable",
        [CM_TAG_T61_STRING] = "t61",
        [CM_TAG_IA5_STRING] = "ia5",
        [CM_TAG_VISIBLE_STRING] = "visible",
        [CM_TAG_UNIVERSAL_STRING] = "universal",
        [CM_TAG_BMP_STRING] = "bmp",
    };
    return tag < sizeof types / sizeof types[0] && types[tag] != NULL ? types[tag] : "other";
}

/* AttributeTypeAndValue, which cm_name_text has found sound. */
static bool put_attribute(cm_json *j, cm_view *set, unsigned rdn)
{
    cm_view content, oid;
    cm_element e;
    if (!cm_der_take(set, CM_TAG_SEQUENCE, &content) || !cm_der_take(&content, CM_TAG_OID, &oid) ||
        !cm_der_take_any(&content, &e.tag, &e.content, &e.whole)) {
        return false;
    }
    const char *name = cm_name_attribute(oid);
    cm_json_open(j, '{');
    cm_json_key(j, "type");
    if (name != NULL) {
        cm_json_string(j, name);
    } else {
        cm_json_dotted(j, oid);
    }
    cm_json_put_dotted(j, "oid", oid);
    put_value(j, &e);
    cm_json_put_string(j, "string", string_type(e.tag));
    cm_json_put_integer(j, "rdn", rdn);
    cm_json_close(j, '}');
    return true;
}

static bool put_attributes(cm_json *j, cm_view name)
{
    cm_view rdns, set;
    bool fine = cm_der_take(&name, CM_TAG_SEQUENCE, &rdns);
    cm_json_open(j, '[');
    for (unsigned i = 0; fine && rdns.size > 0; i++) {
        fine = cm_der_take(&rdns, CM_TAG_SET, &set);
        while (fine && set.size > 0) {
            fine = put_attribute(j, &set, i);
        }
    }
    cm_json_close(j, ']');
    return fine;
}

static bool put_name_text(cm_json *j, const char *key, cm_view name, bool reversed)
{
    cm_bytes text;
    cm_status status = cm_name_text_ordered(name, reversed, &text, NULL);
    if (status != CM_OK) {
        j->out.status = status == CM_ERR_MEMORY ? status : j->out.status;
        return false;
    }
    cm_json_key(j, key);
    cm_json_text(j, (cm_text){(const char *)text.data, text.size});
    cm_bytes_free(&text);
    return true;
}

bool cm_json_name(cm_json *j, cm_view name)
{
    cm_json_mark mark = cm_json_here(j);
    cm_json_open(j, '{');
    if (put_name_text(j, "text", name, false) && put_name_text(j, "rfc4514", name, true)) {
        cm_json_key(j, "attributes");
        if (put_attributes(j, name)) {
            cm_json_close(j, '}');
            return true;
        }
    }
    cm_json_back(j, mark);
    return false;
}

bool cm_put_name(cm_json *j, const cm_shape *s, const cm_element *e)
{
    (void)s;
    return cm_json_name(j, e->whole);
}

static bool put_other_name(cm_json *j, cm_view content)
{
    cm_view oid, value;
    cm_element e;
    if (!cm_der_take(&content, CM_TAG_OID, &oid) ||
        !cm_der_take(&content, CM_TAG_CONTEXT_CONSTRUCTED(0), &value) || content.size != 0 ||
        !cm_der_take_any(&value, &e.tag, &e.content, &e.whole) || value.size != 0) {
        return false;
    }
    cm_json_string(j, cm_general_name_is_upn(oid) ? "upn" : "other");
    cm_json_put_dotted(j, "oid", oid);
    put_value(j, &e);
    return true;
}

/* What comes behind the colon of cm_general_name_put_text. */
static bool put_plain_name(cm_json *j, const char *type, const cm_element *e)
{
    cm_der text = {NULL, 0, 0, CM_OK};
    if (type == NULL || !cm_general_name_put_text(e->tag, e->content, &text) ||
        text.status != CM_OK) {
        cm_der_free(&text);
        return false;
    }
    const uint8_t *colon = memchr(text.data, ':', text.size);
    size_t skip = colon == NULL ? 0 : (size_t)(colon - text.data) + 1;
    cm_json_string(j, type);
    cm_json_key(j, "value");
    cm_json_text(j, (cm_text){(const char *)text.data + skip, text.size - skip});
    cm_der_free(&text);
    return true;
}

/* One that breaks its own rules is shown as it is. */
bool cm_put_general_name(cm_json *j, const cm_shape *s, const cm_element *e)
{
    static const char *const types[] = {"other", "email", "dns", "x400", "directory",
                                        "edi",   "uri",   "ip",  "rid"};
    unsigned number = e->tag & 0x1f;
    bool known = number < sizeof types / sizeof types[0] && (e->tag & 0xc0) == 0x80;
    (void)s;
    cm_json_open(j, '{');
    cm_json_key(j, "type");
    cm_json_mark mark = cm_json_here(j);
    bool simple = known && number != CM_GN_OTHER && number != 3 && number != 5;
    bool written = simple ? put_plain_name(j, types[number], e)
                   : e->tag == CM_TAG_CONTEXT_CONSTRUCTED(CM_GN_OTHER)
                       ? put_other_name(j, e->content)
                       : false;
    if (!written) {
        cm_json_back(j, mark);
        cm_json_string(j, known ? types[number] : "unknown");
        cm_json_put_hex(j, "der", e->whole);
    }
    cm_json_close(j, '}');
    return known;
}

bool cm_put_general_names(cm_json *j, const cm_shape *s, const cm_element *e)
{
    static const cm_shape each = {CM_TAG_ANY, CM_REQUIRED, NULL, cm_put_general_name, NULL};
    (void)s;
    return e->content.size > 0 && put_list(j, &each, e->content);
}
