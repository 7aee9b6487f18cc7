// certmint.wasm as text that a module of JavaScript can hold.

import { inflateRawSync } from 'node:zlib'

/**
 * Deflated, in base64: hosts read both with code of their own. (91 letters of 13 bits in two would save
 * 16 KB, and take JavaScript ten milliseconds of every start.)
 *
 * @param {Uint8Array} wasm
 * @returns {Promise<string>}
 */
export async function payload(wasm) {
  const { default: zopfli } = await import('@gfx/zopfli')
  // 5 % less than zlib makes of it
  const deflated = await zopfli.deflateAsync(wasm, { numiterations: 15 })
  if (!inflateRawSync(deflated).equals(wasm)) throw new Error('deflated, certmint.wasm is another')
  return Buffer.from(deflated).toString('base64')
}
