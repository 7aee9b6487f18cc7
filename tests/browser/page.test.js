/** How the page behaves: what it sends, how it cancels, what it says, who can use it. */

import fs from 'node:fs'
import path from 'node:path'

import { createCA, selfSigned } from '../../js/index.js'
import { root, scratch } from '../support/tools.js'
import { built, create, fill, goTo, loaded, openPage, startLongWork } from './support.js'

let browser
let page
beforeAll(async () => {
  browser = await openPage()
  page = browser.page
})
afterAll(() => browser?.close())

beforeEach(() => browser.startAfresh())
afterEach(() => expect(browser.complaints).toEqual([]))

// -------------------------------------------------------------------- network

test('nothing is requested after the page has loaded', async () => {
  await create(page, { names: 'localhost' })
  await create(page, { names: 'localhost', key: 'rsa-2048' })
  await page.getByRole('button', { name: 'Download private_key.pem' }).click()
  await create(page, { names: 'localhost', signer: 'authority', key: 'rsa-2048' })
  await startLongWork(page)
  await page.click('.cancel')
  await create(page, { names: 'localhost', key: 'rsa-3072' })
  expect(browser.requests).toEqual([])
})

describe('pages of their own', () => {
  let other
  afterEach(() => other?.close())

  test('it opens without a network once it was open, and makes what it makes', async () => {
    other = await openPage()
    await other.page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
    other.stopServer()
    await other.context.setOffline(true)
    await other.page.reload()
    await loaded(other.page)
    await create(other.page, { names: 'localhost', key: 'rsa-2048' })
    expect(other.complaints).toEqual([])
  })

  test('a newer version is offered, and taken when the person says so', async () => {
    const folder = scratch()
    fs.cpSync(built, folder.folder, { recursive: true })
    other = await openPage({ folder: folder.folder })
    await other.page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
    const replace = (file, from, to) => {
      const text = String(folder.read(file))
      expect(text).toContain(from)
      folder.write(file, text.replace(from, to))
    }
    replace('texts/en.js', 'right here', 'right there')
    replace('precache.js', '"version": "', '"version": "f')
    await other.page.reload()
    await loaded(other.page)
    await other.page.getByText('A newer version is ready').waitFor()
    expect(await other.page.locator('h1').first().textContent()).toMatch(/right here/)
    await other.page.getByRole('button', { name: 'Use it' }).click()
    await other.page.getByRole('heading', { name: /right there/ }).waitFor()
    const caches = await other.page.evaluate(() => globalThis.caches.keys())
    expect(caches).toHaveLength(1)
  })

  test('it is installable', async () => {
    other = await openPage()
    const session = await other.context.newCDPSession(other.page)
    const { errors } = await session.send('Page.getAppManifest')
    expect(errors).toEqual([])
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors')
    // the headless browser has a profile that nothing is installed into
    const ids = installabilityErrors.map(({ errorId }) => errorId)
    expect(ids.filter((id) => id !== 'in-incognito')).toEqual([])
  })

  test('it works under any path', async () => {
    const folder = scratch()
    fs.cpSync(built, folder.path('some/where'), { recursive: true })
    other = await openPage({ folder: folder.folder, under: 'some/where/' })
    await create(other.page, { names: 'localhost', key: 'rsa-2048' })
    expect(other.requests.filter((url) => !url.startsWith(other.address))).toEqual([])
    expect(other.complaints).toEqual([])
  })

  test('it works over plain http, where crypto.subtle and the clipboard are missing', async () => {
    other = await openPage({ host: 'lan.test' })
    const secure = () => [isSecureContext, Boolean(crypto.subtle), Boolean(navigator.clipboard)]
    expect(await other.page.evaluate(secure)).toEqual([false, false, false])
    await create(other.page, { names: 'localhost', key: 'rsa-2048' })
    await other.page.getByRole('button', { name: 'Copy certificate.pem' }).click()
    await other.page.getByRole('button', { name: 'Copied certificate.pem' }).waitFor()
    expect(other.complaints).toEqual([])
  })

  test('without its .wasm it says so', async () => {
    const folder = scratch()
    fs.cpSync(built, folder.folder, { recursive: true })
    fs.rmSync(folder.path('certmint/dist/certmint.wasm'))
    other = await openPage({ folder: folder.folder, broken: true })
    await other.page.getByText('could not be loaded. Reload').waitFor()
  })

  test('the policy forbids everything else, and a breach would be seen', async () => {
    other = await openPage()
    const breach = other.page.evaluate(
      () =>
        new Promise((resolve) => {
          addEventListener('securitypolicyviolation', (event) =>
            resolve([event.effectiveDirective, event.blockedURI]),
          )
          fetch('http://other.test/').catch(() => {})
        }),
    )
    expect(await breach).toEqual(['connect-src', 'http://other.test/'])
    expect(other.complaints).not.toEqual([])
  })
})

