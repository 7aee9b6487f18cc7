/* What all connections of a worker share of TLS: configuration, certificates, randomness. */
#ifndef CERTMINT_ECHO_TLS_H
#define CERTMINT_ECHO_TLS_H

#include <mbedtls/ssl.h>

#include "client_trust.h"
#include "credentials.h"
#include "options.h"
#include "problem.h"
#include "tickets.h"

typedef struct tls tls;

/* Builds a configuration for one worker, with references of `clients` and `t`, which may be NULL
 * (no tickets); the options must outlive it. Returns 0, or -1 with *p filled. The caller holds the
 * first reference. */
int tls_create(const options *o, const credentials *c, client_trust *clients, tickets *t, tls **out,
               problem *p);

/* References are counted, not atomically: they belong to one thread. At a reload, connections keep
 * what they began with. */
tls *tls_retain(tls *t);
void tls_release(tls *t);

const mbedtls_ssl_config *tls_config(const tls *t);

/* The standard name of a cipher suite, "TLS_AES_128_GCM_SHA256"; "unknown" for one that is not
 * ours. */
const char *tls_cipher_name(int id);

/* Starts to append secrets to --key-log; NULL does nothing. Returns 0, or -1 with *p filled. */
int key_log_open(const char *path, problem *p);
/* Has the secrets of a connection logged, when a key log is open. */
void key_log_watch(mbedtls_ssl_context *ssl);

#endif
