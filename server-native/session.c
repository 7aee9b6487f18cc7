#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/error.h>

#include "buffer_pool.h"

static const char plain_answer[] =
    "HTTP/1.1 400 Bad Request\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: 76\r\n"
    "Connection: close\r\n"
    "\r\n"
    "This port speaks TLS, and this was plain HTTP. Write https:// for http:// .\n";

/* The session that is being pumped on this thread: a ticket callback is not told whose it is. */
static _Thread_local session *current;

/* ------------------------------------------------------------------ mbedTLS's view of the wire */

/*
 * With TLS 1.3 a server sends under the application keys from its Finished on (RFC 8446 §A.2);
 * mbedTLS 3.6 goes over to them only after the client's, so that a client whose certificate is
 * refused could not read the alert. Nothing but such an alert is sent in between, so the change can
 * be made early: when mbedTLS, its Finished sent, asks for what the client says.
 */
static void use_application_keys(session *s)
{
    mbedtls_ssl_transform *application = s->ssl.MBEDTLS_PRIVATE(transform_application);
    if (!s->secured && application != NULL &&
        s->ssl.MBEDTLS_PRIVATE(transform_out) != application) {
        s->ssl.MBEDTLS_PRIVATE(transform_out) = application;
        memset(s->ssl.MBEDTLS_PRIVATE(cur_out_ctr), 0, sizeof s->ssl.MBEDTLS_PRIVATE(cur_out_ctr));
    }
}

static int take_input(void *context, unsigned char *out, size_t size)
{
    session *s = context;
    size_t n = (size_t)s->greeting_size - s->greeting_given;
    use_application_keys(s);
    if (n > 0) {
        n = n < size ? n : size;
        memcpy(out, s->greeting + s->greeting_given, n);
        s->greeting_given = (uint8_t)(s->greeting_given + n);
        return (int)n;
    }
    if (s->input_size == 0) {
        return s->input_ended ? 0 : MBEDTLS_ERR_SSL_WANT_READ;
    }
    n = s->input_size < size ? s->input_size : size;
    memcpy(out, s->input, n);
    s->input += n;
    s->input_size -= n;
    return (int)n;
}

static int put_output(void *context, const unsigned char *data, size_t size)
{
    session *s = context;
    size_t room = s->outlet->capacity - s->outlet->size;
    size_t n = size < room ? size : room;
    if (n == 0) {
        return MBEDTLS_ERR_SSL_WANT_WRITE;
    }
    memcpy(s->outlet->data + s->outlet->size, data, n);
    s->outlet->size += n;
    return (int)n;
}

/* ------------------------------------------------------------------ beginning and end */

int session_init(session *s, tls *t, const mode *m)
{
    int result;
    memset(s, 0, sizeof *s);
    mbedtls_ssl_init(&s->ssl);
    s->mode = m;
    result = mbedtls_ssl_setup(&s->ssl, tls_config(t));
    if (result != 0) {
        mbedtls_ssl_free(&s->ssl);
        return result;
    }
    s->tls = tls_retain(t);
    mbedtls_ssl_set_user_data_p(&s->ssl, s);
    mbedtls_ssl_set_bio(&s->ssl, s, put_output, take_input, NULL);
    key_log_watch(&s->ssl);
    return 0;
}

void session_free(session *s)
{
    if (s->mode != NULL && s->mode->end != NULL) {
        s->mode->end(s);
    }
    mbedtls_ssl_free(&s->ssl);
    tls_release(s->tls);
    der_list_free(&s->client_issuers);
    free(s->client_problem);
    free(s->sni);
    memset(s, 0, sizeof *s);
}

void session_end_input(session *s)
{
    s->input_ended = true;
}

void session_close(session *s)
{
    s->close_wanted = true;
}

/* ------------------------------------------------------------------ failure */

