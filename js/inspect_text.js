/** The report of `inspect` as text for people: js/index.d.ts says what stands in a report. */

const titles = {
  certificate: 'Certificate',
  request: 'Certificate request',
  crl: 'Revocation list',
  'private-key': 'Private key',
  'public-key': 'Public key',
  parameters: 'Parameters',
  pkcs12: 'PKCS#12 file',
  pkcs7: 'PKCS#7 file',
  unreadable: 'Unreadable',
}

const forms = { pem: 'PEM', der: 'DER', base64: 'base64', jwk: 'JWK', openssh: 'OpenSSH' }

/** What comes from a file must not move the cursor of a terminal. */
const plain = (text) =>
  // eslint-disable-next-line no-control-regex
  String(text).replace(/[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g, '\ufffd')

const yesNo = (value) => (value ? 'yes' : 'no')

/** Long hexadecimal text is shortened: the report has all of it. */
const MOST_HEX = 64
const hex = (text) =>
  text.length <= MOST_HEX ? text : `${text.slice(0, MOST_HEX)}... (${text.length / 2} bytes)`

// ---------------------------------------------------------------- parts

const nameTypes = { dns: 'DNS', ip: 'IP', uri: 'URI', rid: 'RID', upn: 'UPN' }

function generalName({ type, value, oid, der }) {
  const label = type === 'other' && oid ? `other ${oid}` : (nameTypes[type] ?? type)
  return `${label}:${value ?? `#${hex(der)}`}`
}

const names = (list) => list.map(generalName).join(', ')

const subtree = ({ base, minimum, maximum }) =>
  generalName(base) +
  (minimum ? ` minimum ${minimum}` : '') +
  (maximum === undefined ? '' : ` maximum ${maximum}`)

function qualifier({ type, uri, text, reference, der }) {
  if (uri !== undefined) return uri
  const notice = [
    text,
    reference && `${reference.organization} ${reference.numbers.join(', ')}`,
  ].filter(Boolean)
  return notice.length > 0 ? `"${notice.join('; ')}"` : `${type}${der ? ` #${hex(der)}` : ''}`
}

const policy = ({ oid, name, qualifiers = [] }) =>
  [name ? `${oid} (${name})` : oid, ...qualifiers.map(qualifier)].join(' ')

/** @param {any} [name] */
const pointName = ({ fullName, relativeName } = {}) =>
  fullName ? names(fullName) : relativeName && `relative ${relativeName}`

const point = ({ distributionPoint, reasons, crlIssuer }) =>
  [
    pointName(distributionPoint),
    reasons && `for ${reasons.join(', ')}`,
    crlIssuer && `issued by ${names(crlIssuer)}`,
  ]
    .filter(Boolean)
    .join(' ')

const access = ({ method, location }) => `${method}: ${generalName(location)}`

/** A flag, or a member with its value, as far as they are there. */
const members = (value) =>
  Object.entries(value)
    .filter(([, member]) => member !== undefined && member !== false)
    .map(([name, member]) => (member === true ? name : `${name} ${describe(member)}`))

function describe(value) {
  if (Array.isArray(value)) return value.map(describe).join(', ')
  if (typeof value !== 'object' || value === null) return String(value)
  if (value.fullName || value.relativeName) return pointName(value)
  return members(value).join(', ')
}

/** Extensions that are not simply their words; each gives a line or several. */
const extensions = {
  basicConstraints: ({ ca, pathLen }) =>
    `CA: ${yesNo(ca)}${pathLen === undefined ? '' : `, path length ${pathLen}`}`,
  subjectAltName: (value) => value.map(generalName),
  issuerAltName: (value) => value.map(generalName),
  certificateIssuer: names,
  authorityKeyIdentifier: ({ keyIdentifier, issuer, serial }) =>
    [
      keyIdentifier,
      issuer && `issuer ${names(issuer)}`,
      serial !== undefined && `serial ${serial}`,
    ].filter(Boolean),
  nameConstraints: ({ permitted = [], excluded = [] }) => [
    ...permitted.map((one) => `permitted ${subtree(one)}`),
    ...excluded.map((one) => `excluded ${subtree(one)}`),
  ],
  certificatePolicies: (value) => value.map(policy),
  microsoftApplicationPolicies: (value) => value.map(policy),
  policyMappings: (value) =>
    value.map((one) => `${one.issuerDomainPolicy} = ${one.subjectDomainPolicy}`),
  crlDistributionPoints: (value) => value.map(point),
  freshestCRL: (value) => value.map(point),
  authorityInfoAccess: (value) => value.map(access),
  subjectInfoAccess: (value) => value.map(access),
  signedCertificateTimestamps: (value) =>
    value.map((one) => `${one.timestamp} by log ${one.logID} (${one.signature}-${one.hash})`),
  qcStatements: (value) => value.map(({ oid, der }) => (der ? `${oid} #${hex(der)}` : oid)),
}

/** @returns {[string, string[]]} its name and its lines */
function extension({ name, oid, critical, value, der, error }) {
  const title = `${name ?? oid}${critical ? ' (critical)' : ''}`
  if (value === undefined) return [title, [`${error ? `${error}: ` : ''}#${hex(der)}`]]
  return [title, [(extensions[name] ?? describe)(value)].flat()]
}

function publicKey(key) {
  const { type, curve, bits, exponent } = key
  const size = bits === undefined ? '' : ` ${bits} bits`
  const what = type === 'ec' ? `EC ${curve}` : `${type.toUpperCase()}${size}`
  const unusual = exponent !== undefined && exponent !== 65537 ? `, exponent ${exponent}` : ''
  return what + unusual
}

const keyRows = (key) => [
  ['SPKI pin (SHA-256)', key.pin],
  ['JWK thumbprint', key.thumbprint],
]

function algorithm({ name, oid, pss }) {
  if (pss === undefined) return name === oid ? oid : name
  return `${name} (hash ${pss.hash}, MGF1 ${pss.maskHash}, salt ${pss.saltLength} bytes)`
}

function encryption({ scheme, cipher, kdf, hash, iterations, ...more }) {
  const work = [
    kdf,
    hash && `hash ${hash}`,
    iterations !== undefined && `${iterations} iterations`,
    more.cost !== undefined && `cost ${more.cost}`,
  ]
  return [scheme, cipher, ...work].filter(Boolean).join(', ')
}

/** The subject of a name that is empty has to be called something. */
const dn = ({ text, der }) => text || (der ? `#${hex(der)}` : '(empty)')

const fingerprintRows = ({ fingerprints }) => [
  ['SHA-256', fingerprints.sha256],
  ['SHA-1', fingerprints.sha1],
]

// ---------------------------------------------------------------- the kinds of things

/** What a self-issued certificate is. */
function issuer({ issuer: name, selfIssued, selfSigned }) {
  if (!selfIssued) return dn(name)
  return `${dn(name)} (${selfSigned ? 'self-signed' : 'self-issued'})`
}

/** How many entries of a list are shown. */
const MOST_REVOKED = 20

function revoked({ serial, date, extensions: more = [] }) {
  const said = more.map((one) => {
    const [title, lines] = extension(one)
    return `${title} ${lines.join(', ')}`
  })
  return [`${serial} at ${date}`, ...said].join('; ')
}

/** Kind → rows of a name and a value, or lines; undefined values are left out. */
const rowsOf = {
  certificate: (item) => [
    ['Subject', dn(item.subject)],
    ['Issuer', issuer(item)],
    ['Serial number', item.serial],
    ['Valid from', item.notBefore],
    ['Valid until', item.notAfter],
    ['Public key', publicKey(item.publicKey)],
    ['Signature', algorithm(item.signature)],
    ...(item.version === 3 ? [] : [['Version', item.version]]),
    ...fingerprintRows(item),
    ...keyRows(item.publicKey),
    ...item.extensions.map(extension),
  ],
  request: (item) => [
    ['Subject', dn(item.subject)],
    ['Public key', publicKey(item.publicKey)],
    [
      'Signature',
      `${algorithm(item.signature)}${item.signatureValid === false ? ', NOT VALID' : ''}`,
    ],
    ...fingerprintRows(item),
    ...keyRows(item.publicKey),
    ...item.attributes.map(({ name, oid, value, der }) => [name ?? oid, value ?? `#${hex(der)}`]),
    ...item.extensions.map(extension),
  ],
  crl: (item) => [
    ['Issuer', dn(item.issuer)],
    ['This update', item.thisUpdate],
    ['Next update', item.nextUpdate],
    ['Signature', algorithm(item.signature)],
    ...fingerprintRows(item),
    ...item.extensions.map(extension),
    [
      'Revoked',
      item.revokedCount === 0
        ? 'none'
        : [
            ...item.revoked.slice(0, MOST_REVOKED).map(revoked),
            ...(item.revokedCount > MOST_REVOKED
              ? [`and ${item.revokedCount - MOST_REVOKED} more`]
              : []),
          ],
    ],
  ],
  'private-key': (item) => [
    ['Format', item.format],
    [
      'Encrypted',
      item.encryption &&
        `${encryption(item.encryption)}${item.locked ? '' : ' (opened with the passphrase)'}`,
    ],
    ['Type', item.publicKey ? publicKey(item.publicKey) : item.type?.toUpperCase()],
    ...(item.publicKey ? keyRows(item.publicKey) : []),
  ],
  'public-key': (item) => [
    ['Format', item.format],
    ['Type', publicKey(item.publicKey)],
    ['Comment', item.comment || undefined],
    ...keyRows(item.publicKey),
  ],
  parameters: (item) => [
    ['Curve', item.curve],
    ['Size', item.bits && `${item.bits} bits`],
  ],
  pkcs12: (item) => [
    ['MAC', item.mac ? encryption(item.mac) : 'none'],
    ['Encrypted', item.encryption.map(encryption)],
    ['Not read', item.unread ? `${item.unread} entries of other kinds` : undefined],
  ],
  pkcs7: (item) => [
    ['Content', item.contentType],
    ['Signers', item.signers || undefined],
  ],
  unreadable: (item) => [['Seems to be', item.seems === 'unknown' ? undefined : item.seems]],
}

// ---------------------------------------------------------------- how they belong together

function linkRows(id, links) {
  const others = ({ items }) => items.filter((other) => other !== id).map((other) => `[${other}]`)
  return links.flatMap((link) => {
    if (link.type !== 'issued') {
      if (!link.items.includes(id)) return []
      return [[link.type === 'same' ? 'Same as' : 'Same key as', others(link).join(', ')]]
    }
    if (link.item !== id) return []
    const doubt = {
      valid: '',
      invalid: ', but the signature is NOT VALID',
      unchecked: ' (signature not checked)',
    }
    return [['Issued by', `[${link.issuer}]${doubt[link.signature]}`]]
  })
}

function place({ form, label, offset, length }) {
  const what = label === undefined ? forms[form] : `${forms[form]} "${label}"`
  return offset === undefined ? what : `${what}, ${length} bytes at ${offset}`
}

function lines(item, links, indent) {
  const { items = [], friendlyName, localKeyID, error, problems = [] } = item
  const rows = [
    ['Name', friendlyName],
    ...rowsOf[item.kind](item),
    ['Local key id', localKeyID],
    ['Error', error?.message],
    ['Problem', problems.length > 0 ? problems : undefined],
    ...linkRows(item.id, links),
  ].flatMap(([name, value]) => (value === undefined ? [] : [[name, [value].flat()]]))
  const left = Math.min(30, Math.max(0, ...rows.map(([name]) => name.length)))
  const table = rows.flatMap(([name, values]) =>
    (values.length === 0 ? [''] : values).map((value, i) =>
      `${indent}  ${(i === 0 ? name : '').padEnd(left)}  ${plain(value)}`.trimEnd(),
    ),
  )
  return [
    `${indent}[${item.id}] ${titles[item.kind]} (${plain(place(item))})`,
    ...table,
    ...items.flatMap((one) => ['', ...lines(one, links, `${indent}  `)]),
  ]
}

/**
 * @param {any} report of inspect
 * @param {{ names?: string[] }} [options] what the inputs are called
 */
export function inspectText({ items, links, truncated }, { names: inputs = [] } = {}) {
  const parts = items.map((item, i) => {
    const first = i === 0 || items[i - 1].input !== item.input
    const title = first && inputs[item.input] !== undefined ? [`${plain(inputs[item.input])}:`] : []
    return [...title, ...lines(item, links, '')].join('\n')
  })
  if (truncated) parts.push('There is more: it is not shown.')
  return `${parts.join('\n\n')}\n`
}
