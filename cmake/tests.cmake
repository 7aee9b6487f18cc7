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
