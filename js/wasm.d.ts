/** certmint.wasm itself, for those who want it as a file, or compile it in their own way. */

/** The bytes of certmint.wasm: what `init` and `initSync` take. */
export function wasmBytes(): Uint8Array<ArrayBuffer>
