/* lint from C: the report whole or an error, whatever is given; and what it may cost. */
#include "support.h"

#include <time.h>

static cm_random *rng;
static cm_key *key;

static cm_bytes make_named(const char *subject, cm_profile profile, const cm_general_name *san,
                           size_t san_count, const cm_issuer *issuer)
{
    cm_certificate_template t = {.now = NOW,
                                 .profile = profile,
                                 .subject = {.text = cm_text_of(subject)},
                                 .san = san,
                                 .san_count = san_count,
                                 .allow_weak = true};
    cm_bytes der = {NULL, 0};
    ok(cm_certificate_create(&t, key, issuer, rng, &der, NULL) == CM_OK, "a certificate");
    return der;
}

static cm_bytes make(cm_profile profile, const cm_general_name *san, size_t san_count)
{
    return make_named("O=Test,CN=Root", profile, san, san_count, NULL);
}

static cm_status lint(const cm_view *certificates, size_t count, cm_bytes *report, cm_error *err)
{
    cm_lint_template t = {.certificates = certificates, .count = count, .time = NOW};
    return cm_lint(&t, report, err);
}

static double seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static void reports(void)
{
    cm_bytes root = make(CM_PROFILE_CA, NULL, 0), report, rules;
    cm_view given = view_of(&root);
    cm_error err;
    ok(lint(&given, 1, &report, &err) == CM_OK && has(&report, "{\"ok\":true,") &&
           has(&report, "\"purpose\":\"ca\""),
       "a root is clean");
    cm_bytes_free(&report);
    ok(cm_lint_rules(&rules, &err) == CM_OK && has(&rules, "\"id\":\"san-missing\""), "the rules");
    cm_bytes_free(&rules);
    cm_bytes_free(&root);
}

/* Cut anywhere it is malformed; with any byte changed it is one or the other. */
static void damage(void)
{
    cm_general_name names[] = {{.value = CM_TEXT("*.shop.test")}, {.value = CM_TEXT("10.0.0.7")}};
    cm_bytes der = make(CM_PROFILE_SERVER, names, 2), report;
    cm_error err;
    size_t refused = 0, answered = 0;
    for (size_t size = 0; size < der.size; size++) {
        cm_view cut = {der.data, size};
        refused += lint(&cut, 1, &report, &err) == CM_ERR_MALFORMED && report.data == NULL &&
                   strcmp(err.field, "certificates[0]") == 0;
    }
    ok(refused == der.size, "cut short is malformed: %u of %u", (unsigned)refused,
       (unsigned)der.size);
    for (size_t i = 0; i < 2 * der.size; i++) {
        cm_view whole = view_of(&der);
        uint8_t kept = der.data[i / 2];
        der.data[i / 2] = (uint8_t)(i % 2 == 0 ? ~kept : kept ^ 1);
        cm_status status = lint(&whole, 1, &report, &err);
        answered +=
            status == CM_OK ? report.data != NULL : report.data == NULL && err.message[0] != '\0';
        cm_bytes_free(&report);
        der.data[i / 2] = kept;
    }
    ok(answered == 2 * der.size, "changed, it is a report or an error");
    cm_bytes_free(&der);
}

static void limits(void)
{
    cm_bytes root = make(CM_PROFILE_CA, NULL, 0), report;
    static cm_view many[CM_LINT_LIMIT + 1];
    cm_error err;
    for (size_t i = 0; i <= CM_LINT_LIMIT; i++) {
        many[i] = view_of(&root);
    }
    ok(lint(many, CM_LINT_LIMIT + 1, &report, &err) == CM_ERR_LIMIT && report.data == NULL,
       "one too many");
    ok(lint(many, 0, &report, &err) == CM_ERR_INVALID && report.data == NULL, "none");
    double since = seconds();
    ok(lint(many, CM_LINT_LIMIT, &report, &err) == CM_OK, "as many as may be");
    ok(seconds() - since < 5, "in %u ms", (unsigned)((seconds() - since) * 1000));
    cm_bytes_free(&report);
    cm_bytes_free(&root);
}

/* Authorities that issued each other: a circle has an end. */
static void circles(void)
{
    cm_bytes roots[2], crossed[2], report;
    static const char *const names[] = {"CN=A", "CN=B"};
    cm_error err;
    for (int i = 0; i < 2; i++) {
        roots[i] = make_named(names[i], CM_PROFILE_CA, NULL, 0, NULL);
    }
    for (int i = 0; i < 2; i++) {
        cm_issuer issuer = {view_of(&roots[1 - i]), key};
        crossed[i] = make_named(names[i], CM_PROFILE_CA, NULL, 0, &issuer);
    }
    cm_view given[] = {view_of(&crossed[0]), view_of(&crossed[1]), view_of(&crossed[0])};
    for (size_t count = 1; count <= 3; count++) {
        ok(lint(given, count, &report, &err) == CM_OK && report.data != NULL, "a circle of %u",
           (unsigned)count);
        cm_bytes_free(&report);
    }
    for (int i = 0; i < 2; i++) {
        cm_bytes_free(&roots[i]);
        cm_bytes_free(&crossed[i]);
    }
}

static void many_names(void)
{
    enum { COUNT = 1000 };
    static cm_general_name names[COUNT];
    static char texts[COUNT][16];
    for (size_t i = 0; i < COUNT; i++) {
        memcpy(texts[i], "a0000.shop.test", 16);
        for (size_t digit = 4, rest = i; digit > 0; digit--, rest /= 10) {
            texts[i][digit] = (char)('0' + rest % 10);
        }
        names[i].value = (cm_text){texts[i], 15};
    }
    cm_bytes der = make(CM_PROFILE_SERVER, names, COUNT), report;
    cm_lint_template t = {.certificates = &(cm_view){der.data, der.size},
                          .count = 1,
                          .dns = CM_TEXT("other.test"),
                          .time = NOW};
    cm_error err;
    double since = seconds();
    ok(cm_lint(&t, &report, &err) == CM_OK && report.size < 20000, "a report of bounded size");
    ok(seconds() - since < 2, "of %d names in %u ms", COUNT,
       (unsigned)((seconds() - since) * 1000));
    cm_bytes_free(&report);
    cm_bytes_free(&der);
}

int main(void)
{
    uint32_t state;
    rng = fixed_random(&state);
    key = new_p256(rng);
    reports();
    damage();
    limits();
    circles();
    many_names();
    cm_key_free(key);
    cm_random_free(rng);
    return done_testing();
}
