/* What others hand in, made to harm: requests, certificates and lists that no honest program makes;
 * and what an authority must not sign, since clients would refuse it or read it otherwise. */
#include "support.h"

#include "der.h"
#include "signature.h"
#include "x509.h"

static cm_random *rng;
static cm_key *ca_key, *leaf_key;

static const cm_text san_oid = CM_TEXT("2.5.29.17");

static cm_view bytes_of(const char *literal, size_t size)
{
    return (cm_view){(const uint8_t *)literal, size};
}

#define BYTES(literal) bytes_of((literal), sizeof(literal) - 1)

static cm_bytes make_root(const cm_extensions *extensions)
{
    cm_certificate_template t = {
        .now = NOW, .profile = CM_PROFILE_CA, .subject = {.text = CM_TEXT("O=Test,CN=Root")}};
    cm_bytes root = {NULL, 0};
    if (extensions != NULL) {
        t.extensions = *extensions;
    }
    ok(cm_certificate_create(&t, ca_key, NULL, rng, &root, NULL) == CM_OK, "a root");
    return root;
}

/* ------------------------------------------------------------------ certificates */

/* The certificate with another subject and other extensions; its signature is not right any more.
 */
static cm_bytes rebuilt(const cm_bytes *certificate, const cm_view *subject, cm_view extensions)
{
    cm_x509 x;
    cm_der out = {NULL, 0, 0, CM_OK};
    cm_bytes der = {NULL, 0};
    ok(cm_x509_parse(view_of(certificate), &x, NULL) == CM_OK, "a certificate");
    size_t whole = cm_der_begin(&out, CM_TAG_SEQUENCE), tbs = cm_der_begin(&out, CM_TAG_SEQUENCE);
    cm_der_raw(&out, BYTES("\xa0\x03\x02\x01\x02"));
    cm_der_unsigned(&out, x.serial);
    cm_der_raw(&out, x.signature_algorithm);
    cm_der_raw(&out, x.issuer);
    size_t validity = cm_der_begin(&out, CM_TAG_SEQUENCE);
    cm_der_time(&out, x.not_before);
    cm_der_time(&out, x.not_after);
    cm_der_end(&out, validity);
    cm_der_raw(&out, subject != NULL ? *subject : x.subject);
    cm_der_raw(&out, x.public_key);
    size_t explicit_tag = cm_der_begin(&out, CM_TAG_CONTEXT_CONSTRUCTED(3));
    cm_der_element(&out, CM_TAG_SEQUENCE, extensions.data, extensions.size);
    cm_der_end(&out, explicit_tag);
    cm_der_end(&out, tbs);
    cm_der_raw(&out, x.signature_algorithm);
    cm_der_bit_string(&out, x.signature);
    cm_der_end(&out, whole);
    cm_der_finish(&out, &der, NULL);
    return der;
}

/* With `count` extensions of different OIDs. */
static cm_bytes with_extensions(const cm_bytes *certificate, unsigned count)
{
    cm_der list = {NULL, 0, 0, CM_OK};
    for (unsigned i = 0; i < count; i++) {
        uint8_t extension[] = {0x30, 7, 6, 3, 0x2a, (uint8_t)(0x80 | i >> 7), i & 0x7f, 4, 0};
        cm_der_raw(&list, (cm_view){extension, sizeof extension});
    }
    cm_bytes der = rebuilt(certificate, NULL, cm_der_view(&list));
    cm_der_free(&list);
    return der;
}

/* Each is compared with each: so many would keep a page busy for minutes. */
static void many_extensions(void)
{
    cm_bytes root = make_root(NULL), json = {NULL, 0}, some = with_extensions(&root, 100),
             many = with_extensions(&root, 3000);
    ok(cm_certificate_describe(view_of(&some), &json, NULL) == CM_OK, "100 extensions");
    cm_bytes_free(&json);
    REFUSED(cm_certificate_describe(view_of(&many), &json, err), json.data, CM_ERR_LIMIT,
            "certificate");
    cm_bytes_free(&some);
    cm_bytes_free(&many);
    cm_bytes_free(&root);
}

