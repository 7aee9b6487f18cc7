#include "utf16.h"

#include <stdlib.h>

#include "text.h"

/* The code point of one well-formed character; *size is how long it is. */
static uint32_t code_point(const uint8_t *p, size_t *size)
{
    *size = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    uint32_t c = *size == 1 ? p[0] : p[0] & (0x7fu >> *size);
    for (size_t i = 1; i < *size; i++) {
        c = c << 6 | (p[i] & 0x3fu);
    }
    return c;
}

static void put_unit(cm_bytes *out, uint32_t unit)
{
    out->data[out->size++] = (uint8_t)(unit >> 8);
    out->data[out->size++] = (uint8_t)unit;
}

bool cm_utf16_of(cm_text utf8, bool terminated, cm_bytes *out)
{
    *out = (cm_bytes){NULL, 0};
    if (cm_utf8_length(utf8) < 0) {
        return false;
    }
    out->data = malloc(2 * utf8.size + 2);
    if (out->data == NULL) {
        return false;
    }
    for (size_t i = 0, size; i < utf8.size; i += size) {
        uint32_t c = code_point((const uint8_t *)utf8.data + i, &size);
        if (c >= 0x10000) {
            put_unit(out, 0xd7c0 + (c >> 10));
            put_unit(out, 0xdc00 | (c & 0x3ff));
        } else {
            put_unit(out, c);
        }
    }
    if (terminated) {
        put_unit(out, 0);
    }
    return true;
}

bool cm_utf16_read(cm_view utf16, cm_bytes *utf8)
{
    *utf8 = (cm_bytes){malloc(utf16.size / 2 * 3 + 1), 0};
    if (utf8->data == NULL) {
        return false;
    }
    for (size_t i = 0; i + 1 < utf16.size; i += 2) {
        uint32_t c = (uint32_t)utf16.data[i] << 8 | utf16.data[i + 1];
        if (c >= 0xd800 && c < 0xe000) {
            uint32_t next =
                i + 3 < utf16.size ? (uint32_t)utf16.data[i + 2] << 8 | utf16.data[i + 3] : 0;
            bool pair = c < 0xdc00 && next >= 0xdc00 && next < 0xe000;
            c = pair ? 0x10000 + ((c & 0x3ff) << 10) + (next & 0x3ff) : 0xfffd;
            i += pair ? 2 : 0;
        }
        utf8->size += cm_utf8_put(c, (char *)utf8->data + utf8->size);
    }
    return true;
}
