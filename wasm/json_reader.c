#include "json_reader.h"

#include <stdlib.h>
#include <string.h>

#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#include <jsmn.h>

#include "text.h"

/* ------------------------------------------------------------------ arena */

struct arena_block {
    arena_block *next;
    size_t size;
    max_align_t data[];
};

void *arena_take(arena *a, size_t count, size_t size)
{
    if (a->status != CM_OK || (size != 0 && count > (SIZE_MAX / 2) / size)) {
        a->status = a->status != CM_OK ? a->status : CM_ERR_MEMORY;
        return NULL;
    }
    arena_block *block = calloc(1, sizeof *block + count * size + 1);
    if (block == NULL) {
        a->status = CM_ERR_MEMORY;
        a->error = (cm_error){CM_ERR_MEMORY, "", "out of memory"};
        return NULL;
    }
    block->next = a->blocks;
    block->size = count * size;
    a->blocks = block;
    return block->data;
}

void arena_free(arena *a)
{
    while (a->blocks != NULL) {
        arena_block *next = a->blocks->next;
        cm_bytes whole = {(uint8_t *)a->blocks, sizeof *a->blocks + a->blocks->size};
        cm_bytes_free(&whole); /* zeroes first: decoded text may be secret */
        a->blocks = next;
    }
}

/* ------------------------------------------------------------------ failures and paths */

static void copy_cut(char *out, size_t capacity, const char *text)
{
    size_t size = cm_utf8_cut(text, strlen(text), capacity - 1);
    memcpy(out, text, size);
    out[size] = '\0';
}

void json_fail(json_value v, cm_status status, const char *message)
{
    arena *a = v.document->arena;
    if (a->status == CM_OK) {
        a->status = status;
        a->error.code = status;
        copy_cut(a->error.field, sizeof a->error.field, v.path);
        copy_cut(a->error.message, sizeof a->error.message, message);
    }
}

/* "parent.key", "parent[7]", or "key" at the top and right under "template". */
static const char *member_path(json_value parent, const char *key, size_t key_size)
{
    size_t size = strlen(parent.path);
    bool dot = size > 0;
    char *path = arena_take(parent.document->arena, size + key_size + 2, 1);
    if (path == NULL) {
        return "";
    }
    memcpy(path, parent.path, size);
    if (dot) {
        path[size++] = '.';
    }
    memcpy(path + size, key, key_size);
    return path;
}

static const char *item_path(json_value parent, size_t index)
{
    char digits[24];
    size_t at = sizeof digits, size = strlen(parent.path);
    digits[--at] = ']';
    do {
        digits[--at] = (char)('0' + index % 10);
        index /= 10;
    } while (index != 0);
    digits[--at] = '[';
    char *path = arena_take(parent.document->arena, size + sizeof digits, 1);
    if (path == NULL) {
        return "";
    }
    memcpy(path, parent.path, size);
    memcpy(path + size, digits + at, sizeof digits - at);
    return path;
}

/* ------------------------------------------------------------------ tokens */

/* Nothing that is asked for is nested deeper than a few levels; jsmn takes time that grows with the
 * square of the depth. */
enum { TOKEN_LIMIT = 2000000, DEPTH_LIMIT = 64 };

static bool too_deep(const char *text, size_t size)
{
    bool inside = false; /* of a string */
    unsigned depth = 0;
    for (size_t i = 0; i < size && depth <= DEPTH_LIMIT; i++) {
        if (inside && text[i] == '\\') {
            i++;
        } else if (text[i] == '"') {
            inside = !inside;
        } else if (!inside && (text[i] == '{' || text[i] == '[')) {
            depth++;
        } else if (!inside && (text[i] == '}' || text[i] == ']') && depth > 0) {
            depth--;
        }
    }
    return depth > DEPTH_LIMIT;
}

static const jsmntok_t *token_at(const json_document *document, int index)
{
    return (const jsmntok_t *)document->tokens + index;
}

