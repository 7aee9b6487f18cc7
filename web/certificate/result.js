/** What was made: in words, as files, and how to use it. */

import { announce, byId, h, nextFrame } from '../parts/dom.js'
import { fileList } from '../parts/files.js'
import { bundle } from '../parts/bundle.js'
import { certificateFacts, forServers, keyText, purposeText, titleOf } from '../parts/describe.js'
import { dayText, momentText, panel } from '../parts/panel.js'
import { drawSeal, emptySeal } from '../parts/seal.js'
import { snippets } from '../parts/snippets.js'
import { bringIntoView } from '../parts/stage.js'
import { spanInDays } from '../parts/time.js'
import { texts } from '../texts.js'
import { serverSnippets, trustSnippets } from '../parts/use.js'
import { certmintCommand, javascript, opensslCommand } from './commands.js'

/**
 * Shows what matters at once and the rest in steps, so that no step keeps the page from answering.
 *
 * @param {import('../bridge.js').Bridge} bridge
 * @param {import('./make.js').Order} order
 */
export async function showResult(bridge, order, made) {
  const { certificate, authority } = made
  const place = byId('made')
  const seal = emptySeal()
  const main = paper(bridge, made, seal)
  place.replaceChildren(main)
  byId('empty').hidden = true
  place.hidden = false
  byId('result').setAttribute('aria-labelledby', 'made-title')
  announce(texts.made.status(titleOf(certificate), dayText(certificate.notAfter)))
  byId('made-title').focus({ preventScroll: true })
  const drawn = drawSeal(seal, certificate.fingerprints.sha256)
  const steps = [
    () => bringIntoView(byId('result')),
    () => place.append(panel(texts.made.details, certificateFacts(certificate, authority))),
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
  await drawn
  main.dataset.whole = ''
}

/** Lets go of what was made, keys above all. */
export function forgetResult() {
  byId('made').replaceChildren()
  byId('made').hidden = true
  byId('empty').hidden = false
  byId('result').setAttribute('aria-labelledby', 'result-title')
}

// ---------------------------------------------------------------- the certificate

function paper(bridge, { certificate, authority, files }, seal) {
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
    bundle(bridge, files),
  )
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
