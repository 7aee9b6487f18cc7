#include "ber.h"

#include "der.h"
#include "error.h"

enum { DEPTH_LIMIT = 32, INDEFINITE = -1, CONSTRUCTED = 0x20 };

/* Takes identifier and length octets; *length is INDEFINITE for the form without. */
static bool take_header(cm_view *in, uint8_t *tag, int64_t *length)
{
    if (in->size < 2 || (in->data[0] & 0x1f) == 0x1f) {
        return false;
    }
    size_t octets = in->data[1] >= 0x80 ? in->data[1] & 0x7fu : 0;
    *tag = in->data[0];
    *length = in->data[1];
    if (octets > 4 || octets > in->size - 2) {
        return false;
    }
    if (in->data[1] == 0x80) {
        *length = INDEFINITE;
        *in = (cm_view){in->data + 2, in->size - 2};
        return (*tag & CONSTRUCTED) != 0;
    }
    if (octets > 0) {
        *length = 0;
        for (size_t i = 0; i < octets; i++) {
            *length = *length << 8 | in->data[2 + i];
        }
    }
    *in = (cm_view){in->data + 2 + octets, in->size - 2 - octets};
    return (uint64_t)*length <= in->size;
}

/* True, and past it, when the end-of-contents octets stand at the front. */
static bool take_end(cm_view *in)
{
    if (in->size < 2 || in->data[0] != 0 || in->data[1] != 0) {
        return false;
    }
    *in = (cm_view){in->data + 2, in->size - 2};
    return true;
}

/* One element; `pieces`: as a piece of an OCTET STRING, whose header is written already. */
static bool rewrite(cm_view *in, cm_der *d, unsigned depth, bool pieces)
{
    uint8_t tag;
    int64_t length;
    if (depth > DEPTH_LIMIT || !take_header(in, &tag, &length)) {
        return false;
    }
    bool string = (tag & ~CONSTRUCTED) == CM_TAG_OCTET_STRING;
    if (pieces && !string) {
        return false;
    }
    bool indefinite = length == INDEFINITE;
    cm_view content = indefinite ? *in : (cm_view){in->data, (size_t)length};
    size_t mark = pieces ? 0 : cm_der_begin(d, string ? CM_TAG_OCTET_STRING : tag);
    if ((tag & CONSTRUCTED) == 0) {
        cm_der_raw(d, content);
        content.size = 0;
    }
    while (indefinite ? !take_end(&content) : content.size > 0) {
        if (!rewrite(&content, d, depth + 1, string)) {
            return false;
        }
    }
    if (!pieces) {
        cm_der_end(d, mark);
    }
    *in = indefinite ? content : (cm_view){in->data + (size_t)length, in->size - (size_t)length};
    return true;
}

cm_status cm_ber_to_der(cm_view ber, cm_bytes *der, cm_error *err)
{
    cm_der d = {NULL, 0, 0, CM_OK};
    *der = (cm_bytes){NULL, 0};
    if (!rewrite(&ber, &d, 0, false)) {
        cm_der_free(&d);
        return cm_fail(err, CM_ERR_MALFORMED, "not BER, or cut short");
    }
    if (ber.size != 0) {
        cm_der_free(&d);
        return cm_fail(err, CM_ERR_MALFORMED, "%d bytes follow the end", (int)ber.size);
    }
    return cm_der_finish(&d, der, err);
}
