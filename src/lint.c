#include "lint.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "general_name.h"
#include "json.h"
#include "name.h"
#include "name_constraints.h"
#include "oid.h"
#include "pem.h"
#include "text.h"

static const struct {
    const char *id, *name;
} clients[] = {
    {"chrome", "Chrome"},
    {"firefox", "Firefox"},
    {"safari", "Safari/iOS"},
    {"node", "Node.js"},
    {"python", "Python"},
    {"java", "Java"},
    {"go", "Go"},
    {"openssl", "OpenSSL (strict)"},
    {"gnutls", "GnuTLS"},
    {"webtransport", "WebTransport by hash"},
    {"rfc5280", "RFC 5280"},
};

enum {
    CLIENT_COUNT = sizeof clients / sizeof clients[0],
    NAME_WORK = 1 << 25 /* bytes of names compared */
};

static const char *const severities[] = {"error", "warning", "notice"};
static const char *const purposes[] = {"auto", "server", "client", "ca", "any"};
enum { PURPOSE_COUNT = sizeof purposes / sizeof purposes[0] };

cm_status cm_lint_client_parse(cm_text text, unsigned *client, cm_error *err)
{
    for (unsigned i = 0; i < CLIENT_COUNT; i++) {
        if (cm_text_is(text, clients[i].id)) {
            *client = 1u << i;
            return CM_OK;
        }
    }
    cm_fail(err, CM_ERR_INVALID,
            "%t is no client; there are chrome, firefox, safari, node, python, java, go, openssl, "
            "gnutls, webtransport and rfc5280",
            &text);
    return cm_fail_in(err, CM_ERR_INVALID, "clients");
}

cm_status cm_lint_purpose_parse(cm_text text, cm_lint_purpose *purpose, cm_error *err)
{
    for (unsigned i = 0; i < PURPOSE_COUNT; i++) {
        if (cm_text_is(text, purposes[i])) {
            *purpose = (cm_lint_purpose)i;
            return CM_OK;
        }
    }
    cm_fail(err, CM_ERR_INVALID, "%t is no purpose; there are auto, server, client, ca and any",
            &text);
    return cm_fail_in(err, CM_ERR_INVALID, "purpose");
}

/* ------------------------------------------------------------------ one certificate */

static cm_lint_key key_of_curve(cm_view parameters)
{
    static const struct {
        const char *oid;
        cm_lint_key key;
    } curves[] = {
        {"\x2a\x86\x48\xce\x3d\x03\x01\x07", CM_LINT_KEY_P256},
        {"\x2b\x81\x04\x00\x22", CM_LINT_KEY_P384},
        {"\x2b\x81\x04\x00\x23", CM_LINT_KEY_P521},
    };
    cm_view oid;
    if (cm_der_take(&parameters, CM_TAG_OID, &oid)) {
        for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++) {
            size_t size = i == 0 ? 8 : 5; /* one has a zero byte */
            if (cm_view_equal(oid, (cm_view){(const uint8_t *)curves[i].oid, size})) {
                return curves[i].key;
            }
        }
    }
    return CM_LINT_KEY_CURVE;
}

/* The bits of the modulus of an RSAPublicKey (RFC 8017 A.1.1). */
static unsigned modulus_bits(cm_view key)
{
    cm_view content, n;
    if (!cm_der_take(&key, CM_TAG_SEQUENCE, &content) ||
        !cm_der_take(&content, CM_TAG_INTEGER, &n)) {
        return 0;
    }
    while (n.size > 0 && n.data[0] == 0) {
        n = (cm_view){n.data + 1, n.size - 1};
    }
    unsigned bits = (unsigned)n.size * 8;
    for (uint8_t top = n.size > 0 ? n.data[0] : 0x80; (top & 0x80) == 0;
         top = (uint8_t)(top << 1)) {
        bits--;
    }
    return bits;
}

static void open_key(cm_lint_subject *s)
{
    cm_view spki = s->c.x509.public_key, content, algorithm, oid, bits;
    s->key = CM_LINT_KEY_OTHER;
    if (!cm_der_take(&spki, CM_TAG_SEQUENCE, &content) ||
        !cm_der_take(&content, CM_TAG_SEQUENCE, &algorithm) ||
        !cm_der_take(&algorithm, CM_TAG_OID, &oid) || !cm_der_take_bit_string(&content, &bits)) {
        return;
    }
    cm_text id = {(const char *)oid.data, oid.size};
    if (cm_text_is(id, OID_RSA_ENCRYPTION)) {
        s->key = CM_LINT_KEY_RSA;
        s->bits = modulus_bits(bits);
    } else if (cm_text_is(id, OID_RSASSA_PSS)) {
        s->key = CM_LINT_KEY_RSA_PSS;
    } else if (cm_text_is(id, "\x2a\x86\x48\xce\x3d\x02\x01")) { /* id-ecPublicKey */
        s->key = key_of_curve(algorithm);
        s->compressed = bits.size > 0 && (bits.data[0] == 2 || bits.data[0] == 3);
    } else if (cm_text_is(id, "\x2b\x65\x70")) {
        s->key = CM_LINT_KEY_ED25519;
    } else if (cm_text_is(id, "\x2b\x65\x71")) {
        s->key = CM_LINT_KEY_ED448;
    }
}