/* The alert that tells the peer what was wrong, RFC 8446 §6.2. */
static uint8_t alert_for(int failure)
{
    switch (failure) {
    case MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE:
    case MBEDTLS_ERR_SSL_UNEXPECTED_RECORD:
        return MBEDTLS_SSL_ALERT_MSG_UNEXPECTED_MESSAGE;
    case MBEDTLS_ERR_SSL_INVALID_RECORD:
    case MBEDTLS_ERR_SSL_DECODE_ERROR:
        return MBEDTLS_SSL_ALERT_MSG_DECODE_ERROR;
    case MBEDTLS_ERR_SSL_INVALID_MAC:
        return MBEDTLS_SSL_ALERT_MSG_BAD_RECORD_MAC;
    case MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION:
        return MBEDTLS_SSL_ALERT_MSG_PROTOCOL_VERSION;
    case MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE:
    case MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE:
        return MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE;
    case MBEDTLS_ERR_SSL_ILLEGAL_PARAMETER:
        return MBEDTLS_SSL_ALERT_MSG_ILLEGAL_PARAMETER;
    case MBEDTLS_ERR_SSL_BAD_CERTIFICATE:
        return MBEDTLS_SSL_ALERT_MSG_BAD_CERT;
    default:
        return MBEDTLS_SSL_ALERT_MSG_INTERNAL_ERROR;
    }
}

/*
 * Ends the session because of an mbedTLS error. mbedTLS has sent an alert for some errors, not for
 * all; `before` is what the outlet held when the failing call began, so what it has grown by is the
 * alert. (A flight that failed half-way also counts, and the peer then sees the connection end.)
 */
static void fail(session *s, int failure, size_t before)
{
    s->failure = failure;
    s->phase = SESSION_OVER;
    if (failure == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE) {
        /* mbedTLS 3.6 has no accessor for the alert it has received: level and description. */
        s->peer_alert = s->ssl.MBEDTLS_PRIVATE(in_msg)[1];
        return;
    }
    if (failure == MBEDTLS_ERR_SSL_CONN_EOF || s->unfinished > 0) {
        return; /* nobody listens, or a record is cut in half */
    }
    if (s->outlet->size == before) {
        s->alert = alert_for(failure);
        (void)mbedtls_ssl_send_alert_message(&s->ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL, s->alert);
    }
}

static bool blocked(int result)
{
    return result == MBEDTLS_ERR_SSL_WANT_WRITE;
}

/* ------------------------------------------------------------------ greeting */

typedef enum guess { GUESS_TLS, GUESS_HTTP, GUESS_UNCLEAR } guess;

/* A request line starts with one of the methods and a space; "PRI " is HTTP/2 (RFC 9113 §3.4). */
static guess guess_of(const uint8_t *data, size_t size)
{
    static const char *const methods[] = {"GET ",     "HEAD ",    "POST ",  "PUT ",   "DELETE ",
                                          "OPTIONS ", "CONNECT ", "TRACE ", "PATCH ", "PRI "};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        size_t length = strlen(methods[i]), n = size < length ? size : length;
        if (memcmp(data, methods[i], n) == 0) {
            return n == length ? GUESS_HTTP : GUESS_UNCLEAR;
        }
    }
    return GUESS_TLS; /* or garbage, which mbedTLS refuses */
}

/* True when the phase has changed, false when more bytes are needed. */
static bool greet(session *s)
{
    while (s->input_size > 0) {
        s->greeting[s->greeting_size++] = *s->input++;
        s->input_size--;
        switch (guess_of(s->greeting, s->greeting_size)) {
        case GUESS_HTTP:
            s->plain_http = true;
            s->phase = SESSION_OVER;
            memcpy(s->outlet->data, plain_answer, sizeof plain_answer - 1);
            s->outlet->size = sizeof plain_answer - 1;
            return true;
        case GUESS_TLS:
            s->phase = SESSION_HANDSHAKE;
            return true;
        case GUESS_UNCLEAR:
            break; /* never after the longest method: the greeting does not overflow */
        }
    }
    if (s->input_ended) {
        s->failure = s->greeting_size > 0 ? MBEDTLS_ERR_SSL_CONN_EOF : 0;
    }
    if (s->input_ended || s->close_wanted) {
        s->phase = SESSION_OVER;
        return true;
    }
    return false;
}

/* ------------------------------------------------------------------ handshake */

/* How one step of the conversation ended. */
typedef enum step {
    STEP_ON,    /* there is more to do now */
    STEP_INPUT, /* nothing more to do until the peer sends something */
    STEP_OUTLET /* nothing more to do until the outlet is empty */
} step;

