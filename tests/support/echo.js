/** Starting certmint-echo, and clients that say how a connection went. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import path from 'node:path'
import tls from 'node:tls'

import { root } from './tools.js'

/** The server as it is built for use, and with AddressSanitizer and UndefinedBehaviorSanitizer. */
export const programs = {
  native: path.join(root, 'build', 'native', 'certmint-echo'),
  asan: path.join(root, 'build', 'asan', 'certmint-echo'),
}

const sanitizers = {
  ASAN_OPTIONS: 'detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1',
  UBSAN_OPTIONS: 'print_stacktrace=1',
}

const running = new Set()
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')))

// Jest does not always pass the exit on, and a test that fails does not stop what it started. What
// was started before the test is left to the file's own afterAll.
let older = new Set()
globalThis.beforeEach?.(() => (older = new Set(running)))
globalThis.afterEach?.(() => running.forEach((child) => older.has(child) || child.kill('SIGKILL')))

/**
 * Starts a server on a free port of 127.0.0.1, unless `args` name another address, and waits until
 * it listens. What it mints can be verified with `server.ca`.
 */
export async function startEcho(args = [], { program = programs.native, env, wrap = [] } = {}) {
  const listen = args.includes('--listen') ? [] : ['--listen', '127.0.0.1:0']
  const [command, ...rest] = [...wrap, program, ...listen, '--json', ...args]
  const child = spawn(command, rest, { env: { ...process.env, ...sanitizers, ...env } })
  running.add(child)
  let out = ''
  let log = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (log += text))
  const ended = once(child, 'close').then(([status, signal]) => {
    running.delete(child)
    return { status, signal, log }
  })
  const listening = (async () => {
    while (!out.includes('\n')) await once(child.stdout, 'data')
  })()
  await Promise.race([listening, ended])
  if (!out.includes('\n')) {
    const { status } = await ended
    throw new Error(`certmint-echo ended with status ${status}:\n${log}`)
  }
  const info = JSON.parse(out.split('\n')[0])
  return {
    child,
    info,
    port: info.port,
    ca: info.certificate,
    /** How it ended: { status, signal, log }. */
    ended,
    /** What it has logged so far, a line an object. */
    events: () =>
      log
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line)),
    /** Waits until a line is logged that `wanted` is true of. */
    async event(wanted, limit = 10_000) {
      const until = Date.now() + limit
      for (;;) {
        const found = this.events().find(wanted)
        if (found) return found
        if (Date.now() > until) throw new Error(`never logged; the log:\n${log}`)
        await delay(10)
      }
    },
    signal: (name) => child.kill(name),
    async stop(name = 'SIGTERM') {
      child.kill(name)
      return ended
    },
  }
}

/** Runs a server that is expected not to start: { status, err }. */
export async function refusedEcho(args, { program = programs.native, env } = {}) {
  const child = spawn(program, args, { env: { ...process.env, ...sanitizers, ...env } })
  running.add(child)
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (err += text))
  const limit = setTimeout(() => child.kill('SIGKILL'), 20_000)
  const [status] = await once(child, 'close')
  clearTimeout(limit)
  running.delete(child)
  return { status, out, err }
}

export const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** A TLS connection that is open, verified with the server's own certificate unless told otherwise. */
export async function connect(server, options = {}) {
  const socket = tls.connect({
    host: '127.0.0.1',
    port: server.port,
    servername: 'localhost',
    ca: server.ca,
    ...options,
  })
  await once(socket, 'secureConnect')
  return socket
}

/** Everything a socket brings until its end. */
export async function readAll(socket) {
  const parts = []
  for await (const part of socket) parts.push(part)
  return Buffer.concat(parts)
}

/** Sends `data`, ends, and returns what came back until the end. */
export async function echo(server, data, options = {}) {
  const socket = await connect(server, options)
  socket.end(data)
  return readAll(socket)
}

/** A TCP connection without TLS. */
export async function connectPlain(server) {
  const socket = net.connect({ host: '127.0.0.1', port: server.port, allowHalfOpen: true })
  await once(socket, 'connect')
  return socket
}

/** What a plain socket brings until the server ends or resets it. */
export async function readPlain(socket) {
  const parts = []
  socket.on('data', (part) => parts.push(part))
  socket.on('error', () => {})
  if (!socket.readableEnded && !socket.destroyed) {
    await Promise.race([once(socket, 'end'), once(socket, 'close')]).catch(() => {})
  }
  socket.destroy()
  return Buffer.concat(parts)
}

const { imul } = Math // looking up a global is slow under Jest

/** Bytes that differ at every position, so that loss and disorder show. */
export function pattern(size, seed = 1) {
  const out = Buffer.allocUnsafe(size)
  let state = seed >>> 0
  for (let i = 0; i < size; i++) {
    state = (imul(state, 1664525) + 1013904223) >>> 0
    out[i] = state >>> 24
  }
  return out
}

/** The versions of TLS the server speaks, and options for a client that speaks one only. */
export const versions = ['TLSv1.2', 'TLSv1.3']
export const only = (version) => ({ minVersion: version, maxVersion: version })

/** Connects and returns the error that comes of it, also one that comes after the handshake. */
export async function refusal(server, options) {
  const socket = tls.connect({
    ...{ host: '127.0.0.1', port: server.port, servername: 'localhost', ca: server.ca },
    ...options,
  })
  const error = await new Promise((resolve) => {
    socket.on('error', resolve)
    socket.on('secureConnect', () => socket.write('x'))
    socket.on('data', () => resolve(undefined))
    socket.on('end', () => resolve(new Error('ended')))
  })
  socket.destroy()
  return error
}

/** Connects once, echoes, and keeps what resumes the session. */
export async function ticketOf(server, version, options) {
  const socket = await connect(server, { ...only(version), ...options })
  // With TLS 1.3 it comes after the handshake.
  let session = version === 'TLSv1.2' ? socket.getSession() : undefined
  socket.on('session', (data) => (session = data))
  socket.write('x')
  await once(socket, 'data')
  for (let i = 0; !session && i < 50; i++) await delay(10)
  socket.end()
  await readAll(socket)
  return session
}

/** Whether a connection with that session resumes it. */
export async function resumes(server, version, session, options) {
  const socket = await connect(server, { ...only(version), session, ...options })
  const reused = socket.isSessionReused()
  socket.end('y')
  if (String(await readAll(socket)) !== 'y') throw new Error('no echo')
  return reused
}
