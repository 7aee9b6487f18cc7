import { createCA } from '../../index.js'
import { openAuthority } from '../authority.js'
import { KEY_MODE, PUBLIC_MODE, writeAll } from '../files.js'
import {
  integer,
  issuerOptions,
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

export const usage = '[--subject NAME] [options]'

const list = (help) => ({ type: 'string', value: 'NAME', multiple: true, help })

export const options = {
  subject: nameOptions.subject,
  'path-len': {
    type: 'string',
    value: 'N',
    help: 'how many authorities may stand under it (default 0)',
  },
  permit: list('only names under this may be issued: .test, 10.0.0.0/8, ... (repeatable)'),
  exclude: list('names under this may not be issued (repeatable)'),
  ...keyOptions,
  ...validityOptions,
  hash: nameOptions.hash,
  ...issuerOptions,
  ...outputOptions,
}
options.ca = { ...issuerOptions.ca, help: 'make an intermediate under this authority' }

export const examples = [
  'certmint ca --subject "O=Example,CN=Dev Root" --permit .test --permit localhost',
  'certmint ca --subject "CN=Dev Root" --path-len 1',
  'certmint ca --subject "CN=Issuing CA" --ca ca.pem --ca-key ca-key.pem --out sub.pem --key-out sub-key.pem',
]

export async function run(values, positionals) {
  if (positionals.length > 0) {
    throw new UsageError(`an authority has a --subject and no further names: "${positionals[0]}"`)
  }
  const format = keyFormat(values)
  const issuer = values.ca || values['ca-key'] ? await openAuthority(values) : undefined
  const files = { certificate: values.out ?? 'ca.pem', key: values['key-out'] ?? 'ca-key.pem' }
  if (issuer && !values.subject) throw new UsageError('an intermediate needs a --subject')
  const constrained = values.permit || values.exclude
  const made = await withProgress(values, (work) =>
    createCA({
      ...templateOf(values, []),
      key: values.key,
      pathLen: integer(values, 'path-len'),
      issuer,
      ...(constrained && {
        nameConstraints: { permitted: values.permit ?? [], excluded: values.exclude ?? [] },
      }),
      ...work,
    }),
  )
  await writeAll(
    [
      {
        path: files.certificate,
        data: made.chain.map((one) => one.pem).join(''),
        mode: PUBLIC_MODE,
      },
      { path: files.key, data: made.key.toPEM({ format }), mode: KEY_MODE },
    ],
    values,
  )
  sayMade(values, {
    title: issuer ? 'An intermediate authority' : 'A root authority',
    cert: made.cert,
    files,
    next: [
      'Keep the key to yourself: whoever has it can make certificates your machines trust.',
      `  certmint issue shop.test --ca ${files.certificate} --ca-key ${files.key}`,
    ],
  })
}
