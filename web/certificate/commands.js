/** What makes the same at a terminal. */

import { certmintFlags } from '../parts/certmint_flags.js'
import { opensslRequest } from '../parts/openssl.js'
import { command, flag, iso, pairsOf, quote } from '../parts/shell.js'
import { spanInDays } from '../parts/time.js'

// ---------------------------------------------------------------- certmint

export function certmintCommand(order, { authority }) {
  const names = order.names.map(quote).join(' ')
  const out = ['--out certificate.pem', '--key-out private_key.pem']
  const flags = certmintFlags(order)
  if (!authority) return command(`npx certmint self-signed ${names}`.trimEnd(), [...flags, ...out])
  const ca = certmintFlags({
    ...order,
    template: { ...order.template, profile: 'server', subject: pairsOf(authority.subject) },
  }).filter((line) => !line.startsWith('--days'))
  const days = order.template.notAfter ? [] : flag('--days', spanInDays(authority))
  return [
    command('npx certmint ca', [...ca, ...days]),
    command(`npx certmint issue ${names}`.trimEnd(), [...flags, ...out]),
  ].join('\n')
}

// ---------------------------------------------------------------- openssl

/** openssl writes PKCS#8; this turns it. */
const traditional = (certificate, file) =>
  certificate.publicKey.type === 'rsa'
    ? `openssl rsa -traditional -in ${file} -out ${file}`
    : `openssl ec -in ${file} -out ${file}`

export function opensslCommand({ keyFormat }, { certificate, authority }) {
  const leaf = { out: 'certificate.pem', keyOut: 'private_key.pem' }
  const root = { out: 'ca.pem', keyOut: 'ca-key.pem' }
  return [
    ...(authority ? [opensslRequest(authority, root)] : []),
    opensslRequest(certificate, {
      ...leaf,
      more: authority ? ['-CA ca.pem -CAkey ca-key.pem'] : [],
    }),
    ...(keyFormat === 'traditional' ? [traditional(certificate, leaf.keyOut)] : []),
  ].join('\n')
}

// ---------------------------------------------------------------- JavaScript

/** The same through the JavaScript interface. */
export function javascript({ names, key, keyFormat, signer, template }) {
  const { profile, notBefore, notAfter, ...rest } = template
  const options = {
    ...rest,
    ...(profile !== 'server' && { profile }),
    ...(notBefore && { notBefore: iso(notBefore) }),
    ...(notAfter && { notAfter: iso(notAfter) }),
    ...(key !== 'p-256' && { key }),
  }
  const text = (value) => JSON.stringify(value).replace(/^\{\}$/, '')
  const pem = keyFormat === 'pkcs8' ? 'key.pem' : "key.toPEM({ format: 'traditional' })"
  if (signer === 'authority') {
    return [
      "import { createCA } from 'certmint'",
      '',
      'const ca = await createCA()',
      `const { fullChain, key } = await ca.issue(${text({ san: names, ...options })})`,
      `const files = { cert: fullChain, key: ${pem}, ca: ca.cert.pem }`,
    ].join('\n')
  }
  const given = [text(names), text(options)].filter(Boolean).join(', ')
  return [
    "import { selfSigned } from 'certmint'",
    '',
    `const { cert, key } = await selfSigned(${given})`,
    `const files = { cert: cert.pem, key: ${pem} }`,
  ].join('\n')
}
