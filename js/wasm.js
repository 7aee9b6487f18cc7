/** certmint/wasm: the module itself (js/wasm.d.ts). */

export { wasmBytes } from './source.js'
