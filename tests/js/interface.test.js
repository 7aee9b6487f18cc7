/** The JavaScript interface: what goes in, what comes out, what is refused and how. */

import { spawnSync } from 'node:child_process'
import fs from 'node:fs'

import * as certmint from '../../js/index.js'
import * as sync from '../../js/sync.js'
import { root } from '../support/tools.js'

const {
  CertmintError,
  createCA,
  createCertificate,
  createCSR,
  generateKey,
  importKey,
  loadCA,
  selfSigned,
} = certmint

const rejection = async (promise) => {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('was not rejected')
}

describe('keys', () => {
  test('a specification is text or an object', async () => {
    expect((await generateKey()).spec).toBe('p-256')
    expect(await generateKey('P-384')).toMatchObject({ type: 'ec', bits: 384, curve: 'P-384' })
    expect((await generateKey({ type: 'ec', curve: 'secp521r1' })).spec).toBe('p-521')
    expect(await generateKey({ type: 'rsa', bits: 2048 })).toMatchObject({
      type: 'rsa',
      bits: 2048,
    })
  })

  test('round trip through every form', async () => {
    for (const spec of ['p-256', 'rsa-2048']) {
      const key = await generateKey(spec)
      const forms = [
        key.pem,
        key.toPEM({ format: 'traditional' }),
        key.toDER(),
        Buffer.from(key.toDER({ format: 'traditional' })),
        key.toDER().buffer,
      ]
      for (const form of forms) expect((await importKey(form)).matches(key)).toBe(true)
      const publicKey = await importKey(key.publicKey.pem)
      expect(publicKey).toBeInstanceOf(certmint.PublicKey)
      expect(publicKey.matches(key)).toBe(true)
      expect(publicKey.toDER()).toEqual(key.publicKey.toDER())
    }
  })

  test('encrypted keys need their passphrase', async () => {
    const { generateKeyPairSync } = await import('node:crypto')
    const { privateKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      privateKeyEncoding: {
        type: 'pkcs8',
        format: 'pem',
        cipher: 'aes-256-cbc',
        passphrase: 'geheim ü',
      },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    })
    expect(await importKey(privateKey, { passphrase: 'geheim ü' })).toMatchObject({ spec: 'p-256' })
    const bytes = new TextEncoder().encode('geheim ü')
    expect(await importKey(privateKey, { passphrase: bytes })).toMatchObject({ spec: 'p-256' })
    expect(await rejection(importKey(privateKey))).toMatchObject({
      code: 'passphrase',
      field: 'key',
    })
    expect(await rejection(importKey(privateKey, { passphrase: 'falsch' }))).toMatchObject({
      code: 'passphrase',
    })
  })

  test('use after destroy says so', async () => {
    const key = await generateKey()
    const { publicKey } = key
    key.destroy()
    key.destroy()
    for (const use of [
      () => key.pem,
      () => key.toDER(),
      () => key.publicKey.pem,
      () => publicKey.pem,
    ]) {
      expect(use).toThrow(/destroyed/)
    }
    expect(await rejection(selfSigned(['x.test'], { key }))).toMatchObject({ field: 'key' })
  })

  test('a private key does not show in JSON or a log', async () => {
    const key = await generateKey()
    const { inspect } = await import('node:util')
    expect(JSON.parse(JSON.stringify(key))).toEqual({ type: 'ec', bits: 256, curve: 'P-256' })
    expect(inspect(key)).not.toMatch(/PRIVATE|pem/)
  })

  test('many keys are made and forgotten without end', async () => {
    for (let i = 0; i < 300; i++) (await generateKey()).destroy()
  })
})

