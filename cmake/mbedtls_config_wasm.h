/* mbedTLS for WebAssembly: the core, and nothing of a system: no clock, no files, no sockets, no
 * entropy source but the one the host hands to cm_random_create. */
#ifndef CERTMINT_MBEDTLS_CONFIG_WASM_H
#define CERTMINT_MBEDTLS_CONFIG_WASM_H

#include "mbedtls_config_core.h"

#define MBEDTLS_NO_PLATFORM_ENTROPY

/* WebAssembly has 64-bit registers; mbedTLS would take it for a 32-bit machine. With limbs twice as
 * wide, curves and RSA public keys take two thirds of the time. */
#define MBEDTLS_HAVE_INT64

#endif
