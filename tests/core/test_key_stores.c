/* Encrypted keys, JWK and OpenSSH keys, PKCS#12 and PKCS#7: written, read back, refused. Other
 * programs' files are read, and ours by them, in tests/interop/key_stores.test.js. */
#include "support.h"

#include <stdlib.h>

#include "der.h"
#include "oid.h"
#include "pbe.h"

static cm_random *rng;

static const cm_view none = {NULL, 0};

enum { FEW = 10 }; /* iterations, where the count is not what is tested */

static cm_view bytes_of(const char *text)
{
    return (cm_view){(const uint8_t *)text, strlen(text)};
}

/* RSA takes long to make: one for all. */
static cm_key *rsa_key(void)
{
    static cm_key *key;
    if (key == NULL) {
        cm_key_spec spec = {.algorithm = CM_KEY_RSA};
        cm_key_generate(&spec, rng, NULL, &key, NULL);
    }
    return key;
}

static cm_key *key_of(const char *name)
{
    cm_key_spec spec = {0};
    cm_key *key = NULL;
    cm_key_spec_parse(cm_text_of(name), &spec, NULL);
    cm_key_generate(&spec, rng, NULL, &key, NULL);
    return key;
}

/* ------------------------------------------------------------------ encrypted keys */

static void round_trip(const cm_key *key, const char *passphrase)
{
    for (int pem = 0; pem <= 1; pem++) {
        cm_bytes out = {NULL, 0};
        cm_key *copy = NULL;
        ok(cm_key_export_encrypted(key, bytes_of(passphrase), FEW, pem == 1, rng, &out, NULL) ==
                   CM_OK &&
               (pem == 0 || has(&out, "-----BEGIN ENCRYPTED PRIVATE KEY-----\n")),
           "written under \"%s\"", passphrase);
        ok(cm_key_import(view_of(&out), bytes_of(passphrase), rng, &copy, NULL) == CM_OK &&
               cm_key_matches(key, copy) && cm_key_is_private(copy),
           "and read back");
        cm_key_free(copy);
        copy = NULL;
        REFUSED(cm_key_import(view_of(&out), bytes_of("not it"), rng, &copy, err), copy,
                CM_ERR_PASSPHRASE, "key");
        REFUSED(cm_key_import(view_of(&out), none, rng, &copy, err), copy, CM_ERR_PASSPHRASE,
                "key");
        REFUSED(
            cm_key_import_limited(view_of(&out), bytes_of(passphrase), FEW - 1, rng, &copy, err),
            copy, CM_ERR_LIMIT, "key");
        cm_bytes_free(&out);
    }
}

static void encrypted_keys(void)
{
    static const char *const specs[] = {"p-256", "p-384", "p-521", "secp256k1"};
    for (size_t i = 0; i < 4; i++) {
        cm_key *key = key_of(specs[i]);
        round_trip(key, "correct horse");
        cm_key_free(key);
    }
    round_trip(rsa_key(), "Gr\xc3\xbc\xc3\x9f"
                          "e \xf0\x9f\x94\x91");
    cm_key *key = key_of("p-256"), *public_key = NULL, *copy = NULL;
    cm_bytes out = {NULL, 0};
    REFUSED(cm_key_export_encrypted(key, bytes_of(""), FEW, true, rng, &out, err), out.data,
            CM_ERR_PASSPHRASE, "passphrase");
    cm_key_public(key, &public_key, NULL);
    REFUSED(cm_key_export_encrypted(public_key, bytes_of("x"), FEW, true, rng, &out, err), out.data,
            CM_ERR_INVALID, "format");
    cm_key_export_encrypted(key, bytes_of("x"), 0, false, rng, &out, NULL);
    ok(contains(&out, "\x02\x03\x09\x27\xc0", 5), "600000 iterations unless told otherwise");
    cm_bytes_free(&out);
    char *long_one = calloc(1, CM_PASSPHRASE_LIMIT + 2);
    memset(long_one, 'x', CM_PASSPHRASE_LIMIT + 1);
    REFUSED(cm_key_export_encrypted(key, bytes_of(long_one), FEW, true, rng, &out, err), out.data,
            CM_ERR_LIMIT, "");
    REFUSED(cm_key_import(bytes_of("x"), bytes_of(long_one), rng, &copy, err), copy, CM_ERR_LIMIT,
            "passphrase");
    free(long_one);
    cm_key_free(public_key);
    cm_key_free(key);
}

