/** The databases of NSS: Firefox has one a profile, Chromium on Linux one a user. */

import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

import { output, which } from './run.js'
import { storeName } from '../../store_name.js'

const home = () => process.env.HOME || homedir()

/** Folders with profiles of Firefox below them: Debian's, snap's, flatpak's, macOS's, Windows's. */
const profileFolders = () => [
  ...[
    ['.mozilla', 'firefox'],
    ['.config', 'mozilla', 'firefox'],
    ['snap', 'firefox', 'common', '.mozilla', 'firefox'],
    ['.var', 'app', 'org.mozilla.firefox', '.mozilla', 'firefox'],
    ['Library', 'Application Support', 'Firefox', 'Profiles'],
  ].map((parts) => join(home(), ...parts)),
  ...(process.env.APPDATA ? [join(process.env.APPDATA, 'Mozilla', 'Firefox', 'Profiles')] : []),
]

/** Chromium's database of this user. */
const shared = () => join(home(), '.pki', 'nssdb')

const browsers = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

const isDatabase = (folder) => existsSync(join(folder, 'cert9.db')) || isOld(folder)
const isOld = (folder) =>
  existsSync(join(folder, 'cert8.db')) && !existsSync(join(folder, 'cert9.db'))
const database = (folder) => `${isOld(folder) ? 'dbm' : 'sql'}:${folder}`

const below = (folder) => {
  try {
    return readdirSync(folder).map((name) => join(folder, name))
  } catch {
    return [] // there is none
  }
}

/** Chromium reads its database only; when it has none yet, one is made for it. */
const wantsShared = () => process.platform === 'linux' && browsers.some(which)

function databases() {
  const all = [
    shared(),
    join(home(), 'snap', 'chromium', 'current', '.pki', 'nssdb'),
    '/etc/pki/nssdb',
    ...profileFolders().flatMap(below),
  ].filter(isDatabase)
  return all.includes(shared()) || !wantsShared() ? all : [shared(), ...all]
}

const needsRoot = (folder) => folder.startsWith('/etc/')

export const nss = {
  name: 'nss',
  title: 'Firefox and Chromium',
  restart: 'Restart Firefox and Chromium if they are running.',

  missing() {
    if (databases().length === 0) return 'no Firefox or Chromium of this user was found'
    return which('certutil')
      ? undefined
      : 'certutil is missing: install libnss3-tools (Debian, Ubuntu), nss-tools (Fedora), nss ' +
          '(Arch, Homebrew) or mozilla-nss-tools (openSUSE)'
  },

  places: databases,

  has: (cert, folder) =>
    isDatabase(folder) &&
    output(['certutil', '-V', '-d', database(folder), '-u', 'L', '-n', storeName(cert)]) !==
      undefined,

  async add({ cert, file }, folder, run) {
    const root = needsRoot(folder)
    if (!isDatabase(folder)) {
      await run(['mkdir', '-p', '-m', '700', folder])
      await run(['certutil', '-N', '-d', database(folder), '--empty-password'])
    }
    const name = storeName(cert)
    await run(['certutil', '-A', '-d', database(folder), '-t', 'C,,', '-n', name, '-i', file], {
      root,
    })
  },

  async remove({ cert }, folder, run) {
    await run(['certutil', '-D', '-d', database(folder), '-n', storeName(cert)], {
      root: needsRoot(folder),
    })
  },
}
