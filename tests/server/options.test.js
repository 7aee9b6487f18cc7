/** What the command line refuses, and how it says so. */

import fs from 'node:fs'
import net from 'node:net'
import { once } from 'node:events'

import { createCA, createPKCS12, selfSigned } from '../../js/index.js'
import { echo, programs, refusedEcho, startEcho } from '../support/echo.js'
import { run, scratch } from '../support/tools.js'

const usage = 2
const failed = 3
const files = scratch()
const at = (name) => files.path(name)

beforeAll(async () => {
  const one = await selfSigned(['one.test'])
  const two = await selfSigned(['two.test'], { key: 'rsa-2048' })
  files.write('one.pem', one.cert.pem)
  files.write('one.key', one.key.pem)
  files.write('two.pem', two.cert.pem)
  files.write('two.key', two.key.pem)
  run('openssl', [
    ...['pkcs8', '-topk8', '-in', at('one.key'), '-out', at('locked.key')],
    ...['-v2', 'aes-256-cbc', '-passout', 'pass:open sesame'],
  ])
  files.write('right', 'open sesame\nnot this line\n')
  files.write('wrong', 'open barley\n')
  files.write('empty', '')
  files.write('short', 'too short')
  files.write('text', 'this is no certificate\n')
  files.write('torn.pem', `${one.cert.pem.slice(0, 200)}\n-----END CERTIFICATE-----\n`)
  files.write('public.key', one.key.publicKey.pem)
  const store = (options) =>
    createPKCS12({ passphrase: 'open sesame', iterations: 2048, ...options })
  const issuer = await createCA({ subject: 'CN=Above', pathLen: 1 })
  const middle = await issuer.createIntermediate({ subject: 'CN=Middle' })
  const site = await middle.issue({ san: ['store.test'] })
  const shuffled = [issuer.cert, middle.cert]
  files.write('store.p12', await store({ key: site.key, cert: site.cert, chain: shuffled }))
  files.write('OLD.PFX', await store({ key: one.key, cert: one.cert, encryption: 'legacy' }))
  files.write('open.p12', await store({ key: one.key, cert: one.cert, passphrase: '' }))
  files.write('trust.p12', await store({ certificates: [one.cert] }))
  files.write('text.p12', 'this is no key store\n')
  files.write('issuer.pem', issuer.cert.pem)
})

