#include "key.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/ecp.h>
#include <mbedtls/pem.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/rsa.h>

#include "der.h"
#include "error.h"
#include "jwk.h"
#include "pem.h"
#include "pkcs8.h"
#include "prime.h"
#include "rsa.h"
#include "text.h"

/* ------------------------------------------------------------------ algorithms */

static const struct curve {
    cm_key_algorithm algorithm;
    mbedtls_ecp_group_id group;
    unsigned bits;
    const char *names[4]; /* the first is ours */
} curves[] = {
    {CM_KEY_P256, MBEDTLS_ECP_DP_SECP256R1, 256, {"p-256", "p256", "secp256r1", "prime256v1"}},
    {CM_KEY_P384, MBEDTLS_ECP_DP_SECP384R1, 384, {"p-384", "p384", "secp384r1", NULL}},
    {CM_KEY_P521, MBEDTLS_ECP_DP_SECP521R1, 521, {"p-521", "p521", "secp521r1", NULL}},
    {CM_KEY_SECP256K1, MBEDTLS_ECP_DP_SECP256K1, 256, {"secp256k1", NULL, NULL, NULL}},
};

enum { CURVE_COUNT = sizeof curves / sizeof curves[0] };

static bool parse_bits(cm_text digits, unsigned *bits)
{
    *bits = 0;
    if (digits.size == 0 || digits.size > 6) {
        return false;
    }
    for (size_t i = 0; i < digits.size; i++) {
        if (!cm_is_digit(digits.data[i])) {
            return false;
        }
        *bits = *bits * 10 + (unsigned)(digits.data[i] - '0');
    }
    return true;
}

cm_status cm_key_spec_parse(cm_text text, cm_key_spec *spec, cm_error *err)
{
    bool allow_weak = spec->allow_weak;
    *spec = (cm_key_spec){CM_KEY_P256, 0, allow_weak};
    for (size_t i = 0; i < CURVE_COUNT; i++) {
        for (size_t j = 0; j < 4 && curves[i].names[j] != NULL; j++) {
            if (cm_text_is_nocase(text, curves[i].names[j])) {
                spec->algorithm = curves[i].algorithm;
                return CM_OK;
            }
        }
    }
    if (text.size >= 3 && cm_text_is_nocase((cm_text){text.data, 3}, "rsa")) {
        size_t skip = text.size > 3 && (text.data[3] == '-' || text.data[3] == ':') ? 4 : 3;
        spec->algorithm = CM_KEY_RSA;
        if (text.size == 3 ||
            parse_bits((cm_text){text.data + skip, text.size - skip}, &spec->rsa_bits)) {
            return CM_OK;
        }
    }
    cm_fail(err, CM_ERR_INVALID,
            "%t is no kind of key; there are rsa-2048, rsa-3072, rsa-4096, rsa-8192, p-256, p-384, "
            "p-521 and secp256k1",
            &text);
    return cm_fail_in(err, CM_ERR_INVALID, "key");
}

static cm_status check_rsa_bits(unsigned bits, bool allow_weak, cm_error *err)
{
    if (bits == 2048 || bits == 3072 || bits == 4096 || bits == 8192 ||
        (bits == 1024 && allow_weak)) {
        return CM_OK;
    }
    cm_fail(err, CM_ERR_INVALID,
            bits < 2048 ? "RSA with %d bits is too weak: clients refuse less than 2048; there are "
                          "2048, 3072, 4096 and 8192"
                        : "RSA with %d bits is not made here; there are 2048, 3072, 4096 and 8192",
            (int)bits);
    return cm_fail_in(err, CM_ERR_INVALID, "key");
}

bool cm_key_is_private(const cm_key *key)
{
    return key->is_private;
}

cm_key_algorithm cm_key_algorithm_of(const cm_key *key)
{
    return key->algorithm;
}

unsigned cm_key_bits(const cm_key *key)
{
    return key->bits;
}

void cm_key_spec_name(const cm_key *key, char out[16])
{
    for (size_t i = 0; i < CURVE_COUNT; i++) {
        if (curves[i].algorithm == key->algorithm) {
            memcpy(out, curves[i].names[0], strlen(curves[i].names[0]) + 1);
            return;
        }
    }
    char digits[8];
    size_t at = sizeof digits;
    unsigned bits = key->bits;
    digits[--at] = '\0';
    do {
        digits[--at] = (char)('0' + bits % 10);
        bits /= 10;
    } while (bits != 0 && at > 0);
    memcpy(out, "rsa-", 4);
    memcpy(out + 4, digits + at, sizeof digits - at);
}

