/** Anything at all in the place of every argument and every option: a CertmintError, or an answer. */

import fs from 'node:fs'

import * as certmint from '../../js/index.js'
import * as sync from '../../js/sync.js'
import { root } from '../support/tools.js'

const { CertmintError } = certmint

const wrong = {
  null: null,
  number: 5,
  negative: -1,
  NaN,
  text: 'x',
  empty: '',
  true: true,
  list: [],
  'list of null': [null],
  object: {},
  deep: { a: { b: [null] } },
  symbol: Symbol('x'),
  bigint: 10n ** 30n,
  function: () => {},
  date: new Date(NaN),
  bytes: new Uint8Array([1, 2, 3]),
  proxy: new Proxy({}, { get: () => null }),
}

const ca = sync.createCA()
const { cert, key } = ca.issue({ san: 'a.test' })
const issuer = { cert: ca.cert, key: ca.key }
const csr = sync.createCSR({ subject: 'CN=a' }).csr
const crl = ca.createCRL()
const pkcs12 = sync.createPKCS12({ cert, passphrase: '', iterations: 1 })
const work = ['signal', 'onProgress', 'workers']
const names = ['subject', 'san', 'profile', 'hash', 'pss', 'extensions', 'allowWeak']
const validity = ['days', 'seconds', 'notBefore', 'notAfter', 'clamp', 'serial']
const source = ['key', 'publicKey', 'csr', 'honor']
const template = [...work, ...names, ...validity]

/** Each function: right arguments, of which the last are options, and the names of these. */
const functions = {
  generateKey: [
    ['p-256', {}],
    [...work, 'allowWeak'],
  ],
  importKey: [
    [key.pem, {}],
    ['passphrase', 'maxIterations'],
  ],
  selfSigned: [
    ['a.test', {}],
    [...template, 'key'],
  ],
  createCertificate: [[{ san: 'a.test' }], [...template, ...source, 'issuer']],
  readCertificate: [[cert.pem], []],
  createCA: [[{}], [...template, 'key', 'pathLen', 'nameConstraints', 'issuer']],
  loadCA: [[{ ...issuer }], ['cert', 'key', 'passphrase', 'chain']],
  createCSR: [[{ subject: 'CN=a' }], [...work, ...names, 'key']],
  readCSR: [[csr.pem], []],
  createCRL: [
    [{ issuer }],
    [
      ...['issuer', 'revoked', 'previous', 'thisUpdate', 'nextUpdate', 'days', 'number'],
      ...['hash', 'pss', 'allowWeak'],
    ],
  ],
  readCRL: [[crl.pem], []],
  createPKCS12: [
    [{ cert, passphrase: '', iterations: 1 }],
    [
      ...['key', 'cert', 'chain', 'certificates', 'passphrase', 'friendlyName', 'localKeyID'],
      ...['encryption', 'iterations'],
    ],
  ],
  readPKCS12: [
    [pkcs12, { passphrase: '' }],
    ['passphrase', 'maxIterations'],
  ],
  createPKCS7: [[[cert]], []],
  readPKCS7: [[sync.createPKCS7(cert).pem], []],
  orderChain: [[[cert], {}], ['key']],
  verify: [
    [cert.pem, { roots: ca }],
    [
      ...['roots', 'intermediates', 'crls', 'time', 'purpose', 'name', 'maxDepth', 'policies'],
      ...['requireExplicitPolicy', 'inhibitPolicyMapping', 'inhibitAnyPolicy'],
      ...['requireRevocation', 'allowWeak', 'lenient'],
    ],
  ],
}

/** Runs it; what it throws must be ours. RSA keys are not made: nothing here asks for one. */
function attempt(run) {
  try {
    return run()
  } catch (error) {
    if (error instanceof CertmintError) return error
    throw error
  }
}

