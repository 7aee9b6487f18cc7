/* From bytes to the things in them: what is this? */
#include <string.h>

#include "ber.h"
#include "crl.h"
#include "error.h"
#include "inspection.h"
#include "pem.h"
#include "request.h"
#include "shape.h"
#include "text.h"

/* ------------------------------------------------------------------ what DER is */

/* TBSCertificate, CertificationRequestInfo or TBSCertList: what stands behind the version. */
static cm_item_kind kind_of_signed(cm_view tbs)
{
    cm_view part, oid;
    if (cm_der_peek(tbs) == CM_TAG_CONTEXT_CONSTRUCTED(0)) {
        return CM_ITEM_CERTIFICATE;
    }
    if (cm_der_peek(tbs) == CM_TAG_SEQUENCE) {
        return CM_ITEM_CRL; /* version 1 */
    }
    if (!cm_der_take(&tbs, CM_TAG_INTEGER, &part) || !cm_der_take(&tbs, CM_TAG_SEQUENCE, &part)) {
        return CM_ITEM_UNKNOWN;
    }
    if (!cm_der_take(&part, CM_TAG_OID, &oid)) {
        return CM_ITEM_REQUEST; /* a Name, no algorithm */
    }
    return cm_der_take(&tbs, CM_TAG_SEQUENCE, &part) && cm_der_peek(tbs) == CM_TAG_SEQUENCE
               ? CM_ITEM_CERTIFICATE /* version 1; a list has a time there */
               : CM_ITEM_CRL;
}

/* The kind of thing, by its outermost elements alone. */
static cm_item_kind kind_of(cm_view der)
{
    cm_view content, parts[3] = {{NULL, 0}};
    uint8_t tags[3] = {0};
    if (!cm_der_take(&der, CM_TAG_SEQUENCE, &content)) {
        return CM_ITEM_UNKNOWN;
    }
    for (size_t i = 0; i < 3 && cm_der_take_any(&content, &tags[i], &parts[i], NULL); i++) {
    }
    switch (tags[0]) {
    case CM_TAG_OID:
        return tags[1] == CM_TAG_CONTEXT_CONSTRUCTED(0) ? CM_ITEM_PKCS7 : CM_ITEM_UNKNOWN;
    case CM_TAG_INTEGER:
        if (tags[1] == CM_TAG_SEQUENCE && tags[2] != CM_TAG_OCTET_STRING) {
            return CM_ITEM_PKCS12;
        }
        if (tags[1] == CM_TAG_INTEGER && tags[2] == 0) {
            return CM_ITEM_PUBLIC_KEY; /* RSAPublicKey */
        }
        return tags[1] == CM_TAG_SEQUENCE || tags[1] == CM_TAG_INTEGER ||
                       tags[1] == CM_TAG_OCTET_STRING
                   ? CM_ITEM_PRIVATE_KEY
                   : CM_ITEM_UNKNOWN;
    case CM_TAG_SEQUENCE:
        if (tags[1] == CM_TAG_OCTET_STRING) {
            return CM_ITEM_PRIVATE_KEY; /* encrypted */
        }
        if (tags[1] == CM_TAG_BIT_STRING) {
            return CM_ITEM_PUBLIC_KEY;
        }
        return tags[1] == CM_TAG_SEQUENCE && tags[2] == CM_TAG_BIT_STRING ? kind_of_signed(parts[0])
                                                                          : CM_ITEM_UNKNOWN;
    default:
        return CM_ITEM_UNKNOWN;
    }
}

/* ------------------------------------------------------------------ what is signed */

static void read_certificate(cm_inspection *in, cm_view der, const cm_place *place)
{
    cm_x509 x509;
    cm_error error;
    if (!cm_x509_split(der, &x509)) {
        cm_x509_parse(der, &x509, &error);
        cm_inspection_add_unreadable(in, CM_ITEM_CERTIFICATE, place, der, &error);
        return;
    }
    cm_item *item = cm_inspection_add(in, CM_ITEM_CERTIFICATE, place, der);
    if (item != NULL) {
        item->x509 = x509;
        item->spki = x509.public_key;
    }
}

static void read_request(cm_inspection *in, cm_view der, const cm_place *place)
{
    cm_request request;
    cm_error error;
    if (cm_request_parse(der, &request, &error) != CM_OK) {
        cm_inspection_add_unreadable(in, CM_ITEM_REQUEST, place, der, &error);
        return;
    }
    cm_item *item = cm_inspection_add(in, CM_ITEM_REQUEST, place, der);
    if (item != NULL) {
        item->spki = request.public_key;
    }
}

