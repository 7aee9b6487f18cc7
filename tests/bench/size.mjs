// What a page downloads.

import fs from 'node:fs'
import { gzipSync } from 'node:zlib'

const wasm = fs.readFileSync(new URL('../../dist/certmint.wasm', import.meta.url))

export default [
  {
    name: 'size: certmint.wasm, gzipped',
    value: () => gzipSync(wasm, { level: 9 }).length,
    unit: 'bytes',
    most: 160 * 1024,
  },
]
