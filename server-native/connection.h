/* A session on a socket: reading, writing, back-pressure, deadlines, the orderly end. */
#ifndef CERTMINT_ECHO_CONNECTION_H
#define CERTMINT_ECHO_CONNECTION_H

#include <uv.h>

#include "worker.h"

/* Accepts the connection that waits on `listener`. Returns 0; UV_ECONNABORTED when it was let go;
 * UV_ENOMEM when there was no memory even for that and it still waits. */
int connection_accept(worker *w, uv_stream_t *listener);

/* Looks at the deadlines of all connections of a worker, and at its wish to end them. */
void connection_check_all(worker *w);

#endif
