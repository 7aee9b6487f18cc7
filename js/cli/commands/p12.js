import {
  group,
  inputPassphraseOptions,
  passphraseOptions,
  reportOptions,
  storeOptions,
  text,
} from '../options.js'
import { UsageError } from '../usage.js'
import { convert } from './convert.js'

export const usage = 'CERTIFICATE... [KEY] [options]'

export const options = {
  ...group('Input', inputPassphraseOptions),
  ...group('Output', {
    ...passphraseOptions('the passphrase of the .p12'),
    ...storeOptions,
    out: text('FILE', 'where it goes (default: the first name with .p12)'),
  }),
  ...reportOptions,
}

export const note = `The files may come in any order and format; the certificates are put leaf first. Without a key it
is a bundle of certificates; for Java to trust them, say --encryption java-truststore.`

export const examples = [
  'certmint p12 shop.test.pem shop.test-key.pem --passphrase-file secret.txt',
  'certmint p12 shop.test.pem shop.test-key.pem --encryption legacy --passphrase-env SECRET',
  'certmint p12 ca.pem --encryption java-truststore --name "dev root" --passphrase-env SECRET',
]

export async function run(values, paths) {
  if (paths.length === 0) {
    throw new UsageError(
      'give a certificate and its key, like: certmint p12 server.pem server-key.pem',
    )
  }
  await convert(values, paths, 'p12')
}
