/** Bars for long work on a terminal, nothing in a pipe; and Ctrl-C that leaves nothing behind. */

const WIDEST = 30
/** Keys that take less than this many seconds show no bar. */
const PATIENCE = 0.3
/** Drawn at most every so many seconds. */
const PAUSE = 0.1

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

const seconds = (n) =>
  n < 10 ? n.toFixed(1) : n < 120 ? n.toFixed(0) : `${(n / 60).toFixed(0)} min`
const span = (n) => (n < 120 ? `${seconds(n)} s` : seconds(n))

/** One line that fits the terminal: how likely the key was to be found by now, and the times. */
export function barLine({ fraction, elapsedSeconds, typicalSeconds }, columns = 80) {
  const times = `${span(elapsedSeconds)}, typically ${span(typicalSeconds)}`
  const width = Math.min(WIDEST, columns - times.length - 24)
  if (width < 5) return times.slice(0, Math.max(0, columns - 1))
  const filled = Math.round(fraction * width)
  return `  searching primes ${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${times}`
}

/** The same for work that is counted. */
export function countLine({ done, total, elapsedSeconds }, columns = 80) {
  const rest = done > 0 ? (elapsedSeconds / done) * (total - done) : 0
  const times = `${done} of ${total}, ${span(rest)} to go`
  const width = Math.min(WIDEST, columns - times.length - 5)
  if (width < 5) return times.slice(0, Math.max(0, columns - 1))
  const filled = Math.round((done / total) * width)
  return `  ${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${times}`
}

/**
 * Runs `work({ signal, onProgress })`.
 *
 * @param {Record<string, any>} values
 * @param {(work: { signal: AbortSignal, onProgress: (progress: any) => void }) => any} work
 * @param {(progress: any, columns?: number) => string} line how progress is drawn
 */
export async function withProgress(values, work, line = barLine) {
  const controller = new AbortController()
  const interrupt = () => controller.abort()
  for (const name of SIGNALS) process.once(name, interrupt)
  const show = process.stderr.isTTY && !values.quiet
  let drawn = 0
  const onProgress = (progress) => {
    if (!show || progress.elapsedSeconds < Math.max(PATIENCE, drawn + PAUSE)) return
    process.stderr.write(`\r${line(progress, process.stderr.columns)}\x1b[K`)
    drawn = progress.elapsedSeconds
  }
  try {
    return await work({ signal: controller.signal, onProgress })
  } finally {
    if (drawn > 0) process.stderr.write('\r\x1b[K')
    for (const name of SIGNALS) process.removeListener(name, interrupt)
  }
}