test('version and hash of the .wasm are those of the build', async () => {
  const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'))
  const wasm = fs.readFileSync(path.join(root, 'dist', 'certmint.wasm'))
  const { createHash } = await import('node:crypto')
  const hash = createHash('sha256').update(wasm).digest('hex')
  expect(await page.locator('#version').textContent()).toBe(version)
  expect(await page.locator('#wasm-hash').textContent()).toBe(`${hash} (measured in this browser)`)
})

// -------------------------------------------------------------------- long work

/** Processor time used so far by the browser and all it started, in seconds. */
function processorSeconds() {
  const processes = fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        const line = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        return [{ pid, parent: fields[1], used: (+fields[11] + +fields[12]) / 100, line }]
      } catch {
        return [] // it has ended
      }
    })
  const family = new Set()
  const add = ({ pid }) => {
    family.add(pid)
    processes.filter(({ parent }) => parent === pid).forEach(add)
  }
  processes.filter(({ line }) => line.includes(browser.profile)).forEach(add)
  return processes.filter(({ pid }) => family.has(pid)).reduce((sum, { used }) => sum + used, 0)
}

/** Waits until the browser has used so much within a second, or so little; at most ten seconds. */
async function used(isEnough) {
  const seconds = []
  while (seconds.length < 10) {
    const before = processorSeconds()
    await new Promise((resolve) => setTimeout(resolve, 1000))
    seconds.push(processorSeconds() - before)
    if (isEnough(seconds.at(-1))) return
  }
  throw new Error(`processor time used, second by second: ${seconds}`)
}

test('Cancel is heard at once, leaves nothing running, and the page goes on', async () => {
  await startLongWork(page)
  await used((seconds) => seconds > 0.2)
  const took = await page.evaluate(() => {
    const since = performance.now()
    return new Promise((resolve) => {
      const watch = new MutationObserver(() => resolve(performance.now() - since))
      watch.observe(document.getElementById('form'), { childList: true })
      document.querySelector('.cancel').click()
    })
  })
  expect(took).toBeLessThan(100)
  expect(await page.evaluate(() => document.activeElement.id)).toBe('create')
  expect(await page.locator('#status').textContent()).toMatch(/Cancelled/)
  await used((seconds) => seconds < 0.1)
  expect(await page.inputValue('#names')).toBe('localhost')
  await create(page, { key: 'rsa-2048' })
})

/**
 * The longest task of the page's main thread while something is done, in milliseconds of processor
 * time: what other programs take from it meanwhile is not the page's doing.
 */
async function longestTaskDuring(work) {
  const session = await browser.context.newCDPSession(page)
  const events = []
  session.on('Tracing.dataCollected', ({ value }) => events.push(...value))
  await session.send('Tracing.start', {
    traceConfig: { includedCategories: ['toplevel'] },
    transferMode: 'ReportEvents',
  })
  await work()
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
  await session.send('Tracing.end')
  await complete
  await session.detach()
  const mainThreads = events
    .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
    .map(({ pid, tid }) => `${pid} ${tid}`)
  const tasks = events.filter(
    ({ ph, pid, tid, tdur }) => ph === 'X' && tdur && mainThreads.includes(`${pid} ${tid}`),
  )
  return Math.max(...tasks.map(({ tdur }) => tdur / 1000))
}

test('the main thread is never blocked for 50 ms while RSA-4096 is made', async () => {
  const longest = await longestTaskDuring(() =>
    create(page, { names: 'localhost', key: 'rsa-4096' }),
  )
  expect(longest).toBeGreaterThan(1)
  expect(longest).toBeLessThanOrEqual(50)
  // a block would be seen
  const block = () =>
    new Promise((resolve) => {
      setTimeout(() => {
        const until = performance.now() + 600
        while (performance.now() < until);
        resolve()
      })
    })
  expect(await longestTaskDuring(() => page.evaluate(block))).toBeGreaterThan(50)
})

test('nor while a list of thousands is inspected, down to its elements', async () => {
  const ca = await createCA()
  const revoked = Array.from({ length: 8000 }, (_, i) => ({ serial: BigInt(i + 1) }))
  const { der } = await ca.createCRL({ revoked })
  const file = scratch().write('large.crl', der)
  await page.locator('.flows a[href="#inspect"]').click()
  const longest = await longestTaskDuring(async () => {
    await page.setInputFiles('#inspect-files', file)
    await page.locator('#flow-inspect .paper[data-whole]').waitFor()
    await page.locator('.structure summary').click()
    await page.locator('.asn1').waitFor()
    await page.locator('.hex').press('End')
  })
  expect(longest).toBeLessThanOrEqual(50)
})

