/** What was made: in words, as files, and how to use it. */

import { announce, byId, h, svg } from '../parts/dom.js'
import { fileList } from '../parts/files.js'
import { dayText, facts, fingerprint, momentText, panel, time } from '../parts/panel.js'
import { drawSeal } from '../parts/seal.js'
import { snippets } from '../parts/snippets.js'
import { texts } from '../texts.js'
import { certmintCommand, javascript, opensslCommand, spanInDays } from './commands.js'
import { serverSnippets, trustSnippets } from './snippets.js'

const withoutType = (name) => name.replace(/^(DNS|IP|email|URI):/, '')

/**
 * Shows what matters at once and the rest in steps, so that no step keeps the page from answering.
 *
 * @param {import('./make.js').Order} order
 */
export async function showResult(order, made) {
  const { certificate, authority } = made
  const place = byId('made')
  const seal = svg({ class: 'rosette', viewBox: '-100 -100 200 200' })
  const main = paper(made, seal)
  place.replaceChildren(main)
  byId('empty').hidden = true
  place.hidden = false
  byId('result').setAttribute('aria-labelledby', 'made-title')
  announce(texts.made.status(titleOf(certificate), dayText(certificate.notAfter)))
  byId('made-title').focus({ preventScroll: true })
  const steps = [
    () => bringIntoView(byId('result')),
    () => drawSeal(seal, certificate.fingerprints.sha256),
    () => place.append(panel(texts.made.details, certificateFacts(made))),
    () => {
      if (forServers(certificate)) {
        place.append(snippets(texts.use.title, serverSnippets(certificate)))
      }
    },
    () => place.append(snippets(texts.use.trust, trustSnippets(certificate, Boolean(authority)))),
    () =>
      place.append(
        snippets(texts.again.title, [
          { title: 'certmint', text: certmintCommand(order, made) },
          { title: 'openssl', text: opensslCommand(order, made) },
          { title: 'JavaScript', text: javascript(order) },
        ]),
      ),
  ]
  for (const step of steps) {
    await nextFrame()
    // something else may have been made meanwhile
    if (!main.isConnected) return
    step()
  }
  main.dataset.whole = ''
}

/** Lets go of what was made, keys above all. */
export function forgetResult() {
  byId('made').replaceChildren()
  byId('made').hidden = true
  byId('empty').hidden = false
  byId('result').setAttribute('aria-labelledby', 'result-title')
}

const nextFrame = () => new Promise((resolve) => setTimeout(resolve, 16))

/** On a phone the result stands below the form, on a desk it may begin above what is in sight. */
function bringIntoView(element) {
  const { top } = element.getBoundingClientRect()
  if (top >= 0 && top < innerHeight / 2) return
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
  element.scrollIntoView({ block: 'start', behavior: calm ? 'auto' : 'smooth' })
}

const forServers = ({ extendedKeyUsage = [] }) => extendedKeyUsage.includes('serverAuth')

const titleOf = ({ san = [], subject }) => (san.length > 0 ? withoutType(san[0]) : subject)

// ---------------------------------------------------------------- the certificate

function paper({ certificate, authority, files }, seal) {
  const { made } = texts
  const { san = [], notAfter } = certificate
  const summary = [
    made.goodFor(purposeText(certificate)),
    made.goodUntil(dayText(notAfter)),
    keyText(certificate),
  ]
  return h(
    'article',
    { class: 'paper' },
    h(
      'header',
      {},
      h('p', { class: 'kind' }, made.title),
      h('h2', { id: 'made-title', tabindex: '-1' }, titleOf(certificate)),
      san.length > 1 ? h('p', { class: 'more' }, made.more(san.length - 1)) : undefined,
      h('p', { class: 'summary' }, summary.join(' · ')),
      seal,
    ),
    h(
      'p',
      { class: 'trust' },
      authority ? made.untrusted.authority : made.untrusted.self,
      ...warnings(certificate).map((text) => h('strong', {}, ` ${text}`)),
    ),
    h('h3', { class: 'visually-hidden' }, texts.files.title),
    fileList(files),
  )
}

function certificateFacts({ certificate, authority }) {
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
    [made.signed, signedText(certificate, authority)],
    [made.fingerprint, fingerprint(fingerprints.sha256), 'wide'],
    [made.authorityFingerprint, authority && fingerprint(authority.fingerprints.sha256), 'wide'],
  )
}

const nameList = (san) => h('ul', {}, ...san.map((name) => h('li', {}, withoutType(name))))

const keyText = ({ publicKey: { type, curve, bits } }) =>
  type === 'rsa' ? texts.made.rsa(bits) : texts.made.elliptic(curve)

const purposeText = ({ extendedKeyUsage = [] }) =>
  extendedKeyUsage.map((one) => texts.made.purposes[one] ?? one).join(', ') || texts.made.anything

function signedText({ signature, issuer }, authority) {
  const algorithm = signature.toUpperCase().replace('SHA', 'SHA-').replace('-SHA', ' with SHA')
  return authority ? texts.made.byAuthority(issuer, algorithm) : texts.made.bySelf(algorithm)
}

/** What a person may not expect. */
function warnings(certificate) {
  const { made } = texts
  const { notBefore, notAfter, publicKey } = certificate
  const now = Date.now()
  return [
    Date.parse(notBefore) > now && made.notYet(momentText(notBefore)),
    Date.parse(notAfter) < now && made.expired(momentText(notAfter)),
    forServers(certificate) && spanInDays(certificate) > 825 && made.longForApple,
    forServers(certificate) && publicKey.curve === 'P-521' && made.p521,
  ].filter(Boolean)
}
