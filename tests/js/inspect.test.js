/** inspect: what bytes are, what is in them, and what belongs together. */

import { generateKeyPairSync } from 'node:crypto'

import * as certmint from '../../js/index.js'
import * as sync from '../../js/sync.js'
import { processorTime } from '../support/tools.js'

const {
  createCA,
  createCSR,
  createPKCS12,
  createPKCS7,
  generateKey,
  inspect,
  inspectText,
  selfSigned,
} = certmint

let root, site, csr, list

beforeAll(async () => {
  root = await createCA({ subject: 'C=DE,O=Example,CN=Root' })
  site = await root.issue({ san: ['shop.test', '10.1.2.3'], subject: 'CN=shop.test' })
  csr = (await createCSR({ san: ['shop.test'], key: site.key })).csr
  list = await root.createCRL({ revoked: [{ cert: site.cert, reason: 'keyCompromise' }] })
})

/** The only thing in the data. */
async function only(data, options) {
  const report = await inspect(data, options)
  expect(report.items).toHaveLength(1)
  return report.items[0]
}

const extension = (item, name) => item.extensions.find((one) => one.name === name)

describe('what it is', () => {
  test('each kind of thing, in each form', async () => {
    const openssh = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const spki = site.key.publicKey
    const kinds = [
      [site.cert.pem, 'certificate', 'pem'],
      [site.cert.der, 'certificate', 'der'],
      [Buffer.from(site.cert.der).toString('base64'), 'certificate', 'base64'],
      [Buffer.from(site.cert.pem).toString('base64'), 'certificate', 'base64'],
      [site.cert, 'certificate', 'der'],
      [csr.pem, 'request', 'pem'],
      [csr.der, 'request', 'der'],
      [list.pem, 'crl', 'pem'],
      [list.der, 'crl', 'der'],
      [site.key.pem, 'private-key', 'pem'],
      [site.key.toPEM({ format: 'traditional' }), 'private-key', 'pem'],
      [site.key.toDER({ format: 'traditional' }), 'private-key', 'der'],
      [site.key.toJWK(), 'private-key', 'jwk'],
      [spki.pem, 'public-key', 'pem'],
      [spki.toDER(), 'public-key', 'der'],
      [JSON.stringify(spki.toJWK()), 'public-key', 'jwk'],
      [{ keys: [spki.toJWK()] }, 'public-key', 'jwk'],
      [spki.toOpenSSH('me@here'), 'public-key', 'openssh'],
      [openssh.publicKey.export({ type: 'pkcs1', format: 'pem' }), 'public-key', 'pem'],
      [(await createPKCS7([site.cert])).pem, 'pkcs7', 'pem'],
      [
        await createPKCS12({ key: site.key, cert: site.cert, passphrase: '', iterations: 9 }),
        'pkcs12',
        'der',
      ],
    ]
    for (const [data, kind, form] of kinds) {
      const item = await only(data)
      expect({ kind: item.kind, form: item.form, error: item.error }).toEqual({ kind, form })
    }
  })

  test('several in one text, each with its place', async () => {
    const text = `Subject: a chain\n${site.cert.pem}some text\n\n${root.cert.pem}`
    const bytes = Buffer.from(text)
    const { items } = await inspect([bytes, list.der])
    expect(items.map(({ id, input, kind }) => [id, input, kind])).toEqual([
      [0, 0, 'certificate'],
      [1, 0, 'certificate'],
      [2, 1, 'crl'],
    ])
    for (const { input, offset, length } of items) {
      const whole = input === 0 ? bytes : Buffer.from(list.der)
      const block = whole.subarray(offset, offset + length)
      expect((await only(input === 0 ? block.toString() : block)).kind).not.toBe('unreadable')
    }
    expect(bytes.toString('utf8', items[1].offset)).toMatch(/^-----BEGIN CERTIFICATE-----/)
  })

  test('one piece of DER after another', async () => {
    const { items } = await inspect(Buffer.concat([site.cert.der, list.der]))
    expect(items.map(({ kind, offset, length }) => [kind, offset, length])).toEqual([
      ['certificate', 0, site.cert.der.length],
      ['crl', site.cert.der.length, list.der.length],
    ])
  })

  test('what cannot be read is said', async () => {
    const cut = site.cert.pem.replace(/-----END[^]*/, '')
    const cases = [
      ['', /nothing in it/],
      ['hello', /neither PEM/],
      [cut, /no matching END/],
      [site.cert.der.slice(0, 100), /cut short/],
      ['-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----', /base64/],
      ['-----BEGIN THING-----\nMAA=\n-----END THING-----', /not known/],
      ['{"kty":"OKP"}', /kty/],
      ['ssh-ed25519 AAAA', /type/],
    ]
    for (const [data, message] of cases) {
      const item = await only(data)
      expect(item.kind).toBe('unreadable')
      expect(item.error.message).toMatch(message)
    }
    // and does not hide what stands beside it
    const { items } = await inspect(`${cut}\n${root.cert.pem}`)
    expect(items.map(({ kind }) => kind)).toEqual(['unreadable', 'certificate'])
  })

  test('options that make no sense are refused', async () => {
    await expect(inspect(site.cert.pem, { passwort: 'x' })).rejects.toMatchObject({
      field: 'passwort',
    })
    await expect(inspect([1])).rejects.toMatchObject({ field: 'data[0]' })
    await expect(inspect(site.cert.pem, { passphrase: 1 })).rejects.toMatchObject({
      field: 'passphrase[0]',
    })
    await expect(inspect(site.cert.pem, { passphrase: 'x'.repeat(2000) })).rejects.toMatchObject({
      code: 'limit',
      field: 'passphrase[0]',
    })
    await expect(inspect(new Uint8Array((16 << 20) + 1))).rejects.toMatchObject({ code: 'limit' })
  })

  test('the synchronous form says the same', async () => {
    expect(sync.inspect(site.cert.pem)).toEqual(await inspect(site.cert.pem))
    expect(sync.inspectText).toBe(inspectText)
  })
})

