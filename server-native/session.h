/*
 * One TLS conversation, without any socket: ciphertext goes in, ciphertext comes out.
 *
 * The owner calls session_pump with what has arrived and an empty outlet; the session takes as much
 * as it can, puts what is to be sent into the outlet, and says what it waits for. It holds no
 * ciphertext and no plaintext of its own beyond mbedTLS's two record buffers: while the outlet is
 * full it takes nothing more, which is how a peer that does not read is made to wait.
 */
#ifndef CERTMINT_ECHO_SESSION_H
#define CERTMINT_ECHO_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mbedtls/ssl.h>

#include "certmint.h"
#include "der_list.h"
#include "mode.h"
#include "tls.h"

enum {
    SESSION_RECORD = 16384,      /* the plaintext of the largest record, RFC 8446 §5.1 */
    SESSION_OUTLET_LEAST = 1024, /* an outlet must hold an answer to plain HTTP */
    SESSION_METHOD_MOST = 8      /* "OPTIONS ", the longest method that is recognised */
};

/* Where ciphertext to be sent is collected: data[0..size) of `capacity`. */
typedef struct outlet {
    uint8_t *data;
    size_t size, capacity;
} outlet;

/* Room for the plaintext of one record, shared by all sessions of a worker. */
typedef struct scratch {
    uint8_t record[SESSION_RECORD];
} scratch;

typedef enum session_phase {
    SESSION_GREETING, /* nothing is known yet: TLS or plain HTTP? */
    SESSION_HANDSHAKE,
    SESSION_OPEN,
    SESSION_CLOSING, /* our close_notify or alert is being written */
    SESSION_OVER     /* nothing more will be written or read */
} session_phase;

typedef enum session_wants {
    SESSION_WANTS_INPUT,  /* all input is taken */
    SESSION_WANTS_OUTLET, /* the outlet must be emptied first; input may be left */
    SESSION_WANTS_END     /* send what is in the outlet, then end the connection */
} session_wants;

typedef struct session {
    mbedtls_ssl_context ssl;
    tls *tls;
    const mode *mode;
    void *mode_state; /* owned by the mode; NULL at first */
    session_phase phase;
    bool input_ended;   /* the transport brings nothing more */
    bool peer_closed;   /* close_notify has come: the peer sends nothing more */
    bool close_wanted;  /* the mode or the server has had enough */
    bool secured;       /* the handshake has succeeded */
    bool resumed;       /* with a session ticket */
    bool plain_http;    /* it was an HTTP request without TLS */
    uint8_t alert;      /* our fatal alert; 0: none */
    uint8_t peer_alert; /* the peer's fatal alert; 0: none */
    uint8_t
        greeting[SESSION_METHOD_MOST]; /* the first bytes, until it is clear that they are TLS */
    uint8_t greeting_size, greeting_given;
    int failure;             /* an mbedTLS error code; 0: none */
    size_t unfinished;       /* plaintext of the record that mbedtls_ssl_write has not got rid of */
    char *sni;               /* what the client asked for, or NULL */
    der_list client_issuers; /* what the client sent after its certificate; during the handshake */
    char *client_problem;    /* what the core has against its certificate; NULL: nothing */
    const char *peer;        /* the peer's address as text; the owner's */
    uint64_t received, sent; /* bytes of application data */

    /* during session_pump */
    const uint8_t *input;
    size_t input_size;
    outlet *outlet;
    scratch *scratch;
} session;

/* Starts a session; it takes a reference of `t`. Returns 0, or an mbedTLS error (no memory); then
 * session_free may be called and need not. */
int session_init(session *s, tls *t, const mode *m);
void session_free(session *s);

/* Works on input[0..*size); *size becomes what is left. `outlet` is empty at first. */
session_wants session_pump(session *s, const uint8_t *input, size_t *size, outlet *outlet,
                           scratch *scratch);

/* The peer has ended its half of the transport; pump afterwards. */
void session_end_input(session *s);

/* Asks for an orderly end, with close_notify; pump afterwards. */
void session_close(session *s);

/* True when nothing is under way, so that the record buffers' pages may be given back. */
bool session_is_idle(const session *s);
/* Gives back the pages of an idle session's record buffers. */
void session_trim(session *s);

enum { SESSION_PROBLEM = 320 }; /* holds any text about a session that failed */

/* Why the session failed, as a sentence part; NULL when it did not. Text lives in `out`. */
const char *session_problem(const session *s, char out[SESSION_PROBLEM]);

/* The subject of the client's certificate, in `out`; NULL without one. */
const char *session_client(const session *s, char out[256]);
/* What is wrong with the client's certificate (with --client-cert optional), or NULL. */
const char *session_client_problem(const session *s);

/* For the callbacks of tls.c, tickets.c and client_trust.c. */
tls *session_tls(const session *s);
/* The session being pumped on this thread, or NULL. */
session *session_current(void);
void session_set_sni(session *s, const char *name);
/* The session being pumped on this thread was opened with a ticket. */
void session_resumed(void);
/* Keeps a certificate that the client sent after its own. Returns 0, or -1 without memory. */
int session_keep_issuer(session *s, cm_view der);
/* What was kept and what mbedTLS has parsed behind `own`: *count views, which the caller frees.
 * NULL without memory. */
cm_view *session_client_issuers(const session *s, const mbedtls_x509_crt *own, size_t *count);
/* What the core says to the client's certificate; NULL: it is valid. Returns 0, or -1 without
 * memory. */
int session_judge_client(session *s, const char *problem);

#endif
