/* The server's certificates and private keys: read from files, or minted. */
#ifndef CERTMINT_ECHO_CREDENTIALS_H
#define CERTMINT_ECHO_CREDENTIALS_H

#include <stdbool.h>
#include <stddef.h>

#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>

#include "certmint.h"
#include "der_list.h"
#include "options.h"
#include "problem.h"

/* One certificate with its chain, and its key, as bytes: every worker parses its own copy, because
 * an RSA key of mbedTLS is locked while it signs. */
typedef struct credential {
    der_list certificates; /* the server's own certificate first */
    cm_bytes key;          /* PKCS#8, DER */
    char fingerprint[96];  /* SHA-256 of the server's own certificate */
    char name[256];        /* a name that it is for: its first DNS name or address; or "" */
    bool self_signed;      /* so a client can verify against the certificate itself */
} credential;

typedef struct credentials {
    credential *items;
    size_t count;
    bool minted;    /* now, by us */
    cm_bytes pem;   /* the certificate of items[0] when it was minted */
    char file[512]; /* where the certificate of items[0] can be found; "" when nowhere */
    size_t references;
} credentials;

/*
 * Gets the credentials that the options ask for: the files of --cert and --key, or key stores; with
 * --save the files of an earlier start; or new ones, kept with --save. Every certificate is parsed
 * and compared with its key. Returns 0, or -1 with *p filled. The caller holds the first reference.
 */
int credentials_get(const options *o, credentials **out, problem *p);

/* References are counted, not atomically: they belong to one thread. With the last one the keys are
 * zeroed. */
credentials *credentials_retain(credentials *c);
void credentials_release(credentials *c);

/* Parses a credential into initialised, empty mbedTLS objects, which the caller frees. `rng` is a
 * cm_random. `certificate` names the input in *p. Returns 0 or -1. */
int credential_parse(const credential *c, const char *certificate, mbedtls_x509_crt *chain,
                     mbedtls_pk_context *key, cm_random *rng, problem *p);

/* Parses one certificate into the end of *chain, whatever its critical extensions. Returns 0 or an
 * mbedTLS error. */
int certificate_parse(cm_view der, mbedtls_x509_crt *chain);

/* Parses all of them. Returns 0 or -1; `what` names the input in *p. */
int certificates_parse(const der_list *certificates, const char *what, mbedtls_x509_crt *chain,
                       problem *p);

/* Whether a certificate is for this server name: one of its DNS names, with a wildcard for the
 * leftmost label (RFC 6125 §6.4), or its common name when it has no alternative names at all. */
bool certificate_is_for(const mbedtls_x509_crt *certificate, const char *name);

#endif
