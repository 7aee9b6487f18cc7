#!/usr/bin/env node
import { readFileSync } from 'node:fs'

// The version alone needs nothing of the rest, and scripts ask for it often.
if (process.argv.length === 3 && /^(--?version|version)$/.test(process.argv[2])) {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  console.log(JSON.parse(text).version)
} else {
  const { main } = await import('./cli/main.js')
  process.exitCode = await main(process.argv.slice(2))
}
