// Builds: dist/certmint.wasm, build/native/certmint-echo, dist/web/ (the page as static files).
//
//   node scripts/build.mjs [--native-only | --wasm-only | --web-only]
//   node scripts/build.mjs --bench      what npm run bench needs

import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import putPageTogether from '../web/build.mjs'
import {
  Stop,
  alone,
  at,
  emscriptenEnv,
  isMain,
  main,
  must,
  root,
  say,
  seconds,
  which,
} from './lib.mjs'
import { esbuild, installModules, packageOf, setup } from './setup.mjs'
import { sourceOf } from './sources.mjs'

const targets = {
  native: { what: 'the native core', options: [], first: 'about 20 seconds' },
  asan: {
    what: 'the core with sanitizers',
    options: ['-DCERTMINT_SANITIZE=ON'],
    first: 'about 20 seconds',
  },
  fuzz: {
    what: 'the fuzz targets',
    options: [
      ...['-DCERTMINT_SANITIZE=ON', '-DCERTMINT_FUZZ=ON'],
      ...['-DCERTMINT_TESTS=OFF', '-DCMAKE_C_COMPILER=clang'],
    ],
    first: 'about a minute',
  },
  wasm: { what: 'the WebAssembly core', options: [], first: 'about 30 seconds' },
}

/**
 * Brings build/<name> up to date with CMake.
 * @param {keyof typeof targets} name
 * @param {string} target
 */
const cmake = (name, target) => alone(name, () => bringUpToDate(name, target))

async function bringUpToDate(name, target) {
  const { what, options, first } = targets[name]
  const folder = at('build', name)
  const since = Date.now()
  const generator = which('ninja') ? 'Ninja' : 'Unix Makefiles'
  // What, when it changes, makes an earlier configuration useless.
  const setting = JSON.stringify({
    root,
    generator,
    compiler: which(name === 'wasm' ? 'emcc' : 'cc') ?? process.env.CC,
    mbedtls: await sourceOf('mbedtls'),
    jsmn: await sourceOf('jsmn'),
  })
  const stamp = path.join(folder, 'certmint-setting.json')
  const known = fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === setting
  const env = name === 'wasm' ? emscriptenEnv() : {}
  if (!known) {
    say(`building ${what} for the first time here (${first}) ...`)
    fs.rmSync(folder, { recursive: true, force: true })
    const { mbedtls, jsmn } = JSON.parse(setting)
    await must(
      [
        ...(name === 'wasm' ? ['emcmake'] : []),
        ...['cmake', '-S', root, '-B', folder, '-G', generator],
        ...[`-DMBEDTLS_SOURCE_DIR=${mbedtls}`, `-DJSMN_SOURCE_DIR=${jsmn}`, ...options],
      ],
      { log: `cmake-${name}`, env },
    )
    fs.writeFileSync(stamp, setting)
  }
  await must(
    [
      ...['cmake', '--build', folder, '--parallel', String(os.availableParallelism())],
      ...['--target', target],
    ],
    { log: `build-${name}`, env },
  )
  say(`${what}: up to date (${seconds(since)})`)
  return folder
}

/** Puts a file in place whole, and only if it differs. */
function place(from, to) {
  const bytes = fs.readFileSync(from)
  if (fs.existsSync(to) && fs.readFileSync(to).equals(bytes)) return
  fs.mkdirSync(path.dirname(to), { recursive: true })
  fs.writeFileSync(`${to}.partial`, bytes)
  fs.renameSync(`${to}.partial`, to)
}

/** build/<name>/certmint-echo */
export const buildServer = (name) => cmake(name, 'certmint-echo')

/** The same natively, with everything else that cmake --install and cpack take. */
export const buildInstallable = () => cmake('native', 'installable')

/** The core's tests as programs: build/<name>/tests/. */
export const buildTests = (name) => cmake(name, 'core_tests')

/** The fuzz targets as programs: build/fuzz/fuzz/. */
export const buildFuzz = () => cmake('fuzz', 'fuzz_targets')

/** mbedTLS's own RSA as WebAssembly, to measure ourselves against: build/wasm/stock_rsa.wasm. */
export const buildStock = () => cmake('wasm', 'stock_rsa')

/** dist/certmint.wasm */
export async function buildWasm() {
  const folder = await cmake('wasm', 'certmint_wasm')
  place(path.join(folder, 'certmint.wasm'), at('dist', 'certmint.wasm'))
}

/** The page in dist/web: static files that work under any path (see web/build.mjs). */
export async function buildWeb() {
  const out = at('dist', 'web')
  const next = at('dist', 'web.partial')
  fs.rmSync(next, { recursive: true, force: true })
  const tools = { esbuild: await esbuild(), fflate: await packageOf('fflate') }
  putPageTogether({ root, out: next, ...tools })
  fs.rmSync(out, { recursive: true, force: true })
  fs.renameSync(next, out)
}

if (isMain(import.meta)) {
  await main(async () => {
    const wanted = process.argv[2] ?? ''
    const known = ['', '--native-only', '--wasm-only', '--web-only', '--bench']
    if (!known.includes(wanted) || process.argv.length > 3) {
      throw new Stop(`usage: node scripts/build.mjs [${known.slice(1).join(' | ')}]`)
    }
    if (wanted !== '--web-only') await setup('build')
    if (['', '--native-only', '--bench'].includes(wanted)) await buildInstallable()
    if (['', '--wasm-only', '--bench'].includes(wanted)) await buildWasm()
    if (wanted === '--bench') await Promise.all([buildStock(), installModules()])
    if (wanted === '' || wanted === '--web-only') await buildWeb()
  })
}
