/* --mode http: answers requests with what was negotiated. */
#ifndef CERTMINT_ECHO_MODE_HTTP_H
#define CERTMINT_ECHO_MODE_HTTP_H

#include <stddef.h>
#include <stdint.h>

struct session;

/* The members of struct mode. HTTP/1.1, RFC 9112: one answer a request, JSON when the request
 * accepts application/json or asks for a path that ends in .json, else text. */
void http_consume(struct session *s, const uint8_t *data, size_t size);
size_t http_produce(struct session *s, uint8_t *out, size_t capacity);
void http_end(struct session *s);

#endif
