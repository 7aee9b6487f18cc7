import { certificateFiles, openAuthority } from '../authority.js'
import { KEY_MODE, writeAll } from '../files.js'
import { keyProtection, keySource, ownKey } from '../key_source.js'
import { baseName, keyFileBeside } from '../names.js'
import {
  chainOption,
  clampOption,
  extensionOptions,
  issuerOptions,
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
  ...issuerOptions,
  ...nameOptions,
  ...keyOptions,
  ...validityOptions,
  ...clampOption,
  ...extensionOptions,
  ...signatureOptions,
  ...serialOption,
  ...outputOptions,
  ...chainOption,
}

export const note = `${namesNote}
--key-in may be somebody's public key, too.`

export const examples = [
  'certmint issue shop.test www.shop.test',
  'certmint issue shop.test --ca ca.pem --ca-key ca-key.pem --days 90',
  'certmint issue jane@corp.test --profile client --subject "CN=Jane"',
  'certmint issue shop.test --must-staple --ocsp http://ocsp.test/ --policy 2.23.140.1.2.1',
]

export async function run(values, names) {
  const template = await templateOf(values, names)
  if (!template.san && !template.subject) {
    throw new UsageError('give a name, like: certmint issue shop.test')
  }
  const protection = await keyProtection(values)
  const base = baseName(names)
  const own = await ownKey(values)
  const ca = await openAuthority(values)
  const issued = await withProgress(values, (work) =>
    ca.issue({ ...template, ...keySource(own), ...work }),
  )
  const { files, entries } = certificateFiles(issued, ca, values.out ?? `${base}.pem`, values)
  if (!own) {
    files.key = values['key-out'] ?? keyFileBeside(values.out) ?? `${base}-key.pem`
    entries.push({ path: files.key, data: issued.key.toPEM(protection), mode: KEY_MODE })
  }
  await writeAll(entries, values)
  sayMade(values, { title: `A certificate under ${ca.cert.subject}`, cert: issued.cert, files })
}
