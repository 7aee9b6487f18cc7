/*
 * DER (X.690): a writer that grows, a reader over borrowed bytes, object identifiers and times.
 *
 * The writer remembers its first failure, so that a sequence of calls needs one check at the end.
 * Elements are written in the order of the encoding: begin(tag) ... end(mark).
 */
#ifndef CM_DER_H
#define CM_DER_H

#include "certmint.h"

/* Universal tags, with the constructed bit where X.690 has it. */
enum {
    CM_TAG_BOOLEAN = 0x01,
    CM_TAG_INTEGER = 0x02,
    CM_TAG_BIT_STRING = 0x03,
    CM_TAG_OCTET_STRING = 0x04,
    CM_TAG_NULL = 0x05,
    CM_TAG_OID = 0x06,
    CM_TAG_ENUMERATED = 0x0a,
    CM_TAG_UTF8_STRING = 0x0c,
    CM_TAG_NUMERIC_STRING = 0x12,
    CM_TAG_PRINTABLE_STRING = 0x13,
    CM_TAG_T61_STRING = 0x14,
    CM_TAG_IA5_STRING = 0x16,
    CM_TAG_UTC_TIME = 0x17,
    CM_TAG_GENERALIZED_TIME = 0x18,
    CM_TAG_VISIBLE_STRING = 0x1a,
    CM_TAG_UNIVERSAL_STRING = 0x1c,
    CM_TAG_BMP_STRING = 0x1e,
    CM_TAG_SEQUENCE = 0x30,
    CM_TAG_SET = 0x31
};
/* Context-specific tags: primitive [n] and constructed [n]. */
#define CM_TAG_CONTEXT(n) ((uint8_t)(0x80 | (n)))
#define CM_TAG_CONTEXT_CONSTRUCTED(n) ((uint8_t)(0xa0 | (n)))

/* ------------------------------------------------------------------ writing */

typedef struct cm_der {
    uint8_t *data;
    size_t size, capacity;
    cm_status status; /* the first failure: CM_ERR_MEMORY */
} cm_der;

/* Opens an element; pass the mark to cm_der_end, which fills in the length. */
size_t cm_der_begin(cm_der *d, uint8_t tag);
void cm_der_end(cm_der *d, size_t mark);

void cm_der_raw(cm_der *d, cm_view bytes); /* as they are */
void cm_der_element(cm_der *d, uint8_t tag, const void *content, size_t size);
void cm_der_text(cm_der *d, uint8_t tag, cm_text text);
void cm_der_boolean(cm_der *d, bool value);
void cm_der_null(cm_der *d);
void cm_der_small(cm_der *d, uint8_t tag, unsigned value); /* INTEGER or ENUMERATED, >= 0 */
/* A non-negative INTEGER of big-endian bytes: leading zeros dropped, one added where needed. */
void cm_der_unsigned(cm_der *d, cm_view big_endian);
/* A BIT STRING of whole bytes. */
void cm_der_bit_string(cm_der *d, cm_view bytes);
/* A named bit list (X.690 §11.2.2): bit i of `bits` is named bit i; trailing zero bits dropped. */
void cm_der_named_bits(cm_der *d, uint8_t tag, unsigned bits);
/* A Time as RFC 5280 §4.1.2.5 has it. `time` must be within cm_time_valid. */
void cm_der_time(cm_der *d, int64_t time);

/* The same, always as GeneralizedTime: invalidityDate (RFC 5280 §5.3.2). */
void cm_der_generalized_time(cm_der *d, int64_t time);

/* Hands the bytes over to *out, or frees them and returns the failure. */
cm_status cm_der_finish(cm_der *d, cm_bytes *out, cm_error *err);
/* Zeroes and frees; the writer is then empty. */
void cm_der_free(cm_der *d);
cm_view cm_der_view(const cm_der *d);

/* ------------------------------------------------------------------ reading */

/* Takes one element off the front of *in when it has this tag: *content is its content. DER lengths
 * only. Returns false, *in unchanged, otherwise. */
bool cm_der_take(cm_view *in, uint8_t tag, cm_view *content);
/* The same for any tag (single-byte tags); *whole, if not NULL, gets the element with its header.
 */
bool cm_der_take_any(cm_view *in, uint8_t *tag, cm_view *content, cm_view *whole);
/* One element with this tag, header included. */
bool cm_der_take_whole(cm_view *in, uint8_t tag, cm_view *whole);
/* The tag at the front, 0 at the end. */
uint8_t cm_der_peek(cm_view in);
/* A BIT STRING with no unused bits. */
bool cm_der_take_bit_string(cm_view *in, cm_view *bytes);
/* A named bit list into bits as cm_der_named_bits has them; at most 16 bits are kept. */
bool cm_der_named_bits_of(cm_view content, unsigned *bits);
/* A non-negative INTEGER content that fits 31 bits. */
bool cm_der_small_of(cm_view content, unsigned *value);
/* UTCTime or GeneralizedTime in the form of RFC 5280 §4.1.2.5 (Z, seconds, no fraction). */
bool cm_der_take_time(cm_view *in, int64_t *time);

/* ------------------------------------------------------------------ identifiers and times */

enum { CM_OID_MAX = 64 }; /* bytes of content of an object identifier */

/* Encodes a dotted object identifier ("2.5.4.3") as OID content. False when it is not one: at least
 * two arcs, first 0..2, second < 40 under 0 and 1, arcs < 2^64, no leading zeros. */
bool cm_oid_encode(cm_text dotted, uint8_t out[CM_OID_MAX], size_t *size);
enum { CM_OID_TEXT_SIZE = 256 };
/* Writes the dotted form, NUL-terminated; "?" when the content is not one or is too long. */
void cm_oid_text(cm_view content, char out[CM_OID_TEXT_SIZE]);

/* 1950-01-01T00:00:00Z to 9999-12-31T23:59:59Z: what RFC 5280 can say. */
bool cm_time_valid(int64_t time);
enum { CM_TIME_TEXT_SIZE = 32 };
/* RFC 3339, "2026-01-31T12:00:00Z"; "an impossible time" outside cm_time_valid. */
void cm_time_text(int64_t time, char out[CM_TIME_TEXT_SIZE]);

#endif
