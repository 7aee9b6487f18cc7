/* The whole server: sockets, workers, signals. */
#ifndef CERTMINT_ECHO_SERVER_H
#define CERTMINT_ECHO_SERVER_H

#include "options.h"

/* Runs until it is told to stop. Returns the exit status, after a sentence on standard error when
 * that is not 0. */
int server_run(const options *o);

#endif
