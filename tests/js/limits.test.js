/** Far too much of everything: a clear error in bounded time and memory, and the next call works. */

import * as certmint from '../../js/sync.js'
import { processorTime, run } from '../support/tools.js'

const MILLION = 1_000_000
const TEN_MB = 10 << 20

const times = (n, make) => Array.from({ length: n }, (_, i) => make(i))
const selfSigned = (options, names = ['a.test']) => certmint.selfSigned(names, options)

/** Lists in lists, `depth` of them. */
function nested(depth) {
  const outer = []
  for (let i = 0, inner = outer; i < depth; i++) inner = inner[inner.push([]) - 1]
  return outer
}

const circle = {}
circle.circle = circle

const cases = {
  'a million names': [
    () =>
      selfSigned(
        {},
        times(MILLION, (i) => `h${i}.test`),
      ),
    { code: 'limit', field: 'san', message: /at most 1000/ },
  ],
  'ten names of 1 MB': [
    () =>
      selfSigned(
        {},
        times(10, () => 'x'.repeat(MILLION)),
      ),
    { code: 'invalid', field: 'san[0]', message: /x/ },
  ],
  'an e-mail address of 10 MB': [
    () => selfSigned({}, [{ email: `${'x'.repeat(TEN_MB)}@a.test` }]),
    { code: 'invalid', field: 'san[0]', message: /x/ },
  ],
  'a directory name of 10 MB': [
    () => selfSigned({}, [{ directory: `${'OU=x,'.repeat(TEN_MB / 5)}CN=y` }]),
    { code: 'limit', field: 'san[0]', message: /1000 attributes/ },
  ],
  'a subject of 10 MB in text': [
    () => selfSigned({ subject: `${'OU=x,'.repeat(TEN_MB / 5)}CN=y` }),
    { code: 'limit', field: 'subject', message: /more than 1000 attributes/ },
  ],
  'a subject of 300,000 pairs': [
    () => selfSigned({ subject: times(300_000, () => ['OU', 'x']) }),
    { code: 'limit', field: 'subject', message: /at most 1000/ },
  ],
  'an RDN of 2,000 attributes': [
    () => selfSigned({ subject: times(2000, (i) => `2.999.${i}=x`).join('+') }),
    { code: 'limit', field: 'subject', message: /joined/ },
  ],
  'a CN of 10 MB': [
    () => selfSigned({ subject: { CN: 'é'.repeat(TEN_MB / 2) } }),
    { code: 'invalid', field: 'subject[0]', message: /at most 64/ },
  ],
  'a CN of 10 MB of escapes': [
    () => selfSigned({ subject: `CN=${'\\,'.repeat(TEN_MB / 2)}` }),
    { code: 'invalid', field: 'subject', message: /at most 64/ },
  ],
  'a serial number of 10 MB': [
    () => selfSigned({ serial: 'f'.repeat(TEN_MB) }),
    { code: 'invalid', field: 'serial', message: /20 octets/ },
  ],
  'an OID of 10 MB': [
    () => selfSigned({ extensions: { certificatePolicies: [`1.2${'.3'.repeat(TEN_MB / 2)}`] } }),
    { code: 'invalid', field: 'extensions.certificatePolicies[0]', message: /OID/ },
  ],
  'a million usages': [
    () => selfSigned({ extensions: { keyUsage: Array(MILLION).fill('digitalSignature') } }),
    { code: 'limit', field: 'extensions.keyUsage', message: /at most 1000/ },
  ],
  'a million purposes': [
    () => selfSigned({ extensions: { extendedKeyUsage: Array(MILLION).fill('serverAuth') } }),
    { code: 'limit', field: 'extensions.extendedKeyUsage', message: /at most/ },
  ],
  '100,000 extensions': [
    () =>
      selfSigned({
        extensions: { custom: times(100_000, (i) => ({ oid: `2.999.${i}`, der: '0500' })) },
      }),
    { code: 'limit', field: 'extensions.custom', message: /at most/ },
  ],
  'a million name constraints': [
    () => certmint.createCA({ nameConstraints: { excluded: Array(MILLION).fill('.test') } }),
    { code: 'limit', field: 'extensions.nameConstraints.excluded', message: /at most/ },
  ],
  '100,000 unknown options': [
    () => selfSigned(Object.fromEntries(times(100_000, (i) => [`m${i}`, 1]))),
    { code: 'invalid', field: 'm0', message: /not an option/ },
  ],
  'a million revocations at once': [
    () => certmint.createCA().createCRL({ revoked: times(MILLION, (i) => (i + 1).toString(16)) }),
    { code: 'limit', field: '', message: /two million parts/ },
  ],
  'lists in lists, 50 deep': [
    () => selfSigned({ extensions: { custom: nested(50) } }),
    { code: 'invalid', field: 'extensions.custom[0].0', message: /not an option/ },
  ],
  'lists in lists, 500 deep': [
    () => selfSigned({ extensions: { custom: nested(500) } }),
    { code: 'limit', field: '', message: /nested too deeply/ },
  ],
  'lists in lists, 100,000 deep': [
    () => selfSigned({}, nested(100_000)),
    { code: 'invalid', field: '', message: /cannot be passed on/ },
  ],
  'a circle': [
    () => selfSigned({ extensions: circle }),
    { code: 'invalid', field: '', message: /circular/ },
  ],
  'a BigInt where none can be': [
    () => selfSigned({ days: 3n }),
    { code: 'invalid', field: '', message: /BigInt/ },
  ],
  'a passphrase of 10 MB': [
    () => certmint.importKey(certmint.generateKey().pem, { passphrase: 'x'.repeat(TEN_MB) }),
    { code: 'limit', message: /passphrase/ },
  ],
}

