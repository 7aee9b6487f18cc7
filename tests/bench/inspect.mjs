// How long it takes to inspect a bundle of a hundred certificates, and a chain of three.

import 'reflect-metadata'
import { createCA, createCertificate, init, inspect } from '../../js/index.js'

const { X509Certificate } = await import('@peculiar/x509')
const { default: forge } = await import('node-forge')

await init()
const root = await createCA({ subject: 'C=DE,O=Example,CN=Root', pathLen: 1, key: 'rsa-2048' })
const sub = await root.createIntermediate({ subject: 'CN=Issuing', key: 'rsa-2048' })
const extensions = {
  certificatePolicies: ['2.23.140.1.2.1'],
  crlDistributionPoints: ['http://crl.test/ca.crl'],
  authorityInfoAccess: { ocsp: ['http://ocsp.test/'], caIssuers: ['http://ca.test/ca.cer'] },
}
const issuer = { cert: sub.cert, key: sub.key }
const leaves = []
for (let i = 0; i < 98; i++) {
  const san = [`shop${i}.test`, `www.shop${i}.test`]
  const subject = `C=DE,O=Example,CN=shop${i}.test`
  leaves.push(await createCertificate({ san, subject, key: sub.key, extensions, issuer }))
}
const certificates = [...leaves, sub.cert, root.cert].map(({ pem }) => pem)
const bundle = certificates.join('')

/** All of it: every extension, which is whose issuer, signatures as far as they are checked. */
const ours = (text, count) => async () => {
  const { items } = await inspect(text)
  if (items.length !== count) throw new Error(`${items.length} things`)
}

/** Names, dates, key and fingerprint, and extensions as far as each decodes them. */
const peculiar = (pems) => async () => {
  for (const pem of pems) {
    const one = new X509Certificate(pem)
    void [one.subject, one.issuer, one.notAfter, one.serialNumber, one.extensions.length]
    await one.getThumbprint('SHA-256')
  }
}

const nodeForge = (pems) => () => {
  for (const pem of pems) {
    const one = forge.pki.certificateFromPem(pem)
    void [one.subject.attributes, one.extensions.length]
  }
}

const chain = certificates.slice(-3)

export default [
  {
    name: 'inspect: a bundle of 100 certificates',
    ours: ours(bundle, 100),
    peers: { '@peculiar/x509': peculiar(certificates), 'node-forge': nodeForge(certificates) },
    most: 100,
  },
  {
    name: 'inspect: a chain of three',
    ours: ours(chain.join(''), 3),
    peers: { '@peculiar/x509': peculiar(chain), 'node-forge': nodeForge(chain) },
  },
]
