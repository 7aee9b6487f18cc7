/* Keys: made, written, read back; what is refused. RSA's own search is tested in test_prime.c. */
#include "support.h"

static cm_random *rng;

static const cm_view no_passphrase = {NULL, 0};

static const struct {
    const char *text, *name;
    unsigned bits;
} specs[] = {
    {"p-256", "p-256", 256},      {"P-384", "p-384", 384},         {"secp521r1", "p-521", 521},
    {"prime256v1", "p-256", 256}, {"secp256k1", "secp256k1", 256}, {"rsa", "rsa-2048", 2048},
};

static void round_trips(void)
{
    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++) {
        cm_key_spec spec = {0};
        cm_key *key = NULL;
        char name[16] = "";
        ok(cm_key_spec_parse(cm_text_of(specs[i].text), &spec, NULL) == CM_OK, "%s is known",
           specs[i].text);
        ok(cm_key_generate(&spec, rng, NULL, &key, NULL) == CM_OK, "%s is made", specs[i].text);
        cm_key_spec_name(key, name);
        ok(strcmp(name, specs[i].name) == 0 && cm_key_bits(key) == specs[i].bits, "it is %s", name);
        for (int format = CM_KEY_PKCS8; format <= CM_KEY_SPKI; format++) {
            for (int pem = 0; pem <= 1; pem++) {
                cm_bytes bytes = {NULL, 0};
                cm_key *copy = NULL;
                ok(cm_key_export(key, (cm_key_format)format, pem == 1, &bytes, NULL) == CM_OK,
                   "format %d, PEM %d is written", format, pem);
                ok(cm_key_import(view_of(&bytes), no_passphrase, rng, &copy, NULL) == CM_OK &&
                       cm_key_matches(key, copy) &&
                       cm_key_is_private(copy) == (format != CM_KEY_SPKI),
                   "and read back");
                cm_key_free(copy);
                cm_bytes_free(&bytes);
            }
        }
        cm_key *public_key = NULL;
        cm_bytes none = {NULL, 0};
        ok(cm_key_public(key, &public_key, NULL) == CM_OK && cm_key_matches(key, public_key) &&
               !cm_key_is_private(public_key),
           "the public half");
        REFUSED(cm_key_export(public_key, CM_KEY_PKCS8, true, &none, err), none.data,
                CM_ERR_INVALID, "format");
        cm_key_free(public_key);
        cm_key_free(key);
    }
}

static void labels(void)
{
    static const struct {
        const char *spec, *label;
        cm_key_format format;
    } cases[] = {
        {"p-256", "-----BEGIN PRIVATE KEY-----\n", CM_KEY_PKCS8},
        {"p-256", "-----BEGIN EC PRIVATE KEY-----\n", CM_KEY_TRADITIONAL},
        {"p-256", "-----BEGIN PUBLIC KEY-----\n", CM_KEY_SPKI},
        {"rsa-2048", "-----BEGIN RSA PRIVATE KEY-----\n", CM_KEY_TRADITIONAL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cm_key_spec spec = {0};
        cm_key *key = NULL;
        cm_bytes pem = {NULL, 0};
        cm_key_spec_parse(cm_text_of(cases[i].spec), &spec, NULL);
        cm_key_generate(&spec, rng, NULL, &key, NULL);
        cm_key_export(key, cases[i].format, true, &pem, NULL);
        ok(pem.size > 0 && strncmp((char *)pem.data, cases[i].label, strlen(cases[i].label)) == 0 &&
               pem.data[pem.size - 1] == '\n' && pem.data[pem.size] == '\0',
           "%s", cases[i].label);
        cm_bytes_free(&pem);
        cm_key_free(key);
    }
}

static void refused_specs(void)
{
    static const char *const texts[] = {"",      "foo",    "rsa-", "rsa-x", "rsa-9999999",
                                        "p-255", "ed25519"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        cm_key_spec spec = {0};
        REFUSED(cm_key_spec_parse(cm_text_of(texts[i]), &spec, err), (void *)0, CM_ERR_INVALID,
                "key");
    }
    static const unsigned bits[] = {512, 1024, 2047, 2049, 16384};
    for (size_t i = 0; i < sizeof bits / sizeof bits[0]; i++) {
        cm_key_spec spec = {.algorithm = CM_KEY_RSA, .rsa_bits = bits[i]};
        cm_key *key = NULL;
        REFUSED(cm_key_generate(&spec, rng, NULL, &key, err), key, CM_ERR_INVALID, "key");
    }
}

static void damaged_keys(void)
{
    cm_key *key = new_p256(rng), *copy = NULL;
    cm_bytes der = {NULL, 0};
    size_t accepted = 0;
    cm_key_export(key, CM_KEY_PKCS8, false, &der, NULL);
    for (size_t size = 0; size < der.size; size++) {
        accepted +=
            cm_key_import((cm_view){der.data, size}, no_passphrase, rng, &copy, NULL) == CM_OK;
        cm_key_free(copy);
    }
    ok(accepted == 0, "no truncation is taken for a key");
    /* the public half of another key: the pair does not match */
    cm_key *other = new_p256(rng);
    cm_bytes other_der = {NULL, 0};
    cm_key_export(other, CM_KEY_PKCS8, false, &other_der, NULL);
    memcpy(der.data + der.size - 65, other_der.data + other_der.size - 65, 65);
    REFUSED(cm_key_import(view_of(&der), no_passphrase, rng, &copy, err), copy, CM_ERR_MALFORMED,
            "key");
    static const char text[] = "-----BEGIN PRIVATE KEY-----\nnot base64 at all\n"
                               "-----END PRIVATE KEY-----\n";
    REFUSED(cm_key_import((cm_view){(const uint8_t *)text, sizeof text - 1}, no_passphrase, rng,
                          &copy, err),
            copy, CM_ERR_MALFORMED, "key");
    REFUSED(cm_key_import((cm_view){NULL, 0}, no_passphrase, rng, &copy, err), copy,
            CM_ERR_MALFORMED, "key");
    cm_bytes_free(&other_der);
    cm_bytes_free(&der);
    cm_key_free(other);
    cm_key_free(key);
}

static int failing_entropy(void *context, uint8_t *out, size_t size)
{
    (void)context;
    memset(out, 0, size);
    return -1;
}

static void entropy_failures(void)
{
    cm_random *broken = NULL;
    REFUSED(cm_random_create(failing_entropy, NULL, &broken, err), broken, CM_ERR_RANDOM, "");
}

int main(void)
{
    uint32_t state;
    rng = fixed_random(&state);
    round_trips();
    labels();
    refused_specs();
    damaged_keys();
    entropy_failures();
    cm_random_free(rng);
    return done_testing();
}
