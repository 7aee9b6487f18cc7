# certmint-echo: the TLS echo server.

file(GLOB server_sources CONFIGURE_DEPENDS server-native/*.c)
if(server_sources)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(libuv REQUIRED IMPORTED_TARGET libuv>=1.44)
  add_executable(certmint-echo ${server_sources})
  target_compile_definitions(certmint-echo PRIVATE _GNU_SOURCE) # sockets, madvise, getentropy
  target_link_libraries(certmint-echo PRIVATE certmint PkgConfig::libuv certmint_warnings)
endif()
