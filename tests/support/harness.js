/** `certmint verify --harness` and its native twin (build/native/tests/verify_harness). */

import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { root } from './tools.js'

export const native = [path.join(root, 'build', 'native', 'tests', 'verify_harness')]
export const wasm = [process.execPath, path.join(root, 'js', 'cli.js'), 'verify', '--harness']

/** The answers of a harness to lines, text or requests. */
export function ask([command, ...args], lines) {
  const input = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)))
  const { stdout, stderr, status } = spawnSync(command, args, {
    input: `${input.join('\n')}\n`,
    encoding: 'utf8',
    maxBuffer: 256 << 20,
    timeout: 100_000,
  })
  if (status !== 0) throw new Error(`${command}: ${status} ${stderr}`)
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** Asks both; they must agree. */
export function askBoth(lines) {
  const answers = ask(native, lines)
  expect(ask(wasm, lines)).toEqual(answers)
  expect(answers.length).toBe(lines.length)
  return answers
}
