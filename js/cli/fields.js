/** What the fields of the interface are called on the command line. */

/** @type {[RegExp, (...found: string[]) => string][]} field → what the user gave it in */
const flags = [
  [/^san\[(\d+)\]/, (i) => `name ${Number(i) + 1}`],
  [/^san\b/, () => 'names'],
  [/^subject\b/, () => '--subject'],
  [/^extensions\.nameConstraints\.excluded\b/, () => '--exclude'],
  [/^extensions\.nameConstraints\b/, () => '--permit'],
  [/^extensions\.authorityInfoAccess\.ocsp\b/, () => '--ocsp'],
  [/^extensions\.authorityInfoAccess\b/, () => '--ca-issuers'],
  [/^extensions\.certificatePolicies\b/, () => '--policy'],
  [/^extensions\.crlDistributionPoints\b/, () => '--crl-distribution-point'],
  [/^extensions\.tlsFeature\b/, () => '--must-staple'],
  [/^extensions\.custom\b/, () => '--extension'],
  [/^extensions\.subjectAltName\b/, () => '--critical'],
  [/^extensions\.(\w+)/, (name) => `--${kebab(name)}`],
  [/^pathLen\b/, () => '--path-len'],
  [/^issuer\.key\b/, () => '--ca-key'],
  [/^issuer\b/, () => '--ca'],
  [/^revoked\[(\d+)\]\.(reason|invalidityDate|date)\b/, (_, name) => `--${kebab(name)}`],
  [/^revoked\[(\d+)\]/, (i) => `certificate or serial number ${Number(i) + 1}`],
  [/^previous\b/, () => '--list'],
  [/^csr\b/, () => 'the request'],
  [/^publicKey\b/, () => '--key-in'],
  [/^(friendlyName|comment|cert(ificates\[\d+\])?\.friendlyName)$/, () => '--name'],
  [/^passphrase\b/, () => '--passphrase-file'],
  [/^(encryption)\b/, flagOf],
  [/^(hash|pss|serial|days|notBefore|notAfter|profile|key|honor|clamp|number|allowWeak)\b/, flagOf],
  [/^(thisUpdate|nextUpdate|host)\b/, flagOf],
  [/^policies\[(\d+)\]/, () => '--policy'],
  [/^clients\b/, () => '--client'],
  [/^(time|purpose|name|maxDepth)\b/, flagOf],
]

const kebab = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

function flagOf(name) {
  return `--${kebab(name)}`
}

/**
 * @param {string} field as an error of the interface has it
 * @param {Record<string, unknown>} options the flags of the command
 * @returns {string} the field itself when it has no flag
 */
export function flagFor(field, options = {}) {
  if (/^extensions\.basicConstraints\b/.test(field) && 'path-len' in options) return '--path-len'
  for (const [pattern, name] of flags) {
    const match = pattern.exec(field)
    if (match) return name(...match.slice(1))
  }
  return field
}
