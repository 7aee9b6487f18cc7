# The core's tests: every tests/core/test_*.c is one program that speaks TAP.

add_custom_target(core_tests)

# mbedtls_mpi_is_prime_ext, which the core does not use, to compare with: an object of the program
# itself comes before the library's.
add_library(bignum_with_primes OBJECT "${MBEDTLS_SOURCE_DIR}/library/bignum.c")
target_compile_definitions(bignum_with_primes PUBLIC MBEDTLS_GENPRIME)
target_include_directories(bignum_with_primes PRIVATE "${MBEDTLS_SOURCE_DIR}/library")
target_link_libraries(bignum_with_primes PUBLIC mbedtls)
set_target_properties(bignum_with_primes PROPERTIES C_EXTENSIONS ON)

file(GLOB test_sources CONFIGURE_DEPENDS tests/core/test_*.c)
certmint_optimize(${test_sources})
foreach(source IN LISTS test_sources)
  get_filename_component(name "${source}" NAME_WE)
  add_executable(${name} "${source}")
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  target_link_libraries(${name} PRIVATE certmint certmint_warnings)
  add_dependencies(core_tests ${name})
  if(name STREQUAL test_prime)
    target_link_libraries(${name} PRIVATE bignum_with_primes)
  endif()
  if(name STREQUAL test_memory)
    target_link_options(${name} PRIVATE -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc)
  endif()
  if(EMSCRIPTEN)
    set_target_properties(${name} PROPERTIES SUFFIX .wasm)
    target_link_options(${name} PRIVATE $<$<CONFIG:Release>:-O1> ${certmint_wasm_link})
  endif()
endforeach()

# tests/core/ctgrind.c marks secrets as undefined memory; Valgrind then reports a branch on one. Once
# with the limbs that are native here, once with those of WebAssembly.
if(NOT EMSCRIPTEN AND NOT CERTMINT_SANITIZE)
  foreach(name IN ITEMS ctgrind ctgrind_28)
    add_executable(${name} tests/core/ctgrind.c)
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
    target_link_libraries(${name} PRIVATE certmint certmint_warnings)
    add_dependencies(core_tests ${name})
  endforeach()
  target_compile_definitions(ctgrind_28 PRIVATE CM_LIMBS_28)
endif()

# tests/harness/verify_harness.c: the native build of the core behind the JSON of
# `certmint verify --harness`, to compare with.
if(NOT EMSCRIPTEN)
  add_executable(verify_harness tests/harness/verify_harness.c wasm/json_reader.c
                 wasm/verification.c)
  set_target_properties(verify_harness PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  target_include_directories(verify_harness PRIVATE wasm)
  target_include_directories(verify_harness SYSTEM PRIVATE "${JSMN_SOURCE_DIR}")
  target_link_libraries(verify_harness PRIVATE certmint certmint_warnings)
  add_dependencies(core_tests verify_harness)
endif()
