/** The command line: finds the command, reads its flags, turns failures into sentences. */

import { CertmintError, init } from '../index.js'
import { commands, load, nearlyCommand, unknownCommand } from './catalog.js'
import { flagFor } from './fields.js'
import { parse } from './parse.js'
import { report } from './report.js'
import { FailedError, UsageError } from './usage.js'

/** Exit status: 0 done, 1 the answer is no, 2 wrong usage, 3 failed. */
const DONE = 0

/** Whoever read our output may leave before its end; the rest is for nobody. */
function letReadersLeave() {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
}

export async function main(argv) {
  letReadersLeave()
  try {
    return (await run(argv)) ?? DONE
  } catch (error) {
    return report(error)
  }
}

async function run(argv) {
  const [first, ...rest] = argv
  if (first === 'help') return help(rest[0])
  if (first === undefined || /^--?h(elp)?$/.test(first)) return help()
  if (Object.hasOwn(commands, first)) return runCommand(first, rest)
  const meant = nearlyCommand(first)
  if (meant) {
    throw new UsageError(
      `"${first}" is no command; did you mean "${meant}"? ` +
        `For a host of that name, write: certmint mint ${first}`,
    )
  }
  return runCommand('mint', argv)
}

async function runCommand(name, argv) {
  const command = await load(name)
  if (asksForHelp(argv)) return help(name)
  const { values, positionals } = parse(name, command.options, argv)
  await init()
  try {
    return await command.run(values, positionals)
  } catch (error) {
    throw error instanceof CertmintError ? inFlags(error, command, values, positionals) : error
  }
}

/** Before "--", where names begin that look like flags. */
const asksForHelp = (argv) =>
  argv.some((arg, i) => /^(--?help|-h)$/.test(arg) && !argv.slice(0, i).includes('--'))

async function help(name) {
  const { helpFor, overview } = await import('./help.js')
  if (name === undefined) return console.log(overview())
  if (!Object.hasOwn(commands, name)) throw unknownCommand(name)
  console.log(helpFor(name, await load(name)))
}

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
