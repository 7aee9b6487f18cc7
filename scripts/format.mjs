// npm run format: puts every file into the form that the lint suite asks for.

import { at, main, must, say } from './lib.mjs'
import { cFiles } from './lint.mjs'
import { installModules } from './setup.mjs'

await main(async () => {
  await installModules()
  await must(['clang-format', '-i', ...cFiles()], { log: 'format-c' }, 'It comes with npm test.')
  await must([at('node_modules', '.bin', 'prettier'), '--write', '.'], { log: 'format-js' })
  say('formatted')
})
