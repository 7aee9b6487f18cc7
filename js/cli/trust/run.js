/** Running the programs of the stores, as root where that is needed. */

import { spawn, spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

import { FailedError } from '../usage.js'

/** @returns {string | undefined} where a program is on the PATH */
export function which(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const file = join(folder, name)
    try {
      accessSync(file, constants.X_OK)
      return file
    } catch {
      // not there
    }
  }
  return undefined
}

/**
 * What a program that only looks says; undefined when it fails.
 *
 * @param {string[]} argv
 * @returns {string | undefined}
 */
export function output([command, ...args]) {
  const { status, stdout } = spawnSync(command, args, {
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  })
  return status === 0 ? stdout : undefined
}

/** The folders of system programs are not always on the PATH of a user. */
const withSystemFolders = () => ({
  ...process.env,
  PATH: [process.env.PATH, '/usr/sbin', '/sbin'].join(delimiter),
})

/** In the words a shell would take. */
export const shown = (argv) =>
  argv
    .map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`))
    .join(' ')

const isRoot = () => process.getuid?.() === 0

function asRoot(argv) {
  if (process.platform === 'win32' || isRoot()) return argv
  if (which('sudo')) return ['sudo', '--', ...argv]
  throw new FailedError(`this needs root, and there is no sudo; run as root: ${shown(argv)}`)
}

/**
 * Runs one program to its end. sudo may ask on the terminal; what programs say is shown when they
 * fail.
 *
 * @param {string[]} argv
 * @param {{ root?: boolean }} [options]
 */
export async function run(argv, { root = false } = {}) {
  const [command, ...args] = root ? asRoot(argv) : argv
  const child = spawn(command, args, {
    stdio: ['inherit', 'pipe', 'pipe'],
    env: withSystemFolders(),
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text))
  const status = await new Promise((resolve, reject) => {
    child.on('error', (error) =>
      reject(new FailedError(`${command} cannot be run: ${error.message}`)),
    )
    child.on('close', resolve)
  })
  if (status !== 0) {
    const reason = said.trim().split('\n').at(-1) || `it ended with status ${status}`
    throw new FailedError(`${shown(argv)}: ${reason}`)
  }
}
