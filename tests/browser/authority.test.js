/** An authority made, used, saved and opened again in the page, and requests; the files used by others. */

import { execFileSync } from 'node:child_process'
import fs from 'node:fs'

import { createCSR } from '../../js/index.js'
import { readWithOpenSSL } from '../support/readers.js'
import { python, root as project, run, scratch } from '../support/tools.js'
import { loaded, openPage } from './support.js'

let browser
let page
beforeAll(async () => {
  browser = await openPage()
  page = browser.page
})
afterAll(() => browser?.close())

beforeEach(async () => {
  await browser.startAfresh()
  await go('authority')
})
afterEach(() => {
  expect(browser.complaints).toEqual([])
  expect(browser.requests).toEqual([])
})

const go = async (flow) => {
  await page.locator(`.flows a[href="#${flow}"]`).click()
  await page.locator(`#flow-${flow}`).waitFor()
}

const task = (name) => page.getByRole('tab', { name, exact: true }).click()
const nodes = () => page.locator('.node .node-name').allTextContents()

/** Presses a form's button; waits until the tree has so many nodes. */
async function grows(prefix, count) {
  await page.click(`#${prefix}-create`)
  await page
    .locator('.node')
    .nth(count - 1)
    .waitFor({ timeout: 30_000 })
}

async function makeRoot({ name = 'Test Root', permitted = '' } = {}) {
  await page.fill('#root-CN', name)
  await page.fill('#root-permitted', permitted)
  await grows('root', 1)
}

async function makeIntermediate(name, count) {
  await task('Authority')
  await page.fill('#under-CN', name)
  await grows('under', count)
}

async function sign(names, count) {
  await task('Certificate')
  await page.fill('#leaf-names', names)
  await grows('leaf', count)
}

async function download(folder, pressing) {
  const [file] = await Promise.all([page.waitForEvent('download'), pressing.click()])
  await file.saveAs(folder.path(file.suggestedFilename()))
  return folder.path(file.suggestedFilename())
}

const fileButton = (name) =>
  page.locator('#flow-authority').getByRole('button', { name: `Download ${name}`, exact: true })

/** Keys and passwords here protect nothing. */
const passphrase = 'Käse 12'

test('root, intermediate and leaf: openssl accepts the chain for the names', async () => {
  const folder = scratch()
  await makeRoot({ permitted: 'acme.test 10.0.0.0/8' })
  await makeIntermediate('Issuing', 2)
  await sign('www.acme.test 10.1.2.3', 3)
  expect(await nodes()).toEqual(['Test Root', 'Issuing', 'www.acme.test'])
  for (const name of ['certificate.pem', 'private_key.pem', 'ca.pem']) {
    await download(folder, fileButton(name))
  }
  const at = (name) => folder.path(name)
  const verified = run('openssl', [
    ...['verify', '-x509_strict', '-CAfile', at('ca.pem'), '-untrusted', at('certificate.pem')],
    ...['-verify_hostname', 'www.acme.test', at('certificate.pem')],
  ])
  expect(verified.out).toMatch(/: OK/)
  const leaf = readWithOpenSSL(at('certificate.pem'))
  expect(leaf).toMatch(/DNS:www\.acme\.test, IP Address:10\.1\.2\.3/)
})

test('the constraints of the root hold two steps below, and the form says so', async () => {
  await makeRoot({ permitted: 'acme.test' })
  await makeIntermediate('Issuing', 2)
  for (const name of ['www.evil.test', '10.1.2.3']) {
    await task('Certificate')
    await page.fill('#leaf-names', name)
    await page.click('#leaf-create')
    const error = page.locator('#leaf-names-error:not(:empty)')
    await error.waitFor()
    expect(await error.textContent()).toMatch(/name constraints/)
    expect(await page.locator('.node').count()).toBe(2)
    await page.fill('#leaf-names', '')
  }
})

test('revoked: the list says so to openssl, and the tree to the person', async () => {
  const folder = scratch()
  await makeRoot()
  await sign('a.test', 2)
  const leaf = await download(folder, fileButton('certificate.pem'))
  await download(folder, fileButton('ca.pem'))
  await page.selectOption('#revoke-reason', 'keyCompromise')
  await page.getByRole('button', { name: 'Revoke', exact: true }).click()
  await page.locator('.node.revoked').waitFor()
  await task('Revoked')
  await page.fill('#list-days', '7')
  await page.click('#list-create')
  const list = await download(folder, fileButton('crl.pem'))
  const text = run('openssl', ['crl', '-in', list, '-noout', '-text']).out
  expect(text).toMatch(/Key Compromise/)
  const options = ['-crl_check', '-CRLfile', list, '-CAfile', folder.path('ca.pem')]
  const verified = run('openssl', ['verify', ...options, leaf], { fails: true })
  expect(verified.err).toMatch(/certificate revoked/)
})

