/**
 * Where certmint.wasm comes from: here a file that the build makes. The package has it inside a module
 * (scripts/package/source.js stands there in the place of this one), so that no bundler can lose it.
 */

import { CertmintError } from './error.js'
import { builtin } from './host.js'

const url = new URL('../dist/certmint.wasm', import.meta.url)

/** What `compile` takes. */
export const wasmSource = () => url

/** The bytes, or the compiled module. */
export function wasmSourceSync() {
  const fs = builtin('fs')
  if (fs) return fs.readFileSync(url)
  throw new CertmintError(
    'unsupported',
    '',
    'here the module cannot be read synchronously: call initSync with its bytes first',
  )
}

/** The bytes of certmint.wasm, for those who want to load it in their own way. */
export const wasmBytes = () => new Uint8Array(wasmSourceSync())
