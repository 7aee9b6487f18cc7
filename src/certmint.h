/*
 * certmint: keys, certificates, requests and revocation lists.
 *
 * This header is the whole public C interface. The library does no I/O, has no clock and no
 * changing globals: randomness, the time and progress come in as arguments.
 *
 * Conventions
 *  - Every function that can fail returns a cm_status and fills *err, which may be NULL.
 *    On failure no output is written: handles stay NULL, cm_bytes stay empty.
 *  - A zeroed template is valid and means the safe default.
 *  - Text is UTF-8 with a length, never NUL-terminated; a NUL inside is an error, not an end.
 *  - Times are seconds since 1970-01-01T00:00:00Z.
 *  - Input structures only borrow what they point to, for the length of the call.
 *  - Handles are not thread-safe; different handles may be used from different threads.
 */
#ifndef CERTMINT_H
#define CERTMINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CERTMINT_VERSION "0.1.0"

/* ------------------------------------------------------------------ errors */

typedef enum cm_status {
    CM_OK = 0,
    CM_ERR_INVALID,     /* a value given breaks a rule: see field and message */
    CM_ERR_UNSUPPORTED, /* well formed, but of a kind that certmint does not do */
    CM_ERR_MALFORMED,   /* bytes that are not what they should be (DER, PEM, ...) */
    CM_ERR_PASSPHRASE,  /* a passphrase is missing or wrong */
    CM_ERR_MISMATCH,    /* two things that should belong together do not */
    CM_ERR_RANDOM,      /* the entropy callback failed */
    CM_ERR_MEMORY,      /* out of memory */
    CM_ERR_CANCELLED,   /* the progress callback asked to stop */
    CM_ERR_LIMIT,       /* a stated limit on size, count or work was reached */
    CM_ERR_INTERNAL     /* a defect of certmint: please report it */
} cm_status;

typedef struct cm_error {
    cm_status code;
    char field[48];    /* the input at fault, as the caller names it: "san[1]", "notAfter"; or "" */
    char message[256]; /* a sentence for people, UTF-8, NUL-terminated */
} cm_error;

/* The lower-case name of a status, as JavaScript sees it: "invalid", "mismatch", ... Never NULL. */
const char *cm_status_name(cm_status status);

/* ------------------------------------------------------------ text and bytes */

/* Borrowed UTF-8 text of `size` bytes; {NULL, 0} is "not given". */
typedef struct cm_text {
    const char *data;
    size_t size;
} cm_text;

/* A cm_text from a string literal. */
#define CM_TEXT(literal) ((cm_text){(literal), sizeof(literal) - 1})

/* A cm_text over a NUL-terminated string; NULL gives {NULL, 0}. */
cm_text cm_text_of(const char *string);

/* Borrowed bytes. */
typedef struct cm_view {
    const uint8_t *data;
    size_t size;
} cm_view;

/* Owned bytes: freed, and zeroed first, by cm_bytes_free. PEM and JSON outputs are followed by a
 * NUL that `size` does not count. */
typedef struct cm_bytes {
    uint8_t *data;
    size_t size;
} cm_bytes;

/* Zeroes and frees the bytes and leaves {NULL, 0}. NULL and empty are fine. */
void cm_bytes_free(cm_bytes *bytes);

/* ------------------------------------------------------------------ randomness */

/* Fills out[0..size) with entropy from the system; returns 0 on success. */
typedef int (*cm_entropy_fn)(void *context, uint8_t *out, size_t size);

/* A CTR-DRBG with AES-256 (NIST SP 800-90A), seeded and reseeded from the host's entropy. */
typedef struct cm_random cm_random;

/* Creates a generator. CM_ERR_RANDOM when the entropy callback fails. Free with cm_random_free. */
cm_status cm_random_create(cm_entropy_fn entropy, void *context, cm_random **rng, cm_error *err);

/* Zeroes and frees; NULL is fine. */
void cm_random_free(cm_random *rng);

/* Fills out[0..size); 0 on success. `rng` is a cm_random: the shape is mbedTLS's f_rng. */
int cm_random_bytes(void *rng, unsigned char *out, size_t size);

/* ------------------------------------------------------------------ keys */

typedef enum cm_key_algorithm {
    CM_KEY_P256 = 0,  /* NIST P-256, secp256r1: the default */
    CM_KEY_P384,      /* NIST P-384 */
    CM_KEY_P521,      /* NIST P-521 */
    CM_KEY_SECP256K1, /* SEC 2 secp256k1: no browser takes it in a certificate */
    CM_KEY_RSA        /* RSA with e = 65537, FIPS 186-5 A.1 */
} cm_key_algorithm;

typedef struct cm_key_spec {
    cm_key_algorithm algorithm;
    unsigned rsa_bits; /* CM_KEY_RSA: 2048 (and 0), 3072, 4096 or 8192; 1024 only with allow_weak */
    bool allow_weak;   /* for test fixtures: RSA-1024 */
} cm_key_spec;

/* Long work calls this about every 20 ms: `done` candidates tried of `expected` on average (RSA
 * prime search is memoryless: done may pass expected). Return non-zero to cancel. */
typedef struct cm_progress {
    int (*report)(void *context, double done, double expected);
    void *context;
} cm_progress;

/* A key: private with its public half, or public only. */
typedef struct cm_key cm_key;

/* Reads a key specification as people write it: "p-256", "P-384", "secp521r1", "rsa-2048", "rsa"
 * ... CM_ERR_INVALID with field "key" otherwise. */
cm_status cm_key_spec_parse(cm_text text, cm_key_spec *spec, cm_error *err);

/* Generates a private key. `progress` may be NULL. RSA keys meet FIPS 186-5 A.1.3. */
cm_status cm_key_generate(const cm_key_spec *spec, cm_random *rng, const cm_progress *progress,
                          cm_key **key, cm_error *err);

/*
 * The prime search by itself, in slices, for whoever runs several side by side (RSA keys in
 * workers) or has an event loop to serve. Opens a search for one prime of `bits` bits, half the
 * modulus: 512, 1024, 1536, 2048 or 4096, fit for e = 65537. FIPS 186-5 A.1.3.
 */
typedef struct cm_prime_search cm_prime_search;
cm_status cm_prime_search_open(unsigned bits, cm_random *rng, cm_prime_search **search,
                               cm_error *err);
