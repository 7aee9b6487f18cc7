#include "pbe.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/aes.h>
#include <mbedtls/des.h>
#include <mbedtls/platform_util.h>

#include "error.h"
#include "oid.h"
#include "text.h"
#include "utf16.h"

static bool is(cm_view oid, const char *wanted, size_t size)
{
    return cm_view_equal(oid, (cm_view){(const uint8_t *)wanted, size});
}

cm_status cm_pbe_unsupported(cm_view oid, cm_error *err)
{
    char dotted[CM_OID_TEXT_SIZE];
    const char *name = cm_oid_name(oid);
    if (name != NULL) {
        return cm_fail(err, CM_ERR_UNSUPPORTED, "encryption with %s is not supported", name);
    }
    cm_oid_text(oid, dotted);
    return cm_fail(err, CM_ERR_UNSUPPORTED, "encryption with algorithm %s is not supported",
                   dotted);
}

/* ------------------------------------------------------------------ passphrases */

cm_status cm_unlock_open(cm_unlock *u, cm_view passphrase, unsigned max_iterations, cm_error *err)
{
    cm_text text = {(const char *)passphrase.data, passphrase.size};
    memset(u, 0, sizeof *u);
    if (passphrase.size > CM_PASSPHRASE_LIMIT) {
        return cm_fail(err, CM_ERR_LIMIT, "a passphrase has at most %d bytes", CM_PASSPHRASE_LIMIT);
    }
    u->bytes = passphrase;
    u->limit = max_iterations == 0 ? CM_KDF_ITERATIONS_LIMIT : max_iterations;
    u->iterations_left = u->limit;
    if (!cm_utf16_of(text, true, &u->utf16) && cm_utf8_length(text) >= 0) {
        return cm_fail_memory(err);
    }
    return CM_OK;
}

void cm_unlock_close(cm_unlock *u)
{
    cm_bytes_free(&u->utf16);
}

cm_status cm_unlock_charge(cm_unlock *u, cm_view iterations, unsigned *count, cm_error *err)
{
    unsigned asked;
    bool too_many = iterations.size > 4 && (iterations.data[0] & 0x80) == 0;
    *count = 0;
    if (!too_many && (!cm_der_small_of(iterations, &asked) || asked == 0)) {
        return cm_fail(err, CM_ERR_MALFORMED, "the iteration count is not a positive number");
    }
    if (too_many || asked > u->iterations_left) {
        return cm_fail(err, CM_ERR_LIMIT,
                       "the file asks for more than %d iterations of its key derivation; the limit "
                       "can be lifted",
                       u->limit > INT32_MAX ? INT32_MAX : (int)u->limit);
    }
    u->iterations_left -= asked;
    *count = asked;
    return CM_OK;
}

/* ------------------------------------------------------------------ key derivation */

enum { DIGEST_LIMIT = 64, BLOCK_LIMIT = 128 };

static size_t block_size(mbedtls_md_type_t md)
{
    return md == MBEDTLS_MD_SHA384 || md == MBEDTLS_MD_SHA512 ? 128 : 64;
}

/* HMAC with the padded key compressed once: the states behind both pads are copied each time.
 * (mbedTLS's PBKDF2 compresses the pads anew in every iteration and takes twice as long.) */
typedef struct hmac {
    mbedtls_md_context_t inner, outer, work;
    size_t size;
} hmac;

static bool hmac_open(hmac *h, mbedtls_md_type_t md, cm_view key)
{
    const mbedtls_md_info_t *info = mbedtls_md_info_from_type(md);
    mbedtls_md_context_t *contexts[] = {&h->inner, &h->outer, &h->work};
    uint8_t pad[BLOCK_LIMIT] = {0};
    size_t block = block_size(md);
    int failed = 0;
    h->size = mbedtls_md_get_size(info);
    for (size_t i = 0; i < 3; i++) {
        mbedtls_md_init(contexts[i]);
        failed |= mbedtls_md_setup(contexts[i], info, 0);
    }
    if (key.size > block) {
        failed |= mbedtls_md(info, key.data, key.size, pad);
    } else if (key.size > 0) {
        memcpy(pad, key.data, key.size);
    }
    for (size_t i = 0; i < 2 && failed == 0; i++) {
        for (size_t j = 0; j < block; j++) {
            pad[j] ^= i == 0 ? 0x36 : 0x36 ^ 0x5c;
        }
        failed |= mbedtls_md_starts(contexts[i]) | mbedtls_md_update(contexts[i], pad, block);
    }
    mbedtls_platform_zeroize(pad, sizeof pad);
    return failed == 0;
}