static step shake_hands(session *s)
{
    size_t before = s->outlet->size;
    int result = mbedtls_ssl_handshake(&s->ssl);
    if (result == 0) {
        s->phase = SESSION_OPEN;
        s->secured = true;
        der_list_free(&s->client_issuers);
        return STEP_ON;
    }
    if (blocked(result)) {
        return STEP_OUTLET;
    }
    if (result != MBEDTLS_ERR_SSL_WANT_READ) {
        fail(s, result, before);
        return STEP_ON;
    }
    if (s->close_wanted) {
        s->phase = SESSION_OVER;
        return STEP_ON;
    }
    return STEP_INPUT;
}

/* ------------------------------------------------------------------ application data */

/* Reads plaintext into out[0..capacity); *size grows. False when the outlet must be emptied first.
 * A session that fails leaves SESSION_OPEN. */
static bool read_some(session *s, uint8_t *out, size_t capacity, size_t *size)
{
    while (*size < capacity && !s->peer_closed && s->phase == SESSION_OPEN) {
        size_t before = s->outlet->size, left = s->input_size;
        int result = mbedtls_ssl_read(&s->ssl, out + *size, capacity - *size);
        if (result > 0) {
            *size += (size_t)result;
            s->received += (uint64_t)result;
        } else if (blocked(result)) {
            return false;
        } else if (result == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY ||
                   result == MBEDTLS_ERR_SSL_CONN_EOF) {
            s->peer_closed = true;
        } else if (result != 0 && result != MBEDTLS_ERR_SSL_WANT_READ) {
            fail(s, result, before);
        } else if (s->input_size == 0 && s->input_ended) {
            /* The end without close_notify: what came before it is still echoed. */
            s->peer_closed = true;
        } else if (s->input_size == 0 || s->input_size == left) {
            break;
        }
        /* else: a record without data, with more behind it */
    }
    return true;
}

/* Writes a record; false when the outlet is full or the session has failed. */
static bool write_record(session *s, const uint8_t *data, size_t size)
{
    size_t before = s->outlet->size;
    int result = mbedtls_ssl_write(&s->ssl, data, size);
    if (blocked(result)) {
        s->unfinished = size; /* encrypted and kept by mbedTLS: the plaintext may go */
        return false;
    }
    if (result < 0) {
        fail(s, result, before);
        return false;
    }
    s->unfinished = 0;
    s->sent += size;
    return true;
}

/* How much plaintext one record may carry: the peer may have asked for less than 16 KB. */
static size_t record_capacity(const session *s)
{
    int most = mbedtls_ssl_get_max_out_record_payload(&s->ssl);
    return most > 0 && most < SESSION_RECORD ? (size_t)most : SESSION_RECORD;
}

/* What the mode makes of what was read, in place; the size of the answer. */
static size_t answer(session *s, size_t size)
{
    uint8_t *record = s->scratch->record;
    if (s->mode->echoes) {
        return size;
    }
    if (size > 0) {
        s->mode->consume(s, record, size);
    }
    return s->mode->produce == NULL || s->close_wanted
               ? 0
               : s->mode->produce(s, record, record_capacity(s));
}

/* One turn: read what there is, up to a record, and write the answer. */
static step converse(session *s)
{
    uint8_t *record = s->scratch->record;
    size_t read = 0, size;
    if (s->unfinished > 0 && !write_record(s, record, s->unfinished)) {
        return s->phase == SESSION_OPEN ? STEP_OUTLET : STEP_ON;
    }
    if (!s->close_wanted && !read_some(s, record, record_capacity(s), &read)) {
        return STEP_OUTLET;
    }
    size = answer(s, read);
    if (s->phase != SESSION_OPEN) {
        return STEP_ON;
    }
    if (size > 0) {
        return write_record(s, record, size) || s->phase != SESSION_OPEN ? STEP_ON : STEP_OUTLET;
    }
    if (s->peer_closed || s->close_wanted) {
        s->phase = SESSION_CLOSING;
        return STEP_ON;
    }
    return read > 0 ? STEP_ON : STEP_INPUT;
}

static step say_goodbye(session *s)
{
    if (blocked(mbedtls_ssl_close_notify(&s->ssl))) {
        return STEP_OUTLET;
    }
    s->phase = SESSION_OVER;
    return STEP_ON;
}

/* ------------------------------------------------------------------ the pump */

