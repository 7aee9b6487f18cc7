#include "verification.h"

static const cm_view *read_list(json_value v, verification_bytes bytes, size_t *count)
{
    cm_view *views = arena_take(v.document->arena, json_length(v) + 1, sizeof *views);
    *count = json_length(v);
    if (views != NULL) {
        json_value item = json_first(v);
        for (size_t i = 0; item.given; item = json_next(v, item, i), i++) {
            views[i] = bytes(item);
        }
    }
    return views;
}

static void read_purpose(json_value v, cm_verify_template *out)
{
    cm_error error;
    if (!v.given) {
        return;
    }
    cm_status status = cm_purpose_parse(json_text(v), &out->purpose, &error);
    if (status != CM_OK) {
        json_fail(v, status, error.message);
    }
}

static void read_wanted_name(json_value v, cm_verify_template *out)
{
    static const char *const members[] = {"dns", "ip", "email", NULL};
    if (!v.given) {
        return;
    }
    json_allow(v, members);
    out->dns = json_text(json_member(v, "dns"));
    out->ip = json_text(json_member(v, "ip"));
    out->email = json_text(json_member(v, "email"));
    if (out->dns.size + out->ip.size + out->email.size == 0) {
        json_fail(v, CM_ERR_INVALID, "must be one of dns, ip and email, and not empty");
    }
}

static void read_policies(json_value v, cm_verify_template *out)
{
    cm_text *texts = arena_take(v.document->arena, json_length(v) + 1, sizeof *texts);
    out->policies = texts;
    out->policy_count = json_length(v);
    if (texts != NULL) {
        json_value item = json_first(v);
        for (size_t i = 0; item.given; item = json_next(v, item, i), i++) {
            texts[i] = json_text(item);
        }
    }
}

/* The members of a question, and one more of the caller's. */
static void allow_members(json_value v, const char *besides)
{
    const char *members[] = {"leaf",
                             "intermediates",
                             "roots",
                             "crls",
                             "time",
                             "purpose",
                             "name",
                             "maxDepth",
                             "policies",
                             "requireExplicitPolicy",
                             "inhibitPolicyMapping",
                             "inhibitAnyPolicy",
                             "requireRevocation",
                             "allowWeak",
                             "lenient",
                             besides,
                             NULL};
    json_allow(v, members);
}

void verification_read(json_value v, const char *besides, verification_bytes bytes,
                       cm_verify_template *out)
{
    json_value leaf = json_member(v, "leaf"), depth = json_member(v, "maxDepth");
    allow_members(v, besides);
    if (!leaf.given) {
        json_fail(v, CM_ERR_INVALID, "leaf is missing");
        return;
    }
    out->leaf = bytes(leaf);
    out->intermediates =
        read_list(json_member(v, "intermediates"), bytes, &out->intermediate_count);
    out->roots = read_list(json_member(v, "roots"), bytes, &out->root_count);
    out->crls = read_list(json_member(v, "crls"), bytes, &out->crl_count);
    read_purpose(json_member(v, "purpose"), out);
    read_wanted_name(json_member(v, "name"), out);
    out->has_max_depth = depth.given;
    out->max_depth = (unsigned)json_integer(depth, 0, 1000000);
    read_policies(json_member(v, "policies"), out);
    out->require_explicit_policy = json_boolean(json_member(v, "requireExplicitPolicy"));
    out->inhibit_policy_mapping = json_boolean(json_member(v, "inhibitPolicyMapping"));
    out->inhibit_any_policy = json_boolean(json_member(v, "inhibitAnyPolicy"));
    out->require_revocation = json_boolean(json_member(v, "requireRevocation"));
    out->allow_weak = json_boolean(json_member(v, "allowWeak"));
    out->lenient = json_boolean(json_member(v, "lenient"));
}

static void read_clients(json_value v, cm_lint_template *out)
{
    json_value item = json_first(v);
    cm_error error;
    for (size_t i = 0; item.given; item = json_next(v, item, i), i++) {
        unsigned client = 0;
        cm_status status = cm_lint_client_parse(json_text(item), &client, &error);
        if (status != CM_OK) {
            json_fail(item, status, error.message);
        }
        out->clients |= client;
    }
    if (v.given && json_length(v) == 0) {
        json_fail(v, CM_ERR_INVALID, "must name a client");
    }
}

void lint_read(json_value v, verification_bytes bytes, cm_lint_template *out)
{
    static const char *const names[] = {"dns", "ip", NULL};
    json_value purpose = json_member(v, "purpose"), name = json_member(v, "name");
    cm_error error;
    out->certificates = read_list(json_member(v, "certificates"), bytes, &out->count);
    read_clients(json_member(v, "clients"), out);
    if (purpose.given) {
        cm_status status = cm_lint_purpose_parse(json_text(purpose), &out->purpose, &error);
        if (status != CM_OK) {
            json_fail(purpose, status, error.message);
        }
    }
    if (name.given) {
        json_allow(name, names);
        out->dns = json_text(json_member(name, "dns"));
        out->ip = json_text(json_member(name, "ip"));
    }
}
