import { createCSR, importKey } from '../../index.js'
import { KEY_MODE, PUBLIC_MODE, read, writeAll } from '../files.js'
import { baseName, keyFormat, keyOptions, nameOptions, outputOptions } from '../options.js'
import { withProgress } from '../progress.js'
import { sayMade } from '../say.js'
import { UsageError } from '../usage.js'

export const usage = 'NAME... [options]'

export const options = {
  ...keyOptions,
  'key-in': { type: 'string', value: 'FILE', help: 'ask with this key instead of a new one' },
  ...nameOptions,
  ...outputOptions,
}

export const examples = [
  'certmint csr shop.test --subject "O=Example,CN=shop.test"',
  'certmint csr device-17 --key rsa-2048 --out device.csr --key-out device-key.pem',
]

export async function run(values, names) {
  if (names.length === 0 && !values.subject && !values.san) {
    throw new UsageError('give a name, like: certmint csr shop.test')
  }
  const format = keyFormat(values)
  const base = baseName(names)
  const own = values['key-in'] && (await importKey(await read(values['key-in'])))
  const files = { request: values.out ?? `${base}.csr` }
  if (!own) files.key = values['key-out'] ?? `${base}-key.pem`
  const san = [...names, ...(values.san ?? [])]
  const { csr, key } = await withProgress(values, (work) =>
    createCSR({
      ...(san.length > 0 && { san }),
      subject: values.subject,
      hash: values.hash,
      profile: values.profile,
      key: own || values.key,
      ...work,
    }),
  )
  const entries = [{ path: files.request, data: csr.pem, mode: PUBLIC_MODE }]
  if (!own) entries.push({ path: files.key, data: key.toPEM({ format }), mode: KEY_MODE })
  await writeAll(entries, values)
  sayMade(values, { title: 'A certificate request', csr, files })
}
