/** Reads the flags of a command. One dash does for two, as mkcert and other Go programs have it. */

import { parseArgs } from 'node:util'

import { nearest } from '../nearest.js'
import { UsageError } from './usage.js'

/** "-cert-file" → "--cert-file"; what stands behind "--" is left alone. */
function doubled(argv) {
  const end = argv.indexOf('--')
  return argv.map((arg, i) =>
    (end < 0 || i < end) && /^-[A-Za-z][\w-]/.test(arg) ? `-${arg}` : arg,
  )
}

/**
 * @param {string} name of the command
 * @param {Record<string, any>} spec its options
 * @param {string[]} argv
 */
export function parse(name, spec, argv) {
  const options = Object.fromEntries(
    Object.entries(spec).map(([flag, { type, multiple = false }]) => [flag, { type, multiple }]),
  )
  try {
    return parseArgs({ args: doubled(argv), options, allowPositionals: true, strict: true })
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
