/** Files: written whole or not at all, never over another unasked, the key for its owner alone. */

import { spawnSync } from 'node:child_process'
import fs from 'node:fs'

import { program, start, workplace } from '../support/cli.js'

const inode = (file) => fs.statSync(file).ino

describe('what is there already', () => {
  test('a key: neither file is touched', () => {
    const place = workplace()
    place.write('a.test-key.pem', 'precious\n')
    const { status, err } = place.run('self-signed', 'a.test')
    expect(status).toBe(3)
    expect(err).toBe('certmint: a.test-key.pem exists already; --force replaces it\n')
    expect(place.list()).toEqual(['a.test-key.pem'])
    expect(place.text('a.test-key.pem')).toBe('precious\n')
  })

  test('a certificate: no key either', () => {
    const place = workplace()
    place.write('a.test.pem', 'precious\n')
    expect(place.run('self-signed', 'a.test').status).toBe(3)
    expect(place.list()).toEqual(['a.test.pem'])
  })

  test('--force replaces both, and tightens the mode of a key', () => {
    const place = workplace()
    fs.chmodSync(place.write('a.test-key.pem', 'old\n'), 0o644)
    place.write('a.test.pem', 'old\n')
    place.ok('self-signed', 'a.test', '--force')
    expect(place.text('a.test.pem')).toMatch(/^-----BEGIN CERTIFICATE/)
    expect(place.text('a.test-key.pem')).toMatch(/^-----BEGIN PRIVATE KEY/)
    expect(place.mode('a.test-key.pem')).toBe(0o600)
    expect(place.list()).toEqual(['a.test-key.pem', 'a.test.pem'])
  })

  test('a link is followed, not replaced', () => {
    const place = workplace()
    place.write('real.pem', 'old\n')
    fs.symlinkSync('real.pem', place.path('link.pem'))
    place.ok('key', '--out', 'link.pem', '--force')
    expect(fs.readlinkSync(place.path('link.pem'))).toBe('real.pem')
    expect(place.text('real.pem')).toMatch(/^-----BEGIN PRIVATE KEY/)
  })

  test('a link that leads nowhere is not written through', () => {
    const place = workplace()
    fs.symlinkSync('nowhere/else.pem', place.path('link.pem'))
    expect(place.run('key', '--out', 'link.pem').status).toBe(3)
    expect(place.list()).toEqual(['link.pem'])
  })

  test.each(['ca', 'issue', 'csr', 'sign', 'key', 'fixtures'])('%s overwrites nothing', (name) => {
    const place = workplace()
    place.ok('ca')
    place.ok('csr', 'a.test', '--out', 'a.csr')
    const args = {
      ca: [],
      issue: ['b.test'],
      csr: ['b.test'],
      sign: ['a.csr'],
      key: [],
      fixtures: [],
    }[name]
    if (name !== 'ca') place.ok(name, ...args)
    const before = place.list()
    const { status, err } = place.run(name, ...args)
    expect(status).toBe(3)
    expect(err).toMatch(/exists already; --force replaces it\n$/)
    expect(place.list()).toEqual(before)
    place.ok(name, ...args, '--force')
    expect(place.list()).toEqual(before)
  })

  test('two at the same time: one wins whole', async () => {
    const place = workplace()
    const runs = [1, 2, 3].map(() => start(place.folder, ['self-signed', 'a.test']).ended)
    const statuses = (await Promise.all(runs)).map(({ status }) => status)
    expect(statuses.sort()).toEqual([0, 3, 3])
    expect(place.list()).toEqual(['a.test-key.pem', 'a.test.pem'])
  })
})

