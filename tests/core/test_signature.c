/* Signatures checked: P-256 with every hash against RFC 6979's examples, and what is no signature.
 */
#include "der.h"
#include "signature.h"
#include "support.h"

/* RFC 6979 §A.2.5: the public key, and "sample" signed with it. */
#define KEY_X "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
#define KEY_Y "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
#define SHA256_R "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
#define SHA256_S "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"

/* The order and the prime of P-256 (SEC 2 §2.4.2). */
#define ORDER "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
#define PRIME "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"

static const cm_view sample = {(const uint8_t *)"sample", 6};

static size_t from_hex(const char *text, uint8_t *out)
{
    size_t size = strlen(text) / 2;
    for (size_t i = 0; i < size; i++) {
        unsigned byte = 0;
        (void)sscanf(text + 2 * i, "%2x", &byte);
        out[i] = (uint8_t)byte;
    }
    return size;
}

/* A SubjectPublicKeyInfo for P-256 (RFC 5480) with this point, in hexadecimal. */
static cm_bytes public_key(const char *point)
{
    static const char algorithm[] = "301306072a8648ce3d020106082a8648ce3d030107";
    uint8_t bytes[128];
    cm_der out = {NULL, 0, 0, CM_OK};
    cm_bytes spki;
    size_t mark = cm_der_begin(&out, CM_TAG_SEQUENCE);
    size_t size = from_hex(algorithm, bytes);
    cm_der_raw(&out, (cm_view){bytes, size});
    size = from_hex(point, bytes);
    cm_der_bit_string(&out, (cm_view){bytes, size});
    cm_der_end(&out, mark);
    ok(cm_der_finish(&out, &spki, NULL) == CM_OK, "a public key");
    return spki;
}

/* An INTEGER with the content in hexadecimal, as it stands: it may not be DER. */
static void put_integer(cm_der *out, const char *content)
{
    uint8_t bytes[64];
    size_t size = from_hex(content, bytes);
    cm_der_element(out, CM_TAG_INTEGER, bytes, size);
}

/* The content of the INTEGER for a number of 32 octets: a zero in front where it needs one. */
static void positive(const char *number, char out[80])
{
    while (strlen(number) > 2 && strncmp(number, "00", 2) == 0) {
        number += 2;
    }
    snprintf(out, 80, "%s%s", number[0] >= '8' ? "00" : "", number);
}

static cm_status check(const cm_bytes *spki, char hash, const char *r, const char *s, cm_view tbs)
{
    char algorithm_text[] = "300a06082a8648ce3d040302"; /* ecdsa-with-SHA2 (RFC 5758 §3.2) */
    uint8_t algorithm[16];
    cm_der out = {NULL, 0, 0, CM_OK};
    algorithm_text[23] = hash;
    size_t size = from_hex(hash == '1' ? "300906072a8648ce3d0401" : algorithm_text, algorithm);
    size_t mark = cm_der_begin(&out, CM_TAG_SEQUENCE);
    put_integer(&out, r);
    put_integer(&out, s);
    cm_der_end(&out, mark);
    cm_status status = cm_signature_verify(view_of(spki), (cm_view){algorithm, size}, tbs,
                                           cm_der_view(&out), NULL);
    cm_der_free(&out);
    return status;
}

/* Hashes that are shorter than the order, as long, and longer: those are cut (RFC 6979 §2.3.2). */
static void examples(const cm_bytes *spki)
{
    static const struct {
        char hash; /* of ecdsa-with-SHA2, '1' for SHA-1 */
        const char *name, *r, *s;
    } cases[] = {
        {'1', "SHA-1", "61340c88c3aaebeb4f6d667f672ca9759a6ccaa9fa8811313039ee4a35471d32",
         "6d7f147dac089441bb2e2fe8f7a3fa264b9c475098fdcf6e00d7c996e1b8b7eb"},
        {'2', "SHA-256", SHA256_R, SHA256_S},
        {'3', "SHA-384", "0eafea039b20e9b42309fb1d89e213057cbf973dc0cfc8f129edddc800ef7719",
         "4861f0491e6998b9455193e34e7b0d284ddd7149a74b95b9261f13abde940954"},
        {'4', "SHA-512", "8496a60b5e9b47c825488827e0495b0e3fa109ec4568fd3f8d1097678eb97f00",
         "2362ab1adbe2b8adf9cb9edab740ea6049c028114f2460f96554f61fae3302fe"},
    };
    static const cm_view other = {(const uint8_t *)"simple", 6};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char r[80], s[80];
        positive(cases[i].r, r);
        positive(cases[i].s, s);
        same_int(check(spki, cases[i].hash, r, s, sample), CM_OK, "%s", cases[i].name);
        same_int(check(spki, cases[i].hash, r, s, other), CM_ERR_MISMATCH, "over another text");
        same_int(check(spki, cases[i].hash, s, r, sample), CM_ERR_MISMATCH, "r and s exchanged");
        char hash = cases[i].hash == '4' ? '2' : (char)(cases[i].hash + 1);
        same_int(check(spki, hash, r, s, sample), CM_ERR_MISMATCH, "with another hash");
    }
}

