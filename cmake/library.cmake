# libcertmint.a as it is installed: one object file with what it needs of mbedTLS inside, so that one
# -lcertmint is enough, and with no name visible but cm_*, so that it lives beside another mbedTLS.

if(NOT CMAKE_OBJCOPY OR APPLE)
  message(STATUS "libcertmint.a is not installed: joining the archives needs GNU ld and objcopy")
  return()
endif()
set(library_object "${PROJECT_BINARY_DIR}/installed/certmint.o")
set(library_archive "${PROJECT_BINARY_DIR}/installed/libcertmint.a")
add_custom_command(
  OUTPUT "${library_archive}"
  COMMAND ${CMAKE_COMMAND} -E make_directory "${PROJECT_BINARY_DIR}/installed"
  COMMAND ${CMAKE_COMMAND} -E rm -f "${library_archive}"
  COMMAND ${CMAKE_LINKER} -r -o "${library_object}" --whole-archive $<TARGET_FILE:certmint>
          --no-whole-archive $<TARGET_FILE:mbedtls>
  COMMAND ${CMAKE_OBJCOPY} --wildcard "--keep-global-symbol=cm_*" --strip-unneeded
          "${library_object}"
  COMMAND ${CMAKE_AR} crD "${library_archive}" "${library_object}"
  DEPENDS certmint mbedtls
  VERBATIM)
add_custom_target(certmint_library ALL DEPENDS "${library_archive}")
