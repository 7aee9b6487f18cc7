#include "credentials.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <mbedtls/oid.h>

#include "entropy.h"
#include "file.h"

static const char *const default_names[] = {"localhost", "127.0.0.1", "::1"};
enum { DEFAULT_NAMES = sizeof default_names / sizeof *default_names, DEFAULT_DAYS = 90 };

/* GeneralName tags, RFC 5280 §4.2.1.6. */
enum { TAG_MASK = 0x1f, TAG_DNS = 2, TAG_IP = 7 };

/* ------------------------------------------------------------------ parsing */

/* mbedTLS refuses a certificate with a critical extension it does not know. We send ours, and leave
 * it to the client what to think of it; clients' own are judged by the core. */
static int let_through(void *context, const mbedtls_x509_crt *certificate,
                       const mbedtls_x509_buf *oid, int critical, const unsigned char *start,
                       const unsigned char *end)
{
    (void)context;
    (void)certificate;
    (void)oid;
    (void)critical;
    (void)start;
    (void)end;
    return 0;
}

int certificate_parse(cm_view der, mbedtls_x509_crt *chain)
{
    return mbedtls_x509_crt_parse_der_with_ext_cb(chain, der.data, der.size, 1, let_through, NULL);
}

int certificates_parse(const der_list *certificates, const char *what, mbedtls_x509_crt *chain,
                       problem *p)
{
    for (size_t i = 0; i < certificates->count; i++) {
        const cm_bytes *der = &certificates->items[i];
        int result = certificate_parse((cm_view){der->data, der->size}, chain);
        if (result != 0) {
            return problem_failed(p,
                                  "%s: is not a certificate that can be used (mbedTLS error "
                                  "-0x%04x)",
                                  what, (unsigned)-result);
        }
    }
    return 0;
}

int credential_parse(const credential *c, const char *certificate, mbedtls_x509_crt *chain,
                     mbedtls_pk_context *key, cm_random *rng, problem *p)
{
    int result;
    if (certificates_parse(&c->certificates, certificate, chain, p) != 0) {
        return -1;
    }
    result = mbedtls_pk_parse_key(key, c->key.data, c->key.size, NULL, 0, cm_random_bytes, rng);
    if (result != 0) {
        return problem_failed(p, "the private key of %s cannot be used (mbedTLS error -0x%04x)",
                              certificate, (unsigned)-result);
    }
    if (mbedtls_pk_check_pair(&chain->pk, key, cm_random_bytes, rng) != 0) {
        return problem_failed(p, "%s: the private key does not belong to this certificate",
                              certificate);
    }
    return 0;
}

/* ------------------------------------------------------------------ names */

static void name_text(const mbedtls_x509_buf *name, char out[256])
{
    int tag = name->tag & TAG_MASK;
    out[0] = '\0';
    if (tag == TAG_DNS && name->len < 256 && name->len > 0 && name->p[0] != '*') {
        memcpy(out, name->p, name->len);
        out[name->len] = '\0';
    } else if (tag == TAG_IP && (name->len == 4 || name->len == 16)) {
        inet_ntop(name->len == 4 ? AF_INET : AF_INET6, name->p, out, 256);
    }
}

/* The common name, "" without one. */
static void common_name(const mbedtls_x509_crt *certificate, char out[256])
{
    out[0] = '\0';
    for (const mbedtls_x509_name *part = &certificate->subject; part != NULL; part = part->next) {
        if (MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &part->oid) == 0 && part->val.len < 256) {
            memcpy(out, part->val.p, part->val.len);
            out[part->val.len] = '\0';
        }
    }
}

static bool has_names(const mbedtls_x509_crt *certificate)
{
    return certificate->subject_alt_names.buf.p != NULL;
}

static bool wildcard_fits(const mbedtls_x509_buf *pattern, const char *name)
{
    const char *dot = strchr(name, '.');
    return pattern->len > 2 && pattern->p[0] == '*' && pattern->p[1] == '.' && dot != NULL &&
           dot != name && strlen(dot) == pattern->len - 1 &&
           strncasecmp((const char *)pattern->p + 1, dot, pattern->len - 1) == 0;
}

