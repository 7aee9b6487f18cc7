/** The key that --key-in names. */

import { importKey, PublicKey } from '../index.js'
import { naming, read } from './files.js'
import { UsageError } from './usage.js'

/** What a passphrase file says: its first line, without the line's end. */
export const readPassphrase = async (path) =>
  path === undefined ? undefined : (await read(path)).toString().replace(/\r?\n$/, '')

/** @returns {Promise<any>} a key, or undefined when one is to be made */
export async function ownKey(values) {
  const path = values['key-in']
  if (path === undefined) return undefined
  if (values.key) throw new UsageError('--key-in brings a key: leave out --key')
  if (values['key-out']) throw new UsageError('--key-in brings a key: leave out --key-out')
  const passphrase = await readPassphrase(values['passphrase-file'])
  return naming(path, '--passphrase-file', async () => importKey(await read(path), { passphrase }))
}

/** The member of a template that carries it. */
export function keySource(key) {
  if (key === undefined) return {}
  return key instanceof PublicKey ? { publicKey: key } : { key }
}
