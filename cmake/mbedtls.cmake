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

# AES-GCM. mbedTLS asks the processor before it calls into aesni.c, so that may be compiled for one
# with AES and carry-less multiplication; whoever has these has SSSE3, whose byte shuffle makes a
# multiplication twice as fast. The other two must know that it has intrinsics: they align its keys.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$" AND NOT EMSCRIPTEN AND NOT APPLE)
  set(aesni "${MBEDTLS_SOURCE_DIR}/library/aesni.c")
  set_source_files_properties("${aesni}" "${MBEDTLS_SOURCE_DIR}/library/aes.c"
    "${MBEDTLS_SOURCE_DIR}/library/gcm.c" PROPERTIES COMPILE_OPTIONS "-maes;-mpclmul")
  set_source_files_properties("${aesni}" PROPERTIES COMPILE_OPTIONS "-maes;-mpclmul;-mssse3")
endif()

add_library(mbedtls STATIC ${mbedtls_sources})
certmint_optimize(${mbedtls_sources})
target_include_directories(mbedtls SYSTEM PUBLIC "${MBEDTLS_SOURCE_DIR}/include")
target_include_directories(mbedtls PRIVATE "${MBEDTLS_SOURCE_DIR}/library")
if(NOT EMSCRIPTEN)
  # X25519 of Project Everest, which comes with mbedTLS.
  set(everest "${MBEDTLS_SOURCE_DIR}/3rdparty/everest")
  target_sources(mbedtls PRIVATE "${everest}/library/everest.c" "${everest}/library/x25519.c"
                                 "${everest}/library/Hacl_Curve25519_joined.c")
  target_include_directories(mbedtls SYSTEM PUBLIC "${everest}/include"
                                                   "${everest}/include/everest")
  target_include_directories(mbedtls SYSTEM PRIVATE "${everest}/include/everest/kremlib")
endif()
target_compile_definitions(mbedtls PUBLIC "MBEDTLS_CONFIG_FILE=\"${mbedtls_config}\"")
set_target_properties(mbedtls PROPERTIES C_EXTENSIONS ON) # it asks glibc for gmtime_r and the like
if(NOT EMSCRIPTEN)
  set(THREADS_PREFER_PTHREAD_FLAG ON)
  find_package(Threads REQUIRED)
  target_link_libraries(mbedtls PUBLIC Threads::Threads)
endif()
