/** Chains with one rule broken in each: what certmint says of them beside OpenSSL and GnuTLS. */

import { createCA, createCertificate, createCRL, generateKey, verify } from '../../js/index.js'
import { run, scratch } from '../support/tools.js'

const DAY = 86400
const now = Math.floor(Date.now() / 1000)
const files = scratch()

/** An authority's name and key with two certificates: one to sign with, one to show. */
async function twin(issuer, shown, subject = 'O=Test,CN=Sub') {
  const key = await generateKey()
  const make = (template) =>
    createCertificate({ profile: 'intermediate', subject, key, issuer, ...template })
  return { cert: await make(shown), signs: { cert: await make({}), key } }
}

let root, otherRoot, key

/** What a case may differ in from a good chain. */
async function chain({ sub = {}, leaf = {}, root: top = root } = {}) {
  const middle = await twin(top, sub)
  const end = await createCertificate({
    san: ['shop.test', '10.1.2.3'],
    key,
    issuer: middle.signs,
    ...leaf,
  })
  return { leaf: end, intermediates: [middle.cert], roots: [top.cert], signer: middle.signs }
}

const extensions = (given) => ({ extensions: given })
const expired = { notBefore: now - 20 * DAY, notAfter: now - DAY, allowWeak: true }
const future = { notBefore: now + DAY, notAfter: now + 20 * DAY, allowWeak: true }
const constrained = (nameConstraints) => ({ sub: extensions({ nameConstraints }) })
const custom = (oid, critical, der) => extensions({ custom: [{ oid, critical, der }] })

/**
 * name, the chain, options of certmint, the code expected, and who is known to decide otherwise.
 */
