import { certificates } from '../authority.js'
import { localFiles, localOptions } from '../local_ca.js'
import { flag, group, reportOptions } from '../options.js'
import { tell, trustOptions } from '../trust_report.js'
import { changeStores } from '../trust/stores.js'
import { UsageError } from '../usage.js'

export const usage = '[CERTIFICATE] [options]'

export const options = {
  ...trustOptions,
  ...group('The authority of this machine', { 'ca-root': localOptions['ca-root'] }),
  ...group('Output', {
    'dry-run': flag('only tell what would be run'),
    json: reportOptions.json,
    quiet: reportOptions.quiet,
  }),
}

export const note = `The authority itself stays where it is, and what it issued stays valid where it is trusted still.`

export const examples = ['certmint untrust', 'certmint untrust other-ca.pem --stores system,nss']

/** @param {Record<string, any>} values @param {string[]} paths */
export async function run(values, [path, ...rest]) {
  if (rest.length > 0) throw new UsageError('give one certificate')
  const source = path ?? localFiles(values).cert
  const [cert] = await certificates(source)
  return tell(values, cert, await changeStores('remove', { cert, path: source }, values))
}
