/** The door itself: no request makes it trap, whatever it says. */

import { createPrivateKey } from 'node:crypto'
import fs from 'node:fs'

import { processorTime, root } from '../support/tools.js'

let exports

const memory = () => new Uint8Array(exports.memory.buffer)

/** Sends raw bytes as a request; returns the parsed answer, and its bytes. */
function sendRaw(bytes) {
  const address = exports.certmint_alloc(bytes.length)
  memory().set(bytes, address)
  const answer = exports.certmint_call(address, bytes.length)
  exports.certmint_free(address, bytes.length)
  const words = new Uint32Array(exports.memory.buffer, answer, 4)
  const json = memory().slice(words[0], words[0] + words[1])
  return {
    answer: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json)),
    bytes: Buffer.from(memory().slice(words[2], words[2] + words[3])),
  }
}

const send = (bytes) => sendRaw(bytes).answer
const sendText = (text) => send(new TextEncoder().encode(text))
const sendForBytes = (text) => sendRaw(new TextEncoder().encode(text))

beforeAll(async () => {
  const bytes = fs.readFileSync(`${root}dist/certmint.wasm`)
  const { instance } = await WebAssembly.instantiate(bytes, {
    env: {
      certmint_entropy(address, size) {
        crypto.getRandomValues(memory().subarray(address, address + size))
        return 0
      },
      certmint_progress: () => 0,
    },
  })
  exports = instance.exports
  exports._initialize?.()
})

test.each([
  '',
  '{',
  '[]',
  'null',
  '{"op":}',
  '{"op"}',
  '{"op":1}',
  '{"op":"nothing"}',
  '{"op":"version","extra":1}',
  '{"op":"key.export","key":1,"format":"pkcs8","pem":true}',
  '{"op":"key.free","key":-1}',
  '{"op":"key.free","key":99999}',
  '{"op":"key.free","key":1e3}',
  '{"op":"prime.create","bits":7}',
  '{"op":"prime.step","search":1,"work":0}',
  '{"op":"certificate.create","template":[],"key":1}',
  '{"op":"certificate.create","template":{"now":1e30}}',
  '{"op":"certificate.read","certificate":[0]}',
  '{"op":"certificate.read","certificate":[0,0,0]}',
  '{"op":"pem.encode","label":"","data":[0,0]}',
  '{"op":"pem.encode","label":"a\\u0000b","data":[0,0]}',
  '{"op":"pem.encode","label":"a\\nb","data":[0,0]}',
  '{"op":"pem.encode","label":"a-----","data":[0,0]}',
  '{"op":"pem.encode","label":"x","data":[0,8]}',
  '{"op":"certificate.read","certificate":[1,2147483647]}',
  '{"op":"certificate.read","certificate":[4294967295,1]}',
  '{"op":"key.import","data":[4294967295,2147483647]}',
  '{"op":"crl.create","template":{"thisUpdate":0}}',
  '{"op":"request.create","template":{}}',
  '\xff\xfe{}',
])('%j is answered with an error', (text) => {
  expect(sendText(text)).toMatchObject({
    error: { code: expect.any(String), message: expect.any(String) },
  })
})

test('nesting does not cost more than its length', () => {
  const deep = 100_000
  const start = processorTime()
  expect(sendText(`{"op":"version","x":${'['.repeat(deep)}${']'.repeat(deep)}}`)).toMatchObject({
    error: { code: 'limit' },
  })
  expect(processorTime() - start).toBeLessThan(5000)
  expect(sendText(`{"op":"${'['.repeat(100)}\\"{{"}`).error.message).toBe('no such operation')
})

test('an answer is well-formed UTF-8 whatever the request says', () => {
  expect(sendText(`{"op":"version","${'x'.repeat(46)}éé":1}`).error.field).toBe('x'.repeat(46))
  const [start, end] = ['{"op":"version","', '":1}'].map((text) => new TextEncoder().encode(text))
  expect(send(Uint8Array.of(...start, 0xff, 0xc3, ...end)).error.message).toMatch('UTF-8')
})