/* Works on for about `work` modular squarings of 1024 bits (a microsecond each in WebAssembly, so
 * 20000 is about 20 ms); *found tells whether a prime stands ready, after which it does nothing
 * more until it is taken. */
cm_status cm_prime_search_advance(cm_prime_search *search, unsigned work, bool *found,
                                  cm_error *err);
/* Exponentiations so far over all its primes (with the fraction under way), and how many a prime
 * takes on average. The search has no memory: after any number of tries the rest is as long as
 * `expected` on average. */
typedef struct cm_prime_progress {
    double tried, expected;
} cm_prime_progress;
cm_prime_progress cm_prime_search_progress(const cm_prime_search *search);
/* The prime found, big-endian, bits / 8 bytes; the search forgets it and goes on to another.
 * CM_ERR_INVALID before there is one. */
cm_status cm_prime_search_result(cm_prime_search *search, cm_bytes *prime, cm_error *err);
/* Zeroes and frees; NULL is fine. */
void cm_prime_search_close(cm_prime_search *search);

/* Makes an RSA private key of two primes (big-endian, the same size) found by the prime search,
 * e = 65537. CM_ERR_INVALID when the pair does not meet FIPS 186-5 A.1. */
cm_status cm_key_from_primes(cm_view p, cm_view q, cm_random *rng, cm_key **key, cm_error *err);

/* Iterations of password-based key derivation: what is written (OWASP's count for
 * PBKDF2-HMAC-SHA-256, 2023; for the legacy form what OpenSSL writes), and the most that one file
 * may ask of its reader, summed up, unless the caller lifts it: seconds in WebAssembly. */
#define CM_KDF_ITERATIONS 600000u
#define CM_KDF_ITERATIONS_LEGACY 2048u
#define CM_KDF_ITERATIONS_LIMIT 5000000u

/* Reads a private or public key: PKCS#1, SEC1, PKCS#8 (plain or encrypted) and SubjectPublicKeyInfo
 * in PEM or DER, OpenSSL's encrypted PEM (DEK-Info with DES, 3DES or AES), and JWK (RFC 7517).
 * Encrypted PKCS#8: PBES2 (PBKDF2 on HMAC-SHA-1 to -512; AES or 3DES in CBC), PBES1 (MD5 or SHA-1
 * with DES) and PKCS#12's schemes with 3DES. `passphrase` may be {NULL, 0}; UTF-8 where the scheme
 * wants text. The public half of a private key is checked against it. Nothing may follow DER.
 * CM_ERR_PASSPHRASE, CM_ERR_MALFORMED, CM_ERR_UNSUPPORTED (names the scheme), CM_ERR_LIMIT; field
 * "key". */
cm_status cm_key_import(cm_view input, cm_view passphrase, cm_random *rng, cm_key **key,
                        cm_error *err);

/* The same with another limit on iterations; 0 means CM_KDF_ITERATIONS_LIMIT. */
cm_status cm_key_import_limited(cm_view input, cm_view passphrase, unsigned max_iterations,
                                cm_random *rng, cm_key **key, cm_error *err);

typedef enum cm_key_format {
    CM_KEY_PKCS8 = 0,   /* PrivateKeyInfo, RFC 5958: BEGIN PRIVATE KEY */
    CM_KEY_TRADITIONAL, /* PKCS#1 (RFC 8017 A.1.2) for RSA, SEC1 (RFC 5915) for EC */
    CM_KEY_SPKI /* SubjectPublicKeyInfo of the public half, RFC 5280 §4.1: BEGIN PUBLIC KEY */
} cm_key_format;

/* "pkcs8", "traditional", "spki". CM_ERR_INVALID with field "format". */
cm_status cm_key_format_parse(cm_text text, cm_key_format *format, cm_error *err);

/* Writes a key. `pem`: RFC 7468 text, else DER. CM_ERR_INVALID when a private format is asked of a
 * public key. */
cm_status cm_key_export(const cm_key *key, cm_key_format format, bool pem, cm_bytes *out,
                        cm_error *err);

/* Writes a private key encrypted: EncryptedPrivateKeyInfo (RFC 5958 §3) under PBES2 with PBKDF2 on
 * HMAC-SHA-256 and AES-256-CBC; BEGIN ENCRYPTED PRIVATE KEY. `iterations` 0 means
 * CM_KDF_ITERATIONS. CM_ERR_PASSPHRASE with field "passphrase" when it is empty; CM_ERR_INVALID
 * with field "format" for a public key. */
cm_status cm_key_export_encrypted(const cm_key *key, cm_view passphrase, unsigned iterations,
                                  bool pem, cm_random *rng, cm_bytes *out, cm_error *err);

/* Writes a JSON Web Key (RFC 7517, 7518 §6; secp256k1: RFC 8812), with the private members or
 * without. CM_ERR_INVALID with field "format" when a public key is asked for private ones. */
cm_status cm_key_export_jwk(const cm_key *key, bool with_private, cm_bytes *json, cm_error *err);
/* The JWK's SHA-256 thumbprint in base64url (RFC 7638): 43 characters and a NUL. */
cm_status cm_key_thumbprint(const cm_key *key, char out[44], cm_error *err);

/* Writes the public half as OpenSSH has it in authorized_keys (RFC 4253 §6.6, RFC 5656 §3.1), a
 * line with its end: "ssh-rsa AAAA... comment". `comment` may be {NULL, 0}; CM_ERR_INVALID with
 * field "comment" when it is not one line. CM_ERR_UNSUPPORTED for secp256k1. */
cm_status cm_key_export_openssh(const cm_key *key, cm_text comment, cm_bytes *line, cm_error *err);

/* The public half as a key of its own. */
cm_status cm_key_public(const cm_key *key, cm_key **public_key, cm_error *err);

bool cm_key_is_private(const cm_key *key);
cm_key_algorithm cm_key_algorithm_of(const cm_key *key);
/* The size: 256, 384, 521 for the curves, the modulus in bits for RSA. */
unsigned cm_key_bits(const cm_key *key);
/* "rsa-2048", "p-256", ... as cm_key_spec_parse reads it. out is NUL-terminated. */
void cm_key_spec_name(const cm_key *key, char out[16]);
/* Describes a key as JSON: {"spec": "rsa-2048", "type": "rsa" | "ec", "bits", "curve"?: "P-256",
 * "private": bool}. */
