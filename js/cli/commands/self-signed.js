import { selfSigned } from '../../index.js'
import { KEY_MODE, PUBLIC_MODE, writeAll } from '../files.js'
import { keyProtection, keySource, ownKey } from '../key_source.js'
import { baseName, keyFileBeside } from '../names.js'
import {
  extensionOptions,
  keyOptions,
  nameOptions,
  namesNote,
  outputOptions,
  serialOption,
  signatureOptions,
  templateOption,
  validityOptions,
} from '../options.js'
import { withProgress } from '../progress.js'
import { sayMade } from '../say.js'
import { templateOf } from '../template.js'
import { UsageError } from '../usage.js'

export const usage = 'NAME... [options]'

export const options = {
  ...templateOption,
  ...nameOptions,
  ...keyOptions,
  ...validityOptions,
  ...extensionOptions,
  ...signatureOptions,
  ...serialOption,
  ...outputOptions,
}

export const note = namesNote

export const examples = [
  'certmint self-signed localhost 127.0.0.1 ::1',
  'certmint self-signed example.com --key rsa-2048 --days 365 \\',
  '    --subject "C=US,ST=California,L=San Francisco,O=Example Corp,CN=example.com" \\',
  '    --key-format traditional --out certificate.pem --key-out private_key.pem',
]

export async function run(values, names) {
  const template = await templateOf(values, names)
  if (!template.san && !template.subject) {
    throw new UsageError('give a name, like: certmint self-signed localhost')
  }
  const protection = await keyProtection(values)
  const own = await ownKey(values)
  const base = baseName(names)
  const files = { certificate: values.out ?? `${base}.pem` }
  if (!own) files.key = values['key-out'] ?? keyFileBeside(values.out) ?? `${base}-key.pem`
  const { cert, key } = await withProgress(values, (work) =>
    selfSigned(undefined, { ...template, ...keySource(own), ...work }),
  )
  const entries = [{ path: files.certificate, data: cert.pem, mode: PUBLIC_MODE }]
  if (!own) entries.push({ path: files.key, data: key.toPEM(protection), mode: KEY_MODE })
  await writeAll(entries, values)
  const host = cert.san.map((name) => /^(?:DNS|IP):([^*]+)$/.exec(name)?.[1]).find(Boolean)
  sayMade(values, {
    title: own ? 'A self-signed certificate' : 'A self-signed certificate and its private key',
    cert,
    files,
    next: host && [
      'Clients do not trust it until they are told to, for instance:',
      `  curl --cacert ${files.certificate} https://${host.includes(':') ? `[${host}]` : host}/`,
    ],
  })
}
