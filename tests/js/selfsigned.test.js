/** certmint/selfsigned next to the packages it stands in for: what each answers, field by field. */

import { createPrivateKey, X509Certificate } from 'node:crypto'
import { createRequire } from 'node:module'

import { jest } from '@jest/globals'

import { createCA, readCertificate, readPKCS7 } from '../../js/index.js'
import selfsigned, { createPkcs7, generate } from '../../js/selfsigned.js'
import { run, scratch } from '../support/tools.js'

const require = createRequire(import.meta.url)
const version5 = require('selfsigned')
const version4 = require('selfsigned-4')

const CRITICAL = { critical: true }
const localhost = [{ name: 'commonName', value: 'localhost' }]

/** Extensions as OpenSSL prints them: { name: [critical, value] }, without the key identifiers. */
function extensionsOf(pem) {
  const text = run('openssl', ['x509', '-noout', '-text'], { input: pem }).out
  const lines = text.matchAll(/^ {12}(X509v3 [^:\n]+): ?(critical)?\n {16}(.*)$/gm)
  const found = [...lines].filter(([, name]) => !name.endsWith('Key Identifier'))
  return Object.fromEntries(
    found.map(([, name, critical, value]) => [name, [critical === 'critical', value]]),
  )
}

/** All that can be compared of a certificate: what is random in it is left out. */
function certificateOf(pem) {
  const cert = new X509Certificate(pem)
  const text = run('openssl', ['x509', '-noout', '-text'], { input: pem }).out
  return {
    subject: cert.subject,
    issuer: cert.issuer,
    signature: /Signature Algorithm: (\S+)/.exec(text)[1],
    key: [
      cert.publicKey.asymmetricKeyType,
      cert.publicKey.asymmetricKeyDetails.modulusLength,
      cert.publicKey.asymmetricKeyDetails.namedCurve,
    ],
    days: (Date.parse(cert.validTo) - Date.parse(cert.validFrom)) / 86_400_000,
    serialBytes: Math.ceil(cert.serialNumber.length / 2) <= 9,
    extensions: extensionsOf(pem),
  }
}

/** The form of a PEM text: its label, its columns, how it ends. */
const formOf = (pem) => [
  /-----BEGIN ([^-]+)-----/.exec(pem)[1],
  Math.max(...pem.split('\n').map((line) => line.length)),
  pem.includes('\r'),
  pem.endsWith('\n'),
]

/** Compares everything in a result of ours with one of theirs, for which SHA-256 was asked. */
function expectSame(ours, theirs) {
  expect(Object.keys(ours)).toEqual(Object.keys(theirs))
  for (const name of Object.keys(theirs)) {
    if (name === 'fingerprint') continue
    expect([name, formOf(ours[name])]).toEqual([name, formOf(theirs[name])])
  }
  expect(certificateOf(ours.cert)).toEqual(certificateOf(theirs.cert))
  if (theirs.clientcert) {
    expect(certificateOf(ours.clientcert)).toEqual(certificateOf(theirs.clientcert))
  }
}

function expectConsistent(pems, passphrase) {
  const cert = new X509Certificate(pems.cert)
  expect(pems.fingerprint).toBe(cert.fingerprint.toLowerCase())
  expect(cert.publicKey.export({ type: 'spki', format: 'pem' })).toBe(pems.public)
  expect(cert.checkPrivateKey(createPrivateKey({ key: pems.private, passphrase }))).toBe(true)
  if (pems.clientcert) {
    const client = new X509Certificate(pems.clientcert)
    expect(client.verify(cert.publicKey)).toBe(true)
    expect(client.publicKey.export({ type: 'spki', format: 'pem' })).toBe(pems.clientpublic)
    expect(client.checkPrivateKey(createPrivateKey({ key: pems.clientprivate, passphrase }))).toBe(
      true,
    )
  }
}

const rsa = { algorithm: 'sha256' }
const sha256 = { ...rsa, keyType: 'ec' }
const notBeforeDate = new Date('2026-01-02T03:04:05Z')
const notAfterDate = new Date('2027-02-03T04:05:06Z')

