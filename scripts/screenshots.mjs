// npm run screenshots: every state of the page, light and dark, phone and desktop, in
// build/screenshots/; and docs/images/page.png, which the README shows.
//
// Text looks as it should where the fonts Inter and JetBrains Mono are installed.

import fs from 'node:fs'
import path from 'node:path'
import { at, main, say } from './lib.mjs'
import { buildWasm, buildWeb } from './build.mjs'
import { chromium, installModules, setup } from './setup.mjs'

const sizes = {
  desktop: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
}

/** The states of the page; each starts from a fresh one. */
function states({ create, fill }) {
  return {
    start: async () => {},
    options: (page) => fill(page, { names: 'shop.test www.shop.test', key: 'rsa-2048' }),
    error: async (page) => {
      await fill(page, { names: 'shop.test 192.0.2.256' })
      await page.click('#create')
      await page.locator('#names-error:not(:empty)').waitFor()
    },
    working: async (page) => {
      await fill(page, { names: 'shop.test', key: 'rsa-4096', signer: 'authority' })
      await page.click('#create')
      const done = () => page.locator('progress').evaluate((bar) => bar.value)
      const going = () => page.locator('.working').isVisible()
      while ((await going()) && (await done()) < 0.2) await page.waitForTimeout(50)
    },
    'self-signed': (page) => create(page, { names: 'shop.test www.shop.test 192.0.2.7' }),
    authority: (page) => create(page, { names: 'shop.test', signer: 'authority' }),
    inspect: async (page) => {
      const { createCA } = await import('../js/index.js')
      const ca = await createCA({ subject: 'CN=Acme Root' })
      const { cert, key } = await ca.issue({ san: ['shop.test', '192.0.2.7'] })
      const locked = key.toPEM({ passphrase: 'secret', iterations: 1000 })
      await page.locator('.flows a[href="#inspect"]').click()
      await page.fill('#inspect-text', `${cert.pem}${ca.cert.pem}${locked}`)
      await page.click('#inspect-create')
      await page.locator('#flow-inspect .paper[data-whole]').waitFor()
      await page.locator('.structure summary').first().click()
      await page.locator('.asn1-row').nth(7).click()
    },
    key: async (page) => {
      await create(page, { names: 'shop.test' })
      await page.getByRole('button', { name: 'Show private_key.pem' }).click()
    },
  }
}

/** The picture of the README: what a person has after two seconds. */
async function pictureOfReadme({ openPage }) {
  const { page, close } = await openPage({
    viewport: { width: 1280, height: 880 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
  })
  await page.fill('#names', 'shop.test www.shop.test 192.0.2.7')
  await page.click('#create')
  await page.locator('.paper[data-whole]').waitFor()
  await page.mouse.move(0, 0)
  const file = at('docs', 'images', 'page.png')
  fs.mkdirSync(path.dirname(file), { recursive: true })
  await page.screenshot({ path: file })
  await close()
  return file
}

await main(async () => {
  await setup('build', 'test')
  await installModules()
  await buildWasm()
  await buildWeb()
  process.env.CERTMINT_CHROMIUM ??= chromium()
  const support = await import('../tests/browser/support.js')
  const folder = at('build', 'screenshots')
  fs.mkdirSync(folder, { recursive: true })
  for (const [size, options] of Object.entries(sizes)) {
    for (const colorScheme of ['light', 'dark']) {
      const { page, startAfresh, close } = await support.openPage({
        ...options,
        colorScheme,
        reducedMotion: 'reduce',
      })
      for (const [name, bring] of Object.entries(states(support))) {
        await startAfresh()
        await bring(page)
        const file = path.join(folder, `${name}-${size}-${colorScheme}.png`)
        await page.screenshot({ path: file, fullPage: true })
      }
      await close()
    }
  }
  say(`screenshots are in ${path.relative(process.cwd(), folder)}/`)
  say(`${path.relative(process.cwd(), await pictureOfReadme(support))} is new`)
})
