/* The names of a server's certificate, as each client reads them. */
#include <string.h>

#include "general_name.h"
#include "lint.h"
#include "name.h"
#include "text.h"

enum {
    JAVA = CM_LINT_JAVA,
    GO = CM_LINT_GO,
    NODE = CM_LINT_NODE,
    OPENSSL = CM_LINT_OPENSSL,
    EVERY = (1 << 11) - 1,
    /* those that look at the CN when there is no dNSName */
    BY_CN = CM_LINT_NODE | CM_LINT_PYTHON | CM_LINT_JAVA | CM_LINT_OPENSSL | CM_LINT_GNUTLS
};

unsigned cm_lint_form_clients(cm_lint_form form)
{
    switch (form) {
    case CM_FORM_HOST:
    case CM_FORM_ADDRESS:
    case CM_FORM_WILDCARD:
        return EVERY;
    case CM_FORM_LABEL:
        return EVERY & ~JAVA;
    case CM_FORM_FINAL_DOT:
        return CM_LINT_CHROME | NODE;
    case CM_FORM_WILDCARD_TOP:
        return JAVA | GO;
    case CM_FORM_WILDCARD_ALL:
        return GO;
    case CM_FORM_WILDCARD_PARTIAL:
        return JAVA | NODE | OPENSSL;
    case CM_FORM_WILDCARD_PLACE:
        return JAVA;
    default:
        return 0;
    }
}

static cm_lint_form wildcard_form(cm_text name)
{
    const char *dot = memchr(name.data, '.', name.size);
    if (dot == NULL) {
        return name.size == 1 ? CM_FORM_WILDCARD_ALL : CM_FORM_WILDCARD_PARTIAL;
    }
    cm_text below = {dot + 1, name.size - (size_t)(dot + 1 - name.data)};
    if (!cm_dns_name_valid(below)) {
        return CM_FORM_WILDCARD_PLACE;
    }
    if (dot != name.data + 1) {
        return CM_FORM_WILDCARD_PARTIAL;
    }
    return memchr(below.data, '.', below.size) == NULL ? CM_FORM_WILDCARD_TOP : CM_FORM_WILDCARD;
}

static cm_lint_form dns_form(cm_text name)
{
    uint8_t address[16];
    if (name.size == 0) {
        return CM_FORM_EMPTY;
    }
    for (size_t i = 0; i < name.size; i++) {
        if ((name.data[i] & 0x80) != 0) {
            return CM_FORM_NOT_ASCII;
        }
    }
    if (cm_ip_parse(name, address) != 0) {
        return CM_FORM_ADDRESS_AS_DNS;
    }
    if (memchr(name.data, '*', name.size) != NULL) {
        return wildcard_form(name);
    }
    if (name.data[name.size - 1] == '.' && cm_dns_name_valid((cm_text){name.data, name.size - 1})) {
        return CM_FORM_FINAL_DOT;
    }
    return !cm_dns_name_valid(name)                    ? CM_FORM_SYNTAX
           : memchr(name.data, '_', name.size) != NULL ? CM_FORM_LABEL
                                                       : CM_FORM_HOST;
}

/* One label against one with at most one star. */
static bool label_matches(cm_text pattern, cm_text label)
{
    const char *star = pattern.size == 0 ? NULL : memchr(pattern.data, '*', pattern.size);
    size_t before = star == NULL ? pattern.size : (size_t)(star - pattern.data);
    size_t after = star == NULL ? 0 : pattern.size - before - 1;
    if (star == NULL ? label.size != pattern.size : label.size < before + after) {
        return false;
    }
    for (size_t i = 0; i < before + after; i++) {
        size_t left = i < before ? i : pattern.size - (before + after) + i;
        size_t right = i < before ? i : label.size - (before + after) + i;
        if (cm_lower(pattern.data[left]) != cm_lower(label.data[right])) {
            return false;
        }
    }
    return true;
}

