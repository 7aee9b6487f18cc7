/*
 * Reading a JSON request (jsmn splits it into tokens; this file gives them meaning).
 *
 * Readers remember their first failure in the arena's error and answer with nothing from then on,
 * so that a sequence of reads needs one check at the end. Whatever they hand out lives in the
 * arena.
 */
#ifndef CERTMINT_JSON_READER_H
#define CERTMINT_JSON_READER_H

#include "certmint.h"

/* Memory that is zeroed and freed at once, and the failure of the call it belongs to. */
typedef struct arena_block arena_block;
typedef struct arena {
    arena_block *blocks;
    cm_status status;
    cm_error error;
} arena;

/* Zeroed memory for count items of size bytes, aligned for anything; NULL (and the status set) when
 * there is none left. */
void *arena_take(arena *a, size_t count, size_t size);
void arena_free(arena *a);

/* A value in the request: an index into its tokens. An absent member is not `given`. */
typedef struct json_value {
    const struct json_document *document;
    int token;
    bool given;
    const char *path; /* how messages name it: "template.san[1]" without "template." */
} json_value;

typedef struct json_document {
    const char *text;
    void *tokens; /* jsmntok_t[count] */
    int count;
    arena *arena;
} json_document;

/* Tokenizes text, which must stay; the root must be an object. */
bool json_parse(json_document *document, arena *a, const char *text, size_t size);
json_value json_root(const json_document *document);

/* A member of an object; not given when absent or null. */
json_value json_member(json_value object, const char *key);
/* Fails naming the first member of the object that is not in `allowed` (NULL-terminated), with the
 * nearest one that is. */
void json_allow(json_value object, const char *const allowed[]);

bool json_is_string(json_value v);
bool json_is_array(json_value v);
bool json_is_object(json_value v);
bool json_is_false(json_value v);

/* Typed readers: the zero value when not given, a failure naming the path for the wrong type. */
cm_text json_text(json_value v);
bool json_boolean(json_value v);
/* A whole number within [minimum, maximum]. */
int64_t json_integer(json_value v, int64_t minimum, int64_t maximum);
/* A string of hexadecimal digits, optionally with colons between bytes. */
cm_view json_hex(json_value v);
/* [address, size] of linear memory: bytes that JavaScript put there. */
cm_view json_bytes(json_value v);

/* Number of items of an array (0 when not given; a failure for another type), and its items. */
size_t json_length(json_value array);
/* Iterates: start with *item = json_first(array), then json_next. given is false at the end. */
json_value json_first(json_value array);
json_value json_next(json_value array, json_value item, size_t index);

/* Records a failure at this value. */
void json_fail(json_value v, cm_status status, const char *message);

#endif
