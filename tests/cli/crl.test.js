/** certmint crl and fixtures: a list that keeps its state, and certificates that are wrong. */

import { spawn } from 'node:child_process'
import fs from 'node:fs'

import { program, start, workplace } from '../support/cli.js'
import { readWithGnuTLS, readWithPython } from '../support/readers.js'
import { run } from '../support/tools.js'

const serials = (place, list = 'crl.pem') =>
  readWithPython(place.path(list), 'crl').revoked.map(([serial]) => serial)
const number = (place, list = 'crl.pem') =>
  readWithPython(place.path(list), 'crl').extensions.cRLNumber.value

describe('a revocation list', () => {
  const place = workplace()
  let bad, worse

  beforeAll(() => {
    place.ok('ca')
    for (const name of ['bad', 'worse', 'fine']) place.ok('issue', `${name}.test`)
    ;[bad, worse] = ['bad', 'worse'].map(
      (name) => readWithPython(place.path(`${name}.test.pem`)).serial,
    )
  })

  const verify = (leaf) =>
    run(
      'openssl',
      [
        ...['verify', '-x509_strict', '-crl_check', '-CAfile', place.path('ca.pem')],
        ...['-CRLfile', place.path('crl.pem'), place.path(leaf)],
      ],
      { fails: true },
    )

  test('begins empty, with number 1', () => {
    const { out } = place.ok('crl')
    expect(out).toMatch(/^crl\.pem: list number 1, 0 certificates revoked\n +the next is due by 20/)
    expect(number(place)).toBe(1)
    expect(verify('bad.test.pem').out).toContain('OK')
    expect(place.mode('crl.pem')).toBe(0o644)
  })

  test('is extended: by file, by serial number, with reasons and dates', () => {
    place.ok(
      ...['crl', 'bad.test.pem', '--reason', 'keyCompromise', '--date', '2026-01-02'],
      ...['--invalidity-date', '2026-01-01T12:00:00Z'],
    )
    place.ok('crl', worse, '--reason', 'superseded')
    place.ok('crl', 'ab:cd')
    expect(number(place)).toBe(4)
    const seen = readWithPython(place.path('crl.pem'), 'crl')
    const entry = (serial) => seen.revoked.find(([one]) => one === serial)
    expect(seen.revoked).toHaveLength(3)
    expect(entry(bad)).toMatchObject([
      bad,
      '2026-01-02T00:00:00Z',
      { cRLReason: { value: 'keyCompromise' }, invalidityDate: { value: '2026-01-01T12:00:00' } },
    ])
    expect(entry(worse)[2]).toMatchObject({ cRLReason: { value: 'superseded' } })
    expect(entry('abcd')[2]).toEqual({})
    expect(verify('bad.test.pem').out + verify('bad.test.pem').err).toContain('certificate revoked')
    expect(verify('fine.test.pem').out).toContain('OK')
    expect(readWithGnuTLS(place.path('crl.pem'), '--crl-info')).toContain(
      'Revoked certificates (3)',
    )
  })

  test('removeFromCRL takes one off', () => {
    place.ok('crl', 'worse.test.pem', '--reason', 'removeFromCRL')
    expect(serials(place).sort()).toEqual([bad, 'abcd'].sort())
    expect(verify('worse.test.pem').out).toContain('OK')
    expect(place.run('crl', worse, '--reason', 'removeFromCRL')).toEqual({
      status: 3,
      out: '',
      err: `certmint: ${worse}: is not on the list\n`,
    })
    place.ok('crl', '00:AB:CD', '--reason', 'removeFromCRL')
    expect(serials(place)).toEqual([bad])
  })

  test('dates, number, DER, JSON, quiet', () => {
    const { out } = place.ok(
      ...['crl', '--list', 'dated.pem', '--this-update', '2026-03-01', '--number', '300'],
      ...['--next-update', '2036-03-08', '--der-out', 'crl.der', '--json'],
    )
    const said = JSON.parse(out)
    expect(said).toMatchObject({
      files: { list: 'dated.pem', der: 'crl.der' },
      crl: { nextUpdate: '2036-03-08T00:00:00.000Z', number: '012c' },
    })
    const der = run('openssl', [
      ...['crl', '-inform', 'DER', '-in', place.path('crl.der'), '-CAfile', place.path('ca.pem')],
      ...['-noout', '-nextupdate'],
    ])
    expect(der.err).toContain('verify OK')
    expect(der.out).toMatch(/Mar +8 00:00:00 2036/)
    expect(number(place, 'dated.pem')).toBe(300)
    const quiet = place.ok('crl', '--list', 'dated.pem', '--days', '7', '--quiet')
    expect(quiet).toMatchObject({ out: '', err: '' })
    expect(number(place, 'dated.pem')).toBe(301)
    expect(place.run('crl', '--this-update', '2026-03-01').err).toMatch(/list to extend is newer/)
  })

  test.each([
    [['crl', 'none.pem'], 3, /none\.pem: there is no such file/],
    [['crl', 'ca-key.pem'], 3, /ca-key\.pem: /],
    [['crl', '00'], 2, /00: a serial number/],
    [['crl', bad, '--reason', 'because'], 2, /--reason: "because"/],
    [['crl', '--reason', 'keyCompromise'], 2, /say what is revoked/],
    [['crl', 'ab', '--date', 'now'], 2, /--date: "now" is no date/],
    [['crl', '--number', '0x10'], 2, /--number: "0x10" is not a whole number/],
    [['crl', '--days', '0'], 2, /--days: /],
    [['crl', '--days', '3', '--next-update', '2040-01-01'], 2, /--days: .*not both/],
    [['crl', '--next-update', '2020-01-01'], 2, /--next-update: /],
    [['crl', '--list', '-'], 2, /--list: a list is kept in a file/],
    [['crl', '--list', 'ca.pem'], 3, /ca\.pem: /],
    [['crl', '--list', 'no/list.pem'], 3, /no: there is no such file or folder/],
  ])('%j is refused, and the list stays as it is', (args, status, sentence) => {
    const [before, files] = [place.text('crl.pem'), place.list()]
    const result = place.run(...args.map((arg) => arg ?? bad))
    expect(result).toEqual({ status, out: '', err: expect.stringMatching(sentence) })
    expect(place.text('crl.pem')).toBe(before)
    expect(place.list()).toEqual(files)
  })

  test('of another authority is not extended', () => {
    place.ok('ca', '--subject', 'CN=Other', '--out', 'other.pem')
    const { status, err } = place.run('crl', '--ca', 'other.pem', '--ca-key', 'other-key.pem')
    expect(status).toBe(3)
    expect(err).toMatch(/^certmint: --list: /)
    expect(
      place.run(
        ...['crl', 'bad.test.pem', '--ca', 'other.pem', '--ca-key', 'other-key.pem'],
        ...['--list', 'other.crl'],
      ),
    ).toMatchObject({ status: 3, err: expect.stringMatching(/bad\.test\.pem: .*not issued/) })
    expect(place.list()).not.toContain('other.crl')
  })

  test('cut short or changed is not extended', () => {
    const whole = place.text('crl.pem')
    const der = Buffer.from(whole.replace(/-----[^-]*-----/g, ''), 'base64')
    const changed = Buffer.from(der)
    changed[changed.length - 1] ^= 1
    for (const damaged of [der.subarray(0, -3), changed, whole.slice(0, 200)]) {
      const file = place.write('damaged.crl', damaged)
      const { status, err } = place.run('crl', 'ab', '--list', 'damaged.crl')
      expect(status).toBe(3)
      expect(err).toMatch(/^certmint: [^\n]+\n$/)
      expect(fs.readFileSync(file)).toEqual(Buffer.from(damaged))
    }
  })
})