/** What webpack-dev-server asks for, but for the IPv6 address it gives as a DNS name. */
const webpack = [
  { name: 'basicConstraints', cA: true },
  {
    ...{ name: 'keyUsage', keyCertSign: true, digitalSignature: true, nonRepudiation: true },
    ...{ keyEncipherment: true, dataEncipherment: true },
  },
  {
    ...{ name: 'extKeyUsage', serverAuth: true, clientAuth: true },
    ...{ codeSigning: true, timeStamping: true },
  },
  {
    name: 'subjectAltName',
    altNames: [
      { type: 2, value: 'localhost' },
      { type: 2, value: '*.lvh.me' },
      { type: 7, ip: '127.0.0.1' },
      { type: 7, ip: 'fe80::1' },
    ],
  },
]

describe('answers as version 5', () => {
  const cases = {
    nothing: [undefined, rsa],
    'null for the attributes': [null, sha256],
    'a host': [[{ name: 'commonName', value: 'shop.test' }], sha256],
    localhost: [localhost, sha256],
    'every attribute it knows': [
      [
        { name: 'commonName', value: 'a.test' },
        { name: 'countryName', value: 'DE' },
        { shortName: 'ST', value: 'Bayern' },
        { name: 'localityName', value: 'Hof' },
        { name: 'organizationName', value: 'Größe' },
        { shortName: 'OU', value: 'One' },
        { shortName: 'OU', value: 'Two' },
        { shortName: 'DC', value: 'test' },
      ],
      sha256,
    ],
    'SHA-384': [localhost, { algorithm: 'sha384', keyType: 'ec' }],
    'SHA-512': [localhost, { algorithm: 'sha512' }],
    'SHA-1 when it is said': [localhost, { algorithm: 'sha1' }],
    dates: [localhost, { ...sha256, notBeforeDate, notAfterDate }],
    'a beginning alone': [localhost, { ...sha256, notBeforeDate }],
    'P-256': [localhost, { ...sha256, keyType: 'ec' }],
    'P-384': [localhost, { ...sha256, keyType: 'ec', curve: 'P-384' }],
    'P-521 with SHA-512': [localhost, { algorithm: 'sha512', keyType: 'ec', curve: 'P-521' }],
    'an empty list of extensions': [localhost, { ...sha256, extensions: [] }],
    "webpack-dev-server's extensions": [
      localhost,
      { ...sha256, extensions: webpack, keyType: 'rsa' },
    ],
    'critical extensions': [
      localhost,
      {
        ...sha256,
        extensions: [
          { name: 'basicConstraints', cA: true, pathLenConstraint: 1, ...CRITICAL },
          { name: 'keyUsage', keyCertSign: true, cRLSign: true, ...CRITICAL },
          { name: 'extKeyUsage', emailProtection: true, ...CRITICAL },
          {
            ...{ name: 'subjectAltName', ...CRITICAL },
            altNames: [
              { type: 1, value: 'a@b.test' },
              { type: 6, value: 'https://a.test/b' },
              { ip: '::1' },
              { dns: 'c.test' },
              { email: 'd@e.test' },
              { uri: 'urn:x:y' },
              { value: 'f.test' },
            ],
          },
        ],
      },
    ],
    'every key usage': [
      localhost,
      {
        ...sha256,
        extensions: [
          {
            ...{ name: 'keyUsage', digitalSignature: true, contentCommitment: true },
            ...{ keyEncipherment: true, dataEncipherment: true, keyAgreement: true },
            ...{ keyCertSign: true, cRLSign: true, encipherOnly: true, decipherOnly: true },
          },
        ],
      },
    ],
    'a client': [localhost, { ...rsa, clientCertificate: true }],
    'a client with everything': [
      localhost,
      {
        ...sha256,
        keyType: 'ec',
        clientCertificate: {
          ...{ cn: 'Jane', keyType: 'ec', curve: 'P-384', algorithm: 'sha384' },
          ...{ notBeforeDate, notAfterDate },
        },
      },
    ],
    'a client as before': [
      localhost,
      { ...sha256, clientCertificate: true, clientCertificateCN: 'J' },
    ],
  }

  test.each(Object.entries(cases))('%s', async (_, [attrs, options]) => {
    const [ours, theirs] = [await generate(attrs, options), await version5.generate(attrs, options)]
    expectSame(ours, theirs)
    expectConsistent(ours)
  })

  test('keys and an authority that are given', async () => {
    const ca = await createCA({ key: 'p-256' })
    const pems = { key: ca.key.pem, cert: ca.cert.pem }
    const pair = await version5.generate(localhost, { keyType: 'ec' })
    const keyPair = { privateKey: pair.private, publicKey: pair.public }
    const options = { ...sha256, keyType: 'ec', keyPair, ca: pems }
    const [ours, theirs] = [
      generate(localhost, options),
      await version5.generate(localhost, options),
    ]
    expectSame(ours, theirs)
    expect(ours.public).toBe(pair.public)
    expect(new X509Certificate(ours.cert).verify(new X509Certificate(pems.cert).publicKey)).toBe(
      true,
    )
  })

  test('a passphrase, on the key of the client as well', async () => {
    const options = { ...sha256, keyType: 'ec', passphrase: 'päss', clientCertificate: true }
    const [ours, theirs] = [generate(null, options), await version5.generate(null, options)]
    expect(formOf(ours.private)).toEqual(formOf(theirs.private))
    expectConsistent(ours, 'päss')
    expect(() => createPrivateKey(ours.clientprivate)).toThrow()
  })

  test('PKCS#7', async () => {
    const { cert } = await generate(localhost, { keyType: 'ec' })
    const theirs = require('selfsigned/pkcs7').createPkcs7(cert)
    expect(formOf(createPkcs7(cert))).toEqual(formOf(theirs))
    const [one, other] = [await readPKCS7(createPkcs7(cert)), await readPKCS7(theirs)]
    expect(one.certificates.map(String)).toEqual(other.certificates.map(String))
    expect(selfsigned.createPkcs7(cert)).toBe(createPkcs7(cert))
  })
})

