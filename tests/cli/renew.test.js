/** certmint renew: the same certificate for another while, or a sentence; never less than it was. */

import { X509Certificate, createPrivateKey } from 'node:crypto'
import fs from 'node:fs'

import { onTerminal, workplace } from '../support/cli.js'
import { readWithPython } from '../support/readers.js'
import { run } from '../support/tools.js'

const place = workplace()
const FLAGS = ['--ca', 'ca.pem', '--ca-key', 'ca-key.pem']
const read = (name) => new X509Certificate(place.read(name))
const seconds = (cert) => (Date.parse(cert.validTo) - Date.parse(cert.validFrom)) / 1000

/** Everything but the key, the number and the dates. */
function lasting(name) {
  const { extensions, subject, issuer } = readWithPython(place.path(name))
  delete extensions.subjectKeyIdentifier
  // an RDN is a set, which Python tells in any order
  return { subject: subject.map((rdn) => rdn.map(String).sort()), issuer, extensions }
}

beforeAll(() => {
  place.ok('ca', '--subject', 'O=Renew,CN=Renew Root')
  place.ok(
    ...['issue', 'full.test', '10.0.0.1', 'mail@full.test', 'uri:https://full.test/', 'upn:a@b'],
    ...['dir:CN=x', '--out', 'full.pem', '--key', 'p-384', '--days', '33', '--must-staple'],
    ...['--subject', 'C=DE,O=Doe\\, Ltd+OU=Two,OU=Three,CN=full.test', '--policy', '1.2.3.4'],
    ...['--policy', '2.23.140.1.2.1=http://cps.test/', '--ocsp', 'http://ocsp.test/'],
    ...['--crl-distribution-point', 'http://crl.test/x', '--extension', '1.2.3.5=0c026869'],
    ...['--extended-key-usage', 'serverAuth,1.2.3.6', '--critical', 'extendedKeyUsage,1.2.3.5'],
    ...['--key-usage', 'digitalSignature,keyAgreement'],
  )
})

test('everything stays but key, number and dates', () => {
  const [before, old] = [lasting('full.pem'), read('full.pem')]
  const { out, err } = place.ok('renew', 'full.pem', ...FLAGS)
  expect(err).toBe('')
  expect(out).toMatch(/^Renewed under O=Renew,CN=Renew Root\n/)
  const now = read('full.pem')
  expect(lasting('full.pem')).toEqual(before)
  expect(seconds(now)).toBe(33 * 86_400)
  expect(now.serialNumber).not.toBe(old.serialNumber)
  expect(now.publicKey.equals(old.publicKey)).toBe(false)
  expect(now.publicKey.asymmetricKeyDetails.namedCurve).toBe('secp384r1')
  expect(now.checkPrivateKey(createPrivateKey(place.read('full-key.pem')))).toBe(true)
  expect(place.mode('full-key.pem')).toBe(0o600)
  // OpenSSL does not know our critical extension, which is as it should be
  const verify = ['verify', '-ignore_critical', '-CAfile', place.path('ca.pem')]
  run('openssl', [...verify, place.path('full.pem')])
})

test('--reuse-key, --days, --key, --dry-run', () => {
  const [old, key] = [read('full.pem'), place.text('full-key.pem')]
  place.ok('renew', 'full.pem', ...FLAGS, '--dry-run')
  expect(read('full.pem').fingerprint256).toBe(old.fingerprint256)
  place.ok('renew', 'full.pem', ...FLAGS, '--reuse-key', '--days', '2')
  expect(place.text('full-key.pem')).toBe(key)
  expect(read('full.pem').publicKey.equals(old.publicKey)).toBe(true)
  expect(seconds(read('full.pem'))).toBe(2 * 86_400)
  place.ok('renew', 'full.pem', ...FLAGS, '--key', 'p-256')
  expect(read('full.pem').publicKey.asymmetricKeyDetails.namedCurve).toBe('prime256v1')
})

