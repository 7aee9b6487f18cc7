/** The workers of a batch: each is given some records at a time, until all are done or one stops. */

import { Worker } from 'node:worker_threads'

/** Records a worker is given at once: enough to keep it busy while the answer is on its way. */
const PORTION = 16

/**
 * @param {any[]} records
 * @param {{ count: number, data: any, signal: AbortSignal,
 *   onDone: (lines: string[], faults: any[]) => boolean }} options
 *   data: what every worker gets; onDone: what came of a portion, true stops the rest
 */
export async function runCrew(records, { count, data, signal, onDone }) {
  const { key, ...ca } = data.ca
  let next = 0
  let stopped = false
  const portion = () => {
    if (stopped || signal.aborted) return []
    const part = records.slice(next, next + PORTION)
    next += part.length
    return part
  }
  const work = () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./batch_worker.js', import.meta.url), {
        workerData: { ...data, ca: { ...ca, key: key.slice() } },
        execArgv: [],
      })
      let busy = 0
      const give = () => {
        const part = portion()
        if (part.length > 0) {
          busy++
          worker.postMessage(part)
        } else if (busy === 0) worker.terminate().then(resolve, reject)
      }
      worker.on('error', reject)
      worker.on('message', ({ lines, faults }) => {
        busy--
        try {
          stopped ||= onDone(lines, faults)
        } catch (error) {
          stopped = true
          worker.terminate()
          return reject(error)
        }
        give()
      })
      give()
      give()
    })
  try {
    const ended = await Promise.allSettled(Array.from({ length: count }, work))
    const failed = ended.find(({ status }) => status === 'rejected')
    if (failed) throw /** @type {PromiseRejectedResult} */ (failed).reason
  } finally {
    key.fill(0)
  }
}
