# tests/bench/stock_rsa.c: mbedTLS's own RSA as WebAssembly, which npm run bench measures us against.

if(EMSCRIPTEN)
  set(stock_sources "${MBEDTLS_SOURCE_DIR}/library/bignum.c" "${MBEDTLS_SOURCE_DIR}/library/rsa.c"
                    "${MBEDTLS_SOURCE_DIR}/library/rsa_alt_helpers.c")
  add_executable(stock_rsa EXCLUDE_FROM_ALL tests/bench/stock_rsa.c cmake/standalone.c
                                            ${stock_sources})
  target_compile_options(stock_rsa PRIVATE $<$<CONFIG:Release>:-O3>)
  target_compile_definitions(stock_rsa PRIVATE MBEDTLS_GENPRIME)
  target_include_directories(stock_rsa PRIVATE "${MBEDTLS_SOURCE_DIR}/library")
  set_target_properties(stock_rsa PROPERTIES SUFFIX .wasm C_EXTENSIONS ON)
  target_link_libraries(stock_rsa PRIVATE mbedtls)
  target_link_options(stock_rsa PRIVATE --no-entry ${certmint_wasm_link}
                      "SHELL:--js-library ${PROJECT_SOURCE_DIR}/cmake/imports.js")
endif()