cm_status cm_key_describe(const cm_key *key, cm_bytes *json, cm_error *err);
/* True when both have the same public half. */
bool cm_key_matches(const cm_key *a, const cm_key *b);

/* Zeroes and frees; NULL is fine. */
void cm_key_free(cm_key *key);

/* ------------------------------------------------------------------ names */

/* One attribute of a distinguished name (X.501). */
typedef struct cm_attribute {
    cm_text type;  /* short name ("CN"), long name ("commonName") or dotted OID */
    cm_text value; /* UTF-8; C is PrintableString, DC and emailAddress IA5String, else UTF8String */
    bool same_rdn; /* stands in the same relative distinguished name as the one before it */
} cm_attribute;

/*
 * A distinguished name, given in one of three ways; when several are set the first counts:
 *  - der: an encoded Name (RFC 5280 §4.1.2.4), copied as it is
 *  - attributes, in the order of the encoding
 *  - text: RFC 4514 syntax, "C=US,O=Example \, Corp,CN=a+UID=b", or OpenSSL's "/C=US/CN=a".
 *    The parts are encoded in the order they are written (RFC 4514 §2.1 would reverse them; as with
 *    `openssl req -subj`, what is written first comes first).
 * All unset means the default (see cm_certificate_template); `empty` means the empty name.
 */
typedef struct cm_name {
    cm_view der;
    const cm_attribute *attributes;
    size_t attribute_count;
    cm_text text;
    bool empty;
} cm_name;

typedef enum cm_general_name_kind {
    CM_GENERAL_NAME_AUTO = 0,  /* classify: IP literal, e-mail, URI, else DNS */
    CM_GENERAL_NAME_DNS,       /* dNSName: A-labels; a wildcard is the whole leftmost label */
    CM_GENERAL_NAME_IP,        /* iPAddress: "192.0.2.1", "2001:db8::1"; CIDR in constraints */
    CM_GENERAL_NAME_EMAIL,     /* rfc822Name */
    CM_GENERAL_NAME_URI,       /* uniformResourceIdentifier: absolute, RFC 3986 */
    CM_GENERAL_NAME_DIRECTORY, /* directoryName: value in the syntax of cm_name.text */
    CM_GENERAL_NAME_RID,       /* registeredID: dotted OID */
    CM_GENERAL_NAME_UPN,       /* otherName with Microsoft's user principal name */
    CM_GENERAL_NAME_OTHER      /* otherName: `oid`, and `der` its value */
} cm_general_name_kind;

/* A GeneralName (RFC 5280 §4.2.1.6). */
typedef struct cm_general_name {
    cm_general_name_kind kind;
    cm_text value;
    cm_text oid; /* CM_GENERAL_NAME_OTHER: dotted type-id */
    cm_view der; /* CM_GENERAL_NAME_OTHER: one DER element */
} cm_general_name;

/* ------------------------------------------------------------------ extensions */

typedef enum cm_choice {
    CM_DEFAULT = 0, /* as the profile says */
    CM_OMIT,        /* leave it out */
    CM_SET          /* as given here */
} cm_choice;

typedef enum cm_critical {
    CM_CRITICAL_DEFAULT = 0, /* as RFC 5280 says */
    CM_CRITICAL_YES,
    CM_CRITICAL_NO
} cm_critical;

/* keyUsage bits, numbered as in RFC 5280 §4.2.1.3. */
#define CM_KU_DIGITAL_SIGNATURE (1u << 0)
#define CM_KU_CONTENT_COMMITMENT (1u << 1) /* nonRepudiation */
#define CM_KU_KEY_ENCIPHERMENT (1u << 2)
#define CM_KU_DATA_ENCIPHERMENT (1u << 3)
#define CM_KU_KEY_AGREEMENT (1u << 4)
#define CM_KU_KEY_CERT_SIGN (1u << 5)
#define CM_KU_CRL_SIGN (1u << 6)
#define CM_KU_ENCIPHER_ONLY (1u << 7)
#define CM_KU_DECIPHER_ONLY (1u << 8)

/* Any extension by OID and DER; replaces the extension of that OID that certmint would write. */
typedef struct cm_custom_extension {
    cm_text oid; /* dotted */
    bool critical;
    cm_view der; /* the content of extnValue: one DER element */
} cm_custom_extension;

typedef struct cm_policy {
    cm_text oid;     /* dotted, or "anyPolicy" */
    cm_text cps_uri; /* optional CPS pointer qualifier */
} cm_policy;

/* What a certificate or a request carries beyond the defaults of its profile. */
typedef struct cm_extensions {
    bool none; /* no extension at all; everything below and the SAN must be unset */

    struct {
        cm_choice choice;
        cm_critical critical; /* default: critical, RFC 5280 §4.2.1.9 */
        bool ca;
        bool has_path_len;
        unsigned path_len; /* 0..255; only with ca */
    } basic_constraints;

    struct {
        cm_choice choice;
        cm_critical critical; /* default: critical, §4.2.1.3 */
        unsigned bits;        /* CM_KU_... */
    } key_usage;

    struct {
        cm_choice choice;
        cm_critical critical; /* default: not critical; timeStamping: critical (RFC 3161 §2.3) */
        const cm_text *purposes; /* "serverAuth", ... or dotted OIDs */
        size_t count;
    } extended_key_usage;

    struct {
        cm_choice choice; /* default: SHA-1 of the public key bits, §4.2.1.2 method 1 */
        cm_view value;    /* CM_SET: 1..64 bytes */
    } subject_key_identifier;

    struct {
        cm_choice choice; /* default: the issuer's SKI copied, §4.2.1.1; only DEFAULT and OMIT */
    } authority_key_identifier;

    cm_critical san_critical; /* default: critical when the subject is empty, §4.2.1.6 */

    struct { /* §4.2.1.10; written when either list is not empty; only in a CA certificate */
        cm_critical critical;             /* default: critical */
        const cm_general_name *permitted; /* IP as CIDR, DNS without wildcard */
        size_t permitted_count;
        const cm_general_name *excluded;
        size_t excluded_count;
    } name_constraints;

    struct {                  /* §4.2.1.4 */
        cm_critical critical; /* default: not critical */
        const cm_policy *items;
        size_t count;
    } certificate_policies;

    struct {                  /* §4.2.1.13: one DistributionPoint with fullName an item */
        cm_critical critical; /* default: not critical */
        const cm_text *uris;
        size_t count;
    } crl_distribution_points;

    struct { /* §4.2.2.1, never critical */
        const cm_text *ocsp;
        size_t ocsp_count;
        const cm_text *ca_issuers;
        size_t ca_issuers_count;
    } authority_info_access;

    bool must_staple; /* TLS feature status_request, RFC 7633 */

    const cm_custom_extension *custom;
    size_t custom_count;
} cm_extensions;

