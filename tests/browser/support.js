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

/** Serves dist/web and opens it. @param {object} [options] of the browser's context */
export async function openPage(options = {}) {
  const server = await serve(path.join(root, 'dist', 'web'), 0)
  const profile = scratch()
  const context = await chromium.launchPersistentContext(profile.folder, {
    executablePath: executablePath(),
    headless: true,
    args: FLAGS,
    acceptDownloads: true,
    ...options,
  })
  const page = context.pages()[0] ?? (await context.newPage())
  /** What should never be: errors, warnings, breaches of the policy. */
  const complaints = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  const requests = []
  context.on('request', (request) => requests.push(request.url()))
  const address = `http://localhost:${server.port}/`
  await page.goto(address)
  await loaded(page)
  return {
    page,
    context,
    address,
    complaints,
    requests,
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
  if (days !== undefined) await page.fill('#days', days)
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
  await page.click('#create')
  await page.locator('#made-title').waitFor({ timeout: 50_000 })
}
