/** lint: every rule with a certificate that trips it and one that does not; what it is asked. */

import fs from 'node:fs'

import { lint as lintLater, lintRules as rulesLater } from '../../js/index.js'
import * as certmint from '../../js/sync.js'
import { lintDocument } from '../../scripts/lint_rules.mjs'
import { lintCase, lintCases, trips } from '../support/lint_cases.js'

const rules = certmint.lintRules()
const cases = lintCases()

/** "rule@1" for each finding; WebTransport's only where it is asked about. */
const tripped = (one) => [
  ...new Set(
    lintCase(one)
      .findings.filter(({ rule }) => one.clients || !rule.startsWith('webtransport'))
      .map(({ rule, certificate }) => (certificate ? `${rule}@${certificate}` : rule)),
  ),
]

describe('the rules', () => {
  test.each(cases.map((one) => [one.name, one]))('%s', (name, one) => {
    expect(tripped(one)).toEqual(trips[name]?.split(' ') ?? [])
  })

  test('each has a certificate that trips it', () => {
    const seen = new Set(
      Object.values(trips).flatMap((text) => text.replace(/@\d/g, '').split(' ')),
    )
    expect([...seen].sort()).toEqual(rules.map(({ id }) => id).sort())
  })

  test('each is looked for in a certificate that does not', () => {
    const good = cases.filter(({ name }) => !(name in trips))
    const looked = new Set(
      good.flatMap((one) => lintCase(one).certificates.map(({ purpose }) => purpose)),
    )
    for (const { id, purposes } of rules) {
      expect({ id, looked: purposes.some((purpose) => looked.has(purpose)) }).toEqual({
        id,
        looked: true,
      })
    }
  })

  test('docs/lint.md has them as they are (node scripts/lint_rules.mjs writes it)', () => {
    const document = new URL('../../docs/lint.md', import.meta.url)
    expect(fs.readFileSync(document, 'utf8')).toBe(lintDocument())
  })

  test('each is data for people', () => {
    for (const { id, sentence, fix, source, error, warning, notice, documented } of rules) {
      expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
      for (const text of [sentence, fix]) expect(text).toMatch(/^[A-Za-z][^]*[.]$/)
      expect(sentence.length).toBeLessThan(120)
      expect(source).not.toBe('')
      const spoken = [...error, ...warning, ...notice]
      expect(spoken.length).toBeGreaterThan(0)
      expect(spoken).toEqual(expect.arrayContaining(documented))
    }
  })
})

