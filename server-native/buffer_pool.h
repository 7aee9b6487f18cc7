/*
 * Where mbedTLS's record buffers live.
 *
 * A TLS connection has two buffers of almost 17 KB, because a peer may send records of 16 KB, and
 * between records nothing of them is needed but the first bytes. The pool gives each buffer pages
 * of its own, so that an idle connection's can be handed back to the system: 4 KB of each stay.
 * Without that ten thousand idle connections would hold 340 MB.
 */
#ifndef CERTMINT_ECHO_BUFFER_POOL_H
#define CERTMINT_ECHO_BUFFER_POOL_H

/* Routes mbedTLS's allocations: record buffers to the pool, the rest to calloc. Call once, before
 * mbedTLS is used. Without effect where the system cannot do it, and under AddressSanitizer, which
 * sees more in its own allocator. */
void buffer_pool_setup(void);

/* Gives back all but the first page of a buffer, which will read as zeros; other memory is left
 * alone. */
void buffer_pool_trim(void *buffer);

#endif
