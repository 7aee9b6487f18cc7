/** certmint for every JavaScript runtime, asynchronous: js/index.d.ts is the manual. */

import { Api } from './api.js'
import { compile, Core } from './core.js'
import { fixtures } from './fixtures.js'
import { generatorFor } from './generate.js'
import { Pool } from './pool.js'

export { CertificateAuthority } from './api.js'
export { CertmintError } from './error.js'
export {
  Certificate,
  CertificateRequest,
  PrivateKey,
  PublicKey,
  RevocationList,
} from './objects.js'

/** @type {Promise<Api> | undefined} */
let loading

async function start(source) {
  const core = new Core(await compile(source))
  return new Api(core, generatorFor(core, new Pool(core.module)), async (work) => work())
}

/** Loads the module once; every function does it by itself. */
export function init(source = new URL('../dist/certmint.wasm', import.meta.url)) {
  loading ??= start(source).catch((error) => {
    loading = undefined // a failed download may be tried again
    throw error
  })
  return loading.then(() => undefined)
}

const api = async () => {
  await init()
  return /** @type {Api} */ (await loading)
}

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
export const createFixtures = async (options) => fixtures(await api(), options)
export const readCRL = async (data) => (await api()).readCRL(data)
export const verify = async (cert, options) => (await api()).verify(cert, options)