describe('what is in it', () => {
  test('a certificate, whole', async () => {
    const item = await only(site.cert.der)
    expect(item).toMatchObject({
      version: 3,
      serial: site.cert.serial,
      signature: { name: site.cert.signature, oid: '1.2.840.10045.4.3.2' },
      subject: { text: 'CN=shop.test' },
      issuer: {
        text: 'C=DE,O=Example,CN=Root',
        rfc4514: 'CN=Root,O=Example,C=DE',
        attributes: [
          { type: 'C', oid: '2.5.4.6', value: 'DE', string: 'printable', rdn: 0 },
          { type: 'O', oid: '2.5.4.10', value: 'Example', string: 'utf8', rdn: 1 },
          { type: 'CN', oid: '2.5.4.3', value: 'Root', string: 'utf8', rdn: 2 },
        ],
      },
      publicKey: {
        type: 'ec',
        curve: 'P-256',
        bits: 256,
        thumbprint: site.key.thumbprint(),
        spki: Buffer.from(site.key.publicKey.toDER()).toString('hex'),
      },
      isCA: false,
      selfIssued: false,
      selfSigned: false,
      size: site.cert.der.length,
      fingerprints: { sha1: site.cert.fingerprint('sha1'), sha256: site.cert.fingerprint() },
    })
    expect(new Date(item.notBefore)).toEqual(site.cert.notBefore)
    expect(new Date(item.notAfter)).toEqual(site.cert.notAfter)
    expect(extension(item, 'subjectAltName').value).toEqual([
      { type: 'dns', value: 'shop.test' },
      { type: 'ip', value: '10.1.2.3' },
    ])
    expect(item.problems).toBeUndefined()
  })

  test('a damaged extension is said to be damaged, an unknown one shown', async () => {
    const { cert } = await selfSigned(['a.test'], {
      extensions: {
        custom: [
          { oid: '2.5.29.54', der: '0500' },
          { oid: '1.2.3.4', der: '0c0161', critical: true },
          { oid: '2.5.29.9', der: '3000' },
        ],
      },
    })
    const { extensions } = await only(cert)
    expect(extensions.slice(-3)).toEqual([
      {
        ...{ oid: '2.5.29.54', name: 'inhibitAnyPolicy', critical: false, der: '0500' },
        error: expect.stringContaining('damaged'),
      },
      { oid: '1.2.3.4', critical: true, der: '0c0161' },
      { oid: '2.5.29.9', name: 'subjectDirectoryAttributes', critical: false, der: '3000' },
    ])
  })

  test('an attribute without a name has its value in hexadecimal (RFC 4514 2.4)', async () => {
    const { cert } = await selfSigned(['a.test'], { subject: 'CN=a,1.2.3.4=x' })
    const { subject } = await only(cert)
    expect(subject.text).toBe('CN=a,1.2.3.4=#0c0178')
    expect(subject.rfc4514).toBe('1.2.3.4=#0c0178,CN=a')
    expect(subject.attributes[1]).toEqual({
      ...{ type: '1.2.3.4', oid: '1.2.3.4', value: 'x', string: 'utf8', rdn: 1 },
    })
    expect(cert.subject).toBe(subject.text)
    const again = await selfSigned(['a.test'], { subject: cert.subject })
    expect(again.cert.subject).toBe(cert.subject)
  })

  test('a list, with the extensions of its entries', async () => {
    const item = await only(list)
    expect(item.revokedCount).toBe(1)
    expect(item.revoked[0].serial).toBe(site.cert.serial)
    expect(item.revoked[0].extensions[0]).toMatchObject({
      name: 'reasonCode',
      value: 'keyCompromise',
    })
    expect(extension(item, 'crlNumber').value).toBe('01')
  })

  test('keys of kinds that are not made here', async () => {
    const pairs = [
      ['ed25519', generateKeyPairSync('ed25519')],
      ['ed448', generateKeyPairSync('ed448')],
      ['x25519', generateKeyPairSync('x25519')],
      ['dsa', generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 })],
      ['ec', generateKeyPairSync('ec', { namedCurve: 'brainpoolP256r1' })],
    ]
    for (const [type, { publicKey, privateKey }] of pairs) {
      const spki = publicKey.export({ type: 'spki', format: 'der' })
      const item = await only(spki)
      expect(item.publicKey).toMatchObject({ type, spki: spki.toString('hex') })
      const secret = await only(privateKey.export({ type: 'pkcs8', format: 'pem' }))
      expect(secret).toMatchObject({ kind: 'private-key', type, locked: false })
      expect(secret.error.code).toBe('unsupported')
    }
    const brainpool = await only(pairs[4][1].privateKey.export({ type: 'sec1', format: 'pem' }))
    expect(brainpool.publicKey).toMatchObject({ curve: 'brainpoolP256r1', bits: 256 })
  })
})

