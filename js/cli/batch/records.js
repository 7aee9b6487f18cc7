/** What a batch is made of: rows of a CSV file, or objects of a JSON file, as templates with names. */

import { createHash } from 'node:crypto'

import { naming, read } from '../files.js'
import { generalName } from '../names.js'
import { nearest } from '../../nearest.js'
import { UsageError } from '../usage.js'
import { readCSV } from './csv.js'

/** How a column of a CSV file is read. */
const columns = {
  name: (text) => text,
  san: (text) =>
    text === 'none'
      ? false
      : text
          .split(/[\s;]+/)
          .filter(Boolean)
          .map(generalName),
  subject: (text) => text,
  days: (text) => wholeNumber(text, 'days'),
  'not-before': (text) => text,
  'not-after': (text) => text,
  profile: (text) => text,
  key: (text) => text,
  serial: (text) => text,
}

/** Column → member of a template, where they differ. */
const members = { 'not-before': 'notBefore', 'not-after': 'notAfter' }

function wholeNumber(text, column) {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${column}: "${text}" is not a whole number`)
  return Number(text)
}

function checkHeader({ fields }) {
  for (const column of fields) {
    if (Object.hasOwn(columns, column)) continue
    const close = nearest(column, Object.keys(columns))
    const hint = close ? `did you mean "${close}"?` : `there are ${Object.keys(columns).join(', ')}`
    throw new UsageError(`the column "${column}" is not known; ${hint}`)
  }
  const twice = fields.find((column, i) => fields.indexOf(column) < i)
  if (twice) throw new UsageError(`the column "${twice}" is there twice`)
}

function fromCSV(text) {
  const [header, ...rows] = readCSV(text)
  if (!header)
    throw new UsageError('is empty; the first line names the columns, like name,san,days')
  checkHeader(header)
  return rows.map(({ line, fields }) => {
    const where = `line ${line}`
    if (fields.length > header.fields.length) {
      throw new UsageError(`${where}: has more fields than the first line has columns`)
    }
    const given = header.fields.flatMap((column, i) =>
      fields[i] ? [[members[column] ?? column, column, fields[i]]] : [],
    )
    return { where, ...Object.fromEntries(given.map(readField(where))) }
  })
}

/** @returns {(field: any) => [string, any]} */
const readField =
  (where) =>
  ([member, column, text]) => {
    try {
      return [member, columns[column](text)]
    } catch (error) {
      throw error instanceof UsageError ? new UsageError(`${where}: ${error.message}`) : error
    }
  }

/** A list of objects, or one object a line. */
function fromJSON(text) {
  const parse = (part, where) => {
    try {
      return JSON.parse(part)
    } catch (error) {
      throw new UsageError(`${where}is no JSON: ${error.message}`)
    }
  }
  const listed = /^\s*\[/.test(text)
  const list = listed
    ? parse(text, '').map((value, i) => ({ where: `entry ${i + 1}`, value }))
    : text
        .split('\n')
        .map((line, i) => ({ where: `line ${i + 1}`, line }))
        .filter(({ line }) => line.trim() !== '')
        .map(({ where, line }) => ({ where, value: parse(line, `${where}: `) }))
  return list.map(({ where, value }) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new UsageError(`${where}: is no object like {"name": "a", "san": ["a.test"]}`)
    }
    for (const member of ['issuer', 'csr', 'publicKey', 'signal', 'onProgress', 'workers']) {
      if (Object.hasOwn(value, member)) {
        throw new UsageError(`${where}: ${member} cannot stand in a batch`)
      }
    }
    return { ...value, where }
  })
}

/** A file name that is one, on every system; what is reserved is our own. */
function checkName({ name, where }) {
  if (typeof name !== 'string' || name === '') throw new UsageError(`${where}: has no name`)
  if (!/^[\p{L}\p{N}_@+*][\p{L}\p{N}_.@+: *-]*$/u.test(name) || Buffer.byteLength(name) > 200) {
    throw new UsageError(
      `${where}: the name "${name}" makes no file name; letters, digits and . _ - + @ do`,
    )
  }
}

const spelled = (name) => name.replaceAll(':', '_').replaceAll('*', '_wildcard')

/** No two names may make the same file, on systems without capitals either. */
function checkUnique(records) {
  const seen = new Map()
  for (const { base, name, where } of records) {
    for (const file of [`${base}.pem`, `${base}-key.pem`]) {
      const key = file.toLowerCase()
      const before = seen.get(key)
      if (before) {
        throw new UsageError(`${where}: the name "${name}" is that of ${before} already`)
      }
      seen.set(key, where)
    }
  }
}

/** Without a name: the first of its names as it is written. @param {any} record */
const nameOf = ({ name, san }) => name ?? [san].flat().find((one) => typeof one === 'string')

/**
 * @param {string} path
 * @param {string} text
 * @param {any} common the template that all share
 * @returns {{ where: string, name: string, base: string, template: any, hash: string }[]}
 *   base: its file name without ending; hash: tells whether the row is the same as another time
 */
export function recordsOf(path, text, common) {
  const isJSON = /\.(json|jsonl|ndjson)$/i.test(path) || /^\s*[[{]/.test(text)
  try {
    const records = /** @type {any[]} */ (isJSON ? fromJSON(text) : fromCSV(text)).map(
      ({ where, ...given }) => {
        const name = nameOf(given)
        checkName({ name, where })
        const template = { ...common, ...given, name: undefined }
        if (template.san === undefined) template.san = [name]
        if (template.san === false && template.subject === undefined)
          template.subject = [['CN', name]]
        const hash = createHash('sha256')
          .update(JSON.stringify([name, template]))
          .digest('hex')
        return { where, name, base: spelled(name), template, hash: hash.slice(0, 16) }
      },
    )
    checkUnique(records)
    return records
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`${path}: ${error.message}`) : error
  }
}

export async function readRecords(path, common) {
  const text = await naming(path, undefined, async () => (await read(path)).toString())
  const records = recordsOf(path, text, common)
  if (records.length === 0) throw new UsageError(`${path}: has no rows`)
  return records
}
