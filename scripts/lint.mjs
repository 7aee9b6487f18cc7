// The lint suite: each check below is a test; clang-tidy is one a file.

import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ask, at, filesUnder, run, tail } from './lib.mjs'
import { sourceOf } from './sources.mjs'

const rooms = ['src', 'wasm', 'server-native']
const bin = (name) => at('node_modules', '.bin', name)

export const cFiles = () =>
  [...rooms, 'tests', 'cmake'].flatMap((folder) => filesUnder(folder, '.c', '.h'))

/** Runs the checks, as many at a time as there are processors. */
async function inParallel(checks) {
  const results = []
  const waiting = [...checks.entries()]
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      results[next[0]] = await next[1]()
    }
  }
  await Promise.all(Array.from({ length: os.availableParallelism() }, worker))
  return results
}

const check = (name, command) => async () => {
  const result = await run(command, { log: `lint-${name.replaceAll('/', '-')}`, limit: 300 })
  return { name, passed: result.status === 0, detail: tail(result.output, 30) }
}

const hashOf = (...texts) => texts.reduce((hash, text) => hash.update(text), createHash('sha256'))

/** What every run of clang-tidy reads besides its file. */
function tidySurroundings() {
  const headers = rooms.flatMap((folder) => filesUnder(folder, '.h'))
  const files = ['.clang-tidy', ...headers, ...filesUnder('cmake', '.h')]
  const texts = files.flatMap((file) => [file, fs.readFileSync(at(file))])
  return hashOf(ask('clang-tidy', '--version') ?? '', ...texts).digest('hex')
}

/** clang-tidy takes seconds a file: what it found clean is not read again until something changes. */
function tidy(file, command, surroundings) {
  const known = at('build', 'lint', file)
  const key = hashOf(surroundings, JSON.stringify(command), fs.readFileSync(at(file))).digest('hex')
  const look = check(`clang-tidy ${file}`, command)
  return async () => {
    if (fs.existsSync(known) && fs.readFileSync(known, 'utf8') === key) {
      return { name: `clang-tidy ${file}`, passed: true, detail: '' }
    }
    const result = await look()
    if (result.passed) {
      fs.mkdirSync(path.dirname(known), { recursive: true })
      fs.writeFileSync(known, key)
    }
    return result
  }
}

/** How Clang reads our sources: natively, with the WebAssembly attributes it does not know ignored. */
async function clangArguments() {
  const mbedtls = await sourceOf('mbedtls')
  const jsmn = await sourceOf('jsmn')
  const libuv = ask('pkg-config', '--cflags', 'libuv') ?? ''
  return (file) => [
    ...['-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Wconversion'],
    ...['-Wno-unknown-attributes', '-Wno-ignored-attributes', `-I${at('src')}`, `-I${at('wasm')}`],
    ...['-isystem', `${mbedtls}/3rdparty/everest/include/everest`],
    ...['-isystem', `${mbedtls}/3rdparty/everest/include`],
    ...['-isystem', `${mbedtls}/include`, '-isystem', jsmn, ...libuv.split(/\s+/).filter(Boolean)],
    `-DMBEDTLS_CONFIG_FILE="${at(
      'cmake',
      file.startsWith('wasm/') ? 'mbedtls_config_wasm.h' : 'mbedtls_config_native.h',
    )}"`,
  ]
}

/** TypeScript prefers a hand-written .d.ts to the .js beside it, unless the .js is named. */
function typesProject() {
  const project = {
    extends: '../tsconfig.json',
    files: filesUnder('js', '.js', '.d.ts').map((file) => `../${file}`),
    include: [],
  }
  fs.mkdirSync(at('build'), { recursive: true })
  fs.writeFileSync(at('build', 'tsconfig.json'), JSON.stringify(project, null, 2))
  return at('build', 'tsconfig.json')
}

/** @returns {Promise<{ name: string, passed: boolean, detail: string }[]>} */
export async function lint() {
  const clang = await clangArguments()
  const surroundings = tidySurroundings()
  return inParallel([
    check('clang-format', ['clang-format', '--dry-run', '-Werror', ...cFiles()]),
    ...rooms
      .flatMap((folder) => filesUnder(folder, '.c'))
      .map((file) =>
        tidy(file, ['clang-tidy', '--quiet', file, '--', ...clang(file)], surroundings),
      ),
    check('eslint', [bin('eslint'), '--max-warnings', '0', '.']),
    check('prettier', [bin('prettier'), '--check', '--log-level', 'warn', '.']),
    check('types', [bin('tsc'), '--project', typesProject()]),
  ])
}
