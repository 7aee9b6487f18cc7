/** Starts the page: texts, the first flow, then all that can wait; and says what it is made of. */

import { Bridge } from './bridge.js'
import { certificateFlow } from './certificate/flow.js'
import { whenIdle } from './idle.js'
import { stayAvailable } from './offline.js'
import { byId, fillTexts } from './parts/dom.js'
import { release } from './release.js' // written by build.mjs
import { Router } from './router.js'
import { language, texts } from './texts.js'

/** Which .wasm runs: measured where the browser can, else as it was built. */
function wasmText(hash) {
  if (!hash) return texts.proof.built(release.wasm)
  return hash === release.wasm
    ? texts.proof.measured(hash)
    : texts.proof.different(hash, release.wasm)
}

function showLanguage() {
  // the HTML has the English ones
  if (language !== 'en') fillTexts(document)
  document.documentElement.lang = language
  for (const link of document.querySelectorAll('.languages a')) {
    if (link.lang === language) link.setAttribute('aria-current', 'true')
    // the flow stays the same
    link.addEventListener('click', () => (link.hash = location.hash))
  }
}

async function otherFlows() {
  const { authorityFlow, requestFlow, inspectFlow, verifyFlow } = await import('./flows.js')
  return {
    authority: () => authorityFlow(bridge),
    request: () => requestFlow(bridge),
    inspect: () => inspectFlow(bridge, router),
    verify: () => verifyFlow(bridge),
  }
}

showLanguage()
const bridge = new Bridge()
const router = new Router()
router.start({ certificate: () => certificateFlow(bridge) }, otherFlows)
byId('version').textContent = release.version
performance.mark('interactive')

await whenIdle()
try {
  const [{ hash }] = await Promise.all([bridge.run('load'), router.load()])
  byId('wasm-hash').textContent = wasmText(hash)
  stayAvailable()
  // from here on nothing is loaded any more
  document.documentElement.dataset.loaded = ''
} catch {
  byId('form-error').textContent = texts.failure.load
}
