/** What was done, for people or as JSON. */

import { isStandardOutput } from './files.js'

/** @param {any} stream */
const stylish = (stream) => stream.isTTY && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
const style =
  (on, off) =>
  /** @param {string} text @param {any} [stream] */
  (text, stream = process.stdout) =>
    stylish(stream) ? `\x1b[${on}m${text}\x1b[${off}m` : text
export const bold = style(1, 22)
export const dim = style(2, 22)
export const red = style(31, 39)
export const green = style(32, 39)
export const yellow = style(33, 39)

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September'],
  ...['October', 'November', 'December'],
]

/** As people write it. Intl could, too, but loading it takes longer than making the certificate. */
export const day = (date) =>
  `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`

/** "DNS:x" and "IP:x" are recognised without what stands before. */
export const nameList = (names) => names.map((name) => name.replace(/^(DNS|IP):/, '')).join(', ')

/** More names than fit on a few lines are counted. */
const MOST_NAMES = 12

function namesRow(san) {
  if (san.length <= MOST_NAMES) return nameList(san)
  return `${nameList(san.slice(0, MOST_NAMES))} and ${san.length - MOST_NAMES} more`
}

/** Narrower than this, a terminal breaks the lines better than we do. */
const NARROWEST = 16

/** Breaks text at spaces, and after ":" and "/", into lines of at most `width` letters. */
export function wrap(text, width, part = /[^ :/]*[ :/]?/g) {
  const lines = []
  let line = ''
  for (const piece of text.match(part) ?? []) {
    if (line !== '' && (line + piece).trimEnd().length > width) {
      lines.push(line.trimEnd())
      line = ''
    }
    line += piece
  }
  return [...lines, line.trimEnd()]
}

/** Words only, into lines that end before column 100 or the terminal's end, indented alike. */
export function indented(text, indent) {
  const width = Math.max(30, Math.min(process.stdout.columns || 100, 100) - indent)
  return wrap(text, width, /[^ ]* ?/g).join(`\n${' '.repeat(indent)}`)
}

/** Without what colours it. */
const plain = (text) =>
  text
    .split('\x1b')
    .map((part, i) => (i > 0 ? part.replace(/^\[\d+m/, '') : part))
    .join('')

/**
 * A title with a table below, as wide as the terminal at most.
 *
 * @param {string} title
 * @param {string[][]} rows
 * @param {any} [stream] where it will go
 */
export function table(title, rows, stream = process.stdout) {
  const left = Math.max(0, ...rows.map(([name]) => name.length))
  const width = (stream.columns ?? Infinity) - left - 4
  const lines = rows.map(([name, value]) => {
    const fits = width < NARROWEST || plain(value).length <= width
    const text = fits ? value : wrap(plain(value), width).join(`\n${' '.repeat(left + 4)}`)
    return `  ${dim(name.padEnd(left), stream)}  ${text}`
  })
  const head = wrap(title, stream.columns ?? Infinity).map((line) => bold(line, stream))
  return [...head, ...lines].join('\n')
}

/**
 * Says what was made: on standard output, or beside it when a file went there.
 *
 * @param {{ quiet?: boolean, json?: boolean }} values
 * @param {{ title: string, cert?: any, csr?: any, files: Record<string, string>, next?: string[],
 *   leftOut?: string[], more?: Record<string, any> }} made more: for JSON, what else there is to say
 */
export function sayMade(values, { title, cert, csr, files, next = [], leftOut, more }) {
  if (values.quiet) return
  const object = cert ?? csr
  const onStandardOutput = Object.values(files).some(isStandardOutput)
  const stream = onStandardOutput ? process.stderr : process.stdout
  const print = (text) => stream.write(`${text}\n`)
  if (values.json) {
    const described = object && { [cert ? 'certificate' : 'csr']: object }
    return void print(JSON.stringify({ files, ...described, leftOut, ...more }))
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
