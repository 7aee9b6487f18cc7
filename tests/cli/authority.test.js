/** certmint ca, issue, csr, sign: chains, requests, authorities of others. */

import fs from 'node:fs'

import { readWithGnuTLS, readWithGo, readWithOpenSSL, readWithPython } from '../support/readers.js'
import { run } from '../support/tools.js'
import { workplace } from '../support/cli.js'

/** Splits a PEM file: [leaf, ...rest]. */
const blocks = (text) => text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g)

describe('a chain', () => {
  const place = workplace()

  beforeAll(() => {
    place.ok(
      ...['ca', '--subject', 'C=DE,O=Example,CN=Dev Root', '--path-len', '1', '--key', 'rsa-2048'],
      ...['--permit', '.test', '--permit', '10.0.0.0/8', '--exclude', 'bad.test'],
    )
    place.ok('ca', '--subject', 'CN=Issuing', '--ca', 'ca.pem', '--key', 'p-384')
    place.ok(
      ...['issue', 'shop.test', '10.1.2.3', '--ca', 'intermediate.pem'],
      ...['--ca-key', 'intermediate-key.pem', '--out', 'site.pem'],
    )
  })

  test('its files', () => {
    expect(place.list()).toEqual([
      ...['ca-key.pem', 'ca.pem', 'intermediate-key.pem', 'intermediate.pem'],
      ...['site-key.pem', 'site.pem'],
    ])
    for (const file of place.list()) {
      expect(place.mode(file)).toBe(file.includes('-key') ? 0o600 : 0o644)
    }
    expect(blocks(place.text('ca.pem'))).toHaveLength(1)
    expect(blocks(place.text('intermediate.pem'))).toHaveLength(2)
    expect(blocks(place.text('site.pem'))).toHaveLength(2) // without the root
  })

  test('openssl, certtool and Go verify it, with the revocation lists of both authorities', () => {
    place.ok('crl', '--list', 'root.crl')
    place.ok(
      ...['crl', '--list', 'issuing.crl', '--ca', 'intermediate.pem'],
      ...['--ca-key', 'intermediate-key.pem'],
    )
    const [site, root] = [place.path('site.pem'), place.path('ca.pem')]
    const lists = place.write('both.crl', place.text('root.crl') + place.text('issuing.crl'))
    const verdict = run('openssl', [
      ...['verify', '-x509_strict', '-crl_check_all', '-CAfile', root, '-CRLfile', lists],
      ...['-untrusted', site, site],
    ])
    expect(verdict.out).toContain('OK')
    const gnutls = run('certtool', ['--verify', '--load-ca-certificate', root, '--infile', site])
    expect(gnutls.out).toContain('Verified.')
    expect(readWithGo(site, root).verified).toBe('ok')
  })

  test('the fields are those of the flags', () => {
    const root = readWithPython(place.path('ca.pem'))
    expect(root.extensions).toMatchObject({
      basicConstraints: { critical: true, value: { ca: true, pathLen: 1 } },
      nameConstraints: {
        critical: true,
        value: { permitted: ['DNS:.test', 'IP:10.0.0.0/8'], excluded: ['DNS:bad.test'] },
      },
    })
    expect(root.subject.map(([[, value]]) => value)).toEqual(['DE', 'Example', 'Dev Root'])
    expect(
      readWithPython(place.path('intermediate.pem')).extensions.basicConstraints.value,
    ).toEqual({ ca: true, pathLen: 0 })
    expect(readWithPython(place.path('site.pem')).extensions.subjectAltName.value).toEqual([
      'DNS:shop.test',
      'IP:10.1.2.3',
    ])
  })

  test('names outside the constraints, and authorities too deep, are refused', () => {
    expect(place.run('issue', 'shop.example')).toMatchObject({
      status: 2,
      err: expect.stringMatching(/"DNS:shop\.example" lies outside.*name constraints/),
    })
    const deeper = ['--ca', 'intermediate.pem', '--ca-key', 'intermediate-key.pem']
    expect(place.run('ca', '--subject', 'CN=Deep', ...deeper, '--out', 'deep.pem')).toMatchObject({
      status: 2,
      err: expect.stringMatching(/pathLen is 0/),
    })
    expect(place.run('ca', '--ca', 'ca.pem').err).toMatch(/an intermediate needs a --subject/)
    expect(place.list()).not.toContain('deep.pem')
  })

  test('--path-len none sets no limit', () => {
    place.ok('ca', '--path-len', 'none', '--out', 'free.pem', '--not-critical', 'basicConstraints')
    expect(readWithPython(place.path('free.pem')).extensions.basicConstraints).toEqual({
      critical: false,
      value: { ca: true, pathLen: null },
    })
  })

  test('validity lies within the authority’s: refused, or clamped', () => {
    place.ok('ca', '--days', '10', '--out', 'short.pem')
    const under = ['issue', 'late.test', '--ca', 'short.pem', '--ca-key', 'short-key.pem']
    expect(place.run(...under, '--days', '30')).toMatchObject({
      status: 2,
      err: expect.stringMatching(/^certmint: --not-after: /),
    })
    place.ok(...under, '--days', '30', '--clamp')
    const [late, short] = ['late.test.pem', 'short.pem'].map((file) =>
      readWithPython(place.path(file)),
    )
    expect(late.notAfter).toBe(short.notAfter)
  })
})

