// How long it takes to lint certificates: one, and the bundle of this machine's trusted roots.

import fs from 'node:fs'

import { createCA, lint } from '../../js/index.js'

const bundle = '/etc/ssl/certs/ca-certificates.crt'
const root = await createCA({ subject: 'CN=Root' })
const site = await root.issue({ san: ['shop.test', '*.shop.test', '10.0.0.7'] })
const chain = [site.cert.pem, root.cert.pem]

/** A hundred of the roots that Debian trusts, or, where there are none, of ours. */
function hundred() {
  const pem = fs.existsSync(bundle) ? fs.readFileSync(bundle, 'latin1') : root.cert.pem.repeat(100)
  return pem
    .match(/-----BEGIN CERT[^]*?-----END CERTIFICATE-----\n/g)
    .slice(0, 100)
    .join('')
}

const certificates = hundred()

export default [
  {
    name: 'lint: a certificate and its root',
    ours: () => lint(chain, { name: 'shop.test' }),
    most: 2,
  },
  {
    name: 'lint: a bundle of 100 certificates (with inspect: 200 ms)',
    ours: () => lint(certificates),
    most: 60,
  },
]
