/** The System keychain of macOS, as security(1) documents it. Not tried on a Mac yet. */

const KEYCHAIN = '/Library/Keychains/System.keychain'
const sha1 = (cert) => cert.fingerprint('sha1').replaceAll(':', '')

export const macos = {
  name: 'system',
  title: 'the System keychain',
  missing: () => undefined,
  places: () => [KEYCHAIN],
  /** Only the keychain knows. */
  has: () => undefined,

  async add({ file }, keychain, run) {
    await run(['security', 'add-trusted-cert', '-d', '-r', 'trustRoot', '-k', keychain, file], {
      root: true,
    })
  },

  async remove({ cert, file }, keychain, run) {
    await run(['security', 'remove-trusted-cert', '-d', file], { root: true })
    await run(['security', 'delete-certificate', '-Z', sha1(cert), keychain], { root: true })
  },
}
