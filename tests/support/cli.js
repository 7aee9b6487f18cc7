/** The command line, driven as a person and a script would. */

import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

import { python, root, scratch } from './tools.js'

export const program = path.join(root, 'js', 'cli.js')

/** Names of the commands, as they stand in js/cli/commands. */
export const commands = fs
  .readdirSync(path.join(root, 'js', 'cli', 'commands'))
  .map((file) => file.replace(/\.js$/, ''))

/**
 * A folder to work in, and the command in it.
 *
 * @returns {any} run(...args) gives { status, out, err }; ok(...args) expects status 0; list() the files
 */
export function workplace() {
  const files = scratch()
  const run = (...args) => {
    const last = args.at(-1)
    const { input, env } = typeof last === 'object' ? args.pop() : {}
    const result = spawnSync(process.execPath, [program, ...args], {
      cwd: files.folder,
      env: { ...process.env, ...env },
      input: input ?? '',
      encoding: 'utf8',
      timeout: 60_000,
    })
    if (result.error) throw result.error
    return { status: result.status, out: result.stdout, err: result.stderr }
  }
  const ok = (...args) => {
    const result = run(...args)
    if (result.status !== 0) throw new Error(`certmint ${args.join(' ')}\n${result.err}`)
    return result
  }
  return {
    ...files,
    run,
    ok,
    list: () => fs.readdirSync(files.folder).sort(),
    text: (name) => files.read(name).toString(),
    mode: (name) => fs.statSync(files.path(name)).mode & 0o777,
  }
}

/** Runs the command without waiting for it: { child, ended: Promise<{ status, signal, out, err }> }. */
export function start(folder, args, { env } = {}) {
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, env })
  let out = ''
  let err = ''
  child.stdout.on('data', (data) => (out += data))
  child.stderr.on('data', (data) => (err += data))
  const ended = new Promise((resolve) => {
    child.on('close', (status, signal) => resolve({ status, signal, out, err }))
  })
  return { child, ended }
}

/**
 * Runs a program on a terminal of its own (a pseudo-terminal), and reads what appears there; types
 * `type` when `when` has appeared.
 *
 * @returns {any} { status, screen, seconds } seconds: from the typing to the end
 */
export function typeInto(folder, command, { when = '', type = '', columns = 80, env = {} } = {}) {
  const script = path.join(root, 'tests', 'support', 'terminal.py')
  const spec = JSON.stringify({ when, type, columns })
  const result = spawnSync(python, [script, spec, ...command], {
    cwd: folder,
    env: { ...process.env, TERM: 'xterm', NO_COLOR: '', ...env },
    encoding: 'utf8',
    timeout: 120_000,
  })
  if (result.status !== 0) throw new Error(result.stderr)
  return JSON.parse(result.stdout)
}

/** Runs certmint on a terminal. */
export const onTerminal = (folder, args, spec) =>
  typeInto(folder, [process.execPath, program, ...args], spec)
