/** `p12`, `convert` and encrypted keys on the command line. */

import { X509Certificate } from 'node:crypto'

import { run } from '../support/tools.js'
import { workplace } from '../support/cli.js'

const work = workplace()
const env = { SECRET: 'correct horse' }
const KEY_MODE = 0o600
const PUBLIC_MODE = 0o644

const subjects = (pem) =>
  pem
    .match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g)
    .map((block) => new X509Certificate(block).subject)

beforeAll(() => {
  work.write('secret.txt', 'correct horse\nanother line\n')
  work.ok('ca', '--subject', 'CN=Root', '--quiet')
  work.ok('issue', 'shop.test', '--quiet')
})

test.each([
  ['key', ['--out', 'a-key.pem'], 'a-key.pem'],
  ['self-signed', ['a.test', '--key-out', 'b-key.pem'], 'b-key.pem'],
  ['csr', ['a.test', '--key-out', 'c-key.pem'], 'c-key.pem'],
  ['issue', ['a.test', '--out', 'd.pem', '--key-out', 'd-key.pem'], 'd-key.pem'],
  ['ca', ['--subject', 'CN=x', '--out', 'e.pem', '--key-out', 'e-key.pem'], 'e-key.pem'],
])('%s writes its key encrypted', (command, args, file) => {
  work.ok(command, ...args, '--passphrase-file', 'secret.txt', '--quiet')
  expect(work.text(file)).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/)
  expect(work.mode(file)).toBe(KEY_MODE)
  run('openssl', ['pkey', '-in', work.path(file), '-passin', 'pass:correct horse', '-noout'])
})

test('encrypted keys are taken, of an authority and of our own', () => {
  work.ok(
    'ca',
    '--subject',
    'CN=x',
    '--out',
    'e.pem',
    '--passphrase-file',
    'secret.txt',
    '--quiet',
    '--force',
  )
  const ca = ['--ca', 'e.pem', '--ca-key', 'e-key.pem', '--quiet']
  work.ok('issue', 'f.test', ...ca, '--ca-passphrase-env', 'SECRET', { env })
  expect(work.run('issue', 'g.test', ...ca)).toMatchObject({
    status: 3,
    err: expect.stringMatching(/e-key\.pem: .*passphrase is needed \(--ca-passphrase-file\)/),
  })
  work.ok('csr', 'h.test', '--key-in', 'e-key.pem', '--passphrase-env', 'SECRET', '--quiet', {
    env,
  })
})

test('p12 packs what it is given, in any order, leaf first', () => {
  work.ok('p12', 'ca.pem', 'shop.test-key.pem', 'shop.test.pem', '--passphrase-env', 'SECRET', {
    env,
  })
  expect(work.mode('ca.p12')).toBe(KEY_MODE)
  const args = ['pkcs12', '-in', work.path('ca.p12'), '-passin', 'pass:correct horse', '-nodes']
  const { out } = run('openssl', args)
  expect(subjects(out)).toEqual(['CN=shop.test', 'CN=Root'])
  const publicKey = (file) => run('openssl', ['pkey', '-in', file, '-pubout']).out
  expect(publicKey(work.write('packed.pem', out))).toBe(publicKey(work.path('shop.test-key.pem')))
})

test('convert keeps what it was given, and says what a format cannot carry', () => {
  const secret = ['--passphrase-file', 'secret.txt']
  work.ok(
    'p12',
    'ca.pem',
    'shop.test.pem',
    'shop.test-key.pem',
    ...secret,
    '--name',
    'Größe',
    '--out',
    'named.p12',
  )
  const open = ['named.p12', '--in-passphrase-file', 'secret.txt']
  work.ok(
    'convert',
    ...open,
    '--to',
    'p12',
    ...secret,
    '--encryption',
    'legacy',
    '--out',
    'old.p12',
  )
  const kept = run('keytool', [
    '-list',
    '-keystore',
    work.path('old.p12'),
    '-storepass',
    env.SECRET,
  ])
  expect(kept.out).toMatch(/größe, .*PrivateKeyEntry/)
  const { err } = work.ok('convert', ...open, '--to', 'pem', '--out', 'all.pem')
  expect(err).toBe(
    'certmint: pem cannot carry everything; left out: the friendly name, the local key id\n',
  )
  expect(subjects(work.text('all.pem'))).toEqual(['CN=shop.test', 'CN=Root'])
  expect(work.text('all.pem').endsWith(work.text('shop.test-key.pem'))).toBe(true)
  expect(work.mode('all.pem')).toBe(KEY_MODE)
})

test('bundles and JWKs carry what they can, and bring it back', () => {
  const bundle = work.ok('convert', 'all.pem', '--to', 'p7b', '--json')
  expect(JSON.parse(bundle.out).leftOut).toEqual(['the private key'])
  expect(work.mode('all.p7b')).toBe(PUBLIC_MODE)
  work.ok('convert', 'all.p7b', '--to', 'pem', '--out', 'again.pem')
  expect(work.text('all.pem').startsWith(work.text('again.pem'))).toBe(true)

  const jwk = work.ok('convert', 'shop.test-key.pem', '--to', 'jwk', '--out', '-')
  work.ok('convert', '-', '--to', 'pkcs8', '--out', 'back.pem', { input: jwk.out })
  expect(work.text('back.pem')).toBe(work.text('shop.test-key.pem'))
  expect(JSON.parse(jwk.out)).toMatchObject({ kty: 'EC', kid: expect.stringMatching(/^\S{43}$/) })
})

