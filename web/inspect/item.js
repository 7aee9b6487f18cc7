/** One thing that was found, as a panel. */

import { copyButton } from '../parts/copy_button.js'
import { h, icon } from '../parts/dom.js'
import { passphraseField } from '../parts/fields.js'
import { Form } from '../parts/form.js'
import { dayText, facts, fingerprint, time } from '../parts/panel.js'
import { texts } from '../texts.js'
import { explorer } from './explorer.js'
import { likeThis } from './like_this.js'
import { keyText, kindText, namesOf, placeOf, titleOf } from './words.js'

const words = texts.inspect

/**
 * @typedef {object} Surroundings
 * @property {import('../bridge.js').Bridge} bridge
 * @property {import('../router.js').Router} router
 * @property {{ name: string }[]} inputs
 * @property {Map<number, Uint8Array>} sources
 * @property {(passphrase: string, id: number) => Promise<void>} unlock
 */

const ICONS = {
  certificate: 'certificate',
  request: 'certificate',
  'private-key': 'key',
  'public-key': 'key',
  crl: 'authority',
}

/** @param {any} item @param {Surroundings} around @param {any} [holder] what it is inside of */
export function itemPanel(item, around, holder) {
  const place = words.forms(item.form, placeOf(item, around.inputs))
  const title = titleOf(item)
  return h(
    'section',
    { class: `panel item ${item.kind}`, 'data-item': item.id },
    h(
      'header',
      { class: 'item-head' },
      icon(ICONS[item.kind] ?? 'certificate'),
      h('h3', {}, title ? `${kindText(item)}: ${title}` : kindText(item)),
      h('p', { class: 'hint' }, place),
    ),
    ...problemsOf(item).map((text) => h('p', { class: 'problem' }, text)),
    isLocked(item) && !holder?.locked ? unlockForm(item, around) : undefined,
    factsOf(item),
    copies(item),
    extensionsOf(item),
    structure(item, around),
    likeButton(item, around),
    ...(item.items ?? []).map((one) => itemPanel(one, around, item)),
  )
}

// ---------------------------------------------------------------- what is wrong with it

/** Whether a passphrase would open it: where the cipher is not known, none does. */
const isLocked = ({ locked, error }) =>
  locked && (error === undefined || error.code === 'passphrase')

function dates({ notBefore, notAfter, nextUpdate }) {
  const now = Date.now()
  const end = notAfter ?? nextUpdate
  if (notBefore && Date.parse(notBefore) > now) return [words.notYet(dayText(notBefore))]
  return end && Date.parse(end) < now ? [words.ended(dayText(end))] : []
}

function problemsOf(item) {
  return [
    ...(item.error && !isLocked(item) ? [item.error.message] : []),
    ...(item.problems ?? []),
    ...(item.signatureValid === false ? [words.badSignature] : []),
    ...(item.innerSignature ? [words.twoAlgorithms] : []),
    ...dates(item),
  ]
}

// ---------------------------------------------------------------- facts

const KINDS = {
  certificate: (item) => [
    [words.from, item.notBefore && time(item.notBefore)],
    [words.until, item.notAfter && time(item.notAfter)],
    [words.names, namesOf(item).join(', ') || undefined],
    [words.subject, item.subject.text || words.noName],
    [words.issuer, issuerOf(item)],
    [words.serial, h('code', {}, item.serial)],
    [words.key, keyOf(item.publicKey)],
    [words.signature, signatureOf(item)],
    [words.version, item.version === 3 ? undefined : String(item.version)],
  ],
  request: (item) => [
    [words.subject, item.subject.text || words.noName],
    [words.names, namesOf(item).join(', ') || undefined],
    [words.key, keyOf(item.publicKey)],
    [words.signature, signatureOf(item)],
    ...item.attributes.map(({ name, oid, value, der }) => [name ?? oid, value ?? der]),
  ],
  crl: (item) => [
    [words.issuer, item.issuer.text],
    [words.thisUpdate, time(item.thisUpdate)],
    [words.nextUpdate, item.nextUpdate && time(item.nextUpdate)],
    [words.revoked, String(item.revokedCount)],
    [words.serials, item.revoked.length > 0 ? serials(item) : undefined],
    [words.signature, signatureOf(item)],
  ],
  'private-key': (item) => [
    [words.key, item.publicKey ? keyOf(item.publicKey) : item.type?.toUpperCase()],
    [words.format, words.formats[item.format]],
    [words.encryption, item.encryption && encryptionOf(item.encryption)],
  ],
  'public-key': (item) => [
    [words.key, keyOf(item.publicKey)],
    [words.format, words.formats[item.format]],
    [words.comment, item.comment],
  ],
  parameters: (item) => [[words.key, item.curve ?? (item.bits && `DH ${item.bits}`)]],
  pkcs12: (item) => [
    [words.encryption, item.encryption.map(encryptionOf).join('; ') || undefined],
    [words.mac, item.mac && encryptionOf(item.mac)],
    [words.unread, item.unread > 0 ? String(item.unread) : undefined],
  ],
  pkcs7: (item) => [
    [words.content, item.contentType],
    [words.signers, item.signers === undefined ? undefined : String(item.signers)],
  ],
  unreadable: (item) => [
    [words.seems, item.seems === 'unknown' ? undefined : words.kinds[item.seems]],
    [words.size, item.length === undefined ? undefined : words.bytes(item.length)],
  ],
}

