/* Certificates: fields, dates, extensions, profiles, issuers; what is refused. */
#include "support.h"

static cm_random *rng;
static cm_key *key;

static const cm_general_name host = {.value = CM_TEXT("host.test")};

static cm_certificate_template host_template(void)
{
    return (cm_certificate_template){.now = NOW, .san = &host, .san_count = 1};
}

static cm_bytes mint(const cm_certificate_template *t)
{
    cm_bytes der = {NULL, 0};
    cm_error err;
    cm_status status = cm_certificate_create(t, key, NULL, rng, &der, &err);
    ok(status == CM_OK, "minted %s", status == CM_OK ? "" : err.message);
    return der;
}

static cm_bytes describe(const cm_bytes *der)
{
    cm_bytes json = {NULL, 0};
    ok(cm_certificate_describe(view_of(der), &json, NULL) == CM_OK, "described");
    return json;
}

/* Mints and looks for pieces in the description. */
static void expect(const cm_certificate_template *t, const char *const pieces[], const char *what)
{
    cm_bytes der = mint(t), json = describe(&der);
    for (size_t i = 0; pieces[i] != NULL; i++) {
        ok(has(&json, pieces[i]), "%s: %s", what, pieces[i]);
    }
    cm_bytes_free(&json);
    cm_bytes_free(&der);
}

static void refuse(cm_certificate_template t, const char *field)
{
    cm_bytes der = {NULL, 0};
    REFUSED(cm_certificate_create(&t, key, NULL, rng, &der, err), der.data, CM_ERR_INVALID, field);
}

static void defaults(void)
{
    cm_certificate_template t = host_template();
    expect(&t,
           (const char *const[]){"\"notBefore\":1767222000", "\"notAfter\":1801522800",
                                 "\"signature\":\"ecdsa-sha256\"", "\"isCA\":false",
                                 "\"keyUsage\":[\"digitalSignature\"]",
                                 "\"extendedKeyUsage\":[\"serverAuth\"]", NULL},
           "server");
    cm_bytes a = mint(&t), b = mint(&t);
    ok(memcmp(a.data + 15, b.data + 15, 20) != 0, "serial numbers differ");
    ok(a.data[13] == 0x02 && a.data[14] == 20 && (a.data[15] & 0xc0) == 0x40,
       "20 octets, positive, the first never zero");
    cm_bytes_free(&a);
    cm_bytes_free(&b);
}

static void dates(void)
{
    cm_certificate_template t = host_template();
    t.has_not_before = t.has_not_after = true;
    t.not_before = INT64_C(2524607999); /* 2049-12-31T23:59:59Z */
    t.not_after = INT64_C(2524608000);  /* 2050-01-01T00:00:00Z */
    cm_bytes der = mint(&t);
    ok(contains(&der,
                "\x17\x0d"
                "491231235959Z\x18\x0f"
                "20500101000000Z",
                32),
       "UTCTime to 2049, GeneralizedTime from 2050 (RFC 5280 4.1.2.5)");
    cm_bytes_free(&der);
    t.not_before = INT64_C(-631152000);
    t.not_after = INT64_C(253402300799);
    der = mint(&t);
    ok(contains(&der,
                "\x17\x0d"
                "500101000000Z\x18\x0f"
                "99991231235959Z",
                32),
       "1950 to 9999");
    cm_bytes json = describe(&der);
    ok(has(&json, "\"notBefore\":-631152000,\"notAfter\":253402300799"), "and back");
    cm_bytes_free(&json);
    cm_bytes_free(&der);
    t.not_before = INT64_C(951782399); /* 2000-02-28T23:59:59Z */
    t.not_after = INT64_C(951868800);  /* 2000-03-01T00:00:00Z */
    der = mint(&t);
    ok(contains(&der,
                "000228235959Z\x17\x0d"
                "000301000000Z",
                28),
       "the leap day of 2000");
    cm_bytes_free(&der);
    t.not_after = t.not_before - 1;
    refuse(t, "notAfter");
    t.not_after = INT64_C(253402300800);
    refuse(t, "notAfter");
    t.not_before = INT64_C(-631152001);
    refuse(t, "notBefore");
    t = host_template();
    t.validity = 86400;
    t.has_not_after = true;
    t.not_after = NOW;
    refuse(t, "days");
    t = host_template();
    t.validity = -1;
    refuse(t, "days");
    t.validity = INT64_MAX;
    refuse(t, "days");
}

