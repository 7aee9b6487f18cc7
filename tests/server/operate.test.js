/** Running it: signals, reload, how many connections, where it listens, metrics, modes. */

import fs from 'node:fs'
import http from 'node:http'
import { once } from 'node:events'
import net from 'node:net'

import { selfSigned } from '../../js/index.js'
import {
  connect,
  connectPlain,
  delay,
  echo,
  pattern,
  programs,
  readAll,
  readPlain,
  startEcho,
} from '../support/echo.js'
import { python, scratch } from '../support/tools.js'

const files = scratch()

describe('signals', () => {
  test.each(['SIGTERM', 'SIGINT'])('%s drains: what is under way is finished', async (name) => {
    const server = await startEcho([], { program: programs.asan })
    const socket = await connect(server)
    const data = pattern(2_000_000)
    let back = 0
    socket.write(data.subarray(0, 1_000_000))
    await once(socket, 'data')
    server.signal(name)
    socket.on('data', (part) => (back += part.length))
    await server.event((e) => e.event === 'stop')
    await once(net.connect(server.port, '127.0.0.1'), 'error') // refused: nothing new
    socket.end(data.subarray(1_000_000))
    await once(socket, 'end')
    expect(back).toBeGreaterThan(1_900_000)
    expect(await server.ended).toMatchObject({ status: 0, signal: null })
  })

  test('idle connections are closed in order at SIGTERM, soon', async () => {
    const server = await startEcho(['--drain-timeout', '5'])
    const sockets = await Promise.all(Array.from({ length: 20 }, () => connect(server)))
    const ends = sockets.map((socket) => readAll(socket))
    const since = Date.now()
    server.signal('SIGTERM')
    await Promise.all(ends) // an error here would be an end without close_notify
    sockets.forEach((socket) => socket.destroy())
    expect((await server.ended).status).toBe(0)
    expect(Date.now() - since).toBeLessThan(3000)
  })

  test('--drain-timeout ends what does not end, and status is 0', async () => {
    const server = await startEcho(['--mode', 'chargen', '--drain-timeout', '0.5'])
    const socket = await connect(server)
    socket.on('error', () => {})
    socket.resume()
    const since = Date.now()
    server.signal('SIGTERM')
    expect((await server.ended).status).toBe(0)
    expect(Date.now() - since).toBeLessThan(4000)
    socket.destroy()
  })

  test('a second signal ends it at once', async () => {
    const server = await startEcho(['--drain-timeout', '60', '--mode', 'chargen'])
    const socket = await connect(server)
    socket.on('error', () => {})
    socket.resume()
    server.signal('SIGTERM')
    await server.event((e) => e.event === 'stop')
    server.signal('SIGTERM')
    expect((await server.ended).status).toBe(0)
    socket.destroy()
  })
})

describe('SIGHUP', () => {
  test('new files for new connections; bad ones are refused, and old connections go on', async () => {
    const [one, two] = [await selfSigned(['localhost']), await selfSigned(['localhost'])]
    const cert = files.write('cert.pem', one.cert.pem)
    const key = files.write('key.pem', one.key.pem)
    const server = await startEcho(['--cert', cert, '--key', key, '--workers', '2'], {
      program: programs.asan,
    })
    const old = await connect(server, { ca: one.cert.pem })
    const reloads = () => server.events().filter((e) => e.event === 'reload')
    const reload = async () => {
      const before = reloads().length
      server.signal('SIGHUP')
      while (reloads().length === before) await delay(10)
      await delay(50) // until the workers have it
      return reloads().at(-1).message
    }

    files.write('cert.pem', two.cert.pem)
    expect(await reload()).toMatch(/not reloaded, the old certificates stay.*does not belong/)
    expect(String(await echo(server, 'x', { ca: one.cert.pem }))).toBe('x')

    fs.rmSync(key)
    expect(await reload()).toMatch(/not reloaded, the old certificates stay.*cannot be read/)
    expect(String(await echo(server, 'x', { ca: one.cert.pem }))).toBe('x')

    files.write('key.pem', two.key.pem)
    expect(await reload()).toContain(two.cert.fingerprint())
    expect(String(await echo(server, 'x', { ca: two.cert.pem }))).toBe('x')

    old.end('still the old one')
    expect(String(await readAll(old))).toBe('still the old one')
    expect((await server.stop()).status).toBe(0)
  })

  test('without files it says so', async () => {
    const server = await startEcho()
    server.signal('SIGHUP')
    await server.event((e) => e.event === 'reload' && e.message.includes('nothing to reload'))
    expect(String(await echo(server, 'x'))).toBe('x')
    await server.stop()
  })
})

