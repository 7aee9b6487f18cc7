/**
 * Clients with certificates: judged by the core's path validation (RFC 5280 §6), refused with the
 * alert that says why (RFC 8446 §6.2), in both versions; under sanitizers.
 */

import fs from 'node:fs'

import { createCA, selfSigned } from '../../js/index.js'
import {
  echo,
  only,
  programs,
  refusal,
  refusedEcho,
  resumes,
  startEcho,
  ticketOf,
  versions,
} from '../support/echo.js'
import { run, scratch } from '../support/tools.js'

const files = scratch()
const day = 86_400_000
const ago = (days) => new Date(Date.now() - days * day)

const pem = (...made) => made.map((one) => one.pem).join('')
let sequence = 0
const write = (...made) => files.write(`file-${++sequence}`, pem(...made))

let root, middle, bound, list, middleList, clients
beforeAll(async () => {
  root = await createCA({ subject: 'CN=Clients', pathLen: 1 })
  middle = await root.createIntermediate({ subject: 'CN=Middle' })
  bound = await root.createIntermediate({
    subject: 'CN=Bound',
    nameConstraints: { permitted: ['inside.test'] },
  })
  const other = await createCA({ subject: 'CN=Others' })
  const twin = await createCA({ subject: 'CN=Clients', pathLen: 1 }) // another key
  const issue = (ca, cn, options) =>
    ca.issue({ subject: `CN=${cn}`, profile: 'client', ...options })
  const weak = { allowWeak: true }
  clients = {
    good: await issue(root, 'good'),
    revoked: await issue(root, 'revoked'),
    stranger: await issue(other, 'stranger'),
    forged: await issue(twin, 'forged', { extensions: { authorityKeyIdentifier: false } }),
    expired: await issue(root, 'expired', { ...weak, notBefore: ago(9), notAfter: ago(2) }),
    early: await issue(root, 'early', { ...weak, notBefore: ago(-2), notAfter: ago(-9) }),
    server: await issue(root, 'server', { profile: 'server', san: ['a.test'] }),
    critical: await issue(root, 'critical', {
      extensions: { custom: [{ oid: '1.3.6.1.4.1.55555.1', critical: true, der: '0500' }] },
    }),
    below: await issue(middle, 'below'),
    inside: await issue(bound, 'inside', { san: ['a.inside.test'] }),
    outside: await issue(bound, 'outside', { ...weak, san: ['a.outside.test'] }),
    self: await selfSigned(['self.test'], { profile: 'client' }),
  }
  list = await root.createCRL({ revoked: [clients.revoked.cert] })
  middleList = await middle.createCRL()
})

/** The certificates a client shows: its own, and what is above it but the root. */
const chain = ({ cert, chain: all = [cert] }) =>
  pem(...all.filter((one) => one.subject !== root.cert.subject))
const as = (client, version) => ({
  ...only(version),
  cert: chain(client),
  key: client.key.pem,
})