const cases = [
  ['a good chain', {}, {}, 'ok'],
  ['for a host', {}, { name: 'shop.test' }, 'ok'],
  ['for an address', {}, { name: '10.1.2.3' }, 'ok'],
  ['for another host', {}, { name: 'shop.example' }, 'name-mismatch'],
  ['for another address', {}, { name: '10.1.2.4' }, 'name-mismatch'],
  ['a wildcard', { leaf: { san: ['*.shop.test'] } }, { name: 'a.shop.test' }, 'ok'],
  [
    'a wildcard over two labels',
    { leaf: { san: ['*.shop.test'] } },
    { name: 'a.b.shop.test' },
    'name-mismatch',
  ],
  [
    'a wildcard over none',
    { leaf: { san: ['*.shop.test'] } },
    { name: 'shop.test' },
    'name-mismatch',
  ],
  [
    'a CN without names',
    { leaf: { subject: 'CN=shop.test', san: false } },
    { name: 'shop.test' },
    'name-mismatch',
    ['openssl', 'gnutls'],
  ],
  ['an expired end', { leaf: expired }, {}, 'expired'],
  ['an expired intermediate', { sub: expired }, {}, 'expired'],
  ['an end of the future', { leaf: future }, {}, 'not-yet-valid'],
  ['an intermediate of the future', { sub: future }, {}, 'not-yet-valid'],
  [
    'an intermediate that is no authority',
    { sub: extensions({ basicConstraints: { ca: false } }) },
    {},
    'not-ca',
  ],
  [
    'an intermediate without basic constraints',
    { sub: extensions({ basicConstraints: false }) },
    {},
    'not-ca',
  ],
  [
    'an intermediate that may not sign',
    { sub: extensions({ keyUsage: ['cRLSign', 'digitalSignature'] }) },
    {},
    'key-usage',
  ],
  [
    'an intermediate for clients',
    { sub: extensions({ extendedKeyUsage: ['clientAuth'] }) },
    { purpose: 'server' },
    'purpose',
  ],
  [
    'an intermediate for servers',
    { sub: extensions({ extendedKeyUsage: ['serverAuth'] }) },
    { purpose: 'server' },
    'ok',
  ],
  ['an end for clients', { leaf: { profile: 'client' } }, { purpose: 'server' }, 'purpose'],
  ['an end for servers, asked for a client', {}, { purpose: 'client' }, 'purpose'],
  [
    'an end that may only sign lists',
    { leaf: extensions({ keyUsage: ['cRLSign'] }) },
    { purpose: 'server' },
    'key-usage',
    ['gnutls'],
  ],
  ['a name permitted', constrained({ permitted: ['shop.test', '10.0.0.0/8'] }), {}, 'ok'],
  ['a name not permitted', constrained({ permitted: ['other.test'] }), {}, 'name-constraints'],
  ['a name excluded', constrained({ excluded: ['shop.test'] }), {}, 'name-constraints'],
  ['an address excluded', constrained({ excluded: ['10.0.0.0/8'] }), {}, 'name-constraints'],
  [
    'a wildcard around an excluded name',
    { ...constrained({ excluded: ['a.shop.test'] }), leaf: { san: ['*.shop.test'] } },
    {},
    'name-constraints',
    ['openssl', 'gnutls'],
  ],
  [
    'an unknown critical extension of the end',
    { leaf: custom('1.3.6.1.4.1.99999.7', true, '0500') },
    {},
    'critical-extension',
  ],
  ['an unknown extension', { leaf: custom('1.3.6.1.4.1.99999.7', false, '0500') }, {}, 'ok'],
  [
    'an unknown critical extension of an intermediate',
    { sub: custom('1.3.6.1.4.1.99999.7', true, '0500') },
    {},
    'critical-extension',
  ],
  [
    'an end without authority key identifier',
    { leaf: extensions({ authorityKeyIdentifier: false }) },
    {},
    'malformed',
    ['gnutls'],
  ],
  [
    'the same, leniently',
    { leaf: extensions({ authorityKeyIdentifier: false }) },
    { lenient: true },
    'ok',
    ['openssl'],
  ],
  [
    'an intermediate without subject key identifier',
    { sub: extensions({ subjectKeyIdentifier: false }) },
    {},
    'malformed',
    ['gnutls'],
  ],
  [
    'an intermediate without key usage',
    { sub: extensions({ keyUsage: false }) },
    {},
    'key-usage',
    ['gnutls'],
  ],
  ['a signature with SHA-1', { leaf: { hash: 'sha1', allowWeak: true } }, {}, 'weak'],
  [
    'a weak RSA key',
    { leaf: { key: 'rsa-1024', allowWeak: true } },
    {},
    'weak',
    ['openssl', 'gnutls'],
  ],
  [
    'a required policy that is there',
    {
      sub: extensions({ certificatePolicies: ['1.2.3.4'] }),
      leaf: extensions({ certificatePolicies: ['1.2.3.4'] }),
    },
    { requireExplicitPolicy: true, policies: ['1.2.3.4'] },
    'ok',
  ],
  [
    'a required policy that is not',
    {
      sub: extensions({ certificatePolicies: ['1.2.3.4'] }),
      leaf: extensions({ certificatePolicies: ['1.2.3.4'] }),
    },
    { requireExplicitPolicy: true, policies: ['1.2.3.5'] },
    'policy',
    ['gnutls'],
  ],
  [
    'no policy where the authority requires one',
    { sub: custom('2.5.29.36', true, '3003800100') },
    {},
    'policy',
  ],
]

function opensslSays({ leaf, intermediates, roots, crls = [] }, options) {
  const name = options.name
  const nameFlag = !name
    ? []
    : /^[\d.]+$/.test(name)
      ? ['-verify_ip', name]
      : ['-verify_hostname', name]
  const purpose = { server: 'sslserver', client: 'sslclient' }[options.purpose]
  const list =
    crls.length > 0
      ? ['-crl_check_all', '-CRLfile', files.write('crls.pem', crls.map((crl) => crl.pem).join(''))]
      : []
  const { status } = run(
    'openssl',
    [
      ...['verify', '-x509_strict', '-policy_check', '-auth_level', '1', ...nameFlag, ...list],
      ...(purpose ? ['-purpose', purpose] : []),
      ...(options.requireExplicitPolicy ? ['-explicit_policy'] : []),
      ...(options.policies ?? []).flatMap((oid) => ['-policy', oid]),
      ...['-CAfile', files.write('roots.pem', roots.map((cert) => cert.pem).join(''))],
      ...[
        '-untrusted',
        files.write('others.pem', intermediates.map((cert) => cert.pem).join('') || leaf.pem),
      ],
      files.write('leaf.pem', leaf.pem),
    ],
    { fails: true },
  )
  return status === 0
}

