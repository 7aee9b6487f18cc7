/* ASN.1 as it stands in bytes: BER (X.690 §8) as a tree, whatever it means. */
#include "der.h"
#include "error.h"
#include "extension.h"
#include "json.h"
#include "name.h"
#include "oid.h"
#include "pem.h"
#include "shape.h"
#include "text.h"

enum { TEXT_LIMIT = 128, PART = 512, CONSTRUCTED = 0x20, LONG_TAG = 0x1f };

static const char DEPTH_MESSAGE[] = "elements are nested more than 64 deep";
static const char COUNT_MESSAGE[] = "there are more than 100000 elements";

typedef struct reader {
    cm_json j;
    const uint8_t *data;
    unsigned count, tried;  /* elements, those that were taken back included in `tried` */
    unsigned depth, inside; /* how many strings around this one hold elements */
    size_t error_at;
    const char *error; /* the first; nothing is read after it */
} reader;

typedef struct element {
    uint8_t first; /* class and form */
    uint32_t tag;
    bool indefinite;
    size_t at, header, length; /* length: of the content, without end-of-contents octets */
} element;

static bool fail(reader *r, size_t at, const char *message)
{
    r->error_at = at;
    r->error = message;
    return false;
}

/* ------------------------------------------------------------------ headers */

/* Identifier octets, X.690 §8.1.2. */
static bool read_tag(reader *r, size_t *at, size_t end, element *e)
{
    e->first = r->data[(*at)++];
    e->tag = e->first & LONG_TAG;
    if (e->tag != LONG_TAG) {
        return true;
    }
    e->tag = 0;
    for (uint8_t octet = 0x80; (octet & 0x80) != 0;) {
        if (*at == end) {
            return fail(r, e->at, "the tag is cut off");
        }
        octet = r->data[(*at)++];
        if (e->tag > UINT32_MAX >> 8) {
            return fail(r, e->at, "the tag number is too large");
        }
        e->tag = e->tag << 7 | (octet & 0x7f);
    }
    return true;
}

/* Length octets, §8.1.3. Where there is no length, all that is left is the content for now. */
static bool read_length(reader *r, size_t *at, size_t end, element *e)
{
    if (*at == end) {
        return fail(r, e->at, "the length is missing");
    }
    size_t octets = r->data[(*at)++];
    if (octets == 0x80) {
        e->indefinite = true;
        e->length = end - *at;
        return (e->first & CONSTRUCTED) != 0 ||
               fail(r, e->at, "an element that is not constructed needs a length");
    }
    if (octets < 0x80) {
        e->length = octets;
    } else {
        for (octets &= 0x7f; octets > 0; octets--) {
            if (*at == end) {
                return fail(r, e->at, "the length is cut off");
            }
            if (e->length > SIZE_MAX >> 8) {
                return fail(r, e->at, "the length is too large");
            }
            e->length = e->length << 8 | r->data[(*at)++];
        }
    }
    return e->length <= end - *at || fail(r, e->at, "the content is longer than what is there");
}

static bool read_header(reader *r, size_t at, size_t end, element *e)
{
    *e = (element){.at = at};
    size_t now = at;
    if (!read_tag(r, &now, end, e) || !read_length(r, &now, end, e)) {
        return false;
    }
    e->header = now - at;
    return true;
}

/* ------------------------------------------------------------------ values */

/* Those that are seen in the wild. */
static const char *const types[] = {
    NULL,
    "BOOLEAN",
    "INTEGER",
    "BIT STRING",
    "OCTET STRING",
    "NULL",
    "OID",
    NULL,
    "EXTERNAL",
    "REAL",
    "ENUMERATED",
    NULL,
    "UTF8String",
    "RELATIVE-OID",
    NULL,
    NULL,
    "SEQUENCE",
    "SET",
    "NumericString",
    "PrintableString",
    "T61String",
    NULL,
    "IA5String",
    "UTCTime",
    "GeneralizedTime",
    NULL,
    "VisibleString",
    "GeneralString",
    "UniversalString",
    NULL,
    "BMPString",
};

static cm_view content_of(const reader *r, const element *e)
{
    return (cm_view){r->data + e->at + e->header, e->length};
}

static void put_oid(cm_json *j, cm_view oid)
{
    const char *name = cm_extension_name(oid);
    name = name != NULL ? name : cm_name_attribute(oid);
    name = name != NULL ? name : cm_oid_name(oid);
    cm_json_key(j, "oid");
    cm_json_dotted(j, oid);
    if (name != NULL) {
        cm_json_key(j, "name");
        cm_json_string(j, name);
    }
}

/* "value": as much of a text as people read. */
static void put_text(cm_json *j, cm_text text)
{
    size_t size = cm_utf8_cut(text.data, text.size, TEXT_LIMIT);
    cm_json_key(j, "value");
    cm_json_text(j, (cm_text){text.data, size});
    if (size < text.size) {
        cm_json_key(j, "cut");
        cm_json_boolean(j, true);
    }
}

