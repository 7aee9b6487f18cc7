/* Writing one line of JSON into a fixed buffer. */
#ifndef CERTMINT_ECHO_JSON_H
#define CERTMINT_ECHO_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A JSON text that grows inside `data`; what does not fit sets `full`, and the text is useless. */
typedef struct json {
    char *data;
    size_t size, capacity;
    bool full;
    bool comma; /* the next member or item needs a comma before it */
} json;

/* Starts an empty text in data[0..capacity). */
json json_in(char *data, size_t capacity);

/* `name` is NULL inside arrays and for the outermost value; it is written as it stands. */
void json_open(json *j, const char *name, char bracket);
void json_close(json *j, char bracket);
/* A string; bytes outside printable ASCII are written as \u00XX, so peers cannot break the line.
 * NULL writes nothing. */
void json_text(json *j, const char *name, const char *value);
void json_number(json *j, const char *name, uint64_t value);
/* Rounded to milliseconds. */
void json_seconds(json *j, const char *name, double value);
void json_bool(json *j, const char *name, bool value);

#endif
