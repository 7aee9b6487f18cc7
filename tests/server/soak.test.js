/**
 * Good and hostile clients, all at once, for a while: no byte of the good ones is lost, and memory
 * stays what it is. Ten seconds in npm test, an hour in `npm run soak` (CERTMINT_SOAK_SECONDS: as
 * long as you say).
 */

import fs from 'node:fs'
import { once } from 'node:events'

import {
  connect,
  connectPlain,
  delay,
  only,
  pattern,
  readAll,
  readPlain,
  startEcho,
  versions,
} from '../support/echo.js'

const soaking = Number(process.env.CERTMINT_SOAK) > 1
const seconds = Number(process.env.CERTMINT_SOAK_SECONDS) || (soaking ? 3600 : 10)

/** The same numbers every time. */
let state = 1
const random = (below) => {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0
  return Math.floor((state / 2 ** 32) * below)
}

const counts = { echoed: 0, resumed: 0, bytes: 0, hostile: 0 }

/** Sends data of many sizes and gets the same back, to its last byte. */
async function good(server, tickets) {
  const version = versions[random(2)]
  const data = pattern([0, 1, 100, 16_384, 70_000, 400_000][random(6)], random(1000))
  const session = random(2) ? tickets[version] : undefined
  const socket = await connect(server, { ...only(version), session })
  socket.on('session', (ticket) => (tickets[version] = ticket))
  counts.resumed += socket.isSessionReused() ? 1 : 0
  socket.end(data)
  const back = await readAll(socket)
  if (!back.equals(data)) throw new Error(`${back.length} of ${data.length} bytes came back`)
  counts.echoed++
  counts.bytes += data.length
}

const hostile = [
  // Noise, plain HTTP, the beginning of a ClientHello: ended, or reset.
  async (server) => {
    const socket = await connectPlain(server)
    const answer = readPlain(socket)
    const bytes = [pattern(5000, 3), 'GET / HTTP/1.1\r\n\r\n', Buffer.from('160301020001', 'hex')]
    socket.write(bytes[random(3)], () => (random(2) ? socket.end() : socket.resetAndDestroy()))
    await Promise.race([answer, delay(1000)])
    socket.destroy()
  },
  // Reads nothing of what it asks for, and goes.
  async (server) => {
    const socket = await connect(server)
    socket.on('error', () => {})
    socket.pause()
    socket.write(pattern(2_000_000))
    await delay(random(200))
    socket.destroy()
  },
  // Says nothing, and goes or is let go.
  async (server) => {
    const socket = await connectPlain(server)
    const end = readPlain(socket)
    await Promise.race([end, delay(random(1500))])
    socket.destroy()
  },
  // Breaks off a conversation.
  async (server) => {
    const socket = await connect(server)
    socket.on('error', () => {})
    socket.write(pattern(random(100_000)))
    await once(socket, 'data').catch(() => {})
    socket.destroy()
  },
]

test(
  `${seconds} seconds: every byte comes back, and memory stays flat`,
  async () => {
    const server = await startEcho([
      ...['--handshake-timeout', '1', '--idle-timeout', '3', '--quiet', '--workers', '2'],
    ])
    const until = Date.now() + seconds * 1000
    const tickets = {}
    const again = async (work) => {
      while (Date.now() < until) await work()
    }
    const attack = async () => {
      await hostile[random(hostile.length)](server).catch(() => {})
      counts.hostile++
    }
    const memory = []
    const watch = async () => {
      const status = fs.readFileSync(`/proc/${server.child.pid}/status`, 'utf8')
      memory.push(Number(status.match(/VmRSS:\s+(\d+) kB/)[1]))
      await delay(seconds * 20)
    }
    await Promise.all([
      ...Array.from({ length: 4 }, () => again(() => good(server, tickets))),
      ...Array.from({ length: 6 }, () => again(attack)),
      again(watch),
    ])
    expect(counts.echoed).toBeGreaterThan(seconds)
    expect(counts.resumed).toBeGreaterThan(0)
    expect(counts.hostile).toBeGreaterThan(seconds)
    // The first third is for growing to the size of the work; buffers of connections come and go.
    const third = Math.floor(memory.length / 3)
    const most = (values) => Math.max(...values)
    const growth = most(memory.slice(-third)) - most(memory.slice(third, 2 * third))
    expect(growth).toBeLessThan(4096)
    expect(most(memory)).toBeLessThan(64 * 1024)
    expect((await server.stop()).status).toBe(0)
    if (soaking) console.log(JSON.stringify({ ...counts, memory: [memory[third], memory.at(-1)] }))
  },
  seconds * 1000 + 60_000,
)