/* Takes the first label off; false when there is none. */
static bool take_label(cm_text *name, cm_text *label)
{
    if (name->data == NULL) {
        return false;
    }
    const char *dot = name->size == 0 ? NULL : memchr(name->data, '.', name->size);
    *label = (cm_text){name->data, dot == NULL ? name->size : (size_t)(dot - name->data)};
    *name = dot == NULL ? (cm_text){NULL, 0}
                        : (cm_text){dot + 1, name->size - (size_t)(dot + 1 - name->data)};
    return true;
}

static cm_text without_final_dot(cm_text name)
{
    bool dot = name.size > 1 && name.data[name.size - 1] == '.';
    return (cm_text){name.data, name.size - (dot ? 1 : 0)};
}

static bool dns_matches(cm_text pattern, cm_text host)
{
    cm_text one, other;
    pattern = without_final_dot(pattern);
    host = without_final_dot(host);
    bool left = take_label(&pattern, &one), right = take_label(&host, &other);
    while (left && right && label_matches(one, other)) {
        left = take_label(&pattern, &one);
        right = take_label(&host, &other);
    }
    return !left && !right;
}

/* Whether it is what the caller asked for, if something was asked for. */
static bool is_wanted(const cm_lint_subject *s, uint8_t tag, cm_view name)
{
    uint8_t address[16];
    cm_text text = {(const char *)name.data, name.size};
    if (s->t->ip.size > 0) {
        size_t size = cm_ip_parse(s->t->ip, address);
        return tag == CM_TAG_CONTEXT(CM_GN_IP)
                   ? cm_view_equal(name, (cm_view){address, size})
                   : cm_view_equal(name, (cm_view){(const uint8_t *)s->t->ip.data, s->t->ip.size});
    }
    return s->t->dns.size == 0 ||
           (tag == CM_TAG_CONTEXT(CM_GN_DNS) && name.size > 0 && dns_matches(text, s->t->dns));
}

/* Clients that go on to the CN, by what the subject alternative names leave open. */
static unsigned clients_by_cn(const cm_lint_subject *s, bool dns, bool others)
{
    bool damaged = (s->c.damaged & (1u << CM_EXTENSION_NAMES)) != 0;
    if (!s->c.has_names) {
        return BY_CN;
    }
    if (damaged && s->c.names.size == 0) {
        return JAVA | (s->c.names.data == NULL ? 0 : NODE | CM_LINT_GNUTLS);
    }
    return dns ? 0 : BY_CN & ~(others ? CM_LINT_GNUTLS : 0);
}

void cm_lint_open_names(cm_lint_subject *s)
{
    cm_view rest = s->c.names, name;
    uint8_t tag;
    bool dns = false, others = false;
    while (cm_der_take_any(&rest, &tag, &name, NULL)) {
        cm_lint_form form = CM_FORM_ADDRESS_SIZE;
        others = others || tag == CM_TAG_CONTEXT(CM_GN_URI) || tag == CM_TAG_CONTEXT(CM_GN_IP);
        if (tag == CM_TAG_CONTEXT(CM_GN_DNS)) {
            dns = true;
            form = dns_form((cm_text){(const char *)name.data, name.size});
        } else if (tag != CM_TAG_CONTEXT(CM_GN_IP)) {
            continue;
        } else if (name.size == 4 || name.size == 16) {
            form = CM_FORM_ADDRESS;
        }
        if (s->examples[form].data == NULL) {
            s->examples[form] = (cm_text){(const char *)name.data, name.size};
        }
        if (is_wanted(s, tag, name)) {
            s->named = true;
            s->usable |= cm_lint_form_clients(form);
        }
    }
    cm_text cn = cm_name_common_name(s->c.x509.subject);
    if (cn.size > 0 && s->t->ip.size == 0 && cm_dns_name_valid(cn) &&
        (s->t->dns.size == 0 || dns_matches(cn, s->t->dns))) {
        s->by_cn = clients_by_cn(s, dns, others) & ~s->usable;
        s->usable |= s->by_cn;
    }
}

bool cm_lint_has_host(const cm_lint_subject *s, bool usable)
{
    for (int i = 0; i < CM_FORM_COUNT; i++) {
        if (s->examples[i].data != NULL &&
            (!usable || cm_lint_form_clients((cm_lint_form)i) != 0)) {
            return true;
        }
    }
    return false;
}