bool cm_key_matches(const cm_key *a, const cm_key *b)
{
    return cm_view_equal((cm_view){a->spki.data, a->spki.size},
                         (cm_view){b->spki.data, b->spki.size});
}

/* ------------------------------------------------------------------ life */

static cm_key *new_key(void)
{
    cm_key *key = calloc(1, sizeof *key);
    if (key != NULL) {
        mbedtls_pk_init(&key->pk);
    }
    return key;
}

void cm_key_free(cm_key *key)
{
    if (key != NULL) {
        mbedtls_pk_free(&key->pk);
        cm_bytes_free(&key->spki);
        free(key);
    }
}

enum { SPKI_LIMIT = 2 * MBEDTLS_MPI_MAX_SIZE + 64, PRIVATE_LIMIT = 6 * MBEDTLS_MPI_MAX_SIZE };

/* Copies the tail of a buffer that mbedTLS has written from its end. */
static bool copy_tail(const uint8_t *buffer, size_t capacity, int written, cm_bytes *out)
{
    if (written <= 0) {
        return false;
    }
    out->data = malloc((size_t)written);
    if (out->data == NULL) {
        return false;
    }
    out->size = (size_t)written;
    memcpy(out->data, buffer + capacity - out->size, out->size);
    return true;
}

/* The curve of an elliptic key; NULL for another key, or a curve that is not among ours. */
static const struct curve *curve_of(const mbedtls_pk_context *pk)
{
    if (mbedtls_pk_get_type(pk) == MBEDTLS_PK_ECKEY) {
        mbedtls_ecp_group_id group = mbedtls_ecp_keypair_get_group_id(mbedtls_pk_ec(*pk));
        for (size_t i = 0; i < CURVE_COUNT; i++) {
            if (curves[i].group == group) {
                return &curves[i];
            }
        }
    }
    return NULL;
}

bool cm_pk_is_known(const mbedtls_pk_context *pk)
{
    return mbedtls_pk_get_type(pk) == MBEDTLS_PK_RSA || curve_of(pk) != NULL;
}

/* Fills in what is derived from the pk context. */
static cm_status complete(cm_key *key, bool is_private, cm_error *err)
{
    uint8_t *buffer = malloc(SPKI_LIMIT);
    if (buffer == NULL) {
        return cm_fail_memory(err);
    }
    int written = mbedtls_pk_write_pubkey_der(&key->pk, buffer, SPKI_LIMIT);
    bool copied = copy_tail(buffer, SPKI_LIMIT, written, &key->spki);
    free(buffer);
    if (!copied) {
        return cm_fail_memory(err);
    }
    key->is_private = is_private;
    key->bits = (unsigned)mbedtls_pk_get_bitlen(&key->pk);
    const struct curve *curve = curve_of(&key->pk);
    if (mbedtls_pk_get_type(&key->pk) == MBEDTLS_PK_RSA || curve != NULL) {
        key->algorithm = curve == NULL ? CM_KEY_RSA : curve->algorithm;
        return CM_OK;
    }
    return cm_fail(err, CM_ERR_UNSUPPORTED,
                   "this kind of key is not supported; RSA and the curves P-256, P-384, P-521 and "
                   "secp256k1 are");
}

/* Hands the key over, or frees it when it could not be made. */
static cm_status deliver(cm_key *made, cm_status status, cm_key **key)
{
    if (status != CM_OK) {
        cm_key_free(made);
        return status;
    }
    *key = made;
    return CM_OK;
}

/* ------------------------------------------------------------------ making */

static cm_status generate_ec(cm_key *key, cm_key_algorithm algorithm, cm_random *rng, cm_error *err)
{
    for (size_t i = 0; i < CURVE_COUNT; i++) {
        if (curves[i].algorithm == algorithm) {
            if (mbedtls_pk_setup(&key->pk, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)) != 0) {
                return cm_fail_memory(err);
            }
            int result =
                mbedtls_ecp_gen_key(curves[i].group, mbedtls_pk_ec(key->pk), cm_random_bytes, rng);
            return result == 0 ? CM_OK
                   : cm_lacked_memory(result)
                       ? cm_fail_memory(err)
                       : cm_fail(err, CM_ERR_RANDOM, "the random number generator failed");
        }
    }
    cm_fail(err, CM_ERR_INVALID, "no such kind of key");
    return cm_fail_in(err, CM_ERR_INVALID, "key");
}

