/**
 * inspect beside other readers, over several hundred files: Debian's root certificates, the test
 * vectors of Python's cryptography (among them NIST's PKITS), and what certmint itself makes. Each
 * reader is one process for all of them.
 */

import fs from 'node:fs'
import path from 'node:path'

import * as certmint from '../../js/sync.js'
import { python, root, run, scratch } from '../support/tools.js'

const { inspect } = certmint
const ROOTS = '/usr/share/ca-certificates/mozilla'
const VECTORS = '/usr/lib/python3/dist-packages/cryptography_vectors'
const passwords = ['password', '123456', 'foobar', 'cryptography', 'testkey', 'a', '']
const made = scratch()

const filesIn = (folder) =>
  fs
    .readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) =>
      entry.isDirectory()
        ? filesIn(path.join(folder, entry.name))
        : [path.join(folder, entry.name)],
    )
    .sort()

const vectors = (folder, pattern) =>
  filesIn(path.join(VECTORS, folder)).filter((file) => pattern.test(file))

/** What Python's cryptography says of files, in the order of the files. */
const readWithPython = (files) =>
  JSON.parse(
    run(python, [path.join(root, 'tests', 'support', 'inspect_files.py')], {
      input: JSON.stringify({ passwords, files }),
    }).out,
  )

const report = (file) => inspect(fs.readFileSync(file), { passphrase: passwords })

/** cryptography passes over the first bit of ReasonFlags, which RFC 5280 calls unused. */
const withoutUnused = (value) =>
  JSON.parse(JSON.stringify(value), (_, one) =>
    Array.isArray(one) ? one.filter((item) => item !== 'unused') : one,
  )

/** Extensions by their OIDs, as inspect_files.py has them. */
const byOID = (extensions = []) =>
  Object.fromEntries(
    extensions.map(({ oid, critical, value, der }) => [
      oid,
      value === undefined ? { critical, der } : { critical, value: withoutUnused(value) },
    ]),
  )

/** Those that cryptography shows as they are, and inspect decodes. */
function sameDepth(ours, theirs) {
  const entries = Object.entries(ours).map(([oid, one]) => [
    oid,
    theirs[oid]?.der !== undefined && one.value !== undefined
      ? { critical: one.critical, der: theirs[oid].der }
      : one,
  ])
  return Object.fromEntries(entries)
}

const attributes = (name) =>
  name.attributes.map(({ rdn, oid, value, der, string }) => [
    ...[rdn, oid, value ?? der.slice(4), string], // without the header of the DER
  ])

/** Our public key; of kinds that are not handled, the type is all there is of a private one. */
function keyInWordsOf(theirs, { publicKey, type, error }) {
  if (!publicKey) {
    const kind = type === 'rsa-pss' ? 'rsa' : type
    return error?.code === 'unsupported' ? { ...theirs, type: kind } : undefined
  }
  const ours = Object.fromEntries(Object.keys(theirs).map((name) => [name, publicKey[name]]))
  // cryptography calls these RSA, and encodes them so
  return ours.type === 'rsa-pss' ? { ...ours, type: 'rsa', spki: theirs.spki } : ours
}

/** Our item with the members, and in the form, that the other reader's has. */
function inWordsOf(theirs, item) {
  const members = {
    kind: () => item.kind,
    version: () => item.version,
    serial: () => item.serial,
    signature: () => item.signature.oid,
    fingerprints: () => item.fingerprints,
    names: (names) =>
      Object.fromEntries(Object.keys(names).map((name) => [name, attributes(item[name])])),
    times: (times) => Object.fromEntries(Object.keys(times).map((name) => [name, item[name]])),
    publicKey: (key) => key && keyInWordsOf(key, item),
    extensions: (extensions) => extensions && sameDepth(byOID(item.extensions), extensions),
    revoked: (entries) =>
      item.revoked.map(({ serial, date, extensions }, i) => [
        serial,
        date,
        entries[i]?.[2] && sameDepth(byOID(extensions), entries[i][2]),
      ]),
    keys: () =>
      item.items
        .filter(({ kind }) => kind === 'private-key')
        .map((key, i) => theirs.keys[i] && keyInWordsOf(theirs.keys[i], key)),
    certificates: () =>
      item.items
        .filter(({ kind }) => kind === 'certificate')
        .map(({ fingerprints, friendlyName = null }) => [fingerprints.sha256, friendlyName])
        .sort(),
  }
  return Object.fromEntries(
    Object.entries(theirs).map(([name, value]) => [name, members[name](value)]),
  )
}

