import { generateKey } from '../../index.js'
import { KEY_MODE, PUBLIC_MODE, writeAll } from '../files.js'
import { keyProtection } from '../key_source.js'
import { group, newKeyOptions, reportOptions, signatureOptions, text } from '../options.js'
import { withProgress } from '../progress.js'
import { sayMade } from '../say.js'
import { UsageError } from '../usage.js'

export const usage = '[KIND] [options]'

export const options = {
  ...newKeyOptions,
  ...group('Key', {
    'allow-weak': { ...signatureOptions['allow-weak'], help: 'for tests: RSA-1024' },
  }),
  ...group('Output', {
    out: text('FILE', 'where the key goes (default private_key.pem); "-" is standard output'),
    'public-out': text('FILE', 'write the public half there too'),
  }),
  ...reportOptions,
}

export const examples = [
  'certmint key',
  'certmint key rsa-4096 --out server-key.pem',
  'certmint key p-384 --out - --public-out public.pem',
]

export async function run(values, [kind, ...rest]) {
  if (rest.length > 0 || (kind && values.key)) throw new UsageError('give one kind of key')
  const protection = await keyProtection(values)
  const files = { key: values.out ?? 'private_key.pem' }
  const key = await withProgress(values, (work) =>
    generateKey(kind ?? values.key, { ...work, allowWeak: values['allow-weak'] }),
  )
  const entries = [{ path: files.key, data: key.toPEM(protection), mode: KEY_MODE }]
  if (values['public-out']) {
    files['public key'] = values['public-out']
    entries.push({ path: values['public-out'], data: key.publicKey.pem, mode: PUBLIC_MODE })
  }
  await writeAll(entries, values)
  sayMade(values, { title: `A private key, ${key.spec}`, files })
}
