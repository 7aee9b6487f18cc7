/** Opening the authority that --ca and --ca-key name. */

import { loadCA, readCertificate } from '../index.js'
import { read } from './files.js'

/** Every certificate of a PEM file, in order; DER is one. */
async function certificates(path) {
  const bytes = await read(path)
  const blocks = bytes
    .toString('latin1')
    .match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g)
  return Promise.all((blocks ?? [bytes]).map((block) => readCertificate(block)))
}

export async function openAuthority(values) {
  const [cert, ...chain] = await certificates(values.ca ?? 'ca.pem')
  const passphraseFile = values['ca-passphrase-file']
  const passphrase = passphraseFile && (await read(passphraseFile)).toString().replace(/\r?\n$/, '')
  return loadCA({ cert, chain, key: await read(values['ca-key'] ?? 'ca-key.pem'), passphrase })
}