/* Its subject would be the issuer of everything it signs. */
static void issuers_without_a_readable_name(void)
{
    cm_bytes root = make_root(NULL), der = {NULL, 0};
    cm_general_name name = {.value = CM_TEXT("a.test")};
    cm_certificate_template t = {.now = NOW, .san = &name, .san_count = 1};
    cm_crl_template crl = {.this_update = NOW};
    cm_issuer issuer = {view_of(&root), ca_key};
    cm_x509 x;
    ok(cm_x509_parse(view_of(&root), &x, NULL) == CM_OK, "a certificate");
    root.data[x.subject.data - root.data + 2] = CM_TAG_SEQUENCE; /* in place of the first SET */
    REFUSED(cm_certificate_create(&t, leaf_key, &issuer, rng, &der, err), der.data,
            CM_ERR_MALFORMED, "issuer.certificate");
    REFUSED(cm_crl_create(&crl, &issuer, rng, &der, err), der.data, CM_ERR_MALFORMED,
            "issuer.certificate");
    cm_bytes_free(&root);

    cm_view empty = BYTES("\x30\x00");
    root = make_root(NULL);
    cm_bytes nameless =
        rebuilt(&root, &empty,
                BYTES("\x30\x0f\x06\x03\x55\x1d\x13\x01\x01\xff\x04\x05\x30\x03\x01\x01\xff"));
    issuer.certificate = view_of(&nameless);
    REFUSED(cm_certificate_create(&t, leaf_key, &issuer, rng, &der, err), der.data, CM_ERR_INVALID,
            "issuer");
    cm_bytes_free(&nameless);
    cm_bytes_free(&root);
}

/* ------------------------------------------------------------------ requests */

/* Answers a request with this subject and these extensions, as they are. */
static cm_status answer(cm_name subject, const cm_custom_extension *custom, bool staple,
                        cm_bytes *der, cm_error *err)
{
    cm_bytes root = make_root(NULL), request = {NULL, 0};
    cm_request_template wish = {.subject = subject, .no_san = true};
    wish.extensions.custom = custom;
    wish.extensions.custom_count = custom == NULL ? 0 : 1;
    ok(cm_request_create(&wish, leaf_key, rng, &request, NULL) == CM_OK, "a request");
    cm_certificate_template t = {
        .now = NOW, .request = view_of(&request), .honor = CM_HONOR_DEFAULT | CM_HONOR_TLS_FEATURE};
    t.extensions.must_staple = staple;
    cm_issuer issuer = {view_of(&root), ca_key};
    cm_status status = cm_certificate_create(&t, NULL, &issuer, rng, der, err);
    cm_bytes_free(&request);
    cm_bytes_free(&root);
    return status;
}

