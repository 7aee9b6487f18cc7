#include "template.h"

#include <string.h>

/* Runs over an array: `item` is the value, `i` its index. */
#define FOR_EACH(item, i, array)                                                                   \
    for (size_t i = 0, once_ = 1; once_; once_ = 0)                                                \
        for (json_value item = json_first(array); item.given; item = json_next(array, item, i), i++)

static void keep_error(json_value v, cm_status status, const cm_error *error)
{
    if (status != CM_OK) {
        json_fail(v, status, error->message);
    }
}

/* The length of a list that the core would refuse anyway if it were longer, before memory is taken
 * for it. */
static size_t list_length(json_value v)
{
    enum { LIST_LIMIT = 1000 };
    size_t length = json_length(v);
    if (length > LIST_LIMIT) {
        json_fail(v, CM_ERR_LIMIT, "has too many items; at most 1000 are taken");
        return 0;
    }
    return length;
}

/* ------------------------------------------------------------------ names */

static void read_name(json_value v, cm_name *out)
{
    static const char *const members[] = {"type", "value", "sameRdn", NULL};
    if (json_is_array(v)) {
        size_t count = list_length(v);
        cm_attribute *attributes = arena_take(v.document->arena, count + 1, sizeof *attributes);
        if (attributes == NULL) {
            return;
        }
        FOR_EACH(item, i, v)
        {
            json_allow(item, members);
            attributes[i].type = json_text(json_member(item, "type"));
            attributes[i].value = json_text(json_member(item, "value"));
            attributes[i].same_rdn = json_boolean(json_member(item, "sameRdn"));
        }
        out->attributes = attributes;
        out->attribute_count = count;
        out->empty = out->attribute_count == 0;
    } else {
        out->text = json_text(v);
        out->empty = v.given && out->text.size == 0;
    }
}

static void read_general_name(json_value v, cm_general_name *out)
{
    static const struct {
        const char *key;
        cm_general_name_kind kind;
    } kinds[] = {
        {"dns", CM_GENERAL_NAME_DNS},
        {"ip", CM_GENERAL_NAME_IP},
        {"email", CM_GENERAL_NAME_EMAIL},
        {"uri", CM_GENERAL_NAME_URI},
        {"upn", CM_GENERAL_NAME_UPN},
        {"rid", CM_GENERAL_NAME_RID},
        {"directory", CM_GENERAL_NAME_DIRECTORY},
    };
    static const char *const members[] = {"dns", "ip",        "email", "uri", "upn",
                                          "rid", "directory", "other", NULL};
    static const char *const other_members[] = {"oid", "der", NULL};
    if (!json_is_object(v)) {
        out->value = json_text(v);
        return;
    }
    json_allow(v, members);
    size_t found = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        json_value member = json_member(v, kinds[i].key);
        if (member.given) {
            out->kind = kinds[i].kind;
            out->value = json_text(member);
            found++;
        }
    }
    json_value other = json_member(v, "other");
    if (other.given) {
        json_allow(other, other_members);
        out->kind = CM_GENERAL_NAME_OTHER;
        out->oid = json_text(json_member(other, "oid"));
        out->der = json_hex(json_member(other, "der"));
        found++;
    }
    if (found != 1) {
        json_fail(v, CM_ERR_INVALID,
                  "must be a string or an object with one of dns, ip, email, uri, upn, rid, "
                  "directory and other");
    }
}

static const cm_general_name *read_general_names(json_value v, size_t *count)
{
    *count = list_length(v);
    cm_general_name *names = arena_take(v.document->arena, *count + 1, sizeof *names);
    if (names != NULL) {
        FOR_EACH(item, i, v)
        {
            read_general_name(item, &names[i]);
        }
    }
    return names;
}

static const cm_text *read_texts(json_value v, size_t *count)
{
    *count = list_length(v);
    cm_text *texts = arena_take(v.document->arena, *count + 1, sizeof *texts);
    if (texts != NULL) {
        FOR_EACH(item, i, v)
        {
            texts[i] = json_text(item);
        }
    }
    return texts;
}

/* ------------------------------------------------------------------ extensions */

static cm_critical read_critical(json_value object)
{
    json_value v = json_member(object, "critical");
    return !v.given ? CM_CRITICAL_DEFAULT : json_boolean(v) ? CM_CRITICAL_YES : CM_CRITICAL_NO;
}

/* false, or an object: OMIT and SET. */
static cm_choice read_choice(json_value v)
{
    return !v.given ? CM_DEFAULT : json_is_false(v) ? CM_OMIT : CM_SET;
}

