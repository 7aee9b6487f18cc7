# The core's tests: every tests/core/test_*.c is one program that speaks TAP.

add_custom_target(core_tests)
file(GLOB test_sources CONFIGURE_DEPENDS tests/core/test_*.c)
certmint_optimize(${test_sources})
foreach(source IN LISTS test_sources)
  get_filename_component(name "${source}" NAME_WE)
  add_executable(${name} "${source}")
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  target_link_libraries(${name} PRIVATE certmint certmint_warnings)
  add_dependencies(core_tests ${name})
  if(EMSCRIPTEN)
    set_target_properties(${name} PROPERTIES SUFFIX .wasm)
    target_link_options(${name} PRIVATE $<$<CONFIG:Release>:-O1> ${certmint_wasm_link})
  endif()
endforeach()

# tests/core/ctgrind.c marks secrets as undefined memory; Valgrind then reports a branch on one.
if(NOT EMSCRIPTEN AND NOT CERTMINT_SANITIZE AND EXISTS "${PROJECT_SOURCE_DIR}/tests/core/ctgrind.c")
  add_executable(ctgrind tests/core/ctgrind.c)
  set_target_properties(ctgrind PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  target_link_libraries(ctgrind PRIVATE certmint certmint_warnings)
  add_dependencies(core_tests ctgrind)
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
