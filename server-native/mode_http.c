#include "mode_http.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "json.h"
#include "session.h"

enum { HEAD_MOST = 8192, BODY_MOST = 6144, ANSWER_MOST = BODY_MOST + 512 };

/* A request being read and its answer being sent; lives while either is under way. */
typedef struct exchange {
    char head[HEAD_MOST + 1];
    size_t size;
    char answer[ANSWER_MOST];
    size_t answer_size, answer_sent;
    bool last; /* the connection ends after this answer */
    bool cut;  /* more came than the head holds: what is whole is answered, then it ends */
} exchange;

/* ------------------------------------------------------------------ the answer */

static void body_as_json(const session *s, char out[BODY_MOST])
{
    char client[256];
    json j = json_in(out, BODY_MOST - 2);
    json_open(&j, NULL, '{');
    json_text(&j, "version", mbedtls_ssl_get_version(&s->ssl));
    json_text(&j, "cipher", tls_cipher_name(mbedtls_ssl_get_ciphersuite_id_from_ssl(&s->ssl)));
    json_text(&j, "sni", s->sni);
    json_text(&j, "alpn", mbedtls_ssl_get_alpn_protocol(&s->ssl));
    json_bool(&j, "resumed", s->resumed);
    json_text(&j, "client", session_client(s, client));
    json_text(&j, "clientProblem", session_client_problem(s));
    json_text(&j, "peer", s->peer);
    json_close(&j, '}');
    out[j.size] = '\n';
    out[j.size + 1] = '\0';
}

/* A line of the text form; what comes from the peer is made printable. */
static void add_line(char out[BODY_MOST], const char *name, const char *value)
{
    size_t at = strlen(out);
    if (value == NULL) {
        return;
    }
    at += (size_t)snprintf(out + at, BODY_MOST - at, "%-8s ", name);
    for (; *value != '\0' && at < BODY_MOST - 2; value++) {
        out[at++] = (unsigned char)*value < 0x20 || (unsigned char)*value > 0x7e ? '?' : *value;
    }
    out[at++] = '\n';
    out[at] = '\0';
}

static void body_as_text(const session *s, char out[BODY_MOST])
{
    char client[256];
    out[0] = '\0';
    add_line(out, "version", mbedtls_ssl_get_version(&s->ssl));
    add_line(out, "cipher", tls_cipher_name(mbedtls_ssl_get_ciphersuite_id_from_ssl(&s->ssl)));
    add_line(out, "sni", s->sni != NULL ? s->sni : "none");
    add_line(out, "alpn", mbedtls_ssl_get_alpn_protocol(&s->ssl));
    add_line(out, "resumed", s->resumed ? "yes" : "no");
    add_line(out, "client", session_client(s, client));
    add_line(out, "problem", session_client_problem(s));
    add_line(out, "peer", s->peer);
}

static void set_answer(exchange *x, const char *status, const char *type, const char *body,
                       bool with_body)
{
    int size = snprintf(x->answer, sizeof x->answer,
                        "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
                        "Cache-Control: no-store\r\n%s\r\n%s",
                        status, type, strlen(body), x->last ? "Connection: close\r\n" : "",
                        with_body ? body : "");
    x->answer_size = (size_t)size;
    x->answer_sent = 0;
}

/* ------------------------------------------------------------------ the request */

/* The size of the request head with its empty line, or 0 when it is not complete. */
static size_t head_size(const char *head)
{
    for (const char *end = strchr(head, '\n'); end != NULL; end = strchr(end + 1, '\n')) {
        if (end[1] == '\n') {
            return (size_t)(end - head) + 2;
        }
        if (end[1] == '\r' && end[2] == '\n') {
            return (size_t)(end - head) + 3;
        }
    }
    return 0;
}