static bool hmac_sum(hmac *h, cm_view first, cm_view second, uint8_t *out)
{
    return (mbedtls_md_clone(&h->work, &h->inner) |
            mbedtls_md_update(&h->work, first.data, first.size) |
            mbedtls_md_update(&h->work, second.data, second.size) |
            mbedtls_md_finish(&h->work, out) | mbedtls_md_clone(&h->work, &h->outer) |
            mbedtls_md_update(&h->work, out, h->size) | mbedtls_md_finish(&h->work, out)) == 0;
}

static void hmac_close(hmac *h)
{
    mbedtls_md_free(&h->inner);
    mbedtls_md_free(&h->outer);
    mbedtls_md_free(&h->work);
}

/* RFC 8018 §5.2. False when memory ran out. */
static bool pbkdf2(mbedtls_md_type_t md, cm_view password, cm_view salt, unsigned iterations,
                   uint8_t *out, size_t size)
{
    hmac h;
    uint8_t u[DIGEST_LIMIT], sum[DIGEST_LIMIT];
    bool fine = hmac_open(&h, md, password);
    for (unsigned block = 1; size > 0 && fine; block++) {
        uint8_t number[4] = {0, 0, 0, (uint8_t)block};
        fine = hmac_sum(&h, salt, (cm_view){number, 4}, u);
        memcpy(sum, u, h.size);
        for (unsigned i = 1; i < iterations && fine; i++) {
            fine = hmac_sum(&h, (cm_view){u, h.size}, (cm_view){NULL, 0}, u);
            for (size_t j = 0; j < h.size; j++) {
                sum[j] ^= u[j];
            }
        }
        size_t part = size < h.size ? size : h.size;
        memcpy(out, sum, part);
        out += part;
        size -= part;
    }
    hmac_close(&h);
    mbedtls_platform_zeroize(u, sizeof u);
    mbedtls_platform_zeroize(sum, sizeof sum);
    return fine;
}

/* Fills out[0..size) with the pattern repeated; an empty pattern leaves it alone. */
static void repeat(uint8_t *out, size_t size, cm_view pattern)
{
    for (size_t i = 0; i < size && pattern.size > 0; i++) {
        out[i] = pattern.data[i % pattern.size];
    }
}

static size_t rounded(size_t size, size_t block)
{
    return (size + block - 1) / block * block;
}

/* RFC 7292 §B.2 step 6C: each block of i becomes i + b + 1 modulo its size. */
static void add_to_blocks(uint8_t *i, size_t size, const uint8_t *b, size_t block)
{
    for (; size > 0; size -= block, i += block) {
        unsigned carry = 1;
        for (size_t j = block; j-- > 0;) {
            carry += (unsigned)i[j] + b[j];
            i[j] = (uint8_t)carry;
            carry >>= 8;
        }
    }
}

bool cm_pkcs12_kdf(mbedtls_md_type_t md, uint8_t id, cm_view password, cm_view salt,
                   unsigned iterations, uint8_t *out, size_t size)
{
    const mbedtls_md_info_t *info = mbedtls_md_info_from_type(md);
    size_t block = block_size(md), digest = mbedtls_md_get_size(info);
    size_t salt_size = rounded(salt.size, block);
    size_t input_size = block + salt_size + rounded(password.size, block);
    uint8_t *input = malloc(input_size), a[DIGEST_LIMIT], b[BLOCK_LIMIT];
    if (input == NULL) {
        return false;
    }
    memset(input, id, block);
    repeat(input + block, salt_size, salt);
    repeat(input + block + salt_size, input_size - block - salt_size, password);
    bool fine = true;
    while (size > 0 && fine) {
        fine = mbedtls_md(info, input, input_size, a) == 0;
        for (unsigned i = 1; i < iterations && fine; i++) {
            fine = mbedtls_md(info, a, digest, a) == 0;
        }
        size_t part = size < digest ? size : digest;
        memcpy(out, a, part);
        out += part;
        size -= part;
        repeat(b, block, (cm_view){a, digest});
        add_to_blocks(input + block, input_size - block, b, block);
    }
    mbedtls_platform_zeroize(input, input_size);
    free(input);
    mbedtls_platform_zeroize(a, sizeof a);
    mbedtls_platform_zeroize(b, sizeof b);
    return fine;
}