static void read_basic_constraints(json_value v, cm_extensions *x)
{
    static const char *const members[] = {"ca", "pathLen", "critical", NULL};
    x->basic_constraints.choice = read_choice(v);
    if (x->basic_constraints.choice == CM_SET) {
        json_value ca = json_member(v, "ca"), path_len = json_member(v, "pathLen");
        json_allow(v, members);
        /* {critical} alone: the default, but for that bit */
        x->basic_constraints.choice = ca.given || path_len.given ? CM_SET : CM_DEFAULT;
        x->basic_constraints.ca = json_boolean(ca);
        x->basic_constraints.has_path_len = path_len.given;
        x->basic_constraints.path_len = (unsigned)json_integer(path_len, 0, 255);
        x->basic_constraints.critical = read_critical(v);
    }
}

/* An array, or an object {<name>: array, critical}. Returns the array; not given when the object
 * has none: then only the critical bit is not the default. */
static json_value items_of(json_value v, const char *name, cm_critical *critical)
{
    const char *const members[] = {name, "critical", NULL};
    if (!json_is_object(v)) {
        return v;
    }
    json_allow(v, members);
    *critical = read_critical(v);
    return json_member(v, name);
}

static void read_key_usage(json_value v, cm_extensions *x)
{
    x->key_usage.choice = read_choice(v);
    if (x->key_usage.choice == CM_SET) {
        json_value usages = items_of(v, "usages", &x->key_usage.critical);
        x->key_usage.choice = usages.given ? CM_SET : CM_DEFAULT;
        (void)list_length(usages);
        FOR_EACH(item, i, usages)
        {
            cm_error error;
            unsigned bit = 0;
            keep_error(item, cm_key_usage_parse(json_text(item), &bit, &error), &error);
            x->key_usage.bits |= bit;
        }
    }
}

static void read_extended_key_usage(json_value v, cm_extensions *x)
{
    x->extended_key_usage.choice = read_choice(v);
    if (x->extended_key_usage.choice == CM_SET) {
        json_value usages = items_of(v, "usages", &x->extended_key_usage.critical);
        x->extended_key_usage.choice = usages.given ? CM_SET : CM_DEFAULT;
        x->extended_key_usage.purposes = read_texts(usages, &x->extended_key_usage.count);
    }
}

static void read_name_constraints(json_value v, cm_extensions *x)
{
    static const char *const members[] = {"permitted", "excluded", "critical", NULL};
    if (v.given) {
        json_allow(v, members);
        x->name_constraints.critical = read_critical(v);
        x->name_constraints.permitted =
            read_general_names(json_member(v, "permitted"), &x->name_constraints.permitted_count);
        x->name_constraints.excluded =
            read_general_names(json_member(v, "excluded"), &x->name_constraints.excluded_count);
    }
}

static void read_certificate_policies(json_value v, cm_extensions *x)
{
    static const char *const members[] = {"oid", "cps", NULL};
    v = items_of(v, "policies", &x->certificate_policies.critical);
    x->certificate_policies.count = list_length(v);
    cm_policy *policies =
        arena_take(v.document->arena, x->certificate_policies.count + 1, sizeof *policies);
    x->certificate_policies.items = policies;
    if (policies != NULL) {
        FOR_EACH(item, i, v)
        {
            if (json_is_object(item)) {
                json_allow(item, members);
                policies[i].oid = json_text(json_member(item, "oid"));
                policies[i].cps_uri = json_text(json_member(item, "cps"));
            } else {
                policies[i].oid = json_text(item);
            }
        }
    }
}

static void read_authority_info_access(json_value v, cm_extensions *x)
{
    static const char *const members[] = {"ocsp", "caIssuers", NULL};
    if (v.given) {
        json_allow(v, members);
        x->authority_info_access.ocsp =
            read_texts(json_member(v, "ocsp"), &x->authority_info_access.ocsp_count);
        x->authority_info_access.ca_issuers =
            read_texts(json_member(v, "caIssuers"), &x->authority_info_access.ca_issuers_count);
    }
}

static void read_tls_feature(json_value v, cm_extensions *x)
{
    (void)list_length(v);
    FOR_EACH(item, i, v)
    {
        cm_text feature = json_text(item);
        x->must_staple = feature.size == 14 && memcmp(feature.data, "status_request", 14) == 0;
        if (!x->must_staple) {
            json_fail(item, CM_ERR_INVALID,
                      "must be \"status_request\" (must-staple, RFC 7633); other TLS features can "
                      "be given as a custom extension");
        }
    }
}

static void read_custom(json_value v, cm_extensions *x)
{
    static const char *const members[] = {"oid", "critical", "der", NULL};
    x->custom_count = list_length(v);
    cm_custom_extension *custom =
        arena_take(v.document->arena, x->custom_count + 1, sizeof *custom);
    x->custom = custom;
    if (custom != NULL) {
        FOR_EACH(item, i, v)
        {
            json_allow(item, members);
            custom[i].oid = json_text(json_member(item, "oid"));
            custom[i].critical = json_boolean(json_member(item, "critical"));
            custom[i].der = json_hex(json_member(item, "der"));
        }
    }
}

