/** Names as they are written on the command line, and file names made of them. */

import { UsageError } from './usage.js'

/** What may stand before a name, as we and OpenSSL print it → the kind in a template. */
const kinds = {
  dns: 'dns',
  ip: 'ip',
  email: 'email',
  uri: 'uri',
  upn: 'upn',
  rid: 'rid',
  dir: 'directory',
  dirname: 'directory',
}

const prefix = /^(dns|ip|email|uri|upn|rid|dir|dirname|other|othername):/i

/** "dns:example.com" → { dns: 'example.com' }; what has no kind before it is classified later. */
export function generalName(text) {
  const kind = prefix.exec(text)?.[1].toLowerCase()
  if (kind === undefined) return text
  const value = text.slice(kind.length + 1)
  if (Object.hasOwn(kinds, kind)) return { [kinds[kind]]: value }
  const [oid, der, ...rest] = value.split(':')
  if (der === undefined || rest.length > 0) {
    throw new UsageError(`"${text}": another name is written other:OID:HEX, with the DER as HEX`)
  }
  return { other: { oid, der } }
}

/** Long enough for every host that people type, short enough for every file system. */
const MOST_LETTERS = 100

/** mkcert's file names: the first name, "+N" for N more; ":" and "*" spelled out. */
export function baseName(names) {
  const first = (names[0] ?? 'certificate').replace(prefix, '')
  const spelled = first.replaceAll(':', '_').replaceAll('*', '_wildcard')
  const safe = spelled.replaceAll(/[^\p{L}\p{N}_.+@-]/gu, '_').slice(0, MOST_LETTERS)
  return names.length > 1 ? `${safe}+${names.length - 1}` : safe
}

/** Where the key goes when that is not said: beside what it belongs to. */
export const keyFileBeside = (out) =>
  out === undefined || out === '-' ? undefined : `${out.replace(/\.[^./]*$/, '')}-key.pem`

/** Where a conversion goes when that is not said: the first file's name with another ending. */
export const convertedName = (path, suffix) =>
  `${path === '-' ? 'converted' : path.replace(/(?<=[^/])\.[^./]*$/, '')}${suffix}`
