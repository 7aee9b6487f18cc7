/* From bytes to the things in them: what is this? */
#include <stdlib.h>
#include <string.h>

#include "ber.h"
#include "error.h"
#include "inspection.h"
#include "jwk.h"
#include "key.h"
#include "oid.h"
#include "openssh.h"
#include "pem.h"
#include "pkcs7.h"
#include "pkcs8.h"
#include "report.h"
#include "shape.h"
#include "text.h"

static void read_der(cm_inspection *in, cm_view der, const cm_place *place, const char *format);

static bool is(cm_view oid, const char *wanted, size_t size)
{
    return cm_view_equal(oid, (cm_view){(const uint8_t *)wanted, size});
}

static const char NEEDED[] = "encrypted: a passphrase is needed";

#define IS(oid, literal) is((oid), (literal), OID_SIZE(literal))

/* ------------------------------------------------------------------ keeping things */

/* Takes bytes over; they live as long as the inspection. */
static cm_view keep(cm_inspection *in, cm_bytes *bytes)
{
    cm_bytes *grown = realloc(in->buffers, (in->buffer_count + 1) * sizeof *grown);
    if (grown == NULL) {
        cm_bytes_free(bytes);
        in->status = CM_ERR_MEMORY;
        return (cm_view){NULL, 0};
    }
    in->buffers = grown;
    grown[in->buffer_count++] = *bytes;
    cm_view view = {bytes->data, bytes->size};
    *bytes = (cm_bytes){NULL, 0};
    return view;
}

static cm_view keep_der(cm_inspection *in, cm_der *d)
{
    cm_bytes bytes;
    if (cm_der_finish(d, &bytes, NULL) != CM_OK) {
        in->status = CM_ERR_MEMORY;
        return (cm_view){NULL, 0};
    }
    return keep(in, &bytes);
}

static cm_view keep_copy(cm_inspection *in, cm_view v)
{
    cm_der copy = {NULL, 0, 0, CM_OK};
    cm_der_raw(&copy, v);
    return keep_der(in, &copy);
}

/* A thing at the end; NULL when there is no room for more. The next one may move it. */
static cm_item *add(cm_inspection *in, cm_item_kind kind, const cm_place *place, cm_view der)
{
    if (in->count == CM_INSPECT_ITEM_LIMIT) {
        in->truncated = true;
        return NULL;
    }
    if (in->count == in->capacity) {
        size_t capacity = in->capacity == 0 ? 8 : 2 * in->capacity;
        cm_item *grown = realloc(in->items, capacity * sizeof *grown);
        if (grown == NULL) {
            in->status = CM_ERR_MEMORY;
            return NULL;
        }
        in->items = grown;
        in->capacity = capacity;
    }
    cm_item *item = &in->items[in->count];
    memset(item, 0, sizeof *item);
    item->kind = kind;
    item->place = *place;
    item->der = der;
    item->copy_of = in->count++;
    return item;
}

static bool is_full(const cm_inspection *in)
{
    return in->status != CM_OK || in->truncated;
}

static void add_unreadable(cm_inspection *in, cm_item_kind kind, const cm_place *place, cm_view der,
                           const cm_error *error)
{
    cm_item *item = add(in, kind, place, der);
    if (item != NULL) {
        item->error = *error;
        item->error.field[0] = '\0';
    }
    if (error->code == CM_ERR_MEMORY) {
        in->status = CM_ERR_MEMORY;
    }
}

static void refuse(cm_inspection *in, const cm_place *place, cm_view der, cm_status code,
                   const char *message)
{
    cm_error error;
    cm_fail(&error, code, "%s", message);
    add_unreadable(in, CM_ITEM_UNKNOWN, place, der, &error);
}

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
        add_unreadable(in, CM_ITEM_CERTIFICATE, place, der, &error);
        return;
    }
    cm_item *item = add(in, CM_ITEM_CERTIFICATE, place, der);
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
        add_unreadable(in, CM_ITEM_REQUEST, place, der, &error);
        return;
    }
    cm_item *item = add(in, CM_ITEM_REQUEST, place, der);
    if (item != NULL) {
        item->spki = request.public_key;
    }
}

static void read_crl(cm_inspection *in, cm_view der, const cm_place *place)
{
    cm_crl crl;
    cm_error error;
    if (cm_crl_parse(der, &crl, &error) != CM_OK) {
        add_unreadable(in, CM_ITEM_CRL, place, der, &error);
        return;
    }
    add(in, CM_ITEM_CRL, place, der);
}

/* ------------------------------------------------------------------ keys */