static void serials(void)
{
    cm_certificate_template t = host_template();
    t.serial = (cm_view){(const uint8_t *)"\x00\x80", 2};
    cm_bytes der = mint(&t), json = describe(&der);
    ok(contains(&der, "\x02\x02\x00\x80", 4) && has(&json, "\"serial\":\"80\""),
       "a serial with its top bit set stays positive");
    cm_bytes_free(&json);
    cm_bytes_free(&der);
    t.serial = (cm_view){(const uint8_t *)"\x00", 1};
    refuse(t, "serial");
    t.serial = (cm_view){(const uint8_t *)"123456789012345678901", 21};
    refuse(t, "serial");
    t.serial = (cm_view){(const uint8_t *)"\xff"
                                          "1234567890123456789",
                         20};
    refuse(t, "serial");
}

static void profiles(void)
{
    static const struct {
        cm_profile profile;
        const char *pieces[4];
    } cases[] = {
        {CM_PROFILE_CLIENT, {"\"extendedKeyUsage\":[\"clientAuth\"]", NULL}},
        {CM_PROFILE_PEER, {"\"extendedKeyUsage\":[\"serverAuth\",\"clientAuth\"]", NULL}},
        {CM_PROFILE_CA,
         {"\"isCA\":true,\"pathLen\":0", "\"keyUsage\":[\"keyCertSign\",\"cRLSign\"]", NULL}},
        {CM_PROFILE_INTERMEDIATE, {"\"isCA\":true,\"pathLen\":0", NULL}},
        {CM_PROFILE_EMAIL, {"\"extendedKeyUsage\":[\"emailProtection\"]", NULL}},
        {CM_PROFILE_CODE_SIGNING, {"\"extendedKeyUsage\":[\"codeSigning\"]", NULL}},
        {CM_PROFILE_TIMESTAMPING, {"\"extendedKeyUsage\":[\"timeStamping\"]", NULL}},
        {CM_PROFILE_OCSP_SIGNING, {"\"extendedKeyUsage\":[\"OCSPSigning\"]", NULL}},
        {CM_PROFILE_WEBTRANSPORT, {"\"notAfter\":1768345200", NULL}}, /* 13 days */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cm_certificate_template t = host_template();
        t.profile = cases[i].profile;
        expect(&t, cases[i].pieces, "profile");
    }
    cm_certificate_template t = host_template();
    t.profile = CM_PROFILE_WEBTRANSPORT;
    t.validity = 15 * 86400;
    refuse(t, "days");
    t = host_template();
    t.profile = (cm_profile)77;
    refuse(t, "profile");
    t = host_template();
    t.profile = CM_PROFILE_TIMESTAMPING;
    cm_bytes der = mint(&t);
    ok(contains(&der, "\x55\x1d\x25\x01\x01\xff", 6), "timeStamping alone is critical (RFC 3161)");
    cm_bytes_free(&der);
}

