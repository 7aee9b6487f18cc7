/** The formats of `convert`: what each can carry of what was read, and how it is written. */

import { createPKCS12, createPKCS7 } from '../index.js'
import { KEY_MODE, PUBLIC_MODE } from './files.js'
import { FailedError, UsageError } from './usage.js'

const count = (list, one) => (list.length === 1 ? `the ${one}` : `${list.length} ${one}s`)

const PARTS = /** @type {const} */ (['keys', 'publicKeys', 'certificates', 'requests', 'crls'])
const words = {
  keys: 'private key',
  publicKeys: 'public key',
  certificates: 'certificate',
  requests: 'request',
  crls: 'revocation list',
}

/** Of keys and of the certificate, when there is no key: their public halves. */
function publicHalves({ keys, publicKeys, certificates }) {
  const given = [...keys.map(({ key }) => key.publicKey), ...publicKeys]
  return given.length > 0 ? given : certificates.slice(0, 1).map(({ cert }) => cert.publicKey)
}

function single(list, format) {
  if (list.length === 1) return list[0]
  throw new FailedError(`${format} carries one object, and there are ${list.length}`)
}

/** PEM of each, or the DER of the only one. */
function privateKeys(format) {
  return ({ keys }, { der, passphrase }, name) => {
    if (der) return single(keys, name).key.toDER({ format, passphrase })
    return keys.map(({ key }) => key.toPEM({ format, passphrase })).join('')
  }
}

/** A store of trusted certificates stays one, unless something else is asked for. */
const encryptionOf = ({ keys, certificates }, { encryption }) =>
  encryption ??
  (keys.length === 0 && certificates.every((one) => one.trusted) ? 'java-truststore' : undefined)

async function writePKCS12(material, options) {
  const { keys, certificates } = material
  const { passphrase, name, iterations } = options
  const encryption = encryptionOf(material, options)
  if (keys.length > 1)
    throw new FailedError(`p12 carries one key here, and there are ${keys.length}`)
  const [entry] = keys
  const trustStore = encryption === 'java-truststore'
  if (entry && trustStore) {
    throw new FailedError('a trust store carries certificates alone: leave out the private key')
  }
  const [own, ...chain] = certificates
  if (entry && !own) throw new FailedError('p12 carries a key with its certificate: there is none')
  if (entry && !entry.key.matches(own.cert)) {
    throw new FailedError('the private key belongs to none of the certificates')
  }
  const first = { cert: own.cert, friendlyName: name ?? own.friendlyName }
  return createPKCS12({
    ...(entry && { key: entry.key, cert: first, localKeyID: entry.localKeyID }),
    friendlyName: name ?? entry?.friendlyName ?? own.friendlyName,
    certificates: entry ? chain : [first, ...chain],
    passphrase,
    encryption,
    iterations,
  })
}

function jwk(material) {
  const keys = [...material.keys.map(({ key }) => key), ...material.publicKeys]
  const key = single(keys.length > 0 ? keys : publicHalves(material), 'jwk')
  return `${JSON.stringify({ ...key.toJWK(), kid: key.thumbprint() }, null, 2)}\n`
}

function der({ keys, publicKeys, certificates, requests, crls }, { passphrase }) {
  const objects = [
    ...certificates.map(({ cert }) => cert.der),
    ...keys.map(({ key }) => key.toDER({ passphrase })),
    ...publicKeys.map((key) => key.toDER()),
    ...[...requests, ...crls].map((one) => one.der),
  ]
  return single(objects, 'der')
}

/**
 * carries: the parts that are written; instead: the part that is used when there is none of them;
 * encrypted: takes a passphrase; named: keeps the attributes of entries; binary: has a DER form.
 */
