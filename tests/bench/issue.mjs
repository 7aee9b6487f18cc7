// P-256 certificates with fresh keys, one after another in one thread, and the way to the first one.
// Everyone makes the same: key and certificate as PEM, with the extensions that clients ask for.

import 'reflect-metadata'
import { spawnSync } from 'node:child_process'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import selfsigned from 'selfsigned'

import { createCA, selfSigned } from 'certmint'

const NAMES = ['shop.test', 'www.shop.test', '127.0.0.1']
const DAY = 86_400_000

const ca = await createCA({ subject: 'CN=Bench Root', key: 'p-256' })

async function certmint(make) {
  const { cert, key } = await make()
  const pems = [cert.pem, key.pem]
  key.destroy()
  return pems
}

const issued = () => certmint(() => ca.issue({ san: NAMES })).then(() => undefined)
const signedByItself = () => certmint(() => selfSigned(NAMES)).then(() => undefined)

// ------------------------------------------------------------------ @peculiar/x509

x509.cryptoProvider.set(webcrypto)
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const usages = ['sign', 'verify']
const issuer = new x509.X509Certificate(ca.cert.pem)
const issuerKey = await webcrypto.subtle.importKey('pkcs8', ca.key.toDER(), algorithm, false, [
  'sign',
])

async function byPeculiar({ publicKey, privateKey }, signer) {
  const now = Date.now()
  const cert = await x509.X509CertificateGenerator.create({
    serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(19))).toString('hex'),
    subject: 'CN=shop.test',
    issuer: signer ? issuer.subjectName : 'CN=shop.test',
    notBefore: new Date(now - DAY / 24),
    notAfter: new Date(now + 397 * DAY),
    signingAlgorithm: algorithm,
    publicKey,
    signingKey: signer ?? privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.1']),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: NAMES[0] },
        { type: 'dns', value: NAMES[1] },
        { type: 'ip', value: NAMES[2] },
      ]),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(signer ? issuer.publicKey : publicKey),
    ],
  })
  const key = await webcrypto.subtle.exportKey('pkcs8', privateKey)
  return [cert.toString('pem'), x509.PemConverter.encode(key, 'PRIVATE KEY')]
}

const peculiar = (signer) => async () => {
  await byPeculiar(await webcrypto.subtle.generateKey(algorithm, true, usages), signer)
}

// ------------------------------------------------------------------ selfsigned

const bySelfsigned = (authority) => async () => {
  await selfsigned.generate([{ name: 'commonName', value: NAMES[0] }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + 397 * DAY),
    ...(authority && { ca: authority }),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: NAMES[0] },
          { type: 2, value: NAMES[1] },
          { type: 7, ip: NAMES[2] },
        ],
      },
    ],
  })
}

// ------------------------------------------------------------------ the first one

/** Milliseconds a fresh process takes from before the import to the certificate, by its own clock. */
const fresh = (program) => () => {
  const timed = `const since = performance.now();${program};console.log(performance.now() - since)`
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', timed],
    { cwd: new URL('.', import.meta.url), encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(stderr)
  return Number(stdout)
}

export default [
  {
    name: 'p-256 leaves from one authority, next to @peculiar/x509',
    ours: issued,
    peers: { '@peculiar/x509': peculiar(issuerKey) },
    goal: 3,
  },
  {
    name: 'p-256 leaves from one authority, next to selfsigned',
    ours: issued,
    peers: { selfsigned: bySelfsigned({ cert: ca.cert.pem, key: ca.key.pem }) },
    goal: 4,
  },
  {
    name: 'p-256 self-signed, next to selfsigned',
    ours: signedByItself,
    peers: { selfsigned: bySelfsigned() },
    goal: 4,
  },
  {
    name: 'p-256 self-signed, next to @peculiar/x509',
    ours: signedByItself,
    peers: { '@peculiar/x509': peculiar() },
  },
  {
    name: 'load to first p-256 certificate, a fresh process',
    ours: fresh(`
      const { selfSigned } = await import('certmint')
      const { cert } = await selfSigned(['localhost'])
      cert.pem`),
    peers: {
      selfsigned: fresh(`
        const { default: selfsigned } = await import('selfsigned')
        await selfsigned.generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec' })`),
    },
    most: 50,
  },
]