/* r and s lie between 1 and the order (SEC 1 §4.1.4), in the shortest form of a positive INTEGER.
 */
static void ranges(const cm_bytes *spki)
{
    static const struct {
        const char *name, *value;
    } cases[] = {
        {"0", "00"},
        {"1", "01"},
        {"-1", "ff"},
        {"no octet", ""},
        {"the order", "00" ORDER},
        {"the order and 1", "00ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632552"},
        {"the prime", "00" PRIME},
        {"2^256-1", "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"},
        {"2^256", "01" ZERO},
        {"-2^255", "8000000000000000000000000000000000000000000000000000000000000000"},
        {"the order without its sign octet", ORDER},
    };
    const char *r = "00" SHA256_R, *s = "00" SHA256_S;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *value = cases[i].value;
        same_int(check(spki, '2', value, s, sample), CM_ERR_MISMATCH, "r: %s", cases[i].name);
        same_int(check(spki, '2', r, value, sample), CM_ERR_MISMATCH, "s: %s", cases[i].name);
        for (size_t j = 0; j < sizeof cases / sizeof cases[0]; j++) {
            if (check(spki, '2', value, cases[j].value, sample) != CM_ERR_MISMATCH) {
                ok(false, "r: %s, s: %s", cases[i].name, cases[j].name);
            }
        }
    }
    same_int(check(spki, '2', "0000" SHA256_R, s, sample), CM_ERR_MISMATCH, "r with a zero more");
    same_int(check(spki, '2', SHA256_R, s, sample), CM_ERR_MISMATCH, "r as a negative number");
}

/* What is no point of the curve is no key. */
static void points(void)
{
    static const struct {
        const char *name, *point;
        cm_status status;
    } cases[] = {
        {"as it is", "04" KEY_X KEY_Y, CM_OK},
        {"compressed", "02" KEY_X, CM_ERR_MISMATCH}, /* Y is odd: this is the opposite point */
        {"compressed with its own sign", "03" KEY_X, CM_OK},
        {"x and y exchanged", "04" KEY_Y KEY_X, CM_ERR_UNSUPPORTED},
        {"0, 0", "04" ZERO ZERO, CM_ERR_UNSUPPORTED},
        {"infinity", "00", CM_ERR_UNSUPPORTED},
        {"nothing", "", CM_ERR_UNSUPPORTED},
        {"x is the prime", "04" PRIME KEY_Y, CM_ERR_UNSUPPORTED},
        {"y is the prime", "04" KEY_X PRIME, CM_ERR_UNSUPPORTED},
        {"hybrid", "07" KEY_X KEY_Y, CM_ERR_UNSUPPORTED},
        {"y is missing", "04" KEY_X, CM_ERR_UNSUPPORTED},
        {"an octet more", "04" KEY_X KEY_Y "00", CM_ERR_UNSUPPORTED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cm_bytes spki = public_key(cases[i].point);
        same_int(check(&spki, '2', "00" SHA256_R, "00" SHA256_S, sample), cases[i].status,
                 "the key's point: %s", cases[i].name);
        cm_bytes_free(&spki);
    }
}

int main(void)
{
    cm_bytes spki = public_key("04" KEY_X KEY_Y);
    examples(&spki);
    ranges(&spki);
    points();
    cm_bytes_free(&spki);
    return done_testing();
}
