import { openAuthority } from '../authority.js'
import { KEY_MODE, PUBLIC_MODE, writeAll } from '../files.js'
import {
  baseName,
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

export const usage = 'NAME... [options]'

export const options = {
  ...issuerOptions,
  ...keyOptions,
  ...nameOptions,
  ...validityOptions,
  clamp: { type: 'boolean', help: "end with the authority's own end when that is sooner" },
  ...outputOptions,
}

export const examples = [
  'certmint issue shop.test www.shop.test',
  'certmint issue shop.test --ca ca.pem --ca-key ca-key.pem --days 90',
  'certmint issue jane@corp.test --profile client --subject "CN=Jane"',
]

export async function run(values, names) {
  if (names.length === 0 && !values.subject && !values.san) {
    throw new UsageError('give a name, like: certmint issue shop.test')
  }
  const format = keyFormat(values)
  const base = baseName(names)
  const files = {
    'certificate and chain': values.out ?? `${base}.pem`,
    key: values['key-out'] ?? `${base}-key.pem`,
  }
  const ca = await openAuthority(values)
  const issued = await withProgress(values, (work) =>
    ca.issue({ ...templateOf(values, names), clamp: values.clamp, key: values.key, ...work }),
  )
  await writeAll(
    [
      { path: files['certificate and chain'], data: issued.fullChain, mode: PUBLIC_MODE },
      { path: files.key, data: issued.key.toPEM({ format }), mode: KEY_MODE },
    ],
    values,
  )
  sayMade(values, { title: `A certificate under ${ca.cert.subject}`, cert: issued.cert, files })
}