static cm_status open_certificate(cm_lint_subject *s, cm_error *err)
{
    cm_status status = cm_x509_read((cm_view){s->storage.data, s->storage.size}, &s->c.x509, err);
    if (status == CM_OK) {
        cm_candidate_read(&s->c);
        open_key(s);
    }
    return status;
}

/* ------------------------------------------------------------------ what was given */

typedef struct session {
    const cm_lint_template *t;
    cm_lint_subject *subjects;
    size_t count, capacity;
    size_t name_work;
} session;

/* Takes the storage over. */
static cm_status add(session *s, cm_bytes storage, cm_error *err)
{
    if (s->count == CM_LINT_LIMIT) {
        cm_bytes_free(&storage);
        return cm_fail(err, CM_ERR_LIMIT, "at most %d certificates are taken", CM_LINT_LIMIT);
    }
    if (s->count == s->capacity) {
        size_t capacity = s->capacity == 0 ? 8 : 2 * s->capacity;
        cm_lint_subject *grown = realloc(s->subjects, capacity * sizeof *grown);
        if (grown == NULL) {
            cm_bytes_free(&storage);
            return cm_fail_memory(err);
        }
        s->subjects = grown;
        s->capacity = capacity;
    }
    if (storage.size > CM_LINT_SIZE_LIMIT) {
        cm_bytes_free(&storage);
        return cm_fail(err, CM_ERR_LIMIT, "a certificate has at most %d bytes", CM_LINT_SIZE_LIMIT);
    }
    cm_lint_subject *subject = &s->subjects[s->count++];
    memset(subject, 0, sizeof *subject);
    subject->t = s->t;
    subject->storage = storage;
    return open_certificate(subject, err);
}

static cm_status add_pem(session *s, cm_view entry, cm_error *err)
{
    cm_text rest = {(const char *)entry.data, entry.size};
    cm_pem_block block;
    cm_status status = CM_OK;
    size_t before = s->count;
    while (status == CM_OK && entry.size > 0 && cm_pem_next(&rest, &block)) {
        cm_bytes der;
        if (cm_text_is(block.label, "CERTIFICATE")) {
            status = cm_base64_decode(block.body, &der, err);
            status = status == CM_OK ? add(s, der, err) : status;
        }
    }
    if (status == CM_OK && s->count == before) {
        status = cm_fail(err, CM_ERR_MALFORMED,
                         "neither DER nor PEM with a complete BEGIN CERTIFICATE ... END "
                         "CERTIFICATE block");
    }
    return status;
}

static cm_status add_entry(session *s, cm_view entry, cm_error *err)
{
    if (entry.size == 0 || entry.data[0] != CM_TAG_SEQUENCE) {
        return add_pem(s, entry, err);
    }
    cm_bytes copy = {malloc(entry.size), entry.size};
    if (copy.data == NULL) {
        return cm_fail_memory(err);
    }
    memcpy(copy.data, entry.data, entry.size);
    return add(s, copy, err);
}

static cm_status open_entries(session *s, cm_error *err)
{
    for (size_t i = 0; i < s->t->count; i++) {
        cm_status status = add_entry(s, s->t->certificates[i], err);
        if (status != CM_OK) {
            return cm_fail_in(err, status, "certificates[%d]", (int)i);
        }
    }
    if (s->count == 0) {
        cm_fail(err, CM_ERR_INVALID, "at least one certificate is needed");
        return cm_fail_in(err, CM_ERR_INVALID, "certificates");
    }
    return CM_OK;
}