test('--help teaches and --version tells, on standard output', async () => {
  const help = await refusedEcho(['--help'])
  expect(help).toMatchObject({ status: 0, err: '' })
  for (const option of ['--listen', '--cert', '--client-ca', '--metrics', 'SIGHUP', 'Examples']) {
    expect(help.out).toContain(option)
  }
  for (const line of help.out.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
  const version = await refusedEcho(['--version'])
  expect(version).toMatchObject({ status: 0, err: '' })
  expect(version.out).toMatch(/^certmint-echo \d+\.\d+\.\d+\n$/)
})

describe('wrong usage: status 2, a sentence that names option, value and rule', () => {
  test.each([
    [['--frobnicate'], '--frobnicate: there is no such option'],
    [['8443'], '"8443": is not an option'],
    [['--listen'], '--listen: needs a value'],
    [['--listen', ''], '--listen: its value is empty'],
    [['--listen='], '--listen: its value is empty'],
    [['--listen', '8443'], '--listen "8443": must be ADDRESS:PORT'],
    [['--listen', '127.0.0.1:65536'], 'the port must be a number from 0 to 65535'],
    [['--listen', '127.0.0.1:http'], 'the port must be a number from 0 to 65535'],
    [['--listen', '::1:8443'], 'write an IPv6 address in brackets'],
    [['--listen', 'unix:'], 'the path must have 1 to 107 bytes'],
    [['--listen', `unix:/${'x'.repeat(200)}`], 'the path must have 1 to 107 bytes'],
    [['--json=yes'], '--json: takes no value'],
    [['--min-tls', '1.1'], '--min-tls "1.1": must be 1.2 or 1.3'],
    [['--min-tls', '1.3', '--max-tls', '1.2'], '--min-tls 1.3: is above --max-tls 1.2'],
    [['--ciphers', 'TLS_RSA_WITH_RC4_128_MD5'], '--ciphers "TLS_RSA_WITH_RC4_128_MD5": is none'],
    [['--ciphers', 'TLS_AES_128_GCM_SHA256,'], '--ciphers: an item of the list is empty'],
    [['--ciphers', 'TLS_AES_128_GCM_SHA256', '--max-tls', '1.2'], 'none of them belongs'],
    [['--groups', 'p-192'], '--groups "p-192": must be x25519, p-256, p-384 or p-521'],
    [['--groups', 'p-256,secp256r1'], '"secp256r1": is listed twice'],
    [['--alpn', 'x'.repeat(256)], '--alpn: a protocol name is longer than 255 bytes'],
    [['--mode', 'proxy'], '--mode "proxy": must be echo, http, discard or chargen'],
    [['--workers', '0'], '--workers "0": must be a whole number from 1 to 256'],
    [['--workers', '2x'], '--workers "2x": must be a whole number from 1 to 256'],
    [['--workers', '-1'], '--workers "-1": must be a whole number'],
    [['--days', '99999'], '--days "99999": must be a whole number from 1 to 36500'],
    [['--idle-timeout', '-1'], '--idle-timeout "-1": must be a number of seconds'],
    [['--idle-timeout', 'nan'], '--idle-timeout "nan": must be a number of seconds'],
    [['--key-type', 'rsa-1000'], '--key-type: '],
    [['--name', '300.1.2.3.4'], '--name: '],
    [['--name', 'a b'], '--name: '],
    [['--cert', 'one.pem'], '--cert is given 1 times and --key 0 times'],
    [['--key', 'one.key'], '--cert is given 0 times and --key 1 times'],
    [['--cert', 'a', '--key', 'b', '--name', 'x.test'], '--name is for a certificate'],
    [['--cert', 'a', '--key', 'b', '--save', '.'], '--save is for a certificate'],
    [['--cert', 'a', '--key', 'b', '--days', '5'], '--days is for a certificate'],
    [['--cert', 'a', '--key', 'b', '--key-type', 'p-256'], '--key-type is for a certificate'],
    [['--cert', 'a.p12', '--key', 'b'], '--cert is given 1 times and --key 1 times'],
    [['--cert', 'a.p12', '--cert', 'b'], 'only .p12 and .pfx files have it in them'],
    [['--max-per-address', '0'], '--max-per-address "0": must be a whole number from 1 to 1000000'],
    [['--passphrase-file', 'x'], '--passphrase-file opens a --key or a PKCS#12 file'],
    [['--client-cert', 'maybe'], '--client-cert "maybe": must be none, optional or required'],
    [['--client-cert', 'required'], '--client-cert required: needs --client-ca'],
    [['--client-ca', 'x'], '--client-ca has no effect without --client-cert'],
    [['--client-cert', 'optional', '--client-crl', 'x'], '--client-crl: needs --client-ca'],
    [['--no-tickets', '--ticket-key-file', 'x'], 'no effect with --no-tickets'],
    [['--once', '--workers', '2'], 'leave out --workers'],
    [['--metrics', 'unix:/x'], '--metrics "unix:/x": must be ADDRESS:PORT'],
  ])('%j', async (args, sentence) => {
    const { status, out, err } = await refusedEcho(args)
    expect(err).toContain(sentence)
    expect(err).toMatch(/^certmint-echo: /)
    expect(out).toBe('')
    expect(status).toBe(usage)
  })
})

describe('files that will not do: status 3', () => {
  const listen = ['--listen', '127.0.0.1:0']
  const pair = (cert, key) => ['--cert', at(cert), '--key', at(key)]
  test.each([
    [
      'no certificate file',
      () => pair('none.pem', 'one.key'),
      /none\.pem": cannot be read: No such/,
    ],
    ['no key file', () => pair('one.pem', 'none.key'), /none\.key": cannot be read: No such file/],
    [
      'a folder',
      () => ['--cert', files.folder, '--key', at('one.key')],
      /cannot be read: Is a dir/,
    ],
    ['an empty certificate', () => pair('empty', 'one.key'), /empty": holds no certificate/],
    ['text for a certificate', () => pair('text', 'one.key'), /text": holds no certificate/],
    ['a torn certificate', () => pair('torn.pem', 'one.key'), /torn\.pem": /],
    [
      'a key for a certificate',
      () => pair('one.key', 'one.key'),
      /one\.key": holds no certificate/,
    ],
    ['a certificate for a key', () => pair('one.pem', 'one.pem'), /--key ".*one\.pem": /],
    ['a public key', () => pair('one.pem', 'public.key'), /public\.key": /],
    ['another key of another kind', () => pair('one.pem', 'two.key'), /does not belong to this/],
    [
      'the second pair is wrong',
      () => [...pair('one.pem', 'one.key'), ...pair('two.pem', 'one.key')],
      /two\.pem": the private key does not belong/,
    ],
    [
      'an encrypted key, no passphrase',
      () => pair('one.pem', 'locked.key'),
      /--passphrase-file opens/,
    ],
    [
      'an encrypted key, a wrong one',
      () => [...pair('one.pem', 'locked.key'), '--passphrase-file', at('wrong')],
      /locked\.key": .*passphrase/i,
    ],
    [
      'a key store, no passphrase',
      () => ['--cert', at('store.p12')],
      /store\.p12": .*passphrase.* \(--passphrase-file opens it\)/,
    ],
    [
      'a key store, a wrong one',
      () => ['--cert', at('OLD.PFX'), '--passphrase-file', at('wrong')],
      /OLD\.PFX": .*passphrase/i,
    ],
    [
      'a key store without a key',
      () => ['--cert', at('trust.p12'), '--passphrase-file', at('right')],
      /trust\.p12": holds 0 private keys, and exactly one is needed/,
    ],
    ['text for a key store', () => ['--cert', at('text.p12')], /text\.p12": /],
    ['no key store file', () => ['--cert', at('none.p12')], /none\.p12": cannot be read: No such/],
    [
      'an empty passphrase file',
      () => [...pair('one.pem', 'locked.key'), '--passphrase-file', at('empty')],
      /its first line is empty/,
    ],
    [
      'no passphrase file',
      () => [...pair('one.pem', 'locked.key'), '--passphrase-file', at('none')],
      /--passphrase-file ".*none": cannot be read/,
    ],
    [
      'a short ticket key',
      () => ['--ticket-key-file', at('short')],
      /holds 9 bytes, and at least 32/,
    ],
    [
      'no client authority',
      () => ['--client-cert', 'required', '--client-ca', at('none')],
      /--client-ca ".*": cannot be read/,
    ],
    [
      'text for an authority',
      () => ['--client-cert', 'required', '--client-ca', at('text')],
      /--client-ca ".*": holds no certificate/,
    ],
    [
      'text for a CRL',
      () => ['--client-cert', 'required', '--client-ca', at('one.pem'), '--client-crl', at('text')],
      /--client-crl ".*": holds no revocation list/,
    ],
    [
      'a key log that cannot be',
      () => ['--key-log', '/nonexistent/keys'],
      /--key-log "\/nonexistent\/keys": cannot be written/,
    ],
    [
      'a folder that cannot be made',
      () => ['--save', '/nonexistent/a/b'],
      /--save "\/nonexistent\/a\/b": cannot be made/,
    ],
  ])('%s', async (_, args, sentence) => {
    // With sanitizers: a start that fails frees what it has made.
    const { status, out, err } = await refusedEcho([...listen, ...args()], {
      program: programs.asan,
    })
    expect(err).toMatch(sentence)
    expect(out).toBe('')
    expect(status).toBe(failed)
  })

  test('an encrypted key opens with the first line of --passphrase-file', async () => {
    const server = await startEcho([
      ...pair('one.pem', 'locked.key'),
      '--passphrase-file',
      at('right'),
    ])
    expect(server.info.minted).toBe(false)
    expect((await server.stop()).status).toBe(0)
  })

  test('key stores serve their chains, beside a certificate with its key', async () => {
    const server = await startEcho(
      [
        ...['--cert', at('store.p12'), ...pair('two.pem', 'two.key'), '--cert', at('OLD.PFX')],
        ...['--passphrase-file', at('right')],
      ],
      { program: programs.asan },
    )
    expect(server.info).toMatchObject({ minted: false })
    expect(server.info.file).toBeUndefined()
    for (const [servername, ca] of Object.entries({
      ...{ 'store.test': 'issuer.pem', 'two.test': 'two.pem', 'one.test': 'one.pem' },
    })) {
      const back = await echo(server, 'x', { servername, ca: fs.readFileSync(at(ca)) })
      expect(String(back)).toBe('x')
    }
    expect((await server.stop()).status).toBe(0)
    const open = await startEcho(['--cert', at('open.p12')])
    await open.stop()
  })

  test('a port that is taken', async () => {
    const taken = net.createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { status, err } = await refusedEcho(
      ['--listen', '127.0.0.1:0', '--listen', `127.0.0.1:${taken.address().port}`],
      { program: programs.asan },
    )
    taken.close()
    expect(err).toMatch(/--listen 127\.0\.0\.1:\d+: cannot be opened: Address already in use/)
    expect(status).toBe(failed)
  })
})

describe('--save', () => {
  test('keeps what it minted, and a second start serves it again', async () => {
    const folder = at('kept')
    const first = await startEcho(['--save', folder, '--name', 'kept.test'])
    await first.stop()
    expect(first.info).toMatchObject({ minted: true, file: `${folder}/certificate.pem` })
    expect(fs.statSync(`${folder}/private_key.pem`).mode & 0o777).toBe(0o600)
    expect(fs.readdirSync(folder).sort()).toEqual(['certificate.pem', 'private_key.pem'])
    expect(
      run('openssl', [
        'x509',
        '-in',
        `${folder}/certificate.pem`,
        '-noout',
        '-ext',
        'subjectAltName',
      ]).out,
    ).toContain('DNS:kept.test')
    expect(
      run('openssl', ['pkey', '-in', `${folder}/private_key.pem`, '-check', '-noout']).out,
    ).toContain('valid')
    const second = await startEcho(['--save', folder])
    await second.stop()
    expect(second.info).toMatchObject({ minted: false, fingerprint: first.info.fingerprint })
    const third = await refusedEcho([
      '--save',
      folder,
      '--name',
      'other.test',
      '--listen',
      '127.0.0.1:0',
    ])
    expect(third.err).toMatch(/exists and is used again, with its own names/)
    fs.rmSync(`${folder}/private_key.pem`)
    const fourth = await refusedEcho(['--save', folder, '--listen', '127.0.0.1:0'])
    expect(fourth.err).toMatch(/is there without its private_key\.pem/)
    expect(fourth.status).toBe(failed)
  })
})