/* ------------------------------------------------------------------ certificates */

/* What a certificate is for: its default validity, key usages and purposes (docs/ARCHITECTURE.md
 * has the table). */
typedef enum cm_profile {
    CM_PROFILE_SERVER = 0,   /* TLS server: serverAuth, 397 days */
    CM_PROFILE_CLIENT,       /* TLS client: clientAuth, 397 days */
    CM_PROFILE_PEER,         /* both */
    CM_PROFILE_CA,           /* root: CA:TRUE, keyCertSign + cRLSign, 3650 days */
    CM_PROFILE_INTERMEDIATE, /* the same with pathLen 0, 1825 days */
    CM_PROFILE_EMAIL,        /* S/MIME: emailProtection */
    CM_PROFILE_CODE_SIGNING,
    CM_PROFILE_TIMESTAMPING, /* timeStamping alone, critical: RFC 3161 §2.3 */
    CM_PROFILE_OCSP_SIGNING, /* OCSPSigning with id-pkix-ocsp-nocheck, RFC 6960 §4.2.2.2 */
    CM_PROFILE_WEBTRANSPORT  /* P-256 and at most 14 days, W3C WebTransport */
} cm_profile;

typedef enum cm_hash {
    CM_HASH_DEFAULT = 0, /* SHA-256; SHA-384 for a P-384 issuer key, SHA-512 for P-521 */
    CM_HASH_SHA256,
    CM_HASH_SHA384,
    CM_HASH_SHA512,
    CM_HASH_SHA1 /* only with allow_weak */
} cm_hash;

typedef struct cm_certificate_template {
    cm_profile profile;

    /* Default: CN = the first subject alternative name, when it fits in 64 bytes. */
    cm_name subject;

    /* Default for the server profiles: the subject's CN, when it is a DNS name or an IP. */
    const cm_general_name *san;
    size_t san_count;
    bool no_san; /* no default SAN either */

    /* notBefore defaults to now - 1 h (clocks differ), notAfter to notBefore + validity; both
     * within 1950..9999. `now` is required unless both are given. UTCTime to 2049, then
     * GeneralizedTime (RFC 5280 §4.1.2.5). */
    int64_t now;
    bool has_not_before, has_not_after;
    int64_t not_before, not_after;
    int64_t validity; /* seconds; 0 = as the profile says */
    bool clamp;       /* shorten the validity to the issuer's instead of refusing */

    cm_view serial; /* big-endian, positive, at most 20 octets; default 159 random bits */
    cm_hash hash;
    bool pss;        /* RSASSA-PSS (RFC 4055) instead of PKCS#1 v1.5, with an RSA issuer key */
    bool allow_weak; /* for test fixtures: SHA-1, RSA-1024, names and dates that break the issuer's
                      */

    /*
     * A certification request (PKCS#10, PEM or DER) to answer: its signature is checked and its
     * public key certified; the subject_key of cm_certificate_create must be NULL. From what it
     * asks for only what `honor` names is taken, where the template does not say otherwise; its
     * subject and names are judged as given ones are.
     * keyUsage and extendedKeyUsage are cut down to what the profile grants; basicConstraints, name
     * constraints and everything unknown are never taken.
     */
    cm_view request;
    unsigned honor; /* CM_HONOR_...; 0 = CM_HONOR_DEFAULT */

    cm_extensions extensions;
} cm_certificate_template;

#define CM_HONOR_SUBJECT (1u << 0)
#define CM_HONOR_SAN (1u << 1)
#define CM_HONOR_KEY_USAGE (1u << 2)
#define CM_HONOR_EXTENDED_KEY_USAGE (1u << 3)
#define CM_HONOR_TLS_FEATURE (1u << 4) /* must-staple */
#define CM_HONOR_NOTHING (1u << 31)    /* the public key alone */
#define CM_HONOR_DEFAULT (CM_HONOR_SUBJECT | CM_HONOR_SAN)

/* Who signs: a CA certificate (PEM or DER) and its private key. */
typedef struct cm_issuer {
    cm_view certificate;
    const cm_key *key;
} cm_issuer;

/* Read what people write: "server", ..., "sha256", ..., "digitalSignature", ... CM_ERR_INVALID with
 * the possible values in the message; field "profile", "hash", none for a usage. */
cm_status cm_profile_parse(cm_text text, cm_profile *profile, cm_error *err);
cm_status cm_hash_parse(cm_text text, cm_hash *hash, cm_error *err);
cm_status cm_key_usage_parse(cm_text text, unsigned *bit, cm_error *err);

/* Creates a certificate (X.509 v3, RFC 5280) for the public half of `subject_key`, signed by
 * `issuer`, or self-signed when issuer is NULL (subject_key must then be private). *der is the
 * certificate in DER. Fields in errors: "subject", "san[i]", "notBefore", "notAfter", "serial",
 * "hash", "issuer", "extensions.<name>", ... */
cm_status cm_certificate_create(const cm_certificate_template *template_, const cm_key *subject_key,
                                const cm_issuer *issuer, cm_random *rng, cm_bytes *der,
                                cm_error *err);

/* ------------------------------------------------------------------ requests */

/* A certification request (PKCS#10, RFC 2986). Zeroed: the profile's extensions for the names. */
typedef struct cm_request_template {
    cm_profile profile; /* its keyUsage and extendedKeyUsage are asked for; no basicConstraints
                           unless it is a CA's */
    cm_name subject;    /* default: CN = the first name */
    const cm_general_name *san; /* default as in cm_certificate_template */
    size_t san_count;
    bool no_san;
    cm_hash hash;
    bool pss;
    bool allow_weak;
    cm_extensions extensions; /* asked for, RFC 2985 §5.4.2; identifiers only when SET */
} cm_request_template;

/* Creates a request in DER, signed by the private key. Fields in errors as for certificates. */
cm_status cm_request_create(const cm_request_template *template_, const cm_key *key, cm_random *rng,
                            cm_bytes *der, cm_error *err);

