// What the scripts share: saying things, running things, stopping with a sentence.

import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
export const at = (...parts) => path.join(root, ...parts)

/** Where what was fetched is kept for the next time. */
export const cache = path.join(
  process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'),
  'certmint',
)

/** An end that is nobody's bug: the message tells a person what to do. */
export class Stop extends Error {}

let out = process.stdout
/** For scripts whose standard output is an answer. */
export const speakOnStderr = () => (out = process.stderr)
export const say = (text) => out.write(`certmint: ${text}\n`)
export const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`

/** Runs a script's main function; a Stop becomes its sentence and exit status 1. */
export async function main(body) {
  try {
    await body()
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    process.stderr.write(`certmint: ${error.message}\n`)
    process.exitCode = 1
  }
}

export const isMain = (meta) => process.argv[1] === fileURLToPath(meta.url)

/** The full path of a program on the PATH, or undefined. */
export function which(program) {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, program)
    try {
      fs.accessSync(file, fs.constants.X_OK)
      if (fs.statSync(file).isFile()) return file
    } catch {
      // not here
    }
  }
  return undefined
}

/** What a short command prints, or undefined when it fails. */
export function ask(program, ...args) {
  const done = spawnSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return done.status === 0 ? done.stdout.trim() : undefined
}

export const tail = (text, lines = 25) => text.trimEnd().split('\n').slice(-lines).join('\n')

// Every child leads a process group, so that what it started ends with it.
const children = new Set()
function endGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // it has ended
  }
}
process.on('exit', () => children.forEach(endGroup))
for (const [signal, status] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
  process.on(signal, () => process.exit(status))
}

/**
 * Runs a program to its end. Its output goes to build/log/<log>.log and is returned.
 * @param {string[]} command
 * @param {{ log: string, append?: boolean, env?: object, cwd?: string, limit?: number }} options
 *   limit in seconds
 * @returns {Promise<{ status: number | null, signal: string | null, late: boolean, output: string,
 *   stdout: string, file: string }>}
 */
export function run(command, { log, append = false, env = {}, cwd = root, limit = 3600 }) {
  const file = at('build', 'log', `${log}.log`)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  const to = fs.createWriteStream(file, { flags: append ? 'a' : 'w' })
  to.write(`$ ${command.join(' ')}\n`)
  return new Promise((resolve) => {
    let output = ''
    let stdout = ''
    let late = false
    const child = spawn(command[0], command.slice(1), {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    children.add(child)
    const timer = setTimeout(() => {
      late = true
      endGroup(child)
    }, limit * 1000)
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        to.write(text)
        output += text
        if (stream === child.stdout) stdout += text
      })
    }
    const end = (status, signal) => {
      clearTimeout(timer)
      endGroup(child)
      children.delete(child)
      to.end(() => resolve({ status, signal, late, output, stdout, file }))
    }
    child.on('error', (error) => {
      output += `${error.message}\n`
      to.write(`${error.message}\n`)
      if (child.pid === undefined) end(127, null)
    })
    child.on('exit', (status, signal) => {
      // What it left running must not hold its pipes, and so us, open.
      endGroup(child)
      child.once('close', () => end(status, signal))
    })
  })
}

/** How a run ended, in words. */
export function ending({ status, signal, late }) {
  if (late) return 'did not end in time and was stopped'
  return signal ? `was ended by ${signal}` : `ended with status ${status}`
}

/** Like run, but a failure stops everything, showing the end of the output. */
export async function must(command, options, hint = '') {
  const result = await run(command, options)
  if (result.status !== 0) {
    const file = path.relative(root, result.file)
    throw new Stop(
      `${path.basename(command[0])} ${ending(result)}:\n${tail(result.output)}\n` +
        `certmint: ${hint ? `${hint} ` : ''}The whole output is in ${file}.`,
    )
  }
  return result
}

const alive = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/**
 * Does work that no other run of these scripts may do at the same time. A lock left by a process
 * that has ended does not count.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function alone(name, work) {
  const lock = at('build', `${name}.lock`)
  fs.mkdirSync(path.dirname(lock), { recursive: true })
  for (let told = false; ;) {
    try {
      fs.writeFileSync(lock, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    const holder = Number(fs.existsSync(lock) && fs.readFileSync(lock, 'utf8'))
    if (holder > 0 && !alive(holder)) fs.rmSync(lock, { force: true })
    else {
      if (!told) say(`waiting for another run that does the same (${name}) ...`)
      told = true
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
  const release = () => fs.rmSync(lock, { force: true })
  process.once('exit', release)
  try {
    return await work()
  } finally {
    process.removeListener('exit', release)
    release()
  }
}

/**
 * What Debian's Emscripten needs: where its JavaScript optimizer is, and Debian's own Python, as
 * another on the PATH may be a slow shim (pyenv's doubles the time a file takes). An emsdk has its own.
 */
export function emscriptenEnv() {
  const emcc = which('emcc')
  if (!emcc || !fs.realpathSync(emcc).startsWith('/usr/share/emscripten/')) return {}
  const paths = [process.env.NODE_PATH, '/usr/share/nodejs'].filter(Boolean)
  return {
    NODE_PATH: paths.join(path.delimiter),
    EMSDK_PYTHON: process.env.EMSDK_PYTHON || '/usr/bin/python3',
  }
}

/** All files under a folder whose names end in one of the endings, sorted; none when it is absent. */
export function filesUnder(folder, ...endings) {
  if (!fs.existsSync(at(folder))) return []
  return fs
    .readdirSync(at(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)))
    .sort()
}
