/** What certmint at the command line is told. */

import { flag, iso, rfc4514 } from './shell.js'

/** @param {{ key?: string, keyFormat?: string, template: object }} order what is as by default is left out */
export function certmintFlags({ key = 'p-256', keyFormat = 'pkcs8', template }) {
  const { subject, profile = 'server', hash, days, notBefore, notAfter } = template
  return [
    ...flag('--subject', rfc4514(subject)),
    ...(profile === 'server' ? [] : flag('--profile', profile)),
    ...(key === 'p-256' ? [] : flag('--key', key)),
    ...(keyFormat === 'pkcs8' ? [] : flag('--key-format', keyFormat)),
    ...flag('--hash', hash),
    ...flag('--days', days),
    ...flag('--not-before', iso(notBefore)),
    ...flag('--not-after', iso(notAfter)),
  ]
}
