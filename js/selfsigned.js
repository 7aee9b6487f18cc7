/**
 * What the npm package `selfsigned` answers, made by certmint: the promises of its version 5, and the
 * synchronous and callback forms of versions 3 and 4 (js/selfsigned.d.ts says where we differ).
 */

import { invalid } from './error.js'
import { nearest } from './nearest.js'
import * as certmint from './sync.js'

const DEFAULT_ATTRIBUTES = [
  { name: 'commonName', value: 'example.org' },
  { name: 'countryName', value: 'US' },
  { shortName: 'ST', value: 'Virginia' },
  { name: 'localityName', value: 'Blacksburg' },
  { name: 'organizationName', value: 'Test' },
  { shortName: 'OU', value: 'Test' },
]

const KNOWN_OPTIONS = [
  ...['days', 'notBeforeDate', 'notAfterDate', 'keyType', 'keySize', 'curve', 'algorithm'],
  ...['extensions', 'pkcs7', 'keyPair', 'ca', 'passphrase'],
  ...['clientCertificate', 'clientCertificateCN', 'clientCertificateKeySize'],
]

const KNOWN_CLIENT_OPTIONS = [
  ...['cn', 'keyType', 'keySize', 'curve', 'algorithm', 'notBeforeDate', 'notAfterDate'],
]

// ------------------------------------------------------------------ what is asked for

/** selfsigned takes any object and looks at what it knows; we do, too, but say what we ignored. */
function warnOfUnknown(options, known, prefix = '') {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    const close = nearest(name, known)
    const hint = close ? `; did you mean "${prefix}${close}"?` : ''
    console.warn(`certmint/selfsigned: unknown option "${prefix}${name}" ignored${hint}`)
  }
}

function objectOf(value, field) {
  if (value === undefined || value === null) return {}
  if (typeof value === 'object' && !Array.isArray(value)) return value
  throw invalid(field, 'must be an object')
}

/** "sha256", "SHA-256"; undefined for the default, which is SHA-256 for every key. */
function hashOf(value, field) {
  if (value === undefined || value === null) return 'sha256'
  const hash = String(value).toLowerCase().replace('-', '')
  if (['sha1', 'sha256', 'sha384', 'sha512'].includes(hash)) return hash
  throw invalid(field, `"${value}" is no hash; there are sha256, sha384, sha512 and sha1`)
}

/** As certmint says it: "rsa-2048", "P-256". */
function keySpecOf({ keyType = 'rsa', keySize, curve }, field) {
  if (keyType === 'ec') return curve ?? 'P-256'
  if (keyType === 'rsa') return `rsa-${keySize || 2048}`
  throw invalid(`${field}keyType`, `"${keyType}" is no type of key; there are "rsa" and "ec"`)
}

function dateOf(value, field) {
  if (value === undefined || value === null) return undefined
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value
  throw invalid(field, 'must be a Date')
}

/** selfsigned counts calendar days, so that an hour of summer time more or less does not matter. */
function addDays(date, days) {
  const end = new Date(date)
  end.setDate(end.getDate() + days)
  return end
}

/** Version 5 counts from notBeforeDate; `days`, which is of version 3 and 4, counts from now. */
function validityOf({ days, notBeforeDate, notAfterDate }) {
  const now = new Date()
  const notBefore = dateOf(notBeforeDate, 'notBeforeDate') ?? now
  const end = dateOf(notAfterDate, 'notAfterDate')
  if (end) return { notBefore, notAfter: end }
  if (days === undefined || days === null) return { notBefore, notAfter: addDays(notBefore, 365) }
  if (!Number.isFinite(days) || days < 0) throw invalid('days', 'must be a positive number')
  const start = notBefore > now ? notBefore : now
  return { notBefore, notAfter: addDays(start, days || 365) }
}

function addYear(date) {
  const end = new Date(date)
  end.setFullYear(end.getFullYear() + 1)
  return end
}

function attributesOf(attrs) {
  if (attrs === undefined || attrs === null) return DEFAULT_ATTRIBUTES
  if (!Array.isArray(attrs)) throw invalid('attrs', 'must be a list like [{ name, value }]')
  attrs.forEach((attribute, i) => {
    if (typeof attribute !== 'object' || attribute === null || !typeOf(attribute)) {
      throw invalid(`attrs[${i}]`, 'must be like { name: "commonName", value: "localhost" }')
    }
  })
  return attrs
}

const typeOf = ({ name, shortName, type }) => name || shortName || type

const subjectOf = (attributes) =>
  attributes.map((attribute) => [typeOf(attribute), String(attribute.value)])

// ------------------------------------------------------------------ extensions

/** Whether it stands in a certificate as an IP address: "127.0.0.1", "::1", "[::1]". */
const isAddress = (text) => /^[\d.]+$|^\[?[\da-f:]*:[\da-f:.]*\]?$/i.test(text)

const isHost = (text) => /^(\*\.)?[\w-]+(\.[\w-]+)*\.?$|[^\0-\x7f]/.test(text) && !/\s/.test(text)

/** A host, or an address that was given as one: no client looks for it among the hosts. */
const hostName = (value) => (isAddress(value) ? { ip: value } : { dns: value })

