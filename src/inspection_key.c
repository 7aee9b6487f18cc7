/* Keys among the things found: DER, OpenSSL's encrypted PEM, OpenSSH's and JSON Web Keys. */
#include <string.h>

#include "error.h"
#include "inspection.h"
#include "jwk.h"
#include "key.h"
#include "oid.h"
#include "openssh.h"
#include "pkcs8.h"
#include "report.h"
#include "shape.h"
#include "text.h"

static bool is(cm_view oid, const char *wanted, size_t size)
{
    return cm_view_equal(oid, (cm_view){(const uint8_t *)wanted, size});
}

#define IS(oid, literal) is((oid), (literal), OID_SIZE(literal))

/* ------------------------------------------------------------------ keys */

/* The public half of a key that was opened, and no more of it. */
static void set_key(cm_inspection *in, cm_item *item, cm_key *key)
{
    item->spki = cm_inspection_keep_copy(in, (cm_view){key->spki.data, key->spki.size});
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
    return cm_inspection_keep_der(in, &d);
}

void cm_inspection_read_public_key(cm_inspection *in, cm_view der, const cm_place *place,
                                   const char *format)
{
    static const uint8_t rsa[] = {0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                  0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};
    cm_view content = der, oid, parameters, bits;
    cm_item *item = cm_inspection_add(in, CM_ITEM_PUBLIC_KEY, place, der);
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
    item->type = cm_oid_name(oid) != NULL ? cm_oid_name(oid) : "unknown";
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

/* Opens a key that is not encrypted (any more). */
static cm_status import(cm_inspection *in, cm_view data, cm_view passphrase, cm_key **key,
                        cm_error *error)
{
    *key = NULL;
    if (in->keys_left == 0) {
        return cm_fail(error, CM_ERR_LIMIT, "more than %d private keys: this one was not opened",
                       CM_INSPECT_KEY_LIMIT);
    }
    in->keys_left--;
    return cm_key_import(data, passphrase, in->rng, key, error);
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

/* Opens a key that is not encrypted, or not any more. */
static void open_plain(cm_inspection *in, cm_item *item, cm_view der)
{
    cm_key *key;
    cm_error error;
    cm_status status = import(in, der, (cm_view){NULL, 0}, &key, &error);
    if (key != NULL) {
        set_key(in, item, key);
    } else {
        note_error(in, item, der, &error);
    }
    in->status = status == CM_ERR_MEMORY ? status : in->status;
}

static cm_status try_key(cm_unlock *u, void *what, cm_error *err)
{
    cm_sealed *s = what;
    return cm_pkcs8_decrypt(s->first, u, &s->plain, err);
}

/* EncryptedPrivateKeyInfo (RFC 5958 §3). */
static void open_encrypted(cm_inspection *in, cm_item *item, cm_view der, cm_keyring *ring)
{
    cm_keyring own = {.open = false};
    cm_sealed s = {der, {NULL, 0}, {NULL, 0}};
    cm_view content, algorithm;
    cm_error error;
    unsigned count;
    cm_json_key(&item->notes, "encryption");
    cm_json_open(&item->notes, '{');
    if (cm_der_take(&der, CM_TAG_SEQUENCE, &content) &&
        cm_der_take(&content, CM_TAG_SEQUENCE, &algorithm)) {
        cm_report_encryption(&item->notes, algorithm, &count);
    }
    cm_json_close(&item->notes, '}');
    cm_status status = cm_keyring_try(in, ring != NULL ? ring : &own, try_key, &s, &error);
    item->locked = status != CM_OK;
    if (status == CM_OK) {
        open_plain(in, item, (cm_view){s.plain.data, s.plain.size});
        cm_bytes_free(&s.plain);
    } else {
        note_error(in, item, (cm_view){NULL, 0}, &error);
    }
    cm_keyring_close(&own);
}

void cm_inspection_read_private_key(cm_inspection *in, cm_view der, const cm_place *place,
                                    const char *format, cm_keyring *ring)
{
    cm_item *item = cm_inspection_add(in, CM_ITEM_PRIVATE_KEY, place, der);
    if (item == NULL) {
        return;
    }
    item->format = format != NULL ? format : format_of(der);
    if (cm_pkcs8_is_encrypted(der)) {
        open_encrypted(in, item, der, ring);
    } else {
        open_plain(in, item, der);
    }
}

/* OpenSSL's own encryption of PEM: a key derived with MD5 in one iteration. */
void cm_inspection_read_legacy_key(cm_inspection *in, const cm_pem_block *block, cm_text cipher,
                                   const cm_place *place)
{
    cm_view whole = {(const uint8_t *)block->whole.data, block->whole.size};
    cm_item *item = cm_inspection_add(in, CM_ITEM_PRIVATE_KEY, place, whole);
    if (item == NULL) {
        return;
    }
    cm_json *j = &item->notes;
    bool dsa = cm_text_is(block->label, "DSA PRIVATE KEY");
    item->format = dsa ? "dsa" : cm_text_is(block->label, "EC PRIVATE KEY") ? "sec1" : "pkcs1";
    item->type = dsa ? "dsa" : item->format[0] == 's' ? "ec" : "rsa";
    item->locked = true;
    cm_json_key(j, "encryption");
    cm_json_open(j, '{');
    cm_json_put_string(j, "scheme", "PEM");
    cm_json_key(j, "cipher");
    cm_json_text(j, cipher);
    cm_json_put_string(j, "hash", "md5");
    cm_json_put_integer(j, "iterations", 1);
    cm_json_close(j, '}');
    cm_fail(&item->error, dsa ? CM_ERR_UNSUPPORTED : CM_ERR_PASSPHRASE,
            dsa ? "this kind of key is not handled here" : CM_NEEDED);
    for (size_t i = 0; i < in->options->passphrase_count && item->locked && !dsa; i++) {
        cm_key *key;
        import(in, whole, in->options->passphrases[i], &key, &item->error);
        item->error.field[0] = '\0';
        if (key != NULL) {
            set_key(in, item, key);
            item->error.code = CM_OK;
            item->type = NULL;
            item->locked = false;
        }
    }
}

/* ------------------------------------------------------------------ OpenSSH */

void cm_inspection_read_openssh_private(cm_inspection *in, cm_view data, const cm_place *place)
{
    cm_openssh_private key;
    cm_view spki = {NULL, 0};
    cm_bytes der;
    cm_error error;
    cm_status status = cm_openssh_private_split(data, &key, &error);
    if (status != CM_OK) {
        cm_inspection_add_unreadable(in, CM_ITEM_PRIVATE_KEY, place, data, &error);
        return;
    }
    status = cm_openssh_public(key.public_key, &der, &error);
    if (status == CM_OK) {
        spki = cm_inspection_keep(in, &der);
    }
    cm_item *item = cm_inspection_add(in, CM_ITEM_PRIVATE_KEY, place, data);
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
        cm_json_put_string(j, "scheme", "OpenSSH");
        cm_json_key(j, "cipher");
        cm_json_text(j, key.cipher);
        cm_json_key(j, "kdf");
        cm_json_text(j, key.kdf);
        cm_json_put_integer(j, "iterations", key.rounds);
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
bool cm_text_is_openssh(cm_text text)
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
        cm_inspection_add_unreadable(in, CM_ITEM_PUBLIC_KEY, place, whole, &error);
        return;
    }
    cm_view spki = cm_inspection_keep(in, &der);
    cm_item *item = cm_inspection_add(in, CM_ITEM_PUBLIC_KEY, place, spki);
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

void cm_inspection_read_openssh(cm_inspection *in, cm_text text, const cm_place *place,
                                bool located)
{
    const char *start = text.data;
    while (text.size > 0 && !cm_inspection_is_full(in)) {
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
            cm_inspection_refuse(in, &there, (cm_view){NULL, 0}, CM_ERR_UNSUPPORTED,
                                 "a line that is no public key of OpenSSH");
        }
    }
}

/* ------------------------------------------------------------------ JSON Web Keys */

void cm_inspection_read_jwk(cm_inspection *in, cm_text json, const cm_place *place)
{
    cm_bytes der;
    cm_error error;
    cm_text keys = cm_jwk_set(json), key;
    if (keys.data != NULL) {
        while (!cm_inspection_is_full(in) && cm_jwk_next(&keys, &key)) {
            cm_place there = *place;
            if (place->length == json.size) { /* not one that was in base64 */
                there.offset += (size_t)(key.data - json.data);
                there.length = key.size;
            }
            if (cm_jwk_set(key).data == NULL) {
                cm_inspection_read_jwk(in, key, &there);
            }
        }
        return;
    }
    if (cm_jwk_read(json, &der, &error) != CM_OK) {
        cm_inspection_add_unreadable(in, CM_ITEM_UNKNOWN, place, (cm_view){NULL, 0}, &error);
        return;
    }
    cm_inspection_read_der(in, cm_inspection_keep(in, &der), place, "jwk");
}
