#include "entropy.h"

#include <unistd.h>

enum { GETENTROPY_MOST = 256 }; /* bytes a call, getentropy(2) */

static int from_system(void *context, uint8_t *out, size_t size)
{
    (void)context;
    while (size > 0) {
        size_t part = size < GETENTROPY_MOST ? size : GETENTROPY_MOST;
        if (getentropy(out, part) != 0) {
            return -1;
        }
        out += part;
        size -= part;
    }
    return 0;
}

cm_status entropy_random(cm_random **rng, cm_error *err)
{
    return cm_random_create(from_system, NULL, rng, err);
}