/** The name in the CN, and 127.0.0.1 with localhost. Free text like "Test CA" is the name of none. */
function defaultNames(attributes) {
  const common = attributes.find(
    ({ name, shortName }) => name === 'commonName' || shortName === 'CN',
  )
  const host = common ? String(common.value) : 'localhost'
  if (host === 'localhost') return [{ dns: 'localhost' }, { ip: '127.0.0.1' }]
  return isAddress(host) || isHost(host) ? [hostName(host)] : []
}

/** One of node-forge's altNames; `type` is the tag of the GeneralName (RFC 5280 §4.2.1.6). */
function altName({ type, value, ip, dns, email, uri, url }) {
  if (type === 1) return { email: value }
  if (type === 2) return hostName(value)
  if (type === 6) return { uri: value }
  if (type === 7) return { ip: ip || value }
  if (ip) return { ip }
  if (dns) return hostName(dns)
  if (email) return { email }
  return uri || url ? { uri: uri || url } : hostName(value)
}

const KEY_USAGES = {
  digitalSignature: 'digitalSignature',
  nonRepudiation: 'contentCommitment',
  contentCommitment: 'contentCommitment',
  keyEncipherment: 'keyEncipherment',
  dataEncipherment: 'dataEncipherment',
  keyAgreement: 'keyAgreement',
  keyCertSign: 'keyCertSign',
  cRLSign: 'cRLSign',
  encipherOnly: 'encipherOnly',
  decipherOnly: 'decipherOnly',
}

const PURPOSES = ['serverAuth', 'clientAuth', 'codeSigning', 'emailProtection', 'timeStamping']

/** An extension that lists nothing is left out. */
const listed = (usages, critical) => (usages.length > 0 ? { usages, critical } : false)

/** How each of node-forge's extensions is said to certmint. */
const converters = {
  basicConstraints: ({ cA, pathLenConstraint, critical }) => ({
    basicConstraints: {
      ca: Boolean(cA),
      pathLen: pathLenConstraint ?? undefined,
      critical: Boolean(critical),
    },
  }),
  keyUsage: ({ critical, ...given }) => {
    const usages = Object.keys(KEY_USAGES).filter((name) => given[name])
    return {
      keyUsage: listed([...new Set(usages.map((name) => KEY_USAGES[name]))], Boolean(critical)),
    }
  },
  extKeyUsage: ({ critical, ...given }) => ({
    extendedKeyUsage: listed(
      PURPOSES.filter((name) => given[name]),
      Boolean(critical),
    ),
  }),
  subjectAltName: ({ altNames = [], critical }, field) => {
    if (!Array.isArray(altNames)) throw invalid(`${field}.altNames`, 'must be a list')
    return {
      san: altNames.length > 0 && altNames.map((name) => altName(name ?? {})),
      subjectAltName: { critical: Boolean(critical) },
    }
  },
}

/** Nothing but the key identifiers, which selfsigned lacks and Python 3.13 asks for. */
const NO_EXTENSION = { basicConstraints: false, keyUsage: false, extendedKeyUsage: false }

const defaultExtensions = (attributes) => {
  const names = defaultNames(attributes)
  return {
    san: names.length > 0 && names,
    extensions: {
      basicConstraints: { ca: false, critical: true },
      keyUsage: { usages: ['digitalSignature', 'keyEncipherment'], critical: true },
      extendedKeyUsage: { usages: ['serverAuth', 'clientAuth'], critical: false },
      subjectAltName: { critical: false },
    },
  }
}

function extensionsOf(given, attributes) {
  if (given === undefined || given === null || given.length === 0) {
    return defaultExtensions(attributes)
  }
  if (!Array.isArray(given)) throw invalid('extensions', 'must be a list')
  const merged = { san: false, ...NO_EXTENSION }
  given.forEach((extension, i) => {
    const name = extension?.name
    if (Object.hasOwn(converters, name)) {
      Object.assign(merged, converters[name](extension, `extensions[${i}]`))
    } else {
      console.warn(`Unknown extension "${name}" ignored`)
    }
  })
  const { san, ...extensions } = merged
  return { san, extensions }
}

// ------------------------------------------------------------------ what is made

/** Nine random bytes, positive, as selfsigned's. */
function serialNumber() {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(9))
  bytes[0] = (bytes[0] & 0x7f) | 1
  return bytes
}

/** A key that was given, held to the public key beside it. */
function givenKey({ privateKey, publicKey } = /** @type {any} */ ({})) {
  const key = readKey(privateKey, 'keyPair.privateKey')
  if (publicKey !== undefined && !readKey(publicKey, 'keyPair.publicKey').matches(key)) {
    throw invalid('keyPair.publicKey', 'does not belong to keyPair.privateKey')
  }
  return key
}

function readKey(data, field) {
  try {
    return certmint.importKey(data ?? '')
  } catch (error) {
    throw error.rule === undefined
      ? error
      : Object.assign(invalid(field, error.rule), { code: error.code })
  }
}

