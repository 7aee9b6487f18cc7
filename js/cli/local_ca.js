/**
 * The authority of this machine: made once, in a folder of its own, under the names that mkcert uses.
 * mkcert's own folder is looked at, too.
 */

import { existsSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { homedir } from 'node:os'
import { join } from 'node:path'

import { CertmintError, createCA } from '../index.js'
import { openAuthority } from './authority.js'
import { ensureFolder, PUBLIC_MODE, sweep, withLock, writeAll } from './files.js'
import { openKey, passphraseOf } from './key_source.js'
import { generalName } from './names.js'
import { group, issuerOptions, text } from './options.js'
import { FileError, UsageError } from './usage.js'

/** Nobody writes it again, its owner included. */
const CA_KEY_MODE = 0o400

export const localOptions = group('The authority of this machine', {
  'ca-root': text('DIR', 'its folder (default: $CAROOT, else our own, else that of mkcert)'),
  'name-constraints': text(
    'LIST',
    'when it is made: all it may ever issue for, like .test,localhost,10.0.0.0/8; "dev" is ' +
      'localhost, .test, .internal, .local and private addresses',
  ),
  'ca-subject': text('NAME', 'when it is made: its subject'),
  'ca-passphrase-file': text('FILE', 'opens its key, or encrypts it when it is made'),
  'ca-passphrase-env': issuerOptions['ca-passphrase-env'],
  'ca-password': issuerOptions['ca-password'],
})

/** What developers need: names that are no one else's, and addresses that are not on the Internet. */
const development = [
  ...['localhost', '.localhost', 'test', 'internal', 'local', 'home.arpa', 'example'],
  ...['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16'],
  ...['::1/128', 'fc00::/7', 'fe80::/10'],
]

/** Where programs of this user keep their data, by the custom of each system. */
function dataFolder() {
  const { env, platform } = process
  if (platform === 'win32' && env.LOCALAPPDATA) return env.LOCALAPPDATA
  if (env.XDG_DATA_HOME) return env.XDG_DATA_HOME
  const home = env.HOME || homedir()
  return platform === 'darwin'
    ? join(home, 'Library', 'Application Support')
    : join(home, '.local', 'share')
}

const filesIn = (folder) => ({
  folder,
  cert: join(folder, 'rootCA.pem'),
  key: join(folder, 'rootCA-key.pem'),
})

/**
 * @param {Record<string, any>} values
 * @returns {{ folder: string, cert: string, key: string, others?: boolean }}
 *   others: the authority there is mkcert's
 */
export function localFiles(values) {
  const named = values['ca-root'] ?? (process.env.CAROOT || undefined)
  if (named !== undefined) return filesIn(named)
  const own = filesIn(join(dataFolder(), 'certmint'))
  const mkcert = filesIn(join(dataFolder(), 'mkcert'))
  const usesMkcert = !existsSync(own.cert) && existsSync(mkcert.cert) && existsSync(mkcert.key)
  return usesMkcert ? { ...mkcert, others: true } : own
}

/** Opens the one that is there. */
async function open(files, values) {
  if (!existsSync(files.key)) {
    throw new FileError(
      `${files.folder}: has the certificate of an authority without its key: it can be trusted ` +
        'here, but nothing can be issued under it',
    )
  }
  for (const flag of ['name-constraints', 'ca-subject']) {
    if (values[flag] !== undefined) {
      throw new UsageError(
        `--${flag}: the authority in ${files.folder} is there already, and that is part of its ` +
          'certificate; --ca-root makes another',
      )
    }
  }
  const ca = await openAuthority({ ...values, ca: files.cert, 'ca-key': files.key })
  return { ...files, ca, created: false }
}

function constraintsOf(list) {
  if (list === undefined) return undefined
  const names = list.split(',').map((name) => name.trim())
  return {
    permitted: names.flatMap((name) => (name === 'dev' ? development : [name])).map(generalName),
  }
}

/**
 * What is wrong with the new authority is not about the certificate under it.
 *
 * @returns {never}
 */
function inOwnFlags(error) {
  if (!(error instanceof CertmintError)) throw error
  const flag = error.field.startsWith('subject') ? '--ca-subject' : '--name-constraints'
  throw new UsageError(`${flag}: ${error.rule}`)
}

/** The certificate and key of a new one, in memory. Authorities of one name confuse their readers. */
async function make(files, values) {
  const passphrase = await passphraseOf(values, 'ca-', { twice: true })
  if (passphrase === '') throw new UsageError('the passphrase for the new authority is empty')
  // a key without certificate is what a run that was killed leaves behind
  const leftover = existsSync(files.key)
  const key = leftover ? await openKey(files.key, passphrase, '--ca-passphrase-file') : undefined
  const ca = await createCA({
    subject: values['ca-subject'] ?? `CN=certmint development CA ${randomBytes(4).toString('hex')}`,
    nameConstraints: constraintsOf(values['name-constraints']),
    key,
  }).catch(inOwnFlags)
  const entries = [{ path: files.cert, data: ca.cert.pem, mode: PUBLIC_MODE }]
  if (!leftover) {
    entries.unshift({ path: files.key, data: ca.key.toPEM({ passphrase }), mode: CA_KEY_MODE })
  }
  return { ca, entries }
}

/**
 * The authority of this machine, made when there is none. Others that come at the same time wait.
 *
 * @param {Record<string, any>} values
 * @returns {Promise<{ folder: string, cert: string, key: string, others?: boolean, ca: any,
 *   created: boolean }>}
 */
export async function openLocalAuthority(values) {
  const files = localFiles(values)
  if (existsSync(files.cert)) return open(files, values)
  if (values['dry-run']) return { ...files, ca: (await make(files, values)).ca, created: true }
  await ensureFolder(files.folder)
  return withLock(files.cert, async () => {
    if (existsSync(files.cert)) return open(files, values)
    await sweep(files.folder)
    const { ca, entries } = await make(files, values)
    await writeAll(entries)
    return { ...files, ca, created: true }
  })
}
