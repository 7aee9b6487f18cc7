/** Authorities, chains, requests and revocation lists before every independent reader. */

import fs from 'node:fs'

import {
  createCA,
  createCRL,
  createCSR,
  loadCA,
  readCRL,
  readCSR,
  selfSigned,
} from '../../js/index.js'
import {
  readWithGnuTLS,
  readWithGo,
  readWithJava,
  readWithNode,
  readWithNSS,
  readWithOpenSSL,
  readWithPython,
  verifiers,
} from '../support/readers.js'
import { python, run, scratch } from '../support/tools.js'

const bundle = (chain) => chain.map((cert) => cert.pem).join('')

/** Every mixture of signing and signed keys. */
const mixtures = [
  ['p-256', 'p-384', 'rsa-2048'],
  ['rsa-2048', 'p-256', 'p-521'],
  ['p-521', 'rsa-3072', 'p-256'],
]

describe.each(mixtures)('a chain of %s, %s and %s', (rootKey, subKey, leafKey) => {
  const files = scratch()
  let root, sub, leaf, rootFile, chainFile, leafFile

  beforeAll(async () => {
    root = await createCA({
      subject: 'C=DE,O=Example,CN=Root',
      key: rootKey,
      pathLen: 1,
      nameConstraints: {
        permitted: ['.example.test', '10.0.0.0/8'],
        excluded: ['bad.example.test'],
      },
    })
    sub = await root.createIntermediate({ subject: 'C=DE,O=Example,CN=Issuing', key: subKey })
    leaf = await sub.issue({
      san: ['shop.example.test', '10.1.2.3'],
      key: leafKey,
      extensions: {
        authorityInfoAccess: {
          ocsp: ['http://ocsp.example.test/'],
          caIssuers: ['http://ca.example.test/ca.der'],
        },
        crlDistributionPoints: ['http://crl.example.test/ca.crl'],
        certificatePolicies: [
          '1.3.6.1.4.1.99999.1',
          { oid: '2.23.140.1.2.1', cps: 'http://cps.example.test/' },
        ],
        tlsFeature: ['status_request'],
        custom: [{ oid: '1.3.6.1.4.1.99999.2', der: new Uint8Array([0x0c, 2, 0x68, 0x69]) }],
      },
    })
    rootFile = files.write('root.pem', root.cert.pem)
    chainFile = files.write('chain.pem', leaf.fullChain)
    leafFile = files.write('leaf.pem', leaf.cert.pem)
  })

  test('openssl, GnuTLS and Go verify it up to the root', () => {
    expect(verifiers.openssl(chainFile, rootFile).out).toContain('OK')
    expect(verifiers.gnutls(chainFile, rootFile).out).toContain('Verified.')
    expect(readWithGo(chainFile, rootFile).verified).toBe('ok')
  })

  test("Python's strict context takes it", () => {
    const program = `
import ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
context.verify_flags |= ssl.VERIFY_X509_STRICT
context.load_cert_chain(sys.argv[2], sys.argv[3])
server, client = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), context
server.load_cert_chain(sys.argv[2], sys.argv[3])
a, b, c, d = (ssl.MemoryBIO() for _ in range(4))
s = server.wrap_bio(a, b, server_side=True)
k = client.wrap_bio(b, a, server_hostname="shop.example.test")
for _ in range(8):
    for side in (k, s):
        try: side.do_handshake()
        except ssl.SSLWantReadError: pass
print(k.getpeercert()["subjectAltName"])
`
    const keyFile = files.write('leaf-key.pem', leaf.key.pem)
    const { out } = run(python, ['-c', program, rootFile, chainFile, keyFile])
    expect(out).toContain("('DNS', 'shop.example.test')")
  })

  test('Python reads every extension as it was given', () => {
    const { extensions } = readWithPython(leafFile)
    expect(extensions).toMatchObject({
      basicConstraints: { critical: true, value: { ca: false } },
      authorityInfoAccess: {
        critical: false,
        value: [
          ['OCSP', 'URI:http://ocsp.example.test/'],
          ['caIssuers', 'URI:http://ca.example.test/ca.der'],
        ],
      },
      cRLDistributionPoints: { critical: false, value: ['URI:http://crl.example.test/ca.crl'] },
      certificatePolicies: {
        value: [
          ['1.3.6.1.4.1.99999.1', []],
          ['2.23.140.1.2.1', ['http://cps.example.test/']],
        ],
      },
      TLSFeature: { critical: false, value: ['status_request'] },
      '1.3.6.1.4.1.99999.2': { critical: false, value: '0c026869' },
    })
    const above = readWithPython(rootFile).extensions
    expect(above).toMatchObject({
      basicConstraints: { critical: true, value: { ca: true, pathLen: 1 } },
      keyUsage: { critical: true, value: ['key_cert_sign', 'crl_sign'] },
      nameConstraints: {
        critical: true,
        value: {
          permitted: ['DNS:.example.test', 'IP:10.0.0.0/8'],
          excluded: ['DNS:bad.example.test'],
        },
      },
    })
    const middle = readWithPython(files.write('sub.pem', sub.cert.pem)).extensions
    expect(middle.authorityKeyIdentifier.value).toBe(above.subjectKeyIdentifier.value)
    expect(extensions.authorityKeyIdentifier.value).toBe(middle.subjectKeyIdentifier.value)
  })

  test('Go reads the constraints and pointers', () => {
    expect(readWithGo(rootFile)).toMatchObject({
      isCA: true,
      maxPathLen: 1,
      keyUsage: 32 + 64,
      permitted: ['.example.test'],
      excluded: ['bad.example.test'],
    })
    expect(readWithGo(leafFile)).toMatchObject({
      ocsp: ['http://ocsp.example.test/'],
      crl: ['http://crl.example.test/ca.crl'],
    })
  })

  test('NSS takes the root as an authority, Java prints the chain, Node sees who issued whom', () => {
    expect(readWithNSS(rootFile, 'CT,,')).toContain('Is a CA with a maximum path length of 1')
    expect(readWithJava(chainFile)).toMatch(/Issuer: CN=Issuing, O=Example, C=DE/)
    const [node, above] = [leaf.cert, sub.cert].map((cert) => readWithNode(cert.pem))
    expect(node.checkIssued(above)).toBe(true)
    expect(node.verify(above.publicKey)).toBe(true)
  })

  test('a chain that leaves the constraints is refused here, and by openssl when forced', async () => {
    await expect(sub.issue({ san: ['bad.example.test'] })).resolves.toBeDefined() // the root's rule
    await expect(root.issue({ san: ['bad.example.test'] })).rejects.toMatchObject({ field: 'san' })
    const forced = await root.issue({ san: ['evil.test'], allowWeak: true })
    const { out, err } = verifiers.openssl(files.write('forced.pem', forced.cert.pem), rootFile)
    expect(out + err).toContain('permitted subtree violation')
  })
})

