/** What a thing is called, and what belongs together, in words. Items are as `inspect` has them. */

import { texts } from '../texts.js'

const words = texts.inspect

export const flatten = (items) => items.flatMap((item) => [item, ...flatten(item.items ?? [])])

const commonName = ({ attributes }) => attributes.find(({ type }) => type === 'CN')?.value

const alternativeNames = ({ extensions = [] }) =>
  extensions.find(({ name, value }) => name === 'subjectAltName' && value)?.value ?? []

/** Values of the subject alternative names that are text. */
export const namesOf = (item) =>
  alternativeNames(item)
    .filter(({ type, value }) => value && ['dns', 'ip', 'email', 'uri'].includes(type))
    .map(({ value }) => value)

/** @returns {string} "shop.test", "RSA 2048"; "" when it has no name of its own */
export function titleOf(item) {
  if (item.subject) {
    return commonName(item.subject) || namesOf(item)[0] || item.subject.text || words.noName
  }
  if (item.kind === 'crl') return commonName(item.issuer) || item.issuer.text
  if (item.publicKey) return keyText(item.publicKey)
  return item.friendlyName ?? item.curve ?? ''
}

export const keyText = ({ type, curve, bits }) =>
  type === 'ec' ? texts.made.elliptic(curve) : [type.toUpperCase(), bits].filter(Boolean).join(' ')

const isAuthority = (item) => item.kind === 'certificate' && item.isCA

export const kindText = (item) => {
  if (item.kind === 'private-key' && item.locked) return words.kinds['locked-key']
  return isAuthority(item) ? words.kinds.authority : words.kinds[item.kind]
}

/** Where it comes from: "key.pem", "store.p12", "pasted". */
export const placeOf = (item, inputs) => inputs[item.input].name || words.pasted

/** How a sentence calls it: "the private key (key.pem)". */
function called(item, inputs) {
  const name = item.subject || item.kind === 'crl' ? ` ${titleOf(item)}` : ''
  return words.called(`${kindText(item)}${name}`, placeOf(item, inputs))
}

/** A key belongs to certificates and requests; else things have a key in common. */
function sameKey(items, inputs) {
  const key = items.find(({ kind }) => kind === 'private-key')
  if (!key) return [words.links.sameKey(items.map((item) => called(item, inputs)))]
  return items
    .filter((item) => item !== key)
    .map((item) => words.links.belongs(called(key, inputs), called(item, inputs)))
}

/**
 * @param {import('../../js/index.d.ts').InspectReport} report
 * @returns {{ text: string, wrong?: boolean }[]}
 */
export function linkTexts({ items, links }, inputs) {
  const byId = new Map(flatten(items).map((item) => [item.id, item]))
  const say = (id) => called(byId.get(id), inputs)
  return links.flatMap((link) => {
    if (link.type === 'issued') {
      const text = words.links[link.signature](say(link.item), say(link.issuer))
      return [{ text, wrong: link.signature === 'invalid' }]
    }
    if (link.type === 'same') return [{ text: words.links.same(link.items.map(say)) }]
    return sameKey(
      link.items.map((id) => byId.get(id)),
      inputs,
    ).map((text) => ({ text }))
  })
}
