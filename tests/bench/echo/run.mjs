// npm run bench:echo: certmint-echo next to Node's tls, the tutorial's Python server and openssl
// s_server, in the same run.
//
//   npm run bench:echo                            everything, about two minutes
//   npm run bench:echo -- handshake --rounds 7    what has "handshake" in its name; more rounds
//   npm run bench:echo -- --idle 10000            with so many idle connections
//   npm run bench:echo -- --json echo.json        the figures as a file, too
//
// Round by round each server takes its turn, in an order that rotates; given are medians. Where the
// client may be the limit, the processor time that the server took is given too: that is what it
// can be compared by. A server that cannot do something (one client at a time) is left out there.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import tls from 'node:tls'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { selfSigned } from '../../../js/index.js'

const here = fileURLToPath(new URL('.', import.meta.url))
const { values: options, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    idle: { type: 'string', default: '2000' },
    seconds: { type: 'string', default: '1.5' },
  },
})
const number = (name, least) => {
  const value = Number(options[name])
  if (value >= least) return value
  console.error(`--${name}: "${options[name]}" must be a number, at least ${least}`)
  process.exit(2)
}
const [rounds, idle, duration] = [number('rounds', 1), number('idle', 1), number('seconds', 0.1)]

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'certmint-bench-'))
const children = new Set()
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
  fs.rmSync(folder, { recursive: true, force: true })
})

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]
const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/* ------------------------------------------------------------------ the servers */

async function credentials(key) {
  const cert = path.join(folder, `${key}.pem`)
  const keyFile = path.join(folder, `${key}.key`)
  if (!fs.existsSync(cert)) {
    const made = await selfSigned(['localhost'], { key })
    fs.writeFileSync(cert, made.cert.pem)
    fs.writeFileSync(keyFile, made.key.pem)
  }
  return [cert, keyFile]
}

const echoProgram = path.join(here, '../../../build/native/certmint-echo')

/** How each is started, and how its port is read. `many`: it serves several at once. */
const servers = {
  'certmint-echo': {
    many: true,
    command: ([cert, key]) => [
      ...[echoProgram, '--listen', '127.0.0.1:0', '--json', '--quiet'],
      ...['--cert', cert, '--key', key],
    ],
    port: /"port":(\d+)/,
  },
  'Node tls': {
    many: true,
    command: (files) => [process.execPath, path.join(here, 'node_server.mjs'), ...files],
    port: /^(\d+)\n/,
  },
  'Python ssl': {
    command: (files) => ['/usr/bin/python3', path.join(here, 'python_server.py'), ...files],
    port: /^(\d+)\n/,
  },
  'openssl s_server': {
    reverses: true,
    command: ([cert, key]) => [
      ...['openssl', 's_server', '-accept', '127.0.0.1:0', '-cert', cert, '-key', key, '-rev'],
    ],
    port: /ACCEPT 127\.0\.0\.1:(\d+)/,
  },
}

async function start(who, key) {
  const { command, port } = servers[who]
  const [program, ...args] = command(await credentials(key))
  const since = performance.now()
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  children.add(child)
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text))
  while (!port.test(out)) {
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => 'exit')])
    if (child.exitCode !== null) throw new Error(`${who} ended with status ${child.exitCode}`)
  }
  return {
    port: Number(out.match(port)[1]),
    startMs: performance.now() - since,
    cpu: () => cpuSeconds(child.pid),
    memory: () => memoryBytes(child.pid),
    async stop() {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      children.delete(child)
    },
  }
}

/** User and system time of a process, in seconds (proc(5): ticks of 10 ms). */
function cpuSeconds(pid) {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

const memoryBytes = (pid) =>
  Number(fs.readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) * 1024

/* ------------------------------------------------------------------ the clients */

/** Full or resumed handshakes with openssl s_time: their number and the seconds they took. */
async function handshakes(port, args) {
  const child = spawn(
    'openssl',
    ['s_time', '-connect', `127.0.0.1:${port}`, '-time', String(Math.ceil(duration)), ...args],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  children.add(child)
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text))
  await once(child, 'close')
  children.delete(child)
  const real = out.match(/(\d+) connections in (\d+) real seconds/)
  if (!real) throw new Error(`openssl s_time: ${out}`)
  return { count: Number(real[1]) }
}

async function connect(port) {
  const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false })
  socket.setNoDelay(true)
  await once(socket, 'secureConnect')
  return socket
}

/** Sends `message` and waits for as much to come back, again and again until `until`. */
async function pingPong(socket, message, until, times = []) {
  let missing = 0
  let done
  socket.on('data', (part) => {
    missing -= part.length
    if (missing === 0) done()
  })
  let bytes = 0
  while (performance.now() < until) {
    const since = performance.now()
    missing = message.length
    await new Promise((resolve) => {
      done = resolve
      socket.write(message)
    })
    times.push(performance.now() - since)
    bytes += message.length
  }
  socket.destroy()
  return bytes
}

/* ------------------------------------------------------------------ what is measured */