test('a trust store stays one, and what is marked as trusted is not forgotten in silence', () => {
  const secret = ['--passphrase-file', 'secret.txt']
  const open = ['--in-passphrase-file', 'secret.txt']
  const list = (file) =>
    run('keytool', ['-list', '-keystore', work.path(file), '-storepass', env.SECRET]).out
  const java = ['--encryption', 'java-truststore', '--name', 'dev root']
  work.ok('p12', 'ca.pem', ...secret, ...java, '--out', 'trust.p12')
  const kept = work.ok('convert', 'trust.p12', ...open, '--to', 'p12', ...secret, '--out', 't2.p12')
  expect(kept.err).toBe('')
  expect(list('t2.p12')).toMatch(/dev root, .*trustedCertEntry/)
  const modern = ['--encryption', 'modern', '--out', 't3.p12']
  const lost = work.ok('convert', 'trust.p12', ...open, '--to', 'p12', ...secret, ...modern)
  expect(lost.err).toBe("certmint: p12 cannot carry everything; left out: Java's mark of trust\n")
  expect(list('t3.p12')).not.toContain('trustedCertEntry')
  const pem = work.ok('convert', 'trust.p12', ...open, '--to', 'pem', '--out', 't.pem', '--json')
  expect(JSON.parse(pem.out).leftOut).toEqual(['the friendly name', "Java's mark of trust"])
})

test('revocation lists travel in bundles', () => {
  work.ok('crl', 'abcdef', '--list', 'travelling.pem', '--quiet')
  const all = ['travelling.pem', 'shop.test.pem']
  expect(work.ok('convert', ...all, '--to', 'p7b', '--out', 'lists.p7b').err).toBe('')
  expect(work.ok('convert', 'lists.p7b', '--to', 'pem', '--out', 'lists.pem').err).toBe('')
  expect(work.text('lists.pem')).toBe(work.text('shop.test.pem') + work.text('travelling.pem'))
  work.ok('convert', 'travelling.pem', '--to', 'p7b', '--out', 'only.p7b')
  const spki = work.ok('convert', ...all, '--to', 'spki', '--json')
  expect(JSON.parse(spki.out).leftOut).toEqual(['the revocation list'])
})

test('key --check says whose key it is, by its status too', () => {
  const secret = ['--passphrase-file', 'secret.txt', '--quiet']
  const open = ['--in-passphrase-file', 'secret.txt']
  work.ok('csr', 'own.test', '--key-out', 'own-key.pem', '--out', 'own.csr', ...secret)
  work.ok('convert', 'own-key.pem', ...open, '--to', 'spki', '--out', 'own-pub.pem', '--quiet')
  work.ok('sign', 'own.csr', '--out', 'own.pem', '--quiet')
  const own = ['own.csr', 'own.pem', 'own-pub.pem']
  const yes = work.ok('key', '--check', 'own-key.pem', ...own, ...open)
  expect(yes.out.match(/has this key/g)).toHaveLength(3)
  const no = work.run('key', '--check', 'own-key.pem', 'own.pem', 'ca.pem', ...open, '--json')
  expect(no).toMatchObject({ status: 1, err: '' })
  expect(JSON.parse(no.out)).toMatchObject({
    type: 'ec',
    curve: 'P-256',
    belongs: { 'own.pem': true, 'ca.pem': false },
  })
  const alone = work.ok('key', '--check', 'own-pub.pem', 'own.csr')
  expect(alone.out).toMatch(/^A public key, p-256\n {2}thumbprint {2}\S{43}\n/)
  for (const [args, status, message] of [
    [['own-key.pem', 'own.pem'], 3, /own-key\.pem: .*passphrase is needed/],
    [['own.pem', 'own.pem'], 3, /own\.pem: holds no key/],
    [['own-pub.pem', 'travelling.pem'], 3, /travelling\.pem: holds nothing that a key can/],
    [['own-pub.pem', 'nowhere.pem'], 3, /nowhere\.pem: there is no such file/],
  ]) {
    const result = work.run('key', '--check', ...args)
    expect(result).toMatchObject({ status, out: '', err: expect.stringMatching(message) })
  }
})

