/* cm_asn1_tree: what bytes consist of, X.690. */
#include <stdlib.h>

#include "support.h"

/* The tree of bytes as JSON; the caller frees it. */
static cm_bytes tree_of(const void *data, size_t size)
{
    cm_bytes der, json;
    cm_error err;
    cm_view input = {data, size};
    ok(cm_asn1_tree(input, &der, &json, &err) == CM_OK, "%zu bytes", size);
    cm_bytes_free(&der);
    return json;
}

#define TREE(literal) tree_of(literal, sizeof(literal) - 1)

/* Checks that the tree of bytes is this JSON. */
#define IS(literal, text)                                                                          \
    do {                                                                                           \
        cm_bytes json_ = TREE(literal);                                                            \
        same_text((const char *)json_.data, text, "tree");                                         \
        cm_bytes_free(&json_);                                                                     \
    } while (0)

/* Checks that this piece is in the tree. */
#define HAS(literal, piece)                                                                        \
    do {                                                                                           \
        cm_bytes json_ = TREE(literal);                                                            \
        ok(has(&json_, piece), "%s", (const char *)json_.data);                                    \
        cm_bytes_free(&json_);                                                                     \
    } while (0)

#define LACKS(literal, piece)                                                                      \
    do {                                                                                           \
        cm_bytes json_ = TREE(literal);                                                            \
        ok(!has(&json_, piece), "%s", (const char *)json_.data);                                   \
        cm_bytes_free(&json_);                                                                     \
    } while (0)

static void test_structure(void)
{
    IS("", "{\"elements\":[]}");
    IS("\x05\x00", "{\"elements\":[{\"offset\":0,\"header\":2,\"class\":\"universal\",\"tag\":5,"
                   "\"type\":\"NULL\",\"constructed\":false,\"length\":0}]}");
    IS("\x30\x03\x01\x01\xff",
       "{\"elements\":[{\"offset\":0,\"header\":2,\"class\":\"universal\",\"tag\":16,"
       "\"type\":\"SEQUENCE\",\"constructed\":true,\"children\":[{\"offset\":2,\"header\":2,"
       "\"class\":\"universal\",\"tag\":1,\"type\":\"BOOLEAN\",\"constructed\":false,"
       "\"value\":\"TRUE\",\"length\":1}],\"length\":3}]}");
    HAS("\x05\x00\x05\x00", "{\"offset\":2,"); /* one after another */
    HAS("\x5f\x81\x01\x00", "\"header\":4,\"class\":\"application\",\"tag\":129,");
    HAS("\x30\x80\x05\x00\x00\x00", "\"indefinite\":true,\"length\":2}");
    HAS("\x30\x80\x30\x80\x00\x00\x00\x00\x05\x00", "{\"offset\":8,");
    HAS("\x04\x81\x01\x61", "\"header\":3,"); /* BER takes longer lengths */
}

static void test_values(void)
{
    HAS("\x02\x01\xff", "\"value\":\"-01\"");
    HAS("\x02\x02\x00\x80", "\"value\":\"80\"");
    HAS("\x06\x03\x55\x1d\x0f", "\"oid\":\"2.5.29.15\",\"name\":\"keyUsage\"");
    HAS("\x06\x03\x55\x04\x03", "\"oid\":\"2.5.4.3\",\"name\":\"CN\"");
    LACKS("\x06\x02\x55\x7f", "\"name\"");
    HAS("\x0c\x02\xc3\xa4", "\"value\":\"\xc3\xa4\"");
    LACKS("\x0c\x01\xc3", "\"value\"");
    HAS("\x1e\x02\x20\xac", "\"value\":\"\xe2\x82\xac\"");
    HAS("\x17\x0d"
        "260101000000Z",
        "\"value\":\"2026-01-01T00:00:00Z\"");
    HAS("\x17\x0b"
        "2601010000Z",
        "\"value\":\"2601010000Z\"");
    HAS("\x03\x02\x04\xf0", "\"unused\":4");
    uint8_t text[3 + 200] = {0x0c, 0x81, 200};
    memset(text + 3, 'x', 200);
    cm_bytes json = tree_of(text, sizeof text);
    ok(has(&json, "x\",\"cut\":true") && json.size < 300, "a long text is cut");
    cm_bytes_free(&json);
}

