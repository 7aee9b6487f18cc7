/**
 * The page's worker: runs jobs over the public interface of certmint and answers bridge.js. What goes
 * in and out are plain objects.
 */

import { init } from '../js/index.js'
import * as vault from './authority/vault.js'
import { makeCertificate } from './certificate/make.js'
import { makePKCS12, makeZip } from './bundle.js'
import { exploreElements, inspectAll } from './inspect/inspect.js'
import { makeRequest } from './request/make.js'
import { checkPath } from './verify/check.js'

const hex = (bytes) =>
  Array.from(new Uint8Array(bytes), (b) => b.toString(16).padStart(2, '0')).join('')

/**
 * Loads everything there is to load, the workers of the prime search too.
 * @returns {Promise<{ hash?: string }>} the SHA-256 of the .wasm, where the browser can take it
 */
async function load() {
  const response = await fetch(new URL('./certmint.wasm', import.meta.url))
  if (!response.ok) throw new Error(`certmint.wasm could not be loaded: HTTP ${response.status}`)
  const bytes = await response.arrayBuffer()
  await init(bytes, { workers: true })
  // crypto.subtle is missing on plain http
  const hash = await globalThis.crypto.subtle?.digest('SHA-256', bytes)
  return { hash: hash && hex(hash) }
}

const loaded = load()
loaded.catch(() => {}) // every job reports it

const jobs = {
  load: () => loaded,
  makeCertificate,
  makeRequest,
  makePKCS12,
  makeZip,
  inspectAll,
  exploreElements,
  checkPath,
  makeAuthority: vault.makeAuthority,
  issue: vault.issue,
  signRequest: vault.signRequest,
  revoke: vault.revoke,
  nextList: vault.nextList,
  trustKit: vault.trustKit,
  saveAuthorities: vault.save,
  openAuthorities: vault.open,
  forgetAuthorities: vault.forget,
}

/** @type {Map<number, AbortController>} */
const running = new Map()

/** An error as plain members: a clone of it would lose field and rule. */
const plain = ({ name, message, code, field, rule }) => ({ name, message, code, field, rule })

async function run({ id, job, input }) {
  const controller = new AbortController()
  running.set(id, controller)
  try {
    await loaded
    const onProgress = (progress) => postMessage({ id, progress })
    postMessage({ id, result: await jobs[job](input, { signal: controller.signal, onProgress }) })
  } catch (error) {
    postMessage({ id, error: plain(error) })
  } finally {
    running.delete(id)
  }
}

onmessage = ({ data }) => {
  if (data.abort) running.get(data.abort)?.abort()
  else run(data)
}
