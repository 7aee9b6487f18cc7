/** Every flow once in other engines: Firefox ESR over WebDriver BiDi, and WebKitGTK. */

import { X509Certificate } from 'node:crypto'

import puppeteer from 'puppeteer-core'

import { selfSigned } from '../../js/index.js'
import { serve } from '../../scripts/serve.mjs'
import { run, scratch } from '../support/tools.js'
import { openWebKit } from '../support/webkit.js'
import { built } from './support.js'

async function openFirefox() {
  const home = scratch()
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: process.env.CERTMINT_FIREFOX || '/usr/bin/firefox-esr',
    headless: true,
    userDataDir: home.path('profile'),
    env: { ...process.env, HOME: home.folder },
  })
  const [page] = await browser.pages()
  const complaints = []
  page.on('console', (message) => {
    if (['error', 'warn'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  return {
    complaints,
    goto: (url) => page.goto(url),
    evaluate: (body) => page.evaluate(`(async () => { ${body} })()`),
    close: () => browser.close(),
  }
}

/** What the scripts in the page do as a person does. */
const hands = `
  const until = async (look) => {
    for (let i = 0; i < 1500; i++) {
      const found = look()
      if (found) return found
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    throw new Error('never came: ' + look)
  }
  const one = (selector) => document.querySelector(selector)
  const go = async (flow) => {
    one('.flows a[href="#' + flow + '"]').click()
    await until(() => !one('#flow-' + flow).hidden)
  }
  const fill = (selector, value) => {
    one(selector).value = value
    one(selector).dispatchEvent(new Event('input', { bubbles: true }))
  }
  const file = (flow, name) => {
    const row = [...document.querySelectorAll('#flow-' + flow + ' .files li')].find(
      (li) => li.querySelector('h4').textContent === name)
    row.querySelector('[aria-expanded="false"]')?.click()
    return row.querySelector('pre').textContent
  }
`

describe.each([
  ['Firefox', openFirefox],
  ['WebKitGTK', openWebKit],
])('%s', (_, open) => {
  let server
  let browser
  beforeAll(async () => {
    server = await serve(built, 0)
    browser = await open()
    await browser.goto(`http://localhost:${server.port}/`)
    await act(`await until(() => 'loaded' in document.documentElement.dataset)
      globalThis.breaches = []
      addEventListener('securitypolicyviolation', (e) => breaches.push(e.blockedURI))
      addEventListener('error', (e) => breaches.push(e.message))`)
  })
  afterAll(async () => {
    await browser?.close()
    server?.close()
  })

  const act = (body) => browser.evaluate(hands + body)

  test.each(['p-256', 'rsa-2048'])('a certificate under an authority, %s', async (key) => {
    const [leaf, ca] = await act(`
      await go('certificate')
      fill('#names', 'shop.test 192.0.2.7')
      one('[name="signer"][value="authority"]').click()
      one('#key').value = '${key}'
      one('.paper')?.remove()
      one('#create').click()
      await until(() => one('.paper[data-whole]'))
      return ['certificate.pem', 'ca.pem'].map((name) => file('certificate', name))`)
    const certificate = new X509Certificate(leaf)
    expect(certificate.checkHost('shop.test')).toBe('shop.test')
    expect(certificate.verify(new X509Certificate(ca).publicKey)).toBe(true)
  })

  test('an authority, a leaf under it, and its revocation', async () => {
    const said = await act(`
      await go('authority')
      fill('#root-CN', 'Engine Root')
      one('#root-create').click()
      await until(() => one('#leaf-form'))
      fill('#leaf-names', 'shop.test')
      one('#leaf-create').click()
      await until(() => document.querySelectorAll('.node').length === 2)
      one('.danger').click()
      await until(() => one('.node.revoked'))
      return [...document.querySelectorAll('.node-name')].map((node) => node.textContent)`)
    expect(said).toEqual(['Engine Root', 'shop.test'])
  })

  test('a request', async () => {
    const csr = await act(`
      await go('request')
      fill('#request-names', 'dev.test')
      one('#request-create').click()
      await until(() => one('#flow-request .paper'))
      return file('request', 'request.csr')`)
    expect(run('openssl', ['req', '-verify', '-noout', '-text'], { input: csr }).out).toMatch(
      /DNS:dev\.test/,
    )
  })

  test('a path that is refused', async () => {
    const said = await act(`
      await go('certificate')
      fill('#names', 'a.test')
      one('[name="signer"][value="self"]').click()
      one('#key').value = 'p-256'
      one('.paper')?.remove()
      one('#create').click()
      await until(() => one('.paper[data-whole]'))
      const pem = file('certificate', 'certificate.pem')
      await go('verify')
      fill('#verify-text', pem)
      fill('#verify-name', 'b.test')
      one('#verify-create').click()
      return (await until(() => one('#flow-verify .node-fault'))).textContent`)
    expect(said).toMatch(/"b\.test" is not among/)
  })

  test('a certificate looked into: what it says, who refuses it, its elements', async () => {
    const { cert } = await selfSigned('a.test', { days: 900 })
    const said = await act(`
      await go('inspect')
      fill('#inspect-text', ${JSON.stringify(cert.pem)})
      one('#inspect-create').click()
      await until(() => one('#flow-inspect .paper[data-whole]'))
      one('#flow-inspect .structure summary').click()
      await until(() => one('#flow-inspect .asn1'))
      return one('#flow-inspect .result').textContent`)
    expect(said).toMatch(/a\.test/)
    expect(said).toMatch(/Safari/)
  })

  test('nothing was complained of', async () => {
    expect(await act('return breaches')).toEqual([])
    expect(browser.complaints ?? []).toEqual([])
  })
})
