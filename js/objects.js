/** What the functions return: keys, certificates, requests, revocation lists. */

import { invalid } from './error.js'
import { iterationsOf, passphraseOf } from './normalize.js'
import { optionsOf } from './options.js'

/** Frees the keys of objects that nobody destroyed, where the runtime tells of them. */
const registry = globalThis.FinalizationRegistry
  ? new FinalizationRegistry(({ core, key }) => core.call('key.free', { key }))
  : { register() {}, unregister() {} }

/** A key in linear memory, behind a handle. */
class Key {
  #core
  #handle

  constructor(core, info) {
    this.#core = core
    this.#handle = info.key
    this.type = info.type
    this.bits = info.bits
    this.curve = info.curve
    this.spec = info.spec
    registry.register(this, { core, key: info.key }, this)
  }

  /** @internal the handle, for calls of this module */
  handleFor(core) {
    if (core !== this.#core) throw invalid('key', 'belongs to another instance of certmint')
    if (this.#handle === undefined)
      throw invalid('key', 'was destroyed: it cannot be used any more')
    return this.#handle
  }

  /** @internal a call about this key */
  callWith(op, members, options) {
    return this.#core.call(op, { key: this.handleFor(this.#core), ...members }, options)
  }

  /** @internal */
  get core() {
    return this.#core
  }

  matches(other) {
    const key = other instanceof Key ? other : other?.publicKey
    if (!(key instanceof Key)) throw invalid('key', 'matches takes a key or a certificate')
    return this.#core.call('key.matches', {
      a: this.handleFor(this.#core),
      b: key.handleFor(this.#core),
    })
  }

  thumbprint() {
    return this.callWith('key.thumbprint').thumbprint
  }

  destroy() {
    if (this.#handle === undefined) return
    registry.unregister(this)
    this.#core.call('key.free', { key: this.#handle })
    this.#handle = undefined
  }

  [Symbol.dispose ?? Symbol.for('Symbol.dispose')]() {
    this.destroy()
  }
}

const decoder = new TextDecoder()

export class PublicKey extends Key {
  static name = 'PublicKey'

  get pem() {
    return this.toPEM()
  }
  toPEM() {
    return decoder.decode(this.callWith('key.export', { format: 'spki', pem: true }).bytes)
  }
  toDER() {
    return this.callWith('key.export', { format: 'spki', pem: false }).bytes
  }
  toJWK() {
    return JSON.parse(decoder.decode(this.callWith('key.jwk', { private: false }).bytes))
  }
  toOpenSSH(comment) {
    return decoder.decode(this.callWith('key.openssh', { comment }).bytes)
  }
}

export class PrivateKey extends Key {
  static name = 'PrivateKey'

  #publicKey

  get pem() {
    return this.toPEM()
  }
  toPEM(options) {
    return decoder.decode(this.#export(true, options))
  }
  toDER(options) {
    return this.#export(false, options)
  }
  /**
   * @param {boolean} pem
   * @param {{ format?: string, passphrase?: any, iterations?: number }} [options]
   */
  #export(pem, options) {
    const { format = 'pkcs8', passphrase, iterations } = optionsOf('export', options)
    if (format === 'spki') throw invalid('format', 'is of public keys: ask publicKey for it')
    const members = {
      format,
      pem,
      ...(passphrase !== undefined && {
        passphrase: passphraseOf(passphrase),
        iterations: iterationsOf(iterations),
      }),
    }
    return this.callWith('key.export', members, { secret: true }).bytes
  }
  toJWK() {
    const { bytes } = this.callWith('key.jwk', { private: true }, { secret: true })
    return JSON.parse(decoder.decode(bytes))
  }
  get publicKey() {
    this.handleFor(this.core) // a key that was destroyed says so
    this.#publicKey ??= new PublicKey(this.core, this.callWith('key.public'))
    return this.#publicKey
  }
  destroy() {
    this.#publicKey?.destroy()
    super.destroy()
  }
  /** A private key never shows up in JSON or in a log by accident. */
  toJSON() {
    return { type: this.type, bits: this.bits, curve: this.curve }
  }
}

const date = (seconds) => (seconds === undefined ? undefined : new Date(seconds * 1000))

/** DER with its description; PEM is made when asked for. */
class Signed {
  #core
  #label
  #description
  #pem

  constructor(core, label, { bytes, ...description }) {
    this.#core = core
    this.#label = label
    this.#description = description
    this.der = bytes
    this.issuer = description.issuer
    this.signature = description.signature
  }

  get pem() {
    this.#pem ??= decoder.decode(
      this.#core.call('pem.encode', { label: this.#label, data: this.der }).bytes,
    )
    return this.#pem
  }

  /** @internal */
  get core() {
    return this.#core
  }

  fingerprint(hash = 'sha256') {
    const value = typeof hash === 'string' && this.#description.fingerprints[hash]
    if (!value) throw invalid('hash', 'must be "sha256" or "sha1"')
    return value
  }

  /** The description, with dates as ISO 8601 text. */
  toJSON() {
    const json = { ...this.#description }
    for (const name of ['notBefore', 'notAfter', 'thisUpdate', 'nextUpdate']) {
      if (name in json) json[name] = date(json[name])?.toISOString()
    }
    return json
  }

  toString() {
    return this.pem
  }
}

/** What certificates and requests have in common. */
class Subject extends Signed {
  #publicKey
  #spki

  constructor(core, label, answer) {
    super(core, label, answer)
    this.subject = answer.subject
    this.san = answer.san
    this.isCA = answer.isCA
    this.pathLen = answer.pathLen
    this.keyUsage = answer.keyUsage ?? []
    this.extendedKeyUsage = answer.extendedKeyUsage ?? []
    this.#spki = answer.publicKey.spki
  }

  get publicKey() {
    this.#publicKey ??= new PublicKey(
      this.core,
      this.core.call('key.import', { data: hexBytes(this.#spki) }),
    )
    return this.#publicKey
  }
}

const hexBytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16))

export class Certificate extends Subject {
  static name = 'Certificate'

  constructor(core, answer) {
    super(core, 'CERTIFICATE', answer)
    this.serial = answer.serial
    this.notBefore = date(answer.notBefore)
    this.notAfter = date(answer.notAfter)
  }
}

export class CertificateRequest extends Subject {
  static name = 'CertificateRequest'

  constructor(core, answer) {
    super(core, 'CERTIFICATE REQUEST', answer)
    this.signatureValid = answer.signatureValid
  }
}

export class RevocationList extends Signed {
  static name = 'RevocationList'

  constructor(core, answer) {
    super(core, 'X509 CRL', answer)
    this.number = answer.number
    this.thisUpdate = date(answer.thisUpdate)
    this.nextUpdate = date(answer.nextUpdate)
    this.revoked = answer.revoked.map(({ date: when, invalidityDate, ...entry }) => ({
      ...entry,
      date: date(when),
      ...(invalidityDate !== undefined && { invalidityDate: date(invalidityDate) }),
    }))
  }
}
