#include "options.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char usage[] =
    "certmint-echo: a TLS server that sends back what it receives\n"
    "\n"
    "usage: certmint-echo [options]\n"
    "\n"
    "Without options it mints a certificate for localhost, listens on 127.0.0.1:8443 and prints\n"
    "the openssl, curl and Node lines to try. It stops on Ctrl-C.\n"
    "\n"
    "Where to listen\n"
    "  --listen ADDRESS     127.0.0.1:8443, [::1]:8443, 0.0.0.0:443, localhost:0 (any free port)\n"
    "                       or unix:/path; may be repeated (default 127.0.0.1:8443)\n"
    "                       Sockets handed over by systemd are used instead when there are any.\n"
    "\n"
    "Its certificate\n"
    "  --cert FILE          certificate and chain, PEM, with --key; or a PKCS#12 file (.p12, "
    ".pfx)\n"
    "                       with both in it. May be repeated: a client is given the first that\n"
    "                       fits its server name (SNI) and algorithms\n"
    "  --key FILE           the private key: PKCS#8, PKCS#1 or SEC1, PEM or DER, also encrypted\n"
    "  --passphrase-file F  the first line of F opens an encrypted key or PKCS#12 file\n"
    "  --name NAME          mint for this DNS name or IP address; may be repeated\n"
    "                       (default localhost, 127.0.0.1, ::1)\n"
    "  --key-type SPEC      mint with p-256 (default), p-384, p-521, rsa-2048, rsa-3072, rsa-4096\n"
    "  --days N             mint for N days (default 90)\n"
    "  --save DIR           keep what is minted: DIR/certificate.pem and DIR/private_key.pem,\n"
    "                       so that a client can verify, and a second start uses them again\n"
    "\n"
    "How to speak TLS\n"
    "  --min-tls 1.2|1.3    (default 1.2)\n"
    "  --max-tls 1.2|1.3    (default 1.3)\n"
    "  --ciphers LIST       cipher suites by their standard names, comma-separated\n"
    "  --groups LIST        key exchange groups: x25519, p-256, p-384, p-521\n"
    "  --alpn LIST          protocols to agree on, in order of preference, e.g. h2,http/1.1\n"
    "  --client-cert WHEN   ask the client for a certificate: none, optional or required\n"
    "  --client-ca FILE     the authorities that may sign it, PEM\n"
    "  --client-crl FILE    what they have revoked, PEM: a current list of each authority\n"
    "  --no-tickets         no session resumption\n"
    "  --ticket-lifetime S  seconds a session may be resumed for (default 86400)\n"
    "  --ticket-key-file F  32 or more random bytes shared by servers that resume each other's\n"
    "                       sessions; keys are derived from it and change with the lifetime\n"
    "  --key-log FILE       append the session secrets for Wireshark (never in production)\n"
    "\n"
    "What to do with a connection\n"
    "  --mode MODE          echo (default); http: answer a request with what was negotiated;\n"
    "                       discard: read only; chargen: send without end\n"
    "  --handshake-timeout S  seconds until a handshake must be over (default 10, 0: never)\n"
    "  --idle-timeout S     seconds without a byte until it is closed (default 300, 0: never)\n"
    "  --drain-timeout S    seconds that connections may go on after SIGTERM (default 5)\n"
    "  --max-connections N  at most N at a time; others wait (default: as many as can be open)\n"
    "  --max-per-address N  at most N at a time from one address (IPv6: one /64); more are "
    "refused\n"
    "  --once               serve one connection, then exit; --exit-after N: serve N\n"
    "\n"
    "Operating it\n"
    "  --workers N          event loops, each on a thread of its own (default 1)\n"
    "  --metrics ADDRESS    plain HTTP with /metrics (Prometheus) and /health\n"
    "  --json               start-up line and log as JSON, a line each\n"
    "  --quiet              no line for each connection\n"
    "  --help, --version\n"
    "\n"
    "SIGHUP reads certificates and keys again; SIGTERM and SIGINT let connections end, then exit;\n"
    "a second one exits at once. Standard output gets the start-up lines, standard error the log.\n"
    "Exit status: 0 done, 2 wrong usage, 3 failed.\n"
    "\n"
    "Examples\n"
    "  certmint-echo --save . &            mint, keep the files, then:\n"
    "  curl --cacert certificate.pem https://localhost:8443/   (with --mode http)\n"
    "  certmint-echo --cert certificate.pem --key private_key.pem --listen [::]:8443\n"
    "  certmint-echo --listen 127.0.0.1:0 --json --once    for scripts\n";

