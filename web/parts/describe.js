/** A certificate in words. What is given is as toJSON() has it. */

import { h } from './dom.js'
import { facts, fingerprint, time } from './panel.js'
import { spanInDays } from './time.js'
import { texts } from '../texts.js'

const withoutType = (name) => name.replace(/^(DNS|IP|email|URI):/, '')

export const forServers = ({ extendedKeyUsage = [] }) => extendedKeyUsage.includes('serverAuth')

/** What a person would call it. */
export const titleOf = ({ san = [], subject }) =>
  san.length > 0 ? withoutType(san[0]) : commonNameOf(subject)

/** The value of CN where there is one, else the whole name. */
const commonNameOf = (subject) =>
  /(?:^|,)CN=((?:\\.|[^,\\+])+)/.exec(subject)?.[1].replace(/\\(.)/g, '$1') ?? subject

/** @param {object} certificate @param {object} [authority] the one that is handed out beside it */
export function certificateFacts(certificate, authority) {
  const { made } = texts
  const { san = [], subject, notBefore, notAfter, fingerprints } = certificate
  const until = h('span', {}, time(notAfter), ` (${made.span(spanInDays(certificate))})`)
  return facts(
    [made.from, time(notBefore)],
    [made.until, until],
    [made.names, san.length > 1 ? nameList(san) : undefined],
    [made.subject, subject],
    [made.key, keyText(certificate)],
    [made.use, purposeText(certificate)],
    [made.signed, signedText(certificate)],
    [made.fingerprint, fingerprint(fingerprints.sha256), 'wide'],
    [made.authorityFingerprint, authority && fingerprint(authority.fingerprints.sha256), 'wide'],
  )
}

const nameList = (san) => h('ul', {}, ...san.map((name) => h('li', {}, withoutType(name))))

export const keyText = ({ publicKey: { type, curve, bits } }) =>
  type === 'rsa' ? texts.made.rsa(bits) : texts.made.elliptic(curve)

export const purposeText = ({ extendedKeyUsage = [] }) =>
  extendedKeyUsage.map((one) => texts.made.purposes[one] ?? one).join(', ') || texts.made.anything

function signedText({ signature, issuer, subject }) {
  const algorithm = signature.toUpperCase().replace('SHA', 'SHA-').replace('-SHA', ' with SHA')
  return issuer === subject
    ? texts.made.bySelf(algorithm)
    : texts.made.byAuthority(issuer, algorithm)
}
