#include "store_template.h"

static void read_certificate(json_value v, cm_pkcs12_certificate *out)
{
    static const char *const members[] = {"certificate", "friendlyName", NULL};
    json_allow(v, members);
    out->certificate = json_bytes(json_member(v, "certificate"));
    out->friendly_name = json_text(json_member(v, "friendlyName"));
}

static void read_encryption(json_value v, cm_pkcs12_encryption *out)
{
    cm_error error;
    if (v.given) {
        cm_status status = cm_pkcs12_encryption_parse(json_text(v), out, &error);
        if (status != CM_OK) {
            json_fail(v, status, error.message);
        }
    }
}

void pkcs12_template_read(json_value v, cm_pkcs12_template *out)
{
    static const char *const members[] = {
        "key",        "certificates", "friendlyName", "localKeyID",
        "passphrase", "encryption",   "iterations",   NULL};
    json_value list = json_member(v, "certificates");
    cm_pkcs12_certificate *certificates;
    json_allow(v, members);
    out->friendly_name = json_text(json_member(v, "friendlyName"));
    out->local_key_id = json_hex(json_member(v, "localKeyID"));
    out->passphrase = json_bytes(json_member(v, "passphrase"));
    out->iterations = (unsigned)json_integer(json_member(v, "iterations"), 1, INT32_MAX);
    read_encryption(json_member(v, "encryption"), &out->encryption);
    out->certificate_count = json_length(list);
    certificates = arena_take(v.document->arena, out->certificate_count + 1, sizeof *certificates);
    out->certificates = certificates;
    json_value item = json_first(list);
    for (size_t i = 0; item.given && certificates != NULL; i++) {
        read_certificate(item, &certificates[i]);
        item = json_next(list, item, i);
    }
}

const cm_view *bytes_list_read(json_value array, size_t *count)
{
    *count = json_length(array);
    cm_view *list = arena_take(array.document->arena, *count + 1, sizeof *list);
    json_value item = json_first(array);
    for (size_t i = 0; item.given && list != NULL; i++) {
        list[i] = json_bytes(item);
        item = json_next(array, item, i);
    }
    return list;
}
