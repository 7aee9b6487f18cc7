/** The page in each of its states, wide and narrow, light and dark. */

import fs from 'node:fs'
import { createRequire } from 'node:module'

import { selfSigned } from '../../js/index.js'
import { create, fill, goTo, openPage, startLongWork } from './support.js'

const axeSource = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8')

let browser
let page
beforeAll(async () => {
  browser = await openPage()
  page = browser.page
})
afterAll(() => browser?.close())
afterEach(() => expect(browser.complaints).toEqual([]))

const openDetails = () =>
  page.evaluate(() =>
    document.querySelectorAll('details').forEach((details) => (details.open = true)),
  )

/** Every state of the page, in the order a person comes to them. */
const states = {
  'at first': async () => {},
  'all options open': async () => {
    await openDetails()
    await page.check('[name="validity"][value="dates"]')
  },
  'with an error': async () => {
    await fill(page, { names: 'a.test', subject: { C: 'USA' } })
    await page.click('#create')
    await page.locator('#C-error:not(:empty)').waitFor()
  },
  working: () => startLongWork(page),
  'self-signed, all shown': async () => {
    await create(page, {
      names: 'a-rather-long-name.of-a-host.shop.test 2001:db8::1',
      days: '1000',
    })
    const show = page.getByRole('button', { name: /^Show/ })
    while ((await show.count()) > 0) await show.first().click()
  },
  'under an authority': () => create(page, { names: 'shop.test', signer: 'authority' }),
  'an authority to be made': () => goTo(page, 'authority'),
  'an authority with all it does': async () => {
    await goTo(page, 'authority')
    await page.click('#root-create')
    await page.locator('.node').waitFor()
    await page.fill('#leaf-names', 'a-rather-long-name.of-a-host.shop.test')
    await page.click('#leaf-create')
    await page.locator('.node').nth(1).waitFor()
    await openDetails()
  },
  'a path that is refused': async () => {
    const { cert } = await selfSigned('shop.test', { subject: 'CN=shop.test,O=Example' })
    await goTo(page, 'verify')
    await page.fill('#verify-text', cert.pem)
    await page.fill('#verify-name', 'a-rather-long-name.of-a-host.shop.test')
    await page.click('#verify-create')
    await page.locator('#flow-verify .paper').waitFor()
    await openDetails()
  },
  'what a chain and a locked key are': async () => {
    const { cert, key } = await selfSigned('a-rather-long-name.of-a-host.shop.test', { days: 900 })
    await goTo(page, 'inspect')
    const locked = key.toPEM({ passphrase: 'secret', iterations: 10 })
    await page.fill('#inspect-text', `${cert.pem}${locked}`)
    await page.click('#inspect-create')
    await page.locator('#flow-inspect .paper[data-whole]').waitFor()
    await openDetails()
    await page.locator('#flow-inspect .asn1').nth(1).waitFor()
    await page.locator('#flow-inspect .asn1-row').nth(3).click()
  },
  'a request': async () => {
    await goTo(page, 'request')
    await page.fill('#request-names', 'a-rather-long-name.of-a-host.shop.test')
    await page.click('#request-create')
    await page.locator('#flow-request .paper').waitFor()
    await openDetails()
  },
}

describe.each([
  ['desktop', 1280],
  ['narrow', 320],
])('%s', (_, width) => {
  describe.each(Object.keys(states))('%s', (name) => {
    beforeAll(async () => {
      await page.setViewportSize({ width, height: 800 })
      await page.emulateMedia({ reducedMotion: 'reduce' })
      await browser.startAfresh()
      await states[name]()
      await page.evaluate(axeSource)
    })
    afterAll(async () => {
      if (await page.locator('.cancel').isVisible()) await page.click('.cancel')
    })

    test.each(['light', 'dark'])('axe finds nothing, and nothing overflows: %s', async (scheme) => {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
      const overflow = () => document.documentElement.scrollWidth - innerWidth
      expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0)
      const found = await page.evaluate(async () => {
        const { violations } = await globalThis.axe.run({ resultTypes: ['violations'] })
        return violations.map(({ id, nodes }) => [
          id,
          ...nodes.map(({ html }) => html.slice(0, 120)),
        ])
      })
      expect(found).toEqual([])
    })
  })
})