/* Checks a request (PEM, with the label CERTIFICATE REQUEST or NEW CERTIFICATE REQUEST, or DER) and
 * its signature. CM_ERR_MALFORMED, CM_ERR_MISMATCH (the signature is not right) or
 * CM_ERR_UNSUPPORTED, with field "request". */
cm_status cm_request_verify(cm_view request, cm_error *err);

/* Describes a request as JSON: {"subject", "publicKey": {...}, "signature", "signatureValid": bool,
 * "isCA", "pathLen"?, "keyUsage"?, "extendedKeyUsage"?, "san": [...], "fingerprints"} as
 * cm_certificate_describe does. CM_ERR_MALFORMED with field "request". */
cm_status cm_request_describe(cm_view request, cm_bytes *json, cm_error *err);

/* Decodes a request to DER. CM_ERR_MALFORMED with field "request". */
cm_status cm_request_decode(cm_view request, cm_bytes *der, cm_error *err);

/* ------------------------------------------------------------------ revocation lists */

/* CRLReason, RFC 5280 §5.3.1. */
typedef enum cm_crl_reason {
    CM_REASON_UNSPECIFIED = 0, /* not written, as §5.3.1 advises */
    CM_REASON_KEY_COMPROMISE = 1,
    CM_REASON_CA_COMPROMISE = 2,
    CM_REASON_AFFILIATION_CHANGED = 3,
    CM_REASON_SUPERSEDED = 4,
    CM_REASON_CESSATION_OF_OPERATION = 5,
    CM_REASON_CERTIFICATE_HOLD = 6,
    CM_REASON_REMOVE_FROM_CRL = 8, /* takes the serial off the list it extends; not written */
    CM_REASON_PRIVILEGE_WITHDRAWN = 9,
    CM_REASON_AA_COMPROMISE = 10
} cm_crl_reason;

/* "keyCompromise", ... CM_ERR_INVALID without a field. */
cm_status cm_crl_reason_parse(cm_text text, cm_crl_reason *reason, cm_error *err);

typedef struct cm_revoked {
    cm_view serial;      /* big-endian, as in the certificate */
    cm_view certificate; /* or the certificate itself (PEM or DER), which must be the issuer's */
    bool has_date;
    int64_t date; /* revocationDate; default: this_update */
    cm_crl_reason reason;
    bool has_invalidity_date;
    int64_t invalidity_date;
} cm_revoked;

typedef struct cm_crl_template {
    int64_t this_update; /* required */
    bool has_next_update;
    int64_t next_update; /* default: this_update + validity */
    int64_t validity;    /* seconds; 0 = 30 days */
    cm_view number;      /* CRLNumber, big-endian; default: that of `previous` + 1, else 1 */
    cm_view previous; /* the list to extend (PEM, label X509 CRL, or DER): the issuer's, signature
                         checked; its entries are kept. No partial, indirect or delta list:
                         CM_ERR_UNSUPPORTED for critical extensions */
    const cm_revoked *revoked; /* added; a serial already listed gets the new date and reason */
    size_t revoked_count;
    cm_hash hash;
    bool pss;
    bool allow_weak; /* next_update in the past, a signer without cRLSign */
} cm_crl_template;

/* Creates a certificate revocation list (RFC 5280 §5, version 2) with authority key identifier and
 * CRL number. Fields in errors: "revoked[i]", "thisUpdate", "nextUpdate", "number", "previous",
 * "issuer". */
cm_status cm_crl_create(const cm_crl_template *template_, const cm_issuer *issuer, cm_random *rng,
                        cm_bytes *der, cm_error *err);

/* Describes a list as JSON: {"issuer", "thisUpdate", "nextUpdate"?, "number"?: hex, "signature",
 * "revoked": [{"serial", "date", "reason"?, "invalidityDate"?}], "fingerprints"}.
 * CM_ERR_MALFORMED with field "crl". */
cm_status cm_crl_describe(cm_view crl, cm_bytes *json, cm_error *err);

/* ------------------------------------------------------------------ key stores and bundles */

#define CM_STORE_SIZE_LIMIT (16 << 20) /* bytes of a file read */
#define CM_STORE_ENTRY_LIMIT 4096      /* certificates of a file written or put in order */

/* How a PKCS#12 file is protected, which decides who opens it. */
typedef enum cm_pkcs12_encryption {
    CM_PKCS12_MODERN = 0,      /* PBES2 with AES-256-CBC, HMAC-SHA-256: OpenSSL 3, Java 11.0.12 */
    CM_PKCS12_LEGACY,          /* 3DES and HMAC-SHA-1: old macOS, Java 8, Windows before 2019 */
    CM_PKCS12_JAVA_TRUST_STORE /* modern, and every certificate marked as trusted for Java */
} cm_pkcs12_encryption;

/* "modern", "legacy", "java-truststore". CM_ERR_INVALID with field "encryption". */
cm_status cm_pkcs12_encryption_parse(cm_text text, cm_pkcs12_encryption *encryption, cm_error *err);

/* An entry to write: a certificate, PEM or DER, with the name people see; {NULL, 0}: none (in a
 * trust store: the certificate's SHA-256). */
typedef struct cm_pkcs12_certificate {
    cm_view certificate;
    cm_text friendly_name;
} cm_pkcs12_certificate;

typedef struct cm_pkcs12_template {
    const cm_key *key; /* NULL: certificates alone */
    /* The key's certificate first, then those above it; or those to trust. */
    const cm_pkcs12_certificate *certificates;
    size_t certificate_count;
    cm_text friendly_name; /* of the key and the first certificate; default: that of the latter */
    cm_view local_key_id;  /* 1..64 bytes; default: the SHA-1 of the key's certificate */
    cm_view passphrase;    /* UTF-8, may be empty */
    cm_pkcs12_encryption encryption;
    unsigned iterations; /* 0: CM_KDF_ITERATIONS, legacy: CM_KDF_ITERATIONS_LEGACY */
} cm_pkcs12_template;

/* Writes a PKCS#12 file (RFC 7292) in DER. CM_ERR_MISMATCH with field "certificates[0]" when the
 * key is not that certificate's. Other fields: "certificates[i]", "friendlyName", "localKeyID",
 * "key", "passphrase". */
cm_status cm_pkcs12_create(const cm_pkcs12_template *template_, cm_random *rng, cm_bytes *der,
                           cm_error *err);