bool certificate_is_for(const mbedtls_x509_crt *certificate, const char *name)
{
    if (!has_names(certificate)) {
        char cn[256];
        common_name(certificate, cn);
        return strcasecmp(cn, name) == 0;
    }
    for (const mbedtls_x509_sequence *n = &certificate->subject_alt_names; n != NULL; n = n->next) {
        bool same = n->buf.len == strlen(name) &&
                    strncasecmp((const char *)n->buf.p, name, n->buf.len) == 0;
        if ((n->buf.tag & TAG_MASK) == TAG_DNS && (same || wildcard_fits(&n->buf, name))) {
            return true;
        }
    }
    return false;
}

static void first_name(const mbedtls_x509_crt *certificate, char out[256])
{
    out[0] = '\0';
    if (!has_names(certificate)) {
        common_name(certificate, out);
        return;
    }
    for (const mbedtls_x509_sequence *n = &certificate->subject_alt_names;
         n != NULL && *out == '\0'; n = n->next) {
        name_text(&n->buf, out);
    }
}

/* ------------------------------------------------------------------ checking */

/* Fills in what is told about a credential, and proves that it can be used. */
static int describe(credential *c, const char *what, cm_random *rng, problem *p)
{
    mbedtls_x509_crt chain;
    mbedtls_pk_context key;
    int result;
    mbedtls_x509_crt_init(&chain);
    mbedtls_pk_init(&key);
    result = credential_parse(c, what, &chain, &key, rng, p);
    if (result == 0) {
        cm_fingerprint_sha256((cm_view){chain.raw.p, chain.raw.len}, c->fingerprint);
        first_name(&chain, c->name);
        c->self_signed =
            chain.issuer_raw.len == chain.subject_raw.len &&
            memcmp(chain.issuer_raw.p, chain.subject_raw.p, chain.subject_raw.len) == 0;
    }
    mbedtls_pk_free(&key);
    mbedtls_x509_crt_free(&chain);
    return result;
}

/* ------------------------------------------------------------------ files */

/* The first line of the file, without its end. */
static int read_passphrase(const char *path, cm_bytes *out, problem *p)
{
    int error = file_read(path, out);
    if (error != 0) {
        return problem_failed(p, "--passphrase-file \"%s\": cannot be read: %s", path,
                              strerror(error));
    }
    for (size_t i = 0; i < out->size; i++) {
        if (out->data[i] == '\n' || out->data[i] == '\r') {
            memset(out->data + i, 0, out->size - i); /* what follows may be other secrets */
            out->size = i;
        }
    }
    if (out->size == 0) {
        return problem_failed(p, "--passphrase-file \"%s\": its first line is empty", path);
    }
    return 0;
}

static int import_key(const char *path, cm_view passphrase, cm_random *rng, cm_bytes *out,
                      problem *p)
{
    cm_bytes input = {NULL, 0};
    cm_key *key = NULL;
    cm_error err;
    int result = 0, error = file_read(path, &input);
    if (error != 0) {
        return problem_failed(p, "--key \"%s\": cannot be read: %s", path, strerror(error));
    }
    if (cm_key_import((cm_view){input.data, input.size}, passphrase, rng, &key, &err) != CM_OK) {
        bool locked = err.code == CM_ERR_PASSPHRASE && passphrase.size == 0;
        result = problem_failed(p, "--key \"%s\": %s%s", path, err.message,
                                locked ? " (--passphrase-file opens it)" : "");
    } else if (!cm_key_is_private(key)) {
        result =
            problem_failed(p, "--key \"%s\": is a public key; the private one is needed", path);
    } else if (cm_key_export(key, CM_KEY_PKCS8, false, out, &err) != CM_OK) {
        result = problem_failed(p, "--key \"%s\": %s", path, err.message);
    }
    cm_key_free(key);
    cm_bytes_free(&input);
    return result;
}

