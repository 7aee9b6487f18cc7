/* Addresses to listen on, and addresses as text. */
#ifndef CERTMINT_ECHO_ADDRESS_H
#define CERTMINT_ECHO_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "problem.h"

enum { ADDRESS_TEXT = 128 };

/* A place to listen on. */
typedef struct address {
    struct sockaddr_storage storage; /* AF_INET, AF_INET6 or AF_UNIX */
    socklen_t size;
} address;

/* Reads "127.0.0.1:8443", "[::1]:8443", "localhost:0" or "unix:/path". `option` names the input in
 * *p. Returns 0 or -1. */
int address_parse(const char *text, const char *option, address *out, problem *p);

/* "127.0.0.1:8443", "[::1]:8443", "unix:/path". */
void address_text(const struct sockaddr *address, char out[ADDRESS_TEXT]);

/* The port of an internet address, 0 of others. */
unsigned address_port(const struct sockaddr *address);

/* Opens a bound, not yet listening socket; with `shared` several may bind the same port. *a becomes
 * what it is bound to, with the port that the system chose for 0. Returns the descriptor or -1. */
int address_bind(address *a, bool shared, const char *option, problem *p);

#endif
