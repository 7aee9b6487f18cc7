import { selfSigned } from '../../index.js'
import { KEY_MODE, PUBLIC_MODE, writeAll } from '../files.js'
import {
  baseName,
  keyFormat,
  keyOptions,
  nameOptions,
  outputOptions,
  templateOf,
  validityOptions,
} from '../options.js'
import { withProgress } from '../progress.js'
import { sayMade } from '../say.js'
import { UsageError } from '../usage.js'

export const usage = 'NAME... [options]'

export const options = {
  ...keyOptions,
  ...nameOptions,
  ...validityOptions,
  'no-extensions': {
    type: 'boolean',
    help: 'the bare certificate of old tutorials: no SAN either',
  },
  ...outputOptions,
}

export const examples = [
  'certmint self-signed localhost 127.0.0.1 ::1',
  'certmint self-signed example.com --key rsa-2048 --days 365 \\',
  '    --subject "C=US,ST=California,L=San Francisco,O=Example Corp,CN=example.com" \\',
  '    --key-format traditional --out certificate.pem --key-out private_key.pem',
]

export async function run(values, names) {
  const bare = values['no-extensions']
  if (names.length === 0 && !values.subject && !values.san) {
    throw new UsageError('give a name, like: certmint self-signed localhost')
  }
  const format = keyFormat(values)
  const base = baseName(names)
  const files = {
    certificate: values.out ?? `${base}.pem`,
    key:
      values['key-out'] ??
      (values.out ? `${values.out.replace(/\.[^./]*$/, '')}-key.pem` : `${base}-key.pem`),
  }
  const template = templateOf(values, bare ? [] : names)
  /** @type {any} */
  const { san, ...rest } = bare
    ? { subject: `CN=${names[0]}`, ...withoutUndefined(template), extensions: false }
    : template
  if (bare && san) throw new UsageError('--no-extensions leaves no room for --san')
  const { cert, key } = await withProgress(values, (work) =>
    selfSigned(san, { ...rest, key: values.key, ...work }),
  )
  await writeAll(
    [
      { path: files.certificate, data: cert.pem, mode: PUBLIC_MODE },
      { path: files.key, data: key.toPEM({ format }), mode: KEY_MODE },
    ],
    values,
  )
  sayMade(values, {
    title: 'A self-signed certificate and its private key',
    cert,
    files,
    next: [
      'Clients do not trust it until they are told to, for instance:',
      `  curl --cacert ${files.certificate} https://${names[0] ?? 'localhost'}:8443/`,
    ],
  })
}

const withoutUndefined = (object) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
