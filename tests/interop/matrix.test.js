/**
 * The matrix: certificates of every profile, every kind of key and every kind of name, before every
 * independent reader, field by field.
 */

import { createCA } from '../../js/index.js'
import { readers } from '../support/fields.js'
import { scratch } from '../support/tools.js'

const files = scratch()
const names = [
  ...['shop.example.test', '*.shop.example.test', 'bücher.example.test'],
  ...['10.1.2.3', '2001:db8::17', 'who@example.test', 'https://example.test/x?y=z'],
  ...[{ rid: '1.3.6.1.4.1.99999.1' }, { upn: 'who@corp.test' }],
]
const seen = [
  ...['DNS:shop.example.test', 'DNS:*.shop.example.test', 'DNS:xn--bcher-kva.example.test'],
  ...['IP:10.1.2.3', 'IP:2001:db8::17', 'email:who@example.test'],
  ...['URI:https://example.test/x?y=z', 'RID:1.3.6.1.4.1.99999.1', 'UPN:who@corp.test'],
]
const subject = [
  ['C', 'DE'],
  ['O', 'Example, Corp'],
  ['OU', 'one'],
  ['OU', 'two'],
]
const parts = subject.map(([type, value]) => `${type}=${value}`)

/** profile, key, what it may be used for */
const leaves = [
  ['server', 'rsa-2048', ['digitalSignature', 'keyEncipherment'], ['serverAuth']],
  ['client', 'p-384', ['digitalSignature'], ['clientAuth']],
  ['peer', 'rsa-3072', ['digitalSignature', 'keyEncipherment'], ['serverAuth', 'clientAuth']],
  ['email', 'p-521', ['digitalSignature', 'contentCommitment'], ['emailProtection']],
  ['code-signing', 'rsa-4096', ['digitalSignature'], ['codeSigning']],
  ['timestamping', 'p-256', ['digitalSignature'], ['timeStamping']],
  ['ocsp-signing', 'p-256', ['digitalSignature'], ['OCSPSigning']],
  ['webtransport', 'p-256', ['digitalSignature'], ['serverAuth']],
]

let root, sub
const identifier = (cert) => readers.python(files.write('id.pem', cert.pem)).ski

beforeAll(async () => {
  root = await createCA({ subject: 'C=DE,O=Example,CN=Root', key: 'rsa-2048', pathLen: 3 })
  sub = await root.createIntermediate({
    subject: 'C=DE,O=Example,CN=Sub',
    key: 'p-256',
    pathLen: 2,
    nameConstraints: { excluded: ['bad.test'] },
  })
})

/** What no reader may see otherwise, where it has a word for it. */
const common = (cert) => ({
  serial: cert.serial.replace(/^0+/, ''),
  notBefore: cert.notBefore / 1000,
  notAfter: cert.notAfter / 1000,
})

/** Java and Node do not print user principal names, Go has neither these nor registered IDs. */
const without = { java: /^UPN/, node: /^UPN/, go: /^(UPN|RID)/ }

function compare(cert, expected, trust) {
  const file = files.write('it.pem', cert.pem)
  for (const [name, read] of Object.entries(readers)) {
    const fields = read(file, trust, cert.pem)
    const wanted = { ...common(cert), ...expected }
    const san = wanted.san.filter((one) => !without[name]?.test(one))
    const known = Object.keys(fields)
    const here = Object.fromEntries(
      Object.entries({ ...wanted, san }).filter(([key]) => known.includes(key)),
    )
    expect({ reader: name, ...fields }).toEqual({ reader: name, ...here })
    if (name !== 'node') expect(known.sort()).toEqual(Object.keys(wanted).sort())
  }
}

test.each(leaves)('%s, %s', async (profile, key, keyUsage, extendedKeyUsage) => {
  const { cert } = await sub.issue({ profile, key, subject, san: names })
  compare(
    cert,
    {
      subject: parts,
      issuer: ['C=DE', 'O=Example', 'CN=Sub'],
      san: seen,
      isCA: false,
      pathLen: undefined,
      keyUsage,
      extendedKeyUsage,
      ski: identifier(cert),
      aki: identifier(sub.cert),
      critical: [
        'basicConstraints',
        ...(profile === 'timestamping' ? ['extendedKeyUsage'] : []),
        'keyUsage',
      ],
    },
    ',,',
  )
})

test('no subject: the names are critical', async () => {
  const { cert } = await sub.issue({ subject: '', san: ['shop.example.test'], key: 'p-256' })
  for (const name of ['openssl', 'gnutls', 'python', 'go']) {
    const file = files.write('none.pem', cert.pem)
    const read =
      name === 'openssl' ? () => ({ ...readers.openssl(file), subject: [] }) : readers[name]
    expect(read(file)).toMatchObject({
      subject: [],
      san: ['DNS:shop.example.test'],
      critical: ['basicConstraints', 'keyUsage', 'subjectAltName'],
    })
  }
})

test('the authorities', () => {
  const usages = { keyUsage: ['keyCertSign', 'cRLSign'], extendedKeyUsage: [], san: [] }
  compare(
    root.cert,
    {
      ...usages,
      subject: ['C=DE', 'O=Example', 'CN=Root'],
      issuer: ['C=DE', 'O=Example', 'CN=Root'],
      isCA: true,
      pathLen: 3,
      ski: identifier(root.cert),
      aki: identifier(root.cert),
      critical: ['basicConstraints', 'keyUsage'],
    },
    'CT,,',
  )
  compare(
    sub.cert,
    {
      ...usages,
      subject: ['C=DE', 'O=Example', 'CN=Sub'],
      issuer: ['C=DE', 'O=Example', 'CN=Root'],
      isCA: true,
      pathLen: 2,
      ski: identifier(sub.cert),
      aki: identifier(root.cert),
      critical: ['basicConstraints', 'keyUsage', 'nameConstraints'],
    },
    ',,',
  )
})