static void damaged_encrypted_keys(void)
{
    cm_key *key = key_of("p-256"), *copy = NULL;
    cm_bytes der = {NULL, 0};
    size_t accepted = 0;
    cm_key_export_encrypted(key, bytes_of("x"), FEW, false, rng, &der, NULL);
    for (size_t size = 0; size < der.size; size++) {
        accepted +=
            cm_key_import((cm_view){der.data, size}, bytes_of("x"), rng, &copy, NULL) == CM_OK;
        cm_key_free(copy);
    }
    ok(accepted == 0, "no truncation is taken for a key");
    uint8_t *longer = malloc(der.size + 1);
    memcpy(longer, der.data, der.size);
    longer[der.size] = 0;
    REFUSED(cm_key_import((cm_view){longer, der.size + 1}, bytes_of("x"), rng, &copy, err), copy,
            CM_ERR_MALFORMED, "key");
    free(longer);
    for (size_t i = 0; i < der.size; i++) { /* no trap, whatever it says */
        der.data[i] ^= 0x41;
        cm_key_import_limited(view_of(&der), bytes_of("x"), 1000, rng, &copy, NULL);
        cm_key_free(copy);
        der.data[i] ^= 0x41;
    }
    cm_bytes_free(&der);
    cm_key_free(key);
}

/* EncryptedPrivateKeyInfo with this scheme and these parameters, and nonsense as ciphertext. */
static void with_scheme(const char *oid, size_t oid_size, cm_view parameters, cm_bytes *out)
{
    static const uint8_t nonsense[16] = {1};
    cm_der d = {NULL, 0, 0, CM_OK};
    size_t mark = cm_der_begin(&d, CM_TAG_SEQUENCE);
    size_t algorithm = cm_der_begin(&d, CM_TAG_SEQUENCE);
    cm_der_element(&d, CM_TAG_OID, oid, oid_size);
    cm_der_raw(&d, parameters);
    cm_der_end(&d, algorithm);
    cm_der_element(&d, CM_TAG_OCTET_STRING, nonsense, sizeof nonsense);
    cm_der_end(&d, mark);
    cm_der_finish(&d, out, NULL);
}

static void refused_schemes(void)
{
    static const struct {
        const char *oid;
        size_t size;
        const char *name;
    } cases[] = {
        {OID_PKCS12("\x01\x06"), OID_SIZE(OID_PKCS12("\x01\x06")), "RC2-40"},
        {OID_PKCS12("\x01\x01"), OID_SIZE(OID_PKCS12("\x01\x01")), "RC4-128"},
        {OID_PKCS5("\x04"), OID_SIZE(OID_PKCS5("\x04")), "MD2 with RC2"},
        {"\x2a\x03\x04", 3, "1.2.3.4"},
    };
    static const uint8_t salt_and_count[] = {0x30, 0x0d, 0x04, 0x08, 1,    2,    3,   4,
                                             5,    6,    7,    8,    0x02, 0x01, 0x01};
    cm_bytes der = {NULL, 0};
    cm_key *key = NULL;
    cm_error error;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        with_scheme(cases[i].oid, cases[i].size, (cm_view){salt_and_count, sizeof salt_and_count},
                    &der);
        ok(cm_key_import(view_of(&der), bytes_of("x"), rng, &key, &error) == CM_ERR_UNSUPPORTED &&
               key == NULL && strstr(error.message, cases[i].name) != NULL,
           "%s", error.message);
        cm_bytes_free(&der);
    }
    /* iteration counts: none, negative, absurd, more than 64 bits */
    static const uint8_t counts[][17] = {
        {0x30, 0x07, 0x04, 0x02, 1, 2, 0x02, 0x01, 0x00},
        {0x30, 0x07, 0x04, 0x02, 1, 2, 0x02, 0x01, 0xff},
        {0x30, 0x0a, 0x04, 0x02, 1, 2, 0x02, 0x04, 0x7f, 0xff, 0xff, 0xff},
        {0x30, 0x0f, 0x04, 0x02, 1, 2, 0x02, 0x09, 0x01, 0, 0, 0, 0, 0, 0},
    };
    static const cm_status expected[] = {CM_ERR_MALFORMED, CM_ERR_MALFORMED, CM_ERR_LIMIT,
                                         CM_ERR_LIMIT};
    for (size_t i = 0; i < 4; i++) {
        with_scheme(OID_PBE_SHA1_3DES, OID_SIZE(OID_PBE_SHA1_3DES),
                    (cm_view){counts[i], 2u + counts[i][1]}, &der);
        REFUSED(cm_key_import(view_of(&der), bytes_of("x"), rng, &key, err), key, expected[i],
                "key");
        cm_bytes_free(&der);
    }
    with_scheme(OID_PBE_SHA1_3DES, OID_SIZE(OID_PBE_SHA1_3DES),
                (cm_view){salt_and_count, sizeof salt_and_count}, &der);
    REFUSED(cm_key_import(view_of(&der), bytes_of("\xff"), rng, &key, err), key, CM_ERR_PASSPHRASE,
            "key");
    cm_bytes_free(&der);
}

