/**
 * Peers that are broken, slow or hostile, against the server under AddressSanitizer and
 * UndefinedBehaviorSanitizer: none crashes it, makes it leak, or keeps the others from being served.
 */

import { once } from 'node:events'
import net from 'node:net'
import tls from 'node:tls'

import {
  connect,
  connectPlain,
  delay,
  echo,
  only,
  pattern,
  programs,
  readPlain,
  startEcho,
  versions,
} from '../support/echo.js'

let server
beforeAll(async () => {
  server = await startEcho(['--handshake-timeout', '1.5', '--idle-timeout', '2'], {
    program: programs.asan,
  })
})
afterEach(async () => {
  expect(String(await echo(server, 'still here'))).toBe('still here')
})
afterAll(async () => {
  const { status, log } = await server.stop()
  expect(log).not.toMatch(/Sanitizer|runtime error/)
  expect(status).toBe(0) // LeakSanitizer makes it 23
})

/** The first bytes that Node sends: a real ClientHello. */
async function clientHello(options) {
  const listener = net.createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address()
  const client = tls.connect({ host: '127.0.0.1', port, servername: 'localhost', ...options })
  client.on('error', () => {})
  const [socket] = await once(listener, 'connection')
  const [hello] = await once(socket, 'data')
  socket.destroy()
  client.destroy()
  listener.close()
  return hello
}

/** Sends bytes and ends; what comes back. */
async function send(bytes, { reset = false } = {}) {
  const socket = await connectPlain(server)
  const answer = readPlain(socket)
  if (reset) socket.write(bytes, () => socket.resetAndDestroy())
  else socket.end(bytes)
  return answer
}

