/**
 * The independent readers: each reads a certificate (or a chain) in its own way; what they say is
 * compared by the tests. A reader that is not there is an error: npm test installs them.
 */

import { X509Certificate } from 'node:crypto'
import path from 'node:path'

import { goEnv, python, root, run, scratch } from './tools.js'

const support = path.join(root, 'tests', 'support')
const built = scratch()
let goReader

/** Compiled once a test process. */
function goProgram() {
  if (!goReader) {
    goReader = built.path('read_certificate')
    run('go', ['build', '-o', goReader, path.join(support, 'read_certificate.go')], {
      cwd: built.folder,
      env: goEnv,
    })
  }
  return goReader
}

/** Fields as Python's cryptography sees them. kind: certificate, request, crl */
export const readWithPython = (file, kind = 'certificate') =>
  JSON.parse(run(python, [path.join(support, 'read_certificate.py'), kind, file]).out)

/** Fields as Go's crypto/x509 sees them; verified against a root when given. */
export const readWithGo = (file, rootFile) =>
  JSON.parse(run(goProgram(), rootFile ? [file, rootFile] : [file]).out)

export const readWithNode = (pem) => new X509Certificate(pem)

export const readWithOpenSSL = (file, kind = 'x509') =>
  run('openssl', [
    kind,
    '-in',
    file,
    '-noout',
    '-text',
    '-nameopt',
    'RFC2253,-esc_msb,utf8,-dn_rev',
  ]).out

export const readWithGnuTLS = (file, kind = '--certificate-info') =>
  run('certtool', [kind, '--infile', file]).out

export const readWithJava = (file) => run('keytool', ['-printcert', '-v', '-file', file]).out

/** A fresh NSS database with the certificate in it; returns how NSS prints it. */
export function readWithNSS(file, trust = ',,') {
  const database = scratch()
  run('certutil', ['-N', '-d', database.folder, '--empty-password'])
  run('certutil', ['-A', '-d', database.folder, '-n', 'it', '-t', trust, '-a', '-i', file])
  return run('certutil', ['-L', '-d', database.folder, '-n', 'it']).out
}

/** Verdicts on a chain file (leaf first) under a root file. */
export const verifiers = {
  openssl: (chain, rootFile) =>
    run('openssl', ['verify', '-x509_strict', '-CAfile', rootFile, '-untrusted', chain, chain], {
      fails: true,
    }),
  gnutls: (chain, rootFile) =>
    run('certtool', ['--verify', '--load-ca-certificate', rootFile, '--infile', chain], {
      fails: true,
    }),
}
