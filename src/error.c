#include "error.h"

#include <stdarg.h>
#include <string.h>

#include <mbedtls/asn1.h>
#include <mbedtls/bignum.h>
#include <mbedtls/ecp.h>
#include <mbedtls/md.h>
#include <mbedtls/pem.h>
#include <mbedtls/pk.h>

#include "der.h"
#include "text.h"

const char *cm_status_name(cm_status status)
{
    switch (status) {
    case CM_OK:
        return "ok";
    case CM_ERR_INVALID:
        return "invalid";
    case CM_ERR_UNSUPPORTED:
        return "unsupported";
    case CM_ERR_MALFORMED:
        return "malformed";
    case CM_ERR_PASSPHRASE:
        return "passphrase";
    case CM_ERR_MISMATCH:
        return "mismatch";
    case CM_ERR_RANDOM:
        return "random";
    case CM_ERR_MEMORY:
        return "memory";
    case CM_ERR_CANCELLED:
        return "cancelled";
    case CM_ERR_LIMIT:
        return "limit";
    case CM_ERR_INTERNAL:
        break;
    }
    return "internal";
}

/* A fixed buffer that is filled from the left and never overflows. */
typedef struct sink {
    char *data;
    size_t size, capacity;
} sink;

static void put(sink *s, const char *data, size_t size)
{
    size_t room = s->capacity - 1 - s->size;
    if (size > room) {
        size = cm_utf8_cut(data, size, room);
        s->capacity = s->size + size + 1; /* full: nothing follows a cut */
    }
    if (size > 0) {
        memcpy(s->data + s->size, data, size);
    }
    s->size += size;
    s->data[s->size] = '\0';
}

static void put_int(sink *s, long value)
{
    char digits[24];
    size_t at = sizeof digits;
    unsigned long rest = value < 0 ? 0UL - (unsigned long)value : (unsigned long)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (value < 0) {
        digits[--at] = '-';
    }
    put(s, digits + at, sizeof digits - at);
}

enum { QUOTE_LIMIT = 64 };

static void put_quoted(sink *s, const cm_text *text)
{
    size_t shown = cm_utf8_cut(text->data, text->size, QUOTE_LIMIT);
    bool valid = cm_utf8_length((cm_text){text->data, shown}) >= 0;
    put(s, "\"", 1);
    for (size_t i = 0; i < shown; i++) {
        unsigned char c = (unsigned char)text->data[i];
        bool plain = c >= 0x20 && c != 0x7f && (c < 0x80 || valid);
        put(s, plain ? &text->data[i] : "?", 1);
    }
    if (shown < text->size) {
        put(s, "...", 3);
    }
    put(s, "\"", 1);
}

static void format(sink *s, const char *f, va_list arguments)
{
    s->data[0] = '\0';
    for (; *f != '\0'; f++) {
        if (*f != '%') {
            put(s, f, 1);
            continue;
        }
        f++;
        if (*f == 's') {
            const char *string = va_arg(arguments, const char *);
            put(s, string, strlen(string));
        } else if (*f == 'd') {
            put_int(s, va_arg(arguments, int));
        } else if (*f == 't') {
            put_quoted(s, va_arg(arguments, const cm_text *));
        } else if (*f == 'T') {
            char time[CM_TIME_TEXT_SIZE];
            cm_time_text(va_arg(arguments, int64_t), time);
            put(s, time, strlen(time));
        } else {
            put(s, "%", 1);
        }
    }
}

cm_status cm_fail(cm_error *err, cm_status code, const char *f, ...)
{
    if (err != NULL) {
        va_list arguments;
        sink message = {err->message, 0, sizeof err->message};
        err->code = code;
        err->field[0] = '\0';
        va_start(arguments, f);
        format(&message, f, arguments);
        va_end(arguments);
    }
    return code;
}

cm_status cm_fail_in(cm_error *err, cm_status status, const char *path, ...)
{
    if (status != CM_OK && err != NULL) {
        char old[sizeof err->field];
        va_list arguments;
        sink field = {err->field, 0, sizeof err->field};
        memcpy(old, err->field, sizeof old);
        va_start(arguments, path);
        format(&field, path, arguments);
        va_end(arguments);
        if (old[0] != '\0') {
            put(&field, ".", old[0] == '[' ? 0 : 1);
            put(&field, old, strlen(old));
        }
    }
    return status;
}

cm_status cm_fail_memory(cm_error *err)
{
    return cm_fail(err, CM_ERR_MEMORY, "out of memory");
}

cm_status cm_fail_internal(cm_error *err, const char *where)
{
    return cm_fail(err, CM_ERR_INTERNAL, "internal error in %s; please report it", where);
}

bool cm_lacked_memory(int result)
{
    /* A result is minus the sum of a code of the module that was called and one, in the low seven
     * bits, of what that called. */
    static const int codes[] = {MBEDTLS_ERR_MPI_ALLOC_FAILED, MBEDTLS_ERR_ASN1_ALLOC_FAILED,
                                MBEDTLS_ERR_ECP_ALLOC_FAILED, MBEDTLS_ERR_MD_ALLOC_FAILED,
                                MBEDTLS_ERR_PEM_ALLOC_FAILED, MBEDTLS_ERR_PK_ALLOC_FAILED};
    const int low = 0x7f;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (-codes[i] == (-result & low) || -codes[i] == (-result & ~low)) {
            return true;
        }
    }
    return false;
}
