/* Path validation in the core: what tests through JavaScript cannot reach, for the sanitizers. */
#include "der.h"
#include "identity.h"
#include "support.h"
#include "x509.h"

static cm_random *rng;
static cm_key *root_key, *sub_key, *leaf_key;
static cm_bytes root, sub, leaf, root_list, sub_list;

static cm_bytes issue(cm_certificate_template *t, const cm_key *key, const cm_bytes *issuer,
                      const cm_key *issuer_key)
{
    cm_issuer by = {issuer != NULL ? view_of(issuer) : (cm_view){NULL, 0}, issuer_key};
    cm_bytes der = {NULL, 0};
    t->now = NOW;
    ok(cm_certificate_create(t, key, issuer != NULL ? &by : NULL, rng, &der, NULL) == CM_OK,
       "a certificate");
    return der;
}

static cm_bytes list_of(const cm_bytes *issuer, const cm_key *key, const cm_revoked *revoked,
                        size_t count)
{
    cm_crl_template t = {.this_update = NOW, .revoked = revoked, .revoked_count = count};
    cm_issuer by = {view_of(issuer), key};
    cm_bytes der = {NULL, 0};
    ok(cm_crl_create(&t, &by, rng, &der, NULL) == CM_OK, "a list");
    return der;
}

static void make_chain(void)
{
    static const cm_general_name name = {.value = CM_TEXT("shop.test")};
    cm_certificate_template t = {.profile = CM_PROFILE_CA, .subject = {.text = CM_TEXT("CN=Root")}};
    t.extensions.basic_constraints.choice = CM_SET;
    t.extensions.basic_constraints.ca = true;
    root = issue(&t, root_key, NULL, NULL);
    t = (cm_certificate_template){.profile = CM_PROFILE_INTERMEDIATE,
                                  .subject = {.text = CM_TEXT("CN=Sub")}};
    sub = issue(&t, sub_key, &root, root_key);
    t = (cm_certificate_template){.san = &name, .san_count = 1};
    leaf = issue(&t, leaf_key, &sub, sub_key);
    root_list = list_of(&root, root_key, NULL, 0);
    sub_list = list_of(&sub, sub_key, NULL, 0);
}

/* The code that a report gives, "error" when there is none. */
static const char *verdict(const cm_verify_template *t)
{
    static char code[40];
    cm_bytes report = {NULL, 0}, chain = {NULL, 0};
    cm_error err;
    strcpy(code, "error");
    if (cm_verify(t, &report, &chain, &err) == CM_OK) {
        const char *at = strstr((const char *)report.data, "\"code\":\"");
        size_t size = at != NULL ? strcspn(at + 8, "\"") : 0;
        memcpy(code, at != NULL ? at + 8 : "?", size);
        code[size] = '\0';
        if ((chain.size > 0) != (strcmp(code, "ok") == 0)) {
            strcpy(code, "a chain that should not be");
        }
    }
    cm_verdict answer;
    cm_status status = cm_verify_verdict(t, &answer, &err);
    if ((status == CM_OK) != (report.size > 0) ||
        (status == CM_OK && strcmp(code, cm_verify_code_name(answer.code)) != 0) ||
        (answer.code == CM_VERIFY_OK) != (answer.detail[0] == '\0' && status == CM_OK)) {
        strcpy(code, "a verdict that is not the report's");
    }
    cm_bytes_free(&report);
    cm_bytes_free(&chain);
    return code;
}

static cm_verify_template question(cm_view end, const cm_view *between, const cm_view *lists)
{
    static cm_view roots[1];
    roots[0] = view_of(&root);
    return (cm_verify_template){.leaf = end,
                                .intermediates = between,
                                .intermediate_count = 1,
                                .roots = roots,
                                .root_count = 1,
                                .crls = lists,
                                .crl_count = lists != NULL ? 2 : 0,
                                .time = NOW,
                                .require_revocation = lists != NULL,
                                .purpose = CM_PURPOSE_SERVER,
                                .dns = CM_TEXT("shop.test")};
}

static void good_chain(void)
{
    cm_view between = view_of(&sub), lists[] = {view_of(&root_list), view_of(&sub_list)};
    cm_verify_template t = question(view_of(&leaf), &between, lists);
    same_text(verdict(&t), "ok", "a chain with its lists");
    t.dns = CM_TEXT("other.test");
    same_text(verdict(&t), "name-mismatch", "for another host");
    t.dns = CM_TEXT("shop.test");
    t.time += INT64_C(400) * 86400;
    same_text(verdict(&t), "expired", "after its time");
    t.time = NOW - 7200;
    same_text(verdict(&t), "not-yet-valid", "before its time");
    t.time = NOW;
    t.crl_count = 1;
    same_text(verdict(&t), "revocation-unknown", "without a list for the end");
    t.require_revocation = false;
    same_text(verdict(&t), "ok", "unless it is required");
    t.has_max_depth = true;
    same_text(verdict(&t), "max-depth", "no intermediate is taken");
    t.max_depth = 1;
    same_text(verdict(&t), "ok", "one is");
    t.max_depth = 31;
    same_text(verdict(&t), "error", "31 cannot be asked for");
    t.max_depth = 1;
    t.root_count = 0;
    same_text(verdict(&t), "no-issuer", "without a root");
}

