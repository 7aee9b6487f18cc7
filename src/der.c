#include "der.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/asn1.h>
#include <mbedtls/platform_util.h>

#include "error.h"
#include "text.h"

/* ------------------------------------------------------------------ bytes */

void cm_bytes_free(cm_bytes *bytes)
{
    if (bytes != NULL && bytes->data != NULL) {
        mbedtls_platform_zeroize(bytes->data, bytes->size);
        free(bytes->data);
        *bytes = (cm_bytes){NULL, 0};
    }
}

/* ------------------------------------------------------------------ writing */

/* Makes room for `more` bytes and returns where they go, NULL after a failure. A buffer that is
 * outgrown is zeroed: keys pass through here. */
static uint8_t *reserve(cm_der *d, size_t more)
{
    if (d->status != CM_OK) {
        return NULL;
    }
    if (d->data == NULL || more > d->capacity - d->size) {
        size_t capacity = d->capacity < 512 ? 512 : d->capacity;
        while (capacity - d->size < more) {
            if (capacity > SIZE_MAX / 4) {
                d->status = CM_ERR_MEMORY;
                return NULL;
            }
            capacity *= 2;
        }
        uint8_t *grown = malloc(capacity);
        if (grown == NULL) {
            d->status = CM_ERR_MEMORY;
            return NULL;
        }
        if (d->data != NULL) {
            memcpy(grown, d->data, d->size);
            mbedtls_platform_zeroize(d->data, d->size);
            free(d->data);
        }
        d->data = grown;
        d->capacity = capacity;
    }
    uint8_t *at = d->data + d->size;
    d->size += more;
    return at;
}

size_t cm_der_begin(cm_der *d, uint8_t tag)
{
    uint8_t *at = reserve(d, 2);
    if (at != NULL) {
        at[0] = tag;
        at[1] = 0;
    }
    return d->size;
}

void cm_der_end(cm_der *d, size_t mark)
{
    if (d->status != CM_OK) {
        return;
    }
    size_t length = d->size - mark;
    if (length < 0x80) {
        d->data[mark - 1] = (uint8_t)length;
        return;
    }
    size_t octets = length > 0xffffff ? 4 : length > 0xffff ? 3 : length > 0xff ? 2 : 1;
    if (reserve(d, octets) == NULL) {
        return;
    }
    memmove(d->data + mark + octets, d->data + mark, length);
    d->data[mark - 1] = (uint8_t)(0x80 | octets);
    for (size_t i = 0; i < octets; i++) {
        d->data[mark + i] = (uint8_t)(length >> (8 * (octets - 1 - i)));
    }
}

void cm_der_raw(cm_der *d, cm_view bytes)
{
    uint8_t *at = reserve(d, bytes.size);
    if (at != NULL && bytes.size > 0) {
        memcpy(at, bytes.data, bytes.size);
    }
}

void cm_der_element(cm_der *d, uint8_t tag, const void *content, size_t size)
{
    size_t mark = cm_der_begin(d, tag);
    cm_der_raw(d, (cm_view){content, size});
    cm_der_end(d, mark);
}

void cm_der_text(cm_der *d, uint8_t tag, cm_text text)
{
    cm_der_element(d, tag, text.data, text.size);
}

void cm_der_boolean(cm_der *d, bool value)
{
    cm_der_element(d, CM_TAG_BOOLEAN, value ? "\xff" : "\x00", 1);
}

void cm_der_null(cm_der *d)
{
    cm_der_element(d, CM_TAG_NULL, NULL, 0);
}

static void put_unsigned(cm_der *d, uint8_t tag, cm_view v)
{
    while (v.size > 0 && v.data[0] == 0) {
        v.data++;
        v.size--;
    }
    size_t mark = cm_der_begin(d, tag);
    if (v.size == 0 || (v.data[0] & 0x80) != 0) {
        cm_der_raw(d, (cm_view){(const uint8_t *)"", 1});
    }
    cm_der_raw(d, v);
    cm_der_end(d, mark);
}