/* RFC 8018 §5.1. */
static bool pbkdf1(mbedtls_md_type_t md, cm_view password, cm_view salt, unsigned iterations,
                   uint8_t out[16])
{
    const mbedtls_md_info_t *info = mbedtls_md_info_from_type(md);
    mbedtls_md_context_t context;
    uint8_t t[DIGEST_LIMIT];
    mbedtls_md_init(&context);
    bool fine =
        (mbedtls_md_setup(&context, info, 0) || mbedtls_md_starts(&context) ||
         mbedtls_md_update(&context, password.data, password.size) ||
         mbedtls_md_update(&context, salt.data, salt.size) || mbedtls_md_finish(&context, t)) == 0;
    mbedtls_md_free(&context);
    for (unsigned i = 1; i < iterations && fine; i++) {
        fine = mbedtls_md(info, t, mbedtls_md_get_size(info), t) == 0;
    }
    if (fine) {
        memcpy(out, t, 16);
    }
    mbedtls_platform_zeroize(t, sizeof t);
    return fine;
}

/* ------------------------------------------------------------------ ciphers */

typedef enum cipher_kind { CIPHER_AES, CIPHER_3DES, CIPHER_DES } cipher_kind;

/* A cipher in CBC mode with its key and IV. */
typedef struct cipher {
    cipher_kind kind;
    size_t key_size, block;
    uint8_t key[32], iv[16];
} cipher;

static bool aes_cbc(cipher *c, bool encrypt, uint8_t *data, size_t size)
{
    mbedtls_aes_context aes;
    unsigned bits = (unsigned)c->key_size * 8;
    mbedtls_aes_init(&aes);
    int failed = encrypt ? mbedtls_aes_setkey_enc(&aes, c->key, bits)
                         : mbedtls_aes_setkey_dec(&aes, c->key, bits);
    failed |= mbedtls_aes_crypt_cbc(&aes, encrypt ? MBEDTLS_AES_ENCRYPT : MBEDTLS_AES_DECRYPT, size,
                                    c->iv, data, data);
    mbedtls_aes_free(&aes);
    return failed == 0;
}

/* Single DES is 3DES with three times the same key. */
static bool des_cbc(cipher *c, bool encrypt, uint8_t *data, size_t size)
{
    mbedtls_des3_context des;
    mbedtls_des3_init(&des);
    if (c->kind == CIPHER_DES) {
        memcpy(c->key + 8, c->key, 8);
        memcpy(c->key + 16, c->key, 8);
    }
    int failed =
        encrypt ? mbedtls_des3_set3key_enc(&des, c->key) : mbedtls_des3_set3key_dec(&des, c->key);
    failed |= mbedtls_des3_crypt_cbc(&des, encrypt ? MBEDTLS_DES_ENCRYPT : MBEDTLS_DES_DECRYPT,
                                     size, c->iv, data, data);
    mbedtls_des3_free(&des);
    return failed == 0;
}

static bool cbc(cipher *c, bool encrypt, uint8_t *data, size_t size)
{
    return c->kind == CIPHER_AES ? aes_cbc(c, encrypt, data, size)
                                 : des_cbc(c, encrypt, data, size);
}

/* The size without the padding of RFC 8018 §6.1.1; 0 when the padding is not right. */
static size_t unpadded(const uint8_t *data, size_t size, size_t block)
{
    size_t padding = data[size - 1];
    uint8_t wrong = 0;
    if (padding == 0 || padding > block) {
        return 0;
    }
    for (size_t i = 1; i <= padding; i++) {
        wrong |= (uint8_t)(data[size - i] ^ padding);
    }
    return wrong == 0 ? size - padding : 0;
}

/* ------------------------------------------------------------------ decryption */

