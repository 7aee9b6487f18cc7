/** Whatever there is, put into the page: what it says, opens, marks, and lets go of. */

import {
  createCA,
  createCRL,
  createCSR,
  createPKCS12,
  generateKey,
  selfSigned,
} from '../../js/index.js'
import { scratch } from '../support/tools.js'
import { openPage } from './support.js'

let browser
let page
let root
let site
beforeAll(async () => {
  browser = await openPage()
  page = browser.page
  root = await createCA({ subject: 'CN=Acme Root' })
  site = await root.issue({ san: ['shop.acme.test', '192.0.2.7'], subject: 'O=Acme' })
})
afterAll(() => browser?.close())

const flow = (selector) => page.locator(`#flow-inspect ${selector}`)

beforeEach(async () => {
  await browser.startAfresh()
  await page.locator('.flows a[href="#inspect"]').click()
})
afterEach(() => {
  expect(browser.complaints).toEqual([])
  expect(browser.requests).toEqual([])
})

const shown = () => flow('.paper[data-whole]').waitFor()
const titles = () => flow('.item h3').allTextContents()
const links = () => flow('.links li').allTextContents()

/** Pastes text, as a person does. */
async function paste(text) {
  await page.evaluate(() => document.querySelector('.paper')?.remove())
  await page.focus('#inspect-text')
  await page.evaluate((pasted) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', pasted)
    const area = document.getElementById('inspect-text')
    area.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }))
    area.value = pasted // what a browser does of itself when a person pastes
  }, text)
  await shown()
}

/** Drops files on the flow. @param {Record<string, string | Uint8Array>} files */
async function drop(files) {
  const given = Object.entries(files).map(([name, data]) => [name, [...Buffer.from(data)]])
  await page.evaluate((entries) => {
    const dataTransfer = new DataTransfer()
    for (const [name, bytes] of entries) {
      dataTransfer.items.add(new File([new Uint8Array(bytes)], name))
    }
    const place = document.querySelector('#flow-inspect .result')
    for (const type of ['dragover', 'drop']) {
      place.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }))
    }
  }, given)
  await shown()
}

const openTree = async (index = 0) => {
  await flow('.structure summary').nth(index).click()
  await flow('.asn1').waitFor()
}

/** The bytes that are marked: offsets of those of tag and length, and of the content. */
const marked = async (kind) =>
  (await flow(`.hex-${kind}`).evaluateAll((all) => all.map(({ dataset }) => +dataset.b))).sort(
    (a, b) => a - b,
  )

// -------------------------------------------------------------------- what it is

test('a pasted chain with its key: what each is, what belongs together, who accepts it', async () => {
  await paste(site.fullChain + root.cert.pem + site.key.pem)
  expect(await titles()).toEqual([
    'Certificate: shop.acme.test',
    'Authority: Acme Root',
    'Private key: EC P-256',
  ])
  expect(await links()).toEqual([
    'Private key (pasted) belongs to Certificate shop.acme.test (pasted).',
    'Certificate shop.acme.test (pasted) is issued by Authority Acme Root (pasted).',
  ])
  const fingerprint = flow('.copies').first()
  expect((await fingerprint.textContent()).replaceAll(/\s/g, '')).toContain(
    site.cert.fingerprint('sha256'),
  )
  expect(await flow('.facts').nth(1).textContent()).toMatch(/subjectAltName.*DNS:shop\.acme\.test/)
  expect(await flow('tr[data-client="chrome"] .lint-verdict').textContent()).toBe('accepted')
  expect(await flow('tr[data-client="webtransport"] .lint-verdict').textContent()).toBe('refused')
  expect(await flow('.snippet pre').allTextContents()).toEqual(
    expect.arrayContaining(['npx certmint inspect pasted.txt']),
  )
})

