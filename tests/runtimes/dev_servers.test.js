/** Development servers of others, with certmint/selfsigned where they ask for selfsigned, and with our
 * plugin for Vite. */

import { spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import https from 'node:https'
import path from 'node:path'

import { installed } from '../support/package.js'
import { root, run } from '../support/tools.js'

let place

/** Puts the real package beside ours, where `selfsigned` is what an override in package.json makes of it. */
function take(name) {
  const [from, to] = [path.join(root, 'node_modules', name), place.path(`node_modules/${name}`)]
  fs.cpSync(from, to, {
    recursive: true,
    filter: (file) => !file.startsWith(path.join(from, 'node_modules')),
  })
  const { dependencies } = JSON.parse(fs.readFileSync(path.join(to, 'package.json'), 'utf8'))
  for (const needed of Object.keys(dependencies)) {
    const link = place.path(`node_modules/${needed}`)
    fs.mkdirSync(path.dirname(link), { recursive: true })
    if (needed !== 'selfsigned') fs.symlinkSync(path.join(root, 'node_modules', needed), link)
  }
}

beforeAll(() => {
  place = installed()
  for (const name of ['webpack-dev-server', '@rsbuild/plugin-basic-ssl']) take(name)
  fs.mkdirSync(place.path('node_modules/selfsigned'))
  place.write(
    'node_modules/selfsigned/package.json',
    '{ "name": "selfsigned", "main": "index.js" }',
  )
  place.write(
    'node_modules/selfsigned/index.js',
    "module.exports = require('certmint/selfsigned')\n",
  )
  place.write('index.html', '<!doctype html><title>here</title>')
  place.write('src.js', 'console.log(1)')
})

/** Runs a program that says "listening PORT", and answers with its certificate and what GET / gives. */
async function visit(file, text, { ca, servername = 'localhost' } = {}) {
  place.write(file, text)
  const child = spawn(process.execPath, [file], {
    cwd: place.folder,
    env: {
      ...process.env,
      HOME: place.folder,
      XDG_DATA_HOME: '',
      CAROOT: '',
    },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += part))
  const ended = once(child, 'close')
  try {
    const port = await Promise.race([
      ended.then(() => undefined),
      (async () => {
        while (!/listening (\d+)/.test(said)) await once(child.stdout, 'data')
        return Number(/listening (\d+)/.exec(said)[1])
      })(),
    ])
    if (!port) throw new Error(said)
    const answer = await get({ port, servername, ca: ca?.() })
    return { ...answer, said }
  } finally {
    child.kill('SIGKILL')
    await ended
  }
}

async function get({ port, servername, ca }) {
  const request = https.get({
    ...{ host: '127.0.0.1', port, servername, ca, rejectUnauthorized: ca !== undefined },
    ...{ headers: { accept: 'text/html' }, agent: false },
  })
  const [response] = await once(request, 'response')
  const cert = new X509Certificate(response.socket.getPeerCertificate().raw)
  let body = ''
  for await (const part of response) body += part
  return { cert, body, status: response.statusCode }
}

const required = (name) => JSON.stringify(path.join(root, 'node_modules', name))

test('webpack-dev-server', async () => {
  const { cert, body, status } = await visit(
    'wds.cjs',
    `const webpack = require(${required('webpack')})
    const Server = require('webpack-dev-server')
    const compiler = webpack({ mode: 'development', entry: './src.js', context: __dirname })
    const options = { server: 'https', host: '127.0.0.1', port: 'auto', static: __dirname, hot: false }
    const server = new Server({ ...options, client: false }, compiler)
    server.start().then(() => console.log('listening ' + server.server.address().port))`,
  )
  expect([status, body]).toEqual([200, '<!doctype html><title>here</title>'])
  // ours: with key identifiers, and the address it gives as a DNS name as an address
  expect(cert.subjectAltName).toContain('IP Address:0:0:0:0:0:0:0:1')
  const text = run('openssl', ['x509', '-noout', '-ext', 'subjectKeyIdentifier'], {
    input: cert.toString(),
  })
  expect(text.out).toMatch(/Subject Key Identifier/)
})

test('@rsbuild/plugin-basic-ssl, which asks as of version 3', async () => {
  fs.mkdirSync(place.path('src'), { recursive: true })
  place.write('src/index.js', 'document.title = 1')
  const { cert, status } = await visit(
    'rsbuild.mjs',
    `import { createRsbuild } from ${required('@rsbuild/core/dist/index.js')}
    import { pluginBasicSsl } from '@rsbuild/plugin-basic-ssl'
    const rsbuild = await createRsbuild({
      cwd: import.meta.dirname,
      rsbuildConfig: {
        plugins: [pluginBasicSsl({ outputPath: import.meta.dirname })],
        server: { host: '127.0.0.1', port: 0 },
        logLevel: 'silent'
      }
    })
    const { port } = await rsbuild.startDevServer()
    console.log('listening ' + port)`,
  )
  expect(status).toBe(200)
  expect(cert.subject).toBe('CN=localhost')
  const days = (Date.parse(cert.validTo) - Date.parse(cert.validFrom)) / 86_400_000
  expect(Math.round(days)).toBe(30)
  const text = run('openssl', ['x509', '-noout', '-text'], { input: cert.toString() }).out
  expect(text).toMatch(/sha256WithRSAEncryption[\s\S]*Subject Key Identifier/)
})

describe('certmint/vite', () => {
  const vite = (options = '', config = '') => `
    import { createServer } from ${required('vite/dist/node/index.js')}
    import certmint from 'certmint/vite'
    const server = await createServer({
      configFile: false, root: import.meta.dirname, logLevel: 'silent', cacheDir: './vite-cache',
      plugins: [certmint(${options})],
      server: { host: '127.0.0.1', port: 0, ${config} },
    })
    await server.listen()
    console.log('listening ' + server.httpServer.address().port)`
  const folder = () => place.path('.local/share/certmint')
  const ca = () => fs.readFileSync(path.join(folder(), 'rootCA.pem'))

  test('a certificate that is trusted when its authority is, which is made once', async () => {
    const first = await visit('vite.mjs', vite(), { ca })
    expect([first.status, first.body]).toEqual([200, expect.stringContaining('<title>here')])
    expect(first.said).toContain(`${folder()}/rootCA.pem`)
    expect(first.said).toContain(`npx certmint trust --ca-root "${folder()}"`)
    expect(fs.statSync(path.join(folder(), 'rootCA-key.pem')).mode & 0o777).toBe(0o600)
    expect(fs.statSync(folder()).mode & 0o777).toBe(0o700)
    const authority = ca()
    const second = await visit('vite.mjs', vite(), { ca })
    expect(second.said).not.toContain('trust')
    expect(ca()).toEqual(authority)
    expect(second.cert.serialNumber).not.toBe(first.cert.serialNumber)
    expect(fs.readdirSync(path.dirname(folder()))).toEqual(['certmint'])
    // the authority can be nobody in the world outside
    expect(
      run('openssl', ['x509', '-noout', '-text'], { input: authority.toString() }).out,
    ).toMatch(/Name Constraints: critical\s+Permitted:\s+DNS:localhost/)
  })

  test('hosts of its own', async () => {
    const { cert } = await visit('vite.mjs', vite("{ hosts: ['shop.test'] }"), {
      ca,
      servername: 'shop.test',
    })
    expect(cert.subjectAltName).toBe('DNS:shop.test')
  })

  test("mkcert's folder", async () => {
    const mkcert = place.path('mkcert')
    run('mkcert', ['-cert-file', place.path('x.pem'), '-key-file', place.path('x.key'), 'x.test'], {
      env: { CAROOT: mkcert, HOME: place.folder },
    })
    const { status } = await visit('vite.mjs', vite(JSON.stringify({ folder: mkcert })), {
      ca: () => fs.readFileSync(path.join(mkcert, 'rootCA.pem')),
    })
    expect(status).toBe(200)
  })
})
