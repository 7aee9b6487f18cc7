/* A plain HTTP port for monitoring: /metrics in the Prometheus text format, and /health. */
#ifndef CERTMINT_ECHO_METRICS_H
#define CERTMINT_ECHO_METRICS_H

#include <uv.h>

#include "options.h"
#include "problem.h"
#include "worker.h"

typedef struct metrics metrics;

/* Listens on --metrics. The workers must outlive it. Returns 0, or -1 with *p filled. */
int metrics_open(const options *o, uv_loop_t *loop, worker *const *workers, unsigned count,
                 metrics **out, problem *p);

/* Closes the port and its connections; it frees itself when the loop has run on. NULL is fine. */
void metrics_close(metrics *m);

#endif