describe('every extension, kind of name and signature has its flag', () => {
  const place = workplace()

  const flags = [
    ...['email:a@shop.test', 'uri:https://shop.test/', 'rid:1.2.3', 'dir:C=US,CN=x'],
    ...['upn:a@shop.test', 'other:1.2.3.4:0c0161', 'ip:127.0.0.1', 'dns:bücher.test'],
    ...['--san', '*.shop.test', '--subject', '/C=DE/O=Sla\\/sh/OU=a/OU=b/CN=shop'],
    ...['--key-usage', 'digitalSignature,keyAgreement', '--not-critical', 'keyUsage'],
    ...['--extended-key-usage', 'serverAuth,1.2.3.4.5'],
    ...['--policy', '2.23.140.1.2.1', '--policy', '1.2.3.9=https://cps.test/?a=b'],
    ...[
      '--crl-distribution-point',
      'http://crl.test/1',
      '--crl-distribution-point',
      'http://crl.test/2',
    ],
    ...['--ocsp', 'http://ocsp.test/', '--ca-issuers', 'http://ca.test/ca.der', '--must-staple'],
    ...['--extension', '1.2.3.4.5=0c026869', '--extension', '1.2.3.4.6=0500'],
    ...['--critical', 'extendedKeyUsage,subjectAltName,1.2.3.4.6'],
    ...['--subject-key-identifier', '0102030405'],
  ]

  const carried = {
    basicConstraints: { critical: true, value: { ca: false, pathLen: null } },
    keyUsage: { critical: false, value: ['digital_signature', 'key_agreement'] },
    extendedKeyUsage: { critical: true, value: ['1.3.6.1.5.5.7.3.1', '1.2.3.4.5'] },
    subjectKeyIdentifier: { critical: false, value: '0102030405' },
    subjectAltName: {
      critical: true,
      value: [
        ...['email:a@shop.test', 'URI:https://shop.test/', 'RID:1.2.3'],
        expect.stringMatching(/^DirName:.*US.*x/),
        ...[
          'other:1.3.6.1.4.1.311.20.2.3:0c0b614073686f702e74657374',
          'other:1.2.3.4:0c0161',
          'IP:127.0.0.1',
        ],
        ...['DNS:xn--bcher-kva.test', 'DNS:*.shop.test'],
      ],
    },
    certificatePolicies: {
      critical: false,
      value: [
        ['2.23.140.1.2.1', []],
        ['1.2.3.9', ['https://cps.test/?a=b']],
      ],
    },
    cRLDistributionPoints: {
      critical: false,
      value: ['URI:http://crl.test/1', 'URI:http://crl.test/2'],
    },
    authorityInfoAccess: {
      critical: false,
      value: [
        ['OCSP', 'URI:http://ocsp.test/'],
        ['caIssuers', 'URI:http://ca.test/ca.der'],
      ],
    },
    TLSFeature: { critical: false, value: ['status_request'] },
    '1.2.3.4.5': { critical: false, value: '0c026869' },
    '1.2.3.4.6': { critical: true, value: '0500' },
  }

  const alt = [
    ...['email:a@shop.test', 'URI:https://shop.test/', 'Registered ID:1.2.3', 'DirName:'],
    ...['othername: UPN::a@shop.test', 'othername: 1.2.3.4::a', 'IP Address:127.0.0.1'],
    ...['DNS:xn--bcher-kva.test', 'DNS:*.shop.test'],
  ]

  beforeAll(() => {
    place.ok('ca', '--key', 'rsa-2048')
  })

  test('certmint issue', () => {
    place.ok('issue', ...flags, '--hash', 'sha384', '--serial', '00ab', '--out', 'i.pem')
    const file = place.path('i.pem')
    const seen = readWithPython(file)
    expect(seen.extensions).toMatchObject(carried)
    expect(seen.serial).toBe('ab')
    expect(seen.subject.map(([[, value]]) => value)).toEqual(['DE', 'Sla/sh', 'a', 'b', 'shop'])
    const text = readWithOpenSSL(file)
    for (const name of alt) expect(text).toContain(name)
    expect(seen.hash).toBe('sha384')
    const verdict = run('openssl', ['verify', '-CAfile', place.path('ca.pem'), file], {
      fails: true,
    })
    // the unknown critical extension is what openssl objects to, and nothing else
    expect(verdict.out + verdict.err).toMatch(/unhandled critical extension/)
  })

  test('certmint self-signed', () => {
    place.ok('self-signed', ...flags, '--out', 's.pem')
    expect(readWithPython(place.path('s.pem')).extensions).toMatchObject(carried)
  })

  test('certmint csr asks for them, and sign takes what its whitelist names', () => {
    place.ok('csr', ...flags, '--out', 'r.csr')
    const { extensions, valid } = readWithPython(place.path('r.csr'), 'request')
    expect(valid).toBe(true)
    const asked = Object.entries(carried).filter(([name]) => name !== 'basicConstraints')
    expect(extensions).toMatchObject(Object.fromEntries(asked))
    place.ok('sign', 'r.csr', '--honor', 'subject,san,keyUsage,extendedKeyUsage,tlsFeature')
    const signed = readWithPython(place.path('r.pem')).extensions
    expect(signed.keyUsage.value).toEqual(['digital_signature']) // as far as the profile grants
    expect(signed.extendedKeyUsage.value).toEqual(['1.3.6.1.5.5.7.3.1'])
    expect(signed.subjectAltName.value).toHaveLength(alt.length)
    expect(signed.TLSFeature.value).toEqual(['status_request'])
    expect(signed).not.toHaveProperty('1.2.3.4.5')
    expect(signed).not.toHaveProperty('certificatePolicies')
  })

  test('certmint sign has them, too, and they go before the request', () => {
    const own = flags.slice(flags.indexOf('--san'))
    place.ok('sign', 'r.csr', '--honor', 'none', ...own, '--out', 'own.pem')
    const { extensions } = readWithPython(place.path('own.pem'))
    const { subjectAltName, ...others } = carried
    expect(extensions).toMatchObject(others)
    expect(extensions.subjectAltName).toEqual({
      critical: subjectAltName.critical,
      value: ['DNS:*.shop.test'],
    })
    place.ok('sign', 'r.csr', '--no-extensions', '--out', 'bare.pem')
    expect(readWithPython(place.path('bare.pem')).extensions).toEqual({})
  })

  test('--pss signs certificates, requests and lists with RSASSA-PSS', () => {
    place.ok('issue', 'pss.test', '--pss', '--hash', 'sha384')
    place.ok('csr', 'pss.test', '--key', 'rsa-2048', '--pss', '--key-out', 'pss-request-key.pem')
    place.ok('crl', '--pss', '--hash', 'sha512')
    const root = place.path('ca.pem')
    expect(readWithOpenSSL(place.path('pss.test.pem'))).toMatch(/rsassaPss[\s\S]*sha384/)
    const leaf = run('openssl', [
      ...['verify', '-x509_strict', '-crl_check', '-CAfile', root],
      ...['-CRLfile', place.path('crl.pem'), place.path('pss.test.pem')],
    ])
    expect(leaf.out).toContain('OK')
    const request = place.path('pss.test.csr')
    const csr = run('openssl', ['req', '-in', request, '-verify', '-noout', '-text'])
    expect(csr.out + csr.err).toMatch(/verify OK/)
    expect(csr.out).toMatch(/rsassaPss/)
    expect(run('openssl', ['crl', '-in', place.path('crl.pem'), '-noout', '-text']).out).toMatch(
      /rsassaPss[\s\S]*sha512/,
    )
  })

  test('certmint ca', () => {
    place.ok(
      ...['ca', '--subject', 'CN=Full', '--out', 'full.pem', '--permit', '.test'],
      ...[
        '--not-critical',
        'nameConstraints',
        '--policy',
        'anyPolicy',
        '--critical',
        'certificatePolicies',
      ],
      ...[
        '--key-usage',
        'keyCertSign,cRLSign,digitalSignature',
        '--extended-key-usage',
        'serverAuth',
      ],
      ...['--crl-distribution-point', 'http://crl.test/', '--extension', '1.2.3=0500'],
    )
    expect(readWithPython(place.path('full.pem')).extensions).toMatchObject({
      basicConstraints: { critical: true, value: { ca: true, pathLen: 0 } },
      keyUsage: { value: ['digital_signature', 'key_cert_sign', 'crl_sign'] },
      extendedKeyUsage: { value: ['1.3.6.1.5.5.7.3.1'] },
      nameConstraints: { critical: false },
      certificatePolicies: { critical: true, value: [['2.5.29.32.0', []]] },
      cRLDistributionPoints: { value: ['URI:http://crl.test/'] },
      '1.2.3': { value: '0500' },
    })
  })

  test('none leaves an extension out', () => {
    place.ok(
      ...['issue', 'less.test', '--key-usage', 'none', '--extended-key-usage', 'none', '--no-san'],
      ...['--basic-constraints', 'none', '--subject-key-identifier', 'none'],
      ...['--authority-key-identifier', 'none'],
    )
    const less = readWithPython(place.path('less.test.pem'))
    expect(less.extensions).toEqual({})
    expect(less.subject).toEqual([[['2.5.4.3', 'less.test', 'UTF8String']]])
  })

  test.each([
    ['client', ['1.3.6.1.5.5.7.3.2']],
    ['peer', ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']],
    ['email', ['1.3.6.1.5.5.7.3.4']],
    ['code-signing', ['1.3.6.1.5.5.7.3.3']],
    ['timestamping', ['1.3.6.1.5.5.7.3.8']],
    ['ocsp-signing', ['1.3.6.1.5.5.7.3.9']],
    ['webtransport', ['1.3.6.1.5.5.7.3.1']],
  ])('--profile %s', (profile, purposes) => {
    place.ok('issue', 'p.test', '--profile', profile, '--out', `${profile}.pem`)
    const { extensions } = readWithPython(place.path(`${profile}.pem`))
    expect(extensions.extendedKeyUsage.value).toEqual(purposes)
  })

  test('a template file carries all of it, and flags go first', () => {
    place.write(
      'template.json',
      JSON.stringify({
        subject: [
          ['C', 'DE'],
          [
            ['CN', 'Jane'],
            ['UID', 'jd'],
          ],
        ],
        san: ['jane@corp.test', { upn: 'jane@corp' }],
        profile: 'client',
        key: 'p-384',
        days: 30,
        hash: 'sha512',
        serial: '0f',
        extensions: {
          keyUsage: { usages: ['digitalSignature'], critical: false },
          certificatePolicies: { policies: ['1.2.3'], critical: true },
          crlDistributionPoints: { uris: ['http://crl.test/'], critical: true },
        },
      }),
    )
    place.ok('issue', '--template', 'template.json', '--out', 'jane.pem')
    const jane = readWithPython(place.path('jane.pem'))
    expect(jane).toMatchObject({ serial: 'f', hash: 'sha512' })
    expect(jane.subject[1].map(([, value]) => value).sort()).toEqual(['Jane', 'jd'])
    expect(jane.extensions).toMatchObject({
      keyUsage: { critical: false },
      certificatePolicies: { critical: true, value: [['1.2.3', []]] },
      cRLDistributionPoints: { critical: true },
      extendedKeyUsage: { critical: false, value: ['1.3.6.1.5.5.7.3.2'] },
    })
    expect(place.text('jane-key.pem')).toMatch(/BEGIN PRIVATE KEY/)
    place.ok(
      ...['issue', 'joe@corp.test', '--template', 'template.json', '--out', 'joe.pem'],
      ...[
        '--subject',
        'CN=Joe',
        '--not-after',
        '2027-12-01',
        '--key-usage',
        'none',
        '--must-staple',
      ],
    )
    const joe = readWithPython(place.path('joe.pem'))
    expect(joe.subject).toEqual([[['2.5.4.3', 'Joe', 'UTF8String']]])
    expect(joe.notAfter).toBe('2027-12-01T00:00:00Z')
    expect(joe.extensions).not.toHaveProperty('keyUsage')
    expect(joe.extensions).toMatchObject({
      subjectAltName: { value: ['email:joe@corp.test'] },
      certificatePolicies: { critical: true },
      TLSFeature: { value: ['status_request'] },
    })
  })
})

describe('requests', () => {
  const place = workplace()
  beforeAll(() => place.ok('ca'))

  test('made, read, answered', () => {
    place.ok('csr', 'dev.test', '10.0.0.7', '--subject', 'O=Example,CN=dev.test')
    expect(place.list()).toEqual(expect.arrayContaining(['dev.test+1.csr', 'dev.test+1-key.pem']))
    const openssl = run('openssl', [
      'req',
      '-in',
      place.path('dev.test+1.csr'),
      '-verify',
      '-noout',
    ])
    expect(openssl.out + openssl.err).toMatch(/verify OK/)
    expect(readWithGnuTLS(place.path('dev.test+1.csr'), '--crq-info')).toContain(
      'DNSname: dev.test',
    )
    const { csr } = JSON.parse(place.ok('csr', '--check', 'dev.test+1.csr', '--json').out)
    expect(csr).toMatchObject({
      subject: 'O=Example,CN=dev.test',
      san: ['DNS:dev.test', 'IP:10.0.0.7'],
      signatureValid: true,
      isCA: false,
    })
    place.ok('sign', 'dev.test+1.csr')
    const file = place.path('dev.test+1.pem')
    const verdict = run('openssl', [
      ...['verify', '-x509_strict', '-CAfile', place.path('ca.pem'), file],
    ])
    expect(verdict.out).toContain('OK')
  })

  test("openssl's, which asks for too much", () => {
    run('openssl', [
      ...['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', place.path('o.key')],
      ...['-subj', '/C=DE/O=Other/CN=o.test', '-addext', 'subjectAltName=DNS:o.test'],
      ...['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=keyCertSign'],
      ...['-out', place.path('o.csr')],
    ])
    expect(place.ok('csr', '--check', 'o.csr').out).toMatch(/authority +asks for CA:TRUE/)
    place.ok('sign', 'o.csr', '--honor', 'subject,san,keyUsage')
    expect(readWithPython(place.path('o.pem')).extensions.basicConstraints.value.ca).toBe(false)
    expect(place.run('sign', 'o.csr', '--honor', 'ca', '--out', 'no.pem')).toMatchObject({
      status: 2,
      err: expect.stringMatching(/--honor: .*cannot be honoured/),
    })
    place.ok('sign', 'o.csr', '--honor', 'none', '--subject', 'CN=mine', '--out', 'mine.pem')
    const mine = readWithPython(place.path('mine.pem'))
    expect(mine.subject).toEqual([[['2.5.4.3', 'mine', 'UTF8String']]])
    expect(JSON.stringify(mine)).not.toContain('o.test')
  })

  test('with a broken signature: read with status 1, not signed', () => {
    const pem = place.text('o.csr')
    const der = Buffer.from(pem.replace(/-----[^-]*-----/g, ''), 'base64')
    der[der.length - 1] ^= 1
    place.write('broken.csr', der)
    const checked = place.run('csr', '--check', 'broken.csr')
    expect(checked.status).toBe(1)
    expect(checked.out).toMatch(/signature +rsa-sha256, WRONG/)
    expect(place.run('sign', 'broken.csr')).toEqual({
      status: 3,
      out: '',
      err: 'certmint: broken.csr: the signature of the request is wrong\n',
    })
    expect(place.list()).not.toContain('broken.pem')
  })

  test.each([
    ['cut short', (der) => der.subarray(0, -5)],
    ['going on', (der) => Buffer.concat([der, Buffer.from('x')])],
    ['of another kind', () => place.read('ca.pem')],
    ['empty', () => Buffer.alloc(0)],
  ])('%s', (_, damage) => {
    const der = Buffer.from(place.text('o.csr').replace(/-----[^-]*-----/g, ''), 'base64')
    place.write('damaged.csr', damage(der))
    for (const args of [
      ['sign', 'damaged.csr'],
      ['csr', '--check', 'damaged.csr'],
    ]) {
      const { status, out, err } = place.run(...args)
      expect({ status, out }).toEqual({ status: 3, out: '' })
      expect(err).toMatch(/^certmint: damaged\.csr: [^\n]+\n$/)
    }
    expect(place.list()).not.toContain('damaged.pem')
  })
})

describe('somebody’s key', () => {
  test('is certified by its public half alone', () => {
    const place = workplace()
    place.ok('ca')
    place.ok('key', 'rsa-2048', '--out', 'device.pem', '--public-out', 'device.pub')
    place.ok('issue', 'device.test', '--key-in', 'device.pub')
    expect(place.list()).not.toContain('device.test-key.pem')
    const ofCert = run('openssl', [
      'x509',
      '-in',
      place.path('device.test.pem'),
      '-noout',
      '-pubkey',
    ])
    expect(ofCert.out).toBe(place.text('device.pub'))
    expect(place.run('issue', 'b.test', '--key-in', 'ca.pem')).toMatchObject({
      status: 3,
      err: expect.stringMatching(/^certmint: ca\.pem: /),
    })
  })
})

describe('authorities of others', () => {
  const place = workplace()
  const at = (name) => place.path(name)

  beforeAll(() => {
    run('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/O=Foreign/CN=Root'],
      ...['-days', '30', '-keyout', at('openssl.key'), '-out', at('openssl.pem')],
    ])
    run('openssl', ['x509', '-in', at('openssl.pem'), '-outform', 'DER', '-out', at('der.pem')])
    run('openssl', [...['rsa', '-in', at('openssl.key'), '-outform', 'DER', '-out', at('der.key')]])
    const locked = [
      ['pbes2', ['pkcs8', '-topk8', '-v2', 'aes-256-cbc', '-v2prf', 'hmacWithSHA256']],
      ['legacy', ['rsa', '-aes256', '-traditional']],
    ]
    for (const [name, how] of locked) {
      fs.copyFileSync(at('openssl.pem'), at(`${name}.pem`))
      run('openssl', [
        ...[
          ...how,
          '-in',
          at('openssl.key'),
          '-passout',
          'pass:ge heim',
          '-out',
          at(`${name}.key`),
        ],
      ])
    }
    run('mkcert', ['-cert-file', at('x.pem'), '-key-file', at('x.key'), 'x.test'], {
      env: { CAROOT: place.folder, TRUST_STORES: 'none' },
    })
    fs.copyFileSync(at('rootCA.pem'), at('mkcert.pem'))
    fs.copyFileSync(at('rootCA-key.pem'), at('mkcert.key'))
    place.write('passphrase', 'ge heim\n')
    place.write('wrong', 'geheim\n')
  })

  test.each(['openssl', 'der', 'mkcert', 'pbes2', 'legacy'])('%s', (name) => {
    const under = ['--ca', `${name}.pem`, '--ca-key', `${name}.key`]
    place.ok(
      ...['issue', 'u.test', ...under, '--ca-passphrase-file', 'passphrase'],
      ...['--out', `under-${name}.pem`],
    )
    const root = name === 'der' ? 'openssl' : name
    const verdict = run('openssl', [
      'verify',
      '-CAfile',
      at(`${root}.pem`),
      at(`under-${name}.pem`),
    ])
    expect(verdict.out).toContain('OK')
  })

  const refused = (args, sentence) => {
    const before = place.list()
    const result = place.run('issue', 'no.test', ...args)
    expect(result).toEqual({ status: 3, out: '', err: expect.stringMatching(sentence) })
    expect(result.err).toMatch(/^certmint: [^\n]+\n$/)
    expect(place.list()).toEqual(before)
  }

  test.each(['pbes2', 'legacy'])('%s: without its passphrase, or with another', (name) => {
    const under = ['--ca', `${name}.pem`, '--ca-key', `${name}.key`]
    refused(under, new RegExp(`${name}\\.key: .*encrypted.*--ca-passphrase-file`))
    refused([...under, '--ca-passphrase-file', 'wrong'], /passphrase is wrong/)
    refused([...under, '--ca-passphrase-file', 'none'], /none: there is no such file/)
  })

  test('files that are damaged, or belong to something else', () => {
    const pem = place.text('openssl.pem')
    const der = place.read('der.pem')
    const key = ['--ca-key', 'openssl.key']
    place.write('cut.pem', pem.slice(0, pem.length / 2))
    refused(['--ca', 'cut.pem', ...key], /cut\.pem: the end of a certificate is missing/)
    place.write('second.pem', pem + pem.slice(0, pem.length / 2))
    refused(['--ca', 'second.pem', ...key], /second\.pem: the end of a certificate is missing/)
    place.write('cut.der', der.subarray(0, -1))
    refused(['--ca', 'cut.der', ...key], /cut\.der: /)
    place.write('more.der', Buffer.concat([der, Buffer.from([0])]))
    refused(['--ca', 'more.der', ...key], /more\.der: 1 bytes? follow/)
    place.write('empty.pem', '')
    refused(['--ca', 'empty.pem', ...key], /empty\.pem: /)
    refused(['--ca', 'openssl.key', ...key], /openssl\.key: /)
    refused(
      ['--ca', 'openssl.pem', '--ca-key', 'mkcert.key'],
      /mkcert\.key: is not the key of the certificate in openssl\.pem/,
    )
    place.write('cut.key', place.text('openssl.key').slice(0, 900))
    refused(['--ca', 'openssl.pem', '--ca-key', 'cut.key'], /cut\.key: /)
  })

  test('a certificate that is no authority', () => {
    expect(
      place.run(
        'issue',
        'no.test',
        '--ca',
        'under-openssl.pem',
        '--ca-key',
        'under-openssl-key.pem',
      ),
    ).toMatchObject({ status: 2, err: expect.stringMatching(/--ca: .*CA/) })
  })
})