static cm_status rsa_failed(cm_status status, cm_error *err)
{
    switch (status) {
    case CM_ERR_CANCELLED:
        return cm_fail(err, status, "cancelled");
    case CM_ERR_RANDOM:
        return cm_fail(err, status, "the random number generator failed");
    case CM_ERR_MEMORY:
        return cm_fail_memory(err);
    case CM_ERR_INVALID:
        return cm_fail(err, status, "the two primes do not make an RSA key (FIPS 186-5 A.1)");
    default:
        return cm_fail_internal(err, "RSA key generation");
    }
}

cm_status cm_key_generate(const cm_key_spec *spec, cm_random *rng, const cm_progress *progress,
                          cm_key **key, cm_error *err)
{
    unsigned bits = spec->rsa_bits == 0 ? 2048 : spec->rsa_bits;
    cm_status status;
    *key = NULL;
    if (spec->algorithm == CM_KEY_RSA) {
        status = check_rsa_bits(bits, spec->allow_weak, err);
        if (status != CM_OK) {
            return status;
        }
    }
    cm_key *made = new_key();
    if (made == NULL) {
        return cm_fail_memory(err);
    }
    if (spec->algorithm == CM_KEY_RSA) {
        status = cm_rsa_generate(&made->pk, bits, cm_random_bytes, rng, progress);
        status = status == CM_OK ? CM_OK : rsa_failed(status, err);
    } else {
        status = generate_ec(made, spec->algorithm, rng, err);
    }
    if (status == CM_OK) {
        status = complete(made, true, err);
    }
    return deliver(made, status, key);
}

cm_status cm_key_from_primes(cm_view p, cm_view q, cm_random *rng, cm_key **key, cm_error *err)
{
    cm_key *made = new_key();
    *key = NULL;
    if (made == NULL) {
        return cm_fail_memory(err);
    }
    cm_status status = cm_rsa_from_primes(&made->pk, p, q, cm_random_bytes, rng);
    status = status == CM_OK ? complete(made, true, err) : rsa_failed(status, err);
    return deliver(made, status, key);
}

/* ------------------------------------------------------------------ the prime search by itself */

cm_status cm_prime_search_open(unsigned bits, cm_random *rng, cm_prime_search **search,
                               cm_error *err)
{
    *search = NULL;
    cm_status status = cm_prime_search_create(bits, cm_random_bytes, rng, search);
    if (status == CM_ERR_INVALID) {
        cm_fail(err, status, "a prime has %d to %d bits here, a multiple of %d", CM_PRIME_MIN_BITS,
                CM_PRIME_MAX_BITS, CM_PRIME_BITS_STEP);
        return cm_fail_in(err, status, "bits");
    }
    return status == CM_OK ? CM_OK : rsa_failed(status, err);
}

cm_status cm_prime_search_advance(cm_prime_search *search, unsigned work, bool *found,
                                  cm_error *err)
{
    cm_status status = cm_prime_search_step(search, work, found);
    return status == CM_OK ? CM_OK : rsa_failed(status, err);
}

cm_prime_progress cm_prime_search_progress(const cm_prime_search *search)
{
    return (cm_prime_progress){cm_prime_search_done(search),
                               cm_prime_expected(cm_prime_search_bits(search))};
}

cm_status cm_prime_search_result(cm_prime_search *search, cm_bytes *prime, cm_error *err)
{
    size_t size = cm_prime_search_bits(search) / 8;
    *prime = (cm_bytes){malloc(size), size};
    if (prime->data == NULL) {
        *prime = (cm_bytes){NULL, 0};
        return cm_fail_memory(err);
    }
    cm_status status = cm_prime_search_take(search, prime->data, size);
    if (status != CM_OK) {
        cm_bytes_free(prime);
        return cm_fail(err, status, "no prime has been found yet");
    }
    return CM_OK;
}

void cm_prime_search_close(cm_prime_search *search)
{
    cm_prime_search_free(search);
}

/* ------------------------------------------------------------------ reading */

