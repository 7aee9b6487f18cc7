/** Key stores (PKCS#12), certificate bundles (PKCS#7), and certificates put into the order of a chain. */

import { invalid } from './error.js'
import { bytesOf, hexOf, iterationsOf, maxIterationsOf, passphraseOf } from './normalize.js'
import { Certificate, PrivateKey, PublicKey, RevocationList } from './objects.js'

const decoder = new TextDecoder()
const BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

/** Certificates, each an object of ours, DER, or PEM, which may hold several. */
export function certificatesOf(core, values, field) {
  if (!Array.isArray(values)) throw invalid(field, 'must be a list of certificates')
  return values.flatMap((value, i) => {
    if (value instanceof Certificate) return [value]
    const bytes = bytesOf(value, `${field}[${i}]`)
    const blocks = bytes[0] === 0x30 ? null : decoder.decode(bytes).match(BLOCK)
    return (blocks ?? [bytes]).map((block) => readCertificate(core, block, `${field}[${i}]`))
  })
}

function readCertificate(core, data, field) {
  const certificate = bytesOf(data, field)
  try {
    return new Certificate(core, core.call('certificate.read', { certificate }))
  } catch (error) {
    throw error.field === undefined ? error : renamed(error, field)
  }
}

const renamed = (error, field) =>
  Object.assign(error, { field, message: `${field}: ${error.rule}` })

const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i])

/** Each certificate once: a chain often starts with the certificate itself. */
const once = (entries) =>
  entries.filter(
    ({ cert }, i) => entries.findIndex((other) => same(other.cert.der, cert.der)) === i,
  )

/** Entries to write: a certificate, or { cert, friendlyName }. */
function entriesOf(core, values, field) {
  if (!Array.isArray(values)) throw invalid(field, 'must be a list of certificates')
  return values.flatMap((value, i) => {
    const named = value?.cert !== undefined ? value : { cert: value }
    return certificatesOf(core, [named.cert], `${field}[${i}]`).map((cert) => ({
      cert,
      friendlyName: named.friendlyName,
    }))
  })
}

/** @param {any} options */
export function createPKCS12(core, importKey, options) {
  const { key, cert, chain = [], certificates = [], passphrase, localKeyID, ...rest } = options
  if (passphrase === undefined) throw invalid('passphrase', 'is missing; "" is the empty one')
  if (key !== undefined && cert === undefined) throw invalid('cert', 'is missing: that of the key')
  const privateKey = key === undefined || key instanceof PrivateKey ? key : importKey(key)
  if (privateKey instanceof PublicKey) throw invalid('key', 'is a public key')
  const entries = once([
    ...(cert === undefined ? [] : entriesOf(core, [cert], 'cert')),
    ...entriesOf(core, chain, 'chain'),
    ...entriesOf(core, certificates, 'certificates'),
  ])
  const template = {
    ...rest,
    ...(privateKey && { key: privateKey.handleFor(core) }),
    certificates: entries.map((entry) => ({
      certificate: entry.cert.der,
      friendlyName: entry.friendlyName,
    })),
    localKeyID: hexOf(localKeyID, 'localKeyID'),
    iterations: iterationsOf(rest.iterations),
    passphrase: passphraseOf(passphrase),
  }
  try {
    return core.call('pkcs12.create', { template }, { secret: true }).bytes
  } catch (error) {
    throw error.code === 'mismatch' ? renamed(error, 'key') : error
  }
}

/** What stands one after another in bytes. */
function slices(bytes = new Uint8Array(), sizes) {
  let at = 0
  return sizes.map((size) => bytes.slice(at, (at += size)))
}

/**
 * @param {import('./core.js').Core} core
 * @param {any} data
 * @param {{ passphrase?: any, maxIterations?: number }} [options]
 */
export function readPKCS12(core, data, { passphrase, maxIterations } = {}) {
  const answer = core.call(
    'pkcs12.read',
    {
      data: bytesOf(data, 'pkcs12'),
      ...(passphrase !== undefined && { passphrase: passphraseOf(passphrase) }),
      maxIterations: maxIterationsOf(maxIterations),
    },
    { secret: true },
  )
  const ofKeys = answer.entries.filter((entry) => entry.key)
  const keys = ofKeys.map(({ key, friendlyName, localKeyID }) => ({
    key: key.private ? new PrivateKey(core, key) : new PublicKey(core, key),
    friendlyName,
    localKeyID,
  }))
  const ofCertificates = answer.entries.filter((entry) => !entry.key)
  const sizes = ofCertificates.map(({ size }) => size)
  const certificates = slices(answer.bytes, sizes).map((der, i) => {
    const { friendlyName, localKeyID, trusted } = ofCertificates[i]
    const cert = readCertificate(core, der, 'certificate')
    return { cert, friendlyName, localKeyID, trusted }
  })
  return { ...mainEntry(core, keys, certificates), keys, certificates, unread: answer.unread }
}

/** The first key, its certificate, and what follows that in the order of a chain. */
function mainEntry(core, [first], certificates) {
  const own = first && certificates.find(({ cert }) => first.key.matches(cert))
  const all = certificates.map(({ cert }) => cert)
  return {
    key: first?.key,
    cert: own?.cert,
    chain: own ? orderChain(core, all, { key: first.key }).slice(1) : [],
    friendlyName: first?.friendlyName ?? own?.friendlyName,
  }
}

function handleOf(core, key) {
  if (key instanceof PrivateKey || key instanceof PublicKey) return key.handleFor(core)
  throw invalid('key', 'must be a key of certmint: importKey reads others')
}

export function createPKCS7(core, certificates, { crls = [] } = {}) {
  if (!Array.isArray(crls)) throw invalid('crls', 'must be a list of revocation lists')
  const list = certificatesOf(core, [certificates].flat(), 'certificates')
  const der = core.call('pkcs7.create', {
    certificates: list.map((one) => one.der),
    crls: crls.map((one, i) => bytesOf(one, `crls[${i}]`)),
  }).bytes
  const { bytes } = core.call('pem.encode', { label: 'PKCS7', data: der })
  return { der, pem: decoder.decode(bytes) }
}

export function readPKCS7(core, data) {
  const { bytes, sizes, crls } = core.call('pkcs7.read', { data: bytesOf(data, 'pkcs7') })
  const objects = slices(bytes, [...sizes, ...crls])
  return {
    certificates: objects
      .slice(0, sizes.length)
      .map((der) => readCertificate(core, der, 'certificate')),
    crls: objects
      .slice(sizes.length)
      .map((crl) => new RevocationList(core, core.call('crl.read', { crl }))),
  }
}

/**
 * @param {import('./core.js').Core} core
 * @param {any[]} certificates
 * @param {{ key?: any }} [options]
 */
export function orderChain(core, certificates, { key } = {}) {
  const list = certificatesOf(core, certificates, 'certificates')
  const { order } = core.call('chain.order', {
    certificates: list.map((one) => one.der),
    ...(key !== undefined && { key: handleOf(core, key) }),
  })
  return order.map((i) => list[i])
}
