/** Starts the page: texts, worker, the flow; and says what it is made of. */

import { Bridge } from './bridge.js'
import { startCertificateFlow } from './certificate/flow.js'
import { byId, fillTexts } from './dom.js'
import { release } from './release.js'
import { texts } from './texts.js'

/** Which .wasm runs: measured where the browser can, else as it was built. */
function wasmText(hash) {
  if (!hash) return texts.proof.built(release.wasm)
  return hash === release.wasm
    ? texts.proof.measured(hash)
    : texts.proof.different(hash, release.wasm)
}

fillTexts(document)
byId('version').textContent = release.version
const bridge = new Bridge()
startCertificateFlow(bridge)
try {
  const { hash } = await bridge.run('load')
  byId('wasm-hash').textContent = wasmText(hash)
  // from here on nothing is loaded any more
  document.documentElement.dataset.loaded = ''
} catch {
  byId('form-error').textContent = texts.failure.load
}
