import { createCA } from '../../index.js'
import { openAuthority } from '../authority.js'
import { KEY_MODE, PUBLIC_MODE, writeAll } from '../files.js'
import { keyProtection, keySource, ownKey } from '../key_source.js'
import { keyFileBeside } from '../names.js'
import {
  authorityExtensionOptions,
  clampOption,
  group,
  integer,
  issuerOptions,
  keyOptions,
  list,
  outputOptions,
  serialOption,
  signatureOptions,
  templateOption,
  text,
  validityOptions,
} from '../options.js'
import { withProgress } from '../progress.js'
import { sayMade } from '../say.js'
import { templateOf } from '../template.js'
import { UsageError } from '../usage.js'

export const usage = '[--subject NAME] [options]'

export const options = {
  ...templateOption,
  ...group('Authority', {
    subject: text('NAME', 'like "O=Example,CN=Dev Root"'),
    'path-len': text('N', 'how many authorities may stand under it (default 0), or none: any'),
    permit: list('NAME', 'only names under this may be issued: .test, 10.0.0.0/8, ...'),
    exclude: list('NAME', 'names under this may not be issued'),
  }),
  ...group('Authority above it', {
    ca: text('FILE', 'its certificate: makes an intermediate under it'),
    'ca-key': text('FILE', 'its private key (default ca-key.pem)'),
    'ca-passphrase-file': issuerOptions['ca-passphrase-file'],
    'ca-passphrase-env': issuerOptions['ca-passphrase-env'],
    'ca-password': issuerOptions['ca-password'],
  }),
  ...keyOptions,
  ...validityOptions,
  ...clampOption,
  ...authorityExtensionOptions,
  ...signatureOptions,
  ...serialOption,
  ...outputOptions,
}

export const note = `Flags with NAME, URI, OID or OID=HEX may be repeated; a LIST is separated by commas.`

export const examples = [
  'certmint ca --subject "O=Example,CN=Dev Root" --permit .test --permit localhost',
  'certmint ca --subject "CN=Dev Root" --path-len 1',
  'certmint ca --subject "CN=Issuing CA" --ca ca.pem --ca-key ca-key.pem',
]

export async function run(values, positionals) {
  if (positionals.length > 0) {
    throw new UsageError(`an authority has a --subject and no further names: "${positionals[0]}"`)
  }
  const template = withPathLen(await templateOf(values), values)
  const protection = await keyProtection(values)
  const issuer = values.ca || values['ca-key'] ? await openAuthority(values) : undefined
  if (issuer && !template.subject) throw new UsageError('an intermediate needs a --subject')
  const own = await ownKey(values)
  const base = issuer ? 'intermediate' : 'ca'
  const files = { certificate: values.out ?? `${base}.pem` }
  if (!own) files.key = values['key-out'] ?? keyFileBeside(values.out) ?? `${base}-key.pem`
  const made = await withProgress(values, (work) =>
    createCA({ ...template, issuer, ...keySource(own), ...work }),
  )
  const pem = made.chain.map((one) => one.pem).join('')
  const entries = [{ path: files.certificate, data: pem, mode: PUBLIC_MODE }]
  if (!own) entries.push({ path: files.key, data: made.key.toPEM(protection), mode: KEY_MODE })
  await writeAll(entries, values)
  sayMade(values, {
    title: issuer ? `An authority under ${issuer.cert.subject}` : 'A root authority',
    cert: made.cert,
    files,
    next: [
      'Keep the key to yourself: whoever has it can make certificates your machines trust.',
      `  certmint issue shop.test --ca ${files.certificate} --ca-key ${values['key-in'] ?? files.key}`,
    ],
  })
}

/** --path-len none is a CA that says nothing about it. */
function withPathLen(template, values) {
  if (values['path-len'] !== 'none') {
    const pathLen = integer(values, 'path-len')
    return pathLen === undefined ? template : { ...template, pathLen }
  }
  const { critical } = template.extensions?.basicConstraints ?? {}
  const basicConstraints = { ca: true, ...(critical !== undefined && { critical }) }
  const extensions = { ...template.extensions, basicConstraints }
  return { ...template, pathLen: undefined, extensions }
}