/* How the value of an option is read. */
typedef enum value_kind {
    VALUE_NONE,     /* a flag */
    VALUE_TEXT,     /* const char * */
    VALUE_REPEATED, /* option_list, one item each time */
    VALUE_LIST,     /* option_list, comma-separated */
    VALUE_COUNT,    /* unsigned, at least 1 */
    VALUE_SECONDS,  /* double, at least 0 */
    VALUE_CHOICE,   /* int, one of a few words */
    VALUE_KEY_SPEC  /* const char *, and what it says in key_spec */
} value_kind;

typedef struct choice {
    const char *word;
    int value;
} choice;

typedef struct option {
    const char *name;
    value_kind kind;
    size_t offset;         /* of the member of struct options */
    unsigned most;         /* VALUE_COUNT: the greatest value */
    const choice *choices; /* VALUE_CHOICE */
    const char *expects;   /* the rule, for the error message */
    bool negated;          /* VALUE_NONE: sets the member to false */
    bool allow_empty;      /* VALUE_TEXT */
} option;

static const choice versions[] = {{"1.2", 12}, {"1.3", 13}, {NULL, 0}};
static const choice modes[] = {{"echo", MODE_ECHO},
                               {"http", MODE_HTTP},
                               {"discard", MODE_DISCARD},
                               {"chargen", MODE_CHARGEN},
                               {NULL, 0}};
static const choice client_certs[] = {{"none", CLIENT_CERT_NONE},
                                      {"optional", CLIENT_CERT_OPTIONAL},
                                      {"required", CLIENT_CERT_REQUIRED},
                                      {NULL, 0}};

#define AT(member) offsetof(options, member)

static const option table[] = {
    {.name = "listen", .kind = VALUE_REPEATED, .offset = AT(listen)},
    {.name = "cert", .kind = VALUE_REPEATED, .offset = AT(cert)},
    {.name = "key", .kind = VALUE_REPEATED, .offset = AT(key)},
    {.name = "passphrase-file", .kind = VALUE_TEXT, .offset = AT(passphrase_file)},
    {.name = "name", .kind = VALUE_REPEATED, .offset = AT(name)},
    {.name = "key-type", .kind = VALUE_KEY_SPEC, .offset = AT(key_type)},
    {.name = "days", .kind = VALUE_COUNT, .offset = AT(days), .most = 36500},
    {.name = "save", .kind = VALUE_TEXT, .offset = AT(save)},
    {.name = "min-tls",
     .kind = VALUE_CHOICE,
     .offset = AT(min_tls),
     .choices = versions,
     .expects = "1.2 or 1.3"},
    {.name = "max-tls",
     .kind = VALUE_CHOICE,
     .offset = AT(max_tls),
     .choices = versions,
     .expects = "1.2 or 1.3"},
    {.name = "ciphers", .kind = VALUE_LIST, .offset = AT(ciphers)},
    {.name = "groups", .kind = VALUE_LIST, .offset = AT(groups)},
    {.name = "alpn", .kind = VALUE_LIST, .offset = AT(alpn)},
    {.name = "client-cert",
     .kind = VALUE_CHOICE,
     .offset = AT(client_cert),
     .choices = client_certs,
     .expects = "none, optional or required"},
    {.name = "client-ca", .kind = VALUE_TEXT, .offset = AT(client_ca)},
    {.name = "client-crl", .kind = VALUE_TEXT, .offset = AT(client_crl)},
    {.name = "no-tickets", .kind = VALUE_NONE, .offset = AT(tickets), .negated = true},
    {.name = "ticket-lifetime", .kind = VALUE_COUNT, .offset = AT(ticket_lifetime), .most = 604800},
    {.name = "ticket-key-file", .kind = VALUE_TEXT, .offset = AT(ticket_key_file)},
    {.name = "key-log", .kind = VALUE_TEXT, .offset = AT(key_log)},
    {.name = "mode",
     .kind = VALUE_CHOICE,
     .offset = AT(mode),
     .choices = modes,
     .expects = "echo, http, discard or chargen"},
    {.name = "handshake-timeout", .kind = VALUE_SECONDS, .offset = AT(handshake_timeout)},
    {.name = "idle-timeout", .kind = VALUE_SECONDS, .offset = AT(idle_timeout)},
    {.name = "drain-timeout", .kind = VALUE_SECONDS, .offset = AT(drain_timeout)},
    {.name = "max-connections",
     .kind = VALUE_COUNT,
     .offset = AT(max_connections),
     .most = 1000000},
    {.name = "max-per-address",
     .kind = VALUE_COUNT,
     .offset = AT(max_per_address),
     .most = 1000000},
    {.name = "exit-after", .kind = VALUE_COUNT, .offset = AT(exit_after), .most = 1000000000},
    {.name = "workers", .kind = VALUE_COUNT, .offset = AT(workers), .most = 256},
    {.name = "metrics", .kind = VALUE_TEXT, .offset = AT(metrics)},
    {.name = "json", .kind = VALUE_NONE, .offset = AT(json)},
    {.name = "quiet", .kind = VALUE_NONE, .offset = AT(quiet)},
};