describe('how many', () => {
  test('--once serves one connection and exits with 0', async () => {
    const server = await startEcho(['--once'])
    expect(String(await echo(server, 'only one'))).toBe('only one')
    expect(await server.ended).toMatchObject({ status: 0, signal: null })
  })

  test('--exit-after 3', async () => {
    const server = await startEcho(['--exit-after', '3'])
    for (const word of ['a', 'b', 'c']) expect(String(await echo(server, word))).toBe(word)
    expect((await server.ended).status).toBe(0)
  })

  test('--max-per-address: one more is refused, until one has gone; over all workers', async () => {
    const server = await startEcho(
      [
        ...['--max-per-address', '3', '--workers', '2', '--metrics', '127.0.0.1:0'],
        ...['--listen', '127.0.0.1:0', '--listen', `unix:${files.path('limited')}`],
      ],
      { program: programs.asan },
    )
    const three = await Promise.all([connect(server), connect(server), connect(server)])
    const fourth = await connectPlain(server)
    expect((await readPlain(fourth)).length).toBe(0)
    await server.event((e) => e.event === 'accept' && /--max-per-address already/.test(e.message))
    for (const address of ['127.0.0.2', '127.0.0.3']) {
      const other = await connect(server, { localAddress: address })
      other.destroy()
    }
    const local = await connect(server, { path: files.path('limited') })
    local.destroy()
    three.pop().destroy()
    await server.event((e) => e.event === 'closed' || e.event === 'failed')
    // The first of those has gone: the third of the three is the only one of this address.
    const again = async () => {
      for (;;) {
        const socket = await connect(server).catch(() => undefined)
        if (socket) return socket
        await delay(20)
      }
    }
    three.push(await again())
    for (const socket of three) {
      socket.end('x')
      expect(String(await readAll(socket))).toBe('x')
    }
    expect((await server.stop()).status).toBe(0)
  })

  test('--max-connections: the next one waits, and is served then', async () => {
    const server = await startEcho(['--max-connections', '2'])
    const [first, second] = [await connect(server), await connect(server)]
    const third = echo(server, 'third')
    expect(await Promise.race([third, delay(300).then(() => 'waits')])).toBe('waits')
    first.end()
    await readAll(first)
    expect(String(await third)).toBe('third')
    second.destroy()
    await server.stop()
  })

  test('--workers: connections are shared out, each answers', async () => {
    const server = await startEcho(['--workers', '3'], { program: programs.asan })
    const words = Array.from({ length: 60 }, (_, i) => `word ${i}`)
    const back = await Promise.all(words.map((word) => echo(server, word)))
    expect(back.map(String)).toEqual(words)
    expect((await server.stop()).status).toBe(0)
  })
})

describe('where it listens', () => {
  test('IPv6', async () => {
    const server = await startEcho(['--listen', '[::1]:0'])
    expect(server.info.listen).toEqual([`[::1]:${server.port}`])
    expect(String(await echo(server, 'six', { host: '::1' }))).toBe('six')
    await server.stop()
  })

  test('several addresses, a Unix socket among them, which goes away', async () => {
    const file = files.path('echo.sock')
    const args = ['--listen', `unix:${file}`, '--listen', '127.0.0.1:0', '--listen', 'localhost:0']
    const server = await startEcho(args)
    expect(server.info.listen).toHaveLength(3)
    expect(server.info.listen[0]).toBe(`unix:${file}`)
    expect(String(await echo(server, 'tcp'))).toBe('tcp')
    const socket = await connect(server, { host: undefined, port: undefined, path: file })
    socket.end('unix')
    expect(String(await readAll(socket))).toBe('unix')
    await server.stop()
    expect(fs.existsSync(file)).toBe(false)
  })

  test('a stale socket file is replaced, a living one is not', async () => {
    const file = files.path('stale.sock')
    const killed = await startEcho(['--listen', `unix:${file}`])
    await killed.stop('SIGKILL')
    expect(fs.existsSync(file)).toBe(true)
    const server = await startEcho(['--listen', `unix:${file}`])
    await expect(startEcho(['--listen', `unix:${file}`])).rejects.toThrow(/already in use/i)
    expect(fs.existsSync(file)).toBe(true)
    await server.stop()
  })

  test('a socket handed over by systemd', async () => {
    // What systemd does: the listening socket is descriptor 3, LISTEN_PID the server's own.
    const script = `import os, socket, sys
listener = socket.create_server(('127.0.0.1', 0))
os.dup2(listener.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid()))
os.execv(sys.argv[1], [sys.argv[1]] + sys.argv[4:])`
    const wrap = [python, files.write('activate.py', script)]
    // startEcho puts "--listen 127.0.0.1:0" first: the script drops it.
    const server = await startEcho([], { wrap })
    expect(String(await echo(server, 'activated'))).toBe('activated')
    await server.stop()
  })
})

