/** Running other programs, and folders that go away. */

import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** The Python that has Debian's cryptography package. */
export const python = process.env.CERTMINT_PYTHON || '/usr/bin/python3'

/** Processor time of this process in milliseconds: what others take of the clock is not its doing. */
export function processorTime() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** For Go without modules. What it has compiled is kept: its own library takes half a minute. */
export const goEnv = {
  GO111MODULE: 'off',
  GOFLAGS: '',
  GOCACHE: process.env.GOCACHE || path.join(root, 'build', 'go-cache'),
}

/**
 * Runs a program to its end.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ input?: string | Uint8Array, cwd?: string, env?: Record<string, string>, fails?: boolean }} [options]
 *   fails: a status other than 0 is an answer, not an error
 */
export function run(command, args, { input, cwd, env, fails = false } = {}) {
  const result = spawnSync(command, args, {
    input,
    cwd,
    env: { ...process.env, LC_ALL: 'C.UTF-8', ...env },
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: 64 << 20,
  })
  if (result.error) throw new Error(`${command} could not be run: ${result.error.message}`)
  if (result.status !== 0 && !fails) {
    throw new Error(`${command} ${args.join(' ')}\n${result.stdout}${result.stderr}`)
  }
  return { status: result.status, out: result.stdout, err: result.stderr }
}

/** A folder that is removed when the tests end (see folders.mjs). */
export function scratch() {
  const parent = process.env.CERTMINT_TEST_FOLDER ?? os.tmpdir()
  const folder = fs.mkdtempSync(path.join(parent, 'certmint-test-'))
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }))
  return {
    folder,
    path: (name) => path.join(folder, name),
    write(name, data) {
      const file = path.join(folder, name)
      fs.writeFileSync(file, data)
      return file
    },
    read: (name) => fs.readFileSync(path.join(folder, name)),
  }
}
