# Where the third-party C sources are: given, or fetched and verified by scripts/sources.mjs.

function(certmint_source name variable)
  if(NOT ${variable} AND DEFINED ENV{${variable}})
    set(${variable} "$ENV{${variable}}")
  endif()
  if(NOT ${variable} OR NOT EXISTS "${${variable}}")
    execute_process(
      COMMAND node "${PROJECT_SOURCE_DIR}/scripts/sources.mjs" ${name}
      OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
    if(failed)
      message(FATAL_ERROR "The ${name} source could not be had; the reason stands above. "
                          "${variable} may name an unpacked copy.")
    endif()
    set(${variable} "${found}")
  endif()
  set(${variable} "${${variable}}" CACHE PATH "the unpacked ${name} source" FORCE)
endfunction()

certmint_source(mbedtls MBEDTLS_SOURCE_DIR)
certmint_source(jsmn JSMN_SOURCE_DIR)
