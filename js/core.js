/**
 * The one file that touches linear memory: loads certmint.wasm and makes calls through its door
 * (wasm/door.h says what they are).
 */

import { CertmintError } from './error.js'
import { builtin } from './host.js'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** crypto.getRandomValues gives at most this many bytes at once. */
const ENTROPY_CHUNK = 65536

/**
 * The request as JSON; bytes in it are lent. What JSON cannot say (a circle, a BigInt, a nesting too
 * deep for the stack) was in the caller's options.
 */
function stringify(request, lend) {
  try {
    // this[name]: a Buffer has turned itself into an object by the time it is `value`
    return JSON.stringify(request, function (name, value) {
      // JSON would leave them out: as if nothing had been said
      if (typeof value === 'function' || typeof value === 'symbol') {
        throw new CertmintError('invalid', name, `must not be a ${typeof value}`)
      }
      return ArrayBuffer.isView(this[name]) ? lend(this[name]) : value
    })
  } catch (error) {
    if (error instanceof CertmintError) throw error
    const [reason] = error.message.split('\n')
    throw new CertmintError('invalid', '', `the options cannot be passed on: ${reason}`)
  }
}

/** One instance of the module with its own memory, keys and searches. */
export class Core {
  #exports
  /** @type {((done: number, expected: number) => boolean) | undefined} */
  #progress
  /** @type {{ error: any } | undefined} what #progress threw */
  #thrown
  /** @type {any} why the host gave no entropy */
  #noEntropy

  /** @param {WebAssembly.Module} module the compiled certmint.wasm */
  constructor(module) {
    const env = {
      certmint_entropy: (address, size) => this.#entropy(address, size),
      certmint_progress: (done, expected) => this.#report(done, expected),
    }
    /** The compiled module, to make further instances of (in workers). */
    this.module = module
    this.#exports = new WebAssembly.Instance(module, { env }).exports
    if (!this.#exports.certmint_call) throw new TypeError('it is another module')
    this.#exports._initialize?.()
  }

  /** Linear memory as it is now: it moves when it grows. */
  get #memory() {
    return new Uint8Array(this.#exports.memory.buffer)
  }

  // Nothing may be thrown through the module: it would free and zero nothing that it was working with.

  #entropy(address, size) {
    try {
      for (let at = 0; at < size; at += ENTROPY_CHUNK) {
        const end = Math.min(at + ENTROPY_CHUNK, size)
        globalThis.crypto.getRandomValues(this.#memory.subarray(address + at, address + end))
      }
      return 0
    } catch (error) {
      this.#noEntropy = error
      return 1
    }
  }

  #report(done, expected) {
    try {
      return this.#progress?.(done, expected) ? 1 : 0
    } catch (error) {
      this.#thrown = { error }
      return 1
    }
  }

  /**
   * Makes one call. Uint8Arrays anywhere in the members are handed over as bytes.
   *
   * @param {string} op the operation
   * @param {Record<string, unknown>} [members] of the request
   * @param {{ secret?: boolean, progress?: (done: number, expected: number) => boolean }} [options]
   *   secret: zero the answer at once; progress: called during long work, true cancels,
   *   and what it throws is thrown when the work has ended
   * @returns {any} what stands behind "ok"; with `bytes` when there are any
   * @throws {CertmintError}
   */
  call(op, members = {}, { secret = false, progress } = {}) {
    const lent = []
    this.#progress = progress
    try {
      const lend = (view) =>
        this.#lend(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), lent)
      const request = stringify({ op, ...members }, lend)
      return this.#send(this.#lend(encoder.encode(request), lent))
    } catch (error) {
      if (this.#thrown) throw this.#thrown.error
      if (error.code === 'random') error.cause = this.#noEntropy
      throw error
    } finally {
      this.#progress = this.#thrown = this.#noEntropy = undefined
      for (const [address, size] of lent) this.#exports.certmint_free(address, size)
      if (secret) this.#send(this.#lend(encoder.encode('{"op":"forget"}'), []), true)
    }
  }

  /**
   * Copies bytes into linear memory; returns [address, size] and notes it in `lent`.
   *
   * @returns {[address: number, size: number]}
   */
  #lend(bytes, lent) {
    const address = this.#exports.certmint_alloc(bytes.length)
    if (address === 0) throw new CertmintError('memory', '', 'out of memory')
    this.#memory.set(bytes, address)
    /** @type {[number, number]} */
    const place = [address, bytes.length]
    lent.push(place)
    return place
  }

  #send([address, size], free = false) {
    const answer = this.#exports.certmint_call(address, size)
    if (free) this.#exports.certmint_free(address, size)
    if (answer === 0) throw new CertmintError('memory', '', 'out of memory')
    const memory = this.#memory
    const words = new DataView(memory.buffer, answer, 16)
    const [json, jsonSize, bytes, bytesSize] = [0, 4, 8, 12].map((at) => words.getUint32(at, true))
    const { ok, error } = JSON.parse(decoder.decode(memory.slice(json, json + jsonSize)))
    if (error) throw new CertmintError(error.code, error.field, error.message)
    if (bytesSize === 0) return ok
    return { ...ok, bytes: memory.slice(bytes, bytes + bytesSize) }
  }
}

/** Runs what makes a module of what the caller gave; what fails there is the caller's source. */
export function inSource(work) {
  try {
    return work()
  } catch (error) {
    throw badSource(error)
  }
}

function badSource(error) {
  if (error instanceof CertmintError) return error
  const [reason] = String(error.message).split('\n')
  const failure = new CertmintError('invalid', 'source', `gives no certmint.wasm: ${reason}`)
  failure.cause = error
  return failure
}

/**
 * Compiles certmint.wasm from bytes, a compiled module, a Response or a URL.
 *
 * @param {Uint8Array | ArrayBuffer | WebAssembly.Module | Response | URL | string} source
 * @returns {Promise<WebAssembly.Module>}
 */
export const compile = (source) =>
  compileSource(source).catch((error) => {
    throw badSource(error)
  })

async function compileSource(source) {
  if (source instanceof WebAssembly.Module) return source
  if (source instanceof URL || typeof source === 'string') source = await open(new URL(source))
  // Node loads its whole fetch when Response is only looked at
  const isBytes = ArrayBuffer.isView(source) || source instanceof ArrayBuffer
  if (!isBytes && typeof Response === 'function' && source instanceof Response) {
    if (!source.ok) throw new Error(`HTTP ${source.status}`)
    source = await source.arrayBuffer()
  }
  // where nothing waits for a screen: function by function when called, sooner than all in advance
  if (builtin('fs')) return new WebAssembly.Module(/** @type {BufferSource} */ (source))
  return WebAssembly.compile(/** @type {BufferSource} */ (source))
}

/** Node's fetch does not read files. */
async function open(url) {
  const files = url.protocol === 'file:' ? builtin('fs') : undefined
  return files ? files.promises.readFile(url) : fetch(url)
}
