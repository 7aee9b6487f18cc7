/* Writing JSON (RFC 8259) into a growing buffer. Commas come by themselves. */
#ifndef CM_JSON_H
#define CM_JSON_H

#include "certmint.h"
#include "der.h"

typedef struct cm_json {
    cm_der out;
    bool comma; /* something stands before in the same object or array */
} cm_json;

void cm_json_open(cm_json *j, char bracket);  /* '{' or '[' */
void cm_json_close(cm_json *j, char bracket); /* '}' or ']' */
void cm_json_key(cm_json *j, const char *key);
/* Any bytes: what is not well-formed UTF-8 becomes U+FFFD. */
void cm_json_text(cm_json *j, cm_text text);
void cm_json_string(cm_json *j, const char *string);
void cm_json_integer(cm_json *j, int64_t value);
void cm_json_boolean(cm_json *j, bool value);
void cm_json_hex(cm_json *j, cm_view bytes); /* as a lower-case string */

/* Members: a key with its value. A string may be NULL: nothing is written then. */
void cm_json_put_string(cm_json *j, const char *key, const char *string);
void cm_json_put_integer(cm_json *j, const char *key, int64_t value);
void cm_json_put_hex(cm_json *j, const char *key, cm_view bytes);

/* Members or a value that are JSON already. */
void cm_json_raw(cm_json *j, cm_view json);

/* Hands the text over (a NUL follows it) or returns the failure. */
cm_status cm_json_finish(cm_json *j, cm_bytes *out, cm_error *err);

#endif
