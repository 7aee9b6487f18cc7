// npm run bench: measures us next to our peers, in the same run.
//
//   npm run bench                          everything
//   npm run bench -- p-256 --rounds 31     what has "p-256" in its name; more rounds
//   npm run bench -- --json bench.json     the figures as a file, too
//   npm run bench -- --check               exit status 1 when a goal is missed
//
// Every other .mjs file here exports an array of benches as its default:
//
//   { name, ours, peers: { name: run, ... }, goal }   a run does the work once (it may be async);
//        one that returns a number has measured itself, in ms. goal: ours is so many times as fast
//        as every peer.
//   { name, ours, most }                              goal: at most so many ms.
//   { name, draws, ours, peers, goals: { peer: r } }  for work whose time varies by its nature, such
//        as a search for primes: each is done once a round, `draws` rounds; compared are the means.
//        goals: our mean is at most r of that peer's. A peer of { run, draws } takes part less often.
//   { name, value, unit, most }                       a plain figure, such as a size.
//
// Timing: every run is repeated until it lasts 20 ms; then, round by round, each takes its turn, in
// an order that rotates, so that what slows the machine slows all alike. Given are medians, and the
// median of the rounds' ratios with its middle half.

import fs from 'node:fs'
import os from 'node:os'
import { parseArgs } from 'node:util'

const { values: options, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    rounds: { type: 'string', default: '11' },
    check: { type: 'boolean', default: false },
  },
})
const rounds = Number(options.rounds)
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error(`--rounds: "${options.rounds}" is not a number of rounds`)
  process.exit(2)
}

function quantile(numbers, q) {
  const sorted = numbers.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * q
  const below = Math.floor(at)
  return sorted[below] + (sorted[Math.ceil(at)] - sorted[below]) * (at - below)
}
const median = (numbers) => quantile(numbers, 0.5)

/** Milliseconds of one run, as the mean of `times` runs. */
async function time(run, times) {
  const since = performance.now()
  for (let i = 0; i < times; i++) {
    const own = await run()
    if (typeof own === 'number') return own
  }
  return (performance.now() - since) / times
}

async function repeatsOf(run) {
  await time(run, 1) // warm
  return Math.max(1, Math.ceil(20 / Math.max(await time(run, 1), 0.001)))
}

async function measure({ name, ours, peers = {}, goal, most }) {
  const runs = [['certmint', ours], ...Object.entries(peers)]
  const repeats = []
  for (const [, run] of runs) repeats.push(await repeatsOf(run))
  const samples = runs.map(() => [])
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < runs.length; i++) {
      const turn = (i + round) % runs.length
      samples[turn].push(await time(runs[turn][1], repeats[turn]))
    }
  }
  const results = runs.map(([who], i) => {
    const ratios = samples[i].map((sample, round) => sample / samples[0][round])
    return {
      who,
      ms: median(samples[i]),
      ratio: median(ratios),
      middle: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
      samples: samples[i],
    }
  })
  const met =
    (goal === undefined || results.slice(1).every(({ ratio }) => ratio >= goal)) &&
    (most === undefined || results[0].ms <= most)
  return { name, goal, most, met, results }
}

const mean = (numbers) => numbers.reduce((sum, n) => sum + n, 0) / numbers.length

/** The middle 95 % of what `statistic` is over resamples of the lists, drawn with replacement. */
function interval(lists, statistic) {
  const resample = (list) => list.map(() => list[Math.floor(Math.random() * list.length)])
  const seen = Array.from({ length: 2000 }, () => statistic(...lists.map(resample)))
  return [quantile(seen, 0.025), quantile(seen, 0.975)]
}

