/** What was made: in words, as files, and how to use it. */

import { announce, byId, h, hiddenText, icon, svg } from '../dom.js'
import { copy, download } from '../files.js'
import { tabs } from '../tabs.js'
import { texts } from '../texts.js'
import { certmintCommand, javascript, opensslCommand, spanInDays } from './commands.js'
import { drawSeal } from './seal.js'
import { serverSnippets, trustSnippets } from './snippets.js'

const language = document.documentElement.lang

const moment = new Intl.DateTimeFormat(language, {
  year: 'numeric',
  month: 'long',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
})
const day = new Intl.DateTimeFormat(language, { year: 'numeric', month: 'long', day: 'numeric' })

const time = (iso) => h('time', { datetime: iso }, moment.format(new Date(iso)))

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
  announce(texts.made.status(titleOf(certificate), day.format(new Date(certificate.notAfter))))
  byId('made-title').focus({ preventScroll: true })
  const steps = [
    () => bringIntoView(byId('result')),
    () => drawSeal(seal, certificate.fingerprints.sha256),
    () => place.append(panel(texts.made.details, facts(made))),
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

const panel = (title, content) => h('section', { class: 'panel' }, h('h3', {}, title), content)

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
    made.goodUntil(day.format(new Date(notAfter))),
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

function facts({ certificate, authority }) {
  const { made } = texts
  const { san = [], subject, notBefore, notAfter, fingerprints } = certificate
  const until = h('span', {}, time(notAfter), ` (${made.span(spanInDays(certificate))})`)
  return h(
    'dl',
    { class: 'facts' },
    ...fact(made.from, time(notBefore)),
    ...fact(made.until, until),
    ...(san.length > 1 ? fact(made.names, nameList(san)) : []),
    ...fact(made.subject, subject),
    ...fact(made.key, keyText(certificate)),
    ...fact(made.use, purposeText(certificate)),
    ...fact(made.signed, signedText(certificate, authority)),
    ...fact(made.fingerprint, fingerprint(fingerprints.sha256), 'wide'),
    ...(authority
      ? fact(made.authorityFingerprint, fingerprint(authority.fingerprints.sha256), 'wide')
      : []),
  )
}

const fact = (label, value, kind) => [
  h('dt', { class: kind }, label),
  h('dd', { class: kind }, value),
]

const nameList = (san) => h('ul', {}, ...san.map((name) => h('li', {}, withoutType(name))))

const keyText = ({ publicKey: { type, curve, bits } }) =>
  type === 'rsa' ? texts.made.rsa(bits) : texts.made.elliptic(curve)

const purposeText = ({ extendedKeyUsage = [] }) =>
  extendedKeyUsage.map((one) => texts.made.purposes[one] ?? one).join(', ') || texts.made.anything

function signedText({ signature, issuer }, authority) {
  const algorithm = signature.toUpperCase().replace('SHA', 'SHA-').replace('-SHA', ' with SHA')
  return authority ? texts.made.byAuthority(issuer, algorithm) : texts.made.bySelf(algorithm)
}

/** In groups of eight bytes, which wrap as wholes where there is room. */
const fingerprint = (text) =>
  h('code', {}, ...text.match(/(..:?){8}/g).map((group) => h('span', {}, group)))

/** What a person may not expect. */
function warnings(certificate) {
  const { made } = texts
  const { notBefore, notAfter, publicKey } = certificate
  const now = Date.now()
  return [
    Date.parse(notBefore) > now && made.notYet(moment.format(new Date(notBefore))),
    Date.parse(notAfter) < now && made.expired(moment.format(new Date(notAfter))),
    forServers(certificate) && spanInDays(certificate) > 825 && made.longForApple,
    forServers(certificate) && publicKey.curve === 'P-521' && made.p521,
  ].filter(Boolean)
}

// ---------------------------------------------------------------- files

const fileList = (files) => h('ul', { class: 'files' }, ...files.map(fileRow))

function fileRow({ name, text, secret }) {
  const { files } = texts
  const id = `text-${name.replace('.', '-')}`
  const content = h('pre', { id, hidden: true, tabindex: '0', role: 'region', 'aria-label': name })
  const label = h('span', {}, files.show)
  const show = h(
    'button',
    {
      type: 'button',
      class: 'quiet',
      'aria-expanded': 'false',
      'aria-controls': id,
      onclick: () => {
        content.hidden = !content.hidden
        // a secret stands in the page only while it is asked for
        content.textContent = content.hidden ? '' : text
        label.textContent = content.hidden ? files.show : files.hide
        show.setAttribute('aria-expanded', String(!content.hidden))
      },
    },
    label,
    hiddenText(` ${name}`),
  )
  return h(
    'li',
    { class: secret ? 'secret' : undefined },
    icon(secret ? 'key' : 'certificate'),
    h('div', { class: 'file-name' }, h('h4', {}, name), h('p', {}, files.notes[name])),
    h(
      'div',
      { class: 'file-actions' },
      show,
      copyButton(name, text),
      h(
        'button',
        { type: 'button', class: 'download', onclick: () => download(name, text) },
        icon('download'),
        files.download,
        hiddenText(` ${name}`),
      ),
    ),
    content,
  )
}

const COPIED_MS = 2000

function copyButton(name, text) {
  const { files } = texts
  const label = h('span', {}, files.copy)
  const onclick = async () => {
    const copied = await copy(text)
    announce(copied ? files.copiedStatus(name) : files.notCopied)
    if (!copied) return
    label.textContent = files.copied
    setTimeout(() => (label.textContent = files.copy), COPIED_MS)
  }
  return h(
    'button',
    { type: 'button', class: 'quiet', onclick },
    icon('copy'),
    label,
    hiddenText(` ${name}`),
  )
}

// ---------------------------------------------------------------- snippets

function snippets(title, items) {
  const content = ({ title: name, text }) =>
    h(
      'div',
      { class: 'snippet' },
      h('pre', { tabindex: '0', role: 'region', 'aria-label': name }, h('code', {}, text)),
      copyButton(name, text),
    )
  const list = items.map((item) => ({ title: item.title, content: content(item) }))
  return panel(title, tabs(title, list))
}
