import { existsSync } from 'node:fs'

import { certificates } from '../authority.js'
import { writeKit } from '../kit.js'
import { localFiles, localOptions, openLocalAuthority } from '../local_ca.js'
import { flag, group, reportOptions, text } from '../options.js'
import { tell, trustOptions } from '../trust_report.js'
import { changeStores } from '../trust/stores.js'
import { FileError, UsageError } from '../usage.js'

export const usage = '[CERTIFICATE] [options]'

export const options = {
  ...trustOptions,
  ...group('For others', {
    kit: text('DIR', 'change nothing here: write what others need to trust the authority'),
  }),
  ...localOptions,
  ...group('Output', {
    'dry-run': flag('only tell what would be run'),
    ...reportOptions,
  }),
}

export const note = `CERTIFICATE is that of an authority; without it the authority of this machine is meant, and made
when there is none. Its key is never part of a kit. macOS, Windows: by their documentation, not yet
tried there.`

export const examples = [
  'certmint trust',
  'certmint trust --stores nss',
  'certmint trust other-ca.pem --dry-run',
  'certmint trust --kit for-my-colleagues',
]

/**
 * The authority that a file names, or this machine's: made when there is none.
 *
 * @param {Record<string, any>} values
 * @param {string[]} paths
 */
async function authorityOf(values, [path, ...rest]) {
  if (rest.length > 0) throw new UsageError('give one certificate')
  if (path === undefined) {
    const files = localFiles(values)
    if (!existsSync(files.cert)) {
      const { ca, cert, folder } = await openLocalAuthority(values)
      if (!values.quiet) console.error(`An authority was made in ${folder}: ${ca.cert.subject}`)
      return { cert: ca.cert, path: cert }
    }
    path = files.cert
  }
  const [cert] = await certificates(path)
  if (!cert.isCA) {
    throw new FileError(
      `${path}: is no authority (CA:FALSE); stores take the certificate of the one that issued it`,
    )
  }
  return { cert, path }
}

/** @param {Record<string, any>} values @param {string[]} paths */
export async function run(values, paths) {
  const authority = await authorityOf(values, paths)
  if (values.kit !== undefined) return writeKit(authority.cert, values)
  return tell(values, authority.cert, await changeStores('add', authority, values))
}