static session_wants run(session *s)
{
    step done = STEP_ON;
    while (done == STEP_ON) {
        switch (s->phase) {
        case SESSION_GREETING:
            done = greet(s) ? STEP_ON : STEP_INPUT;
            break;
        case SESSION_HANDSHAKE:
            done = shake_hands(s);
            break;
        case SESSION_OPEN:
            done = converse(s);
            break;
        case SESSION_CLOSING:
            done = say_goodbye(s);
            break;
        case SESSION_OVER:
            return SESSION_WANTS_END;
        }
    }
    return done == STEP_INPUT ? SESSION_WANTS_INPUT : SESSION_WANTS_OUTLET;
}

session_wants session_pump(session *s, const uint8_t *input, size_t *size, outlet *outlet,
                           scratch *scratch)
{
    session_wants wants;
    s->input = input;
    s->input_size = *size;
    s->outlet = outlet;
    s->scratch = scratch;
    current = s;
    wants = run(s);
    current = NULL;
    *size = s->input_size;
    s->input = NULL;
    s->outlet = NULL;
    s->scratch = NULL;
    return wants;
}

/* ------------------------------------------------------------------ idleness */

bool session_is_idle(const session *s)
{
    /* mbedTLS 3.6 has no accessor for a record that has arrived in part. */
    return s->phase == SESSION_OPEN && s->unfinished == 0 && s->ssl.MBEDTLS_PRIVATE(in_left) == 0 &&
           s->ssl.MBEDTLS_PRIVATE(out_left) == 0 && mbedtls_ssl_check_pending(&s->ssl) == 0;
}

void session_trim(session *s)
{
    /* Between records mbedTLS needs the counter and header at the start of each buffer. */
    buffer_pool_trim(s->ssl.MBEDTLS_PRIVATE(in_buf));
    buffer_pool_trim(s->ssl.MBEDTLS_PRIVATE(out_buf));
}

/* ------------------------------------------------------------------ what is told about it */

/* RFC 8446 §6: the alerts that clients send, by their standard names. */
static const char *alert_name(uint8_t alert)
{
    switch (alert) {
    case 10:
        return "unexpected_message";
    case 20:
        return "bad_record_mac";
    case 22:
        return "record_overflow";
    case 40:
        return "handshake_failure";
    case 42:
        return "bad_certificate";
    case 43:
        return "unsupported_certificate";
    case 44:
        return "certificate_revoked";
    case 45:
        return "certificate_expired";
    case 46:
        return "certificate_unknown";
    case 47:
        return "illegal_parameter";
    case 48:
        return "unknown_ca";
    case 49:
        return "access_denied";
    case 50:
        return "decode_error";
    case 51:
        return "decrypt_error";
    case 70:
        return "protocol_version";
    case 71:
        return "insufficient_security";
    case 80:
        return "internal_error";
    case 86:
        return "inappropriate_fallback";
    case 90:
        return "user_canceled";
    case 109:
        return "missing_extension";
    case 110:
        return "unsupported_extension";
    case 112:
        return "unrecognized_name";
    case 116:
        return "certificate_required";
    case 120:
        return "no_application_protocol";
    default:
        return NULL;
    }
}

/* What it usually means when a client refuses us so. */
static const char *alert_meaning(uint8_t alert)
{
    switch (alert) {
    case 42:
    case 46:
        return ": the client does not accept our certificate";
    case 45:
        return ": our certificate has expired for the client's clock";
    case 48:
        return ": the client does not trust our certificate's issuer";
    default:
        return "";
    }
}

