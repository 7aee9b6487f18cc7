/**
 * The cases of path validation of Go's own tests (crypto/x509), which lie in Debian's golang-go:
 * go_cases_test.go prints them from within that package, where an overlay puts it.
 */

import { fileURLToPath } from 'node:url'

import { goEnv, run, scratch } from './tools.js'

const purposes = ['any', 'server', 'client', 'code-signing', 'email']

function nameOf(host) {
  if (host === '') return undefined
  const address = host.replace(/^\[(.*)\]$/, '$1')
  return /^[\d.]+$|:/.test(address) ? { ip: address } : { dns: host }
}

/** { name, valid, usages, request }: Go asks for a server unless a case says otherwise. */
export function goCases() {
  const files = scratch()
  const goroot = run('go', ['env', 'GOROOT'], { env: goEnv }).out.trim()
  const source = fileURLToPath(new URL('go_cases_test.go', import.meta.url))
  const Replace = { [`${goroot}/src/crypto/x509/go_cases_test.go`]: source }
  const overlay = files.write('overlay.json', JSON.stringify({ Replace }))
  const args = ['test', '-v', '-count=1', '-vet=off', '-overlay', overlay, '-run', '^TestPublish$']
  const { out } = run('go', [...args, 'crypto/x509'], { env: goEnv, cwd: files.folder })
  return out
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .map(({ name, valid, usages, leaf, intermediates, roots, time, host }, id) => ({
      ...{ name, valid, usages },
      request: {
        ...{ id, leaf, time, name: nameOf(host) },
        intermediates: intermediates ?? [],
        roots: roots ?? [],
        purpose: purposes[usages[0] ?? 1],
        lenient: true,
      },
    }))
}
