/** Making keys: in workers, in slices in this thread, or at once. */

import { CertmintError } from './error.js'
import { rsaBitsOf } from './normalize.js'
import { PrivateKey } from './objects.js'
import { defaultWorkers, WorkerFailure } from './pool.js'

/** Work of one slice in the calling thread, in the units of the door: about 10 ms. */
const SLICE = 10000

const breathe = () => new Promise((resolve) => setTimeout(resolve, 0))

const generateAtOnce = (core, spec, allowWeak, progress) =>
  new PrivateKey(core, core.call('key.generate', { spec, allowWeak }, { progress }))

/** What onProgress gets: an expectation that is true at any moment of a search without memory. */
function progressReporter(onProgress) {
  if (!onProgress) return undefined
  const start = performance.now()
  return ({ tried, expected }) => {
    const perTry = tried > 0 ? (performance.now() - start) / tried : 0
    const primes = (2 * tried) / expected // as many as are found in this many tries on average
    onProgress({
      tried,
      expected,
      /** How likely two were to be found by now (Poisson): never 1, always growing. */
      fraction: 1 - (1 + primes) * Math.exp(-primes),
      elapsedSeconds: (performance.now() - start) / 1000,
      typicalSeconds: (perTry * expected) / 1000,
    })
  }
}

/** Synchronously: onProgress may abort the signal. */
export function generateSync(core, spec, { onProgress, allowWeak, signal }) {
  signal?.throwIfAborted()
  const report = progressReporter(onProgress)
  return generateAtOnce(core, spec, allowWeak, (tried, expected) => {
    report?.({ tried, expected })
    return Boolean(signal?.aborted)
  })
}

/** In this thread, letting others in between slices. */
async function searchHere(core, bits, { signal, onProgress }) {
  const { search } = core.call('prime.create', { bits })
  const primes = []
  try {
    while (primes.length < 2) {
      signal?.throwIfAborted()
      const { found, tried, expected } = core.call('prime.step', { search, work: SLICE })
      if (found) primes.push(core.call('prime.take', { search }, { secret: true }).bytes)
      onProgress?.({ tried, expected: 2 * expected })
      await breathe()
    }
    signal?.throwIfAborted()
    return primes
  } catch (error) {
    primes.forEach((prime) => prime.fill(0))
    throw error
  } finally {
    core.call('prime.free', { search })
  }
}

/** Whether the core makes RSA keys of this size; if not it says why itself. */
const isOrdinary = (bits) => [2048, 3072, 4096, 8192].includes(bits)

/** @returns {(spec: string, options: any) => any} an EC key at once, a promise of an RSA key */
export function generatorFor(core, pool) {
  return (spec, { signal, onProgress, workers, allowWeak }) => {
    checkWorkers(workers)
    const bits = rsaBitsOf(spec)
    if (bits === undefined || !isOrdinary(bits)) {
      signal?.throwIfAborted()
      return generateAtOnce(core, spec, allowWeak, undefined)
    }
    return generateRSA(core, pool, bits, { signal, onProgress, workers })
  }
}

export function checkWorkers(workers) {
  const fine =
    [undefined, true, false].includes(workers) || (Number.isInteger(workers) && workers > 0)
  if (!fine)
    throw new CertmintError('invalid', 'workers', 'must be a positive number, true or false')
}

async function generateRSA(core, pool, bits, { signal, onProgress, workers }) {
  const report = progressReporter(onProgress)
  const primes = await findPrimes(core, pool, bits / 2, { signal, onProgress: report, workers })
  try {
    const [p, q] = primes
    return new PrivateKey(core, core.call('key.fromPrimes', { p, q }))
  } catch (error) {
    // about one pair in 2^100 is too close together (FIPS 186-5 A.1.3 step 5.4)
    if (error.code === 'invalid')
      return generateRSA(core, pool, bits, { signal, onProgress, workers })
    throw error
  } finally {
    primes.forEach((prime) => prime.fill(0))
  }
}

async function findPrimes(core, pool, bits, { signal, onProgress, workers }) {
  if (workers === false) return searchHere(core, bits, { signal, onProgress })
  const count = typeof workers === 'number' ? workers : defaultWorkers()
  try {
    return await pool.findPrimes(bits, { count, signal, onProgress })
  } catch (error) {
    // no workers here (an edge runtime, a strict policy): the same work in this thread
    if (error instanceof WorkerFailure) return searchHere(core, bits, { signal, onProgress })
    throw error
  }
}
