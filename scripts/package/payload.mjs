// certmint.wasm as a module of JavaScript: deflated, and as text that a string can hold as it is.

import { inflateRawSync } from 'node:zlib'

/**
 * 13 bits become two of 91 characters: "#" to "~" without the backslash. Base64 would be a twelfth longer.
 * scripts/package/source.js reads it.
 *
 * @param {Uint8Array} bytes
 */
export function toText(bytes) {
  const letter = (digit) => String.fromCharCode(35 + digit + Number(digit > 56))
  let text = ''
  let waiting = 0
  let count = 0
  const flush = () => {
    const value = waiting & 8191
    text += letter(Math.floor(value / 91)) + letter(value % 91)
    waiting >>= 13
    count -= 13
  }
  for (const byte of bytes) {
    waiting |= byte << count
    count += 8
    if (count >= 13) flush()
  }
  if (count > 0) flush()
  return text
}

/** @param {Uint8Array} wasm @returns {Promise<{ size: number, text: string }>} deflated, and as text */
export async function payload(wasm) {
  const { default: zopfli } = await import('@gfx/zopfli')
  // 5 % less than zlib makes of it
  const deflated = await zopfli.deflateAsync(wasm, { numiterations: 15 })
  if (!inflateRawSync(deflated).equals(wasm)) throw new Error('deflated, certmint.wasm is another')
  return { size: deflated.length, text: toText(deflated) }
}
