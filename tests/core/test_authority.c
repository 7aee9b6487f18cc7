/* Authorities at work: name constraints, requests, revocation lists. */
#include "support.h"

static cm_random *rng;
static cm_key *ca_key, *leaf_key;

static cm_bytes make_root(const cm_general_name *permitted, size_t permitted_count,
                          const cm_general_name *excluded, size_t excluded_count)
{
    cm_certificate_template t = {
        .now = NOW, .profile = CM_PROFILE_CA, .subject = {.text = CM_TEXT("O=Test,CN=Root")}};
    cm_bytes root = {NULL, 0};
    t.extensions.name_constraints.permitted = permitted;
    t.extensions.name_constraints.permitted_count = permitted_count;
    t.extensions.name_constraints.excluded = excluded;
    t.extensions.name_constraints.excluded_count = excluded_count;
    ok(cm_certificate_create(&t, ca_key, NULL, rng, &root, NULL) == CM_OK, "a root");
    return root;
}

/* Issues for one name; the status, and "" or the field. */
static cm_status issue(const cm_bytes *root, cm_general_name name, cm_text subject, cm_error *err)
{
    cm_certificate_template t = {.now = NOW, .subject = {.text = subject}};
    cm_issuer issuer = {view_of(root), ca_key};
    cm_bytes der = {NULL, 0};
    t.san = &name;
    t.san_count = name.value.size > 0 ? 1 : 0;
    t.no_san = t.san_count == 0;
    cm_status status = cm_certificate_create(&t, leaf_key, &issuer, rng, &der, err);
    cm_bytes_free(&der);
    return status;
}

static void name_constraints(void)
{
    static const cm_general_name permitted[] = {
        {.value = CM_TEXT("example.com")},
        {.value = CM_TEXT(".sub.test")},
        {.value = CM_TEXT("10.0.0.0/8")},
        {.value = CM_TEXT("fd00::/8")},
        {.kind = CM_GENERAL_NAME_EMAIL, .value = CM_TEXT("corp.test")},
        {.kind = CM_GENERAL_NAME_EMAIL, .value = CM_TEXT("one@mail.test")},
        {.kind = CM_GENERAL_NAME_URI, .value = CM_TEXT(".uri.test")},
    };
    static const cm_general_name excluded[] = {{.value = CM_TEXT("bad.example.com")},
                                               {.value = CM_TEXT("10.9.0.0/16")}};
    static const struct {
        cm_general_name name;
        bool within;
    } cases[] = {
        {{.value = CM_TEXT("example.com")}, true},
        {{.value = CM_TEXT("EXAMPLE.com")}, true},
        {{.value = CM_TEXT("a.b.example.com")}, true},
        {{.value = CM_TEXT("*.example.com")}, false}, /* good for bad.example.com, too */
        {{.value = CM_TEXT("*.ok.example.com")}, true},
        {{.value = CM_TEXT("notexample.com")}, false},
        {{.value = CM_TEXT("example.org")}, false},
        {{.value = CM_TEXT("bad.example.com")}, false},
        {{.value = CM_TEXT("x.bad.example.com")}, false},
        {{.value = CM_TEXT("a.sub.test")}, true},
        {{.value = CM_TEXT("sub.test")}, false},
        {{.value = CM_TEXT("10.1.2.3")}, true},
        {{.value = CM_TEXT("10.9.2.3")}, false},
        {{.value = CM_TEXT("11.1.2.3")}, false},
        {{.value = CM_TEXT("fd12::1")}, true},
        {{.value = CM_TEXT("fe80::1")}, false},
        {{.value = CM_TEXT("who@corp.test")}, true},
        {{.value = CM_TEXT("who@a.corp.test")}, false},
        {{.value = CM_TEXT("one@mail.test")}, true},
        {{.value = CM_TEXT("One@mail.test")}, false},
        {{.value = CM_TEXT("https://a.uri.test:8443/x")}, true},
        {{.value = CM_TEXT("https://user@a.uri.test/x")}, true},
        {{.value = CM_TEXT("https://uri.test/x")}, false},
        {{.value = CM_TEXT("https://192.0.2.1/x")}, false},
        {{.value = CM_TEXT("urn:a:b")}, false},
        {{.kind = CM_GENERAL_NAME_RID, .value = CM_TEXT("1.2.3")}, true}, /* not constrained */
    };
    cm_bytes root = make_root(permitted, sizeof permitted / sizeof permitted[0], excluded, 2);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cm_error err = {CM_OK, "", ""};
        cm_status status = issue(&root, cases[i].name, CM_TEXT("O=x"), &err);
        ok(status == (cases[i].within ? CM_OK : CM_ERR_INVALID) &&
               strcmp(err.field, cases[i].within ? "" : "san") == 0,
           "%s %s", cases[i].name.value.data, cases[i].within ? "within" : err.message);
    }
    cm_general_name none = {.value = {NULL, 0}};
    ok(issue(&root, none, CM_TEXT("emailAddress=a@corp.test"), NULL) == CM_OK,
       "an e-mail address in the subject within");
    ok(issue(&root, none, CM_TEXT("emailAddress=a@evil.test"), NULL) == CM_ERR_INVALID,
       "and outside");
    ok(issue(&root, none, CM_TEXT("CN=www.evil.test"), NULL) == CM_ERR_INVALID,
       "a CN that reads like a host, as OpenSSL reads it");
    ok(issue(&root, none, CM_TEXT("CN=Some Device"), NULL) == CM_OK, "a CN that does not");
    cm_bytes_free(&root);

    static const cm_general_name directory = {.kind = CM_GENERAL_NAME_DIRECTORY,
                                              .value = CM_TEXT("C=DE,O=Corp")};
    root = make_root(&directory, 1, NULL, 0);
    ok(issue(&root, none, CM_TEXT("C=DE,O=Corp,CN=x"), NULL) == CM_OK, "a directory name within");
    ok(issue(&root, none, CM_TEXT("C=DE,O= corp ,CN=x"), NULL) == CM_OK, "compared without case");
    ok(issue(&root, none, CM_TEXT("C=DE,O=Other,CN=x"), NULL) == CM_ERR_INVALID, "and outside");
    ok(issue(&root, none, CM_TEXT("O=Corp,C=DE,CN=x"), NULL) == CM_ERR_INVALID, "order counts");
    cm_bytes_free(&root);
}