const char *session_problem(const session *s, char out[SESSION_PROBLEM])
{
    const char *when = s->secured ? "" : "handshake: ";
    if (s->plain_http) {
        return "plain HTTP on the TLS port";
    }
    if (s->failure == 0) {
        return NULL;
    }
    if (s->peer_alert != 0) {
        const char *name = alert_name(s->peer_alert);
        snprintf(out, SESSION_PROBLEM, "%sthe peer sent alert %u%s%s%s%s", when, s->peer_alert,
                 name != NULL ? " (" : "", name != NULL ? name : "", name != NULL ? ")" : "",
                 alert_meaning(s->peer_alert));
        return out;
    }
    switch (s->failure) {
    case MBEDTLS_ERR_SSL_CONN_EOF:
        snprintf(out, SESSION_PROBLEM, "%sthe peer went away", when);
        break;
    case MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION:
        snprintf(out, SESSION_PROBLEM, "%sthe peer offers no version of TLS that is spoken here",
                 when);
        break;
    case MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE:
        snprintf(out, SESSION_PROBLEM, "%sno cipher suite, group or signature algorithm in common",
                 when);
        break;
    case MBEDTLS_ERR_SSL_NO_APPLICATION_PROTOCOL:
        snprintf(out, SESSION_PROBLEM, "%sno ALPN protocol in common", when);
        break;
    case MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE:
        snprintf(out, SESSION_PROBLEM, "%sthe peer has no certificate to show", when);
        break;
    case MBEDTLS_ERR_SSL_INVALID_RECORD:
    case MBEDTLS_ERR_SSL_UNEXPECTED_RECORD:
        snprintf(out, SESSION_PROBLEM, "%swhat the peer sends is not TLS", when);
        break;
    case MBEDTLS_ERR_SSL_INVALID_MAC:
        snprintf(out, SESSION_PROBLEM, "%sa record was altered on its way", when);
        break;
    case MBEDTLS_ERR_X509_CERT_VERIFY_FAILED: {
        const char *why = session_client_problem(s);
        snprintf(out, SESSION_PROBLEM, "%sthe client's certificate: %s", when,
                 why != NULL ? why : "refused");
        break;
    }
    default: {
        const char *text = mbedtls_high_level_strerr(s->failure);
        snprintf(out, SESSION_PROBLEM, "%s%s (mbedTLS error -0x%04x)", when,
                 text != NULL ? text : "error", (unsigned)-s->failure);
    }
    }
    return out;
}

const char *session_client(const session *s, char out[256])
{
    const mbedtls_x509_crt *peer = mbedtls_ssl_get_peer_cert(&s->ssl);
    if (peer == NULL || mbedtls_x509_dn_gets(out, 256, &peer->subject) < 0) {
        return NULL;
    }
    return out;
}

const char *session_client_problem(const session *s)
{
    const uint32_t unseen = MBEDTLS_X509_BADCERT_MISSING | MBEDTLS_X509_BADCERT_SKIP_VERIFY;
    uint32_t flags = mbedtls_ssl_get_verify_result(&s->ssl);
    if (s->client_problem != NULL) {
        return s->client_problem;
    }
    if (flags == 0 || flags == UINT32_MAX || (flags & unseen) != 0) {
        return NULL;
    }
    /* Seen by mbedTLS alone, or in a TLS 1.2 session that is resumed: the ticket holds no text. */
    return (flags & MBEDTLS_X509_BADCERT_BAD_KEY) != 0
               ? "its key is on a curve that --groups leaves out"
               : "it was not valid when the session began";
}

/* ------------------------------------------------------------------ callbacks */

tls *session_tls(const session *s)
{
    return s->tls;
}

session *session_current(void)
{
    return current;
}

int session_keep_issuer(session *s, cm_view der)
{
    return der_list_add(&s->client_issuers, der);
}

cm_view *session_client_issuers(const session *s, const mbedtls_x509_crt *own, size_t *count)
{
    size_t most = s->client_issuers.count + 1; /* one more: calloc(0) may be NULL */
    cm_view *views;
    *count = 0;
    for (const mbedtls_x509_crt *c = own->next; c != NULL; c = c->next) {
        most++;
    }
    views = calloc(most, sizeof *views);
    for (size_t i = 0; views != NULL && i < s->client_issuers.count; i++) {
        const cm_bytes *der = &s->client_issuers.items[i];
        views[(*count)++] = (cm_view){der->data, der->size};
    }
    for (const mbedtls_x509_crt *c = own->next; views != NULL && c != NULL; c = c->next) {
        views[(*count)++] = (cm_view){c->raw.p, c->raw.len};
    }
    return views;
}

int session_judge_client(session *s, const char *problem)
{
    free(s->client_problem);
    s->client_problem = problem != NULL ? strdup(problem) : NULL;
    return problem != NULL && s->client_problem == NULL ? -1 : 0;
}

void session_set_sni(session *s, const char *name)
{
    free(s->sni); /* a second ClientHello repeats it, RFC 8446 §4.1.2 */
    s->sni = strdup(name);
}

void session_resumed(void)
{
    if (current != NULL) {
        current->resumed = true;
    }
}