static cm_status check_question(const cm_lint_template *t, cm_error *err)
{
    uint8_t address[16];
    if (!cm_time_valid(t->time)) {
        cm_fail(err, CM_ERR_INVALID, "must lie between 1950 and 9999");
        return cm_fail_in(err, CM_ERR_INVALID, "time");
    }
    cm_status status = CM_OK;
    if (t->dns.size > 0 && t->ip.size > 0) {
        status = cm_fail(err, CM_ERR_INVALID, "give one of dns and ip");
    } else if (t->ip.size > 0 && cm_ip_parse(t->ip, address) == 0) {
        status = cm_fail(err, CM_ERR_INVALID, "%t is not an IP address", &t->ip);
    } else if (t->dns.size > 0 && (cm_ip_parse(t->dns, address) != 0 || t->dns.size > 253)) {
        status = cm_fail(err, CM_ERR_INVALID, "%t is not a host name", &t->dns);
    }
    return cm_fail_in(err, status, "name");
}

/* ------------------------------------------------------------------ chain and roles */

static bool is_issuer(session *work, const cm_lint_subject *issuer, const cm_lint_subject *s)
{
    if (issuer == s || issuer->c.subject_hash != s->c.issuer_hash) {
        return false;
    }
    work->name_work += s->c.x509.issuer.size;
    return work->name_work <= NAME_WORK && cm_name_equal(issuer->c.x509.subject, s->c.x509.issuer);
}

/* By name; one whose key identifier fits rather than another. */
static const cm_lint_subject *find_issuer(session *s, const cm_lint_subject *subject)
{
    const cm_lint_subject *found = NULL;
    for (size_t i = 0; i < s->count && !subject->c.self_issued; i++) {
        const cm_lint_subject *one = &s->subjects[i];
        if (is_issuer(s, one, subject)) {
            if (cm_view_equal(one->c.subject_key_id, subject->c.authority_key_id)) {
                return one;
            }
            found = found == NULL ? one : found;
        }
    }
    return found;
}

bool cm_lint_is_for(const cm_lint_subject *subject, const char *purpose)
{
    cm_view rest = subject->c.purposes, oid;
    cm_view wanted = {(const uint8_t *)OID_ANY_EXTENDED_KEY_USAGE,
                      OID_SIZE(OID_ANY_EXTENDED_KEY_USAGE)};
    if (purpose != NULL) {
        wanted = (cm_view){(const uint8_t *)purpose, strlen(purpose)};
    }
    while (cm_der_take(&rest, CM_TAG_OID, &oid)) {
        if (cm_view_equal(oid, wanted)) {
            return true;
        }
    }
    return false;
}

/* What a certificate looks like: an authority, unless it names hosts; then what its extended key
 * usage says. */
static unsigned likely_role(const cm_lint_subject *s)
{
    bool server = cm_lint_is_for(s, OID_KP("\x01"));
    if (s->c.ca && !server && !cm_lint_has_host(s, false)) {
        return CM_ROLE_CA;
    }
    if (server || s->c.purposes.size == 0) {
        return CM_ROLE_SERVER;
    }
    return cm_lint_is_for(s, OID_KP("\x02")) ? CM_ROLE_CLIENT : CM_ROLE_OTHER;
}

static unsigned role_of_first(const cm_lint_subject *s)
{
    static const uint8_t roles[PURPOSE_COUNT] = {0, CM_ROLE_SERVER, CM_ROLE_CLIENT, CM_ROLE_CA,
                                                 CM_ROLE_OTHER};
    if (s->t->purpose == CM_LINT_AUTO && s->t->dns.size + s->t->ip.size > 0) {
        return CM_ROLE_SERVER;
    }
    return s->t->purpose == CM_LINT_AUTO ? likely_role(s) : roles[s->t->purpose];
}

static void settle(session *s)
{
    cm_lint_subject *subjects = s->subjects;
    for (size_t i = 0; i < s->count; i++) {
        subjects[i].all = subjects;
        subjects[i].in_chain = i == 0;
        subjects[i].issuer = find_issuer(s, &subjects[i]);
        cm_lint_open_names(&subjects[i]);
        subjects[i].role = i == 0 ? role_of_first(&subjects[0]) : likely_role(&subjects[i]);
    }
    cm_lint_subject *last = subjects;
    for (int depth = 1; last != NULL && last->issuer != NULL; depth++) {
        cm_lint_subject *issuer = &subjects[last->issuer - subjects];
        if (issuer->in_chain || depth == CM_LINT_CHAIN) { /* a circle is no chain */
            last->issuer = NULL;
            break;
        }
        issuer->in_chain = true;
        issuer->role = CM_ROLE_CA;
        last = issuer;
    }
}

