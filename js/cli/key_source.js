/** The key that --key-in names, and passphrases. */

import { importKey, PublicKey } from '../index.js'
import { naming, read } from './files.js'
import { keyFormat } from './options.js'
import { ask } from './prompt.js'
import { UsageError } from './usage.js'

/** What a passphrase file says: its first line, without the line's end. */
const readPassphrase = async (path) => (await read(path)).toString().split(/\r?\n/, 1)[0]

/** Where a passphrase may come from: flag → how it is had. */
const sources = {
  'passphrase-file': readPassphrase,
  'passphrase-env': (name, flag) => {
    if (process.env[name] !== undefined) return process.env[name]
    throw new UsageError(`--${flag}: there is no variable ${name}`)
  },
  password: (text, flag, { twice, quiet }) => {
    if (text === '-') return ask(`Password (--${flag}): `, { twice })
    if (!quiet) {
      console.error(
        `certmint: warning: --${flag}: whoever lists the processes of this machine can read it; ` +
          `--${flag} - asks for it`,
      )
    }
    return text
  },
}

/**
 * The passphrase of --passphrase-file, --passphrase-env or --password.
 *
 * @param {Record<string, any>} values
 * @param {string} [prefix] of the flags
 * @param {{ twice?: boolean }} [options] twice: for something new, so what is typed is typed again
 * @returns {Promise<string | undefined>} undefined when none is given
 */
export async function passphraseOf(values, prefix = '', { twice } = {}) {
  const given = Object.keys(sources).filter((name) => values[prefix + name] !== undefined)
  if (given.length > 1) {
    const [a, b] = given.map((name) => `--${prefix}${name}`)
    throw new UsageError(`give ${a} or ${b}, not both`)
  }
  if (given.length === 0) return undefined
  const flag = prefix + given[0]
  return sources[given[0]](values[flag], flag, { twice, quiet: values.quiet })
}

/** The options of toPEM for a key that was made: its format, and what it is encrypted with. */
export async function keyProtection(values) {
  const format = keyFormat(values)
  const passphrase =
    values['key-in'] === undefined ? await passphraseOf(values, '', { twice: true }) : undefined
  if (passphrase !== undefined && format !== 'pkcs8') {
    throw new UsageError('--key-format: only pkcs8 is written encrypted')
  }
  if (passphrase === '') throw new UsageError('the passphrase for the new key is empty')
  return { format, passphrase }
}

/** Opens a key whose file may be encrypted; on a terminal it asks for a passphrase nobody gave. */
export async function openKey(path, passphrase, flag) {
  const data = await read(path)
  const open = (secret) => naming(path, flag, () => importKey(data, { passphrase: secret }))
  if (passphrase !== undefined || !process.stdin.isTTY || !process.stderr.isTTY) {
    return open(passphrase)
  }
  try {
    return await open(undefined)
  } catch (error) {
    if (error.cause?.code !== 'passphrase') throw error
    return open(await ask(`Password of ${path}: `))
  }
}

/** @returns {Promise<any>} a key, or undefined when one is to be made */
export async function ownKey(values) {
  const path = values['key-in']
  if (path === undefined) return undefined
  if (values.key) throw new UsageError('--key-in brings a key: leave out --key')
  if (values['key-out']) throw new UsageError('--key-in brings a key: leave out --key-out')
  return openKey(path, await passphraseOf(values), '--passphrase-file')
}

/** The member of a template that carries it. */
export function keySource(key) {
  if (key === undefined) return {}
  return key instanceof PublicKey ? { publicKey: key } : { key }
}