describe('RSA generation', () => {
  test.each([undefined, 1, 2, false])('with workers: %s', async (workers) => {
    const seen = []
    const key = await generateKey('rsa-2048', { workers, onProgress: (p) => seen.push(p) })
    expect(key.bits).toBe(2048)
    expect(seen.length).toBeGreaterThan(0)
    for (const progress of seen) {
      expect(progress.fraction).toBeGreaterThanOrEqual(0)
      expect(progress.fraction).toBeLessThan(1)
      expect(progress.expected).toBeGreaterThan(0)
    }
    const fractions = seen.map(({ fraction }) => fraction)
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b))
  })

  test.each([2, false])('is cancelled within 100 ms, workers: %s', async (workers) => {
    const reason = new Error('enough')
    const controller = new AbortController()
    const work = rejection(generateKey('rsa-8192', { workers, signal: controller.signal }))
    await new Promise((resolve) => setTimeout(resolve, 300))
    const start = performance.now()
    controller.abort(reason)
    expect(await work).toBe(reason)
    expect(performance.now() - start).toBeLessThan(100)
    // what was cancelled does not disturb what follows
    expect((await generateKey('rsa-2048', { workers })).bits).toBe(2048)
  })

  test.each([2, false])('what onProgress throws ends it, workers: %s', async (workers) => {
    const mine = new Error('mine')
    const onProgress = () => {
      throw mine
    }
    expect(await rejection(generateKey('rsa-8192', { workers, onProgress }))).toBe(mine)
    expect((await generateKey('rsa-2048', { workers })).bits).toBe(2048)
  })

  test('the fraction is the chance of two primes in so many tries', async () => {
    const seen = []
    await generateKey('rsa-2048', { onProgress: (progress) => seen.push(progress) })
    for (const { tried, expected, fraction } of seen) {
      // of all that came out otherwise: none found, or one
      const mean = (2 * tried) / expected
      const [none, one] = [Math.exp(-mean), mean * Math.exp(-mean)]
      expect(fraction).toBeCloseTo(1 - none - one, 10)
    }
  })

  test.each([
    ['that was cancelled', "generateKey('rsa-8192', { workers: 2, signal })"],
    ['that is done', "generateKey('rsa-2048', { workers: 2 })"],
  ])('of a search %s no worker does more than the slice it is in', (_, search) => {
    const program = `
      import { Worker } from 'node:worker_threads'
      import { generateKey } from './js/index.js'
      const messages = []
      const { on } = Worker.prototype
      Worker.prototype.on = function (name, hear) {
        const note = (message) => {
          messages.push({ worker: this.threadId, ...message })
          hear(message)
        }
        return on.call(this, name, name === 'message' ? note : hear)
      }
      const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
      const controller = new AbortController()
      const { signal } = controller
      setTimeout(() => controller.abort(), 300)
      await ${search}.catch(() => {})
      messages.length = 0
      while (messages.filter(({ stopped }) => stopped).length < 2) await wait(5)
      await wait(300)
      const workers = [...new Set(messages.map(({ worker }) => worker))]
      console.log(workers.length, workers.every((one) => {
        const its = messages.filter(({ worker }) => worker === one)
        // with what was on its way already
        return its.length <= 4 && its.at(-1).stopped
      }))`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: root,
      encoding: 'utf8',
      timeout: 20_000,
    })
    expect(stdout).toBe('2 true\n')
  })

  test('a signal that has fired already starts nothing', async () => {
    const signal = AbortSignal.abort()
    for (const spec of ['rsa-2048', 'p-256']) {
      expect(await rejection(generateKey(spec, { signal }))).toMatchObject({ name: 'AbortError' })
    }
  })

  test('several at once', async () => {
    const keys = await Promise.all([1, 2, 3].map(() => generateKey('rsa-2048')))
    expect(new Set(keys.map(({ pem }) => pem)).size).toBe(3)
  })

  test('the process ends by itself, during a search too', () => {
    const program = `
      import { generateKey } from './js/index.js'
      await generateKey('rsa-2048', { workers: 2 })
      const controller = new AbortController()
      setTimeout(() => controller.abort(), 50)
      await generateKey('rsa-8192', { workers: 2, signal: controller.signal }).catch(() => {})
      console.log('done')`
    const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: root,
      encoding: 'utf8',
      timeout: 20_000,
    })
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'done\n' })
  })

  test('init starts workers ahead; they search, and do not keep the process', () => {
    const program = `
      import { Worker } from 'node:worker_threads'
      import { generateKey, init } from './js/index.js'
      let started = 0
      const post = Worker.prototype.postMessage
      Worker.prototype.postMessage = function (message, ...rest) {
        if (message.module) started++
        return post.call(this, message, ...rest)
      }
      await init(undefined, { workers: 2 })
      const atOnce = started
      const controller = new AbortController()
      setTimeout(() => controller.abort(), 50)
      await generateKey('rsa-8192', { workers: 2, signal: controller.signal }).catch(() => {})
      const { bits } = await generateKey('rsa-2048', { workers: 2 })
      console.log(atOnce, started, bits)`
    const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: root,
      encoding: 'utf8',
      timeout: 20_000,
    })
    expect({ status, stdout }).toEqual({ status: 0, stdout: '2 2 2048\n' })
  })

  test.each([0, -1, 1.5, 'two'])('workers: %p is refused', async (workers) => {
    expect(await rejection(generateKey('rsa-2048', { workers }))).toMatchObject({
      field: 'workers',
    })
  })
})

