/** What asks the same at a terminal. */

import { command, flag } from '../parts/shell.js'

const OPENSSL_PURPOSES = { server: 'sslserver', client: 'sslclient', email: 'smimesign' }

const isAddress = (name) => /^[\d.]+$|:/.test(name)

function opensslName(name) {
  if (name === '') return []
  if (isAddress(name)) return [`-verify_ip ${name}`]
  return name.includes('@') ? flag('-verify_email', name) : flag('-verify_hostname', name)
}

const seconds = (time) => Math.floor(Date.parse(time) / 1000)

/** @param {import('./check.js').Question} question */
export function verifyCommands({ name, purpose, time, requireRevocation }, { lists }) {
  const purposes = { certmint: purpose, openssl: OPENSSL_PURPOSES[purpose] }
  const certmint = command('npx certmint verify chain.pem', [
    '--root ca.pem',
    ...(lists > 0 ? ['--crl crl.pem'] : []),
    ...(name === '' ? [] : flag('--name', name)),
    ...(purpose === 'any' ? [] : flag('--purpose', purposes.certmint)),
    ...flag('--time', time),
    ...(requireRevocation ? ['--require-revocation'] : []),
  ])
  const openssl = command('openssl verify -x509_strict', [
    '-CAfile ca.pem -untrusted chain.pem',
    ...(lists > 0 || requireRevocation ? ['-crl_check_all -CRLfile crl.pem'] : []),
    ...opensslName(name),
    ...(purposes.openssl ? [`-purpose ${purposes.openssl}`] : []),
    ...(time ? [`-attime ${seconds(time)}`] : []),
    'chain.pem',
  ])
  return [
    { title: 'certmint', text: certmint },
    { title: 'openssl', text: openssl },
  ]
}
