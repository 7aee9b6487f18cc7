/**
 * The machine interface for test suites: one JSON request a line in, one JSON answer a line out. The
 * native core has the same in tests/harness/verify_harness.c, and both must agree.
 *
 *   { id, leaf, intermediates[], roots[], crls[], time, purpose, name: { dns|ip|email }, maxDepth,
 *     policies, requireRevocation, requireExplicitPolicy, inhibitPolicyMapping, inhibitAnyPolicy,
 *     allowWeak, lenient }          →  { id, ok, code, depth, detail, chain? }
 *   { id, parse: "crt"|"crl"|"csr"|"key", data, password? }  →  { id, ok, code, report | detail }
 *
 * Certificates, lists and data are PEM or base64 DER; time is RFC 3339 or seconds since 1970; a
 * chain is base64 DER. A request that makes no sense is answered with the code of its error.
 */

import { createInterface } from 'node:readline'

import { compile, Core } from '../core.js'
import { wasmSource } from '../source.js'
import { CertmintError, invalid } from '../error.js'

const encoder = new TextEncoder()

/** PEM as it stands, base64 decoded; what is neither as it stands, so that the core says so. */
function bytesOf(value) {
  if (typeof value !== 'string') return value
  const packed = value.replace(/[ \t\r\n]/g, '')
  const base64 = packed.length > 0 && packed.length % 4 === 0
  return !value.includes('-----BEGIN') && base64 && /^[A-Za-z0-9+/]+={0,2}$/.test(packed)
    ? new Uint8Array(Buffer.from(packed, 'base64'))
    : encoder.encode(value)
}

const listOf = (value) => (Array.isArray(value) ? value.map(bytesOf) : value)

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
    leaf: bytesOf(request.leaf),
    intermediates: listOf(request.intermediates),
    roots: listOf(request.roots),
    crls: listOf(request.crls),
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

/** What there is to read: how a call is made of the data, and a report of its answer. */
const readers = {
  crt: (core, certificate) => core.call('certificate.read', { certificate }),
  crl: (core, crl) => core.call('crl.read', { crl }),
  csr: (core, request) => core.call('request.read', { request }),
  key(core, data, passphrase) {
    const { key, ...report } = core.call('key.import', {
      data,
      ...(passphrase && { passphrase }),
    })
    core.call('key.free', { key })
    return report
  },
}

function parse(core, { id, parse: kind, data, password, ...unknown }) {
  for (const name of Object.keys(unknown)) throw invalid(name, 'is not known here')
  if (!Object.hasOwn(readers, kind)) {
    throw new CertmintError('unsupported', 'parse', 'is none of crt, crl, csr and key')
  }
  const secret = password === undefined ? undefined : encoder.encode(password)
  const report = readers[kind](core, bytesOf(data ?? ''), secret)
  delete report.bytes
  return { id, ok: true, code: 'ok', report }
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
