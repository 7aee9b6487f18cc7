// Puts what is missing on the machine: compilers to build, tools to test, packages from the lock file.

import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import {
  Stop,
  alone,
  ask,
  at,
  cache,
  main,
  isMain,
  must,
  run,
  say,
  seconds,
  which,
} from './lib.mjs'

const program =
  (...names) =>
  () =>
    names.some(which)

/** Debian's own Python: what apt installs cannot be seen by another one on the PATH. */
export const python = () =>
  ['/usr/bin/python3', which('python3')].find((f) => f && fs.existsSync(f))

export const chromium = () =>
  process.env.CHROMIUM_PATH ||
  which('chromium') ||
  which('chromium-browser') ||
  which('google-chrome')

/** What each kind of work needs: how to tell it is there, Debian's package, its name elsewhere. */
const needs = {
  build: [
    [program('emcc'), 'emscripten', 'Emscripten >= 3.1.6 (or an emsdk on the PATH)'],
    [program('cmake'), 'cmake', 'CMake >= 3.22'],
    [program('ninja', 'make'), 'ninja-build', 'Ninja or make'],
    [program('cc', 'gcc', 'clang'), ['gcc', 'libc6-dev'], 'a C compiler (GCC or Clang)'],
    [program('pkg-config', 'pkgconf'), 'pkg-config', 'pkg-config'],
    [() => ask('pkg-config', '--exists', 'libuv') !== undefined, 'libuv1-dev', 'libuv >= 1.44'],
  ],
  test: [
    [program('clang-format'), 'clang-format', 'clang-format 14'],
    [program('clang-tidy'), 'clang-tidy', 'clang-tidy 14'],
    [
      () => ask('clang', '-print-file-name=libclang_rt.fuzzer-x86_64.a')?.startsWith('/'),
      ['clang', 'libclang-rt-14-dev'],
      'Clang with its libFuzzer',
    ],
    [program('valgrind'), ['valgrind', 'libc6-dbg'], 'Valgrind'],
    [program('openssl'), 'openssl', 'OpenSSL 3'],
    [program('certtool'), 'gnutls-bin', "GnuTLS's tools"],
    [program('certutil'), 'libnss3-tools', "NSS's tools"],
    [
      () => python() && ask(python(), '-c', 'import cryptography') !== undefined,
      'python3-cryptography',
      'Python 3 with cryptography',
    ],
    [
      () => python() && ask(python(), '-c', 'import cryptography_vectors') !== undefined,
      'python3-cryptography-vectors',
      "the test vectors of Python's cryptography (NIST's PKITS among them)",
    ],
    [program('mandoc'), 'mandoc', 'mandoc'],
    [program('man'), 'man-db', 'man'],
    [program('lintian'), 'lintian', 'lintian'],
    [program('dpkg-shlibdeps'), 'dpkg-dev', "dpkg's development tools"],
    [program('systemd-analyze'), 'systemd', 'systemd-analyze'],
    [program('sslscan'), 'sslscan', 'sslscan'],
    [program('testssl'), 'testssl.sh', 'testssl.sh'],
    [program('ssh-keygen'), 'openssh-client', 'OpenSSH'],
    [program('go'), 'golang-go', 'Go'],
    [program('keytool'), 'default-jdk-headless', 'a JDK'],
    [chromium, 'chromium', 'Chromium'],
    [program('firefox-esr'), 'firefox-esr', 'Firefox ESR'],
    [program('WebKitWebDriver'), 'webkit2gtk-driver', 'WebKitGTK'],
    [program('Xvfb'), 'xvfb', 'Xvfb'],
    [program('curl'), 'curl', 'curl'],
    [program('mkcert'), 'mkcert', 'mkcert'],
    [program('unshare'), 'util-linux', 'util-linux'],
    [program('man'), 'man-db', 'man'],
    [program('zsh'), 'zsh', 'zsh'],
    [program('fish'), 'fish', 'fish'],
  ],
}

/** The command words that make apt-get run with the rights it needs, or undefined. */
function asRoot() {
  if (process.getuid() === 0) return []
  if (!which('sudo')) return undefined
  if (ask('sudo', '-n', 'true') !== undefined) return ['sudo', '-n']
  if (!process.stdin.isTTY) return undefined
  say('sudo may ask for your password to install packages.')
  return ask('sudo', '-v') === undefined ? undefined : ['sudo', '-n']
}

