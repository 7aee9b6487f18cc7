/** What was done, for people or as JSON. */

import { isStandardOutput } from './files.js'

const stylish = (stream) => stream.isTTY && !process.env.NO_COLOR
const style = (on, off) => (text, stream) =>
  stylish(stream) ? `\x1b[${on}m${text}\x1b[${off}m` : text
export const bold = style(1, 22)
export const dim = style(2, 22)
export const red = style(31, 39)
export const green = style(32, 39)
export const yellow = style(33, 39)

/** Breaks text into lines that end before column 100 (or the terminal's end), indented alike. */
export function wrap(text, indent) {
  const width = Math.max(30, Math.min(process.stdout.columns || 100, 100) - indent)
  const [first, ...words] = text.split(' ')
  const lines = []
  let line = first
  for (const word of words) {
    if (line.length + word.length < width) line += ` ${word}`
    else {
      lines.push(line)
      line = word
    }
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`)
}

export const day = (date) =>
  date.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  })

/** "DNS:x" and "IP:x" are recognised without what stands before. */
export const nameList = (names) => names.map((name) => name.replace(/^(DNS|IP):/, '')).join(', ')

/** More names than fit on a few lines are counted. */
const MOST_NAMES = 12

function namesRow(san) {
  if (san.length <= MOST_NAMES) return nameList(san)
  return `${nameList(san.slice(0, MOST_NAMES))} and ${san.length - MOST_NAMES} more`
}

/**
 * A title with a table below.
 *
 * @param {string} title
 * @param {string[][]} rows
 * @param {NodeJS.WriteStream} [stream] where it will go
 */
export function table(title, rows, stream = process.stdout) {
  const left = Math.max(0, ...rows.map(([name]) => name.length))
  const lines = rows.map(([name, value]) => `  ${dim(name.padEnd(left), stream)}  ${value}`)
  return [bold(title, stream), ...lines].join('\n')
}

/**
 * Says what was made: on standard output, or beside it when a file went there.
 *
 * @param {{ quiet?: boolean, json?: boolean }} values
 * @param {{ title: string, cert?: any, csr?: any, files: Record<string, string>, next?: string[],
 *   leftOut?: string[] }} made
 */
export function sayMade(values, { title, cert, csr, files, next = [], leftOut }) {
  if (values.quiet) return
  const object = cert ?? csr
  const onStandardOutput = Object.values(files).some(isStandardOutput)
  const stream = onStandardOutput ? process.stderr : process.stdout
  const print = (text) => stream.write(`${text}\n`)
  if (values.json) {
    const described = object && { [cert ? 'certificate' : 'csr']: object }
    return void print(JSON.stringify({ files, ...described, leftOut }))
  }
  const rows = Object.entries(files).map(([what, path]) => [
    what,
    isStandardOutput(path) ? 'standard output' : bold(path, stream),
  ])
  if (object?.subject) rows.push(['subject', object.subject])
  if (object?.san?.length) rows.push(['names', namesRow(object.san)])
  if (cert) rows.push(['valid until', day(cert.notAfter)], ['SHA-256', cert.fingerprint()])
  print(table(title, rows, stream))
  if (next.length > 0 && !onStandardOutput) print(`\n${next.join('\n')}`)
}
