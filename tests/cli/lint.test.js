/** certmint lint: a table of clients, then the rules with reason and fix. */

import { workplace } from '../support/cli.js'

const place = workplace()

beforeAll(() => {
  place.ok('ca', '--subject', 'CN=Dev Root')
  place.ok('issue', 'shop.test')
  place.ok('issue', 'old.test', '--days', '900', '--extension', '1.2.3.4=0500')
})

test('a good one: who accepts it, and status 0', () => {
  const { status, out, err } = place.run('lint', 'shop.test.pem', '--chain', 'ca.pem')
  expect({ status, err }).toEqual({ status: 0, err: '' })
  expect(out).toBe(`shop.test.pem · CN=shop.test · a server's certificate
No client refuses it.

  Chrome                ✓ accepts
  Firefox               ✓ accepts
  Safari/iOS            ✓ accepts
  Node.js               ✓ accepts
  Python                ✓ accepts
  Java                  ✓ accepts
  Go                    ✓ accepts
  OpenSSL (strict)      ✓ accepts
  GnuTLS                ✓ accepts
  WebTransport by hash  - not made for it
  RFC 5280              ✓ accepts
`)
})

test('one that is refused: by whom, why, and what to do', () => {
  const { status, out } = place.run('lint', 'old.test.pem', '--client', 'safari,go')
  expect(status).toBe(1)
  expect(out).toBe(`old.test.pem · CN=old.test · a server's certificate
Refused by Safari/iOS.

  Safari/iOS  ✗ refuses  validity-825
  Go          ✓ accepts

  ✗ validity-825  Safari/iOS
    A server's certificate may be valid for at most 825 days. It is valid for 900 days.
    → Make it anew with 397 days.
    Apple, support.apple.com/103769 · since iOS 13 and macOS 10.15, whatever the root
`)
})

test('a rule that some only may hold to is told once', () => {
  place.ok(
    ...['self-signed', '--subject', 'CN=localhost', '--no-san'],
    ...['--out', 'cn.pem', '--key-out', 'cn-key.pem'],
  )
  const { out } = place.run('lint', 'cn.pem', '--name', 'localhost')
  expect(out.match(/san-missing {2}Chrome, .*; may: .*Java/g)).toHaveLength(1)
  expect(out).toMatch(/Java +✓ accepts {2}but: san-missing/)
})

test('several files, and a name', () => {
  const { status, out } = place.run('lint', 'shop.test.pem', 'old.test.pem', '--name', 'shop.test')
  expect(status).toBe(1)
  expect(out).toMatch(/^shop\.test\.pem .*\nNo client refuses it\./)
  expect(out).toMatch(/old\.test\.pem .*\nRefused by Chrome, .* and GnuTLS\./)
  expect(out).toContain('It is not for "shop.test".')
})

test('--json, --quiet and --rules', () => {
  const [one, two] = place
    .run('lint', 'shop.test.pem', 'old.test.pem', '--json')
    .out.trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(one).toMatchObject({ file: 'shop.test.pem', ok: true })
  expect(two).toMatchObject({ file: 'old.test.pem', ok: false })
  expect(place.run('lint', 'old.test.pem', '--quiet')).toEqual({ status: 1, out: '', err: '' })
  const rules = JSON.parse(place.ok('lint', '--rules', '--json').out)
  const listed = place.ok('lint', '--rules').out
  for (const { id } of rules) expect(listed).toMatch(new RegExp(`^  ${id} `, 'm'))
})

test('what is wrong with the question is said', () => {
  place.write('junk.pem', 'junk')
  for (const [args, status, said] of [
    [['lint'], 2, 'give a certificate'],
    [['lint', 'shop.test.pem', '--client', 'netscape'], 2, '--client: "netscape" is no client'],
    [['lint', 'shop.test.pem', '--purpose', 'fun'], 2, '--purpose: "fun" is no purpose'],
    [['lint', 'shop.test.pem', '--name', 'a@b.test'], 2, '--name'],
    [['lint', 'shop.test.pem', '--rules'], 2, '--rules takes no file'],
    [['lint', 'none.pem'], 3, 'none.pem: there is no such file'],
    [['lint', 'junk.pem'], 3, 'junk.pem: neither DER nor PEM'],
    [['lint', 'shop.test.pem', '--chain', 'junk.pem'], 3, 'junk.pem: neither DER nor PEM'],
  ]) {
    const result = place.run(...args)
    expect({ args, status: result.status }).toEqual({ args, status })
    expect(result.err).toContain(said)
  }
})