describe('at the same time, and interrupted', () => {
  test('no revocation is lost when several are made at once', async () => {
    const place = workplace()
    place.ok('ca')
    const wanted = ['a1', 'a2', 'a3', 'a4', 'a5']
    const runs = wanted.map((serial) => start(place.folder, ['crl', serial]).ended)
    for (const { status, err } of await Promise.all(runs)) {
      expect({ status, err }).toEqual({ status: 0, err: '' })
    }
    expect(serials(place).sort()).toEqual(wanted)
    expect(number(place)).toBe(wanted.length)
    expect(place.list()).toEqual(['ca-key.pem', 'ca.pem', 'crl.pem'])
  })

  test('a lock of a process that is gone does not count, one that runs does', () => {
    const place = workplace()
    place.ok('ca')
    const gone = run(process.execPath, ['-e', 'console.log(process.pid)']).out
    for (const owner of [gone, '', 'x']) {
      place.write('.crl.pem.lock', owner)
      place.ok('crl', 'ab')
      expect(place.list()).toEqual(['ca-key.pem', 'ca.pem', 'crl.pem'])
    }
    place.write('.crl.pem.lock', `${process.pid}\n`)
    const { status, err } = place.run('crl', 'cd')
    expect(status).toBe(3)
    expect(err).toMatch(new RegExp(`^certmint: crl.pem: process ${process.pid} is working on it`))
    expect(serials(place)).toEqual(['ab'])
  })

  test('killed at any moment, it leaves a whole list', async () => {
    const place = workplace()
    place.ok('ca')
    place.ok('crl', 'ff')
    for (let i = 0; i < 12; i++) {
      const child = spawn(process.execPath, [program, 'crl', `a${i.toString(16)}`], {
        cwd: place.folder,
        stdio: 'ignore',
      })
      const ended = new Promise((resolve) => child.once('exit', resolve))
      await new Promise((resolve) => setTimeout(resolve, 60 + i * 15))
      child.kill('SIGKILL')
      await ended
      const checked = run('openssl', [
        ...['crl', '-in', place.path('crl.pem'), '-CAfile', place.path('ca.pem'), '-noout'],
      ])
      expect(checked.out + checked.err).toContain('verify OK')
      expect(serials(place)).toContain('ff')
    }
    // and the next one goes on as if nothing had been
    place.ok('crl', 'ee')
    expect(serials(place)).toEqual(expect.arrayContaining(['ee', 'ff']))
  })
})

