/**
 * A certificate for each rule of lint that trips it, and good ones that trip none. Each comes with
 * the key and the chain that a server needs, the root that a client must trust to be left with the
 * fault alone, and the host that is asked for.
 */

import crypto from 'node:crypto'

import * as certmint from '../../js/sync.js'
import * as der from './der_tree.js'
import { run, scratch } from './tools.js'

const { constructed, oid, primitive, sequence, text } = der
const DAY = 86400
const NULL = primitive(0x05)
const boolean = (value) => primitive(0x01, value)
const integer = (...bytes) => primitive(0x02, bytes)
const octets = (content) => ({ tag: 0x04, bytes: Buffer.from(content) })
const extension = (id, critical, value) =>
  sequence(oid(id), ...(critical ? [boolean(0xff)] : []), octets(der.encode(value)))

/** The content of a SAN of GeneralNames [2] (text) and [7] (bytes). */
const names = (...list) =>
  sequence(
    ...list.map((name) => (typeof name === 'string' ? text(0x82, name) : primitive(0x87, name))),
  )

/** Keys that certmint does not make, by openssl. */
function opensslKey(...args) {
  return run('openssl', ['genpkey', ...args]).out
}

const rsaKey = (bits) => opensslKey('-algorithm', 'RSA', '-pkeyopt', `rsa_keygen_bits:${bits}`)
const ecKey = (curve) => opensslKey('-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${curve}`)

const publicDER = (pem) => crypto.createPublicKey(pem).export({ type: 'spki', format: 'der' })

function makeKeys() {
  const files = scratch()
  const compressed = files.write('key.pem', ecKey('P-256'))
  return {
    ec: certmint.generateKey('p-256').toPEM(),
    rsa: rsaKey(2048),
    rsa1024: rsaKey(1024),
    rsa512: rsaKey(512),
    p384: certmint.generateKey('p-384').toPEM(),
    p521: certmint.generateKey('p-521').toPEM(),
    secp256k1: certmint.generateKey('secp256k1').toPEM(),
    brainpool: ecKey('brainpoolP256r1'),
    ed25519: opensslKey('-algorithm', 'ED25519'),
    ed448: opensslKey('-algorithm', 'ED448'),
    pss: opensslKey('-algorithm', 'RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:2048'),
    compressed: run('openssl', ['ec', '-in', compressed, '-conv_form', 'compressed']).out,
    rsaE3: opensslKey(
      ...['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
      ...['-pkeyopt', 'rsa_keygen_pubexp:3'],
    ),
  }
}

/**
 * What each case trips; rule@1: in the next certificate of the chain. The good ones trip nothing.
 */
export const trips = {
  'version-1': 'san-missing eku-missing',
  'version-2': 'version',
  'duplicate-extension': 'extension-repeated',
  'algorithm-mismatch': 'algorithms-differ',
  'boolean-not-der': 'boolean-not-der',
  'critical-false': 'critical-false',
  'ca-false': 'ca-false',
  'bits-padded': 'bits-padded',
  'san-garbage': 'san-damaged',
  'san-empty': 'san-damaged',
  'policies-twice': 'extension-damaged',
  'crldp-empty': 'extension-damaged',
  'unknown-critical': 'extension-unknown',
  'unique-id': 'unique-id',
  'serial-zero': 'serial-not-positive',
  'serial-negative': 'serial-not-positive',
  'serial-padded': 'serial-padded',
  'serial-21': 'serial-too-long',
  'generalized-time': 'time-form',
  'validity-reversed': 'validity-reversed',
  'printable-string': 'printable-string',
  'cn-too-long': 'cn-too-long',
  expired: 'expired',
  'not-yet-valid': 'not-yet-valid',
  'validity-826': 'validity-825',
  'san-missing': 'san-missing',
  'san-uri-only': 'san-missing',
  'san-email-only': 'san-missing',
  'empty-subject': 'subject-empty',
  'ip-in-dns': 'name-ip-as-dns',
  'san-none': 'san-missing',
  'wrong-host': 'name-mismatch',
  'ip-text': 'name-ip-size',
  'dns-port-beside': 'name-syntax',
  'dns-url-beside': 'name-syntax',
  'dns-space-beside': 'name-syntax',
  'dns-underscore-beside': 'name-underscore',
  'dns-utf8-beside': 'name-not-ascii',
  'dns-empty-beside': 'name-empty',
  'dns-nul-beside': 'name-syntax',
  'dns-hyphen-beside': 'name-syntax',
  'dns-trailing-dot-beside': 'name-final-dot',
  'dns-underscore': 'name-underscore',
  'dns-trailing-dot': 'name-final-dot',
  'dns-port': 'name-syntax',
  'wildcard-partial': 'wildcard-partial',
  'wildcard-partial-beside': 'wildcard-partial',
  'wildcard-inner': 'wildcard-place',
  'wildcard-inner-beside': 'wildcard-place',
  'wildcard-double': 'wildcard-place',
  'wildcard-double-beside': 'wildcard-place',
  'wildcard-top': 'wildcard-top',
  'wildcard-top-beside': 'wildcard-top',
  'wildcard-all': 'wildcard-all',
  'wildcard-all-beside': 'wildcard-all',
  'rsa-1024': 'rsa-2048',
  'rsa-512': 'rsa-1024',
  p521: 'p521',
  secp256k1: 'curve',
  brainpool: 'curve',
  ed25519: 'ed25519',
  ed448: 'ed448',
  'pss-key': 'rsa-pss-key',
  compressed: 'point-compressed',
  sha1: 'sha1',
  'sha1-rsa': 'sha1',
  md5: 'md5',
  sha224: 'sha224',
  'rsa-no-null': 'signature-parameters',
  'ecdsa-null': 'signature-parameters',
  'pss-sha1': 'sha1',
  'pss-salt-20': 'pss-parameters',
  'pss-no-null': 'pss-parameters',
  'ku-encipherment': 'key-usage',
  'ku-agreement': 'key-usage',
  'ku-commitment': 'key-usage',
  'ku-cert-sign': 'key-cert-sign',
  'ku-not-critical': 'key-usage-critical',
  'ku-empty': 'key-usage key-usage-empty',
  'eku-missing': 'eku-missing',
  'eku-client': 'eku-server',
  'eku-any': 'eku-any',
  'ca-as-server': 'key-usage eku-missing ca-as-server',
  'ca-as-server-sign': 'eku-missing ca-as-server',
  'path-len-without-ca': 'path-len-without-ca',
  'aki-missing': 'authority-key-id',
  'aki-other': 'key-ids-differ',
  'aki-name-only': 'authority-key-id',
  'aki-critical': 'key-id-critical',
  'ski-critical': 'key-id-critical',
  'ski-missing': 'subject-key-id',
  'must-staple': 'must-staple',
  'nc-on-leaf': 'name-constraints-end',
  'self-signed-ca': 'eku-missing ca-as-server',
  'self-signed-sha1': 'sha1',
  'self-signed-expired': 'expired',
  'sub-bc-missing': 'not-ca@1',
  'root-bc-missing': 'not-ca@1',
  'sub-not-ca': 'not-ca@1',
  'root-not-ca': 'not-ca@1',
  'sub-bc-not-critical': 'ca-critical@1',
  'root-bc-not-critical': 'ca-critical@1',
  'sub-ku-missing': 'ca-key-usage@1',
  'root-ku-missing': 'ca-key-usage@1',
  'sub-ku-not-critical': 'key-usage-critical@1',
  'root-ku-not-critical': 'key-usage-critical@1',
  'sub-no-cert-sign': 'ca-cert-sign@1',
  'root-no-cert-sign': 'ca-cert-sign@1',
  'sub-ski-missing': 'ca-subject-key-id@1',
  'root-ski-missing': 'ca-subject-key-id@1',
  'sub-version-1': 'not-ca@1 ca-key-usage@1',
  'root-version-1': 'not-ca@1 ca-key-usage@1',
  'sub-no-name': 'issuer-empty ca-subject@1',
  'root-no-name': 'issuer-empty issuer-empty@1 ca-subject@1',
  'sub-expired': 'expired@1',
  'root-expired': 'expired@1',
  'sub-aki-missing': 'authority-key-id@1',
  'sub-eku-client': 'eku-ca@1',
  'root-eku-client': 'eku-ca@1',
  'sub-nc': 'name-constraints@1',
  'root-nc': 'name-constraints@1',
  'sub-nc-not-critical': 'name-constraints-critical@1',
  'sub-nc-dot': 'name-constraints@1',
  'sub-nc-empty': 'name-constraints-empty@1',
  'sub-rsa-1024': 'rsa-2048@1',
  'path-length': 'path-length@2',
  'serial-reused': 'serial-shared@2',
  'bc-damaged': 'extension-damaged',
  'eku-damaged': 'extension-damaged',
  'aki-damaged': 'extension-damaged',
  'aia-critical': 'extension-unknown',
  'sub-brainpool': 'curve@1',
  'sub-secp256k1': 'curve@1',
  'sub-ed25519': 'edwards-signature',
  'sub-sha1': 'sha1@1',
  'key-unknown': 'key-unknown',
  'rsa-big': 'rsa-8192',
  'public-long': 'validity-public',
  'client-for-servers': 'eku-client',
  'client-encipherment': 'key-usage-client',
  'webtransport-long': 'webtransport-days',
  'webtransport-rsa': 'webtransport-key',
  'webtransport-p384': 'webtransport-key',
}

/**
 * @typedef {{ name: string, host: string, chain: Buffer[], key: string, root: Buffer,
 *   purpose: string, served: boolean, clients?: string[], time?: number }} Case
 *   served: real clients can be asked; clients: whom lint is asked about
 */

/** @returns {Case[]} */
export function lintCases() {
  const now = Math.floor(Date.now() / 1000)
  const keys = makeKeys()
  /** @type {Case[]} */
  const cases = []

  const authority = (subject, options = {}) =>
    certmint.createCA({ subject, pathLen: 3, days: 3650, ...options })
  const root = authority('CN=Lint Root', { key: certmint.generateKey('p-256') })
  const rsaRoot = authority('CN=Lint RSA Root', { key: keys.rsa })
  const p521Root = authority('CN=Lint P-521 Root', { key: 'p-521' })
  const keyOf = (ca) => ca.key.toPEM()

  /** A server certificate. */
  const issue = (options = {}, ca = root) =>
    ca.issue({ san: ['localhost'], days: 90, key: keys.ec, ...options, allowWeak: true })

  function add(name, chain, how = {}) {
    const { key = keys.ec, ca = root, host = 'localhost', trust } = how
    const { purpose = 'server', served = true, clients, time } = how
    const list = (Array.isArray(chain) ? chain : [chain]).map((one) =>
      Buffer.from(one.cert?.der ?? one.der ?? one),
    )
    const anchor = Buffer.from(trust ?? ca.cert.der)
    cases.push({ name, host, chain: list, key, root: anchor, purpose, served, clients, time })
  }

  /** What the template makes. */
  const plain = (name, options = {}, how = {}) =>
    add(name, issue({ ...options, key: how.key ?? keys.ec }, how.ca), how)

  /** What the template makes, changed and signed anew. */
  function edited(name, edit, { options = {}, digest = 'sha256', signing = {}, ...how } = {}) {
    const ca = how.ca ?? root
    const draft = new der.Draft(issue({ key: how.key ?? keys.ec, ...options }, ca).cert.der)
    edit(draft)
    add(name, draft.sign(keyOf(ca), digest, signing), how)
  }

  /** The SAN as given. */
  const withNames = (name, list, how = {}) =>
    edited(name, (draft) => draft.setValue('subjectAltName', names(...list)), how)

  /** A key that certmint does not know. */
  const withKey = (name, pem, how = {}) =>
    edited(name, (draft) => (draft.fields.key.children = der.parse(publicDER(pem))[0].children), {
      options: { key: keys.ec }, // until it is replaced
      key: pem,
      ...how,
    })

  // ---------------------------------------------------------------- good ones

  plain('good')
  plain('good-rsa', {}, { key: keys.rsa })
  plain('good-p384', {}, { key: keys.p384 })
  plain('good-rsa-signature', {}, { ca: rsaRoot })
  plain('good-ip', { san: ['127.0.0.1'] }, { host: '127.0.0.1' })
  plain('good-wildcard', { san: ['*.lint.test'] }, { host: 'www.lint.test' })
  plain('good-825', { days: 825 })
  plain('uppercase', { san: ['LOCALHOST'] })
  withNames('uppercase-raw', ['LocalHost'])

  // ---------------------------------------------------------------- encoding

  edited('version-1', ({ tbs }) => {
    tbs.children.shift()
    tbs.children.pop()
  })
  edited('version-2', ({ tbs }) => (tbs.children[0].children[0].bytes = Buffer.from([1])))
  edited('duplicate-extension', (draft) =>
    draft.extensions.push(draft.extension('subjectKeyIdentifier')),
  )
  edited(
    'algorithm-mismatch',
    (draft) => (draft.fields.algorithm.children = [oid('1.2.840.10045.4.3.3')]),
  )
  edited('boolean-not-der', (draft) => {
    draft.extension('keyUsage').children[1].bytes = Buffer.from([1])
  })
  edited('critical-false', (draft) =>
    draft.extension('subjectKeyIdentifier').children.splice(1, 0, boolean(0)),
  )
  edited('ca-false', (draft) => draft.setValue('basicConstraints', sequence(boolean(0))))
  edited('bits-padded', (draft) => draft.setValue('keyUsage', primitive(0x03, 0, 0x80)))
  edited('san-garbage', (draft) => draft.setValue('subjectAltName', Buffer.from([1, 2, 3])))
  edited('san-empty', (draft) => draft.setValue('subjectAltName', sequence()))
  edited('policies-twice', (draft) =>
    draft.extensions.push(
      extension(
        '2.5.29.32',
        false,
        sequence(sequence(oid('2.23.140.1.2.1')), sequence(oid('2.23.140.1.2.1'))),
      ),
    ),
  )
  edited('crldp-empty', (draft) => draft.extensions.push(extension('2.5.29.31', false, sequence())))
  for (const [name, extended] of [
    ['bc-damaged', 'basicConstraints'],
    ['eku-damaged', 'extendedKeyUsage'],
    ['aki-damaged', 'authorityKeyIdentifier'],
  ]) {
    edited(name, (draft) => draft.setValue(extended, Buffer.from([0x30, 3, 1, 2])))
  }
  edited('aia-critical', (draft) =>
    draft.extensions.push(
      extension(
        '1.3.6.1.5.5.7.1.1',
        true,
        sequence(sequence(oid('1.3.6.1.5.5.7.48.1'), text(0x86, 'http://localhost/'))),
      ),
    ),
  )
  edited('unknown-critical', (draft) =>
    draft.extensions.push(extension('1.3.6.1.4.1.99999.1', true, NULL)),
  )
  edited('unique-id', ({ tbs }) => tbs.children.splice(-1, 0, primitive(0x81, 0, 1)))
  for (const [name, ...bytes] of /** @type {[string, ...number[]][]} */ ([
    ['serial-zero', 0],
    ['serial-negative', 0x80, 1],
    ['serial-padded', 0, 1],
    ['good-serial-20', 0x10, ...crypto.randomBytes(19)],
    ['serial-21', 0x10, ...crypto.randomBytes(20)],
  ])) {
    edited(name, ({ fields }) => (fields.serial.bytes = Buffer.from(bytes)), {
      served: name !== 'serial-padded', // OpenSSL does not load it
    })
  }
  edited('generalized-time', ({ fields }) => {
    for (const time of fields.validity.children) {
      time.bytes = Buffer.concat([Buffer.from('20'), time.bytes])
      time.tag = 0x18
    }
  })
  edited('validity-reversed', ({ fields }) => fields.validity.children.reverse())
  edited('printable-string', ({ fields }) => {
    const value = fields.subject.children[0].children[0].children[1]
    value.tag = 0x13
    value.bytes = Buffer.from('*_@')
  })
  edited('cn-too-long', ({ fields }) => {
    fields.subject.children[0].children[0].children[1].bytes = Buffer.from('x'.repeat(70))
  })

  // ---------------------------------------------------------------- dates

  plain('expired', { notBefore: now - 30 * DAY, notAfter: now - DAY, days: undefined })
  plain('not-yet-valid', { notBefore: now + DAY, notAfter: now + 30 * DAY, days: undefined })
  plain('validity-826', { days: 826 })

  // ---------------------------------------------------------------- names

  plain('san-missing', { san: false, subject: 'CN=localhost' })
  plain('san-none', { san: false, subject: 'CN=A server' })
  plain('wrong-host', { san: ['other.test'] })
  plain('san-uri-only', { san: [{ uri: 'https://localhost/' }], subject: 'CN=localhost' })
  plain('san-email-only', { san: [{ email: 'a@b.test' }], subject: 'CN=localhost' })
  plain('empty-subject', { subject: '', extensions: { subjectAltName: { critical: false } } })
  plain('empty-subject-critical', { subject: '' })
  plain('cn-differs', { subject: 'CN=other.test' })
  withNames('ip-in-dns', ['127.0.0.1'], { host: '127.0.0.1' })
  withNames('ip-text', ['localhost', [...Buffer.from('127.0.0.1')]])
  for (const [name, value] of [
    ['port', 'localhost:8443'],
    ['url', 'https://localhost/'],
    ['space', 'local host'],
    ['underscore', 'a_b.lint.test'],
    ['utf8', 'bücher.test'],
    ['empty', ''],
    ['nul', 'localhost\0.evil.test'],
    ['hyphen', '-a.lint.test'],
    ['trailing-dot', 'www.lint.test.'],
  ]) {
    withNames(`dns-${name}-beside`, ['localhost', value])
  }
  withNames('dns-underscore', ['a_b.lint.test'], { host: 'a_b.lint.test' })
  withNames('dns-trailing-dot', ['www.lint.test.'], { host: 'www.lint.test' })
  withNames('dns-port', ['localhost:8443'])
  withNames('wildcard-partial', ['w*.lint.test'], { host: 'www.lint.test' })
  withNames('wildcard-partial-beside', ['w*.lint.test', 'localhost'])
  withNames('wildcard-inner', ['www.*.test'], { host: 'www.lint.test' })
  withNames('wildcard-inner-beside', ['www.*.test', 'localhost'])
  withNames('wildcard-double', ['*.*.test'], { host: 'www.lint.test' })
  withNames('wildcard-double-beside', ['*.*.test', 'localhost'])
  withNames('wildcard-top', ['*.test'], { host: 'lint.test' })
  withNames('wildcard-top-beside', ['*.test', 'localhost'])
  withNames('wildcard-all', ['*'])
  withNames('wildcard-all-beside', ['*', 'localhost'])
  withNames('wildcard-suffix', ['*.co.uk', 'localhost'])

  // ---------------------------------------------------------------- keys and signatures

  plain('rsa-1024', {}, { key: keys.rsa1024 })
  withKey('rsa-512', keys.rsa512)
  withKey('rsa-e3', keys.rsaE3)
  plain('p521', {}, { key: keys.p521 })
  plain('p521-signature', {}, { ca: p521Root })
  plain('secp256k1', {}, { key: keys.secp256k1 })
  withKey('brainpool', keys.brainpool)
  withKey('ed25519', keys.ed25519)
  withKey('ed448', keys.ed448)
  withKey('pss-key', keys.pss)
  withKey('compressed', keys.compressed)
  plain('sha1', { hash: 'sha1' })
  plain('sha1-rsa', { hash: 'sha1' }, { ca: rsaRoot })
  const rsaAlgorithm = (name, number, digest) =>
    edited(name, (draft) => draft.setAlgorithm(oid(`1.2.840.113549.1.1.${number}`), NULL), {
      ca: rsaRoot,
      digest,
    })
  rsaAlgorithm('md5', 4, 'md5')
  rsaAlgorithm('sha224', 14, 'sha224')
  edited('rsa-no-null', (draft) => draft.setAlgorithm(oid('1.2.840.113549.1.1.11')), {
    ca: rsaRoot,
  })
  edited('ecdsa-null', (draft) => draft.setAlgorithm(oid('1.2.840.10045.4.3.2'), NULL))
  for (const hash of ['sha256', 'sha384', 'sha512']) {
    plain(`pss-${hash}`, { pss: true, hash }, { ca: rsaRoot })
  }
  const pss = (name, digest, saltLength, parameters) =>
    edited(
      name,
      (draft) => draft.setAlgorithm(oid('1.2.840.113549.1.1.10'), sequence(...parameters)),
      {
        ca: rsaRoot,
        digest,
        signing: { padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength },
      },
    )
  const sha256 = sequence(oid('2.16.840.1.101.3.4.2.1'), NULL)
  pss('pss-sha1', 'sha1', 20, [])
  pss('pss-salt-20', 'sha256', 20, [
    constructed(0xa0, sha256),
    constructed(0xa1, sequence(oid('1.2.840.113549.1.1.8'), sha256)),
  ])
  pss('pss-no-null', 'sha256', 32, [
    constructed(0xa0, sequence(oid('2.16.840.1.101.3.4.2.1'))),
    constructed(
      0xa1,
      sequence(oid('1.2.840.113549.1.1.8'), sequence(oid('2.16.840.1.101.3.4.2.1'))),
    ),
    constructed(0xa2, integer(32)),
  ])
  /** Under an intermediate with a key that certmint does not know. */
  function foreignSub(name, pem, ...algorithm) {
    const made = root.createIntermediate({ subject: `CN=${name}`, key: 'p-256', pathLen: 0 })
    const sub = new der.Draft(made.cert.der)
    sub.fields.key.children = der.parse(publicDER(pem))[0].children
    const leaf = new der.Draft(issue({}, made).cert.der)
    leaf.setAlgorithm(...algorithm)
    const digest = /ed25519/.test(name) ? null : 'sha256'
    add(name, [leaf.sign(pem, digest), sub.sign(keyOf(root))])
  }
  const ecdsa = oid('1.2.840.10045.4.3.2')
  foreignSub('sub-brainpool', keys.brainpool, ecdsa)
  foreignSub('sub-secp256k1', keys.secp256k1, ecdsa)
  foreignSub('sub-ed25519', keys.ed25519, oid('1.3.101.112'))

  // ---------------------------------------------------------------- usages

  const usages = (name, keyUsage, how) => plain(name, { extensions: { keyUsage } }, how)
  usages('ku-encipherment', ['keyEncipherment'], { key: keys.rsa })
  usages('ku-agreement', ['keyAgreement'])
  usages('ku-commitment', ['contentCommitment'])
  usages('ku-missing', false)
  usages('ku-cert-sign', ['digitalSignature', 'keyCertSign'])
  usages('ku-not-critical', { usages: ['digitalSignature'], critical: false })
  edited('ku-empty', (draft) => draft.setValue('keyUsage', primitive(0x03, 0)))
  const purposes = (name, extendedKeyUsage) => plain(name, { extensions: { extendedKeyUsage } })
  purposes('eku-missing', false)
  purposes('eku-client', ['clientAuth'])
  purposes('eku-any', ['2.5.29.37.0'])
  purposes('eku-critical', { usages: ['serverAuth'], critical: true })

  // ---------------------------------------------------------------- extensions of the end

  plain('bc-missing', { extensions: { basicConstraints: false } })
  plain('ca-as-server', { extensions: { basicConstraints: { ca: true } } })
  plain('ca-as-server-sign', {
    extensions: {
      basicConstraints: { ca: true },
      keyUsage: ['digitalSignature', 'keyCertSign'],
    },
  })
  edited('path-len-without-ca', (draft) => draft.setValue('basicConstraints', sequence(integer(0))))
  plain('aki-missing', { extensions: { authorityKeyIdentifier: false } })
  edited('aki-other', (draft) =>
    draft.setValue('authorityKeyIdentifier', sequence(primitive(0x80, 1, 2, 3, 4))),
  )
  edited('aki-name-only', (draft) =>
    draft.setValue(
      'authorityKeyIdentifier',
      sequence(
        constructed(0xa1, constructed(0xa4, draft.fields.issuer)),
        primitive(0x82, ...Buffer.from(root.cert.serial, 'hex')),
      ),
    ),
  )
  edited('aki-critical', (draft) =>
    draft.extension('authorityKeyIdentifier').children.splice(1, 0, boolean(0xff)),
  )
  edited('ski-critical', (draft) =>
    draft.extension('subjectKeyIdentifier').children.splice(1, 0, boolean(0xff)),
  )
  plain('ski-missing', { extensions: { subjectKeyIdentifier: false } })
  plain('must-staple', { extensions: { tlsFeature: ['status_request'] } })
  edited('nc-on-leaf', (draft) =>
    draft.extensions.push(
      extension('2.5.29.30', true, sequence(constructed(0xa0, sequence(text(0x82, 'localhost'))))),
    ),
  )
  for (const [name, options] of [
    ['self-signed', {}],
    [
      'self-signed-ca',
      {
        extensions: {
          basicConstraints: { ca: true },
          keyUsage: ['digitalSignature', 'keyCertSign'],
        },
      },
    ],
    ['self-signed-sha1', { hash: 'sha1', allowWeak: true }],
    ['self-signed-expired', { notBefore: now - 9 * DAY, notAfter: now - DAY, days: undefined }],
  ]) {
    const { cert } = certmint.selfSigned(['localhost'], { key: keys.ec, days: 90, ...options })
    add(name, cert, { trust: cert.der })
  }

  // ---------------------------------------------------------------- authorities

  /** Under an intermediate that is wrong. */
  function intermediate(name, options, edit, leafOptions = {}) {
    const key = certmint.generateKey('p-256')
    const sub = root.createIntermediate({
      subject: `CN=Issuing ${name}`,
      key,
      pathLen: 0,
      ...options,
    })
    const leaf = new der.Draft(issue(leafOptions, sub).cert.der)
    const draft = new der.Draft(sub.cert.der)
    edit?.(draft, leaf)
    add(name, [leaf.sign(key.toPEM()), draft.sign(keyOf(root))])
  }
  /** Under a root that is wrong. */
  function ownRoot(name, options, edit, leafOptions = {}) {
    const ca = authority(`CN=Root ${name}`, { key: certmint.generateKey('p-256'), ...options })
    const leaf = new der.Draft(issue(leafOptions, ca).cert.der)
    const draft = new der.Draft(ca.cert.der)
    edit?.(draft, leaf)
    add(name, leaf.sign(keyOf(ca)), { trust: draft.sign(keyOf(ca)) })
  }
  const remove = (id) => (draft) =>
    draft.extensions.splice(draft.extensions.indexOf(draft.extension(id)), 1)
  const softenBasic = (draft) => draft.extension('basicConstraints').children.splice(1, 1)
  const toVersion1 = ({ tbs }) => {
    tbs.children.shift()
    tbs.children.pop()
  }
  const noName = (draft, leaf) => {
    draft.fields.subject.children = []
    leaf.fields.issuer.children = []
  }
  const wrong = {
    'bc-missing': remove('basicConstraints'),
    'not-ca': (draft) => draft.setValue('basicConstraints', sequence()),
    'bc-not-critical': softenBasic,
    'ku-missing': remove('keyUsage'),
    'ku-not-critical': (draft) => draft.extension('keyUsage').children.splice(1, 1),
    'no-cert-sign': (draft) => draft.setValue('keyUsage', primitive(0x03, 1, 0x02)),
    'ski-missing': remove('subjectKeyIdentifier'),
    'version-1': toVersion1,
    'no-name': noName,
    expired: ({ fields }) => {
      fields.validity.children.forEach((time, i) => {
        time.bytes = Buffer.from(i ? '210101000000Z' : '200101000000Z')
      })
    },
  }
  for (const [name, edit] of Object.entries(wrong)) {
    intermediate(`sub-${name}`, {}, edit)
    ownRoot(`root-${name}`, {}, (draft, leaf) => {
      edit(draft, leaf)
      if (name === 'no-name') draft.fields.issuer.children = []
    })
  }
  intermediate('good-sub', {})
  intermediate('sub-aki-missing', {}, remove('authorityKeyIdentifier'))
  ownRoot('root-aki-missing', {}, remove('authorityKeyIdentifier'))
  intermediate('sub-eku-client', { extensions: { extendedKeyUsage: ['clientAuth'] } })
  ownRoot('root-eku-client', { extensions: { extendedKeyUsage: ['clientAuth'] } })
  intermediate('good-sub-eku', { extensions: { extendedKeyUsage: ['serverAuth'] } })
  const permitted = (name) => ({ nameConstraints: { permitted: [name] } })
  intermediate('good-sub-nc', permitted('localhost'))
  intermediate('sub-nc', permitted('other.test'))
  ownRoot('root-nc', permitted('other.test'))
  ownRoot('good-root-nc', permitted('localhost'))
  intermediate('sub-nc-not-critical', permitted('localhost'), (draft) =>
    draft.extension('nameConstraints').children.splice(1, 1),
  )
  intermediate('sub-nc-dot', permitted('other.test'), (draft) =>
    draft.setValue(
      'nameConstraints',
      sequence(constructed(0xa0, sequence(text(0x82, '.localhost')))),
    ),
  )
  intermediate('sub-nc-empty', permitted('other.test'), (draft) =>
    draft.setValue('nameConstraints', sequence()),
  )
  {
    const key = certmint.generateKey('rsa-1024', { allowWeak: true })
    const sub = root.createIntermediate({ subject: 'CN=Weak', key, pathLen: 0, allowWeak: true })
    add('sub-rsa-1024', [issue({}, sub), sub.cert])
    const upper = root.createIntermediate({ subject: 'CN=Upper', key: 'p-256', pathLen: 1 })
    const lower = upper.createIntermediate({ subject: 'CN=Lower', key: 'p-256', pathLen: 0 })
    const draft = new der.Draft(upper.cert.der)
    draft.setValue('basicConstraints', sequence(boolean(0xff), integer(0)))
    add('path-length', [issue({}, lower), lower.cert, draft.sign(keyOf(root))])
    const twin = root.createIntermediate({
      subject: 'CN=Twin',
      key: 'p-256',
      pathLen: 0,
      serial: root.cert.serial,
    })
    add('serial-reused', [issue({}, twin), twin.cert])
    const weak = root.createIntermediate({
      ...{ subject: 'CN=SHA-1', key: 'p-256', pathLen: 0 },
      ...{ hash: 'sha1', allowWeak: true },
    })
    add('sub-sha1', [issue({}, weak), weak.cert])
  }

  // ---------------------------------------------------------------- what nobody can be asked about

  const unserved = { served: false }
  edited(
    'key-unknown',
    (draft) => (draft.fields.key.children[0].children = [oid('1.2.840.10040.4.1')]),
    unserved,
  )
  edited(
    'rsa-big',
    ({ fields: { key } }) => {
      const modulus = integer(0, 0x80, ...crypto.randomBytes(1024))
      key.children[0].children = [oid('1.2.840.113549.1.1.1'), NULL]
      key.children[1].bytes = Buffer.concat([
        Buffer.from([0]),
        der.encode(sequence(modulus, integer(1, 0, 1))),
      ])
    },
    unserved,
  )
  for (const [name, days] of /** @type {[string, number][]} */ ([
    ['public-long', 120],
    ['good-public', 46],
  ])) {
    const from = Date.UTC(2027, 3, 1) / 1000
    edited(
      name,
      (draft) => draft.extensions.push(extension('1.3.6.1.4.1.11129.2.4.2', false, octets([0, 0]))),
      {
        ...unserved,
        options: { days: undefined, notBefore: from, notAfter: from + days * DAY },
        time: from + DAY,
      },
    )
  }
  const client = (name, options) =>
    plain(name, options, { ...unserved, key: keys.rsa, purpose: 'client' })
  client('good-client', { profile: 'client' })
  client('good-client-any', { extensions: { extendedKeyUsage: false } })
  client('client-for-servers', {})
  client('client-encipherment', {
    profile: 'client',
    extensions: { keyUsage: ['keyEncipherment'] },
  })
  const pinned = { ...unserved, clients: ['webtransport'] }
  plain('webtransport-long', { days: 15 }, pinned)
  plain('webtransport-rsa', { days: 14 }, { ...pinned, key: keys.rsa })
  plain('webtransport-p384', { days: 14 }, { ...pinned, key: keys.p384 })
  plain('good-webtransport', { days: 14 }, pinned)
  return cases
}

/** What lint says about a case. */
export function lintCase({ chain, root, host, purpose, clients, time }) {
  const all = root.equals(chain.at(-1)) ? chain : [...chain, root]
  const name = purpose === 'server' && !clients ? host : undefined
  return certmint.lint(all, { name, purpose, clients, time })
}