test('requests damaged at random are answered', () => {
  const request =
    '{"op":"certificate.create","template":{"now":1800000000,"subject":[{"type":"CN","value":"\\u00e9x"}],' +
    '"san":["a.test",{"ip":"::1"}],"days":3,"extensions":{"keyUsage":["digitalSignature"],' +
    '"basicConstraints":{"ca":false},"custom":[{"oid":"1.2.3","der":"0500"}]}},"key":1}'
  const key = sendText('{"op":"key.generate","spec":"p-256"}')
  expect(key.ok.key).toBe(1)
  let state = 1
  const random = (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state % n
  }
  let refused = 0
  for (let i = 0; i < 4000; i++) {
    const bytes = new TextEncoder().encode(request)
    for (let j = 0; j <= random(3); j++) bytes[random(bytes.length)] = random(256)
    const answer = send(bytes.subarray(0, random(4) === 0 ? random(bytes.length) : bytes.length))
    if (answer.error) refused++
    else expect(answer.ok).toBeDefined()
  }
  expect(refused).toBeGreaterThan(2000)
  expect(sendText('{"op":"version"}').ok.version).toMatch(/^\d/)
})

test('nothing is left behind by what fails', () => {
  const before = exports.memory.buffer.byteLength
  for (let i = 0; i < 20_000; i++) sendText('{"op":"certificate.read","certificate":[1,0]}')
  expect(exports.memory.buffer.byteLength).toBe(before)
})

/** A number of a key in the forms it may have in memory: bytes either way, and limbs of 28 bits. */
function formsOf(base64url) {
  const bytes = Buffer.from(base64url, 'base64url')
  const limbs = Buffer.alloc(4 * Math.ceil((8 * bytes.length) / 28))
  let rest = BigInt(`0x${bytes.toString('hex')}`)
  for (let at = 0; at < limbs.length; at += 4, rest >>= 28n) {
    limbs.writeUInt32LE(Number(rest & 0xfffffffn), at)
  }
  return [bytes, Buffer.from(bytes).reverse(), limbs]
}

/** How many pieces of 12 bytes of these numbers are anywhere in linear memory. */
function piecesOf(numbers) {
  const all = Buffer.from(exports.memory.buffer)
  let found = 0
  for (const form of numbers.flatMap(formsOf)) {
    for (let at = 0; at + 12 <= form.length; at += 4) {
      if (all.includes(form.subarray(at, at + 12))) found++
    }
  }
  return found
}

test.each(['rsa-2048', 'p-256', 'p-384', 'p-521'])(
  '%s: nothing of a key is left in memory when it has been made, used and freed',
  (spec) => {
    const { ok: key } = sendText(JSON.stringify({ op: 'key.generate', spec }))
    const template = { now: 1.8e9, san: ['a.test'] }
    const create = { op: 'certificate.create', key: key.key, template }
    expect(sendText(JSON.stringify(create)).ok).toBeDefined()
    const exported = { op: 'key.export', key: key.key, format: 'pkcs8', pem: false }
    const { bytes } = sendForBytes(JSON.stringify(exported))
    const der = { key: bytes, format: 'der', type: 'pkcs8' }
    const { d, p, q, dp, dq, qi } = createPrivateKey(der).export({ format: 'jwk' })
    const numbers = [d, p, q, dp, dq, qi].filter(Boolean)
    sendText('{"op":"forget"}')
    expect(piecesOf(numbers)).toBeGreaterThan(0) // it is held, and seen
    sendText(`{"op":"key.free","key":${key.key}}`)
    expect(piecesOf(numbers)).toBe(0)
  },
)