/* Whether all that is to be compared has been, and can be. */
static cm_status check_work(const session *s, cm_error *err)
{
    size_t comparisons = 0;
    const cm_lint_subject *first = &s->subjects[0];
    for (const cm_lint_subject *above = first; above != NULL; above = above->issuer) {
        for (const cm_lint_subject *at = first; at != above; at = at->issuer) {
            comparisons += cm_name_constraints_work(above->c.name_constraints, at->c.x509.subject,
                                                    at->c.names);
        }
    }
    return s->name_work > NAME_WORK || comparisons > CM_NAME_CONSTRAINTS_WORK_LIMIT
               ? cm_fail(err, CM_ERR_LIMIT, "there are too many names to compare")
               : CM_OK;
}

/* ------------------------------------------------------------------ the report */

static void put_clients(cm_json *j, const char *key, unsigned set)
{
    cm_json_key(j, key);
    cm_json_open(j, '[');
    for (unsigned i = 0; i < CLIENT_COUNT; i++) {
        if ((set & (1u << i)) != 0) {
            cm_json_string(j, clients[i].id);
        }
    }
    cm_json_close(j, ']');
}

static void put_member(cm_json *j, const char *key, const char *value)
{
    cm_json_key(j, key);
    cm_json_string(j, value);
}

static const char *text_of(const cm_lint_rule *rule, cm_lint_text which)
{
    const char *text = rule->texts;
    for (int i = 0; i < (int)which; i++) {
        text += strlen(text) + 1;
    }
    return text;
}

static void put_texts(cm_json *j, const cm_lint_rule *rule)
{
    static const char *const keys[] = {"sentence", "fix", "source", "versions"};
    for (int i = CM_LINT_SENTENCE; i < CM_LINT_TEXTS; i++) {
        const char *text = text_of(rule, (cm_lint_text)i);
        if (text[0] != '\0') {
            put_member(j, keys[i - CM_LINT_SENTENCE], text);
        }
    }
}

/* The findings so far, and for each client what it refuses and what it finds. */
typedef struct findings {
    cm_json json;
    unsigned asked, refused; /* clients */
    size_t count;
    cm_json of[CLIENT_COUNT]; /* indexes of the findings */
} findings;

static void put_finding(findings *f, const cm_lint_subject *s, const cm_lint_rule *rule,
                        int severity, unsigned set)
{
    cm_json *j = &f->json;
    cm_json_open(j, '{');
    put_member(j, "rule", text_of(rule, CM_LINT_ID));
    cm_json_key(j, "certificate");
    cm_json_integer(j, (int64_t)(s - s->all));
    put_member(j, "severity", severities[severity]);
    put_clients(j, "clients", set);
    if (s->found.message[0] != '\0') {
        put_member(j, "detail", s->found.message);
    }
    put_texts(j, rule);
    cm_json_close(j, '}');
    f->refused |= severity == CM_LINT_ERROR ? set : 0;
    for (unsigned i = 0; i < CLIENT_COUNT; i++) {
        if ((set & (1u << i)) != 0) {
            cm_json_integer(&f->of[i], (int64_t)f->count);
        }
    }
    f->count++;
}

static void apply(findings *f, cm_lint_subject *s, const cm_lint_rule *rule)
{
    unsigned marks[] = {rule->clients[0], rule->clients[1], rule->clients[2]};
    s->found.message[0] = '\0';
    if ((rule->roles & s->role) == 0 || !rule->check(s, rule->argument, marks)) {
        return;
    }
    unsigned asked = s == s->all ? f->asked : f->asked & ~CM_LINT_WEBTRANSPORT; /* sees no chain */
    for (int severity = 0; severity < CM_LINT_SEVERITIES; severity++) {
        if ((marks[severity] & asked) != 0) {
            put_finding(f, s, rule, severity, marks[severity] & asked);
        }
    }
}

static const char *purpose_name(unsigned role)
{
    return role == CM_ROLE_SERVER   ? "server"
           : role == CM_ROLE_CLIENT ? "client"
           : role == CM_ROLE_CA     ? "ca"
                                    : "any";
}

static void put_certificates(const session *s, cm_json *j)
{
    cm_json_key(j, "certificates");
    cm_json_open(j, '[');
    for (size_t i = 0; i < s->count; i++) {
        cm_bytes subject = {NULL, 0};
        (void)cm_name_text(s->subjects[i].c.x509.subject, &subject, NULL);
        cm_json_open(j, '{');
        cm_json_key(j, "subject");
        cm_json_text(j, (cm_text){(const char *)subject.data, subject.size});
        cm_bytes_free(&subject);
        put_member(j, "purpose", purpose_name(s->subjects[i].role));
        cm_json_close(j, '}');
    }
    cm_json_close(j, ']');
}

