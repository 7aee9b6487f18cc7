/* Files with several certificates or lists: PEM with a block each, or one in DER. */
#ifndef CERTMINT_ECHO_DER_LIST_H
#define CERTMINT_ECHO_DER_LIST_H

#include <stddef.h>

#include "certmint.h"
#include "problem.h"

/* Encoded values in the order of their file, owned. Zeroed: none. */
typedef struct der_list {
    cm_bytes *items;
    size_t count;
} der_list;

/* Decodes every block with this label ("CERTIFICATE") of a PEM text, or takes the value that is
 * DER. `what` names the input in *p, `thing` what is looked for ("certificate"). Returns 0, or -1
 * with *p filled, also when there is none. Free with der_list_free. */
int der_list_decode(const cm_bytes *input, const char *label, const char *thing, const char *what,
                    der_list *out, problem *p);

/* Appends a copy. Returns 0, or -1 without memory. */
int der_list_add(der_list *list, cm_view der);

void der_list_free(der_list *list);

#endif
