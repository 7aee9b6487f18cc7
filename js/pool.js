/**
 * Workers that search for primes, independently and without shared memory: the first two primes make
 * the key. One interface over the browser's Worker and Node's worker_threads.
 */

import { CertmintError } from './error.js'
import { builtin } from './host.js'

/** More workers than this help little: two primes are wanted. */
const MOST_WORKERS = 8

/** As many as there are processors. */
export function defaultWorkers() {
  const hardware = globalThis.navigator?.hardwareConcurrency
  const available = hardware ?? builtin('os')?.availableParallelism?.() ?? 1
  return Math.max(1, Math.min(available, MOST_WORKERS))
}

/**
 * Lets the user of a worker listen through `onmessage` and `onerror`; `loaded` tells whether it got
 * as far as having all that it needs.
 */
function connect(handle, module) {
  handle.loaded = new Promise((resolve) => {
    handle.receive = (message) => (message.ready ? resolve(true) : handle.onmessage?.(message))
    handle.fail = (error) => {
      handle.dead = true
      resolve(false)
      handle.onerror?.(error)
    }
  })
  handle.post({ module })
  return handle
}

/** Starts one worker. @throws where there are none */
function startWorker(module) {
  // before Worker, which Bun and Deno have as well: theirs keep the process from ending
  const threads = builtin('worker_threads')
  if (threads) return startThread(threads, module)
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
  const handle = {
    post: (message) => worker.postMessage(message),
    end: () => worker.terminate(),
    busy: () => {},
    idle: () => {},
  }
  worker.onmessage = (event) => handle.receive(event.data)
  worker.onerror = (event) => handle.fail(event)
  return connect(handle, module)
}

function startThread({ Worker: Thread }, module) {
  const url = new URL('./worker.js', import.meta.url)
  // none of the process's own flags: --input-type would keep it from starting
  const worker = new Thread(url, { execArgv: [] })
  const handle = {
    post: (message) => worker.postMessage(message),
    end: () => worker.terminate(),
    // only a worker with work keeps the process alive
    busy: () => worker.ref(),
    idle: () => worker.unref(),
  }
  worker.unref()
  worker.on('message', (message) => handle.receive(message))
  worker.on('error', (error) => handle.fail(error))
  return connect(handle, module)
}

export class Pool {
  #module
  /** @type {any[]} workers without work */
  #idle = []
  /** @type {Set<Promise<void>>} one for each worker that was told to stop and has not answered yet */
  #returning = new Set()
  #nextId = 1

  /** @param {WebAssembly.Module} module */
  constructor(module) {
    this.#module = module
  }

  async #take(count) {
    // those that are just stopping are back in milliseconds: sooner than new ones would be loaded
    while (this.#idle.length < count && this.#returning.size > 0) {
      await Promise.race(this.#returning)
    }
    const taken = this.#idle.splice(0, count)
    try {
      while (taken.length < count) taken.push(startWorker(this.#module))
    } catch (error) {
      this.#idle.push(...taken)
      throw error
    }
    return taken
  }

  /** Starts workers ahead of time; resolves when they have loaded all that they need. */
  async warm(count) {
    const workers = await this.#take(count)
    for (const worker of workers) worker.busy()
    for (const worker of workers) {
      const loaded = await worker.loaded
      worker.idle()
      if (loaded) this.#idle.push(worker)
      else worker.end()
    }
  }

  /**
   * Searches for two different primes of `bits` bits.
   *
   * @param {number} bits
   * @param {{ count: number, signal?: AbortSignal,
   *   onProgress?: (progress: { tried: number, expected: number }) => void }} options
   * @returns {Promise<[Uint8Array, Uint8Array]>}
   * @throws {WorkerFailure} when a worker cannot be started
   */
  async findPrimes(bits, { count, signal, onProgress }) {
    signal?.throwIfAborted()
    let workers
    try {
      workers = await this.#take(count)
    } catch (error) {
      throw new WorkerFailure(error)
    }
    const id = this.#nextId++
    const primes = []
    const tried = workers.map(() => 0)
    /** @type {() => void} */
    let cleanup = () => {}
    try {
      await new Promise((resolve, reject) => {
        const abort = () => reject(signal?.reason)
        signal?.addEventListener('abort', abort, { once: true })
        cleanup = () => signal?.removeEventListener('abort', abort)
        workers.forEach((worker, i) => {
          worker.busy()
          worker.onerror = (error) => reject(new WorkerFailure(error))
          worker.onmessage = (message) => {
            if (message.id !== id) return
            if (message.error) {
              const { code, field, rule } = message.error
              reject(
                new CertmintError(code ?? 'internal', field ?? '', rule ?? message.error.message),
              )
            }
            if (message.tried !== undefined) {
              tried[i] = message.tried
              const sum = tried.reduce((a, b) => a + b)
              try {
                onProgress?.({ tried: sum, expected: 2 * message.expected })
              } catch (error) {
                reject(error)
              }
            }
            if (message.prime && !primes.some((prime) => equal(prime, message.prime))) {
              primes.push(message.prime)
              if (primes.length === 2) resolve(undefined)
            }
          }
          worker.post({ id, bits })
        })
        // the signal may have fired while workers were starting
        if (signal?.aborted) abort()
      })
      return [primes[0], primes[1]]
    } catch (error) {
      primes.forEach((prime) => prime.fill(0))
      throw error
    } finally {
      cleanup()
      this.#release(workers, id)
    }
  }

  /** Tells the workers to stop; each comes back when it has zeroed its search. */
  #release(workers, id) {
    for (const worker of workers.filter(({ dead }) => !dead)) {
      const returned = new Promise((resolve) => {
        worker.onmessage = (message) => {
          message.prime?.fill(0)
          if (message.id === id && message.stopped) {
            worker.onmessage = worker.onerror = undefined
            worker.idle()
            this.#idle.push(worker)
            resolve(undefined)
          }
        }
        worker.onerror = () => {
          worker.end()
          resolve(undefined)
        }
      })
      this.#returning.add(returned)
      returned.then(() => this.#returning.delete(returned))
      worker.post({ stop: true })
    }
  }

  /** Ends the workers that have nothing to do. */
  close() {
    for (const worker of this.#idle.splice(0)) worker.end()
  }
}

const equal = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i])

/** A worker could not be started or died: the calling thread can do the work instead. */
export class WorkerFailure extends Error {
  constructor(cause) {
    super('a worker could not be started', { cause })
  }
}
