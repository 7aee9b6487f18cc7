/** certmint, synchronous: where a module may be compiled synchronously (Node, Deno, Bun, workers). */

import { Api } from './api.js'
import { Core, inSource } from './core.js'
import { fixtures } from './fixtures.js'
import { generateSync } from './generate.js'
import { wasmSourceSync } from './source.js'
import { trustKit } from './trust_kit.js'

export { CertificateAuthority } from './api.js'
export { CertmintError } from './error.js'
export { extensionLines, inspectText } from './inspect_text.js'
export {
  Certificate,
  CertificateRequest,
  PrivateKey,
  PublicKey,
  RevocationList,
} from './objects.js'

/** @type {Api | undefined} */
let loaded

/** Takes the module's bytes, or the compiled module, where it cannot be read from a file. */
export function initSync(source) {
  const given = source ?? wasmSourceSync()
  const core = inSource(
    () => new Core(given instanceof WebAssembly.Module ? given : new WebAssembly.Module(given)),
  )
  loaded = new Api(
    core,
    (spec, options) => generateSync(core, spec, /** @type {any} */ (options)),
    (work) => work(),
  )
}

const api = () => {
  if (!loaded) initSync()
  return /** @type {Api} */ (loaded)
}

export const generateKey = (spec, options) => api().generateKey(spec, options)
export const importKey = (data, options) => api().importKey(data, options)
export const selfSigned = (names, options) => api().selfSigned(names, options)
export const createCertificate = (template) => api().createCertificate(template)
export const readCertificate = (data) => api().readCertificate(data)
export const createCA = (options) => api().createCA(options)
export const loadCA = (options) => api().loadCA(options)
export const createCSR = (options) => api().createCSR(options)
export const readCSR = (data) => api().readCSR(data)
export const createCRL = (options) => api().createCRL(options)
export const createPKCS12 = (options) => api().createPKCS12(options)
export const readPKCS12 = (data, options) => api().readPKCS12(data, options)
export const createPKCS7 = (certificates, options) => api().createPKCS7(certificates, options)
export const readPKCS7 = (data) => api().readPKCS7(data)
export const orderChain = (certificates, options) => api().orderChain(certificates, options)
export const createFixtures = (options) => fixtures(api(), options)
export const createTrustKit = (authority) => trustKit(api(), authority)
export const readCRL = (data) => api().readCRL(data)
export const verify = (cert, options) => api().verify(cert, options)
export const lint = (certificates, options) => api().lint(certificates, options)
export const lintRules = () => api().lintRules()
export const inspect = (data, options) => api().inspect(data, options)
export const asn1Tree = (data) => api().asn1Tree(data)