const read = {
  certificate: certmint.readCertificate,
  csr: certmint.readCSR,
  crl: certmint.readCRL,
  key: certmint.importKey,
  pkcs12: (data) => certmint.readPKCS12(data, { passphrase: 'x' }),
  pkcs7: certmint.readPKCS7,
}
const labels = {
  certificate: 'CERTIFICATE',
  csr: 'CERTIFICATE REQUEST',
  crl: 'X509 CRL',
  key: 'PRIVATE KEY',
  pkcs12: 'PKCS12',
  pkcs7: 'PKCS7',
}
for (const [kind, reader] of Object.entries(read)) {
  const begin = `-----BEGIN ${labels[kind]}-----\n`
  const end = `-----END ${labels[kind]}-----\n`
  const inputs = {
    'zero bytes': new Uint8Array(TEN_MB),
    'sequences in sequences': new Uint8Array(TEN_MB).map((_, i) => (i % 2 ? 0x80 : 0x30)),
    dashes: '-'.repeat(TEN_MB),
    'beginnings of PEM': begin.repeat(TEN_MB / begin.length),
    'PEM of nothing': `${begin}${'A'.repeat(TEN_MB)}\n${end}`,
    'PEM without an end': `${begin}${'A'.repeat(TEN_MB)}`,
    'blank lines': `${begin}${'\n'.repeat(TEN_MB)}${end}`,
  }
  for (const [what, input] of Object.entries(inputs)) {
    cases[`10 MB of ${what} as a ${kind}`] = [
      () => reader(input),
      { code: expect.stringMatching(/^(malformed|limit|unsupported)$/), message: /./ },
    ]
  }
}

test.each(Object.entries(cases))('%s', (_, [work, { message, ...wanted }]) => {
  const start = processorTime()
  let error
  try {
    work()
  } catch (caught) {
    error = caught
  }
  expect(error).toBeInstanceOf(certmint.CertmintError)
  expect(error).toMatchObject(wanted)
  expect(error.message).toMatch(message)
  expect(error.message.length).toBeLessThan(400)
  expect(processorTime() - start).toBeLessThan(20_000) // on any machine; a second on most
  // and everything goes on
  expect(selfSigned().cert.san).toEqual(['DNS:a.test'])
})

/** What a process of its own has at most in memory, in MB. */
function memoryOf(work) {
  const program = `import * as certmint from ${JSON.stringify(new URL('../../js/sync.js', import.meta.url))}
try { ${work} } catch (error) { if (!(error instanceof certmint.CertmintError)) throw error }
console.log(process.resourceUsage().maxRSS)`
  const { out } = run('node', ['--input-type=module', '-e', program])
  return Number(out) / 1024
}

test('10 MB of anything take a few times as much memory', () => {
  const usual = memoryOf(`certmint.selfSigned(['a.test'])`)
  for (const work of [
    `certmint.selfSigned(Array.from({ length: 10 }, () => 'x'.repeat(1e6)))`,
    `certmint.selfSigned(['a.test'], { subject: 'OU=x,'.repeat(2e6) })`,
    `certmint.readCertificate('-----BEGIN CERTIFICATE-----\\n'.repeat(3e5))`,
    `certmint.readPKCS7(new Uint8Array(1e7).map((_, i) => (i % 2 ? 0x80 : 0x30)))`,
    `certmint.readPKCS12(new Uint8Array(1e7).fill(0x30), { passphrase: 'x' })`,
  ]) {
    expect(memoryOf(work) - usual).toBeLessThan(150)
  }
})

test('a hundred thousand revocations are no trouble', () => {
  const ca = certmint.createCA()
  const crl = ca.createCRL({ revoked: times(100_000, (i) => (i + 1).toString(16)) })
  expect(crl.revoked).toHaveLength(100_000)
  const next = ca.createCRL({ previous: crl, revoked: ['abcdef'] })
  expect(next.revoked).toHaveLength(100_001)
})
