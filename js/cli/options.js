/** The flags that several commands share, in the groups in which --help shows them. */

import { secondsOf } from '../normalize.js'
import { UsageError } from './usage.js'

/** @param {string} value @param {string} help @param {string[]} [choices] for completion */
export const text = (value, help, choices) => ({ type: 'string', value, help, choices })
export const list = (value, help) => ({ type: 'string', value, multiple: true, help })
export const flag = (help) => ({ type: 'boolean', help })

/** Notes with every option where --help shows it. */
export const group = (title, options) =>
  Object.fromEntries(Object.entries(options).map(([name, option]) => [name, { ...option, title }]))

/** Where a passphrase comes from: rather not from the command line, which everybody can see. */
export const passphraseOptions = (whose) => ({
  'passphrase-file': text('FILE', `${whose}; its first line`),
  'passphrase-env': text('NAME', 'the same from an environment variable'),
  password: text('TEXT', 'the same for all to see on the command line; "-" asks on the terminal'),
})

export const inputPassphraseOptions = {
  'in-passphrase-file': text('FILE', 'the passphrase of what is read'),
  'in-passphrase-env': text('NAME', 'the same from an environment variable'),
  'in-password': text('TEXT', 'the same on the command line; "-" asks on the terminal'),
  'max-iterations': text('N', 'how much key derivation a file may ask for (default 5000000)'),
}

/** About a .p12 that is written. */
export const storeOptions = {
  name: text('TEXT', "the friendly name, Java's alias (openssh: the comment)"),
  encryption: text(
    'KIND',
    'modern (default), legacy (old macOS, Java 8, Windows) or java-truststore',
    ['modern', 'legacy', 'java-truststore'],
  ),
}

export const keyKinds = [
  ...['rsa-2048', 'rsa-3072', 'rsa-4096', 'rsa-8192'],
  ...['p-256', 'p-384', 'p-521', 'secp256k1'],
]

export const newKeyOptions = group('Key', {
  key: text(
    'KIND',
    'rsa-2048, -3072, -4096, -8192, p-256 (default), p-384, p-521 or secp256k1',
    keyKinds,
  ),
  'key-format': text('FORMAT', 'pkcs8 (default) or traditional (PKCS#1, SEC1)', [
    'pkcs8',
    'traditional',
  ]),
  ...passphraseOptions('encrypts the new key (AES-256) with this passphrase'),
})

export const keyOptions = group('Key', {
  ...newKeyOptions,
  'key-in': text('FILE', 'take this key instead of making one'),
  ...passphraseOptions('encrypts the new key (AES-256); with --key-in: decrypts that'),
})

export const nameOptions = group('Names', {
  subject: text('NAME', 'like "C=US,O=Example,CN=example.com" (default: CN = the first name)'),
  san: list('NAME', 'a further name, like those before the options'),
  'no-san': flag('no subject alternative name'),
})

/** Said below the flags of commands that take names. */
export const namesNote = `A NAME is a DNS name, an IP address, an e-mail address or a URI, as it looks; to be explicit
write dns:, ip:, email:, uri:, upn:, rid:, dir:"C=US,CN=x" or other:OID:HEX.
Flags with NAME, URI, OID or OID=HEX may be repeated; a LIST is separated by commas.`

export const validityOptions = group('Validity', {
  days: text('N', 'how long it is valid (default: as the profile says)'),
  'not-before': text('DATE', 'like 2030-01-31 or 2030-01-31T12:00:00Z (default: an hour ago)'),
  'not-after': text('DATE', 'instead of --days'),
})

export const clampOption = group('Validity', {
  clamp: flag("end with the authority's own end when that is sooner"),
})

export const signatureOptions = group('Signature', {
  hash: text('HASH', 'sha256, sha384 or sha512; sha1 with --allow-weak', [
    'sha256',
    'sha384',
    'sha512',
  ]),
  pss: flag('RSASSA-PSS instead of PKCS#1 v1.5, with an RSA key that signs'),
  'allow-weak': flag('for tests: SHA-1, RSA-1024, names and dates outside the authority'),
})

