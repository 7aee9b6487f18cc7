#include "buffer_pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <mbedtls/platform.h>

#if defined(__SANITIZE_ADDRESS__) || !defined(__linux__)
#define POOL_ENABLED 0
#else
#define POOL_ENABLED 1
#endif

enum {
    PAGE = 4096,
    SLOT = 5 * PAGE,         /* holds a record of 16384 bytes with all its overhead */
    SLOT_LEAST = 16384,      /* smaller allocations are no record buffers */
    SLOT_COUNT = 400 * 1024, /* 8 GB of addresses, not of memory */
    HOT_MOST = 128,          /* free slots that keep their pages */
    NONE = -1
};

static struct {
    pthread_mutex_t lock;
    uint8_t *start; /* NULL: no pool */
    int32_t *next;  /* of each free slot, the one below it on its list */
    int32_t hot;    /* free, with their pages and whatever they held */
    int32_t cold;   /* free, without pages: they read as zeros */
    int32_t fresh;  /* slots from here on were never used */
    int32_t hot_count;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER, .hot = NONE, .cold = NONE};

static uint8_t *slot_at(int32_t index)
{
    return pool.start + (size_t)index * SLOT;
}

static bool is_ours(const void *memory)
{
    uintptr_t at = (uintptr_t)memory, start = (uintptr_t)pool.start;
    return pool.start != NULL && at >= start && at - start < (uintptr_t)SLOT * SLOT_COUNT;
}

static int32_t pop(int32_t *list)
{
    int32_t index = *list;
    if (index != NONE) {
        *list = pool.next[index];
    }
    return index;
}

static void push(int32_t *list, int32_t index)
{
    pool.next[index] = *list;
    *list = index;
}

/* A zeroed slot, or NULL when all are taken. */
static void *take(void)
{
    bool dirty = false;
    int32_t index;
    pthread_mutex_lock(&pool.lock);
    index = pop(&pool.hot);
    if (index != NONE) {
        pool.hot_count--;
        dirty = true;
    } else {
        index = pop(&pool.cold);
    }
    if (index == NONE && pool.fresh < SLOT_COUNT) {
        index = pool.fresh++;
    }
    pthread_mutex_unlock(&pool.lock);
    if (index == NONE) {
        return NULL;
    }
    return dirty ? memset(slot_at(index), 0, SLOT) : slot_at(index);
}

static void give_back(void *memory)
{
    int32_t index = (int32_t)(((uintptr_t)memory - (uintptr_t)pool.start) / SLOT);
    bool keep;
    pthread_mutex_lock(&pool.lock);
    keep = pool.hot_count < HOT_MOST;
    pool.hot_count += keep ? 1 : 0;
    pthread_mutex_unlock(&pool.lock);
    if (!keep && madvise(memory, SLOT, MADV_DONTNEED) != 0) {
        memset(memory, 0, SLOT);
    }
    pthread_mutex_lock(&pool.lock);
    push(keep ? &pool.hot : &pool.cold, index);
    pthread_mutex_unlock(&pool.lock);
}

static void *pool_calloc(size_t count, size_t size)
{
    if (size == 0) {
        count = size = 1; /* what calloc answers to 0 differs between systems */
    }
    if (count <= SLOT / size && count * size >= SLOT_LEAST) {
        void *slot = take();
        if (slot != NULL) {
            return slot;
        }
    }
    return calloc(count, size);
}

static void pool_free(void *memory)
{
    if (is_ours(memory)) {
        give_back(memory);
    } else {
        free(memory);
    }
}

void buffer_pool_setup(void)
{
    size_t addresses = (size_t)SLOT * SLOT_COUNT;
    void *start;
    int32_t *next;
    if (!POOL_ENABLED || sysconf(_SC_PAGESIZE) != PAGE) {
        return;
    }
    start = mmap(NULL, addresses, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    next = mmap(NULL, SLOT_COUNT * sizeof *next, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED || next == MAP_FAILED) {
        /* The system promises no more memory than it has: calloc does for us. */
        if (start != MAP_FAILED) {
            munmap(start, addresses);
        }
        return;
    }
    /* One touched byte must not bring in two megabytes. */
    (void)madvise(start, addresses, MADV_NOHUGEPAGE);
    /* Buffers hold what peers sent in confidence: keep them out of core dumps. */
    (void)madvise(start, addresses, MADV_DONTDUMP);
    pool.start = start;
    pool.next = next;
    mbedtls_platform_set_calloc_free(pool_calloc, pool_free);
}

void buffer_pool_trim(void *buffer)
{
    if (is_ours(buffer)) {
        (void)madvise((uint8_t *)buffer + PAGE, SLOT - PAGE, MADV_DONTNEED);
    }
}
