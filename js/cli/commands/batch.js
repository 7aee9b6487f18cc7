import { lstatSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

import { compile } from '../../core.js'
import { importKey, readCertificate } from '../../index.js'
import { wasmSourceSync } from '../../source.js'
import { openAuthority } from '../authority.js'
import { runCrew } from '../batch/crew.js'
import { Ledger, lineOf } from '../batch/ledger.js'
import { readRecords } from '../batch/records.js'
import { flagFor } from '../fields.js'
import { ensureFolder, sweep, withLock } from '../files.js'
import { localOptions, openLocalAuthority } from '../local_ca.js'
import {
  clampOption,
  extensionOptions,
  flag,
  group,
  integer,
  issuerOptions,
  keyFormat,
  newKeyOptions,
  reportOptions,
  signatureOptions,
  templateOption,
  text,
  validityOptions,
} from '../options.js'
import { countLine, withProgress } from '../progress.js'
import { table } from '../say.js'
import { templateOf } from '../template.js'
import { FailedError, UsageError } from '../usage.js'

export const usage = 'FILE [options]'

export const options = {
  ...group('Authority (default: that of this machine)', { ...localOptions, ...issuerOptions }),
  ...group('For every row that says nothing else', {
    key: newKeyOptions.key,
    'key-format': newKeyOptions['key-format'],
    ...validityOptions,
    ...clampOption,
  }),
  ...templateOption,
  ...extensionOptions,
  ...signatureOptions,
  ...group('Output', {
    out: text('DIR', 'where the files go (default: the name of FILE without its ending)'),
    workers: text('N', 'how many processors work (default: all)'),
    'dry-run': flag('read and check the rows; make nothing'),
    json: reportOptions.json,
    quiet: reportOptions.quiet,
  }),
}

export const note = `FILE is CSV whose first line names columns (name, san, subject, days, not-before, not-after, profile,
key, serial), or JSON: a list of templates with a name, or one a line. Several san are separated by
spaces; without any the name is taken. NAME.pem, NAME-key.pem and a line in issued.csv are made of each
row. Run again it goes on where it stopped, whatever stopped it; what is there is never made again.`

export const examples = [
  'certmint batch devices.csv --profile client --days 90',
  'certmint batch shops.json --out shops --ca ca.pem --ca-key ca-key.pem',
]

const FAILED = 3

/** More faults than fit a screen are counted. */
const MOST_FAULTS = 20

/** The size of a file; undefined when there is none. */
const sizeOf = (path) => lstatSync(path, { throwIfNoEntry: false })?.size

async function authorityOf(values) {
  if (values.ca === undefined && values['ca-key'] === undefined) {
    return (await openLocalAuthority(values)).ca
  }
  return openAuthority(values)
}

/** A certificate that a killed run did not get to enter: its line, or a reason why it is not ours. */
async function adopt(folder, record, ca) {
  const path = join(folder, `${record.base}.pem`)
  try {
    const cert = await readCertificate(readFileSync(path))
    const key = await importKey(readFileSync(join(folder, `${record.base}-key.pem`)))
    if (cert.issuer === ca.cert.subject && key.matches(cert)) return { line: lineOf(record, cert) }
  } catch {
    // no certificate, or no key to it: not ours
  }
  return { fault: { ...record, rule: `${path} exists already, and is not of this batch` } }
}

/** What is left to do, and what cannot be done. */
async function sort(folder, records, ledger, ca) {
  /** @type {{ todo: any[], adopted: string[], faults: any[] }} */
  const { todo, adopted, faults } = { todo: [], adopted: [], faults: [] }
  for (const record of records) {
    const there = sizeOf(join(folder, `${record.base}.pem`))
    const entered = ledger.entries.get(record.name)
    if (!there) todo.push(record)
    else if (entered === undefined) {
      const { line, fault } = await adopt(folder, record, ca)
      if (line) adopted.push(line)
      else faults.push(fault)
    } else if (entered !== record.hash) {
      const rule = 'was issued from another row or other flags; remove its files to have it anew'
      faults.push({ ...record, rule })
    }
  }
  return { todo, adopted, faults }
}

/** A fault in words. What is wrong with the folder itself is thrown at once. */
function sentence({ where, name, field, rule, code, path }) {
  if (path !== undefined) throw Object.assign(new Error(rule), { code, path })
  return `${where} (${name}): ${field ? `${flagFor(field).replace(/^--/, '')}: ` : ''}${rule}`
}

function report(values, folder, { total, made, faults, interrupted = false }) {
  const done = { folder, rows: total, made, faults: faults.length }
  for (const line of faults.slice(0, MOST_FAULTS)) console.error(`certmint: ${line}`)
  if (faults.length > MOST_FAULTS) {
    console.error(`certmint: and ${faults.length - MOST_FAULTS} more`)
  }
  if (interrupted) {
    throw new FailedError(`interrupted after ${made} more; the same command goes on from there`)
  }
  if (values.json) console.log(JSON.stringify(done))
  else if (!values.quiet) {
    const rows = [
      ['folder', folder],
      ['made', `${made} of ${total}`],
      ['there before', String(total - made - faults.length)],
      ...(faults.length > 0 ? [['not made', String(faults.length)]] : []),
      ['list', join(folder, 'issued.csv')],
    ]
    console.log(table(values['dry-run'] ? 'Would be made' : 'A batch of certificates', rows))
  }
  return faults.length > 0 ? FAILED : 0
}

/** Has the crew make what is left; returns what came of it. */
async function makeAll(todo, { values, folder, ca, ledger }) {
  let made = 0
  /** @type {any[]} */
  const faults = []
  const start = performance.now()
  const interrupted = await withProgress(
    values,
    async ({ signal, onProgress }) => {
      await runCrew(todo, {
        count: Math.min(integer(values, 'workers') ?? availableParallelism(), todo.length),
        signal,
        data: {
          module: await compile(wasmSourceSync()),
          folder,
          keyFormat: keyFormat(values),
          ca: {
            cert: ca.cert.der,
            chain: ca.chain.slice(1).map(({ der }) => der),
            key: ca.key.toDER(),
          },
        },
        onDone(lines, problems) {
          ledger.append(lines)
          made += lines.length
          faults.push(...problems)
          const elapsedSeconds = (performance.now() - start) / 1000
          onProgress({ done: made + faults.length, total: todo.length, elapsedSeconds })
          return problems.some(({ path }) => path !== undefined)
        },
      })
      return signal.aborted
    },
    countLine,
  )
  return { made, faults, interrupted }
}

export async function run(values, [path, ...rest]) {
  if (path === undefined || rest.length > 0) {
    throw new UsageError('give one file, like: certmint batch devices.csv')
  }
  if (integer(values, 'workers') === 0) throw new UsageError('--workers: at least 1')
  const clamp = values.days === undefined && values['not-after'] === undefined
  const records = await readRecords(path, { clamp, ...(await templateOf(values)) })
  if (path === '-' && values.out === undefined) {
    throw new UsageError('--out: say where the files of standard input go')
  }
  const folder = values.out ?? path.replace(/\.[^./]+$/, '')
  if (folder === path) throw new UsageError(`--out: say where the files go; ${path} is the input`)
  const ca = await authorityOf(values)
  if (values['dry-run']) {
    const { todo, faults } = await sort(folder, records, new Ledger(folder), ca)
    const made = todo.length
    return report(values, folder, { total: records.length, made, faults: faults.map(sentence) })
  }
  await ensureFolder(folder)
  return withLock(join(folder, 'issued.csv'), async () => {
    await sweep(folder)
    const ledger = new Ledger(folder)
    const { todo, adopted, faults } = await sort(folder, records, ledger, ca)
    ledger.append(adopted)
    const result = await makeAll(todo, { values, folder, ca, ledger })
    const all = [...faults, ...result.faults].map(sentence)
    return report(values, folder, { ...result, total: records.length, faults: all })
  })
}
