/** Memory that is refused, one allocation after the other: an error or a lost connection, no more. */

import fs from 'node:fs'
import path from 'node:path'

import { echo, pattern, programs, refusedEcho, startEcho } from '../support/echo.js'
import { root, run, scratch } from '../support/tools.js'

const files = scratch()
const shim = files.path('refuse_memory.so')

beforeAll(() => {
  const source = path.join(root, 'tests', 'support', 'refuse_memory.c')
  run(process.env.CC ?? 'cc', ['-shared', '-fPIC', '-O1', '-o', shim, source, '-ldl'])
})

/**
 * A spread of the first `count` numbers, dense at the beginning. Not the third: it is what the C
 * library wants for pthread_atfork as libuv makes the first loop, and libuv aborts (uv_signal_init).
 */
const spread = (count, tests) =>
  Array.from({ length: tests }, (_, i) => 4 + Math.floor((count - 4) * (i / tests) ** 2))

test('while it starts: a sentence and status 3, or it serves', async () => {
  const seen = new Set()
  for (const at of [1, 2, ...spread(1450, 40)]) {
    const env = { LD_PRELOAD: shim, REFUSE_AT: String(at) }
    await startEcho([], { env }).then(
      async (server) => {
        seen.add('serves')
        expect((await server.stop()).status).toBe(0)
      },
      (error) => {
        seen.add('refuses')
        expect(error.message).toMatch(/status 3:\n[^]*certmint-echo: /)
      },
    )
  }
  expect(seen.has('refuses')).toBe(true)
}, 60_000)

test('while it serves: at most that connection is lost, the next is served', async () => {
  const data = pattern(20_000)
  let lost = 0
  for (const at of spread(7000, 60)) {
    const from = files.path(`from-${at}`)
    const env = { LD_PRELOAD: shim, REFUSE_AT: String(at), REFUSE_FROM: from }
    const server = await startEcho([], { env })
    fs.writeFileSync(from, '')
    const back = []
    for (let i = 0; i < 3; i++) back.push(await echo(server, data).catch(() => undefined))
    const whole = back.filter((bytes) => bytes?.equals(data)).length
    expect(whole).toBeGreaterThanOrEqual(2)
    lost += 3 - whole
    expect((await server.stop()).status).toBe(0)
  }
  expect(lost).toBeGreaterThan(10) // it was refused where it mattered
}, 60_000)

test('the shim by itself changes nothing', async () => {
  const { status, out } = await refusedEcho(['--version'], {
    program: programs.native,
    env: { LD_PRELOAD: shim },
  })
  expect(status).toBe(0)
  expect(out).toMatch(/^certmint-echo /)
})
