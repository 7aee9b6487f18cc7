/** The user's root store of Windows, as certutil documents it. Not tried on Windows yet. */

const STORE = 'Root'

export const windows = {
  name: 'system',
  title: "the user's root store",
  missing: () => undefined,
  places: () => [STORE],
  /** Only the store knows. */
  has: () => undefined,

  async add({ file }, store, run) {
    await run(['certutil', '-user', '-addstore', store, file])
  },

  async remove({ cert }, store, run) {
    const sha1 = cert.fingerprint('sha1').replaceAll(':', '')
    await run(['certutil', '-user', '-delstore', store, sha1])
  },
}
