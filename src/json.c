#include "json.h"

#include <string.h>

#include "text.h"

static void put(cm_json *j, const char *data, size_t size)
{
    cm_der_raw(&j->out, (cm_view){(const uint8_t *)data, size});
}

static void separate(cm_json *j)
{
    if (j->comma) {
        put(j, ",", 1);
    }
    j->comma = true;
}

void cm_json_open(cm_json *j, char bracket)
{
    separate(j);
    put(j, &bracket, 1);
    j->comma = false;
}

void cm_json_close(cm_json *j, char bracket)
{
    put(j, &bracket, 1);
    j->comma = true;
}

void cm_json_key(cm_json *j, const char *key)
{
    cm_json_string(j, key);
    put(j, ":", 1);
    j->comma = false;
}

static void put_escape(cm_json *j, unsigned char c)
{
    char escape[6] = {'\\', 'u', '0', '0', 0, 0};
    cm_hex(&c, 1, escape + 4);
    put(j, escape, sizeof escape);
}

/* Length of the well-formed character at the front, 0 when there is none. */
static size_t character(cm_text text)
{
    for (size_t size = 1; size <= 4 && size <= text.size; size++) {
        if (cm_utf8_length((cm_text){text.data, size}) == 1) {
            return size;
        }
    }
    return 0;
}

/* How many bytes at the front stand for themselves. */
static size_t plain(cm_text text)
{
    size_t size = 0;
    while (size < text.size && text.data[size] >= 0x20 && text.data[size] < 0x7f &&
           text.data[size] != '"' && text.data[size] != '\\') {
        size++;
    }
    return size;
}

void cm_json_text(cm_json *j, cm_text text)
{
    separate(j);
    put(j, "\"", 1);
    for (size_t i = 0; i < text.size;) {
        cm_text rest = {text.data + i, text.size - i};
        unsigned char c = (unsigned char)*rest.data;
        size_t size = plain(rest);
        if (size > 0) {
            put(j, rest.data, size);
        } else if (c == '"' || c == '\\') {
            put(j, "\\", 1);
            put(j, rest.data, size = 1);
        } else if (c < 0x20) {
            put_escape(j, c);
            size = 1;
        } else if ((size = character(rest)) > 0) {
            put(j, rest.data, size);
        } else {
            put(j, "\xef\xbf\xbd", 3);
            size = 1;
        }
        i += size;
    }
    put(j, "\"", 1);
}

void cm_json_string(cm_json *j, const char *string)
{
    cm_json_text(j, cm_text_of(string));
}

void cm_json_integer(cm_json *j, int64_t value)
{
    char digits[21];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (value < 0) {
        digits[--at] = '-';
    }
    separate(j);
    put(j, digits + at, sizeof digits - at);
}

void cm_json_boolean(cm_json *j, bool value)
{
    separate(j);
    put(j, value ? "true" : "false", value ? 4 : 5);
}

void cm_json_hex(cm_json *j, cm_view bytes)
{
    char hex[64];
    separate(j);
    put(j, "\"", 1);
    for (size_t i = 0, part; i < bytes.size; i += part) {
        part = bytes.size - i < sizeof hex / 2 ? bytes.size - i : sizeof hex / 2;
        cm_hex(bytes.data + i, part, hex);
        put(j, hex, 2 * part);
    }
    put(j, "\"", 1);
}

void cm_json_put_string(cm_json *j, const char *key, const char *string)
{
    if (string != NULL) {
        cm_json_key(j, key);
        cm_json_string(j, string);
    }
}

void cm_json_put_integer(cm_json *j, const char *key, int64_t value)
{
    cm_json_key(j, key);
    cm_json_integer(j, value);
}

void cm_json_put_hex(cm_json *j, const char *key, cm_view bytes)
{
    cm_json_key(j, key);
    cm_json_hex(j, bytes);
}

void cm_json_raw(cm_json *j, cm_view json)
{
    separate(j);
    cm_der_raw(&j->out, json);
}

cm_status cm_json_finish(cm_json *j, cm_bytes *out, cm_error *err)
{
    put(j, "", 1);
    cm_status status = cm_der_finish(&j->out, out, err);
    if (status == CM_OK) {
        out->size--;
    }
    return status;
}
