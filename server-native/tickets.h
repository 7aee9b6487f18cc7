/* The keys that session tickets are sealed with, one set for all workers. RFC 5077, RFC 8446
 * §4.6.1. */
#ifndef CERTMINT_ECHO_TICKETS_H
#define CERTMINT_ECHO_TICKETS_H

#include <mbedtls/ssl.h>

#include "options.h"
#include "problem.h"

typedef struct tickets tickets;

/*
 * Makes the ticket keys. Without --ticket-key-file they are random and change when they are as old
 * as a ticket may become. With it they are derived from the file and the time, so that every server
 * with the same file, and clocks that agree roughly, opens the others' tickets.
 * Returns 0, or -1 with *p filled.
 */
int tickets_create(const options *o, tickets **out, problem *p);
void tickets_free(tickets *t);

/* Changes derived keys when their time has come; call it now and then. Safe from any thread. */
void tickets_tick(tickets *t);

/* Tells a TLS configuration to give out and take tickets. */
void tickets_configure(tickets *t, mbedtls_ssl_config *conf);

#endif
