/*
 * libFuzzer targets: each parser of the core with whatever bytes there are. Every target is this
 * file compiled with -DFUZZ_TARGET=<one of the functions below>; run by `npm test` for seconds over
 * its seeds in tests/fuzz/corpus/, by `npm run fuzz` for as long as one likes.
 */
#include <stdlib.h>
#include <string.h>

#include "certmint.h"

#define PASSPHRASE ((cm_view){(const uint8_t *)"secret", 6})

enum {
    ITERATIONS = 4096, /* more would test the key derivation rather than the parser */
    NOW = 1800000000   /* 2027-01-15 */
};

#define TARGET static __attribute__((unused)) void /* one of them is used in each program */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The same numbers every time, so that a finding can be repeated. */
static int entropy(void *context, uint8_t *out, size_t size)
{
    (void)context;
    memset(out, 0x5a, size);
    return 0;
}

/* What a call gives or says must be one or the other, whole. */
static void expect(bool fine)
{
    if (!fine) {
        abort();
    }
}

static __attribute__((unused)) void check(cm_status status, const cm_bytes *out,
                                          const cm_error *err)
{
    expect(status == CM_OK ? out->data != NULL : out->data == NULL && err->message[0] != '\0');
}

TARGET fuzz_key(cm_view input, cm_random *rng)
{
    cm_key *key;
    cm_error err;
    cm_bytes out;
    cm_status status = cm_key_import_limited(input, PASSPHRASE, ITERATIONS, rng, &key, &err);
    expect((status == CM_OK) == (key != NULL));
    if (key != NULL) {
        status = cm_key_export(key, cm_key_is_private(key) ? CM_KEY_PKCS8 : CM_KEY_SPKI, true, &out,
                               &err);
        check(status, &out, &err);
        cm_bytes_free(&out);
        status = cm_key_export_jwk(key, cm_key_is_private(key), &out, &err);
        check(status, &out, &err);
        cm_bytes_free(&out);
    }
    cm_key_free(key);
}

TARGET fuzz_pkcs12(cm_view input, cm_random *rng)
{
    cm_pkcs12 store;
    cm_error err;
    (void)cm_pkcs12_open(input, PASSPHRASE, ITERATIONS, rng, &store, &err);
    cm_pkcs12_free(&store);
}

TARGET fuzz_pkcs7(cm_view input, cm_random *rng)
{
    cm_pkcs7 bundle;
    cm_error err;
    (void)rng;
    if (cm_pkcs7_read(input, &bundle, &err) == CM_OK) {
        cm_pkcs7_free(&bundle);
    }
}

static __attribute__((unused)) void describe(cm_status (*read)(cm_view, cm_bytes *, cm_error *),
                                             cm_view input)
{
    cm_bytes json = {NULL, 0};
    cm_error err;
    check(read(input, &json, &err), &json, &err);
    cm_bytes_free(&json);
}

TARGET fuzz_certificate(cm_view input, cm_random *rng)
{
    (void)rng;
    describe(cm_certificate_describe, input);
}

TARGET fuzz_crl(cm_view input, cm_random *rng)
{
    (void)rng;
    describe(cm_crl_describe, input);
}

TARGET fuzz_request(cm_view input, cm_random *rng)
{
    cm_error err;
    (void)rng;
    describe(cm_request_describe, input);
    (void)cm_request_verify(input, &err);
}

/* Whatever it is, there is a report, in which the same input twice is one thing. */
TARGET fuzz_inspect(cm_view input, cm_random *rng)
{
    const cm_view inputs[] = {input, input}, passphrase = PASSPHRASE;
    const cm_inspect_options options = {.passphrases = &passphrase,
                                        .passphrase_count = 1,
                                        .max_iterations = ITERATIONS,
                                        .max_work = 10000};
    cm_bytes json = {NULL, 0};
    cm_error err;
    check(cm_inspect(inputs, 2, &options, rng, &json, &err), &json, &err);
    cm_bytes_free(&json);
}

/* The input is everything at once: end certificate, intermediate, root and list. */
TARGET fuzz_verify(cm_view input, cm_random *rng)
{
    const cm_verify_template template_ = {.leaf = input,
                                          .intermediates = &input,
                                          .intermediate_count = 1,
                                          .roots = &input,
                                          .root_count = 1,
                                          .crls = &input,
                                          .crl_count = 1,
                                          .time = NOW,
                                          .purpose = CM_PURPOSE_SERVER,
                                          .dns = CM_TEXT("shop.test"),
                                          .require_revocation = true};
    cm_bytes report = {NULL, 0}, chain = {NULL, 0};
    cm_error err;
    (void)rng;
    check(cm_verify(&template_, &report, &chain, &err), &report, &err);
    cm_bytes_free(&report);
    cm_bytes_free(&chain);
}

TARGET fuzz_lint(cm_view input, cm_random *rng)
{
    static const cm_text names[] = {{NULL, 0}, {"shop.test", 9}};
    (void)rng;
    for (int i = 0; i < 2; i++) {
        const cm_lint_template template_ = {
            .certificates = &input, .count = 1, .dns = names[i], .time = NOW};
        cm_bytes report = {NULL, 0};
        cm_error err;
        check(cm_lint(&template_, &report, &err), &report, &err);
        cm_bytes_free(&report);
    }
}