function factsOf(item) {
  const rows = [
    ...KINDS[item.kind](item),
    [words.friendlyName, item.friendlyName],
    [words.trusted, item.trusted && words.yes],
  ].filter(([, value]) => value !== undefined && value !== '')
  return rows.length > 0 ? facts(...rows) : undefined
}

function issuerOf({ issuer, selfIssued, selfSigned }) {
  if (!selfIssued) return issuer.text
  return selfSigned ? words.itself : words.ownName
}

const keyOf = (key) =>
  [
    keyText(key),
    key.exponent !== undefined && key.exponent !== 65537 && words.exponent(key.exponent),
  ]
    .filter(Boolean)
    .join(', ')

const signatureOf = ({ signature: { name }, signatureValid }) =>
  signatureValid ? `${name}, ${words.fits}` : name

const encryptionOf = ({ scheme, cipher, kdf, hash, iterations }) =>
  [scheme, cipher, kdf, hash, iterations && words.iterations(iterations)].filter(Boolean).join(', ')

/** The first of them; the number of all stands above. */
function serials({ revoked, revokedCount }) {
  const reason = ({ extensions = [] }) =>
    extensions.find(({ name }) => name === 'reasonCode')?.value
  const line = (one) => [one.serial, dayText(one.date), reason(one)].filter(Boolean).join(' · ')
  const shown = revoked.map((one) => h('li', {}, line(one)))
  if (revokedCount > revoked.length) shown.push(h('li', {}, '…'))
  return h('ul', {}, ...shown)
}

// ---------------------------------------------------------------- what one compares

/** Fingerprints and the like, each with a button. */
function copies({ fingerprints = {}, publicKey = {} }) {
  const rows = [
    ['SHA-256', fingerprints.sha256],
    ['SHA-1', fingerprints.sha1],
    [words.pin, publicKey.pin],
    [words.thumbprint, publicKey.thumbprint],
    [words.keyIdentifier, publicKey.keyIdentifier],
  ].filter(([, value]) => value)
  if (rows.length === 0) return undefined
  return section(
    words.compare,
    h(
      'ul',
      { class: 'copies' },
      ...rows.map(([label, value]) =>
        h(
          'li',
          {},
          h('span', { class: 'copies-label' }, label),
          value.includes(':') ? fingerprint(value) : h('code', {}, value),
          copyButton(label, value),
        ),
      ),
    ),
  )
}

// ---------------------------------------------------------------- extensions

const section = (title, ...content) =>
  h(
    'details',
    { class: 'options' },
    h('summary', {}, h('span', {}, title)),
    h('div', { class: 'section-body' }, ...content),
  )

function extensionsOf({ extensions = [] }) {
  if (extensions.length === 0) return undefined
  const rows = extensions.map((one) => {
    const label = h(
      'span',
      { title: one.oid },
      one.name ?? one.oid,
      one.critical ? h('span', { class: 'critical' }, ` ${words.critical}`) : '',
    )
    const lines = h('ul', {}, ...one.lines.map((line) => h('li', {}, line)))
    return [label, one.error ? h('div', { class: 'wrong' }, lines) : lines]
  })
  return section(words.extensions(extensions.length), facts(...rows))
}

// ---------------------------------------------------------------- its elements

/** Read when it is opened for the first time. */
function structure({ id }, { bridge, sources }) {
  if (!sources.has(id)) return undefined
  const place = h('div', { class: 'section-body' })
  const details = h(
    'details',
    { class: 'options structure' },
    h('summary', {}, h('span', {}, words.asn1.title)),
    place,
  )
  const open = async () => {
    if (!details.open) return
    details.removeEventListener('toggle', open)
    try {
      place.replaceChildren(explorer(await bridge.run('exploreElements', sources.get(id))))
    } catch (error) {
      place.replaceChildren(h('p', { class: 'problem' }, error.rule ?? error.message))
    }
  }
  details.addEventListener('toggle', open)
  return details
}

// ---------------------------------------------------------------- what one can do with it

function unlockForm(item, { unlock }) {
  const prefix = `unlock-${item.id}-`
  const element = h(
    'form',
    { id: `${prefix}form`, class: 'unlock', novalidate: true },
    passphraseField({
      prefix,
      name: 'passphrase',
      label: words.passphrase.label,
      hint: words.passphrase.hint,
    }),
    h('p', { class: 'error', id: `${prefix}form-error`, role: 'alert' }),
    h('button', { type: 'submit' }, icon('key'), words.passphrase.open),
  )
  const form = new Form(element, { prefix })
  form.onSubmit(async () => {
    form.clearErrors()
    try {
      await unlock(form.secret('passphrase'), item.id)
    } catch (error) {
      form.showError(error)
    }
  })
  return element
}

function likeButton(item, { router }) {
  // the form makes no authorities
  if (!['certificate', 'request'].includes(item.kind) || item.isCA) return undefined
  const onclick = () => router.go('certificate', likeThis(item))
  return h('p', { class: 'item-actions' }, h('button', { type: 'button', onclick }, words.like))
}