function gnutlsSays({ leaf, intermediates, roots, crls = [] }, options) {
  const purpose = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' }[options.purpose]
  const list =
    crls.length > 0
      ? ['--load-crl', files.write('crls.pem', crls.map((crl) => crl.pem).join(''))]
      : []
  const { status } = run(
    'certtool',
    [
      ...[
        '--verify',
        '--load-ca-certificate',
        files.write('roots.pem', roots.map((cert) => cert.pem).join('')),
        ...list,
      ],
      ...(options.name ? ['--verify-hostname', options.name] : []),
      ...(purpose ? ['--verify-purpose', purpose] : []),
      ...[
        '--infile',
        files.write('chain.pem', [leaf, ...intermediates].map((cert) => cert.pem).join('')),
      ],
    ],
    { fails: true },
  )
  return status === 0
}

async function compare(given, options, code, others = []) {
  const { leaf, intermediates, roots, crls } = given
  const report = await verify(leaf, { intermediates, roots, crls, ...options })
  expect({ code: report.code, detail: report.detail }).toMatchObject({ code })
  expect(report.ok).toBe(code === 'ok')
  expect(opensslSays(given, options)).toBe(report.ok !== others.includes('openssl'))
  expect(gnutlsSays(given, options)).toBe(report.ok !== others.includes('gnutls'))
  return report
}

beforeAll(async () => {
  root = await createCA({ subject: 'O=Test,CN=Root', pathLen: 2 })
  otherRoot = await createCA({ subject: 'O=Test,CN=Other Root', pathLen: 2 })
  key = await generateKey()
})

test.each(cases)('%s', async (...given) => {
  const [, parts, options, code, others] = given
  await compare(await chain(parts), options, code, others)
})

test('the chain of the answer leads from the end to the root', async () => {
  const { leaf, intermediates, roots } = await chain()
  const { chain: path, revocation } = await verify(leaf, { intermediates, roots })
  expect(path.map((cert) => cert.pem)).toEqual([leaf, ...intermediates, ...roots].map((c) => c.pem))
  expect(revocation).toBe('unchecked')
})

test('without the intermediate, without the root, under another root', async () => {
  const whole = await chain()
  await compare({ ...whole, intermediates: [] }, {}, 'no-issuer')
  await compare({ ...whole, roots: [otherRoot.cert] }, {}, 'no-issuer')
  const imposter = await createCA({ subject: 'O=Test,CN=Root', pathLen: 2 })
  await compare({ ...whole, roots: [imposter.cert] }, {}, 'signature')
  await compare({ leaf: root.cert, intermediates: [], roots: [otherRoot.cert] }, {}, 'untrusted')
})

test('a self-signed end that is trusted itself', async () => {
  const cert = await createCertificate({ san: ['shop.test'] })
  const given = { leaf: cert, intermediates: [], roots: [cert] }
  await compare(given, { name: 'shop.test', purpose: 'server' }, 'ok', ['gnutls']) // it wants cA
  await compare(given, { name: 'shop2.test' }, 'name-mismatch')
})

test('pathLen, and who counts for it', async () => {
  const sub = await twin(root, {}, 'O=Test,CN=First')
  const signs = { cert: sub.signs.cert, key: sub.signs.key }
  const loose = await createCertificate({
    profile: 'intermediate',
    subject: 'O=Test,CN=First',
    key: sub.signs.key,
    issuer: root,
    extensions: { basicConstraints: { ca: true, pathLen: 1 } },
  })
  const second = await twin({ cert: loose, key: signs.key }, {}, 'O=Test,CN=Second')
  const leaf = await createCertificate({ san: ['shop.test'], issuer: second.signs })
  const path = { leaf, roots: [root.cert] }
  await compare({ ...path, intermediates: [second.cert, loose] }, {}, 'ok')
  await compare({ ...path, intermediates: [second.cert, sub.cert] }, {}, 'path-length')
})

