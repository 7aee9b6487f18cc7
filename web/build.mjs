// Puts the page together: web/ and js/ as they are, the .wasm, and release.js, which says what they are.

import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

/** What the page does not need of js/: the command line and the types. */
const forPage = (file) => !/\.d\.ts$|[\\/]cli([\\/]|\.js$|$)/.test(file)

/** @param {{ root: string, out: string }} folders */
export default function build({ root, out }) {
  const from = (...parts) => path.join(root, ...parts)
  const to = (...parts) => path.join(out, ...parts)
  fs.cpSync(from('web'), out, {
    recursive: true,
    filter: (file) => file !== from('web', 'build.mjs'),
  })
  fs.cpSync(from('js'), to('certmint', 'js'), { recursive: true, filter: forPage })
  fs.mkdirSync(to('vendor'), { recursive: true })
  fs.cpSync(from('node_modules', 'fflate', 'esm', 'browser.js'), to('vendor', 'fflate.js'))
  fs.mkdirSync(to('certmint', 'dist'), { recursive: true })
  const wasm = fs.readFileSync(from('dist', 'certmint.wasm'))
  fs.writeFileSync(to('certmint', 'dist', 'certmint.wasm'), wasm)
  const { version } = JSON.parse(fs.readFileSync(from('package.json'), 'utf8'))
  const hash = createHash('sha256').update(wasm).digest('hex')
  fs.writeFileSync(
    to('release.js'),
    `export const release = ${JSON.stringify({ version, wasm: hash }, null, 2)}\n`,
  )
}
