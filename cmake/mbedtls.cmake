# mbedTLS, unmodified, as one static library with our own configuration header. Its own CMake
# project is not used: it builds three libraries and its programs, and warns with our flags.

file(GLOB mbedtls_sources "${MBEDTLS_SOURCE_DIR}/library/*.c")
if(NOT mbedtls_sources)
  message(FATAL_ERROR "MBEDTLS_SOURCE_DIR (${MBEDTLS_SOURCE_DIR}) holds no library/*.c")
endif()
if(EMSCRIPTEN)
  set(mbedtls_config "${PROJECT_SOURCE_DIR}/cmake/mbedtls_config_wasm.h")
  # Empty under this configuration; leaving them out saves half the compiler's starts.
  list(FILTER mbedtls_sources EXCLUDE REGEX "/(ssl_|psa_|mps_|lm|net_|debug|timing|threading)[^/]*$")
else()
  set(mbedtls_config "${PROJECT_SOURCE_DIR}/cmake/mbedtls_config_native.h")
endif()

add_library(mbedtls STATIC ${mbedtls_sources})
certmint_optimize(${mbedtls_sources})
target_include_directories(mbedtls SYSTEM PUBLIC "${MBEDTLS_SOURCE_DIR}/include")
target_include_directories(mbedtls PRIVATE "${MBEDTLS_SOURCE_DIR}/library")
target_compile_definitions(mbedtls PUBLIC "MBEDTLS_CONFIG_FILE=\"${mbedtls_config}\"")
set_target_properties(mbedtls PROPERTIES C_EXTENSIONS ON) # it asks glibc for gmtime_r and the like
if(NOT EMSCRIPTEN)
  set(THREADS_PREFER_PTHREAD_FLAG ON)
  find_package(Threads REQUIRED)
  target_link_libraries(mbedtls PUBLIC Threads::Threads)
endif()