describe('what is encrypted', () => {
  const passphrase = 'correct horse'

  test('keys are described without the passphrase and opened with it', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const legacy = privateKey.export({
      ...{ type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase },
    })
    const cases = [
      [
        site.key.toPEM({ passphrase, iterations: 1000 }),
        { scheme: 'PBES2', kdf: 'PBKDF2', hash: 'sha256', iterations: 1000, cipher: 'AES-256-CBC' },
      ],
      [legacy, { scheme: 'PEM', cipher: 'AES-256-CBC', iterations: 1 }],
    ]
    for (const [pem, encryption] of cases) {
      const closed = await only(pem)
      expect(closed).toMatchObject({ kind: 'private-key', locked: true, encryption })
      expect(closed.error.code).toBe('passphrase')
      expect(closed.publicKey).toBeUndefined()
      const wrong = await only(pem, { passphrase: 'wrong' })
      expect(wrong).toMatchObject({ locked: true, error: { code: 'passphrase' } })
      const open = await only(pem, { passphrase: ['wrong', passphrase] })
      expect(open).toMatchObject({ locked: false, encryption })
      expect(open.error).toBeUndefined()
      expect(open.publicKey.pin).toMatch(/=$/)
    }
  })

  test('a PKCS#12 file, closed and open', async () => {
    const store = await createPKCS12({
      ...{ key: site.key, cert: site.cert, chain: [root.cert], passphrase, iterations: 1000 },
      friendlyName: 'Müller',
    })
    const closed = await only(store)
    const mac = { hash: 'sha256', iterations: 1000 }
    expect(closed).toMatchObject({ kind: 'pkcs12', locked: true, mac })
    expect(closed.encryption).toHaveLength(1)
    expect(closed.items.map(({ kind, locked }) => [kind, locked])).toEqual([['private-key', true]])
    const { items, links } = await inspect(store, { passphrase })
    expect(items[0]).toMatchObject({ locked: false, unread: 0 })
    expect(items[0].items.map(({ id, kind, friendlyName }) => [id, kind, friendlyName])).toEqual([
      [1, 'certificate', 'Müller'],
      [2, 'certificate', undefined],
      [3, 'private-key', 'Müller'],
    ])
    expect(links).toEqual([
      { type: 'same-key', items: [1, 3] },
      { type: 'issued', issuer: 2, item: 1, signature: 'valid' },
    ])
  })

  test('the work of key derivation is limited, over all that is tried', async () => {
    const pem = site.key.toPEM({ passphrase, iterations: 1000 })
    expect(await only(pem, { passphrase, maxIterations: 999 })).toMatchObject({
      locked: true,
      error: { code: 'limit' },
    })
    const { items } = await inspect([pem, pem], { passphrase, maxIterations: 1500 })
    expect(items.map(({ locked }) => locked)).toEqual([false, true])
  })

  test('no private half and no passphrase is in a report', async () => {
    const jwk = site.key.toJWK()
    const secret = Buffer.from(jwk.d, 'base64url').toString('hex')
    const store = await createPKCS12({ key: site.key, cert: site.cert, passphrase, iterations: 9 })
    const report = await inspect([site.key.pem, jwk, store], { passphrase })
    const text = JSON.stringify(report) + inspectText(report)
    for (const word of [secret, jwk.d, passphrase]) expect(text).not.toContain(word)
  })
})

