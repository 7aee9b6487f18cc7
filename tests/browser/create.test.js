/** Certificates made in the page as a person makes them, their files used by others. */

import { spawn } from 'node:child_process'
import { X509Certificate, createPrivateKey } from 'node:crypto'
import fs from 'node:fs'
import https from 'node:https'
import path from 'node:path'

import { readWithGnuTLS, readWithPython } from '../support/readers.js'
import { python, root, run, scratch } from '../support/tools.js'
import { create, openPage } from './support.js'

let browser
let page
beforeAll(async () => {
  browser = await openPage()
  page = browser.page
})
afterAll(() => browser?.close())

beforeEach(() => browser.startAfresh())
afterEach(() => expect(browser.complaints).toEqual([]))

/** Presses the download buttons; returns the folder of what came. */
async function downloads(...names) {
  const folder = scratch()
  for (const name of names) {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: `Download ${name}`, exact: true }).click(),
    ])
    expect(file.suggestedFilename()).toBe(name)
    await file.saveAs(folder.path(name))
  }
  return folder
}

const both = ['certificate.pem', 'private_key.pem']

/** Fetches from a server of Node's with these files, trusting only `ca`. */
async function fetched(files, ca) {
  const server = https.createServer(
    { cert: files.read('certificate.pem'), key: files.read('private_key.pem') },
    (request, response) => response.end('hello'),
  )
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await new Promise((resolve, reject) => {
      https
        .get({ host: '127.0.0.1', port: server.address().port, servername: 'localhost', ca }, (r) =>
          r.setEncoding('utf8').on('data', resolve),
        )
        .on('error', reject)
    })
  } finally {
    server.close()
  }
}