test('an answer is zeroed by the next call', () => {
  const { ok } = sendText('{"op":"key.generate","spec":"p-256"}')
  const request = `{"op":"key.export","key":${ok.key},"format":"pkcs8","pem":false}`
  const bytes = new TextEncoder().encode(request)
  const address = exports.certmint_alloc(bytes.length)
  memory().set(bytes, address)
  const words = new Uint32Array(
    exports.memory.buffer,
    exports.certmint_call(address, bytes.length),
    4,
  )
  const [at, size] = [words[2], words[3]]
  const secret = memory().slice(at, at + size)
  expect(secret[0]).toBe(0x30)
  sendText('{"op":"forget"}')
  // the scalar itself (32 bytes) is nowhere in that place any more
  expect(
    Buffer.from(memory().slice(at + 8, at + size - 8)).includes(Buffer.from(secret.slice(36, 68))),
  ).toBe(false)
})

/** What stands in linear memory of these bytes, whatever has been freed: how often. */
function traces(bytes) {
  const all = Buffer.from(exports.memory.buffer)
  let found = 0
  for (let at = all.indexOf(bytes); at >= 0; at = all.indexOf(bytes, at + 1)) found++
  return found
}

/** Makes a call with bytes at hand; gives the answer's own bytes, and forgets them. */
function call(op, members, bytes = {}) {
  const lent = Object.entries(bytes).map(([name, value]) => {
    const address = exports.certmint_alloc(value.length)
    memory().set(value, address)
    return [name, [address, value.length]]
  })
  const text = JSON.stringify({ op, ...members(Object.fromEntries(lent)) })
  const request = new TextEncoder().encode(text)
  const address = exports.certmint_alloc(request.length)
  memory().set(request, address)
  const answer = exports.certmint_call(address, request.length)
  exports.certmint_free(address, request.length)
  const [json, size, out, outSize] = new Uint32Array(exports.memory.buffer, answer, 4)
  const { ok, error } = JSON.parse(new TextDecoder().decode(memory().slice(json, json + size)))
  const copy = memory().slice(out, out + outSize)
  for (const [, [at, length]] of lent) exports.certmint_free(at, length)
  sendText('{"op":"forget"}')
  return { ok, error, bytes: copy }
}

test('a passphrase leaves nothing behind, whatever was done with it, right or wrong', () => {
  const word = 'Gr\u00fc\u00dfe-vom-Passwort'
  const secret = Buffer.from(word)
  const wide = Buffer.from(word, 'utf16le').swap16()
  const { key } = sendText('{"op":"key.generate","spec":"p-256"}').ok
  const passphrase = secret
  const exported = call(
    'key.export',
    (lent) => ({ key, format: 'pkcs8', pem: true, iterations: 100, ...lent }),
    { passphrase },
  )
  expect(exported.error).toBeUndefined()
  const opened = call('key.import', (lent) => lent, { data: exported.bytes, passphrase })
  expect(opened.ok.spec).toBe('p-256')
  const certificate = call('certificate.create', () => ({
    template: { now: 1800000000, subject: [{ type: 'CN', value: 'x' }] },
    key,
  })).bytes
  for (const encryption of ['modern', 'legacy']) {
    const store = call(
      'pkcs12.create',
      (lent) => ({
        template: {
          ...{ key, encryption, iterations: 100 },
          ...{ passphrase: lent.passphrase, certificates: [{ certificate: lent.certificate }] },
        },
      }),
      { passphrase, certificate },
    )
    expect(store.error).toBeUndefined()
    const read = call('pkcs12.read', (lent) => lent, { data: store.bytes, passphrase })
    expect(read.ok.entries).toHaveLength(2)
    const damaged = store.bytes.slice()
    damaged[damaged.length >> 1] ^= 1
    const refused = call('pkcs12.read', (lent) => lent, { data: damaged, passphrase })
    expect(refused.error.code).toBe('passphrase')
  }
  const other = Buffer.concat([secret, secret])
  const wrong = call('key.import', (lent) => lent, { data: exported.bytes, passphrase: other })
  expect(wrong.error.code).toBe('passphrase')
  expect([traces(secret), traces(wide)]).toEqual([0, 0])
  // the search itself works
  const address = exports.certmint_alloc(secret.length)
  memory().set(secret, address)
  expect(traces(secret)).toBe(1)
  exports.certmint_free(address, secret.length)
  expect(traces(secret)).toBe(0)
})
