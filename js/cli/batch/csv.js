/** Comma-separated values (RFC 4180): rows of fields, quoted or not, with either end of line. */

import { UsageError } from '../usage.js'

/**
 * @param {string} text
 * @returns {{ line: number, fields: string[] }[]} line: where the row begins, from 1; empty ones left out
 */
export function readCSV(text) {
  const rows = []
  let [line, at] = [1, text.startsWith('\ufeff') ? 1 : 0]
  while (at < text.length) {
    /** @type {{ line: number, fields: string[] }} */
    const row = { line, fields: [] }
    let more = true
    while (more) {
      const field = text[at] === '"' ? quotedField(text, at, line) : plainField(text, at)
      row.fields.push(field.value)
      line += field.lines
      at = field.end
      more = text[at] === ','
      if (more) at++
    }
    if (text[at] === '\r') at++
    if (text[at] === '\n') at++
    line++
    if (row.fields.length > 1 || row.fields[0].trim() !== '') rows.push(row)
  }
  return rows
}

function plainField(text, at) {
  const end = at + text.slice(at, at + LONGEST).search(/[,\r\n]|$/)
  return { value: text.slice(at, end).trim(), end, lines: 0 }
}

/** No field of ours is longer; so that a slice of the text is looked at only. */
const LONGEST = 65536

function quotedField(text, at, line) {
  let value = ''
  let from = at + 1
  for (;;) {
    const quote = text.indexOf('"', from)
    if (quote < 0) throw new UsageError(`line ${line}: a quoted field has no end`)
    value += text.slice(from, quote)
    if (text[quote + 1] !== '"') {
      const end = quote + 1
      if (end < text.length && !',\r\n'.includes(text[end])) {
        throw new UsageError(`line ${line}: after a quoted field comes a comma or the end`)
      }
      return { value, end, lines: value.split('\n').length - 1 }
    }
    value += '"'
    from = quote + 2
  }
}

/** One field as it is written. */
export const csvField = (value) =>
  /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
