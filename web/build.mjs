// Puts the page together: web/ and js/ as they are, fflate, the .wasm, and release.js, which says what
// they are.

import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

/** What the page does not need of js/: types, the command line, entries for others. */
const forPage = (file) =>
  !/\.d\.[cm]?ts$|[\\/](cli|selfsigned|sync|vite)([\\/]|\.c?js$|$)/.test(file)

/** @param {{ root: string, out: string, fflate: string }} folders of the project, the result, and fflate */
export default function build({ root, out, fflate }) {
  const from = (...parts) => path.join(root, ...parts)
  const to = (...parts) => path.join(out, ...parts)
  fs.cpSync(from('web'), out, {
    recursive: true,
    filter: (file) => file !== from('web', 'build.mjs'),
  })
  fs.cpSync(from('js'), to('certmint', 'js'), { recursive: true, filter: forPage })
  fs.mkdirSync(to('vendor'), { recursive: true })
  fs.copyFileSync(path.join(fflate, 'umd', 'index.js'), to('vendor', 'fflate.js'))
  fs.copyFileSync(path.join(fflate, 'LICENSE'), to('vendor', 'fflate.LICENSE.txt'))
  fs.mkdirSync(to('certmint', 'dist'), { recursive: true })
  const wasm = fs.readFileSync(from('dist', 'certmint.wasm'))
  fs.writeFileSync(to('certmint', 'dist', 'certmint.wasm'), wasm)
  const { version } = JSON.parse(fs.readFileSync(from('package.json'), 'utf8'))
  const hash = createHash('sha256').update(wasm).digest('hex')
  fs.writeFileSync(
    to('release.js'),
    `export const release = ${JSON.stringify({ version, wasm: hash }, null, 2)}\n`,
  )
  const page = fs.readFileSync(to('index.html'), 'utf8')
  fs.writeFileSync(to('index.html'), page.replace('<!-- modulepreload -->', preloads(out)))
  fs.writeFileSync(to('precache.js'), precache(out))
}

/** Every module the page starts with, told at once: each would else be found only in another. */
function preloads(out) {
  const modules = new Set()
  const visit = (file) => {
    if (modules.has(file)) return
    modules.add(file)
    const text = fs.readFileSync(path.join(out, file), 'utf8')
    for (const [, wanted] of text.matchAll(/^(?:import|export)\s(?:[^'"]*\sfrom )?'(\.[^']+)'/gm)) {
      visit(path.posix.join(path.posix.dirname(file), wanted))
    }
  }
  visit('main.js')
  modules.delete('main.js')
  return ['texts/en.js', ...modules]
    .map((file) => `<link rel="modulepreload" href="${file}" />`)
    .join('\n    ')
}

/** What the service worker keeps: every file, and one hash over them all. */
function precache(out) {
  const files = fs
    .readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'sw.js')
    .map((entry) => path.relative(out, path.join(entry.parentPath, entry.name)))
    .map((file) => file.split(path.sep).join('/'))
    .sort()
  const hash = createHash('sha256')
  for (const file of files) hash.update(`${file}\0`).update(fs.readFileSync(path.join(out, file)))
  const version = hash.digest('hex').slice(0, 16)
  // the page itself is asked for by its folder
  const kept = ['./', ...files.filter((file) => file !== 'index.html')]
  return `self.precache = ${JSON.stringify({ version, files: kept }, null, 2)}\n`
}