/**
 * Compares what both say of each file that cryptography reads; `differs` names files about which they
 * may, with the reason. Returns how many of each kind were compared.
 *
 * @param {string[]} files
 * @param {Record<string, string>} [differs]
 */
function compare(files, differs = {}) {
  const counts = {}
  const different = []
  for (const [i, theirs] of readWithPython(files).entries()) {
    const name = path.basename(files[i])
    if (theirs.kind === null || differs[name]) continue
    const { items } = report(files[i])
    const item = items.find(({ kind }) => kind === theirs.kind)
    if (!item) {
      different.push({ file: name, ours: items[0], theirs: theirs.kind })
      continue
    }
    const ours = inWordsOf(theirs, item)
    for (const [member, value] of Object.entries(theirs)) {
      if (isDeepEqual(ours[member], value)) continue
      different.push({ file: `${name}: ${member}`, ours: ours[member], theirs: value })
    }
    counts[theirs.kind] = (counts[theirs.kind] ?? 0) + 1
  }
  expect(different).toEqual([])
  return counts
}

/** As toEqual has it: the order of members does not count. */
function isDeepEqual(a, b) {
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return a === b
  const names = Object.keys(a)
  return (
    Array.isArray(a) === Array.isArray(b) &&
    names.length === Object.keys(b).length &&
    names.every((name) => name in b && isDeepEqual(a[name], b[name]))
  )
}

/** What others take for a key, a certificate with garbage in it or the like, and inspect refuses. */
const refused = {
  'dsa_public_key_invalid_bit_string.der': 'bits at the end of the key that do not count',
  'dsa.pub.pem': "OpenSSL's old form of public DSA keys",
  'dsa-nopsw.key-cert.pub': 'a certificate of OpenSSH',
  'ecdsa-nopsw.key-cert.pub': 'a certificate of OpenSSH',
  'ed25519-nopsw.key-cert.pub': 'a certificate of OpenSSH',
  'rsa-nopsw.key-cert.pub': 'a certificate of OpenSSH',
  'cert-rc2-key-3des.p12': 'RC2',
  'no-password.p12': 'RC2',
  'utf8-dnsname.pem': 'DNS names that are not ASCII are shown as they are encoded',
  'BadCRLSignatureCACRL.crl': 'a signature that is not made of whole bytes',
}

describe("as Python's cryptography reads", () => {
  test("Debian's root certificates", () => {
    expect(compare(filesIn(ROOTS)).certificate).toBeGreaterThan(100)
  })

  test('the certificates, requests and lists of its vectors', () => {
    const counts = compare(vectors('x509', /^(?!.*\/(ocsp|PKITS_data)\/).*\.(pem|der)$/), refused)
    expect(counts.certificate).toBeGreaterThan(80)
    expect(counts.request).toBeGreaterThan(15)
    expect(counts.crl).toBeGreaterThan(8)
  })

  test("NIST's PKITS: 405 certificates and 173 lists", () => {
    const counts = compare(vectors('x509/PKITS_data', /\.(crt|crl)$/), refused)
    expect(counts.certificate).toBeGreaterThan(395)
    expect(counts.crl).toBeGreaterThan(170)
  })

  test('keys, public and private, in every form', () => {
    const files = [
      'PEM_Serialization',
      'DER_Serialization',
      'PKCS8',
      'public',
      'OpenSSH',
      'Ed25519',
    ]
    const counts = compare(
      files.flatMap((folder) => vectors(`asymmetric/${folder}`, /\.(pem|der|pub|key)$/)),
      refused,
    )
    expect(counts['private-key']).toBeGreaterThan(30)
    expect(counts['public-key']).toBeGreaterThan(20)
  })

  test('key stores', () => {
    const pkits = vectors('x509/PKITS_data/pkcs12', /\.p12$/).filter((_, i) => i % 40 === 0)
    const counts = compare([...vectors('pkcs12', /\.p12$/), ...pkits], refused)
    expect(counts.pkcs12).toBeGreaterThan(25)
  })
})

