/** What was done to the trust stores, for people or as JSON. */

import { group, text } from './options.js'
import { table } from './say.js'

export const trustOptions = group('Stores', {
  stores: text('LIST', 'system, nss (Firefox, Chromium), java (default: $TRUST_STORES, else all)', [
    'system',
    'nss',
    'java',
  ]),
})

const FAILED = 3

const row = ({ title, place, state, detail }) => [
  title,
  [state, detail && `(${detail})`, place && `in ${place}`].filter(Boolean).join(' '),
]

/** @returns {number} the exit status: failed when one of them did */
export function tell(values, cert, { reports, commands, hints }) {
  const failed = reports.filter(({ state }) => state === 'failed')
  for (const { title, place, detail } of failed) {
    console.error(`certmint: ${title}, ${place}: ${detail}`)
  }
  if (values.json) {
    const stores = reports.map(({ store, place, state, detail }) => ({
      store,
      place,
      state,
      detail,
    }))
    console.log(JSON.stringify({ certificate: cert, stores, commands }))
  } else if (values['dry-run']) {
    for (const command of commands) console.log(command)
  } else if (!values.quiet) {
    console.log(table(cert.subject, reports.filter((one) => one.state !== 'failed').map(row)))
    for (const hint of hints) console.log(`\n${hint}`)
  }
  return failed.length > 0 ? FAILED : 0
}
