/** certmint for every JavaScript runtime, asynchronous: js/index.d.ts is the manual. */

import { Api } from './api.js'
import { compile, Core, inSource } from './core.js'
import { fixtures } from './fixtures.js'
import { checkWorkers, generatorFor } from './generate.js'
import { optionsOf } from './options.js'
import { defaultWorkers, Pool } from './pool.js'
import { wasmSource } from './source.js'
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

/** @type {Promise<{ api: Api, pool: Pool }> | undefined} */
let loading

async function start(source) {
  const module = await compile(source)
  const core = inSource(() => new Core(module))
  const pool = new Pool(core.module)
  return { api: new Api(core, generatorFor(core, pool), async (work) => work()), pool }
}

function load(source) {
  loading ??= start(source ?? wasmSource()).catch((error) => {
    loading = undefined // a failed download may be tried again
    throw error
  })
  return loading
}

/** Loads the module once; every function does it by itself. */
export async function init(source, options) {
  const { workers = false } = optionsOf('init', options)
  checkWorkers(workers)
  const { pool } = await load(source)
  if (workers === false) return
  const count = typeof workers === 'number' ? workers : defaultWorkers()
  // where there are no workers, the work is done without
  await pool.warm(count).catch(() => {})
}

const api = async () => (await load()).api

export const generateKey = async (spec, options) => (await api()).generateKey(spec, options)
export const importKey = async (data, options) => (await api()).importKey(data, options)
export const selfSigned = async (names, options) => (await api()).selfSigned(names, options)
export const createCertificate = async (template) => (await api()).createCertificate(template)
export const readCertificate = async (data) => (await api()).readCertificate(data)
export const createCA = async (options) => (await api()).createCA(options)
export const loadCA = async (options) => (await api()).loadCA(options)
export const createCSR = async (options) => (await api()).createCSR(options)
export const readCSR = async (data) => (await api()).readCSR(data)
export const createCRL = async (options) => (await api()).createCRL(options)
export const createPKCS12 = async (options) => (await api()).createPKCS12(options)
export const readPKCS12 = async (data, options) => (await api()).readPKCS12(data, options)
export const createPKCS7 = async (certificates, options) =>
  (await api()).createPKCS7(certificates, options)
export const readPKCS7 = async (data) => (await api()).readPKCS7(data)
export const orderChain = async (certificates, options) =>
  (await api()).orderChain(certificates, options)
export const createFixtures = async (options) => fixtures(await api(), options)
export const createTrustKit = async (authority) => trustKit(await api(), authority)
export const readCRL = async (data) => (await api()).readCRL(data)
export const verify = async (cert, options) => (await api()).verify(cert, options)
export const lint = async (certificates, options) => (await api()).lint(certificates, options)
export const lintRules = async () => (await api()).lintRules()
export const inspect = async (data, options) => (await api()).inspect(data, options)
export const asn1Tree = async (data) => (await api()).asn1Tree(data)
