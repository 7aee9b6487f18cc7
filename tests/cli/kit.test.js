/** certmint trust --kit: what others get is what their programs read, and never the key. */

import fs from 'node:fs'
import path from 'node:path'

import { startEcho } from '../support/echo.js'
import { workplace } from '../support/cli.js'
import { goEnv, python, root, run } from '../support/tools.js'

const place = workplace()
const CA = '<b>Dev & "Root"</b> $(id)'
const kit = (name) => place.path(path.join('kit', name))
const text = (name) => fs.readFileSync(kit(name), 'utf8')

beforeAll(() => {
  place.ok('localhost', '--ca-root', 'ca', '--ca-subject', `CN=${CA.replaceAll(/[<>"]/g, '\\$&')}`)
  place.ok('trust', 'ca/rootCA.pem', '--kit', 'kit')
})

test('its files: readable by everybody, the key nowhere', () => {
  const names = fs.readdirSync(place.path('kit')).sort()
  expect(names).toEqual([
    ...['certmint.mobileconfig', 'commands.txt', 'env.ps1', 'env.sh', 'index.html'],
    ...['java-truststore.p12', 'policies.json', 'rootCA.cer', 'rootCA.pem'],
  ])
  const key = place.text('ca/rootCA-key.pem').split('\n')[1]
  for (const name of names) {
    expect(fs.statSync(kit(name)).mode & 0o777).toBe(0o644)
    expect(text(name)).not.toMatch(/PRIVATE/)
    expect(text(name)).not.toContain(key)
  }
  expect(place.run('trust', 'ca/rootCA.pem', '--kit', 'kit')).toMatchObject({
    status: 3,
    err: expect.stringMatching(/exists already; --force replaces it/),
  })
})

test('the certificate as PEM, DER, profile and trust store is one and the same', () => {
  const pem = run('openssl', [
    'x509',
    '-in',
    kit('rootCA.pem'),
    '-noout',
    '-fingerprint',
    '-sha256',
  ])
  const der = run('openssl', [
    ...['x509', '-inform', 'DER', '-in', kit('rootCA.cer'), '-noout', '-fingerprint', '-sha256'],
  ])
  expect(der.out).toBe(pem.out)
  const script = `
import hashlib, json, plistlib, sys
profile = plistlib.load(open(sys.argv[1], 'rb'))
inner, = profile['PayloadContent']
print(json.dumps({
  'sha256': hashlib.sha256(inner['PayloadContent']).hexdigest(), 'type': inner['PayloadType'],
  'name': inner['PayloadDisplayName'], 'ids': [profile['PayloadUUID'], inner['PayloadUUID']]}))`
  const profile = JSON.parse(run(python, ['-c', script, kit('certmint.mobileconfig')]).out)
  const fingerprint = pem.out.split('=')[1].trim()
  expect(profile).toMatchObject({ type: 'com.apple.security.root', name: CA })
  expect(profile.sha256.toUpperCase()).toBe(fingerprint.replaceAll(':', ''))
  expect(new Set(profile.ids).size).toBe(2)
  const store = run('keytool', [
    ...['-list', '-keystore', kit('java-truststore.p12'), '-storepass', 'changeit'],
  ])
  expect(store.out).toContain(fingerprint)
  expect(store.out).toContain('trustedCertEntry')
})

test('made again it has the same identifiers', () => {
  const before = text('certmint.mobileconfig')
  place.ok('trust', 'ca/rootCA.pem', '--kit', 'kit', '--force')
  expect(text('certmint.mobileconfig')).toBe(before)
})

test('the name of the authority is harmless in the page, the policies and the commands', () => {
  expect(text('index.html')).not.toMatch(/<b>Dev/)
  expect(text('index.html')).toContain('&lt;b&gt;Dev &amp; &quot;Root&quot;&lt;/b&gt;')
  expect(JSON.parse(text('policies.json')).policies.Certificates.Install[0]).toMatch(
    /^certmint-\w+\.pem$/,
  )
  expect(text('commands.txt')).not.toContain('$(id)')
})

test('every command has its way back', () => {
  const parts = text('commands.txt').split(/^# /m).filter(Boolean)
  const systems = new Set(parts.map((part) => part.split(':')[0]))
  expect([...systems].join()).toMatch(
    /Debian.*Fedora.*Arch.*openSUSE.*Chromium.*macOS.*Windows.*Java/,
  )
  expect(parts).toHaveLength(systems.size * 2)
})

test('env.sh does what it says: Node, and with the other lines Python, curl, Go and Java', async () => {
  const at = (name) => place.path(name)
  const server = await startEcho([
    ...['--mode', 'http', '--cert', at('localhost.pem'), '--key', at('localhost-key.pem')],
  ])
  try {
    const url = `https://localhost:${server.port}/`
    run('javac', ['-d', place.folder, path.join(root, 'tests', 'support', 'TrustClient.java')])
    place.write(
      'get.go',
      `package main
import ("crypto/tls"; "fmt"; "os")
func main() {
  if _, err := tls.Dial("tcp", os.Args[1], nil); err != nil { fmt.Println(err) } else { fmt.Println("status 200") }
}`,
    )
    const all = text('env.sh').replaceAll(/^# export/gm, 'export')
    fs.writeFileSync(kit('all.sh'), all)
    const get = `require('https').get('${url}', (a) => { console.log('status', a.statusCode); a.destroy() })`
    const lines = [
      ['env.sh', `"${process.execPath}" -e "${get}"`],
      [
        'all.sh',
        `${python} -c "import urllib.request as u; print('status', u.urlopen('${url}').status)"`,
      ],
      ['all.sh', `curl -sS -o /dev/null -w 'status %{http_code}' ${url}`],
      ['all.sh', `go run get.go localhost:${server.port}`],
      ['all.sh', `java -XX:TieredStopAtLevel=1 TrustClient ${url} 2>/dev/null`],
    ]
    for (const [file, line] of lines) {
      const { out } = run('bash', ['-c', `. kit/${file}; ${line}`], {
        cwd: place.folder,
        env: goEnv,
      })
      expect(out).toMatch(/status 200/)
    }
  } finally {
    await server.stop()
  }
})