static void extensions(void)
{
    static const cm_text ocsp = CM_TEXT("http://ocsp.test/");
    static const cm_text crl = CM_TEXT("http://crl.test/ca.crl");
    static const cm_policy policy = {CM_TEXT("2.23.140.1.2.1"), CM_TEXT("http://cps.test/")};
    static const cm_custom_extension custom = {
        CM_TEXT("1.3.6.1.4.1.99999.1"), true, {(const uint8_t *)"\x0c\x02hi", 4}};
    cm_certificate_template t = host_template();
    t.extensions.must_staple = true;
    t.extensions.authority_info_access.ocsp = &ocsp;
    t.extensions.authority_info_access.ocsp_count = 1;
    t.extensions.crl_distribution_points.uris = &crl;
    t.extensions.crl_distribution_points.count = 1;
    t.extensions.certificate_policies.items = &policy;
    t.extensions.certificate_policies.count = 1;
    t.extensions.custom = &custom;
    t.extensions.custom_count = 1;
    cm_bytes der = mint(&t);
    ok(contains(&der, "\x2b\x06\x01\x05\x05\x07\x01\x18\x04\x05\x30\x03\x02\x01\x05", 15),
       "TLS feature status_request (RFC 7633)");
    ok(contains(&der, "\x2b\x06\x01\x05\x05\x07\x30\x01\x86\x11http://ocsp.test/", 27), "OCSP");
    ok(contains(&der, "\x86\x16http://crl.test/ca.crl", 24), "CRL distribution point");
    ok(contains(&der, "\x67\x81\x0c\x01\x02\x01", 6), "policy");
    ok(contains(&der, "\x01\x01\xff\x04\x04\x0c\x02hi", 9), "a custom critical extension");
    cm_bytes_free(&der);

    cm_custom_extension twice[2] = {custom, custom};
    t.extensions.custom = twice;
    t.extensions.custom_count = 2;
    refuse(t, "extensions.custom[1]");
    t = host_template();
    t.extensions.none = true;
    refuse(t, "extensions");
    t.san_count = 0;
    t.subject.text = CM_TEXT("CN=bare");
    der = mint(&t);
    ok(!contains(&der, "\x55\x1d", 2), "no extension at all");
    cm_bytes_free(&der);
    t = host_template();
    t.extensions.key_usage.choice = CM_SET;
    refuse(t, "extensions.keyUsage");
    t.extensions.key_usage.bits = CM_KU_KEY_CERT_SIGN;
    refuse(t, "extensions.keyUsage");
    t = host_template();
    t.extensions.basic_constraints.choice = CM_SET;
    t.extensions.basic_constraints.has_path_len = true;
    refuse(t, "extensions.basicConstraints");
    t = host_template();
    t.extensions.name_constraints.permitted = &host;
    t.extensions.name_constraints.permitted_count = 1;
    refuse(t, "extensions.nameConstraints");
}

static void empty_subject(void)
{
    cm_certificate_template ca = {
        .now = NOW, .profile = CM_PROFILE_CA, .subject = {.text = CM_TEXT("CN=Root")}};
    cm_bytes root = mint(&ca), der = {NULL, 0};
    cm_issuer issuer = {view_of(&root), key};
    cm_certificate_template t = host_template();
    t.subject.empty = true;
    ok(cm_certificate_create(&t, key, &issuer, rng, &der, NULL) == CM_OK, "an empty subject");
    ok(contains(&der, "\x55\x1d\x11\x01\x01\xff", 6), "makes the SAN critical (RFC 5280 4.2.1.6)");
    cm_bytes_free(&der);
    refuse(t, "subject"); /* but not for a self-signed certificate */
    cm_bytes_free(&root);
}