describe('what is asked and answered', () => {
  const { lint } = certmint
  const root = certmint.createCA({ subject: 'CN=Root', pathLen: 1 })
  const site = root.issue({ san: ['shop.test', '192.0.2.1'], days: 900 })

  test('a report', async () => {
    const report = lint([site.cert, root], { name: 'shop.test' })
    expect(report.ok).toBe(false)
    expect(report.certificates).toEqual([
      { subject: 'CN=shop.test', purpose: 'server' },
      { subject: 'CN=Root', purpose: 'ca' },
    ])
    expect(report.findings[0]).toEqual({
      rule: 'validity-825',
      certificate: 0,
      severity: 'error',
      clients: ['safari'],
      detail: 'It is valid for 900 days.',
      sentence: expect.any(String),
      fix: expect.any(String),
      source: expect.stringContaining('Apple'),
      versions: expect.any(String),
    })
    expect(report.clients.map(({ client, verdict }) => `${client} ${verdict}`)).toEqual([
      'chrome accepted',
      'firefox accepted',
      'safari refused',
      'node accepted',
      'python accepted',
      'java accepted',
      'go accepted',
      'openssl accepted',
      'gnutls accepted',
      'webtransport refused',
      'rfc5280 accepted',
    ])
    expect(report.clients[2]).toEqual({
      client: 'safari',
      name: 'Safari/iOS',
      verdict: 'refused',
      findings: [0],
    })
    expect(await lintLater([site.cert.pem + root.cert.pem], { name: 'shop.test' })).toEqual(report)
    expect(await rulesLater()).toEqual(rules)
  })

  test('some clients; WebTransport counts when it is named', () => {
    const all = lint(root.issue({ san: ['shop.test'] }).cert)
    expect(all.ok).toBe(true)
    expect(all.clients.find(({ client }) => client === 'webtransport').verdict).toBe('refused')
    expect(lint(site.cert, { clients: ['chrome', 'go'] })).toMatchObject({
      ok: true,
      findings: [],
      clients: [{ client: 'chrome' }, { client: 'go' }],
    })
    expect(lint(site.cert, { clients: 'webtransport' }).ok).toBe(false)
  })

  test('a name and a time', () => {
    const refused = (options) => [...new Set(lint(site.cert, options).findings.map((f) => f.rule))]
    expect(refused({ clients: 'go', name: 'other.test' })).toEqual(['name-mismatch'])
    expect(refused({ clients: 'go', name: '192.0.2.1' })).toEqual([])
    expect(refused({ clients: 'go', name: { ip: '192.0.2.2' } })).toEqual(['name-mismatch'])
    expect(refused({ clients: 'go', time: '2200-01-01' })).toEqual(['expired'])
    expect(refused({ clients: 'go', time: '2000-01-01' })).toEqual(['not-yet-valid'])
  })

  test('what a certificate is to be: what it looks like, unless it is said', () => {
    const purpose = (cert, options) => lint(cert, options).certificates[0].purpose
    const of = (profile) => root.issue({ san: ['a@b.test'], subject: 'CN=x', profile }).cert
    expect(purpose(site.cert)).toBe('server')
    expect(purpose(of('client'))).toBe('client')
    expect(purpose(of('email'))).toBe('any')
    expect(purpose(root.cert)).toBe('ca')
    expect(purpose(root.cert, { name: 'shop.test' })).toBe('server')
    const named = { subject: 'CN=x', san: [{ email: 'ca@shop.test' }] }
    expect(purpose(certmint.selfSigned(undefined, { profile: 'ca', ...named }).cert)).toBe('ca')
    const host = { subject: 'CN=x', san: ['shop.test'] }
    expect(purpose(certmint.selfSigned(undefined, { profile: 'ca', ...host }).cert)).toBe('server')
    expect(purpose(root.cert, { purpose: 'any' })).toBe('any')
    expect(lint(of('client'), { clients: 'go', purpose: 'server' }).ok).toBe(false)
  })

  test('a question that makes no sense', () => {
    const junk = site.cert.der.slice(0, 100)
    for (const [certificates, options, code, field] of [
      [site.cert, { clients: ['netscape'] }, 'invalid', 'clients[0]'],
      [site.cert, { clients: [] }, 'invalid', 'clients'],
      [site.cert, { purpose: 'email' }, 'invalid', 'purpose'],
      [site.cert, { name: 'a@b.test' }, 'invalid', 'name.email'],
      [site.cert, { name: { ip: 'x' } }, 'invalid', 'name'],
      [site.cert, { time: -1e11 }, 'invalid', 'time'],
      [site.cert, { client: 'go' }, 'invalid', 'client'],
      [[], {}, 'invalid', 'certificates'],
      ['nothing', {}, 'malformed', 'certificates[0]'],
      [[site.cert, junk], {}, 'malformed', 'certificates[1]'],
      [Array(1001).fill(root.cert), {}, 'limit', 'certificates[1000]'],
    ]) {
      let error
      try {
        lint(certificates, options)
      } catch (caught) {
        error = caught
      }
      expect({ code: error?.code, field: error?.field }).toEqual({ code, field })
      expect(error.rule.length).toBeGreaterThan(5)
    }
  })
})

describe('what we mint is clean', () => {
  const root = certmint.createCA({ subject: 'CN=Root', pathLen: 1 })
  const sub = root.createIntermediate({ subject: 'CN=Issuing' })
  const clean = (certificates, options) => {
    const { findings } = certmint.lint(certificates, options)
    const own = findings.filter(({ clients }) => options?.clients || clients[0] !== 'webtransport')
    expect(own.map(({ rule, certificate }) => `${rule}@${certificate}`)).toEqual([])
  }

  test.each(['server', 'client', 'peer', 'email', 'code-signing', 'timestamping', 'ocsp-signing'])(
    'the profile %s, under a root and under an intermediate, and self-signed',
    (profile) => {
      const options = { profile, san: ['shop.test'], subject: 'CN=shop.test' }
      clean([root.issue(options).cert, root])
      clean([...sub.issue(options).chain, root])
      clean(certmint.selfSigned(undefined, options).cert)
    },
  )

  test.each(['rsa-2048', 'p-256', 'p-384'])('%s', (key) => {
    const ca = certmint.createCA({ subject: 'CN=Root', key })
    clean([ca.issue({ san: ['shop.test', '*.shop.test', '::1', 'bücher.test'], key }).cert, ca])
  })

  test('the profile webtransport', () => {
    const { cert } = certmint.selfSigned(['shop.test'], { profile: 'webtransport' })
    clean(cert)
    clean(cert, { clients: 'webtransport' })
  })

  test('authorities, with name constraints too', () => {
    clean(root)
    clean([sub, root])
    const bounded = certmint.createCA({ nameConstraints: { permitted: ['test', '10.0.0.0/8'] } })
    clean(bounded)
    clean([bounded.issue({ san: ['shop.test', '10.1.2.3'] }).cert, bounded])
  })

  test('and so is no fixture that is wrong but where lint cannot know', () => {
    const { root: fixtureRoot, fixtures } = certmint.createFixtures()
    const refused = Object.entries(fixtures)
      .filter(([, { chain }]) => {
        const all = [...chain, fixtureRoot]
        return !certmint.lint(all, { name: 'localhost', purpose: 'server' }).ok
      })
      .map(([name]) => name)
    const unknowable = ['good', 'self-signed', 'revoked'] // trust and lists are verify's
    expect(refused).toEqual(Object.keys(fixtures).filter((name) => !unknowable.includes(name)))
  })
})
