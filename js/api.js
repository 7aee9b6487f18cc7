/**
 * The interface, written once for both forms: `generate` makes a key and may return a promise of it
 * (index.js) or the key itself (sync.js); everything after that follows suit.
 */

import { CertmintError, invalid } from './error.js'
import {
  bytesOf,
  extensionsOf,
  generalNames,
  hexOf,
  isArrayBuffer,
  keySpecOf,
  maxIterationsOf,
  nameConstraintsOf,
  nameWanted,
  passphraseOf,
  secondsOf,
  subjectOf,
} from './normalize.js'
import {
  Certificate,
  CertificateRequest,
  PrivateKey,
  PublicKey,
  RevocationList,
} from './objects.js'
import { optionsOf } from './options.js'
import * as stores from './stores.js'

/** Goes on with a value, or with what a promise will bring. */
const then = (value, next) => (value instanceof Promise ? value.then(next) : next(value))

const now = () => Math.floor(Date.now() / 1000)

/**
 * Splits the members that are about making a key off a template.
 *
 * @param {any} options
 * @returns {[work: any, rest: any]}
 */
function splitWork({ signal, onProgress, workers, ...rest }) {
  return [{ signal, onProgress, workers }, rest]
}

/**
 * What certificate and request templates have in common, as the door reads it.
 *
 * @param {any} template
 */
function commonTemplate({ subject, san, extensions, ...rest }) {
  return {
    ...rest,
    subject: subjectOf(subject),
    san: generalNames(san, 'san'),
    extensions: extensionsOf(extensions),
  }
}

/** @param {any} template */
function certificateTemplate({ csr, serial, notBefore, notAfter, ...rest }) {
  return {
    ...commonTemplate(rest),
    now: now(),
    serial: hexOf(serial, 'serial'),
    notBefore: secondsOf(notBefore, 'notBefore'),
    notAfter: secondsOf(notAfter, 'notAfter'),
    ...(csr !== undefined && { request: bytesOf(csr, 'csr') }),
  }
}

/** Says "csr" where the core says "request": the name that JavaScript gives it. */
function renameRequest(error) {
  if (error instanceof CertmintError && /^request\b/.test(error.field)) {
    return new CertmintError(error.code, error.field.replace(/^request/, 'csr'), error.rule)
  }
  return error
}

/** PEM, DER, or a JWK (or a set of them) as text or as an object. */
function encodedOf(data, field) {
  const isJWK = typeof data?.kty === 'string' || Array.isArray(data?.keys)
  return bytesOf(isJWK ? JSON.stringify(data) : data, field)
}

export class Api {
  #core
  #generate

  /**
   * @param {import('./core.js').Core} core
   * @param {(spec: string, options: object) => any} generate
   * @param {(work: () => any) => any} settle runs the methods of objects: as they are, or in a promise
   */
  constructor(core, generate, settle) {
    this.#core = core
    this.#generate = generate
    this.settle = settle
  }

  // ---------------------------------------------------------------- keys

  /** @param {any} spec @param {any} [options] */
  generateKey(spec, options) {
    const [work, { allowWeak }] = splitWork(optionsOf('generateKey', options))
    return this.#generate(keySpecOf(spec), { ...work, allowWeak })
  }

