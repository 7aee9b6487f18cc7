/* The command line of certmint-echo: what can be asked for, with its defaults. */
#ifndef CERTMINT_ECHO_OPTIONS_H
#define CERTMINT_ECHO_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "certmint.h"

/* Exit statuses, the same as those of the certmint command line. */
enum { EXIT_DONE = 0, EXIT_USAGE = 2, EXIT_FAILED = 3 };

/* An option that may be given several times: borrowed argv strings. */
typedef struct option_list {
    const char **items;
    size_t count;
} option_list;

typedef enum echo_mode { MODE_ECHO = 0, MODE_HTTP, MODE_DISCARD, MODE_CHARGEN } echo_mode;

typedef enum client_cert_mode {
    CLIENT_CERT_NONE = 0, /* not asked for */
    CLIENT_CERT_OPTIONAL, /* asked for; a wrong one is reported, not refused */
    CLIENT_CERT_REQUIRED  /* no connection without a valid one */
} client_cert_mode;

typedef struct options {
    option_list listen; /* "127.0.0.1:8443" when none is given */

    option_list cert, key;       /* files; as many keys as certificates that are no key stores */
    const char *passphrase_file; /* NULL: none */
    option_list name;            /* of a minted certificate; localhost, 127.0.0.1, ::1 when none */
    const char *key_type;        /* of a minted certificate; NULL: P-256 */
    cm_key_spec key_spec;        /* what key_type says */
    unsigned days;               /* of a minted certificate; 0: 90 */
    const char *save;            /* folder for the minted files; NULL: none */

    int min_tls, max_tls; /* 12 or 13 */
    option_list ciphers;  /* IANA names; mbedTLS's when none */
    option_list groups;   /* x25519, p-256, ...; mbedTLS's when none */
    option_list alpn;     /* protocols in order of preference */
    client_cert_mode client_cert;
    const char *client_ca;  /* PEM file; NULL: none */
    const char *client_crl; /* PEM file; NULL: none */
    bool tickets;
    unsigned ticket_lifetime;    /* seconds */
    const char *ticket_key_file; /* a secret shared between servers; NULL: keys of our own */
    const char *key_log;         /* NULL: none */

    echo_mode mode;
    double handshake_timeout, idle_timeout, drain_timeout; /* seconds; 0: none */
    unsigned max_connections; /* at a time; 0: what the system allows */
    unsigned max_per_address; /* at a time from one address; 0: any number */
    unsigned exit_after;      /* connections; 0: never */
    unsigned workers;
    const char *metrics; /* address of the plain HTTP port; NULL: none */
    bool json, quiet;
} options;

/*
 * Reads the command line into *out, which borrows from argv and is freed by options_free. Returns
 * -1 to go on, or the exit status: 0 after --help and --version (printed on stdout), EXIT_USAGE
 * after a sentence on stderr that names option, value and rule.
 */
int options_parse(int argc, char **argv, options *out);

/* Whether a --cert is a PKCS#12 file, certificate and key in one: its name ends in .p12 or .pfx. */
bool options_is_key_store(const char *path);

/* Frees what options_parse allocated. */
void options_free(options *o);

#endif
