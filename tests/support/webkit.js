/** WebKitGTK's MiniBrowser through its WebDriver (W3C), on a display of its own. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'

import { scratch } from './tools.js'

/** Debian has it under its architecture and its version of the interface. */
function miniBrowser() {
  const found = fs
    .readdirSync('/usr/lib')
    .flatMap((arch) => ['4.1', '4.0'].map((v) => `/usr/lib/${arch}/webkit2gtk-${v}/MiniBrowser`))
    .find((file) => fs.existsSync(file))
  if (!found) throw new Error('there is no MiniBrowser; npm test installs it')
  return found
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/** @returns {Promise<{ goto(url: string): Promise<void>, evaluate(body: string): Promise<any>, close(): Promise<void> }>} */
export async function openWebKit() {
  const home = scratch()
  const display = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  )
  const [number] = await once(display.stdio[3], 'data')
  const port = await freePort()
  const driver = spawn('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], {
    stdio: 'ignore',
    env: {
      ...process.env,
      HOME: home.folder,
      XDG_CACHE_HOME: home.path('cache'),
      XDG_DATA_HOME: home.path('data'),
      DISPLAY: `:${String(number).trim()}`,
      // a container has no namespaces to spare
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    },
  })
  const ask = async (method, path, body) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      body: body && JSON.stringify(body),
    })
    const { value } = await answer.json()
    if (value?.error) throw new Error(`${value.error}: ${value.message}`)
    return value
  }
  const capabilities = {
    alwaysMatch: {
      'webkitgtk:browserOptions': { binary: miniBrowser(), args: ['--automation'] },
    },
  }
  const session = await retried(() => ask('POST', '/session', { capabilities }))
  const of = (path) => `/session/${session.sessionId}${path}`
  await ask('POST', of('/timeouts'), { script: 60_000 })
  return {
    goto: (url) => ask('POST', of('/url'), { url }),
    evaluate: (body) =>
      ask('POST', of('/execute/async'), {
        script: `const done = arguments[0]; (async () => { ${body} })().then(
          (value) => done({ value }), (error) => done({ error: String(error) }))`,
        args: [],
      }).then(({ value, error }) => {
        if (error) throw new Error(error)
        return value
      }),
    async close() {
      await ask('DELETE', of('')).catch(() => {})
      const ended = [driver, display].map((child) => once(child, 'exit'))
      driver.kill()
      display.kill()
      await Promise.all(ended)
    },
  }
}

/** The driver takes a moment to listen. */
async function retried(work) {
  const until = Date.now() + 20_000
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (Date.now() > until || !/fetch failed|session not created|ECONNRESET/.test(error.message))
        throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}
