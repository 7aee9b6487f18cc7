// How long it takes to validate a chain of three certificates.

import 'reflect-metadata'
import { X509Certificate as NodeCertificate } from 'node:crypto'
import { createCA, init, readCertificate, verify } from '../../js/index.js'

const { X509Certificate, X509ChainBuilder } = await import('@peculiar/x509')
const { default: forge } = await import('node-forge')

/** A root, an intermediate and an end certificate, as PEM. */
async function chain(key) {
  const root = await createCA({ subject: 'CN=Root', pathLen: 1, key })
  const sub = await root.createIntermediate({ subject: 'CN=Issuing', key })
  const leaf = await sub.issue({ san: ['shop.test'], key })
  return { root: root.cert.pem, sub: sub.cert.pem, leaf: leaf.cert.pem }
}

/** From PEM every time, as a program does that is handed a chain. */
const ours =
  ({ root, sub, leaf }) =>
  async () => {
    const report = await verify(leaf, {
      roots: root,
      intermediates: sub,
      name: 'shop.test',
      purpose: 'server',
    })
    if (!report.ok) throw new Error(report.detail)
  }

/** Signatures and dates; no constraints, no usages, no names. Its cryptography is the host's own. */
const peculiar =
  ({ root, sub, leaf }) =>
  async () => {
    const certificates = [root, sub].map((pem) => new X509Certificate(pem))
    const path = await new X509ChainBuilder({ certificates }).build(new X509Certificate(leaf))
    if (path.length !== 3) throw new Error('no chain')
  }

/** Signatures, names and dates by the OpenSSL inside of Node, native code. */
const openssl =
  ({ root, sub, leaf }) =>
  () => {
    const path = [leaf, sub, root].map((pem) => new NodeCertificate(pem))
    const held = path.slice(1).every((issuer, i) => {
      const cert = path[i]
      return (
        cert.checkIssued(issuer) &&
        cert.verify(issuer.publicKey) &&
        Date.now() < Date.parse(cert.validTo)
      )
    })
    if (!held || !path[0].checkHost('shop.test')) throw new Error('no chain')
  }

/** RSA only. */
const nodeForge =
  ({ root, sub, leaf }) =>
  () => {
    const store = forge.pki.createCaStore([root])
    const path = [leaf, sub].map((pem) => forge.pki.certificateFromPem(pem))
    if (!forge.pki.verifyCertificateChain(store, path)) throw new Error('no chain')
  }

await init()
const p256 = await chain('p-256')
const rsa = await chain('rsa-2048')
await readCertificate(p256.leaf)

export default [
  {
    name: 'verify: a P-256 chain of three (400 a second)',
    ours: ours(p256),
    peers: { '@peculiar/x509': peculiar(p256), 'OpenSSL in Node': openssl(p256) },
    most: 2.5,
  },
  {
    name: 'verify: an RSA-2048 chain of three',
    ours: ours(rsa),
    peers: {
      '@peculiar/x509': peculiar(rsa),
      'node-forge': nodeForge(rsa),
      'OpenSSL in Node': openssl(rsa),
    },
  },
]
