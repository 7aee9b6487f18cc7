/** What every runtime is asked to do with the package; the answer is JSON, judged by the tests. */

import { CertmintError, createCA, generateKey, selfSigned, verify } from 'certmint'
import selfsigned from 'certmint/selfsigned'
import * as sync from 'certmint/sync'
import { wasmBytes } from 'certmint/wasm'

const now = () => Date.now()

export async function program() {
  const start = now()
  const { cert, key } = await selfSigned(['localhost', '127.0.0.1'], { days: 30 })
  const ca = await createCA({ subject: 'CN=Root' })
  const site = await ca.issue({ san: 'shop.test' })
  const report = await verify(site.fullChain, { roots: ca, name: 'shop.test', purpose: 'server' })
  const rsa = await generateKey('rsa-2048')
  const now1 = now()
  const atOnce = sync.selfSigned('localhost')
  const pems = await selfsigned.generate(null, { keyType: 'ec' })
  const error = await selfSigned('a b').catch((reason) => reason)
  return {
    cert: cert.pem,
    key: key.pem,
    site: site.cert.pem,
    root: ca.cert.pem,
    verified: report.ok,
    rsa: rsa.pem,
    sync: atOnce.cert.pem,
    syncKey: atOnce.key.pem,
    selfsigned: pems.cert,
    selfsignedKey: pems.private,
    error: error instanceof CertmintError ? error.field : String(error),
    wasm: wasmBytes().length,
    milliseconds: now1 - start,
  }
}
