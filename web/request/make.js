/** In the worker: a request for a certificate, and its key. */

import { createCSR } from '../../js/index.js'
import { keyFile, namingSubject, withKey } from '../making.js'

/**
 * @param {{ names: string[], key: string, keyFormat: string, subject?: [string, string][] }} order
 * @param {import('../making.js').Work} work
 */
export async function makeRequest({ names, key, keyFormat, subject }, work) {
  const template = { ...(names.length > 0 && { san: names }), ...(subject && { subject }) }
  const make = (spec, step) =>
    namingSubject(subject, () => createCSR({ ...template, key: spec, ...step(1) }))
  const made = await withKey(key, make, work, (trial) => trial.key.destroy())
  return {
    request: made.csr.toJSON(),
    files: [
      { name: 'request.csr', text: made.csr.pem },
      keyFile(made.key, 'private_key.pem', keyFormat),
    ],
  }
}
