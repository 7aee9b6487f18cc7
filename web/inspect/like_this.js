/** From a certificate or request to the values of the form that makes one. */

import { spanInDays } from '../parts/time.js'
import { texts } from '../texts.js'
import { namesOf } from './words.js'

const SUBJECT = ['C', 'ST', 'L', 'O', 'OU', 'CN']

const attribute = ({ attributes }, type) =>
  attributes.find((one) => one.type === type && one.value)?.value ?? ''

/** By what it may be used for; what the form does not make is made for a server. */
function profileOf({ extensions }) {
  const usages = extensions.find(({ name, value }) => name === 'extendedKeyUsage' && value)?.value
  const has = (usage) => usages?.includes(usage)
  if (has('serverAuth') && has('clientAuth')) return 'peer'
  if (has('clientAuth')) return 'client'
  if (has('emailProtection')) return 'email'
  return has('codeSigning') ? 'code-signing' : 'server'
}

/** The like of its key, where the form has it. */
function keySpecOf({ type, curve, bits }) {
  const spec = type === 'rsa' ? `rsa-${bits}` : String(curve).toLowerCase()
  return spec in texts.key.names ? spec : undefined
}

/** What a name of the form can be without others: its own CN is the first name anyway. */
const isPlain = (cn, names) => cn === '' || cn === names[0]

/** @param {any} item @returns {Record<string, string>} */
export function likeThis(item) {
  const names = namesOf(item)
  const key = keySpecOf(item.publicKey)
  const hash = /sha(256|384|512)$/.exec(item.signature.name)?.[0]
  const subject = Object.fromEntries(SUBJECT.map((type) => [type, attribute(item.subject, type)]))
  return {
    names: names.join(' '),
    signer: item.selfSigned === true || item.kind === 'request' ? 'self' : 'authority',
    profile: profileOf(item),
    hash: hash ?? '',
    ...(key && { key }),
    validity: 'days',
    days: item.notBefore && item.notAfter ? String(spanInDays(item)) : '',
    ...subject,
    CN: isPlain(subject.CN, names) ? '' : subject.CN,
  }
}