describe('subjects and names', () => {
  const subjectOf = async (subject) => (await selfSigned(undefined, { subject })).cert.subject

  test('text, object and pairs', async () => {
    expect(await subjectOf('C=DE,O=A\\, B,CN=x')).toBe('C=DE,O=A\\, B,CN=x')
    expect(await subjectOf('/C=DE/CN=x')).toBe('C=DE,CN=x')
    expect(await subjectOf({ C: 'DE', OU: ['a', 'b'], commonName: 'x' })).toBe(
      'C=DE,OU=a,OU=b,CN=x',
    )
    expect(
      await subjectOf([
        ['O', 'A, B'],
        [
          ['CN', 'x'],
          ['UID', 'u'],
        ],
      ]),
    ).toBe('O=A\\, B,CN=x+UID=u')
  })

  test('names of every kind, and international ones as A-labels', async () => {
    const { cert } = await selfSigned([
      'bücher.example',
      '*.日本.example',
      'user@bücher.example',
      { dns: 'xn--bcher-kva.example' },
      { ip: '::1' },
      { upn: 'jane@corp' },
      { rid: '1.2.3' },
      { directory: 'CN=x' },
      { other: { oid: '1.2.3.4', der: new Uint8Array([0x0c, 1, 0x61]) } },
    ])
    expect(cert.san).toEqual([
      'DNS:xn--bcher-kva.example',
      'DNS:*.xn--wgv71a.example',
      'email:user@xn--bcher-kva.example',
      'DNS:xn--bcher-kva.example',
      'IP:::1',
      'UPN:jane@corp',
      'RID:1.2.3',
      'DirName:CN=x',
      'othername:1.2.3.4:0c0161',
    ])
    expect((await selfSigned('one.test')).cert.san).toEqual(['DNS:one.test'])
  })
})

