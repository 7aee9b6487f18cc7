# Compiler flags: for everything, and (certmint_warnings) for our own sources only.

if(EMSCRIPTEN)
  # Without the vectorizers: LLVM 14's SIMD-less vectorizing makes big-number code slower.
  string(REPLACE "-O2" "-O3" CMAKE_C_FLAGS_RELEASE "${CMAKE_C_FLAGS_RELEASE}")
  add_compile_options(-fno-vectorize -fno-slp-vectorize)
else()
  add_compile_options(-fstack-protector-strong -ffunction-sections -fdata-sections)
  if(NOT APPLE)
    add_link_options(-Wl,--gc-sections)
  endif()
endif()

if(CERTMINT_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all
                      -fno-omit-frame-pointer -g -O1)
  add_link_options(-fsanitize=address,undefined)
elseif(NOT EMSCRIPTEN)
  add_compile_definitions($<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
endif()

add_library(certmint_warnings INTERFACE)
target_compile_options(certmint_warnings INTERFACE -Wall -Wextra -Wconversion -Werror)
