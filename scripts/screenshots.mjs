// npm run screenshots: every state of the page, light and dark, phone and desktop, in
// build/screenshots/; and docs/images/, which the README shows.
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

const goTo = (page, flow) => page.locator(`.flows a[href="#${flow}"]`).click()

/** Nothing moves. */
const CALM = { reducedMotion: 'reduce' }

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
    made: async (page) => {
      await page.fill('#names', 'shop.test www.shop.test 192.0.2.7')
      await page.click('#create')
      await page.locator('.paper[data-whole]').waitFor()
    },
    'self-signed': (page) => create(page, { names: 'shop.test www.shop.test 192.0.2.7' }),
    authority: (page) => create(page, { names: 'shop.test', signer: 'authority' }),
    'authority-start': (page) => goTo(page, 'authority'),
    tree: async (page) => {
      await goTo(page, 'authority')
      await page.fill('#root-CN', 'Acme Root')
      await page.fill('#root-permitted', 'shop.test')
      await page.click('#root-create')
      await page.getByRole('tab').nth(1).click()
      await page.fill('#under-CN', 'Acme Servers')
      await page.click('#under-create')
      await page.locator('.node').nth(1).waitFor()
      await page.getByRole('tab').nth(0).click()
      for (const [i, name] of ['shop.test', 'mail.shop.test'].entries()) {
        await page.fill('#leaf-names', name)
        await page.click('#leaf-create')
        await page
          .locator('.node')
          .nth(i + 2)
          .waitFor()
      }
    },
    request: async (page) => {
      await goTo(page, 'request')
      await page.fill('#request-names', 'www.shop.test')
      await page.click('#request-create')
      await page.locator('#flow-request .paper').waitFor()
    },
    verify: async (page) => {
      const { createCA } = await import('../js/index.js')
      const root = await createCA({
        subject: 'CN=Acme Root',
        pathLen: 1,
        nameConstraints: { permitted: ['shop.test'] },
      })
      const issuing = await root.createIntermediate({ subject: 'CN=Acme Servers' })
      const { fullChain } = await issuing.issue({ san: ['www.example.test'] })
      await goTo(page, 'verify')
      await page.fill('#verify-text', fullChain + root.cert.pem)
      await page.fill('#verify-name', 'www.example.test')
      await page.click('#verify-create')
      await page.locator('#flow-verify .paper').waitFor()
    },
    inspect: async (page) => {
      const { createCA } = await import('../js/index.js')
      const ca = await createCA({ subject: 'CN=Acme Root' })
      const { cert, key } = await ca.issue({ san: ['shop.test', '192.0.2.7'] })
      const locked = key.toPEM({ passphrase: 'secret', iterations: 1000 })
      await goTo(page, 'inspect')
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

/** The pictures of the README: states by their files' names, and how much of them. */
const clip = { x: 0, y: 0, width: 1280, height: 820 }
const pictures = {
  certificate: { state: 'made', colorScheme: 'light' },
  authority: { state: 'tree', colorScheme: 'light' },
  inspect: { state: 'inspect', colorScheme: 'dark' },
  verify: { state: 'verify', colorScheme: 'light' },
}

async function picturesOfReadme(support) {
  const folder = at('docs', 'images')
  fs.mkdirSync(folder, { recursive: true })
  for (const [name, { state, colorScheme }] of Object.entries(pictures)) {
    const { page, close } = await support.openPage({ ...sizes.desktop, colorScheme, ...CALM })
    await states(support)[state](page)
    await page.evaluate(() => globalThis.scrollTo(0, 0))
    await page.mouse.move(0, 0)
    await page.screenshot({ path: path.join(folder, `${name}.png`), clip })
    await close()
  }
  return folder
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
        ...CALM,
        colorScheme,
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
  say(`${path.relative(process.cwd(), await picturesOfReadme(support))}/ is new`)
})