static void issuers(void)
{
    cm_certificate_template ca = {
        .now = NOW, .profile = CM_PROFILE_CA, .subject = {.text = CM_TEXT("CN=Root")}};
    cm_bytes root = mint(&ca), der = {NULL, 0};
    cm_issuer issuer = {view_of(&root), key};
    cm_key *leaf_key = new_p256(rng);
    cm_certificate_template t = host_template();
    ok(cm_certificate_create(&t, leaf_key, &issuer, rng, &der, NULL) == CM_OK, "issued");
    cm_bytes json = describe(&der);
    ok(has(&json, "\"issuer\":\"CN=Root\""), "by the root");

    cm_bytes none = {NULL, 0};
    cm_issuer leaf_issuer = {view_of(&der), leaf_key};
    REFUSED(cm_certificate_create(&t, leaf_key, &leaf_issuer, rng, &none, err), none.data,
            CM_ERR_INVALID, "issuer");
    cm_issuer wrong_key = {view_of(&root), leaf_key};
    REFUSED(cm_certificate_create(&t, leaf_key, &wrong_key, rng, &none, err), none.data,
            CM_ERR_MISMATCH, "issuer.key");
    cm_issuer cut = {{root.data, root.size - 1}, key};
    REFUSED(cm_certificate_create(&t, leaf_key, &cut, rng, &none, err), none.data, CM_ERR_MALFORMED,
            "issuer.certificate");
    cm_certificate_template sub = {
        .now = NOW, .profile = CM_PROFILE_INTERMEDIATE, .subject = {.text = CM_TEXT("CN=Sub")}};
    REFUSED(cm_certificate_create(&sub, leaf_key, &issuer, rng, &none, err), none.data,
            CM_ERR_INVALID, "issuer");
    t.validity = INT64_C(4000) * 86400;
    REFUSED(cm_certificate_create(&t, leaf_key, &issuer, rng, &none, err), none.data,
            CM_ERR_INVALID, "notAfter");
    t.clamp = true;
    ok(cm_certificate_create(&t, leaf_key, &issuer, rng, &none, NULL) == CM_OK, "or clamped");
    cm_bytes_free(&none);
    cm_bytes_free(&json);
    cm_bytes_free(&der);
    cm_bytes_free(&root);
    cm_key_free(leaf_key);
}

static void signatures(void)
{
    cm_certificate_template t = host_template();
    t.hash = CM_HASH_SHA512;
    expect(&t, (const char *const[]){"\"signature\":\"ecdsa-sha512\"", NULL}, "SHA-512");
    t.hash = CM_HASH_SHA1;
    refuse(t, "hash");
    t.allow_weak = true;
    expect(&t, (const char *const[]){"\"signature\":\"ecdsa-sha1\"", NULL}, "SHA-1 for a test");
    t = host_template();
    t.pss = true;
    refuse(t, "pss");
}

static void the_same_seed_makes_the_same_bytes(void)
{
    cm_bytes der[2] = {{NULL, 0}, {NULL, 0}};
    for (int i = 0; i < 2; i++) {
        uint32_t state;
        cm_random *fixed = fixed_random(&state);
        cm_key *fixed_key = new_p256(fixed);
        cm_certificate_template t = host_template();
        cm_certificate_create(&t, fixed_key, NULL, fixed, &der[i], NULL);
        cm_key_free(fixed_key);
        cm_random_free(fixed);
    }
    ok(der[0].size > 0 && der[0].size == der[1].size &&
           memcmp(der[0].data, der[1].data, der[0].size) == 0,
       "a fixed seed gives the same certificate");
    cm_bytes_free(&der[0]);
    cm_bytes_free(&der[1]);
}

static void damaged_certificates(void)
{
    cm_certificate_template t = host_template();
    cm_bytes der = mint(&t);
    size_t accepted = 0;
    for (size_t size = 0; size < der.size; size++) { /* cut at every byte */
        cm_bytes json = {NULL, 0};
        accepted += cm_certificate_describe((cm_view){der.data, size}, &json, NULL) == CM_OK;
        cm_bytes_free(&json);
    }
    ok(accepted == 0, "no truncation is taken for a certificate");
    for (size_t i = 0; i < der.size; i++) { /* any byte changed: an answer or an error, no trap */
        cm_bytes json = {NULL, 0};
        der.data[i] ^= 0x55;
        cm_certificate_describe(view_of(&der), &json, NULL);
        der.data[i] ^= 0x55;
        cm_bytes_free(&json);
    }
    ok(1, "every changed byte is survived");
    cm_bytes_free(&der);
}

int main(void)
{
    uint32_t state;
    rng = fixed_random(&state);
    key = new_p256(rng);
    defaults();
    dates();
    serials();
    profiles();
    extensions();
    empty_subject();
    issuers();
    signatures();
    the_same_seed_makes_the_same_bytes();
    damaged_certificates();
    cm_key_free(key);
    cm_random_free(rng);
    return done_testing();
}
