// The command line: from the cold start of a process to files on the disk.

import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../js/cli.js', import.meta.url))

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'certmint-bench-'))
process.on('exit', () => fs.rmSync(work, { recursive: true, force: true }))

let count = 0
function freshFolder() {
  const folder = path.join(work, String(count++))
  fs.mkdirSync(folder)
  return folder
}

/** Milliseconds of one process, its folder not counted. */
function run(command, args, { folder = freshFolder(), root = folder } = {}) {
  const env = { ...process.env, HOME: root, XDG_DATA_HOME: '', CAROOT: path.join(root, 'ca') }
  const since = performance.now()
  const { status, stderr } = spawnSync(command, args, { cwd: folder, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
  return performance.now() - since
}

const certmint = (args, options) => run(process.execPath, [program, ...args], options)

/** A folder in which both commands have had their authority made. */
let prepared
function withAuthority(command) {
  prepared ??= {}
  if (!prepared[command]) {
    prepared[command] = freshFolder()
    if (command === 'mkcert') run('mkcert', ['warm.test'], { root: prepared[command] })
    else certmint(['warm.test'], { root: prepared[command] })
  }
  return { root: prepared[command] }
}

const opensslReq = () =>
  run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-keyout', 'key.pem', '-out', 'cert.pem', '-subj', '/CN=localhost'],
    ...['-addext', 'subjectAltName=DNS:localhost'],
  ])

const nodeAlone = () => run(process.execPath, ['-e', '0'])

/** Seconds for ten thousand device certificates. */
function tenThousand() {
  const folder = freshFolder()
  const rows = Array.from({ length: 10_000 }, (_, i) => `device-${i},device-${i}.test`)
  fs.writeFileSync(path.join(folder, 'devices.csv'), `name,san\n${rows.join('\n')}\n`)
  return Number((certmint(['batch', 'devices.csv', '--quiet'], { folder }) / 1000).toFixed(1))
}

export default [
  {
    name: 'cli: certmint localhost, the authority made on the way, P-256',
    ours: () => certmint(['localhost', '--quiet']),
    peers: { 'openssl req -x509': opensslReq, 'node -e 0': nodeAlone },
    most: 200,
  },
  {
    name: 'cli: certmint localhost, the authority there, P-256',
    ours: () => certmint(['localhost', '--quiet'], withAuthority('certmint')),
    peers: {
      'mkcert -ecdsa localhost': () =>
        run('mkcert', ['-ecdsa', 'localhost'], withAuthority('mkcert')),
      'openssl req -x509': opensslReq,
      'node -e 0': nodeAlone,
    },
    most: 200,
  },
  {
    name: 'cli: certmint localhost and mkcert localhost, both from nothing, each with its own defaults',
    draws: 5,
    ours: () => certmint(['localhost', '--quiet']),
    peers: { 'mkcert localhost': () => run('mkcert', ['localhost']) },
  },
  {
    name: 'cli: certmint --version',
    ours: () => certmint(['--version']),
    peers: { 'node -e 0': nodeAlone },
    most: 80,
  },
  {
    name: 'cli: 10,000 device certificates, P-256, in one command',
    value: tenThousand,
    unit: 's',
    most: 15,
  },
]