describe('requests', () => {
  const files = scratch()

  test.each(['rsa-2048', 'p-256', 'p-384', 'p-521'])(
    'of %s are read by the others',
    async (spec) => {
      const { csr, key } = await createCSR({
        subject: 'C=DE,O=Example,CN=dev.test',
        san: ['dev.test', '10.0.0.7'],
        key: spec,
      })
      const file = files.write('request.pem', csr.pem)
      const openssl = run('openssl', ['req', '-in', file, '-noout', '-text', '-verify'])
      expect(openssl.out + openssl.err).toMatch(/verify OK/)
      expect(openssl.out).toContain('DNS:dev.test, IP Address:10.0.0.7')
      expect(readWithPython(file, 'request')).toMatchObject({
        valid: true,
        extensions: { subjectAltName: { value: ['DNS:dev.test', 'IP:10.0.0.7'] } },
      })
      expect(readWithGnuTLS(file, '--crq-info')).toContain('DNSname: dev.test')
      expect(run('keytool', ['-printcertreq', '-file', file]).out).toContain('DNSName: dev.test')
      expect(csr.publicKey.matches(key)).toBe(true)
    },
  )

  test.each([
    [
      'openssl',
      (out) =>
        run('openssl', [
          ...['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', files.path('o.key')],
          ...['-subj', '/C=DE/O=Other/CN=o.test', '-addext', 'subjectAltName=DNS:o.test'],
          ...['-addext', 'basicConstraints=critical,CA:TRUE', '-out', out],
        ]),
    ],
    [
      'GnuTLS',
      (out) => {
        run('certtool', ['--generate-privkey', '--ecc', '--outfile', files.path('g.key')])
        const template = files.write(
          'g.cfg',
          'cn = "o.test"\norganization = "Other"\ncountry = DE\ndns_name = "o.test"\nca\ncert_signing_key\n',
        )
        run('certtool', [
          '--generate-request',
          '--load-privkey',
          files.path('g.key'),
          '--template',
          template,
          '--outfile',
          out,
        ])
      },
    ],
    [
      'Python',
      (out) =>
        run(python, [
          '-c',
          `
import sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
key = ec.generate_private_key(ec.SECP384R1())
name = x509.Name([x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "DE"), x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Other"), x509.NameAttribute(x509.NameOID.COMMON_NAME, "o.test")])
csr = (x509.CertificateSigningRequestBuilder().subject_name(name)
  .add_extension(x509.SubjectAlternativeName([x509.DNSName("o.test")]), False)
  .add_extension(x509.BasicConstraints(True, None), True).sign(key, hashes.SHA384()))
open(sys.argv[1], "wb").write(csr.public_bytes(serialization.Encoding.PEM))`,
          out,
        ]),
    ],
    [
      'keytool',
      (out) => {
        const store = ['-keystore', files.path('k.p12'), '-storepass', 'changeit', '-alias', 'k']
        run('keytool', [
          '-genkeypair',
          '-keyalg',
          'RSA',
          '-dname',
          'CN=o.test,O=Other,C=DE',
          ...store,
        ])
        run('keytool', [
          '-certreq',
          '-ext',
          'san=dns:o.test',
          '-ext',
          'bc=ca:true',
          '-file',
          out,
          ...store,
        ])
      },
    ],
  ])('of %s are answered', async (name, make) => {
    const file = files.path(`${name}.csr`)
    make(file)
    const ca = await createCA({ subject: 'CN=Answering' })
    const request = await readCSR(fs.readFileSync(file))
    expect(request).toMatchObject({ signatureValid: true, isCA: true })
    const { cert, chain } = await ca.issue({
      csr: fs.readFileSync(file),
      honor: ['subject', 'san', 'keyUsage', 'extendedKeyUsage'],
    })
    expect(cert.isCA).toBe(false)
    expect(cert.keyUsage).not.toContain('keyCertSign')
    expect(cert.san).toEqual(['DNS:o.test'])
    expect(cert.subject.split(',').sort()).toEqual(['C=DE', 'CN=o.test', 'O=Other'])
    const rootFile = files.write('answering.pem', ca.cert.pem)
    expect(verifiers.openssl(files.write('answer.pem', bundle(chain)), rootFile).out).toContain(
      'OK',
    )
  })
})