void cm_der_small(cm_der *d, uint8_t tag, unsigned value)
{
    uint8_t bytes[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                        (uint8_t)value};
    put_unsigned(d, tag, (cm_view){bytes, sizeof bytes});
}

void cm_der_unsigned(cm_der *d, cm_view big_endian)
{
    put_unsigned(d, CM_TAG_INTEGER, big_endian);
}

void cm_der_bit_string(cm_der *d, cm_view bytes)
{
    size_t mark = cm_der_begin(d, CM_TAG_BIT_STRING);
    cm_der_raw(d, (cm_view){(const uint8_t *)"", 1});
    cm_der_raw(d, bytes);
    cm_der_end(d, mark);
}

void cm_der_named_bits(cm_der *d, uint8_t tag, unsigned bits)
{
    uint8_t content[3] = {0, 0, 0};
    unsigned last = 0;
    for (unsigned i = 0; i < 16; i++) {
        if ((bits >> i & 1) != 0) {
            content[1 + i / 8] |= (uint8_t)(0x80u >> (i % 8));
            last = i + 1;
        }
    }
    content[0] = (uint8_t)((8 - last % 8) % 8);
    cm_der_element(d, tag, content, 1 + (last + 7) / 8);
}

cm_status cm_der_finish(cm_der *d, cm_bytes *out, cm_error *err)
{
    if (d->status != CM_OK) {
        cm_status status = d->status;
        cm_der_free(d);
        return cm_fail(err, status, "out of memory");
    }
    *out = (cm_bytes){d->data, d->size};
    *d = (cm_der){NULL, 0, 0, CM_OK};
    return CM_OK;
}

void cm_der_free(cm_der *d)
{
    cm_bytes bytes = {d->data, d->size};
    cm_bytes_free(&bytes);
    *d = (cm_der){NULL, 0, 0, CM_OK};
}

cm_view cm_der_view(const cm_der *d)
{
    return (cm_view){d->data, d->size};
}

/* ------------------------------------------------------------------ reading */

uint8_t cm_der_peek(cm_view in)
{
    return in.size == 0 ? 0 : in.data[0];
}

bool cm_der_take_any(cm_view *in, uint8_t *tag, cm_view *content, cm_view *whole)
{
    cm_view v = *in;
    if (v.size < 2 || (v.data[0] & 0x1f) == 0x1f) {
        return false;
    }
    size_t header = 2, length = v.data[1];
    if (length >= 0x80) {
        size_t octets = length & 0x7f;
        if (octets == 0 || octets > 4 || v.size < 2 + octets || v.data[2] == 0) {
            return false;
        }
        length = 0;
        for (size_t i = 0; i < octets; i++) {
            length = length << 8 | v.data[2 + i];
        }
        if (length < 0x80) {
            return false; /* X.690 §10.1: the shortest form */
        }
        header += octets;
    }
    if (length > v.size - header) {
        return false;
    }
    *tag = v.data[0];
    *content = (cm_view){v.data + header, length};
    if (whole != NULL) {
        *whole = (cm_view){v.data, header + length};
    }
    *in = (cm_view){v.data + header + length, v.size - header - length};
    return true;
}

bool cm_der_take(cm_view *in, uint8_t tag, cm_view *content)
{
    uint8_t found;
    return cm_der_peek(*in) == tag && cm_der_take_any(in, &found, content, NULL);
}

bool cm_der_take_whole(cm_view *in, uint8_t tag, cm_view *whole)
{
    cm_view content;
    uint8_t found;
    return cm_der_peek(*in) == tag && cm_der_take_any(in, &found, &content, whole);
}

bool cm_der_take_bit_string(cm_view *in, cm_view *bytes)
{
    cm_view rest = *in, content;
    if (!cm_der_take(&rest, CM_TAG_BIT_STRING, &content) || content.size < 1 ||
        content.data[0] != 0) {
        return false;
    }
    *bytes = (cm_view){content.data + 1, content.size - 1};
    *in = rest;
    return true;
}

