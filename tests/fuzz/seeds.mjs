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
put('asn1', 'leaf.der', leaf.cert.der)
put('asn1', 'key.txt', rsa.toPEM())
put('asn1', 'indefinite.der', Buffer.from('308024800403616263000002010500003f8f7f0101', 'hex'))

// names as they are written: the kind (cm_general_name_kind; 8: a subject), then the text
for (const [i, [kind, text]] of [
  [0, 'shop.test'],
  [1, '*.shop.test'],
  [2, '2001:db8::17'],
  [2, '::ffff:192.0.2.1'],
  [3, 'who@shop.test'],
  [4, 'https://who@shop.test:1/x?y'],
  [5, 'C=US,O=x\\, y+OU=z'],
  [6, '1.3.6.1.4.1.311'],
  [7, 'who@shop.test'],
  [8, 'C=DE,O=Example \\, Corp+OU="x;y",CN=\\C3\\A9 \\#,2.5.4.16=#30030c0178'],
  [8, '/C=DE/O=a\\/b/CN=x+UID=y'],
].entries()) {
  put('name', `${i}.txt`, Buffer.concat([Buffer.from([kind]), Buffer.from(text)]))
}

// extensions of requests and authorities: which (see fuzz_issue), then the value
for (const [name, kind, value] of [
  ['names', 0, '3024820973686f702e746573748704c0000201a011060a2b060104018237140203a0030c0161'],
  ['usage', 1, '03020186'],
  ['purposes', 2, '301406082b0601050507030106082b06010505070303'],
  ['authority', 3, '30060101ff020103'],
  ['staple', 4, '3003020105'],
  ['constraints', 5, '300fa00d300b820973686f702e74657374'],
  ['signing', 6, '03020106'],
  ['path', 7, '30060101ff020100'],
  ['identifier', 8, '04020102'],
]) {
  put('issue', `${name}.der`, Buffer.from([kind, ...Buffer.from(value, 'hex')]))
}

// inspect: one of each form that the others do not have, and everything in one
const everything = [leaf.cert, sub.cert, root.cert, list].map(({ pem }) => pem).join('text\n')
const timestamps = `043700350033${'00'.padEnd(66, 'a')}0000018bcfe56800000004030004deadbeef`
const rich = certmint.selfSigned(['a.test'], {
  key: ec,
  subject: 'C=US,O=Seeds+OU=x,1.2.3.4=y',
  extensions: {
    custom: [
      { oid: '2.5.29.33', der: '300c300a06032a030406032a0305' },
      { oid: '2.5.29.36', der: '3006800100810100' },
      { oid: '2.5.29.54', der: '020100' },
      {
        oid: '2.5.29.16',
        der: '3022800f32303236303130313030303030305a810f32303237303130313030303030305a',
      },
      { oid: '2.5.29.46', der: '3010300ea00ca00a8608' + '687474703a2f2f63' },
      {
        oid: '2.5.29.32',
        der: '3027302506032a0304301e301c06082b060105050702023010300b0c016130060201010201020c0162',
      },
      { oid: '1.3.6.1.4.1.11129.2.4.2', der: timestamps },
      { oid: '2.16.840.1.113730.1.1', der: '03020780' },
      { oid: '2.16.840.1.113730.1.13', der: '160161' },
    ],
  },
}).cert
put('inspect', 'everything.txt', everything + ec.toPEM({ passphrase, iterations: 2 }))
put('inspect', 'rich.der', rich.der)
put('inspect', 'base64.txt', Buffer.from(leaf.cert.der).toString('base64'))
put('inspect', 'openssh.txt', `${ec.publicKey.toOpenSSH('me')}${rsa.publicKey.toOpenSSH('you')}`)
put('inspect', 'set.txt', JSON.stringify({ keys: [ec.toJWK(), rsa.publicKey.toJWK()] }))
put(
  'inspect',
  'store.p12',
  certmint.createPKCS12({ key: ec, cert: leaf.cert, chain: [sub.cert], passphrase, iterations: 2 }),
)
put('inspect', 'bundle.p7b', certmint.createPKCS7([leaf.cert, root.cert]).der)
put('inspect', 'request.txt', certmint.createCSR({ san: ['a.test'], key: ec }).csr.pem)

/** A string of RFC 4251 section 5. */
const string = (data) => {
  const bytes = Buffer.from(data)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
const blob = Buffer.from(rsa.publicKey.toOpenSSH('').split(' ')[1], 'base64')
const openssh = Buffer.concat([
  Buffer.from('openssh-key-v1\0'),
  ...[string('aes256-ctr'), string('bcrypt')],
  string(Buffer.concat([string('0123456789abcdef'), Buffer.from([0, 0, 0, 16])])),
  ...[Buffer.from([0, 0, 0, 1]), string(blob), string('what is encrypted')],
])
const [head, foot] = ['BEGIN', 'END'].map((word) => `-----${word} OPENSSH PRIVATE KEY-----\n`)
put('inspect', 'openssh-private.txt', `${head}${openssh.toString('base64')}\n${foot}`)

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
