/** Opening the authority that --ca and --ca-key name. */

import { loadCA, readCertificate } from '../index.js'
import { naming, PUBLIC_MODE, read } from './files.js'
import { openKey, passphraseOf } from './key_source.js'
import { FileError } from './usage.js'

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

/** Every certificate of a PEM file, in order; DER is one. */
export function certificates(path) {
  return naming(path, undefined, async () => {
    const bytes = await read(path)
    const text = bytes.toString('latin1')
    const blocks = text.match(BLOCK) ?? []
    const begun = text.split('-----BEGIN CERTIFICATE-----').length - 1
    if (begun > blocks.length) throw new FileError(`${path}: the end of a certificate is missing`)
    const all = []
    for (const block of begun > 0 ? blocks : [bytes]) all.push(await readCertificate(block))
    return all
  })
}

/**
 * What is written of an issued certificate: with those above it, or (--chain-out) in two files.
 *
 * @returns {{ files: Record<string, string>, entries: any[] }} what to say, and what to write
 */
export function certificateFiles(issued, ca, out, values) {
  const chain = values['chain-out']
  const pem = (certs) => certs.map((one) => one.pem).join('')
  if (!chain) {
    return {
      files: { 'certificate and chain': out },
      entries: [{ path: out, data: issued.fullChain, mode: PUBLIC_MODE }],
    }
  }
  return {
    files: { certificate: out, chain },
    entries: [
      { path: out, data: issued.cert.pem, mode: PUBLIC_MODE },
      { path: chain, data: pem(ca.chain), mode: PUBLIC_MODE },
    ],
  }
}

export async function openAuthority(values) {
  const path = values.ca ?? 'ca.pem'
  const keyPath = values['ca-key'] ?? 'ca-key.pem'
  const [cert, ...chain] = await certificates(path)
  const key = await openKey(keyPath, await passphraseOf(values, 'ca-'), '--ca-passphrase-file')
  if (!key.matches(cert)) {
    throw new FileError(`${keyPath}: is not the key of the certificate in ${path}`)
  }
  return naming(keyPath, undefined, () => loadCA({ cert, chain, key }))
}
