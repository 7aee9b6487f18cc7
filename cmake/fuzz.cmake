# Fuzz targets, one program each of tests/fuzz/fuzz.c: Clang's libFuzzer with sanitizers in everything.

if(CERTMINT_FUZZ)
  add_custom_target(fuzz_targets)
  foreach(name key pkcs12 pkcs7 certificate request crl verify lint inspect asn1 name issue)
    add_executable(fuzz_${name} tests/fuzz/fuzz.c)
    set_target_properties(fuzz_${name} PROPERTIES
      RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/fuzz")
    target_compile_definitions(fuzz_${name} PRIVATE FUZZ_TARGET=fuzz_${name})
    target_compile_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    target_link_libraries(fuzz_${name} PRIVATE certmint certmint_warnings)
    add_dependencies(fuzz_targets fuzz_${name})
  endforeach()

  # The echo server's conversations, with everything of the server but sockets.
  list(FILTER server_sources EXCLUDE REGEX "/(main|server|worker|connection|metrics|banner)\\.c$")
  add_executable(fuzz_session tests/fuzz/session.c ${server_sources})
  set_target_properties(fuzz_session PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/fuzz")
  target_include_directories(fuzz_session PRIVATE server-native)
  target_compile_options(fuzz_session PRIVATE -fsanitize=fuzzer)
  target_link_options(fuzz_session PRIVATE -fsanitize=fuzzer)
  target_link_libraries(fuzz_session PRIVATE certmint_echo_link certmint_warnings)
  add_dependencies(fuzz_targets fuzz_session)
endif()
