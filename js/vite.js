/**
 * HTTPS for Vite's servers under an authority of one's own that is made once and can be trusted: what
 * @vitejs/plugin-basic-ssl does, without the warning.
 */

import { CertmintError, invalid } from './error.js'
import { builtin } from './host.js'
import { createCA, loadCA } from './index.js'
import { nearest } from './nearest.js'

/** As mkcert calls them, so that its folder does, too. */
const CERT = 'rootCA.pem'
const KEY = 'rootCA-key.pem'

const OPTIONS = ['hosts', 'folder']

/** What the authority is for, and nobody else: names for development, and private addresses. */
const HOSTS = ['localhost', 'test', 'local', 'internal', 'home.arpa']
const NETWORKS = [
  ...['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16'],
  ...['::1/128', 'fc00::/7', 'fe80::/10'],
]

/** Where the command line has the authority of this machine: `certmint trust` is for it. */
function defaultFolder() {
  const { homedir, platform } = builtin('os')
  const { env } = globalThis.process
  const { join } = builtin('path')
  if (env.CAROOT) return env.CAROOT
  if (platform() === 'win32' && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, 'certmint')
  if (env.XDG_DATA_HOME) return join(env.XDG_DATA_HOME, 'certmint')
  return platform() === 'darwin'
    ? join(homedir(), 'Library', 'Application Support', 'certmint')
    : join(homedir(), '.local', 'share', 'certmint')
}

const isThere = (file) => builtin('fs').existsSync(file)

async function readAuthority(folder) {
  const { promises } = builtin('fs')
  const { join } = builtin('path')
  const [cert, key] = await Promise.all([
    promises.readFile(join(folder, CERT), 'utf8'),
    promises.readFile(join(folder, KEY), 'utf8'),
  ])
  const ca = await loadCA({ cert, key })
  if (ca.cert.notAfter < new Date()) {
    throw new CertmintError(
      'invalid',
      'folder',
      `the authority in ${folder} has expired; delete the folder and trust the one made next`,
    )
  }
  return ca
}

/** Both files at once, or none: they are put beside the folder, which is then given its name. */
async function writeAuthority(folder, ca) {
  const { promises } = builtin('fs')
  const { dirname, join } = builtin('path')
  await promises.mkdir(dirname(folder), { recursive: true })
  const beside = await promises.mkdtemp(`${folder}-`) // 0700
  try {
    await promises.writeFile(join(beside, KEY), ca.key.pem, { mode: 0o600 })
    await promises.writeFile(join(beside, CERT), ca.cert.pem, { mode: 0o644 })
    await promises.rename(beside, folder)
  } catch (error) {
    await promises.rm(beside, { recursive: true, force: true })
    // another process was sooner
    if (isThere(join(folder, CERT))) return
    throw new CertmintError(
      'invalid',
      'folder',
      `${folder} has no ${CERT} and ${KEY}, and they cannot be put there: ${error.message}`,
    )
  }
}

/** The authority in a folder, made when there is none yet. */
async function authorityIn(folder, say) {
  const cert = builtin('path').join(folder, CERT)
  if (!isThere(cert)) {
    const ca = await createCA({
      subject: `O=certmint development CA,OU=${builtin('os').hostname().slice(0, 64)},CN=certmint development CA`,
      nameConstraints: { permitted: [...HOSTS, ...NETWORKS] },
    })
    await writeAuthority(folder, ca)
    say(`certmint: made an authority for development, ${cert}`)
    say(`certmint: trust it once: npx certmint trust --ca-root "${folder}"`)
  }
  return readAuthority(folder)
}

/** @param {{ address: string, family: string }} address of a network interface */
function isPrivate({ address, family }) {
  const networks = new (builtin('net').BlockList)()
  for (const network of NETWORKS) {
    const [start, bits] = network.split('/')
    networks.addSubnet(start, Number(bits), start.includes(':') ? 'ipv6' : 'ipv4')
  }
  return networks.check(address.replace(/%.*/, ''), family.toLowerCase())
}

/** The names a server is reached by: localhost, and where it listens. */
function defaultHosts(host) {
  const own = ['localhost', '*.localhost', '127.0.0.1', '::1']
  if (typeof host === 'string' && !['0.0.0.0', '::'].includes(host)) return [...own, host]
  if (!host) return own
  const addresses = Object.values(builtin('os').networkInterfaces()).flat()
  return [...own, ...addresses.filter(isPrivate).map(({ address }) => address.replace(/%.*/, ''))]
}

/** @param {any} [options] */
function checked(options = {}) {
  if (typeof options !== 'object' || options === null) throw invalid('options', 'must be an object')
  for (const name of Object.keys(options)) {
    if (OPTIONS.includes(name)) continue
    const close = nearest(name, OPTIONS)
    throw invalid(name, `is not an option${close ? `; did you mean "${close}"?` : ''}`)
  }
  const { folder, hosts } = options
  if (folder !== undefined && (typeof folder !== 'string' || folder === '')) {
    throw invalid('folder', 'must be the path of a folder')
  }
  return { folder, hosts }
}

/** @param {any} [options] */
export default function certmint(options) {
  const { folder, hosts } = checked(options)
  return {
    name: 'certmint',
    /** @param {any} config */
    async config({ server = {}, preview = {} }) {
      const say = (text) => globalThis.console.info(text)
      const where = builtin('path').resolve(folder ?? defaultFolder())
      const ca = await authorityIn(where, say)
      const wanted = hosts ?? [...defaultHosts(server.host), ...defaultHosts(preview.host)]
      const { cert, key } = await ca.issue({ san: [...new Set([wanted].flat())] })
      const https = { cert: cert.pem, key: key.pem }
      return { server: { https }, preview: { https } }
    },
  }
}