/* ------------------------------------------------------------------ JWK and OpenSSH */

/* RFC 7517 §A.2 */
static const char ec_jwk[] =
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\","
    "\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\","
    "\"d\":\"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE\"}";
/* RFC 7638 §3.1 */
static const char rsa_jwk[] =
    " {\"kty\": \"RSA\", \"n\": \"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86"
    "zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6"
    "Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08"
    "qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqD"
    "Kgw\", \"e\": \"AQAB\", \"alg\": \"RS256\", \"x5c\": [\"a\\\"]\", {\"b\": [1.5e3, null]}], "
    "\"kid\": \"2011-04-29\"}\n";

static void known_jwks(void)
{
    cm_key *key = NULL;
    cm_bytes json = {NULL, 0};
    char thumbprint[44];
    ok(cm_key_import(bytes_of(ec_jwk), none, rng, &key, NULL) == CM_OK && cm_key_is_private(key),
       "the key of RFC 7517 A.2");
    cm_key_export_jwk(key, true, &json, NULL);
    ok(has(&json, "\"d\":\"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE\"") &&
           has(&json, "\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\""),
       "is written as it was");
    cm_bytes_free(&json);
    cm_key_export_jwk(key, false, &json, NULL);
    ok(!has(&json, "\"d\""), "or without its private half");
    cm_bytes_free(&json);
    cm_key_free(key);
    ok(cm_key_import(bytes_of(rsa_jwk), none, rng, &key, NULL) == CM_OK &&
           !cm_key_is_private(key) && cm_key_bits(key) == 2048,
       "the key of RFC 7638 3.1");
    ok(cm_key_thumbprint(key, thumbprint, NULL) == CM_OK, "has a thumbprint");
    same_text(thumbprint, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", "as it stands there");
    REFUSED(cm_key_export_jwk(key, true, &json, err), json.data, CM_ERR_INVALID, "format");
    cm_key_free(key);
}

static void jwk_round_trips(void)
{
    static const char *const specs[] = {"p-256", "p-384", "p-521", "secp256k1", NULL};
    for (size_t i = 0; i < 5; i++) {
        cm_key *key = specs[i] == NULL ? rsa_key() : key_of(specs[i]), *copy = NULL;
        for (int with_private = 0; with_private <= 1; with_private++) {
            cm_bytes json = {NULL, 0};
            ok(cm_key_export_jwk(key, with_private == 1, &json, NULL) == CM_OK &&
                   cm_key_import(view_of(&json), none, rng, &copy, NULL) == CM_OK &&
                   cm_key_matches(key, copy) && cm_key_is_private(copy) == (with_private == 1),
               "%s, private %d", specs[i] == NULL ? "rsa" : specs[i], with_private);
            cm_key_free(copy);
            cm_bytes_free(&json);
        }
        if (specs[i] != NULL) {
            cm_key_free(key);
        }
    }
}

static void refused_jwks(void)
{
    static const struct {
        const char *text;
        cm_status code;
    } cases[] = {
        {"{", CM_ERR_MALFORMED},
        {"{}", CM_ERR_MALFORMED},
        {"{}x", CM_ERR_MALFORMED},
        {"{\"kty\":\"oct\",\"k\":\"AA\"}", CM_ERR_UNSUPPORTED},
        {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"}", CM_ERR_UNSUPPORTED},
        {"{\"kty\":1}", CM_ERR_MALFORMED},
        {"{\"kty\":\"EC\",\"kty\":\"EC\"}", CM_ERR_MALFORMED},
        {"{\"kty\":\"E\\u0043\"}", CM_ERR_MALFORMED},
        {"{\"kty\":\"EC\",\"crv\":\"P-255\",\"x\":\"AA\",\"y\":\"AA\"}", CM_ERR_UNSUPPORTED},
        {"{\"kty\":\"EC\",\"crv\":\"P-256\"}", CM_ERR_MALFORMED},
        {"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}", CM_ERR_MALFORMED},
        {"{\"kty\":\"RSA\",\"n\":\"AQAB\"}", CM_ERR_MALFORMED},
        {"{\"kty\":\"RSA\",\"n\":\"A+AB\",\"e\":\"AQAB\"}", CM_ERR_MALFORMED},
        {"{\"kty\":\"RSA\",\"n\":\"AQABA\",\"e\":\"AQAB\"}", CM_ERR_MALFORMED},
        {"{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\",\"d\":\"AQAB\"}", CM_ERR_UNSUPPORTED},
        {"{\"keys\":[{\"kty\":\"EC\"}]}", CM_ERR_UNSUPPORTED},
        {"{\"a\":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}", CM_ERR_MALFORMED},
        {"{\"a\":\"\\", CM_ERR_MALFORMED},
        {"{\"a\":}", CM_ERR_MALFORMED},
    };
    cm_key *key = NULL;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        REFUSED(cm_key_import(bytes_of(cases[i].text), none, rng, &key, err), key, cases[i].code,
                "key");
    }
    size_t accepted = 0;
    for (size_t size = 0; size < sizeof ec_jwk - 1; size++) {
        accepted +=
            cm_key_import((cm_view){(const uint8_t *)ec_jwk, size}, none, rng, &key, NULL) == CM_OK;
        cm_key_free(key);
    }
    ok(accepted == 0, "no truncation is taken for a key");
    char other[sizeof ec_jwk];
    memcpy(other, ec_jwk, sizeof ec_jwk);
    strstr(other, "870M")[0] = '7';
    REFUSED(cm_key_import(bytes_of(other), none, rng, &key, err), key, CM_ERR_MALFORMED, "key");
}

