// RSA keys and signatures: WebAssembly in Node next to native OpenSSL, Node's crypto, node-forge and
// mbedTLS's own, all in the same run. OpenSSL and certmint-echo are whole processes, as people run them.

import { spawn, spawnSync } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import { fileURLToPath } from 'node:url'
import forge from 'node-forge'

import * as sync from 'certmint/sync'
import { generateKey } from 'certmint'

forge.options.usePureJavaScript = true // or it asks Node's crypto

const built = (name) => fileURLToPath(new URL(`../../build/${name}`, import.meta.url))

function openssl(bits) {
  return () => {
    const { status, error } = spawnSync('openssl', ['genrsa', String(bits)], { stdio: 'ignore' })
    if (status !== 0) throw error ?? new Error(`openssl genrsa ended with ${status}`)
  }
}

const node = (bits) => () => crypto.generateKeyPairSync('rsa', { modulusLength: bits })
const inForge = (bits) => () => forge.pki.rsa.generateKeyPair({ bits, e: 65537 })

/** mbedTLS's own RSA, compiled as ours is. */
function stock() {
  const module = new WebAssembly.Module(fs.readFileSync(built('wasm/stock_rsa.wasm')))
  const instance = new WebAssembly.Instance(module, {
    env: {
      certmint_entropy(address, size) {
        crypto.getRandomValues(new Uint8Array(instance.exports.memory.buffer, address, size))
        return 0
      },
    },
  })
  instance.exports._initialize?.()
  const checked = (result) => {
    if (result !== 0) throw new Error(`mbedTLS: ${result}`)
  }
  return {
    generate: (bits) => () => checked(instance.exports.stock_generate(bits)),
    sign: () => checked(instance.exports.stock_sign()),
  }
}
const { generate, sign } = stock()

const alone = (bits) => () => sync.generateKey(`rsa-${bits}`).destroy()
const inWorkers = (bits, workers) => async () =>
  (await generateKey(`rsa-${bits}`, { workers })).destroy()

/** certmint-echo from its start until it listens with a certificate it has minted. */
function echoServer(kind) {
  return () =>
    new Promise((resolve, reject) => {
      const listen = ['--listen', '127.0.0.1:0', '--key-type', kind, '--json', '--quiet']
      const child = spawn(built('native/certmint-echo'), listen, {
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      const since = performance.now()
      let took
      child.stdout.once('data', () => {
        took = performance.now() - since
        child.kill('SIGTERM')
      })
      child.once('error', reject)
      child.once('exit', () => (took ? resolve(took) : reject(new Error('it did not start'))))
    })
}

const rsaKey = sync.generateKey('rsa-2048')
const authority = sync.createCA({ key: rsaKey })
const subject = sync.generateKey('p-256').publicKey
generate(2048)() // for its signatures

export default [
  {
    name: 'rsa: RSA-2048 key, one thread',
    draws: 40,
    ours: alone(2048),
    peers: {
      'openssl genrsa': openssl(2048),
      "Node's crypto": node(2048),
      'node-forge': { run: inForge(2048), draws: 30 },
      'stock mbedTLS, WebAssembly': { run: generate(2048), draws: 30 },
    },
    goals: { 'openssl genrsa': 0.75, 'node-forge': 0.1 },
  },
  {
    name: 'rsa: RSA-2048 key, two workers',
    draws: 40,
    ours: inWorkers(2048, 2),
    peers: { 'openssl genrsa': openssl(2048) },
    goals: { 'openssl genrsa': 0.45 },
  },
  {
    name: 'rsa: RSA-4096 key, one thread',
    draws: 16,
    ours: alone(4096),
    peers: {
      'openssl genrsa': openssl(4096),
      "Node's crypto": node(4096),
      'node-forge': { run: inForge(4096), draws: 8 },
      'stock mbedTLS, WebAssembly': { run: generate(4096), draws: 8 },
    },
    goals: { 'openssl genrsa': 0.75, 'node-forge': 0.1 },
  },
  {
    name: 'rsa: RSA-4096 key, two workers',
    draws: 16,
    ours: inWorkers(4096, 2),
    peers: { 'openssl genrsa': openssl(4096) },
    goals: { 'openssl genrsa': 0.45 },
  },
  {
    name: 'rsa: certmint-echo minting RSA-2048, start to listening',
    draws: 40,
    ours: echoServer('rsa-2048'),
    peers: { 'openssl genrsa': openssl(2048) },
    goals: { 'openssl genrsa': 0.5 },
  },
  {
    name: 'rsa: RSA-2048 signature (a certificate issued for a P-256 key)',
    ours: () => sync.createCertificate({ publicKey: subject, issuer: authority, san: ['a.test'] }),
    peers: { 'stock mbedTLS, WebAssembly': sign },
    most: 5,
  },
]
