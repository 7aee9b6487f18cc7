// The suites of npm test. Each answers with what passed and what failed; one
// that cannot run, crashes or does not end counts as a failed test, and so does a skipped test.

import fs from 'node:fs'
import path from 'node:path'
import { at, ending, filesUnder, root, run, tail } from './lib.mjs'
import { lint } from './lint.mjs'
import { chromium, python } from './setup.mjs'

/**
 * @typedef {{ name: string, detail: string }} Failure
 * @typedef {{ passed: number, failures: Failure[] }} Outcome
 */

const fold = (outcomes) => ({
  passed: outcomes.reduce((sum, { passed }) => sum + passed, 0),
  failures: outcomes.flatMap(({ failures }) => failures),
})

/** @returns {Promise<Outcome>} */
async function lintSuite() {
  const checks = await lint()
  return {
    passed: checks.filter(({ passed }) => passed).length,
    failures: checks.filter(({ passed }) => !passed),
  }
}

/** Counts the lines of a TAP program; an early end or a wrong plan is a failure of its own. */
export function readTAP(name, result) {
  const lines = result.stdout.split('\n')
  const passed = lines.filter((line) => /^ok\b/.test(line)).length
  const failures = []
  lines.forEach((line, index) => {
    if (!/^not ok\b/.test(line)) return
    const remarks = lines.slice(index + 1)
    const end = remarks.findIndex((remark) => !remark.startsWith('#'))
    failures.push({ name: `${name}: ${line}`, detail: remarks.slice(0, end).join('\n') })
  })
  const plan = lines.map((line) => line.match(/^1\.\.(\d+)$/)?.[1]).find(Boolean)
  const fault =
    plan === undefined
      ? 'ended before its plan'
      : Number(plan) !== passed + failures.length
        ? `planned ${plan} tests and ran ${passed + failures.length}`
        : passed + failures.length === 0
          ? 'ran no test'
          : result.status !== 0 && failures.length === 0
            ? 'passed its tests and failed'
            : undefined
  if (fault) {
    failures.push({
      name: `${name}: ${fault}`,
      detail: `${ending(result)}\n${tail(result.output)}`,
    })
  }
  return { passed, failures }
}

/** How much longer than usual the core's tests look (npm run soak); above 1 the server's do, too. */
const soak = Math.max(1, Number(process.env.CERTMINT_SOAK) || 1)

/** How long tests/server/soak.test.js takes then, in seconds. */
const soakSeconds = Number(process.env.CERTMINT_SOAK_SECONDS) || 3600

/** Runs the core's test programs of one build folder. */
function coreSuite(folder, { ending: suffix = '', command = [], env = {}, limit = 300 } = {}) {
  return async () => {
    const names = filesUnder('tests/core', '.c')
      .map((file) => path.basename(file, '.c'))
      .filter((name) => name.startsWith('test_'))
    const outcomes = []
    for (const name of names) {
      const program = at('build', folder, 'tests', `${name}${suffix}`)
      const result = await run([...command, program], {
        log: `${folder}-${name}`,
        env,
        limit: limit * soak,
      })
      outcomes.push(readTAP(name, result))
    }
    return names.length > 0 ? fold(outcomes) : nothing('tests/core has no test_*.c')
  }
}

const nothing = (name) => ({ passed: 0, failures: [{ name, detail: '' }] })

/** What each fuzz target gets of npm test, in seconds; npm run fuzz gives more. */
const FUZZ_SECONDS = Number(process.env.CERTMINT_FUZZ_SECONDS) || 4

/** Each parser of the core with mutations of its seeds; what it finds stays in build/fuzz/. */
async function fuzzSuite() {
  const targets = fs
    .readdirSync(at('build', 'fuzz', 'fuzz'))
    .filter((name) => name.startsWith('fuzz_'))
  const outcomes = []
  for (const target of targets.sort()) {
    const name = target.replace('fuzz_', '')
    const found = at('build', 'fuzz', 'found', name)
    fs.mkdirSync(found, { recursive: true })
    const result = await run(
      [
        at('build', 'fuzz', 'fuzz', target),
        ...[`-max_total_time=${FUZZ_SECONDS}`, '-timeout=10', '-rss_limit_mb=2048'],
        ...['-max_len=65536', '-print_final_stats=1', `-artifact_prefix=${found}/`],
        ...[found, at('tests', 'fuzz', 'corpus', name)],
      ],
      { log: target, env: sanitizers, limit: FUZZ_SECONDS + 120 },
    )
    const runs = Number(/number_of_executed_units: (\d+)/.exec(result.output)?.[1] ?? 0)
    outcomes.push(
      result.status === 0 && runs > 0
        ? { passed: 1, failures: [] }
        : {
            passed: 0,
            failures: [{ name: `${target} ${ending(result)}`, detail: tail(result.output, 40) }],
          },
    )
  }
  return targets.length > 0 ? fold(outcomes) : nothing('there is no fuzz target')
}

