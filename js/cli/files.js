/** Files that are written whole or not at all, and never over another without being told to. */

import { randomBytes } from 'node:crypto'
import { writeSync } from 'node:fs'
import * as fs from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import { CertmintError } from '../index.js'
import { FileError } from './usage.js'

export const KEY_MODE = 0o600
export const PUBLIC_MODE = 0o644

/** What has a number already. (The names in /dev cannot be opened when they are sockets.) */
const standard = { '-': 1, '/dev/stdout': 1, '/dev/stderr': 2 }

export const isStandardOutput = (path) => standard[path] === 1

/** Reads a file; "-" is standard input. */
export async function read(path) {
  if (path !== '-' && path !== '/dev/stdin') {
    return fs.readFile(path).catch((error) => {
      error.path = path
      throw error
    })
  }
  const chunks = []
  for await (const chunk of process.stdin) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Does work on what a file says; a failure then names the file, and the flag for a passphrase. */
export async function naming(path, passphraseFlag, work) {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof CertmintError)) throw error
    const hint = error.code === 'passphrase' && passphraseFlag ? ` (${passphraseFlag})` : ''
    throw new FileError(`${path}: ${error.rule}${hint}`, { cause: error })
  }
}

/**
 * Writes all the files or none of them: first beside their places, then into them. A file that two
 * entries name gets both contents, with the stricter mode. Pipes and devices, and "-" for standard
 * output, get theirs when all the rest stands ready.
 *
 * @param {{ path: string, data: string | Uint8Array, mode: number }[]} files
 * @param {{ force?: boolean, dryRun?: boolean }} options force: replace what is there;
 *   dryRun: only look whether it could be done
 */
export async function writeAll(files, { force = false, dryRun = false } = {}) {
  const staged = []
  const placed = []
  const signals = holdSignals()
  try {
    const places = await Promise.all(merge(files).map((file) => placeOf(file, force)))
    if (dryRun) return
    for (const file of places) if (!file.stream) staged.push(await stage(file))
    signals.check()
    for (const file of places) if (file.stream) await pour(file)
    for (const file of staged) placed.push(await place(file, force))
  } catch (error) {
    for (const undo of placed.reverse()) await undo().catch(() => {})
    throw error
  } finally {
    for (const file of staged) await remove(file.temporary, file.former)
    signals.release()
  }
}

/** Ctrl-C is heard before the first file has its name, and waits for the last one after that. */
function holdSignals() {
  let heard = false
  const hear = () => (heard = true)
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const name of names) process.on(name, hear)
  return {
    check() {
      if (heard) throw new DOMException('interrupted', 'AbortError')
    },
    release() {
      for (const name of names) process.removeListener(name, hear)
    },
  }
}

function merge(files) {
  const byPath = new Map()
  for (const { path, data, mode } of files) {
    const before = byPath.get(path)
    if (before) byPath.set(path, { path, data: `${before.data}${data}`, mode: before.mode & mode })
    else byPath.set(path, { path, data, mode })
  }
  return [...byPath.values()]
}

const remove = async (...paths) => {
  for (const path of paths) await fs.unlink(path).catch(() => {})
}

const exists = (path) => new FileError(`${path} exists already; --force replaces it`)

/** Looks at what has the file's name now. A link is followed: what it points to is replaced. */
async function placeOf(file, force) {
  if (file.path in standard) return { ...file, stream: true }
  let there
  try {
    there = await fs.stat(file.path)
  } catch (error) {
    if (error.code === 'ENOENT') return file
    throw error
  }
  if (there.isDirectory()) throw new FileError(`${file.path}: this is a folder, not a file`)
  if (!there.isFile()) return { ...file, stream: true }
  if (!force) throw exists(file.path)
  return { ...file, path: await fs.realpath(file.path) }
}

/** Into a pipe or a device, which cannot be replaced. */
async function pour({ path, data }) {
  if (path in standard) return writeStandard(standard[path], data)
  const file = await fs.open(path, 'w')
  try {
    await file.writeFile(data)
  } catch (error) {
    error.path = path
    throw error
  } finally {
    await file.close()
  }
}

/** All of it, at once: console.log would lose the end of it in a pipe that is closed early. */
function writeStandard(number, data) {
  const bytes = Buffer.from(data)
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(number, bytes, at)
    } catch (error) {
      if (error.code === 'EAGAIN') continue
      error.path = number === 1 ? 'standard output' : 'standard error'
      throw error
    }
  }
}