/* The public half of a key that was opened, and no more of it. */
static void set_key(cm_inspection *in, cm_item *item, cm_key *key)
{
    item->spki = keep_copy(in, (cm_view){key->spki.data, key->spki.size});
    cm_key_free(key);
}

/* SubjectPublicKeyInfo around bits. */
static cm_view build_spki(cm_inspection *in, cm_view algorithm, cm_view bits)
{
    cm_der d = {NULL, 0, 0, CM_OK};
    size_t mark = cm_der_begin(&d, CM_TAG_SEQUENCE);
    cm_der_raw(&d, algorithm);
    cm_der_bit_string(&d, bits);
    cm_der_end(&d, mark);
    return keep_der(in, &d);
}

static void read_public_key(cm_inspection *in, cm_view der, const cm_place *place,
                            const char *format)
{
    static const uint8_t rsa[] = {0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                  0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};
    cm_view content = der, oid, parameters, bits;
    cm_item *item = add(in, CM_ITEM_PUBLIC_KEY, place, der);
    if (item == NULL) {
        return;
    }
    bool pkcs1 =
        cm_der_take(&content, CM_TAG_SEQUENCE, &bits) && cm_der_peek(bits) == CM_TAG_INTEGER;
    item->format = format != NULL ? format : pkcs1 ? "pkcs1" : "spki";
    item->spki = pkcs1 ? build_spki(in, (cm_view){rsa, sizeof rsa}, der) : der;
    if (!cm_spki_split(item->spki, &oid, &parameters, &bits)) {
        cm_fail(&item->error, CM_ERR_MALFORMED,
                "the public key is not what RFC 5280 §4.1 describes");
    }
}

/* The public half that stands in an ECPrivateKey (RFC 5915 §3); `algorithm` may be empty: the curve
 * stands there too, then. */
static void peek_sec1(cm_inspection *in, cm_view der, cm_view algorithm, cm_item *item)
{
    cm_view content, part, bits;
    cm_der built = {NULL, 0, 0, CM_OK};
    item->type = "ec";
    if (!cm_der_take(&der, CM_TAG_SEQUENCE, &content) ||
        !cm_der_take(&content, CM_TAG_INTEGER, &part) ||
        !cm_der_take(&content, CM_TAG_OCTET_STRING, &part)) {
        return;
    }
    if (cm_der_take(&content, CM_TAG_CONTEXT_CONSTRUCTED(0), &part) && algorithm.size == 0) {
        size_t mark = cm_der_begin(&built, CM_TAG_SEQUENCE);
        cm_der_element(&built, CM_TAG_OID, OID_EC_PUBLIC_KEY, OID_SIZE(OID_EC_PUBLIC_KEY));
        cm_der_raw(&built, part);
        cm_der_end(&built, mark);
        algorithm = cm_der_view(&built);
    }
    if (cm_der_take(&content, CM_TAG_CONTEXT_CONSTRUCTED(1), &part) &&
        cm_der_take_bit_string(&part, &bits) && algorithm.size > 0) {
        item->spki = build_spki(in, algorithm, bits);
    }
    cm_der_free(&built);
}

/* What PKCS#8 (RFC 5958 §2) says of a key that is not opened: its algorithm, and the public half
 * where that stands beside it. */
static void peek_pkcs8(cm_inspection *in, cm_view der, cm_item *item)
{
    cm_view content, part, oid, parameters, algorithm;
    if (!cm_der_take(&der, CM_TAG_SEQUENCE, &content) ||
        !cm_der_take(&content, CM_TAG_INTEGER, &part) ||
        !cm_der_take_whole(&content, CM_TAG_SEQUENCE, &algorithm)) {
        return;
    }
    part = algorithm;
    if (!cm_der_take(&part, CM_TAG_SEQUENCE, &parameters) ||
        !cm_der_take(&parameters, CM_TAG_OID, &oid) ||
        !cm_der_take(&content, CM_TAG_OCTET_STRING, &part)) {
        return;
    }
    item->type = cm_oid_name(oid);
    if (IS(oid, OID_EC_PUBLIC_KEY)) {
        peek_sec1(in, part, algorithm, item);
        return;
    }
    cm_der_take(&content, CM_TAG_CONTEXT_CONSTRUCTED(0), &part);
    if (cm_der_take(&content, CM_TAG_CONTEXT(1), &part) && part.size > 1 && part.data[0] == 0) {
        item->spki = build_spki(in, algorithm, (cm_view){part.data + 1, part.size - 1});
    }
}

