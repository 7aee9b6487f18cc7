/** What makes the same request at a terminal. */

import { certmintFlags } from '../parts/certmint_flags.js'
import { opensslKey } from '../parts/openssl.js'
import { command, pairsOf, quote, slashed } from '../parts/shell.js'

export function requestCommands({ names, key, keyFormat, subject }, { publicKey, ...request }) {
  const certmint = command(`npx certmint csr ${names.map(quote).join(' ')}`.trimEnd(), [
    ...certmintFlags({ key, keyFormat, template: { subject } }),
    '--out request.csr',
    '--key-out private_key.pem',
  ])
  const openssl = command('openssl req -new -utf8 -nodes', [
    ...opensslKey(publicKey),
    `-subj ${quote(slashed(pairsOf(request.subject)) || '/')}`,
    ...(request.san.length > 0
      ? [`-addext ${quote(`subjectAltName=${request.san.join(',')}`)}`]
      : []),
    '-out request.csr',
    '-keyout private_key.pem',
  ])
  return [
    { title: 'certmint', text: certmint },
    { title: 'openssl', text: openssl },
  ]
}
