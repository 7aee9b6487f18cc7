/* The log: one line an event on standard error, for people or as JSON. Safe from every thread. */
#ifndef CERTMINT_ECHO_LOG_H
#define CERTMINT_ECHO_LOG_H

#include <stdbool.h>
#include <stdint.h>

/* Chooses the form of all later lines; `quiet` leaves out what concerns one connection. */
void log_setup(bool json, bool quiet);

/* Something about the server as a whole. `event` is one word for programs ("reload"), the rest a
 * sentence for people. */
void log_event(const char *event, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What is known about a connection when a line about it is written. Unknown text is NULL. */
typedef struct log_connection {
    uint64_t id;      /* counted from 1 */
    const char *peer; /* "127.0.0.1:40000" */
    const char *version, *cipher, *sni, *alpn, *client;
    bool resumed;
    uint64_t received, sent; /* bytes of application data */
    double seconds;          /* since it was accepted */
    const char *problem;     /* why it failed, or NULL */
} log_connection;

/* `event` is "connected", "handshake", "closed" or "failed". Nothing when quiet. */
void log_about(const char *event, const log_connection *c);

/* True when lines about single connections are written at all. */
bool log_connections(void);

#endif
