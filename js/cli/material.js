/** What files of any format hold: keys, certificates, requests, lists. */

import {
  CertmintError,
  importKey,
  orderChain,
  PrivateKey,
  readCertificate,
  readCRL,
  readCSR,
  readPKCS12,
  readPKCS7,
} from '../index.js'
import { naming, read } from './files.js'
import { FileError } from './usage.js'

const BLOCK = /-----BEGIN ([^-]+)-----[^]*?-----END \1-----/g

/**
 * @typedef {{ key: any, friendlyName?: string, localKeyID?: string }} KeyEntry
 * @typedef {{ cert: any, friendlyName?: string, localKeyID?: string, trusted?: boolean }} CertificateEntry
 * @typedef {{ keys: KeyEntry[], publicKeys: any[], certificates: CertificateEntry[],
 *   requests: any[], crls: any[], unread: string[] }} Material
 *   unread: what is there and cannot be taken out, in words
 */

/** @returns {Material} */
const nothing = () => ({
  keys: [],
  publicKeys: [],
  certificates: [],
  requests: [],
  crls: [],
  unread: [],
})

const count = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`

function ofKey(key) {
  const entry = key instanceof PrivateKey ? { keys: [{ key }] } : { publicKeys: [key] }
  return { ...nothing(), ...entry }
}

const ofCertificate = (cert) => ({ ...nothing(), certificates: [{ cert }] })
const ofCSR = (csr) => ({ ...nothing(), requests: [csr] })
const ofCRL = (crl) => ({ ...nothing(), crls: [crl] })

function ofPKCS7({ certificates, crls }) {
  return {
    ...nothing(),
    certificates: certificates.map((cert) => ({ cert })),
    crls,
  }
}

function ofPKCS12({ keys, certificates, unread }) {
  return {
    ...nothing(),
    keys,
    certificates,
    unread: unread > 0 ? [count(unread, 'entry of another kind', 'entries of other kinds')] : [],
  }
}

/** How each kind of DER is read; the first that does not call it malformed has it. */
const readers = [
  async (data) => ofCertificate(await readCertificate(data)),
  async (data, options) => ofPKCS12(await readPKCS12(data, options)),
  async (data) => ofPKCS7(await readPKCS7(data)),
  async (data) => ofCSR(await readCSR(data)),
  async (data) => ofCRL(await readCRL(data)),
  async (data, options) => ofKey(await importKey(data, options)),
]

async function readDER(data, options) {
  for (const reader of readers) {
    try {
      return await reader(data, options)
    } catch (error) {
      if (!(error instanceof CertmintError) || error.code !== 'malformed') throw error
    }
  }
  throw new FileError('neither PEM nor DER of a kind that is known, or damaged')
}

/** One PEM block by its label. */
async function readBlock(label, block, options) {
  if (/^(X509 )?CERTIFICATE$/.test(label)) {
    const text = block.replaceAll('X509 CERTIFICATE', 'CERTIFICATE')
    return ofCertificate(await readCertificate(text))
  }
  if (/(PRIVATE|PUBLIC) KEY$/.test(label)) return ofKey(await importKey(block, options))
  if (/^(NEW )?CERTIFICATE REQUEST$/.test(label)) return ofCSR(await readCSR(block))
  if (label === 'X509 CRL') return ofCRL(await readCRL(block))
  if (/^(PKCS7|CMS)$/.test(label)) return ofPKCS7(await readPKCS7(block))
  if (/ PARAMETERS$/.test(label)) return nothing() // OpenSSL writes the curve before the key
  throw new FileError(`a PEM block "${label}" is not known here`)
}

async function readData(data, options) {
  const text = data.toString('latin1')
  const begun = text.split('-----BEGIN ').length - 1
  if (data[0] === 0x30 || (begun === 0 && !/^\s*\{/.test(text))) return readDER(data, options)
  if (begun === 0) return ofKey(await importKey(data, options))
  const blocks = [...text.matchAll(BLOCK)]
  if (blocks.length < begun) throw new FileError('a PEM block has no end')
  const all = []
  for (const [block, label] of blocks) all.push(await readBlock(label, block, options))
  return merge(all)
}

/** @param {Material[]} all */
function merge(all) {
  const merged = nothing()
  for (const [name, list] of Object.entries(merged)) list.push(...all.flatMap((one) => one[name]))
  return merged
}

const same = (a, b) => Buffer.from(a.der).equals(Buffer.from(b.der))

/** Each once, and the certificates leaf first. */
async function arrange(material) {
  const keys = material.keys.filter(
    ({ key }, i) => material.keys.findIndex((other) => other.key.matches(key)) === i,
  )
  const certificates = material.certificates.filter(
    ({ cert }, i) => material.certificates.findIndex((other) => same(other.cert, cert)) === i,
  )
  const publicKeys = material.publicKeys.filter((one) => !keys.some(({ key }) => key.matches(one)))
  const order = await orderChain(
    certificates.map(({ cert }) => cert),
    { key: keys[0]?.key },
  )
  const arranged = order.map((cert) => certificates.find((entry) => entry.cert === cert))
  return { ...material, keys, publicKeys, certificates: arranged }
}

/**
 * Reads files of any format that is known.
 *
 * @param {string[]} paths
 * @param {{ passphrase?: string, maxIterations?: number }} options
 * @param {string} flag the one that brings a passphrase
 * @returns {Promise<Material>}
 */
export async function readMaterial(paths, options, flag) {
  const all = []
  for (const path of paths) {
    const data = await read(path)
    try {
      all.push(await naming(path, flag, () => readData(data, options)))
    } catch (error) {
      const named = error instanceof FileError && !error.message.startsWith(path)
      throw named ? new FileError(`${path}: ${error.message}`) : error
    }
  }
  return arrange(merge(all))
}