describe.each(Object.entries(functions))('%s', (name, [right, options]) => {
  test('the arguments', async () => {
    for (const [i] of right.entries()) {
      for (const [what, value] of Object.entries(wrong)) {
        const args = right.with(i, value)
        try {
          attempt(() => sync[name](...args))
          await certmint[name](...args).catch((error) => {
            if (!(error instanceof CertmintError)) throw error
          })
        } catch (error) {
          throw new Error(`argument ${i}, ${what}: ${error}`, { cause: error })
        }
      }
    }
    expect(attempt(() => sync[name](...right))).not.toBeInstanceOf(CertmintError)
  })

  if (options.length === 0) return

  test.each(options)('the option %s', (option) => {
    for (const [what, value] of Object.entries(wrong)) {
      const args = right.with(-1, { ...right.at(-1), [option]: value })
      try {
        attempt(() => sync[name](...args))
      } catch (error) {
        throw new Error(`${what}: ${error}`, { cause: error })
      }
    }
  })

  test('an option that is none, and the one that was meant', () => {
    const [option] = options
    for (const [given, meant] of [
      [`${option}s`, option],
      ['zzzzzzzzzzzz', undefined],
    ]) {
      const args = right.with(-1, { ...right.at(-1), [given]: 1 })
      const error = attempt(() => sync[name](...args))
      expect(error).toMatchObject({ code: 'invalid', field: given })
      expect(error.rule).toBe(
        meant ? `is not an option; did you mean "${meant}"?` : 'is not an option that exists here',
      )
    }
  })
})

describe('keys', () => {
  test('every argument of every method', () => {
    const calls = {
      toPEM: (value) => key.toPEM(value),
      format: (value) => key.toPEM({ format: value }),
      passphrase: (value) => key.toPEM({ passphrase: value, iterations: 1 }),
      iterations: (value) => key.toPEM({ passphrase: 'x', iterations: value }),
      toDER: (value) => key.toDER(value),
      matches: (value) => key.matches(value),
      toOpenSSH: (value) => key.publicKey.toOpenSSH(value),
      fingerprint: (value) => cert.fingerprint(value),
    }
    for (const [name, call] of Object.entries(calls)) {
      for (const [what, value] of Object.entries(wrong)) {
        try {
          attempt(() => call(value))
        } catch (error) {
          throw new Error(`${name}, ${what}: ${error}`, { cause: error })
        }
      }
    }
    expect(attempt(() => key.toPEM({ fromat: 'pkcs8' }))).toMatchObject({
      field: 'fromat',
      rule: 'is not an option; did you mean "format"?',
    })
  })

  test('a key that was destroyed says so, wherever it is used', async () => {
    const own = sync.generateKey()
    const half = own.publicKey
    own.destroy()
    own.destroy()
    const uses = [
      () => own.pem,
      () => own.toJWK(),
      () => own.publicKey,
      () => half.toOpenSSH(),
      () => own.matches(key),
      () => key.matches(own),
      () => own.thumbprint(),
      () => sync.selfSigned('a.test', { key: own }),
      () => sync.createCSR({ subject: 'CN=a', key: own }),
      () => sync.createCRL({ issuer: { cert: ca.cert, key: own } }),
      () => sync.createPKCS12({ cert, key: own, passphrase: '' }),
      () => sync.orderChain([cert], { key: own }),
      () => sync.loadCA({ cert: ca.cert, key: own }),
    ]
    for (const use of uses) {
      expect(`${use} ${attempt(use)}`).toContain('was destroyed: it cannot be used any more')
    }
    const late = await certmint.generateKey()
    late.destroy()
    await expect(certmint.selfSigned('a.test', { key: late })).rejects.toThrow('was destroyed')
  })
})

describe('the module', () => {
  test('initialised twice, and twice at once, it is one', async () => {
    await Promise.all([certmint.init(), certmint.init()])
    const { key: own } = await certmint.selfSigned('a.test')
    await certmint.init()
    expect((await certmint.selfSigned('a.test', { key: own })).key).toBe(own)
    sync.initSync()
    expect(key.matches(cert)).toBe(true)
    expect(sync.selfSigned('b.test', { key: sync.importKey(key.pem) }).cert.san).toEqual([
      'DNS:b.test',
    ])
  })

  test('from two bundles at once: a key of the other is refused by name', () => {
    expect(attempt(() => sync.selfSigned('a.test', { key: certmint }))).toBeInstanceOf(
      CertmintError,
    )
  })

  test('bytes that are no module', () => {
    // the smallest module there is has none of our functions
    for (const bytes of [
      [1, 2, 3],
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ]) {
      const error = attempt(() => sync.initSync(new Uint8Array(bytes)))
      expect(error).toMatchObject({ name: 'CertmintError', field: 'source' })
    }
    expect(sync.initSync(fs.readFileSync(`${root}/dist/certmint.wasm`))).toBeUndefined()
  })
})
