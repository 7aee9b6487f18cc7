#include "problem.h"

#include <stdarg.h>
#include <stdio.h>

#include "options.h"

int problem_failed(problem *p, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(p->text, sizeof p->text, format, arguments);
    va_end(arguments);
    p->status = EXIT_FAILED;
    return -1;
}

int problem_usage(problem *p, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(p->text, sizeof p->text, format, arguments);
    va_end(arguments);
    p->status = EXIT_USAGE;
    return -1;
}