describe('what belongs together', () => {
  test('key, certificate, request, issuer, list and copies', async () => {
    const other = await generateKey()
    const { links } = await inspect([
      site.key.pem, // 0
      site.cert.pem, // 1
      csr.pem, // 2
      root.cert.pem, // 3
      list.pem, // 4
      site.cert.der, // 5
      other.pem, // 6
      root.key.publicKey.toJWK(), // 7
    ])
    expect(links).toEqual([
      { type: 'same', items: [1, 5] },
      { type: 'same-key', items: [0, 1, 2, 5] },
      { type: 'same-key', items: [3, 7] },
      { type: 'issued', issuer: 3, item: 1, signature: 'valid' },
      { type: 'issued', issuer: 3, item: 4, signature: 'valid' },
    ])
  })

  test('an issuer in name only is told with its doubt, and not beside a true one', async () => {
    const namesake = await createCA({
      subject: 'C=DE,O=Example,CN=Root',
      extensions: { subjectKeyIdentifier: false },
    })
    const alone = await inspect([site.cert, namesake.cert])
    expect(alone.links).toEqual([{ type: 'issued', issuer: 1, item: 0, signature: 'invalid' }])
    const both = await inspect([site.cert, namesake.cert, root.cert])
    expect(both.links).toEqual([{ type: 'issued', issuer: 2, item: 0, signature: 'valid' }])
  })

  test('self-signed is what its own key signed', async () => {
    const [own] = (await inspect(root.cert)).items
    expect(own).toMatchObject({ selfIssued: true, selfSigned: true })
    const forged = Uint8Array.from(root.cert.der)
    forged[forged.length - 1] ^= 1
    expect((await inspect(forged)).items[0]).toMatchObject({ selfIssued: true, selfSigned: false })
  })
})

