// npm start: builds what is not up to date and serves the page.

import { Stop, at, main, say } from './lib.mjs'
import { buildWasm, buildWeb } from './build.mjs'
import { serve } from './serve.mjs'
import { setup } from './setup.mjs'

await main(async () => {
  const port = Number(process.env.PORT || 8080)
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Stop(`PORT=${process.env.PORT} is not a port: a number from 1 to 65535 (0: any).`)
  }
  await setup('build')
  await buildWasm()
  await buildWeb()
  const server = await serve(at('dist', 'web'), port)
  say(`the page is at http://localhost:${server.port}/`)
  say('Open it, enter the names of your site and press Create. Ctrl-C here ends it.')
})
