/*
 * Loaded with LD_PRELOAD: refuses memory once, at allocation number REFUSE_AT, counted from the
 * moment the file REFUSE_FROM exists (from the start without it).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static long refuse_at;
static const char *from;
static _Atomic long counted;
static _Atomic int started;

/* dlsym allocates before there is an allocator. */
static char early[4096];
static size_t early_used;

__attribute__((constructor)) static void begin(void)
{
    const char *at = getenv("REFUSE_AT");
    real_malloc = dlsym(RTLD_NEXT, "malloc");
    real_calloc = dlsym(RTLD_NEXT, "calloc");
    real_realloc = dlsym(RTLD_NEXT, "realloc");
    from = getenv("REFUSE_FROM");
    refuse_at = at == NULL ? 0 : strtol(at, NULL, 10);
    started = from == NULL;
}

static int refused(void)
{
    if (refuse_at == 0) {
        return 0;
    }
    if (!started) {
        int error = errno;
        started = access(from, F_OK) == 0;
        errno = error;
    }
    if (started && atomic_fetch_add(&counted, 1) + 1 == refuse_at) {
        /* The test learns that the number was reached. */
        (void)!write(STDERR_FILENO, "{\"event\":\"refused\"}\n", 20);
        errno = ENOMEM;
        return 1;
    }
    return 0;
}

void *malloc(size_t size)
{
    return real_malloc == NULL || refused() ? NULL : real_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    if (real_calloc == NULL) {
        void *memory = early + early_used;
        early_used += (count * size + 15) & ~(size_t)15;
        return early_used <= sizeof early ? memory : NULL;
    }
    return refused() ? NULL : real_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return real_realloc == NULL || refused() ? NULL : real_realloc(memory, size);
}
