// Writes docs/api.md, the reference of the JavaScript interface, from the declarations in js/*.d.ts.
//
//   node scripts/reference.mjs [--check]      --check: only says whether it is up to date

import fs from 'node:fs'
import { Stop, at, isMain, main, say } from './lib.mjs'

/** The modules, and what each is for. */
const modules = {
  index: 'certmint',
  sync: 'certmint/sync',
  selfsigned: 'certmint/selfsigned',
  vite: 'certmint/vite',
  wasm: 'certmint/wasm',
}

const intro = `# The JavaScript interface

<!-- Written by scripts/reference.mjs from the declarations in js/: change those. -->

The declarations are what TypeScript and editors show, too. [recipes.md](recipes.md) has programs,
[migration.md](migration.md) is for those who come from elsewhere.
`

/** A comment without its stars. */
const textOf = (comment) =>
  comment
    .replace(/^\/\*\*?|\*\/$/g, '')
    .replace(/^ *\* ?/gm, '')
    .trim()

/**
 * The parts of a declaration file: { comment } of the file, { section }, and { name, comment, code }.
 * A declaration begins in the first column, and ends before the next thing that does.
 */
function partsOf(text) {
  const starts = [...text.matchAll(/^(?=\/\*|export |declare |interface |import |type )/gm)]
  const pieces = starts.map(({ index }, i) => text.slice(index, starts[i + 1]?.index).trim())
  const parts = []
  let comment = ''
  for (const piece of pieces) {
    if (piece.startsWith('/*')) {
      const section = /^\/\* -+ (.*) \*\/$/.exec(piece)?.[1]
      if (section) parts.push({ section })
      else comment = textOf(piece)
      continue
    }
    const name = /^(?:export )?(?:default )?(?:declare )?\w+ (\w+)/.exec(piece)?.[1]
    if (/^(import|export \{|export default \w+$)/.test(piece)) {
      if (comment && parts.length === 0) parts.push({ comment })
    } else parts.push({ name, comment, code: piece.replace(/^declare /, '') })
    comment = ''
  }
  return parts
}

/** The first comment of a file is about the file. */
const headOf = (text) => textOf(/^\/\*\*[\s\S]*?\*\//.exec(text)?.[0] ?? '')

function moduleAsMarkdown(name, text) {
  const head = headOf(text)
  const lines = [['## `', modules[name], '`'].join(''), head]
  let last
  for (const { section, name: title, comment, code } of partsOf(text)) {
    if (section) lines.push(`### ${section[0].toUpperCase()}${section.slice(1)}`)
    if (!code) continue
    // overloads stand under one heading
    if (title !== last) lines.push(['#### `', title, '`'].join(''))
    last = title
    if (comment && comment !== head) lines.push(comment)
    lines.push(['```ts', code, '```'].join('\n'))
  }
  return lines.join('\n\n')
}

/** The text of docs/api.md. */
export function reference() {
  const parts = Object.keys(modules).map((name) =>
    moduleAsMarkdown(name, fs.readFileSync(at('js', `${name}.d.ts`), 'utf8')),
  )
  return `${[intro.trim(), ...parts].join('\n\n')}\n`
}

if (isMain(import.meta)) {
  await main(async () => {
    const file = at('docs', 'api.md')
    if (process.argv[2] !== '--check') {
      fs.writeFileSync(file, reference())
      return say('docs/api.md is written')
    }
    if (fs.readFileSync(file, 'utf8') !== reference()) {
      throw new Stop('docs/api.md is not what js/*.d.ts say: run node scripts/reference.mjs')
    }
  })
}