/** certmint-echo with these files, and its port. */
async function echoServer(files) {
  const program = path.join(root, 'build', 'native', 'certmint-echo')
  const server = spawn(
    program,
    [
      ...['--cert', files.path('certificate.pem'), '--key', files.path('private_key.pem')],
      ...['--listen', '127.0.0.1:0', '--json'],
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  const ended = new Promise((resolve) => server.once('exit', resolve))
  const port = await new Promise((resolve, reject) => {
    let said = ''
    server.once('error', reject)
    server.once('exit', (status) => reject(new Error(`certmint-echo ended with ${status}`)))
    server.stdout.setEncoding('utf8').on('data', (text) => {
      said += text
      const line = said.split('\n').find((one) => /"port"/.test(one) && one.endsWith('}'))
      if (line) resolve(JSON.parse(line).port)
    })
  })
  return {
    port,
    end: () => {
      server.kill('SIGTERM')
      return ended
    },
  }
}

/** The client of Python's own tutorial. */
const tutorialClient = `
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
with socket.create_connection(('127.0.0.1', int(sys.argv[2]))) as plain:
    with context.wrap_socket(plain, server_hostname='localhost') as tls:
        tls.sendall(b'hello from python')
        print(tls.recv(1024).decode(), tls.version())
`

/** What openssl s_client reads back through a server, verifying under `ca`. */
function askWithOpenSSL(port, ca, text) {
  const client = spawn(
    'openssl',
    [
      ...['s_client', '-connect', `127.0.0.1:${port}`, '-servername', 'localhost', '-quiet'],
      ...['-CAfile', ca, '-verify_return_error', '-verify_hostname', 'localhost', '-x509_strict'],
    ],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  )
  return new Promise((resolve, reject) => {
    let errors = ''
    client.stderr.setEncoding('utf8').on('data', (said) => (errors += said))
    client.once('error', reject)
    client.once('exit', () => reject(new Error(errors)))
    client.stdout.setEncoding('utf8').once('data', (said) => {
      client.kill('SIGTERM')
      resolve(said)
    })
    client.stdin.write(text)
  })
}

/** What both clients read back through certmint-echo. */
async function echoed(files, ca) {
  const server = await echoServer(files)
  try {
    return {
      openssl: await askWithOpenSSL(server.port, ca, 'hello from openssl\n'),
      python: run(python, ['-c', tutorialClient, ca, String(server.port)]).out,
    }
  } finally {
    await server.end()
  }
}

const names = 'localhost 127.0.0.1 ::1'

describe.each(['p-256', 'p-384', 'rsa-2048'])('self-signed, %s', (key) => {
  test('every client takes the files', async () => {
    await create(page, { names, key })
    const files = await downloads(...both)
    const certificate = files.path('certificate.pem')

    expect(
      run('openssl', ['verify', '-x509_strict', '-CAfile', certificate, certificate]).out,
    ).toMatch(/: OK/)
    expect(readWithGnuTLS(certificate)).toContain('DNSname: localhost')
    const read = new X509Certificate(files.read('certificate.pem'))
    expect(read.subjectAltName).toBe(
      'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    )
    expect(read.checkPrivateKey(createPrivateKey(files.read('private_key.pem')))).toBe(true)
    expect(await fetched(files, files.read('certificate.pem'))).toBe('hello')
  })
})

test.each(['p-256', 'rsa-2048'])('certmint-echo serves it: %s', async (key) => {
  await create(page, { names, key })
  const files = await downloads(...both)
  const { openssl, python: said } = await echoed(files, files.path('certificate.pem'))
  expect(openssl).toBe('hello from openssl\n')
  expect(said).toMatch(/^hello from python TLSv1\.[23]\n$/)
})

test('with its own authority: clients that trust ca.pem accept the server', async () => {
  await create(page, { names, signer: 'authority', key: 'rsa-2048' })
  const files = await downloads(...both, 'ca.pem', 'ca-key.pem')
  const [ca, certificate] = [files.path('ca.pem'), files.path('certificate.pem')]

  expect(run('openssl', ['verify', '-x509_strict', '-CAfile', ca, certificate]).out).toMatch(/: OK/)
  const gnutls = ['--verify', '--verify-hostname', 'localhost', '--load-ca-certificate', ca]
  expect(run('certtool', [...gnutls, '--infile', certificate]).out).toContain('Verified. The')
  const authority = new X509Certificate(files.read('ca.pem'))
  expect(authority.ca).toBe(true)
  expect(authority.checkPrivateKey(createPrivateKey(files.read('ca-key.pem')))).toBe(true)
  expect(await fetched(files, files.read('ca.pem'))).toBe('hello')
  expect(await echoed(files, ca)).toMatchObject({ openssl: 'hello from openssl\n' })
})

test('every option reaches the certificate', async () => {
  await create(page, {
    names: 'shop.test me@shop.test https://shop.test/x',
    key: 'p-384',
    keyFormat: 'traditional',
    profile: 'peer',
    hash: 'sha512',
    dates: ['2031-01-02T03:04', '2032-05-06T07:08'],
    subject: { C: 'DE', ST: 'Bayern', L: 'München', O: 'A, B & C', OU: '1/2', CN: 'Shop+' },
  })
  const files = await downloads(...both)
  const text = run('openssl', [
    ...['x509', '-in', files.path('certificate.pem'), '-noout', '-text'],
    ...['-nameopt', 'RFC2253,utf8,-esc_msb,-dn_rev'],
  ]).out
  expect(text).toContain('Subject: C=DE,ST=Bayern,L=München,O=A\\, B & C,OU=1/2,CN=Shop\\+')
  expect(text).toContain('ecdsa-with-SHA512')
  expect(text).toContain('TLS Web Server Authentication, TLS Web Client Authentication')
  expect(text).toContain('DNS:shop.test, email:me@shop.test, URI:https://shop.test/x')
  const { validFrom, validTo } = new X509Certificate(files.read('certificate.pem'))
  expect(new Date(validFrom).getTime()).toBe(new Date('2031-01-02T03:04').getTime())
  expect(new Date(validTo).getTime()).toBe(new Date('2032-05-06T07:08').getTime())
  expect(String(files.read('private_key.pem'))).toMatch(/^-----BEGIN EC PRIVATE KEY-----/)
})

test('says in words what was made', async () => {
  await create(page, { names: 'shop.test 192.0.2.7', days: '30' })
  const { fingerprint256 } = new X509Certificate((await downloads(...both)).read('certificate.pem'))
  const words = (await page.locator('#made').innerText()).replace(/\s+/g, ' ')
  expect(words).toContain('192.0.2.7')
  expect(words).toContain('(30 days)')
  expect(words).toContain('Trusted by nobody until')
  expect(words.replaceAll(' ', '')).toContain(fingerprint256)
})

test('the private key is in the page only while it is shown', async () => {
  await create(page, { names })
  const inPage = () => page.evaluate(() => document.documentElement.outerHTML)
  expect(await inPage()).not.toContain('PRIVATE KEY-----')
  await page.getByRole('button', { name: 'Show private_key.pem' }).click()
  expect(await inPage()).toContain('-----BEGIN PRIVATE KEY-----')
  await page.getByRole('button', { name: 'Hide private_key.pem' }).click()
  expect(await inPage()).not.toContain('PRIVATE KEY-----')
})

describe('copying', () => {
  /** What a person gets who presses Ctrl-V in a field of another page. */
  const pasted = async () => {
    await page.focus('#names')
    await page.keyboard.press('Control+A')
    await page.keyboard.press('Control+V')
    return page.inputValue('#names')
  }

  test.each([
    ['with navigator.clipboard', true],
    ['without it, as on plain http', false],
  ])('%s', async (_, secure) => {
    if (!secure) {
      await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }))
    }
    await create(page, { names })
    const text = String((await downloads('certificate.pem')).read('certificate.pem'))
    await page.getByRole('button', { name: 'Copy certificate.pem' }).click()
    await page.getByRole('button', { name: 'Copied certificate.pem' }).waitFor()
    expect(await pasted()).toBe(text.trim().replaceAll('\n', ' '))
  })
})