static void put_verdicts(const findings *f, cm_json *j)
{
    cm_json_key(j, "clients");
    cm_json_open(j, '[');
    for (unsigned i = 0; i < CLIENT_COUNT; i++) {
        if ((f->asked & (1u << i)) == 0) {
            continue;
        }
        cm_json_open(j, '{');
        put_member(j, "client", clients[i].id);
        put_member(j, "name", clients[i].name);
        put_member(j, "verdict", (f->refused & (1u << i)) != 0 ? "refused" : "accepted");
        cm_json_key(j, "findings");
        cm_json_open(j, '[');
        cm_der_raw(&j->out, cm_der_view(&f->of[i].out));
        cm_json_close(j, ']');
        cm_json_close(j, '}');
    }
    cm_json_close(j, ']');
}

static cm_status write_report(const session *s, const findings *f, cm_bytes *report, cm_error *err)
{
    cm_json j = {{NULL, 0, 0, CM_OK}, false};
    unsigned counted = s->t->clients == 0 ? f->asked & ~CM_LINT_WEBTRANSPORT : f->asked;
    cm_json_open(&j, '{');
    cm_json_key(&j, "ok");
    cm_json_boolean(&j, (f->refused & counted) == 0);
    put_certificates(s, &j);
    put_verdicts(f, &j);
    cm_json_key(&j, "findings");
    cm_json_open(&j, '[');
    cm_der_raw(&j.out, cm_der_view(&f->json.out));
    cm_json_close(&j, ']');
    cm_json_close(&j, '}');
    if (f->json.out.status != CM_OK) {
        j.out.status = f->json.out.status;
    }
    for (unsigned i = 0; i < CLIENT_COUNT; i++) {
        if (f->of[i].out.status != CM_OK) {
            j.out.status = f->of[i].out.status;
        }
    }
    return cm_json_finish(&j, report, err);
}

static cm_status judge(session *s, cm_bytes *report, cm_error *err)
{
    findings f = {.asked = s->t->clients == 0 ? (1u << CLIENT_COUNT) - 1 : s->t->clients};
    settle(s);
    cm_status status = check_work(s, err);
    if (status != CM_OK) {
        return status;
    }
    for (size_t i = 0; i < s->count; i++) {
        for (const cm_lint_rule *rule = cm_lint_rules_table; rule->texts != NULL; rule++) {
            apply(&f, &s->subjects[i], rule);
        }
    }
    status = write_report(s, &f, report, err);
    cm_der_free(&f.json.out);
    for (unsigned i = 0; i < CLIENT_COUNT; i++) {
        cm_der_free(&f.of[i].out);
    }
    return status;
}

cm_status cm_lint(const cm_lint_template *template_, cm_bytes *report, cm_error *err)
{
    session s = {.t = template_};
    *report = (cm_bytes){NULL, 0};
    cm_status status = check_question(template_, err);
    if (status == CM_OK) {
        status = open_entries(&s, err);
    }
    if (status == CM_OK) {
        status = judge(&s, report, err);
    }
    for (size_t i = 0; i < s.count; i++) {
        cm_bytes_free(&s.subjects[i].storage);
    }
    free(s.subjects);
    return status;
}

/* ------------------------------------------------------------------ the rules */

static void put_rule(cm_json *j, const cm_lint_rule *rule)
{
    unsigned spoken_for = (unsigned)rule->clients[0] | rule->clients[1] | rule->clients[2];
    cm_json_open(j, '{');
    put_member(j, "id", text_of(rule, CM_LINT_ID));
    cm_json_key(j, "purposes");
    cm_json_open(j, '[');
    for (unsigned role = CM_ROLE_SERVER; role <= CM_ROLE_OTHER; role <<= 1) {
        if ((rule->roles & role) != 0) {
            cm_json_string(j, purpose_name(role));
        }
    }
    cm_json_close(j, ']');
    for (int severity = 0; severity < CM_LINT_SEVERITIES; severity++) {
        put_clients(j, severities[severity], rule->clients[severity]);
    }
    put_clients(j, "documented",
                spoken_for & (rule->documented | CM_LINT_SAFARI | CM_LINT_WEBTRANSPORT));
    put_texts(j, rule);
    cm_json_close(j, '}');
}

cm_status cm_lint_rules(cm_bytes *json, cm_error *err)
{
    cm_json j = {{NULL, 0, 0, CM_OK}, false};
    *json = (cm_bytes){NULL, 0};
    cm_json_open(&j, '[');
    for (const cm_lint_rule *rule = cm_lint_rules_table; rule->texts != NULL; rule++) {
        put_rule(&j, rule);
    }
    cm_json_close(&j, ']');
    return cm_json_finish(&j, json, err);
}
