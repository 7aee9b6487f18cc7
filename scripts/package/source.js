/* global WASM_SIZE -- set by scripts/pack.mjs */

/**
 * In the place of js/source.js in the package: certmint.wasm, deflated and as text, in a module. So it
 * works wherever JavaScript does: bundlers that know nothing of .wasm files, pages without a server
 * that knows their type, runtimes without files.
 */

import inflate from 'tiny-inflate'
import { builtin } from '../../js/host.js'
import deflated from './payload.js'

/** @type {WebAssembly.Module | undefined} */
let module

const packed = () => {
  const { Buffer } = globalThis
  if (Buffer) return Buffer.from(deflated, 'base64')
  return Uint8Array.from(atob(deflated), (letter) => letter.charCodeAt(0))
}

/** The bytes of certmint.wasm; the host's own zlib is ten times as fast as JavaScript. */
export function wasmBytes() {
  const zlib = builtin('zlib')
  return zlib
    ? new Uint8Array(zlib.inflateRawSync(packed()))
    : inflate(packed(), new Uint8Array(WASM_SIZE))
}

export const wasmSourceSync = () => module ?? wasmBytes()

/** What `compile` takes. */
export function wasmSource() {
  if (module || builtin('zlib') || typeof DecompressionStream !== 'function') {
    return wasmSourceSync()
  }
  const inflated = new Blob([packed()]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  return new Response(inflated)
}

/** Edge runtimes compile while a module is loaded, or not at all. */
export function compileNow() {
  try {
    module = new WebAssembly.Module(wasmBytes())
  } catch {
    // whoever calls init with a module of his own does not need it
  }
}
