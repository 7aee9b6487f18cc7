/** certmint verify: yes with the chain, no with the certificate and the rule at fault. */

import { workplace } from '../support/cli.js'

const place = workplace()

beforeAll(() => {
  place.ok('ca', '--subject', 'CN=Dev Root', '--path-len', '1')
  place.ok('ca', '--subject', 'CN=Issuing', '--ca', 'ca.pem')
  place.ok(
    ...['issue', 'shop.test', '--ca', 'intermediate.pem'],
    ...['--ca-key', 'intermediate-key.pem', '--out', 'site.pem'],
  )
})

test('yes, with the chain', () => {
  const { status, out, err } = place.run('verify', 'site.pem', '--name', 'shop.test')
  expect({ status, out, err }).toEqual({
    status: 0,
    out: 'site.pem: yes\n  0  CN=shop.test\n  1  CN=Issuing\n  2  CN=Dev Root\n',
    err: '',
  })
})

test('no, with the certificate and the rule', () => {
  const wrongHost = place.run('verify', 'site.pem', '--name', 'other.test')
  expect(wrongHost.status).toBe(1)
  expect(wrongHost.out).toContain('no (name-mismatch)')
  expect(wrongHost.out).toContain('"other.test"')
  const late = place.run('verify', 'site.pem', '--time', '2200-01-01')
  expect(late.status).toBe(1)
  expect(late.out).toContain('expired')
  const shallow = place.run('verify', 'site.pem', '--max-depth', '0')
  expect(shallow.out).toContain('issuer 1 of site.pem')
})

test('a revoked one, and lists that are required', () => {
  const ca = ['--ca', 'intermediate.pem', '--ca-key', 'intermediate-key.pem']
  place.ok('crl', 'site.pem', '--reason', 'superseded', '--list', 'crl.pem', ...ca)
  const { status, out } = place.run('verify', 'site.pem', '--crl', 'crl.pem')
  expect(status).toBe(1)
  expect(out).toMatch(/revoked at .*: superseded/)
  expect(place.run('verify', 'site.pem', '--require-revocation').status).toBe(1)
})

test('--json and --quiet', () => {
  const report = JSON.parse(place.ok('verify', 'site.pem', '--json', '--purpose', 'server').out)
  expect(report).toMatchObject({ ok: true, code: 'ok', depth: 0, revocation: 'unchecked' })
  expect(report.chain.map(({ subject }) => subject)).toEqual([
    'CN=shop.test',
    'CN=Issuing',
    'CN=Dev Root',
  ])
  expect(place.run('verify', 'site.pem', '--quiet')).toEqual({ status: 0, out: '', err: '' })
})

test('what is wrong with the question is said', () => {
  const cases = [
    [['verify'], 2, 'give one certificate'],
    [['verify', 'site.pem', 'ca.pem'], 2, 'give one certificate'],
    [['verify', 'site.pem', '--purpose', 'all'], 2, '--purpose: "all"'],
    [['verify', 'site.pem', '--policy', '1.2', '--policy', 'x'], 2, '--policy: "x"'],
    [['verify', 'site.pem', '--max-depth', '99'], 2, '--max-depth'],
    [['verify', 'site.pem', '--name', 'a b'], 2, '--name'],
    [['verify', 'missing.pem'], 3, 'missing.pem'],
    [['verify', 'ca-key.pem'], 3, 'CERTIFICATE'],
    [['verify', '--harness', 'site.pem'], 2, '--harness takes no file'],
  ]
  for (const [args, status, sentence] of cases) {
    const result = place.run(...args)
    expect({ args, status: result.status, err: result.err }).toMatchObject({
      status,
      err: expect.stringContaining(sentence),
    })
  }
})

test('--harness answers line by line', () => {
  const request = {
    id: 1,
    leaf: place.text('site.pem'),
    intermediates: [],
    roots: [place.text('ca.pem')],
    time: new Date().toISOString(),
    purpose: 'server',
    name: { dns: 'shop.test' },
  }
  const other = { ...request, id: 'two', name: { dns: 'other.test' } }
  const input = `${JSON.stringify(request)}\n\n${JSON.stringify(other)}\n`
  const { status, out } = place.run('verify', '--harness', { input })
  const answers = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(status).toBe(0)
  expect(answers[0]).toMatchObject({ id: 1, ok: true, code: 'ok', depth: 0, detail: '' })
  expect(answers[0].chain).toHaveLength(3)
  expect(answers[1]).toMatchObject({ id: 'two', ok: false, code: 'name-mismatch', depth: 0 })
})
