# cmake --install and cpack: the echo server with its man page and systemd units; the library with
# header and pkg-config file.

include(GNUInstallDirs)

add_custom_target(installable)

# Installs a file under another name, compressed, where Debian wants that and people have gzip.
find_program(GZIP gzip)
function(install_compressed file name destination)
  if(NOT GZIP)
    install(FILES "${file}" DESTINATION "${destination}" RENAME "${name}")
    return()
  endif()
  set(compressed "${PROJECT_BINARY_DIR}/installed/${name}.gz")
  add_custom_command(OUTPUT "${compressed}" COMMAND ${GZIP} -9nc "${file}" > "${compressed}"
                     DEPENDS "${file}" VERBATIM)
  add_custom_target(compressed_${name} ALL DEPENDS "${compressed}")
  add_dependencies(installable compressed_${name})
  install(FILES "${compressed}" DESTINATION "${destination}")
endfunction()

include(cmake/library.cmake)
if(TARGET certmint_library)
  file(RELATIVE_PATH certmint_pc_up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
  string(REGEX REPLACE "/$" "" certmint_pc_up "${certmint_pc_up}")
  configure_file(packaging/certmint.pc.in installed/certmint.pc @ONLY)
  install(FILES "${library_archive}" DESTINATION "${CMAKE_INSTALL_LIBDIR}")
  install(FILES src/certmint.h DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
  install(FILES "${PROJECT_BINARY_DIR}/installed/certmint.pc"
          DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
  add_dependencies(installable certmint_library)
endif()

if(TARGET certmint-echo)
  install(TARGETS certmint-echo RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
  add_dependencies(installable certmint-echo)
  install_compressed("${PROJECT_SOURCE_DIR}/packaging/certmint-echo.1" certmint-echo.1
                     "${CMAKE_INSTALL_MANDIR}/man1")
  if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    # The unit names the program by its path, which is known when it is installed.
    install(CODE "set(CMAKE_INSTALL_FULL_BINDIR
                      \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}\")
                  configure_file(\"${PROJECT_SOURCE_DIR}/packaging/certmint-echo.service.in\"
                                 \"${PROJECT_BINARY_DIR}/installed/certmint-echo.service\" @ONLY)")
    install(FILES "${PROJECT_BINARY_DIR}/installed/certmint-echo.service"
                  packaging/certmint-echo.socket
            DESTINATION lib/systemd/system)
  endif()
endif()

install(FILES README.md docs/echo-server.md DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(FILES packaging/copyright NOTICE DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install_compressed("${PROJECT_SOURCE_DIR}/CHANGELOG.md" changelog "${CMAKE_INSTALL_DOCDIR}")
install(FILES packaging/lintian-overrides DESTINATION "${CMAKE_INSTALL_DATADIR}/lintian/overrides"
        RENAME certmint)

# ------------------------------------------------------------------ cpack: a .deb

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME certmint)
set(CPACK_PACKAGE_CONTACT "the certmint authors <certmint@users.noreply.localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "TLS echo server that mints its own certificate, and libcertmint")
set(CPACK_PACKAGE_DESCRIPTION
"certmint-echo talks TLS 1.2 and 1.3 to whatever you want to try: clients,
proxies, certificates, trust stores. It mints a certificate when it has none.

libcertmint makes and reads X.509: keys, certificates, requests, revocation
lists and key stores. The package has the header and a static library.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
include(CPack)
