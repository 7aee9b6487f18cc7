/**
 * `certmint verify --harness` beside the native core (build/native/tests/verify_harness): NIST's
 * PKITS, hostile inputs and nonsense; both must answer every line alike.
 */

import {
  createCA,
  createCertificate,
  createCRL,
  createCSR,
  createPKCS12,
  createPKCS7,
  generateKey,
} from '../../js/index.js'
import { ask, askBoth, native } from '../support/harness.js'
import { everything, pkits } from '../support/pkits.js'

/** What certmint refuses although PKITS has it valid, and why. */
const refused = {
  '4.1.4': 'unsupported', // DSA
  '4.1.5': 'unsupported',
  // The list's signer is vouched for by nothing but that list.
  '4.14.30': 'revocation-unknown',
}

/** The code of an invalid case by its section, where one says it all. */
const codes = {
  4.6: /^(not-ca|path-length)$/,
  4.8: /^policy$/,
  4.9: /^policy$/,
  '4.10': /^policy$/,
  4.11: /^policy$/,
  4.12: /^policy$/,
  4.13: /^name-constraints$/,
  4.14: /^(revoked|revocation-unknown)$/,
  4.15: /^(revoked|revocation-unknown)$/,
  4.16: /^critical-extension$/,
}

function judge(cases, answers) {
  cases.forEach(({ id, name, expected }, i) => {
    const { ok, code, detail } = answers[i]
    const section = id.split('.').slice(0, 2).join('.')
    expect({ id, name, ok, detail }).toMatchObject({ ok: expected === 'valid' && !refused[id] })
    if (refused[id]) expect(code).toBe(refused[id])
    else if (!ok && codes[section])
      expect({ id, code }).toMatchObject({ code: expect.stringMatching(codes[section]) })
  })
}

describe('PKITS', () => {
  const cases = pkits()

  test('has 247 cases; all but three are answered as NIST has it', () => {
    expect(cases.length).toBe(247)
    judge(cases, askBoth(cases.map(({ request }) => request)))
  })

  test('so they are with all 405 certificates and 173 lists of the suite at hand', () => {
    const { certificates, crls } = everything()
    const lines = cases.map(({ request }) => ({ ...request, intermediates: certificates, crls }))
    judge(cases, ask(native, lines))
  }, 120_000)
})

const time = new Date().toISOString()
const pem = (list) => list.map((one) => one.pem)

/** Authorities of which each has certificates from each of the next layer. */
async function web(layers, width) {
  const keys = []
  for (let layer = 0; layer < layers; layer++) {
    keys.push(await Promise.all(Array.from({ length: width }, () => generateKey())))
  }
  const signers = keys.map((row, layer) =>
    Promise.all(
      row.map(async (key) => ({
        key,
        cert: await createCertificate({
          profile: 'ca',
          subject: `CN=Layer ${layer}`,
          key,
          extensions: { basicConstraints: { ca: true } },
        }),
      })),
    ),
  )
  const certs = []
  for (let layer = 0; layer + 1 < layers; layer++) {
    for (const { key } of await signers[layer]) {
      for (const issuer of await signers[layer + 1]) {
        certs.push(
          await createCertificate({
            profile: 'intermediate',
            subject: `CN=Layer ${layer}`,
            key,
            issuer,
            extensions: { basicConstraints: { ca: true } },
          }),
        )
      }
    }
  }
  const leaf = await createCertificate({ san: ['web.test'], issuer: (await signers[0])[0] })
  return { leaf, certs, top: (await signers[layers - 1])[0].cert }
}

test('webs, loops and a thousand intermediates end within the work bound', async () => {
  const { leaf, certs, top } = await web(6, 4)
  const other = await createCA({ subject: 'CN=Other' })
  const [a, b] = [await generateKey(), await generateKey()]
  const make = (subject, key, issuer) =>
    createCertificate({
      profile: 'intermediate',
      subject,
      key,
      issuer,
      extensions: { basicConstraints: { ca: true } },
    })
  const authority = async (subject, key) => ({ key, cert: await make(subject, key) })
  const [signerA, signerB] = [await authority('CN=A', a), await authority('CN=B', b)]
  const loop = [await make('CN=A', a, signerB), await make('CN=B', b, signerA)]
  const looped = await createCertificate({ san: ['loop.test'], issuer: signerA })
  const many = []
  for (let i = 0; i < 1000; i++) many.push(await make('CN=A', a, signerB))
  const ask = (id, end, intermediates, roots) => ({
    id,
    leaf: end.pem,
    intermediates: pem(intermediates),
    roots: pem(roots),
    time,
    purpose: 'any',
  })
  const since = Date.now()
  const answers = askBoth([
    ask('web', leaf, certs, [other.cert]),
    ask('web with a way', leaf, certs, [top]),
    ask('loop', looped, loop, [other.cert]),
    ask('many', looped, many, [other.cert]),
    ask('many with a way', looped, [...many, loop[1]], [signerB.cert]),
  ])
  expect(answers.map(({ code }) => code)).toEqual([
    'work-limit',
    'ok',
    'no-issuer',
    'no-issuer',
    'ok',
  ])
  expect(Date.now() - since).toBeLessThan(30_000)
}, 120_000)

