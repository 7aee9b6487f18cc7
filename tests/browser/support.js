/** The built page in a real Chromium with a profile of its own. */

import fs from 'node:fs'
import path from 'node:path'

import { chromium } from 'playwright-core'
import { serve } from '../../scripts/serve.mjs'
import { root, scratch } from '../support/tools.js'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const executablePath = () => {
  const found = [process.env.CERTMINT_CHROMIUM, '/usr/bin/chromium'].find(
    (file) => file && fs.existsSync(file),
  )
  if (!found) throw new Error('there is no Chromium; npm test installs it')
  return found
}

export const built = path.join(root, 'dist', 'web')

/**
 * Serves the page and opens it.
 *
 * @param {{ folder?: string, under?: string, host?: string, broken?: boolean }} [options] the folder
 *   served, the path of the page in it, the host name it is opened by (other than localhost: no
 *   secure context), whether it is expected not to load; all others are of the browser's context
 */
export async function openPage(options = {}) {
  const { folder = built, under = '', host = 'localhost', broken = false, ...rest } = options
  const server = await serve(folder, 0)
  const profile = scratch()
  const context = await chromium.launchPersistentContext(profile.folder, {
    executablePath: executablePath(),
    headless: true,
    args: [...FLAGS, '--host-resolver-rules=MAP *.test 127.0.0.1'],
    acceptDownloads: true,
    ...rest,
  })
  const page = context.pages()[0] ?? (await context.newPage())
  /** What should never be: errors, warnings, breaches of the policy. */
  const complaints = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  const requests = []
  context.on('request', (request) => {
    // a download is a blob of the page's own
    if (!request.url().startsWith('blob:')) requests.push(request.url())
  })
  const address = `http://${host}:${server.port}/${under}`
  await page.goto(address)
  if (!broken) await loaded(page)
  return {
    page,
    context,
    address,
    complaints,
    requests,
    profile: profile.folder,
    /** As if the page were opened for the first time; nothing is on record any more. */
    startAfresh: async () => {
      await page.goto('about:blank')
      await page.goto(address)
      await loaded(page)
      complaints.length = 0
      requests.length = 0
    },
    stopServer: () => server.close(),
    close: async () => {
      await context.close()
      server.close()
    },
  }
}

/** Waits until the page has all it needs. */
export const loaded = (page) => page.waitForSelector('html[data-loaded]', { state: 'attached' })

/** Fills in the form; what is not given stays as it is. */
export async function fill(page, { names, signer, days, dates, subject = {}, ...choices }) {
  if (names !== undefined) await page.fill('#names', names)
  if (signer) await page.check(`[name="signer"][value="${signer}"]`)
  await page.evaluate(() => (document.getElementById('options').open = true))
  for (const [id, value] of Object.entries(choices)) await page.selectOption(`#${id}`, value)
  if (days !== undefined) {
    await page.check('[name="validity"][value="days"]')
    await page.fill('#days', days)
  }
  if (dates) {
    await page.check('[name="validity"][value="dates"]')
    await page.fill('#notBefore', dates[0])
    await page.fill('#notAfter', dates[1])
  }
  for (const [id, value] of Object.entries(subject)) await page.fill(`#${id}`, value)
}

/** Fills in the form, presses Create and waits for the result. */
export async function create(page, order) {
  await fill(page, order)
  // not the result of an earlier order
  await page.evaluate(() => document.querySelector('.paper')?.setAttribute('data-old', ''))
  await page.click('#create')
  await page.locator('.paper[data-whole]:not([data-old])').waitFor({ timeout: 50_000 })
}

/** Starts a key that takes far longer than any test, and waits until the page says so. */
export async function startLongWork(page) {
  await page.evaluate(() => document.getElementById('key').add(new Option('', 'rsa-8192')))
  await fill(page, { names: 'localhost', key: 'rsa-8192', signer: 'authority' })
  await page.click('#create')
  await page.locator('.working').waitFor()
}

export const goTo = (page, flow) => page.locator(`.flows a[href="#${flow}"]`).click()
