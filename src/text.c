#include "text.h"

#include <string.h>

cm_text cm_text_of(const char *string)
{
    return string == NULL ? (cm_text){NULL, 0} : (cm_text){string, strlen(string)};
}

/* Length of the character that starts at p, 0 when it is not well formed (RFC 3629 §4). */
static size_t utf8_character(const unsigned char *p, size_t size)
{
    if (p[0] < 0x80) {
        return 1;
    }
    size_t length = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || length > size) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    bool overlong = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xf0 && p[1] < 0x90);
    bool surrogate = p[0] == 0xed && p[1] > 0x9f;
    bool too_large = p[0] == 0xf4 && p[1] > 0x8f;
    return overlong || surrogate || too_large ? 0 : length;
}

long cm_utf8_length(cm_text text)
{
    long count = 0;
    for (size_t i = 0; i < text.size; count++) {
        size_t step = utf8_character((const unsigned char *)text.data + i, text.size - i);
        if (step == 0) {
            return -1;
        }
        i += step;
    }
    return count;
}

size_t cm_utf8_cut(const char *data, size_t size, size_t limit)
{
    if (size <= limit) {
        return size;
    }
    while (limit > 0 && ((unsigned char)data[limit] & 0xc0) == 0x80) {
        limit--;
    }
    return limit;
}

size_t cm_utf8_put(uint32_t c, char out[4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | (c >> 6));
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | (c >> 12));
        out[1] = (char)(0x80 | ((c >> 6) & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | (c >> 18));
    out[1] = (char)(0x80 | ((c >> 12) & 0x3f));
    out[2] = (char)(0x80 | ((c >> 6) & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

bool cm_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool cm_is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

char cm_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

int cm_hex_value(char c)
{
    if (cm_is_digit(c)) {
        return c - '0';
    }
    c = cm_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool cm_text_is(cm_text text, const char *string)
{
    return text.size == strlen(string) &&
           (text.size == 0 || memcmp(text.data, string, text.size) == 0);
}

bool cm_text_is_nocase(cm_text text, const char *string)
{
    if (text.size != strlen(string)) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (cm_lower(text.data[i]) != cm_lower(string[i])) {
            return false;
        }
    }
    return true;
}

bool cm_view_equal(cm_view a, cm_view b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

void cm_hex(const uint8_t *data, size_t size, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        out[2 * i] = digits[data[i] >> 4];
        out[2 * i + 1] = digits[data[i] & 15];
    }
}