/* Strings; nothing when the content is not what its type says. */
static void put_string(cm_json *j, uint8_t tag, cm_view content)
{
    cm_der text = {NULL, 0, 0, CM_OK};
    cm_view part = {content.data, content.size < PART ? content.size : PART};
    if (cm_string_decode(tag, tag == CM_TAG_UTF8_STRING ? content : part, &text)) {
        put_text(j, (cm_text){(const char *)text.data, text.size});
    }
    if (text.status != CM_OK) {
        j->out.status = text.status;
    }
    cm_der_free(&text);
}

/* A time as RFC 3339 has it, or as it stands there when RFC 5280 would not have it. */
static void put_time(cm_json *j, cm_view whole, cm_view content)
{
    int64_t time;
    char text[CM_TIME_TEXT_SIZE];
    if (cm_der_take_time(&whole, &time)) {
        cm_time_text(time, text);
        put_text(j, cm_text_of(text));
    } else {
        put_string(j, CM_TAG_VISIBLE_STRING, content);
    }
}

static void put_number(cm_json *j, cm_view content)
{
    bool cut = content.size > TEXT_LIMIT / 2;
    if (content.size > 0) {
        cm_json_key(j, "value");
        cm_json_number(j, (cm_view){content.data, cut ? TEXT_LIMIT / 2 : content.size});
    }
    if (cut) {
        cm_json_key(j, "cut");
        cm_json_boolean(j, true);
    }
}

/* "value" of a primitive element of a universal type. */
static void put_value(reader *r, const element *e)
{
    cm_json *j = &r->j;
    cm_view content = content_of(r, e);
    switch (e->tag) {
    case CM_TAG_BOOLEAN:
        if (content.size == 1) {
            put_text(j, cm_text_of(content.data[0] != 0 ? "TRUE" : "FALSE"));
        }
        break;
    case CM_TAG_INTEGER:
    case CM_TAG_ENUMERATED:
        put_number(j, content);
        break;
    case CM_TAG_UTC_TIME:
    case CM_TAG_GENERALIZED_TIME:
        put_time(j, (cm_view){r->data + e->at, e->header + e->length}, content);
        break;
    case CM_TAG_OID:
        put_oid(j, content);
        break;
    case CM_TAG_BIT_STRING:
        if (content.size > 0) {
            cm_json_key(j, "unused");
            cm_json_integer(j, content.data[0]);
        }
        break;
    default:
        put_string(j, (uint8_t)e->tag, content);
        break;
    }
}

/* ------------------------------------------------------------------ elements */

static bool put_elements(reader *r, const char *key, size_t *at, size_t end, bool indefinite);

/* Whether the content of a string may be one element. Random bytes look like a short one now and
 * then: a SEQUENCE or SET is believed everywhere, other types only in OCTET STRINGs that are not
 * themselves inside another (a key in PKCS#8, an extension's value). */
static bool may_hold(const reader *r, const element *e, size_t at, size_t end)
{
    if (end - at < 2 || r->depth == CM_ASN1_DEPTH_LIMIT || r->tried >= 4 * CM_ASN1_COUNT_LIMIT) {
        return false;
    }
    uint8_t tag = r->data[at];
    if (tag == CM_TAG_SEQUENCE || tag == CM_TAG_SET) {
        return true;
    }
    return e->tag == CM_TAG_OCTET_STRING && r->inside == 0 && tag <= LONG_TAG &&
           types[tag < CM_TAG_BMP_STRING ? tag : 0] != NULL;
}

/* The elements in an OCTET STRING or BIT STRING, as "children" with "inside", when it holds one and
 * nothing else; what was written is taken back otherwise. */
static void put_inside(reader *r, const element *e)
{
    size_t at = e->at + e->header, end = at + e->length;
    element inner;
    reader before = *r;
    if (e->tag == CM_TAG_BIT_STRING) {
        if (e->length < 1 || r->data[at++] != 0) {
            return;
        }
    }
    if (!may_hold(r, e, at, end)) {
        return;
    }
    bool whole = read_header(r, at, end, &inner) && !inner.indefinite &&
                 inner.at + inner.header + inner.length == end;
    if (whole) {
        cm_json_key(&r->j, "inside");
        cm_json_boolean(&r->j, true);
        r->inside++;
        whole = put_elements(r, "children", &at, end, false);
        r->inside--;
    }
    if (!whole) {
        cm_json_back(&r->j, (cm_json_mark){before.j.out.size, before.j.comma});
        r->count = before.count;
        r->depth = before.depth;
        r->inside = before.inside;
        r->error = NULL;
    }
}

static void put_type(cm_json *j, const element *e)
{
    static const char *const classes[] = {"universal", "application", "context", "private"};
    const char *class_ = classes[e->first >> 6];
    cm_json_key(j, "class");
    cm_json_string(j, class_);
    cm_json_key(j, "tag");
    cm_json_integer(j, e->tag);
    if (e->first >> 6 == 0 && e->tag < sizeof types / sizeof types[0] && types[e->tag] != NULL) {
        cm_json_key(j, "type");
        cm_json_string(j, types[e->tag]);
    }
    cm_json_key(j, "constructed");
    cm_json_boolean(j, (e->first & CONSTRUCTED) != 0);
}

