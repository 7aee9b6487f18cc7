/** Files that are written whole or not at all, and never over another without being told to. */

import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import { FileError } from './usage.js'

export const KEY_MODE = 0o600
export const PUBLIC_MODE = 0o644

/** Reads a file; "-" is standard input. */
export function read(path) {
  return readFile(path === '-' ? '/dev/stdin' : path)
}

/**
 * Writes all the files or none of them: first beside their places, then into them. A file that two
 * entries name gets both contents, with the stricter mode.
 *
 * @param {{ path: string, data: string | Uint8Array, mode: number }[]} files
 * @param {{ force?: boolean }} options force: replace what is there
 */
export async function writeAll(files, { force = false } = {}) {
  const staged = []
  const placed = []
  try {
    for (const file of merge(files)) staged.push(await stage(file))
    for (const { temporary, path } of staged) {
      if (force) await rename(temporary, path)
      else await place(temporary, path)
      placed.push(path)
    }
  } catch (error) {
    if (!force) for (const path of placed) await unlink(path).catch(() => {})
    throw error
  } finally {
    for (const { temporary } of staged) await unlink(temporary).catch(() => {})
  }
}

function merge(files) {
  const byPath = new Map()
  for (const { path, data, mode } of files) {
    const before = byPath.get(path)
    if (before) byPath.set(path, { path, data: `${before.data}${data}`, mode: before.mode & mode })
    else byPath.set(path, { path, data, mode })
  }
  return byPath.values()
}

/** Writes and syncs a temporary file in the same folder, with its mode from the first byte. */
async function stage({ path, data, mode }) {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`)
  let file
  try {
    file = await open(temporary, 'wx', mode)
  } catch (error) {
    error.path = dirname(path)
    throw error
  }
  try {
    await file.writeFile(data)
    await file.chmod(mode)
    await file.sync()
  } catch (error) {
    await unlink(temporary).catch(() => {})
    throw error
  } finally {
    await file.close()
  }
  return { temporary, path }
}

/** Gives the file its name unless something has that name already: link(2) decides, without a race. */
async function place(temporary, path) {
  try {
    await link(temporary, path)
  } catch (error) {
    if (error.code === 'EEXIST') {
      throw new FileError(`${path} exists already; --force replaces it`)
    }
    throw error
  }
}

export const ensureFolder = (path) => mkdir(path, { recursive: true })
