import { openAuthority } from '../authority.js'
import { PUBLIC_MODE, read, writeAll } from '../files.js'
import {
  issuerOptions,
  nameOptions,
  outputOptions,
  templateOf,
  validityOptions,
} from '../options.js'
import { sayMade } from '../say.js'
import { UsageError } from '../usage.js'

export const usage = 'REQUEST [options]'

export const options = {
  ...issuerOptions,
  ...nameOptions,
  ...validityOptions,
  honor: {
    type: 'string',
    value: 'LIST',
    help: 'what is taken from the request: subject,san (default), keyUsage, extendedKeyUsage, tlsFeature; or none',
  },
  out: outputOptions.out,
  force: outputOptions.force,
  json: outputOptions.json,
  quiet: outputOptions.quiet,
}

export const examples = [
  'certmint sign device.csr --ca ca.pem --ca-key ca-key.pem',
  'certmint sign device.csr --honor none --subject "CN=device-17" --profile client',
]

export async function run(values, [path, ...rest]) {
  if (!path || rest.length > 0)
    throw new UsageError('give one request, like: certmint sign device.csr')
  const honor = values.honor === 'none' ? [] : values.honor?.split(',')
  const file = values.out ?? `${path.replace(/\.(csr|pem|req|der)$/, '')}.pem`
  const ca = await openAuthority(values)
  const issued = await ca.issue({ ...templateOf(values, []), csr: await read(path), honor })
  await writeAll([{ path: file, data: issued.fullChain, mode: PUBLIC_MODE }], values)
  sayMade(values, {
    title: `A certificate under ${ca.cert.subject}`,
    cert: issued.cert,
    files: { 'certificate and chain': file },
  })
}
