/** certmint trust and untrust, with the clients that people use: before, with it, and after it. */

import fs from 'node:fs'
import path from 'node:path'

import { startEcho } from '../support/echo.js'
import { privateMachine } from '../support/machine.js'
import { python, root, run } from '../support/tools.js'

const chromium = process.env.CERTMINT_CHROMIUM || 'chromium'
const BUNDLE = '/etc/ssl/certs/ca-certificates.crt'

/** From Node 22.15 on it reads the system store itself; before, it is told where the bundle is. */
const nodeTrust = process.allowedNodeEnvironmentFlags.has('--use-system-ca')
  ? { args: ['--use-system-ca'], env: {} }
  : { args: [], env: { NODE_EXTRA_CA_CERTS: BUNDLE } }

const NODE_CLIENT = `
require('https').get(process.argv[1], (answer) => { console.log('status', answer.statusCode); answer.destroy() })
  .on('error', (error) => { console.error(error.code); process.exit(1) })`

const PYTHON_CLIENT = `
import sys, urllib.request
print('status', urllib.request.urlopen(sys.argv[1]).status)`

let machine, server, url

beforeAll(async () => {
  machine = await privateMachine()
  run('javac', ['-d', machine.folder, path.join(root, 'tests', 'support', 'TrustClient.java')])
  const made = machine.certmint('localhost', '127.0.0.1', '--json')
  expect(made.err).toBe('')
  const at = (name) => machine.path(name)
  server = await startEcho([
    ...['--mode', 'http', '--cert', at('localhost+1.pem'), '--key', at('localhost+1-key.pem')],
  ])
  url = `https://localhost:${server.port}/`
}, 60_000)

afterAll(async () => {
  await machine?.end()
  await server?.stop()
})

/** Each: what is run, how success shows, how a refusal of the certificate shows. */
const clients = {
  curl: () => [
    machine.run('curl', ['-sSi', url]),
    /200 OK/,
    /self.signed|unable to get local issuer/,
  ],
  Node: () => [
    machine.run(process.execPath, [...nodeTrust.args, '-e', NODE_CLIENT, url], {
      env: nodeTrust.env,
    }),
    /status 200/,
    /UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY/,
  ],
  Python: () => [
    machine.run(python, ['-c', PYTHON_CLIENT, url]),
    /status 200/,
    /CERTIFICATE_VERIFY_FAILED/,
  ],
  Java: () => [
    machine.run('java', ['-XX:TieredStopAtLevel=1', '-cp', machine.folder, 'TrustClient', url]),
    /status 200/,
    /PKIX path building failed/,
  ],
  Chromium: () => [
    machine.run(chromium, [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
      ...['--no-first-run', '--disable-background-networking', '--no-proxy-server'],
      ...[`--user-data-dir=${machine.path('profile')}`, '--enable-logging=stderr', '--v=0'],
      ...['--dump-dom', url],
    ]),
    /TLSv1\.3/,
    /ERR_CERT_AUTHORITY_INVALID|net_error -202|Your connection is not private/,
  ],
}

function expectTrusted(name) {
  const [{ status, out, err }, good] = clients[name]()
  expect({ status, out, err }).toMatchObject({ status: 0, out: expect.stringMatching(good) })
}

function expectRefused(name) {
  const [{ out, err }, good, bad] = clients[name]()
  expect(out).not.toMatch(good)
  expect(out + err).toMatch(bad)
}

const names = Object.keys(clients)

/** These tests build on one another: the machine is one. */
test.each(names)('before: %s refuses', (name) => expectRefused(name))

test('--dry-run tells what would be run, and runs nothing', () => {
  const { status, out } = machine.certmint('trust', '--dry-run')
  expect(status).toBe(0)
  expect(out).toMatch(
    /^(sudo )?install -m 644 \S+rootCA\.pem \/usr\/local\/share\/ca-certificates\//m,
  )
  expect(out).toMatch(/^(sudo )?update-ca-certificates$/m)
  expect(out).toMatch(/^certutil -A -d sql:\S+\.pki\/nssdb -t C,, -n certmint-[0-9a-f]{16} -i /m)
  expect(fs.existsSync(path.join(machine.home, '.pki'))).toBe(false)
})

test('trust: every store is told', () => {
  fs.mkdirSync(path.join(machine.home, '.mozilla', 'firefox', 'x.default'), { recursive: true })
  const profile = `sql:${path.join(machine.home, '.mozilla', 'firefox', 'x.default')}`
  run('certutil', ['-N', '-d', profile, '--empty-password'])
  const { status, out, err } = machine.certmint('trust')
  expect({ status, err }).toEqual({ status: 0, err: '' })
  expect(out).toMatch(/the system store +added in \/usr\/local\/share\/ca-certificates/)
  expect(out).toMatch(/Firefox and Chromium +added in \S+\.pki\/nssdb/)
  expect(out).toMatch(/Firefox and Chromium +added in \S+x\.default/)
  expect(out).toMatch(/Java +left out \(it follows the system store\)/)
  expect(out).toMatch(/Restart Firefox and Chromium/)
  const { stores } = JSON.parse(machine.certmint('trust', '--json').out)
  expect(stores.map(({ state }) => state)).toEqual([
    ...['already there', 'already there', 'already there', 'left out'],
  ])
})

