/** certmint batch: many certificates in one command; killed at any moment it goes on, nothing lost. */

import { X509Certificate, createPrivateKey } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

import { onTerminal, start, workplace } from '../support/cli.js'
import { run } from '../support/tools.js'

/** A folder with an authority and a CSV file of so many devices. */
function factory(count) {
  const place = workplace()
  place.ok('ca', '--subject', 'CN=Factory')
  const rows = Array.from(
    { length: count },
    (_, i) => `device-${i},device-${i}.iot.test 10.0.0.1,90`,
  )
  place.write('devices.csv', `name,san,days\n${rows.join('\n')}\n`)
  return place
}

const FLAGS = ['--ca', 'ca.pem', '--ca-key', 'ca-key.pem']
const batch = ['batch', 'devices.csv', '--profile', 'client', ...FLAGS]

/** Every device has one certificate and its key, and one line; nothing else lies about. */
function expectWhole(place, count) {
  const files = fs.readdirSync(place.path('devices')).sort()
  const devices = Array.from({ length: count }, (_, i) => `device-${i}`)
  const wanted = devices.flatMap((name) => [`${name}.pem`, `${name}-key.pem`])
  expect(files).toEqual([...wanted, 'issued.csv'].sort())
  const [header, ...lines] = place.text('devices/issued.csv').trimEnd().split('\n')
  expect(header).toBe('name,serial,sha256,not-after,row')
  const entries = new Map(lines.map((line) => [line.split(',')[0], line.split(',')]))
  expect(lines).toHaveLength(count)
  expect(entries.size).toBe(count)
  const serials = new Set()
  for (const name of devices) {
    const cert = new X509Certificate(fs.readFileSync(place.path(`devices/${name}.pem`)))
    const key = createPrivateKey(fs.readFileSync(place.path(`devices/${name}-key.pem`)))
    expect(cert.checkPrivateKey(key)).toBe(true)
    expect(cert.subjectAltName).toBe(`DNS:${name}.iot.test, IP Address:10.0.0.1`)
    const [, serial, sha256] = entries.get(name)
    expect(cert.serialNumber.replace(/^0+/, '').toLowerCase()).toBe(serial.replace(/^0+/, ''))
    expect(cert.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(sha256)
    serials.add(serial)
  }
  expect(serials.size).toBe(count)
}

test('a file, a key and a line for every row; again, nothing is made', () => {
  const place = factory(60)
  const { out, err } = place.ok(...batch)
  expect(err).toBe('')
  expect(out).toMatch(/made +60 of 60/)
  expectWhole(place, 60)
  expect(place.mode('devices/device-7-key.pem')).toBe(0o600)
  expect(place.mode('devices/device-7.pem')).toBe(0o644)
  const all = fs.readdirSync(place.path('devices')).filter((name) => /-\d+\.pem$/.test(name))
  run('openssl', [
    ...['verify', '-CAfile', place.path('ca.pem'), '-purpose', 'sslclient'],
    ...all.map((name) => place.path(`devices/${name}`)),
  ])
  const before = place.text('devices/issued.csv')
  expect(place.ok(...batch).out).toMatch(/made +0 of 60[^]+there before +60/)
  expect(place.text('devices/issued.csv')).toBe(before)
})

test('killed at random moments, then run to its end: nothing lost, nothing doubled', async () => {
  const count = 400
  const place = factory(count)
  const folder = place.path('devices')
  const certificates = () =>
    fs.existsSync(folder)
      ? fs.readdirSync(folder).filter((name) => /^device-\d+\.pem$/.test(name)).length
      : 0
  let kills = 0
  const random = (most) => Math.floor(Math.random() * most)
  for (;;) {
    const { child, ended } = start(place.folder, batch)
    // somewhere in the next tenth of the work, or between two files
    const until = certificates() + 1 + random(count / 10)
    while (child.exitCode === null && certificates() < until) {
      await new Promise((resolve) => setTimeout(resolve, random(4)))
    }
    child.kill('SIGKILL')
    const { status } = await ended
    if (status === 0 || ++kills === 8) break
  }
  expect(kills).toBeGreaterThan(2)
  const made = certificates()
  // as a killed append, or a full disk, would leave it
  fs.appendFileSync(path.join(folder, 'issued.csv'), 'device-399,12ab')
  const report = JSON.parse(place.ok(...batch, '--json').out)
  expect(report).toMatchObject({ rows: count, faults: 0 })
  expect(report.made).toBeLessThanOrEqual(count - made)
  expectWhole(place, count)
})

test('Ctrl-C: what was begun is finished, the same command goes on', () => {
  const place = factory(1500)
  const { status, screen } = onTerminal(place.folder, batch, { when: ' to go', type: '\x03' })
  expect(status).toBe(3)
  expect(screen).toMatch(/█+░+ \d+ of 1500, [\d.]+ (s|min) to go/)
  const [, made] = /interrupted after (\d+) more; the same command goes on from there/.exec(screen)
  const files = fs.readdirSync(place.path('devices'))
  expect(files.filter((name) => /^device-\d+\.pem$/.test(name))).toHaveLength(Number(made))
  expect(files.filter((name) => name.startsWith('.'))).toEqual([])
  expect(place.text('devices/issued.csv').trimEnd().split('\n')).toHaveLength(Number(made) + 1)
})

test('two at once: one waits for the other, and finds its work done', async () => {
  const place = factory(100)
  const results = await Promise.all(
    [1, 2].map(() => start(place.folder, [...batch, '--json']).ended),
  )
  expect(results.map(({ status }) => status)).toEqual([0, 0])
  expect(results.map(({ out }) => JSON.parse(out).made).sort()).toEqual([0, 100])
  expectWhole(place, 100)
})

test('a row that is wrong does not hold up the others, and is said', () => {
  const place = factory(0)
  place.write(
    'devices.csv',
    'name,san,days,subject\r\ngood,a.test,9,"O=Doe\\, Ltd,CN=x"\r\nbad,not a host!,9,\r\nworse,b.test,0,\r\nlast,c.test,,\r\n',
  )
  const { status, out, err } = place.run(...batch)
  expect(status).toBe(3)
  expect(err).toMatch(
    /^certmint: line 3 \(bad\): name 3: "host!".*\ncertmint: line 4 \(worse\): days: .*\n$/,
  )
  expect(out).toMatch(/made +2 of 4[^]+not made +2/)
  const good = new X509Certificate(fs.readFileSync(place.path('devices/good.pem')))
  expect(good.subject).toBe('O=Doe\\, Ltd\nCN=x')
  // put right, they are made; the others stay
  const before = place.text('devices/good.pem')
  place.write(
    'devices.csv',
    'name,san,days,subject\ngood,a.test,9,"O=Doe\\, Ltd,CN=x"\nbad,host.test,9,\nworse,b.test,3,\nlast,c.test,,\n',
  )
  expect(place.ok(...batch).out).toMatch(/made +2 of 4/)
  expect(place.text('devices/good.pem')).toBe(before)
})

test('a row that has changed, and files of others, are left alone', () => {
  const place = factory(2)
  fs.mkdirSync(place.path('devices'))
  place.write('devices/device-0.pem', 'mine\n')
  const first = place.run(...batch)
  expect(first).toMatchObject({
    status: 3,
    err: 'certmint: line 2 (device-0): devices/device-0.pem exists already, and is not of this batch\n',
  })
  expect(place.text('devices/device-0.pem')).toBe('mine\n')
  const again = place.run(...batch, '--hash', 'sha384')
  expect(again.status).toBe(3)
  expect(again.err).toMatch(/line 3 \(device-1\): was issued from another row or other flags/)
})

test('JSON: a list, or an object a line; templates as the interface takes them', () => {
  const place = factory(0)
  const rows = [
    { name: 'web', san: ['web.test', { ip: '10.0.0.2' }], key: 'p-384' },
    { san: ['*.wild.test'], extensions: { keyUsage: ['digitalSignature', 'keyAgreement'] } },
    { name: 'Jane Doe', san: false, profile: 'client' },
  ]
  place.write('list.json', JSON.stringify(rows))
  place.write('lines.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  place.ok('batch', 'list.json', ...FLAGS)
  place.ok('batch', 'lines.jsonl', ...FLAGS, '--out', 'lines')
  for (const folder of ['list', 'lines']) {
    expect(fs.readdirSync(place.path(folder)).sort()).toEqual([
      ...['Jane Doe-key.pem', 'Jane Doe.pem', '_wildcard.wild.test-key.pem'],
      ...['_wildcard.wild.test.pem', 'issued.csv', 'web-key.pem', 'web.pem'],
    ])
    const jane = new X509Certificate(fs.readFileSync(place.path(`${folder}/Jane Doe.pem`)))
    expect([jane.subject, jane.subjectAltName]).toEqual(['CN=Jane Doe', undefined])
  }
})

test('standard input; --dry-run makes nothing', () => {
  const place = factory(3)
  expect(place.ok(...batch, '--dry-run').out).toMatch(/Would be made[^]+made +3 of 3/)
  expect(place.list()).toEqual(['ca-key.pem', 'ca.pem', 'devices.csv'])
  const input = place.text('devices.csv')
  expect(place.run('batch', '-', ...FLAGS, { input })).toMatchObject({ status: 2 })
  place.ok('batch', '-', '--out', 'devices', '--workers', '1', ...FLAGS, { input })
  expectWhole(place, 3)
})

describe('files that are wrong: a sentence with the place, and no folder', () => {
  const place = factory(1)
  test.each([
    ['an empty file', 'x.csv', '', /^certmint: x\.csv: is empty/],
    [
      'an unknown column',
      'x.csv',
      'name,sans\na,b\n',
      /the column "sans" is not known; did you mean "san"\?/,
    ],
    ['a column twice', 'x.csv', 'name,name\na,b\n', /the column "name" is there twice/],
    ['too many fields', 'x.csv', 'name\na,b\n', /line 2: has more fields/],
    ['a quote without end', 'x.csv', 'name\n"a\n', /line 2: a quoted field has no end/],
    ['text behind a quote', 'x.csv', 'name\n"a"b\n', /line 2: after a quoted field/],
    [
      'the same name twice',
      'x.csv',
      'name\na\nA\n',
      /line 3: the name "A" is that of line 2 already/,
    ],
    ['a name that is the key of another', 'x.csv', 'name\na\na-key\n', /line 3: the name "a-key"/],
    [
      'a name that leaves the folder',
      'x.csv',
      'name\n../a\n',
      /line 2: the name "\.\.\/a" makes no file name/,
    ],
    [
      'a name with a dot in front',
      'x.csv',
      'name\n.a\n',
      /line 2: the name "\.a" makes no file name/,
    ],
    ['no name', 'x.csv', 'name,days\n,3\n', /line 2: has no name/],
    ['days that are none', 'x.csv', 'name,days\na,x\n', /line 2: days: "x" is not a whole number/],
    ['no JSON', 'x.json', '[{]', /x\.json: is no JSON/],
    ['no object', 'x.json', '["a"]', /entry 1: is no object/],
    [
      'an issuer',
      'x.json',
      '[{"name": "a", "issuer": {}}]',
      /entry 1: issuer cannot stand in a batch/,
    ],
    ['only a header', 'x.csv', 'name\n', /x\.csv: has no rows/],
  ])('%s', (_, name, text, sentence) => {
    place.write(name, text)
    const { status, out, err } = place.run('batch', name, ...FLAGS)
    expect({ status, out }).toEqual({ status: 2, out: '' })
    expect(err).toMatch(/^certmint: [^\n]+\n$/)
    expect(err).toMatch(sentence)
    expect(fs.existsSync(place.path('x'))).toBe(false)
    fs.rmSync(place.path(name))
  })
})
