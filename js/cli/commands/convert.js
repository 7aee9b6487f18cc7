import { writeAll } from '../files.js'
import { formats, write } from '../formats.js'
import { passphraseOf } from '../key_source.js'
import { readMaterial } from '../material.js'
import { convertedName } from '../names.js'
import {
  flag,
  group,
  inputPassphraseOptions,
  integer,
  passphraseOptions,
  reportOptions,
  storeOptions,
  text,
} from '../options.js'
import { sayMade } from '../say.js'
import { FailedError, UsageError } from '../usage.js'

export const usage = 'FILE... --to FORMAT [options]'

export const options = {
  ...group('Input', inputPassphraseOptions),
  ...group('Output', {
    to: text('FORMAT', Object.keys(formats).join(', '), Object.keys(formats)),
    ...passphraseOptions('encrypts what is written: pem, der, pkcs8, p12'),
    ...storeOptions,
    der: flag('DER instead of PEM: pkcs8, traditional, spki, p7b'),
    out: text('FILE', 'where it goes (default: the first name, with the ending of the format)'),
  }),
  ...reportOptions,
}

export const note = `FILE may be PEM, DER, JWK, PKCS#12 or PKCS#7; "-" is standard input. Certificates are written
leaf first. What a format cannot carry is said.`

export const examples = [
  'certmint convert server.p12 --to pem --in-passphrase-file secret.txt',
  'certmint convert chain.pem --to p7b --out chain.p7b',
  'certmint convert private_key.pem --to jwk --out -',
  'certmint convert server.pem server-key.pem --to p12 --passphrase-env P12_PASSPHRASE',
]

export async function run(values, paths) {
  if (paths.length === 0 || values.to === undefined) {
    throw new UsageError('give files and a format, like: certmint convert server.p12 --to pem')
  }
  if (!Object.hasOwn(formats, values.to)) {
    throw new UsageError(
      `--to: "${values.to}" is no format; there are ${Object.keys(formats).join(', ')}`,
    )
  }
  await convert(values, paths, values.to)
}

/** For `p12` too, which is one of the conversions. */
export async function convert(values, paths, to) {
  const passphrase = await passphraseOf(values)
  if (to === 'p12' && passphrase === undefined) {
    throw new UsageError('a .p12 has a passphrase: give --passphrase-file or --passphrase-env')
  }
  if (to !== 'p12' && passphrase === '') throw new UsageError('the passphrase is empty')
  const unlock = {
    passphrase: await passphraseOf(values, 'in-'),
    maxIterations: integer(values, 'max-iterations'),
  }
  const material = await readMaterial(paths, unlock, '--in-passphrase-file')
  const { data, mode, leftOut } = await write(material, to, {
    der: values.der,
    passphrase,
    name: values.name,
    encryption: values.encryption,
  })
  const path = values.out ?? convertedName(paths[0], formats[to].suffix)
  if (paths.includes(path)) throw new FailedError(`${path} is read from: give another --out`)
  await writeAll([{ path, data, mode }], values)
  if (leftOut.length > 0 && !values.quiet && !values.json) {
    console.error(`certmint: ${to} cannot carry everything; left out: ${leftOut.join(', ')}`)
  }
  const [first] = material.certificates
  sayMade(values, {
    title: `Converted to ${to}`,
    cert: first?.cert,
    files: { [to]: path },
    leftOut,
  })
}
