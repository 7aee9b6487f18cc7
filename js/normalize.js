/**
 * From what people write to what the door reads: dates to seconds, objects to lists, host names to
 * A-labels. Defaults, rules and sentences are the core's; only what a type can tell is checked here.
 */

import { invalid } from './error.js'

const encoder = new TextEncoder()

/** By its name, because instanceof knows only the ArrayBuffer of its own realm. */
export const isArrayBuffer = (value) =>
  Object.prototype.toString.call(value) === '[object ArrayBuffer]'

/** Bytes of PEM text, DER, or an object of ours that has `der`. */
export function bytesOf(value, field) {
  if (typeof value === 'string') return encoder.encode(value)
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  }
  if (isArrayBuffer(value)) return new Uint8Array(value)
  if (ArrayBuffer.isView(value?.der)) return value.der
  throw invalid(field, 'must be PEM text or DER bytes')
}

/** Bytes of a passphrase; text is UTF-8. */
export function passphraseOf(value, field = 'passphrase') {
  if (typeof value === 'string' || ArrayBuffer.isView(value) || isArrayBuffer(value)) {
    return bytesOf(value, field)
  }
  throw invalid(field, 'must be text or bytes')
}

export const toHex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')

/** Hexadecimal text of bytes, text or an integer. */
export function hexOf(value, field) {
  if (value === undefined || value === false) return value
  if (ArrayBuffer.isView(value)) return toHex(bytesOf(value, field))
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) {
    if (value < 0) throw invalid(field, 'must not be negative')
    return value.toString(16)
  }
  if (typeof value === 'string') return value.replace(/^0x/i, '')
  throw invalid(field, 'must be hexadecimal text, an integer or bytes')
}

/** Seconds since 1970 of a Date, ISO 8601 text, or seconds. */
export function secondsOf(value, field) {
  if (value === undefined || Number.isSafeInteger(value)) return value
  let time = NaN
  if (value instanceof Date) time = value.getTime()
  else if (typeof value === 'string' && /^\d{4}-\d\d-\d\d([T ]|$)/.test(value)) {
    time = Date.parse(value)
    // 30 February parses as 2 March: what comes out must be the day that went in
    const day = new Date(`${value.slice(0, 10)}T00:00:00Z`)
    // toJSON, because toISOString throws when there is no such month
    if (day.toJSON()?.slice(0, 10) !== value.slice(0, 10)) time = NaN
  }
  if (Number.isNaN(time)) {
    throw invalid(
      field,
      `${typeof value === 'string' ? `"${value}"` : 'this'} is no date; give a Date, text like ` +
        '2030-12-31, or seconds since 1970',
    )
  }
  return Math.floor(time / 1000)
}

/** The A-label form of an internationalised host name (UTS 46, as URLs have it). */
function toASCII(host, field) {
  if (/^[\0-\x7f]*$/.test(host)) return host
  const wildcard = /^\*\.|^\./.exec(host)?.[0] ?? ''
  const name = host.slice(wildcard.length)
  try {
    if (/[\0-\x20%/?#@:[\]\\]/.test(name)) throw new TypeError()
    return wildcard + new URL(`http://${name}`).hostname
  } catch {
    throw invalid(field, `"${host}" is not a valid internationalised host name (UTS 46)`)
  }
}

const toASCIIMail = (address, field) => {
  const at = address.lastIndexOf('@')
  return at < 0 ? address : address.slice(0, at + 1) + toASCII(address.slice(at + 1), field)
}

function textName(value, field) {
  if (value.includes('://')) return value
  return value.includes('@') ? toASCIIMail(value, field) : toASCII(value.trim(), field)
}

function generalName(value, field) {
  if (typeof value === 'string') return textName(value, field)
  if (typeof value !== 'object' || value === null) return value
  const { dns, email, other, ...rest } = value
  return {
    ...rest,
    ...(dns !== undefined && { dns: typeof dns === 'string' ? toASCII(dns, field) : dns }),
    ...(email !== undefined && {
      email: typeof email === 'string' ? toASCIIMail(email, field) : email,
    }),
    ...(other !== undefined && {
      other: { ...other, der: hexOf(other?.der, `${field}.other.der`) },
    }),
  }
}

/** Names: one or many; false is "none". */
export function generalNames(value, field) {
  if (value === undefined || value === false) return value
  if (typeof value === 'string') value = [value]
  if (!Array.isArray(value)) throw invalid(field, 'must be a list of names')
  return value.map((name, i) => generalName(name, `${field}[${i}]`))
}

/**
 * A subject: text as it is; { CN: 'x', OU: ['a', 'b'] }; or pairs [['CN', 'x'], ...] where a list of
 * pairs instead of one stands for a multi-valued RDN.
 */
export function subjectOf(value) {
  if (value === undefined || typeof value === 'string') return value
  if (Array.isArray(value)) return value.flatMap(attributesOfItem)
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([type, values]) =>
      [values].flat().map((text) => ({ type, value: text })),
    )
  }
  throw invalid(
    'subject',
    'must be text, an object like { CN: "x" } or a list of [type, value] pairs',
  )
}

