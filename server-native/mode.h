/* What the server does with an open connection: echo, http, discard, chargen. */
#ifndef CERTMINT_ECHO_MODE_H
#define CERTMINT_ECHO_MODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "options.h"

struct session;

typedef struct mode {
    const char *name;
    bool echoes; /* what comes in goes out; the members below are NULL */
    /* Takes plaintext; must take all of it. */
    void (*consume)(struct session *s, const uint8_t *data, size_t size);
    /* Puts what is to be sent into out[0..capacity) and returns its size, 0 for nothing now. */
    size_t (*produce)(struct session *s, uint8_t *out, size_t capacity);
    /* Frees s->mode_state; NULL when there is none. */
    void (*end)(struct session *s);
} mode;

const mode *mode_of(echo_mode m);

#endif
