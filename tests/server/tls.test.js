/** What is negotiated: versions, suites, groups, certificates by name and kind, clients, tickets. */

import fs from 'node:fs'
import tls from 'node:tls'

import { createCA, selfSigned } from '../../js/index.js'
import {
  connect,
  echo,
  only,
  readAll,
  refusal,
  refusedEcho,
  resumes,
  startEcho,
  ticketOf,
  versions,
} from '../support/echo.js'
import { run, scratch } from '../support/tools.js'

const files = scratch()
describe('versions, suites, groups', () => {
  test('--min-tls 1.3 refuses TLS 1.2 with protocol_version', async () => {
    const server = await startEcho(['--min-tls', '1.3'])
    expect((await refusal(server, only('TLSv1.2'))).code).toBe(
      'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    )
    expect(String(await echo(server, 'x'))).toBe('x')
    await server.stop()
  })

  test('--max-tls 1.2 speaks 1.2 to a client that offers both', async () => {
    const server = await startEcho(['--max-tls', '1.2'])
    const socket = await connect(server)
    expect(socket.getProtocol()).toBe('TLSv1.2')
    socket.destroy()
    await server.stop()
  })

  test('TLS 1.1 is never spoken', async () => {
    const server = await startEcho()
    const error = await refusal(server, {
      ...{ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' },
      ciphers: 'DEFAULT@SECLEVEL=0',
    })
    expect(error.code).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION')
    await server.stop()
  })

  const suites = [
    ['TLS_AES_128_GCM_SHA256', 'TLSv1.3'],
    ['TLS_AES_256_GCM_SHA384', 'TLSv1.3'],
    ['TLS_CHACHA20_POLY1305_SHA256', 'TLSv1.3'],
    ['ECDHE-ECDSA-AES128-GCM-SHA256', 'TLSv1.2'],
    ['ECDHE-ECDSA-AES256-GCM-SHA384', 'TLSv1.2'],
    ['ECDHE-ECDSA-CHACHA20-POLY1305', 'TLSv1.2'],
    ['ECDHE-RSA-AES128-GCM-SHA256', 'TLSv1.2'],
    ['ECDHE-RSA-AES256-GCM-SHA384', 'TLSv1.2'],
    ['ECDHE-RSA-CHACHA20-POLY1305', 'TLSv1.2'],
  ]
  test.each(suites)('--ciphers %s', async (name, version) => {
    const type = name.includes('-RSA-') ? 'rsa-2048' : 'p-256'
    const server = await startEcho(['--ciphers', name, '--key-type', type])
    const socket = await connect(server)
    expect(socket.getCipher().name).toBe(name)
    expect(socket.getProtocol()).toBe(version)
    socket.destroy()
    const other = suites.find(([suite, v]) => v === version && suite !== name)[0]
    const error = await refusal(server, { ...only(version), ciphers: other })
    expect(error.code).toMatch(/HANDSHAKE_FAILURE/)
    await server.stop()
  })

  test.each([
    ['x25519', 'X25519'],
    ['p-256', 'prime256v1'],
    ['secp384r1', 'secp384r1'],
    ['p-521', 'secp521r1'],
  ])('--groups %s, also after a HelloRetryRequest', async (group, curve) => {
    const server = await startEcho(['--groups', group])
    for (const version of versions) {
      const socket = await connect(server, {
        ...only(version),
        ecdhCurve: `X448:X25519:prime256v1:secp384r1:secp521r1`,
      })
      const { name, size } = socket.getEphemeralKeyInfo()
      expect(name).toBe(curve)
      expect(size).toBeGreaterThan(0)
      socket.destroy()
    }
    await server.stop()
  })

  test('a client without a group in common gets handshake_failure', async () => {
    const server = await startEcho(['--groups', 'p-384'])
    for (const version of versions) {
      const error = await refusal(server, { ...only(version), ecdhCurve: 'X25519' })
      expect(error.code).toMatch(/HANDSHAKE_FAILURE/)
    }
    await server.stop()
  })
})

describe('ALPN', () => {
  let server
  beforeAll(async () => {
    server = await startEcho(['--alpn', 'h2,http/1.1'])
  })
  afterAll(() => server.stop())

  test.each(versions)('%s: the server prefers, the client offers', async (version) => {
    for (const [offered, agreed] of [
      [['http/1.1', 'h2'], 'h2'],
      [['x', 'http/1.1'], 'http/1.1'],
    ]) {
      const socket = await connect(server, { ...only(version), ALPNProtocols: offered })
      expect(socket.alpnProtocol).toBe(agreed)
      socket.destroy()
    }
    const none = await connect(server, only(version))
    expect(none.alpnProtocol).toBe(false)
    none.destroy()
  })

  test.each(versions)('%s: nothing in common: no_application_protocol', async (version) => {
    const error = await refusal(server, { ...only(version), ALPNProtocols: ['gopher'] })
    expect(error.code).toBe('ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL')
    await server.event((e) => e.event === 'failed' && e.problem.includes('no ALPN protocol'))
  })
})

describe('several certificates', () => {
  const made = {}
  let server
  beforeAll(async () => {
    const args = []
    for (const [name, names, key] of [
      ['a-ec', ['a.test'], 'p-256'],
      ['a-rsa', ['a.test'], 'rsa-2048'],
      ['b-ec', ['b.test', '*.b.test'], 'p-256'],
    ]) {
      made[name] = await selfSigned(names, { key })
      args.push('--cert', files.write(`${name}.pem`, made[name].cert.pem))
      args.push('--key', files.write(`${name}.key`, made[name].key.pem))
    }
    server = await startEcho(args)
  })
  afterAll(() => server.stop())

  async function served(options) {
    const socket = await connect(server, { rejectUnauthorized: false, ...options })
    const { fingerprint256 } = socket.getPeerCertificate()
    socket.destroy()
    return Object.keys(made).find((name) => made[name].cert.fingerprint() === fingerprint256)
  }

  test.each(versions)('%s: chosen by server name', async (version) => {
    expect(await served({ ...only(version), servername: 'a.test' })).toBe('a-ec')
    expect(await served({ ...only(version), servername: 'b.test' })).toBe('b-ec')
    expect(await served({ ...only(version), servername: 'x.b.test' })).toBe('b-ec')
    expect(await served({ ...only(version), servername: 'B.TEST' })).toBe('b-ec')
    expect(await served({ ...only(version), servername: 'other.test' })).toBe('a-ec')
    expect(await served({ ...only(version), servername: '' })).toBe('a-ec')
  })

  test.each(versions)('%s: RSA to a client without ECDSA', async (version) => {
    const sigalgs = 'rsa_pss_rsae_sha256:RSA+SHA256'
    expect(await served({ ...only(version), servername: 'a.test', sigalgs })).toBe('a-rsa')
  })

  test('the start-up line names all fingerprints', () => {
    expect(server.info.fingerprints).toEqual(Object.values(made).map((m) => m.cert.fingerprint()))
  })
})

describe('chains', () => {
  test('the intermediate is sent, a critical name constraint in it does not hinder', async () => {
    const ca = await createCA({ subject: 'CN=Root', pathLen: 1 })
    const middle = await ca.createIntermediate({
      subject: 'CN=Middle',
      nameConstraints: { permitted: ['localhost'] },
    })
    const site = await middle.issue({ san: ['localhost'] })
    const server = await startEcho([
      ...['--cert', files.write('chain.pem', site.chain.map((cert) => cert.pem).join(''))],
      ...['--key', files.write('chain.key', site.key.pem)],
    ])
    for (const version of versions) {
      expect(String(await echo(server, 'x', { ...only(version), ca: ca.cert.pem }))).toBe('x')
    }
    await server.stop()
  })
})

describe('resumption', () => {
  test.each(versions)('%s: the same server', async (version) => {
    const server = await startEcho()
    const session = await ticketOf(server, version)
    expect(await resumes(server, version, session)).toBe(true)
    await server.event((e) => e.event === 'handshake' && e.resumed)
    await server.stop()
  })

  test.each(versions)('%s: two servers with one --ticket-key-file', async (version) => {
    const made = await selfSigned(['localhost'])
    const secret = files.write('tickets', Buffer.alloc(48, 7))
    const args = [
      ...[
        '--cert',
        files.write('t.pem', made.cert.pem),
        '--key',
        files.write('t.key', made.key.pem),
      ],
    ]
    const shared = [...args, '--ticket-key-file', secret, '--ticket-lifetime', '604800']
    const ca = made.cert.pem
    const [one, two, other] = await Promise.all([
      startEcho(shared),
      startEcho([...shared, '--workers', '2']),
      startEcho(args),
    ])
    const session = await ticketOf(one, version, { ca })
    expect(await resumes(two, version, session, { ca })).toBe(true)
    expect(await resumes(one, version, session, { ca })).toBe(true)
    expect(await resumes(other, version, session, { ca })).toBe(false)
    await Promise.all([one, two, other].map((server) => server.stop()))
  })

  test.each(versions)('%s: --no-tickets', async (version) => {
    const server = await startEcho(['--no-tickets'])
    const session = await ticketOf(server, version)
    if (session) expect(await resumes(server, version, session)).toBe(false)
    await server.stop()
  })
})

describe('the key log', () => {
  test.each(versions)('%s: is what the client logs', async (version) => {
    const file = files.path(`keys-${version}`)
    const server = await startEcho(['--key-log', file])
    const lines = []
    const socket = tls.connect({
      ...{ host: '127.0.0.1', port: server.port, servername: 'localhost', ca: server.ca },
      ...only(version),
    })
    socket.on('keylog', (line) => lines.push(String(line).trim()))
    socket.end('x')
    await readAll(socket)
    await server.stop()
    const logged = fs.readFileSync(file, 'utf8').trim().split('\n')
    expect(fs.statSync(file).mode & 0o777).toBe(0o600)
    const wanted = lines.filter((line) => !line.startsWith('EXPORTER_SECRET'))
    expect(wanted.length).toBe(version === 'TLSv1.2' ? 1 : 4)
    expect(logged.sort()).toEqual(wanted.sort())
  })
})

test('a bad option in the middle of others leaves no socket file behind', async () => {
  const socket = files.path('socket')
  const { status } = await refusedEcho(['--listen', `unix:${socket}`, '--metrics', '8.8.8.8:1'])
  expect(status).not.toBe(0)
  expect(fs.existsSync(socket)).toBe(false)
})

test('TLS 1.2 without compression, and a renegotiation that is asked for does no harm', async () => {
  const server = await startEcho(['--max-tls', '1.2'])
  const { out, err } = run(
    'openssl',
    ['s_client', '-connect', `127.0.0.1:${server.port}`, '-servername', 'localhost'],
    { input: 'R\nhello\n', fails: true },
  )
  expect(out + err).toContain('Compression: NONE')
  expect(String(await echo(server, 'x'))).toBe('x')
  await server.stop()
})