static int load(const char *certificate, const char *key, cm_view passphrase, cm_random *rng,
                credential *c, problem *p)
{
    char what[PATH_MAX + 16];
    cm_bytes input;
    int error = file_read(certificate, &input), result;
    snprintf(what, sizeof what, "--cert \"%s\"", certificate);
    if (error != 0) {
        return problem_failed(p, "%s: cannot be read: %s", what, strerror(error));
    }
    result = der_list_decode(&input, "CERTIFICATE", "certificate", what, &c->certificates, p);
    cm_bytes_free(&input);
    if (result != 0 || import_key(key, passphrase, rng, &c->key, p) != 0) {
        return -1;
    }
    return describe(c, what, rng, p);
}

/* ------------------------------------------------------------------ key stores */

/* The key of a store that has exactly one, or NULL. */
static const cm_key *only_key(const cm_pkcs12 *store, const char *what, problem *p)
{
    const cm_key *key = NULL;
    size_t count = 0;
    for (size_t i = 0; i < store->count; i++) {
        if (store->entries[i].key != NULL) {
            key = store->entries[i].key;
            count++;
        }
    }
    if (count != 1) {
        (void)problem_failed(p, "%s: holds %zu private keys, and exactly one is needed", what,
                             count);
        return NULL;
    }
    return key;
}

/* The certificates of a store, that of the key first and those above it behind. */
static int take_chain(const cm_pkcs12 *store, const cm_key *key, const char *what, credential *c,
                      problem *p)
{
    cm_view *views = calloc(store->count + 1, sizeof *views);
    size_t *order = calloc(store->count + 1, sizeof *order), count = 0;
    cm_error err;
    int result = 0;
    if (views == NULL || order == NULL) {
        result = problem_failed(p, "out of memory");
        goto end;
    }
    for (size_t i = 0; i < store->count; i++) {
        const cm_bytes *der = &store->entries[i].certificate;
        if (der->size > 0) {
            views[count++] = (cm_view){der->data, der->size};
        }
    }
    if (count == 0) {
        result = problem_failed(p, "%s: holds a private key and no certificate", what);
    } else if (cm_chain_order(views, count, key, order, &err) != CM_OK) {
        result = problem_failed(p, "%s: %s", what, err.message);
    }
    for (size_t i = 0; i < count && result == 0; i++) {
        if (der_list_add(&c->certificates, views[order[i]]) != 0) {
            result = problem_failed(p, "out of memory");
        }
    }
end:
    free(views);
    free(order);
    return result;
}

static int load_store(const char *path, cm_view passphrase, cm_random *rng, credential *c,
                      problem *p)
{
    char what[PATH_MAX + 16];
    cm_bytes input;
    cm_pkcs12 store = {NULL, 0, 0};
    const cm_key *key;
    cm_error err;
    int error = file_read(path, &input), result = -1;
    snprintf(what, sizeof what, "--cert \"%s\"", path);
    if (error != 0) {
        return problem_failed(p, "%s: cannot be read: %s", what, strerror(error));
    }
    if (cm_pkcs12_open((cm_view){input.data, input.size}, passphrase, 0, rng, &store, &err) !=
        CM_OK) {
        bool locked = err.code == CM_ERR_PASSPHRASE && passphrase.size == 0;
        result = problem_failed(p, "%s: %s%s", what, err.message,
                                locked ? " (--passphrase-file opens it)" : "");
        goto end;
    }
    key = only_key(&store, what, p);
    if (key == NULL || take_chain(&store, key, what, c, p) != 0) {
        goto end;
    }
    if (cm_key_export(key, CM_KEY_PKCS8, false, &c->key, &err) != CM_OK) {
        result = problem_failed(p, "%s: %s", what, err.message);
        goto end;
    }
    result = describe(c, what, rng, p);
end:
    cm_pkcs12_free(&store);
    cm_bytes_free(&input);
    return result;
}