export const serialOption = group('Signature', {
  serial: text('HEX', 'the serial number (default: 159 random bits)'),
})

const profile = text(
  'PROFILE',
  'server (default), client, peer, email, code-signing, timestamping, ocsp-signing, webtransport',
  [
    ...['server', 'client', 'peer', 'email', 'code-signing', 'timestamping', 'ocsp-signing'],
    'webtransport',
  ],
)

/** What a request may ask for. */
export const requestOptions = group('Extensions', {
  profile,
  'key-usage': text('LIST', 'digitalSignature, keyEncipherment, ...; or none'),
  'extended-key-usage': text('LIST', 'serverAuth, clientAuth, ... or OIDs; or none'),
  'basic-constraints': text('LIST', 'CA:FALSE, or CA:TRUE,pathlen:N; or none'),
  policy: list('OID[=URI]', 'a certificate policy, with its practice statement'),
  'crl-distribution-point': list('URI', 'where the revocation list is'),
  ocsp: list('URI', 'where the OCSP responder is'),
  'ca-issuers': list('URI', "where the authority's certificate is"),
  'must-staple': flag('servers must staple an OCSP answer (RFC 7633)'),
  extension: list('OID=HEX', 'any extension: the DER of its value in hexadecimal'),
  'subject-key-identifier': text('HEX', 'instead of the hash of the public key; or none'),
  critical: text('LIST', 'make these critical: subjectAltName, keyUsage, ... or OIDs'),
  'not-critical': text('LIST', 'and these not, in spite of RFC 5280'),
})

export const extensionOptions = group('Extensions', {
  ...requestOptions,
  'authority-key-identifier': text('none', 'leave it out'),
  'no-extensions': flag('the bare certificate of old tutorials: no SAN either'),
})

/** What of it an authority may carry: `ca` has flags of its own for the rest. */
export const authorityExtensionOptions = Object.fromEntries(
  Object.entries(extensionOptions).filter(
    ([name]) => !['profile', 'basic-constraints', 'no-extensions', 'must-staple'].includes(name),
  ),
)

export const templateOption = {
  template: text(
    'FILE',
    'a template in JSON, as the JavaScript interface takes it; flags go first',
  ),
}

const quiet = {
  force: flag('replace files that are there'),
  json: flag('say what was made as JSON'),
  quiet: flag('say nothing'),
}

export const outputOptions = group('Output', {
  out: text('FILE', 'where it goes; "-" is standard output'),
  'key-out': text('FILE', 'where the key goes'),
  ...quiet,
})

export const chainOption = group('Output', {
  'chain-out': text(
    'FILE',
    "the authority's certificates in a file of their own; --out then has the certificate alone",
  ),
})

export const reportOptions = group('Output', quiet)

export const issuerOptions = group('Authority', {
  ca: text('FILE', "the authority's certificate, and those above it (default ca.pem)"),
  'ca-key': text('FILE', 'its private key (default ca-key.pem)'),
  'ca-passphrase-file': text('FILE', 'the passphrase of that key, when it is encrypted'),
  'ca-passphrase-env': text('NAME', 'the same from an environment variable'),
  'ca-password': text('TEXT', 'the same on the command line; "-" asks on the terminal'),
})

/** A whole number of a flag. */
export function integer(values, name) {
  if (values[name] === undefined) return undefined
  if (!/^\d{1,9}$/.test(values[name])) {
    throw new UsageError(`--${name}: "${values[name]}" is not a whole number`)
  }
  return Number(values[name])
}

/** A date of a flag, in seconds since 1970. */
export function date(values, name) {
  try {
    return secondsOf(values[name], name)
  } catch {
    throw new UsageError(
      `--${name}: "${values[name]}" is no date; write it like 2030-01-31 or 2030-01-31T12:00:00Z`,
    )
  }
}

export function keyFormat(values) {
  const format = values['key-format'] ?? 'pkcs8'
  if (format !== 'pkcs8' && format !== 'traditional') {
    throw new UsageError(`--key-format: "${format}" is neither pkcs8 nor traditional`)
  }
  return format
}
