/** Commands for a POSIX shell. */

/** A word for a POSIX shell. */
export const quote = (word) =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

/** Words to one command, a flag with its value to a line when it gets long. */
export function command(program, lines) {
  const oneLine = [program, ...lines].join(' ')
  return oneLine.length <= 72 ? oneLine : [program, ...lines].join(' \\\n    ')
}

export const flag = (name, value) =>
  value === undefined ? [] : [`${name} ${quote(String(value))}`]

export const iso = (date) => date && new Date(date).toISOString().replace('.000Z', 'Z')

/** "C=US,CN=x" with the escapes of RFC 4514, as certmint takes it. */
export const rfc4514 = (pairs) =>
  pairs
    ?.map(([type, value]) => `${type}=${value.replace(/[,+"\\<>;=]|^[ #]| $/g, '\\$&')}`)
    .join(',')

/** "/C=US/CN=x", as openssl takes it. */
export const slashed = (pairs) =>
  pairs.map(([type, value]) => `/${type}=${value.replace(/[/\\+]/g, '\\$&')}`).join('')

/** Type and value pairs of a subject as certmint writes it: "C=US,CN=x" with RFC 4514's escapes. */
export function pairsOf(subject) {
  const parts = subject.match(/(?:\\.|[^,\\])+/g) ?? []
  return parts.map((part) => {
    const [, type, value] = /^([^=]*)=(.*)$/s.exec(part)
    return [type, value.replace(/\\([0-9A-F]{2})|\\(.)/gi, unescape1)]
  })
}

const unescape1 = (_, code, char) => (code ? String.fromCharCode(parseInt(code, 16)) : char)
