// What certmint.wasm asks of its host (wasm/door.h), told to Emscripten's linker so that every other
// undefined symbol stays an error. The functions themselves are in js/; none of this is shipped.
mergeInto(LibraryManager.library, {
  certmint_entropy: function () {},
  certmint_progress: function () {},
})
