/**
 * What scanners find in the default settings: sslscan, and testssl.sh with the checks that are quick
 * (protocols, certificate, Heartbleed). `npm run soak` runs all of testssl.sh, with both kinds of
 * key, which takes minutes.
 */

import fs from 'node:fs'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { startEcho } from '../support/echo.js'
import { run, scratch } from '../support/tools.js'

const files = scratch()
const complete = Number(process.env.CERTMINT_SOAK) > 1

describe.each(['p-256', 'rsa-2048'])('default settings with %s', (type) => {
  let server
  beforeAll(async () => {
    server = await startEcho(['--key-type', type, '--quiet'])
  })
  afterAll(() => server.stop())

  test('sslscan: TLS 1.2 and 1.3 with strong suites, nothing else', () => {
    const file = files.path(`sslscan-${type}.xml`)
    run('sslscan', [`--xml=${file}`, '--no-colour', `127.0.0.1:${server.port}`])
    const xml = fs.readFileSync(file, 'utf8')
    const all = (tag) =>
      [...xml.matchAll(new RegExp(`<${tag} ([^>]*)>`, 'g'))].map(([, text]) =>
        Object.fromEntries([...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, k, v]) => [k, v])),
      )
    const spoken = all('protocol').filter(({ enabled }) => enabled === '1')
    expect(spoken.map(({ version }) => version).sort()).toEqual(['1.2', '1.3'])
    const ciphers = all('cipher')
    expect(ciphers.length).toBe(6)
    for (const cipher of ciphers) expect(['strong', 'acceptable']).toContain(cipher.strength)
    expect(all('heartbleed').map(({ vulnerable }) => vulnerable)).toEqual(['0', '0'])
    for (const { supported } of all('renegotiation')) expect(supported).toBe('0')
    for (const { supported } of all('compression')) expect(supported).toBe('0')
  })

  const tested = complete || type === 'p-256' ? test : undefined
  tested?.(
    'testssl.sh: no finding above "low"',
    async () => {
      const report = files.path(`testssl-${type}.json`)
      const args = [
        ...['--color', '0', '--warnings', 'off', '--quiet', '--jsonfile', report],
        ...['--add-ca', files.write(`${type}.pem`, server.ca)],
        ...(complete ? [] : ['-p', '-S', '-H']),
        `localhost:${server.port}`,
      ]
      // Its status is a number of findings; what counts is the report.
      await promisify(execFile)('testssl', args, { cwd: files.folder }).catch(() => {})
      const findings = JSON.parse(fs.readFileSync(report, 'utf8'))
      const bad = findings
        .filter(({ severity }) => ['MEDIUM', 'HIGH', 'CRITICAL'].includes(severity))
        // A certificate that was minted a moment ago has nobody who could revoke it.
        .filter(({ id }) => id !== 'cert_revocation')
      expect(bad).toEqual([])
      const ids = findings.map(({ id }) => id)
      expect(ids).toEqual(expect.arrayContaining(['TLS1_3', 'heartbleed', 'cert_chain_of_trust']))
      if (complete) expect(ids).toContain('ROBOT')
    },
    900_000,
  )
})
