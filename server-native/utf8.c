#include "utf8.h"

#include <stddef.h>

uint32_t utf8_take(const char **at)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    const unsigned char *p = (const unsigned char *)*at;
    size_t more = p[0] < 0x80 ? 0 : p[0] >= 0xf0 ? 3 : p[0] >= 0xe0 ? 2 : 1;
    uint32_t point = more == 0 ? p[0] : p[0] & (0x3fU >> more);
    *at += 1;
    if (p[0] >= 0x80 && (p[0] < 0xc2 || p[0] > 0xf4)) {
        return UTF8_BAD;
    }
    for (size_t i = 1; i <= more; i++) {
        if ((p[i] & 0xc0) != 0x80) { /* also the NUL */
            return UTF8_BAD;
        }
        point = point << 6 | (p[i] & 0x3fU);
    }
    if (point < least[more] || (point >= 0xd800 && point <= 0xdfff) || point > 0x10ffff) {
        return UTF8_BAD;
    }
    *at += more;
    return point;
}