describe('bad input', () => {
  test.each([
    ['an empty name', { san: ['a.test', ''] }, 'san[1]', /empty/],
    ['an IP with five parts', { san: ['1.2.3.4.5'] }, 'san[0]', /1\.2\.3\.4\.5.*four parts/],
    ['a NUL in a name', { san: ['a\0b.test'] }, 'san[0]', /NUL/],
    ['a CN of 65 bytes', { subject: `CN=${'x'.repeat(65)}` }, 'subject', /65.*64/],
    ['the country USA', { subject: { C: 'USA', CN: 'x' } }, 'subject[0]', /two letters/],
    ['a number as a subject', { subject: 5 }, 'subject', /must be/],
    [
      'notAfter before notBefore',
      { notBefore: '2030-01-02', notAfter: '2030-01-01' },
      'notAfter',
      /before notBefore/,
    ],
    ['the 30th of February', { notAfter: '2030-02-30' }, 'notAfter', /no date/],
    ['a thirteenth month', { notAfter: '2030-13-01' }, 'notAfter', /no date/],
    ['an invalid Date', { notBefore: new Date(NaN) }, 'notBefore', /no date/],
    ['days and notAfter', { days: 3, notAfter: '2030-01-01' }, 'days', /not both/],
    ['no days', { days: 0 }, 'days', /at least 1/],
    ['half a day', { days: 0.5 }, 'days', /whole number/],
    ['RSA with 1024 bits', { key: 'rsa-1024' }, 'key', /1024.*too weak/],
    ['RSA with 2049 bits', { key: { type: 'rsa', bits: 2049 } }, 'key', /2049/],
    ['an unknown key', { key: 'dsa' }, 'key', /"dsa" is no kind of key/],
    ['an unknown hash', { hash: 'md5' }, 'hash', /"md5"/],
    ['SHA-1', { hash: 'sha1' }, 'hash', /SHA-1/],
    ['an unknown profile', { profile: 'sever' }, 'profile', /"sever"/],
    ['a serial of zero', { serial: 0n }, 'serial', /positive/],
    ['a negative serial', { serial: -1 }, 'serial', /negative/],
    ['a serial too long', { serial: 'f'.repeat(42) }, 'serial', /20 octets/],
    ['an unknown option', { dayz: 3 }, 'dayz', /did you mean "days"/],
    ['an unknown extension', { extensions: { keyUsag: [] } }, 'extensions.keyUsag', /"keyUsage"/],
    [
      'an unknown usage',
      { extensions: { keyUsage: ['sign'] } },
      'extensions.keyUsage[0]',
      /"sign"/,
    ],
    [
      'an unknown purpose',
      { extensions: { extendedKeyUsage: ['web'] } },
      'extensions.extendedKeyUsage[0]',
      /"web"/,
    ],
    ['a port', { san: ['localhost:443'] }, 'san[0]', /port/],
    ['WebTransport for 15 days', { profile: 'webtransport', days: 15 }, 'days', /14 days/],
    ['WebTransport with RSA', { profile: 'webtransport', key: 'rsa-2048' }, 'key', /P-256/],
    ['an unknown kind of name', { san: [{ host: 'x' }] }, 'san[0].host', /./],
    ['names that are no list', { san: 7 }, 'san', /list/],
    [
      '1,001 names',
      { san: Array.from({ length: 1001 }, (_, i) => `h${i}.test`) },
      'san',
      /at most 1000/,
    ],
  ])('%s', async (_, options, field, rule) => {
    const given = { san: ['fine.test'], ...options }
    const error = await rejection(createCertificate(given))
    expect(error).toBeInstanceOf(CertmintError)
    expect(error.field).toBe(field)
    expect(error.message).toMatch(rule)
    expect(error.message.startsWith(`${field}: `)).toBe(true)
    // the synchronous form refuses with the same words
    expect(() => sync.createCertificate(given)).toThrow(error.message)
  })

  test('10 MB of names end in an error, in bounded time', async () => {
    const start = performance.now()
    const names = Array.from({ length: 40 }, () => 'x'.repeat(250_000))
    expect(await rejection(selfSigned(names))).toMatchObject({ code: 'invalid', field: 'san[0]' })
    const subject = `CN=${'x'.repeat(10 << 20)}`
    expect(await rejection(selfSigned(['a.test'], { subject }))).toMatchObject({ field: 'subject' })
    expect(performance.now() - start).toBeLessThan(5000)
  })

  test('bytes that are none', async () => {
    for (const read of ['readCertificate', 'readCSR', 'readCRL', 'importKey']) {
      for (const data of [
        '',
        'text',
        new Uint8Array(),
        new Uint8Array([0x30, 0x80]),
        '-----BEGIN X-----',
      ]) {
        expect(await rejection(certmint[read](data))).toMatchObject({ code: 'malformed' })
      }
      expect(await rejection(certmint[read](5))).toMatchObject({ code: 'invalid' })
    }
  })
})