static cm_status import_failed(int result, bool has_passphrase, cm_error *err)
{
    if (cm_lacked_memory(result)) {
        return cm_fail_memory(err);
    }
    switch (result) {
    case MBEDTLS_ERR_PK_PASSWORD_REQUIRED:
    case MBEDTLS_ERR_PEM_PASSWORD_REQUIRED:
        return cm_fail(err, CM_ERR_PASSPHRASE, "the key is encrypted: a passphrase is needed");
    case MBEDTLS_ERR_PK_PASSWORD_MISMATCH:
    case MBEDTLS_ERR_PEM_PASSWORD_MISMATCH:
        return cm_fail(err, CM_ERR_PASSPHRASE, "the passphrase is wrong");
    case MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE:
    case MBEDTLS_ERR_PK_UNKNOWN_PK_ALG:
        return cm_fail(err, CM_ERR_UNSUPPORTED,
                       "this kind of key is not supported; RSA and the curves P-256, P-384, P-521 "
                       "and secp256k1 are");
    default:
        return cm_fail(err, CM_ERR_MALFORMED, "not a key in PEM or DER%s",
                       has_passphrase ? ", or the passphrase is wrong" : "");
    }
}

enum { KEY_FILE_LIMIT = 1 << 20 };

static bool ends_with(cm_text text, const char *end)
{
    size_t size = strlen(end);
    return text.size >= size && memcmp(text.data + text.size - size, end, size) == 0;
}

/* The first block with a private key; false when there is none. */
static bool private_block(cm_text text, cm_pem_block *block)
{
    while (cm_pem_next(&text, block)) {
        if (ends_with(block->label, "PRIVATE KEY")) {
            return true;
        }
    }
    return false;
}

/* The cipher that OpenSSL's "DEK-Info: NAME,IV" names (RFC 1421 §4.6.1.3). */
static cm_text dek_cipher(cm_text body)
{
    static const char header[] = "DEK-Info: ";
    size_t skip = sizeof header - 1;
    for (size_t i = 0; i + skip < body.size; i++) {
        if (memcmp(body.data + i, header, skip) == 0) {
            cm_text name = {body.data + i + skip, 0};
            while (i + skip + name.size < body.size && name.data[name.size] != ',') {
                name.size++;
            }
            return name;
        }
    }
    return (cm_text){NULL, 0};
}

/* What mbedTLS reads: PEM with OpenSSL's own encryption, followed by a NUL that counts, or DER. */
static cm_status parse(cm_view input, cm_view passphrase, cm_random *rng, cm_key *key,
                       bool *is_private, cm_error *err)
{
    int result = mbedtls_pk_parse_key(&key->pk, input.data, input.size,
                                      passphrase.size > 0 ? passphrase.data : NULL, passphrase.size,
                                      cm_random_bytes, rng);
    *is_private = result == 0;
    if (result != 0) {
        mbedtls_pk_free(&key->pk);
        mbedtls_pk_init(&key->pk);
        int public_result = mbedtls_pk_parse_public_key(&key->pk, input.data, input.size);
        if (public_result == 0) {
            return CM_OK;
        }
        if (public_result == MBEDTLS_ERR_PK_UNKNOWN_PK_ALG) { /* a public key of another kind */
            return import_failed(public_result, false, err);
        }
        cm_pem_block block;
        if (result == MBEDTLS_ERR_PEM_UNKNOWN_ENC_ALG &&
            private_block((cm_text){(const char *)input.data, input.size}, &block)) {
            cm_text name = dek_cipher(block.body);
            return cm_fail(err, CM_ERR_UNSUPPORTED, "encryption with %t is not supported", &name);
        }
        return import_failed(result, passphrase.size > 0, err);
    }
    result = mbedtls_pk_check_pair(&key->pk, &key->pk, cm_random_bytes, rng);
    return result == 0
               ? CM_OK
               : cm_fail(err, CM_ERR_MALFORMED,
                         "the private and the public half of the key do not belong together");
}

