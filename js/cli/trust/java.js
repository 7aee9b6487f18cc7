/** The trust store of a Java installation (cacerts), as keytool documents it. */

import { accessSync, constants, existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { storeName } from '../../store_name.js'
import { output, which } from './run.js'

/** Every JDK is delivered with it. */
const PASSWORD = 'changeit'

const program = process.platform === 'win32' ? 'keytool.exe' : 'keytool'

/** The folder of the Java installation: JAVA_HOME, or that of the keytool on the PATH. */
function javaHome() {
  if (process.env.JAVA_HOME) return process.env.JAVA_HOME
  const keytool = which(program)
  return keytool && dirname(dirname(realpathSync(keytool)))
}

function store() {
  const home = javaHome()
  const candidates = [
    ['lib', 'security', 'cacerts'],
    ['jre', 'lib', 'security', 'cacerts'],
  ]
  return home && candidates.map((parts) => join(home, ...parts)).find(existsSync)
}

/** Debian's and Fedora's Java read a file that the system store's own program writes. */
const followsSystem = (path) => /^\/etc\/(ssl|pki)\//.test(realpathSync(path))

/** @returns {[string, ...string[]]} */
const keytool = (...args) => [join(javaHome() ?? '', 'bin', program), ...args]
const inStore = (place) => ['-keystore', place, '-storepass', PASSWORD]

function needsRoot(place) {
  try {
    accessSync(place, constants.W_OK)
    return false
  } catch {
    return true
  }
}

/**
 * The alias under which a store has a certificate, whoever put it there: Debian's own program calls
 * it otherwise, and does not take it out again.
 */
function aliasOf(cert, place) {
  const list = output(keytool('-list', ...inStore(place))) ?? ''
  const entries = list.matchAll(/^(.+), [^\n]*, trustedCertEntry, *\n.*?: ([0-9A-F:]+)$/gm)
  return [...entries].find(([, , fingerprint]) => fingerprint === cert.fingerprint())?.[1]
}

/** keytool writes dates with commas in them. */
const withoutDate = (alias) => alias.replace(/, \w+ \d+$/, '')

export const java = {
  name: 'java',
  title: 'Java',

  missing(action) {
    const place = store()
    if (!place) return 'no Java was found (JAVA_HOME names one)'
    return action === 'add' && followsSystem(place) ? 'it follows the system store' : undefined
  },

  places: () => [store()],

  has: (cert, place) => aliasOf(cert, place) !== undefined,

  async add({ cert, file }, place, run) {
    const what = ['-importcert', '-noprompt', '-file', file, '-alias', storeName(cert)]
    await run(keytool(...what, ...inStore(place)), { root: needsRoot(place) })
  },

  async remove({ cert }, place, run) {
    const alias = withoutDate(aliasOf(cert, place) ?? storeName(cert))
    await run(keytool('-delete', '-alias', alias, ...inStore(place)), { root: needsRoot(place) })
  },
}