/* An entry read: a private key or a certificate. */
typedef struct cm_pkcs12_entry {
    cm_key *key;            /* NULL for a certificate */
    cm_bytes certificate;   /* DER; empty for a key */
    cm_bytes friendly_name; /* UTF-8, empty when there is none */
    cm_bytes local_key_id;
    bool trusted; /* has Oracle's trustedKeyUsage */
} cm_pkcs12_entry;

typedef struct cm_pkcs12 {
    cm_pkcs12_entry *entries; /* in the order of the file */
    size_t count;
    size_t unread; /* entries of other kinds: lists, secrets */
} cm_pkcs12;

/* Opens a PKCS#12 file, DER or BER: 3DES and PBES2 (as cm_key_import), MAC with SHA-1 to SHA-512 or
 * none. The MAC is checked first, in constant time. `max_iterations` limits the sum over the file,
 * 0 means CM_KDF_ITERATIONS_LIMIT. CM_ERR_PASSPHRASE with field "passphrase": wrong, missing, or
 * the file was altered; CM_ERR_MALFORMED, CM_ERR_UNSUPPORTED (names the cipher), CM_ERR_LIMIT with
 * field "pkcs12". Free with cm_pkcs12_free. */
cm_status cm_pkcs12_open(cm_view data, cm_view passphrase, unsigned max_iterations, cm_random *rng,
                         cm_pkcs12 *store, cm_error *err);
void cm_pkcs12_free(cm_pkcs12 *store);

/* Writes certificates and revocation lists (PEM or DER) as a PKCS#7 bundle in DER (PEM label
 * "PKCS7"): SignedData without signers (RFC 2315 §9.1, RFC 5652 §5.1), in the order given. Fields
 * "certificates[i]", "crls[i]". */
cm_status cm_pkcs7_create(const cm_view *certificates, size_t count, const cm_view *crls,
                          size_t crl_count, cm_bytes *der, cm_error *err);

typedef struct cm_pkcs7 {
    cm_bytes der;          /* what the others point into */
    cm_view *certificates; /* DER, in the order of the file */
    size_t count;
    cm_view *crls; /* DER, not parsed */
    size_t crl_count;
} cm_pkcs7;

/* Reads the certificates of SignedData, PEM or DER or BER; signatures are not looked at.
 * CM_ERR_MALFORMED, CM_ERR_LIMIT with field "pkcs7". Free with cm_pkcs7_free. */
cm_status cm_pkcs7_read(cm_view data, cm_pkcs7 *out, cm_error *err);
void cm_pkcs7_free(cm_pkcs7 *bundle);

/* The order of a chain: order[0..count) gets the indexes of the certificates (DER), leaf first. The
 * leaf is the certificate of `key` (may be NULL), else the first that issued none of the others;
 * each is followed by its issuer, by name and key identifiers; what belongs to none comes last, in
 * the order given. Field "certificates[i]". */
cm_status cm_chain_order(const cm_view *certificates, size_t count, const cm_key *key,
                         size_t *order, cm_error *err);

/* ------------------------------------------------------------------ path validation */

/* What a path is to be good for: the extended key usage that the end certificate and every
 * authority that limits itself must have (RFC 5280 §4.2.1.12), and the key usage that goes with it.
 */
typedef enum cm_purpose {
    CM_PURPOSE_ANY = 0, /* not looked at */
    CM_PURPOSE_SERVER,
    CM_PURPOSE_CLIENT,
    CM_PURPOSE_EMAIL,
    CM_PURPOSE_CODE_SIGNING,
    CM_PURPOSE_TIMESTAMPING, /* alone and critical: RFC 3161 §2.3 */
    CM_PURPOSE_OCSP_SIGNING
} cm_purpose;

/* "any", "server", "client", "email", "code-signing", "timestamping", "ocsp-signing".
 * CM_ERR_INVALID with field "purpose". */
cm_status cm_purpose_parse(cm_text text, cm_purpose *purpose, cm_error *err);

/* Why a path is refused. The names in quotes stand in reports. */
typedef enum cm_verify_code {
    CM_VERIFY_OK = 0,             /* "ok" */
    CM_VERIFY_MALFORMED,          /* "malformed": breaks DER or RFC 5280 */
    CM_VERIFY_UNSUPPORTED,        /* "unsupported": an algorithm or key certmint does not know */
    CM_VERIFY_CRITICAL_EXTENSION, /* "critical-extension": one that is not understood */
    CM_VERIFY_WEAK,               /* "weak": SHA-1, RSA below 2048 bits */
    CM_VERIFY_NOT_YET_VALID,      /* "not-yet-valid" */
    CM_VERIFY_EXPIRED,            /* "expired" */
    CM_VERIFY_NO_ISSUER,          /* "no-issuer": the issuer is not among what was given */
    CM_VERIFY_UNTRUSTED,          /* "untrusted": ends in a self-signed one that is no root */
    CM_VERIFY_SIGNATURE,          /* "signature": the issuer's key did not make it */
    CM_VERIFY_NOT_CA,             /* "not-ca": an issuer that is no authority */
    CM_VERIFY_KEY_USAGE,          /* "key-usage" */
    CM_VERIFY_PURPOSE,            /* "purpose": the extended key usage forbids it */
    CM_VERIFY_PATH_LENGTH,        /* "path-length": pathLenConstraint */
    CM_VERIFY_MAX_DEPTH,          /* "max-depth": longer than the caller takes */
    CM_VERIFY_NAME_CONSTRAINTS,   /* "name-constraints" */
    CM_VERIFY_NAME_MISMATCH,      /* "name-mismatch": not for this host, IP or mailbox */
    CM_VERIFY_POLICY,             /* "policy": no acceptable certificate policy */
    CM_VERIFY_REVOKED,            /* "revoked" */
    CM_VERIFY_REVOCATION_UNKNOWN, /* "revocation-unknown": no usable list covers it */
    CM_VERIFY_WORK_LIMIT          /* "work-limit": gave up; nothing was proved */
} cm_verify_code;

/* The name of a code, as above. Never NULL. */
const char *cm_verify_code_name(cm_verify_code code);

/* What is to be validated, and against what. Certificates and lists are PEM or DER; an entry in PEM
 * may hold several. */