test("the machine's own authority; one file for both", () => {
  const env = { CAROOT: place.path('root') }
  place.ok('both.test', '--out', 'both.pem', '--key-out', 'both.pem', { env })
  place.ok('renew', 'both.pem', { env })
  const cert = read('both.pem')
  expect(place.text('both.pem').match(/BEGIN /g)).toHaveLength(2)
  expect(cert.checkPrivateKey(createPrivateKey(place.read('both.pem')))).toBe(true)
  expect(place.mode('both.pem')).toBe(0o600)
  place.ok('renew', 'both.pem', '--reuse-key', { env })
  expect(read('both.pem').publicKey.equals(cert.publicKey)).toBe(true)
  expect(read('both.pem').checkPrivateKey(createPrivateKey(place.read('both.pem')))).toBe(true)
})

test('an encrypted key: with its passphrase, or as it is', () => {
  place.write('secret.txt', 'top secret\n')
  const secret = ['--passphrase-file', 'secret.txt']
  place.ok('issue', 'e.test', ...FLAGS, ...secret)
  expect(place.run('renew', 'e.test.pem', ...FLAGS)).toMatchObject({
    status: 2,
    err: expect.stringMatching(
      /e\.test-key\.pem is encrypted: give --passphrase-file, or --reuse-key/,
    ),
  })
  place.ok('renew', 'e.test.pem', ...FLAGS, '--reuse-key')
  place.ok('renew', 'e.test.pem', ...FLAGS, ...secret)
  const key = createPrivateKey({ key: place.read('e.test-key.pem'), passphrase: 'top secret' })
  expect(read('e.test.pem').checkPrivateKey(key)).toBe(true)
})

describe('a sentence, and the files as they were', () => {
  test.each([
    ['self-signed', ['alone.pem', ...FLAGS], 3, /alone\.pem: is self-signed/],
    [
      'another authority',
      ['full.pem', '--ca', 'other.pem', '--ca-key', 'other-key.pem'],
      3,
      /was issued by "O=Renew,CN=Renew Root", and not by "CN=Other"/,
    ],
    [
      'a key of another',
      ['full.pem', ...FLAGS, '--key-file', 'other-key.pem'],
      3,
      /is not the key of the certificate/,
    ],
    [
      'no key',
      ['full.pem', ...FLAGS, '--key-file', 'none.pem'],
      3,
      /none\.pem: there is no such file/,
    ],
    [
      'an authority',
      ['sub.pem', ...FLAGS, '--key-file', 'sub-key.pem'],
      3,
      /its basicConstraints cannot be carried over/,
    ],
    ['no certificate', ['secret.txt', ...FLAGS], 3, /secret\.txt: /],
    ['nothing', [], 2, /give one certificate/],
    ['a key kept and made', ['full.pem', '--reuse-key', '--key', 'p-256'], 2, /not both/],
  ])('%s', (_, args, status, sentence) => {
    if (!fs.existsSync(place.path('other.pem'))) {
      place.write('secret.txt', 'top secret\n')
      place.ok('self-signed', 'alone.test', '--out', 'alone.pem')
      place.ok('ca', '--subject', 'CN=Other', '--out', 'other.pem', '--key-out', 'other-key.pem')
      place.ok(
        ...['issue', 'sub.test', '--out', 'sub.pem', '--basic-constraints', 'CA:TRUE'],
        ...['--key-usage', 'keyCertSign', '--extended-key-usage', 'none', ...FLAGS, '--allow-weak'],
      )
    }
    const before = place.list().map((name) => fs.statSync(place.path(name)).ino)
    const result = place.run('renew', ...args)
    expect(result).toMatchObject({ status, out: '' })
    expect(result.err).toMatch(/^certmint: [^\n]+\n$/)
    expect(result.err).toMatch(sentence)
    expect(place.list().map((name) => fs.statSync(place.path(name)).ino)).toEqual(before)
  })
})

test('the passphrase of an authority is asked for on the terminal', () => {
  place.write('secret.txt', 'top secret\n')
  const [ca, key] = ['locked.pem', 'locked-key.pem']
  place.ok('ca', '--subject', 'CN=Locked', '--out', ca, '--passphrase-file', 'secret.txt')
  const flags = ['--ca', ca, '--ca-key', key]
  place.ok('issue', 'l.test', ...flags, '--ca-passphrase-file', 'secret.txt')
  const { status, screen } = onTerminal(place.folder, ['renew', 'l.test.pem', ...flags], {
    when: 'Password of locked-key.pem: ',
    type: 'top secret\r',
  })
  expect(status).toBe(0)
  expect(screen).not.toMatch(/top secret/)
})
