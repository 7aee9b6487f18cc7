// Runs one of the core's test programs that was built as WebAssembly:
//
//   node tests/core/run-wasm.mjs build/wasm/tests/test_keys.wasm
//
// A program asks for standard output, an exit, and entropy; this gives it just that.

import { webcrypto } from 'node:crypto'
import fs from 'node:fs'

class Exit extends Error {
  constructor(status) {
    super(`exit ${status}`)
    this.status = status
  }
}

const module = new WebAssembly.Module(fs.readFileSync(process.argv[2]))
/** Looked at anew each time: it moves when it grows. */
const memory = () => instance.exports.memory.buffer

function writeAll(fd, bytes) {
  for (let at = 0; at < bytes.length; at += fs.writeSync(fd, bytes, at));
}

function noStrings(count, size) {
  new DataView(memory()).setUint32(count, 0, true)
  new DataView(memory()).setUint32(size, 0, true)
  return 0
}

const wasi = {
  proc_exit(status) {
    throw new Exit(status)
  },
  fd_write(fd, vectors, count, written) {
    const view = new DataView(memory())
    let total = 0
    for (let i = 0; i < count; i++) {
      const address = view.getUint32(vectors + 8 * i, true)
      const size = view.getUint32(vectors + 8 * i + 4, true)
      writeAll(fd, new Uint8Array(memory(), address, size))
      total += size
    }
    view.setUint32(written, total, true)
    return 0
  },
  /** Whatever clock is asked for: nanoseconds that only grow. */
  clock_time_get(clock, precision, at) {
    new DataView(memory()).setBigUint64(at, process.hrtime.bigint(), true)
    return 0
  },
  fd_close: () => 0,
  fd_seek: () => 70, // ESPIPE: standard output is no file
  args_sizes_get: noStrings,
  args_get: () => 0,
  environ_sizes_get: noStrings,
  environ_get: () => 0,
}

const env = {
  certmint_entropy(address, size) {
    for (let at = 0; at < size; at += 65536) {
      webcrypto.getRandomValues(new Uint8Array(memory(), address + at, Math.min(65536, size - at)))
    }
    return 0
  },
  emscripten_notify_memory_growth() {},
}

const instance = new WebAssembly.Instance(module, { env, wasi_snapshot_preview1: wasi })
try {
  instance.exports._start()
} catch (error) {
  if (!(error instanceof Exit)) throw error
  process.exitCode = error.status
}
