import { generateKey, PrivateKey } from '../../index.js'
import { KEY_MODE, PUBLIC_MODE, writeAll } from '../files.js'
import { keyProtection, passphraseOf } from '../key_source.js'
import { readMaterial } from '../material.js'
import {
  group,
  inputPassphraseOptions,
  integer,
  newKeyOptions,
  reportOptions,
  signatureOptions,
  text,
} from '../options.js'
import { withProgress } from '../progress.js'
import { sayMade, table } from '../say.js'
import { FailedError, THE_ANSWER_IS_NO, UsageError } from '../usage.js'

export const usage = '[KIND] [options]'

export const options = {
  ...group('Check', {
    check: text('FILE', 'read this key instead of making one: does it belong to the files named?'),
    ...inputPassphraseOptions,
  }),
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

export const note = `With --check each FILE named is a certificate, a request or a key, and the exit status is 1 when
one of them has another key.`

export const examples = [
  'certmint key',
  'certmint key rsa-4096 --out server-key.pem',
  'certmint key p-384 --out - --public-out public.pem',
  'certmint key --check server-key.pem server.pem',
]

export async function run(values, words) {
  if (values.check !== undefined) return check(values, words)
  const [kind, ...rest] = words
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

/** What each file has that a key can belong to; of a chain it is the first certificate. */
async function check(values, paths) {
  const options = {
    passphrase: await passphraseOf(values, 'in-'),
    maxIterations: integer(values, 'max-iterations'),
  }
  const open = (path) => readMaterial([path], options, '--in-passphrase-file')
  const halves = ({ keys, publicKeys }) => [...keys.map(({ key }) => key), ...publicKeys]
  const [key, ...more] = halves(await open(values.check))
  if (!key) throw new FailedError(`${values.check}: holds no key`)
  if (more.length > 0) throw new FailedError(`${values.check}: holds ${more.length + 1} keys`)
  const files = {}
  for (const path of paths) {
    const material = await open(path)
    const [one] = [
      ...material.certificates.map(({ cert }) => cert),
      ...material.requests,
      ...halves(material),
    ]
    if (!one) throw new FailedError(`${path}: holds nothing that a key can belong to`)
    files[path] = key.matches(one)
  }
  say(values, key, files)
  return Object.values(files).includes(false) ? THE_ANSWER_IS_NO : undefined
}

function say(values, key, files) {
  if (values.json) {
    const { type, bits, curve } = key
    console.log(JSON.stringify({ type, bits, curve, thumbprint: key.thumbprint(), belongs: files }))
  } else if (!values.quiet) {
    const belongs = (one) => (one ? 'has this key' : 'has ANOTHER key')
    const rows = Object.entries(files).map(([path, one]) => [path, belongs(one)])
    const kind = key instanceof PrivateKey ? 'private' : 'public'
    console.log(table(`A ${kind} key, ${key.spec}`, [['thumbprint', key.thumbprint()], ...rows]))
  }
}