describe('answers as versions 3 and 4', () => {
  const attributes = [
    { name: 'commonName', value: 'a.test' },
    { name: 'stateOrProvinceName', value: 'Bayern' },
    { name: 'emailAddress', value: 'a@b.test' },
  ]

  test('at once, with days and PKCS#7', () => {
    const options = {
      ...{ days: 30, keySize: 2048, algorithm: 'sha256', extensions: webpack, pkcs7: true },
      ...{ clientCertificate: true, clientCertificateCN: 'Jane', clientCertificateKeySize: 2048 },
    }
    const [ours, theirs] = [generate(attributes, options), version4.generate(attributes, options)]
    expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort())
    expect(certificateOf(ours.cert)).toEqual(certificateOf(theirs.cert))
    expect(certificateOf(ours.clientcert)).toEqual(certificateOf(theirs.clientcert))
    expectConsistent(ours)
  })

  test.each([
    ['generate(done)', (done) => generate(done)],
    ['generate(attrs, done)', (done) => generate(localhost, done)],
    ['generate(attrs, options, done)', (done) => generate(localhost, { keyType: 'ec' }, done)],
  ])('%s', async (_, call) => {
    let returned = 'nothing yet'
    const [error, pems] = await new Promise((resolve) => {
      returned = call((...answer) => resolve(answer))
    })
    expect(returned).toBeUndefined()
    expect(error).toBeNull()
    expectConsistent(pems)
  })

  test('a failure goes to the callback, and is thrown where days are given', async () => {
    const [error] = await new Promise((resolve) => {
      generate(localhost, { algorithm: 'md5' }, (...answer) => resolve(answer))
    })
    expect(error).toMatchObject({ name: 'CertmintError', field: 'algorithm' })
    expect(() => generate(localhost, { days: 1, keySize: 1000 })).toThrow('1000')
  })
})

describe('the result is both', () => {
  test('a plain object that can be awaited, once', async () => {
    const pems = generate(localhost, { keyType: 'ec' })
    expect(Object.keys(pems)).toEqual(['private', 'public', 'cert', 'fingerprint'])
    expect(JSON.parse(JSON.stringify(pems))).toEqual({ ...pems })
    const awaited = await pems
    expect(awaited).toEqual({ ...pems })
    expect(awaited.then).toBeUndefined()
    expect(await Promise.all([pems, generate(localhost, { keyType: 'ec' })])).toHaveLength(2)
    expect(await pems.then(({ cert }) => cert).finally(() => {})).toBe(pems.cert)
  })

  test('a failure is rejected when awaited and thrown when looked at', async () => {
    const failure = { name: 'CertmintError', field: 'algorithm', code: 'invalid' }
    await expect(generate(null, { algorithm: 'md5' })).rejects.toMatchObject(failure)
    expect(await generate(null, { algorithm: 'md5' }).catch((error) => error)).toMatchObject(
      failure,
    )
    expect(() => generate(null, { algorithm: 'md5' }).cert).toThrow('md5')
    expect(() => ({ ...generate(null, { algorithm: 'md5' }) })).toThrow('md5')
  })
})