test('dropped files by name: a request, a list, keys, junk, and a signature that is wrong', async () => {
  const { csr } = await createCSR({ san: 'shop.acme.test', key: site.key })
  const list = await root.createCRL({ revoked: [{ cert: site.cert, reason: 'keyCompromise' }] })
  const stranger = await createCA({ subject: 'CN=Acme Root' })
  const forged = await createCRL({ issuer: stranger })
  await drop({
    'shop.csr': csr.pem,
    'acme.crl': list.der,
    'ca.pem': root.cert.pem,
    'other.crl': forged.der,
    'shop.jwk': JSON.stringify(site.key.publicKey.toJWK()),
    'junk.bin': new Uint8Array([0x30, 0x82, 1, 0, 2, 1]),
  })
  expect(await titles()).toEqual([
    'Request: shop.acme.test',
    'Revocation list: Acme Root',
    'Authority: Acme Root',
    'Revocation list: Acme Root',
    'Public key: EC P-256',
    'Unreadable',
  ])
  expect(await links()).toEqual([
    'With the same key: Request shop.acme.test (shop.csr), Public key (shop.jwk).',
    'Revocation list Acme Root (acme.crl) is issued by Authority Acme Root (ca.pem).',
  ])
  expect(await flow('[data-item="1"]').textContent()).toContain('keyCompromise')
  expect(await flow('.unreadable .problem').textContent()).not.toBe('')
})

test('an issuer whose key did not sign is told', async () => {
  const other = await createCA({ subject: 'CN=Acme Root' })
  const extensions = { subjectKeyIdentifier: '01', authorityKeyIdentifier: false }
  const ca = await selfSigned([], {
    profile: 'ca',
    subject: 'CN=Acme Root',
    extensions: { subjectKeyIdentifier: false, authorityKeyIdentifier: false },
  })
  const leaf = await other.issue({ san: 'a.test', extensions })
  await drop({ 'leaf.pem': leaf.cert.pem, 'ca.pem': ca.cert.pem })
  expect(await flow('.links .wrong').textContent()).toBe(
    'Certificate a.test (leaf.pem) names Authority Acme Root (ca.pem) as its issuer, but the signature is invalid.',
  )
})

// -------------------------------------------------------------------- passphrases

test('an encrypted key and a key store: the wrong passphrase is told, the right one opens', async () => {
  const encrypted = site.key.toPEM({ passphrase: 'secret', iterations: 1000 })
  const store = { key: site.key, cert: site.cert, chain: [root.cert] }
  const p12 = await createPKCS12({ ...store, passphrase: 'other', iterations: 1000 })
  await drop({ 'key.pem': encrypted, 'store.p12': p12 })
  expect(await titles()).toEqual([
    'Encrypted private key',
    'Key store',
    'Encrypted private key', // certificates and keys of a store are encrypted each by themselves
  ])
  const locked = flow('.unlock')
  expect(await locked.count()).toBe(2)
  await locked.nth(0).locator('input').fill('wrong')
  await locked.nth(0).getByRole('button').click()
  await locked.nth(0).locator('.error:not(:empty)').first().waitFor()
  await locked.nth(0).locator('input').fill('secret')
  await page.keyboard.press('Enter')
  await flow('h3', { hasText: 'Private key: EC P-256' }).first().waitFor()
  await shown()
  await flow('.pkcs12 .unlock input').fill('other')
  await flow('.pkcs12 .unlock button').click()
  await flow('.pkcs12 .certificate h3').first().waitFor()
  await shown()
  expect(await flow('.unlock').count()).toBe(0)
  expect(await titles()).toEqual(
    expect.arrayContaining(['Private key: EC P-256', 'Certificate: shop.acme.test']),
  )
  // what is inside has its bytes, too
  expect(await flow('.pkcs12 .certificate .structure').count()).toBe(2)
})

test('keys leave with the flow: nothing of them is in the page, its history or its storage', async () => {
  await paste(site.key.pem)
  await page.locator('.flows a[href="#certificate"]').click()
  await page.locator('.flows a[href="#inspect"]').click()
  expect(await flow('.item').count()).toBe(0)
  expect(await page.inputValue('#inspect-text')).toBe('')
  const kept = await page.evaluate(() => [
    JSON.stringify(history.state),
    localStorage.length,
    sessionStorage.length,
    document.documentElement.outerHTML,
  ])
  expect(kept.join('\n')).not.toMatch(/BEGIN [A-Z ]*PRIVATE KEY/)
  expect(kept.slice(1, 3)).toEqual([0, 0])
})

// -------------------------------------------------------------------- elements and bytes

