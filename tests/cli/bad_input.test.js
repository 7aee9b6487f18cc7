/** Bad input: a sentence with the field, the value and the rule, the right status, and no file. */

import { commands, workplace } from '../support/cli.js'

const place = workplace()

/** One line on standard error, nothing on standard output, no file; returns the line. */
function refusal(args, status) {
  const before = place.list()
  const result = place.run(...args)
  expect(result).toMatchObject({ status, out: '' })
  expect(result.err).toMatch(/^certmint: [^\n]+\n$/)
  expect(place.list()).toEqual(before)
  return result.err.trim()
}

describe('self-signed', () => {
  const long = 'x'.repeat(65)
  test.each([
    ['an empty name', ['a.test', ''], /name 2: is empty/],
    ['an empty --san', ['a.test', '--san', ''], /name 2: is empty/],
    [
      'a CN of 65 bytes',
      ['a.test', '--subject', `CN=${long}`],
      /--subject: "CN" = "x+.*65.*at most 64/,
    ],
    ['the country USA', ['a.test', '--subject', 'C=USA'], /--subject: "C" = "USA".*two letters/],
    ['an unknown attribute', ['a.test', '--subject', 'XY=1'], /--subject: .*"XY"/],
    ['no attribute at all', ['a.test', '--subject', 'hello'], /--subject: .*hello/],
    [
      'notAfter before notBefore',
      ['a.test', '--not-before', '2030-01-02', '--not-after', '2030-01-01'],
      /--not-after: 2030-01-01T00:00:00Z is before --not-before, 2030-01-02T00:00:00Z/,
    ],
    [
      'the 30th of February',
      ['a.test', '--not-after', '2030-02-30'],
      /--not-after: "2030-02-30" is no date/,
    ],
    ['RSA with 1024 bits', ['a.test', '--key', 'rsa-1024'], /--key: RSA with 1024 bits.*too weak/],
    ['RSA with 2049 bits', ['a.test', '--key', 'rsa-2049'], /--key: RSA with 2049 bits.*2048/],
    ['an unknown key', ['a.test', '--key', 'dsa'], /--key: "dsa"/],
    ['an IP with five parts', ['1.2.3.4.5'], /name 1: "1\.2\.3\.4\.5".*four parts/],
    ['an IP that is none', ['ip:fe80::1::2'], /name 1: "fe80::1::2"/],
    ['a port', ['localhost:443'], /name 1: .*port/],
    ['an unfinished other name', ['other:1.2.3'], /other:OID:HEX/],
    ['no days', ['a.test', '--days', '0'], /--days: .*at least 1/],
    ['half a day', ['a.test', '--days', '0.5'], /--days: "0\.5" is not a whole number/],
    [
      'days and an end',
      ['a.test', '--days', '3', '--not-after', '2040-01-01'],
      /--days: .*not both/,
    ],
    ['MD5', ['a.test', '--hash', 'md5'], /--hash: "md5"/],
    ['SHA-1', ['a.test', '--hash', 'sha1'], /--hash: SHA-1.*--allow-weak/],
    ['PSS with an EC key', ['a.test', '--pss'], /RSA/],
    ['an unknown profile', ['a.test', '--profile', 'sever'], /--profile: "sever"/],
    ['an unknown key format', ['a.test', '--key-format', 'jwk'], /--key-format: "jwk"/],
    ['a serial of zero', ['a.test', '--serial', '00'], /--serial: .*positive/],
    ['a serial that is no number', ['a.test', '--serial', 'xyz'], /--serial: .*xyz/],
    ['a serial too long', ['a.test', '--serial', 'f'.repeat(42)], /--serial: .*20 octets/],
    ['an unknown usage', ['a.test', '--key-usage', 'digitalSignature,sign'], /--key-usage: "sign"/],
    [
      'an unknown purpose',
      ['a.test', '--extended-key-usage', 'web'],
      /--extended-key-usage: "web"/,
    ],
    [
      'unknown constraints',
      ['a.test', '--basic-constraints', 'CA:MAYBE'],
      /--basic-constraints: "CA:MAYBE"/,
    ],
    [
      'pathlen without CA',
      ['a.test', '--basic-constraints', 'CA:FALSE,pathlen:1'],
      /--basic-constraints: .*ca: true/,
    ],
    ['a policy that is no OID', ['a.test', '--policy', 'nice'], /--policy: "nice"/],
    ['an OID too short', ['a.test', '--extension', '1=0500'], /--extension: "1"/],
    [
      'an extension without a value',
      ['a.test', '--extension', '1.2.3'],
      /--extension: "1\.2\.3" is not OID=HEX/,
    ],
    ['a value that is not DER', ['a.test', '--extension', '1.2.3=0c05'], /--extension: /],
    [
      'a value that is not hexadecimal',
      ['a.test', '--extension', '1.2.3=xx'],
      /--extension: .*hexadecimal/,
    ],
    ['an OCSP responder that is no URI', ['a.test', '--ocsp', 'ocsp'], /--ocsp: "ocsp"/],
    [
      'a distribution point that is no URI',
      ['a.test', '--crl-distribution-point', 'x'],
      /--crl-distribution-point: "x"/,
    ],
    [
      'an identifier of its own choice',
      ['a.test', '--authority-key-identifier', 'aa'],
      /--authority-key-identifier: "aa"/,
    ],
    [
      'a critical bit of nothing',
      ['a.test', '--critical', 'keyUsag'],
      /--critical: "keyUsag" is none of/,
    ],
    [
      'no extensions and some',
      ['a.test', '--no-extensions', '--must-staple'],
      /--no-extensions leaves no room/,
    ],
    [
      'no extensions and a name',
      ['a.test', '--no-extensions', '--san', 'b.test'],
      /--no-extensions leaves no room for --san/,
    ],
    ['no name at all', [], /give a name/],
    [
      'a key made and taken',
      ['a.test', '--key', 'p-256', '--key-in', 'x'],
      /--key-in.*leave out --key/,
    ],
    [
      'WebTransport for 15 days',
      ['a.test', '--profile', 'webtransport', '--days', '15'],
      /--days: .*14 days/,
    ],
  ])('%s', (_, args, sentence) => {
    expect(refusal(['self-signed', ...args], 2)).toMatch(sentence)
  })

  test('a NUL in a name, which only a template can carry', () => {
    place.write('nul.json', JSON.stringify({ san: ['a\0b.test'] }))
    expect(refusal(['self-signed', '--template', 'nul.json'], 2)).toMatch(
      /nul\.json: san\[0\]: .*NUL/,
    )
    place.write('nul2.json', JSON.stringify({ subject: { CN: 'a\0b' } }))
    expect(refusal(['self-signed', 'a.test', '--template', 'nul2.json'], 2)).toMatch(/subject.*NUL/)
  })
})