bool cm_der_named_bits_of(cm_view content, unsigned *bits)
{
    if (content.size < 1 || content.data[0] > 7 || (content.size == 1 && content.data[0] != 0)) {
        return false;
    }
    *bits = 0;
    for (size_t i = 0; i < 16 && i / 8 + 1 < content.size; i++) {
        if ((content.data[1 + i / 8] & (0x80u >> (i % 8))) != 0) {
            *bits |= 1u << i;
        }
    }
    return true;
}

bool cm_der_small_of(cm_view content, unsigned *value)
{
    if (content.size == 0 || content.size > 4 || (content.data[0] & 0x80) != 0 ||
        (content.size > 1 && content.data[0] == 0 && (content.data[1] & 0x80) == 0)) {
        return false;
    }
    *value = 0;
    for (size_t i = 0; i < content.size; i++) {
        *value = *value << 8 | content.data[i];
    }
    return true;
}

/* ------------------------------------------------------------------ times */

static const int64_t TIME_FIRST = -631152000;  /* 1950-01-01T00:00:00Z */
static const int64_t TIME_LAST = 253402300799; /* 9999-12-31T23:59:59Z */
static const int64_t TIME_2050 = 2524608000;

bool cm_time_valid(int64_t time)
{
    return time >= TIME_FIRST && time <= TIME_LAST;
}

/* Days since 1970-01-01 of a date in the proleptic Gregorian calendar: years start in March, so
 * that the leap day is the last of its year. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

/* The inverse: "YYYYMMDDhhmmss" of a valid time. */
static void digits_of(int64_t time, char out[14])
{
    int64_t days = (time - TIME_FIRST) / 86400 + TIME_FIRST / 86400;
    int64_t seconds = time - days * 86400;
    int64_t shifted = days + 719468; /* since 0000-03-01; positive in our range */
    int64_t era = shifted / 146097;
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted_month = (5 * day_of_year + 2) / 153;
    int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    int64_t parts[6] = {year_of_era + era * 400 + (month <= 2),
                        month,
                        day_of_year - (153 * shifted_month + 2) / 5 + 1,
                        seconds / 3600,
                        seconds / 60 % 60,
                        seconds % 60};
    char *at = out + 14;
    for (int i = 5; i >= 0; i--) {
        for (int j = 0; j < (i == 0 ? 4 : 2); j++) {
            *--at = (char)('0' + parts[i] % 10);
            parts[i] /= 10;
        }
    }
}

void cm_der_time(cm_der *d, int64_t time)
{
    if (time >= TIME_2050) {
        cm_der_generalized_time(d, time);
        return;
    }
    char text[15];
    digits_of(time, text);
    text[14] = 'Z';
    cm_der_element(d, CM_TAG_UTC_TIME, text + 2, 13);
}

void cm_der_generalized_time(cm_der *d, int64_t time)
{
    char text[15];
    digits_of(time, text);
    text[14] = 'Z';
    cm_der_element(d, CM_TAG_GENERALIZED_TIME, text, 15);
}

void cm_time_text(int64_t time, char out[CM_TIME_TEXT_SIZE])
{
    if (!cm_time_valid(time)) {
        memcpy(out, "an impossible time", sizeof "an impossible time");
        return;
    }
    static const char shape[] = "dddd-dd-ddTdd:dd:ddZ";
    char digits[14];
    const char *next = digits;
    digits_of(time, digits);
    for (size_t i = 0; i < sizeof shape; i++) {
        out[i] = shape[i] == 'd' ? *next++ : shape[i];
    }
}