typedef struct cm_verify_template {
    cm_view leaf;                 /* the end certificate: the first one of it */
    const cm_view *intermediates; /* in any order, with anything else among them */
    size_t intermediate_count;
    const cm_view
        *roots; /* trust anchors; their dates, constraints and usages are held to as well */
    size_t root_count;
    const cm_view *crls; /* complete, delta and indirect lists, RFC 5280 §6.3 */
    size_t crl_count;

    int64_t time; /* at which all must be valid */
    cm_purpose purpose;

    /* At most one: what the end certificate must be for, looked up in its subject alternative names
     * alone (RFC 9525). */
    cm_text dns, ip, email;

    bool has_max_depth;
    unsigned max_depth; /* certificates between the end and the root, 0..30; default 16 */

    const cm_text *policies; /* user-initial-policy-set, dotted; none means any */
    size_t policy_count;
    bool require_explicit_policy; /* initial-explicit-policy, RFC 5280 §6.1.1 */
    bool inhibit_policy_mapping;
    bool inhibit_any_policy;

    bool require_revocation; /* refuse what no usable list covers; else lists only convict */
    bool allow_weak;         /* SHA-1 signatures and RSA from 1024 bits */
    /* Lets pass what RFC 5280 §4 asks of authorities but §6 does not check: key identifiers, key
     * usage in authorities, names of authorities, keyCertSign without cA. */
    bool lenient;
} cm_verify_template;

/*
 * Builds a path from the end certificate to a root and validates it (RFC 5280 §6). Where several
 * paths are possible, one that holds is enough. At most 200 signatures are checked.
 *
 * *report is JSON: {"ok": bool, "code": name, "depth": of the certificate at fault, 0 the end
 * certificate, "detail": a sentence, "chain"?: [{"from": "leaf"|"intermediates"|"roots", "index",
 * "subject", "size"}, ...] end certificate first, "policies"?: [OIDs in the root's terms],
 * "revocation"?: "unchecked"|"good"|"unknown", "skipped": [{"from", "index", "detail"}, ...],
 * "signatures": checked}. *chain is the DER of the certificates of "chain", one after another
 * (empty without), each of its "size".
 *
 * CM_OK whatever the answer is. CM_ERR_INVALID for input that makes no question: fields "time",
 * "name", "maxDepth", "policies[i]"; CM_ERR_LIMIT for more than 10,000 certificates or lists.
 */
cm_status cm_verify(const cm_verify_template *template_, cm_bytes *report, cm_bytes *chain,
                    cm_error *err);

/* The answer alone, for programs that act on it rather than tell it. */
typedef struct cm_verdict {
    cm_verify_code code; /* CM_VERIFY_OK: the path holds */
    size_t depth;        /* of the certificate at fault, 0 the end certificate */
    char detail[256];    /* a sentence, UTF-8, NUL-terminated; "" when it holds */
} cm_verdict;

/* As cm_verify, without its report. On failure *verdict is CM_VERIFY_WORK_LIMIT: nothing was
 * proved. */
cm_status cm_verify_verdict(const cm_verify_template *template_, cm_verdict *verdict,
                            cm_error *err);

/* ------------------------------------------------------------------ lint */

/* Whose judgement is asked for: bits. */
#define CM_LINT_CHROME (1u << 0)
#define CM_LINT_FIREFOX (1u << 1)
#define CM_LINT_SAFARI (1u << 2) /* and everything on macOS and iOS */
#define CM_LINT_NODE (1u << 3)
#define CM_LINT_PYTHON (1u << 4) /* ssl.create_default_context() */
#define CM_LINT_JAVA (1u << 5)
#define CM_LINT_GO (1u << 6)
#define CM_LINT_OPENSSL (1u << 7) /* openssl verify -x509_strict */
#define CM_LINT_GNUTLS (1u << 8)
#define CM_LINT_WEBTRANSPORT (1u << 9) /* serverCertificateHashes, W3C WebTransport */
#define CM_LINT_RFC5280 (1u << 10)     /* the standard itself */

/* "chrome", "firefox", "safari", "node", "python", "java", "go", "openssl", "gnutls",
 * "webtransport", "rfc5280". CM_ERR_INVALID with field "clients". */
cm_status cm_lint_client_parse(cm_text text, unsigned *client, cm_error *err);

/* What the first certificate is to be. */
typedef enum cm_lint_purpose {
    CM_LINT_AUTO = 0, /* what it looks like */
    CM_LINT_SERVER,
    CM_LINT_CLIENT,
    CM_LINT_CA,
    CM_LINT_ANY /* only what holds for every certificate */
} cm_lint_purpose;

/* "auto", "server", "client", "ca", "any". CM_ERR_INVALID with field "purpose". */
cm_status cm_lint_purpose_parse(cm_text text, cm_lint_purpose *purpose, cm_error *err);

#define CM_LINT_LIMIT 1000           /* certificates */
#define CM_LINT_SIZE_LIMIT (1 << 18) /* bytes of one */

typedef struct cm_lint_template {
    /* PEM or DER; an entry in PEM may hold several. The first is the end certificate; those of the
     * others that lead upwards from it are its chain, and each is looked at by itself. */
    const cm_view *certificates;
    size_t count;
    unsigned clients; /* CM_LINT_...; 0: all, where WebTransport does not count for "ok" */
    cm_lint_purpose purpose;
    cm_text dns, ip; /* at most one: what a server's certificate must be for */
    int64_t time;    /* at which it shall be valid */
} cm_lint_template;

/*
 * Says which clients refuse a certificate, and why. No signature is checked and no trust: a client
 * is taken to trust the root.
 *
 * *report is JSON: {"ok": no client asked about refuses,
 *   "certificates": [{"subject", "purpose": "server"|"client"|"ca"|"any"}],
 *   "clients": [{"client": "chrome", "name": "Chrome", "verdict": "accepted"|"refused",
 *     "findings": [indexes]}],
 *   "findings": [{"rule", "certificate": index, "severity": "error"|"warning"|"notice",
 *     "clients": [...], "detail"?: this certificate, and of the rule "sentence", "fix", "source",
 *     "versions"?: where it is not all}]}
 *
 * CM_OK whatever the answer is. CM_ERR_MALFORMED with field "certificates[i]" for what is none;
 * CM_ERR_LIMIT for more or greater ones than CM_LINT_LIMIT and CM_LINT_SIZE_LIMIT, and for more
 * names to compare than a second is enough for; CM_ERR_INVALID with field "name", "time".
 */
