/**
 * Random templates: whatever is put in comes out again, as independent readers see it. The templates
 * are the same in every run.
 */

import { domainToASCII } from 'node:url'

import * as certmint from '../../js/sync.js'
import { readWithPython } from '../support/readers.js'
import { run, scratch } from '../support/tools.js'

const ROUNDS = 240
const REQUESTS = 80

// ------------------------------------------------------------------ chance

/** A small generator with a fixed seed (mulberry32). */
function generator(seed) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  /** 0 to n - 1 */
  const below = (n) => Math.floor(next() * n)
  const from = (list) => list[below(list.length)]
  return {
    below,
    from,
    chance: (p) => next() < p,
    times: (n, make) => Array.from({ length: n }, (_, i) => make(i)),
    some: (list) => list.filter(() => next() < 0.5),
    bytes: (n) => Uint8Array.from({ length: n }, () => below(256)),
    text: (alphabet, n) => Array.from({ length: n }, () => from([...alphabet])).join(''),
  }
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const HOST = `${LETTERS}0123456789`
const scripts = [
  'Aaz09 -',
  'äöüßéñçøåŁž',
  'αβγδΩΣλ',
  'бвгдЖЩЯё',
  '漢字例字株式会社',
  'ひらがなカタカナ',
  '한국어글',
  'عربيةابت',
  'עבריתאב',
  'हिन्दीकख',
  'ไทยกข',
  '🔒🦊👩‍💻𝒳',
  ',+"\\<>;=#',
  ' #',
  "/'%&*()[]{}|~^`@!?$:._",
]

// ------------------------------------------------------------------ names

/** [how it may be written, OID, string type, how its values are made] */
const attributes = [
  [['CN', 'commonName', '2.5.4.3'], '2.5.4.3', 'UTF8String'],
  [
    ['C', 'countryName'],
    '2.5.4.6',
    'PrintableString',
    (r) => r.text('ABCDEFGHIJKLMNOPQRSTUVWXYZ', 2),
  ],
  [['ST', 'stateOrProvinceName', 'S'], '2.5.4.8', 'UTF8String'],
  [['L', 'localityName'], '2.5.4.7', 'UTF8String'],
  [['O', 'organizationName', 'o'], '2.5.4.10', 'UTF8String'],
  [['OU', 'organizationalUnitName'], '2.5.4.11', 'UTF8String'],
  [['SN', 'surname'], '2.5.4.4', 'UTF8String'],
  [['GN', 'givenName'], '2.5.4.42', 'UTF8String'],
  [['title'], '2.5.4.12', 'UTF8String'],
  [['street', 'streetAddress'], '2.5.4.9', 'UTF8String'],
  [['postalCode'], '2.5.4.17', 'UTF8String'],
  [['pseudonym'], '2.5.4.65', 'UTF8String'],
  [
    ['serialNumber', '2.5.4.5'],
    '2.5.4.5',
    'PrintableString',
    (r) => r.text('AZaz09 -', 12).trim() || '0',
  ],
  [['dnQualifier'], '2.5.4.46', 'PrintableString', (r) => r.text(HOST, 8)],
  [['UID', 'userId'], '0.9.2342.19200300.100.1.1', 'UTF8String'],
  [['DC', 'domainComponent'], '0.9.2342.19200300.100.1.25', 'IA5String', (r) => r.text(HOST, 6)],
  [
    ['emailAddress', 'E', '1.2.840.113549.1.9.1'],
    '1.2.840.113549.1.9.1',
    'IA5String',
    (r) => `${r.text(HOST, 5)}@${r.text(HOST, 5)}.test`,
  ],
  [['1.3.6.1.4.1.99999.7'], '1.3.6.1.4.1.99999.7', 'UTF8String'],
]

const anyText = (r) =>
  r.times(1 + r.below(2), () => r.text(r.from(scripts), 1 + r.below(10))).join('')

