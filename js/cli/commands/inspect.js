import { CertmintError, inspect, inspectText } from '../../index.js'
import { read } from '../files.js'
import { passphraseOf } from '../key_source.js'
import { flag, group, inputPassphraseOptions, integer } from '../options.js'
import { FailedError, UsageError } from '../usage.js'

export const usage = 'FILE... [options]'

export const options = {
  ...group('Input', inputPassphraseOptions),
  ...group('Report', {
    json: flag('the report as JSON'),
    quiet: flag('say nothing: the exit status is the answer'),
  }),
}

export const examples = [
  'certmint inspect server.pem',
  'certmint inspect server.pem server-key.pem ca.pem',
  'certmint inspect store.p12 --in-passphrase-file secret.txt',
  'openssl s_client -connect shop.test:443 < /dev/null | certmint inspect - --json',
]

export const note = `FILE may be anything: PEM, DER, base64, PKCS#12, PKCS#7, JWK, keys of OpenSSH; "-" is standard
input. What belongs together is said. Exit status: 0 all of it was read, 3 something was not.`

const UNREADABLE = 3

/** Whether something could not be read: a passphrase that was not asked for is no failure. */
const failed = (items, unlocked) =>
  items.some(
    ({ kind, error, items: inside = [] }) =>
      kind === 'unreadable' ||
      error?.code === 'malformed' ||
      (unlocked && (error?.code === 'passphrase' || error?.code === 'limit')) ||
      failed(inside, unlocked),
  )

export async function run(values, paths) {
  if (paths.length === 0) throw new UsageError('give files, like: certmint inspect server.pem')
  if (paths.filter((path) => path === '-').length > 1) {
    throw new UsageError('standard input can be read once only')
  }
  const passphrase = await passphraseOf(values, 'in-')
  const maxIterations = integer(values, 'max-iterations')
  const inputs = []
  for (const path of paths) inputs.push(await read(path))
  let report
  try {
    report = await inspect(inputs, { passphrase, maxIterations })
  } catch (error) {
    const tooMuch = error instanceof CertmintError && error.code === 'limit' && !error.field
    throw tooMuch ? new FailedError(error.rule) : error
  }
  if (values.json) console.log(JSON.stringify(report))
  else if (!values.quiet) process.stdout.write(inspectText(report, { names: paths }))
  return failed(report.items, passphrase !== undefined) || report.truncated ? UNREADABLE : 0
}