static void requested_names(void)
{
    static const struct {
        const char *what;
        const char *der;
        size_t size;
    } bad[] = {
        {"an OCTET STRING among the names",
         "\x30\x08\x82\x01"
         "a\x04\x03"
         "b.c",
         10},
        {"a tag that GeneralName does not have",
         "\x30\x06\x82\x01"
         "a\x89\x01"
         "b",
         8},
        {"a constructed dNSName",
         "\x30\x05\xa2\x03\x16\x01"
         "a",
         7},
        {"an x400Address", "\x30\x04\xa3\x02\x05\x00", 6},
        {"an identifier that is none", "\x30\x04\x88\x02\x80\x81", 6},
        {"an otherName with two values", "\x30\x0c\xa0\x0a\x06\x02\x2a\x03\xa0\x04\x05\x00\x05\x00",
         14},
        {"a name with a NUL",
         "\x30\x05\x82\x03"
         "a\0b",
         7},
        {"a directory name with a NUL",
         "\x30\x12\xa4\x10\x30\x0e\x31\x0c\x30\x0a\x06\x03\x55\x04\x03\x0c\x03"
         "a\0b",
         20},
    };
    cm_name subject = {.text = CM_TEXT("O=x")};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cm_custom_extension san = {.oid = san_oid, .der = bytes_of(bad[i].der, bad[i].size)};
        cm_error err = {CM_OK, "", ""};
        cm_bytes der = {NULL, 0};
        cm_status status = answer(subject, &san, false, &der, &err);
        ok(status != CM_OK && strncmp(err.field, "request.san[", 12) == 0 && der.data == NULL,
           "%s: %s", bad[i].what, err.message);
        cm_bytes_free(&der);
    }
    /* one of each kind that can be asked for */
    cm_custom_extension good = {
        .oid = san_oid,
        .der = BYTES("\x30\x31\x82\x01"
                     "a\x81\x03"
                     "a@b\x86\x03"
                     "a:b\x87\x04\x01\x02\x03\x04\x88\x02\x2a\x03"
                     "\xa4\x0e\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01"
                     "a\xa0\x08\x06\x02\x2a\x03\xa0\x02\x05\x00")};
    cm_bytes der = {NULL, 0};
    ok(answer(subject, &good, false, &der, NULL) == CM_OK &&
           contains(&der, good.der.data, good.der.size),
       "the kinds there are, copied");
    cm_bytes_free(&der);
}

static void requested_subjects(void)
{
    cm_name with_nul = {.der = BYTES("\x30\x16\x31\x14\x30\x12\x06\x03\x55\x04\x03\x0c\x0b"
                                     "good.test\0x")};
    cm_name long_country = {.der =
                                BYTES("\x30\x0e\x31\x0c\x30\x0a\x06\x03\x55\x04\x06\x13\x03USA")};
    cm_name latin = {.der = BYTES("\x30\x0e\x31\x0c\x30\x0a\x06\x03\x55\x04\x03\x14\x03"
                                  "J\xf6x")};
    cm_bytes der = {NULL, 0};
    REFUSED(answer(with_nul, NULL, false, &der, err), der.data, CM_ERR_INVALID, "request.subject");
    REFUSED(answer(long_country, NULL, false, &der, err), der.data, CM_ERR_INVALID,
            "request.subject");
    ok(answer(latin, NULL, false, &der, NULL) == CM_OK &&
           contains(&der, latin.der.data, latin.der.size),
       "another string type is copied as it is");
    cm_bytes_free(&der);
}

static void requested_features(void)
{
    cm_custom_extension other = {.oid = CM_TEXT("1.3.6.1.5.5.7.1.24"),
                                 .der = BYTES("\x30\x03\x02\x01\x11")};
    cm_name subject = {.text = CM_TEXT("O=x")};
    cm_bytes der = {NULL, 0};
    ok(answer(subject, &other, true, &der, NULL) == CM_OK &&
           contains(&der, "\x01\x18\x04\x05\x30\x03\x02\x01\x05", 9),
       "another TLS feature does not undo the template's must-staple");
    cm_bytes_free(&der);
}

/* ------------------------------------------------------------------ lists */

/* A list of the root's with these extensions. */
static cm_bytes make_list(const cm_bytes *root, const char *extensions, size_t size)
{
    cm_x509 x;
    cm_signer signer;
    cm_der tbs = {NULL, 0, 0, CM_OK}, out = {NULL, 0, 0, CM_OK};
    cm_bytes der = {NULL, 0};
    ok(cm_x509_parse(view_of(root), &x, NULL) == CM_OK &&
           cm_signer_init(&signer, ca_key, CM_HASH_DEFAULT, false, false, NULL) == CM_OK,
       "a signer");
    size_t mark = cm_der_begin(&tbs, CM_TAG_SEQUENCE);
    cm_der_small(&tbs, CM_TAG_INTEGER, 1);
    cm_signer_write_algorithm(&signer, &tbs);
    cm_der_raw(&tbs, x.subject);
    cm_der_time(&tbs, NOW);
    size_t explicit_tag = cm_der_begin(&tbs, CM_TAG_CONTEXT_CONSTRUCTED(0));
    cm_der_element(&tbs, CM_TAG_SEQUENCE, extensions, size);
    cm_der_end(&tbs, explicit_tag);
    cm_der_end(&tbs, mark);
    ok(cm_signer_sign(&signer, cm_der_view(&tbs), rng, &out, NULL) == CM_OK &&
           cm_der_finish(&out, &der, NULL) == CM_OK,
       "a list");
    cm_der_free(&tbs);
    return der;
}

