/** certmint self-signed: the tutorial's files, flags, and what may be written where. */

import { readWithGnuTLS, readWithPython, verifiers } from '../support/readers.js'
import { python, run, scratch } from '../support/tools.js'
import { workplace } from '../support/cli.js'

const subject = 'C=US,ST=California,L=San Francisco,O=Example Corp,CN=example.com'
const tutorial = [
  ...['self-signed', 'example.com', '--subject', subject, '--days', '365', '--key', 'rsa-2048'],
  ...['--key-format', 'traditional', '--out', 'certificate.pem', '--key-out', 'private_key.pem'],
]

/** The tutorial itself: what it writes is what ours is compared with. */
const original = `
import datetime, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
name = x509.Name([
    x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
    x509.NameAttribute(NameOID.STATE_OR_PROVINCE_NAME, "California"),
    x509.NameAttribute(NameOID.LOCALITY_NAME, "San Francisco"),
    x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example Corp"),
    x509.NameAttribute(NameOID.COMMON_NAME, "example.com"),
])
now = datetime.datetime.utcnow()
certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name)
    .public_key(key.public_key()).serial_number(x509.random_serial_number())
    .not_valid_before(now).not_valid_after(now + datetime.timedelta(days=365))
    .sign(key, hashes.SHA256()))
with open("private_key.pem", "wb") as f:
    f.write(key.private_bytes(serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()))
with open("certificate.pem", "wb") as f:
    f.write(certificate.public_bytes(serialization.Encoding.PEM))
`

const DAY = 86_400_000
const days = ({ notBefore, notAfter }) => (Date.parse(notAfter) - Date.parse(notBefore)) / DAY

