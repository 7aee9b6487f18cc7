/** docs/command-line.md: its examples run as they stand, and its flags exist. */

import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

import { commands, program, workplace } from '../support/cli.js'
import { readWithPython } from '../support/readers.js'
import { root } from '../support/tools.js'

const guide = fs.readFileSync(path.join(root, 'docs', 'command-line.md'), 'utf8')
const place = workplace()

test('the examples run, one after another', () => {
  const examples = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text]) => text)
  expect(examples.length).toBeGreaterThan(8)
  const script = `set -eu\ncertmint() { "${process.execPath}" "${program}" "$@"; }\n${examples.join('\n')}`
  const { status, stderr } = spawnSync('bash', ['-c', script], {
    cwd: place.folder,
    // the authority of this machine is one of the folder's own
    env: { ...process.env, HOME: place.folder, XDG_DATA_HOME: '', CAROOT: '', TRUST_STORES: '' },
    encoding: 'utf8',
    timeout: 180_000,
  })
  // what is said when a certificate goes to standard output is no complaint, and neither is a note
  const complaints = stderr
    .split('\n')
    .filter((line) => /^(certmint: (?!note: )|bash: )/.test(line))
  expect({ status, complaints }).toEqual({ status: 0, complaints: [] })
  const client = readWithPython(place.path('client.pem'))
  expect(Date.parse(client.notAfter) - Date.parse(client.notBefore)).toBe(7 * 86_400_000)
  expect(place.list()).toEqual(expect.arrayContaining(['crl.der', 'server.pem', 'test-certs']))
}, 200_000)

test('every flag it speaks of exists', () => {
  const helps = commands.map((name) => place.ok(name, '--help').out).join('\n')
  const known = new Set([...helps.matchAll(/^ {2}(--[\w-]+)/gm)].map(([, flag]) => flag))
  const spoken = new Set(guide.match(/--[a-z][\w-]+/g))
  for (const other of ['--help', '--cacert', '--use-system-ca']) spoken.delete(other)
  expect([...spoken].filter((flag) => !known.has(flag))).toEqual([])
})