cm_status cm_lint(const cm_lint_template *template_, cm_bytes *report, cm_error *err);

/* The rules as JSON: [{"id", "purposes": [...], "error", "warning", "notice": [clients],
 * "documented": [those of them whose word was taken for it: the rest was tried], "sentence", "fix",
 * "source", "versions"?}]. */
cm_status cm_lint_rules(cm_bytes *json, cm_error *err);

/* ------------------------------------------------------------------ reading certificates */

/* Describes a certificate (PEM or DER) as JSON, for programs:
 *   {"subject", "issuer": text in the syntax of cm_name.text, "serial": lower-case hex,
 *    "notBefore", "notAfter": seconds since 1970, "fingerprints": {"sha1", "sha256"},
 *    "signature": "ecdsa-sha256" | ...,
 *    "publicKey": {"spki": hex, "type", "bits", "spec", "curve"?},
 *    "isCA": bool, "pathLen"?: number, "keyUsage"?: [...], "extendedKeyUsage"?: [...],
 *    "san": ["DNS:localhost", "IP:127.0.0.1", ...]}
 * CM_ERR_MALFORMED with field "certificate". */
cm_status cm_certificate_describe(cm_view certificate, cm_bytes *json, cm_error *err);

/* Limits of cm_inspect: bytes of all inputs, things found in them, files inside files, private keys
 * that are opened, entries of a list, extensions of one thing, bytes of the report. */
#define CM_INSPECT_SIZE_LIMIT (16 << 20)
#define CM_INSPECT_ITEM_LIMIT 4096
#define CM_INSPECT_DEPTH_LIMIT 4
#define CM_INSPECT_KEY_LIMIT 64
#define CM_INSPECT_REVOKED_LIMIT 10000
#define CM_INSPECT_EXTENSION_LIMIT 100
#define CM_INSPECT_REPORT_LIMIT (64 << 20)
/* How much checking of signatures is done, in the time that about as many microseconds are in
 * WebAssembly; what is over it is told as unchecked. */
#define CM_INSPECT_WORK 40000

typedef struct cm_inspect_options {
    const cm_view *passphrases; /* tried on everything that is encrypted; the empty
                                 * one is, too, on PKCS#12 of at most 10,000 iterations */
    size_t passphrase_count;
    unsigned max_iterations; /* of all key derivation; 0 means CM_KDF_ITERATIONS_LIMIT */
    unsigned max_work;       /* 0 means CM_INSPECT_WORK */
} cm_inspect_options;

/*
 * Says what bytes are, whatever they are, and what is in them: PEM (any number of blocks, with text
 * between them), DER or BER (one thing after another), either in base64 without armour;
 * certificates, requests, revocation lists, private and public keys of any kind, PKCS#12, PKCS#7,
 * JWK and JWK Sets, OpenSSH's keys. Algorithms that certmint does not do are told all the same.
 * What is encrypted is described, and opened when one of the passphrases fits.
 *
 * *json is {"items": [ITEM...], "links": [LINK...], "truncated"?: true}; js/index.d.ts has all of
 * it (InspectReport). In short, every ITEM is {"id", "kind", "input": index, "form", "label"?,
 * "offset"?, "length"?, ...}, the things inside a PKCS#12 or PKCS#7 file are its "items", and what
 * cannot be read is of the kind "unreadable" with an "error". Ids count from 0 in the order of the
 * report. LINK is {"type": "same", "items": [ids]} for copies of one thing, {"type": "same-key",
 * "items"}, or {"type": "issued", "issuer": id, "item": id, "signature": "valid" | "invalid" |
 * "unchecked"}: name and key identifiers fit; one that is invalid is told only where none is valid.
 *
 * CM_OK whatever the bytes are. CM_ERR_LIMIT for inputs or a report over their limits; with field
 * "passphrase[i]" for one of more than 1024 bytes. No private key or passphrase is in the report.
 */
cm_status cm_inspect(const cm_view *inputs, size_t count, const cm_inspect_options *options,
                     cm_random *rng, cm_bytes *json, cm_error *err);

#define CM_ASN1_DEPTH_LIMIT 64     /* elements inside elements */
#define CM_ASN1_COUNT_LIMIT 100000 /* elements of one tree */

/*
 * The elements that bytes consist of, whatever they mean (X.690): DER or BER, a PEM block of any
 * label (the first), or base64 without armour. *der gets the bytes that the offsets count in.
 *
 * *json is {"elements": [ELEMENT...], "error"?: {"offset", "message"}}: what stands before the
 * first fault, or before a limit, is there all the same. ELEMENT is {"offset", "header": bytes of
 * tag and length, "class": "universal" | "application" | "context" | "private", "tag": number,
 * "type"?: of the universal class, like "SEQUENCE", "constructed", "value"?: text of strings (at
 * most 128 bytes of it), times in RFC 3339, integers in hexadecimal, "cut"?: true, "oid"?: dotted
 * with its "name"?, "unused"?: bits of a BIT STRING, "inside"?: true where an OCTET or BIT STRING
 * holds an element, "children"?: [ELEMENT...], "indefinite"?: true (its end-of-contents octets
 * follow), "length": of the content}.
 *
 * CM_OK whatever the bytes are. Field "data": CM_ERR_LIMIT above CM_INSPECT_SIZE_LIMIT,
 * CM_ERR_MALFORMED for a PEM block that is not base64. Both hold what a private key is, when the
 * bytes are one.
 */
cm_status cm_asn1_tree(cm_view data, cm_bytes *der, cm_bytes *json, cm_error *err);

/* The SHA-256 of the bytes of a DER certificate, as people compare it: "AB:CD:..." (95 characters
 * and a NUL). */
void cm_fingerprint_sha256(cm_view der, char out[96]);

/* Wraps DER in RFC 7468 PEM with a label, e.g. "CERTIFICATE": 64 columns, "\n" line ends. */
cm_status cm_pem_encode(const char *label, cm_view der, cm_bytes *pem, cm_error *err);

/* Decodes the first PEM block with this label, or returns the DER itself when `input` is DER.
 * CM_ERR_MALFORMED when there is none. `field` names the input in errors. */
cm_status cm_pem_decode(cm_view input, const char *label, const char *field, cm_bytes *der,
                        cm_error *err);

#ifdef __cplusplus
}
#endif

#endif
