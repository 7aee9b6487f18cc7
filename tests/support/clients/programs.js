/** The clients that are programs and libraries: each visits every case and says what came of it. */

import { spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import tls from 'node:tls'

import { goEnv, python, root, run } from '../tools.js'

const here = path.join(root, 'tests', 'support', 'clients')

/** Runs a program while the servers of this process go on. */
export function execute(command, args, { input = '', env, cwd, limit = 120_000 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, LC_ALL: 'C.UTF-8', ...env },
      timeout: limit,
    })
    let out = ''
    let err = ''
    child.stdout.on('data', (data) => (out += data))
    child.stderr.on('data', (data) => (err += data))
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, out, err }))
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}

/** Does the work for all, some at a time. */
async function each(cases, work, atATime = 4) {
  const answer = {}
  const waiting = [...cases]
  const worker = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) answer[one.name] = await work(one)
  }
  await Promise.all(Array.from({ length: atATime }, worker))
  return answer
}

export async function visitWithPython({ list }) {
  const { out, err } = await execute(python, [path.join(here, 'client.py'), list])
  if (!out) throw new Error(err)
  return JSON.parse(out)
}

export async function visitWithGo({ list, files }) {
  const program = files.path('go-client')
  run('go', ['build', '-o', program, path.join(here, 'client.go')], {
    cwd: files.folder,
    env: goEnv,
  })
  const { out, err } = await execute(program, [list])
  if (!out) throw new Error(err)
  return JSON.parse(out)
}

export async function visitWithJava({ cases, files }) {
  run('javac', ['-d', files.folder, path.join(here, 'Client.java')])
  const lines = cases.map(({ name, host, port, rootFile }) => `${name} ${host} ${port} ${rootFile}`)
  const list = files.write('cases.txt', `${lines.join('\n')}\n`)
  const quick = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', files.folder]
  const { out, err } = await execute('java', [...quick, 'Client', list])
  if (!out) throw new Error(err)
  const rows = out.trimEnd().split('\n')
  return Object.fromEntries(rows.map((row) => row.split('\t')))
}

/** As `openssl verify -x509_strict` sees it, for a TLS server of that name or a TLS client. */
export async function visitWithOpenSSL({ cases }) {
  return each(cases, async ({ host, purpose, chainFile, rootFile }) => {
    const name = net.isIP(host) ? '-verify_ip' : '-verify_hostname'
    const what =
      purpose === 'client' ? ['-purpose', 'sslclient'] : ['-purpose', 'sslserver', name, host]
    const { status, err } = await execute('openssl', [
      ...['verify', '-x509_strict', '-auth_level', '2', ...what],
      ...['-CAfile', rootFile, '-untrusted', chainFile, chainFile],
    ])
    return status === 0 ? 'ok' : err.replaceAll('\n', ' ')
  })
}

export async function visitWithGnuTLS({ cases }) {
  return each(cases, async ({ host, port, rootFile }) => {
    const { status, out, err } = await execute('gnutls-cli', [
      ...['--port', String(port), '--x509cafile', rootFile, '--verify-hostname', host],
      ...['--sni-hostname', net.isIP(host) ? 'localhost' : host, '127.0.0.1'],
    ])
    return status === 0 ? 'ok' : `${out}${err}`.replaceAll('\n', ' ').slice(-300)
  })
}

/** @param {string} [ciphers] as tls.connect has it */
export async function visitWithNode({ cases }, ciphers = undefined) {
  return each(
    cases,
    ({ host, port, rootFile }) =>
      new Promise((resolve) => {
        let socket
        try {
          socket = tls.connect(
            {
              ...{ host: '127.0.0.1', port, ca: fs.readFileSync(rootFile), ciphers },
              servername: net.isIP(host) ? '' : host,
              checkServerIdentity: (_, certificate) => tls.checkServerIdentity(host, certificate),
            },
            () => {
              socket.destroy()
              resolve('ok')
            },
          )
          socket.on('error', (error) => resolve(error.code ?? error.message))
        } catch (error) {
          resolve(error.code ?? error.message)
        }
      }),
  )
}

/** A server of Node's asks for each certificate, as a client's. */
export function showToNode({ cases }) {
  return each(
    cases,
    ({ key, chainFile, rootFile }) =>
      new Promise((resolve) => {
        const cert = fs.readFileSync(chainFile)
        const ca = fs.readFileSync(rootFile)
        const answer = (outcome) => {
          resolve(outcome)
          server.close()
        }
        const server = tls.createServer({ key, cert, ca, requestCert: true }, (socket) => {
          const why = /** @type {any} */ (socket.authorizationError)
          answer(socket.authorized ? 'ok' : String(why?.code ?? why))
          socket.destroy()
        })
        server.on('tlsClientError', (error) => answer(error.message))
        server.listen(0, '127.0.0.1', () => {
          const { port } = /** @type {net.AddressInfo} */ (server.address())
          const options = { host: '127.0.0.1', port, key, cert, rejectUnauthorized: false }
          const socket = tls.connect(options)
          socket.on('error', () => socket.destroy()).resume()
        })
      }),
  )
}
