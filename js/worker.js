/**
 * Searches for primes in an instance of its own, in slices, so that a message to stop is heard
 * between two of them. Runs as a module worker in browsers and in Node's worker_threads alike.
 */

import { Core } from './core.js'
import { builtin } from './host.js'

/** Work of one slice, in the units of the door: about 20 ms. */
const SLICE = 20000

const parent = builtin('worker_threads')?.parentPort

/** @type {any} */
const port = parent ?? globalThis

/** Lets waiting messages in; a promise alone would not. */
const breathe = () =>
  new Promise((resolve) => {
    const channel = new MessageChannel()
    channel.port1.onmessage = () => {
      channel.port1.close()
      resolve(undefined)
    }
    channel.port2.postMessage(0)
  })

let core
/** The number of the search to go on with; another number, or none, ends it. */
let current

async function search(id, bits) {
  current = id
  let handle
  try {
    handle = core.call('prime.create', { bits }).search
    while (current === id) {
      const { found, tried, expected } = core.call('prime.step', { search: handle, work: SLICE })
      if (found) {
        const prime = core.call('prime.take', { search: handle }, { secret: true }).bytes
        port.postMessage({ id, prime, tried, expected }, [prime.buffer])
      } else {
        port.postMessage({ id, tried, expected })
      }
      await breathe()
    }
  } catch (error) {
    port.postMessage({
      id,
      error: { code: error.code, field: error.field, rule: error.rule, message: error.message },
    })
  } finally {
    if (handle) core.call('prime.free', { search: handle })
    if (current === id) current = undefined
    port.postMessage({ id, stopped: true })
  }
}

function receive({ module, id, bits, stop }) {
  if (module) {
    core = new Core(module)
    port.postMessage({ ready: true })
  }
  if (bits) search(id, bits)
  if (stop) current = undefined
}

if (parent) parent.on('message', receive)
else globalThis.onmessage = (event) => receive(event.data)
