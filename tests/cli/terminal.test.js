/** On a terminal: colours, a bar while RSA keys are searched for, and Ctrl-C. */

import fs from 'node:fs'

import { onTerminal, start, workplace } from '../support/cli.js'

const place = workplace()
const ESC = '\x1b'
const CTRL_C = '\x03'
const CLEARED = `\r${ESC}[K`

/** A key may be found before a bar is drawn or a key pressed: chance, so it is tried again. */
function until(test, work) {
  for (let tries = 0; tries < 20; tries++) {
    const result = work()
    if (test(result)) return result
  }
  throw new Error('it never came to that')
}

/** Processes with that word on their command line. */
const running = (word) =>
  fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word)
      } catch {
        return false // it has ended meanwhile
      }
    })

test('a bar that grows, is honest, and is gone at the end', () => {
  const { status, screen } = until(
    (result) => result.screen.includes('█'),
    () => onTerminal(place.folder, ['key', 'rsa-4096', '--out', 'long.pem', '--force']),
  )
  expect(status).toBe(0)
  const bars = screen.match(/searching primes [█░]+ [\d.]+ s, typically [\d.]+ s/g)
  const lengths = bars.map((bar) => bar.split('█').length)
  expect(lengths).toEqual([...lengths].sort((a, b) => a - b))
  for (const bar of bars) expect(bar.length + 2).toBeLessThan(80)
  // the line is cleared before the answer comes
  const answer = screen.split(CLEARED).at(-1)
  expect(answer).toMatch(/A private key, rsa-4096/)
  expect(answer).not.toMatch(/[█░]/)
  expect(answer).toContain(`${ESC}[1mlong.pem${ESC}[22m`)
})

test.each([20, 40, 60])('the bar fits a terminal of %d columns', (columns) => {
  const { screen } = until(
    ({ status }) => status === 3,
    () =>
      onTerminal(place.folder, ['key', 'rsa-8192', '--out', 'no.pem', '--force'], {
        when: ', typically',
        type: CTRL_C,
        columns,
      }),
  )
  const [line] = screen.slice(1).split(`${ESC}[K`)
  expect(line).toMatch(/\d s/)
  expect(line.length).toBeLessThan(columns)
})

test.each(['rsa-4096', 'rsa-8192'])('Ctrl-C while %s is made', (kind) => {
  const name = `stopped-${kind}.pem`
  const { screen, seconds } = until(
    ({ status }) => status === 3,
    () => {
      fs.rmSync(place.path(name), { force: true })
      return onTerminal(place.folder, ['key', kind, '--out', name], {
        when: 'searching primes',
        type: CTRL_C,
      })
    },
  )
  expect(screen.split(CLEARED).at(-1)).toBe('certmint: interrupted; nothing was written\r\n')
  expect(seconds).toBeLessThan(1)
  expect(place.list()).not.toContain(name)
  expect(place.list().filter((file) => file.startsWith('.'))).toEqual([])
  expect(running(name)).toEqual([])
})

/** Seconds of processor time a process has had. */
function processorTime(pid) {
  const fields = fs
    .readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

async function interrupted(signal) {
  const { child, ended } = start(place.folder, [
    ...['self-signed', 'x.test', '--key', 'rsa-8192', '--force'],
  ])
  // starting takes a tenth of that: by then it is searching
  while (child.exitCode === null && processorTime(child.pid) < 1) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const since = performance.now()
  child.kill(signal)
  return { ...(await ended), milliseconds: performance.now() - since }
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('%s without a terminal', async (signal) => {
  let result
  do {
    for (const file of place.list()) if (file.includes('x.test')) fs.rmSync(place.path(file))
    result = await interrupted(signal)
  } while (result.status === 0)
  const { milliseconds, ...rest } = result
  expect(rest).toEqual({
    status: 3,
    signal: null,
    out: '',
    err: 'certmint: interrupted; nothing was written\n',
  })
  expect(milliseconds).toBeLessThan(1000)
  expect(place.list().filter((file) => file.includes('x.test'))).toEqual([])
})

test('--quiet has no bar, NO_COLOR no colours', () => {
  const { screen } = onTerminal(place.folder, ['key', 'rsa-4096', '--quiet', '--out', 'q.pem'])
  expect(screen).toBe('')
  const plain = onTerminal(place.folder, ['key', '--out', 'plain.pem'], { env: { NO_COLOR: '1' } })
  expect(plain.screen).toMatch(/plain\.pem/)
  expect(plain.screen).not.toContain(ESC)
})