test('reading certificates, lists, requests and keys', async () => {
  const ca = await createCA()
  const { csr, key } = await createCSR({ subject: 'CN=x' })
  const crl = await createCRL({ issuer: ca, revoked: ['01'] })
  const base64 = (bytes) => Buffer.from(bytes).toString('base64')
  const lines = [
    { id: 1, parse: 'crt', data: ca.cert.pem },
    { id: 2, parse: 'crt', data: base64(ca.cert.der) },
    { id: 3, parse: 'crl', data: crl.pem },
    { id: 4, parse: 'csr', data: base64(csr.der) },
    { id: 5, parse: 'key', data: key.pem },
    { id: 6, parse: 'key', data: base64(key.toDER()), password: 'needless' },
    { id: 7, parse: 'crt', data: crl.pem },
    { id: 8, parse: 'crt', data: '' },
    { id: 9, parse: 'crl', data: base64(crl.der.slice(0, -1)) },
    { id: 10, parse: 'nothing', data: '' },
  ]
  const answers = askBoth(lines)
  expect(answers.map(({ ok }) => ok)).toEqual([...Array(6).fill(true), ...Array(4).fill(false)])
  expect(answers[0].report.subject).toBe(ca.cert.subject)
})

test('reading key stores and bundles', async () => {
  const ca = await createCA({ subject: 'CN=Over it' })
  const site = await ca.issue({ san: ['store.test'] })
  const store = {
    key: site.key,
    cert: site.cert,
    chain: [ca.cert],
    friendlyName: 'Gruß "x"',
    iterations: 2000,
  }
  const p12 = await createPKCS12({ ...store, passphrase: 'geheim\u2603' })
  const open = await createPKCS12({ certificates: [ca.cert], passphrase: '', iterations: 2000 })
  const java = await createPKCS12({
    certificates: [{ cert: ca.cert, friendlyName: 'trust' }],
    passphrase: 'changeit',
    encryption: 'java-truststore',
    iterations: 2000,
  })
  const p7 = await createPKCS7([site.cert, ca.cert])
  const base64 = (bytes) => Buffer.from(bytes).toString('base64')
  const answers = askBoth([
    { id: 'store', parse: 'p12', data: base64(p12), password: 'geheim\u2603' },
    { id: 'no password', parse: 'p12', data: base64(open) },
    { id: 'java', parse: 'p12', data: base64(java), password: 'changeit' },
    { id: 'bundle', parse: 'p7', data: base64(p7.der) },
    { id: 'bundle in PEM', parse: 'p7', data: p7.pem },
    { id: 'wrong password', parse: 'p12', data: base64(p12), password: 'geheim' },
    { id: 'missing password', parse: 'p12', data: base64(p12) },
    { id: 'altered', parse: 'p12', data: base64(p12.fill(0, 90, 94)), password: 'geheim\u2603' },
    { id: 'cut short', parse: 'p7', data: base64(p7.der.subarray(0, -1)) },
    { id: 'no store', parse: 'p12', data: base64(p7.der), password: '' },
    { id: 'no bundle', parse: 'p7', data: site.cert.pem },
    { id: 'nothing', parse: 'p12' },
  ])
  expect(answers.filter(({ ok }) => ok).map(({ id }) => id)).toEqual([
    'store',
    'no password',
    'java',
    'bundle',
    'bundle in PEM',
  ])
  const [own, , trust, bundle] = answers.map(({ report }) => report)
  expect(own).toMatchObject({
    entries: [
      { certificate: { subject: 'CN=store.test' }, friendlyName: 'Gruß "x"' },
      { certificate: { subject: 'CN=Over it' }, trusted: false },
      { key: { spec: 'p-256', private: true }, friendlyName: 'Gruß "x"' },
    ],
    unread: 0,
  })
  expect(trust.entries).toMatchObject([{ friendlyName: 'trust', trusted: true }])
  expect(bundle).toMatchObject({ certificates: [{ subject: 'CN=store.test' }, {}], crls: 0 })
  expect(answers.slice(5, 8).map(({ code }) => code)).toEqual(Array(3).fill('passphrase'))
})

test('nonsense is answered, and alike', async () => {
  const cert = (await createCA()).cert.pem
  const good = { leaf: cert, roots: [cert], time, purpose: 'any' }
  const there = `${new Date(Date.now() + 3_600_000).toISOString().slice(0, 19)}.5+01:00`
  const answers = askBoth([
    '[]',
    '{"id":"x"}',
    { ...good, id: 'fine' },
    { ...good, id: 'time', time: '2026-02-30T00:00:00Z' },
    { ...good, id: 'zone', time: there },
    { ...good, id: 'purpose', purpose: 'everything' },
    { ...good, id: 'name', name: {} },
    { ...good, id: 'host', name: { dns: 'a..b' } },
    { ...good, id: 'depth', maxDepth: -1 },
    { ...good, id: 'policy', policies: ['1'] },
    { ...good, id: 'leaf', leaf: 'AAAA' },
    { ...good, id: 'none', leaf: '' },
    { ...good, id: 'odd', leaf: 'A', roots: ['=', 'AA=A', '\u00fc"\\'] },
    { ...good, id: 'number', leaf: 5 },
    { ...good, id: 'address', leaf: [0, 100] },
    { ...good, id: 'addresses', roots: [cert, [0, 100]] },
    { ...good, id: 'unknown', hostname: 'a.test' },
    { ...good, id: 'absent', crls: null },
    { ...good, id: 'absent there', intermediates: [null] },
    { id: 'unknown too', parse: 'crt', data: cert, name: 'a.test' },
    { id: 'kind', parse: 5, data: cert },
    { id: 'kinds', parse: 'toString', data: cert },
    { id: 'read a number', parse: 'crt', data: 5 },
    { id: 'read an address', parse: 'crt', data: [0, 100] },
    { id: 'password', parse: 'key', data: cert, password: 5 },
  ])
  expect(answers.filter(({ ok }) => ok).map(({ id }) => id)).toEqual(['fine', 'zone', 'absent'])
})
