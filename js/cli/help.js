/** What --help says. */

import { commands } from './catalog.js'
import { indented } from './say.js'

const pairs = (rows) => {
  const left = Math.max(...rows.map(([name]) => name.length))
  return rows
    .map(([name, text]) => `  ${name.padEnd(left)}  ${indented(text, left + 4)}`)
    .join('\n')
}

export const overview = () => `certmint makes keys and certificates on this machine.

Usage: certmint NAME... [options]       a certificate for localhost, shop.test, 10.0.0.7, ...
       certmint COMMAND [options]

${pairs(Object.entries(commands))}

certmint COMMAND --help tells more; certmint manual tells all. The quickest start:

  certmint localhost 127.0.0.1 ::1
  certmint trust

Exit status: 0 done, 1 the answer is no, 2 wrong usage, 3 failed or interrupted.`

export function helpFor(name, { usage, options, examples, note }) {
  const rows = Object.entries(options).map(([flag, { value, help: text, title = '' }]) => ({
    title,
    row: [value ? `--${flag} ${value}` : `--${flag}`, text],
  }))
  const left = Math.max(...rows.map(({ row }) => row[0].length))
  const groups = [...new Set(rows.map(({ title }) => title))].map((title) => {
    const lines = rows
      .filter((one) => one.title === title)
      .map(({ row: [flag, text] }) => `  ${flag.padEnd(left)}  ${indented(text, left + 4)}`)
    return [...(title ? [`${title}:`] : []), ...lines].join('\n')
  })
  const parts = [
    indented(`certmint ${name}: ${commands[name]}`, 0),
    `Usage: certmint ${name} ${usage}`,
    ...groups,
    ...(note
      ? [
          note
            .split('\n')
            .map((line) => indented(line, 0))
            .join('\n'),
        ]
      : []),
    `Examples:\n${examples.map((line) => `  ${line}`).join('\n')}`,
  ]
  return parts.join('\n\n')
}
