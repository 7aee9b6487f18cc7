/** A bar for RSA keys on a terminal, nothing in a pipe; and Ctrl-C that leaves nothing behind. */

const WIDTH = 30
/** Keys that take less than this show no bar. */
const PATIENCE = 0.3

/** Runs `work({ signal, onProgress })`. */
export async function withProgress(values, work) {
  const controller = new AbortController()
  const interrupt = () => controller.abort()
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  const show = process.stderr.isTTY && !values.quiet && !values.json
  let drawn = false
  const onProgress = ({ fraction, elapsedSeconds, typicalSeconds }) => {
    if (!show || elapsedSeconds < PATIENCE) return
    const filled = Math.round(fraction * WIDTH)
    const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled)
    process.stderr.write(`\r  searching primes ${bar} typically ${typicalSeconds.toFixed(1)} s `)
    drawn = true
  }
  try {
    return await work({ signal: controller.signal, onProgress })
  } finally {
    if (drawn) process.stderr.write('\r\x1b[2K')
    process.removeListener('SIGINT', interrupt)
    process.removeListener('SIGTERM', interrupt)
  }
}
