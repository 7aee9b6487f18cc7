// npm test: installs what is missing, builds, runs every suite, two at a time, and counts.
//
//   npm test                  everything
//   npm test -- core js       only these suites
//
// The last line is "N passed, N failed"; the exit status is 0 only when nothing failed.

import os from 'node:os'
import { Stop, main, say, seconds } from './lib.mjs'
import {
  buildFuzz,
  buildInstallable,
  buildServer,
  buildTests,
  buildWasm,
  buildWeb,
} from './build.mjs'
import { installModules, installRuntimes, setup } from './setup.mjs'
import { sourceOf } from './sources.mjs'
import { suites } from './suites.mjs'

const preparations = {
  modules: installModules,
  sources: () => Promise.all([sourceOf('mbedtls'), sourceOf('jsmn')]),
  'published cases': () => sourceOf('openssl'),
  'tests native': () => buildTests('native'),
  'tests asan': () => buildTests('asan'),
  'tests wasm': () => buildTests('wasm'),
  fuzz: buildFuzz,
  server: buildInstallable,
  'server asan': () => buildServer('asan'),
  wasm: buildWasm,
  package: async () => {
    await Promise.all([prepare('modules'), prepare('wasm')])
    // not before its bundler is installed
    await (await import('./pack.mjs')).pack()
  },
  runtimes: installRuntimes,
  web: async () => {
    await prepare('wasm')
    await buildWeb()
  },
}

// Each is done once; suites that need one that failed fail with its reason.
const prepared = new Map()
function prepare(name) {
  if (!prepared.has(name)) prepared.set(name, preparations[name]())
  return prepared.get(name)
}

async function runSuite(name) {
  try {
    for (const need of suites[name].needs) await prepare(need)
    return await suites[name].run()
  } catch (error) {
    const detail = error instanceof Stop ? error.message : error.stack
    return { passed: 0, failures: [{ name: `${name} could not run`, detail }] }
  }
}

/** As many at a time as have a processor each, but two: what is measured here was measured so. */
const LANES = Math.min(2, os.availableParallelism())

/** Runs one suite and tells what failed, all at once: others may be telling, too. */
async function tell(name) {
  say(`suite ${name} ...`)
  const since = Date.now()
  const { passed, failures } = await runSuite(name)
  for (const failure of failures) {
    process.stdout.write(`\nFAILED ${failure.name}\n${failure.detail.replace(/^/gm, '    ')}\n\n`)
  }
  const line =
    `  ${name.padEnd(10)} ${String(passed).padStart(5)} passed ` +
    `${String(failures.length).padStart(3)} failed ${seconds(since).padStart(9)}`
  say(line.trim().replace(/ +/g, ' '))
  return { line, passed, failed: failures.length }
}

/** Runs suites side by side, those that want to be alone before or after the others, as they stand. */
async function tellAll(names) {
  const results = new Map()
  const lane = (waiting) => async () => {
    for (let name = waiting.shift(); name; name = waiting.shift()) {
      results.set(name, await tell(name))
    }
  }
  const shared = names.filter((name) => !suites[name].alone)
  const groups = names.flatMap((name) =>
    suites[name].alone ? [[name]] : name === shared[0] ? [shared] : [],
  )
  for (const group of groups) {
    await Promise.all(Array.from({ length: LANES }, lane([...group])))
  }
  return names.map((name) => results.get(name))
}

await main(async () => {
  const unknown = process.argv.slice(2).filter((name) => !suites[name])
  if (unknown.length > 0) {
    throw new Stop(`No suite "${unknown[0]}"; there are: ${Object.keys(suites).join(', ')}.`)
  }
  const names = process.argv.length > 2 ? [...new Set(process.argv.slice(2))] : Object.keys(suites)
  await setup('build', 'test')
  const since = Date.now()
  const results = await tellAll(names)
  const total = (what) => results.reduce((sum, result) => sum + result[what], 0)
  const [passed, failed] = [total('passed'), total('failed')]
  process.stdout.write(
    `\n${results.map(({ line }) => line).join('\n')}\n  in all ${seconds(since)}\n\n` +
      `${passed} passed, ${failed} failed\n`,
  )
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1
})