describe.each(versions)('%s: --client-cert required', (version) => {
  let server
  beforeAll(async () => {
    server = await startEcho(['--client-cert', 'required', '--client-ca', write(root.cert)], {
      program: programs.asan,
    })
  })
  afterAll(async () => {
    const { status, log } = await server.stop()
    expect(log).not.toMatch(/Sanitizer|runtime error/)
    expect(status).toBe(0)
  })

  test.each(['good', 'below', 'inside'])('%s is served and named', async (name) => {
    expect(String(await echo(server, 'x', as(clients[name], version)))).toBe('x')
    await server.event((e) => e.event === 'handshake' && e.client === `CN=${name}` && !e.problem)
  })

  test.each([
    ['stranger', /UNKNOWN_CA/, /Others/],
    ['forged', /BAD_CERTIFICATE/, /./],
    ['self', /UNKNOWN_CA/, /./],
    ['expired', /CERTIFICATE_EXPIRED/, /expired|until/],
    ['early', /CERTIFICATE_EXPIRED/, /./],
    ['server', /UNSUPPORTED_CERTIFICATE/, /clientAuth|client/],
    ['critical', /UNSUPPORTED_CERTIFICATE/, /1\.3\.6\.1\.4\.1\.55555\.1/],
    ['outside', /CERTIFICATE_UNKNOWN/, /outside\.test/],
  ])('%s is refused with the right alert, and the log says why', async (name, alert, why) => {
    const failures = () => server.events().filter((e) => e.event === 'failed')
    const before = failures().length
    const error = await refusal(server, as(clients[name], version))
    expect(error.code).toMatch(alert)
    await server.event(() => failures().length > before)
    const { problem } = failures().at(-1)
    expect(problem).toMatch(/^handshake: the client's certificate: /)
    expect(problem).toMatch(why)
  })

  test('without the intermediate that only the client can send: unknown_ca', async () => {
    const { cert, key } = clients.below
    const error = await refusal(server, { ...only(version), cert: cert.pem, key: key.pem })
    expect(error.code).toMatch(/UNKNOWN_CA/)
  })

  test('without a certificate', async () => {
    const error = await refusal(server, only(version))
    expect(error.code).toMatch(
      version === 'TLSv1.2' ? /ALERT_HANDSHAKE_FAILURE/ : /ALERT_CERTIFICATE_REQUIRED/,
    )
    await server.event((e) => e.event === 'failed' && e.problem.includes('no certificate to show'))
  })

  test('with issuers in any order, others among them', async () => {
    const { cert, key } = clients.below
    const shown = pem(cert, clients.stranger.cert, bound.cert, root.cert, middle.cert)
    const options = { ...only(version), cert: shown, key: key.pem }
    expect(String(await echo(server, 'x', options))).toBe('x')
  })

  test('a name beyond ASCII is told as it is', async () => {
    const other = await createCA({ subject: 'CN=Zoë 木 😀' })
    await refusal(server, as(await other.issue({ subject: 'CN=x', profile: 'client' }), version))
    await server.event((e) => e.problem?.includes('"CN=Zoë 木 😀"'))
  })

  test('openssl s_client agrees', () => {
    const client = (name) =>
      run(
        'openssl',
        [
          ...['s_client', '-connect', `127.0.0.1:${server.port}`, '-quiet'],
          version === 'TLSv1.2' ? '-tls1_2' : '-tls1_3',
          ...['-cert', files.write(`${name}.pem`, chain(clients[name]))],
          ...['-key', files.write(`${name}.key`, clients[name].key.pem)],
          ...['-cert_chain', files.write(`${name}.chain`, chain(clients[name]))],
        ],
        { input: 'hello\n', fails: true },
      )
    expect(client('expired').err).toMatch(/alert certificate expired|alert number 45/)
    expect(client('outside').err).toMatch(/alert certificate unknown|alert number 46/)
  })
})

describe.each(versions)('%s: revocation lists', (version) => {
  const start = (roots, ...lists) =>
    startEcho(
      [
        ...['--client-cert', 'required', '--client-ca', write(...roots)],
        ...['--client-crl', write(...lists)],
      ],
      { program: programs.asan },
    )

  test('a current list convicts and acquits', async () => {
    const server = await start([root.cert], list)
    expect(String(await echo(server, 'x', as(clients.good, version)))).toBe('x')
    const error = await refusal(server, as(clients.revoked, version))
    expect(error.code).toMatch(/CERTIFICATE_REVOKED/)
    await server.event((e) => e.event === 'failed' && e.problem.includes('revoked'))
    await server.stop()
  })

  test('an authority without a list: refused, until its list is there', async () => {
    const one = await start([root.cert], list)
    const error = await refusal(one, as(clients.below, version))
    expect(error.code).toMatch(/CERTIFICATE_UNKNOWN/)
    await one.stop()
    const both = await start([root.cert], list, middleList)
    expect(String(await echo(both, 'x', as(clients.below, version)))).toBe('x')
    await both.stop()
  })

  test('a list out of date convicts, and acquits nobody', async () => {
    const stale = await root.createCRL({
      ...{ revoked: [clients.revoked.cert], allowWeak: true },
      ...{ thisUpdate: ago(9), nextUpdate: ago(2) },
    })
    const server = await start([root.cert], stale)
    const good = await refusal(server, as(clients.good, version))
    expect(good.code).toMatch(/CERTIFICATE_UNKNOWN/)
    const revoked = await refusal(server, as(clients.revoked, version))
    expect(revoked.code).toMatch(/CERTIFICATE_REVOKED/)
    await server.stop()
  })
})

describe.each(versions)('%s: --client-cert optional', (version) => {
  test('everybody is served, and what is wrong is told', async () => {
    const server = await startEcho([
      ...['--client-cert', 'optional', '--client-ca', write(root.cert)],
      ...['--client-crl', write(list)],
    ])
    for (const name of ['good', 'stranger', 'revoked']) {
      expect(String(await echo(server, 'x', as(clients[name], version)))).toBe('x')
    }
    expect(String(await echo(server, 'x', only(version)))).toBe('x')
    const told = (cn, text) =>
      server.event((e) => e.event === 'handshake' && e.client === cn && text.test(e.problem))
    await told('CN=good', /^undefined$/)
    await told('CN=stranger', /not verified: .*Others/)
    await told('CN=revoked', /revoked/)
    await server.stop()
  })

  test('without an authority: shown, and told that nobody vouches for it', async () => {
    const server = await startEcho(['--client-cert', 'optional'])
    expect(String(await echo(server, 'x', as(clients.good, version)))).toBe('x')
    const line = await server.event((e) => e.event === 'handshake')
    expect(line.client).toBe('CN=good')
    expect(line.problem).toMatch(/not verified/)
    await server.stop()
  })

  test('none: not asked for', async () => {
    const server = await startEcho()
    expect(String(await echo(server, 'x', as(clients.good, version)))).toBe('x')
    const line = await server.event((e) => e.event === 'handshake')
    expect(line.client).toBeUndefined()
    await server.stop()
  })
})

describe.each(versions)('%s: a session stands for a judgement', (version) => {
  test('after a reload with another list nobody resumes what was opened before', async () => {
    const crl = write(await root.createCRL())
    const server = await startEcho([
      ...['--client-cert', 'required', '--client-ca', write(root.cert), '--client-crl', crl],
    ])
    const options = { ...as(clients.revoked, version), ca: server.ca }
    const session = await ticketOf(server, version, options)
    expect(await resumes(server, version, session, options)).toBe(true)
    const reload = async (count) => {
      server.signal('SIGHUP')
      const reloads = () => server.events().filter((e) => e.event === 'reload')
      await server.event(() => reloads().length === count)
      return reloads().at(-1).message
    }
    expect(await reload(1)).toMatch(/^reloaded/) // nothing has changed: sessions go on
    expect(await resumes(server, version, session, options)).toBe(true)
    fs.writeFileSync(crl, list.pem)
    expect(await reload(2)).toMatch(/^reloaded/)
    const error = await refusal(server, { ...options, session })
    expect(error.code).toMatch(/CERTIFICATE_REVOKED/)
    await server.stop()
  })

  test('servers with one ticket key and other authorities do not open each other’s', async () => {
    const made = await selfSigned(['localhost'])
    const shared = [
      ...['--cert', write(made.cert), '--key', write(made.key)],
      ...['--ticket-key-file', files.write('tickets', Buffer.alloc(48, 7))],
    ]
    const asks = [...shared, '--client-cert', 'required', '--client-ca', write(root.cert)]
    const [open, strict, same] = await Promise.all([shared, asks, asks].map((a) => startEcho(a)))
    const ca = { ca: made.cert.pem }
    const bare = await ticketOf(open, version, ca)
    const error = await refusal(strict, { ...only(version), ...ca, session: bare })
    expect(error).toBeDefined()
    const options = { ...as(clients.good, version), ...ca }
    const session = await ticketOf(strict, version, options)
    expect(await resumes(same, version, session, options)).toBe(true)
    await Promise.all([open, strict, same].map((server) => server.stop()))
  })
})

test('an authority or a list that the core cannot read is refused at the start', async () => {
  const broken = Buffer.from(list.der)
  broken[broken.indexOf(0x17) + 3] ^= 0x7f // a time that is none
  const { status, err } = await refusedEcho(
    [
      ...['--listen', '127.0.0.1:0', '--client-cert', 'required', '--client-ca', write(root.cert)],
      ...['--client-crl', files.write('broken.crl', broken)],
    ],
    { program: programs.asan },
  )
  expect(err).toMatch(/--client-crl ".*broken\.crl": is not a revocation list that can be used: /)
  expect(status).toBe(3)
})
