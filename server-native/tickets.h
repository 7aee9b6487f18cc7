/* The keys that session tickets are sealed with, one set for all workers. RFC 5077, RFC 8446
 * §4.6.1. */
#ifndef CERTMINT_ECHO_TICKETS_H
#define CERTMINT_ECHO_TICKETS_H

#include <stdbool.h>

#include <mbedtls/ssl.h>

#include "client_trust.h"
#include "options.h"
#include "problem.h"

typedef struct tickets tickets;

/*
 * Makes the ticket keys. Without --ticket-key-file they are random and change when they are as old
 * as a ticket may become. With it they are derived from the file and the time, so that every server
 * with the same file, and clocks that agree roughly, opens the others' tickets, if it judges
 * clients by the same `digest` (client_trust_digest): a ticket stands for that judgement.
 * Returns 0, or -1 with *p filled. The caller holds the first reference.
 */
int tickets_create(const options *o, const uint8_t digest[CLIENT_TRUST_DIGEST], tickets **out,
                   problem *p);

/* Whether it was made for this digest. */
bool tickets_are_for(const tickets *t, const uint8_t digest[CLIENT_TRUST_DIGEST]);

/* References may be taken and released on any thread. */
tickets *tickets_retain(tickets *t);
void tickets_release(tickets *t);

/* Changes derived keys when their time has come; call it now and then. Safe from any thread. */
void tickets_tick(tickets *t);

/* Tells a TLS configuration to give out and take tickets. */
void tickets_configure(tickets *t, mbedtls_ssl_config *conf);

#endif
