/*
 * Whom clients' certificates must come from, and the judgement on them by the core's path
 * validation (RFC 5280 §6). mbedTLS parses a client's own certificate and checks that the client
 * has its key; everything else a client sends along goes to the core unread.
 */
#ifndef CERTMINT_ECHO_CLIENT_TRUST_H
#define CERTMINT_ECHO_CLIENT_TRUST_H

#include <stdint.h>

#include <mbedtls/ssl.h>

#include "options.h"
#include "problem.h"

typedef struct client_trust client_trust;

enum { CLIENT_TRUST_DIGEST = 32 };

/* Reads --client-ca and --client-crl. Returns 0, or -1 with *p filled. The caller holds the first
 * reference. */
int client_trust_load(const options *o, client_trust **out, problem *p);

/* It never changes, and may be used from several threads. */
client_trust *client_trust_retain(client_trust *t);
void client_trust_release(client_trust *t);

/* SHA-256 over what decides about clients: sessions are resumed only where it is the same. */
void client_trust_digest(const client_trust *t, uint8_t out[CLIENT_TRUST_DIGEST]);

/* Has a TLS configuration ask clients for certificates and judge them; `t` must outlive it. */
void client_trust_configure(client_trust *t, mbedtls_ssl_config *conf);

#endif
