/* global WASM_SIZE, DEFLATED_SIZE -- set by scripts/pack.mjs */

/**
 * In the place of js/source.js in the package: certmint.wasm, deflated and as text, in a module. So it
 * works wherever JavaScript does: bundlers that know nothing of .wasm files, pages without a server
 * that knows their type, runtimes without files.
 */

import inflate from 'tiny-inflate'
import { builtin } from '../../js/host.js'
import text from './payload.js'

/** @type {WebAssembly.Module | undefined} */
let module

/** What scripts/package/payload.mjs made into text. */
function deflated() {
  const digit = (code) => code - 35 - (code > 92)
  const bytes = new Uint8Array(DEFLATED_SIZE)
  let waiting = 0
  let count = 0
  let at = 0
  for (let i = 0; i < text.length; i += 2) {
    waiting |= (digit(text.charCodeAt(i)) * 91 + digit(text.charCodeAt(i + 1))) << count
    for (count += 13; count > 7; count -= 8) {
      bytes[at++] = waiting
      waiting >>= 8
    }
  }
  return bytes
}

/** The bytes of certmint.wasm; the host's own zlib is ten times as fast as JavaScript. */
export function wasmBytes() {
  const zlib = builtin('zlib')
  return zlib
    ? new Uint8Array(zlib.inflateRawSync(deflated()))
    : inflate(deflated(), new Uint8Array(WASM_SIZE))
}

export const wasmSourceSync = () => module ?? wasmBytes()

/** What `compile` takes. */
export function wasmSource() {
  if (module || builtin('zlib') || typeof DecompressionStream !== 'function') {
    return wasmSourceSync()
  }
  const inflated = new Blob([deflated()])
    .stream()
    .pipeThrough(new DecompressionStream('deflate-raw'))
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
