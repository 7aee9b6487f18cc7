// Writes the seeds of the fuzz targets, tests/fuzz/corpus/<target>/: small, valid, one of each kind.
// Run by hand when there is a new kind: node tests/fuzz/seeds.mjs (the keys are new each time).

import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import * as certmint from '../../js/sync.js'
import { toPEM } from '../support/der_tree.js'
import { lintCases } from '../support/lint_cases.js'

const corpus = fileURLToPath(new URL('./corpus/', import.meta.url))
const passphrase = 'secret'

function put(target, name, data) {
  const folder = path.join(corpus, target)
  fs.mkdirSync(folder, { recursive: true })
  fs.writeFileSync(path.join(folder, name), data)
}

const ec = certmint.generateKey('p-256')
const rsa = certmint.generateKey('rsa-1024', { allowWeak: true })
const root = certmint.createCA({
  subject: 'C=US,O=Seeds,CN=Root',
  pathLen: 1,
  nameConstraints: { permitted: ['test', '10.0.0.0/8'], excluded: ['bad.test'] },
})
const sub = root.createIntermediate({ subject: 'CN=Issuing' })
const leaf = sub.issue({
  san: ['shop.test', '10.1.2.3', { email: 'a@shop.test' }, { upn: 'a@shop.test' }],
  key: ec,
  extensions: {
    certificatePolicies: ['2.23.140.1.2.1'],
    crlDistributionPoints: ['http://shop.test/crl'],
    authorityInfoAccess: { ocsp: ['http://shop.test/ocsp'] },
    tlsFeature: ['status_request'],
  },
})
const list = sub.createCRL({ revoked: [{ cert: leaf.cert, reason: 'keyCompromise' }] })

for (const [name, key] of Object.entries({ ec, rsa })) {
  put('key', `${name}-pkcs8.der`, key.toDER())
  put('key', `${name}-traditional.txt`, key.toPEM({ format: 'traditional' }))
  put('key', `${name}-public.der`, key.publicKey.toDER())
  put('key', `${name}.json`, JSON.stringify(key.toJWK()))
}
put('key', 'encrypted.txt', ec.toPEM({ passphrase, iterations: 2 }))
for (const encryption of ['modern', 'legacy']) {
  put(
    'pkcs12',
    encryption,
    certmint.createPKCS12({ key: ec, cert: leaf.cert, passphrase, encryption, iterations: 2 }),
  )
}
put('pkcs7', 'chain.der', certmint.createPKCS7([leaf.cert, sub.cert]).der)
put('certificate', 'root.der', root.cert.der)
put('certificate', 'leaf.der', leaf.cert.der)
put(
  'certificate',
  'pss.der',
  certmint.selfSigned(['a.test'], { key: rsa, pss: true, allowWeak: true }).cert.der,
)
put('request', 'ec.der', certmint.createCSR({ san: ['shop.test'], key: ec }).csr.der)
put('crl', 'list.der', list.der)
put('verify', 'chain.txt', [leaf.cert, sub.cert, root.cert, list].map(({ pem }) => pem).join(''))

const odd = [
  ...['boolean-not-der', 'policies-twice', 'dns-utf8-beside', 'wildcard-partial-beside', 'ip-text'],
  ...['printable-string', 'pss-no-null', 'public-long', 'sub-nc', 'path-length', 'version-1'],
]
for (const { name, chain: certificates } of lintCases().filter((one) => odd.includes(one.name))) {
  if (certificates.length === 1) put('lint', `${name}.der`, certificates[0])
  else put('lint', `${name}.txt`, certificates.map((der) => toPEM(der)).join(''))
}

// What happens in a conversation of the echo server, see tests/fuzz/session.c: the first byte chooses
// mode, configuration and version, then each step has a kind and an amount.
const [write, trickle, serve, read, damage, forge, end, close, trim] = Array(9).keys()
const handshake = [read, 0, serve, 255, read, 0, serve, 255, read, 0]
const echoed = [
  ...handshake,
  write,
  3,
  serve,
  4,
  read,
  0,
  write,
  255,
  serve,
  1,
  serve,
  255,
  read,
  0,
]
for (const [name, ...steps] of [
  ['echo', ...echoed, trim, 0, write, 9, serve, 255],
  ['trickle', read, 0, ...Array(30).fill([trickle, 3]).flat(), ...echoed],
  ['damaged', ...handshake, write, 9, damage, 7, serve, 255, read, 0],
  ['hello', read, 0, damage, 3, serve, 255, read, 0],
  ['cut', read, 0, trickle, 9, end, 0, serve, 255],
  ['closed', ...handshake, write, 99, close, 0, serve, 255, read, 0],
  ['http', forge, 18, ...Buffer.from('GET / HTTP/1.1\r\n\r\n'), serve, 255],
  ['alert', forge, 7, 21, 3, 3, 0, 2, 2, 40, serve, 255],
  ['garbage', ...handshake, forge, 9, 23, 3, 3, 0, 4, 1, 2, 3, 4, serve, 255, read, 0],
]) {
  for (const version of [0, 16]) {
    for (const setting of [0, 6]) {
      put('session', `${name}-${version + setting}`, Buffer.from([version + setting, ...steps]))
    }
  }
}
