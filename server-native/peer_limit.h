/* How many connections each address has, over all workers. */
#ifndef CERTMINT_ECHO_PEER_LIMIT_H
#define CERTMINT_ECHO_PEER_LIMIT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* One host: an IPv4 address, or the /64 of an IPv6 address, which is what a host or a home gets. */
typedef struct peer_key {
    uint8_t bytes[8];
    bool v6;
} peer_key;

/* Counts at most `most` connections an address from now on; 0: any number, and nothing is counted.
 * Call once, before the others. Returns 0, or -1 without memory or randomness. */
int peer_limit_setup(unsigned most);
void peer_limit_free(void);

/* Counts a connection, unless there are `most`, or no memory: then false. *key is what
 * peer_limit_leave takes. Peers of Unix sockets are not counted. Safe from any thread. */
bool peer_limit_enter(const struct sockaddr *peer, peer_key *key);
void peer_limit_leave(const peer_key *key);

#endif