test("somebody's request is signed; a broken one is refused beside its field", async () => {
  const { csr } = await createCSR({ subject: 'CN=device,O=Elsewhere', san: ['device.test'] })
  const folder = scratch()
  await makeRoot()
  await task('Request')
  await page.fill('#csr-csr', csr.pem.replace(/A/g, 'B'))
  await page.click('#csr-create')
  await page.locator('#csr-csr-error:not(:empty)').waitFor()
  await page.fill('#csr-csr', csr.pem)
  await grows('csr', 2)
  const file = await download(folder, fileButton('certificate.pem'))
  expect(readWithOpenSSL(file)).toMatch(/Subject: CN=device,O=Elsewhere[^]*DNS:device\.test/)
  expect(await fileButton('private_key.pem').count()).toBe(0)
})

test('the trust kit: whole, and keytool opens its trust store', async () => {
  const folder = scratch()
  await makeRoot()
  const kit = await download(folder, page.getByRole('button', { name: 'Download trust-kit.zip' }))
  run(python, ['-m', 'zipfile', '-e', kit, folder.folder])
  expect(fs.readdirSync(folder.folder).sort()).toEqual([
    ...['certmint.mobileconfig', 'commands.txt', 'env.ps1', 'env.sh', 'index.html'],
    ...['java-truststore.p12', 'policies.json', 'rootCA.cer', 'rootCA.pem', 'trust-kit.zip'],
  ])
  const store = ['-keystore', folder.path('java-truststore.p12'), '-storepass', 'changeit']
  expect(run('keytool', ['-list', ...store]).out).toMatch(/trustedCertEntry/)
  const plist = 'import plistlib,sys; print(plistlib.load(open(sys.argv[1],"rb"))["PayloadType"])'
  const said = run(python, ['-c', plist, folder.path('certmint.mobileconfig')])
  expect(said.out.trim()).toBe('Configuration')
  expect(fs.readFileSync(kit, 'latin1')).not.toContain('PRIVATE KEY')
})

describe('saved', () => {
  async function save(folder) {
    await task('Save')
    await page.fill('#save-passphrase', passphrase)
    return download(folder, page.locator('#save-create'))
  }

  test('as a file that openssl reads, and the page opens again; keys are in it encrypted only', async () => {
    const folder = scratch()
    await makeRoot()
    await makeIntermediate('Issuing', 2)
    await sign('a.test', 3)
    const file = await save(folder)
    const text = fs.readFileSync(file, 'utf8')
    expect(text.match(/BEGIN ENCRYPTED PRIVATE KEY/g)).toHaveLength(2)
    expect(text).not.toMatch(/BEGIN (EC |RSA )?PRIVATE KEY/)
    execFileSync('openssl', ['pkey', '-in', file, '-passin', `pass:${passphrase}`, '-noout'])

    await page.getByRole('button', { name: 'Close this authority' }).click()
    await page.getByText('Open one you have').click()
    await page.setInputFiles('#open-file', file)
    await page.fill('#open-passphrase', 'wrong')
    await page.click('#open-create')
    const error = page.locator('#open-passphrase-error:not(:empty)')
    await error.waitFor({ timeout: 30_000 })
    expect(await error.textContent()).toMatch(/passphrase/)
    await page.fill('#open-passphrase', passphrase)
    await grows('open', 3)
    expect(await nodes()).toEqual(['Test Root', 'Issuing', 'a.test'])
    await sign('b.test', 4)
  })

  test('in this browser, when asked to: there after a reload, and gone when forgotten', async () => {
    const databases = () => page.evaluate(async () => (await indexedDB.databases()).length)
    await makeRoot({ name: 'Kept Root' })
    expect(await databases()).toBe(0)
    await task('Save')
    await page.fill('#save-passphrase', passphrase)
    await page.getByRole('button', { name: 'Keep in this browser' }).click()
    await page.getByText('Only the passphrase opens it').waitFor({ state: 'attached' })
    await page.reload()
    await loaded(page)
    browser.requests.length = 0
    await page.fill('#kept-0-passphrase', passphrase)
    await grows('kept-0', 1)
    expect(await nodes()).toEqual(['Kept Root'])
    await page.getByRole('button', { name: 'Close this authority' }).click()
    page.once('dialog', (dialog) => dialog.accept())
    await page.getByRole('button', { name: 'Forget' }).click()
    await page.locator('#kept-0-form').waitFor({ state: 'detached' })
    expect(await databases()).toBe(0)
  })

  test('without a passphrase it is not, and says so', async () => {
    await makeRoot()
    await task('Save')
    await page.click('#save-create')
    expect(await page.locator('#save-passphrase-error').textContent()).toMatch(/is needed/)
  })
})