static void partial_lists(void)
{
    static const char only_users[] = "\x30\x0f\x06\x03\x55\x1d\x1c\x01\x01\xff\x04\x05\x30\x03"
                                     "\x81\x01\xff";
    static const char unknown[] = "\x30\x09\x06\x03\x2a\x03\x04\x04\x02\x05\x00";
    cm_bytes root = make_root(NULL), made = {NULL, 0};
    cm_issuer issuer = {view_of(&root), ca_key};
    cm_bytes partial = make_list(&root, only_users, sizeof only_users - 1),
             whole = make_list(&root, unknown, sizeof unknown - 1);
    cm_crl_template t = {.this_update = NOW, .previous = view_of(&partial)};
    REFUSED(cm_crl_create(&t, &issuer, rng, &made, err), made.data, CM_ERR_UNSUPPORTED, "previous");
    t.previous = view_of(&whole);
    ok(cm_crl_create(&t, &issuer, rng, &made, NULL) == CM_OK, "what is not critical may go");
    cm_bytes_free(&made);
    cm_bytes_free(&partial);
    cm_bytes_free(&whole);
    cm_bytes_free(&root);
}

/* At most 20 octets (RFC 5280 §5.2.3), with the one that carries the sign. */
static void list_numbers(void)
{
    uint8_t number[20];
    cm_bytes root = make_root(NULL), list = {NULL, 0}, next = {NULL, 0};
    cm_issuer issuer = {view_of(&root), ca_key};
    memset(number, 0xff, sizeof number);
    cm_crl_template t = {.this_update = NOW, .number = {number, sizeof number}};
    REFUSED(cm_crl_create(&t, &issuer, rng, &list, err), list.data, CM_ERR_INVALID, "number");
    number[0] = 0x7f;
    ok(cm_crl_create(&t, &issuer, rng, &list, NULL) == CM_OK, "the largest number");
    cm_crl_template extend = {.this_update = NOW, .previous = view_of(&list)};
    REFUSED(cm_crl_create(&extend, &issuer, rng, &next, err), next.data, CM_ERR_INVALID, "number");
    cm_bytes_free(&list);
    cm_bytes_free(&root);
}

/* Its positive twin on the list would revoke nothing. */
static void negative_serial(void)
{
    cm_bytes root = make_root(NULL), leaf = {NULL, 0}, list = {NULL, 0};
    cm_issuer issuer = {view_of(&root), ca_key};
    cm_certificate_template t = {
        .now = NOW, .serial = BYTES("\x45\x67"), .subject = {.text = CM_TEXT("CN=a.test")}};
    cm_x509 x;
    ok(cm_certificate_create(&t, leaf_key, &issuer, rng, &leaf, NULL) == CM_OK &&
           cm_x509_parse(view_of(&leaf), &x, NULL) == CM_OK,
       "a certificate");
    leaf.data[x.serial.data - leaf.data] |= 0x80;
    cm_revoked revoked = {.certificate = view_of(&leaf)};
    cm_crl_template crl = {.this_update = NOW, .revoked = &revoked, .revoked_count = 1};
    REFUSED(cm_crl_create(&crl, &issuer, rng, &list, err), list.data, CM_ERR_UNSUPPORTED,
            "revoked[0]");
    cm_bytes_free(&leaf);
    cm_bytes_free(&root);
}

/* ------------------------------------------------------------------ what clients would refuse */

