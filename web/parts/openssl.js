/** What openssl is told to make the like of a certificate. */

import { command, pairsOf, quote, slashed } from './shell.js'
import { spanInDays } from './time.js'

const USAGES = {
  digitalSignature: 'digitalSignature',
  contentCommitment: 'nonRepudiation',
  keyEncipherment: 'keyEncipherment',
  keyCertSign: 'keyCertSign',
  cRLSign: 'cRLSign',
}

export const hashOf = ({ signature }) => `-${signature.replace(/^.*-/, '')}`

/** Every extension that ours has and openssl would not write by itself. */
function opensslExtensions({ isCA, pathLen, san = [], keyUsage = [], extendedKeyUsage = [] }) {
  const usages = keyUsage.map((usage) => USAGES[usage] ?? usage)
  const basic = isCA ? `CA:TRUE${pathLen === undefined ? '' : `,pathlen:${pathLen}`}` : 'CA:FALSE'
  const add = (text) => `-addext ${quote(text)}`
  return [
    ...(san.length > 0 ? [add(`subjectAltName=${san.join(',')}`)] : []),
    add(`basicConstraints=critical,${basic}`),
    ...(usages.length > 0 ? [add(`keyUsage=critical,${usages.join(',')}`)] : []),
    ...(extendedKeyUsage.length > 0 ? [add(`extendedKeyUsage=${extendedKeyUsage.join(',')}`)] : []),
  ]
}

/**
 * A certificate with its key.
 *
 * @param {object} certificate as toJSON() has it
 * @param {{ out: string, keyOut: string, more?: string[] }} options names of files, and further words
 */
export function opensslRequest(certificate, { out, keyOut, more = [] }) {
  return command('openssl req -x509 -utf8 -nodes', [
    ...opensslKey(certificate.publicKey),
    hashOf(certificate),
    `-days ${spanInDays(certificate)}`,
    `-subj ${quote(slashed(pairsOf(certificate.subject)) || '/')}`,
    ...opensslExtensions(certificate),
    ...more,
    `-out ${out}`,
    `-keyout ${keyOut}`,
  ])
}

/** How openssl is told to make such a key. */
export function opensslKey({ spec, curve }) {
  if (spec.startsWith('rsa')) return [`-newkey rsa:${spec.slice('rsa-'.length)}`]
  return [`-newkey ec -pkeyopt ec_paramgen_curve:${curve}`]
}