/* ------------------------------------------------------------------ all files */

static int load_all(const options *o, credentials *out, cm_random *rng, problem *p)
{
    cm_bytes passphrase = {NULL, 0};
    size_t keys = 0;
    int result = 0;
    if (o->passphrase_file != NULL && read_passphrase(o->passphrase_file, &passphrase, p) != 0) {
        cm_bytes_free(&passphrase);
        return -1;
    }
    for (size_t i = 0; result == 0 && i < o->cert.count; i++) {
        const char *path = o->cert.items[i];
        cm_view opens = {passphrase.data, passphrase.size};
        result = options_is_key_store(path)
                     ? load_store(path, opens, rng, &out->items[i], p)
                     : load(path, o->key.items[keys++], opens, rng, &out->items[i], p);
    }
    cm_bytes_free(&passphrase);
    if (!options_is_key_store(o->cert.items[0])) {
        snprintf(out->file, sizeof out->file, "%s", o->cert.items[0]);
    }
    return result;
}

/* ------------------------------------------------------------------ minting */

static int mint(const options *o, cm_random *rng, credential *c, cm_bytes *pem, cm_bytes *key_pem,
                problem *p)
{
    size_t count = o->name.count > 0 ? o->name.count : DEFAULT_NAMES;
    cm_general_name *names = calloc(count, sizeof *names);
    cm_certificate_template template_ = {.profile = CM_PROFILE_SERVER, .now = (int64_t)time(NULL)};
    cm_bytes der = {NULL, 0};
    cm_key *key = NULL;
    cm_error err = {.code = CM_ERR_MEMORY, .message = "out of memory"};
    bool done = false;
    if (names == NULL) {
        goto end;
    }
    for (size_t i = 0; i < count; i++) {
        names[i].value = cm_text_of(o->name.count > 0 ? o->name.items[i] : default_names[i]);
    }
    template_.san = names;
    template_.san_count = count;
    template_.validity = (int64_t)(o->days > 0 ? o->days : DEFAULT_DAYS) * 86400;
    done = cm_key_generate(&o->key_spec, rng, NULL, &key, &err) == CM_OK &&
           cm_certificate_create(&template_, key, NULL, rng, &der, &err) == CM_OK &&
           cm_pem_encode("CERTIFICATE", (cm_view){der.data, der.size}, pem, &err) == CM_OK &&
           cm_key_export(key, CM_KEY_PKCS8, false, &c->key, &err) == CM_OK &&
           cm_key_export(key, CM_KEY_PKCS8, true, key_pem, &err) == CM_OK;
    if (done && der_list_add(&c->certificates, (cm_view){der.data, der.size}) != 0) {
        err = (cm_error){.code = CM_ERR_MEMORY, .message = "out of memory"};
        done = false;
    }
end:
    cm_key_free(key);
    cm_bytes_free(&der);
    free(names);
    if (!done) {
        if (o->name.count > 0 && strncmp(err.field, "san[", 4) == 0) {
            return problem_usage(p, "--name: %s", err.message);
        }
        if (strcmp(err.field, "key") == 0) {
            return problem_usage(p, "--key-type: %s", err.message);
        }
        return problem_failed(p, "minting a certificate failed: %s%s%s", err.field,
                              *err.field != '\0' ? ": " : "", err.message);
    }
    return describe(c, "the minted certificate", rng, p);
}

/* ------------------------------------------------------------------ --save */

typedef struct kept_files {
    char certificate[512], key[512];
} kept_files;

static int kept_paths(const char *folder, kept_files *kept, problem *p)
{
    int size = snprintf(kept->certificate, sizeof kept->certificate, "%s/certificate.pem", folder);
    if (size >= (int)sizeof kept->certificate) {
        return problem_usage(p, "--save: the path is longer than 490 bytes");
    }
    snprintf(kept->key, sizeof kept->key, "%s/private_key.pem", folder);
    return 0;
}

