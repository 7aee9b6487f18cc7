#include "mode.h"

#include <string.h>

#include "mode_http.h"
#include "session.h"

/* discard, RFC 863 */
static void discard(session *s, const uint8_t *data, size_t size)
{
    (void)s;
    (void)data;
    (void)size;
}

/* chargen, RFC 864 §"Data Syntax": lines of 72 of the 95 printable characters, each line starting
 * one further on. Position in the stream follows from what was sent. */
enum { LINE = 74, PRINTABLE = 95, FIRST_PRINTABLE = ' ' };

static size_t generate(session *s, uint8_t *out, size_t capacity)
{
    if (s->peer_closed) {
        return 0;
    }
    for (size_t i = 0; i < capacity; i++) {
        uint64_t at = s->sent + i, column = at % LINE, line = at / LINE;
        out[i] = column == LINE - 2   ? '\r'
                 : column == LINE - 1 ? '\n'
                                      : (uint8_t)(FIRST_PRINTABLE + (line + column) % PRINTABLE);
    }
    return capacity;
}

static const mode modes[] = {
    [MODE_ECHO] = {"echo", true, NULL, NULL, NULL},
    [MODE_HTTP] = {"http", false, http_consume, http_produce, http_end},
    [MODE_DISCARD] = {"discard", false, discard, NULL, NULL},
    [MODE_CHARGEN] = {"chargen", false, discard, generate, NULL},
};

const mode *mode_of(echo_mode m)
{
    return &modes[m];
}