bool json_parse(json_document *document, arena *a, const char *text, size_t size)
{
    jsmn_parser parser;
    *document = (json_document){text, NULL, 0, a};
    json_value root = {document, 0, true, ""};
    if (cm_utf8_length((cm_text){text, size}) < 0) {
        json_fail(root, CM_ERR_INVALID, "the request is not well-formed UTF-8");
        return false;
    }
    if (too_deep(text, size)) {
        json_fail(root, CM_ERR_LIMIT, "the request is nested too deeply");
        return false;
    }
    jsmn_init(&parser);
    int count = jsmn_parse(&parser, text, size, NULL, 0);
    if (count > TOKEN_LIMIT) {
        json_fail(root, CM_ERR_LIMIT,
                  "the options have more than two million parts: give fewer at a time");
        return false;
    }
    if (count > 0) {
        document->tokens = arena_take(a, (size_t)count, sizeof(jsmntok_t));
        jsmn_init(&parser);
        if (document->tokens != NULL) {
            document->count = jsmn_parse(&parser, text, size, document->tokens, (unsigned)count);
        }
    }
    if (document->count <= 0 || token_at(document, 0)->type != JSMN_OBJECT) {
        json_fail(root, CM_ERR_INVALID, "the request is not a JSON object");
        return false;
    }
    return true;
}

json_value json_root(const json_document *document)
{
    return (json_value){document, 0, true, ""};
}

static const jsmntok_t *token_of(json_value v)
{
    return token_at(v.document, v.token);
}

static bool usable(json_value v)
{
    return v.given && v.document->arena->status == CM_OK;
}

/* The index of the token after this value and all it contains. */
static int after(const json_document *document, int token)
{
    int end = token_at(document, token)->end;
    do {
        token++;
    } while (token < document->count && token_at(document, token)->start < end);
    return token;
}

static bool token_is(json_value v, const char *string)
{
    const jsmntok_t *t = token_of(v);
    size_t size = (size_t)(t->end - t->start);
    return strlen(string) == size && memcmp(v.document->text + t->start, string, size) == 0;
}

bool json_is_string(json_value v)
{
    return usable(v) && token_of(v)->type == JSMN_STRING;
}

bool json_is_array(json_value v)
{
    return usable(v) && token_of(v)->type == JSMN_ARRAY;
}

bool json_is_object(json_value v)
{
    return usable(v) && token_of(v)->type == JSMN_OBJECT;
}

bool json_is_false(json_value v)
{
    return usable(v) && token_of(v)->type == JSMN_PRIMITIVE && token_is(v, "false");
}

json_value json_member(json_value object, const char *key)
{
    const json_document *document = object.document;
    json_value none = {document, 0, false, object.path};
    if (!usable(object)) {
        return none;
    }
    if (token_of(object)->type != JSMN_OBJECT) {
        json_fail(object, CM_ERR_INVALID, "must be an object");
        return none;
    }
    int end = after(document, object.token);
    for (int at = object.token + 1; at + 1 < end; at = after(document, at + 1)) {
        json_value name = {document, at, true, object.path};
        if (token_is(name, key)) {
            json_value value = {document, at + 1, true, member_path(object, key, strlen(key))};
            bool null = token_of(value)->type == JSMN_PRIMITIVE && token_is(value, "null");
            return null ? none : value;
        }
    }
    return none;
}

/* Levenshtein distance, for names of at most 31 characters; longer ones are far away. */
static size_t distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t row[32];
    if (a_size > 31 || b_size > 31) {
        return 99;
    }
    for (size_t j = 0; j <= b_size; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= a_size; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_size; j++) {
            size_t change = diagonal + ((a[i - 1] | 0x20) != (b[j - 1] | 0x20));
            diagonal = row[j];
            size_t least = row[j] < row[j - 1] ? row[j] : row[j - 1];
            row[j] = change < least + 1 ? change : least + 1;
        }
    }
    return row[b_size];
}