describe('limits', () => {
  const der = (tag, ...parts) => {
    const content = Buffer.concat(parts)
    const size = content.length
    const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255]
    return Buffer.concat([Buffer.from([tag, ...length]), content])
  }

  test('things', async () => {
    const { items, truncated } = await inspect(Buffer.alloc(2 * 5000, Buffer.from([0x30, 0])))
    expect(items).toHaveLength(4096)
    expect(truncated).toBe(true)
  })

  test('files inside files', async () => {
    const id = (hex) => der(6, Buffer.from(hex, 'hex'))
    const data = der(0x30, id('2a864886f70d010701'))
    const wrap = (inner) =>
      der(
        0x30,
        id('2a864886f70d010702'),
        der(
          0xa0,
          der(0x30, der(2, Buffer.from([1])), der(0x31), data, der(0xa0, inner), der(0x31)),
        ),
      )
    let nested = site.cert.der
    for (let i = 0; i < 5; i++) nested = wrap(nested)
    let [item] = (await inspect(nested)).items
    let depth = 0
    for (; item.items; [item] = item.items) depth++
    expect(depth).toBe(4)
    expect(item).toMatchObject({ kind: 'unreadable', error: { code: 'limit' } })
  })

  test('entries of a list, and what is written about each', async () => {
    const serials = Array.from({ length: 10_050 }, (_, i) => (i + 1).toString(16))
    const long = await root.createCRL({ revoked: serials })
    const item = await only(long)
    expect(item.revokedCount).toBe(10_050)
    expect(item.revoked).toHaveLength(10_000)
    expect(item.problems).toHaveLength(1)
  })

  test('private keys that are opened', async () => {
    const { items } = await inspect(Array.from({ length: 70 }, () => site.key.toDER()))
    expect(items.filter(({ error }) => error?.code === 'limit')).toHaveLength(6)
  })

  test('signatures that are checked: more are told as unchecked', async () => {
    const key = await generateKey('p-384')
    const many = []
    for (let i = 0; i < 40; i++) {
      many.push((await selfSigned([`${i}.test`], { key, subject: `CN=${i}` })).cert)
    }
    const { items } = await inspect(many)
    expect(items[0].selfSigned).toBe(true)
    expect(items.at(-1)).toMatchObject({ selfIssued: true })
    expect(items.at(-1).selfSigned).toBeUndefined()
  })

  test('namesakes and half-finished PEM in numbers take their time, and no more', async () => {
    const clones = []
    const { cert } = await selfSigned(undefined, { subject: 'CN=One', san: false })
    for (let i = 0; i < 3000; i++) {
      const clone = Uint8Array.from(cert.der)
      clone[clone.length - 1 - (i % 16)] ^= 1 + (i >> 4)
      clones.push(clone)
    }
    for (const data of [
      Buffer.concat(clones),
      '-----BEGIN A-----\n'.repeat(900_000),
      '-'.repeat(16 << 20),
      '-----BEGIN A-----\nAAAA\n-----END B-----\n'.repeat(300_000),
      `{"keys":[${'{'.repeat(1 << 20)}`,
      'ssh-rsa '.repeat(2 << 20),
    ]) {
      const since = processorTime()
      const report = await inspect(data)
      expect(report.items.length).toBeGreaterThan(0)
      expect(processorTime() - since).toBeLessThan(15_000)
    }
  })
})

test('the text has a line for everything', async () => {
  const report = await inspect([site.cert.pem, root.cert.pem, list.pem, 'hello'])
  const text = inspectText(report, { names: ['site.pem', 'ca.pem', 'crl.pem', 'hello.txt'] })
  for (const line of [
    'site.pem:\n[0] Certificate (PEM "CERTIFICATE", ',
    'Subject                      CN=shop.test',
    `SHA-256                      ${site.cert.fingerprint()}`,
    'subjectAltName               DNS:shop.test\n                               IP:10.1.2.3',
    'Issued by                    [1]',
    'C=DE,O=Example,CN=Root (self-signed)',
    'basicConstraints (critical)  CA: yes, path length 0',
    'crl.pem:\n[2] Revocation list',
    'reasonCode keyCompromise',
    'hello.txt:\n[3] Unreadable',
  ]) {
    expect(text).toContain(line)
  }
})

test('what is in a file cannot move the cursor', async () => {
  const { cert } = await selfSigned(['a.test'], { subject: 'CN=\u001b[2Jgone\u202e' })
  // eslint-disable-next-line no-control-regex
  expect(inspectText(await inspect(cert))).not.toMatch(/[\x00-\x09\x0b-\x1f\u202e]/)
})
