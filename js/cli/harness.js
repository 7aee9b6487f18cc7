/**
 * The machine interface for test suites: one JSON request a line in, one JSON answer a line out. The
 * native core has the same in tests/harness/verify_harness.c, and both must agree.
 *
 *   { id, leaf, intermediates[], roots[], crls[], time, purpose, name: { dns|ip|email }, maxDepth,
 *     policies, requireRevocation, requireExplicitPolicy, inhibitPolicyMapping, inhibitAnyPolicy,
 *     allowWeak, lenient }          →  { id, ok, code, depth, detail, chain? }
 *   { id, parse: "crt"|"crl"|"csr"|"key"|"p12"|"p7", data, password? }
 *                                  →  { id, ok, code, report | detail }
 *
 * Certificates, lists and data are PEM or base64 DER; time is RFC 3339 or seconds since 1970; a
 * chain is base64 DER. A request that makes no sense is answered with the code of its error.
 */

import { createInterface } from 'node:readline'

import { compile, Core } from '../core.js'
import { wasmSource } from '../source.js'
import { CertmintError, invalid } from '../error.js'

const encoder = new TextEncoder()

function textOf(value, field) {
  if (typeof value !== 'string') throw invalid(field, 'must be a string')
  return value
}

/** PEM as it stands, base64 decoded; what is neither as it stands, so that the core says so. */
function bytesOf(value, field) {
  const text = textOf(value, field)
  const packed = text.replace(/[ \t\r\n]/g, '')
  const base64 = packed.length > 0 && packed.length % 4 === 0
  return !text.includes('-----BEGIN') && base64 && /^[A-Za-z0-9+/]+={0,2}$/.test(packed)
    ? new Uint8Array(Buffer.from(packed, 'base64'))
    : encoder.encode(text)
}

const optional = (read, value, field) =>
  value === undefined || value === null ? undefined : read(value, field)

const listOf = (value, field) =>
  Array.isArray(value) ? value.map((one, i) => bytesOf(one, `${field}[${i}]`)) : value

function secondsOf(time) {
  if (time === undefined || time === null) throw invalid('', 'time is missing')
  if (typeof time !== 'string') return time
  const shape = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d*)?(Z|[+-]\d\d:\d\d)$/.exec(
    time,
  )
  const day = shape ? Date.parse(`${shape[1]}T00:00:00Z`) : NaN
  if (!shape || Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== shape[1]) {
    throw invalid('time', 'is no RFC 3339 time')
  }
  const seconds = Date.parse(`${time.slice(0, 19)}Z`) / 1000
  if (shape[4] === 'Z') return seconds
  const zone = Number(shape[4].slice(1, 3)) * 3600 + Number(shape[4].slice(4)) * 60
  return shape[4][0] === '+' ? seconds - zone : seconds + zone
}

function verify(core, { id, ...request }) {
  const template = {
    ...request,
    time: secondsOf(request.time),
    leaf: optional(bytesOf, request.leaf, 'leaf'),
    intermediates: listOf(request.intermediates, 'intermediates'),
    roots: listOf(request.roots, 'roots'),
    crls: listOf(request.crls, 'crls'),
  }
  const { ok, code, depth, detail, chain, bytes } = core.call('verify', { template })
  let at = 0
  return {
    id,
    ok,
    code,
    depth,
    detail,
    ...(chain && {
      chain: chain.map(({ size }) =>
        Buffer.from(bytes.subarray(at, (at += size))).toString('base64'),
      ),
    }),
  }
}

/** An answer without the bytes that came with it. */
function reportOf(answer) {
  delete answer.bytes
  return answer
}

const certificate = (core, der) => reportOf(core.call('certificate.read', { certificate: der }))

/** What is told of a key; its handle is let go. */
function keyOf(core, { key, ...report }) {
  core.call('key.free', { key })
  return report
}

/** The parts of an answer's bytes, which lie one after another. */
const partsOf = (bytes = new Uint8Array(), sizes) => {
  let at = 0
  return sizes.map((size) => bytes.slice(at, (at += size)))
}

/** A key store: its entries in their order, each a key or a certificate. */
function store(core, data, passphrase) {
  const { entries, unread, bytes } = core.call('pkcs12.read', { data, ...passphrase })
  const ders = partsOf(
    bytes,
    entries.map(({ size }) => size ?? 0),
  )
  const keys = entries.map(({ key }) => key && keyOf(core, key)) // first: reading may fail
  return {
    entries: entries.map(({ friendlyName, localKeyID, trusted }, i) => ({
      ...(keys[i] ? { key: keys[i] } : { certificate: certificate(core, ders[i]) }),
      ...{ friendlyName, localKeyID, trusted },
    })),
    unread,
  }
}

function bundle(core, data) {
  const { sizes, crls, bytes } = core.call('pkcs7.read', { data })
  return {
    certificates: partsOf(bytes, sizes).map((der) => certificate(core, der)),
    crls: crls.length,
  }
}

/** What there is to read: how a report is made of the data. */
const readers = {
  crt: certificate,
  crl: (core, crl) => reportOf(core.call('crl.read', { crl })),
  csr: (core, request) => reportOf(core.call('request.read', { request })),
  key: (core, data, passphrase) => keyOf(core, core.call('key.import', { data, ...passphrase })),
  p12: store,
  p7: bundle,
}

function parse(core, { id, parse: kind, data, password, ...unknown }) {
  for (const name of Object.keys(unknown)) throw invalid(name, 'is not known here')
  const reader = textOf(kind, 'parse')
  const secret = optional(textOf, password, 'password')
  const bytes = optional(bytesOf, data, 'data') ?? new Uint8Array()
  if (!Object.hasOwn(readers, reader)) {
    throw new CertmintError('unsupported', 'parse', 'is none of crt, crl, csr, key, p12 and p7')
  }
  const passphrase = secret === undefined ? {} : { passphrase: encoder.encode(secret) }
  return { id, ok: true, code: 'ok', report: readers[reader](core, bytes, passphrase) }
}

function answer(core, line) {
  let request
  try {
    request = JSON.parse(line)
  } catch {
    request = undefined
  }
  const id = request?.id ?? null
  const isParse = request?.parse !== undefined && request?.parse !== null
  try {
    if (typeof request !== 'object' || request === null || Array.isArray(request)) {
      throw invalid('', 'the request is not a JSON object')
    }
    return isParse ? parse(core, { ...request, id }) : verify(core, { ...request, id })
  } catch (error) {
    if (!(error instanceof CertmintError)) throw error
    const { code, message: detail } = error
    return { id, ok: false, code, ...(!isParse && { depth: 0 }), detail }
  }
}

/** Answers line by line, in order, until the input ends. */
export async function harness(input, output) {
  const core = new Core(await compile(wasmSource()))
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (line.trim() === '') continue
    if (!output.write(`${JSON.stringify(answer(core, line))}\n`)) {
      await new Promise((resolve) => output.once('drain', resolve))
    }
  }
}