static void fail_unknown(json_value object, const char *name, size_t size,
                         const char *const allowed[])
{
    char message[128];
    const char *nearest = NULL;
    size_t best = 3;
    for (size_t i = 0; allowed[i] != NULL; i++) {
        size_t d = distance(name, size, allowed[i], strlen(allowed[i]));
        if (d < best) {
            best = d;
            nearest = allowed[i];
        }
    }
    copy_cut(message, sizeof message, "is not an option that exists here");
    if (nearest != NULL) {
        copy_cut(message, sizeof message, "is not an option; did you mean \"");
        size_t used = strlen(message);
        copy_cut(message + used, sizeof message - used, nearest);
        used = strlen(message);
        copy_cut(message + used, sizeof message - used, "\"?");
    }
    json_value at = object;
    at.path = member_path(object, name, size);
    json_fail(at, CM_ERR_INVALID, message);
}

void json_allow(json_value object, const char *const allowed[])
{
    const json_document *document = object.document;
    if (!usable(object)) {
        return;
    }
    if (token_of(object)->type != JSMN_OBJECT) {
        json_fail(object, CM_ERR_INVALID, "must be an object");
        return;
    }
    int end = after(document, object.token);
    for (int at = object.token + 1; at + 1 < end; at = after(document, at + 1)) {
        json_value name = {document, at, true, object.path};
        bool known = false;
        for (size_t i = 0; allowed[i] != NULL && !known; i++) {
            known = token_is(name, allowed[i]);
        }
        if (!known) {
            const jsmntok_t *t = token_of(name);
            fail_unknown(object, document->text + t->start, (size_t)(t->end - t->start), allowed);
            return;
        }
    }
}

/* ------------------------------------------------------------------ text */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static uint32_t hex4(const char *p)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        value = value << 4 | (uint32_t)hex_digit(p[i]);
    }
    return value;
}

static size_t put_utf8(uint32_t c, char *out)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/* A \uXXXX escape at p (behind the 'u'), with its second half when it is a surrogate pair. jsmn has
 * checked the digits of each escape. Returns how many characters it took. */
static size_t unicode_escape(const char *p, const char *end, uint32_t *c)
{
    *c = hex4(p);
    if (*c >= 0xd800 && *c < 0xdc00 && end - p >= 10 && p[4] == '\\' && p[5] == 'u') {
        uint32_t low = hex4(p + 6);
        if (low >= 0xdc00 && low < 0xe000) {
            *c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
            return 10;
        }
    }
    return 4;
}

static char simple_escape(char c)
{
    switch (c) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case 'r':
        return '\r';
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    default:
        return c; /* quote, backslash, slash */
    }
}

cm_text json_text(json_value v)
{
    cm_text nothing = {NULL, 0};
    if (!usable(v)) {
        return nothing;
    }
    if (token_of(v)->type != JSMN_STRING) {
        json_fail(v, CM_ERR_INVALID, "must be a string");
        return nothing;
    }
    const char *p = v.document->text + token_of(v)->start;
    const char *end = v.document->text + token_of(v)->end;
    char *out = arena_take(v.document->arena, (size_t)(end - p) + 1, 1);
    size_t size = 0;
    if (out == NULL) {
        return nothing;
    }
    while (p < end) {
        if (*p != '\\') {
            out[size++] = *p++;
        } else if (p[1] == 'u') {
            uint32_t c;
            p += 2 + unicode_escape(p + 2, end, &c);
            size += put_utf8(c, out + size); /* a lone surrogate becomes ill-formed UTF-8, which the
                                                core refuses */
        } else {
            out[size++] = simple_escape(p[1]);
            p += 2;
        }
    }
    return (cm_text){out, size};
}

/* ------------------------------------------------------------------ other types */

bool json_boolean(json_value v)
{
    if (!usable(v)) {
        return false;
    }
    if (token_of(v)->type == JSMN_PRIMITIVE && (token_is(v, "true") || token_is(v, "false"))) {
        return token_is(v, "true");
    }
    json_fail(v, CM_ERR_INVALID, "must be true or false");
    return false;
}

int64_t json_integer(json_value v, int64_t minimum, int64_t maximum)
{
    if (!usable(v)) {
        return 0;
    }
    const jsmntok_t *t = token_of(v);
    const char *p = v.document->text + t->start, *end = v.document->text + t->end;
    bool negative = p < end && *p == '-';
    int64_t value = 0;
    p += negative;
    bool whole = t->type == JSMN_PRIMITIVE && p < end && end - p <= 16;
    for (; whole && p < end; p++) {
        whole = *p >= '0' && *p <= '9';
        value = value * 10 + (*p - '0');
    }
    value = negative ? -value : value;
    if (!whole) {
        json_fail(v, CM_ERR_INVALID, "must be a whole number");
        return 0;
    }
    if (value < minimum || value > maximum) {
        json_fail(v, CM_ERR_INVALID, "is out of range");
        return 0;
    }
    return value;
}