describe('fixtures', () => {
  const place = workplace()

  test('are files with their keys, under one root, beside its list', () => {
    const { out } = place.ok('fixtures', 'certs', '--host', 'app.test')
    const named = out
      .split('\n')
      .slice(1, -1)
      .map((line) => line.trim().split(/ {2,}/)[0])
    expect(named).toEqual(expect.arrayContaining(['good', 'expired', 'sha1', 'revoked']))
    expect(fs.readdirSync(place.path('certs')).sort()).toEqual(
      [
        'root.pem',
        'crl.pem',
        ...named.flatMap((name) => [`${name}.pem`, `${name}-key.pem`]),
      ].sort(),
    )
    for (const name of named) {
      expect(place.mode(`certs/${name}-key.pem`)).toBe(0o600)
      const [ofCert, ofKey] = [
        run('openssl', ['x509', '-in', place.path(`certs/${name}.pem`), '-noout', '-pubkey']).out,
        run('openssl', ['pkey', '-in', place.path(`certs/${name}-key.pem`), '-pubout']).out,
      ]
      expect(ofCert).toBe(ofKey)
    }
  })

  test.each([
    ['good', undefined],
    ['expired', /certificate has expired/],
    ['not-yet-valid', /not yet valid/],
    ['wrong-host', /hostname mismatch/],
    ['weak-key', /key too weak/],
    ['sha1', /digest algorithm too weak|md too weak/],
    ['self-signed', /self-signed certificate/],
    ['revoked', /certificate revoked/],
    ['name-constraint-violation', /permitted subtree violation/],
    ['wrong-eku', /unsuitable certificate purpose/],
  ])('%s: openssl says why', (name, reason) => {
    const file = place.path(`certs/${name}.pem`)
    const { status, out, err } = run(
      'openssl',
      [
        ...['verify', '-auth_level', '2', '-purpose', 'sslserver', '-verify_hostname', 'app.test'],
        ...['-CAfile', place.path('certs/root.pem'), '-untrusted', file],
        ...(name === 'name-constraint-violation' ? [] : ['-crl_check']),
        ...['-CRLfile', place.path('certs/crl.pem'), file],
      ],
      { fails: true },
    )
    if (reason) expect(out + err).toMatch(reason)
    else expect({ status, out }).toEqual({ status: 0, out: `${file}: OK\n` })
  })

  test('a host that is none is refused before the folder is made', () => {
    const { status, err } = place.run('fixtures', 'others', '--host', 'a b')
    expect(status).toBe(2)
    expect(err).toMatch(/^certmint: [^\n]*"a b"/)
    expect(place.list()).not.toContain('others')
  })
})
