/* The key log: the NSS format that Wireshark and others read (SSLKEYLOGFILE). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <mbedtls/platform_util.h>

#include "log.h"
#include "tls.h"

static int key_log = -1;

int key_log_open(const char *path, problem *p)
{
    if (path == NULL) {
        return 0;
    }
    key_log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (key_log < 0) {
        return problem_failed(p, "--key-log \"%s\": cannot be written: %s", path, strerror(errno));
    }
    return 0;
}

static const char *label_of(mbedtls_ssl_key_export_type type)
{
    switch (type) {
    case MBEDTLS_SSL_KEY_EXPORT_TLS12_MASTER_SECRET:
        return "CLIENT_RANDOM";
    case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_CLIENT_EARLY_SECRET:
        return "CLIENT_EARLY_TRAFFIC_SECRET";
    case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_EARLY_EXPORTER_SECRET:
        return "EARLY_EXPORTER_SECRET";
    case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_CLIENT_HANDSHAKE_TRAFFIC_SECRET:
        return "CLIENT_HANDSHAKE_TRAFFIC_SECRET";
    case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_SERVER_HANDSHAKE_TRAFFIC_SECRET:
        return "SERVER_HANDSHAKE_TRAFFIC_SECRET";
    case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_CLIENT_APPLICATION_TRAFFIC_SECRET:
        return "CLIENT_TRAFFIC_SECRET_0";
    case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_SERVER_APPLICATION_TRAFFIC_SECRET:
        return "SERVER_TRAFFIC_SECRET_0";
    default:
        return NULL;
    }
}

static char *put_hex(char *out, const unsigned char *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    return out;
}

static void export_keys(void *context, mbedtls_ssl_key_export_type type,
                        const unsigned char *secret, size_t secret_size,
                        const unsigned char client_random[32],
                        const unsigned char server_random[32], mbedtls_tls_prf_types prf)
{
    char line[256], *end;
    const char *label = label_of(type);
    (void)context;
    (void)server_random;
    (void)prf;
    if (label == NULL || secret_size > 48) {
        return;
    }
    end = line + snprintf(line, sizeof line, "%s ", label);
    end = put_hex(end, client_random, 32);
    *end++ = ' ';
    end = put_hex(end, secret, secret_size);
    *end++ = '\n';
    /* One write on O_APPEND: lines of several workers do not mix. */
    if (write(key_log, line, (size_t)(end - line)) < 0) {
        log_event("key-log", "the key log cannot be written: %s", strerror(errno));
    }
    mbedtls_platform_zeroize(line, sizeof line);
}

void key_log_watch(mbedtls_ssl_context *ssl)
{
    if (key_log >= 0) {
        mbedtls_ssl_set_export_keys_cb(ssl, export_keys, NULL);
    }
}