static void hosts_that_constraints_cannot_hold(void)
{
    static const cm_general_name excluded = {.kind = CM_GENERAL_NAME_URI,
                                             .value = CM_TEXT("bad.test")};
    static const cm_general_name permitted = {.kind = CM_GENERAL_NAME_URI,
                                              .value = CM_TEXT("good.test")};
    static const struct {
        cm_text uri;
        bool fine;
    } cases[] = {{CM_TEXT("https://good.test/"), true},
                 {CM_TEXT("https://bad.test/"), false},
                 {CM_TEXT("urn:a:b"), false},
                 {CM_TEXT("https://192.0.2.1/"), false},
                 {CM_TEXT("urn:a://good.test/"), false}};
    for (int side = 0; side < 2; side++) {
        cm_extensions x = {.none = false};
        x.name_constraints.permitted = &permitted;
        x.name_constraints.permitted_count = side == 0;
        x.name_constraints.excluded = &excluded;
        x.name_constraints.excluded_count = side == 1;
        cm_bytes root = make_root(&x);
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            cm_general_name name = {.kind = CM_GENERAL_NAME_URI, .value = cases[i].uri};
            cm_certificate_template t = {
                .now = NOW, .subject = {.text = CM_TEXT("O=x")}, .san = &name, .san_count = 1};
            cm_issuer issuer = {view_of(&root), ca_key};
            cm_bytes der = {NULL, 0};
            cm_error err = {CM_OK, "", ""};
            cm_status status = cm_certificate_create(&t, leaf_key, &issuer, rng, &der, &err);
            ok(status == (cases[i].fine ? CM_OK : CM_ERR_INVALID), "%s %s: %s", cases[i].uri.data,
               side == 0 ? "permitted" : "not excluded", err.message);
            cm_bytes_free(&der);
        }
        cm_bytes_free(&root);
    }
}

/* OpenSSL holds them to the constraints whatever the SAN says. */
static void mail_in_subject_and_san(void)
{
    static const cm_general_name permitted = {.kind = CM_GENERAL_NAME_EMAIL,
                                              .value = CM_TEXT("corp.test")};
    cm_general_name name = {.value = CM_TEXT("a@corp.test")};
    cm_extensions x = {.none = false};
    x.name_constraints.permitted = &permitted;
    x.name_constraints.permitted_count = 1;
    cm_bytes root = make_root(&x), der = {NULL, 0};
    cm_certificate_template t = {.now = NOW,
                                 .subject = {.text = CM_TEXT("emailAddress=a@evil.test")},
                                 .san = &name,
                                 .san_count = 1};
    cm_issuer issuer = {view_of(&root), ca_key};
    REFUSED(cm_certificate_create(&t, leaf_key, &issuer, rng, &der, err), der.data, CM_ERR_INVALID,
            "san");
    cm_bytes_free(&root);
}

static void rules_of_authorities(void)
{
    cm_general_name name = {.value = CM_TEXT("a.test")};
    cm_bytes root = {NULL, 0}, der = {NULL, 0};
    cm_extensions deep = {.none = false};
    deep.basic_constraints.choice = CM_SET;
    deep.basic_constraints.ca = true;
    root = make_root(&deep);
    cm_issuer issuer = {view_of(&root), ca_key};
    cm_certificate_template t = {
        .now = NOW, .subject = {.empty = true}, .san = &name, .san_count = 1, .extensions = deep};
    REFUSED(cm_certificate_create(&t, leaf_key, &issuer, rng, &der, err), der.data, CM_ERR_INVALID,
            "subject");

    /* RFC 5280 §4.2.1.9: no pathLen without keyCertSign */
    cm_certificate_template list_signer = {
        .now = NOW, .profile = CM_PROFILE_CA, .subject = {.text = CM_TEXT("CN=x")}};
    list_signer.extensions.key_usage.choice = CM_SET;
    list_signer.extensions.key_usage.bits = CM_KU_CRL_SIGN;
    ok(cm_certificate_create(&list_signer, ca_key, NULL, rng, &der, NULL) == CM_OK &&
           contains(&der, "\x30\x03\x01\x01\xff", 5),
       "the profile's pathLen is left out with its keyCertSign");
    cm_bytes_free(&der);
    list_signer.extensions.basic_constraints.choice = CM_SET;
    list_signer.extensions.basic_constraints.ca = true;
    list_signer.extensions.basic_constraints.has_path_len = true;
    REFUSED(cm_certificate_create(&list_signer, ca_key, NULL, rng, &der, err), der.data,
            CM_ERR_INVALID, "extensions.basicConstraints");

    static const cm_policy policies[] = {{.oid = CM_TEXT("1.2.3")}, {.oid = CM_TEXT("1.2.3")}};
    cm_certificate_template twice = {.now = NOW, .san = &name, .san_count = 1};
    twice.extensions.certificate_policies.items = policies;
    twice.extensions.certificate_policies.count = 2;
    REFUSED(cm_certificate_create(&twice, leaf_key, &issuer, rng, &der, err), der.data,
            CM_ERR_INVALID, "extensions.certificatePolicies[1]");
    cm_bytes_free(&root);
}