test.each(names)('then: %s connects without a flag', (name) => expectTrusted(name))

test('untrust takes it back everywhere', () => {
  const { status, out, err } = machine.certmint('untrust')
  expect({ status, err }).toEqual({ status: 0, err: '' })
  expect(out.match(/ removed in /g)).toHaveLength(4)
  const again = JSON.parse(machine.certmint('untrust', '--json').out)
  expect(again.stores.map(({ state }) => state)).toEqual([
    ...['was not there', 'was not there', 'was not there', 'was not there'],
  ])
})

test.each(names)('after: %s refuses again', (name) => expectRefused(name))

test('a Java of its own: keytool, on its own cacerts', () => {
  const own = machine.path('jdk')
  const keytool = fs.realpathSync(run('sh', ['-c', 'command -v keytool']).out.trim())
  fs.mkdirSync(path.join(own, 'bin'), { recursive: true })
  fs.mkdirSync(path.join(own, 'lib', 'security'), { recursive: true })
  fs.symlinkSync(keytool, path.join(own, 'bin', 'keytool'))
  const store = path.join(own, 'lib', 'security', 'cacerts')
  // another authority is in it already
  machine.certmint('ca', '--out', 'other.pem')
  expect(machine.certmint('trust', 'other.pem', '--kit', 'other').status).toBe(0)
  fs.copyFileSync(machine.path('other/java-truststore.p12'), store)
  const with_ = { env: { JAVA_HOME: own, TRUST_STORES: 'java' } }
  const list = () =>
    machine.run('keytool', [...['-list', '-keystore', store, '-storepass', 'changeit']]).out
  expect(machine.certmint('trust', with_)).toMatchObject({
    status: 0,
    out: expect.stringMatching(/Java +added in .*cacerts/),
  })
  expect(list().match(/certmint-[0-9a-f]{16}, .*trustedCertEntry/g)).toHaveLength(2)
  const status = machine.run('java', [
    ...['-XX:TieredStopAtLevel=1', '-cp', machine.folder],
    `-Djavax.net.ssl.trustStore=${store}`,
    ...['-Djavax.net.ssl.trustStorePassword=changeit', 'TrustClient', url],
  ])
  expect(status).toMatchObject({ status: 0, out: 'status 200\n' })
  expect(machine.certmint('untrust', with_)).toMatchObject({ status: 0 })
  expect(list().match(/trustedCertEntry/g)).toHaveLength(1)
})

test('mkcert finds what certmint did with its authority, and the other way about', () => {
  const env = { CAROOT: machine.path('mkcert-root'), TRUST_STORES: 'system' }
  const anchors = () =>
    machine.run('ls', ['/usr/local/share/ca-certificates']).out.match(/mkcert_\S+/g) ?? []
  expect(machine.run('mkcert', ['-install'], { env }).status).toBe(0)
  expect(anchors()).toHaveLength(1)
  const seen = JSON.parse(machine.certmint('trust', '--json', { env }).out)
  expect(seen.stores.map(({ state }) => state)).toContain('already there')
  expect(machine.certmint('-uninstall', { env }).status).toBe(0)
  expect(anchors()).toEqual([])
  expect(machine.certmint('-install', { env }).status).toBe(0)
  expect(anchors()).toHaveLength(1)
  expect(machine.run('mkcert', ['-uninstall'], { env }).status).toBe(0)
  expect(anchors()).toEqual([])
})

test('what is no authority, and stores that are none, are refused', () => {
  expect(machine.certmint('trust', 'localhost+1.pem')).toEqual({
    status: 3,
    out: '',
    err: expect.stringMatching(/localhost\+1\.pem: is no authority \(CA:FALSE\)/),
  })
  expect(machine.certmint('trust', '--stores', 'system,keychain')).toEqual({
    status: 2,
    out: '',
    err: 'certmint: --stores: "keychain" is none of system, nss, java\n',
  })
})

test('a store that fails is said, the others are done, and the status tells', () => {
  const tools = machine.path('tools')
  fs.mkdirSync(tools)
  fs.writeFileSync(
    path.join(tools, 'update-ca-certificates'),
    '#!/bin/sh\necho broken >&2\nexit 9\n',
    {
      mode: 0o755,
    },
  )
  const env = { PATH: `${tools}:${process.env.PATH}` }
  const { status, out, err } = machine.certmint('trust', { env })
  expect(status).toBe(3)
  expect(err).toBe(
    'certmint: the system store, /usr/local/share/ca-certificates: update-ca-certificates: broken\n',
  )
  expect(out).toMatch(/Firefox and Chromium +added/)
  expect(machine.certmint('untrust').status).toBe(0)
})