/** A value as RFC 4514 §2.4 writes it. */
const escaped = (value) =>
  value
    .replaceAll(/[,+"\\<>;=]/g, '\\$&')
    .replace(/(.) $/su, '$1\\ ')
    .replace(/^[ #]/, '\\$&')

/** Relative distinguished names, as [name, value, OID, type] each. */
function randomName(r, least = 0) {
  return r.times(least + r.below(7), () => {
    const seen = new Set()
    return r
      .times(r.chance(0.15) ? 2 + r.below(2) : 1, () => {
        const [names, oid, type, make = anyText] = r.from(attributes)
        return [r.from(names), make(r), oid, type]
      })
      .filter(([, , oid]) => !seen.has(oid) && seen.add(oid))
  })
}

/** The same name in one of the forms that the interface takes. */
function writtenName(r, name) {
  const pairs = name.map((rdn) => rdn.map(([type, value]) => [type, value]))
  const flat = pairs.every((rdn) => rdn.length === 1)
  const types = pairs.flat().map(([type]) => type)
  const form = r.below(3)
  if (
    form === 0 &&
    flat &&
    new Set(types).size === types.length &&
    types.every((t) => /^\D/.test(t))
  ) {
    return Object.fromEntries(pairs.flat())
  }
  if (form === 1) return pairs.map((rdn) => (rdn.length === 1 ? rdn[0] : rdn))
  return pairs
    .map((rdn) => rdn.map(([type, value]) => `${type}=${escaped(value)}`).join('+'))
    .join(',')
}

/** As Python prints it; the parts of one RDN are a set, sorted here and there. */
const inOrder = (rdn) => [...rdn].sort(([a], [b]) => (a < b ? -1 : 1))
const expectedName = (name) =>
  name.map((rdn) => inOrder(rdn.map(([, value, oid, type]) => [oid, value, type])))

// ------------------------------------------------------------------ alternative names

const label = (r) => r.text(HOST, 1 + r.below(12))
const host = (r) => `${r.times(1 + r.below(4), () => label(r)).join('.')}.test`
const international = (r) =>
  `${r.from(['bücher', '例え', 'пример', 'παράδειγμα', 'ñandú'])}.${host(r)}`

const ipv4 = (r) => r.times(4, () => r.below(256)).join('.')

/** Eight groups, with zeros often: [as it may be written, as RFC 5952 writes it]. */
function ipv6(r) {
  const groups = r.times(8, () => (r.chance(0.4) ? 0 : r.below(65536)))
  const full = groups.map((group) => group.toString(16)).join(':')
  return [r.chance(0.5) ? full : new URL(`http://[${full}]/`).hostname.slice(1, -1), groups]
}

const groupsOf = (text) => {
  const [left, right] = text.split('::').map((part) => part.split(':').filter(Boolean))
  const zeros = right ? Array(8 - left.length - right.length).fill('0') : []
  return [...left, ...zeros, ...(right ?? [])].map((group) => parseInt(group, 16))
}

const hex = (bytes) => Buffer.from(bytes).toString('hex')
const utf8String = (text) => {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from([0x0c, bytes.length]), bytes])
}

/** [as it is given, as Python prints it] */
const kinds = [
  (r) => {
    const name = host(r)
    return [r.from([name, { dns: name }, name]), `DNS:${name}`]
  },
  (r) => {
    const name = `*.${host(r)}`
    return [name, `DNS:${name}`]
  },
  (r) => {
    const name = international(r)
    return [r.from([name, { dns: name }]), `DNS:${domainToASCII(name)}`]
  },
  (r) => {
    const address = ipv4(r)
    return [r.from([address, { ip: address }]), `IP:${address}`]
  },
  (r) => {
    const [address, groups] = ipv6(r)
    return [r.from([address, { ip: address }]), { ipv6: groups }]
  },
  (r) => {
    const address = `${label(r)}@${host(r)}`
    return [r.from([address, { email: address }]), `email:${address}`]
  },
  (r) => {
    const address = `${r.from(['https', 'ldap', 'urn-x'])}://${host(r)}/${r.text(`${HOST}%20?=&#`.replace('%', ''), 8)}`
    return [r.from([address, { uri: address }]), `URI:${address}`]
  },
  (r) => {
    const oid = `1.3.6.1.${r.times(1 + r.below(5), () => r.below(2 ** 28)).join('.')}`
    return [{ rid: oid }, `RID:${oid}`]
  },
  (r) => {
    const upn = `${r.from(['jane', 'jürgen', 'яна'])}@${host(r)}`
    return [{ upn }, `other:1.3.6.1.4.1.311.20.2.3:${hex(utf8String(upn))}`]
  },
  (r) => {
    const name = randomName(r, 1).filter((rdn) => rdn.length === 1)
    const text = name.map(([[type, value]]) => `${type}=${escaped(value)}`).join(',')
    return name.length > 0 ? [{ directory: text }, { directory: expectedName(name) }] : kinds[0](r)
  },
  (r) => {
    const [oid, der] = [`2.999.${r.below(1000)}`, utf8String(r.text(LETTERS, 5))]
    return [{ other: { oid, der: r.from([der, hex(der)]) } }, `other:${oid}:${hex(der)}`]
  },
]

const counts = [0, 1, 1, 1, 2, 3, 5, 8, 20, 50, 100, 200]

// ------------------------------------------------------------------ extensions

const usages = {
  digitalSignature: 'digital_signature',
  contentCommitment: 'content_commitment',
  keyEncipherment: 'key_encipherment',
  dataEncipherment: 'data_encipherment',
  keyAgreement: 'key_agreement',
  cRLSign: 'crl_sign',
}
const purposes = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  OCSPSigning: '1.3.6.1.5.5.7.3.9',
  '1.3.6.1.4.1.99999.3': '1.3.6.1.4.1.99999.3',
}

/** Each: chance, what is given, what Python says. */
function randomExtensions(r) {
  const given = {}
  const expected = {}
  const add = (name, key, value, seen, critical = false) => {
    given[name] = value
    expected[key] = { critical, value: seen }
  }
  if (r.chance(0.3)) {
    const chosen = r.some(Object.keys(usages))
    if (chosen.length > 0) {
      const critical = r.chance(0.7)
      add(
        'keyUsage',
        'keyUsage',
        { usages: chosen, critical },
        chosen.map((u) => usages[u]),
        critical,
      )
    }
  }
  if (r.chance(0.3)) {
    const chosen = r.some(Object.keys(purposes))
    if (chosen.length > 0) {
      add(
        'extendedKeyUsage',
        'extendedKeyUsage',
        chosen,
        chosen.map((p) => purposes[p]),
      )
    }
  }
  if (r.chance(0.2)) {
    const id = r.bytes(1 + r.below(30))
    add('subjectKeyIdentifier', 'subjectKeyIdentifier', r.from([id, hex(id)]), hex(id))
  }
  if (r.chance(0.3)) {
    const list = r.times(1 + r.below(3), (i) => [
      `1.3.6.1.4.1.99999.${i}`,
      r.chance(0.5) ? [`http://${host(r)}/`] : [],
    ])
    add(
      'certificatePolicies',
      'certificatePolicies',
      list.map(([oid, [cps]]) => (cps ? { oid, cps } : oid)),
      list,
    )
  }
  if (r.chance(0.3)) {
    const uris = r.times(1 + r.below(3), () => `http://${host(r)}/crl`)
    add(
      'crlDistributionPoints',
      'cRLDistributionPoints',
      uris,
      uris.map((uri) => `URI:${uri}`),
    )
  }
  if (r.chance(0.3)) {
    const [ocsp, caIssuers] = [0, 1].map(() => r.times(1 + r.below(2), () => `http://${host(r)}/`))
    add('authorityInfoAccess', 'authorityInfoAccess', { ocsp, caIssuers }, [
      ...ocsp.map((uri) => ['OCSP', `URI:${uri}`]),
      ...caIssuers.map((uri) => ['caIssuers', `URI:${uri}`]),
    ])
  }
  if (r.chance(0.2)) add('tlsFeature', 'TLSFeature', ['status_request'], ['status_request'])
  if (r.chance(0.3)) {
    const list = r.times(1 + r.below(3), (i) => ({
      oid: `2.999.7.${i}`,
      der: utf8String(r.text(LETTERS, i + 1)),
    }))
    given.custom = list
    for (const { oid, der } of list) expected[oid] = { critical: false, value: hex(der) }
  }
  return { given, expected }
}

// ------------------------------------------------------------------ templates

const MOST = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000
const LEAST = Date.UTC(1950, 0, 1) / 1000

function randomTemplate(r) {
  const names = r.times(r.from(counts), () => r.from(kinds)(r))
  const name = randomName(r, 1)
  const { given, expected } = randomExtensions(r)
  const ends = [0, 1].map(() => r.from([LEAST + r.below(3.1e9), LEAST + r.below(MOST - LEAST)]))
  const [notBefore, notAfter] = ends.sort((a, b) => a - b)
  const serial = r.bytes(1 + r.below(19))
  serial[0] = (serial[0] & 0x7f) | 1
  return {
    names,
    name,
    expected,
    serial,
    validity: [notBefore, notAfter],
    template: {
      subject: writtenName(r, name),
      san: names.length > 0 ? names.map(([one]) => one) : false,
      extensions: given,
      hash: r.from(['sha256', 'sha384', 'sha512', undefined]),
    },
    certificate: { serial, notBefore, notAfter },
  }
}

/** What Python printed, in the form of what is expected. */
function sameNames(seen, names) {
  expect(seen).toHaveLength(names.length)
  seen.forEach((printed, i) => {
    const [, wanted] = names[i]
    if (typeof wanted === 'string') expect(printed).toBe(wanted)
    else if (wanted.ipv6) expect(groupsOf(printed.replace(/^IP:/, ''))).toEqual(wanted.ipv6)
    else expect(printed).toBe(`DirName:${JSON.stringify(wanted.directory)}`)
  })
}

const iso = (seconds) => new Date(seconds * 1000).toISOString().replace('.000', '')

// ------------------------------------------------------------------ the properties

const specs = ['p-256', 'p-384', 'p-521', 'secp256k1', 'rsa-2048', 'rsa-3072', 'rsa-4096']
const files = scratch()
let keys, authorities

beforeAll(() => {
  keys = Object.fromEntries(specs.map((spec) => [spec, certmint.generateKey(spec)]))
  authorities = specs.map((spec) =>
    certmint.createCA({
      subject: `CN=Root ${spec}`,
      key: keys[spec],
      notBefore: LEAST,
      notAfter: MOST,
    }),
  )
})

test(`${ROUNDS} certificates say what their templates said`, () => {
  const r = generator(20260729)
  const made = r.times(ROUNDS, (i) => {
    const wanted = randomTemplate(r)
    const key = keys[specs[i % specs.length]]
    const ca = r.chance(0.8) ? r.from(authorities) : undefined
    const signer = ca?.key ?? key
    const options = {
      ...wanted.template,
      ...wanted.certificate,
      key,
      pss: signer.type === 'rsa' && r.chance(0.3),
    }
    const cert = ca ? ca.issue(options).cert : certmint.selfSigned(undefined, options).cert
    return { wanted, cert, key, ca, options }
  })
  const all = files.write('all.pem', made.map(({ cert }) => cert.pem).join(''))
  const python = readWithPython(all, 'certificates')
  expect(python).toHaveLength(ROUNDS)

  made.forEach(({ wanted, cert, key, ca, options }, i) => {
    const seen = python[i]
    expect(seen.version).toBe('v3')
    expect(seen.subject.map(inOrder)).toEqual(expectedName(wanted.name))
    if (!ca) expect(seen.issuer).toEqual(seen.subject)
    expect(seen.serial).toBe(BigInt(`0x${hex(wanted.serial)}`).toString(16))
    expect([seen.notBefore, seen.notAfter]).toEqual(wanted.validity.map(iso))
    if (options.hash && !options.pss) expect(seen.hash).toBe(options.hash)
    const { subjectAltName, ...others } = seen.extensions
    sameNames(subjectAltName?.value ?? [], wanted.names)
    expect(others).toMatchObject(wanted.expected)
    // nothing that nobody asked for
    const usual = ['basicConstraints', 'keyUsage', 'extendedKeyUsage']
    const known = [...usual, 'subjectKeyIdentifier', 'authorityKeyIdentifier']
    expect(
      Object.keys(others)
        .filter((name) => !known.includes(name))
        .sort(),
    ).toEqual(
      Object.keys(wanted.expected)
        .filter((name) => !known.includes(name))
        .sort(),
    )
    // and our own reading is the same
    expect(cert.serial.replace(/^0+/, '')).toBe(seen.serial)
    expect(cert.san).toHaveLength(wanted.names.length)
    expect(key.matches(cert)).toBe(true)
    expect(certmint.readCertificate(cert.pem).toJSON()).toEqual(cert.toJSON())
  })

  // what we print of a subject, read again, gives the same subject
  for (const { cert } of made) {
    const again = certmint.selfSigned(undefined, { subject: cert.subject, san: false })
    expect(again.cert.subject).toBe(cert.subject)
  }
})

test('openssl reads the same subjects, dates and names, and finds every signature right', () => {
  const r = generator(42)
  const made = r.times(60, (i) => {
    const wanted = randomTemplate(r)
    // openssl prints an attribute it does not know in its own way
    const name = wanted.name.map((rdn) => rdn.filter(([, , oid]) => !oid.endsWith('99999.7')))
    wanted.name = name.filter((rdn) => rdn.length > 0)
    if (wanted.name.length === 0) wanted.name = [[['CN', 'x', '2.5.4.3', 'UTF8String']]]
    const ca = authorities[i % authorities.length]
    const key = r.from(Object.values(keys))
    const { cert } = ca.issue({
      ...wanted.template,
      ...wanted.certificate,
      subject: writtenName(r, wanted.name),
      key,
      pss: ca.key.type === 'rsa' && r.chance(0.5),
    })
    return { wanted, cert, file: files.write(`${i}.pem`, cert.pem) }
  })
  for (const { wanted, cert, file } of made) {
    const { out } = run('openssl', [
      ...['x509', '-in', file, '-noout', '-subject', '-serial', '-startdate', '-enddate'],
      ...['-nameopt', 'RFC2253,-esc_msb,utf8,-dn_rev', '-ext', 'subjectAltName'],
    ])
    const [subject, serial, start, end] = out.split('\n').map((line) => line.replace(/^\w+=/, ''))
    expect(subject.replace(/^subject=/, '')).toBe(cert.subject)
    expect(BigInt(`0x${serial}`)).toBe(BigInt(`0x${cert.serial}`))
    expect([start, end].map((text) => Date.parse(text) / 1000)).toEqual(wanted.validity)
    const dns = wanted.names.map(([, seen]) => seen).filter((seen) => /^DNS:/.test(seen))
    expect([...out.matchAll(/DNS:([^,\n]+)/g)].map(([name]) => name.trim())).toEqual(
      expect.arrayContaining(dns),
    )
  }
  const roots = files.write('roots.pem', authorities.map(({ cert }) => cert.pem).join(''))
  const { out } = run('openssl', [
    ...['verify', '-no_check_time', '-CAfile', roots],
    ...made.map(({ file }) => file),
  ])
  expect(out.match(/: OK$/gm)).toHaveLength(made.length)
})

test(`${REQUESTS} requests say what their templates said`, () => {
  const r = generator(7)
  const made = r.times(REQUESTS, (i) => {
    const wanted = randomTemplate(r)
    const key = keys[specs[i % specs.length]]
    const pss = key.type === 'rsa' && r.chance(0.3)
    return { wanted, csr: certmint.createCSR({ ...wanted.template, key, pss }).csr, pss }
  })
  const plain = made.filter(({ pss }) => !pss)
  const bundle = files.write('requests.pem', plain.map(({ csr }) => csr.pem).join(''))
  const python = readWithPython(bundle, 'requests')
  plain.forEach(({ wanted }, i) => {
    const seen = python[i]
    expect(seen.valid).toBe(true)
    expect(seen.subject.map(inOrder)).toEqual(expectedName(wanted.name))
    const { subjectAltName, ...others } = seen.extensions
    sameNames(subjectAltName?.value ?? [], wanted.names)
    expect(others).toMatchObject(wanted.expected)
  })
  made
    .filter(({ pss }) => pss)
    .forEach(({ csr }) => {
      const { err } = run('openssl', ['req', '-verify', '-noout'], { input: csr.pem })
      expect(err).toMatch(/verify OK/)
    })
})