/** Work whose time varies by its nature: once a round each, and the means compared. */
async function draw({ name, draws, ours, peers = {}, goals = {} }) {
  const runs = [{ who: 'certmint', run: ours, draws }]
  for (const [who, peer] of Object.entries(peers)) {
    runs.push({ who, draws, ...(typeof peer === 'function' ? { run: peer } : peer) })
  }
  for (const one of runs) {
    one.samples = []
    await time(one.run, 1) // warm
  }
  for (let round = 0; round < draws; round++) {
    for (let i = 0; i < runs.length; i++) {
      const one = runs[(i + round) % runs.length]
      if (round < one.draws) one.samples.push(await time(one.run, 1))
    }
  }
  const [{ samples: own }] = runs
  const results = runs.map(({ who, samples }) => ({
    who,
    mean: mean(samples),
    interval: interval([samples], mean),
    median: median(samples),
    ratio: mean(own) / mean(samples),
    ratioInterval: interval([own, samples], (a, b) => mean(a) / mean(b)),
    goal: goals[who],
    met: goals[who] === undefined || mean(own) / mean(samples) <= goals[who],
    samples,
  }))
  return { name, draws, met: results.every(({ met }) => met), results }
}

const figure = (n) => (n >= 100 ? n.toFixed(0) : n >= 10 ? n.toFixed(1) : n.toFixed(2))

function printDraws({ name, draws, results }) {
  console.log(`\n${name}   (means of ${draws}, with what 95 % of resamples give)`)
  for (const { who, samples, ...one } of results) {
    const times = `${figure(one.mean)} ms (${one.interval.map(figure).join(' to ')})`
    const middle = `median ${figure(one.median)}`
    const share =
      who === 'certmint'
        ? ''
        : `   ours is ${one.ratio.toFixed(3)} of it (${one.ratioInterval.map((r) => r.toFixed(3)).join(' to ')})`
    const goal =
      one.goal === undefined ? '' : `, goal: at most ${one.goal}: ${one.met ? 'met' : 'MISSED'}`
    const fewer = samples.length === draws ? '' : `, ${samples.length} of them`
    console.log(
      `  ${who.padEnd(28)} ${times.padEnd(30)} ${middle.padEnd(14)}${share}${goal}${fewer}`,
    )
  }
}

function print({ name, goal, most, unit = 'ms', met, value, results = [] }) {
  const aims = [
    goal !== undefined && `goal: ${goal} times as fast`,
    most !== undefined && `goal: at most ${most} ${unit}`,
  ].filter(Boolean)
  console.log(
    `\n${name}${aims.length > 0 ? `   (${aims.join(', ')}: ${met ? 'met' : 'MISSED'})` : ''}`,
  )
  if (value !== undefined) console.log(`  ${value} ${unit}`)
  results.forEach(({ who, ms, ratio, middle }, i) => {
    const compared =
      i === 0 ? '' : `   ${figure(ratio)} times ours (${middle.map(figure).join(' to ')})`
    console.log(`  ${who.padEnd(24)} ${figure(ms).padStart(9)} ms${compared}`)
  })
}

async function bench(one) {
  if (one.draws) return draw(one)
  if (!one.value) return measure(one)
  const value = await one.value()
  return { ...one, value, met: one.most === undefined || value <= one.most }
}

const files = fs.readdirSync(import.meta.dirname ?? new URL('.', import.meta.url).pathname)
const found = []
for (const file of files.filter((name) => name.endsWith('.mjs') && name !== 'run.mjs').sort()) {
  const { default: benches } = await import(new URL(file, import.meta.url))
  if (Array.isArray(benches)) found.push(...benches)
}
const wanted = found.filter(
  ({ name }) =>
    words.length === 0 || words.some((w) => name.toLowerCase().includes(w.toLowerCase())),
)
if (wanted.length === 0) {
  console.error(
    `No bench is called so; there are:\n${found.map(({ name }) => `  ${name}`).join('\n')}`,
  )
  process.exit(2)
}

const load = os.loadavg()[0].toFixed(1)
console.log(
  `Node ${process.versions.node}, ${os.cpus().length} x ${os.cpus()[0].model}, load ${load}, ${rounds} rounds`,
)
const reports = []
for (const one of wanted) {
  const report = await bench(one)
  if (report.draws) printDraws(report)
  else print(report)
  reports.push(report)
}
if (options.json) {
  const { model } = os.cpus()[0]
  const about = { date: new Date().toISOString(), node: process.versions.node, cpu: model, rounds }
  fs.writeFileSync(options.json, `${JSON.stringify({ ...about, reports }, null, 2)}\n`)
  console.log(`\nwritten to ${options.json}`)
}
process.exit(options.check && reports.some(({ met }) => !met) ? 1 : 0)
