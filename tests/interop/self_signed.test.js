/** Self-signed certificates of every kind of key, read and verified by every independent reader. */

import { createPrivateKey, createPublicKey } from 'node:crypto'
import https from 'node:https'

import { selfSigned } from '../../js/index.js'
import {
  readWithGnuTLS,
  readWithGo,
  readWithJava,
  readWithNode,
  readWithNSS,
  readWithOpenSSL,
  readWithPython,
  verifiers,
} from '../support/readers.js'
import { run, scratch } from '../support/tools.js'

const subject = [
  ['C', 'US'],
  ['ST', 'California'],
  ['L', 'San Francisco'],
  ['O', 'Example, Corp'],
  ['OU', 'one'],
  ['OU', 'two'],
  ['CN', 'example.com'],
]
const names = [
  'example.com',
  '*.example.com',
  '192.0.2.1',
  '2001:db8::1',
  'who@example.com',
  'https://example.com/x',
]

const specs = ['rsa-2048', 'rsa-3072', 'rsa-4096', 'p-256', 'p-384', 'p-521']

describe.each(specs)('%s', (spec) => {
  const files = scratch()
  let cert, key, file, keyFile, python

  beforeAll(async () => {
    const made = await selfSigned(names, { subject, key: spec, days: 365 })
    cert = made.cert
    key = made.key
    file = files.write('cert.pem', cert.pem)
    keyFile = files.write('key.pem', key.pem)
    python = readWithPython(file)
  })

  test('openssl verifies it strictly and prints what was asked for', () => {
    expect(verifiers.openssl(file, file).out).toContain('OK')
    const text = readWithOpenSSL(file)
    expect(text).toContain(
      'Subject: C=US,ST=California,L=San Francisco,O=Example\\, Corp,OU=one,OU=two,CN=example.com',
    )
    expect(text).toContain(
      'DNS:example.com, DNS:*.example.com, IP Address:192.0.2.1, ' +
        'IP Address:2001:DB8:0:0:0:0:0:1, email:who@example.com, URI:https://example.com/x',
    )
    expect(text).toMatch(/X509v3 Basic Constraints: critical\s+CA:FALSE/)
  })

  test('Python reads the same fields', () => {
    expect(python.version).toBe('v3')
    expect(python.serial).toBe(cert.serial)
    expect(python.serial.length).toBeGreaterThanOrEqual(32)
    const types = { C: 'PrintableString' }
    expect(python.subject.map(([[, value, type]]) => [value, type])).toEqual(
      subject.map(([name, value]) => [value, types[name] ?? 'UTF8String']),
    )
    expect(python.issuer).toEqual(python.subject)
    expect(new Date(python.notBefore)).toEqual(cert.notBefore)
    expect(new Date(python.notAfter)).toEqual(cert.notAfter)
    expect(cert.notAfter - cert.notBefore).toBe(365 * 86_400_000)
    expect(python.hash).toBe({ 'p-384': 'sha384', 'p-521': 'sha512' }[spec] ?? 'sha256')
    const { extensions } = python
    expect(extensions.basicConstraints).toEqual({
      critical: true,
      value: { ca: false, pathLen: null },
    })
    expect(extensions.keyUsage).toEqual({
      critical: true,
      value: spec.startsWith('rsa')
        ? ['digital_signature', 'key_encipherment']
        : ['digital_signature'],
    })
    expect(extensions.extendedKeyUsage).toEqual({ critical: false, value: ['1.3.6.1.5.5.7.3.1'] })
    expect(extensions.subjectAltName).toEqual({
      critical: false,
      value: [
        'DNS:example.com',
        'DNS:*.example.com',
        'IP:192.0.2.1',
        'IP:2001:db8::1',
        'email:who@example.com',
        'URI:https://example.com/x',
      ],
    })
    expect(extensions.authorityKeyIdentifier.value).toBe(extensions.subjectKeyIdentifier.value)
  })

  test('Go reads the same fields', () => {
    const go = readWithGo(file)
    expect(go).toMatchObject({
      serial: cert.serial,
      dns: ['example.com', '*.example.com'],
      ip: ['192.0.2.1', '2001:db8::1'],
      email: ['who@example.com'],
      uri: ['https://example.com/x'],
      isCA: false,
      extKeyUsage: [1],
      notAfter: cert.notAfter / 1000,
    })
    expect(go.ski).toBe(python.extensions.subjectKeyIdentifier.value)
  })

  test("Node's X509Certificate takes it, and its key belongs to it", () => {
    const x509 = readWithNode(cert.pem)
    expect(x509.verify(x509.publicKey)).toBe(true)
    expect(x509.checkPrivateKey(createPrivateKey(key.pem))).toBe(true)
    expect(x509.checkHost('www.example.com')).toBe('*.example.com')
    expect(x509.checkIP('192.0.2.1')).toBe('192.0.2.1')
    expect(x509.fingerprint256).toBe(cert.fingerprint())
    expect(x509.fingerprint).toBe(cert.fingerprint('sha1'))
    expect(createPublicKey(key.publicKey.pem).equals(x509.publicKey)).toBe(true)
  })

  test('GnuTLS, NSS and Java read it', () => {
    expect(readWithGnuTLS(file)).toMatch(/Subject: CN=example\.com,OU=two,OU=one,O=Example\\, Corp/)
    expect(readWithNSS(file)).toMatch(/Subject: "CN=example\.com,OU=two,OU=one,O="Example, Corp"/)
    expect(readWithJava(file)).toMatch(/DNSName: \*\.example\.com/)
  })

  test.each(['pkcs8', 'traditional'])('openssl checks the key as %s', (format) => {
    const path = files.write(`${format}.pem`, key.toPEM({ format }))
    expect(run('openssl', ['pkey', '-in', path, '-check', '-noout']).out).toContain('valid')
    const der = files.write(`${format}.der`, key.toDER({ format }))
    const again = run('openssl', ['pkey', '-in', der, '-inform', 'DER', '-pubout']).out
    expect(again).toBe(key.publicKey.pem)
  })

  test("serves with Node's https to a client that verifies", async () => {
    const server = https.createServer({ cert: cert.pem, key: key.pem }, (_, res) =>
      res.end('it works'),
    )
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const body = await new Promise((resolve, reject) => {
        https
          .get(
            {
              host: '127.0.0.1',
              port: server.address().port,
              servername: 'example.com',
              ca: cert.pem,
              agent: false,
            },
            (response) => {
              let text = ''
              response.on('data', (data) => (text += data)).on('end', () => resolve(text))
            },
          )
          .on('error', reject)
      })
      expect(body).toBe('it works')
    } finally {
      server.close()
    }
  })

  test('openssl cmp: certificate and key have the same public half', () => {
    const ofCert = run('openssl', ['x509', '-in', file, '-noout', '-pubkey']).out
    const ofKey = run('openssl', ['pkey', '-in', keyFile, '-pubout']).out
    expect(ofCert).toBe(ofKey)
  })
})