/** Everything that the interface makes: each extension, profile and kind of key. */
function mint() {
  const uris = ['http://a.test/x']
  const extensions = {
    certificatePolicies: ['anyPolicy', { oid: '2.23.140.1.2.1', cps: 'https://a.test/cps' }],
    crlDistributionPoints: uris,
    authorityInfoAccess: { ocsp: uris, caIssuers: uris },
    tlsFeature: ['status_request'],
    custom: [
      { oid: '2.5.29.36', der: '3006800102810100' }, // policyConstraints
      { oid: '2.5.29.54', der: '020103' }, // inhibitAnyPolicy
      { oid: '2.5.29.18', der: '3008820661312e74' + '6573' }, // issuerAltName
      {
        oid: '1.3.6.1.5.5.7.1.11',
        der: '301a301806082b060105050730058' + '60c687474703a2f2f612e746573',
      },
      { oid: '1.3.6.1.5.5.7.48.1.5', der: '0500' },
      { oid: '1.2.3.4', der: '0c0161', critical: true },
    ],
  }
  const authority = certmint.createCA({
    subject: 'C=DE,O=Example \\, Inc.,CN=Root+UID=r,1.2.3.4=x,emailAddress=a@a.test,DC=test',
    pathLen: 2,
    nameConstraints: {
      permitted: ['test', '10.0.0.0/8', 'fd00::/8', { email: 'a.test' }, { uri: '.test' }],
      excluded: ['bad.test', { directory: 'C=XX' }],
    },
  })
  const names = [
    ...['*.a.test', '10.0.0.1', 'fd00::1', { email: 'a@a.test' }, 'https://a.test/?a=b'],
    ...[{ upn: 'a@a.test' }, { rid: '1.2.3' }, { directory: 'C=DE,CN=x' }],
    { other: { oid: '1.2.3.5', der: '0500' } },
  ]
  const sub = authority.createIntermediate({ subject: 'CN=Sub', pathLen: 1 })
  const keys = ['p-256', 'p-384', 'p-521', 'secp256k1', 'rsa-2048'].map((spec) =>
    certmint.generateKey(spec),
  )
  const profiles = ['server', 'client', 'peer', 'email', 'code-signing', 'timestamping']
  const issued = profiles.map((profile, i) =>
    sub.issue({ profile, key: keys[i % keys.length], san: names, extensions }),
  )
  const rsa = keys.at(-1)
  const own = ['sha256', 'sha384', 'sha512', 'sha1'].flatMap((hash) =>
    [false, true].map((pss) =>
      certmint.selfSigned(['a.test'], { key: rsa, hash, pss, allowWeak: true }),
    ),
  )
  const { csr } = certmint.createCSR({ key: keys[1], san: names, subject: 'C=DE,CN=x' })
  const list = sub.createCRL({
    revoked: [
      { cert: issued[0].cert, reason: 'keyCompromise', invalidityDate: '2026-01-01' },
      { serial: '80', reason: 'certificateHold' },
      { serial: '1' },
    ],
  })
  const { fixtures } = certmint.createFixtures()
  return [
    ...[authority, sub, ...issued, ...own, ...Object.values(fixtures)].map(({ cert }) => cert),
    ...[csr, list],
    ...keys.flatMap((key) => [key, key.publicKey]),
  ].map(({ pem }, i) => made.write(`${i}.pem`, pem))
}

test("as Python's cryptography reads what certmint makes", () => {
  const counts = compare(mint())
  expect(counts).toMatchObject({ crl: 1, request: 1, 'private-key': 5, 'public-key': 5 })
  expect(counts.certificate).toBeGreaterThan(25)
})

