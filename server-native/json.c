#include "json.h"

#include <stdio.h>
#include <string.h>

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

void json_text(json *j, const char *name, const char *value)
{
    if (value == NULL) {
        return;
    }
    put_name(j, name);
    put(j, "\"", 1);
    for (; *value != '\0'; value++) {
        unsigned char c = (unsigned char)*value;
        if (c == '"' || c == '\\') {
            char escaped[2] = {'\\', *value};
            put(j, escaped, sizeof escaped);
        } else if (c < 0x20 || c > 0x7e) {
            char escaped[8];
            int size = snprintf(escaped, sizeof escaped, "\\u%04x", c);
            put(j, escaped, (size_t)size);
        } else {
            put(j, value, 1);
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