static int save(const char *folder, const kept_files *kept, const cm_bytes *pem,
                const cm_bytes *key_pem, problem *p)
{
    int error;
    if (mkdir(folder, 0755) != 0 && errno != EEXIST) {
        return problem_failed(p, "--save \"%s\": cannot be made: %s", folder, strerror(errno));
    }
    error = file_create(kept->key, key_pem, true);
    if (error != 0) {
        return problem_failed(p, "--save: %s cannot be written: %s", kept->key, strerror(error));
    }
    error = file_create(kept->certificate, pem, false);
    if (error != 0) {
        unlink(kept->key);
        return problem_failed(p, "--save: %s cannot be written: %s", kept->certificate,
                              strerror(error));
    }
    return 0;
}

/* The files of an earlier start, when they are there: 1 found, 0 not, -1 failed. */
static int load_kept(const options *o, const kept_files *kept, cm_random *rng, credentials *out,
                     problem *p)
{
    bool certificate = access(kept->certificate, F_OK) == 0, key = access(kept->key, F_OK) == 0;
    if (!certificate && !key) {
        return 0;
    }
    if (!certificate || !key) {
        return problem_failed(p,
                              "--save: %s is there without its %s: put it back, or move it away so "
                              "that new ones are minted",
                              certificate ? kept->certificate : kept->key,
                              certificate ? "private_key.pem" : "certificate.pem");
    }
    if (o->name.count > 0) {
        return problem_failed(p,
                              "--name: %s exists and is used again, with its own names: leave out "
                              "--name, or move the file away",
                              kept->certificate);
    }
    if (load(kept->certificate, kept->key, (cm_view){NULL, 0}, rng, &out->items[0], p) != 0) {
        return -1;
    }
    return 1;
}

static int mint_or_reuse(const options *o, credentials *out, cm_random *rng, problem *p)
{
    kept_files kept;
    cm_bytes key_pem = {NULL, 0};
    int result;
    if (o->save != NULL) {
        if (kept_paths(o->save, &kept, p) != 0) {
            return -1;
        }
        result = load_kept(o, &kept, rng, out, p);
        if (result != 0) {
            snprintf(out->file, sizeof out->file, "%s", kept.certificate);
            return result < 0 ? -1 : 0;
        }
    }
    result = mint(o, rng, &out->items[0], &out->pem, &key_pem, p);
    if (result == 0 && o->save != NULL) {
        result = save(o->save, &kept, &out->pem, &key_pem, p);
        snprintf(out->file, sizeof out->file, "%s", kept.certificate);
    }
    out->minted = true;
    cm_bytes_free(&key_pem);
    return result;
}

/* ------------------------------------------------------------------ all */

int credentials_get(const options *o, credentials **out, problem *p)
{
    credentials *c = calloc(1, sizeof *c);
    cm_random *rng = NULL;
    cm_error err;
    int result;
    *out = NULL;
    if (c == NULL) {
        return problem_failed(p, "out of memory");
    }
    c->references = 1;
    c->count = o->cert.count > 0 ? o->cert.count : 1;
    c->items = calloc(c->count, sizeof *c->items);
    if (c->items == NULL || entropy_random(&rng, &err) != CM_OK) {
        credentials_release(c);
        return problem_failed(p, "no memory or no randomness from the system");
    }
    result = o->cert.count > 0 ? load_all(o, c, rng, p) : mint_or_reuse(o, c, rng, p);
    cm_random_free(rng);
    if (result != 0) {
        credentials_release(c);
        return -1;
    }
    *out = c;
    return 0;
}

credentials *credentials_retain(credentials *c)
{
    c->references++;
    return c;
}

void credentials_release(credentials *c)
{
    if (c == NULL || --c->references > 0) {
        return;
    }
    for (size_t i = 0; c->items != NULL && i < c->count; i++) {
        der_list_free(&c->items[i].certificates);
        cm_bytes_free(&c->items[i].key);
    }
    free(c->items);
    cm_bytes_free(&c->pem);
    free(c);
}
