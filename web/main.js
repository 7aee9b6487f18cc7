/** Starts the page: texts, worker, the flow; and says what it is made of. */

import { authorityFlow } from './authority/flow.js'
import { Bridge } from './bridge.js'
import { certificateFlow } from './certificate/flow.js'
import { stayAvailable } from './offline.js'
import { byId, fillTexts } from './parts/dom.js'
import { release } from './release.js'
import { requestFlow } from './request/flow.js'
import { Router } from './router.js'
import { language, texts } from './texts.js'
import { verifyFlow } from './verify/flow.js'

/** Which .wasm runs: measured where the browser can, else as it was built. */
function wasmText(hash) {
  if (!hash) return texts.proof.built(release.wasm)
  return hash === release.wasm
    ? texts.proof.measured(hash)
    : texts.proof.different(hash, release.wasm)
}

document.documentElement.lang = language
fillTexts(document)
for (const link of document.querySelectorAll('.languages a')) {
  if (link.lang === language) link.setAttribute('aria-current', 'true')
  // the flow stays the same
  link.addEventListener('click', () => (link.hash = location.hash))
}
byId('version').textContent = release.version
const bridge = new Bridge()
const router = new Router()
router.start({
  certificate: certificateFlow(bridge),
  authority: authorityFlow(bridge),
  request: requestFlow(bridge),
  verify: verifyFlow(bridge),
})
try {
  const { hash } = await bridge.run('load')
  byId('wasm-hash').textContent = wasmText(hash)
  stayAvailable()
  // from here on nothing is loaded any more
  document.documentElement.dataset.loaded = ''
} catch {
  byId('form-error').textContent = texts.failure.load
}