static void openssh_lines(void)
{
    cm_key *key = key_of("p-384"), *k1 = key_of("secp256k1");
    cm_bytes line = {NULL, 0};
    ok(cm_key_export_openssh(key, CM_TEXT("me@here"), &line, NULL) == CM_OK &&
           strncmp((char *)line.data, "ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQ", 51) ==
               0 &&
           has(&line, " me@here\n") && line.data[line.size - 1] == '\n',
       "a line of P-384");
    cm_bytes_free(&line);
    ok(cm_key_export_openssh(rsa_key(), (cm_text){NULL, 0}, &line, NULL) == CM_OK &&
           strncmp((char *)line.data, "ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB", 32) == 0,
       "a line of RSA");
    cm_bytes_free(&line);
    REFUSED(cm_key_export_openssh(k1, (cm_text){NULL, 0}, &line, err), line.data,
            CM_ERR_UNSUPPORTED, "");
    REFUSED(cm_key_export_openssh(key, CM_TEXT("a\nb"), &line, err), line.data, CM_ERR_INVALID,
            "comment");
    cm_key_free(key);
    cm_key_free(k1);
}

/* ------------------------------------------------------------------ chains */

enum { CHAIN = 3 };
static cm_key *keys[CHAIN];
static cm_bytes chain[CHAIN]; /* leaf, intermediate, root */

static void make_chain(void)
{
    for (size_t i = CHAIN; i-- > 0;) {
        static const char *const names[] = {"CN=shop.test", "CN=Issuing", "CN=Root"};
        cm_certificate_template t = {.now = NOW, .subject = {.text = cm_text_of(names[i])}};
        t.profile = i == 0 ? CM_PROFILE_SERVER : CM_PROFILE_CA;
        t.extensions.basic_constraints.choice = i == 2 ? CM_SET : CM_DEFAULT;
        t.extensions.basic_constraints.ca = true;
        keys[i] = new_p256(rng);
        cm_issuer issuer = {none, NULL};
        if (i < 2) {
            issuer = (cm_issuer){view_of(&chain[i + 1]), keys[i + 1]};
        }
        ok(cm_certificate_create(&t, keys[i], i < 2 ? &issuer : NULL, rng, &chain[i], NULL) ==
               CM_OK,
           "%s", names[i]);
    }
}