static cm_status import_der(cm_view der, cm_unlock *u, cm_random *rng, cm_key *key,
                            bool *is_private, cm_error *err)
{
    cm_view rest = der, content;
    cm_bytes plain;
    if (cm_der_take(&rest, CM_TAG_SEQUENCE, &content) && rest.size > 0) {
        return cm_fail(err, CM_ERR_MALFORMED, "%d bytes follow the key", (int)rest.size);
    }
    if (!cm_pkcs8_is_encrypted(der)) {
        return parse(der, u->bytes, rng, key, is_private, err);
    }
    cm_status status = cm_pkcs8_decrypt(der, u, &plain, err);
    if (status == CM_OK) {
        status = parse((cm_view){plain.data, plain.size}, u->bytes, rng, key, is_private, err);
    }
    cm_bytes_free(&plain);
    return status;
}

/* The first character that is not white space; 0 at the end. */
static char first_character(cm_text text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] != ' ' && (text.data[i] < '\t' || text.data[i] > '\r')) {
            return text.data[i];
        }
    }
    return 0;
}

/* `copy` has a NUL behind it, as mbedTLS wants it behind PEM text. */
static cm_status import_copy(cm_view copy, cm_unlock *u, cm_random *rng, cm_key *key,
                             bool *is_private, cm_error *err)
{
    cm_text text = {(const char *)copy.data, copy.size}, rest = text;
    cm_pem_block block;
    cm_bytes der;
    if (copy.size > 0 && copy.data[0] == CM_TAG_SEQUENCE) {
        return import_der(copy, u, rng, key, is_private, err);
    }
    if (first_character(text) == '{') {
        cm_status status = cm_jwk_read(text, &der, err);
        if (status == CM_OK) {
            status = parse((cm_view){der.data, der.size}, u->bytes, rng, key, is_private, err);
            cm_bytes_free(&der);
        }
        return status;
    }
    if (private_block(text, &block) && cm_text_is(block.label, "ENCRYPTED PRIVATE KEY")) {
        cm_status status = cm_base64_decode(block.body, &der, err);
        if (status == CM_OK) {
            status = import_der((cm_view){der.data, der.size}, u, rng, key, is_private, err);
            cm_bytes_free(&der);
        }
        return status;
    }
    size_t size = cm_pem_next(&rest, &block) ? copy.size + 1 : copy.size;
    return parse((cm_view){copy.data, size}, u->bytes, rng, key, is_private, err);
}

cm_status cm_key_import_limited(cm_view input, cm_view passphrase, unsigned max_iterations,
                                cm_random *rng, cm_key **key, cm_error *err)
{
    cm_unlock u;
    *key = NULL;
    if (input.size > KEY_FILE_LIMIT) {
        cm_fail(err, CM_ERR_LIMIT, "a key file has at most %d bytes", KEY_FILE_LIMIT);
        return cm_fail_in(err, CM_ERR_LIMIT, "key");
    }
    cm_status status = cm_unlock_open(&u, passphrase, max_iterations, err);
    if (status != CM_OK) {
        return cm_fail_in(err, status, "passphrase");
    }
    cm_key *made = new_key();
    uint8_t *copy = malloc(input.size + 1);
    bool is_private = false;
    if (made == NULL || copy == NULL) {
        status = cm_fail_memory(err);
    } else {
        if (input.size > 0) {
            memcpy(copy, input.data, input.size);
        }
        copy[input.size] = '\0';
        status = import_copy((cm_view){copy, input.size}, &u, rng, made, &is_private, err);
        mbedtls_platform_zeroize(copy, input.size + 1);
    }
    free(copy);
    cm_unlock_close(&u);
    if (status == CM_OK) {
        status = complete(made, is_private, err);
    }
    return cm_fail_in(err, deliver(made, status, key), "key");
}

cm_status cm_key_import(cm_view input, cm_view passphrase, cm_random *rng, cm_key **key,
                        cm_error *err)
{
    return cm_key_import_limited(input, passphrase, 0, rng, key, err);
}

cm_status cm_key_public(const cm_key *key, cm_key **public_key, cm_error *err)
{
    cm_key *made = new_key();
    *public_key = NULL;
    if (made == NULL) {
        return cm_fail_memory(err);
    }
    cm_status status = CM_OK;
    if (mbedtls_pk_parse_public_key(&made->pk, key->spki.data, key->spki.size) != 0) {
        status = cm_fail_internal(err, "cm_key_public");
    } else {
        status = complete(made, false, err);
    }
    return deliver(made, status, public_key);
}

/* ------------------------------------------------------------------ writing */