describe('--metrics', () => {
  test('counts, and answers health', async () => {
    const server = await startEcho(['--metrics', '127.0.0.1:0'], { program: programs.asan })
    const line = await server.event((e) => e.event === 'metrics')
    const base = line.message.match(/http:\/\/[^/]+/)[0]
    const get = async (path, method = 'GET') => {
      const request = http.request(base + path, { method, agent: false }).end()
      const [answer] = await once(request, 'response')
      return {
        status: answer.statusCode,
        type: answer.headers['content-type'],
        body: String(await readAll(answer)),
      }
    }
    expect(await get('/health')).toMatchObject({ status: 200, body: 'ok\n' })
    expect((await get('/nothing')).status).toBe(404)
    expect((await get('/metrics', 'POST')).status).toBe(405)
    expect(await get('/metrics', 'HEAD')).toMatchObject({ status: 200, body: '' })

    await echo(server, '12345', { maxVersion: 'TLSv1.2' })
    await echo(server, '1234567', { minVersion: 'TLSv1.3' })
    const plain = await connectPlain(server)
    plain.end('GET / HTTP/1.0\r\n\r\n')
    await readPlain(plain)
    const open = await connect(server)
    await server.event((e) => e.event === 'failed')
    const { body, type } = await get('/metrics')
    expect(type).toBe('text/plain; version=0.0.4; charset=utf-8')
    const value = (name) => Number(body.match(new RegExp(`^${name} (\\d+)$`, 'm'))[1])
    expect(value('certmint_echo_connections_total')).toBe(4)
    expect(value('certmint_echo_connections')).toBe(1)
    expect(value('certmint_echo_handshakes_tls12_total')).toBe(1)
    expect(value('certmint_echo_handshakes_tls13_total')).toBe(2)
    expect(value('certmint_echo_plain_http_total')).toBe(1)
    expect(value('certmint_echo_received_bytes_total')).toBe(12)
    expect(value('certmint_echo_sent_bytes_total')).toBe(12)
    for (const metric of body.match(/^[a-z_0-9]+(?= )/gm)) {
      expect(body).toMatch(
        new RegExp(`^# HELP ${metric} .*\\n# TYPE ${metric} (counter|gauge)$`, 'm'),
      )
    }
    open.destroy()

    // Clients that do not ask, or never end, do not keep others from the answer.
    const { port } = new URL(base)
    const idle = Array.from({ length: 40 }, () => net.connect(Number(port), '127.0.0.1'))
    idle.forEach((socket) => socket.on('error', () => {}))
    idle[0].write('x'.repeat(10_000))
    await delay(100)
    expect((await get('/health')).body).toBe('ok\n')
    idle.forEach((socket) => socket.destroy())
    expect((await server.stop()).status).toBe(0)
  })
})