describe('authorities', () => {
  test('issue, chains, intermediates', async () => {
    const ca = await createCA({ subject: 'CN=Root', pathLen: 1 })
    expect(ca.cert).toMatchObject({ isCA: true, pathLen: 1, keyUsage: ['keyCertSign', 'cRLSign'] })
    const sub = await ca.createIntermediate({ subject: 'CN=Sub' })
    const site = await sub.issue({ san: ['shop.test'] })
    expect(site.chain.map(({ subject }) => subject)).toEqual(['CN=shop.test', 'CN=Sub'])
    expect(site.fullChain).toBe(site.cert.pem + sub.cert.pem)
    expect(site.key.matches(site.cert)).toBe(true)
    expect(await rejection(sub.createIntermediate({ subject: 'CN=Too deep' }))).toMatchObject({
      field: 'issuer',
    })
  })

  test('validity lies within the issuer’s', async () => {
    const ca = await createCA({ subject: 'CN=Short', days: 10 })
    const site = await ca.issue({ san: ['a.test'] }) // the default gives way
    expect(site.cert.notAfter).toEqual(ca.cert.notAfter)
    const late = { san: ['a.test'], days: 30 }
    expect(await rejection(ca.issue(late))).toMatchObject({ field: 'notAfter' })
    expect((await ca.issue({ ...late, clamp: true })).cert.notAfter).toEqual(ca.cert.notAfter)
  })

  test('from files again', async () => {
    const ca = await createCA({ subject: 'CN=Kept' })
    const again = await loadCA({ cert: ca.cert.pem, key: ca.key.pem })
    expect((await again.issue({ san: ['a.test'] })).cert.issuer).toBe('CN=Kept')
    const leaf = await ca.issue({ san: ['a.test'] })
    expect(
      await rejection(
        createCertificate({ san: ['b.test'], issuer: { cert: leaf.cert, key: leaf.key } }),
      ),
    ).toMatchObject({ field: 'issuer' })
  })

  test('somebody’s public key is certified without the private one', async () => {
    const ca = await createCA({ subject: 'CN=Root' })
    const { publicKey } = await generateKey('p-384')
    for (const given of [publicKey, publicKey.pem]) {
      const { cert } = await ca.issue({ publicKey: given, san: ['device.test'] })
      expect(cert.publicKey.matches(publicKey)).toBe(true)
    }
    expect(await rejection(ca.issue({ key: 'p-256', publicKey, san: ['x.test'] }))).toMatchObject({
      field: 'key',
    })
  })

  test('a request is honoured as far as the whitelist goes', async () => {
    const ca = await createCA({ subject: 'CN=Root' })
    const { csr } = await createCSR({ subject: 'CN=want.test', san: ['want.test', 'more.test'] })
    expect((await ca.issue({ csr })).cert.san).toEqual(['DNS:want.test', 'DNS:more.test'])
    expect((await ca.issue({ csr, honor: [], san: ['mine.test'] })).cert).toMatchObject({
      subject: 'CN=mine.test',
      san: ['DNS:mine.test'],
    })
    expect(await rejection(ca.issue({ csr, honor: ['ca'] }))).toMatchObject({ field: 'honor[0]' })
    const damaged = Buffer.from(csr.der)
    damaged[damaged.length - 1] ^= 1
    expect(await rejection(ca.issue({ csr: damaged }))).toMatchObject({
      code: 'mismatch',
      field: 'csr',
    })
  })
})

test('fixtures are wrong in exactly the way they say', async () => {
  const { root: ca, crl, fixtures } = await certmint.createFixtures({ host: 'bad.test' })
  const now = Date.now()
  expect(fixtures.expired.cert.notAfter.getTime()).toBeLessThan(now)
  expect(fixtures['not-yet-valid'].cert.notBefore.getTime()).toBeGreaterThan(now)
  expect(fixtures['wrong-host'].cert.san).not.toContain('DNS:bad.test')
  expect(fixtures['ca-as-leaf'].cert.isCA).toBe(true)
  expect(fixtures['no-san'].cert.san).toEqual([])
  expect(fixtures['weak-key'].key.bits).toBe(1024)
  expect(fixtures.sha1.cert.signature).toMatch(/sha1$/)
  expect(fixtures['missing-eku'].cert.extendedKeyUsage).toEqual([])
  expect(fixtures['self-signed'].cert.issuer).toBe('CN=bad.test')
  expect(crl.revoked.map(({ serial }) => serial)).toEqual([fixtures.revoked.cert.serial])
  expect(fixtures.good.cert).toMatchObject({ san: ['DNS:bad.test'], issuer: ca.cert.subject })
})