const handshakeBench = (what, key, args, who = () => true) => ({
  name: `${what} handshakes`,
  who,
  key,
  unit: 'a second',
  async run(server) {
    const since = performance.now()
    const before = server.cpu()
    const clients = await Promise.all([
      handshakes(server.port, args),
      handshakes(server.port, args),
    ])
    const count = clients.reduce((sum, client) => sum + client.count, 0)
    return {
      value: count / ((performance.now() - since) / 1000),
      extra: ((server.cpu() - before) / count) * 1e6,
    }
  },
  extra: 'µs of processor each',
  better: 'more',
})

const throughputBench = (connections) => ({
  name: `throughput, 16 KB messages, ${connections} connection${connections > 1 ? 's' : ''}`,
  // s_server reverses line by line: not the same work.
  who: ({ many, reverses }) => !reverses && (connections === 1 || many),
  key: 'p-256',
  unit: 'MB/s',
  async run(server) {
    const message = Buffer.alloc(16384, 'x')
    const sockets = await Promise.all(
      Array.from({ length: connections }, () => connect(server.port)),
    )
    const before = server.cpu()
    const since = performance.now()
    const until = since + duration * 1000
    const bytes = await Promise.all(sockets.map((socket) => pingPong(socket, message, until)))
    const total = bytes.reduce((sum, n) => sum + n, 0)
    return {
      value: total / 1e6 / ((performance.now() - since) / 1000),
      extra: ((server.cpu() - before) / (total / 1e9)) * 1000,
    }
  },
  extra: 'ms of processor a GB',
  better: 'more',
})

const latencyBench = {
  name: 'echo of 100 bytes, p99',
  who: () => true,
  key: 'p-256',
  unit: 'ms',
  async run(server) {
    const socket = await connect(server.port)
    const times = []
    await pingPong(
      socket,
      Buffer.from(`${'x'.repeat(99)}\n`),
      performance.now() + duration * 1000,
      times,
    )
    times.sort((a, b) => a - b)
    return { value: times[Math.floor(times.length * 0.99)], extra: median(times) }
  },
  extra: 'ms median',
  better: 'less',
}

const idleBench = {
  name: `memory of an idle connection, ${idle} of them`,
  who: ({ many }) => many,
  key: 'p-256',
  unit: 'KB',
  async run(server) {
    const before = server.memory()
    const sockets = []
    while (sockets.length < idle) {
      const some = Math.min(50, idle - sockets.length)
      sockets.push(...(await Promise.all(Array.from({ length: some }, () => connect(server.port)))))
    }
    await delay(2500) // certmint-echo gives memory back after a second
    const value = (server.memory() - before) / idle / 1024
    const active = await connect(server.port)
    const times = []
    await pingPong(active, Buffer.alloc(100), performance.now() + 500, times)
    times.sort((a, b) => a - b)
    sockets.forEach((socket) => socket.destroy())
    return { value, extra: times[Math.floor(times.length * 0.99)] }
  },
  extra: 'ms p99 of an echo beside them',
  better: 'less',
}

const startBench = {
  name: 'start until it listens',
  who: () => true,
  key: 'p-256',
  unit: 'ms',
  run: async (server) => ({ value: server.startMs }),
  better: 'less',
}

const benches = [
  handshakeBench('full TLS 1.3 P-256', 'p-256', ['-new']),
  handshakeBench('full TLS 1.3 RSA-2048', 'rsa-2048', ['-new']),
  handshakeBench('full TLS 1.2 P-256', 'p-256', ['-new', '-tls1_2']),
  handshakeBench('resumed TLS 1.2 P-256', 'p-256', ['-reuse', '-tls1_2']),
  throughputBench(1),
  throughputBench(100),
  latencyBench,
  idleBench,
  startBench,
]

/* ------------------------------------------------------------------ all */

async function measure(bench) {
  const who = Object.keys(servers).filter((name) => bench.who(servers[name]))
  const samples = Object.fromEntries(who.map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < who.length; i++) {
      const name = who[(i + round) % who.length]
      const server = await start(name, bench.key)
      try {
        samples[name].push(await bench.run(server))
      } finally {
        await server.stop()
      }
    }
  }
  return Object.fromEntries(
    Object.entries(samples).map(([name, values]) => [
      name,
      {
        value: median(values.map(({ value }) => value)),
        extra: bench.extra && median(values.map(({ extra }) => extra)),
      },
    ]),
  )
}

const figure = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3))

console.log(
  `${os.cpus()[0].model}, ${os.availableParallelism()} processors, load ${os.loadavg()[0].toFixed(1)}, ` +
    `Node ${process.versions.node}; ${rounds} rounds, medians`,
)
const report = []
for (const bench of benches.filter(({ name }) => words.every((word) => name.includes(word)))) {
  const results = await measure(bench)
  report.push({ name: bench.name, unit: bench.unit, better: bench.better, results })
  console.log(`\n${bench.name} (${bench.better} is better)`)
  const ours = results['certmint-echo']
  for (const [name, { value, extra }] of Object.entries(results)) {
    const ratio = bench.better === 'more' ? ours.value / value : value / ours.value
    console.log(
      `  ${name.padEnd(18)} ${figure(value).padStart(8)} ${bench.unit.padEnd(9)}${
        bench.extra ? ` ${figure(extra).padStart(8)} ${bench.extra}` : ''
      }${name === 'certmint-echo' ? '' : `   ours is ${figure(ratio)} times as good`}`,
    )
  }
}
if (options.json) fs.writeFileSync(options.json, JSON.stringify(report, null, 2))
process.exit(0)
