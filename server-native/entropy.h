/* Randomness for the core and for TLS, from the system. */
#ifndef CERTMINT_ECHO_ENTROPY_H
#define CERTMINT_ECHO_ENTROPY_H

#include "certmint.h"

/* A generator seeded and reseeded by getentropy(2). One for each thread: it is not thread-safe.
 * Free with cm_random_free. */
cm_status entropy_random(cm_random **rng, cm_error *err);

#endif
