// npm test: installs what is missing, builds, runs every suite, and counts.
//
//   npm test                  everything
//   npm test -- core js       only these suites
//
// The last line is "N passed, N failed"; the exit status is 0 only when nothing failed.

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

await main(async () => {
  const unknown = process.argv.slice(2).filter((name) => !suites[name])
  if (unknown.length > 0) {
    throw new Stop(`No suite "${unknown[0]}"; there are: ${Object.keys(suites).join(', ')}.`)
  }
  const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(suites)
  await setup('build', 'test')
  const total = { passed: 0, failed: 0 }
  const lines = []
  for (const name of names) {
    say(`suite ${name} ...`)
    const since = Date.now()
    const { passed, failures } = await runSuite(name)
    for (const failure of failures) {
      process.stdout.write(`\nFAILED ${failure.name}\n${failure.detail.replace(/^/gm, '    ')}\n\n`)
    }
    lines.push(
      `  ${name.padEnd(10)} ${String(passed).padStart(5)} passed ` +
        `${String(failures.length).padStart(3)} failed ${seconds(since).padStart(9)}`,
    )
    say(lines.at(-1).trim().replace(/ +/g, ' '))
    total.passed += passed
    total.failed += failures.length
  }
  process.stdout.write(`\n${lines.join('\n')}\n\n${total.passed} passed, ${total.failed} failed\n`)
  process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1
})