test("another program's authority is opened: certificate and key of openssl", async () => {
  const folder = scratch()
  run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-subj', '/CN=Elsewhere', '-days', '30'],
    ...['-keyout', folder.path('key.pem'), '-out', folder.path('cert.pem')],
  ])
  await page.getByText('Open one you have').click()
  await page.setInputFiles('#open-file', [folder.path('cert.pem'), folder.path('key.pem')])
  await grows('open', 1)
  await sign('a.test', 2)
})

test('going elsewhere in the page lets go of the keys', async () => {
  await makeRoot()
  await sign('a.test', 2)
  await page.getByRole('button', { name: 'Show private_key.pem' }).click()
  await go('certificate')
  expect(await page.content()).not.toContain('PRIVATE KEY')
  await go('authority')
  expect(await page.locator('.node').count()).toBe(0)
})

describe('bad input', () => {
  test.each([
    ['permitted', { '#root-permitted': 'a..test' }],
    ['days', { '#root-days': 'soon' }],
    ['C', { '#root-C': 'USA' }],
  ])('root: %s', async (name, values) => {
    await page.evaluate(() =>
      document.querySelectorAll('#root-form details').forEach((one) => (one.open = true)),
    )
    for (const [selector, value] of Object.entries(values)) await page.fill(selector, value)
    await page.click('#root-create')
    await page.locator(`#root-${name}-error:not(:empty)`).waitFor()
    expect(await page.evaluate(() => document.activeElement.id)).toBe(`root-${name}`)
    expect(await page.locator('.node').count()).toBe(0)
  })

  test('a file that is no authority', async () => {
    await page.getByText('Open one you have').click()
    await page.click('#open-create')
    expect(await page.locator('#open-file-error').textContent()).toMatch(/choose a file/)
    await page.setInputFiles('#open-file', `${project}/README.md`)
    await page.click('#open-create')
    await page.getByText('no certificate of an authority').waitFor()
  })
})

test('a request and its key, which openssl reads', async () => {
  const folder = scratch()
  await go('request')
  await page.fill('#request-names', 'dev.test www.dev.test')
  await page.click('#request-create')
  const flow = page.locator('#flow-request')
  await flow.locator('.paper').waitFor()
  for (const name of ['request.csr', 'private_key.pem']) {
    await download(folder, flow.getByRole('button', { name: `Download ${name}`, exact: true }))
  }
  const read = run('openssl', [
    'req',
    '-in',
    folder.path('request.csr'),
    '-verify',
    '-noout',
    '-text',
  ])
  expect(read.out).toMatch(/DNS:dev\.test, DNS:www\.dev\.test/)
  const pub = (args) => run('openssl', [...args, '-pubout']).out
  expect(pub(['pkey', '-in', folder.path('private_key.pem')])).toBe(
    run('openssl', ['req', '-in', folder.path('request.csr'), '-noout', '-pubkey']).out,
  )
})

test('what is shown for a terminal makes the same', async () => {
  const folder = scratch()
  await makeRoot({ name: "O'Brien & Co", permitted: 'acme.test 2001:db8::/32' })
  const commands = async () => {
    const shown = page.locator('#flow-authority .snippet code')
    return (await shown.allTextContents()).filter((text) => /^openssl req/.test(text))
  }
  const [rootCommand] = await commands()
  await sign('www.acme.test', 2)
  const [leafCommand] = await commands()
  for (const command of [rootCommand, leafCommand]) {
    run('sh', ['-c', command], { cwd: folder.folder })
  }
  const { out } = run('openssl', [
    ...['verify', '-x509_strict', '-CAfile', folder.path('ca.pem')],
    folder.path('certificate.pem'),
  ])
  expect(out).toMatch(/: OK/)
})
