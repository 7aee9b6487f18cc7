/*
 * Test Anything Protocol in one header, for tests that run natively and as WebAssembly alike.
 *
 *     int main(void)
 *     {
 *         ok(1 + 1 == 2, "one and one make %d", 2);
 *         same_int(strlen("abc"), 3, "length");
 *         return done_testing();
 *     }
 *
 * Every check prints one line, "ok 1 - ..." or "not ok 1 - ...", at once, so that a crash shows
 * where it came from; a failed one says on "# ..." lines where it stands and what it saw. The plan
 * comes last, so a test that stops early has none and counts as failed. One source file a program.
 */
#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Each returns whether the check passed; the last arguments are a printf format and its values. */
#define ok(condition, ...) tap_check((condition), #condition, __FILE__, __LINE__, __VA_ARGS__)
#define same_int(got, want, ...)                                                                   \
    tap_same_int((int64_t)(got), (int64_t)(want), #got, __FILE__, __LINE__, __VA_ARGS__)
#define same_text(got, want, ...)                                                                  \
    tap_same_text((got), (want), #got, __FILE__, __LINE__, __VA_ARGS__)
#define same_bytes(got, want, size, ...)                                                           \
    tap_same_bytes((got), (want), (size), #got, __FILE__, __LINE__, __VA_ARGS__)

#if defined(__GNUC__) || defined(__clang__)
#define TAP_FORMAT(string, first) __attribute__((format(printf, string, first)))
#else
#define TAP_FORMAT(string, first)
#endif

static unsigned tap_run, tap_failed;

/* A remark in the output: one "# " line. */
TAP_FORMAT(1, 2) static inline void diag(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    fputs("# ", stdout);
    vprintf(format, values);
    putchar('\n');
    fflush(stdout);
    va_end(values);
}

TAP_FORMAT(5, 0)
static inline bool tap_report(bool passed, const char *expression, const char *file, int line,
                              const char *format, va_list values)
{
    char name[256];
    vsnprintf(name, sizeof name, format, values);
    for (char *c = name; *c != '\0'; c++) {
        if (*c == '\n' || *c == '#') { /* the end of a line, the start of a directive */
            *c = ' ';
        }
    }
    printf("%sok %u - %s\n", passed ? "" : "not ", ++tap_run, name);
    fflush(stdout);
    if (!passed) {
        tap_failed++;
        diag("failed: %s (%s:%d)", expression, file, line);
    }
    return passed;
}

TAP_FORMAT(5, 6)
static inline bool tap_check(bool passed, const char *expression, const char *file, int line,
                             const char *format, ...)
{
    va_list values;
    va_start(values, format);
    tap_report(passed, expression, file, line, format, values);
    va_end(values);
    return passed;
}

TAP_FORMAT(6, 7)
static inline bool tap_same_int(int64_t got, int64_t want, const char *expression, const char *file,
                                int line, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    if (!tap_report(got == want, expression, file, line, format, values)) {
        diag("got %lld, want %lld", (long long)got, (long long)want);
    }
    va_end(values);
    return got == want;
}

TAP_FORMAT(6, 7)
static inline bool tap_same_text(const char *got, const char *want, const char *expression,
                                 const char *file, int line, const char *format, ...)
{
    bool same = got != NULL && want != NULL ? strcmp(got, want) == 0 : got == want;
    va_list values;
    va_start(values, format);
    if (!tap_report(same, expression, file, line, format, values)) {
        diag("got  \"%s\"", got != NULL ? got : "(NULL)");
        diag("want \"%s\"", want != NULL ? want : "(NULL)");
    }
    va_end(values);
    return same;
}

TAP_FORMAT(7, 8)
static inline bool tap_same_bytes(const void *got, const void *want, size_t size,
                                  const char *expression, const char *file, int line,
                                  const char *format, ...)
{
    const uint8_t *a = got, *b = want;
    size_t at = 0;
    va_list values;
    while (a != NULL && b != NULL && at < size && a[at] == b[at]) {
        at++;
    }
    va_start(values, format);
    if (!tap_report(at == size, expression, file, line, format, values)) {
        if (a == NULL || b == NULL) {
            diag("%s is NULL", a == NULL ? "what was got" : "what is wanted");
        } else {
            diag("byte %lu of %lu: got %02x, want %02x", (unsigned long)at, (unsigned long)size,
                 a[at], b[at]);
        }
    }
    va_end(values);
    return at == size;
}

/* Prints the plan; returns what main returns: 0 when checks ran and all passed. */
static inline int done_testing(void)
{
    printf("1..%u\n", tap_run);
    fflush(stdout);
    return tap_failed == 0 && tap_run > 0 ? 0 : 1;
}

#endif
