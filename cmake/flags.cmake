# Compiler flags: for everything, and (certmint_warnings) for our own sources only.

if(EMSCRIPTEN)
  # certmint_optimize gives each file its -O: Emscripten 3.1.6 keeps a part of an earlier -Os. Without
  # the vectorizers: they make big-number code slower where there is no SIMD.
  set(CMAKE_C_FLAGS_RELEASE "-DNDEBUG")
  add_compile_options(-fno-vectorize -fno-slp-vectorize)
else()
  # The library may end in a shared object, the server is a position-independent executable.
  include(CheckPIESupported)
  check_pie_supported()
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  add_compile_options(-fstack-protector-strong -ffunction-sections -fdata-sections)
  if(NOT APPLE)
    add_link_options(-Wl,--gc-sections -Wl,-z,relro -Wl,-z,now)
  endif()
endif()

if(CERTMINT_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_compile_definitions(CERTMINT_FUZZ)
endif()
if(CERTMINT_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all
                      -fno-omit-frame-pointer -g -O1)
  add_link_options(-fsanitize=address,undefined)
  add_compile_definitions(CERTMINT_SANITIZE)
elseif(NOT EMSCRIPTEN)
  add_compile_definitions($<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
endif()

add_library(certmint_warnings INTERFACE)
target_compile_options(certmint_warnings INTERFACE -Wall -Wextra -Wconversion -Werror)

# WebAssembly is made small, but for what the time goes into: big numbers, curves, digests. (-O3 for
# all of it measured 11 % larger, gzipped, and no faster; -Os for all of it 3 to 6 times slower.)
function(certmint_optimize)
  if(EMSCRIPTEN)
    set(fast ${ARGN})
    list(FILTER fast INCLUDE REGEX
         "/(base64|bignum|bignum_core|constant_time|ecp|ecp_curves|sha256|sha512|montgomery|prime)\\.c$")
    set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS $<$<CONFIG:Release>:-Oz>)
    set_source_files_properties(${fast} PROPERTIES COMPILE_OPTIONS $<$<CONFIG:Release>:-O3>)
  endif()
endfunction()
