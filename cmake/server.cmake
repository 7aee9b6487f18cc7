# certmint-echo: the TLS echo server.

find_package(PkgConfig REQUIRED)
pkg_check_modules(libuv REQUIRED IMPORTED_TARGET libuv>=1.44)

# Three calls from one object file of mbedTLS to another go through the server (client_trust.c,
# x25519.c); mbedTLS itself stays as it is. Apple's linker cannot.
add_library(certmint_echo_link INTERFACE)
if(NOT APPLE)
  target_link_options(certmint_echo_link INTERFACE
    -Wl,--wrap=mbedtls_x509_crt_parse_der -Wl,--wrap=mbedtls_ssl_pend_fatal_alert
    -Wl,--wrap=mbedtls_ecp_mul)
endif()
target_compile_definitions(certmint_echo_link INTERFACE
  _GNU_SOURCE) # sockets, madvise, getentropy
target_link_libraries(certmint_echo_link INTERFACE certmint PkgConfig::libuv)

file(GLOB server_sources CONFIGURE_DEPENDS server-native/*.c)
add_executable(certmint-echo ${server_sources})
target_link_libraries(certmint-echo PRIVATE certmint_echo_link certmint_warnings)