static void chain_orders(void)
{
    static const size_t given[][CHAIN] = {{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {2, 0, 1}};
    for (size_t i = 0; i < 4; i++) {
        cm_view views[CHAIN];
        size_t order[CHAIN];
        for (size_t j = 0; j < CHAIN; j++) {
            views[j] = view_of(&chain[given[i][j]]);
        }
        bool right = cm_chain_order(views, CHAIN, NULL, order, NULL) == CM_OK;
        for (size_t j = 0; j < CHAIN; j++) {
            right = right && given[i][order[j]] == j;
        }
        ok(right, "leaf, intermediate, root");
        ok(cm_chain_order(views, CHAIN, keys[1], order, NULL) == CM_OK && given[i][order[0]] == 1 &&
               given[i][order[1]] == 2 && given[i][order[2]] == 0,
           "by the key of the intermediate: what is no part of its chain comes last");
    }
    cm_view bad[2] = {view_of(&chain[0]), bytes_of("x")};
    size_t order[2];
    REFUSED(cm_chain_order(bad, 2, NULL, order, err), (void *)0, CM_ERR_MALFORMED,
            "certificates[1]");
}

static void bundles(void)
{
    cm_view views[CHAIN];
    cm_bytes der = {NULL, 0}, pem = {NULL, 0};
    cm_pkcs7 bundle;
    for (size_t i = 0; i < CHAIN; i++) {
        views[i] = view_of(&chain[i]);
    }
    ok(cm_pkcs7_create(views, CHAIN, NULL, 0, &der, NULL) == CM_OK &&
           cm_pem_encode("PKCS7", view_of(&der), &pem, NULL) == CM_OK,
       "a bundle");
    for (int i = 0; i <= 1; i++) {
        bool same = cm_pkcs7_read(view_of(i == 0 ? &der : &pem), &bundle, NULL) == CM_OK &&
                    bundle.count == CHAIN && bundle.crl_count == 0;
        for (size_t j = 0; j < CHAIN && same; j++) {
            same = bundle.certificates[j].size == chain[j].size &&
                   memcmp(bundle.certificates[j].data, chain[j].data, chain[j].size) == 0;
        }
        ok(same, "is read back in its order");
        cm_pkcs7_free(&bundle);
    }
    size_t accepted = 0;
    for (size_t size = 0; size < der.size; size++) {
        accepted += cm_pkcs7_read((cm_view){der.data, size}, &bundle, NULL) == CM_OK;
        cm_pkcs7_free(&bundle);
    }
    ok(accepted == 0, "but not when it is cut short");
    for (size_t i = 0; i < der.size; i++) { /* no trap, whatever it says */
        der.data[i] ^= 0x81;
        cm_pkcs7_read(view_of(&der), &bundle, NULL);
        cm_pkcs7_free(&bundle);
        der.data[i] ^= 0x81;
    }
    cm_bytes_free(&der);
    REFUSED(cm_pkcs7_create(views, 0, NULL, 0, &der, err), der.data, CM_ERR_INVALID,
            "certificates");
    views[1] = bytes_of("no certificate");
    REFUSED(cm_pkcs7_create(views, CHAIN, NULL, 0, &der, err), der.data, CM_ERR_MALFORMED,
            "certificates[1]");
    REFUSED(cm_pkcs7_read(view_of(&chain[0]), &bundle, err), bundle.certificates, CM_ERR_MALFORMED,
            "pkcs7");
    cm_bytes_free(&pem);
}

/* ------------------------------------------------------------------ PKCS#12 */

#define NAME "Schl\xc3\xbcssel \xf0\x9f\x94\x91"

static void make_store(cm_pkcs12_encryption encryption, const char *passphrase, cm_bytes *der)
{
    bool trust = encryption == CM_PKCS12_JAVA_TRUST_STORE;
    cm_pkcs12_certificate certificates[CHAIN] = {{{NULL, 0}, {NULL, 0}}};
    for (size_t i = 0; i < CHAIN; i++) {
        certificates[i].certificate = view_of(&chain[i]);
    }
    certificates[2].friendly_name = CM_TEXT("the root");
    cm_pkcs12_template t = {.key = trust ? NULL : keys[0],
                            .certificates = certificates,
                            .certificate_count = CHAIN,
                            .friendly_name = CM_TEXT(NAME),
                            .passphrase = bytes_of(passphrase),
                            .encryption = encryption,
                            .iterations = FEW};
    ok(cm_pkcs12_create(&t, rng, der, NULL) == CM_OK, "a store, encryption %d", (int)encryption);
}

static bool named(const cm_pkcs12_entry *entry, const char *name)
{
    return entry->friendly_name.size == strlen(name) &&
           (*name == '\0' || memcmp(entry->friendly_name.data, name, strlen(name)) == 0);
}

static void check_store(const cm_bytes *der, const char *passphrase, bool trust)
{
    cm_pkcs12 store;
    size_t certificates = 0, found_keys = 0;
    bool fine = true;
    ok(cm_pkcs12_open(view_of(der), bytes_of(passphrase), 0, rng, &store, NULL) == CM_OK,
       "is opened under \"%s\"", passphrase);
    for (size_t i = 0; i < store.count; i++) {
        const cm_pkcs12_entry *entry = &store.entries[i];
        if (entry->key != NULL) {
            found_keys++;
            fine = fine && cm_key_matches(entry->key, keys[0]) && named(entry, NAME) &&
                   entry->local_key_id.size == 20;
        } else {
            const cm_bytes *expected = &chain[certificates];
            fine = fine && entry->certificate.size == expected->size &&
                   memcmp(entry->certificate.data, expected->data, expected->size) == 0 &&
                   entry->trusted == trust &&
                   (entry->local_key_id.size == 20) == (certificates == 0 && !trust) &&
                   (certificates != 2 || named(entry, "the root")) &&
                   (certificates != 1 || (entry->friendly_name.size == 95) == trust) &&
                   (certificates != 0 || named(entry, NAME));
            certificates++;
        }
    }
    ok(fine && certificates == CHAIN && found_keys == (trust ? 0 : 1) && store.unread == 0,
       "holds what it was given, with its attributes");
    cm_pkcs12_free(&store);
    REFUSED(cm_pkcs12_open(view_of(der), bytes_of("not it"), 0, rng, &store, err), store.entries,
            CM_ERR_PASSPHRASE, "passphrase");
    REFUSED(cm_pkcs12_open(view_of(der), bytes_of(passphrase), FEW, rng, &store, err),
            store.entries, CM_ERR_LIMIT, "pkcs12");
}

static void stores(void)
{
    static const char *const passphrases[] = {
        "changeit", "", "Gr\xc3\xbc\xc3\x9f\x65 \xf0\x9f\x94\x91",
        "a passphrase of more than the thirty-one characters that mbedTLS's derivation takes"};
    for (int encryption = 0; encryption <= CM_PKCS12_JAVA_TRUST_STORE; encryption++) {
        for (size_t i = 0; i < sizeof passphrases / sizeof passphrases[0]; i++) {
            cm_bytes der = {NULL, 0};
            make_store((cm_pkcs12_encryption)encryption, passphrases[i], &der);
            check_store(&der, passphrases[i], encryption == CM_PKCS12_JAVA_TRUST_STORE);
            cm_bytes_free(&der);
        }
    }
}

static void refused_stores(void)
{
    cm_pkcs12_certificate one = {view_of(&chain[0]), {NULL, 0}};
    cm_pkcs12_template t = {.key = keys[1], .certificates = &one, .certificate_count = 1};
    cm_bytes der = {NULL, 0};
    cm_pkcs12_encryption encryption;
    t.passphrase = bytes_of("x");
    t.iterations = FEW;
    REFUSED(cm_pkcs12_create(&t, rng, &der, err), der.data, CM_ERR_MISMATCH, "certificates[0]");
    t.key = keys[0];
    t.encryption = CM_PKCS12_JAVA_TRUST_STORE;
    REFUSED(cm_pkcs12_create(&t, rng, &der, err), der.data, CM_ERR_INVALID, "key");
    t.encryption = CM_PKCS12_MODERN;
    t.passphrase = bytes_of("\xff");
    REFUSED(cm_pkcs12_create(&t, rng, &der, err), der.data, CM_ERR_INVALID, "passphrase");
    t.passphrase = bytes_of("x");
    t.friendly_name = CM_TEXT("\xc3");
    REFUSED(cm_pkcs12_create(&t, rng, &der, err), der.data, CM_ERR_INVALID,
            "certificates[0].friendlyName");
    t.friendly_name = (cm_text){NULL, 0};
    one.certificate = bytes_of("-----BEGIN CERTIFICATE-----\n");
    REFUSED(cm_pkcs12_create(&t, rng, &der, err), der.data, CM_ERR_MALFORMED, "certificates[0]");
    t.certificate_count = 0;
    t.key = NULL;
    REFUSED(cm_pkcs12_create(&t, rng, &der, err), der.data, CM_ERR_INVALID, "certificates");
    cm_key *public_key = NULL;
    cm_key_public(keys[0], &public_key, NULL);
    t.key = public_key;
    REFUSED(cm_pkcs12_create(&t, rng, &der, err), der.data, CM_ERR_INVALID, "key");
    cm_key_free(public_key);
    REFUSED(cm_pkcs12_encryption_parse(CM_TEXT("strong"), &encryption, err), (void *)0,
            CM_ERR_INVALID, "encryption");
}

static void damaged_stores(void)
{
    cm_bytes der = {NULL, 0};
    cm_pkcs12 store;
    size_t accepted = 0;
    make_store(CM_PKCS12_LEGACY, "x", &der);
    for (size_t size = 0; size < der.size; size++) {
        accepted +=
            cm_pkcs12_open((cm_view){der.data, size}, bytes_of("x"), 0, rng, &store, NULL) == CM_OK;
        cm_pkcs12_free(&store);
    }
    ok(accepted == 0, "no truncation is taken for a store");
    uint8_t *longer = calloc(1, der.size + 1);
    memcpy(longer, der.data, der.size);
    REFUSED(cm_pkcs12_open((cm_view){longer, der.size + 1}, bytes_of("x"), 0, rng, &store, err),
            store.entries, CM_ERR_MALFORMED, "pkcs12");
    free(longer);
    der.data[der.size / 2] ^= 1; /* somewhere under the MAC */
    REFUSED(cm_pkcs12_open(view_of(&der), bytes_of("x"), 0, rng, &store, err), store.entries,
            CM_ERR_PASSPHRASE, "passphrase");
    der.data[der.size / 2] ^= 1;
    for (size_t i = 0; i < der.size; i++) { /* no trap, whatever it says */
        der.data[i] ^= 0x21;
        cm_pkcs12_open(view_of(&der), bytes_of("x"), 1000, rng, &store, NULL);
        cm_pkcs12_free(&store);
        der.data[i] ^= 0x21;
    }
    cm_bytes_free(&der);
}

/* A store with nothing encrypted and no MAC, so that damage reaches the innermost reader. In BER of
 * indefinite length, strings in pieces, as NSS and Windows write it. */
static void put_open_store(cm_der *d)
{
    static const uint8_t start[] = {0x30, 0x80, 0x02, 0x01, 0x03, 0x30, 0x80};
    static const uint8_t content[] = {0xa0, 0x80, 0x24, 0x80};
    static const uint8_t zeros[16] = {0};
    cm_der safe = {NULL, 0, 0, CM_OK};
    size_t infos = cm_der_begin(&safe, CM_TAG_SEQUENCE);
    size_t info = cm_der_begin(&safe, CM_TAG_SEQUENCE);
    cm_der_element(&safe, CM_TAG_OID, OID_DATA, OID_SIZE(OID_DATA));
    size_t explicit = cm_der_begin(&safe, CM_TAG_CONTEXT_CONSTRUCTED(0));
    size_t octets = cm_der_begin(&safe, CM_TAG_OCTET_STRING);
    size_t contents = cm_der_begin(&safe, CM_TAG_SEQUENCE);
    for (size_t i = 0; i < 2; i++) {
        size_t bag = cm_der_begin(&safe, CM_TAG_SEQUENCE);
        cm_der_element(&safe, CM_TAG_OID, OID_BAG("\x03"), OID_SIZE(OID_BAG("\x03")));
        size_t value = cm_der_begin(&safe, CM_TAG_CONTEXT_CONSTRUCTED(0));
        size_t certificate = cm_der_begin(&safe, CM_TAG_SEQUENCE);
        cm_der_element(&safe, CM_TAG_OID, OID_X509_CERTIFICATE, OID_SIZE(OID_X509_CERTIFICATE));
        size_t inner = cm_der_begin(&safe, CM_TAG_CONTEXT_CONSTRUCTED(0));
        cm_der_element(&safe, CM_TAG_OCTET_STRING, chain[i].data, chain[i].size);
        cm_der_end(&safe, inner);
        cm_der_end(&safe, certificate);
        cm_der_end(&safe, value);
        static const uint8_t name[] = {0xd8, 0x3d, 0xdd, 0x11, 0xd8, 0x00, 0x00, 'x', 0x00};
        size_t attributes = cm_der_begin(&safe, CM_TAG_SET);
        size_t attribute = cm_der_begin(&safe, CM_TAG_SEQUENCE);
        cm_der_element(&safe, CM_TAG_OID, OID_FRIENDLY_NAME, OID_SIZE(OID_FRIENDLY_NAME));
        size_t values = cm_der_begin(&safe, CM_TAG_SET);
        cm_der_element(&safe, CM_TAG_BMP_STRING, name, sizeof name);
        cm_der_end(&safe, values);
        cm_der_end(&safe, attribute);
        cm_der_end(&safe, attributes);
        cm_der_end(&safe, bag);
    }
    cm_der_end(&safe, contents);
    cm_der_end(&safe, octets);
    cm_der_end(&safe, explicit);
    cm_der_end(&safe, info);
    cm_der_end(&safe, infos);
    cm_der_raw(d, (cm_view){start, sizeof start});
    cm_der_element(d, CM_TAG_OID, OID_DATA, OID_SIZE(OID_DATA));
    cm_der_raw(d, (cm_view){content, sizeof content});
    cm_der_element(d, CM_TAG_OCTET_STRING, safe.data, 100);
    cm_der_element(d, CM_TAG_OCTET_STRING, safe.data + 100, safe.size - 100);
    cm_der_raw(d, (cm_view){zeros, 8});
    cm_der_free(&safe);
}

static void open_stores(void)
{
    cm_der d = {NULL, 0, 0, CM_OK};
    cm_pkcs12 store;
    uint32_t state = 1;
    put_open_store(&d);
    ok(cm_pkcs12_open(cm_der_view(&d), none, 0, rng, &store, NULL) == CM_OK && store.count == 2 &&
           store.entries[1].certificate.size == chain[1].size,
       "BER of indefinite length, nothing encrypted");
    ok(store.count == 2 && named(&store.entries[0], "\xf0\x9f\x94\x91\xef\xbf\xbdx"),
       "a surrogate pair is one character, half of one is none");
    cm_pkcs12_free(&store);
    for (unsigned i = 0; i < 20000; i++) { /* no trap, whatever it says */
        uint8_t place[3];
        uint8_t *at[2], old[2];
        for (size_t j = 0; j < 2; j++) {
            fixed_entropy(&state, place, sizeof place);
            at[j] = d.data + ((unsigned)place[0] << 8 | place[1]) % d.size;
            old[j] = *at[j];
            *at[j] = place[2];
        }
        cm_pkcs12_open(cm_der_view(&d), none, 0, rng, &store, NULL);
        cm_pkcs12_free(&store);
        *at[1] = old[1];
        *at[0] = old[0];
    }
    ok(cm_pkcs12_open(cm_der_view(&d), none, 0, rng, &store, NULL) == CM_OK,
       "20000 damaged ones are answered");
    cm_pkcs12_free(&store);
    cm_der_free(&d);
    uint8_t deep[400];
    for (size_t i = 0; i < sizeof deep; i += 2) {
        deep[i] = 0x30;
        deep[i + 1] = 0x80;
    }
    REFUSED(cm_pkcs12_open((cm_view){deep, sizeof deep}, none, 0, rng, &store, err), store.entries,
            CM_ERR_MALFORMED, "pkcs12");
}

int main(void)
{
    uint32_t state;
    rng = fixed_random(&state);
    encrypted_keys();
    damaged_encrypted_keys();
    refused_schemes();
    known_jwks();
    jwk_round_trips();
    refused_jwks();
    openssh_lines();
    make_chain();
    chain_orders();
    bundles();
    stores();
    refused_stores();
    damaged_stores();
    open_stores();
    for (size_t i = 0; i < CHAIN; i++) {
        cm_key_free(keys[i]);
        cm_bytes_free(&chain[i]);
    }
    cm_key_free(rsa_key());
    cm_random_free(rng);
    return done_testing();
}
