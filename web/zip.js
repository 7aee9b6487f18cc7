/**
 * In the worker: files in a .zip, as they are: what is encrypted or random does not get smaller, and
 * the rest is small (APPNOTE.TXT of PKWARE, sections 4.3 and 4.4).
 */

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})

const crc32 = (bytes) =>
  ~bytes.reduce((crc, byte) => CRC[(crc ^ byte) & 0xff] ^ (crc >>> 8), 0xffffffff) >>> 0

/** Numbers in the least significant byte first; each with its size in bytes. */
function record(...fields) {
  const view = new DataView(new ArrayBuffer(fields.reduce((sum, [, size]) => sum + size, 0)))
  let at = 0
  for (const [value, size] of fields) {
    if (size === 2) view.setUint16(at, value, true)
    else view.setUint32(at, value, true)
    at += size
  }
  return new Uint8Array(view.buffer)
}

function joined(parts) {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** MS-DOS has years from 1980 and every other second. */
const dosTime = (date) =>
  (((date.getFullYear() - 1980) << 25) |
    ((date.getMonth() + 1) << 21) |
    (date.getDate() << 16) |
    (date.getHours() << 11) |
    (date.getMinutes() << 5) |
    (date.getSeconds() >> 1)) >>>
  0

const VERSION = 20
const NAMES_ARE_UTF8 = 0x800
const STORED = 0

/** @param {[name: string, content: Uint8Array][]} files @param {Date} [now] @returns {Uint8Array} */
export function zip(files, now = new Date()) {
  const parts = []
  const directory = []
  let at = 0
  for (const [name, content] of files) {
    const path = new TextEncoder().encode(name)
    // what stands before each file and again in the directory
    const about = [
      [VERSION, 2],
      [NAMES_ARE_UTF8, 2],
      [STORED, 2],
      [dosTime(now), 4],
      [crc32(content), 4],
      [content.length, 4],
      [content.length, 4],
      [path.length, 2],
      [0, 2], // no extra field
    ]
    const header = record([0x04034b50, 4], ...about)
    directory.push(
      record([0x02014b50, 4], [VERSION, 2], ...about, [0, 2], [0, 2], [0, 2], [0, 4], [at, 4]),
      path,
    )
    parts.push(header, path, content)
    at += header.length + path.length + content.length
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0)
  const count = files.length
  const end = record(
    [0x06054b50, 4],
    [0, 2],
    [0, 2],
    [count, 2],
    [count, 2],
    [size, 4],
    [at, 4],
    [0, 2],
  )
  return joined([...parts, ...directory, end])
}
