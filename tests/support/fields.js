/**
 * What each independent reader says of a certificate, as the same fields, so that they can be
 * compared: a reader that has no word for a field leaves it out.
 *
 * subject, issuer: ["C=DE", ...] in the order of the encoding; notBefore, notAfter: seconds;
 * san: ["DNS:a.test", ...]; critical: what is, by our names.
 */

import { isIPv6 } from 'node:net'

import {
  readWithGnuTLS,
  readWithGo,
  readWithJava,
  readWithNode,
  readWithNSS,
  readWithOpenSSL,
  readWithPython,
} from './readers.js'

/** Our name → what OpenSSL, GnuTLS, NSS and Java call it, its OID. */
const extensions = {
  basicConstraints: ['Basic Constraints', '2.5.29.19'],
  keyUsage: ['Key Usage', '2.5.29.15'],
  extendedKeyUsage: ['Extended Key Usage', '2.5.29.37'],
  subjectAltName: ['Subject Alternative Name', '2.5.29.17'],
  nameConstraints: ['Name Constraints', '2.5.29.30'],
}
const aliases = {
  'Key Purpose': 'extendedKeyUsage', // GnuTLS
  'Certificate Subject Alt Name': 'subjectAltName', // NSS
  'Certificate Name Constraints': 'nameConstraints',
}
const extensionName = (text) =>
  aliases[text] ??
  Object.keys(extensions).find((name) =>
    extensions[name].includes(text.replace(/^(X509v3|Certificate) /, '')),
  )
const criticalOf = (found) => found.map(extensionName).filter(Boolean).sort()

const usages = [
  ['digitalSignature', 'digital_signature'],
  [
    'contentCommitment',
    'non repudiation',
    'non-repudiation',
    'non_repudiation',
    'nonrepudiation',
    'content_commitment',
  ],
  ['keyEncipherment', 'key encipherment', 'key_encipherment'],
  ['dataEncipherment', 'data encipherment', 'data_encipherment'],
  ['keyAgreement', 'key agreement', 'key_agreement'],
  ['keyCertSign', 'certificate sign', 'certificate signing', 'key_certsign', 'key_cert_sign'],
  ['cRLSign', 'crl sign', 'crl signing', 'crl_sign'],
]
const purposes = [
  ['serverAuth', '1.3.6.1.5.5.7.3.1', 1, /TLS W(eb|WW) Server/],
  ['clientAuth', '1.3.6.1.5.5.7.3.2', 2, /TLS W(eb|WW) Client/],
  ['codeSigning', '1.3.6.1.5.5.7.3.3', 3, /Code Sign/i],
  ['emailProtection', '1.3.6.1.5.5.7.3.4', 4, /E-?mail Protection/i],
  ['timeStamping', '1.3.6.1.5.5.7.3.8', 8, /Time ?Stamp/i],
  ['OCSPSigning', '1.3.6.1.5.5.7.3.9', 9, /OCSP.*(Sign|Responder)/i],
]

/** In the order of ours; what is not known stands there as it is, so that nothing is overlooked. */
function inOurWords(table, words) {
  const same = (ours, word) =>
    ours.some((one) =>
      one instanceof RegExp
        ? one.test(word)
        : String(one).toLowerCase() === String(word).toLowerCase().replaceAll(/\.$/g, ''),
    )
  const found = words.map((word) => {
    const ours = table.find(
      (names) => same(names, word) || same([names[0]], word.toString().replace(' ', '')),
    )
    return ours?.[0] ?? word
  })
  return table
    .map(([name]) => name)
    .filter((name) => found.includes(name))
    .concat(found.filter((name) => !table.some(([known]) => known === name)))
}
const keyUsageOf = (words) => inOurWords(usages, words)
const purposesOf = (words) => inOurWords(purposes, words)

