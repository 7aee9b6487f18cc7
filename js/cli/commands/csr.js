import { createCSR, readCSR } from '../../index.js'
import { KEY_MODE, naming, PUBLIC_MODE, read, writeAll } from '../files.js'
import { keyProtection, keySource, ownKey } from '../key_source.js'
import { baseName, keyFileBeside } from '../names.js'
import {
  keyOptions,
  nameOptions,
  namesNote,
  outputOptions,
  requestOptions,
  signatureOptions,
  templateOption,
  text,
} from '../options.js'
import { withProgress } from '../progress.js'
import { nameList, sayMade, table } from '../say.js'
import { templateOf } from '../template.js'
import { THE_ANSWER_IS_NO, UsageError } from '../usage.js'

export const usage = 'NAME... [options]'

export const options = {
  check: text(
    'FILE',
    'read this request instead of making one: what it asks for, and its signature',
  ),
  ...templateOption,
  ...nameOptions,
  ...keyOptions,
  ...requestOptions,
  ...signatureOptions,
  ...outputOptions,
}

export const note = `${namesNote}
With --check the exit status is 1 when the signature is wrong.`

export const examples = [
  'certmint csr shop.test --subject "O=Example,CN=shop.test"',
  'certmint csr device-17 --key rsa-2048 --out device.csr --key-out device-key.pem',
  'certmint csr --check device.csr',
]

export async function run(values, names) {
  if (values.check !== undefined) return check(values, names)
  const template = await templateOf(values, names)
  if (!template.san && !template.subject) {
    throw new UsageError('give a name, like: certmint csr shop.test')
  }
  const protection = await keyProtection(values)
  const base = baseName(names)
  const own = await ownKey(values)
  const files = { request: values.out ?? `${base}.csr` }
  if (!own) files.key = values['key-out'] ?? keyFileBeside(values.out) ?? `${base}-key.pem`
  const { csr, key } = await withProgress(values, (work) =>
    createCSR({ ...template, ...keySource(own), ...work }),
  )
  const entries = [{ path: files.request, data: csr.pem, mode: PUBLIC_MODE }]
  if (!own) entries.push({ path: files.key, data: key.toPEM(protection), mode: KEY_MODE })
  await writeAll(entries, values)
  sayMade(values, { title: 'A certificate request', csr, files })
}

async function check(values, names) {
  if (names.length > 0) throw new UsageError('--check reads a request: leave out names')
  const csr = await naming(values.check, undefined, async () => readCSR(await read(values.check)))
  if (values.json) console.log(JSON.stringify({ csr }))
  else if (!values.quiet) {
    const rows = [
      ['subject', csr.subject || '(empty)'],
      ['names', nameList(csr.san) || '(none)'],
      ['key', csr.publicKey.spec],
      ['key usage', csr.keyUsage.join(', ') || '(none)'],
      ['purposes', csr.extendedKeyUsage.join(', ') || '(none)'],
      ['authority', csr.isCA ? 'asks for CA:TRUE' : 'no'],
      ['signature', `${csr.signature}, ${csr.signatureValid ? 'right' : 'WRONG'}`],
    ]
    console.log(table('A certificate request', rows))
  }
  return csr.signatureValid ? undefined : THE_ANSWER_IS_NO
}
