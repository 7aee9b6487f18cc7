/** Keeps the page for when there is no network, where the browser allows it: https or localhost. */

import { byId, h } from './parts/dom.js'
import { scriptURL } from './trusted.js'
import { texts } from './texts.js'

export async function stayAvailable() {
  if (!navigator.serviceWorker) return
  try {
    const url = new URL('./sw.js', import.meta.url).href
    const registration = await navigator.serviceWorker.register(scriptURL(url))
    offerUpdate(registration)
  } catch {
    // storage forbidden, a private window: the page works as it is
  }
}

/** Tells when a newer version is ready; it is used when the person says so, never in between. */
function offerUpdate(registration) {
  const offer = () => {
    if (!registration.waiting || !navigator.serviceWorker.controller) return
    const use = () => {
      navigator.serviceWorker.addEventListener('controllerchange', () => location.reload())
      registration.waiting.postMessage('take over')
    }
    byId('update').replaceChildren(
      h('span', {}, texts.update.ready),
      h('button', { type: 'button', onclick: use }, texts.update.use),
    )
    byId('update').hidden = false
  }
  offer()
  registration.addEventListener('updatefound', () => {
    registration.installing.addEventListener('statechange', offer)
  })
}