describe('revocation lists', () => {
  const files = scratch()

  test.each(['p-256', 'rsa-2048'])('signed with %s are read and heeded', async (spec) => {
    const ca = await createCA({ subject: 'CN=Revoking', key: spec })
    const [bad, fine] = [
      await ca.issue({ san: ['bad.test'] }),
      await ca.issue({ san: ['fine.test'] }),
    ]
    const invalidityDate = new Date('2026-01-02T03:04:05Z')
    const crl = await ca.createCRL({
      revoked: [{ cert: bad.cert, reason: 'keyCompromise', invalidityDate }, 'abcdef'],
      days: 7,
    })
    const file = files.write('crl.pem', crl.pem)
    const rootFile = files.write('revoking.pem', ca.cert.pem)

    const checked = run('openssl', ['crl', '-in', file, '-CAfile', rootFile, '-noout', '-text'])
    expect(checked.out + checked.err).toContain('verify OK')
    const seen = readWithPython(file, 'crl')
    expect(seen.extensions).toMatchObject({
      cRLNumber: { critical: false, value: 1 },
      authorityKeyIdentifier: {
        value: readWithPython(rootFile).extensions.subjectKeyIdentifier.value,
      },
    })
    expect(seen.revoked.map(([serial]) => serial)).toEqual(['abcdef', bad.cert.serial])
    expect(seen.revoked[1][2]).toMatchObject({
      cRLReason: { critical: false, value: 'keyCompromise' },
      invalidityDate: { value: '2026-01-02T03:04:05' },
    })
    expect(readWithGnuTLS(file, '--crl-info')).toContain('Revoked certificates (2)')
    expect(run('keytool', ['-printcrl', '-file', file]).out).toMatch(
      /KEY_COMPROMISE|Key Compromise/,
    )

    const verify = (leaf) =>
      run(
        'openssl',
        ['verify', '-x509_strict', '-crl_check', '-CAfile', rootFile, '-CRLfile', file, leaf],
        { fails: true },
      )
    const revoked = verify(files.write('bad.pem', bad.cert.pem))
    expect(revoked.out + revoked.err).toContain('certificate revoked')
    expect(verify(files.write('fine.pem', fine.cert.pem)).out).toContain('OK')

    const next = await ca.createCRL({
      previous: crl,
      revoked: [{ serial: 'abcdef', reason: 'removeFromCRL' }],
    })
    expect(next.number).toBe('02')
    expect(next.revoked.map(({ serial }) => serial)).toEqual([bad.cert.serial])
  })

  test("openssl's list is extended", async () => {
    const ca = await createCA({ subject: 'CN=Shared', key: 'rsa-2048' })
    files.write('shared.pem', ca.cert.pem)
    files.write('shared.key', ca.key.pem)
    files.write('index.txt', '')
    files.write('crlnumber', '0A\n')
    const config = files.write(
      'ca.cnf',
      `[ca]\ndefault_ca=d\n[d]\ndatabase=${files.path('index.txt')}\ncrlnumber=${files.path('crlnumber')}\ndefault_md=sha256\ndefault_crl_days=5\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n`,
    )
    run('openssl', [
      ...['ca', '-config', config, '-gencrl', '-cert', files.path('shared.pem')],
      ...['-keyfile', files.path('shared.key'), '-out', files.path('theirs.pem')],
    ])
    const theirs = await readCRL(files.read('theirs.pem'))
    expect(theirs.number).toBe('0a')
    const ours = await ca.createCRL({ previous: theirs, revoked: ['77'] })
    expect(ours.number).toBe('0b')
  })
})

