/** The plugin for Vite without Vite: what it is given, what it refuses, and its folder. */

import fs from 'node:fs'
import path from 'node:path'

import { jest } from '@jest/globals'

import { readCertificate } from '../../js/index.js'
import certmint from '../../js/vite.js'
import { scratch } from '../support/tools.js'

const files = scratch()

beforeEach(() => jest.spyOn(console, 'info').mockImplementation(() => {}))
afterEach(() => jest.restoreAllMocks())

const namesFor = async (config, options) => {
  const { server, preview } = await certmint({ folder: files.path('ca'), ...options }).config(
    config,
  )
  expect(preview).toEqual(server)
  return (await readCertificate(server.https.cert)).san
}

const local = ['DNS:localhost', 'DNS:*.localhost', 'IP:127.0.0.1', 'IP:::1']

test('names: localhost, and where the server listens', async () => {
  expect(await namesFor({})).toEqual(local)
  expect(await namesFor({ server: { host: 'shop.test' } })).toEqual([...local, 'DNS:shop.test'])
  expect(await namesFor({ server: {}, preview: { host: '10.1.2.3' } })).toEqual([
    ...local,
    'IP:10.1.2.3',
  ])
  expect(await namesFor({}, { hosts: 'a.test' })).toEqual(['DNS:a.test'])
  expect(await namesFor({ server: { host: true } })).toEqual(expect.arrayContaining(local))
})

test.each([
  [{ host: ['a.test'] }, 'host: is not an option; did you mean "hosts"?'],
  [{ folder: 5 }, 'folder: must be the path of a folder'],
  [5, 'options: must be an object'],
])('%j is refused', (options, message) => {
  expect(() => certmint(options)).toThrow(message)
})

test('a host that is not for development', async () => {
  await expect(namesFor({}, { hosts: ['example.com'] })).rejects.toMatchObject({
    name: 'CertmintError',
    field: expect.stringContaining('san'),
  })
})

test('many at the same time agree on one authority, and leave nothing beside it', async () => {
  const folder = files.path('deep/race')
  const plugins = Array.from({ length: 5 }, () => certmint({ folder }).config({}))
  const certificates = await Promise.all(
    (await Promise.all(plugins)).map(({ server }) => readCertificate(server.https.cert)),
  )
  const root = await readCertificate(fs.readFileSync(path.join(folder, 'rootCA.pem')))
  for (const cert of certificates) expect(cert.issuer).toBe(root.subject)
  expect(fs.readdirSync(path.dirname(folder))).toEqual(['race'])
})

test('a folder with other files in it', async () => {
  const folder = files.path('other')
  fs.mkdirSync(folder)
  fs.writeFileSync(path.join(folder, 'x'), '')
  await expect(certmint({ folder }).config({})).rejects.toThrow(
    `folder: ${folder} has no rootCA.pem and rootCA-key.pem`,
  )
  expect(fs.readdirSync(folder)).toEqual(['x'])
})