test('names in every script are UTF-8', async () => {
  const files = scratch()
  const values = { O: '例え株式会社', OU: 'Τμήμα', L: 'München', CN: 'пример 🔒' }
  const { cert } = await selfSigned([], { subject: values })
  const python = readWithPython(files.write('utf8.pem', cert.pem))
  expect(python.subject.map(([[, value, type]]) => [value, type])).toEqual(
    Object.values(values).map((value) => [value, 'UTF8String']),
  )
})

test('RSASSA-PSS signatures verify', async () => {
  const files = scratch()
  for (const hash of ['sha256', 'sha384', 'sha512']) {
    const { cert } = await selfSigned(['pss.test'], { key: 'rsa-2048', pss: true, hash })
    const file = files.write(`${hash}.pem`, cert.pem)
    expect(verifiers.openssl(file, file).out).toContain('OK')
    expect(readWithOpenSSL(file)).toMatch(new RegExp(`Hash Algorithm: ${hash}`))
    expect(readWithGo(file, file).algorithm).toBe(
      `${hash.toUpperCase()}-RSAPSS`.replace('SHA', 'SHA'),
    )
    expect(cert.signature).toBe(`rsa-pss-${hash}`)
  }
})

test('secp256k1 verifies with openssl', async () => {
  const files = scratch()
  const { cert } = await selfSigned(['k1.test'], { key: 'secp256k1' })
  const file = files.write('k1.pem', cert.pem)
  expect(verifiers.openssl(file, file).out).toContain('OK')
})