describe('places where nothing can be written', () => {
  const place = workplace()
  const refused = (args, sentence) => {
    const before = place.list()
    const { status, out, err } = place.run(...args)
    expect({ status, out, err }).toEqual({
      status: 3,
      out: '',
      err: expect.stringMatching(sentence),
    })
    expect(err).toMatch(/^certmint: [^\n]+\n$/)
    expect(place.list()).toEqual(before)
  }

  test('a folder that is missing', () => {
    refused(['key', '--out', 'no/where/key.pem'], /no\/where: there is no such file or folder/)
    refused(
      ['self-signed', 'a.test', '--out', 'a.pem', '--key-out', 'no/key.pem'],
      /no: there is no such file or folder/,
    )
  })

  test('a folder where a file should be', () => {
    fs.mkdirSync(place.path('folder'))
    refused(['key', '--out', 'folder'], /folder: this is a folder, not a file/)
    refused(['key', '--out', 'folder', '--force'], /folder: this is a folder, not a file/)
    refused(['self-signed', 'a.test', '--key-out', 'folder'], /folder: this is a folder/)
    refused(['issue', 'a.test', '--ca', 'folder'], /folder: this is a folder/)
    expect(fs.readdirSync(place.path('folder'))).toEqual([])
  })

  test('a file where a folder should be', () => {
    place.write('file', '')
    refused(['key', '--out', 'file/key.pem'], /a part of the path is not a folder/)
    refused(['fixtures', 'file/x'], /file.*not a folder/)
  })

  test('a full disk: a device that is one', () => {
    refused(['key', '--out', '/dev/full'], /\/dev\/full: the disk is full/)
    refused(['key', '--out', '/dev/full', '--force'], /\/dev\/full: the disk is full/)
    // the key, which would have had room, is not written without its certificate
    refused(['self-signed', 'a.test', '--out', '/dev/full'], /\/dev\/full: the disk is full/)
    expect(fs.statSync('/dev/full').isCharacterDevice()).toBe(true)
  })

  test('a full disk: files that cannot grow', () => {
    const before = place.list()
    const { status, stderr } = spawnSync(
      'bash',
      ['-c', 'ulimit -f 0; exec "$@"', 'bash', process.execPath, program, 'self-signed', 'a.test'],
      { cwd: place.folder, encoding: 'utf8' },
    )
    expect(stderr).toMatch(/^certmint: a\.test\.pem: the file would be larger than is allowed\n$/)
    expect(status).toBe(3)
    expect(place.list()).toEqual(before)
  })

  test('a name that is too long', () => {
    refused(['key', '--out', `${'x'.repeat(300)}.pem`], /the file name is too long/)
  })

  test('a folder that one may not write to', () => {
    if (process.getuid() !== 0) {
      fs.mkdirSync(place.path('closed'), { mode: 0o500 })
      return refused(['key', '--out', 'closed/key.pem'], /closed: permission denied/)
    }
    // root may write everywhere, so somebody else tries
    const folder = fs.mkdtempSync(`${place.folder}-closed-`)
    fs.chmodSync(folder, 0o755)
    process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }))
    const { status, stderr } = spawnSync(
      process.execPath,
      [program, 'key', '--out', `${folder}/key.pem`],
      { cwd: '/', uid: 65534, gid: 65534, encoding: 'utf8' },
    )
    expect(stderr).toBe(`certmint: ${folder}: permission denied\n`)
    expect(status).toBe(3)
    expect(fs.readdirSync(folder)).toEqual([])
  })
})

describe('places of other kinds', () => {
  const place = workplace()

  test('one file for both: certificate, then key, for the owner alone', () => {
    place.ok('self-signed', 'a.test', '--out', 'both.pem', '--key-out', 'both.pem')
    expect(place.list()).toEqual(['both.pem'])
    expect(place.mode('both.pem')).toBe(0o600)
    expect(place.text('both.pem')).toMatch(/^-----BEGIN CERTIFICATE[\s\S]+BEGIN PRIVATE KEY/)
  })

  test('pipes', () => {
    const line =
      '"$0" "$1" self-signed a.test --quiet --out >(cat > cert) --key-out >(cat > key); wait'
    const shell = ['-c', `${line}; sleep 0.2`, process.execPath, program]
    const { status, stderr } = spawnSync('bash', shell, { cwd: place.folder, encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(place.text('cert')).toMatch(/^-----BEGIN CERTIFICATE/)
    expect(place.text('key')).toMatch(/^-----BEGIN PRIVATE KEY/)
  })

  test('a reader that leaves early', () => {
    const shell = [
      '-c',
      '"$0" "$1" self-signed a.test --out - --key-out - | true',
      process.execPath,
      program,
    ]
    const { stderr } = spawnSync('bash', shell, { cwd: place.folder, encoding: 'utf8' })
    expect(stderr).not.toMatch(/defect|at .*\.js/)
  })

  test('standard input', () => {
    place.ok('ca')
    const csr = place.ok('csr', 'in.test', '--out', '-', '--key-out', 'in-key.pem', '--quiet').out
    place.ok('sign', '-', '--out', 'in.pem', { input: csr })
    expect(place.text('in.pem')).toMatch(/^-----BEGIN CERTIFICATE/)
    const checked = place.ok('csr', '--check', '/dev/stdin', { input: csr })
    expect(checked.out).toMatch(/signature +ecdsa-sha256, right/)
  })

  test('names make file names that are harmless', () => {
    for (const [names, file] of [
      [['*.wild.test'], '_wildcard.wild.test'],
      [['::1'], '__1'],
      [['dns:plain.test', 'b.test'], 'plain.test+1'],
      [['https://x.test/a/../b'], 'https___x.test_a_.._b'],
      [['bücher.test'], 'bücher.test'],
      [
        [`${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.test`],
        `${'a'.repeat(60)}.${'b'.repeat(39)}`,
      ],
    ]) {
      place.ok('self-signed', ...names, '--subject', 'CN=x')
      expect(place.list()).toEqual(expect.arrayContaining([`${file}.pem`, `${file}-key.pem`]))
    }
  })

  test('a file that is replaced is replaced whole: who has it open keeps the old one', () => {
    place.ok('key', '--out', 'kept.pem')
    const open = fs.openSync(place.path('kept.pem'))
    const [before, number] = [place.text('kept.pem'), inode(place.path('kept.pem'))]
    place.ok('key', '--out', 'kept.pem', '--force')
    expect(fs.readFileSync(open, 'utf8')).toBe(before)
    expect(inode(place.path('kept.pem'))).not.toBe(number)
    fs.closeSync(open)
  })
})