static void refused_constraints(void)
{
    static const cm_general_name names[] = {
        {.value = CM_TEXT("10.0.0.1/8")},
        {.value = CM_TEXT("10.0.0.0/33")},
        {.value = CM_TEXT("*.example.com")},
        {.value = CM_TEXT("a b")},
        {.value = CM_TEXT("10.0.0/8")},
        {.kind = CM_GENERAL_NAME_URI, .value = CM_TEXT("http://x/")},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        cm_bytes der = {NULL, 0};
        cm_certificate_template t = {
            .now = NOW, .profile = CM_PROFILE_CA, .subject = {.text = CM_TEXT("CN=Root")}};
        t.extensions.name_constraints.excluded = &names[i];
        t.extensions.name_constraints.excluded_count = 1;
        REFUSED(cm_certificate_create(&t, ca_key, NULL, rng, &der, err), der.data, CM_ERR_INVALID,
                "extensions.nameConstraints.excluded[0]");
    }
}

/* RFC 5280 §4.2.1.9: what an authority leaves to those under it. */
static void path_lengths(void)
{
    static const struct {
        int root, sub;     /* -1: none */
        const char *field; /* NULL: it is issued */
    } cases[] = {
        {-1, -1, NULL},
        {-1, 9, NULL},
        {3, 2, NULL},
        {3, 0, NULL},
        {3, -1, NULL}, /* the root's counts for those under it */
        {3, 3, "extensions.basicConstraints"},
        {3, 200, "extensions.basicConstraints"},
        {1, 1, "extensions.basicConstraints"},
        {0, 0, "issuer"},
        {0, -1, "issuer"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cm_bytes root = {NULL, 0}, sub = {NULL, 0};
        cm_issuer issuer = {.key = ca_key};
        cm_certificate_template t = {
            .now = NOW, .profile = CM_PROFILE_CA, .subject = {.text = CM_TEXT("CN=Root")}};
        t.extensions.basic_constraints.choice = CM_SET;
        t.extensions.basic_constraints.ca = true;
        t.extensions.basic_constraints.has_path_len = cases[i].root >= 0;
        t.extensions.basic_constraints.path_len = (unsigned)cases[i].root;
        ok(cm_certificate_create(&t, ca_key, NULL, rng, &root, NULL) == CM_OK, "a root");
        issuer.certificate = view_of(&root);
        t.profile = CM_PROFILE_INTERMEDIATE;
        t.subject.text = CM_TEXT("CN=Sub");
        t.extensions.basic_constraints.has_path_len = cases[i].sub >= 0;
        t.extensions.basic_constraints.path_len = (unsigned)cases[i].sub;
        if (cases[i].field == NULL) {
            ok(cm_certificate_create(&t, leaf_key, &issuer, rng, &sub, NULL) == CM_OK,
               "pathLen %d under %d", cases[i].sub, cases[i].root);
        } else {
            REFUSED(cm_certificate_create(&t, leaf_key, &issuer, rng, &sub, err), sub.data,
                    CM_ERR_INVALID, cases[i].field);
        }
        cm_bytes_free(&sub);
        t.allow_weak = true; /* for a test of clients */
        ok(cm_certificate_create(&t, leaf_key, &issuer, rng, &sub, NULL) == CM_OK, "when forced");
        cm_bytes_free(&sub);
        cm_bytes_free(&root);
    }
}

/* A request that asks for more than anybody should get. */
static cm_bytes greedy_request(void)
{
    static const cm_general_name names[] = {{.value = CM_TEXT("dev.test")},
                                            {.value = CM_TEXT("10.0.0.7")}};
    static const cm_text purposes[] = {CM_TEXT("serverAuth"), CM_TEXT("codeSigning")};
    cm_request_template t = {
        .subject = {.text = CM_TEXT("C=DE,CN=dev.test")}, .san = names, .san_count = 2};
    cm_bytes der = {NULL, 0};
    t.extensions.basic_constraints.choice = CM_SET;
    t.extensions.basic_constraints.ca = true;
    t.extensions.key_usage.choice = CM_SET;
    t.extensions.key_usage.bits = CM_KU_KEY_CERT_SIGN | CM_KU_DIGITAL_SIGNATURE;
    t.extensions.extended_key_usage.choice = CM_SET;
    t.extensions.extended_key_usage.purposes = purposes;
    t.extensions.extended_key_usage.count = 2;
    t.extensions.must_staple = true;
    ok(cm_request_create(&t, leaf_key, rng, &der, NULL) == CM_OK, "a request");
    return der;
}

static cm_bytes answer(const cm_bytes *root, const cm_bytes *request, unsigned honor,
                       const char *subject)
{
    cm_certificate_template t = {.now = NOW, .request = view_of(request), .honor = honor};
    cm_issuer issuer = {view_of(root), ca_key};
    cm_bytes der = {NULL, 0}, json = {NULL, 0};
    t.subject.text = cm_text_of(subject);
    ok(cm_certificate_create(&t, NULL, &issuer, rng, &der, NULL) == CM_OK, "answered");
    cm_certificate_describe(view_of(&der), &json, NULL);
    ok(has(&json, "\"isCA\":false") && !contains(&der, "keyCertSign", 11) &&
           !has(&json, "codeSigning") && !has(&json, "keyCertSign"),
       "never an authority, never more than the profile grants");
    bool staple = (honor & CM_HONOR_TLS_FEATURE) != 0;
    ok(staple == contains(&der, "\x2b\x06\x01\x05\x05\x07\x01\x18", 8),
       "must-staple only when honoured");
    cm_bytes_free(&der);
    return json;
}

static void requests(void)
{
    cm_bytes root = make_root(NULL, 0, NULL, 0), request = greedy_request(), json = {NULL, 0};
    ok(cm_request_verify(view_of(&request), NULL) == CM_OK, "its signature is right");
    ok(cm_request_describe(view_of(&request), &json, NULL) == CM_OK &&
           has(&json, "\"subject\":\"C=DE,CN=dev.test\"") &&
           has(&json, "\"signatureValid\":true") && has(&json, "\"isCA\":true") &&
           has(&json, "[\"DNS:dev.test\",\"IP:10.0.0.7\"]"),
       "described");
    cm_bytes_free(&json);

    json = answer(&root, &request, 0, NULL);
    ok(has(&json, "\"subject\":\"C=DE,CN=dev.test\"") &&
           has(&json, "[\"DNS:dev.test\",\"IP:10.0.0.7\"]") &&
           has(&json, "\"extendedKeyUsage\":[\"serverAuth\"]"),
       "by default the subject and the names are taken");
    cm_bytes_free(&json);
    json = answer(&root, &request,
                  CM_HONOR_SUBJECT | CM_HONOR_SAN | CM_HONOR_KEY_USAGE |
                      CM_HONOR_EXTENDED_KEY_USAGE | CM_HONOR_TLS_FEATURE,
                  NULL);
    ok(has(&json, "\"keyUsage\":[\"digitalSignature\"]"), "usages cut down to the profile's");
    cm_bytes_free(&json);
    json = answer(&root, &request, CM_HONOR_NOTHING, "CN=other.test");
    ok(has(&json, "\"subject\":\"CN=other.test\"") && has(&json, "[\"DNS:other.test\"]"),
       "nothing but the key");
    cm_bytes_free(&json);
    json = answer(&root, &request, 0, "CN=given");
    ok(has(&json, "\"subject\":\"CN=given\"") && has(&json, "DNS:dev.test"),
       "the template goes before the request");
    cm_bytes_free(&json);

    cm_certificate_template t = {.now = NOW, .request = view_of(&request)};
    cm_issuer issuer = {view_of(&root), ca_key};
    cm_bytes der = {NULL, 0};
    REFUSED(cm_certificate_create(&t, leaf_key, &issuer, rng, &der, err), der.data, CM_ERR_INVALID,
            "key");
    REFUSED(cm_certificate_create(&t, NULL, NULL, rng, &der, err), der.data, CM_ERR_INVALID,
            "issuer");
    request.data[request.size - 1] ^= 1;
    REFUSED(cm_certificate_create(&t, NULL, &issuer, rng, &der, err), der.data, CM_ERR_MISMATCH,
            "request");
    request.data[request.size - 1] ^= 1;
    size_t accepted = 0;
    for (size_t size = 0; size < request.size; size++) {
        accepted += cm_request_verify((cm_view){request.data, size}, NULL) == CM_OK;
    }
    ok(accepted == 0, "no truncation is taken for a request");
    accepted = 0;
    for (size_t i = 0; i < request.size; i++) {
        request.data[i] ^= 0x41;
        accepted += cm_request_verify(view_of(&request), NULL) == CM_OK;
        request.data[i] ^= 0x41;
    }
    ok(accepted == 0, "no changed byte is accepted");
    cm_bytes_free(&request);
    cm_bytes_free(&root);
}

static void name_constraints_hold_for_requests(void)
{
    static const cm_general_name permitted = {.value = CM_TEXT("other.test")};
    cm_bytes root = make_root(&permitted, 1, NULL, 0), request = greedy_request(), der = {NULL, 0};
    cm_certificate_template t = {.now = NOW, .request = view_of(&request)};
    cm_issuer issuer = {view_of(&root), ca_key};
    REFUSED(cm_certificate_create(&t, NULL, &issuer, rng, &der, err), der.data, CM_ERR_INVALID,
            "san");
    cm_bytes_free(&request);
    cm_bytes_free(&root);
}

static void revocation_lists(void)
{
    cm_bytes root = make_root(NULL, 0, NULL, 0), first = {NULL, 0}, second = {NULL, 0};
    cm_bytes json = {NULL, 0};
    cm_issuer issuer = {view_of(&root), ca_key};
    cm_revoked revoked[] = {
        {.serial = {(const uint8_t *)"\x20", 1}, .reason = CM_REASON_KEY_COMPROMISE},
        {.serial = {(const uint8_t *)"\x00\x10", 2},
         .has_date = true,
         .date = NOW - 100,
         .has_invalidity_date = true,
         .invalidity_date = NOW - 1000},
        {.serial = {(const uint8_t *)"\x20", 1},
         .reason = CM_REASON_SUPERSEDED}, /* the last counts */
    };
    cm_crl_template t = {.this_update = NOW, .revoked = revoked, .revoked_count = 3};
    ok(cm_crl_create(&t, &issuer, rng, &first, NULL) == CM_OK, "a list");
    ok(cm_crl_describe(view_of(&first), &json, NULL) == CM_OK &&
           has(&json, "\"issuer\":\"O=Test,CN=Root\",\"thisUpdate\":1767225600,"
                      "\"nextUpdate\":1769817600,\"number\":\"01\"") &&
           has(&json, "\"revoked\":[{\"serial\":\"10\",\"date\":1767225500,"
                      "\"invalidityDate\":1767224600},{\"serial\":\"20\",\"date\":1767225600,"
                      "\"reason\":\"superseded\"}]"),
       "30 days, number 1, sorted, each serial once");
    cm_bytes_free(&json);

    cm_revoked change[] = {
        {.serial = {(const uint8_t *)"\x10", 1}, .reason = CM_REASON_REMOVE_FROM_CRL},
        {.serial = {(const uint8_t *)"\x30", 1}}};
    cm_crl_template next = {.this_update = NOW + 60,
                            .previous = view_of(&first),
                            .revoked = change,
                            .revoked_count = 2};
    ok(cm_crl_create(&next, &issuer, rng, &second, NULL) == CM_OK, "extended");
    ok(cm_crl_describe(view_of(&second), &json, NULL) == CM_OK && has(&json, "\"number\":\"02\"") &&
           !has(&json, "\"serial\":\"10\"") && has(&json, "\"serial\":\"20\"") &&
           has(&json, "\"serial\":\"30\""),
       "one taken off, one kept, one added, number 2");
    cm_bytes_free(&json);

    cm_bytes none = {NULL, 0};
    cm_crl_template bad = t;
    bad.has_next_update = true;
    bad.next_update = NOW;
    REFUSED(cm_crl_create(&bad, &issuer, rng, &none, err), none.data, CM_ERR_INVALID, "nextUpdate");
    bad = t;
    bad.this_update = INT64_MAX;
    REFUSED(cm_crl_create(&bad, &issuer, rng, &none, err), none.data, CM_ERR_INVALID, "thisUpdate");
    revoked[1].serial.size = 0;
    REFUSED(cm_crl_create(&t, &issuer, rng, &none, err), none.data, CM_ERR_INVALID, "revoked[1]");
    revoked[1].serial.size = 2;
    revoked[2].reason = (cm_crl_reason)7;
    REFUSED(cm_crl_create(&t, &issuer, rng, &none, err), none.data, CM_ERR_INVALID, "revoked[2]");
    revoked[2].reason = CM_REASON_UNSPECIFIED;
    revoked[2].has_date = true;
    revoked[2].date = NOW + 1;
    REFUSED(cm_crl_create(&t, &issuer, rng, &none, err), none.data, CM_ERR_INVALID, "revoked[2]");
    next.number = (cm_view){(const uint8_t *)"\x01", 1};
    REFUSED(cm_crl_create(&next, &issuer, rng, &none, err), none.data, CM_ERR_INVALID, "number");
    next.number.size = 0;
    next.this_update = NOW - 60;
    REFUSED(cm_crl_create(&next, &issuer, rng, &none, err), none.data, CM_ERR_INVALID, "previous");
    next.this_update = NOW + 60;
    first.data[first.size - 1] ^= 1;
    REFUSED(cm_crl_create(&next, &issuer, rng, &none, err), none.data, CM_ERR_MISMATCH, "previous");
    next.previous.size -= 5;
    REFUSED(cm_crl_create(&next, &issuer, rng, &none, err), none.data, CM_ERR_MALFORMED,
            "previous");
    next.previous.size += 5;
    cm_issuer wrong = {view_of(&root), leaf_key};
    REFUSED(cm_crl_create(&next, &wrong, rng, &none, err), none.data, CM_ERR_MISMATCH,
            "issuer.key");
    cm_bytes_free(&first);
    cm_bytes_free(&second);
    cm_bytes_free(&root);
}

static void revoking_a_certificate(void)
{
    cm_bytes root = make_root(NULL, 0, NULL, 0), list = {NULL, 0}, json = {NULL, 0},
             pem = {NULL, 0};
    cm_bytes leaf = {NULL, 0}, stranger = {NULL, 0};
    cm_issuer issuer = {view_of(&root), ca_key};
    cm_general_name name = {.value = CM_TEXT("a.test")};
    cm_certificate_template t = {.now = NOW, .san = &name, .san_count = 1};
    t.serial = (cm_view){(const uint8_t *)"\xab\xcd", 2};
    cm_certificate_create(&t, leaf_key, &issuer, rng, &leaf, NULL);
    cm_certificate_create(&t, leaf_key, NULL, rng, &stranger, NULL);
    cm_pem_encode("CERTIFICATE", view_of(&leaf), &pem, NULL);
    cm_revoked revoked = {.certificate = view_of(&pem)};
    cm_crl_template crl = {.this_update = NOW, .revoked = &revoked, .revoked_count = 1};
    ok(cm_crl_create(&crl, &issuer, rng, &list, NULL) == CM_OK &&
           cm_crl_describe(view_of(&list), &json, NULL) == CM_OK &&
           has(&json, "\"serial\":\"abcd\""),
       "by the certificate itself");
    cm_bytes_free(&json);
    cm_bytes_free(&list);
    revoked.certificate = view_of(&stranger);
    REFUSED(cm_crl_create(&crl, &issuer, rng, &list, err), list.data, CM_ERR_MISMATCH,
            "revoked[0]");
    cm_bytes_free(&pem);
    cm_bytes_free(&leaf);
    cm_bytes_free(&stranger);
    cm_bytes_free(&root);
}

int main(void)
{
    uint32_t state;
    rng = fixed_random(&state);
    ca_key = new_p256(rng);
    leaf_key = new_p256(rng);
    name_constraints();
    refused_constraints();
    path_lengths();
    requests();
    name_constraints_hold_for_requests();
    revocation_lists();
    revoking_a_certificate();
    cm_key_free(ca_key);
    cm_key_free(leaf_key);
    cm_random_free(rng);
    return done_testing();
}
