/** The command line: finds the command, reads its flags, turns failures into sentences. */

import { parseArgs } from 'node:util'

import { nearest } from './nearest.js'
import { UsageError } from './usage.js'

/** Name → summary; each lives in commands/ and is loaded when asked for. */
const commands = {
  'self-signed': 'make a self-signed certificate with its key',
  key: 'make a private key',
  ca: 'make an authority: a root, or an intermediate under one',
  issue: 'make a key and a certificate under an authority',
  csr: 'make a certificate request with its key',
  sign: 'answer a certificate request with a certificate',
  crl: 'revoke certificates: create and extend a revocation list',
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
  if (rest.includes('--help') || rest.includes('-h')) return helpFor(name, command)
  const { values, positionals } = parse(name, command, rest)
  return (await command.run(values, positionals)) ?? DONE
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
    const flag = /'(--?[^' =]+)/.exec(error.message)?.[1]
    if (error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' && flag) {
      const close = nearest(
        flag,
        Object.keys(options).map((option) => `--${option}`),
      )
      throw new UsageError(
        `${flag} is no option of ${name}${close ? `; did you mean ${close}?` : ''} ` +
          `See: certmint ${name} --help`,
      )
    }
    if (error.code?.startsWith('ERR_PARSE_ARGS')) throw new UsageError(error.message)
    throw error
  }
}

const width = (rows) => Math.max(...rows.map(([left]) => left.length))
const table = (rows) => {
  const left = width(rows)
  return rows.map(([a, b]) => `  ${a.padEnd(left)}  ${b}`).join('\n')
}

async function help(name) {
  if (name !== undefined) {
    if (!Object.hasOwn(commands, name)) throw unknownCommand(name)
    return helpFor(name, await import(`./commands/${name}.js`))
  }
  console.log(`certmint makes keys and certificates on this machine.

Usage: certmint COMMAND [options]

${table(Object.entries(commands))}

certmint COMMAND --help tells more. The quickest start:

  certmint self-signed localhost 127.0.0.1 ::1`)
  return DONE
}

function helpFor(name, command) {
  const rows = Object.entries(command.options).map(([flag, { value, help: text }]) => [
    value ? `--${flag} ${value}` : `--${flag}`,
    text,
  ])
  console.log(`certmint ${name}: ${commands[name]}

Usage: certmint ${name} ${command.usage}

${table(rows)}

Examples:
${command.examples.map((line) => `  ${line}`).join('\n')}`)
  return DONE
}

/** The flag behind a field of the core, for messages. */
const flags = {
  notBefore: '--not-before',
  notAfter: '--not-after',
  subject: '--subject',
  days: '--days',
  hash: '--hash',
  key: '--key',
  profile: '--profile',
  serial: '--serial',
  nextUpdate: '--next-update',
  time: '--time',
  purpose: '--purpose',
  maxDepth: '--max-depth',
}

function report(error) {
  if (error instanceof UsageError) {
    console.error(`certmint: ${error.message}`)
    return WRONG_USAGE
  }
  if (error?.name === 'CertmintError') {
    const field = error.field.startsWith('san') ? 'name' : (flags[error.field] ?? error.field)
    console.error(`certmint: ${field ? `${field}: ` : ''}${error.rule}`)
    return error.code === 'invalid' ? WRONG_USAGE : FAILED
  }
  if (error?.name === 'AbortError') {
    console.error('certmint: interrupted; nothing was written')
    return FAILED
  }
  if (error?.code && typeof error.path === 'string') {
    console.error(`certmint: ${fileSentence(error)}`)
    return FAILED
  }
  if (error?.name === 'FileError') {
    console.error(`certmint: ${error.message}`)
    return FAILED
  }
  throw error
}

const fileReasons = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOSPC: 'the disk is full',
  EISDIR: 'this is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  EROFS: 'the file system is read-only',
}

const fileSentence = (error) => `${error.path}: ${fileReasons[error.code] ?? error.message}`
