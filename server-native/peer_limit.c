#include "peer_limit.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUCKETS = 4096 };

typedef struct entry {
    struct entry *next;
    peer_key key;
    unsigned count;
} entry;

static struct {
    pthread_mutex_t lock;
    unsigned most;
    uint64_t seed; /* nobody can choose addresses that share a bucket */
    entry **buckets;
} table = {.lock = PTHREAD_MUTEX_INITIALIZER};

int peer_limit_setup(unsigned most)
{
    if (most == 0) {
        return 0;
    }
    table.buckets = calloc(BUCKETS, sizeof *table.buckets);
    if (table.buckets == NULL || getentropy(&table.seed, sizeof table.seed) != 0) {
        peer_limit_free();
        return -1;
    }
    table.seed |= 1;
    table.most = most;
    return 0;
}

void peer_limit_free(void)
{
    for (size_t i = 0; table.buckets != NULL && i < BUCKETS; i++) {
        while (table.buckets[i] != NULL) {
            entry *e = table.buckets[i];
            table.buckets[i] = e->next;
            free(e);
        }
    }
    free(table.buckets);
    table.buckets = NULL;
    table.most = 0;
}

static bool key_of(const struct sockaddr *peer, peer_key *key)
{
    *key = (peer_key){{0}, false};
    if (peer->sa_family == AF_INET) {
        memcpy(key->bytes, &((const struct sockaddr_in *)peer)->sin_addr, 4);
        return true;
    }
    if (peer->sa_family == AF_INET6) {
        const struct in6_addr *a = &((const struct sockaddr_in6 *)peer)->sin6_addr;
        key->v6 = !IN6_IS_ADDR_V4MAPPED(a);
        memcpy(key->bytes, a->s6_addr + (key->v6 ? 0 : 12), key->v6 ? 8 : 4);
        return true;
    }
    return false;
}

static bool same(const peer_key *a, const peer_key *b)
{
    return a->v6 == b->v6 && memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* Where the entry of a key hangs, or would. */
static entry **find(const peer_key *key)
{
    uint64_t hash;
    entry **at;
    memcpy(&hash, key->bytes, sizeof hash);
    hash = (hash ^ (key->v6 ? table.seed >> 32 : 0)) * table.seed;
    at = &table.buckets[(hash >> 48) % BUCKETS];
    while (*at != NULL && !same(&(*at)->key, key)) {
        at = &(*at)->next;
    }
    return at;
}

bool peer_limit_enter(const struct sockaddr *peer, peer_key *key)
{
    bool entered = true;
    if (table.most == 0 || !key_of(peer, key)) {
        return true;
    }
    pthread_mutex_lock(&table.lock);
    entry **at = find(key);
    if (*at == NULL) {
        *at = calloc(1, sizeof **at);
        if (*at != NULL) {
            (*at)->key = *key;
        }
    }
    if (*at == NULL || (*at)->count == table.most) {
        entered = false;
    } else {
        (*at)->count++;
    }
    pthread_mutex_unlock(&table.lock);
    return entered;
}

void peer_limit_leave(const peer_key *key)
{
    if (table.most == 0) {
        return;
    }
    pthread_mutex_lock(&table.lock);
    entry **at = find(key);
    entry *e = *at;
    if (e != NULL && --e->count == 0) {
        *at = e->next;
        free(e);
    }
    pthread_mutex_unlock(&table.lock);
}