export const formats = {
  pem: {
    carries: PARTS,
    encrypted: true,
    suffix: '.pem',
    write: ({ keys, publicKeys, certificates, requests, crls }, { passphrase }) =>
      [
        ...certificates.map(({ cert }) => cert.pem),
        ...keys.map(({ key }) => key.toPEM({ passphrase })),
        ...publicKeys.map((key) => key.pem),
        ...[...requests, ...crls].map((one) => one.pem),
      ].join(''),
  },
  der: {
    carries: PARTS,
    encrypted: true,
    suffix: '.der',
    write: der,
  },
  pkcs8: {
    carries: ['keys'],
    encrypted: true,
    binary: true,
    suffix: '-key.pem',
    write: privateKeys('pkcs8'),
  },
  traditional: {
    carries: ['keys'],
    binary: true,
    suffix: '-key.pem',
    write: privateKeys('traditional'),
  },
  spki: {
    carries: ['publicKeys'],
    instead: ['keys', 'certificates'],
    binary: true,
    suffix: '-pub.pem',
    write: (material, options) => {
      const keys = publicHalves(material)
      return options.der ? single(keys, 'spki').toDER() : keys.map((key) => key.pem).join('')
    },
  },
  jwk: {
    carries: ['keys', 'publicKeys'],
    instead: ['certificates'],
    suffix: '.jwk.json',
    write: jwk,
  },
  openssh: {
    carries: ['publicKeys'],
    instead: ['keys', 'certificates'],
    suffix: '.pub',
    write: (material, { name }) =>
      publicHalves(material)
        .map((key) => key.toOpenSSH(name))
        .join(''),
  },
  p12: {
    carries: ['keys', 'certificates'],
    encrypted: true,
    named: true,
    suffix: '.p12',
    write: writePKCS12,
  },
  p7b: {
    carries: ['certificates', 'crls'],
    binary: true,
    suffix: '.p7b',
    write: async ({ certificates, crls }, options) => {
      const bundle = await createPKCS7(
        certificates.map(({ cert }) => cert),
        { crls },
      )
      return options.der ? bundle.der : bundle.pem
    },
  },
}

/** The attributes of a key store's entries that the format does not keep, in words. */
function lostAttributes(material, { named }, options) {
  const { keys, certificates } = material
  const all = [...keys, ...certificates]
  const trustKept = named && encryptionOf(material, options) === 'java-truststore'
  return [
    ...(all.some((one) => one.friendlyName) && !named ? ['the friendly name'] : []),
    ...(all.some((one) => one.localKeyID) && !(named && keys.length > 0)
      ? ['the local key id']
      : []),
    ...(certificates.some((one) => one.trusted) && !trustKept ? ["Java's mark of trust"] : []),
  ]
}

/** What of the material the format leaves out, in words. */
function leftOut(material, format, options) {
  const { carries, instead = [] } = format
  const used = carries.some((part) => material[part].length > 0)
    ? carries
    : instead.find((part) => material[part].length > 0)
  const lost = PARTS.filter((part) => !used?.includes(part) && material[part].length > 0)
  return [
    ...lost.map((part) => count(material[part], words[part])),
    ...lostAttributes(material, format, options),
    ...material.unread,
  ]
}

/**
 * Writes what a format can carry.
 *
 * @param {import('./material.js').Material} material
 * @param {string} name of the format
 * @param {{ der?: boolean, passphrase?: string, name?: string, encryption?: any }} options
 * @returns {Promise<{ data: string | Uint8Array, mode: number, leftOut: string[] }>}
 */
export async function write(material, name, options) {
  const format = formats[name]
  const parts = [...format.carries, ...(format.instead ?? [])]
  if (parts.every((part) => material[part].length === 0)) {
    const wanted = parts.map((part) => `a ${words[part]}`).join(' or ')
    throw new FailedError(`${name} carries ${wanted}, and there is none`)
  }
  if (options.passphrase !== undefined && !format.encrypted) {
    throw new UsageError(`${name} is not written encrypted: leave out the passphrase`)
  }
  if (options.der && !format.binary) throw new UsageError(`--der: ${name} has one form only`)
  const secret = material.keys.length > 0 && !['spki', 'openssh', 'p7b'].includes(name)
  return {
    data: await format.write(material, options, name),
    mode: secret ? KEY_MODE : PUBLIC_MODE,
    leftOut: leftOut(material, format, options),
  }
}