/** Named after the process, so that what a killed one leaves behind can be told. */
export const temporaryIn = (folder) =>
  join(folder, `.certmint-${process.pid}-${randomBytes(6).toString('hex')}`)

/** Removes what runs that were killed have left behind in a folder. */
export async function sweep(folder) {
  for (const name of await fs.readdir(folder)) {
    const [, pid] = /^\.certmint-(\d+)-[0-9a-f]{12}(-former)?$/.exec(name) ?? []
    if (pid && !isRunning(Number(pid))) await remove(join(folder, name))
  }
}

/** Writes and syncs a temporary file in the same folder, with its mode from the first byte. */
async function stage({ path, data, mode }) {
  const folder = dirname(path)
  const temporary = temporaryIn(folder)
  let file
  try {
    file = await fs.open(temporary, 'wx', mode)
  } catch (error) {
    error.path = folder
    throw error
  }
  try {
    await file.writeFile(data)
    await file.chmod(mode)
    await file.sync()
  } catch (error) {
    error.path = path
    await remove(temporary)
    throw error
  } finally {
    await file.close()
  }
  return { temporary, former: `${temporary}-former`, path }
}

/** Gives a staged file its name. Returns how to take it back. */
async function place({ temporary, former, path }, force) {
  if (!force) {
    await claim(temporary, path)
    return () => fs.unlink(path)
  }
  const kept = await fs.link(path, former).catch((error) => error)
  await fs.rename(temporary, path)
  return async () => {
    if (kept === undefined) await fs.rename(former, path)
    else if (kept.code === 'ENOENT') await fs.unlink(path)
  }
}

/** A name that nothing has yet: link(2) decides, without a race. */
async function claim(temporary, path) {
  try {
    await fs.link(temporary, path)
  } catch (error) {
    if (error.code === 'EEXIST') throw exists(path)
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP'].includes(error.code)) throw error
    await claimWithoutLinks(temporary, path)
  }
}

/** File systems without hard links: an empty file takes the name first. */
async function claimWithoutLinks(temporary, path) {
  try {
    await (await fs.open(path, 'wx')).close()
  } catch (error) {
    throw error.code === 'EEXIST' ? exists(path) : error
  }
  await fs.rename(temporary, path)
}

/** How long to wait for another process to be done with a file, in milliseconds. */
const LOCK_PATIENCE = 10_000

/**
 * Does work while nobody else does, by a lock file beside `path` that names the process. A lock whose
 * process is gone does not count.
 */
export async function withLock(path, work) {
  const lock = join(dirname(path), `.${basename(path)}.lock`)
  await takeLock(lock, path)
  try {
    return await work()
  } finally {
    await remove(lock)
  }
}

async function takeLock(lock, path) {
  const own = await stage({ path: lock, data: `${process.pid}\n`, mode: PUBLIC_MODE })
  const end = Date.now() + LOCK_PATIENCE
  try {
    while (!(await hasClaimed(own.temporary, lock))) {
      const text = await fs.readFile(lock, 'utf8').catch(() => String(process.pid))
      const owner = Number(text)
      if (!isRunning(owner)) await breakLock(lock, text)
      else if (Date.now() > end) {
        throw new FileError(`${path}: process ${owner} is working on it; if not, remove ${lock}`)
      } else await new Promise((resolve) => setTimeout(resolve, 30))
    }
  } finally {
    await remove(own.temporary)
  }
}

/** Takes away the lock of a process that is gone, and not one that was taken meanwhile. */
async function breakLock(lock, text) {
  const aside = temporaryIn(dirname(lock))
  try {
    await fs.rename(lock, aside)
  } catch (error) {
    if (error.code === 'ENOENT') return
    throw error
  }
  if ((await fs.readFile(aside, 'utf8')) !== text) {
    await fs.link(aside, lock).catch(() => {})
  }
  await remove(aside)
}

const hasClaimed = (temporary, lock) =>
  claim(temporary, lock).then(
    () => true,
    (error) => {
      if (error instanceof FileError) return false
      throw error
    },
  )

function isRunning(pid) {
  if (!(pid > 0)) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** Makes a folder and those above it. (Node's own way does not end in /proc.) */
export async function ensureFolder(path, { above = true } = {}) {
  try {
    await fs.mkdir(path)
  } catch (error) {
    if (error.code === 'EEXIST' && (await fs.stat(path)).isDirectory()) return
    if (error.code !== 'ENOENT' || !above || dirname(path) === path) throw error
    await ensureFolder(dirname(path))
    await ensureFolder(path, { above: false })
  }
}
