/**
 * The page's side of jobs.js: its jobs as promises that an AbortSignal cancels. All the work is done
 * there, so that the page never stands still.
 */

import { scriptURL } from './trusted.js'

/** A failure in the worker, with what CertmintError says of it. */
export class JobError extends Error {
  constructor({ name, message, code, field, rule }) {
    super(message)
    Object.assign(this, { name, code, field, rule })
  }
}

export class Bridge {
  /** @type {Worker | undefined} started with the first job */
  #started
  #waiting = new Map()
  #nextId = 1

  get #worker() {
    this.#started ??= this.#start()
    return this.#started
  }

  #start() {
    const url = new URL('./jobs.js', import.meta.url).href
    const worker = new Worker(scriptURL(url), { type: 'module' })
    worker.onmessage = ({ data }) => this.#receive(data)
    worker.onerror = (event) => this.#fail(event)
    return worker
  }

  /**
   * @param {string} job one of those in jobs.js
   * @param {unknown} [input]
   * @param {{ signal?: AbortSignal, onProgress?: (progress: any) => void }} [options]
   */
  run(job, input, { signal, onProgress } = {}) {
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      const abort = () => {
        this.#worker.postMessage({ abort: id })
        this.#waiting.delete(id)
        reject(signal.reason)
      }
      signal?.addEventListener('abort', abort, { once: true })
      const settled = (settle) => (value) => {
        signal?.removeEventListener('abort', abort)
        settle(value)
      }
      this.#waiting.set(id, { resolve: settled(resolve), reject: settled(reject), onProgress })
      this.#worker.postMessage({ id, job, input })
    })
  }

  #receive({ id, progress, result, error }) {
    const waiting = this.#waiting.get(id)
    if (!waiting) return
    if (progress) {
      waiting.onProgress?.(progress)
      return
    }
    this.#waiting.delete(id)
    if (error) waiting.reject(new JobError(error))
    else waiting.resolve(result)
  }

  /** The worker itself could not be loaded, or broke. */
  #fail(event) {
    const error = new JobError({ name: 'Error', message: event.message ?? 'jobs.js failed' })
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