describe('the synchronous form', () => {
  test('answers as the asynchronous one does', async () => {
    expect(
      Object.keys(sync)
        .filter((name) => name !== 'initSync')
        .sort(),
    ).toEqual(
      Object.keys(certmint)
        .filter((name) => name !== 'init')
        .sort(),
    )
    const template = { san: ['same.test'], serial: '1234', notBefore: 1.8e9, notAfter: 1.9e9 }
    const [a, b] = [
      sync.selfSigned(['same.test'], template),
      await selfSigned(['same.test'], template),
    ]
    const comparable = ({ cert }) => {
      const { fingerprints, publicKey, ...rest } = cert.toJSON()
      expect(fingerprints.sha256).toBe(cert.fingerprint())
      expect(publicKey.spec).toBe('p-256')
      return rest
    }
    expect(comparable(a)).toEqual(comparable(b))
  })

  test('makes RSA keys, reports and stops', () => {
    const seen = []
    expect(sync.generateKey('rsa-2048', { onProgress: (p) => seen.push(p.fraction) }).bits).toBe(
      2048,
    )
    expect(seen.length).toBeGreaterThan(0)
    const controller = new AbortController()
    const stop = { signal: controller.signal, onProgress: () => controller.abort() }
    expect(() => sync.generateKey('rsa-4096', stop)).toThrow(/cancelled/)
  })

  test('what onProgress throws comes out, and the module has been left in order', () => {
    const program = `
      const memories = []
      const { Instance } = WebAssembly
      WebAssembly.Instance = function (...all) {
        const instance = new Instance(...all)
        memories.push(instance.exports.memory)
        return instance
      }
      const { generateKey } = await import('./js/sync.js')
      const mine = new Error('mine')
      const onProgress = () => { throw mine }
      for (let i = 0; i < 40; i++) {
        try { generateKey('rsa-4096', { onProgress }) } catch (error) { if (error !== mine) throw error }
      }
      console.log(generateKey('rsa-2048').bits, memories.map(({ buffer }) => buffer.byteLength))`
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: root,
      encoding: 'utf8',
    })
    // 40 searches that nobody freed would take 6 MB
    expect({ stdout, stderr }).toEqual({ stdout: '2048 [ 4194304 ]\n', stderr: '' })
  })

  test('without entropy nothing is made', () => {
    const program = `
      const { generateKey } = await import('./js/sync.js')
      const getRandomValues = () => { throw new Error('none today') }
      Object.defineProperty(globalThis, 'crypto', { value: { getRandomValues } })
      try { generateKey() } catch ({ name, code, cause }) { console.log(name, code, cause.message) }`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: root,
      encoding: 'utf8',
    })
    expect(stdout).toBe('CertmintError random none today\n')
  })

  test('authorities too', () => {
    const ca = sync.createCA({ subject: 'CN=Sync' })
    expect(ca.issue({ san: ['a.test'] }).cert.issuer).toBe('CN=Sync')
    expect(ca.createCRL().number).toBe('01')
  })

  test('keys of one instance are not taken for those of another', async () => {
    const key = sync.generateKey()
    expect(await rejection(selfSigned(['x.test'], { key }))).toMatchObject({ field: 'key' })
  })
})

test('the module asks nothing of the host but entropy and progress', async () => {
  const module = await WebAssembly.compile(fs.readFileSync(`${root}dist/certmint.wasm`))
  expect(
    WebAssembly.Module.imports(module)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['certmint_entropy', 'certmint_progress'])
})