/** Lines between one that matches and the first that is indented no more than it. */
function below(text, heading) {
  const lines = text.split('\n')
  const at = lines.findIndex((line) => heading.test(line))
  if (at < 0) return []
  const depth = (line) => /^\s*/.exec(line)[0].length
  const end = lines.findIndex((line, i) => i > at && depth(line) <= depth(lines[at]))
  return lines.slice(at + 1, end).map((line) => line.trim())
}

/** A name as RFC 4514, Java or NSS print it, apart: types and values without escapes. */
function apart(text, reversed) {
  const parts = [...text.matchAll(/\s*([^=,]+)=("(?:[^"\\]|\\.)*"|(?:[^,\\]|\\.)*)(?:,|$)/g)]
  const plain = parts.map(
    ([, type, value]) => `${type}=${value.replace(/^"(.*)"$/, '$1').replaceAll(/\\(.)/g, '$1')}`,
  )
  return reversed ? plain.reverse() : plain
}

const seconds = (text) => Date.parse(text) / 1000
const utc = (text) => seconds(`${text} UTC`)
const plainHex = (text) => text.replaceAll(/[:\s]/g, '').toLowerCase()
const serialOf = (text) => plainHex(text).replace(/^0+(?=.)/, '')
const address = (text) =>
  isIPv6(text.toLowerCase()) ? new URL(`http://[${text}]/`).hostname.slice(1, -1) : text

/** [how a reader begins, how ours begins] */
const sanKinds = [
  [/^(?:DNS(?: ?name)?): ?/i, 'DNS:'],
  [/^(?:IP ?Address|IP): ?/i, 'IP:'],
  [/^(?:RFC822Name|email|RFC822 Name): ?/i, 'email:'],
  [/^(?:URI(?:Name)?|URI): ?/i, 'URI:'],
  [/^(?:Registered ?ID|OIDName|RID): ?(?:OID\.)?/i, 'RID:'],
  [/^(?:User Principal Name: |othername: ?UPN::|Other Name: )/i, 'UPN:'],
]
function sanOf(lines) {
  return lines.flatMap((line) => {
    const kind = sanKinds.find(([pattern]) => pattern.test(line))
    if (!kind) return []
    const value = line
      .replace(kind[0], '')
      .replace(/^"(.*)"$/, '$1')
      .replace(/^(xn--\S+) \(.*\)$/, '$1') // GnuTLS adds what it means
    return [kind[1] + (kind[1] === 'IP:' ? address(value) : value)]
  })
}

function openssl(file) {
  const text = readWithOpenSSL(file)
  const one = (heading) => below(text, heading)[0] ?? ''
  const pathLen = /pathlen:(\d+)/.exec(one(/Basic Constraints/))
  return {
    subject: apart(/Subject: (.*)/.exec(text)[1]),
    issuer: apart(/Issuer: (.*)/.exec(text)[1]),
    serial: serialOf(one(/Serial Number:/)),
    notBefore: seconds(/Not Before: (.*)/.exec(text)[1]),
    notAfter: seconds(/Not After : (.*)/.exec(text)[1]),
    san: sanOf(one(/Subject Alternative Name/).split(', ')),
    isCA: /CA:TRUE/.test(one(/Basic Constraints/)),
    pathLen: pathLen ? Number(pathLen[1]) : undefined,
    keyUsage: keyUsageOf(
      one(/X509v3 Key Usage/)
        .split(', ')
        .filter(Boolean),
    ),
    extendedKeyUsage: purposesOf(
      one(/Extended Key Usage/)
        .split(', ')
        .filter(Boolean),
    ),
    ski: plainHex(one(/Subject Key Identifier/)),
    aki: plainHex(one(/Authority Key Identifier/)),
    critical: criticalOf([...text.matchAll(/(X509v3 .*): critical/g)].map(([, name]) => name)),
  }
}

function gnutls(file) {
  const text = readWithGnuTLS(file)
  const pathLen = /Path Length Constraint: (\d+)/.exec(text)
  return {
    subject: apart(/Subject: (.*)/.exec(text)?.[1] ?? '', true),
    issuer: apart(/Issuer: (.*)/.exec(text)[1], true),
    serial: serialOf(/Serial Number \(hex\): (.*)/.exec(text)[1]),
    notBefore: seconds(/Not Before: (.*)/.exec(text)[1]),
    notAfter: seconds(/Not After: (.*)/.exec(text)[1]),
    san: sanOf(below(text, /Subject Alternative Name/)),
    isCA: /\(CA\): TRUE/.test(text),
    pathLen: pathLen ? Number(pathLen[1]) : undefined,
    keyUsage: keyUsageOf(below(text, /\tKey Usage/)),
    extendedKeyUsage: purposesOf(below(text, /Key Purpose/)),
    ski: below(text, /Subject Key Identifier/)[0],
    aki: below(text, /Authority Key Identifier/)[0],
    critical: criticalOf([...text.matchAll(/^\t+(.*) \(critical\):/gm)].map(([, name]) => name)),
  }
}

function nss(file, trust) {
  const text = readWithNSS(file, trust)
  const parts = text
    .split(/^ {4}Signature Algorithm/m)[0]
    .split(/^\s+Name: /m)
    .slice(1)
  const part = (name) => parts.find((one) => one.startsWith(name)) ?? ''
  const pathLen = /maximum path length of (\d+)/.exec(text)
  const lines = (one) =>
    one
      .split('\n')
      .slice(1)
      .map((line) => line.trim())
  const bytes = (one) =>
    plainHex(
      lines(one)
        .filter((line) => /^([0-9a-f]{2}:?)+$/.test(line))
        .join(''),
    )
  return {
    subject: apart(/Subject: "(.*)"/.exec(text)[1], true),
    issuer: apart(/Issuer: "(.*)"/.exec(text)[1], true),
    serial: serialOf(
      below(text, /Serial Number:/).join('') || /Serial Number: \d+ \(0x(.*)\)/.exec(text)[1],
    ),
    notBefore: utc(/Not Before: (.*)/.exec(text)[1]),
    notAfter: utc(/Not After : (.*)/.exec(text)[1]),
    san: sanOf(lines(part('Certificate Subject Alt Name'))),
    isCA: /Is a CA/.test(text),
    pathLen: pathLen ? Number(pathLen[1]) : undefined,
    keyUsage: keyUsageOf(
      lines(part('Certificate Key Usage'))
        .map((line) => line.replace(/^Usages: /, ''))
        .filter((line) => line !== '' && !/^Critical/.test(line)),
    ),
    extendedKeyUsage: purposesOf(
      lines(part('Extended Key Usage')).filter((line) => line !== '' && !/^Critical/.test(line)),
    ),
    ski: bytes(part('Certificate Subject Key ID')),
    aki: bytes(part('Certificate Authority Key Identifier')),
    critical: criticalOf(
      parts.filter((one) => /Critical: True/.test(one)).map((one) => /.*/.exec(one)[0]),
    ),
  }
}

function java(file) {
  const text = readWithJava(file)
  const parts = text.split(/^#\d+: ObjectId: /m).slice(1)
  const part = (oid) => parts.find((one) => one.startsWith(`${oid} `)) ?? ''
  const lines = (oid) =>
    part(oid)
      .split('\n')
      .slice(2)
      .map((line) => line.trim())
  const words = (oid) => lines(oid).filter((line) => /^\w/.test(line))
  const bytes = (oid) =>
    [...part(oid).matchAll(/^\d{4}: (.{49})/gm)].map(([, hex]) => plainHex(hex)).join('')
  const [, from, until] = /Valid from: (.*) until: (.*)/.exec(text)
  const pathLen = /PathLen: ?(\d+)/.exec(text)
  return {
    subject: apart(/Owner: (.*)/.exec(text)[1], true),
    issuer: apart(/Issuer: (.*)/.exec(text)[1], true),
    serial: serialOf(/Serial number: (.*)/.exec(text)[1]),
    notBefore: seconds(from),
    notAfter: seconds(until),
    san: sanOf(lines('2.5.29.17')),
    isCA: /CA:true/.test(part('2.5.29.19')),
    pathLen: pathLen ? Number(pathLen[1]) : undefined,
    keyUsage: keyUsageOf(words('2.5.29.15')),
    extendedKeyUsage: purposesOf(words('2.5.29.37')),
    ski: bytes('2.5.29.14'),
    aki: bytes('2.5.29.35'),
    critical: criticalOf(
      parts.filter((one) => /Criticality=true/.test(one)).map((one) => one.split(' ')[0]),
    ),
  }
}

const shortNames = {
  '2.5.4.3': 'CN',
  '2.5.4.6': 'C',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
}

const withShortNames = (attributes) =>
  attributes.map(([oid, value]) => `${shortNames[oid]}=${value}`)

function python(file) {
  const seen = readWithPython(file)
  const name = (rdns) => withShortNames(rdns.flat())
  const { basicConstraints, keyUsage, extendedKeyUsage, subjectAltName } = seen.extensions
  const upn = /^other:1\.3\.6\.1\.4\.1\.311\.20\.2\.3:0c..(.*)$/
  return {
    subject: name(seen.subject),
    issuer: name(seen.issuer),
    serial: seen.serial,
    notBefore: seconds(seen.notBefore),
    notAfter: seconds(seen.notAfter),
    san: (subjectAltName?.value ?? []).map((one) =>
      one.replace(upn, (_, hex) => `UPN:${Buffer.from(hex, 'hex')}`),
    ),
    isCA: basicConstraints.value.ca,
    pathLen: basicConstraints.value.pathLen ?? undefined,
    keyUsage: keyUsageOf(keyUsage.value),
    extendedKeyUsage: purposesOf(extendedKeyUsage?.value ?? []),
    ski: seen.extensions.subjectKeyIdentifier.value,
    aki: seen.extensions.authorityKeyIdentifier.value,
    critical: Object.keys(seen.extensions)
      .filter((key) => seen.extensions[key].critical)
      .sort(),
  }
}

/** Go has no words for other names and registered IDs; its lists are by kind. */
function go(file) {
  const seen = readWithGo(file)
  const names = ['digitalSignature', 'contentCommitment', 'keyEncipherment', 'dataEncipherment']
  const bits = [...names, 'keyAgreement', 'keyCertSign', 'cRLSign']
  return {
    subject: withShortNames(seen.subjectNames),
    issuer: withShortNames(seen.issuerNames),
    serial: serialOf(seen.serial),
    notBefore: seen.notBefore,
    notAfter: seen.notAfter,
    san: [
      ...(seen.dns ?? []).map((one) => `DNS:${one}`),
      ...(seen.ip ?? []).map((one) => `IP:${one}`),
      ...(seen.email ?? []).map((one) => `email:${one}`),
      ...(seen.uri ?? []).map((one) => `URI:${one}`),
    ],
    isCA: seen.isCA,
    pathLen: seen.maxPathLen >= 0 && seen.isCA ? seen.maxPathLen : undefined,
    keyUsage: bits.filter((_, i) => seen.keyUsage & (1 << i)),
    extendedKeyUsage: purposesOf(seen.extKeyUsage),
    ski: seen.ski,
    aki: seen.aki,
    critical: criticalOf(seen.critical),
  }
}

function node(file, trust, pem) {
  const seen = readWithNode(pem)
  return {
    subject: seen.subject.split('\n').map((line) => line.replaceAll(/\\(.)/g, '$1')),
    issuer: seen.issuer.split('\n').map((line) => line.replaceAll(/\\(.)/g, '$1')),
    serial: serialOf(seen.serialNumber),
    notBefore: seconds(seen.validFrom),
    notAfter: seconds(seen.validTo),
    san: sanOf((seen.subjectAltName ?? '').split(', ')),
    isCA: seen.ca,
    extendedKeyUsage: purposesOf(seen.keyUsage ?? []),
  }
}

/** (file, NSS's trust, PEM) → fields */
export const readers = { openssl, gnutls, nss, java, python, go, node }