enum { OPTION_COUNT = sizeof table / sizeof *table };

/* Says what is wrong, and where to read more. Returns EXIT_USAGE. */
static int refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int refuse(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("certmint-echo: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs("\nTry: certmint-echo --help\n", stderr);
    va_end(arguments);
    return EXIT_USAGE;
}

static int out_of_memory(void)
{
    fputs("certmint-echo: out of memory\n", stderr);
    return EXIT_FAILED;
}

static const option *find(const char *name, size_t size)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (strlen(table[i].name) == size && memcmp(table[i].name, name, size) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

static int list_add(option_list *list, const char *item)
{
    const char **grown = realloc(list->items, (list->count + 1) * sizeof *grown);
    if (grown == NULL) {
        return -1;
    }
    grown[list->count] = item;
    list->items = grown;
    list->count++;
    return 0;
}

static int read_count(const option *o, const char *value, unsigned *out)
{
    char *end = NULL;
    unsigned long number;
    errno = 0;
    number = strtoul(value, &end, 10);
    if (*value < '0' || *value > '9' || *end != '\0' || errno != 0 || number < 1 ||
        number > o->most) {
        return refuse("--%s \"%s\": must be a whole number from 1 to %u", o->name, value, o->most);
    }
    *out = (unsigned)number;
    return -1;
}

static int read_seconds(const option *o, const char *value, double *out)
{
    char *end = NULL;
    double number = strtod(value, &end);
    if (((*value < '0' || *value > '9') && *value != '.') || *end != '\0' || !isfinite(number) ||
        number < 0 || number > 1e9) {
        return refuse("--%s \"%s\": must be a number of seconds, 0 or more", o->name, value);
    }
    *out = number;
    return -1;
}

static int read_choice(const option *o, const char *value, int *out)
{
    for (const choice *c = o->choices; c->word != NULL; c++) {
        if (strcmp(c->word, value) == 0) {
            *out = c->value;
            return -1;
        }
    }
    return refuse("--%s \"%s\": must be %s", o->name, value, o->expects);
}

/* Cuts the value at its commas, in place: argv is ours. */
static int read_list(const option *o, char *value, option_list *list)
{
    char *item = value;
    while (item != NULL) {
        char *comma = strchr(item, ',');
        if (*item == '\0' || comma == item) {
            return refuse("--%s: an item of the list is empty", o->name);
        }
        if (comma != NULL) {
            *comma++ = '\0';
        }
        if (list_add(list, item) != 0) {
            return out_of_memory();
        }
        item = comma;
    }
    return -1;
}

static int read_value(const option *o, char *value, options *out)
{
    void *member = (char *)out + o->offset;
    cm_error err;
    if (*value == '\0') {
        return refuse("--%s: its value is empty", o->name);
    }
    switch (o->kind) {
    case VALUE_TEXT:
        *(const char **)member = value;
        return -1;
    case VALUE_REPEATED:
        return list_add(member, value) == 0 ? -1 : out_of_memory();
    case VALUE_LIST:
        return read_list(o, value, member);
    case VALUE_COUNT:
        return read_count(o, value, member);
    case VALUE_SECONDS:
        return read_seconds(o, value, member);
    case VALUE_CHOICE: {
        int chosen = 0;
        int status = read_choice(o, value, &chosen);
        memcpy(member, &chosen, sizeof chosen);
        return status;
    }
    case VALUE_KEY_SPEC:
        if (cm_key_spec_parse(cm_text_of(value), &out->key_spec, &err) != CM_OK) {
            return refuse("--%s: %s", o->name, err.message);
        }
        *(const char **)member = value;
        return -1;
    case VALUE_NONE:
        break;
    }
    return -1;
}

bool options_is_key_store(const char *path)
{
    size_t size = strlen(path);
    return size > 4 &&
           (strcasecmp(path + size - 4, ".p12") == 0 || strcasecmp(path + size - 4, ".pfx") == 0);
}

/* Certificates that need a --key. */
static size_t without_key(const option_list *certificates)
{
    size_t count = 0;
    for (size_t i = 0; i < certificates->count; i++) {
        count += options_is_key_store(certificates->items[i]) ? 0 : 1;
    }
    return count;
}

/* What no single option can know. */
static int check(const options *o)
{
    bool minted = o->cert.count == 0;
    const char *minting = o->save != NULL       ? "save"
                          : o->name.count > 0   ? "name"
                          : o->days > 0         ? "days"
                          : o->key_type != NULL ? "key-type"
                                                : NULL;
    if (without_key(&o->cert) != o->key.count) {
        return refuse("--cert is given %zu times and --key %zu times: each certificate needs its "
                      "private key, in the same order; only .p12 and .pfx files have it in them",
                      o->cert.count, o->key.count);
    }
    if (!minted && minting != NULL) {
        return refuse("--%s is for a certificate that is minted: leave it out, or leave out --cert",
                      minting);
    }
    if (minted && o->passphrase_file != NULL) {
        return refuse("--passphrase-file opens a --key or a PKCS#12 file, and none is given");
    }
    if (o->min_tls > o->max_tls) {
        return refuse("--min-tls 1.3: is above --max-tls 1.2");
    }
    if (o->client_cert == CLIENT_CERT_REQUIRED && o->client_ca == NULL) {
        return refuse("--client-cert required: needs --client-ca FILE, the authorities to trust");
    }
    if (o->client_cert == CLIENT_CERT_NONE && (o->client_ca != NULL || o->client_crl != NULL)) {
        return refuse("--client-%s has no effect without --client-cert optional or required",
                      o->client_ca != NULL ? "ca" : "crl");
    }
    if (o->client_crl != NULL && o->client_ca == NULL) {
        return refuse("--client-crl: needs --client-ca FILE, whose revocations it lists");
    }
    if (!o->tickets && o->ticket_key_file != NULL) {
        return refuse("--ticket-key-file has no effect with --no-tickets");
    }
    if (o->exit_after > 0 && o->workers > 1) {
        return refuse("--once and --exit-after count connections with one worker only: leave out "
                      "--workers");
    }
    for (size_t i = 0; i < o->alpn.count; i++) {
        if (strlen(o->alpn.items[i]) > 255) {
            return refuse("--alpn: a protocol name is longer than 255 bytes (RFC 7301 §3.1)");
        }
    }
    return -1;
}

static int parse_one(int argc, char **argv, int *at, options *out)
{
    char *argument = argv[*at];
    const option *o;
    char *value;
    size_t size;
    if (strcmp(argument, "-h") == 0 || strcmp(argument, "--help") == 0) {
        fputs(usage, stdout);
        return EXIT_DONE;
    }
    if (strcmp(argument, "--version") == 0) {
        puts("certmint-echo " CERTMINT_VERSION);
        return EXIT_DONE;
    }
    if (strncmp(argument, "--", 2) != 0 || argument[2] == '\0') {
        return refuse("\"%s\": is not an option, and nothing else is expected", argument);
    }
    if (strcmp(argument, "--once") == 0) {
        out->exit_after = 1;
        return -1;
    }
    value = strchr(argument, '=');
    size = value == NULL ? strlen(argument + 2) : (size_t)(value - argument) - 2;
    o = find(argument + 2, size);
    if (o == NULL) {
        return refuse("--%.*s: there is no such option", (int)size, argument + 2);
    }
    if (o->kind == VALUE_NONE) {
        if (value != NULL) {
            return refuse("--%s: takes no value", o->name);
        }
        *(bool *)((char *)out + o->offset) = !o->negated;
        return -1;
    }
    if (value != NULL) {
        return read_value(o, value + 1, out);
    }
    if (++*at == argc) {
        return refuse("--%s: needs a value", o->name);
    }
    return read_value(o, argv[*at], out);
}

int options_parse(int argc, char **argv, options *out)
{
    *out = (options){.min_tls = 12,
                     .max_tls = 13,
                     .tickets = true,
                     .ticket_lifetime = 86400,
                     .handshake_timeout = 10,
                     .idle_timeout = 300,
                     .drain_timeout = 5,
                     .workers = 1};
    for (int at = 1; at < argc; at++) {
        int status = parse_one(argc, argv, &at, out);
        if (status >= 0) {
            return status;
        }
    }
    return check(out);
}

void options_free(options *o)
{
    option_list *lists[] = {&o->listen,  &o->cert,   &o->key, &o->name,
                            &o->ciphers, &o->groups, &o->alpn};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        free(lists[i]->items);
        *lists[i] = (option_list){NULL, 0};
    }
}
