/** The store of a Linux system: a folder of anchors, and a program that makes bundles of it. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { fileName } from '../../store_name.js'

/**
 * Folder → how its certificates are called, and what is run after a change. Debian and Ubuntu:
 * update-ca-certificates(8); Fedora and RHEL: update-ca-trust(8); Arch: trust(1); openSUSE: its own
 * update-ca-certificates.
 */
const systems = [
  ['/etc/pki/ca-trust/source/anchors', 'pem', ['update-ca-trust', 'extract']],
  ['/usr/local/share/ca-certificates', 'crt', ['update-ca-certificates']],
  ['/etc/ca-certificates/trust-source/anchors', 'crt', ['trust', 'extract-compat']],
  ['/usr/share/pki/trust/anchors', 'pem', ['update-ca-certificates']],
]

/** @returns {any} */
const found = () => systems.find(([folder]) => existsSync(/** @type {string} */ (folder)))

export const linux = {
  name: 'system',
  title: 'the system store',

  missing: () =>
    found() ? undefined : 'this system has no folder of trust anchors that is known here',

  places: () => [found()[0]],

  has(cert, folder) {
    const [, suffix] = found()
    return existsSync(join(folder, `${fileName(cert)}.${suffix}`))
  },

  async add({ cert, file }, folder, run) {
    const [, suffix, update] = found()
    const place = join(folder, `${fileName(cert)}.${suffix}`)
    await run(['install', '-m', '644', file, place], { root: true })
    await run(update, { root: true })
  },

  async remove({ cert }, folder, run) {
    const [, suffix, update] = found()
    await run(['rm', '-f', join(folder, `${fileName(cert)}.${suffix}`)], { root: true })
    await run(update, { root: true })
  },
}
