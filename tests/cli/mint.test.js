/** certmint NAME...: beside the real mkcert, flag by flag; the authority; files; passwords. */

import { X509Certificate } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

import { onTerminal, program, start, workplace } from '../support/cli.js'
import { readWithPython } from '../support/readers.js'
import { run } from '../support/tools.js'

/** A folder to work in with a home of its own; both commands keep their authorities below it. */
function household() {
  const place = workplace()
  const home = path.join(place.folder, 'home')
  const env = { HOME: home, XDG_DATA_HOME: '', CAROOT: '', TRUST_STORES: '' }
  fs.mkdirSync(home)
  return {
    ...place,
    env,
    own: path.join(home, '.local', 'share', 'certmint'),
    mkcertRoot: path.join(home, '.local', 'share', 'mkcert'),
    run: (...args) => place.run(...withEnv(args, env)),
    ok: (...args) => place.ok(...withEnv(args, env)),
    list: () => place.list().filter((name) => name !== 'home'),
  }
}

function withEnv(args, env) {
  const last = args.at(-1)
  const options = typeof last === 'object' ? args.pop() : {}
  return [...args, { ...options, env: { ...env, ...options.env } }]
}

const read = (file) => new X509Certificate(fs.readFileSync(file))

/** What of a certificate both commands must agree on, whatever its order. */
function essence(file) {
  const { subjectAltName, extendedKeyUsage } = readWithPython(file).extensions
  return { names: subjectAltName.value.sort(), purposes: extendedKeyUsage.value.sort() }
}

