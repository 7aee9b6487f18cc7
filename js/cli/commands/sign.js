import { readCSR } from '../../index.js'
import { openAuthority } from '../authority.js'
import { naming, PUBLIC_MODE, read, writeAll } from '../files.js'
import {
  clampOption,
  extensionOptions,
  group,
  issuerOptions,
  nameOptions,
  namesNote,
  outputOptions,
  reportOptions,
  serialOption,
  signatureOptions,
  templateOption,
  text,
  validityOptions,
} from '../options.js'
import { sayMade } from '../say.js'
import { templateOf } from '../template.js'
import { FileError, UsageError } from '../usage.js'

export const usage = 'REQUEST [options]'

export const options = {
  honor: text(
    'LIST',
    'what is taken from the request: subject,san (default), keyUsage, extendedKeyUsage, tlsFeature; or none',
  ),
  ...templateOption,
  ...issuerOptions,
  ...nameOptions,
  ...validityOptions,
  ...clampOption,
  ...extensionOptions,
  ...signatureOptions,
  ...serialOption,
  ...group('Output', { out: outputOptions.out }),
  ...reportOptions,
}

export const note = `What is given here comes before what the request asks for. CA:TRUE is never taken from a request,
and its key usages only as far as the profile grants them.
${namesNote}`

export const examples = [
  'certmint sign device.csr --ca ca.pem --ca-key ca-key.pem',
  'certmint sign device.csr --honor none --subject "CN=device-17" --profile client',
]

export async function run(values, [path, ...rest]) {
  if (!path || rest.length > 0) {
    throw new UsageError('give one request, like: certmint sign device.csr')
  }
  const { key, ...template } = await templateOf(values)
  if (key !== undefined) throw new UsageError('a request brings its key: leave key out')
  const honor = values.honor === 'none' ? [] : values.honor?.split(',')
  const base = path === '-' ? 'certificate' : path.replace(/\.(csr|pem|req|der)$/, '')
  const file = values.out ?? `${base}.pem`
  const csr = await naming(path, undefined, async () => readCSR(await read(path)))
  if (!csr.signatureValid) throw new FileError(`${path}: the signature of the request is wrong`)
  const ca = await openAuthority(values)
  const issued = await ca.issue({ ...template, csr, ...(honor && { honor }) })
  await writeAll([{ path: file, data: issued.fullChain, mode: PUBLIC_MODE }], values)
  sayMade(values, {
    title: `A certificate under ${ca.cert.subject}`,
    cert: issued.cert,
    files: { 'certificate and chain': file },
  })
}
