#include "identity.h"

#include <string.h>

#include "error.h"
#include "general_name.h"
#include "text.h"

static cm_text without_final_dot(cm_text host)
{
    bool dot = host.size > 1 && host.data[host.size - 1] == '.';
    return (cm_text){host.data, host.size - (dot ? 1 : 0)};
}

cm_status cm_identity_check_asked(const cm_verify_template *t, cm_error *err)
{
    uint8_t address[16];
    int given = (t->dns.size > 0) + (t->ip.size > 0) + (t->email.size > 0);
    cm_status status = CM_OK;
    if (given > 1) {
        status = cm_fail(err, CM_ERR_INVALID, "give one of dns, ip and email");
    } else if (t->dns.size > 0 && (cm_ip_parse(t->dns, address) != 0 ||
                                   !cm_dns_name_valid(without_final_dot(t->dns)))) {
        status = cm_fail(err, CM_ERR_INVALID, "%t is not a host name", &t->dns);
    } else if (t->ip.size > 0 && cm_ip_parse(t->ip, address) == 0) {
        status = cm_fail(err, CM_ERR_INVALID, "%t is not an IP address", &t->ip);
    } else if (t->email.size > 0 && memchr(t->email.data, '@', t->email.size) == NULL) {
        status = cm_fail(err, CM_ERR_INVALID, "%t is not an e-mail address", &t->email);
    }
    return cm_fail_in(err, status, "name");
}

static bool equal_nocase(const char *a, const char *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (cm_lower(a[i]) != cm_lower(b[i])) {
            return false;
        }
    }
    return true;
}

/* "*.example.com" stands for exactly one label (RFC 9525 §6.3), and not below a single label: no
 * client takes "*.com". */
static bool wildcard_matches(cm_text pattern, cm_text host)
{
    const char *dot = memchr(host.data, '.', host.size);
    if (dot == NULL || memchr(pattern.data + 2, '.', pattern.size - 2) == NULL) {
        return false;
    }
    size_t rest = host.size - (size_t)(dot - host.data);
    return rest == pattern.size - 1 && dot > host.data && equal_nocase(dot, pattern.data + 1, rest);
}

static bool dns_matches(cm_text pattern, cm_text host)
{
    if (pattern.size > 2 && pattern.data[0] == '*' && pattern.data[1] == '.') {
        cm_text below = {pattern.data + 2, pattern.size - 2};
        return cm_dns_name_valid(below) && wildcard_matches(pattern, host);
    }
    return pattern.size == host.size && equal_nocase(pattern.data, host.data, host.size);
}

/* The local part to the letter, the host without regard to case. */
static bool email_matches(cm_text name, cm_text mailbox)
{
    if (name.size != mailbox.size) {
        return false;
    }
    size_t at = name.size;
    while (at > 0 && name.data[at - 1] != '@') {
        at--;
    }
    return at > 0 && memcmp(name.data, mailbox.data, at) == 0 &&
           equal_nocase(name.data + at, mailbox.data + at, name.size - at);
}

static bool matches(const cm_verify_template *t, uint8_t tag, cm_view name)
{
    cm_text text = {(const char *)name.data, name.size};
    uint8_t address[16];
    if (t->dns.size > 0) {
        return tag == CM_TAG_CONTEXT(CM_GN_DNS) && dns_matches(text, without_final_dot(t->dns));
    }
    if (t->ip.size > 0) {
        size_t size = cm_ip_parse(t->ip, address);
        return tag == CM_TAG_CONTEXT(CM_GN_IP) && cm_view_equal(name, (cm_view){address, size});
    }
    return tag == CM_TAG_CONTEXT(CM_GN_EMAIL) && email_matches(text, t->email);
}

bool cm_identity_check(const cm_verify_template *t, const cm_candidate *end, cm_fault *fault)
{
    const cm_text *asked = t->dns.size > 0 ? &t->dns : t->ip.size > 0 ? &t->ip : &t->email;
    cm_view rest = end->names, name;
    uint8_t tag;
    if (asked->size == 0) {
        return true;
    }
    if (!end->has_names) {
        return CM_REFUSE(fault, CM_VERIFY_NAME_MISMATCH, 0,
                         "the certificate has no subject alternative names, so it is not for %t "
                         "(the CN does not count: RFC 9525)",
                         asked);
    }
    while (cm_der_take_any(&rest, &tag, &name, NULL)) {
        if (matches(t, tag, name)) {
            return true;
        }
    }
    return CM_REFUSE(fault, CM_VERIFY_NAME_MISMATCH, 0,
                     "%t is not among the subject alternative names (RFC 9525)", asked);
}