static cm_status malformed(cm_error *err)
{
    return cm_fail(err, CM_ERR_MALFORMED, "the parameters of the encryption are damaged");
}

static cm_status forms(const cm_unlock *u, cm_error *err)
{
    return u->utf16.data != NULL
               ? CM_OK
               : cm_fail(err, CM_ERR_PASSPHRASE, "this encryption needs a passphrase in UTF-8");
}

/* The hash of an HMAC in PBKDF2 (RFC 8018 §B.1.2): SHA-1 unless said. */
static cm_status read_prf(cm_view *parameters, mbedtls_md_type_t *md, cm_error *err)
{
    static const mbedtls_md_type_t hashes[] = {MBEDTLS_MD_SHA1, MBEDTLS_MD_SHA224,
                                               MBEDTLS_MD_SHA256, MBEDTLS_MD_SHA384,
                                               MBEDTLS_MD_SHA512};
    cm_view algorithm, oid;
    *md = MBEDTLS_MD_SHA1;
    if (parameters->size == 0) {
        return CM_OK;
    }
    if (!cm_der_take(parameters, CM_TAG_SEQUENCE, &algorithm) || parameters->size != 0 ||
        !cm_der_take(&algorithm, CM_TAG_OID, &oid)) {
        return malformed(err);
    }
    size_t stem = OID_SIZE(OID_DIGEST(""));
    if (oid.size != stem + 1 || !is((cm_view){oid.data, stem}, OID_DIGEST(""), stem) ||
        oid.data[stem] < 7 || oid.data[stem] > 11) {
        return cm_pbe_unsupported(oid, err);
    }
    *md = hashes[oid.data[stem] - 7];
    return CM_OK;
}

/* The encryptionScheme of PBES2: a cipher with its IV. */
static cm_status read_cipher(cm_view scheme, cipher *c, cm_error *err)
{
    static const struct {
        const char *oid;
        size_t size;
        cipher_kind kind;
        size_t key_size, block;
    } ciphers[] = {
        {OID_NIST_AES("\x02"), OID_SIZE(OID_NIST_AES("\x02")), CIPHER_AES, 16, 16},
        {OID_NIST_AES("\x16"), OID_SIZE(OID_NIST_AES("\x16")), CIPHER_AES, 24, 16},
        {OID_NIST_AES("\x2a"), OID_SIZE(OID_NIST_AES("\x2a")), CIPHER_AES, 32, 16},
        {OID_CIPHER("\x07"), OID_SIZE(OID_CIPHER("\x07")), CIPHER_3DES, 24, 8},
    };
    cm_view oid, iv;
    if (!cm_der_take(&scheme, CM_TAG_OID, &oid)) {
        return malformed(err);
    }
    for (size_t i = 0; i < sizeof ciphers / sizeof ciphers[0]; i++) {
        if (is(oid, ciphers[i].oid, ciphers[i].size)) {
            c->kind = ciphers[i].kind;
            c->key_size = ciphers[i].key_size;
            c->block = ciphers[i].block;
            if (!cm_der_take(&scheme, CM_TAG_OCTET_STRING, &iv) || iv.size != c->block ||
                scheme.size != 0) {
                return malformed(err);
            }
            memcpy(c->iv, iv.data, iv.size);
            return CM_OK;
        }
    }
    return cm_pbe_unsupported(oid, err);
}

/* PBES2 (RFC 8018 §6.2): `parameters` is the content of PBES2-params. */
static cm_status open_pbes2(cm_unlock *u, cm_view parameters, cipher *c, cm_error *err)
{
    cm_view kdf, scheme, oid, inner, salt, iterations, length;
    unsigned count = 0, key_size;
    mbedtls_md_type_t md = MBEDTLS_MD_NONE;
    if (!cm_der_take(&parameters, CM_TAG_SEQUENCE, &kdf) ||
        !cm_der_take(&parameters, CM_TAG_SEQUENCE, &scheme) || parameters.size != 0 ||
        !cm_der_take(&kdf, CM_TAG_OID, &oid)) {
        return malformed(err);
    }
    if (!is(oid, OID_PBKDF2, OID_SIZE(OID_PBKDF2))) {
        return cm_pbe_unsupported(oid, err);
    }
    cm_status status = read_cipher(scheme, c, err);
    if (status != CM_OK) {
        return status;
    }
    if (!cm_der_take(&kdf, CM_TAG_SEQUENCE, &inner) || kdf.size != 0 ||
        !cm_der_take(&inner, CM_TAG_OCTET_STRING, &salt) || salt.size > CM_SALT_LIMIT ||
        !cm_der_take(&inner, CM_TAG_INTEGER, &iterations) ||
        (cm_der_take(&inner, CM_TAG_INTEGER, &length) &&
         (!cm_der_small_of(length, &key_size) || key_size != c->key_size))) {
        return malformed(err);
    }
    status = read_prf(&inner, &md, err);
    if (status == CM_OK) {
        status = cm_unlock_charge(u, iterations, &count, err);
    }
    if (status == CM_OK && !pbkdf2(md, u->bytes, salt, count, c->key, c->key_size)) {
        status = cm_fail_memory(err);
    }
    return status;
}