static void read_crl(cm_inspection *in, cm_view der, const cm_place *place)
{
    cm_crl crl;
    cm_error error;
    if (cm_crl_parse(der, &crl, &error) != CM_OK) {
        cm_inspection_add_unreadable(in, CM_ITEM_CRL, place, der, &error);
        return;
    }
    cm_inspection_add(in, CM_ITEM_CRL, place, der);
}

/* ------------------------------------------------------------------ DER, base64, PEM, text */

void cm_inspection_read_der(cm_inspection *in, cm_view der, const cm_place *place,
                            const char *format)
{
    cm_item_kind kind = kind_of(der);
    if (cm_inspection_is_full(in)) {
        return;
    }
    if ((kind == CM_ITEM_PKCS7 || kind == CM_ITEM_PKCS12) &&
        place->depth >= CM_INSPECT_DEPTH_LIMIT) {
        cm_inspection_refuse(in, place, der, CM_ERR_LIMIT, "files inside files inside files");
        return;
    }
    switch (kind) {
    case CM_ITEM_CERTIFICATE:
        read_certificate(in, der, place);
        break;
    case CM_ITEM_REQUEST:
        read_request(in, der, place);
        break;
    case CM_ITEM_CRL:
        read_crl(in, der, place);
        break;
    case CM_ITEM_PRIVATE_KEY:
        cm_inspection_read_private_key(in, der, place, format, NULL);
        break;
    case CM_ITEM_PUBLIC_KEY:
        cm_inspection_read_public_key(in, der, place, format);
        break;
    case CM_ITEM_PKCS12:
        cm_inspection_read_pkcs12(in, der, place);
        break;
    case CM_ITEM_PKCS7:
        cm_inspection_read_pkcs7(in, der, place);
        break;
    case CM_ITEM_UNKNOWN:
    case CM_ITEM_PARAMETERS:
        cm_inspection_refuse(in, place, der, CM_ERR_UNSUPPORTED,
                             "DER of a kind that is not known here");
        break;
    }
}

/* BER is made DER first: of indefinite length, or with strings in pieces. */
static void read_ber(cm_inspection *in, cm_view ber, const cm_place *place)
{
    cm_bytes der;
    cm_error error;
    if (cm_ber_to_der(ber, &der, &error) != CM_OK) {
        cm_inspection_add_unreadable(in, CM_ITEM_UNKNOWN, place, ber, &error);
        return;
    }
    cm_inspection_read_der(in, cm_inspection_keep(in, &der), place, NULL);
}

static bool is_store(cm_view der)
{
    cm_item_kind kind = kind_of(der);
    return kind == CM_ITEM_PKCS12 || kind == CM_ITEM_PKCS7;
}

/* One thing after another. `located`: the bytes are the input itself. */
static void read_binary(cm_inspection *in, cm_view data, const cm_place *place, bool located)
{
    const uint8_t *start = data.data;
    while (data.size > 0 && !cm_inspection_is_full(in)) {
        cm_place there = *place;
        cm_view rest = data, content, whole;
        uint8_t tag;
        bool der = cm_der_take_any(&rest, &tag, &content, &whole);
        if (!der) {
            whole = data;
            rest = (cm_view){NULL, 0};
        }
        if (located) {
            there.offset = (size_t)(data.data - start);
            there.length = whole.size;
        }
        if (!der || is_store(whole)) {
            read_ber(in, whole, &there);
        } else {
            cm_inspection_read_der(in, whole, &there, NULL);
        }
        data = rest;
    }
}

static bool is_der(cm_view data)
{
    cm_view content;
    uint8_t tag;
    return data.size >= 2 && data.data[0] == CM_TAG_SEQUENCE &&
           (data.data[1] > 'z' || cm_der_take_any(&data, &tag, &content, NULL));
}

/* The value of a header of RFC 1421 in a PEM body, up to a comma or the end of the line. */
static cm_text header_value(cm_text body, const char *name)
{
    size_t skip = strlen(name);
    for (size_t i = 0; i + skip < body.size && i < 512; i++) {
        if (memcmp(body.data + i, name, skip) == 0) {
            cm_text value = {body.data + i + skip, 0};
            while (i + skip + value.size < body.size && value.data[value.size] != ',' &&
                   value.data[value.size] != '\r' && value.data[value.size] != '\n') {
                value.size++;
            }
            return value;
        }
    }
    return (cm_text){NULL, 0};
}

/* EC PARAMETERS and DH PARAMETERS, as OpenSSL writes them. */
static void read_parameters(cm_inspection *in, cm_view der, const cm_place *place)
{
    cm_view content, part;
    cm_item *item = cm_inspection_add(in, CM_ITEM_PARAMETERS, place, der);
    if (item == NULL) {
        return;
    }
    if (cm_der_take(&der, CM_TAG_OID, &content)) {
        cm_json_put_oid(&item->notes, "curve", content);
    } else if (cm_der_take(&der, CM_TAG_SEQUENCE, &content) &&
               cm_der_take(&content, CM_TAG_INTEGER, &part) && part.size > 1) {
        cm_json_put_integer(&item->notes, "bits", 8 * ((int64_t)part.size - (part.data[0] == 0)));
    }
}

