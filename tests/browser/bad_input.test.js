/** Bad input, case after case in one page, as a person corrects one mistake and makes the next. */

import { fill, openPage } from './support.js'

let browser
let page
beforeAll(async () => {
  browser = await openPage()
  page = browser.page
})
afterAll(() => browser?.close())
afterEach(() => expect(browser.complaints).toEqual([]))

const long = (count) => 'x'.repeat(count)

const wrong = [
  ['names', { names: '' }, 'give at least one name'],
  ['names', { names: 'a.test 1.2.3.4.5' }, '"1.2.3.4.5" is not an IP address'],
  ['names', { names: `${long(64)}.test` }, 'more than 63 characters'],
  ['names', { names: 'a..test' }, 'is not a DNS name'],
  ['names', { names: 'me@' }, '"me@"'],
  ['days', { days: '0' }, 'must be at least 1'],
  ['days', { days: 'soon' }, 'must be a whole number'],
  ['days', { days: '99999999999' }, ''],
  ['notAfter', { dates: ['2030-01-01T00:00', '2029-01-01T00:00'] }, 'is before notBefore'],
  ['C', { subject: { C: 'USA' } }, 'a country is a code of two letters'],
  ['ST', { subject: { ST: long(129) } }, 'at most 128'],
  ['L', { subject: { L: long(129) } }, 'at most 128'],
  ['O', { subject: { O: long(65) } }, 'at most 64'],
  ['OU', { subject: { OU: long(65) } }, 'at most 64'],
  ['CN', { subject: { CN: long(65) } }, 'at most 64'],
  ['key', { profile: 'webtransport', key: 'p-384' }, 'needs a P-256 key'],
  ['key', { profile: 'webtransport', key: 'rsa-4096' }, 'needs a P-256 key'],
]

/** With a key that takes seconds: what is wrong must be found before it is made. */
const sound = {
  names: 'a.test',
  profile: 'server',
  key: 'rsa-4096',
  days: '',
  subject: { C: '', ST: '', L: 'Here', O: '', OU: '', CN: '' },
}

describe.each(['self', 'authority'])('bad input, signed by: %s', (signer) => {
  beforeAll(() => browser.startAfresh())

  test.each(wrong)('%s %j', async (id, order, message) => {
    const values = () =>
      page.evaluate(() => Object.fromEntries(new FormData(document.getElementById('form'))))
    await fill(page, { ...sound, signer })
    await fill(page, order)
    const before = await values()
    const error = page.locator(`#${id}-error:not(:empty)`)
    expect(await error.count()).toBe(0) // none is left of an earlier case
    await page.click('#create')
    await error.waitFor({ timeout: 3000 })
    expect(await error.textContent()).toContain(message)
    expect(await page.evaluate(() => document.activeElement.id)).toBe(id)
    expect(await page.locator(`#${id}`).getAttribute('aria-invalid')).toBe('true')
    expect(await page.locator('.error:not(:empty)').count()).toBe(1)
    expect(await values()).toEqual(before)
    expect(await page.locator('#made').isVisible()).toBe(false)
  })
})
