/*
 * The search for random primes for RSA keys: FIPS 186-5 A.1.3, probable primes.
 *
 * The search runs in slices, so that the caller can yield, report progress and stop.
 *
 * How candidates are drawn. A random odd start of the full size with its two top bits set, then
 * start + 2, start + 4, ... for as many candidates as the prime has bits, then a new start. Of the
 * primes between 3/4 2^bits and 2^bits each can be found, but one after a long gap is found a
 * little more often than one close behind another (Brandt and Damgard, CRYPTO '92: the loss of
 * entropy is small). That is what other generators do too; FIPS 186-5 draws every candidate anew.
 *
 * What shows. The number of candidates tried and which of them were rejected, also the position
 * of the prime in its interval, may show in the time a search takes. No branch, memory address or
 * division depends on a bit of a candidate that may be accepted, nor on why one was rejected.
 * mbedTLS's f_rng convention: fills the bytes and returns 0.
 */
#ifndef CM_PRIME_H
#define CM_PRIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmint.h"

enum {
    CM_PRIME_MIN_BITS = 512,
    CM_PRIME_MAX_BITS = 4096,
    CM_PRIME_BITS_STEP = 64,         /* sizes are multiples of this */
    CM_PRIME_PUBLIC_EXPONENT = 65537 /* e: gcd(p-1, e) = 1 holds for every prime found */
};

typedef struct cm_prime_search cm_prime_search;

/* Makes a search for primes of `bits` bits (512 .. 4096, a multiple of 64); about 150 kB. Draws no
 * randomness yet; f_rng and p_rng must stay valid as long as the search.
 * CM_ERR_INVALID for another size, CM_ERR_MEMORY. Free with cm_prime_search_free. */
cm_status cm_prime_search_create(unsigned bits, int (*f_rng)(void *, unsigned char *, size_t),
                                 void *p_rng, cm_prime_search **search);

/* Works on for about `work` modular squarings of 1024 bits (a microsecond each in WebAssembly, so
 * 10000 is about 10 ms), whatever the size of the primes. *found tells whether a prime is ready;
 * steps after that do nothing until it is taken. CM_ERR_RANDOM when the generator fails, or when
 * so many candidates failed that it cannot be random. */
cm_status cm_prime_search_step(cm_prime_search *search, unsigned work, bool *found);

/* Writes the prime, big-endian, in `size` = bits / 8 bytes; the search forgets it and the next
 * step starts on another. CM_ERR_INVALID when none is ready or the size is another. */
cm_status cm_prime_search_take(cm_prime_search *search, uint8_t *out, size_t size);

/* Exponentiations done so far over all the primes of this search, with the fraction of the one
 * under way. */
double cm_prime_search_done(const cm_prime_search *search);

/* The size asked for at cm_prime_search_create, in bits. */
unsigned cm_prime_search_bits(const cm_prime_search *search);

/* Exponentiations that a prime of this many bits takes on average, its own tests included. The
 * search has no memory: whatever is done already, this is what is left to expect. */
double cm_prime_expected(unsigned bits);

/* Zeroes and frees the search; NULL is fine. */
void cm_prime_search_free(cm_prime_search *search);

/* The rounds of Miller-Rabin with random bases that a prime of this many bits has to pass: FIPS
 * 186-5 Table B.1 and appendix C.1. */
unsigned cm_prime_rounds(unsigned bits);

/* Whether n (big-endian; at most 4096 bits, the length is public) is prime, as far as a strong
 * test to base 2 and `rounds` rounds of Miller-Rabin with random bases (FIPS 186-5 B.3.1) tell.
 * In constant time but for the answer and the length. CM_ERR_RANDOM, CM_ERR_MEMORY;
 * CM_ERR_LIMIT when n is too large. */
cm_status cm_prime_is_probable(const uint8_t *n, size_t size, unsigned rounds,
                               int (*f_rng)(void *, unsigned char *, size_t), void *p_rng,
                               bool *probable);

#endif
