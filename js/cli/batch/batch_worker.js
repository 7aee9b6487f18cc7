/** Makes the certificates of a batch in an instance of the module of its own, and writes their files. */

import * as fs from 'node:fs'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'

import { CertmintError, importKey, initSync, loadCA } from '../../sync.js'
import { KEY_MODE, PUBLIC_MODE, temporaryIn } from '../files.js'
import { lineOf } from './ledger.js'

const { module, ca: material, folder, keyFormat } = workerData

initSync(module)
const ca = loadCA({ ...material, key: importKey(material.key) })
material.key.fill(0)

/** Whole or not at all, and never over what is there. */
function write(name, data, mode) {
  const temporary = temporaryIn(folder)
  fs.writeFileSync(temporary, data, { flag: 'wx', mode })
  try {
    fs.linkSync(temporary, join(folder, name))
  } finally {
    fs.unlinkSync(temporary)
  }
}

/** A key without certificate is there already when a run was killed between the two. */
function keyThere(name) {
  try {
    return { key: importKey(fs.readFileSync(join(folder, name))) }
  } catch (error) {
    if (error.code === 'ENOENT') return {}
    throw error
  }
}

/** @param {any} record */
function make({ base, template, ...record }) {
  const { key: own } = keyThere(`${base}-key.pem`)
  /** @type {any} */
  const options = { ...template, ...(own && { key: own }) }
  const { cert, key, fullChain } = /** @type {any} */ (ca.issue(options))
  if (!own) write(`${base}-key.pem`, key.toPEM({ format: keyFormat }), KEY_MODE)
  write(`${base}.pem`, fullChain, PUBLIC_MODE)
  key.destroy()
  return lineOf(/** @type {any} */ (record), cert)
}

/** What went wrong, as far as it can be passed on. */
function faultOf({ where, name }, error) {
  const known = error instanceof CertmintError || error.code
  if (!known) throw error
  const { code, field, rule, message, path } = error
  return { where, name, code, field, rule: rule ?? message, path }
}

parentPort?.on('message', (records) => {
  const lines = []
  const faults = []
  for (const record of records) {
    try {
      lines.push(make(record))
    } catch (error) {
      const fault = faultOf(record, error)
      faults.push(fault)
      // what is true of the whole folder need not be found out for every row
      if (fault.field === undefined) break
    }
  }
  parentPort?.postMessage({ lines, faults })
})