  /** @param {any} data @param {any} [options] */
  importKey(data, options) {
    const { passphrase, maxIterations } = optionsOf('importKey', options)
    const info = this.#core.call('key.import', {
      data: encodedOf(data, 'key'),
      ...(passphrase !== undefined && { passphrase: passphraseOf(passphrase) }),
      maxIterations: maxIterationsOf(maxIterations),
    })
    return info.private ? new PrivateKey(this.#core, info) : new PublicKey(this.#core, info)
  }

  /** A key given as an object of ours, as PEM or DER, or (to be made) as a specification. */
  #keyOf(value, field, work, allowWeak) {
    if (value instanceof PrivateKey || value instanceof PublicKey) return value
    const isPem = typeof value === 'string' && value.includes('-----BEGIN')
    if (isPem || ArrayBuffer.isView(value) || isArrayBuffer(value)) {
      try {
        return this.importKey(value)
      } catch (error) {
        if (error instanceof CertmintError) throw new CertmintError(error.code, field, error.rule)
        throw error
      }
    }
    return this.generateKey(value, { ...work, allowWeak })
  }

  // ---------------------------------------------------------------- certificates

  /** @returns {any} { cert, key } */
  #certificate(options) {
    const [work, { key, publicKey, issuer, ...template }] = splitWork(options)
    const prepared = certificateTemplate(template)
    const given = [key, publicKey, template.csr].filter((value) => value !== undefined)
    if (given.length > 1) throw invalid('key', 'give one of key, publicKey and csr')
    const signer = issuer && this.#issuerOf(issuer)
    if (template.csr !== undefined) return { cert: this.#sign(prepared, undefined, signer) }
    return then(
      this.#keyOf(publicKey ?? key, publicKey ? 'publicKey' : 'key', work, template.allowWeak),
      (subjectKey) => ({ cert: this.#sign(prepared, subjectKey, signer), key: subjectKey }),
    )
  }

  #sign(template, key, issuer) {
    try {
      const answer = this.#core.call('certificate.create', {
        template,
        ...(key && { key: key.handleFor(this.#core) }),
        ...(issuer && { issuer }),
      })
      return new Certificate(this.#core, answer)
    } catch (error) {
      throw renameRequest(error)
    }
  }

  /** @param {any} [issuer] */
  #issuerOf({ cert, key } = {}) {
    if (cert === undefined) throw invalid('issuer.cert', 'is missing')
    const issuerKey = key instanceof PrivateKey ? key : this.importKey(key ?? '')
    return { certificate: bytesOf(cert, 'issuer.cert'), key: issuerKey.handleFor(this.#core) }
  }

  /** @internal for CertificateAuthority */
  issueUnder(template, issuer) {
    return this.#certificate({ ...template, issuer })
  }

  /** @param {any} [template] */
  createCertificate(template) {
    const options = optionsOf('createCertificate', template)
    return then(this.#certificate(options), ({ cert }) => cert)
  }

  /** @param {any} names @param {any} [given] */
  selfSigned(names, given) {
    if (given?.issuer !== undefined)
      throw invalid('issuer', 'is not an option of a self-signed certificate')
    const options = optionsOf('selfSigned', given)
    return this.#certificate({ ...options, ...(names !== undefined && { san: names }) })
  }

  readCertificate(data) {
    const certificate = bytesOf(data, 'certificate')
    return new Certificate(this.#core, this.#core.call('certificate.read', { certificate }))
  }

  // ---------------------------------------------------------------- authorities

  /** @param {any} [given] */
  createCA(given) {
    const options = optionsOf('createCA', given)
    const { pathLen, nameConstraints, issuer, extensions, ...rest } = options
    const template = {
      ...rest,
      profile: rest.profile ?? (issuer ? 'intermediate' : 'ca'),
      subject: rest.subject ?? (issuer ? undefined : 'CN=certmint development CA'),
      issuer,
      extensions: {
        ...extensions,
        ...(pathLen !== undefined && {
          basicConstraints: { ...extensions?.basicConstraints, ca: true, pathLen },
        }),
        ...(nameConstraints !== undefined && {
          nameConstraints: nameConstraintsOf(nameConstraints),
        }),
      },
    }
    return then(this.#certificate(template), ({ cert, key }) => this.#authority(cert, key, issuer))
  }

  /** @param {any} [options] */
  loadCA(options) {
    const { cert, key, passphrase, chain = [] } = optionsOf('loadCA', options)
    if (!Array.isArray(chain)) throw invalid('chain', 'must be a list of certificates')
    const certificate = cert instanceof Certificate ? cert : this.readCertificate(cert)
    const privateKey = key instanceof PrivateKey ? key : this.importKey(key, { passphrase })
    if (!(privateKey instanceof PrivateKey)) throw invalid('key', 'is a public key')
    if (!privateKey.matches(certificate)) {
      throw new CertmintError('mismatch', 'key', 'does not belong to the CA certificate')
    }
    const issuers = chain.map((one) =>
      one instanceof Certificate ? one : this.readCertificate(one),
    )
    return new CertificateAuthority(this, certificate, privateKey, issuers)
  }

  #authority(cert, key, issuer) {
    const above = issuer?.chain ?? (issuer ? [this.#asCertificate(issuer.cert)] : [])
    return new CertificateAuthority(this, cert, key, above)
  }

  #asCertificate(cert) {
    return cert instanceof Certificate ? cert : this.readCertificate(cert)
  }

  // ---------------------------------------------------------------- requests

  /** @param {any} [options] */
  createCSR(options) {
    const [work, { key, ...template }] = splitWork(optionsOf('createCSR', options))
    const prepared = commonTemplate(template)
    return then(this.#keyOf(key, 'key', work, template.allowWeak), (subjectKey) => ({
      csr: new CertificateRequest(
        this.#core,
        this.#core.call('request.create', {
          template: prepared,
          key: subjectKey.handleFor(this.#core),
        }),
      ),
      key: subjectKey,
    }))
  }

  readCSR(data) {
    try {
      const answer = this.#core.call('request.read', { request: bytesOf(data, 'csr') })
      return new CertificateRequest(this.#core, answer)
    } catch (error) {
      throw renameRequest(error)
    }
  }

  // ---------------------------------------------------------------- key stores and bundles

  createPKCS12(options) {
    const checked = optionsOf('createPKCS12', options)
    return stores.createPKCS12(this.#core, (key) => this.importKey(key), checked)
  }

  readPKCS12(data, options) {
    return stores.readPKCS12(this.#core, data, optionsOf('readPKCS12', options))
  }

  createPKCS7(certificates, options) {
    return stores.createPKCS7(this.#core, certificates, optionsOf('createPKCS7', options))
  }

  readPKCS7(data) {
    return stores.readPKCS7(this.#core, data)
  }

  orderChain(certificates, options) {
    return stores.orderChain(this.#core, certificates, optionsOf('orderChain', options))
  }

  // ---------------------------------------------------------------- revocation lists

  /** @param {any} [options] */
  createCRL(options) {
    const given = optionsOf('createCRL', options)
    const { issuer, revoked = [], thisUpdate, nextUpdate, number, previous, ...rest } = given
    if (!issuer) throw invalid('issuer', 'is missing: { cert, key }')
    if (!Array.isArray(revoked)) throw invalid('revoked', 'must be a list')
    const template = {
      ...rest,
      thisUpdate: secondsOf(thisUpdate, 'thisUpdate') ?? now(),
      nextUpdate: secondsOf(nextUpdate, 'nextUpdate'),
      number: hexOf(number, 'number'),
      revoked: revoked.map(revokedEntry),
      ...(previous !== undefined && { previous: bytesOf(previous, 'previous') }),
    }
    const answer = this.#core.call('crl.create', { template, issuer: this.#issuerOf(issuer) })
    return new RevocationList(this.#core, answer)
  }

  // ---------------------------------------------------------------- path validation

  /** @param {any} cert @param {any} [options] */
  verify(cert, options) {
    const { intermediates, roots, crls, time, name, ...rest } = optionsOf('verify', options)
    const template = {
      ...rest,
      leaf: bytesOf(cert, 'cert'),
      intermediates: bytesList(intermediates, 'intermediates'),
      roots: bytesList(roots, 'roots'),
      crls: bytesList(crls, 'crls'),
      time: secondsOf(time, 'time') ?? now(),
      name: nameWanted(name),
    }
    const { bytes, chain, ...report } = this.#core.call('verify', { template })
    if (!chain) return report
    let at = 0
    return {
      ...report,
      chain: chain.map(({ size }) => this.readCertificate(bytes.slice(at, (at += size)))),
    }
  }

  // ---------------------------------------------------------------- lint

  lint(certificates, options) {
    const { clients, time, name, ...rest } = optionsOf('lint', options)
    return this.#core.call('lint', {
      template: {
        ...rest,
        certificates: bytesList(certificates, 'certificates') ?? [],
        clients: typeof clients === 'string' ? [clients] : clients,
        time: secondsOf(time, 'time') ?? now(),
        name: nameWanted(name),
      },
    })
  }

  lintRules() {
    return this.#core.call('lint.rules')
  }

  // ---------------------------------------------------------------- whatever there is

  /** @param {any} data @param {any} [options] */
  inspect(data, options) {
    const { passphrase, maxIterations } = optionsOf('inspect', options)
    const inputs = Array.isArray(data) ? data : [data]
    const passphrases = passphrase === undefined ? [] : [passphrase].flat()
    return this.#core.call('inspect', {
      inputs: inputs.map((one, i) => encodedOf(one, `data[${i}]`)),
      passphrases: passphrases.map((one, i) => passphraseOf(one, `passphrase[${i}]`)),
      maxIterations: maxIterationsOf(maxIterations),
    })
  }

  /** Its answer may hold a private key: nothing of it stays in linear memory. */
  asn1Tree(data) {
    const call = { data: encodedOf(data, 'data') }
    const { bytes = new Uint8Array(), ...tree } = this.#core.call('asn1.tree', call, {
      secret: true,
    })
    return { ...tree, der: bytes }
  }

  readCRL(data) {
    return new RevocationList(
      this.#core,
      this.#core.call('crl.read', { crl: bytesOf(data, 'crl') }),
    )
  }
}

/** One or many of what is encoded; objects of ours too. */
function bytesList(value, field) {
  if (value === undefined) return undefined
  const list = Array.isArray(value) ? value : [value]
  return list.map((one, i) =>
    bytesOf(one instanceof CertificateAuthority ? one.cert : one, `${field}[${i}]`),
  )
}

/** A certificate, a serial number, or { cert | serial, date, reason, invalidityDate }. */
function revokedEntry(value, i) {
  const field = `revoked[${i}]`
  if (value instanceof Certificate) value = { cert: value }
  if (typeof value !== 'object' || value === null) value = { serial: value }
  const { cert, serial, date, invalidityDate, ...rest } = value
  return {
    ...rest,
    serial: hexOf(serial, `${field}.serial`),
    date: secondsOf(date, `${field}.date`),
    invalidityDate: secondsOf(invalidityDate, `${field}.invalidityDate`),
    ...(cert !== undefined && { certificate: bytesOf(cert, `${field}.cert`) }),
  }
}

/** An authority: a CA certificate with its key and the certificates above it. */
export class CertificateAuthority {
  static name = 'CertificateAuthority'

  #api

  constructor(api, cert, key, above) {
    this.#api = api
    this.cert = cert
    this.key = key
    /** This authority's certificate and those above it, up to the root. */
    this.chain = [cert, ...above]
  }

  /** @param {any} [given] */
  issue(given) {
    return this.#api.settle(() => {
      if (given?.issuer !== undefined) throw invalid('issuer', 'is this authority: leave it out')
      const options = optionsOf('issue', given)
      const made = this.#api.issueUnder(options, this)
      return then(made, ({ cert, key }) => new Issued(cert, key, this.chain))
    })
  }

  createIntermediate(options) {
    return this.#api.settle(() =>
      this.#api.createCA({ ...optionsOf('createCA', options), issuer: this }),
    )
  }

  createCRL(options) {
    return this.#api.settle(() =>
      this.#api.createCRL({ ...optionsOf('createCRL', options), issuer: this }),
    )
  }
}

/** A certificate with its key (when it was made here) and its issuers. */
class Issued {
  constructor(cert, key, issuers) {
    this.cert = cert
    this.key = key
    /** The certificate and its issuers without the root: what a server sends. */
    this.chain = [cert, ...issuers.filter((one) => one.subject !== one.issuer)]
  }

  /** The chain as PEM, leaf first: nginx's and Node's certificate file. */
  get fullChain() {
    return this.chain.map((one) => one.pem).join('')
  }
}