/* Names the value, as far as it is plain and short. */
static void fail_hex(json_value v, cm_text text)
{
    enum { SHOWN = 40 };
    static const char rule[] =
        "\" is not hexadecimal: digits and a to f, bytes apart by colons or not";
    char message[1 + SHOWN + 3 + sizeof rule] = "\"";
    size_t size = 1;
    while (size <= SHOWN && size <= text.size && text.data[size - 1] >= ' ' &&
           text.data[size - 1] <= '~') {
        message[size] = text.data[size - 1];
        size++;
    }
    if (size <= text.size) {
        memcpy(message + size, "...", 3);
        size += 3;
    }
    memcpy(message + size, rule, sizeof rule);
    json_fail(v, CM_ERR_INVALID, message);
}

cm_view json_hex(json_value v)
{
    cm_text text = json_text(v);
    cm_view nothing = {NULL, 0};
    uint8_t *out = arena_take(v.document->arena, text.size / 2 + 2, 1);
    size_t size = 0, digits = 0;
    if (!usable(v) || out == NULL) {
        return nothing;
    }
    /* an odd number of digits means a leading zero, as in serial numbers */
    for (size_t i = 0; i < text.size; i++) {
        digits += text.data[i] != ':';
    }
    size_t at = digits % 2;
    for (size_t i = 0; i < text.size; i++) {
        int digit = hex_digit(text.data[i]);
        if (text.data[i] == ':' && i > 0 && i + 1 < text.size) {
            continue;
        }
        if (digit < 0) {
            fail_hex(v, text);
            return nothing;
        }
        out[at / 2] = (uint8_t)(out[at / 2] << 4 | digit);
        at++;
        size = (at + 1) / 2;
    }
    if (size == 0) {
        json_fail(v, CM_ERR_INVALID, "must have at least one hexadecimal digit");
        return nothing;
    }
    return (cm_view){out, size};
}

size_t json_length(json_value array)
{
    if (!usable(array)) {
        return 0;
    }
    if (token_of(array)->type != JSMN_ARRAY) {
        json_fail(array, CM_ERR_INVALID, "must be an array");
        return 0;
    }
    return (size_t)token_of(array)->size;
}

json_value json_first(json_value array)
{
    json_value none = {array.document, 0, false, array.path};
    if (json_length(array) == 0) {
        return none;
    }
    return (json_value){array.document, array.token + 1, true, item_path(array, 0)};
}

json_value json_next(json_value array, json_value item, size_t index)
{
    json_value none = {array.document, 0, false, array.path};
    if (index + 1 >= json_length(array)) {
        return none;
    }
    return (json_value){array.document, after(array.document, item.token), true,
                        item_path(array, index + 1)};
}

/* Reading outside of linear memory would trap. */
static bool in_memory(int64_t address, int64_t size)
{
#ifdef __wasm__
    int64_t end = (int64_t)__builtin_wasm_memory_size(0) * 65536;
#else
    int64_t end = INT64_MAX;
#endif
    return size == 0 || (address > 0 && size <= end - address);
}

cm_view json_bytes(json_value v)
{
    cm_view nothing = {NULL, 0};
    if (!usable(v)) {
        return nothing;
    }
    json_value address = json_first(v), size = json_next(v, address, 0);
    if (json_length(v) != 2) {
        json_fail(v, CM_ERR_INVALID, "must be bytes");
        return nothing;
    }
    int64_t at = json_integer(address, 0, UINT32_MAX), length = json_integer(size, 0, INT32_MAX);
    if (!in_memory(at, length)) {
        json_fail(v, CM_ERR_INVALID, "lies outside of the memory there is");
        return nothing;
    }
    return (cm_view){(const uint8_t *)(uintptr_t)at, (size_t)length};
}
