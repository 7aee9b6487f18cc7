/** certmint inspect: text for people, JSON for programs, and what the exit status says. */

import { inspect } from '../../js/index.js'
import { workplace } from '../support/cli.js'

const place = workplace()

beforeAll(() => {
  place.write('secret.txt', 'correct horse\nand more\n')
  place.ok('ca', '--subject', 'CN=Dev Root')
  place.ok('issue', 'shop.test', '--out', 'site.pem', '--key-out', 'site-key.pem')
  const secret = ['--passphrase-file', 'secret.txt']
  place.ok('p12', 'site.pem', 'site-key.pem', '--out', 'store.p12', ...secret)
})

test('files that belong together', () => {
  const { out, err } = place.ok('inspect', 'site.pem', 'site-key.pem', 'ca.pem')
  expect(err).toBe('')
  expect(out).toMatch(/^site\.pem:\n\[0\] Certificate \(PEM "CERTIFICATE", \d+ bytes at 0\)\n/)
  expect(out).toMatch(/\n {2}Same key as +\[1\]\n {2}Issued by +\[2\]\n/)
  expect(out).toContain('\nsite-key.pem:\n[1] Private key')
  expect(out).toContain('DNS:shop.test')
})

test('the report as JSON is that of the interface', async () => {
  const { out } = place.ok('inspect', 'site.pem', 'ca.pem', '--json')
  const report = JSON.parse(out)
  expect(report).toEqual(await inspect([place.read('site.pem'), place.read('ca.pem')]))
  expect(out.endsWith('}\n')).toBe(true)
})

test('standard input', () => {
  const { out } = place.ok('inspect', '-', { input: place.text('ca.pem') })
  expect(out).toContain('CN=Dev Root (self-signed)')
  expect(place.run('inspect', '-', '-')).toMatchObject({ status: 2 })
})

test('what is encrypted is described, and opened with the passphrase', () => {
  const closed = place.ok('inspect', 'store.p12')
  expect(closed.out).toMatch(/MAC +hash sha256, 600000 iterations/)
  expect(closed.out).toContain('a passphrase is needed')
  expect(closed.out).not.toContain('CN=shop.test')
  for (const flags of [
    ['--in-passphrase-file', 'secret.txt'],
    ['--in-passphrase-env', 'SECRET', { env: { SECRET: 'correct horse' } }],
  ]) {
    const open = place.ok('inspect', 'store.p12', ...flags)
    expect(open.out).toMatch(/\n {4}Subject +CN=shop\.test\n/)
  }
})

test('status 3 when something could not be read, or not be opened', () => {
  place.write('noise.bin', Buffer.from([1, 2, 3]))
  const noise = place.run('inspect', 'site.pem', 'noise.bin')
  expect(noise.status).toBe(3)
  expect(noise.out).toContain('[0] Certificate')
  expect(noise.out).toContain('noise.bin:\n[1] Unreadable')
  place.write('wrong.txt', 'wrong\n')
  const wrong = place.run('inspect', 'store.p12', '--in-passphrase-file', 'wrong.txt')
  expect(wrong.status).toBe(3)
  expect(wrong.out).toContain('the passphrase is wrong')
  const limited = ['--in-passphrase-file', 'secret.txt', '--max-iterations', '1000']
  expect(place.run('inspect', 'store.p12', ...limited)).toMatchObject({ status: 3 })
  expect(place.run('inspect', 'none.pem')).toMatchObject({
    ...{ status: 3, out: '', err: 'certmint: none.pem: there is no such file or folder\n' },
  })
  place.write('large.bin', Buffer.alloc((16 << 20) + 1))
  expect(place.run('inspect', 'large.bin')).toMatchObject({ status: 3, out: '' })
})

test('quiet, and wrong usage', () => {
  expect(place.run('inspect', 'ca.pem', '--quiet')).toEqual({ status: 0, out: '', err: '' })
  expect(place.run('inspect', 'noise.bin', '--quiet')).toEqual({ status: 3, out: '', err: '' })
  expect(place.run('inspect')).toMatchObject({ status: 2, out: '' })
})