describe('modes', () => {
  test.each([
    ['/', {}, 'text/plain; charset=utf-8'],
    ['/x.json', {}, 'application/json'],
    ['/', { accept: 'application/json' }, 'application/json'],
  ])('http: GET %s %j', async (path, headers, type) => {
    const server = await startEcho(['--mode', 'http', '--alpn', 'http/1.1'])
    const answer = await fetchFrom(server, path, headers)
    expect(answer).toMatchObject({ status: 200, type })
    if (type === 'application/json') {
      expect(JSON.parse(answer.body)).toMatchObject({
        version: 'TLSv1.3',
        cipher: expect.stringMatching(/^TLS_/),
        sni: 'localhost',
        alpn: 'http/1.1',
        resumed: false,
        peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      })
    } else expect(answer.body).toMatch(/^version +TLSv1\.3$/m)
    await server.stop()
  })

  test('http: several requests on one connection, a body, a bad request, a huge one', async () => {
    const server = await startEcho(['--mode', 'http'], { program: programs.asan })
    const talk = async (text) => {
      const socket = await connect(server)
      socket.end(text)
      return String(await readAll(socket))
    }
    const three = await talk(
      `${'GET /1 HTTP/1.1\r\n\r\n'.repeat(2)}HEAD /3 HTTP/1.1\r\nConnection: close\r\n\r\n`,
    )
    expect(three.match(/^HTTP\/1\.1 200 OK\r$/gm)).toHaveLength(3)
    expect(three.match(/^version /gm)).toHaveLength(2)
    const post = await talk('POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello')
    expect(post).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*Connection: close/)
    expect(await talk('hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(await talk(`GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /,
    )
    // More pipelined than is kept: what is whole is answered, and then it ends.
    const many = await talk('GET / HTTP/1.1\r\n\r\n'.repeat(5000))
    expect(many.match(/^HTTP\/1\.1 /gm).length).toBe(many.match(/^HTTP\/1\.1 200 OK\r$/gm).length)
    expect((await server.stop()).status).toBe(0)
  })

  test('http: a name that is no text cannot break the JSON or the log', async () => {
    const server = await startEcho(['--mode', 'http'])
    const servername = `${'"\\\u0001ÿ'.repeat(40)}.test`
    const answer = await fetchFrom(server, '/x.json', {}, { servername, checkServerIdentity() {} })
    expect(typeof JSON.parse(answer.body).sni).toBe('string')
    await server.event((e) => e.event === 'handshake' && e.sni === JSON.parse(answer.body).sni)
    await server.stop()
  })

  test('discard reads everything and says nothing', async () => {
    const server = await startEcho(['--mode', 'discard'])
    expect((await echo(server, pattern(1_000_000))).length).toBe(0)
    await server.event((e) => e.event === 'closed' && e.received === 1_000_000 && e.sent === 0)
    await server.stop()
  })

  test('chargen sends the lines of RFC 864 and reads meanwhile', async () => {
    const server = await startEcho(['--mode', 'chargen'])
    const socket = await connect(server)
    let text = ''
    for await (const part of socket) {
      text += part
      if (text.length > 74 * 200) break
    }
    const lines = text.split('\r\n').slice(0, 200)
    const printable = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('')
    lines.forEach((line, i) =>
      expect(line).toBe((printable + printable).slice(i % 95, (i % 95) + 72)),
    )
    // A client that reads on and says goodbye is heard, although there is always more to send.
    const other = await connect(server, { allowHalfOpen: true })
    other.resume()
    other.write(pattern(3_000_000))
    other.end()
    await once(other, 'end')
    await server.event((e) => e.event === 'closed' && e.received === 3_000_000)
    await server.stop()
  })
})

test('--quiet says nothing about connections', async () => {
  const server = await startEcho(['--quiet'])
  await echo(server, 'x')
  const { log } = await server.stop()
  expect(log).not.toContain('"connected"')
  expect(log.split('\n').filter(Boolean)).toHaveLength(1) // that it stops
})

test('a log that nobody reads does not stop it', async () => {
  const server = await startEcho()
  server.child.stderr.pause()
  const sockets = Array.from({ length: 400 }, () => echo(server, 'x'))
  for (const socket of sockets) expect(String(await socket)).toBe('x')
  server.child.stderr.resume()
  expect((await server.stop()).status).toBe(0)
})

/** One request over TLS: { status, type, body }. */
async function fetchFrom(server, path, headers, options) {
  const socket = await connect(server, { ALPNProtocols: ['http/1.1'], ...options })
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${lines.join('')}\r\n`,
  )
  const [head, body] = String(await readAll(socket)).split('\r\n\r\n')
  return {
    status: Number(head.split(' ')[1]),
    type: head.match(/^Content-Type: (.*)$/m)[1].trim(),
    body,
  }
}