describe('the tutorial', () => {
  const ours = workplace()
  const theirs = scratch()
  let mine, his

  beforeAll(() => {
    run(python, ['-c', original], { cwd: theirs.folder })
    ours.ok(...tutorial)
    mine = readWithPython(ours.path('certificate.pem'))
    his = readWithPython(theirs.path('certificate.pem'))
  })

  test('two files, the key for its owner alone', () => {
    expect(ours.list()).toEqual(['certificate.pem', 'private_key.pem'])
    expect(ours.mode('private_key.pem')).toBe(0o600)
    expect(ours.mode('certificate.pem')).toBe(0o644)
  })

  test('the fields are those that Python writes', () => {
    for (const field of ['version', 'subject', 'issuer', 'hash']) {
      expect(mine[field]).toEqual(his[field])
    }
    expect(days(mine)).toBe(365)
    expect(days(his)).toBe(365)
  })

  test('the key has the same form, and openssl finds it sound', () => {
    const [key, its] = [ours.read('private_key.pem'), theirs.read('private_key.pem')].map(String)
    for (const pem of [key, its]) {
      expect(pem).toMatch(
        /^-----BEGIN RSA PRIVATE KEY-----\n[\s\S]+-----END RSA PRIVATE KEY-----\n$/,
      )
    }
    const text = run('openssl', ['rsa', '-in', ours.path('private_key.pem'), '-check', '-text'])
    expect(text.out).toMatch(/Private-Key: \(2048 bit[\s\S]*65537[\s\S]*RSA key ok/)
  })

  test('key and certificate belong together', () => {
    const [a, b] = [
      run('openssl', ['x509', '-in', ours.path('certificate.pem'), '-noout', '-pubkey']).out,
      run('openssl', ['pkey', '-in', ours.path('private_key.pem'), '-pubout']).out,
    ]
    expect(a).toBe(b)
  })

  test('beyond the tutorial: the name that clients look at, and a strict verdict', () => {
    expect(mine.extensions.subjectAltName.value).toEqual(['DNS:example.com'])
    const file = ours.path('certificate.pem')
    expect(verifiers.openssl(file, file).out).toContain('OK')
    expect(readWithGnuTLS(file)).toContain('DNSname: example.com')
  })

  test('--no-extensions is the bare certificate, with --subject and without', () => {
    ours.ok(...tutorial, '--no-extensions', '--force')
    const bare = readWithPython(ours.path('certificate.pem'))
    expect(bare).toMatchObject({ version: 'v3', extensions: {}, subject: his.subject })
    expect(his.extensions).toEqual({})
    const text = run('openssl', ['x509', '-in', ours.path('certificate.pem'), '-noout', '-text'])
    expect(text.out).toContain('Version: 3')
    expect(text.out).not.toContain('X509v3')
    ours.ok('self-signed', 'bare.test', '--no-extensions', '--out', 'bare.pem')
    expect(readWithPython(ours.path('bare.pem')).subject).toEqual([
      [['2.5.4.3', 'bare.test', 'UTF8String']],
    ])
  })
})

describe('what is said', () => {
  const place = workplace()

  test('to a person: the files, the names, the end, what to do next', () => {
    const { out, err } = place.ok('self-signed', 'localhost', '127.0.0.1', '::1')
    expect(err).toBe('')
    expect(out).toMatch(/certificate +localhost\+2\.pem/)
    expect(out).toMatch(/key +localhost\+2-key\.pem/)
    expect(out).toMatch(/names +localhost, 127\.0\.0\.1, ::1/)
    expect(out).toMatch(/valid until +\d{1,2} \w+ \d{4}/)
    expect(out).toMatch(/curl --cacert localhost\+2\.pem https:\/\/localhost\//)
    expect(out).not.toContain('\x1b')
    expect(out).not.toContain('\r')
    const hex = run('openssl', [
      ...['x509', '-in', place.path('localhost+2.pem'), '-noout', '-fingerprint', '-sha256'],
    ])
    expect(out).toContain(hex.out.split('=')[1].trim())
  })

  test('to a script: JSON', () => {
    const { out, err } = place.ok('self-signed', 'json.test', '--json')
    expect(err).toBe('')
    const { files, certificate } = JSON.parse(out)
    expect(files).toEqual({ certificate: 'json.test.pem', key: 'json.test-key.pem' })
    expect(certificate).toMatchObject({ subject: 'CN=json.test', san: ['DNS:json.test'] })
    expect(certificate.serial).toBe(readWithPython(place.path('json.test.pem')).serial)
    expect(out).not.toContain('PRIVATE')
  })

  test('--quiet: nothing; and no bar where there is no terminal', () => {
    expect(place.ok('self-signed', 'quiet.test', '--quiet')).toMatchObject({ out: '', err: '' })
    const { err } = place.ok('self-signed', 'slow.test', '--key', 'rsa-4096')
    expect(err).toBe('')
  })

  test('through a pipe: PEM alone on standard output, the rest beside it', () => {
    const { out, err } = place.ok('self-signed', 'pipe.test', '--out', '-', '--key-out', '-')
    expect(out).toMatch(
      /^-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n$/,
    )
    expect(err).toMatch(/standard output/)
    expect(place.list().filter((name) => name.startsWith('pipe'))).toEqual([])
    const file = place.path('through.pem')
    place.ok('self-signed', 'pipe.test', '--quiet', '--out', file, '--key-out', '/dev/stderr')
    expect(readWithPython(file).extensions.subjectAltName.value).toEqual(['DNS:pipe.test'])
  })
})

describe('keys that are there already', () => {
  const place = workplace()

  test('--key-in takes one and writes none', () => {
    place.ok('key', 'rsa-2048', '--out', 'own.pem')
    place.ok('self-signed', 'own.test', '--key-in', 'own.pem', '--out', 'own-cert.pem')
    expect(place.list()).toEqual(['own-cert.pem', 'own.pem'])
    const [a, b] = [
      run('openssl', ['x509', '-in', place.path('own-cert.pem'), '-noout', '-pubkey']).out,
      run('openssl', ['pkey', '-in', place.path('own.pem'), '-pubout']).out,
    ]
    expect(a).toBe(b)
  })

  test('an encrypted one with its passphrase', () => {
    run('openssl', [
      ...['pkcs8', '-topk8', '-in', place.path('own.pem'), '-passout', 'pass:ge heim ü'],
      ...['-out', place.path('locked.pem')],
    ])
    const given = ['self-signed', 'own.test', '--key-in', 'locked.pem', '--out', 'locked-cert.pem']
    const { status, err } = place.run(...given)
    expect(status).toBe(3)
    expect(err).toMatch(/^certmint: locked\.pem: .*encrypted.*--passphrase-file/)
    place.write('passphrase', 'ge heim ü\n')
    place.ok(...given, '--passphrase-file', 'passphrase')
    place.write('wrong', 'geheim\n')
    expect(place.run(...given, '--force', '--passphrase-file', 'wrong')).toMatchObject({
      status: 3,
      err: expect.stringMatching(/passphrase is wrong/),
    })
  })

  test('a public key cannot sign for itself', () => {
    run('openssl', ['pkey', '-in', place.path('own.pem'), '-pubout', '-out', place.path('pub.pem')])
    const { status, err } = place.run('self-signed', 'x.test', '--key-in', 'pub.pem')
    expect(status).toBe(2)
    expect(err).toMatch(/private/)
    expect(place.list()).not.toContain('x.test.pem')
  })
})