/* The value of a header field, up to the end of its line; NULL without one. */
static const char *field(const char *head, const char *name)
{
    size_t size = strlen(name);
    for (const char *line = strchr(head, '\n'); line != NULL; line = strchr(line + 1, '\n')) {
        if (strncasecmp(line + 1, name, size) == 0 && line[1 + size] == ':') {
            const char *value = line + 2 + size;
            while (*value == ' ' || *value == '\t') {
                value++;
            }
            return value;
        }
    }
    return NULL;
}

/* Whether a word stands in the rest of a line. */
static bool line_has(const char *line, const char *word)
{
    size_t size = strlen(word);
    for (; line != NULL && *line != '\0' && *line != '\n'; line++) {
        if (strncasecmp(line, word, size) == 0) {
            return true;
        }
    }
    return false;
}

static void respond(const session *s, exchange *x)
{
    char body[BODY_MOST], method[16], path[256], version[16];
    int parts = sscanf(x->head, "%15s %255s %15s", method, path, version);
    bool known = parts == 3 && strncmp(version, "HTTP/1.", 7) == 0;
    const char *dot;
    if (!known) {
        x->last = true;
        set_answer(x, "400 Bad Request", "text/plain", "This is not an HTTP/1.1 request.\n", true);
        return;
    }
    /* A body is not read, so nothing can follow it. */
    x->last =
        strcmp(version, "HTTP/1.0") == 0 || line_has(field(x->head, "Connection"), "close") ||
        field(x->head, "Transfer-Encoding") != NULL ||
        (field(x->head, "Content-Length") != NULL && *field(x->head, "Content-Length") != '0');
    dot = strrchr(path, '.');
    if (line_has(field(x->head, "Accept"), "application/json") ||
        (dot != NULL && strcmp(dot, ".json") == 0)) {
        body_as_json(s, body);
        set_answer(x, "200 OK", "application/json", body, strcmp(method, "HEAD") != 0);
    } else {
        body_as_text(s, body);
        set_answer(x, "200 OK", "text/plain; charset=utf-8", body, strcmp(method, "HEAD") != 0);
    }
}

/* Answers the request at the start of the head, if it is whole and no answer is under way. */
static void answer_next(session *s, exchange *x)
{
    size_t size;
    if (x->answer_size > 0 || x->last) {
        return;
    }
    size = head_size(x->head);
    if (size > 0) {
        char rest = x->head[size];
        x->head[size] = '\0';
        respond(s, x);
        x->head[size] = rest;
        x->size -= size;
        memmove(x->head, x->head + size, x->size + 1);
    } else if (x->size == HEAD_MOST) {
        x->last = true;
        set_answer(x, "431 Request Header Fields Too Large", "text/plain",
                   "The request is larger than 8 KB.\n", true);
    }
}

void http_consume(session *s, const uint8_t *data, size_t size)
{
    exchange *x = s->mode_state;
    if (x == NULL) {
        x = s->mode_state = calloc(1, sizeof *x);
    }
    if (x == NULL) {
        session_close(s);
        return;
    }
    if (size > HEAD_MOST - x->size) {
        size = HEAD_MOST - x->size;
        x->cut = true;
    }
    for (size_t i = 0; i < size; i++) {
        char c = (char)data[i];
        x->head[x->size++] = c == '\0' ? '?' : c;
    }
    x->head[x->size] = '\0';
}

size_t http_produce(session *s, uint8_t *out, size_t capacity)
{
    exchange *x = s->mode_state;
    size_t size;
    if (x == NULL) {
        return 0;
    }
    answer_next(s, x);
    if (x->answer_size == 0 && x->cut) {
        session_close(s);
        return 0;
    }
    size = x->answer_size - x->answer_sent;
    size = size < capacity ? size : capacity;
    memcpy(out, x->answer + x->answer_sent, size);
    x->answer_sent += size;
    if (x->answer_sent == x->answer_size) {
        x->answer_size = x->answer_sent = 0;
        if (x->last) {
            session_close(s);
        } else if (x->size == 0) {
            http_end(s);
        }
    }
    return size;
}

void http_end(session *s)
{
    free(s->mode_state);
    s->mode_state = NULL;
}
