/** Which options the functions take: what is not among them is refused, with the one that was meant. */

import { invalid } from './error.js'
import { nearest } from './nearest.js'

const WORK = ['signal', 'onProgress', 'workers']
const COMMON = [...WORK, 'subject', 'san', 'profile', 'hash', 'pss', 'extensions', 'allowWeak']
const VALIDITY = ['days', 'seconds', 'notBefore', 'notAfter', 'clamp', 'serial']
const SOURCE = ['key', 'publicKey', 'csr', 'honor']

const known = {
  generateKey: [...WORK, 'allowWeak'],
  importKey: ['passphrase', 'maxIterations'],
  // a public key is for the core to refuse: it knows why
  selfSigned: [...COMMON, ...VALIDITY, ...SOURCE],
  createCertificate: [...COMMON, ...VALIDITY, ...SOURCE, 'issuer'],
  createCA: [...COMMON, ...VALIDITY, 'key', 'pathLen', 'nameConstraints', 'issuer'],
  issue: [...COMMON, ...VALIDITY, ...SOURCE],
  loadCA: ['cert', 'key', 'passphrase', 'chain'],
  createCSR: [...COMMON, 'key'],
  createCRL: [
    ...['issuer', 'revoked', 'previous', 'thisUpdate', 'nextUpdate', 'days', 'number'],
    ...['hash', 'pss', 'allowWeak'],
  ],
  createPKCS12: [
    ...['key', 'cert', 'chain', 'certificates', 'passphrase', 'friendlyName', 'localKeyID'],
    ...['encryption', 'iterations'],
  ],
  readPKCS12: ['passphrase', 'maxIterations'],
  createPKCS7: ['crls'],
  orderChain: ['key'],
  verify: [
    ...['roots', 'intermediates', 'crls', 'time', 'purpose', 'name', 'maxDepth', 'policies'],
    ...['requireExplicitPolicy', 'inhibitPolicyMapping', 'inhibitAnyPolicy'],
    ...['requireRevocation', 'allowWeak', 'lenient'],
  ],
  init: ['workers'],
  lint: undefined, // the core's list
  inspect: ['passphrase', 'maxIterations'],
  createFixtures: ['host', 'now'],
  export: ['format', 'passphrase', 'iterations'],
}

/** What any function refuses that takes options. */
function checkWork({ signal, onProgress }) {
  if (signal !== undefined && typeof signal?.throwIfAborted !== 'function') {
    throw invalid('signal', 'must be an AbortSignal')
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw invalid('onProgress', 'must be a function')
  }
}

/**
 * The options of a function, checked: an object with nothing in it that the function does not know.
 *
 * @param {keyof typeof known} name of the function
 * @param {any} options
 * @returns {any}
 */
export function optionsOf(name, options = {}) {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalid('options', 'must be an object')
  }
  checkUnknown(options, known[name])
  if (known[name]?.includes('signal')) checkWork(options)
  return options
}

/** @param {object} options @param {string[] | undefined} names without them, the core checks */
export function checkUnknown(options, names) {
  if (!names) return
  const unknown = Object.keys(options).find(
    (option) => !names.includes(option) && options[option] !== undefined,
  )
  if (unknown === undefined) return
  const close = nearest(unknown, names)
  throw invalid(
    unknown,
    close ? `is not an option; did you mean "${close}"?` : 'is not an option that exists here',
  )
}