describe('flags and commands', () => {
  test('an unknown flag suggests the right one', () => {
    expect(refusal(['self-signed', 'a.test', '--subjct', 'CN=x'], 2)).toMatch(
      /--subjct is no option of self-signed; did you mean --subject\?/,
    )
    expect(refusal(['issue', 'a.test', '--permit', '.test'], 2)).toMatch(/--permit is no option/)
    expect(refusal(['key', '-k', 'x'], 2)).toMatch(/-k is no option of key/)
  })

  test('a flag without its value, or with one it does not take', () => {
    expect(refusal(['self-signed', 'a.test', '--san'], 2)).toMatch(/--san lacks its value/)
    expect(refusal(['self-signed', 'a.test', '--san', '--json'], 2)).toMatch(/--san=VALUE/)
    expect(refusal(['self-signed', 'a.test', '--json=yes'], 2)).toMatch(/--json takes no value/)
  })

  test('an unknown command suggests the right one, or what to write for a host', () => {
    expect(refusal(['self-sgned'], 2)).toMatch(/did you mean "self-signed"\?/)
    expect(refusal(['self-sgned'], 2)).toMatch(/certmint mint self-sgned/)
    expect(refusal(['help', 'nothing'], 2)).toMatch(/"nothing" is no command/)
  })

  test.each(commands)('%s --help: what it does, every flag, examples that are its own', (name) => {
    const { out, err } = place.ok(name, '--help')
    expect(err).toBe('')
    expect(out).toMatch(new RegExp(`^certmint ${name}: \\w`))
    expect(out).toMatch(new RegExp(`\nUsage: certmint ${name} `))
    expect(out).toMatch(new RegExp(`\nExamples:\n  certmint ${name === 'mint' ? '' : name}`))
    for (const line of out.split('\n')) {
      if (/^ {4}| \\$|^ {2}certmint/.test(line)) continue
      expect(line.length).toBeLessThanOrEqual(100)
    }
    // every flag of the examples is one of those explained
    const flags = new Set((out.match(/^ {2}--[\w-]+/gm) ?? []).map((flag) => flag.trim()))
    for (const flag of out.slice(out.indexOf('Examples:')).match(/--[\w-]+/g) ?? []) {
      expect(flags).toContain(flag)
    }
    expect(place.ok('help', name).out).toBe(out)
  })

  test('certmint alone says what there is, the version its number', () => {
    const { out } = place.ok()
    for (const name of commands) expect(out).toMatch(new RegExp(`\n  ${name} +\\w`))
    expect(out).toMatch(/Exit status: 0 done, 1 the answer is no, 2 wrong usage, 3 failed/)
    expect(place.ok('--version').out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('template files', () => {
  test.each([
    ['no JSON', '{"san": ["a.test"', /is no JSON/],
    ['no object', '["a.test"]', /a template is a JSON object/],
    [
      'a member that it cannot have',
      '{"san": ["a.test"], "issuer": {}}',
      /issuer cannot stand in a template/,
    ],
    ['an unknown member', '{"san": ["a.test"], "dayz": 3}', /dayz: .*did you mean "days"/],
    ['a wrong type', '{"san": ["a.test"], "days": "three"}', /days: /],
    [
      'an unknown extension',
      '{"san": ["a.test"], "extensions": {"keyUsag": []}}',
      /extensions\.keyUsag/,
    ],
    [
      'a usage that is wrong',
      '{"san": ["a.test"], "extensions": {"keyUsage": ["x"]}}',
      /extensions\.keyUsage\[0\]: "x"/,
    ],
    ['extensions that are none', '{"san": ["a.test"], "extensions": 7}', /extensions: /],
  ])('%s', (_, text, sentence) => {
    place.write('template.json', text)
    const line = refusal(['self-signed', '--template', 'template.json'], 2)
    expect(line).toMatch(/^certmint: template\.json: /)
    expect(line).toMatch(sentence)
  })

  test('that is not there', () => {
    expect(refusal(['self-signed', '--template', 'none.json'], 3)).toMatch(
      /none\.json: there is no/,
    )
  })
})
