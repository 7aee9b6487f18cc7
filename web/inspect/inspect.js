/** In the worker: what bytes are, what clients say of the certificates, and what they consist of. */

import {
  asn1Tree,
  extensionLines,
  inspect,
  lint,
  orderChain,
  readCertificate,
  readPKCS12,
  readPKCS7,
} from '../../js/index.js'

/**
 * @typedef {object} Input
 * @property {string} name of the file; "" for what was pasted
 * @property {Uint8Array} bytes
 */

const flatten = (items) => items.flatMap((item) => [item, ...flatten(item.items ?? [])])

/** Bytes of hexadecimal text. */
const bytesOfHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16))

/** What each item is, as bytes that asn1Tree reads; undefined for what has no DER, or is not handed out. */
function sourceOf(item, inputs) {
  if (item.form === 'jwk' || item.form === 'openssh') {
    return item.kind === 'public-key' ? bytesOfHex(item.publicKey.spki) : undefined
  }
  if (item.offset === undefined) return undefined
  return inputs[item.input].bytes.slice(item.offset, item.offset + item.length)
}

/** The certificates inside a key store or bundle. */
async function certificatesIn(item, source, passphrases) {
  if (item.kind === 'pkcs7') return (await readPKCS7(source)).certificates
  for (const passphrase of ['', ...passphrases]) {
    try {
      const { certificates } = await readPKCS12(source, { passphrase })
      return certificates.map(({ cert }) => cert)
    } catch {
      // another one may open it
    }
  }
  return []
}

/** Adds the sources of the certificates inside of `item`. */
async function addInner(item, sources, passphrases) {
  const inner = flatten(item.items).filter(({ kind }) => kind === 'certificate')
  if (inner.length === 0) return
  const found = await certificatesIn(item, sources.get(item.id), passphrases).catch(() => [])
  for (const one of inner) {
    const cert = found.find((other) => other.fingerprint() === one.fingerprints.sha256)
    if (cert) sources.set(one.id, cert.der)
  }
}

/** What clients say of the certificates, the end of their chain first. */
async function judge(certificates, sources) {
  const given = certificates.map(({ id }) => sources.get(id)).filter(Boolean)
  if (given.length === 0) return undefined
  try {
    const read = await Promise.all(given.map((source) => readCertificate(source)))
    const ordered = await orderChain(read)
    const leaf = ordered.find(({ isCA }) => !isCA) ?? ordered[0]
    const report = await lint([leaf, ...ordered.filter((one) => one !== leaf)])
    return { ...report, fingerprint: leaf.fingerprint() }
  } catch {
    return undefined // one of them is beyond reading, which its own panel says
  }
}

/** Certificates that are linted at most: it is a table for a chain, not for a trust store. */
const MOST_LINTED = 20

const MOST_REVOKED = 20

/** @param {{ inputs: Input[], passphrases: string[] }} order */
export async function inspectAll({ inputs, passphrases }) {
  const report = await inspect(
    inputs.map(({ bytes }) => bytes),
    { passphrase: passphrases },
  )
  const items = flatten(report.items)
  const sources = new Map()
  for (const item of items) {
    const source = sourceOf(item, inputs)
    if (source) sources.set(item.id, source)
    // the page shows a few of thousands, and should not have to take them all over
    if (item.revoked) item.revoked = item.revoked.slice(0, MOST_REVOKED)
    if (item.extensions) {
      item.extensions = item.extensions.map((one) => ({ ...one, lines: extensionLines(one) }))
    }
  }
  for (const item of report.items) {
    if (item.items) await addInner(item, sources, passphrases)
  }
  const certificates = items.filter(({ kind }) => kind === 'certificate').slice(0, MOST_LINTED)
  return { report, sources, lint: await judge(certificates, sources) }
}

// ---------------------------------------------------------------- the tree

/** Members of an element in the table: where it begins, the size of its header, the byte after it, the
 * element around it (-1: none), and the element after it and all within it. */
const COLUMNS = 5

// eslint-disable-next-line no-control-regex
const CONTROL = /[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g

const BRACKETS = { application: 'APPLICATION ', private: 'PRIVATE ', context: '' }

/** "SEQUENCE", "[0]", "[APPLICATION 13]" */
const typeOf = (one) =>
  one.type ??
  (one.class === 'universal' ? `[UNIVERSAL ${one.tag}]` : `[${BRACKETS[one.class]}${one.tag}]`)

/** Integers that people read as such. */
function integer(text) {
  const digits = text.replace('-', '')
  if (digits.length > 12) return `0x${digits}`
  return `${text.startsWith('-') ? '-' : ''}${parseInt(digits, 16)}`
}

function valueOf(one) {
  if (one.oid) return one.name ? `${one.name} · ${one.oid}` : one.oid
  if (one.value === undefined) return ''
  const text = one.type === 'INTEGER' || one.type === 'ENUMERATED' ? integer(one.value) : one.value
  return one.cut ? `${text}…` : text
}

/**
 * The elements of a thing in the order of their places, as a table of numbers and lines of text: that
 * goes over to the page without its main thread noticing.
 *
 * @param {Uint8Array} source
 */
export async function exploreElements(source) {
  const { der, elements, error } = await asn1Tree(source)
  const rows = []
  const lines = []
  const add = (one, parent) => {
    const at = rows.length
    const row = [one.offset, one.header, 0, parent, 0]
    rows.push(row)
    lines.push(
      [typeOf(one), valueOf(one)]
        .join('\t')
        .replace(/\t(?=.*\t)/g, ' ')
        .replace(CONTROL, keep),
    )
    for (const child of one.children ?? []) add(child, at)
    row[2] = one.offset + one.header + one.length + (one.indefinite ? 2 : 0)
    row[4] = rows.length
  }
  for (const one of elements) add(one, -1)
  const table = new Int32Array(rows.length * COLUMNS)
  rows.forEach((row, i) => table.set(row, i * COLUMNS))
  return { der, table, lines: lines.join('\n'), error }
}

const keep = (c) => (c === '\t' ? c : '\ufffd')
