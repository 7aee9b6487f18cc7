/** The trust stores of this machine, and what is done to all of them. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { FailedError, UsageError } from '../usage.js'
import { java } from './java.js'
import { nss } from './nss.js'
import { run, shown } from './run.js'
import { system } from './system.js'

/** @type {Record<string, any>} */
const stores = { system, nss, java }

/** Which stores are meant: --stores, mkcert's TRUST_STORES, or all. */
export function chosen(values) {
  const list = values.stores ?? process.env.TRUST_STORES
  if (!list) return Object.values(stores)
  return list.split(',').map((name) => {
    const store = Object.hasOwn(stores, name.trim()) && stores[name.trim()]
    if (store) return store
    const where = values.stores ? '--stores' : 'TRUST_STORES'
    throw new UsageError(`${where}: "${name}" is none of ${Object.keys(stores).join(', ')}`)
  })
}

const verbs = {
  add: { done: 'added', already: 'already there', when: false },
  remove: { done: 'removed', already: 'was not there', when: true },
}

/** One place of one store: { store, place, state, detail? }. */
async function change(action, store, place, subject, runner) {
  const { done, already, when } = verbs[action]
  const report = { store: store.name, title: store.title, place }
  const has = store.has(subject.cert, place)
  if (has !== undefined && has !== when) return { ...report, state: already }
  try {
    await store[action](subject, place, runner)
  } catch (error) {
    if (!(error instanceof FailedError)) throw error
    return { ...report, state: 'failed', detail: error.message }
  }
  return { ...report, state: done }
}

/**
 * Adds an authority to the stores, or removes it.
 *
 * @param {'add' | 'remove'} action
 * @param {{ cert: any, path: string }} authority its certificate, and the file that it came from
 * @param {Record<string, any>} values stores; dry-run: only tell what would be run
 */
export async function changeStores(action, { cert, path }, values) {
  const commands = []
  const note = async (argv, { root = false } = {}) => {
    commands.push(`${root && process.getuid?.() !== 0 ? 'sudo ' : ''}${shown(argv)}`)
  }
  // stores take one certificate, and no key that may stand beside it
  const folder = await mkdtemp(join(tmpdir(), 'certmint-'))
  const file = values['dry-run'] ? path : join(folder, 'rootCA.pem')
  try {
    if (!values['dry-run']) await writeFile(file, cert.pem)
    const reports = []
    for (const store of chosen(values)) {
      const missing = store.missing(action)
      if (missing) {
        reports.push({ store: store.name, title: store.title, state: 'left out', detail: missing })
        continue
      }
      for (const place of store.places()) {
        const runner = values['dry-run'] ? note : run
        reports.push(await change(action, store, place, { cert, file }, runner))
      }
    }
    const changed = reports.filter(({ state }) => state === verbs[action].done)
    const hints = Object.values(stores)
      .filter(({ name, restart }) => restart && changed.some((one) => one.store === name))
      .map(({ restart }) => restart)
    return { reports, commands, hints }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