static void test_inside(void)
{
    HAS("\x04\x03\x02\x01\x05", "\"inside\":true,\"children\":[{\"offset\":2,");
    HAS("\x03\x03\x00\x30\x00", "\"inside\":true,\"children\":[{\"offset\":3,");
    LACKS("\x03\x03\x01\x30\x00", "\"inside\"");     /* not whole bytes */
    LACKS("\x04\x04\x02\x01\x05\x00", "\"inside\""); /* something follows */
    LACKS("\x04\x05\x30\x03\x02\x05\x00", "\"inside\"");
    LACKS("\x03\x03\x00\x05\x00", "\"inside\"");    /* a BIT STRING holds a SEQUENCE or nothing */
    LACKS("\x04\x04\x04\x02\x05\x00", "\"tag\":5"); /* a key identifier, say */
    HAS("\x04\x04\x04\x02\x30\x00", "\"tag\":16");
}

static void test_faults(void)
{
    HAS("\x30", "\"error\":{\"offset\":0,\"message\":\"the length is missing\"}");
    HAS("\x30\x05\x05\x00\x02\x05\x00", "\"error\":{\"offset\":4,");
    HAS("\x30\x05\x05\x00\x02\x05\x00", "\"tag\":5"); /* what stands before it is there */
    HAS("\x1f\xff", "the tag is cut off");
    HAS("\x1f\xff\xff\xff\xff\xff\x01\x00", "the tag number is too large");
    HAS("\x04\x84\x01", "the length is cut off");
    HAS("\x04\x89\x01\x01\x01\x01\x01\x01\x01\x01\x01", "the length is too large");
    HAS("\x04\x80\x00\x00", "needs a length");
    HAS("\x30\x80\x05\x00", "end-of-contents octets are missing");
}

static void test_limits(void)
{
    enum { LEVELS = CM_ASN1_DEPTH_LIMIT + 1, COUNT = CM_ASN1_COUNT_LIMIT + 1 };
    uint8_t deep[2 * LEVELS];
    for (size_t i = 0; i < LEVELS; i++) {
        deep[2 * i] = 0x30;
        deep[2 * i + 1] = (uint8_t)(2 * (LEVELS - 1 - i));
    }
    cm_bytes json = tree_of(deep, sizeof deep);
    ok(has(&json, "nested more than 64 deep"), "too deep");
    cm_bytes_free(&json);
    uint8_t *many = calloc(COUNT, 2);
    for (size_t i = 0; many != NULL && i < COUNT; i++) {
        many[2 * i] = 0x05;
    }
    json = tree_of(many, (size_t)2 * COUNT);
    ok(has(&json, "\"error\":{\"offset\":200000,\"message\":\"there are more than 100000"),
       "too many");
    cm_bytes_free(&json);
    free(many);
    cm_bytes der;
    cm_view large = {deep, CM_INSPECT_SIZE_LIMIT + 1};
    REFUSED(cm_asn1_tree(large, &der, &json, err), json.data, CM_ERR_LIMIT, "data");
}

static void test_text(void)
{
    cm_bytes der, json;
    cm_view pem = {(const uint8_t *)"x\n-----BEGIN ANY-----\nBQA=\n-----END ANY-----\n", 46};
    cm_view bare = {(const uint8_t *)"BQA=\n", 5};
    cm_view bad = {(const uint8_t *)"-----BEGIN ANY-----\nA: b\n-----END ANY-----\n", 44};
    ok(cm_asn1_tree(pem, &der, &json, NULL) == CM_OK && der.size == 2, "PEM of any label");
    cm_bytes_free(&der);
    cm_bytes_free(&json);
    ok(cm_asn1_tree(bare, &der, &json, NULL) == CM_OK && der.size == 2, "base64 alone");
    cm_bytes_free(&der);
    cm_bytes_free(&json);
    REFUSED(cm_asn1_tree(bad, &der, &json, err), json.data, CM_ERR_MALFORMED, "data");
}

int main(void)
{
    test_structure();
    test_values();
    test_inside();
    test_faults();
    test_limits();
    test_text();
    return done_testing();
}