function attributesOfItem(item, i) {
  if (Array.isArray(item) && typeof item[0] === 'string' && item.length === 2) {
    return [{ type: item[0], value: item[1] }]
  }
  if (Array.isArray(item) && item.length > 0) {
    return item
      .flatMap((part) => attributesOfItem(part, i))
      .map((part, j) => ({ ...part, sameRdn: j > 0 }))
  }
  if (typeof item === 'object' && item !== null && !Array.isArray(item)) return [item]
  throw invalid(`subject[${i}]`, 'must be a [type, value] pair')
}

/** The members of `extensions` that JavaScript writes more freely than the door. */
export function extensionsOf(value) {
  if (typeof value !== 'object' || value === null) return value
  const { nameConstraints, subjectKeyIdentifier, custom, ...rest } = value
  return {
    ...rest,
    subjectKeyIdentifier: hexOf(subjectKeyIdentifier, 'extensions.subjectKeyIdentifier'),
    nameConstraints: nameConstraintsOf(nameConstraints),
    custom: custom?.map?.((extension, i) => ({
      ...extension,
      der: hexOf(extension?.der, `extensions.custom[${i}].der`),
    })),
  }
}

export function nameConstraintsOf(value) {
  if (typeof value !== 'object' || value === null) return value
  const { permitted, excluded, ...rest } = value
  return {
    ...rest,
    permitted: generalNames(permitted, 'extensions.nameConstraints.permitted'),
    excluded: generalNames(excluded, 'extensions.nameConstraints.excluded'),
  }
}

/** Whom a certificate must be for: { dns }, { ip } or { email }, or text that says which it is. */
export function nameWanted(value) {
  if (value === undefined) return undefined
  if (typeof value === 'string') {
    if (value.includes('@')) value = { email: value }
    else value = /^[\d.]+$|:/.test(value) ? { ip: value } : { dns: value }
  }
  if (typeof value !== 'object' || value === null) {
    throw invalid('name', 'must be text, { dns }, { ip } or { email }')
  }
  const { dns, email, ...rest } = value
  return {
    ...rest,
    ...(dns !== undefined && { dns: typeof dns === 'string' ? toASCII(dns, 'name') : dns }),
    ...(email !== undefined && {
      email: typeof email === 'string' ? toASCIIMail(email, 'name') : email,
    }),
  }
}

/**
 * A key specification as text: 'rsa-2048' or { type: 'rsa', bits: 2048 }, { type: 'ec', curve }.
 *
 * @param {any} spec
 */
export function keySpecOf(spec = 'p-256') {
  if (typeof spec === 'string') return spec
  if (spec?.type === 'rsa') return `rsa-${spec.bits ?? 2048}`
  if (spec?.type === 'ec') return spec.curve ?? 'p-256'
  throw invalid('key', 'must be like "p-256" or "rsa-2048", or { type: "rsa", bits: 2048 }')
}

/** The number of bits when a specification asks for an RSA key, else undefined. */
export function rsaBitsOf(spec) {
  const match = /^rsa(?:[-:]?(\d+))?$/i.exec(spec)
  return match ? Number(match[1] ?? 2048) : undefined
}

const MOST_ITERATIONS = 2 ** 31 - 1

/** How often a key derivation is repeated; left to the core when not given. */
export function iterationsOf(value, field = 'iterations') {
  if (value === undefined) return undefined
  if (Number.isSafeInteger(value) && value >= 1 && value <= MOST_ITERATIONS) return value
  throw invalid(field, 'must be a positive whole number')
}

/** How much key derivation a file may ask for; Infinity is no limit at all. */
export const maxIterationsOf = (value) =>
  value === Infinity ? MOST_ITERATIONS : iterationsOf(value, 'maxIterations')
