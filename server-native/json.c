#include "json.h"

#include <stdio.h>
#include <string.h>

#include "utf8.h"

json json_in(char *data, size_t capacity)
{
    json j = {data, 0, capacity, false, false};
    data[0] = '\0';
    return j;
}

/* Always leaves room for the NUL. */
static void put(json *j, const char *data, size_t size)
{
    if (j->full || size >= j->capacity - j->size) {
        j->full = true;
        return;
    }
    memcpy(j->data + j->size, data, size);
    j->size += size;
    j->data[j->size] = '\0';
}

static void put_name(json *j, const char *name)
{
    if (j->comma) {
        put(j, ",", 1);
    }
    j->comma = true;
    if (name != NULL) {
        put(j, "\"", 1);
        put(j, name, strlen(name));
        put(j, "\":", 2);
    }
}

void json_open(json *j, const char *name, char bracket)
{
    put_name(j, name);
    put(j, &bracket, 1);
    j->comma = false;
}

void json_close(json *j, char bracket)
{
    put(j, &bracket, 1);
    j->comma = true;
}

/* As ASCII, so that no terminal makes anything else of it (RFC 8259 §7). */
static void put_escape(json *j, uint32_t point)
{
    char escaped[16];
    int size = point < 0x10000 ? snprintf(escaped, sizeof escaped, "\\u%04x", (unsigned)point)
                               : snprintf(escaped, sizeof escaped, "\\u%04x\\u%04x",
                                          (unsigned)(0xd7c0 + (point >> 10)),
                                          (unsigned)(0xdc00 + (point & 0x3ff)));
    put(j, escaped, (size_t)size);
}

void json_text(json *j, const char *name, const char *value)
{
    if (value == NULL) {
        return;
    }
    put_name(j, name);
    put(j, "\"", 1);
    while (*value != '\0') {
        const char *start = value;
        uint32_t point = utf8_take(&value);
        if (point == '"' || point == '\\') {
            put(j, "\\", 1);
            put(j, start, 1);
        } else if (point >= 0x20 && point <= 0x7e) {
            put(j, start, 1);
        } else {
            put_escape(j, point == UTF8_BAD ? 0xfffd : point); /* the replacement character */
        }
    }
    put(j, "\"", 1);
}

void json_number(json *j, const char *name, uint64_t value)
{
    char digits[24];
    int size = snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
    put_name(j, name);
    put(j, digits, (size_t)size);
}

void json_seconds(json *j, const char *name, double value)
{
    char digits[40];
    int size = snprintf(digits, sizeof digits, "%.3f", value);
    put_name(j, name);
    put(j, digits, (size_t)size);
}

void json_bool(json *j, const char *name, bool value)
{
    put_name(j, name);
    put(j, value ? "true" : "false", value ? 4 : 5);
}