static void read_extensions(json_value v, cm_extensions *x)
{
    static const char *const members[] = {"basicConstraints",
                                          "keyUsage",
                                          "extendedKeyUsage",
                                          "subjectKeyIdentifier",
                                          "authorityKeyIdentifier",
                                          "subjectAltName",
                                          "nameConstraints",
                                          "certificatePolicies",
                                          "crlDistributionPoints",
                                          "authorityInfoAccess",
                                          "tlsFeature",
                                          "custom",
                                          NULL};
    static const char *const alt_name_members[] = {"critical", NULL};
    x->none = json_is_false(v);
    if (!v.given || x->none) {
        return;
    }
    json_allow(v, members);
    read_basic_constraints(json_member(v, "basicConstraints"), x);
    read_key_usage(json_member(v, "keyUsage"), x);
    read_extended_key_usage(json_member(v, "extendedKeyUsage"), x);
    json_value ski = json_member(v, "subjectKeyIdentifier");
    x->subject_key_identifier.choice = read_choice(ski);
    if (x->subject_key_identifier.choice == CM_SET) {
        x->subject_key_identifier.value = json_hex(ski);
    }
    json_value aki = json_member(v, "authorityKeyIdentifier");
    x->authority_key_identifier.choice = read_choice(aki);
    if (x->authority_key_identifier.choice == CM_SET) {
        json_fail(aki, CM_ERR_INVALID,
                  "can only be false (left out); otherwise it is the issuer's identifier");
    }
    json_value alt_name = json_member(v, "subjectAltName");
    if (alt_name.given) {
        json_allow(alt_name, alt_name_members);
        x->san_critical = read_critical(alt_name);
    }
    read_name_constraints(json_member(v, "nameConstraints"), x);
    read_certificate_policies(json_member(v, "certificatePolicies"), x);
    json_value points = items_of(json_member(v, "crlDistributionPoints"), "uris",
                                 &x->crl_distribution_points.critical);
    x->crl_distribution_points.uris = read_texts(points, &x->crl_distribution_points.count);
    read_authority_info_access(json_member(v, "authorityInfoAccess"), x);
    read_tls_feature(json_member(v, "tlsFeature"), x);
    read_custom(json_member(v, "custom"), x);
}

/* ------------------------------------------------------------------ the template */

/* The range of what JavaScript's safe integers and the core's times have in common. */
static const int64_t TIME_LIMIT = 1000000000000;

static int64_t read_time(json_value object, const char *key, bool *given)
{
    json_value v = json_member(object, key);
    *given = v.given;
    return json_integer(v, -TIME_LIMIT, TIME_LIMIT);
}

static void read_validity(json_value v, cm_certificate_template *out)
{
    bool given;
    json_value days = json_member(v, "days"), seconds = json_member(v, "seconds");
    out->now = read_time(v, "now", &given);
    out->not_before = read_time(v, "notBefore", &out->has_not_before);
    out->not_after = read_time(v, "notAfter", &out->has_not_after);
    out->clamp = json_boolean(json_member(v, "clamp"));
    if (days.given && seconds.given) {
        json_fail(seconds, CM_ERR_INVALID, "give days or seconds, not both");
    }
    if (days.given) {
        out->validity = json_integer(days, INT32_MIN, INT32_MAX) * 86400;
    } else if (seconds.given) {
        out->validity = json_integer(seconds, -TIME_LIMIT, TIME_LIMIT);
    }
    if ((days.given || seconds.given) && out->validity <= 0) {
        json_fail(days.given ? days : seconds, CM_ERR_INVALID,
                  "must be at least 1; give notAfter for a date in the past");
    }
}

/* What every signed thing has: hash, pss, allowWeak. */
static void read_signing(json_value v, cm_hash *hash_out, bool *pss, bool *allow_weak)
{
    cm_error error;
    json_value hash = json_member(v, "hash");
    if (hash.given) {
        keep_error(hash, cm_hash_parse(json_text(hash), hash_out, &error), &error);
    }
    *pss = json_boolean(json_member(v, "pss"));
    *allow_weak = json_boolean(json_member(v, "allowWeak"));
}

static void read_profile(json_value v, cm_profile *out)
{
    cm_error error;
    json_value profile = json_member(v, "profile");
    if (profile.given) {
        keep_error(profile, cm_profile_parse(json_text(profile), out, &error), &error);
    }
}

static void read_san(json_value v, const cm_general_name **names, size_t *count, bool *no_san)
{
    json_value san = json_member(v, "san");
    *no_san = json_is_false(san);
    if (san.given && !*no_san) {
        *names = read_general_names(san, count);
        *no_san = *count == 0;
    }
}

