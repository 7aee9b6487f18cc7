/* Describing what was read. */
#ifndef CM_INSPECT_H
#define CM_INSPECT_H

#include "certmint.h"
#include "json.h"

/* "AB:CD:..." of the SHA-1 or SHA-256 of the bytes, NUL-terminated. */
void cm_fingerprint(cm_view der, cm_hash hash, char out[96]);

/* The member "fingerprints": {"sha1", "sha256"} of the bytes. */
void cm_json_fingerprints(cm_json *j, cm_view der);

/* The members "spec", "type", "bits" and "curve" of a key in an open JSON object. */
void cm_key_describe_members(const cm_key *key, cm_json *j);

#endif