test('convert between the forms of a key and of a certificate', () => {
  const pem = work.text('shop.test-key.pem')
  work.ok('convert', 'shop.test-key.pem', '--to', 'traditional', '--out', 'sec1.pem', '--quiet')
  expect(work.text('sec1.pem')).toMatch(/^-----BEGIN EC PRIVATE KEY-----/)
  work.ok('convert', 'sec1.pem', '--to', 'pkcs8', '--der', '--out', 'key.der', '--quiet')
  work.ok('convert', 'key.der', '--to', 'pem', '--out', 'same.pem', '--quiet')
  expect(work.text('same.pem')).toBe(pem)
  work.ok(
    'convert',
    'sec1.pem',
    '--to',
    'pkcs8',
    '--passphrase-env',
    'SECRET',
    '--out',
    'enc.pem',
    { env },
  )
  expect(work.text('enc.pem')).toMatch(/^-----BEGIN ENCRYPTED/)
  work.ok('convert', 'shop.test.pem', '--to', 'spki', '--out', 'spki.pem', '--quiet')
  const spki = run('openssl', ['pkey', '-in', work.path('sec1.pem'), '-pubout']).out
  expect(work.text('spki.pem')).toBe(spki)
  const line = work.ok('convert', 'spki.pem', '--to', 'openssh', '--name', 'me', '--out', '-').out
  expect(line).toMatch(/^ecdsa-sha2-nistp256 \S+ me\n$/)
  work.ok('convert', 'ca.pem', '--to', 'der', '--out', 'ca.der', '--quiet')
  expect(work.read('ca.der')).toEqual(new X509Certificate(work.text('ca.pem')).raw)
  work.ok('crl', '--list', 'list.pem', '--quiet')
  work.ok('convert', 'list.pem', '--to', 'der', '--out', 'list.der', '--quiet')
  expect(
    run('openssl', ['crl', '-inform', 'DER', '-in', work.path('list.der'), '-noout']).status,
  ).toBe(0)
})

test('what goes wrong is said, with a status, and leaves nothing behind', () => {
  work.write('garbage', 'no key')
  work.write('cut.pem', work.text('shop.test.pem').slice(0, -40))
  work.ok('key', '--out', 'other-key.pem', '--quiet')
  const before = work.list()
  const secret = ['--passphrase-file', 'secret.txt']
  const cases = [
    [['p12'], 2, /give a certificate and its key/],
    [['p12', 'shop.test.pem'], 2, /--passphrase-file or --passphrase-env/],
    [['p12', 'shop.test.pem', 'other-key.pem', ...secret], 3, /key belongs to none/],
    [['p12', 'other-key.pem', ...secret], 3, /carries a key with its certificate/],
    [['p12', 'shop.test.pem', ...secret, '--encryption', 'best'], 2, /--encryption: "best"/],
    [
      ['p12', 'ca.pem', 'ca-key.pem', ...secret, '--encryption', 'java-truststore'],
      3,
      /trust store/,
    ],
    [['p12', 'ca.pem', '--passphrase-env', 'NOT_THERE'], 2, /no variable NOT_THERE/],
    [['p12', 'ca.pem', ...secret, '--passphrase-env', 'SECRET'], 2, /not both/],
    [['convert', 'ca.pem'], 2, /give files and a format/],
    [['convert', 'ca.pem', '--to', 'jks'], 2, /"jks" is no format/],
    [['convert', 'ca.pem', '--to', 'pkcs8'], 3, /pkcs8 carries a private key, and there is none/],
    [['convert', 'shop.test.pem', 'ca.pem', '--to', 'der'], 3, /one object, and there are 2/],
    [['convert', 'garbage', '--to', 'pem'], 3, /garbage: neither PEM nor DER/],
    [['convert', 'cut.pem', '--to', 'p7b'], 3, /cut\.pem: a PEM block has no end/],
    [['convert', 'nowhere.pem', '--to', 'pem'], 3, /nowhere\.pem: there is no such file/],
    [['convert', 'ca-key.pem', '--to', 'traditional', ...secret], 2, /not written encrypted/],
    [['convert', 'ca-key.pem', '--to', 'jwk', '--der'], 2, /--der/],
    [['convert', 'ca.pem', '--to', 'pem'], 3, /ca\.pem is read from/],
    [['key', '--key-format', 'traditional', ...secret], 2, /only pkcs8/],
    [['key', '--passphrase-env', 'EMPTY'], 2, /empty/],
  ]
  for (const [args, status, message] of cases) {
    const result = work.run(...args, { env: { ...env, EMPTY: '' } })
    expect([args, result.status, result.err]).toEqual([
      args,
      status,
      expect.stringMatching(message),
    ])
  }
  expect(work.list()).toEqual(before)
})

test('a wrong passphrase and too many iterations leave nothing behind', () => {
  const secret = ['--passphrase-file', 'secret.txt']
  work.ok('p12', 'shop.test.pem', 'shop.test-key.pem', ...secret, '--quiet', '--force')
  const before = work.list()
  const wrong = work.run(
    'convert',
    'shop.test.p12',
    '--to',
    'pem',
    '--in-passphrase-env',
    'WRONG',
    {
      env: { WRONG: 'not it' },
    },
  )
  expect(wrong).toMatchObject({ status: 3, err: expect.stringMatching(/passphrase is wrong/) })
  const limited = work.run(
    ...['convert', 'shop.test.p12', '--to', 'pem', '--in-passphrase-file', 'secret.txt'],
    ...['--max-iterations', '1000'],
  )
  expect(limited).toMatchObject({ status: 3, err: expect.stringMatching(/more than 1000/) })
  expect(work.list()).toEqual(before)
})
