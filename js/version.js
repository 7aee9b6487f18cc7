import { builtin } from './host.js'

/** The package's version; in the package it stands here itself (scripts/pack.mjs). */
export function version() {
  const text = builtin('fs').readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return JSON.parse(text).version
}
