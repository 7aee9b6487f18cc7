/** What an echo server is for: it gives back what it gets, whole, to everybody, at once. */

import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import tls from 'node:tls'

import { selfSigned } from '../../js/index.js'
import { connect, delay, echo, pattern, readAll, startEcho } from '../support/echo.js'
import { scratch } from '../support/tools.js'

const versions = ['TLSv1.2', 'TLSv1.3']
const only = (version) => ({ minVersion: version, maxVersion: version })

describe.each(['p-256', 'p-384', 'p-521', 'rsa-2048'])('a minted %s certificate', (spec) => {
  let server
  beforeAll(async () => {
    server = await startEcho(['--key-type', spec])
  })
  afterAll(() => server.stop())

  test('is what it says it is', () => {
    const cert = new X509Certificate(server.ca)
    expect(server.info).toMatchObject({ event: 'listening', mode: 'echo', minted: true })
    expect(server.info.fingerprint).toBe(cert.fingerprint256)
    expect(cert.subjectAltName).toBe(
      'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    )
    expect(cert.publicKey.asymmetricKeyType).toBe(spec.startsWith('rsa') ? 'rsa' : 'ec')
  })

  test.each(versions)('echoes over %s, verified', async (version) => {
    const socket = await connect(server, only(version))
    expect(socket.authorized).toBe(true)
    expect(socket.getProtocol()).toBe(version)
    socket.end('hello')
    expect(String(await readAll(socket))).toBe('hello')
  })
})

describe('echo', () => {
  let server
  beforeAll(async () => {
    server = await startEcho()
  })
  afterAll(async () => {
    expect((await server.stop()).status).toBe(0)
  })

  const sizes = [0, 1, 2, 255, 16383, 16384, 16385, 32768, 65537, 1_000_003]
  test.each(versions.flatMap((version) => sizes.map((size) => [version, size])))(
    '%s, %i bytes',
    async (version, size) => {
      const data = pattern(size)
      expect((await echo(server, data, only(version))).equals(data)).toBe(true)
    },
  )

  test.each(versions)('%s: 20 MB to a client that reads slowly', async (version) => {
    const data = pattern(20_000_000, 7)
    const socket = await connect(server, only(version))
    socket.pause()
    socket.end(data)
    await delay(500) // everything between us is full now
    const parts = []
    let pauses = 0
    for await (const part of socket) {
      parts.push(part)
      if (parts.length % 64 === 0 && pauses++ < 20) await delay(10)
    }
    expect(Buffer.concat(parts).equals(data)).toBe(true)
  })

  test('a client that never reads is made to wait, and memory does not grow', async () => {
    const memory = () => rss(server.child.pid)
    const socket = await connect(server)
    const before = memory()
    const chunk = pattern(1 << 20)
    let sent = 0
    socket.pause()
    const until = Date.now() + 1500
    while (Date.now() < until && sent < 200) {
      const took = await Promise.race([
        new Promise((resolve) => socket.write(chunk, () => resolve(true))),
        delay(400).then(() => false),
      ])
      if (!took) break
      sent++
    }
    expect(sent).toBeLessThan(64) // socket buffers, no more
    expect(memory() - before).toBeLessThan(4 << 20)
    socket.destroy()
  })

  test('200 clients at once, each with data of its own', async () => {
    const sockets = await Promise.all(
      Array.from({ length: 200 }, (_, i) => connect(server, only(versions[i % 2]))),
    )
    await Promise.all(
      sockets.map(async (socket, i) => {
        const data = pattern(10_000 + i * 97, i + 1)
        for (let at = 0; at < data.length; at += 3000) {
          socket.write(data.subarray(at, at + 3000))
          if (at % 9000 === 0) await delay(i % 7)
        }
        socket.end()
        expect((await readAll(socket)).equals(data)).toBe(true)
      }),
    )
  })

  test('messages come back at once: no delayed acknowledgements', async () => {
    const socket = await connect(server)
    const times = []
    for (let i = 0; i < 30; i++) {
      const since = performance.now()
      socket.write(`message ${i}`)
      await once(socket, 'data')
      times.push(performance.now() - since)
    }
    socket.destroy()
    expect(median(times)).toBeLessThan(15)
  })

  test('a TLS 1.2 handshake takes far less than 44 ms', async () => {
    const times = []
    for (let i = 0; i < 11; i++) {
      const since = performance.now()
      const socket = await connect(server, { ...only('TLSv1.2'), session: undefined })
      times.push(performance.now() - since)
      socket.destroy()
    }
    expect(median(times)).toBeLessThan(40)
  })

  test.each(versions)(
    '%s: half-close: what was sent before the end comes back',
    async (version) => {
      const socket = await connect(server, { ...only(version), allowHalfOpen: true })
      const data = pattern(300_000, 3)
      socket.end(data)
      const back = await readAll(socket)
      expect(back.equals(data)).toBe(true)
    },
  )

  test.each(versions)('%s: ends with close_notify, not with a bare end', async (version) => {
    const socket = await connect(server, only(version))
    const raw = []
    // OpenSSL's state: received shutdown is only set by close_notify; a truncation is an error.
    socket.on('error', (error) => raw.push(error))
    socket.end('bye')
    expect(String(await readAll(socket))).toBe('bye')
    expect(raw).toEqual([])
    await server.event((e) => e.event === 'closed' && e.received === 3 && e.sent === 3)
  })
})

describe('certificates that the module made', () => {
  const files = scratch()
  test.each(['rsa-2048', 'p-256'])('%s: served from files', async (key) => {
    const made = await selfSigned(['localhost'], { key })
    const server = await startEcho([
      '--cert',
      files.write(`${key}.pem`, made.cert.pem),
      '--key',
      files.write(`${key}-key.pem`, made.key.pem),
    ])
    expect(server.info).toMatchObject({ minted: false, fingerprint: made.cert.fingerprint() })
    for (const version of versions) {
      const back = await echo(server, 'hello', { ...only(version), ca: made.cert.pem })
      expect(String(back)).toBe('hello')
    }
    expect((await server.stop()).status).toBe(0)
  })

  test('a client that does not trust the certificate is named in the log', async () => {
    const server = await startEcho()
    const socket = tls.connect({ host: '127.0.0.1', port: server.port, servername: 'localhost' })
    await once(socket, 'error')
    const line = await server.event((e) => e.event === 'failed')
    expect(line.problem).toMatch(/peer (sent alert|went away)/)
    await server.stop()
  })
})

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]

function rss(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(status.match(/VmRSS:\s+(\d+) kB/)[1]) * 1024
}