/* One element; its length is written last, because it may be known only then. */
static bool put_element(reader *r, size_t *at, size_t end)
{
    cm_json *j = &r->j;
    element e;
    if (r->count >= CM_ASN1_COUNT_LIMIT || r->tried >= 8 * CM_ASN1_COUNT_LIMIT) {
        return fail(r, *at, COUNT_MESSAGE);
    }
    if (!read_header(r, *at, end, &e)) {
        return false;
    }
    r->count++;
    r->tried++;
    cm_json_open(j, '{');
    cm_json_key(j, "offset");
    cm_json_integer(j, (int64_t)e.at);
    cm_json_key(j, "header");
    cm_json_integer(j, (int64_t)e.header);
    put_type(j, &e);
    size_t start = e.at + e.header, now = start;
    bool fine = true, universal = e.first >> 6 == 0;
    if ((e.first & CONSTRUCTED) != 0) {
        fine = put_elements(r, "children", &now, start + e.length, e.indefinite);
        e.length = e.indefinite ? now - start : e.length;
    } else if (universal) {
        put_value(r, &e);
        if (e.tag == CM_TAG_OCTET_STRING || e.tag == CM_TAG_BIT_STRING) {
            put_inside(r, &e);
        }
    }
    if (e.indefinite) {
        cm_json_key(j, "indefinite");
        cm_json_boolean(j, true);
    }
    cm_json_key(j, "length");
    cm_json_integer(j, (int64_t)e.length);
    cm_json_close(j, '}');
    *at = start + e.length + (e.indefinite && fine ? 2 : 0);
    return fine;
}

/* Whether end-of-contents octets stand here, §8.1.5. */
static bool at_end_of_contents(const reader *r, size_t at, size_t end)
{
    return end - at >= 2 && r->data[at] == 0 && r->data[at + 1] == 0;
}

/* The elements up to `end`, or to end-of-contents octets, where *at is then. */
static bool put_elements(reader *r, const char *key, size_t *at, size_t end, bool indefinite)
{
    bool fine = r->depth < CM_ASN1_DEPTH_LIMIT || fail(r, *at, DEPTH_MESSAGE);
    cm_json_key(&r->j, key);
    cm_json_open(&r->j, '[');
    r->depth++;
    while (fine && *at < end && !(indefinite && at_end_of_contents(r, *at, end))) {
        fine = put_element(r, at, end);
    }
    r->depth--;
    cm_json_close(&r->j, ']');
    if (fine && indefinite && *at >= end) {
        return fail(r, *at, "the end-of-contents octets are missing");
    }
    return fine;
}

/* ------------------------------------------------------------------ all of it */

/* The bytes that are looked at: those of a PEM block, of base64, or the input itself. */
static cm_status take_bytes(cm_view data, cm_bytes *der, cm_error *err)
{
    cm_text text = {(const char *)data.data, data.size};
    cm_pem_block block;
    cm_text body = cm_pem_next(&text, &block) ? block.body : (cm_text){NULL, 0};
    if (body.data != NULL) {
        return cm_base64_decode(body, der, err) == CM_OK
                   ? CM_OK
                   : cm_fail(err, CM_ERR_MALFORMED,
                             "what stands in the PEM block is no base64 (encrypted keys of "
                             "OpenSSL's old form have headers, and no ASN.1 outside)");
    }
    if (data.size > 0 && data.data[0] != CM_TAG_SEQUENCE &&
        cm_base64_decode((cm_text){(const char *)data.data, data.size}, der, NULL) == CM_OK &&
        der->size > 0) {
        return CM_OK;
    }
    cm_bytes_free(der);
    cm_der copy = {NULL, 0, 0, CM_OK};
    cm_der_raw(&copy, data);
    return cm_der_finish(&copy, der, err);
}

cm_status cm_asn1_tree(cm_view data, cm_bytes *der, cm_bytes *json, cm_error *err)
{
    reader r = {.data = NULL};
    size_t at = 0;
    *der = *json = (cm_bytes){NULL, 0};
    if (data.size > CM_INSPECT_SIZE_LIMIT) {
        cm_fail(err, CM_ERR_LIMIT, "at most %d bytes are looked at", CM_INSPECT_SIZE_LIMIT);
        return cm_fail_in(err, CM_ERR_LIMIT, "data");
    }
    cm_status status = take_bytes(data, der, err);
    if (status != CM_OK) {
        return cm_fail_in(err, status, "data");
    }
    r.data = der->data;
    cm_json_open(&r.j, '{');
    put_elements(&r, "elements", &at, der->size, false);
    if (r.error != NULL) {
        cm_json_key(&r.j, "error");
        cm_json_open(&r.j, '{');
        cm_json_key(&r.j, "offset");
        cm_json_integer(&r.j, (int64_t)r.error_at);
        cm_json_key(&r.j, "message");
        cm_json_string(&r.j, r.error);
        cm_json_close(&r.j, '}');
    }
    cm_json_close(&r.j, '}');
    status = cm_json_finish(&r.j, json, err);
    if (status != CM_OK) {
        cm_bytes_free(der);
    }
    return status;
}
