/** Cases of path validation that others have published, beside what they expect. */

import { goCases } from '../support/go_cases.js'
import { askBoth } from '../support/harness.js'
import { certificate, inapplicable, recipe, requestOf } from '../support/openssl_cases.js'

describe('OpenSSL 3.0.20, test/recipes/25-test_verify.t', () => {
  const calls = recipe()
  const cases = calls.filter((call) => !inapplicable(call))

  /** What certmint refuses although OpenSSL takes it: name, code. */
  const refused = {
    'accept critical OCSP No Check': 'critical-extension', // RFC 6960 §4.2.2.2.1: not critical
    'accept RSA 768 root at auth level 0': 'weak', // allowWeak takes 1024 bits and more
    'accept RSA 768 intermediate at auth level 0': 'weak',
    'accept RSA 768 leaf at auth level 0': 'weak',
    'accept md5 intermediate at auth level 0': 'unsupported', // MD5 is never taken
    'accept md5 leaf at auth level 0': 'unsupported',
    'CA PSS signature': 'unsupported', // keys of type id-RSASSA-PSS
    'Public Key Algorithm rsa instead of rsaEncryption': 'unsupported', // X.509's OID of 1988
    'accept X25519 EE cert issued by trusted Ed25519 self-signed CA cert': 'unsupported',
    'accept trusted Ed25519 self-signed CA cert': 'unsupported',
    'accept last-resort direct leaf match Ed25519-signed self-issued cert': 'unsupported',
  }

  /** What certmint takes although OpenSSL refuses it: why that is no mistake. */
  const taken = {
    'fail client purpose intermediate trusted':
      'one of two issuers is for clients only; the other leads to the root as well, but OpenSSL ' +
      'tries no second path',
  }

  test('176 cases: 164 are calls of verify(), 95 of them say something about certmint', () => {
    expect(calls.length).toBe(164)
    expect(cases.length).toBe(95)
    const count = (why) => calls.filter((call) => inapplicable(call) === why).length
    expect(count('trust settings inside of a certificate file')).toBe(57)
    expect(count('proxy certificates (RFC 3820)')).toBe(6)
    expect(count("OpenSSL's providers")).toBe(3)
    expect(count('SM2')).toBe(2)
    expect(count('more than 112 bits of security')).toBe(1)
  })

  test('are answered as OpenSSL has it, but for 11 refused and one that is good', async () => {
    const requests = await Promise.all(cases.map(requestOf))
    const answers = askBoth(requests)
    const otherwise = cases.flatMap(({ name, expected }, i) =>
      answers[i].ok === expected ? [] : [{ name, ...answers[i] }],
    )
    const codes = (list) => Object.fromEntries(list.map(({ name, code }) => [name, code]))
    expect(codes(otherwise.filter(({ ok }) => !ok))).toEqual(refused)
    expect(otherwise.filter(({ ok }) => ok).map(({ name }) => name)).toEqual(Object.keys(taken))
    expect(cases.filter(({ expected }) => expected).length).toBe(40)
  })

  test('a delta list without a number, which is a fault that ended OpenSSL (CVE-2026-28388)', () => {
    const request = {
      leaf: certificate('cve-2026-28388-leaf'),
      roots: [certificate('cve-2026-28388-ca')],
      crls: [certificate('cve-2026-28388-crls')],
      purpose: 'any',
      lenient: true,
      requireRevocation: true,
    }
    const before = { ...request, time: 1739527200 } // as the recipe has it
    const answers = askBoth([before, { ...request, time: '2026-03-20T00:00:00Z' }])
    expect(answers.map(({ code }) => code)).toEqual(['not-yet-valid', 'ok'])
  })
})

describe("Go's crypto/x509, verifyTests and nameConstraintsTests", () => {
  /** What certmint refuses although Go takes it: name, code. */
  const refused = {
    'dnssec-exp': 'weak', // SHA-1, as in the next three: Go's debug setting allows it there
    'dnssec-exp/AnyEKU': 'weak',
    'dnssec-exp/RootInIntermediates': 'weak',
    MultipleConstraints: 'weak',
    '#28': 'malformed', // a general name of a kind that there is not
    '#29': 'malformed',
    '#42': 'name-constraints', // an address in quotes is compared as it is written
  }

  /** What certmint takes although Go refuses it: names with spaces, which no question can ask for. */
  const taken = ['#78', '#79']

  test('111 cases; of the 110 with one usage all but nine are answered as Go has it', () => {
    const all = goCases()
    const cases = all.filter(({ usages }) => usages.length < 2)
    expect([all.length, cases.length]).toEqual([111, 110])
    const answers = askBoth(cases.map(({ request }) => request))
    const otherwise = cases.flatMap(({ name, valid }, i) =>
      answers[i].ok === valid ? [] : [{ name, ...answers[i] }],
    )
    const codes = otherwise.filter(({ ok }) => !ok).map(({ name, code }) => [name, code])
    expect(Object.fromEntries(codes)).toEqual(refused)
    expect(otherwise.filter(({ ok }) => ok).map(({ name }) => name)).toEqual(taken)
  }, 120_000)
})
