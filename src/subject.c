#include "subject.h"

#include <string.h>

#include "error.h"
#include "general_name.h"
#include "name.h"

enum { COMMON_NAME_LIMIT = 64, NAME_LIMIT = 1000 };

bool cm_name_given(const cm_name *name)
{
    return name->der.size > 0 || name->attribute_count > 0 || name->text.size > 0 || name->empty;
}

static cm_status write_names(cm_subject *s, cm_error *err)
{
    if (s->san_count > NAME_LIMIT) {
        cm_fail(err, CM_ERR_LIMIT, "%d names; at most %d are taken", (int)s->san_count, NAME_LIMIT);
        return cm_fail_in(err, CM_ERR_LIMIT, "san");
    }
    for (size_t i = 0; i < s->san_count; i++) {
        cm_status status = cm_general_name_write(&s->san[i], CM_USE_NAME, &s->names, err);
        if (status != CM_OK) {
            return cm_fail_in(err, status, "san[%d]", (int)i);
        }
    }
    s->name_count = s->san_count;
    if (s->san_count == 0 && s->requested_count > 0) {
        if (s->requested_count > NAME_LIMIT) {
            cm_fail(err, CM_ERR_LIMIT, "the request has more than %d names", NAME_LIMIT);
            return cm_fail_in(err, CM_ERR_LIMIT, "san");
        }
        cm_der_raw(&s->names, s->requested);
        s->name_count = s->requested_count;
    }
    return s->names.status == CM_OK ? CM_OK : cm_fail_memory(err);
}

/* The first name that reads well as a CN and fits one. */
static cm_text default_common_name(const cm_subject *s)
{
    for (size_t i = 0; i < s->san_count; i++) {
        cm_general_name_kind kind = s->san[i].kind;
        bool readable = kind == CM_GENERAL_NAME_AUTO || kind == CM_GENERAL_NAME_DNS ||
                        kind == CM_GENERAL_NAME_IP || kind == CM_GENERAL_NAME_EMAIL ||
                        kind == CM_GENERAL_NAME_UPN;
        uint8_t address[16];
        readable = readable && !(s->constrained && cm_ip_parse(s->san[i].value, address) != 0);
        if (readable && s->san[i].value.size <= COMMON_NAME_LIMIT) {
            return s->san[i].value;
        }
    }
    return (cm_text){NULL, 0};
}

static cm_status write_subject(cm_subject *s, cm_error *err)
{
    cm_attribute common_name = {CM_TEXT("CN"), {NULL, 0}, false};
    cm_name name = *s->name;
    if (!cm_name_given(&name)) {
        common_name.value = default_common_name(s);
        if (common_name.value.size > 0) {
            name = (cm_name){.attributes = &common_name, .attribute_count = 1};
        }
    }
    cm_status status = cm_name_write(&name, &s->encoded, err);
    if (status == CM_OK && s->encoded.status != CM_OK) {
        status = cm_fail_memory(err);
    }
    return cm_fail_in(err, status, "subject");
}

static cm_status write_default_name(cm_subject *s, cm_error *err)
{
    if (s->name_count > 0 || s->no_san || !s->profile->named_host) {
        return CM_OK;
    }
    cm_general_name name = {.value = cm_name_common_name(cm_der_view(&s->encoded))};
    cm_text host = name.value;
    uint8_t address[16];
    if (host.size > 2 && memcmp(host.data, "*.", 2) == 0) {
        host = (cm_text){host.data + 2, host.size - 2};
    }
    if (cm_ip_parse(name.value, address) == 0 && !cm_dns_name_valid(host)) {
        return CM_OK;
    }
    s->name_count = 1;
    cm_status status = cm_general_name_write(&name, CM_USE_NAME, &s->names, err);
    if (status == CM_OK && s->names.status != CM_OK) {
        return cm_fail_memory(err);
    }
    return cm_fail_in(err, status, "san");
}

cm_status cm_subject_settle(cm_subject *s, cm_error *err)
{
    cm_status status = write_names(s, err);
    if (status == CM_OK) {
        status = write_subject(s, err);
    }
    return status == CM_OK ? write_default_name(s, err) : status;
}

void cm_subject_free(cm_subject *s)
{
    cm_der_free(&s->encoded);
    cm_der_free(&s->names);
}
