/**
 * A machine of one's own, as far as trust stores go: /etc/ssl and the folders of anchors are copies in
 * a mount namespace, which is gone when the test is over; the home is a folder of its own, too. Where
 * namespaces are not to be had, it is the machine itself, and `restore` undoes what was done.
 */

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import process from 'node:process'

import { program } from './cli.js'
import { scratch } from './tools.js'

const FOLDERS = ['/etc/ssl', '/etc/ca-certificates', '/usr/local/share/ca-certificates']

/** Copies each folder and puts the copy over it; then waits until the test closes its input. */
const KEEPER = `set -e
copies=$1; shift
for folder; do
  copy=$copies/$(echo "$folder" | tr / _)
  cp -a "$folder" "$copy"
  mount --bind "$copy" "$folder"
done
echo ready
exec cat > /dev/null`

const isRoot = process.getuid?.() === 0

/** Variables of the test's own surroundings that say what is trusted. */
const OWN_TRUST =
  /CA_CERT|CA_BUNDLE|^SSL_CERT|CAINFO|^(PIP|GRPC|HTTPLIB2|NIX|CLOUDSDK)_|^CAROOT$|^TRUST_STORES$|^JAVA_/

async function namespace(files) {
  const copies = files.path('copies')
  fs.mkdirSync(copies)
  const rights = isRoot ? ['-m'] : ['-rm']
  const keeper = spawn('unshare', [...rights, 'sh', '-c', KEEPER, 'sh', copies, ...FOLDERS], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const ended = once(keeper, 'close')
  const ready = once(keeper.stdout, 'data').then(() => true)
  if (!(await Promise.race([ready, ended.then(() => false)]))) return undefined
  const into = ['nsenter', '-m', '-t', String(keeper.pid), `--wd=${files.folder}`]
  if (!isRoot) into.splice(1, 0, '-U', '--preserve-credentials')
  return {
    into,
    async end() {
      keeper.stdin.end()
      await ended
    },
  }
}

/** @returns {Promise<any>} { home, run(command, args, options), certmint(...args), end() } */
export async function privateMachine() {
  const files = scratch()
  const home = files.path('home')
  fs.mkdirSync(home)
  const inside = await namespace(files)
  if (!inside && !isRoot) throw new Error('trust is tested as root, or where unshare -rm works')
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !OWN_TRUST.test(name)),
  )
  Object.assign(env, { HOME: home, LC_ALL: 'C.UTF-8' })
  delete env.XDG_DATA_HOME
  const run = (command, args, options = {}) => {
    const [first, ...rest] = [...(inside?.into ?? []), command, ...args]
    const result = spawnSync(first, rest, {
      cwd: files.folder,
      encoding: 'utf8',
      timeout: 60_000,
      ...options,
      env: { ...env, ...options.env },
    })
    if (result.error) throw result.error
    return { status: result.status, out: result.stdout, err: result.stderr }
  }
  const certmint = (...args) => {
    const options = typeof args.at(-1) === 'object' ? args.pop() : {}
    return run(process.execPath, [program, ...args], options)
  }
  return {
    ...files,
    home,
    run,
    certmint,
    async end() {
      if (inside) await inside.end()
      else certmint('untrust')
    },
  }
}