/* What can be told of a key that mbedTLS does not read. */
static void peek(cm_inspection *in, cm_view der, cm_item *item)
{
    if (strcmp(item->format, "pkcs8") == 0) {
        peek_pkcs8(in, der, item);
    } else if (strcmp(item->format, "sec1") == 0) {
        peek_sec1(in, der, (cm_view){NULL, 0}, item);
    } else {
        item->type = strcmp(item->format, "dsa") == 0 ? "dsa" : "rsa";
    }
}

/* By what follows the version; DSA keys in OpenSSL's form are six INTEGERs. */
static const char *format_of(cm_view der)
{
    cm_view content, part;
    size_t integers = 0;
    if (!cm_der_take(&der, CM_TAG_SEQUENCE, &content)) {
        return "pkcs8";
    }
    while (cm_der_take(&content, CM_TAG_INTEGER, &part)) {
        integers++;
    }
    if (integers > 1) {
        return integers == 6 && content.size == 0 ? "dsa" : "pkcs1";
    }
    return cm_der_peek(content) == CM_TAG_OCTET_STRING ? "sec1" : "pkcs8";
}

/* Reads a key with each passphrase in turn (one that is not encrypted needs none). `work`: the
 * iterations that it asks for. */
static cm_status open_key(cm_inspection *in, cm_view data, unsigned work, bool encrypted,
                          cm_key **key, cm_error *error)
{
    const cm_inspect_options *o = in->options;
    size_t tries = encrypted ? o->passphrase_count : 1;
    cm_status status = cm_fail(error, CM_ERR_PASSPHRASE, NEEDED);
    *key = NULL;
    if (in->keys_left == 0) {
        return cm_fail(error, CM_ERR_LIMIT, "more than %d private keys: this one was not opened",
                       CM_INSPECT_KEY_LIMIT);
    }
    for (size_t i = 0; i < tries && status == CM_ERR_PASSPHRASE; i++) {
        cm_view passphrase = encrypted ? o->passphrases[i] : (cm_view){NULL, 0};
        if (in->iterations_left == 0) {
            return cm_fail(error, CM_ERR_LIMIT,
                           "the limit of iterations is used up: this key was not opened");
        }
        status = cm_key_import_limited(data, passphrase, in->iterations_left, in->rng, key, error);
        in->iterations_left -= status == CM_ERR_LIMIT       ? 0
                               : work < in->iterations_left ? work
                                                            : in->iterations_left;
    }
    in->keys_left--;
    return status;
}

/* Keeps why a key was not opened. mbedTLS calls kinds of keys damaged that it does not know. */
static void note_error(cm_inspection *in, cm_item *item, cm_view der, const cm_error *error)
{
    char thumbprint[44];
    item->error = *error;
    item->error.field[0] = '\0';
    if (der.size == 0 || der.data[0] != CM_TAG_SEQUENCE) {
        return;
    }
    peek(in, der, item);
    bool ec = item->type != NULL && strcmp(item->type, "ec") == 0;
    bool foreign = item->type != NULL && strcmp(item->type, "rsa") != 0 &&
                   (!ec || (item->spki.size > 0 && !cm_spki_thumbprint(item->spki, thumbprint)));
    if (foreign && error->code == CM_ERR_MALFORMED) {
        cm_fail(&item->error, CM_ERR_UNSUPPORTED, "this kind of key is not handled here");
    }
}

/* A private key whose description is there already; `data` is what cm_key_import reads, `der` what
 * the key looks like when it is not encrypted. */
static void finish_private_key(cm_inspection *in, cm_item *item, cm_view data, unsigned work,
                               bool encrypted)
{
    cm_key *key;
    cm_error error;
    cm_status status = open_key(in, data, work, encrypted, &key, &error);
    if (key != NULL) {
        set_key(in, item, key);
        return;
    }
    if (status == CM_ERR_MEMORY) {
        in->status = status;
    }
    item->locked = encrypted;
    note_error(in, item, encrypted ? (cm_view){NULL, 0} : data, &error);
}

