#include "pkcs8.h"

#include <mbedtls/platform_util.h>

#include "error.h"

static bool split(cm_view der, cm_view *algorithm, cm_view *encrypted)
{
    cm_view content;
    return cm_der_take(&der, CM_TAG_SEQUENCE, &content) && der.size == 0 &&
           cm_der_take(&content, CM_TAG_SEQUENCE, algorithm) &&
           cm_der_take(&content, CM_TAG_OCTET_STRING, encrypted) && content.size == 0;
}

bool cm_pkcs8_is_encrypted(cm_view der)
{
    cm_view algorithm, encrypted;
    return split(der, &algorithm, &encrypted);
}

cm_status cm_pkcs8_decrypt(cm_view der, cm_unlock *u, cm_bytes *plain, cm_error *err)
{
    cm_view algorithm, encrypted;
    *plain = (cm_bytes){NULL, 0};
    if (!split(der, &algorithm, &encrypted)) {
        return cm_fail(err, CM_ERR_MALFORMED,
                       "the encrypted key is not what RFC 5958 §3 describes");
    }
    if (u->bytes.data == NULL) {
        return cm_fail(err, CM_ERR_PASSPHRASE, "the key is encrypted: a passphrase is needed");
    }
    return cm_pbe_decrypt(u, algorithm, encrypted, plain, err);
}

cm_status cm_pkcs8_encrypt(const cm_key *key, cm_pbe_encryption *e, const cm_unlock *u,
                           cm_random *rng, cm_der *d, cm_error *err)
{
    cm_bytes plain;
    cm_status status = cm_key_export(key, CM_KEY_PKCS8, false, &plain, err);
    if (status != CM_OK) {
        return status;
    }
    size_t mark = cm_der_begin(d, CM_TAG_SEQUENCE);
    status =
        cm_pbe_encrypt(e, u, rng, (cm_view){plain.data, plain.size}, d, CM_TAG_OCTET_STRING, err);
    cm_der_end(d, mark);
    cm_bytes_free(&plain);
    return status;
}

cm_status cm_key_export_encrypted(const cm_key *key, cm_view passphrase, unsigned iterations,
                                  bool pem, cm_random *rng, cm_bytes *out, cm_error *err)
{
    cm_pbe_encryption e = {.iterations = iterations == 0 ? CM_KDF_ITERATIONS : iterations};
    cm_der d = {NULL, 0, 0, CM_OK};
    cm_bytes der;
    cm_unlock u;
    *out = (cm_bytes){NULL, 0};
    if (passphrase.size == 0) {
        cm_fail(err, CM_ERR_PASSPHRASE, "must not be empty");
        return cm_fail_in(err, CM_ERR_PASSPHRASE, "passphrase");
    }
    cm_status status = cm_unlock_open(&u, passphrase, 0, err);
    if (status == CM_OK) {
        status = cm_pkcs8_encrypt(key, &e, &u, rng, &d, err);
    }
    cm_unlock_close(&u);
    mbedtls_platform_zeroize(&e, sizeof e);
    if (status != CM_OK) {
        cm_der_free(&d);
        return status;
    }
    status = cm_der_finish(&d, &der, err);
    if (status != CM_OK || !pem) {
        *out = der;
        return status;
    }
    status = cm_pem_encode("ENCRYPTED PRIVATE KEY", (cm_view){der.data, der.size}, out, err);
    cm_bytes_free(&der);
    return status;
}
