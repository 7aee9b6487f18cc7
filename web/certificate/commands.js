/** What makes the same at a terminal. */

/** A word for a POSIX shell. */
const quote = (word) =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

/** Words to one command, a flag with its value to a line when it gets long. */
function command(program, lines) {
  const oneLine = [program, ...lines].join(' ')
  return oneLine.length <= 72 ? oneLine : [program, ...lines].join(' \\\n    ')
}

const flag = (name, value) => (value === undefined ? [] : [`${name} ${quote(String(value))}`])

const iso = (date) => date && new Date(date).toISOString().replace('.000Z', 'Z')

/** "C=US,CN=x" with the escapes of RFC 4514, as certmint takes it. */
const rfc4514 = (pairs) =>
  pairs
    ?.map(([type, value]) => `${type}=${value.replace(/[,+"\\<>;=]|^[ #]| $/g, '\\$&')}`)
    .join(',')

/** "/C=US/CN=x", as openssl takes it. */
const slashed = (pairs) =>
  pairs.map(([type, value]) => `/${type}=${value.replace(/[/\\+]/g, '\\$&')}`).join('')

// ---------------------------------------------------------------- certmint

function certmintFlags({ key, keyFormat, template }) {
  const { subject, profile, hash, days, notBefore, notAfter } = template
  return [
    ...flag('--subject', rfc4514(subject)),
    ...(profile === 'server' ? [] : flag('--profile', profile)),
    ...(key === 'p-256' ? [] : flag('--key', key)),
    ...(keyFormat === 'pkcs8' ? [] : flag('--key-format', keyFormat)),
    ...flag('--hash', hash),
    ...flag('--days', days),
    ...flag('--not-before', iso(notBefore)),
    ...flag('--not-after', iso(notAfter)),
  ]
}

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

const USAGES = {
  digitalSignature: 'digitalSignature',
  contentCommitment: 'nonRepudiation',
  keyEncipherment: 'keyEncipherment',
  keyCertSign: 'keyCertSign',
  cRLSign: 'cRLSign',
}

export const spanInDays = ({ notBefore, notAfter }) =>
  Math.round((Date.parse(notAfter) - Date.parse(notBefore)) / 86_400_000)

/** Type and value pairs of a subject as certmint writes it: "C=US,CN=x" with RFC 4514's escapes. */
export function pairsOf(subject) {
  const parts = subject.match(/(?:\\.|[^,\\])+/g) ?? []
  return parts.map((part) => {
    const [, type, value] = /^([^=]*)=(.*)$/s.exec(part)
    return [type, value.replace(/\\([0-9A-F]{2})|\\(.)/gi, unescape1)]
  })
}

const unescape1 = (_, code, char) => (code ? String.fromCharCode(parseInt(code, 16)) : char)

function opensslKey({ spec, curve }) {
  if (spec.startsWith('rsa')) return [`-newkey rsa:${spec.slice('rsa-'.length)}`]
  return [`-newkey ec -pkeyopt ec_paramgen_curve:${curve}`]
}

const hashOf = ({ signature }) => `-${signature.replace(/^.*-/, '')}`

/** Every extension that ours has and openssl would not write by itself. */
function opensslExtensions({ isCA, pathLen, san = [], keyUsage = [], extendedKeyUsage = [] }) {
  const usages = keyUsage.map((usage) => USAGES[usage] ?? usage)
  const basic = isCA ? `CA:TRUE${pathLen === undefined ? '' : `,pathlen:${pathLen}`}` : 'CA:FALSE'
  const add = (text) => `-addext ${quote(text)}`
  return [
    ...(san.length > 0 ? [add(`subjectAltName=${san.join(',')}`)] : []),
    add(`basicConstraints=critical,${basic}`),
    ...(usages.length > 0 ? [add(`keyUsage=critical,${usages.join(',')}`)] : []),
    ...(extendedKeyUsage.length > 0 ? [add(`extendedKeyUsage=${extendedKeyUsage.join(',')}`)] : []),
  ]
}

function opensslRequest(certificate, { out, keyOut, more = [] }) {
  return command('openssl req -x509 -utf8 -nodes', [
    ...opensslKey(certificate.publicKey),
    hashOf(certificate),
    `-days ${spanInDays(certificate)}`,
    `-subj ${quote(slashed(pairsOf(certificate.subject)) || '/')}`,
    ...opensslExtensions(certificate),
    ...more,
    `-out ${out}`,
    `-keyout ${keyOut}`,
  ])
}

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