describe('authorities made by others', () => {
  const files = scratch()

  const makers = {
    openssl: () =>
      run('openssl', [
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/O=Foreign/CN=Root'],
        ...['-days', '30', '-keyout', files.path('openssl.key'), '-out', files.path('openssl.pem')],
      ]),
    'openssl, EC with an encrypted key': () =>
      run('openssl', [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384'],
        ...['-passout', 'pass:geheim', '-subj', '/CN=EC Root', '-days', '30'],
        ...['-keyout', files.path('ec.key'), '-out', files.path('ec.pem')],
      ]),
    GnuTLS: () => {
      run('certtool', ['--generate-privkey', '--outfile', files.path('gnutls.key')])
      const template = files.write(
        'ca.cfg',
        'cn = "G Root"\nca\ncert_signing_key\ncrl_signing_key\nexpiration_days = 30\n',
      )
      run('certtool', [
        '--generate-self-signed',
        '--load-privkey',
        files.path('gnutls.key'),
        '--template',
        template,
        '--outfile',
        files.path('gnutls.pem'),
      ])
    },
    mkcert: () => {
      run(
        'mkcert',
        ['-cert-file', files.path('x.pem'), '-key-file', files.path('x.key'), 'x.test'],
        {
          env: { CAROOT: files.folder, TRUST_STORES: 'none' },
        },
      )
      fs.copyFileSync(files.path('rootCA.pem'), files.path('mkcert.pem'))
      fs.copyFileSync(files.path('rootCA-key.pem'), files.path('mkcert.key'))
    },
  }

  test.each([
    ['openssl', 'openssl', undefined],
    ['openssl, EC with an encrypted key', 'ec', 'geheim'],
    ['GnuTLS', 'gnutls', undefined],
    ['mkcert', 'mkcert', undefined],
  ])('%s', async (maker, name, passphrase) => {
    makers[maker]()
    const ca = await loadCA({
      cert: files.read(`${name}.pem`),
      key: files.read(`${name}.key`),
      passphrase,
    })
    const { cert } = await ca.issue({ san: ['under.test'] })
    expect(cert.issuer).toBe(ca.cert.subject)
    const leaf = files.write('under.pem', cert.pem)
    expect(readWithGo(leaf, files.path(`${name}.pem`)).verified).toBe('ok')
    const verdict = run('openssl', ['verify', '-CAfile', files.path(`${name}.pem`), leaf])
    expect(verdict.out).toContain('OK')
    const python = readWithPython(leaf).extensions.authorityKeyIdentifier.value
    expect(python).toBe(
      readWithPython(files.path(`${name}.pem`)).extensions.subjectKeyIdentifier.value,
    )
  })

  test('a key that is not its own is refused', async () => {
    makers.openssl()
    const { key } = await selfSigned(['x.test'])
    await expect(loadCA({ cert: files.read('openssl.pem'), key })).rejects.toMatchObject({
      code: 'mismatch',
      field: 'key',
    })
    await expect(
      createCRL({ issuer: { cert: files.read('openssl.pem'), key } }),
    ).rejects.toMatchObject({ code: 'mismatch', field: 'issuer.key' })
  })

  test('a CA file that is cut short or goes on is refused', async () => {
    makers.openssl()
    const pem = files.read('openssl.pem').toString()
    const key = files.read('openssl.key')
    const der = Buffer.from(pem.replace(/-----[^-]*-----/g, ''), 'base64')
    for (const cert of [
      der.subarray(0, -1),
      Buffer.concat([der, Buffer.from([0])]),
      pem.slice(0, 200),
    ]) {
      await expect(loadCA({ cert, key })).rejects.toMatchObject({ code: 'malformed' })
    }
  })
})

test('openssl reads what it is given of every profile', async () => {
  const files = scratch()
  const ca = await createCA({ subject: 'CN=Profiles' })
  const purposes = {
    server: 'TLS Web Server Authentication',
    client: 'TLS Web Client Authentication',
    peer: 'TLS Web Server Authentication, TLS Web Client Authentication',
    email: 'E-mail Protection',
    'code-signing': 'Code Signing',
    timestamping: 'Time Stamping',
    'ocsp-signing': 'OCSP Signing',
    webtransport: 'TLS Web Server Authentication',
  }
  for (const [profile, purpose] of Object.entries(purposes)) {
    const { cert } = await ca.issue({ profile, san: ['p.test'] })
    const text = readWithOpenSSL(files.write('profile.pem', cert.pem))
    expect(text).toMatch(new RegExp(`Extended Key Usage: .*\\n\\s+${purpose}\\n`))
  }
})