static unsigned read_honor(json_value v)
{
    static const struct {
        const char *name;
        unsigned bit;
    } names[] = {{"subject", CM_HONOR_SUBJECT},
                 {"san", CM_HONOR_SAN},
                 {"keyUsage", CM_HONOR_KEY_USAGE},
                 {"extendedKeyUsage", CM_HONOR_EXTENDED_KEY_USAGE},
                 {"tlsFeature", CM_HONOR_TLS_FEATURE}};
    unsigned honor = v.given && list_length(v) == 0 ? CM_HONOR_NOTHING : 0;
    FOR_EACH(item, i, v)
    {
        cm_text text = json_text(item);
        unsigned bit = 0;
        for (size_t j = 0; j < sizeof names / sizeof names[0]; j++) {
            bool same = text.size == strlen(names[j].name) &&
                        memcmp(text.data, names[j].name, text.size) == 0;
            bit = same ? names[j].bit : bit;
        }
        if (bit == 0) {
            json_fail(item, CM_ERR_INVALID,
                      "cannot be honoured; there are subject, san, keyUsage, extendedKeyUsage and "
                      "tlsFeature");
        }
        honor |= bit;
    }
    return honor;
}

void template_read(json_value v, cm_certificate_template *out)
{
    static const char *const members[] = {
        "profile",   "subject", "san",   "now",        "notBefore", "notAfter",
        "days",      "seconds", "clamp", "serial",     "hash",      "pss",
        "allowWeak", "request", "honor", "extensions", NULL};
    json_allow(v, members);
    read_profile(v, &out->profile);
    read_signing(v, &out->hash, &out->pss, &out->allow_weak);
    read_name(json_member(v, "subject"), &out->subject);
    read_san(v, &out->san, &out->san_count, &out->no_san);
    read_validity(v, out);
    json_value serial = json_member(v, "serial");
    if (serial.given) {
        out->serial = json_hex(serial);
    }
    out->request = json_bytes(json_member(v, "request"));
    out->honor = read_honor(json_member(v, "honor"));
    read_extensions(json_member(v, "extensions"), &out->extensions);
}

void request_template_read(json_value v, cm_request_template *out)
{
    static const char *const members[] = {"profile", "subject",   "san",        "hash",
                                          "pss",     "allowWeak", "extensions", NULL};
    json_allow(v, members);
    read_profile(v, &out->profile);
    read_signing(v, &out->hash, &out->pss, &out->allow_weak);
    read_name(json_member(v, "subject"), &out->subject);
    read_san(v, &out->san, &out->san_count, &out->no_san);
    read_extensions(json_member(v, "extensions"), &out->extensions);
}

static void read_revoked(json_value v, cm_revoked *out)
{
    static const char *const members[] = {"serial", "certificate",    "date",
                                          "reason", "invalidityDate", NULL};
    cm_error error;
    json_allow(v, members);
    json_value serial = json_member(v, "serial"), reason = json_member(v, "reason");
    if (serial.given) {
        out->serial = json_hex(serial);
    }
    out->certificate = json_bytes(json_member(v, "certificate"));
    out->date = read_time(v, "date", &out->has_date);
    out->invalidity_date = read_time(v, "invalidityDate", &out->has_invalidity_date);
    if (reason.given) {
        keep_error(reason, cm_crl_reason_parse(json_text(reason), &out->reason, &error), &error);
    }
}

void crl_template_read(json_value v, cm_crl_template *out)
{
    static const char *const members[] = {"thisUpdate", "nextUpdate", "days", "number",
                                          "previous",   "revoked",    "hash", "pss",
                                          "allowWeak",  NULL};
    bool given;
    json_allow(v, members);
    read_signing(v, &out->hash, &out->pss, &out->allow_weak);
    out->this_update = read_time(v, "thisUpdate", &given);
    out->next_update = read_time(v, "nextUpdate", &out->has_next_update);
    json_value days = json_member(v, "days"), number = json_member(v, "number");
    out->validity = json_integer(days, 1, INT32_MAX) * 86400;
    if (days.given && out->has_next_update) {
        json_fail(days, CM_ERR_INVALID, "give days or nextUpdate, not both");
    }
    if (number.given) {
        out->number = json_hex(number);
    }
    out->previous = json_bytes(json_member(v, "previous"));
    json_value revoked = json_member(v, "revoked");
    cm_revoked *items = arena_take(v.document->arena, json_length(revoked) + 1, sizeof *items);
    out->revoked = items;
    out->revoked_count = json_length(revoked);
    if (items != NULL) {
        FOR_EACH(item, i, revoked)
        {
            read_revoked(item, &items[i]);
        }
    }
}