describe('the commands shown make the same', () => {
  const command = async (tab) => {
    await page.getByRole('tab', { name: tab, exact: true }).click()
    return page.getByRole('region', { name: tab, exact: true }).innerText()
  }

  /** Everything but serial number, dates and what follows from the key. */
  function essence(file) {
    const { serial, notBefore, notAfter, extensions, ...rest } = readWithPython(file)
    expect(serial && notBefore && notAfter).toBeTruthy()
    for (const id of ['subjectKeyIdentifier', 'authorityKeyIdentifier']) {
      expect(extensions[id].value).toMatch(/^[0-9a-f]{40}$/)
      extensions[id].value = ''
    }
    return { ...rest, extensions, key: keyOf(file) }
  }

  function keyOf(file) {
    const { asymmetricKeyType, asymmetricKeyDetails } = new X509Certificate(fs.readFileSync(file))
      .publicKey
    return { asymmetricKeyType, ...asymmetricKeyDetails }
  }

  const orders = [
    { names: 'shop.test *.shop.test 192.0.2.7', days: '90' },
    { names: 'shop.test', key: 'rsa-2048', keyFormat: 'traditional', hash: 'sha384' },
    { names: 'me@shop.test', profile: 'email', subject: { O: "O'Hara/Sons, Ltd", CN: 'Me + You' } },
    { names: 'shop.test', signer: 'authority', key: 'p-384', keyFormat: 'traditional' },
  ]

  test.each(orders)('openssl: %j', async (order) => {
    await create(page, order)
    const signed = order.signer === 'authority' ? ['ca.pem'] : []
    const ours = await downloads(...both, ...signed)
    const theirs = scratch()
    run('sh', ['-ec', await command('openssl')], { cwd: theirs.folder })
    for (const name of ['certificate.pem', ...signed]) {
      expect(essence(theirs.path(name))).toEqual(essence(ours.path(name)))
    }
    const firstLine = (folder) => String(folder.read('private_key.pem')).split('\n')[0]
    expect(firstLine(theirs)).toBe(firstLine(ours))
  })

  test.each(orders)('certmint: %j', async (order) => {
    await create(page, order)
    const signed = order.signer === 'authority' ? ['ca.pem'] : []
    const ours = await downloads(...both, ...signed)
    const theirs = scratch()
    const program = `${process.execPath} ${path.join(root, 'js', 'cli.js')}`
    const text = (await command('certmint')).replaceAll('npx certmint', program)
    run('sh', ['-ec', text], { cwd: theirs.folder })
    for (const name of ['certificate.pem', ...signed]) {
      expect(essence(theirs.path(name))).toEqual(essence(ours.path(name)))
    }
    expect(fs.statSync(theirs.path('private_key.pem')).size).toBeGreaterThan(0)
  })

  test('JavaScript', async () => {
    await create(page, { names: 'shop.test 192.0.2.7', days: '90', key: 'p-384' })
    const ours = await downloads(...both)
    const theirs = scratch()
    const program = (await command('JavaScript')).replace(
      "'certmint'",
      JSON.stringify(path.join(root, 'js', 'index.js')),
    )
    const out = run(process.execPath, [
      ...['--input-type=module', '-e', `${program}\nconsole.log(files.cert)`],
    ]).out
    expect(essence(theirs.write('certificate.pem', out))).toEqual(
      essence(ours.path('certificate.pem')),
    )
  })
})
