/** The key that --key-in names. */

import { importKey, PublicKey } from '../index.js'
import { naming, read } from './files.js'
import { keyFormat } from './options.js'
import { UsageError } from './usage.js'

/** What a passphrase file says: its first line, without the line's end. */
export const readPassphrase = async (path) =>
  path === undefined ? undefined : (await read(path)).toString().split(/\r?\n/, 1)[0]

/** The passphrase of --passphrase-file or --passphrase-env; undefined when neither is given. */
export async function passphraseOf(values, prefix = '') {
  const [file, name] = [values[`${prefix}passphrase-file`], values[`${prefix}passphrase-env`]]
  if (file !== undefined && name !== undefined) {
    throw new UsageError(`give --${prefix}passphrase-file or --${prefix}passphrase-env, not both`)
  }
  if (name === undefined) return readPassphrase(file)
  if (process.env[name] === undefined) {
    throw new UsageError(`--${prefix}passphrase-env: there is no variable ${name}`)
  }
  return process.env[name]
}

/** The options of toPEM for a key that was made: its format, and what it is encrypted with. */
export async function keyProtection(values) {
  const format = keyFormat(values)
  const passphrase = values['key-in'] === undefined ? await passphraseOf(values) : undefined
  if (passphrase !== undefined && format !== 'pkcs8') {
    throw new UsageError('--key-format: only pkcs8 is written encrypted')
  }
  if (passphrase === '') throw new UsageError('the passphrase for the new key is empty')
  return { format, passphrase }
}

/** @returns {Promise<any>} a key, or undefined when one is to be made */
export async function ownKey(values) {
  const path = values['key-in']
  if (path === undefined) return undefined
  if (values.key) throw new UsageError('--key-in brings a key: leave out --key')
  if (values['key-out']) throw new UsageError('--key-in brings a key: leave out --key-out')
  const passphrase = await passphraseOf(values)
  return naming(path, '--passphrase-file', async () => importKey(await read(path), { passphrase }))
}

/** The member of a template that carries it. */
export function keySource(key) {
  if (key === undefined) return {}
  return key instanceof PublicKey ? { publicKey: key } : { key }
}