static void read_private_key(cm_inspection *in, cm_view der, const cm_place *place,
                             const char *format)
{
    cm_view content, algorithm;
    unsigned work = 0;
    bool encrypted = cm_pkcs8_is_encrypted(der);
    cm_item *item = add(in, CM_ITEM_PRIVATE_KEY, place, der);
    if (item == NULL) {
        return;
    }
    item->format = format != NULL ? format : format_of(der);
    if (encrypted && cm_der_take(&der, CM_TAG_SEQUENCE, &content) &&
        cm_der_take(&content, CM_TAG_SEQUENCE, &algorithm)) {
        cm_json_key(&item->notes, "encryption");
        cm_json_open(&item->notes, '{');
        cm_report_encryption(&item->notes, algorithm, &work);
        cm_json_close(&item->notes, '}');
    }
    finish_private_key(in, item, item->der, work, encrypted);
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

/* OpenSSL's own encryption of PEM: a key derived with MD5 in one iteration. */
static void read_legacy_key(cm_inspection *in, const cm_pem_block *block, cm_text cipher,
                            const cm_place *place)
{
    cm_view whole = {(const uint8_t *)block->whole.data, block->whole.size};
    cm_item *item = add(in, CM_ITEM_PRIVATE_KEY, place, whole);
    if (item == NULL) {
        return;
    }
    cm_json *j = &item->notes;
    item->format = cm_text_is(block->label, "EC PRIVATE KEY") ? "sec1" : "pkcs1";
    cm_json_key(j, "encryption");
    cm_json_open(j, '{');
    cm_json_key(j, "scheme");
    cm_json_string(j, "PEM");
    cm_json_key(j, "cipher");
    cm_json_text(j, cipher);
    cm_json_key(j, "hash");
    cm_json_string(j, "md5");
    cm_json_key(j, "iterations");
    cm_json_integer(j, 1);
    cm_json_close(j, '}');
    finish_private_key(in, item, whole, 1, true);
}

/* ------------------------------------------------------------------ OpenSSH */

static void read_openssh_private(cm_inspection *in, cm_view data, const cm_place *place)
{
    cm_openssh_private key;
    cm_view spki = {NULL, 0};
    cm_bytes der;
    cm_error error;
    cm_status status = cm_openssh_private_split(data, &key, &error);
    if (status != CM_OK) {
        add_unreadable(in, CM_ITEM_PRIVATE_KEY, place, data, &error);
        return;
    }
    status = cm_openssh_public(key.public_key, &der, &error);
    if (status == CM_OK) {
        spki = keep(in, &der);
    }
    cm_item *item = add(in, CM_ITEM_PRIVATE_KEY, place, data);
    if (item == NULL) {
        return;
    }
    item->format = "openssh";
    item->spki = spki;
    if (status != CM_OK) {
        item->error = error;
    }
    item->locked = !cm_text_is(key.cipher, "none");
    if (item->locked) {
        cm_json *j = &item->notes;
        cm_json_key(j, "encryption");
        cm_json_open(j, '{');
        cm_json_key(j, "scheme");
        cm_json_string(j, "OpenSSH");
        cm_json_key(j, "cipher");
        cm_json_text(j, key.cipher);
        cm_json_key(j, "kdf");
        cm_json_text(j, key.kdf);
        cm_json_key(j, "iterations");
        cm_json_integer(j, key.rounds);
        cm_json_close(j, '}');
    }
}

static cm_text take_line(cm_text *rest)
{
    const char *end = rest->size == 0 ? NULL : memchr(rest->data, '\n', rest->size);
    cm_text line = {rest->data, end == NULL ? rest->size : (size_t)(end - rest->data)};
    size_t taken = line.size + (end != NULL ? 1 : 0);
    *rest = (cm_text){rest->data + taken, rest->size - taken};
    return line;
}

/* One word of a line, and past it. */
static cm_text take_word(cm_text *line)
{
    size_t i = 0, start;
    while (i < line->size && (line->data[i] == ' ' || line->data[i] == '\t')) {
        i++;
    }
    start = i;
    while (i < line->size && line->data[i] != ' ' && line->data[i] != '\t' &&
           line->data[i] != '\r') {
        i++;
    }
    cm_text word = {line->data + start, i - start};
    *line = (cm_text){line->data + i, line->size - i};
    return word;
}

static bool begins(cm_text text, const char *with)
{
    size_t size = strlen(with);
    return text.size >= size && memcmp(text.data, with, size) == 0;
}

static bool is_openssh_type(cm_text word)
{
    return begins(word, "ssh-") || begins(word, "ecdsa-sha2-") || begins(word, "sk-");
}

/* Whether the first line that is no comment begins like a public key of OpenSSH. */
static bool is_openssh(cm_text text)
{
    while (text.size > 0) {
        cm_text line = take_line(&text), word = take_word(&line);
        if (word.size > 0 && word.data[0] != '#') {
            return is_openssh_type(word);
        }
    }
    return false;
}

static void read_openssh_line(cm_inspection *in, cm_text line, const cm_place *place)
{
    cm_bytes blob, der = {NULL, 0};
    cm_error error;
    cm_view whole = {(const uint8_t *)line.data, line.size};
    take_word(&line);
    cm_status status = cm_base64_decode(take_word(&line), &blob, &error);
    if (status == CM_OK) {
        status = cm_openssh_public((cm_view){blob.data, blob.size}, &der, &error);
        cm_bytes_free(&blob);
    }
    if (status != CM_OK) {
        add_unreadable(in, CM_ITEM_PUBLIC_KEY, place, whole, &error);
        return;
    }
    cm_view spki = keep(in, &der);
    cm_item *item = add(in, CM_ITEM_PUBLIC_KEY, place, spki);
    if (item != NULL) {
        while (line.size > 0 && (line.data[0] == ' ' || line.data[0] == '\t')) {
            line = (cm_text){line.data + 1, line.size - 1};
        }
        while (line.size > 0 && line.data[line.size - 1] <= ' ') {
            line.size--;
        }
        item->format = "openssh";
        item->spki = spki;
        item->comment = line;
    }
}

static void read_openssh(cm_inspection *in, cm_text text, const cm_place *place, bool located)
{
    const char *start = text.data;
    while (text.size > 0 && !is_full(in)) {
        cm_text line = take_line(&text), rest = line, word = take_word(&rest);
        cm_place there = *place;
        there.form = "openssh";
        if (located) {
            there.offset = (size_t)(line.data - start);
            there.length = line.size;
        }
        if (word.size == 0 || word.data[0] == '#') {
            continue;
        }
        if (is_openssh_type(word)) {
            read_openssh_line(in, (cm_text){word.data, line.size - (size_t)(word.data - line.data)},
                              &there);
        } else {
            refuse(in, &there, (cm_view){NULL, 0}, CM_ERR_UNSUPPORTED,
                   "a line that is no public key of OpenSSH");
        }
    }
}

/* ------------------------------------------------------------------ JSON Web Keys */

static void read_jwk(cm_inspection *in, cm_text json, const cm_place *place)
{
    cm_bytes der;
    cm_error error;
    cm_text keys = cm_jwk_set(json), key;
    if (keys.data != NULL) {
        while (!is_full(in) && cm_jwk_next(&keys, &key)) {
            cm_place there = *place;
            if (place->length == json.size) { /* not one that was in base64 */
                there.offset += (size_t)(key.data - json.data);
                there.length = key.size;
            }
            if (cm_jwk_set(key).data == NULL) {
                read_jwk(in, key, &there);
            }
        }
        return;
    }
    if (cm_jwk_read(json, &der, &error) != CM_OK) {
        add_unreadable(in, CM_ITEM_UNKNOWN, place, (cm_view){NULL, 0}, &error);
        return;
    }
    read_der(in, keep(in, &der), place, "jwk");
}

/* ------------------------------------------------------------------ PKCS#7 */

static void read_set(cm_inspection *in, cm_view set, const cm_place *place)
{
    cm_view content, whole;
    uint8_t tag;
    while (set.size > 0 && !is_full(in)) {
        if (!cm_der_take_any(&set, &tag, &content, &whole)) {
            refuse(in, place, set, CM_ERR_MALFORMED, "DER that is damaged or cut short");
            return;
        }
        read_der(in, whole, place, NULL);
    }
}

static void read_pkcs7(cm_inspection *in, cm_view data, const cm_place *place)
{
    cm_view content, oid, certificates, crls, signers, one, der = data;
    uint8_t tag;
    size_t count = 0;
    cm_item *item = add(in, CM_ITEM_PKCS7, place, data);
    if (item == NULL || !cm_der_take(&der, CM_TAG_SEQUENCE, &content) ||
        !cm_der_take(&content, CM_TAG_OID, &oid)) {
        return;
    }
    cm_json_key(&item->notes, "contentType");
    cm_json_oid(&item->notes, oid);
    if (!cm_pkcs7_sets(data, &certificates, &crls, &signers)) {
        bool other = !IS(oid, OID_SIGNED_DATA);
        cm_fail(&item->error, other ? CM_ERR_UNSUPPORTED : CM_ERR_MALFORMED,
                other ? "only SignedData (RFC 5652 §5) is looked into"
                      : "not what RFC 5652 §5.1 describes");
        return;
    }
    while (cm_der_take_any(&signers, &tag, &one, NULL)) {
        count++;
    }
    cm_json_key(&item->notes, "signers");
    cm_json_integer(&item->notes, (int64_t)count);
    const cm_place inside = {.input = place->input, .form = "der", .depth = place->depth + 1};
    read_set(in, certificates, &inside);
    read_set(in, crls, &inside);
}

/* ------------------------------------------------------------------ PKCS#12 */

/* The state of a walk through one file. */
typedef struct walk {
    cm_inspection *in;
    size_t item; /* of the file itself */
    cm_place inside;
    cm_unlock unlock; /* of the passphrase that fits; else not `open` */
    bool open, listing;
    size_t locked, unread;
} walk;

static cm_json *notes_of(const walk *w)
{
    return &w->in->items[w->item].notes;
}

static cm_view passphrase_at(const cm_inspection *in, size_t i)
{
    return i < in->options->passphrase_count ? in->options->passphrases[i]
                                             : (cm_view){(const uint8_t *)"", 0};
}

/* Does work with the passphrase that fits, or with each until one does: that is kept. */
static cm_status with_passphrase(walk *w,
                                 cm_status (*work)(cm_unlock *u, void *what, cm_error *err),
                                 void *what, cm_error *err)
{
    cm_inspection *in = w->in;
    cm_status status = CM_ERR_PASSPHRASE;
    if (w->open) {
        w->unlock.iterations_left = in->iterations_left;
        status = work(&w->unlock, what, err);
        in->iterations_left = w->unlock.iterations_left;
        return status;
    }
    for (size_t i = 0; i <= in->options->passphrase_count && status == CM_ERR_PASSPHRASE; i++) {
        if (in->iterations_left == 0) {
            return cm_fail(err, CM_ERR_LIMIT, "the limit of iterations is used up");
        }
        status = cm_unlock_open(&w->unlock, passphrase_at(in, i), in->iterations_left, err);
        if (status == CM_OK) {
            status = work(&w->unlock, what, err);
        }
        in->iterations_left = w->unlock.iterations_left;
        w->open = status == CM_OK;
        if (!w->open) {
            cm_unlock_close(&w->unlock);
        }
    }
    return status;
}

typedef struct sealed {
    cm_view first, second;
    cm_bytes plain;
} sealed;

static cm_status try_mac(cm_unlock *u, void *what, cm_error *err)
{
    const sealed *s = what;
    return cm_pkcs12_check_mac(u, s->first, s->second, err);
}

static cm_status try_decrypt(cm_unlock *u, void *what, cm_error *err)
{
    sealed *s = what;
    return cm_pbe_decrypt(u, s->first, s->second, &s->plain, err);
}

static cm_status try_key(cm_unlock *u, void *what, cm_error *err)
{
    sealed *s = what;
    return cm_pkcs8_decrypt(s->first, u, &s->plain, err);
}

static void describe_mac(cm_json *j, cm_view mac)
{
    cm_pkcs12_mac m;
    cm_view oid, rest;
    unsigned count = 1;
    cm_json_key(j, "mac");
    cm_json_open(j, '{');
    if (cm_pkcs12_mac_split(mac, &m)) {
        rest = m.algorithm;
        if (cm_der_take(&rest, CM_TAG_OID, &oid) && IS(oid, OID_PBMAC1)) {
            cm_report_encryption(j, m.algorithm, &count);
        } else {
            cm_json_key(j, "hash");
            cm_json_oid(j, oid);
            if (m.iterations.data == NULL || cm_der_small_of(m.iterations, &count)) {
                cm_json_key(j, "iterations");
                cm_json_integer(j, count);
            }
            cm_json_key(j, "saltSize");
            cm_json_integer(j, (int64_t)m.salt.size);
        }
    }
    cm_json_close(j, '}');
}

/* The item of the file keeps the first thing that was wrong. */
static cm_status note_failure(walk *w, cm_status status, const cm_error *error)
{
    cm_item *item = &w->in->items[w->item];
    if (status == CM_OK || status == CM_ERR_MEMORY) {
        return status;
    }
    w->locked++;
    if (item->error.code == CM_OK) {
        item->error = *error;
        item->error.field[0] = '\0';
    }
    return CM_OK;
}

static cm_status visit_mac(void *context, cm_view mac, cm_view content, cm_error *err)
{
    walk *w = context;
    sealed s = {mac, content, {NULL, 0}};
    describe_mac(notes_of(w), mac);
    cm_status status = with_passphrase(w, try_mac, &s, err);
    if (status == CM_ERR_PASSPHRASE && w->in->options->passphrase_count == 0) {
        cm_fail(err, status, NEEDED);
    }
    status = note_failure(w, status, err);
    w->locked = w->in->items[w->item].error.code == CM_ERR_UNSUPPORTED ? 0 : w->locked;
    return status; /* a kind of MAC that is not known may stand over a cipher that is */
}

static void list_encryption(walk *w)
{
    if (!w->listing) {
        cm_json_key(notes_of(w), "encryption");
        cm_json_open(notes_of(w), '[');
        w->listing = true;
    }
}

static cm_status visit_encrypted(void *context, cm_view algorithm, cm_view encrypted,
                                 cm_bytes *plain, cm_error *err)
{
    walk *w = context;
    sealed s = {algorithm, encrypted, {NULL, 0}};
    unsigned count;
    list_encryption(w);
    cm_json_open(notes_of(w), '{');
    cm_report_encryption(notes_of(w), algorithm, &count);
    cm_json_close(notes_of(w), '}');
    if (w->locked > 0 && !w->open && w->in->items[w->item].error.code == CM_ERR_PASSPHRASE) {
        return CM_OK; /* none fitted the MAC */
    }
    cm_status status = with_passphrase(w, try_decrypt, &s, err);
    *plain = s.plain;
    return note_failure(w, status, err);
}

/* Keeps a copy: what is walked through is freed. */
static void read_bag(walk *w, cm_view der)
{
    read_der(w->in, keep_copy(w->in, der), &w->inside, NULL);
}

static void read_shrouded_key(walk *w, cm_view value)
{
    cm_inspection *in = w->in;
    sealed s = {value, {NULL, 0}, {NULL, 0}};
    cm_view content, algorithm;
    cm_key *key;
    cm_error error;
    unsigned count;
    cm_item *item = add(in, CM_ITEM_PRIVATE_KEY, &w->inside, keep_copy(in, value));
    if (item == NULL) {
        return;
    }
    item->format = "pkcs8";
    cm_json_key(&item->notes, "encryption");
    cm_json_open(&item->notes, '{');
    if (cm_der_take(&value, CM_TAG_SEQUENCE, &content) &&
        cm_der_take(&content, CM_TAG_SEQUENCE, &algorithm)) {
        cm_report_encryption(&item->notes, algorithm, &count);
    }
    cm_json_close(&item->notes, '}');
    bool wrong = w->locked > 0 && !w->open && in->items[w->item].error.code == CM_ERR_PASSPHRASE;
    cm_status status = wrong ? cm_fail(&error, CM_ERR_PASSPHRASE, NEEDED)
                             : with_passphrase(w, try_key, &s, &error);
    item->locked = status != CM_OK;
    if (status == CM_OK) {
        cm_view plain = {s.plain.data, s.plain.size};
        status = open_key(in, plain, 0, false, &key, &error);
        if (key != NULL) {
            set_key(in, item, key);
        } else {
            note_error(in, item, plain, &error);
        }
        cm_bytes_free(&s.plain);
    } else {
        note_error(in, item, (cm_view){NULL, 0}, &error);
    }
}

/* The list of a CRLBag (RFC 7292 §4.2.4), which has the form of a CertBag. */
static cm_view list_of(cm_view value)
{
    cm_view bag, oid, explicit, list = {NULL, 0};
    if (cm_der_take(&value, CM_TAG_SEQUENCE, &bag) && cm_der_take(&bag, CM_TAG_OID, &oid) &&
        cm_der_take(&bag, CM_TAG_CONTEXT_CONSTRUCTED(0), &explicit)) {
        cm_der_take(&explicit, CM_TAG_OCTET_STRING, &list);
    }
    return list;
}

static cm_status visit_bag(void *context, const cm_pkcs12_bag *bag, cm_error *err)
{
    walk *w = context;
    size_t before = w->in->count;
    cm_view inner = {NULL, 0};
    cm_status status = CM_OK;
    if (bag->kind == CM_BAG_SHROUDED_KEY) {
        read_shrouded_key(w, bag->value);
    } else if (bag->kind == CM_BAG_KEY) {
        read_bag(w, bag->value);
    } else {
        if (bag->kind == CM_BAG_CERTIFICATE) {
            status = cm_pkcs12_bag_certificate(bag->value, &inner, err);
        } else if (bag->kind == CM_BAG_LIST) {
            inner = list_of(bag->value);
        }
        if (inner.data != NULL) {
            read_bag(w, inner);
        } else {
            w->unread++;
        }
    }
    if (status == CM_OK && w->in->count > before) {
        status = cm_pkcs12_bag_attributes(bag->attributes, &w->in->items[before].entry, err);
    }
    return is_full(w->in) && status == CM_OK ? cm_fail(err, CM_ERR_LIMIT, "too many entries")
                                             : status;
}

static void read_pkcs12(cm_inspection *in, cm_view der, const cm_place *place)
{
    walk w = {.in = in,
              .item = in->count,
              .inside = {.input = place->input, .form = "der", .depth = place->depth + 1}};
    const cm_pkcs12_visitor visitor = {&w, visit_mac, visit_encrypted, visit_bag};
    cm_error error;
    if (add(in, CM_ITEM_PKCS12, place, der) == NULL) {
        return;
    }
    cm_status status = note_failure(&w, cm_pkcs12_walk(der, &visitor, &error), &error);
    list_encryption(&w);
    cm_json_close(notes_of(&w), ']');
    cm_json_key(notes_of(&w), "unread");
    cm_json_integer(notes_of(&w), (int64_t)w.unread);
    in->items[w.item].locked = w.locked > 0;
    if (w.open) {
        cm_unlock_close(&w.unlock);
    }
    in->status = status == CM_OK ? in->status : status;
}

/* ------------------------------------------------------------------ DER, base64, PEM, text */

static void read_der(cm_inspection *in, cm_view der, const cm_place *place, const char *format)
{
    cm_item_kind kind = kind_of(der);
    if (is_full(in)) {
        return;
    }
    if ((kind == CM_ITEM_PKCS7 || kind == CM_ITEM_PKCS12) &&
        place->depth >= CM_INSPECT_DEPTH_LIMIT) {
        refuse(in, place, der, CM_ERR_LIMIT, "files inside files inside files");
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
        read_private_key(in, der, place, format);
        break;
    case CM_ITEM_PUBLIC_KEY:
        read_public_key(in, der, place, format);
        break;
    case CM_ITEM_PKCS12:
        read_pkcs12(in, der, place);
        break;
    case CM_ITEM_PKCS7:
        read_pkcs7(in, der, place);
        break;
    case CM_ITEM_UNKNOWN:
    case CM_ITEM_PARAMETERS:
        refuse(in, place, der, CM_ERR_UNSUPPORTED, "DER of a kind that is not known here");
        break;
    }
}

/* BER is made DER first: of indefinite length, or with strings in pieces. */
static void read_ber(cm_inspection *in, cm_view ber, const cm_place *place)
{
    cm_bytes der;
    cm_error error;
    if (cm_ber_to_der(ber, &der, &error) != CM_OK) {
        add_unreadable(in, CM_ITEM_UNKNOWN, place, ber, &error);
        return;
    }
    read_der(in, keep(in, &der), place, NULL);
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
    while (data.size > 0 && !is_full(in)) {
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
            read_der(in, whole, &there, NULL);
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

/* EC PARAMETERS and DH PARAMETERS, as OpenSSL writes them. */
static void read_parameters(cm_inspection *in, cm_view der, const cm_place *place)
{
    cm_view content, part;
    cm_item *item = add(in, CM_ITEM_PARAMETERS, place, der);
    if (item == NULL) {
        return;
    }
    if (cm_der_take(&der, CM_TAG_OID, &content)) {
        cm_json_key(&item->notes, "curve");
        cm_json_oid(&item->notes, content);
    } else if (cm_der_take(&der, CM_TAG_SEQUENCE, &content) &&
               cm_der_take(&content, CM_TAG_INTEGER, &part) && part.size > 1) {
        cm_json_key(&item->notes, "bits");
        cm_json_integer(&item->notes, 8 * ((int64_t)part.size - (part.data[0] == 0)));
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
        read_legacy_key(in, block, cipher, place);
        return;
    }
    if (cm_base64_decode(block->body, &decoded, &error) != CM_OK) {
        add_unreadable(in, CM_ITEM_UNKNOWN, place, (cm_view){NULL, 0}, &error);
        return;
    }
    cm_view der = keep(in, &decoded), rest = der, whole;
    if (cm_text_is(block->label, "OPENSSH PRIVATE KEY")) {
        read_openssh_private(in, der, place);
    } else if (ends_with(block->label, " PARAMETERS")) {
        read_parameters(in, der, place);
    } else if (cm_text_is(block->label, "TRUSTED CERTIFICATE") &&
               cm_der_take_whole(&rest, CM_TAG_SEQUENCE, &whole)) {
        read_der(in, whole, place, NULL); /* OpenSSL's: with its trust settings behind */
    } else if (der.size == 0) {
        refuse(in, place, der, CM_ERR_MALFORMED, "the block is empty");
    } else {
        read_binary(in, der, place, false);
    }
}

static void read_pem(cm_inspection *in, cm_text text, const cm_place *place, bool located)
{
    const char *start = text.data;
    cm_pem_block block;
    cm_pem_found found;
    while (!is_full(in) && (found = cm_pem_scan(&text, &block)) != CM_PEM_NOTHING) {
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
            refuse(in, &there, (cm_view){NULL, 0}, CM_ERR_MALFORMED,
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
        read_jwk(in, text, &there);
        return true;
    }
    if (is_openssh(text)) {
        read_openssh(in, text, place, located);
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
        refuse(in, &place, input, CM_ERR_MALFORMED, "there is nothing in it");
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
        cm_view inner = keep(in, &decoded);
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
    refuse(in, &place, input, CM_ERR_UNSUPPORTED,
           "neither PEM, DER, base64 of it, a JWK nor a key of OpenSSH");
}