/* PBEParameter (RFC 8018 §A.3) and pkcs-12PbeParams (RFC 7292 §C) are the same. */
static cm_status read_salt(cm_unlock *u, cm_view parameters, cm_view *salt, unsigned *count,
                           cm_error *err)
{
    cm_view iterations;
    if (!cm_der_take(&parameters, CM_TAG_OCTET_STRING, salt) || salt->size > CM_SALT_LIMIT ||
        !cm_der_take(&parameters, CM_TAG_INTEGER, &iterations) || parameters.size != 0) {
        return malformed(err);
    }
    return cm_unlock_charge(u, iterations, count, err);
}

/* PBES1 with DES (RFC 8018 §6.1). */
static cm_status open_pbes1(cm_unlock *u, mbedtls_md_type_t md, cm_view parameters, cipher *c,
                            cm_error *err)
{
    cm_view salt = {NULL, 0};
    unsigned count = 0;
    uint8_t derived[16];
    cm_status status = read_salt(u, parameters, &salt, &count, err);
    if (status != CM_OK) {
        return status;
    }
    if (!pbkdf1(md, u->bytes, salt, count, derived)) {
        return cm_fail_memory(err);
    }
    c->kind = CIPHER_DES;
    c->key_size = c->block = 8;
    memcpy(c->key, derived, 8);
    memcpy(c->iv, derived + 8, 8);
    mbedtls_platform_zeroize(derived, sizeof derived);
    return CM_OK;
}

static bool derive_3des(cm_view password, cm_view salt, unsigned iterations, size_t key_size,
                        cipher *c)
{
    c->kind = CIPHER_3DES;
    c->key_size = 24;
    c->block = 8;
    bool fine = cm_pkcs12_kdf(MBEDTLS_MD_SHA1, CM_PKCS12_KEY, password, salt, iterations, c->key,
                              key_size) &&
                cm_pkcs12_kdf(MBEDTLS_MD_SHA1, CM_PKCS12_IV, password, salt, iterations, c->iv, 8);
    memcpy(c->key + 16, c->key + (key_size == 16 ? 0 : 16), 8);
    return fine;
}

/* The PKCS#12 schemes with 3DES (RFC 7292 §C); 16 bytes of key are the two-key form. */
static cm_status open_pkcs12(cm_unlock *u, size_t key_size, cm_view parameters, cipher *c,
                             cm_error *err)
{
    cm_view salt = {NULL, 0}, password = {u->utf16.data, u->utf16.size};
    unsigned count = 0;
    cm_status status = forms(u, err);
    if (status == CM_OK) {
        status = read_salt(u, parameters, &salt, &count, err);
    }
    if (status == CM_OK && !derive_3des(password, salt, count, key_size, c)) {
        status = cm_fail_memory(err);
    }
    return status;
}