TARGET fuzz_asn1(cm_view input, cm_random *rng)
{
    cm_bytes der, json;
    cm_error err;
    (void)rng;
    check(cm_asn1_tree(input, &der, &json, &err), &json, &err);
    cm_bytes_free(&der);
    cm_bytes_free(&json);
}

static __attribute__((unused)) const cm_key *signer(cm_random *rng)
{
    static cm_key *key;
    const cm_key_spec spec = {.algorithm = CM_KEY_P256};
    if (key == NULL) {
        expect(cm_key_generate(&spec, rng, NULL, &key, NULL) == CM_OK);
    }
    return key;
}

/* Names as people write them: the first byte chooses the kind, the rest is the text. What is made
 * of it can be read. */
TARGET fuzz_name(cm_view input, cm_random *rng)
{
    if (input.size == 0) {
        return;
    }
    const unsigned kind = input.data[0] % (CM_GENERAL_NAME_UPN + 2u);
    const cm_text text = {(const char *)input.data + 1, input.size - 1};
    const cm_general_name name = {.kind = (cm_general_name_kind)kind, .value = text};
    cm_request_template t = {.no_san = true};
    if (kind > CM_GENERAL_NAME_UPN) {
        t.subject.text = text;
    } else {
        t = (cm_request_template){.san = &name, .san_count = 1};
    }
    cm_bytes der = {NULL, 0}, json = {NULL, 0};
    cm_error err;
    cm_status status = cm_request_create(&t, signer(rng), rng, &der, &err);
    check(status, &der, &err);
    expect(status != CM_OK ||
           cm_request_describe((cm_view){der.data, der.size}, &json, &err) == CM_OK);
    cm_bytes_free(&der);
    cm_bytes_free(&json);
}

/* A root with this extension, which may be none that there should be. */
static __attribute__((unused)) cm_bytes root_with(const cm_custom_extension *custom, size_t count,
                                                  cm_random *rng)
{
    cm_certificate_template t = {
        .now = NOW, .profile = CM_PROFILE_CA, .subject = {.text = CM_TEXT("CN=Root")}};
    cm_bytes der = {NULL, 0};
    cm_error err;
    t.extensions.custom = custom;
    t.extensions.custom_count = count;
    check(cm_certificate_create(&t, signer(rng), NULL, rng, &der, &err), &der, &err);
    return der;
}

static __attribute__((unused)) cm_bytes request_with(const cm_custom_extension *custom,
                                                     size_t count, cm_random *rng)
{
    cm_request_template t = {.subject = {.text = CM_TEXT("CN=shop.test")}};
    cm_bytes der = {NULL, 0};
    cm_error err;
    t.extensions.custom = custom;
    t.extensions.custom_count = count;
    check(cm_request_create(&t, signer(rng), rng, &der, &err), &der, &err);
    return der;
}

/* A request is answered; the input is an extension of the request or of the authority, with a good
 * signature: the first byte chooses which, the rest is its value. The answer is no authority. */
TARGET fuzz_issue(cm_view input, cm_random *rng)
{
    static const struct {
        const char *oid;
        bool of_request;
    } kinds[] = {{"2.5.29.17", true},  {"2.5.29.15", true},          {"2.5.29.37", true},
                 {"2.5.29.19", true},  {"1.3.6.1.5.5.7.1.24", true}, {"2.5.29.30", false},
                 {"2.5.29.15", false}, {"2.5.29.19", false},         {"2.5.29.14", false}};
    if (input.size == 0) {
        return;
    }
    const unsigned kind = input.data[0] % (sizeof kinds / sizeof kinds[0]);
    const cm_custom_extension custom = {.oid = cm_text_of(kinds[kind].oid),
                                        .der = {input.data + 1, input.size - 1}};
    cm_bytes root = root_with(&custom, kinds[kind].of_request ? 0 : 1, rng);
    cm_bytes request = request_with(&custom, kinds[kind].of_request ? 1 : 0, rng);
    if (root.data != NULL && request.data != NULL) {
        const cm_issuer issuer = {{root.data, root.size}, signer(rng)};
        const cm_certificate_template t = {.now = NOW,
                                           .request = {request.data, request.size},
                                           .honor = CM_HONOR_DEFAULT | CM_HONOR_KEY_USAGE |
                                                    CM_HONOR_EXTENDED_KEY_USAGE |
                                                    CM_HONOR_TLS_FEATURE};
        cm_bytes der = {NULL, 0}, json = {NULL, 0};
        cm_error err;
        cm_status status = cm_certificate_create(&t, NULL, &issuer, rng, &der, &err);
        check(status, &der, &err);
        if (status == CM_OK) {
            expect(cm_certificate_describe((cm_view){der.data, der.size}, &json, &err) == CM_OK);
            expect(strstr((const char *)json.data, "\"isCA\":false") != NULL &&
                   strstr((const char *)json.data, "keyCertSign") == NULL);
        }
        cm_bytes_free(&der);
        cm_bytes_free(&json);
    }
    cm_bytes_free(&root);
    cm_bytes_free(&request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static cm_random *rng;
    if (rng == NULL && cm_random_create(entropy, NULL, &rng, NULL) != CM_OK) {
        abort();
    }
    FUZZ_TARGET((cm_view){data, size}, rng);
    return 0;
}