static bool ends_with(cm_text text, const char *end)
{
    size_t size = strlen(end);
    return text.size >= size && memcmp(text.data + text.size - size, end, size) == 0;
}

static void read_block(cm_inspection *in, const cm_pem_block *block, const cm_place *place)
{
    cm_text cipher = header_value(block->body, "DEK-Info: ");
    cm_bytes decoded;
    cm_error error;
    if (cipher.data != NULL && ends_with(block->label, "PRIVATE KEY")) {
        cm_inspection_read_legacy_key(in, block, cipher, place);
        return;
    }
    if (cm_base64_decode(block->body, &decoded, &error) != CM_OK) {
        cm_inspection_add_unreadable(in, CM_ITEM_UNKNOWN, place, (cm_view){NULL, 0}, &error);
        return;
    }
    cm_view der = cm_inspection_keep(in, &decoded), rest = der, whole;
    if (cm_text_is(block->label, "OPENSSH PRIVATE KEY")) {
        cm_inspection_read_openssh_private(in, der, place);
    } else if (ends_with(block->label, " PARAMETERS")) {
        read_parameters(in, der, place);
    } else if (cm_text_is(block->label, "TRUSTED CERTIFICATE") &&
               cm_der_take_whole(&rest, CM_TAG_SEQUENCE, &whole)) {
        cm_inspection_read_der(in, whole, place,
                               NULL); /* OpenSSL's: with its trust settings behind */
    } else if (der.size == 0) {
        cm_inspection_refuse(in, place, der, CM_ERR_MALFORMED, "the block is empty");
    } else {
        read_binary(in, der, place, false);
    }
}

static void read_pem(cm_inspection *in, cm_text text, const cm_place *place, bool located)
{
    const char *start = text.data;
    cm_pem_block block;
    cm_pem_found found;
    while (!cm_inspection_is_full(in) && (found = cm_pem_scan(&text, &block)) != CM_PEM_NOTHING) {
        cm_place there = *place;
        there.form = located ? "pem" : place->form;
        there.label = block.label;
        if (located) {
            there.offset = (size_t)(block.whole.data - start);
            there.length = block.whole.size;
        }
        if (found == CM_PEM_BLOCK) {
            read_block(in, &block, &there);
        } else {
            cm_inspection_refuse(in, &there, (cm_view){NULL, 0}, CM_ERR_MALFORMED,
                                 "the PEM block has no matching END line");
        }
    }
}

static bool holds_pem(cm_text text)
{
    cm_pem_block block;
    return cm_pem_scan(&text, &block) != CM_PEM_NOTHING;
}

static char first_character(cm_text text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] > ' ') {
            return text.data[i];
        }
    }
    return 0;
}

/* What text there is of each form; false when it is none of them. */
static bool read_text(cm_inspection *in, cm_text text, const cm_place *place, bool located)
{
    cm_place there = *place;
    char first = first_character(text);
    if (holds_pem(text)) {
        read_pem(in, text, place, located);
        return true;
    }
    if (first == '{') {
        there.form = "jwk";
        cm_inspection_read_jwk(in, text, &there);
        return true;
    }
    if (cm_text_is_openssh(text)) {
        cm_inspection_read_openssh(in, text, place, located);
        return true;
    }
    return false;
}

void cm_inspection_read(cm_inspection *in, cm_view input)
{
    cm_text text = {(const char *)input.data, input.size};
    cm_place place = {.input = in->input, .form = "der", .length = input.size};
    cm_bytes decoded;
    if (first_character(text) == 0) {
        cm_inspection_refuse(in, &place, input, CM_ERR_MALFORMED, "there is nothing in it");
        return;
    }
    if (is_der(input)) {
        read_binary(in, input, &place, true);
        return;
    }
    if (read_text(in, text, &place, true)) {
        return;
    }
    if (cm_base64_decode(text, &decoded, NULL) == CM_OK) {
        cm_view inner = cm_inspection_keep(in, &decoded);
        place.form = "base64";
        if (is_der(inner)) {
            read_binary(in, inner, &place, false);
            return;
        }
        if (inner.size > 0 &&
            read_text(in, (cm_text){(const char *)inner.data, inner.size}, &place, false)) {
            return;
        }
        place.form = "der";
    }
    cm_inspection_refuse(in, &place, input, CM_ERR_UNSUPPORTED,
                         "neither PEM, DER, base64 of it, a JWK nor a key of OpenSSH");
}
