// The lint suite: each check below is a test; clang-tidy is one a file.

import fs from 'node:fs'
import os from 'node:os'
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
  return inParallel([
    check('clang-format', ['clang-format', '--dry-run', '-Werror', ...cFiles()]),
    ...rooms
      .flatMap((folder) => filesUnder(folder, '.c'))
      .map((file) =>
        check(`clang-tidy ${file}`, ['clang-tidy', '--quiet', file, '--', ...clang(file)]),
      ),
    check('eslint', [bin('eslint'), '--max-warnings', '0', '.']),
    check('prettier', [bin('prettier'), '--check', '--log-level', 'warn', '.']),
    check('types', [bin('tsc'), '--project', typesProject()]),
  ])
}
