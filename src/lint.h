/* Lint: what its rules look at, and what a rule is. */
#ifndef CM_LINT_H
#define CM_LINT_H

#include "candidate.h"
#include "certmint.h"

/* What a certificate is to be: one bit each, so that a rule can speak for several. */
enum {
    CM_ROLE_SERVER = 1,
    CM_ROLE_CLIENT = 2,
    CM_ROLE_CA = 4,
    CM_ROLE_OTHER = 8,
    CM_ROLE_END = CM_ROLE_SERVER | CM_ROLE_CLIENT | CM_ROLE_OTHER,
    CM_ROLE_ANY = CM_ROLE_END | CM_ROLE_CA
};

typedef enum cm_lint_severity {
    CM_LINT_ERROR = 0, /* the client refuses it */
    CM_LINT_WARNING,   /* it may */
    CM_LINT_NOTICE,    /* it does not; the standard or good practice wants it otherwise */
    CM_LINT_SEVERITIES
} cm_lint_severity;

typedef enum cm_lint_key {
    CM_LINT_KEY_RSA = 1,
    CM_LINT_KEY_RSA_PSS, /* id-RSASSA-PSS */
    CM_LINT_KEY_P256,
    CM_LINT_KEY_P384,
    CM_LINT_KEY_P521,
    CM_LINT_KEY_CURVE, /* any other curve */
    CM_LINT_KEY_ED25519,
    CM_LINT_KEY_ED448,
    CM_LINT_KEY_OTHER
} cm_lint_key;

/* What a dNSName or iPAddress looks like: clients differ in which they can use. */
typedef enum cm_lint_form {
    CM_FORM_HOST = 0,
    CM_FORM_ADDRESS,
    CM_FORM_WILDCARD,         /* "*.example.com" */
    CM_FORM_LABEL,            /* a label with an underscore */
    CM_FORM_FINAL_DOT,        /* "example.com." */
    CM_FORM_WILDCARD_TOP,     /* "*.com" */
    CM_FORM_WILDCARD_ALL,     /* "*" */
    CM_FORM_WILDCARD_PARTIAL, /* "w*.example.com" */
    CM_FORM_WILDCARD_PLACE,   /* "www.*.com" */
    CM_FORM_ADDRESS_AS_DNS,
    CM_FORM_ADDRESS_SIZE, /* neither 4 nor 16 bytes */
    CM_FORM_NOT_ASCII,
    CM_FORM_EMPTY,
    CM_FORM_SYNTAX, /* a port, a URL, a space */
    CM_FORM_COUNT
} cm_lint_form;

enum { CM_LINT_CHAIN = 30 };

/* A certificate with what the rules look at. */
typedef struct cm_lint_subject {
    const cm_lint_template *t;
    cm_bytes storage;
    cm_candidate c;
    unsigned role;
    const struct cm_lint_subject *issuer; /* among those given; NULL when it is not there */
    const struct cm_lint_subject *all;    /* those given; all[0] the end certificate */
    bool in_chain;                        /* of the first: at most CM_LINT_CHAIN of them */

    cm_lint_key key;
    unsigned bits;   /* of an RSA modulus */
    bool compressed; /* the point of a curve */

    cm_text examples[CM_FORM_COUNT]; /* a name of each form that is there; data NULL: none */
    unsigned usable; /* clients that find a name in a server's certificate that they can use */
    unsigned by_cn;  /* those of them that only find the CN */
    bool named;      /* the name that is asked for is there, in whatever form */
    cm_error found;  /* what a rule says about this certificate; message "" when nothing */
} cm_lint_subject;

/* Whether the extended key usage has this purpose, an OID_KP; NULL: anyExtendedKeyUsage. */
bool cm_lint_is_for(const cm_lint_subject *subject, const char *purpose);

/* Fills in examples, usable, by_cn and named. */
void cm_lint_open_names(cm_lint_subject *subject);
/* Whether it names a host or an address, or one in a form that anybody can use. */
bool cm_lint_has_host(const cm_lint_subject *subject, bool usable);
/* The clients that can use names of this form. */
unsigned cm_lint_form_clients(cm_lint_form form);

/*
 * A rule: data, and a check that looks. marks[severity] are the clients that the rule speaks for;
 * the check takes away those that it does not hold for in this certificate. `argument` is the
 * rule's own.
 */
typedef struct cm_lint_rule {
    const char *texts; /* CM_LINT_TEXTS of them, each with its NUL */
    bool (*check)(cm_lint_subject *s, unsigned argument, unsigned marks[CM_LINT_SEVERITIES]);
    uint16_t clients[CM_LINT_SEVERITIES];
    uint16_t documented; /* of them: told by documentation, not tried with the client itself */
    uint16_t argument;
    uint8_t roles;
} cm_lint_rule;

typedef enum cm_lint_text {
    CM_LINT_ID = 0,
    CM_LINT_SENTENCE,
    CM_LINT_FIX,
    CM_LINT_SOURCE,
    CM_LINT_VERSIONS, /* which versions, where it is not all; or "" */
    CM_LINT_TEXTS
} cm_lint_text;

/* All rules; texts of NULL end them. */
extern const cm_lint_rule cm_lint_rules_table[];

#endif