static cm_status open_cipher(cm_unlock *u, cm_view algorithm, cipher *c, cm_error *err)
{
    cm_view oid, parameters;
    if (!cm_der_take(&algorithm, CM_TAG_OID, &oid)) {
        return malformed(err);
    }
    bool pbes1 = oid.size == OID_SIZE(OID_PKCS5("\x03")) &&
                 is((cm_view){oid.data, oid.size - 1}, OID_PKCS5(""), OID_SIZE(OID_PKCS5(""))) &&
                 (oid.data[oid.size - 1] == 3 || oid.data[oid.size - 1] == 10);
    bool pkcs12 = is(oid, OID_PBE_SHA1_3DES, OID_SIZE(OID_PBE_SHA1_3DES)) ||
                  is(oid, OID_PKCS12("\x01\x04"), OID_SIZE(OID_PKCS12("\x01\x04")));
    if (!pbes1 && !pkcs12 && !is(oid, OID_PBES2, OID_SIZE(OID_PBES2))) {
        return cm_pbe_unsupported(oid, err);
    }
    if (!cm_der_take(&algorithm, CM_TAG_SEQUENCE, &parameters) || algorithm.size != 0) {
        return malformed(err);
    }
    uint8_t last = oid.data[oid.size - 1];
    if (pbes1) {
        return open_pbes1(u, last == 3 ? MBEDTLS_MD_MD5 : MBEDTLS_MD_SHA1, parameters, c, err);
    }
    return pkcs12 ? open_pkcs12(u, last == 3 ? 24 : 16, parameters, c, err)
                  : open_pbes2(u, parameters, c, err);
}

/* Whether the bytes are one SEQUENCE, in DER or in BER of indefinite length. */
static bool looks_right(cm_view plain)
{
    cm_view content, rest = plain;
    return (plain.size >= 4 && plain.data[0] == CM_TAG_SEQUENCE && plain.data[1] == 0x80) ||
           (cm_der_take(&rest, CM_TAG_SEQUENCE, &content) && rest.size == 0);
}

/* Decrypts and takes the padding off. */
static cm_status unseal(cipher *c, cm_view encrypted, cm_bytes *plain, cm_error *err)
{
    if (encrypted.size == 0 || encrypted.size % c->block != 0) {
        return cm_fail(err, CM_ERR_MALFORMED, "the encrypted part is cut short");
    }
    uint8_t *data = malloc(encrypted.size);
    if (data == NULL) {
        return cm_fail_memory(err);
    }
    memcpy(data, encrypted.data, encrypted.size);
    *plain = (cm_bytes){data, encrypted.size};
    size_t size = cbc(c, false, data, plain->size) ? unpadded(data, plain->size, c->block) : 0;
    if (!looks_right((cm_view){data, size})) {
        cm_bytes_free(plain);
        return cm_fail(err, CM_ERR_PASSPHRASE, "the passphrase is wrong");
    }
    mbedtls_platform_zeroize(data + size, plain->size - size);
    plain->size = size;
    return CM_OK;
}

cm_status cm_pbe_decrypt(cm_unlock *u, cm_view algorithm, cm_view encrypted, cm_bytes *plain,
                         cm_error *err)
{
    cipher c = {.block = 16};
    *plain = (cm_bytes){NULL, 0};
    cm_status status = open_cipher(u, algorithm, &c, err);
    if (status == CM_OK) {
        status = unseal(&c, encrypted, plain, err);
    }
    mbedtls_platform_zeroize(&c, sizeof c);
    return status;
}

/* ------------------------------------------------------------------ encryption */

static void put_oid(cm_der *d, const char *oid, size_t size)
{
    cm_der_element(d, CM_TAG_OID, oid, size);
}

static void put_modern(const cm_pbe_encryption *e, const cipher *c, cm_der *d)
{
    size_t outer = cm_der_begin(d, CM_TAG_SEQUENCE);
    put_oid(d, OID_PBES2, OID_SIZE(OID_PBES2));
    size_t parameters = cm_der_begin(d, CM_TAG_SEQUENCE);
    size_t kdf = cm_der_begin(d, CM_TAG_SEQUENCE);
    put_oid(d, OID_PBKDF2, OID_SIZE(OID_PBKDF2));
    size_t inner = cm_der_begin(d, CM_TAG_SEQUENCE);
    cm_der_element(d, CM_TAG_OCTET_STRING, e->salt, sizeof e->salt);
    cm_der_small(d, CM_TAG_INTEGER, e->iterations);
    size_t prf = cm_der_begin(d, CM_TAG_SEQUENCE);
    put_oid(d, OID_DIGEST("\x09"), OID_SIZE(OID_DIGEST("\x09")));
    cm_der_null(d);
    cm_der_end(d, prf);
    cm_der_end(d, inner);
    cm_der_end(d, kdf);
    size_t scheme = cm_der_begin(d, CM_TAG_SEQUENCE);
    put_oid(d, OID_NIST_AES("\x2a"), OID_SIZE(OID_NIST_AES("\x2a")));
    cm_der_element(d, CM_TAG_OCTET_STRING, c->iv, c->block);
    cm_der_end(d, scheme);
    cm_der_end(d, parameters);
    cm_der_end(d, outer);
}