/* ------------------------------------------------------------------ keys and randomness */

static void public_issuer_key(void)
{
    cm_bytes root = make_root(NULL), der = {NULL, 0};
    cm_key *public_key = NULL;
    cm_general_name name = {.value = CM_TEXT("a.test")};
    cm_certificate_template t = {.now = NOW, .san = &name, .san_count = 1};
    cm_crl_template crl = {.this_update = NOW};
    ok(cm_key_public(ca_key, &public_key, NULL) == CM_OK, "a public key");
    cm_issuer issuer = {view_of(&root), public_key};
    REFUSED(cm_certificate_create(&t, leaf_key, &issuer, rng, &der, err), der.data, CM_ERR_INVALID,
            "issuer.key");
    REFUSED(cm_crl_create(&crl, &issuer, rng, &der, err), der.data, CM_ERR_INVALID, "issuer.key");
    REFUSED(cm_certificate_create(&t, public_key, NULL, rng, &der, err), der.data, CM_ERR_INVALID,
            "key");
    cm_key_free(public_key);
    cm_bytes_free(&root);
}

static int entropy_once(void *context, uint8_t *out, size_t size)
{
    unsigned *calls = context;
    memset(out, 0x5a, size);
    return (*calls)++ < 2 ? 0 : -1; /* mbedTLS asks twice to begin with: entropy and nonce */
}

static void entropy_that_ends(void)
{
    unsigned calls = 0;
    uint8_t byte;
    cm_random *dry = NULL;
    cm_bytes der = {NULL, 0};
    cm_general_name name = {.value = CM_TEXT("a.test")};
    cm_certificate_template t = {.now = NOW, .san = &name, .san_count = 1, .serial = BYTES("\x01")};
    ok(cm_random_create(entropy_once, &calls, &dry, NULL) == CM_OK, "a generator");
    unsigned given = 0;
    while (given < 100000 && cm_random_bytes(dry, &byte, 1) == 0) {
        given++;
    }
    ok(given < 100000, "that has to be seeded again after %u requests", given);
    REFUSED(cm_certificate_create(&t, leaf_key, NULL, dry, &der, err), der.data, CM_ERR_RANDOM, "");
    cm_random_free(dry);
}

int main(void)
{
    uint32_t state;
    rng = fixed_random(&state);
    ca_key = new_p256(rng);
    leaf_key = new_p256(rng);
    many_extensions();
    issuers_without_a_readable_name();
    requested_names();
    requested_subjects();
    requested_features();
    partial_lists();
    list_numbers();
    negative_serial();
    hosts_that_constraints_cannot_hold();
    mail_in_subject_and_san();
    rules_of_authorities();
    public_issuer_key();
    entropy_that_ends();
    cm_key_free(ca_key);
    cm_key_free(leaf_key);
    cm_random_free(rng);
    return done_testing();
}