/* The traditional form: RSAPrivateKey or ECPrivateKey. */
static cm_status export_traditional(const cm_key *key, cm_bytes *out, cm_error *err)
{
    uint8_t *buffer = malloc(PRIVATE_LIMIT);
    if (buffer == NULL) {
        return cm_fail_memory(err);
    }
    int written = mbedtls_pk_write_key_der(&key->pk, buffer, PRIVATE_LIMIT);
    bool copied = copy_tail(buffer, PRIVATE_LIMIT, written, out);
    mbedtls_platform_zeroize(buffer, PRIVATE_LIMIT);
    free(buffer);
    return copied ? CM_OK : cm_fail_internal(err, "export_traditional");
}

/* PrivateKeyInfo (RFC 5958 §2, version 0): the algorithm stands in the public key already. Inside
 * it an ECPrivateKey needs no parameters (RFC 5915 §3 leaves them optional), readers take both. */
static cm_status export_pkcs8(const cm_key *key, cm_bytes *out, cm_error *err)
{
    cm_bytes traditional = {NULL, 0};
    cm_view spki = {key->spki.data, key->spki.size}, content, algorithm_content, algorithm;
    uint8_t tag;
    cm_status status = export_traditional(key, &traditional, err);
    if (status != CM_OK) {
        return status;
    }
    if (!cm_der_take(&spki, CM_TAG_SEQUENCE, &content) ||
        !cm_der_take_any(&content, &tag, &algorithm_content, &algorithm)) {
        cm_bytes_free(&traditional);
        return cm_fail_internal(err, "export_pkcs8");
    }
    cm_der d = {NULL, 0, 0, CM_OK};
    size_t mark = cm_der_begin(&d, CM_TAG_SEQUENCE);
    cm_der_small(&d, CM_TAG_INTEGER, 0);
    cm_der_raw(&d, algorithm);
    cm_der_element(&d, CM_TAG_OCTET_STRING, traditional.data, traditional.size);
    cm_der_end(&d, mark);
    cm_bytes_free(&traditional);
    return cm_der_finish(&d, out, err);
}

static cm_status export_spki(const cm_key *key, cm_bytes *out, cm_error *err)
{
    cm_der d = {NULL, 0, 0, CM_OK};
    cm_der_raw(&d, (cm_view){key->spki.data, key->spki.size});
    return cm_der_finish(&d, out, err);
}

cm_status cm_key_format_parse(cm_text text, cm_key_format *format, cm_error *err)
{
    static const char *const names[] = {
        [CM_KEY_PKCS8] = "pkcs8", [CM_KEY_TRADITIONAL] = "traditional", [CM_KEY_SPKI] = "spki"};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (cm_text_is(text, names[i])) {
            *format = (cm_key_format)i;
            return CM_OK;
        }
    }
    cm_fail(err, CM_ERR_INVALID, "%t is no key format; there are pkcs8, traditional and spki",
            &text);
    return cm_fail_in(err, CM_ERR_INVALID, "format");
}

cm_status cm_key_export(const cm_key *key, cm_key_format format, bool pem, cm_bytes *out,
                        cm_error *err)
{
    cm_bytes der = {NULL, 0};
    cm_status status;
    const char *label;
    *out = (cm_bytes){NULL, 0};
    if (format != CM_KEY_SPKI && !key->is_private) {
        cm_fail(err, CM_ERR_INVALID, "this is a public key: it has no private form");
        return cm_fail_in(err, CM_ERR_INVALID, "format");
    }
    switch (format) {
    case CM_KEY_PKCS8:
        label = "PRIVATE KEY";
        status = export_pkcs8(key, &der, err);
        break;
    case CM_KEY_TRADITIONAL:
        label = key->algorithm == CM_KEY_RSA ? "RSA PRIVATE KEY" : "EC PRIVATE KEY";
        status = export_traditional(key, &der, err);
        break;
    case CM_KEY_SPKI:
        label = "PUBLIC KEY";
        status = export_spki(key, &der, err);
        break;
    default:
        cm_fail(err, CM_ERR_INVALID, "no such key format");
        return cm_fail_in(err, CM_ERR_INVALID, "format");
    }
    if (status != CM_OK || !pem) {
        *out = der;
        return status;
    }
    status = cm_pem_encode(label, (cm_view){der.data, der.size}, out, err);
    cm_bytes_free(&der);
    return status;
}