/** Does `work` on each item, some at a time. */
async function each(items, work, atOnce = 16) {
  const waiting = [...items]
  const worker = async () => {
    while (waiting.length > 0) await work(waiting.pop())
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

const range = (from, to, step = 1) =>
  Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step)

describe('what is not TLS', () => {
  test.each([
    ['nothing', ''],
    ['one byte', '\x16'],
    ['zeros', Buffer.alloc(5000)],
    ['ones', Buffer.alloc(5000, 0xff)],
    ['noise', pattern(100_000, 99)],
    ['SSH', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['SMTP', 'EHLO example.com\r\n'],
    ['an SSL 2.0 hello', Buffer.from('802e0100020015000000100100800200800300800400800500', 'hex')],
    ['a record with a wrong version', Buffer.from('16ffff00050100000100', 'hex')],
    ['a record without content', Buffer.from('1603010000', 'hex')],
    ['a record that is too large', Buffer.from('160301ffff', 'hex')],
    ['an alert', Buffer.from('15030100020228', 'hex')],
    ['a change of cipher spec', Buffer.from('140303000101', 'hex')],
    ['application data', Buffer.from('1703030003414243', 'hex')],
    ['a heartbeat', Buffer.from('180303000301ffff', 'hex')],
  ])('%s', async (_, bytes) => {
    const answer = await send(bytes)
    // An alert, or nothing: never anything else.
    if (answer.length > 0) expect(answer[0]).toBe(21)
  })

  test.each(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'CONNECT', 'TRACE'])(
    'a plain HTTP %s gets a readable answer',
    async (method) => {
      const answer = String(await send(`${method} / HTTP/1.1\r\nHost: localhost\r\n\r\n`))
      const [head, body] = answer.split('\r\n\r\n')
      expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
      expect(Number(head.match(/Content-Length: (\d+)/)[1])).toBe(Buffer.byteLength(body))
      expect(body).toContain('https://')
    },
  )

  test('a plain HTTP request byte by byte', async () => {
    const socket = await connectPlain(server)
    socket.setNoDelay(true)
    const answer = readPlain(socket)
    for (const byte of 'OPTIONS * HTTP/1.1\r\n\r\n') {
      if (!socket.writable || socket.destroyed) break
      socket.write(byte)
      await delay(1)
    }
    expect(String(await answer)).toMatch(/^HTTP\/1\.1 400/)
  })
})

describe.each(versions)('%s: damaged handshakes', (version) => {
  let hello
  beforeAll(async () => {
    hello = await clientHello(only(version))
  })

  test('a ClientHello cut at every byte, ended or reset', async () => {
    await each(range(0, hello.length), async (size) => {
      await send(hello.subarray(0, size), { reset: size % 2 === 1 })
    })
  })

  test('a ClientHello with every byte changed', async () => {
    await each(range(0, hello.length), async (at) => {
      const damaged = Buffer.from(hello)
      damaged[at] ^= 1 << (at % 8)
      const answer = await send(damaged)
      if (answer.length > 0) expect([21, 22]).toContain(answer[0])
    })
  })

  test('a ClientHello with lengths that lie', async () => {
    await each(range(0, hello.length - 1, 3), async (at) => {
      const damaged = Buffer.from(hello)
      damaged.writeUInt16BE(at % 2 ? 0xffff : 0, at)
      await send(damaged)
    })
  })

  test('a ClientHello in one-byte records', async () => {
    const records = [...hello.subarray(5)].flatMap((byte) => [0x16, 3, 1, 0, 1, byte])
    await send(Buffer.from(records))
  })

  test('two at once, and one that never ends', async () => {
    await send(Buffer.concat([hello, hello]))
    await send(Buffer.concat(Array(200).fill(hello)))
  })
})

/** A proxy that spoils what the client sends. */
async function proxied(spoil, options) {
  const listener = net.createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  listener.on('connection', (near) => {
    const far = net.connect({ host: '127.0.0.1', port: server.port })
    near.on('error', () => {})
    far.on('error', () => {})
    far.pipe(near)
    let seen = 0
    near.on('data', (data) => {
      spoil(data, seen, far)
      seen += data.length
    })
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
  })
  const { port } = listener.address()
  const client = tls.connect({
    ...{ host: '127.0.0.1', port, servername: 'localhost', ca: server.ca },
    ...options,
  })
  client.on('error', () => {})
  client.on('secureConnect', () => client.end(pattern(40_000)))
  client.resume()
  await Promise.race([new Promise((resolve) => client.on('close', resolve)), delay(4000)])
  client.destroy()
  listener.close()
}

describe.each(versions)('%s: connections that break', (version) => {
  test('reset after every so many bytes', async () => {
    await each(
      [...range(0, 900, 31), ...range(900, 41_000, 2111)],
      (cut) =>
        proxied((data, seen, far) => {
          if (seen + data.length < cut) far.write(data)
          else far.write(data.subarray(0, Math.max(0, cut - seen)), () => far.resetAndDestroy())
        }, only(version)),
      8,
    )
  })

  test('ended after every so many bytes', async () => {
    await each(
      [...range(1, 900, 37), ...range(901, 41_000, 3111)],
      (cut) =>
        proxied((data, seen, far) => {
          if (seen + data.length < cut) far.write(data)
          else if (far.writable) far.end(data.subarray(0, Math.max(0, cut - seen)))
        }, only(version)),
      8,
    )
  })

  test('one bit changed on the way', async () => {
    await each(
      [...range(0, 900, 29), ...range(900, 41_000, 2111)],
      (at) =>
        proxied((data, seen, far) => {
          if (at >= seen && at < seen + data.length) data[at - seen] ^= 0x10
          far.write(data)
        }, only(version)),
      8,
    )
  })
})

describe('silence', () => {
  test('a peer that says nothing is let go after --handshake-timeout, others go on', async () => {
    const silent = await Promise.all(range(0, 20).map(() => connectPlain(server)))
    const since = Date.now()
    const ends = silent.map(readPlain)
    expect(String(await echo(server, 'meanwhile'))).toBe('meanwhile')
    await Promise.all(ends)
    expect(Date.now() - since).toBeGreaterThan(1200)
    expect(Date.now() - since).toBeLessThan(4000)
  })

  test('a handshake a byte at a time is cut off too', async () => {
    const hello = await clientHello()
    const socket = await connectPlain(server)
    const since = Date.now()
    const end = readPlain(socket)
    for (const byte of hello) {
      if (socket.destroyed || !socket.writable) break
      socket.write(Buffer.from([byte]))
      await Promise.race([end, delay(20)])
    }
    await end
    expect(Date.now() - since).toBeLessThan(4000)
  })

  test('a connection without a byte for --idle-timeout is closed in order', async () => {
    const socket = await connect(server)
    const errors = []
    socket.on('error', (error) => errors.push(error))
    socket.resume()
    const since = Date.now()
    await once(socket, 'end')
    expect(Date.now() - since).toBeGreaterThan(1700)
    expect(errors).toEqual([])
    socket.destroy()
  })

  test('a peer that reads nothing is dropped after --idle-timeout', async () => {
    const socket = await connect(server)
    socket.on('error', () => {})
    socket.pause()
    socket.write(pattern(30_000_000))
    await server.event((e) => e.problem?.includes('read nothing'), 20_000)
    socket.destroy()
  })

  test('a peer that ends its half and never reads the rest', async () => {
    const socket = await connect(server)
    socket.on('error', () => {})
    socket.pause()
    socket.end(pattern(30_000_000))
    await delay(100)
    socket.destroy()
  })
})

test('more peers than descriptors: the others wait, and are served', async () => {
  const small = await startEcho(['--handshake-timeout', '1'], {
    program: programs.asan,
    wrap: ['prlimit', '--nofile=96:96', '--'],
  })
  const many = await Promise.all(range(0, 80).map(() => connectPlain(small)))
  many.forEach((socket) => socket.on('error', () => {}))
  expect(String(await echo(small, 'in the end'))).toBe('in the end')
  many.forEach((socket) => socket.destroy())
  expect((await small.stop()).status).toBe(0)
}, 30_000)
