/** The command line: finds the command, reads its flags, turns failures into sentences. */

import { parseArgs } from 'node:util'

import { CertmintError } from '../index.js'
import { flagFor } from './fields.js'
import { nearest } from './nearest.js'
import { FailedError, FileError, UsageError } from './usage.js'

/** Name → summary; each lives in commands/ and is loaded when asked for. */
const commands = {
  'self-signed': 'make a self-signed certificate with its key',
  key: 'make a private key',
  ca: 'make an authority: a root, or an intermediate under one',
  issue: 'make a key and a certificate under an authority',
  csr: 'make a certificate request with its key',
  sign: 'answer a certificate request with a certificate',
  crl: 'revoke certificates: create and extend a revocation list',
  p12: 'pack a certificate, its chain and its key into a PKCS#12 file',
  convert: 'turn keys and certificates from one format into another',
  inspect: 'say what files are and what is in them',
  verify: 'say whether a certificate leads to a root, and what is wrong with it',
  fixtures: 'make deliberately wrong certificates, for testing clients',
}

/** Exit status: 0 done, 1 the answer is no, 2 wrong usage, 3 failed. */
const DONE = 0
const WRONG_USAGE = 2
const FAILED = 3

export async function main(argv) {
  try {
    return await run(argv)
  } catch (error) {
    return report(error)
  }
}

async function run(argv) {
  const [name, ...rest] = argv
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    return help(name === 'help' ? rest[0] : undefined)
  }
  if (name === '--version' || name === 'version') {
    const { readFile } = await import('node:fs/promises')
    const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
    console.log(JSON.parse(text).version)
    return DONE
  }
  if (!Object.hasOwn(commands, name)) throw unknownCommand(name)
  const command = await import(`./commands/${name}.js`)
  if (asksForHelp(rest)) return helpFor(name, command)
  const { values, positionals } = parse(name, command, rest)
  try {
    return (await command.run(values, positionals)) ?? DONE
  } catch (error) {
    throw error instanceof CertmintError ? inFlags(error, command, values, positionals) : error
  }
}

/** Before "--", where names begin that look like flags. */
const asksForHelp = (argv) =>
  argv.some((arg, i) => (arg === '--help' || arg === '-h') && !argv.slice(0, i).includes('--'))

/** An error of the interface in the words of the command line. */
function inFlags(error, command, values, positionals) {
  let where = error.field && flagFor(error.field, command.options)
  if (values.template && error.field && !isGiven(where, values, positionals)) {
    where = `${values.template}: ${error.field}`
  }
  const rule = error.rule.replaceAll(/\b(notBefore|notAfter|allowWeak)\b/g, (name) => flagFor(name))
  const sentence = where ? `${where}: ${rule}` : rule
  return error.code === 'invalid' || error.code === 'limit'
    ? new UsageError(sentence)
    : new FailedError(sentence)
}

function isGiven(where, values, positionals) {
  if (where.startsWith('--')) return values[where.slice(2)] !== undefined
  return positionals.length > 0 || values.san !== undefined
}

function unknownCommand(name) {
  const close = nearest(name, Object.keys(commands))
  const hint = close ? `; did you mean "${close}"?` : ''
  const host = /[.:]|^localhost$/.test(name)
    ? ` For a certificate for ${name}, write: certmint self-signed ${name}`
    : ''
  return new UsageError(
    `"${name}" is no command${hint}${hint ? '' : '.'}${host} See: certmint help`,
  )
}

function parse(name, command, argv) {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([flag, { type, multiple = false }]) => [
      flag,
      { type, multiple },
    ]),
  )
  try {
    return parseArgs({ args: argv, options, allowPositionals: true, strict: true })
  } catch (error) {
    throw flagError(error, name, Object.keys(options))
  }
}

/** Node's complaints about flags, in a sentence. */
function flagError(error, name, options) {
  const see = `See: certmint ${name} --help`
  const flag = /'(--?[^' =]+)/.exec(error.message)?.[1]
  if (error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' && flag) {
    const close = nearest(
      flag,
      options.map((option) => `--${option}`),
    )
    return new UsageError(
      `${flag} is no option of ${name}${close ? `; did you mean ${close}?` : '.'} ${see}`,
    )
  }
  if (error.code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE' && flag) {
    const rule = /does not take/.test(error.message)
      ? 'takes no value.'
      : /ambiguous/.test(error.message)
        ? `is followed by what looks like a flag; write ${flag}=VALUE if it is the value.`
        : 'lacks its value.'
    return new UsageError(`${flag} ${rule} ${see}`)
  }
  return error.code?.startsWith('ERR_PARSE_ARGS') ? new UsageError(error.message) : error
}

const pairs = (rows) => {
  const left = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, text]) => `  ${name.padEnd(left)}  ${text}`).join('\n')
}

async function help(name) {
  if (name !== undefined) {
    if (!Object.hasOwn(commands, name)) throw unknownCommand(name)
    return helpFor(name, await import(`./commands/${name}.js`))
  }
  console.log(`certmint makes keys and certificates on this machine.

Usage: certmint COMMAND [options]

${pairs(Object.entries(commands))}

certmint COMMAND --help tells more. The quickest start:

  certmint self-signed localhost 127.0.0.1 ::1

Exit status: 0 done, 1 the answer is no, 2 wrong usage, 3 failed or interrupted.`)
  return DONE
}

/** Breaks text into lines that end before column 100 (or the terminal's end), indented alike. */
function wrap(text, indent) {
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

function helpFor(name, { usage, options, examples, note }) {
  const rows = Object.entries(options).map(([flag, { value, help: text, title = '' }]) => ({
    title,
    row: [value ? `--${flag} ${value}` : `--${flag}`, text],
  }))
  const left = Math.max(...rows.map(({ row }) => row[0].length))
  const groups = [...new Set(rows.map(({ title }) => title))].map((title) => {
    const lines = rows
      .filter((one) => one.title === title)
      .map(({ row: [flag, text] }) => `  ${flag.padEnd(left)}  ${wrap(text, left + 4)}`)
    return [...(title ? [`${title}:`] : []), ...lines].join('\n')
  })
  const parts = [
    `certmint ${name}: ${commands[name]}`,
    `Usage: certmint ${name} ${usage}`,
    ...groups,
    ...(note ? [note] : []),
    `Examples:\n${examples.map((line) => `  ${line}`).join('\n')}`,
  ]
  console.log(parts.join('\n\n'))
  return DONE
}

function report(error) {
  if (error?.code === 'EPIPE') return FAILED // whoever read our output has left
  if (error instanceof UsageError || error instanceof CertmintError) {
    console.error(`certmint: ${error.message}`)
    return WRONG_USAGE
  }
  if (error instanceof FileError || error instanceof FailedError) {
    console.error(`certmint: ${error.message}`)
    return FAILED
  }
  if (error?.name === 'AbortError') {
    console.error('certmint: interrupted; nothing was written')
    return FAILED
  }
  if (error?.code && typeof error.path === 'string') {
    console.error(`certmint: ${error.path}: ${fileReasons[error.code] ?? error.message}`)
    return FAILED
  }
  console.error(
    `certmint: this is a defect of certmint; please report it\n${error?.stack ?? error}`,
  )
  return FAILED
}

const fileReasons = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than is allowed',
  EISDIR: 'this is a folder, not a file',
  ENOTDIR: 'a part of the path is not a folder',
  ENAMETOOLONG: 'the file name is too long',
  ELOOP: 'the links go round in a circle',
  EROFS: 'the file system is read-only',
}
