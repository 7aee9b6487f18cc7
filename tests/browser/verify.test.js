/** A pile of certificates put in the page: what it says of the path, beside what openssl says. */

import { createCA, createCRL, createPKCS7 } from '../../js/index.js'
import { run, scratch } from '../support/tools.js'
import { openPage } from './support.js'

let browser
let page
let root
let issuing
let leaf
beforeAll(async () => {
  browser = await openPage()
  page = browser.page
  const nameConstraints = { permitted: ['acme.test'] }
  root = await createCA({ subject: 'CN=Acme Root', pathLen: 1, nameConstraints })
  issuing = await root.createIntermediate({ subject: 'CN=Issuing' })
  leaf = await issuing.issue({ san: ['www.acme.test'] })
})
afterAll(() => browser?.close())

const flow = (selector) => page.locator(`#flow-verify ${selector}`)

beforeEach(async () => {
  await browser.startAfresh()
  await page.locator('.flows a[href="#verify"]').click()
  await page.evaluate(() =>
    document.querySelectorAll('details').forEach((details) => (details.open = true)),
  )
})
afterEach(() => {
  expect(browser.complaints).toEqual([])
  expect(browser.requests).toEqual([])
})

/** Fills the form in and presses Check: the verdict, the names on the path, and what is at fault. */
async function check(values, { purpose, files } = {}) {
  for (const [name, value] of Object.entries(values)) await page.fill(`#verify-${name}`, value)
  if (purpose) await page.selectOption('#verify-purpose', purpose)
  if (files) await page.setInputFiles('#verify-files', files)
  await page.click('#verify-create')
  await flow('.paper').waitFor()
  const broken = flow('.node.broken .node-name')
  return {
    kind: await flow('.paper .kind').textContent(),
    path: await flow('.node-name').allTextContents(),
    broken: (await broken.count()) > 0 ? await broken.textContent() : undefined,
    fault: await flow('.node-fault').allTextContents(),
  }
}

const pem = (...ones) => ones.map(({ cert }) => cert.pem).join('')

test('a sound path, given in any order and with strangers', async () => {
  const stranger = await createCA({ subject: 'CN=Stranger' })
  const said = await check({ text: pem(stranger, root, leaf, issuing), name: 'www.acme.test' })
  expect(said).toEqual({
    kind: 'Accepted',
    path: ['Acme Root', 'Issuing', 'www.acme.test'],
    broken: undefined,
    fault: [],
  })
})

describe('refused, at the right place', () => {
  test('a name that the root forbids', async () => {
    const evil = await issuing.issue({ san: ['www.evil.test'] })
    const said = await check({ text: pem(evil, issuing, root) })
    expect(said.kind).toBe('Refused')
    expect(said.broken).toBe('www.evil.test')
    expect(said.fault[0]).toMatch(/www\.evil\.test.*name constraints/)
  })

  test('another name than was asked for', async () => {
    const said = await check({ text: pem(leaf, issuing, root), name: 'shop.acme.test' })
    expect(said.fault[0]).toMatch(/"shop\.acme\.test" is not among/)
  })

  test('an issuer that is not there', async () => {
    const said = await check({ text: pem(leaf) })
    expect(said.path).toEqual(['CN=Issuing', 'www.acme.test'])
    expect(said.fault[0]).toMatch(/is not among what was given/)
  })

  test('an intermediate that has expired', async () => {
    const old = await root.createIntermediate({
      subject: 'CN=Old',
      notBefore: '2020-01-01',
      notAfter: '2021-01-01',
      allowWeak: true,
    })
    const under = await old.issue({ san: ['www.acme.test'], days: 30, allowWeak: true })
    const said = await check({ text: pem(under, old, root) })
    expect(said.broken).toBe('Old')
    const then = await check({ text: pem(under, old, root), time: '2020-06-01T00:00' })
    expect(then.fault[0]).not.toMatch(/expired/)
  })

  test('a use it is not meant for', async () => {
    const said = await check({ text: pem(leaf, issuing, root) }, { purpose: 'email' })
    expect(said.broken).toBe('www.acme.test')
  })

  test('a revoked one, with its list', async () => {
    const list = await createCRL({ issuer: issuing, revoked: [leaf.cert] })
    const said = await check({ text: pem(leaf, issuing, root) + list.pem })
    expect(said.fault[0]).toMatch(/revoked/)
  })

  test('a root that is not the trusted one', async () => {
    const other = await createCA({ subject: 'CN=Other' })
    const said = await check({ text: pem(leaf, issuing, root), roots: pem(other) })
    expect(said.kind).toBe('Refused')
  })
})

test('files: DER, PKCS#7 and what is neither', async () => {
  const folder = scratch()
  const bundle = await createPKCS7([issuing.cert, root.cert])
  const files = [
    folder.write('leaf.der', leaf.cert.der),
    folder.write('chain.p7b', bundle.der),
    folder.write('note.txt', 'hello'),
  ]
  const said = await check({}, { files })
  expect(said.kind).toBe('Accepted')
  expect(said.path).toHaveLength(3)
  expect(await flow('.notes').textContent()).toMatch(/Left out: neither PEM, DER/)
})

test.each([
  ['nothing', {}, 'text', /paste a certificate/],
  ['no certificate', { text: 'hello' }, 'text', /holds no certificate/],
  ['roots that are none', { roots: 'hello' }, 'roots', /holds no certificate/],
  ['a name that is none', { name: 'a..test' }, 'name', /a\.\.test/],
])('bad input: %s', async (_, values, field, message) => {
  if (!('text' in values) && Object.keys(values).length > 0) values.text = pem(leaf)
  for (const [name, value] of Object.entries(values)) await page.fill(`#verify-${name}`, value)
  await page.click('#verify-create')
  const error = page.locator(`#verify-${field}-error:not(:empty)`)
  await error.waitFor()
  expect(await error.textContent()).toMatch(message)
})

test("openssl's command says the same", async () => {
  const folder = scratch()
  const text = pem(leaf, issuing)
  folder.write('chain.pem', text)
  folder.write('ca.pem', root.cert.pem)
  await check({ text, roots: root.cert.pem, name: 'www.acme.test' }, { purpose: 'server' })
  const commands = await flow('.snippet code').allTextContents()
  const openssl = commands.find((command) => command.startsWith('openssl'))
  expect(run('sh', ['-c', openssl], { cwd: folder.folder }).out).toMatch(/: OK/)
})
