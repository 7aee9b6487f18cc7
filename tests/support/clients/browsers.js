/** Chromium and Firefox visit every case, with the roots installed in a profile of their own. */

import { spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'

import { chromium } from 'playwright-core'
import { run, scratch } from '../tools.js'

const url = ({ host, port }) => `https://${host}:${port}/`

/** A database of NSS's that trusts the roots. */
function trustingDatabase(folder, { roots, files }) {
  fs.mkdirSync(folder, { recursive: true })
  run('certutil', ['-N', '-d', `sql:${folder}`, '--empty-password'])
  for (const [i, pem] of roots.entries()) {
    const file = files.write(`root-${i}.pem`, pem)
    run(
      'certutil',
      ['-A', '-d', `sql:${folder}`, '-n', `root ${i}`, '-t', 'C,,', '-a', '-i', file],
      {
        fails: true, // one that NSS does not take: then the client cannot trust it
      },
    )
  }
}

/** Why each request of the page failed, by its port. */
export async function visitWithChromium(lab) {
  const home = scratch()
  trustingDatabase(path.join(home.folder, '.pki', 'nssdb'), lab)
  const context = await chromium.launchPersistentContext(path.join(home.folder, 'profile'), {
    executablePath: process.env.CERTMINT_CHROMIUM || '/usr/bin/chromium',
    headless: true,
    env: { ...process.env, HOME: home.folder },
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      '--host-resolver-rules=MAP *.test 127.0.0.1, MAP localhost 127.0.0.1',
    ],
  })
  try {
    const page = await context.newPage()
    const reasons = {}
    page.on('requestfailed', (request) => {
      reasons[new URL(request.url()).port] = request.failure()?.errorText
    })
    const came = await page.evaluate(
      (addresses) =>
        Promise.all(
          addresses.map((address) =>
            fetch(address, { mode: 'no-cors' }).then(
              () => true,
              () => false,
            ),
          ),
        ),
      lab.cases.map(url),
    )
    return Object.fromEntries(
      lab.cases.map(({ name, port }, i) => [name, came[i] ? 'ok' : (reasons[port] ?? 'failed')]),
    )
  } finally {
    await context.close()
  }
}

const PREFERENCES = {
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'app.update.enabled': false,
  'app.normandy.enabled': false,
  'services.settings.server': 'data:,',
  'browser.safebrowsing.downloads.remote.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'network.dns.localDomains': 'a_b.lint.test,www.lint.test,lint.test',
  'security.OCSP.enabled': 0,
}

/** Marionette, which every Firefox has: messages of "size:JSON" over TCP. */
class Marionette {
  #socket
  #waiting = new Map()
  #received = Buffer.alloc(0)
  #next = 1

  static async connect(port, alive) {
    for (let tries = 0; ; tries++) {
      const socket = net.connect(port, '127.0.0.1')
      const connected = await new Promise((resolve) => {
        socket.on('connect', () => resolve(true))
        socket.on('error', () => resolve(false))
      })
      if (connected) return new Marionette(socket)
      if (tries === 300 || !alive()) throw new Error('Firefox does not start')
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  constructor(socket) {
    this.#socket = socket
    socket.on('data', (data) => {
      this.#received = Buffer.concat([this.#received, data])
      this.#read()
    })
    socket.on('error', () => {})
  }

  #read() {
    for (;;) {
      const colon = this.#received.indexOf(':')
      if (colon < 0) return
      const size = Number(this.#received.subarray(0, colon))
      if (this.#received.length < colon + 1 + size) return
      const message = JSON.parse(this.#received.subarray(colon + 1, colon + 1 + size).toString())
      this.#received = this.#received.subarray(colon + 1 + size)
      if (!Array.isArray(message)) continue // its greeting
      const [, id, error, result] = message
      const { resolve, reject } = this.#waiting.get(id)
      if (error) reject(new Error(`${error.error}: ${error.message}`))
      else resolve(result)
    }
  }

  send(command, parameters = {}) {
    const id = this.#next++
    const text = JSON.stringify([0, id, command, parameters])
    this.#socket.write(`${Buffer.byteLength(text)}:${text}`)
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
  }

  close() {
    this.#socket.destroy()
  }
}

/** Runs in Firefox with its own rights: a request to each address and the code of its failure. */
const inFirefox = `
  const [addresses, done] = arguments
  const visit = (address) => new Promise((resolve) => {
    const request = new XMLHttpRequest({ mozAnon: true })
    request.open('GET', address)
    request.timeout = 20000
    request.onload = () => resolve('ok')
    request.ontimeout = () => resolve('timeout')
    request.onerror = () => {
      const info = request.channel.securityInfo
      const text = info && info.QueryInterface(Ci.nsITransportSecurityInfo).errorCodeString
      resolve(text || 'failed ' + request.channel.status.toString(16))
    }
    request.send()
  })
  Promise.all(addresses.map(visit)).then(done)
`

export async function visitWithFirefox(lab) {
  const profile = scratch()
  trustingDatabase(profile.folder, lab)
  const port = await freePort()
  const preferences = { ...PREFERENCES, 'marionette.port': port }
  profile.write(
    'user.js',
    Object.entries(preferences)
      .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
      .join(''),
  )
  const firefox = spawn(
    'firefox-esr',
    [
      ...['--headless', '--marionette', '--remote-allow-system-access', '--no-remote'],
      ...['--profile', profile.folder],
    ],
    { stdio: 'ignore', env: { ...process.env, HOME: profile.folder } },
  )
  const ended = new Promise((resolve) => firefox.on('close', resolve))
  try {
    const marionette = await Marionette.connect(port, () => firefox.exitCode === null)
    await marionette.send('WebDriver:NewSession', {})
    await marionette.send('Marionette:SetContext', { value: 'chrome' })
    await marionette.send('WebDriver:SetTimeouts', { script: 60_000 })
    const { value } = await marionette.send('WebDriver:ExecuteAsyncScript', {
      script: inFirefox,
      args: [lab.cases.map(url)],
    })
    marionette.close()
    return Object.fromEntries(lab.cases.map(({ name }, i) => [name, value[i]]))
  } finally {
    firefox.kill()
    await ended
  }
}

async function freePort() {
  const server = net.createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  await new Promise((resolve) => server.close(resolve))
  return port
}