test('the right path among wrong ones, in any order', async () => {
  const whole = await chain()
  const [sub] = whole.intermediates
  const cross = await createCertificate({
    profile: 'intermediate',
    subject: sub.subject,
    publicKey: sub.publicKey,
    issuer: otherRoot,
  })
  const old = await createCertificate({
    profile: 'intermediate',
    subject: sub.subject,
    publicKey: sub.publicKey,
    issuer: root,
    ...expired,
  })
  const noise = await Promise.all(
    [1, 2, 3].map((i) => createCertificate({ subject: `CN=Noise ${i}`, san: [`n${i}.test`] })),
  )
  const all = [...noise, old, cross, sub]
  for (const intermediates of [all, [...all].reverse()]) {
    const report = await verify(whole.leaf, { intermediates, roots: whole.roots })
    expect(report.chain?.map((cert) => cert.pem)).toEqual(
      [whole.leaf, sub, root.cert].map((c) => c.pem),
    )
  }
  const report = await verify(whole.leaf, { intermediates: [old, cross], roots: whole.roots })
  expect(report).toMatchObject({ ok: false, code: 'expired', depth: 1 })
})

test('what cannot be read is skipped and told of', async () => {
  const whole = await chain()
  const broken = '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n'
  const report = await verify(whole.leaf, {
    intermediates: ['nonsense', ...whole.intermediates, broken],
    roots: [new Uint8Array([0x30, 1]), ...whole.roots],
    crls: ['nonsense'],
  })
  expect(report.ok).toBe(true)
  expect(report.skipped.map(({ from, index }) => `${from}[${index}]`)).toEqual([
    'intermediates[0]',
    'intermediates[2]',
    'roots[0]',
    'crls[0]',
  ])
  const nothing = await verify('nonsense', { roots: whole.roots })
  expect(nothing).toMatchObject({ ok: false, code: 'malformed', depth: 0 })
})

describe('revocation lists', () => {
  let whole, rootList
  const lists = (revoked, template = {}) =>
    createCRL({ issuer: whole.signer, revoked, ...template })

  beforeAll(async () => {
    whole = await chain()
    rootList = await root.createCRL()
  })

  test('good, and revoked with its reason', async () => {
    const good = { ...whole, crls: [rootList, await lists([])] }
    const report = await compare(good, { requireRevocation: true }, 'ok')
    expect(report.revocation).toBe('good')
    const list = await lists([{ cert: whole.leaf, reason: 'keyCompromise' }])
    const { detail } = await compare({ ...whole, crls: [rootList, list] }, {}, 'revoked')
    expect(detail).toContain('keyCompromise')
  })

  test('a revoked intermediate', async () => {
    const crls = [await root.createCRL({ revoked: [whole.intermediates[0]] }), await lists([])]
    const { depth } = await compare({ ...whole, crls }, {}, 'revoked')
    expect(depth).toBe(1)
  })

  test('a list that is missing, out of date, or of somebody else', async () => {
    const old = { thisUpdate: now - 9 * DAY, nextUpdate: now - DAY, allowWeak: true }
    const imposter = await twin(otherRoot, {}, whole.intermediates[0].subject)
    const others = [
      [],
      [rootList],
      [rootList, await lists([], old)],
      [rootList, await createCRL({ issuer: imposter.signs, revoked: [whole.leaf] })],
    ]
    const { roots, intermediates } = whole
    for (const crls of others) {
      const soft = await verify(whole.leaf, { roots, intermediates, crls })
      expect(soft.ok).toBe(true)
      const hard = await verify(whole.leaf, {
        roots,
        intermediates,
        crls,
        requireRevocation: true,
      })
      expect(hard.code).toBe('revocation-unknown')
      if (crls.length > 0) expect(opensslSays({ ...whole, crls }, {})).toBe(false)
    }
  })
})

test('a question that makes no sense is an error that says which part', async () => {
  const { leaf, roots } = await chain()
  const wrong = [
    [{ name: { dns: 'a b' } }, 'name'],
    [{ name: { ip: '10.1.2' } }, 'name'],
    [{ name: {} }, 'name'],
    [{ name: { dns: 'a.test', ip: '10.1.2.3' } }, 'name'],
    [{ purpose: 'serverAuth' }, 'purpose'],
    [{ maxDepth: 31 }, 'maxDepth'],
    [{ policies: ['1.2.3', 'x'] }, 'policies[1]'],
    [{ time: 'yesterday' }, 'time'],
    [{ root: roots }, 'root'],
  ]
  for (const [options, field] of wrong) {
    await expect(verify(leaf, { roots, ...options })).rejects.toMatchObject({ field })
  }
})