/** Valgrind follows the secrets through the core; one on a branch or an index is an error. */
async function ctgrindSuite() {
  const outcomes = []
  for (const name of ['ctgrind', 'ctgrind_28']) {
    const program = at('build', 'native', 'tests', name)
    const command = ['valgrind', '--quiet', '--error-exitcode=99', program]
    outcomes.push(readTAP(name, await run(command, { log: name, limit: 900 })))
  }
  return fold(outcomes)
}

/** Runs one Jest project and reads its report. */
function jestSuite(name, { parallel = false, limit = 900 } = {}) {
  return async () => {
    const report = at('build', 'log', `jest-${name}.json`)
    fs.rmSync(report, { force: true })
    const result = await run(
      [
        ...[process.execPath, '--no-warnings', '--experimental-vm-modules'],
        ...[at('node_modules', 'jest', 'bin', 'jest.js'), '--selectProjects', name],
        ...['--json', `--outputFile=${report}`, ...(parallel ? [] : ['--runInBand'])],
      ],
      {
        log: `jest-${name}`,
        limit,
        env: { CI: 'true', CERTMINT_CHROMIUM: chromium() ?? '', CERTMINT_PYTHON: python() ?? '' },
      },
    )
    if (!fs.existsSync(report)) {
      return {
        passed: 0,
        failures: [{ name: `${name} ${ending(result)}`, detail: tail(result.output) }],
      }
    }
    return readJest(name, JSON.parse(fs.readFileSync(report, 'utf8')), result)
  }
}

export function readJest(name, report, result) {
  const failures = []
  let passed = 0
  for (const file of report.testResults) {
    const where = path.relative(root, file.name)
    if (file.assertionResults.length === 0) {
      failures.push({ name: `${where}: ran no test`, detail: tail(file.message) })
    }
    for (const test of file.assertionResults) {
      if (test.status === 'passed') passed++
      else {
        const detail = test.status === 'failed' ? test.failureMessages.join('\n') : test.status
        failures.push({ name: `${where}: ${test.fullName}`, detail })
      }
    }
  }
  if (report.testResults.length === 0) failures.push({ name: `${name} has no test`, detail: '' })
  else if (result.status !== 0 && failures.length === 0) {
    failures.push({ name: `${name} ${ending(result)}`, detail: tail(result.output) })
  }
  return { passed, failures }
}

const sanitizers = {
  ASAN_OPTIONS: 'detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1',
  UBSAN_OPTIONS: 'print_stacktrace=1',
}

/**
 * Every suite: what it needs built (see scripts/test.mjs) and how it runs. Two run side by side, in this
 * order: those that take longest come first, so that none is left to run by itself at the end. `alone`
 * are those that fill every processor, or that measure how soon something answers.
 * @type {Record<string, { needs: string[], alone?: boolean, run: () => Promise<Outcome> }>}
 */
export const suites = {
  lint: { needs: ['modules', 'sources'], alone: true, run: lintSuite },
  cli: { needs: ['modules', 'wasm', 'server'], run: jestSuite('cli') },
  interop: {
    needs: ['modules', 'wasm', 'server', 'tests native', 'published cases'],
    run: jestSuite('interop'),
  },
  fuzz: { needs: ['fuzz'], run: fuzzSuite },
  'core-asan': { needs: ['tests asan'], run: coreSuite('asan', { env: sanitizers, limit: 600 }) },
  runtimes: { needs: ['package', 'runtimes'], run: jestSuite('runtimes') },
  'core-wasm': {
    needs: ['tests wasm'],
    run: coreSuite('wasm', {
      ending: '.wasm',
      command: [process.execPath, at('tests', 'core', 'run-wasm.mjs')],
    }),
  },
  core: { needs: ['tests native'], run: coreSuite('native') },
  ctgrind: { needs: ['tests native'], run: ctgrindSuite },
  js: { needs: ['modules', 'wasm'], alone: true, run: jestSuite('js') },
  server: {
    needs: ['modules', 'wasm', 'server', 'server asan'],
    alone: true,
    run: jestSuite('server', { limit: 900 + (soak > 1 ? soakSeconds + 900 : 0) }),
  },
  browser: { needs: ['modules', 'web', 'server'], alone: true, run: jestSuite('browser') },
}