describe('beside mkcert', () => {
  const ours = household()
  const theirs = household()
  const mkcert = (...args) =>
    run('mkcert', args, { cwd: theirs.folder, env: { ...theirs.env, CAROOT: theirs.mkcertRoot } })

  /** The same arguments for both; each works in its own folder. */
  function both(...args) {
    for (const { folder } of [ours, theirs]) {
      for (const name of fs.readdirSync(folder)) {
        if (/\.(pem|p12)$/.test(name)) fs.rmSync(path.join(folder, name))
      }
    }
    ours.ok(...args)
    mkcert(...args)
    return ours.list()
  }

  /** Names and modes of what was written. */
  const modes = (place) => place.list().map((name) => [name, place.mode(name).toString(8)])

  test.each([
    ['names of all kinds', ['example.com', '*.example.com', 'localhost', '127.0.0.1', '::1']],
    ['a wildcard first', ['*.example.test', 'example.test']],
    ['an IPv6 address first', ['::1']],
    ['-client', ['-client', 'client.test', '10.0.0.1']],
    ['-ecdsa', ['-ecdsa', 'ec.test']],
    ['a mailbox', ['jane@mail.test']],
    ['a mailbox and a host, for clients', ['-client', 'jane@mail.test', 'mail.test']],
    ['-cert-file, -key-file', ['-cert-file', 'c.pem', '-key-file=k.pem', 'files.test']],
    ['one file for both', ['-cert-file', 'one.pem', '-key-file', 'one.pem', 'one.test']],
    ['two dashes', ['--ecdsa', '--cert-file=two.pem', 'two.test']],
  ])('%s', (_, args) => {
    const names = both(...args)
    expect(names.length).toBeGreaterThan(0)
    expect(modes(ours)).toEqual(modes(theirs))
    const certificate = names.find((name) => !name.includes('-key'))
    expect(essence(ours.path(certificate))).toEqual(essence(theirs.path(certificate)))
    run('openssl', ['verify', '-CAfile', path.join(ours.own, 'rootCA.pem'), ours.path(certificate)])
  })

  test('-pkcs12, -p12-file: the same name and password; ours for its owner alone', () => {
    expect(both('-pkcs12', 'store.test')).toEqual(['store.test.p12'])
    expect(theirs.list()).toEqual(['store.test.p12'])
    expect(ours.mode('store.test.p12')).toBe(0o600)
    for (const place of [ours, theirs]) {
      const { out } = run('openssl', [
        ...['pkcs12', '-in', place.path('store.test.p12'), '-passin', 'pass:changeit'],
        ...['-nodes', '-legacy'],
      ])
      expect(out.match(/BEGIN CERTIFICATE/g)).toHaveLength(2)
      expect(out).toMatch(/BEGIN PRIVATE KEY/)
    }
    expect(both('-pkcs12', '-client', '-p12-file', 'x.p12', 'store.test')).toEqual(['x.p12'])
  })

  test('-csr: its names and key', () => {
    for (const { folder } of [ours, theirs]) {
      run(
        'openssl',
        [
          ...['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
          ...['-keyout', 'request.key', '-out', 'request.csr', '-subj', '/CN=req.test'],
          ...['-addext', 'subjectAltName=DNS:req.test,DNS:www.req.test,IP:10.0.0.2'],
        ],
        { cwd: folder },
      )
    }
    both('-csr', 'request.csr')
    const certificate = 'req.test+2.pem'
    expect(modes(ours)).toEqual(modes(theirs))
    expect(essence(ours.path(certificate))).toEqual(essence(theirs.path(certificate)))
    expect(read(ours.path(certificate)).publicKey.export({ type: 'spki', format: 'pem' })).toBe(
      run('openssl', ['pkey', '-in', ours.path('request.key'), '-pubout']).out,
    )
    expect(ours.run('-csr', 'request.csr', '-key-file', 'k.pem')).toMatchObject({ status: 2 })
    expect(ours.run('-csr', 'request.csr', 'more.test')).toMatchObject({ status: 2 })
  })

  test('the files of the authority: the same names and modes', () => {
    const files = (folder) =>
      fs.readdirSync(folder).map((name) => [name, fs.statSync(path.join(folder, name)).mode])
    expect(files(ours.own)).toEqual(files(theirs.mkcertRoot))
    for (const file of [
      path.join(ours.own, 'rootCA.pem'),
      path.join(theirs.mkcertRoot, 'rootCA.pem'),
    ]) {
      const { basicConstraints, keyUsage } = readWithPython(file).extensions
      expect(basicConstraints).toEqual({ critical: true, value: { ca: true, pathLen: 0 } })
      expect(keyUsage.value).toContain('key_cert_sign')
    }
  })

  test('-CAROOT prints the folder, $CAROOT says it', () => {
    expect(ours.ok('-CAROOT').out).toBe(`${ours.own}\n`)
    const env = { CAROOT: '/some/where' }
    expect(ours.ok('-CAROOT', { env }).out).toBe('/some/where\n')
    expect(run('mkcert', ['-CAROOT'], { env: { ...theirs.env, ...env } }).out).toBe('/some/where\n')
  })

  test('an authority of mkcert is found and used; mkcert uses one of ours', () => {
    const house = household()
    fs.cpSync(theirs.mkcertRoot, house.mkcertRoot, { recursive: true })
    expect(house.ok('found.test').out).toMatch(/Under the authority of mkcert in .*mkcert\n/)
    const root = path.join(house.mkcertRoot, 'rootCA.pem')
    run('openssl', ['verify', '-CAfile', root, house.path('found.test.pem')])
    expect(fs.existsSync(house.own)).toBe(false)
    run('mkcert', ['back.test'], { cwd: house.folder, env: { ...house.env, CAROOT: ours.own } })
    const own = path.join(ours.own, 'rootCA.pem')
    run('openssl', ['verify', '-CAfile', own, house.path('back.test.pem')])
  })

  test('RSA: the same key usage', () => {
    both('rsa.test')
    ours.ok('rsa.test', '--key', 'rsa-2048')
    const usage = (place) =>
      run('openssl', ['x509', '-in', place.path('rsa.test.pem'), '-noout', '-ext', 'keyUsage']).out
    expect(usage(ours)).toBe(usage(theirs))
  })
})

describe('the authority', () => {
  test('is made once, told clearly, then used in silence', () => {
    const house = household()
    const { out, err } = house.ok('localhost', '127.0.0.1', '::1')
    expect(err).toBe('')
    expect(out).toContain(house.own)
    expect(out).toMatch(/An authority of this machine, made just now/)
    expect(out).toMatch(/to trust it +certmint trust/)
    expect(house.list()).toEqual(['localhost+2-key.pem', 'localhost+2.pem'])
    const before = fs.readFileSync(path.join(house.own, 'rootCA.pem'))
    expect(house.ok('again.test').out).not.toMatch(/made just now/)
    expect(fs.readFileSync(path.join(house.own, 'rootCA.pem'))).toEqual(before)
  })

  test('processes at once: one authority, certificates with numbers of their own', async () => {
    const house = household()
    const hosts = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name}.test`)
    const runs = hosts.map(
      (host) =>
        start(house.folder, ['--json', host], { env: { ...process.env, ...house.env } }).ended,
    )
    const results = await Promise.all(runs)
    expect(results.map(({ status, err }) => ({ status, err }))).toEqual(
      hosts.map(() => ({ status: 0, err: '' })),
    )
    const made = results.filter(({ out }) => JSON.parse(out).authority.created)
    expect(made).toHaveLength(1)
    expect(fs.readdirSync(house.own).sort()).toEqual(['rootCA-key.pem', 'rootCA.pem'])
    const root = path.join(house.own, 'rootCA.pem')
    for (const host of hosts) run('openssl', ['verify', '-CAfile', root, house.path(`${host}.pem`)])
    const serials = hosts.map((host) => read(house.path(`${host}.pem`)).serialNumber)
    expect(new Set(serials).size).toBe(hosts.length)
  })

  test('killed while it was made: the next run goes on, and nothing is left lying about', async () => {
    const house = household()
    const env = { ...process.env, ...house.env }
    for (let round = 0; round < 6; round++) {
      fs.rmSync(house.own, { recursive: true, force: true })
      const { child, ended } = start(house.folder, ['kill.test', '--force'], { env })
      // the folder appears before the files: from then on each moment may be the last
      while (child.exitCode === null && !fs.existsSync(house.own)) {
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
      await new Promise((resolve) => setTimeout(resolve, round * 4))
      child.kill('SIGKILL')
      await ended
      house.ok('kill.test', '--force')
      expect(fs.readdirSync(house.own).sort()).toEqual(['rootCA-key.pem', 'rootCA.pem'])
      const root = path.join(house.own, 'rootCA.pem')
      run('openssl', ['verify', '-CAfile', root, house.path('kill.test.pem')])
    }
  })

  test('--name-constraints: kept by us, enforced by OpenSSL, fixed when it is made', () => {
    const house = household()
    house.ok('shop.test', '--name-constraints', 'dev')
    const root = path.join(house.own, 'rootCA.pem')
    const text = run('openssl', ['x509', '-in', root, '-noout', '-text']).out
    expect(text).toMatch(/Name Constraints: critical/)
    expect(text).toMatch(/DNS:test\n/)
    expect(text).toMatch(/IP:10\.0\.0\.0\/255\.0\.0\.0/)
    run('openssl', ['verify', '-CAfile', root, house.path('shop.test.pem')])
    house.ok('localhost', '127.0.0.1', '::1', 'www.internal', '192.168.1.1')
    expect(house.run('bank.com')).toMatchObject({ status: 2, out: '' })
    expect(house.run('shop.test', '--name-constraints', '.test')).toMatchObject({
      status: 2,
      err: expect.stringMatching(/--name-constraints: the authority in .* is there already/),
    })
  })

  test('--ca-root and --ca-subject make another', () => {
    const house = household()
    const args = ['--ca-root', 'team', '--ca-subject', 'O=Team,CN=Team Root']
    house.ok('team.test', ...args)
    expect(read(house.path('team/rootCA.pem')).subject).toBe('O=Team\nCN=Team Root')
    expect(fs.existsSync(house.own)).toBe(false)
  })

  test('without its key it can be trusted only', () => {
    const house = household()
    house.ok('a.test')
    fs.rmSync(path.join(house.own, 'rootCA-key.pem'))
    expect(house.run('b.test')).toMatchObject({
      status: 3,
      err: expect.stringMatching(/has the certificate of an authority without its key/),
    })
  })

  test('a key that does not belong to it', () => {
    const house = household()
    house.ok('a.test')
    const key = path.join(house.own, 'rootCA-key.pem')
    fs.chmodSync(key, 0o600)
    house.ok('key', '--out', key, '--force')
    expect(house.run('b.test')).toMatchObject({
      status: 3,
      out: '',
      err: expect.stringMatching(
        /rootCA-key\.pem: is not the key of the certificate in .*rootCA\.pem/,
      ),
    })
    expect(house.list()).toEqual(['a.test-key.pem', 'a.test.pem'])
  })
})

describe('a password on the authority', () => {
  const house = household()
  const typed = (args, spec) => onTerminal(house.folder, args, { ...spec, env: house.env })

  test('asked for twice on a terminal, shown never', () => {
    const { status, screen } = typed(['a.test', '--ca-password', '-'], {
      when: 'Password',
      type: 'top secret\rtop secret\r',
    })
    expect(status).toBe(0)
    expect(screen).toMatch(/Password \(--ca-password\): \r\nThe same again: \r\n/)
    expect(screen).not.toMatch(/secret/)
    const key = fs.readFileSync(path.join(house.own, 'rootCA-key.pem'), 'utf8')
    expect(key).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY/)
  })

  test('asked for when it is needed; a wrong one changes nothing', () => {
    const right = typed(['b.test'], { when: 'Password of', type: 'top secreX\x7ft\r' })
    expect(right).toMatchObject({ status: 0 })
    const wrong = typed(['c.test'], { when: 'Password of', type: 'guess\r' })
    expect(wrong.status).toBe(3)
    expect(wrong.screen).toMatch(/rootCA-key\.pem: .*passphrase.*\(--ca-passphrase-file\)/)
    const away = typed(['c.test'], { when: 'Password of', type: '\x03' })
    expect(away.status).toBe(3)
    expect(away.screen).toMatch(/interrupted; nothing was written/)
    expect(house.list()).not.toContain('c.test.pem')
  })

  test('two that differ', () => {
    const other = household()
    const result = onTerminal(other.folder, ['a.test', '--ca-password', '-'], {
      when: 'Password',
      type: 'one\rtwo\r',
      env: other.env,
    })
    expect(result.status).toBe(2)
    expect(result.screen).toMatch(/the two passwords differ; nothing was written/)
    expect(other.list()).toEqual([])
  })

  test('from a file or a variable; on the command line with a warning; else a sentence', () => {
    house.write('secret.txt', 'top secret\n')
    house.ok('d.test', '--ca-passphrase-file', 'secret.txt')
    house.ok('e.test', '--ca-passphrase-env', 'SECRET', { env: { SECRET: 'top secret' } })
    const loud = house.ok('f.test', '--ca-password', 'top secret')
    expect(loud.err).toMatch(/^certmint: warning: --ca-password: [^\n]*processes[^\n]*\n$/)
    expect(house.run('g.test')).toMatchObject({
      status: 3,
      out: '',
      err: expect.stringMatching(/passphrase/),
    })
    expect(house.run('g.test', '--ca-password', '-')).toMatchObject({
      status: 2,
      err: expect.stringMatching(/on a terminal only/),
    })
  })

  test('--password encrypts the new key, or the .p12', () => {
    house.ok('p.test', '--ca-passphrase-file', 'secret.txt', '--passphrase-file', 'secret.txt')
    expect(house.text('p.test-key.pem')).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY/)
    const args = ['--ca-passphrase-file', 'secret.txt', '--passphrase-file', 'secret.txt']
    const { out } = house.ok('-pkcs12', 'p.test', ...args)
    expect(out).not.toMatch(/changeit|top secret/)
    const store = ['pkcs12', '-in', house.path('p.test.p12'), '-noout', '-passin']
    run('openssl', [...store, 'pass:top secret'])
    expect(run('openssl', [...store, 'pass:changeit'], { fails: true }).status).not.toBe(0)
  })
})

describe('files', () => {
  test('what was minted before is replaced, anything else is not', () => {
    const house = household()
    house.ok('a.test')
    const before = house.text('a.test.pem')
    house.ok('a.test')
    expect(house.text('a.test.pem')).not.toBe(before)
    // a certificate of another, a key of another, and what is neither
    house.ok('self-signed', 'b.test')
    house.write('c.test.pem', 'my diary\n')
    house.ok('key', '--out', 'd.test-key.pem')
    for (const name of ['b', 'c', 'd']) {
      const held = house.list().map((file) => [file, house.text(file)])
      expect(house.run(`${name}.test`)).toMatchObject({
        status: 3,
        err: expect.stringMatching(/exists already; --force replaces it\n$/),
      })
      expect(house.list().map((file) => [file, house.text(file)])).toEqual(held)
    }
    house.ok('c.test', '--force')
    expect(house.text('c.test.pem')).toMatch(/BEGIN CERTIFICATE/)
  })

  test('--print: both on standard output, no file; the rest on standard error', () => {
    const house = household()
    const { out, err } = house.ok('p.test', '--print')
    expect(out).toMatch(/^-----BEGIN CERTIFICATE-----[^]+-----END PRIVATE KEY-----\n$/)
    expect(err).toMatch(/An authority of this machine/)
    expect(house.list()).toEqual([])
    const key = fs.readFileSync(path.join(house.own, 'rootCA-key.pem'), 'utf8')
    expect(out + err).not.toContain(key.split('\n')[1])
  })

  test('--dry-run writes nothing, no authority either, and finds what is wrong', () => {
    const house = household()
    expect(house.ok('d.test', '--dry-run').out).toMatch(
      /which would be made[^]+Nothing was written/,
    )
    expect(house.list()).toEqual([])
    expect(fs.existsSync(house.own)).toBe(false)
    house.write('d.test.pem', 'x')
    expect(house.run('d.test', '--dry-run')).toMatchObject({ status: 3 })
    expect(house.run('bad_host!', '--dry-run')).toMatchObject({ status: 2 })
  })

  test('--json says it all on one line', () => {
    const house = household()
    const { out, err } = house.ok('j.test', '--json')
    expect(err).toBe('')
    const report = JSON.parse(out)
    expect(report).toMatchObject({
      files: { certificate: 'j.test.pem', key: 'j.test-key.pem' },
      certificate: { san: ['DNS:j.test'] },
      authority: { folder: house.own, created: true, trusted: false },
    })
    expect(out).not.toMatch(/PRIVATE/)
  })

  test('names from standard input', () => {
    const house = household()
    house.ok('-', 'last.test', { input: 'a.test\nb.test c.test\n' })
    expect(read(house.path('a.test+3.pem')).subjectAltName).toBe(
      'DNS:a.test, DNS:b.test, DNS:c.test, DNS:last.test',
    )
    expect(house.run('-', { input: ' \n' })).toMatchObject({
      status: 2,
      err: expect.stringMatching(/give a name/),
    })
  })

  test('--days, --not-after, --subject, --key, --profile', () => {
    const house = household()
    house.ok('a.test', '--days', '7', '--subject', 'O=Shop,CN=a.test', '--key', 'p-384')
    const cert = read(house.path('a.test.pem'))
    expect(Date.parse(cert.validTo) - Date.parse(cert.validFrom)).toBe(7 * 86_400_000)
    expect(cert.subject).toBe('O=Shop\nCN=a.test')
    expect(cert.publicKey.asymmetricKeyDetails.namedCurve).toBe('secp384r1')
    house.ok('b.test', '--not-after', '2030-01-31T12:00:00Z', '--profile', 'client')
    const other = read(house.path('b.test.pem'))
    expect(new Date(other.validTo).toISOString()).toBe('2030-01-31T12:00:00.000Z')
    expect(other.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
  })

  test.each([
    [{ 'package.json': '{"devDependencies":{"vite":"5"}}' }, /For Vite:\n {2}server: \{ https:/],
    [{ 'package.json': 'no JSON' }, /For Node\.js:/],
    [{}, /For nginx, for example:/],
  ])('what to do next, for the server in use: %j', (files, line) => {
    const house = household()
    for (const [name, data] of Object.entries(files)) house.write(name, data)
    expect(house.ok('s.test').out).toMatch(line)
  })
})

describe('a disk that is full, a folder that is closed', () => {
  /** A folder on a file system of 16 kB, of which `left` are free, in a namespace of its own. */
  function onTinyDisk(house, left, args) {
    const disk = house.path('disk')
    fs.mkdirSync(disk, { recursive: true })
    const script = `mount -t tmpfs -o size=16k none "$1" && cd "$1" && shift &&
      dd if=/dev/zero of=filler bs=1k count=$((16 - $1)) status=none && shift
      "$@"; status=$?; ls -A >&2; exit $status`
    const rights = process.getuid() === 0 ? ['-m'] : ['-rm']
    return run(
      'unshare',
      [...rights, 'sh', '-c', script, 'sh', disk, String(left), process.execPath, program, ...args],
      { env: house.env, fails: true },
    )
  }

  test('a full disk: a sentence, and nothing half-written', () => {
    const house = household()
    house.ok('warm.test')
    const { status, out, err } = onTinyDisk(house, 4, ['full.test'])
    expect({ status, out, err }).toEqual({
      status: 3,
      out: '',
      err: expect.stringMatching(/^certmint: full\.test\S*: the disk is full\nfiller\n$/),
    })
  })

  test('an authority for which there is no room', () => {
    const house = household()
    const { status, err } = onTinyDisk(house, 0, ['full.test', '--ca-root', 'ca'])
    expect({ status, err }).toEqual({
      status: 3,
      err: expect.stringMatching(/^certmint: \S+: the disk is full\n(ca\n)?filler\n$/),
    })
  })

  test('a folder that one may not write to', () => {
    const house = household()
    house.write('file', '')
    expect(house.run('a.test', '--ca-root', 'file/ca')).toMatchObject({
      status: 3,
      err: expect.stringMatching(/^certmint: file.*: a part of the path is not a folder\n$/),
    })
    expect(house.run('a.test', '--ca-root', '/proc/nowhere')).toMatchObject({
      status: 3,
      err: expect.stringMatching(/^certmint: \/proc\/nowhere: [^\n]+\n$/),
    })
    expect(house.list()).toEqual(['file'])
  })
})
