/**
 * issued.csv of a batch: one line for each certificate, written when its files stand. With the files
 * it tells a later run what is done. The files come first, so a run that is killed in between leaves
 * certificates without a line: those are entered by the next one.
 */

import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'

import { FileError } from '../usage.js'
import { csvField, readCSV } from './csv.js'

const HEADER = 'name,serial,sha256,not-after,row\n'

export const lineOf = ({ name, hash }, cert) =>
  [
    csvField(name),
    cert.serial,
    cert.fingerprint().replaceAll(':', '').toLowerCase(),
    cert.notAfter.toISOString().replace('.000', ''),
    hash,
  ].join(',')

export class Ledger {
  /** @type {Map<string, string>} name → hash of its row */
  entries = new Map()

  /** @param {string} folder */
  constructor(folder) {
    this.path = join(folder, 'issued.csv')
    if (!existsSync(this.path)) return
    const bytes = readFileSync(this.path)
    // a run that is killed, or a full disk, may leave half a line
    const whole = bytes.lastIndexOf(10) + 1
    if (whole < bytes.length) truncateSync(this.path, whole)
    const text = bytes.subarray(0, whole).toString()
    if (text !== '' && !text.startsWith(HEADER)) {
      throw new FileError(`${this.path}: is no list of certmint batch`)
    }
    for (const { fields } of readCSV(text).slice(1)) this.entries.set(fields[0], fields[4])
  }

  /** @param {string[]} lines */
  append(lines) {
    if (lines.length === 0) return
    const head = existsSync(this.path) ? '' : HEADER
    appendFileSync(this.path, `${head}${lines.join('\n')}\n`)
  }
}