test('progress is shown and grows', async () => {
  await startLongWork(page)
  const values = []
  while (values.length < 3) {
    values.push(await page.locator('progress').evaluate((bar) => bar.value))
    await page.waitForTimeout(150)
  }
  expect(values.at(-1)).toBeGreaterThan(values[0])
  expect(values.at(-1)).toBeLessThan(1)
  expect(await page.locator('.working-note').textContent()).toMatch(
    /^[\d.]+ s so far\. A key takes [\d.]+ s here on average/,
  )
  await page.click('.cancel')
})

// -------------------------------------------------------------------- what is typed

test('an error goes away with its cause', async () => {
  await fill(page, { names: 'a.test', subject: { C: 'USA' } })
  await page.click('#create')
  await page.locator('#C-error:not(:empty)').waitFor()
  await create(page, { subject: { C: 'US' } })
  expect(await page.locator('.error:not(:empty)').count()).toBe(0)
})

test('a result stays when the next try fails', async () => {
  await create(page, { names: 'a.test' })
  await page.fill('#names', 'a..test')
  await page.click('#create')
  await page.locator('#names-error:not(:empty)').waitFor()
  expect(await page.locator('#made-title').textContent()).toBe('a.test')
})

test('what was typed is still there after a reload', async () => {
  await fill(page, { names: 'a.test', key: 'p-384', days: '12', subject: { O: 'Example' } })
  await page.reload()
  await loaded(page)
  expect(await page.inputValue('#names')).toBe('a.test')
  expect(await page.inputValue('#O')).toBe('Example')
  expect(await page.locator('#options-now').textContent()).toBe('P-384 · 12 days')
})

test('a key that was pasted is not kept with the history', async () => {
  const { cert, key } = await selfSigned('a.test')
  await goTo(page, 'verify')
  await page.fill('#verify-text', cert.pem)
  await page.reload()
  await loaded(page)
  expect(await page.inputValue('#verify-text')).toContain('BEGIN CERTIFICATE')
  await page.fill('#verify-text', cert.pem + key.pem)
  expect(await page.evaluate(() => JSON.stringify(history.state))).not.toContain('PRIVATE')
})

test('Back brings what was typed, but no key', async () => {
  await create(page, { names: 'a.test' })
  await page.getByRole('button', { name: 'Show private_key.pem' }).click()
  await page.goto('about:blank')
  await page.goBack()
  await loaded(page)
  expect(await page.inputValue('#names')).toBe('a.test')
  expect(await page.locator('#made').isVisible()).toBe(false)
  expect(await page.content()).not.toContain('PRIVATE KEY')
})

// -------------------------------------------------------------------- for everyone

test('by keyboard alone, from the name to the files', async () => {
  const focused = () =>
    page.evaluate(() => document.activeElement.id || document.activeElement.textContent)
  const tabTo = async (wanted) => {
    for (let i = 0; i < 40; i++) {
      if ((await focused()) === wanted) return
      await page.keyboard.press('Tab')
    }
    throw new Error(`Tab does not reach ${wanted}`)
  }
  await tabTo('names')
  await page.keyboard.type('shop.test')
  await page.keyboard.press('Tab')
  await page.keyboard.press('ArrowRight') // its own authority
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter') // opens the options
  await tabTo('key')
  await page.keyboard.type('RSA 2048')
  await tabTo('create')
  await page.keyboard.press('Enter')
  await page.locator('.paper[data-whole]').waitFor()
  expect(await focused()).toBe('made-title')
  expect(await page.locator('#status').textContent()).toMatch(/^Certificate for shop.test made/)

  const download = page.waitForEvent('download')
  await tabTo('Download private_key.pem')
  await page.keyboard.press('Enter')
  expect((await download).suggestedFilename()).toBe('private_key.pem')

  await tabTo('tabs-1-tab-0')
  await page.keyboard.press('ArrowRight')
  expect(await focused()).toBe('tabs-1-tab-1')
  expect(await page.getByRole('tab', { selected: true }).first().textContent()).toBe('Node.js')
})

describe('in German', () => {
  const only = (texts, prefix = '') =>
    Object.entries(texts).flatMap(([name, value]) =>
      value !== null && typeof value === 'object'
        ? only(value, `${prefix}${name}.`)
        : prefix + name,
    )

  test('every text is there, and no other', async () => {
    const [en, de] = await Promise.all(
      ['en', 'de'].map((language) => import(`../../web/texts/${language}.js`)),
    )
    expect(only(de.texts).sort()).toEqual(only(en.texts).sort())
  })

  test('the whole page is, and the flow stays when the language is changed', async () => {
    await page.locator('.flows a[href="#request"]').click()
    await page.getByRole('link', { name: 'Deutsch' }).click()
    await page.getByRole('heading', { name: 'Ein Zertifikatsantrag' }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('de')
    await page.getByRole('link', { name: 'Zertifikat', exact: true }).click()
    await page.getByRole('heading', { name: /Ein Zertifikat für/ }).waitFor()
  })
})