/** Mistakes that the templates of certmint would refuse are the caller's here, as in selfsigned. */
const template = (more) => ({ ...more, serial: serialNumber(), allowWeak: true })

function serverTemplate(attributes, options) {
  const { ca } = options
  return template({
    subject: subjectOf(attributes),
    hash: hashOf(options.algorithm, 'algorithm'),
    profile: 'peer',
    ...validityOf(options),
    ...extensionsOf(options.extensions, attributes),
    ...(ca && { issuer: { cert: ca.cert, key: readKey(ca.key, 'ca.key') } }),
  })
}

/** A client's key and the template of its certificate: without extensions, as selfsigned's is. */
function clientOrder(attributes, options) {
  const client = options.clientCertificate === true ? {} : options.clientCertificate
  warnOfUnknown(client, KNOWN_CLIENT_OPTIONS, 'clientCertificate.')
  const cn = client.cn || options.clientCertificateCN || 'John Doe jdoe123'
  const named = attributes.map((one) =>
    one.name === 'commonName' ? { name: 'commonName', value: cn } : one,
  )
  const notBefore = dateOf(client.notBeforeDate, 'clientCertificate.notBeforeDate') ?? new Date()
  const notAfter = dateOf(client.notAfterDate, 'clientCertificate.notAfterDate')
  const spec = {
    keyType: client.keyType || options.keyType,
    curve: client.curve || options.curve,
    keySize: client.keySize || options.clientCertificateKeySize,
  }
  return {
    spec: keySpecOf(spec, 'clientCertificate.'),
    template: template({
      subject: subjectOf(named),
      san: false,
      hash: hashOf(client.algorithm || options.algorithm, 'clientCertificate.algorithm'),
      profile: 'client',
      extensions: NO_EXTENSION,
      notBefore,
      notAfter: notAfter ?? addYear(notBefore),
    }),
  }
}

/** What is wrong with the options is found before a key is made, which may take a second. */
function make(attrs, given) {
  const options = objectOf(given, 'options')
  warnOfUnknown(options, KNOWN_OPTIONS)
  const attributes = attributesOf(attrs)
  const ordered = serverTemplate(attributes, options)
  const client = options.clientCertificate ? clientOrder(attributes, options) : undefined
  const key = options.keyPair ? givenKey(options.keyPair) : newKey(keySpecOf(options, ''))
  try {
    const cert = certmint.createCertificate({ ...ordered, key })
    return {
      ...pemsOf(key, cert, options),
      fingerprint: cert.fingerprint('sha1').toLowerCase(),
      ...(options.pkcs7 && { pkcs7: createPkcs7(cert.pem) }),
      ...(client && clientPems(client, options, { cert, key })),
    }
  } finally {
    key.destroy()
  }
}

function clientPems({ spec, template }, options, issuer) {
  const key = newKey(spec)
  try {
    const cert = certmint.createCertificate({ ...template, key, issuer })
    const pems = pemsOf(key, cert, options)
    return {
      clientprivate: pems.private,
      clientpublic: pems.public,
      clientcert: pems.cert,
      ...(options.pkcs7 && { clientpkcs7: createPkcs7(cert.pem) }),
    }
  } finally {
    key.destroy()
  }
}

const newKey = (spec) => certmint.generateKey(spec, { allowWeak: true })

/** selfsigned's certificates end without a line feed. */
const pemsOf = (key, cert, { passphrase }) => ({
  private: key.toPEM(passphrase ? { passphrase } : {}),
  public: key.publicKey.toPEM(),
  cert: cert.pem.trimEnd(),
})

// ------------------------------------------------------------------ how it is handed over

/**
 * Makes an object awaitable without showing it: `promise` must not bring the object itself, or
 * awaiting it would never end.
 */
function awaitable(object, promise) {
  for (const name of ['then', 'catch', 'finally']) {
    Object.defineProperty(object, name, { value: (...args) => promise()[name](...args) })
  }
  return object
}

/** The failure as version 5 tells it, rejected, and as 3 and 4 do, thrown, when it is looked at. */
function failed(error) {
  const object = {}
  for (const name of ['private', 'public', 'cert', 'fingerprint']) {
    Object.defineProperty(object, name, {
      enumerable: true,
      get() {
        throw error
      },
    })
  }
  return awaitable(object, () => Promise.reject(error))
}

export function generate(attrs, options, done) {
  if (typeof attrs === 'function') return generate(undefined, undefined, attrs)
  if (typeof options === 'function') return generate(attrs, undefined, options)
  if (done) {
    setTimeout(() => {
      let pems
      try {
        pems = make(attrs, options)
      } catch (error) {
        return done(error)
      }
      done(null, pems)
    }, 0)
    return undefined
  }
  try {
    const pems = make(attrs, options)
    return awaitable({ ...pems }, () => Promise.resolve(pems))
  } catch (error) {
    // who says days speaks versions 3 and 4, where failures were thrown
    if (options?.days !== undefined) throw error
    return failed(error)
  }
}

/** The certificate as PKCS#7: selfsigned's second module. */
export function createPkcs7(certificate) {
  return certmint.createPKCS7(certificate).pem
}

export default { generate, createPkcs7 }
