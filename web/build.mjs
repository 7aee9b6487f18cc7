// Puts the page together: bundles of its modules, the HTML with its first texts, the .wasm, release.js,
// which says what they are, and the list of what the service worker keeps.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { texts } from './texts/en.js'

/** What goes into the page as it is. */
const AS_IT_IS = ['icon.svg', 'icon-maskable.svg', 'manifest.webmanifest', 'sw.js']

/**
 * @param {{ root: string, out: string, esbuild: string, fflate: string }} given the folders of the
 *   project and of the result, the program of esbuild, and the folder of fflate
 */
export default function build({ root, out, esbuild, fflate }) {
  const from = (...parts) => path.join(root, ...parts)
  const to = (...parts) => path.join(out, ...parts)
  const read = (...parts) => fs.readFileSync(from(...parts), 'utf8')
  fs.mkdirSync(out, { recursive: true })
  for (const file of AS_IT_IS) fs.copyFileSync(from('web', file), to(file))
  fs.copyFileSync(from('NOTICE'), to('NOTICE.txt'))

  const wasm = fs.readFileSync(from('dist', 'certmint.wasm'))
  fs.writeFileSync(to('certmint.wasm'), wasm)
  const { version } = JSON.parse(read('package.json'))
  const hash = createHash('sha256').update(wasm).digest('hex')
  const release = { version, wasm: hash }
  fs.writeFileSync(to('release.js'), `export const release = ${JSON.stringify(release, null, 2)}\n`)

  const bundle = (...args) => execFileSync(esbuild, [...args, ...OPTIONS, `--outdir=${out}`])
  const meta = to('meta.json')
  bundle(from('web', 'main.js'), '--splitting', '--external:./release.js', `--metafile=${meta}`)
  const modules = modulesOfMain(JSON.parse(fs.readFileSync(meta, 'utf8')))
  fs.rmSync(meta)
  // each whole in itself: every worker loads its file anew
  bundle(from('web', 'jobs.js'), `worker=${from('js', 'worker.js')}`, `--alias:fflate=${fflate}`)
  bundle(from('web', 'style.css'))

  fs.writeFileSync(to('index.html'), withPreloads(withTexts(read('web', 'index.html')), modules))
  fs.writeFileSync(to('precache.js'), precache(out))
}

/** Source maps, for whoever wants to read what runs; a browser fetches them for its tools only. */
const OPTIONS = [
  ...['--bundle', '--format=esm', '--target=es2022', '--minify', '--charset=utf8'],
  ...['--sourcemap', '--log-level=warning'],
]

/** The files that main.js cannot start without, as esbuild tells. */
function modulesOfMain({ outputs }) {
  const byName = Object.fromEntries(
    Object.entries(outputs).map(([file, output]) => [path.basename(file), output]),
  )
  const modules = new Set()
  const visit = (name) => {
    if (modules.has(name)) return
    modules.add(name)
    for (const { path: file, kind } of byName[name]?.imports ?? []) {
      if (kind === 'import-statement') visit(path.basename(file))
    }
  }
  visit('main.js')
  modules.delete('main.js')
  return [...modules]
}

/** Told at once: the browser would find them only when it has read main.js. */
const withPreloads = (page, modules) =>
  page.replace(
    '<!-- modulepreload -->',
    modules.map((file) => `<link rel="modulepreload" href="${file}" />`).join('\n    '),
  )

const escaped = (text) =>
  text.replace(/[&<"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '"': '&quot;' })[c])

/** The page shows its first texts, in English, before any script runs. */
function withTexts(page) {
  const textAt = (name) => {
    const text = name.split('.').reduce((part, member) => part?.[member], texts)
    if (typeof text !== 'string') throw new Error(`index.html asks for a text "${name}": none`)
    return escaped(text)
  }
  const filled = page
    .replace(/\sdata-text-name="([^"]+)"/g, (all, name) => `${all} aria-label="${textAt(name)}"`)
    .replace(/\sdata-text-label="([^"]+)"/g, (all, name) => `${all} label="${textAt(name)}"`)
    .replace(
      /(<(\w+)\b[^>]*\sdata-text="([^"]+)"[^>]*>)(<\/\2\s*>)/g,
      (_, start, tag, name, end) => start + textAt(name) + end,
    )
  const empty = /<(\w+)\b[^>]*\sdata-text="([^"]+)"[^>]*><\/\1/.exec(filled)
  if (empty) throw new Error(`index.html has no text in the element of "${empty[2]}"`)
  return filled
}

/** What the service worker keeps: every file, and one hash over them all. */
function precache(out) {
  const files = fs
    .readdirSync(out)
    .filter((file) => file !== 'sw.js' && !file.endsWith('.map'))
    .sort()
  const hash = createHash('sha256')
  for (const file of files) hash.update(`${file}\0`).update(fs.readFileSync(path.join(out, file)))
  const version = hash.digest('hex').slice(0, 16)
  // the page itself is asked for by its folder
  const kept = ['./', ...files.filter((file) => file !== 'index.html')]
  return `self.precache = ${JSON.stringify({ version, files: kept }, null, 2)}\n`
}
