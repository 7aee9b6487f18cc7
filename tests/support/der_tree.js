/**
 * Certificates that no proper program makes: an encoding taken apart, changed and signed anew.
 */

import crypto from 'node:crypto'

/** @typedef {{ tag: number, children?: Node[], bytes?: Buffer }} Node */

/** Takes the elements of DER apart. @returns {Node[]} */
export function parse(der) {
  const nodes = []
  for (let at = 0; at < der.length;) {
    const tag = der[at++]
    let size = der[at++]
    if (size & 0x80) {
      const count = size & 0x7f
      size = der.readUIntBE(at, count)
      at += count
    }
    const bytes = der.subarray(at, at + size)
    nodes.push(tag & 0x20 ? { tag, children: parse(bytes) } : { tag, bytes })
    at += size
  }
  return nodes
}

function lengthOf(size) {
  if (size < 0x80) return Buffer.from([size])
  const hex = size.toString(16)
  const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex')
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes])
}

/** @param {Node} node */
export function encode({ tag, children, bytes }) {
  const content = children ? Buffer.concat(children.map(encode)) : bytes
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content])
}

export const primitive = (tag, ...bytes) => ({ tag, bytes: Buffer.from(bytes.flat()) })
export const text = (tag, string) => ({ tag, bytes: Buffer.from(string) })
export const constructed = (tag, ...children) => ({ tag, children })
export const sequence = (...children) => constructed(0x30, ...children)

export function oid(dotted) {
  const [first, second, ...rest] = dotted.split('.').map(Number)
  const arc = (n) => {
    const bytes = [n & 0x7f]
    while ((n = Math.floor(n / 128)) > 0) bytes.unshift(0x80 | (n & 0x7f))
    return bytes
  }
  return primitive(0x06, [40 * first + second, ...rest].flatMap(arc))
}

export const extensionNames = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  crlDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
}

/** The fields of a certificate, to be changed in place. */
export class Draft {
  /** @param {Uint8Array} der */
  constructor(der) {
    ;[this.tbs, this.algorithm] = parse(Buffer.from(der))[0].children
  }

  /** version, serial, algorithm, issuer, validity, subject, key, extensions */
  get fields() {
    const versioned = this.tbs.children[0].tag === 0xa0
    const at = versioned ? 1 : 0
    const names = ['serial', 'algorithm', 'issuer', 'validity', 'subject', 'key', 'extensions']
    return Object.fromEntries(names.map((name, i) => [name, this.tbs.children[at + i]]))
  }

  get extensions() {
    return this.fields.extensions.children[0].children
  }

  extension(name) {
    const wanted = encode(oid(extensionNames[name]))
    return this.extensions.find(({ children }) => encode(children[0]).equals(wanted))
  }

  /** The content of extnValue, taken apart. */
  value(name) {
    return parse(this.extension(name).children.at(-1).bytes)[0]
  }

  setValue(name, node) {
    this.extension(name).children.at(-1).bytes = Buffer.isBuffer(node) ? node : encode(node)
  }

  /** Signs, with a digest and options as crypto.sign takes them. */
  sign(key, digest = 'sha256', options = {}) {
    const tbs = encode(this.tbs)
    const signature = crypto.sign(digest, tbs, { key, ...options })
    const bits = { tag: 0x03, bytes: Buffer.concat([Buffer.from([0]), signature]) }
    return encode(sequence(this.tbs, this.algorithm, bits))
  }

  /** The same signature algorithm inside and outside. */
  setAlgorithm(...children) {
    this.algorithm = sequence(...children)
    this.fields.algorithm.children = children
  }
}

export const toPEM = (der, label = 'CERTIFICATE') =>
  `-----BEGIN ${label}-----\n${Buffer.from(der)
    .toString('base64')
    .replace(/.{64}/g, '$&\n')
    .trimEnd()}\n-----END ${label}-----\n`