async function installPackages(packages) {
  const line = `apt-get install -y --no-install-recommends ${packages.join(' ')}`
  const rights = asRoot()
  if (!rights) {
    throw new Stop(
      `These packages are missing, and installing them needs root. Run:\n  sudo ${line}`,
    )
  }
  const since = Date.now()
  say(`installing ${packages.join(' ')} (apt-get, up to some minutes) ...`)
  const env = [...rights, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get']
  const wait = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3']
  await run([...env, ...wait, 'update'], { log: 'apt', limit: 600 })
  await must(
    [...env, ...wait, ...line.split(' ').slice(1)],
    { log: 'apt', append: true, limit: 1800 },
    'Is the network up? If dpkg was interrupted, "dpkg --configure -a" as root repairs it.',
  )
  say(`installed in ${seconds(since)}`)
}

/**
 * Installs what the kinds of work need and the machine lacks; does nothing when all is there.
 * @param {...('build' | 'test')} kinds
 */
export async function setup(...kinds) {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    throw new Stop(`Node 20 or later is needed; this is Node ${process.versions.node}.`)
  }
  const missing = () => kinds.flatMap((kind) => needs[kind]).filter(([there]) => !there())
  const lacking = missing()
  if (lacking.length === 0) return
  if (which('apt-get')) await installPackages(lacking.flatMap(([, packages]) => packages))
  const still = missing()
  if (still.length > 0) {
    const names = still.map(([, , name]) => name).join(', ')
    throw new Stop(`Not found on this machine: ${names}. Install and put on the PATH, then rerun.`)
  }
}

/** node_modules as the lock file says. */
export const installModules = () => alone('modules', bringModules)

async function bringModules() {
  const stamp = at('node_modules', '.certmint-lock')
  const lock = createHash('sha256')
    .update(fs.readFileSync(at('package-lock.json')))
    .digest('hex')
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === lock) return
  const since = Date.now()
  say('installing the development packages (npm ci, about 40 seconds) ...')
  await must(
    ['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund'],
    { log: 'npm', limit: 900 },
    'Is the network up?',
  )
  fs.writeFileSync(stamp, lock)
  say(`installed in ${seconds(since)}`)
}

/**
 * The folder of one package of the lock file: in node_modules where all are installed, else fetched
 * alone, since npm start needs one of hundreds.
 * @param {string} name
 */
export async function packageOf(name) {
  const lock = JSON.parse(fs.readFileSync(at('package-lock.json'), 'utf8'))
  const entry = lock.packages[`node_modules/${name}`]
  if (!entry) throw new Stop(`package-lock.json has no ${name}: for this machine there is none.`)
  const { version, integrity } = entry
  const isThere = (folder) => {
    const file = path.join(folder, 'package.json')
    return fs.existsSync(file) && JSON.parse(fs.readFileSync(file, 'utf8')).version === version
  }
  const folder = at('build', 'sources', `${fileNameOf(name)}-${version}`)
  return (
    [at('node_modules', name), folder].find(isThere) ?? fetched(name, version, integrity, folder)
  )
}

/** As npm names the archive of a package: @esbuild/linux-x64 is esbuild-linux-x64. */
const fileNameOf = (name) => name.replace('@', '').replace('/', '-')

/** The program of esbuild for this machine: its package for others' JavaScript is not needed. */
export const esbuild = async () =>
  path.join(await packageOf(`@esbuild/${process.platform}-${process.arch}`), 'bin', 'esbuild')

/** Unpacks a package of npm that is, byte for byte, the one in the lock file. */
async function fetched(name, version, integrity, folder) {
  say(`fetching ${name} ${version} (npm pack, a few seconds) ...`)
  const partial = `${folder}.${process.pid}.partial`
  fs.mkdirSync(partial, { recursive: true })
  try {
    await must(
      ['npm', 'pack', `${name}@${version}`, '--ignore-scripts', '--pack-destination', partial],
      { log: 'npm', limit: 300 },
      'Is the network up?',
    )
    const archive = path.join(partial, `${fileNameOf(name)}-${version}.tgz`)
    const hash = createHash('sha512').update(fs.readFileSync(archive)).digest('base64')
    if (integrity !== `sha512-${hash}`) {
      throw new Stop(`What came as ${name} ${version} is not what package-lock.json says it is.`)
    }
    await must(['cmake', '-E', 'tar', 'xf', archive], { log: 'npm', append: true, cwd: partial })
    fs.rmSync(folder, { recursive: true, force: true })
    fs.renameSync(path.join(partial, 'package'), folder)
  } finally {
    fs.rmSync(partial, { recursive: true, force: true })
  }
  return folder
}

/** The other programs that run JavaScript (tests/runtimes), kept apart from node_modules: half a GB. */
export async function installRuntimes() {
  const from = at('tests', 'runtimes', 'binaries')
  const lock = fs.readFileSync(path.join(from, 'package-lock.json'))
  const name = `runtimes-${createHash('sha256').update(lock).digest('hex').slice(0, 16)}`
  const folder = path.join(cache, name)
  if (fs.existsSync(folder)) return folder
  const since = Date.now()
  say('installing Deno, Bun, workerd and a new Node (npm ci, about 20 seconds) ...')
  const partial = `${folder}.${process.pid}.partial`
  fs.cpSync(from, partial, { recursive: true })
  await must(
    ['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund'],
    { log: 'npm-runtimes', limit: 900, cwd: partial },
    'Is the network up?',
  )
  if (fs.existsSync(folder)) fs.rmSync(partial, { recursive: true })
  else fs.renameSync(partial, folder)
  say(`installed in ${seconds(since)}`)
  return folder
}

if (isMain(import.meta)) await main(() => setup('build', 'test'))
