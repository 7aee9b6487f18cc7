import { inspect, readCertificate } from '../../index.js'
import { openAuthority } from '../authority.js'
import { templateOfCertificate } from '../clone.js'
import { KEY_MODE, naming, PUBLIC_MODE, read, writeAll } from '../files.js'
import { keyProtection, openKey, passphraseOf } from '../key_source.js'
import { localOptions, openLocalAuthority } from '../local_ca.js'
import { keyFileBeside } from '../names.js'
import {
  date,
  flag,
  group,
  integer,
  issuerOptions,
  newKeyOptions,
  reportOptions,
  text,
  validityOptions,
} from '../options.js'
import { withProgress } from '../progress.js'
import { sayMade } from '../say.js'
import { FailedError, FileError, UsageError } from '../usage.js'

export const usage = 'CERTIFICATE [options]'

export const options = {
  ...validityOptions,
  ...group('Key', {
    'reuse-key': flag('keep the key instead of making another of its kind'),
    'key-file': text('FILE', 'where the key is (default: beside the certificate, NAME-key.pem)'),
    ...newKeyOptions,
  }),
  ...group('Authority (default: that of this machine)', { ...localOptions, ...issuerOptions }),
  ...group('Output', {
    'dry-run': flag('do everything but write files'),
    json: reportOptions.json,
    quiet: reportOptions.quiet,
  }),
}

export const note = `Names, subject, usages and the other extensions stay as they are; it is valid from now for as long as
before. Certificate and key are replaced together or not at all.`

export const examples = [
  'certmint renew localhost+2.pem',
  'certmint renew shop.test.pem --days 30 --reuse-key --ca ca.pem --ca-key ca-key.pem',
]

/** The authority that issued it: no other makes the same certificate. */
async function issuerOf(cert, path, values) {
  if (cert.issuer === cert.subject) {
    throw new FailedError(`${path}: is self-signed; certmint self-signed makes another`)
  }
  const given = values.ca !== undefined || values['ca-key'] !== undefined
  const ca = given ? await openAuthority(values) : (await openLocalAuthority(values)).ca
  if (ca.cert.subject === cert.issuer) return ca
  throw new FailedError(
    `${path}: was issued by "${cert.issuer}", and not by "${ca.cert.subject}"; --ca names another`,
  )
}

/** The key of the certificate, and whether its file is encrypted. */
async function keyOf(cert, path, values) {
  const old = (await read(path)).toString('latin1')
  const encrypted = /ENCRYPTED/.test(old)
  if (encrypted && !values['reuse-key'] && (await passphraseOf(values)) === undefined) {
    throw new UsageError(`${path} is encrypted: give --passphrase-file, or --reuse-key`)
  }
  if (encrypted && values['reuse-key']) {
    // what is not written again need not be opened
    return undefined
  }
  const key = await openKey(path, encrypted ? await passphraseOf(values) : undefined)
  if (!key.matches(cert)) throw new FileError(`${path}: is not the key of the certificate`)
  return key
}

/** How long it was valid, unless it is said otherwise. */
function validityOf(cert, values) {
  const given = { days: integer(values, 'days'), notAfter: date(values, 'not-after') }
  const notBefore = date(values, 'not-before')
  if (given.days !== undefined || given.notAfter !== undefined) return { ...given, notBefore }
  return { seconds: (cert.notAfter - cert.notBefore) / 1000, notBefore, clamp: true }
}

/** @param {Record<string, any>} values @param {string[]} paths */
export async function run(values, [path, ...rest]) {
  if (path === undefined || rest.length > 0) {
    throw new UsageError('give one certificate, like: certmint renew localhost.pem')
  }
  if (path === '-') throw new UsageError('a certificate is renewed in its file')
  if (values['reuse-key'] && values.key) throw new UsageError('give --reuse-key or --key, not both')
  const data = await read(path)
  const cert = await naming(path, undefined, () => readCertificate(data))
  const item = (await inspect(data)).items.find(({ kind }) => kind === 'certificate')
  const template = templateOfCertificate(item, path)
  const together = /PRIVATE KEY-----/.test(data.toString('latin1'))
  const keyPath =
    values['key-file'] ?? (together ? path : /** @type {string} */ (keyFileBeside(path)))
  const old = await keyOf(cert, keyPath, values)
  const ca = await issuerOf(cert, path, values)
  const key = values['reuse-key']
    ? { publicKey: cert.publicKey }
    : { key: values.key ?? cert.publicKey.spec }
  const issued = await withProgress(values, (work) =>
    ca.issue({ ...template, ...validityOf(cert, values), ...key, ...work }),
  )
  const entries = [{ path, data: issued.fullChain, mode: PUBLIC_MODE }]
  const files = { certificate: path }
  if (!values['reuse-key']) {
    files.key = keyPath
    const protection = await keyProtection({ ...values, quiet: true })
    entries.push({ path: keyPath, data: issued.key.toPEM(protection), mode: KEY_MODE })
  } else if (together) {
    if (!old) throw new FailedError(`${path}: its key is encrypted and in the same file`)
    entries.push({ path, data: old.toPEM(), mode: KEY_MODE })
  }
  await writeAll(entries, { force: true, dryRun: values['dry-run'] })
  sayMade(values, {
    title: `${values['dry-run'] ? 'Nothing was written. It would be renewed' : 'Renewed'} under ${ca.cert.subject}`,
    cert: issued.cert,
    files,
  })
}
