# certmint.wasm: a standalone module without Emscripten's JavaScript.

if(EMSCRIPTEN_VERSION VERSION_LESS 3.1.6)
  message(FATAL_ERROR "Emscripten ${EMSCRIPTEN_VERSION} is too old: 3.1.6 or later is needed.")
endif()

# Flags of every module we link; the tests' modules have main, certmint.wasm has none. The stack is
# set because its default changed from 5 MB to 64 KB; the deepest use, of mbedTLS's curves, is far
# below it. (TOTAL_STACK is what STACK_SIZE was called before 3.1.27; both releases know it.)
set(certmint_wasm_link -sSTANDALONE_WASM -sALLOW_MEMORY_GROWTH=1 -sMALLOC=emmalloc
                       -sTOTAL_STACK=1048576 -sINITIAL_MEMORY=4194304)

file(GLOB door_sources CONFIGURE_DEPENDS wasm/*.c)
certmint_optimize(${door_sources})
add_executable(certmint_wasm ${door_sources} cmake/standalone.c)
set_target_properties(certmint_wasm PROPERTIES OUTPUT_NAME certmint SUFFIX .wasm)
target_include_directories(certmint_wasm SYSTEM PRIVATE "${JSMN_SOURCE_DIR}")
target_link_libraries(certmint_wasm PRIVATE certmint certmint_warnings)
target_link_options(certmint_wasm PRIVATE $<$<CONFIG:Release>:-Oz> --no-entry ${certmint_wasm_link}
                    "SHELL:--js-library ${PROJECT_SOURCE_DIR}/cmake/imports.js")
set_target_properties(certmint_wasm PROPERTIES LINK_DEPENDS "${PROJECT_SOURCE_DIR}/cmake/imports.js")
