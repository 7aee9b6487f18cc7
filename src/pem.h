/* PEM, the textual encoding of RFC 7468. */
#ifndef CM_PEM_H
#define CM_PEM_H

#include "certmint.h"

typedef struct cm_pem_block {
    cm_text label; /* "CERTIFICATE" */
    cm_text body;  /* between the two boundary lines, headers of RFC 1421 included */
    cm_text whole; /* with both boundary lines */
} cm_pem_block;

/* Takes the next complete block; text before it is skipped. False when there is none left (or the
 * next one has no matching end line). Everything borrows from *rest. */
bool cm_pem_next(cm_text *rest, cm_pem_block *block);

/* The same, saying also of a block that has no matching end: *rest is then past its first line (or
 * at the end), and block->whole and block->label that line and its label. */
typedef enum cm_pem_found { CM_PEM_NOTHING = 0, CM_PEM_BLOCK, CM_PEM_UNFINISHED } cm_pem_found;
cm_pem_found cm_pem_scan(cm_text *rest, cm_pem_block *block);

/* Decodes base64 (RFC 4648 §4), white space ignored. */
cm_status cm_base64_decode(cm_text text, cm_bytes *out, cm_error *err);

#endif