bool cm_der_take_time(cm_view *in, int64_t *time)
{
    cm_view rest = *in, content;
    uint8_t tag;
    if (!cm_der_take_any(&rest, &tag, &content, NULL)) {
        return false;
    }
    size_t year_digits = tag == CM_TAG_UTC_TIME ? 2 : 4;
    if ((tag != CM_TAG_UTC_TIME && tag != CM_TAG_GENERALIZED_TIME) ||
        content.size != year_digits + 11 || content.data[content.size - 1] != 'Z') {
        return false;
    }
    int64_t parts[6] = {0, 0, 0, 0, 0, 0};
    size_t at = 0;
    for (int i = 0; i < 6; i++) {
        for (size_t j = 0; j < (i == 0 ? year_digits : 2); j++, at++) {
            if (!cm_is_digit((char)content.data[at])) {
                return false;
            }
            parts[i] = parts[i] * 10 + (content.data[at] - '0');
        }
    }
    if (tag == CM_TAG_UTC_TIME) {
        parts[0] += parts[0] < 50 ? 2000 : 1900;
    }
    static const uint8_t month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (parts[0] % 4 == 0 && parts[0] % 100 != 0) || parts[0] % 400 == 0;
    if (parts[1] < 1 || parts[1] > 12 || parts[2] < 1 ||
        parts[2] > month_days[parts[1] - 1] + (parts[1] == 2 && leap) || parts[3] > 23 ||
        parts[4] > 59 || parts[5] > 59) {
        return false;
    }
    *time =
        days_of(parts[0], parts[1], parts[2]) * 86400 + parts[3] * 3600 + parts[4] * 60 + parts[5];
    *in = rest;
    return true;
}

/* ------------------------------------------------------------------ object identifiers */

static bool put_arc(uint8_t out[CM_OID_MAX], size_t *size, uint64_t arc)
{
    unsigned groups = 1;
    while (groups < 10 && arc >> (7 * groups) != 0) {
        groups++;
    }
    if (*size + groups > CM_OID_MAX) {
        return false;
    }
    for (unsigned i = groups; i-- > 0;) {
        out[(*size)++] = (uint8_t)((arc >> (7 * i) & 0x7f) | (i > 0 ? 0x80 : 0));
    }
    return true;
}

bool cm_oid_encode(cm_text dotted, uint8_t out[CM_OID_MAX], size_t *size)
{
    uint64_t first = 0;
    unsigned arcs = 0;
    *size = 0;
    for (size_t i = 0; i < dotted.size; i++, arcs++) {
        size_t start = i;
        uint64_t arc = 0;
        for (; i < dotted.size && cm_is_digit(dotted.data[i]); i++) {
            uint64_t digit = (uint64_t)(dotted.data[i] - '0');
            if (arc > (UINT64_MAX - 80 - digit) / 10) {
                return false;
            }
            arc = arc * 10 + digit;
        }
        bool leading_zero = i > start + 1 && dotted.data[start] == '0';
        bool last = i == dotted.size;
        if (i == start || leading_zero || (!last && dotted.data[i] != '.') ||
            (!last && i + 1 == dotted.size)) {
            return false;
        }
        if (arcs == 0) {
            first = arc;
        } else if (arcs == 1 && (first > 2 || (first < 2 && arc > 39))) {
            return false;
        } else if (!put_arc(out, size, arcs == 1 ? first * 40 + arc : arc)) {
            return false;
        }
    }
    return arcs >= 2;
}

void cm_oid_text(cm_view content, char out[CM_OID_TEXT_SIZE])
{
    size_t size = 0, i = 0;
    while (i < content.size) {
        uint64_t arc = 0;
        do {
            if (i == content.size || arc >> 57 != 0) {
                memcpy(out, "?", 2);
                return;
            }
            arc = arc << 7 | (content.data[i] & 0x7f);
        } while ((content.data[i++] & 0x80) != 0);
        uint64_t parts[2] = {arc, 0};
        unsigned count = 1;
        if (size == 0) {
            parts[0] = arc < 80 ? arc / 40 : 2;
            parts[1] = arc - parts[0] * 40;
            count = 2;
        }
        for (unsigned part = 0; part < count; part++) {
            char digits[20];
            size_t at = sizeof digits;
            do {
                digits[--at] = (char)('0' + parts[part] % 10);
                parts[part] /= 10;
            } while (parts[part] != 0);
            if (size + 1 + sizeof digits - at >= CM_OID_TEXT_SIZE) {
                memcpy(out, "?", 2);
                return;
            }
            if (size > 0) {
                out[size++] = '.';
            }
            memcpy(out + size, digits + at, sizeof digits - at);
            size += sizeof digits - at;
        }
    }
    if (size == 0) {
        out[size++] = '?';
    }
    out[size] = '\0';
}