static void revoked(void)
{
    cm_revoked entry = {.certificate = view_of(&leaf), .reason = CM_REASON_SUPERSEDED};
    cm_bytes list = list_of(&sub, sub_key, &entry, 1);
    cm_view between = view_of(&sub), lists[] = {view_of(&root_list), view_of(&list)};
    cm_verify_template t = question(view_of(&leaf), &between, lists);
    same_text(verdict(&t), "revoked", "on its issuer's list");
    t.require_revocation = false;
    same_text(verdict(&t), "revoked", "and where lists are not required");
    t.time = NOW + INT64_C(60) * 86400;
    same_text(verdict(&t), "revoked", "and when the list is out of date");
    cm_bytes_free(&list);
}

/* Every byte changed in every part: never good, never a crash. Bits that do not count are none. */
static void damaged(void)
{
    cm_view parts[] = {view_of(&leaf), view_of(&sub), view_of(&root_list), view_of(&sub_list)};
    static const char *const names[] = {"end", "intermediate", "root's list", "issuer's list"};
    for (int part = 0; part < 4; part++) {
        size_t accepted = 0, size = parts[part].size;
        uint8_t copy[2048];
        for (size_t i = 0; i < size; i++) {
            cm_view given[4];
            memcpy(given, parts, sizeof given);
            memcpy(copy, parts[part].data, size);
            copy[i] ^= (uint8_t)(1u << (i % 8));
            given[part].data = copy;
            cm_verify_template t = question(given[0], &given[1], &given[2]);
            accepted += strcmp(verdict(&t), "ok") == 0;
        }
        same_int(accepted, 0, "%d damaged copies of the %s", (int)size, names[part]);
        for (size_t i = 0; i < size; i += 7) {
            cm_view given[4];
            memcpy(given, parts, sizeof given);
            given[part].size = i;
            cm_verify_template t = question(given[0], &given[1], &given[2]);
            accepted += strcmp(verdict(&t), "ok") == 0;
        }
        same_int(accepted, 0, "and cut short");
    }
}

/* The end certificate with another encoding of the same r and s: a zero in front. */
static void loose_signature(void)
{
    cm_x509 x;
    cm_der out = {NULL, 0, 0, CM_OK}, bits = {NULL, 0, 0, CM_OK};
    cm_view value, r, s, rest;
    ok(cm_x509_parse(view_of(&leaf), &x, NULL) == CM_OK, "it can be read");
    rest = x.signature;
    ok(cm_der_take(&rest, CM_TAG_SEQUENCE, &value) && cm_der_take(&value, CM_TAG_INTEGER, &r) &&
           cm_der_take(&value, CM_TAG_INTEGER, &s),
       "and its signature");
    for (int zeros = 0; zeros <= 1; zeros++) {
        size_t sequence = cm_der_begin(&bits, CM_TAG_SEQUENCE);
        size_t integer = cm_der_begin(&bits, CM_TAG_INTEGER);
        cm_der_raw(&bits, (cm_view){(const uint8_t *)"", (size_t)zeros});
        cm_der_raw(&bits, r);
        cm_der_end(&bits, integer);
        cm_der_element(&bits, CM_TAG_INTEGER, s.data, s.size);
        cm_der_end(&bits, sequence);
        size_t whole = cm_der_begin(&out, CM_TAG_SEQUENCE);
        cm_der_raw(&out, x.tbs);
        cm_der_raw(&out, x.signature_algorithm);
        cm_der_bit_string(&out, cm_der_view(&bits));
        cm_der_end(&out, whole);
        cm_view between = view_of(&sub);
        cm_verify_template t = question(cm_der_view(&out), &between, NULL);
        same_text(verdict(&t), zeros == 0 ? "ok" : "signature", "r with %d zeros", zeros);
        cm_der_free(&out);
        cm_der_free(&bits);
    }
}

/* One dNSName against one host. */
static bool is_for(cm_text pattern, cm_text host)
{
    cm_der names = {NULL, 0, 0, CM_OK};
    cm_candidate end = {.has_names = true};
    cm_verify_template t = {.dns = host};
    cm_fault fault;
    cm_der_text(&names, CM_TAG_CONTEXT(2), pattern);
    end.names = cm_der_view(&names);
    bool held = cm_identity_check(&t, &end, &fault);
    cm_der_free(&names);
    return held;
}

