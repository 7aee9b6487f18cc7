/** In the worker: several files in one, for those who want it so. */

import { zipSync } from 'fflate'
import { createPKCS12 } from '../js/index.js'

/** @param {{ certificate: string, key: string, authority?: string, passphrase: string, legacy: boolean }} order PEM */
export async function makePKCS12({ certificate, key, authority, passphrase, legacy }) {
  const [cert, ...chain] = certificate.match(/-----BEGIN [\s\S]*?-----END [^-]*-----/g)
  const bytes = await createPKCS12({
    key,
    cert,
    chain: authority ? [...chain, authority] : chain,
    passphrase,
    encryption: legacy ? 'legacy' : 'modern',
  })
  return { name: 'certificate.p12', bytes, secret: true }
}

/** @param {{ name: string, files: import('./parts/files.js').File[] }} order */
export function makeZip({ name, files }) {
  const encoder = new TextEncoder()
  const entries = files.map((file) => [file.name, file.bytes ?? encoder.encode(file.text)])
  // what is encrypted or random does not get smaller, and the rest is small
  const bytes = zipSync(Object.fromEntries(entries), { level: 0 })
  return { name, bytes, secret: files.some(({ secret }) => secret) }
}