describe('what is fixed', () => {
  test('SHA-256 and key identifiers, which make it stand under an authority', async () => {
    const ca = await createCA({ key: 'rsa-2048' })
    // mkcert's case: an RSA authority, an EC leaf
    const pems = await generate(localhost, {
      keyType: 'ec',
      ca: { key: ca.key.toPEM({ format: 'traditional' }), cert: ca.cert.pem },
    })
    const cert = await readCertificate(pems.cert)
    expect(cert.signature).toBe('rsa-sha256')
    const files = scratch()
    files.write('ca.pem', ca.cert.pem)
    files.write('cert.pem', pems.cert)
    run('openssl', [
      'verify',
      '-x509_strict',
      '-CAfile',
      files.path('ca.pem'),
      files.path('cert.pem'),
    ])
  })

  test('any character in an attribute', async () => {
    const value = 'Smith, "Jones" + Söhne; <x>=\\y #'
    const { cert } = await generate([
      { name: 'commonName', value: 'a.test' },
      { name: 'organizationName', value },
      { name: 'emailAddress', value: 'a@b.test' },
    ])
    const { subject } = new X509Certificate(cert).toLegacyObject()
    expect(subject).toMatchObject({ O: value, emailAddress: 'a@b.test', CN: 'a.test' })
  })

  test.each([
    ['192.0.2.1', 'IP Address:192.0.2.1'],
    ['::1', 'IP Address:0:0:0:0:0:0:0:1'],
    ['Test CA', undefined],
  ])('the CN %s', async (value, expected) => {
    const { cert } = await generate([{ name: 'commonName', value }], { keyType: 'ec' })
    expect(new X509Certificate(cert).subjectAltName).toBe(expected)
  })

  test("webpack-dev-server's [::1]", async () => {
    const extensions = [{ name: 'subjectAltName', altNames: [{ type: 2, value: '[::1]' }] }]
    const { cert } = await generate(localhost, { keyType: 'ec', extensions })
    expect(new X509Certificate(cert).subjectAltName).toBe('IP Address:0:0:0:0:0:0:0:1')
  })
})

describe('wrong input', () => {
  test.each([
    [{ keyType: 'dsa' }, 'keyType'],
    [{ keyType: 'ec', curve: 'P-999' }, 'key'],
    [{ notAfterDate: 'tomorrow' }, 'notAfterDate'],
    [{ notBeforeDate: new Date(NaN) }, 'notBeforeDate'],
    [{ extensions: {}, keyType: 'ec' }, 'extensions'],
    [{ keyPair: { privateKey: 'x' } }, 'keyPair.privateKey'],
    [{ keyType: 'ec', ca: { cert: 'x', key: 'y' } }, 'ca.key'],
    [{ keyType: 'ec', passphrase: 5 }, 'passphrase'],
    [{ keyType: 'ec', clientCertificate: { keyType: 'dsa' } }, 'clientCertificate.keyType'],
    ['x', 'options'],
  ])('%j', async (options, field) => {
    await expect(generate(localhost, options)).rejects.toMatchObject({
      name: 'CertmintError',
      field,
    })
  })

  test('keys that do not belong together', async () => {
    const [one, other] = [generate(null, { keyType: 'ec' }), generate(null, { keyType: 'ec' })]
    const keyPair = { privateKey: one.private, publicKey: other.public }
    await expect(generate(null, { keyPair })).rejects.toThrow('does not belong')
  })

  test('what it does not know is ignored, and named', () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => {})
    try {
      generate(localhost, {
        ...{ keytype: 'ec', keyType: 'ec' },
        extensions: [{ name: 'nsCertType', client: true }],
      })
      expect(warn.mock.calls.flat().join('\n')).toMatch(
        /"keytype" ignored; did you mean "keyType"\?\n.*"nsCertType" ignored/,
      )
    } finally {
      warn.mockRestore()
    }
  })
})