static void hosts(void)
{
    static const struct {
        cm_text pattern, host;
        bool held;
    } cases[] = {
        {CM_TEXT("a.test"), CM_TEXT("a.test"), true},
        {CM_TEXT("A.Test"), CM_TEXT("a.tEST"), true},
        {CM_TEXT("a.test"), CM_TEXT("a.test."), true},
        {CM_TEXT("a.test."), CM_TEXT("a.test"), false},
        {CM_TEXT("a.test"), CM_TEXT("b.a.test"), false},
        {CM_TEXT("*.a.test"), CM_TEXT("b.a.test"), true},
        {CM_TEXT("*.a.test"), CM_TEXT("c.b.a.test"), false},
        {CM_TEXT("*.a.test"), CM_TEXT("a.test"), false},
        {CM_TEXT("*.a.test"), CM_TEXT(".a.test"), false},
        {CM_TEXT("*.test"), CM_TEXT("a.test"), false},
        {CM_TEXT("*"), CM_TEXT("localhost"), false},
        {CM_TEXT("b*.a.test"), CM_TEXT("bc.a.test"), false},
        {CM_TEXT("b.*.test"), CM_TEXT("b.a.test"), false},
        {CM_TEXT("*.*.test"), CM_TEXT("b.a.test"), false},
        {CM_TEXT("xn--*.a.test"), CM_TEXT("xn--b.a.test"), false},
        {CM_TEXT("a.test\0.evil.test"), CM_TEXT("a.test"), false},
        {CM_TEXT("192.0.2.1"), CM_TEXT("a.test"), false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ok(is_for(cases[i].pattern, cases[i].host) == cases[i].held, "%s %s %s",
           cases[i].pattern.data, cases[i].held ? "is for" : "is not for", cases[i].host.data);
    }
}

/* Two certificates of the issuer, one of which does not allow the name: its key is the same, and
 * what it signed is checked once. */
static void signature_checked_once(void)
{
    static const cm_general_name excluded = {.value = CM_TEXT("shop.test")};
    cm_certificate_template t = {.profile = CM_PROFILE_INTERMEDIATE,
                                 .subject = {.text = CM_TEXT("CN=Sub")}};
    t.extensions.name_constraints.excluded = &excluded;
    t.extensions.name_constraints.excluded_count = 1;
    cm_bytes narrow = issue(&t, sub_key, &root, root_key), report = {NULL, 0}, chain = {NULL, 0};
    cm_view between[] = {view_of(&narrow), view_of(&sub)};
    cm_verify_template q = question(view_of(&leaf), between, NULL);
    same_text(verdict(&q), "name-constraints", "with the narrow one alone");
    q.intermediate_count = 2;
    ok(cm_verify(&q, &report, &chain, NULL) == CM_OK && has(&report, "\"code\":\"ok\""),
       "with both");
    ok(has(&report, "\"signatures\":3"), "the end's signature once, and each issuer's");
    cm_bytes_free(&report);
    cm_bytes_free(&chain);
    cm_bytes_free(&narrow);
}

/* Two authorities that signed each other, each many times over, and no root. */
static void web_without_a_root(void)
{
    enum { COPIES = 40 };
    static cm_bytes certificates[2 * COPIES];
    static cm_view between[2 * COPIES];
    cm_certificate_template top = {.profile = CM_PROFILE_CA};
    cm_key *keys[COPIES];
    for (int i = 0; i < COPIES; i++) {
        keys[i] = new_p256(rng);
    }
    top.extensions.basic_constraints.choice = CM_SET;
    top.extensions.basic_constraints.ca = true;
    top.subject.text = CM_TEXT("CN=Sub");
    cm_bytes own = issue(&top, sub_key, NULL, NULL);
    for (int i = 0; i < COPIES; i++) { /* Sub by each of Web's keys, Web's keys by Sub */
        top.subject.text = CM_TEXT("CN=Web");
        cm_bytes web = issue(&top, keys[i], NULL, NULL);
        certificates[i] = issue(&top, keys[i], &own, sub_key);
        top.subject.text = CM_TEXT("CN=Sub");
        certificates[COPIES + i] = issue(&top, sub_key, &web, keys[i]);
        cm_bytes_free(&web);
    }
    for (int i = 0; i < 2 * COPIES; i++) {
        between[i] = view_of(&certificates[i]);
    }
    cm_verify_template t = question(view_of(&leaf), between, NULL);
    t.intermediate_count = sizeof between / sizeof between[0];
    const char *code = verdict(&t);
    ok(strcmp(code, "no-issuer") == 0 || strcmp(code, "work-limit") == 0 ||
           strcmp(code, "untrusted") == 0,
       "a web without a root ends: %s", code);
    for (int i = 0; i < COPIES; i++) {
        cm_key_free(keys[i]);
    }
    for (int i = 0; i < 2 * COPIES; i++) {
        cm_bytes_free(&certificates[i]);
    }
    cm_bytes_free(&own);
}

int main(void)
{
    uint32_t state;
    rng = fixed_random(&state);
    root_key = new_p256(rng);
    sub_key = new_p256(rng);
    leaf_key = new_p256(rng);
    make_chain();
    good_chain();
    revoked();
    damaged();
    loose_signature();
    hosts();
    signature_checked_once();
    web_without_a_root();
    cm_bytes *made[] = {&root, &sub, &leaf, &root_list, &sub_list};
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        cm_bytes_free(made[i]);
    }
    cm_key_free(root_key);
    cm_key_free(sub_key);
    cm_key_free(leaf_key);
    cm_random_free(rng);
    return done_testing();
}