test('tree and bytes are marked both ways, by mouse and by keyboard', async () => {
  await paste(site.cert.pem)
  await openTree()
  const row = (text) => flow('.asn1-row', { hasText: text }).first()
  const issuer = flow('.asn1-row').filter({ hasText: 'UTF8String Acme Root' }).first()
  await issuer.hover()
  const { der } = site.cert
  const at = Buffer.from(der).indexOf('Acme Root')
  expect(await marked('header')).toEqual([at - 2, at - 1])
  expect(await marked('content')).toEqual(Array.from('Acme Root', (_, i) => at + i))
  await flow(`[data-b="${at}"]`).hover()
  expect(await flow('.pointed > .asn1-row').textContent()).toBe('UTF8String Acme Root')
  await flow(`[data-b="${at - 2}"]`).click()
  expect(await flow('[aria-selected="true"] > .asn1-row').textContent()).toBe(
    'UTF8String Acme Root',
  )
  expect(await flow('.asn1-status').textContent()).toBe(
    `UTF8String Acme Root at ${at - 2}: 2 bytes of tag and length, 9 of content`,
  )
  // from byte to byte, out of this element
  await flow('.hex').focus()
  await page.keyboard.press('ArrowLeft')
  expect(await flow('[aria-selected="true"] > .asn1-row').textContent()).toBe('OID CN · 2.5.4.3')
  await page.keyboard.press('End')
  expect(await flow('.asn1-status').textContent()).toMatch(/^INTEGER 0x/)
  // the tree has one tab stop; its keys are those of every tree
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Home')
  expect(await page.evaluate(() => document.activeElement.dataset.i)).toBe('0')
  const { length } = der
  expect((await marked('header')).slice(0, 4)).toEqual([0, 1, 2, 3])
  expect(await flow('.asn1-status').textContent()).toContain(`${length - 4} of content`)
  await page.keyboard.press('ArrowLeft')
  expect(await flow('[role="treeitem"]').count()).toBe(1)
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowDown')
  expect(await row('SEQUENCE').isVisible()).toBe(true)
  expect(await flow('.asn1-status').textContent()).toMatch(/^SEQUENCE at 4:/)
})

test('of a list with thousands of entries only a part is in the page', async () => {
  const revoked = Array.from({ length: 3000 }, (_, i) => ({ serial: BigInt(i + 1) }))
  const list = await root.createCRL({ revoked })
  await drop({ 'large.crl': list.der })
  expect(await flow('.item').textContent()).toContain('3000')
  await openTree()
  await flow('.hex').focus()
  await page.keyboard.press('End')
  await page.keyboard.press('PageUp')
  expect(await flow('.asn1-tree [aria-selected="true"]').count()).toBe(1)
  expect(await flow('[role="treeitem"]').count()).toBeLessThan(500)
  expect(await flow('.hex-line').count()).toBeLessThan(60)
})

test('bytes that end too early are shown as far as they go, with the place of the fault', async () => {
  const half = new Uint8Array([0x30, 0x06, 0x05, 0x00, 0x02, 0x09, 0x01, 0x02])
  await drop({ 'half.der': half })
  await openTree()
  expect(await flow('.asn1 .problem').textContent()).toMatch(/^At byte 4: the content is longer/)
  expect(await flow('.asn1-row').allTextContents()).toEqual(['SEQUENCE ', 'NULL '])
})

// -------------------------------------------------------------------- from here on

test('"Make one like this" fills the form of certificates', async () => {
  const key = await generateKey('rsa-2048')
  const { cert } = await selfSigned(['a.test', '192.0.2.1'], {
    key,
    subject: { C: 'DE', O: 'Acme', CN: 'Something' },
    days: 90,
    hash: 'sha384',
  })
  const file = scratch().write('cert.pem', cert.pem)
  await page.setInputFiles('#inspect-files', file)
  await shown()
  await flow('button', { hasText: 'Make one like this' })
    .filter({ hasText: 'Make one like this' })
    .click()
  await page.locator('#flow-certificate').waitFor()
  const values = await page.evaluate(() =>
    Object.fromEntries(new FormData(document.getElementById('form'))),
  )
  expect(values).toMatchObject({
    names: 'a.test 192.0.2.1',
    signer: 'self',
    key: 'rsa-2048',
    hash: 'sha384',
    days: '90',
    C: 'DE',
    O: 'Acme',
    CN: 'Something',
  })
  await page.click('#create')
  await page.locator('#flow-certificate .paper[data-whole]').waitFor()
})

test('nothing given is told beside the field', async () => {
  await page.click('#inspect-create')
  expect(await page.locator('#inspect-text-error').textContent()).toBe(
    'paste something, or choose a file',
  )
})
