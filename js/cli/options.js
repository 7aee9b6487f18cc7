/** Flags that several commands share, and how their values become options of the interface. */

import { secondsOf } from '../normalize.js'
import { UsageError } from './usage.js'

const text = (value, help) => ({ type: 'string', value, help })
const flag = (help) => ({ type: 'boolean', help })

export const keyOptions = {
  key: text('KIND', 'rsa-2048, rsa-3072, rsa-4096, p-256, p-384 or p-521 (default p-256)'),
  'key-format': text('FORMAT', 'pkcs8 (default) or traditional (PKCS#1, SEC1)'),
}

export const nameOptions = {
  subject: text('NAME', 'like "C=US,O=Example,CN=example.com"; default: the first name as CN'),
  san: { ...text('NAME', 'a further name: DNS, IP, e-mail or URI (repeatable)'), multiple: true },
  hash: text('HASH', 'sha256, sha384 or sha512'),
  profile: text('PROFILE', 'server, client, peer, email, code-signing, timestamping, ...'),
}

export const validityOptions = {
  days: text('N', 'how long it is valid (default 397)'),
  'not-before': text('DATE', 'like 2030-01-31 or 2030-01-31T12:00:00Z (default an hour ago)'),
  'not-after': text('DATE', 'instead of --days'),
}

export const outputOptions = {
  out: text('FILE', 'where the certificate goes'),
  'key-out': text('FILE', 'where the key goes'),
  force: flag('replace files that are there'),
  json: flag('say what was made as JSON'),
  quiet: flag('say nothing'),
}

export const issuerOptions = {
  ca: text('FILE', "the authority's certificate, PEM or DER (default ca.pem)"),
  'ca-key': text('FILE', 'its private key (default ca-key.pem)'),
  'ca-passphrase-file': text('FILE', 'the passphrase of that key, when it is encrypted'),
}

export const help = { help: flag('this text') }

/** A whole number of a flag. */
export function integer(values, name) {
  if (values[name] === undefined) return undefined
  if (!/^\d{1,9}$/.test(values[name])) {
    throw new UsageError(`--${name}: "${values[name]}" is not a whole number`)
  }
  return Number(values[name])
}

/** The options of a certificate template that stand in the flags. */
export function templateOf(values, names) {
  const san = [...names, ...(values.san ?? [])]
  return {
    ...(san.length > 0 && { san }),
    subject: values.subject,
    hash: values.hash,
    profile: values.profile,
    days: integer(values, 'days'),
    notBefore: secondsOf(values['not-before'], 'notBefore'),
    notAfter: secondsOf(values['not-after'], 'notAfter'),
  }
}

export function keyFormat(values) {
  const format = values['key-format'] ?? 'pkcs8'
  if (format !== 'pkcs8' && format !== 'traditional') {
    throw new UsageError(`--key-format: "${format}" is neither pkcs8 nor traditional`)
  }
  return format
}

/** mkcert's file names: the first name, "+N" for N more; ":" and "*" spelled out. */
export function baseName(names) {
  const first = (names[0] ?? 'certificate').replaceAll(':', '_').replaceAll('*', '_wildcard')
  const safe = first.replaceAll(/[^\w.+@-]/g, '_')
  return names.length > 1 ? `${safe}+${names.length - 1}` : safe
}