static void put_legacy(const cm_pbe_encryption *e, cm_der *d)
{
    size_t outer = cm_der_begin(d, CM_TAG_SEQUENCE);
    put_oid(d, OID_PBE_SHA1_3DES, OID_SIZE(OID_PBE_SHA1_3DES));
    size_t parameters = cm_der_begin(d, CM_TAG_SEQUENCE);
    cm_der_element(d, CM_TAG_OCTET_STRING, e->salt, sizeof e->salt);
    cm_der_small(d, CM_TAG_INTEGER, e->iterations);
    cm_der_end(d, parameters);
    cm_der_end(d, outer);
}

static cm_status prepare_modern(cm_pbe_encryption *e, const cm_unlock *u, cm_random *rng, cipher *c,
                                cm_error *err)
{
    *c = (cipher){.kind = CIPHER_AES, .key_size = 32, .block = 16};
    if (!e->derived) {
        if (cm_random_bytes(rng, e->salt, sizeof e->salt) != 0) {
            return cm_fail(err, CM_ERR_RANDOM, "the random number generator failed");
        }
        if (!pbkdf2(MBEDTLS_MD_SHA256, u->bytes, (cm_view){e->salt, sizeof e->salt}, e->iterations,
                    e->key, sizeof e->key)) {
            return cm_fail_memory(err);
        }
        e->derived = true;
    }
    memcpy(c->key, e->key, sizeof c->key);
    return cm_random_bytes(rng, c->iv, c->block) == 0
               ? CM_OK
               : cm_fail(err, CM_ERR_RANDOM, "the random number generator failed");
}

/* The IV is derived too: each encryption needs its own salt. */
static cm_status prepare_legacy(cm_pbe_encryption *e, const cm_unlock *u, cm_random *rng, cipher *c,
                                cm_error *err)
{
    cm_status status = forms(u, err);
    if (status != CM_OK) {
        return status;
    }
    if (cm_random_bytes(rng, e->salt, sizeof e->salt) != 0) {
        return cm_fail(err, CM_ERR_RANDOM, "the random number generator failed");
    }
    return derive_3des((cm_view){u->utf16.data, u->utf16.size}, (cm_view){e->salt, sizeof e->salt},
                       e->iterations, 24, c)
               ? CM_OK
               : cm_fail_memory(err);
}

/* Pads and encrypts; false when memory ran out. */
static bool seal(cipher *c, cm_view plain, cm_bytes *out)
{
    size_t padding = c->block - plain.size % c->block;
    *out = (cm_bytes){malloc(plain.size + padding), plain.size + padding};
    if (out->data == NULL) {
        return false;
    }
    if (plain.size > 0) {
        memcpy(out->data, plain.data, plain.size);
    }
    memset(out->data + plain.size, (int)padding, padding);
    return cbc(c, true, out->data, out->size);
}

cm_status cm_pbe_encrypt(cm_pbe_encryption *e, const cm_unlock *u, cm_random *rng, cm_view plain,
                         cm_der *d, uint8_t tag, cm_error *err)
{
    cipher c = {.block = 16};
    cm_bytes data = {NULL, 0};
    bool modern = e->scheme == CM_PBE_MODERN;
    cm_status status =
        modern ? prepare_modern(e, u, rng, &c, err) : prepare_legacy(e, u, rng, &c, err);
    if (status == CM_OK) {
        if (modern) {
            put_modern(e, &c, d);
        } else {
            put_legacy(e, d);
        }
        if (seal(&c, plain, &data)) {
            cm_der_element(d, tag, data.data, data.size);
        } else {
            status = cm_fail_memory(err);
        }
    }
    cm_bytes_free(&data);
    mbedtls_platform_zeroize(&c, sizeof c);
    return status;
}
