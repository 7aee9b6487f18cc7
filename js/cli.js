#!/usr/bin/env node
import { version } from './version.js'

// The version alone needs nothing of the rest, and scripts ask for it often.
if (process.argv.length === 3 && /^(--?version|version)$/.test(process.argv[2])) {
  console.log(version())
} else {
  const { main } = await import('./cli/main.js')
  process.exitCode = await main(process.argv.slice(2))
}