describe('as OpenSSL prints', () => {
  /** The text of each certificate of a bundle, out of one process. */
  function texts(files) {
    const bundle = made.write('bundle.pem', files.map((file) => fs.readFileSync(file)).join('\n'))
    const store = made.path('bundle.p7b')
    run('openssl', ['crl2pkcs7', '-nocrl', '-certfile', bundle, '-out', store])
    const { out } = run('openssl', ['pkcs7', '-in', store, '-print_certs', '-text', '-noout'])
    return out.split(/^Certificate:$/m).slice(1)
  }

  const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
  const date = (text) => {
    const [, month, day, time, year] = /(\w+) +(\d+) ([\d:]+) (\d+) GMT/.exec(text)
    const number = String(months.indexOf(month) + 1).padStart(2, '0')
    return `${year}-${number}-${day.padStart(2, '0')}T${time}Z`
  }

  /** "23 (0x17)" or "aa:bb" or "(Negative)01:02". */
  function serial(text) {
    const short = /\((-?)0x([0-9a-f]+)\)/.exec(text)
    if (short) return short[1] + (short[2].length % 2 ? '0' : '') + short[2]
    return text.replaceAll(/[\s:]/g, '').replace('(Negative)', '-')
  }

  const titles = {
    basicConstraints: 'X509v3 Basic Constraints',
    keyUsage: 'X509v3 Key Usage',
    extendedKeyUsage: 'X509v3 Extended Key Usage',
    subjectKeyIdentifier: 'X509v3 Subject Key Identifier',
    authorityKeyIdentifier: 'X509v3 Authority Key Identifier',
    subjectAltName: 'X509v3 Subject Alternative Name',
    nameConstraints: 'X509v3 Name Constraints',
    certificatePolicies: 'X509v3 Certificate Policies',
    policyMappings: 'X509v3 Policy Mappings',
    policyConstraints: 'X509v3 Policy Constraints',
    inhibitAnyPolicy: 'X509v3 Inhibit Any Policy',
    crlDistributionPoints: 'X509v3 CRL Distribution Points',
    authorityInfoAccess: 'Authority Information Access',
    privateKeyUsagePeriod: 'X509v3 Private Key Usage Period',
    netscapeComment: 'Netscape Comment',
    netscapeCertType: 'Netscape Cert Type',
    signedCertificateTimestamps: 'CT Precertificate SCTs',
  }
  const usages = {
    ...{ digitalSignature: 'Digital Signature', contentCommitment: 'Non Repudiation' },
    ...{ keyEncipherment: 'Key Encipherment', dataEncipherment: 'Data Encipherment' },
    ...{ keyAgreement: 'Key Agreement', keyCertSign: 'Certificate Sign', cRLSign: 'CRL Sign' },
    ...{ encipherOnly: 'Encipher Only', decipherOnly: 'Decipher Only' },
  }
  const hex = (text) => text.match(/../g).join(':').toUpperCase()

  /** What OpenSSL writes below the title of an extension, for those that are simple. */
  const bodies = {
    basicConstraints: ({ ca, pathLen }) =>
      `CA:${ca ? 'TRUE' : 'FALSE'}${pathLen === undefined ? '' : `, pathlen:${pathLen}`}`,
    keyUsage: (names) => names.map((name) => usages[name]).join(', '),
    subjectKeyIdentifier: hex,
    policyMappings: (list) =>
      list
        .map((one) => `${one.issuerDomainPolicy}:${one.subjectDomainPolicy}`)
        .join(', ')
        .replaceAll('2.5.29.32.0', 'X509v3 Any Policy'),
    inhibitAnyPolicy: String,
    netscapeComment: String,
    policyConstraints: ({ requireExplicitPolicy: require, inhibitPolicyMapping: inhibit }) =>
      [
        require !== undefined && `Require Explicit Policy:${require}`,
        inhibit !== undefined && `Inhibit Policy Mapping:${inhibit}`,
      ]
        .filter(Boolean)
        .join(', '),
  }

  function compareText(text, item) {
    expect(serial(/Serial Number:(.*(?:\n {12}.*)?)/.exec(text)[1])).toBe(item.serial)
    expect(date(/Not Before: (.*)/.exec(text)[1])).toBe(item.notBefore)
    expect(date(/Not After : (.*)/.exec(text)[1])).toBe(item.notAfter)
    const bits = /Public-Key: \((\d+) bit\)/.exec(text)
    if (bits) expect(Number(bits[1])).toBe(item.publicKey.bits)
    for (const { name, critical, value } of item.extensions) {
      if (!titles[name] || value === undefined) continue
      const title = `            ${titles[name]}: ${critical ? 'critical' : ''}\n`
      expect(text).toContain(title)
      const body = bodies[name]?.(value)
      if (body) expect(text).toContain(`${title}                ${body}`.trimEnd())
    }
  }

  test.each([
    ["Debian's root certificates", () => filesIn(ROOTS), 100],
    ["NIST's PKITS", () => pemOf(vectors('x509/PKITS_data/certs', /\.crt$/)), 380],
  ])('%s', (_, find, least) => {
    const files = find()
    const printed = texts(files)
    const items = files.flatMap((file) => report(file).items)
    expect(printed).toHaveLength(items.length)
    for (const [i, text] of printed.entries()) compareText(text, items[i])
    expect(items.length).toBeGreaterThan(least)
  })

  /** OpenSSL's bundles are made of PEM; a certificate that it cannot read is left out. */
  function pemOf(files) {
    return files
      .filter((file) => !/BadSigned|InvalidDSASignature/.test(file))
      .map((file) => {
        const base64 = fs
          .readFileSync(file)
          .toString('base64')
          .match(/.{1,64}/g)
          .join('\n')
        const pem = `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`
        return made.write(path.basename(file), pem)
      })
  }
})
