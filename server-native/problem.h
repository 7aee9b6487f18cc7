/* Why something could not be done: a sentence for people that names the option and the value. */
#ifndef CERTMINT_ECHO_PROBLEM_H
#define CERTMINT_ECHO_PROBLEM_H

typedef struct problem {
    char text[640];
    int status; /* the exit status it deserves: EXIT_USAGE or EXIT_FAILED */
} problem;

/* Fills *p with a failure of the world (a file, a port): EXIT_FAILED. Returns -1. */
int problem_failed(problem *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Fills *p with a mistake on the command line: EXIT_USAGE. Returns -1. */
int problem_usage(problem *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
