/* What the server says when it stands: where it listens, and what to try. */
#ifndef CERTMINT_ECHO_BANNER_H
#define CERTMINT_ECHO_BANNER_H

#include "address.h"
#include "credentials.h"
#include "options.h"

/* Prints the start-up lines on standard output, as one line of JSON with --json. `addresses` are
 * those that the server is bound to. */
void banner_print(const options *o, const credentials *c, const address *addresses, size_t count);

#endif
