/*
 * DER as JSON by tables: a shape says which element is expected and how it is written. An object of
 * shapes reads like the ASN.1 of the standard it comes from.
 */
#ifndef CM_SHAPE_H
#define CM_SHAPE_H

#include "certmint.h"
#include "der.h"
#include "json.h"

/* An element that was taken. */
typedef struct cm_element {
    uint8_t tag;
    cm_view content, whole;
} cm_element;

typedef enum cm_presence {
    CM_REQUIRED = 0,
    CM_OPTIONAL,     /* nothing is written when it is absent */
    CM_DEFAULT_FALSE /* false is written */
} cm_presence;

enum { CM_TAG_ANY = 0 };
enum { CM_LIST_LIMIT = 4096 }; /* elements of one list in a report */

typedef struct cm_shape cm_shape;
struct cm_shape {
    uint8_t tag;      /* CM_TAG_ANY: whatever stands there */
    uint8_t presence; /* a cm_presence */
    const char *key;  /* member of the object around it */
    /* Writes the value; false when the element is not what it should be. Writes nothing into the
     * report then that stays: the caller rolls it back. */
    bool (*put)(cm_json *j, const cm_shape *shape, const cm_element *e);
    const void *detail;
};

/* Ends a list of members. */
#define CM_SHAPE_END                                                                               \
    {                                                                                              \
        0, CM_REQUIRED, NULL, NULL, NULL                                                           \
    }

/* Writes the value of the one element in `der`; on failure *j is as before. */
bool cm_shape_write(cm_json *j, const cm_shape *shape, cm_view der);

/* Writes the members that `detail` (shapes up to CM_SHAPE_END) finds in `content`, into an object
 * that is open. False when something is missing, damaged or left over. */
bool cm_shape_put_members(cm_json *j, const cm_shape *members, cm_view content);

/* Values. In brackets: what `detail` is. */
bool cm_put_object(cm_json *j, const cm_shape *s, const cm_element *e); /* [shapes up to the end] */
bool cm_put_list(cm_json *j, const cm_shape *s, const cm_element *e);   /* [the shape of each] */
bool cm_put_inner(cm_json *j, const cm_shape *s, const cm_element *e);  /* [the one inside] */
bool cm_put_hex(cm_json *j, const cm_shape *s, const cm_element *e);    /* content */
bool cm_put_der(cm_json *j, const cm_shape *s, const cm_element *e); /* with its header, in hex */
bool cm_put_number(cm_json *j, const cm_shape *s, const cm_element *e); /* INTEGER in hex */
bool cm_put_small(cm_json *j, const cm_shape *s, const cm_element *e);  /* INTEGER below 2^31 */
bool cm_put_boolean(cm_json *j, const cm_shape *s, const cm_element *e);
bool cm_put_null(cm_json *j, const cm_shape *s, const cm_element *e); /* NULL as true */
bool cm_put_oid(cm_json *j, const cm_shape *s, const cm_element *e);  /* its name, or dotted */
bool cm_put_dotted(cm_json *j, const cm_shape *s, const cm_element *e);
bool cm_put_bits(cm_json *j, const cm_shape *s, const cm_element *e); /* [names, NULL at the end] */
bool cm_put_time(cm_json *j, const cm_shape *s, const cm_element *e); /* RFC 3339 */
bool cm_put_string(cm_json *j, const cm_shape *s, const cm_element *e);
bool cm_put_general_name(cm_json *j, const cm_shape *s, const cm_element *e);
bool cm_put_general_names(cm_json *j, const cm_shape *s, const cm_element *e);
bool cm_put_name(cm_json *j, const cm_shape *s, const cm_element *e);

/* The same outside of tables. */
void cm_json_number(cm_json *j, cm_view integer); /* content of an INTEGER: hex, "-" before it */
void cm_json_oid(cm_json *j, cm_view oid);
void cm_json_dotted(cm_json *j, cm_view oid);
void cm_json_put_oid(cm_json *j, const char *key, cm_view oid);
void cm_json_put_dotted(cm_json *j, const char *key, cm_view oid);
void cm_json_time(cm_json *j, int64_t time);
/* A Name (with its header) as {"text", "rfc4514", "attributes"}; false, *j as before, when it is
 * damaged or has more than 256 RDNs. */
bool cm_json_name(cm_json *j, cm_view name);
/* The base64 of bytes (RFC 4648 §4). */
void cm_json_base64(cm_json *j, cm_view bytes);

/* Takes back what was written since `mark`. */
typedef struct cm_json_mark {
    size_t size;
    bool comma;
} cm_json_mark;
cm_json_mark cm_json_here(const cm_json *j);
void cm_json_back(cm_json *j, cm_json_mark mark);

#endif
