/** The package itself: what is in it, what it costs, what those who check packages say of it. */

import fs from 'node:fs'
import path from 'node:path'

import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

import { installed } from '../support/package.js'
import { root, run } from '../support/tools.js'

let place
let manifest

beforeAll(() => {
  place = installed()
  manifest = JSON.parse(fs.readFileSync(path.join(place.package, 'package.json'), 'utf8'))
})

test('needs nothing, runs nothing when it is installed, and is small', () => {
  for (const name of ['dependencies', 'optionalDependencies', 'peerDependencies']) {
    expect(manifest[name]).toBeUndefined()
  }
  for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) {
    expect(manifest.scripts[name]).toBeUndefined()
  }
  expect(fs.readdirSync(place.path('node_modules')).sort()).toEqual([
    '.bin',
    '.package-lock.json',
    'certmint',
  ])
  const outside = place.packed.files
    .map((file) => file.path)
    .filter((file) => !file.startsWith('dist/npm/'))
  expect(outside.sort()).toEqual(['LICENSE', 'NOTICE', 'README.md', 'package.json'])
  // two fifths of it is certmint.wasm, a quarter the command line
  expect(place.packed.unpackedSize).toBeLessThanOrEqual(470_000)
})

test('import and require lead to one instance', () => {
  place.write(
    'one.cjs',
    `(async () => {
      for (const name of ['certmint', 'certmint/sync', 'certmint/selfsigned', 'certmint/vite']) {
        const [common, modules] = [require(name), await import(name)]
        for (const one of Object.keys(modules)) console.log(one, common[one] === modules[one])
      }
    })()`,
  )
  const lines = run(process.execPath, ['one.cjs'], { cwd: place.folder }).out.trim().split('\n')
  expect(lines.length).toBeGreaterThan(40)
  expect(lines.filter((line) => !line.endsWith(' true'))).toEqual([])
})

test('publint has nothing to say', async () => {
  const { messages, pkg } = await publint({ pkgDir: place.package, strict: true })
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
})

test('Are The Types Wrong? has nothing to say', async () => {
  const checked = createPackageFromTarballData(new Uint8Array(fs.readFileSync(place.tarball)))
  const { problems, entrypoints } = await checkPackage(checked)
  expect(problems).toEqual([])
  expect(Object.keys(entrypoints)).toEqual(Object.keys(manifest.exports))
})

test('everything that is exported is declared, and the other way round', async () => {
  const names = ['index', 'sync', 'selfsigned', 'vite', 'wasm']
  for (const name of names) {
    const entry = name === 'index' ? 'certmint' : `certmint/${name}`
    place.write(
      'names.mjs',
      `import * as all from '${entry}'; console.log(Object.keys(all).join())`,
    )
    place.write('names.cjs', `console.log(Object.keys(require('${entry}')).join())`)
    const [modules, common] = ['names.mjs', 'names.cjs'].map((file) =>
      run(process.execPath, [file], { cwd: place.folder }).out.trim().split(',').sort(),
    )
    expect(common).toEqual(modules)
    const text = fs.readFileSync(path.join(root, 'js', `${name}.d.ts`), 'utf8')
    const declared = [...text.matchAll(/^export (?:function|class|const) (\w+)/gm)].map(
      ([, word]) => word,
    )
    for (const [, list] of text.matchAll(/^export \{([^}]*)\}/gm)) {
      declared.push(...list.split(',').map((word) => word.trim()))
    }
    if (/^export default/m.test(text)) declared.push('default')
    expect([name, modules]).toEqual([name, [...new Set(declared.filter(Boolean))].sort()])
  }
})

const programs = {
  'main.mts': `
    import https from 'node:https'
    import { createCA, selfSigned, type Certificate } from 'certmint'
    import { generate } from 'certmint/selfsigned'
    import certmint from 'certmint/vite'
    import * as sync from 'certmint/sync'
    import { wasmBytes } from 'certmint/wasm'

    const { cert, key } = await selfSigned(['localhost'], { days: 30 })
    https.createServer({ cert: cert.pem, key: key.pem })
    const ca = await createCA({ subject: { CN: 'Root' }, nameConstraints: { permitted: ['.test'] } })
    const chain: Certificate[] = (await ca.issue({ san: ['a.test'] })).chain
    const other: sync.CertificateAuthority = sync.createCA()
    const pems: { private: string } = await generate(null, { days: 1 })
    const atOnce: string = generate().cert
    const bytes: Uint8Array = wasmBytes()
    const plugin: 'certmint' = certmint({ hosts: 'a.test' }).name
    console.log(chain, other, pems, atOnce, bytes, plugin)
  `,
  'main.cts': `
    import certmint = require('certmint')
    import selfsigned = require('certmint/selfsigned')
    import sync = require('certmint/sync')

    const cert: Promise<certmint.Certificate> = certmint.createCertificate({ san: 'localhost' })
    selfsigned.generate(null, { keyType: 'ec' }, (error, pems) => console.log(error, pems.cert))
    const key: certmint.PrivateKey = sync.generateKey('p-256')
    console.log(cert, key)
  `,
}

test.each(['nodenext', 'bundler'])('types of programs, strictly, as %s resolves them', (how) => {
  const options = {
    ...{ strict: true, noEmit: true, exactOptionalPropertyTypes: true, skipLibCheck: false },
    ...{ target: 'es2022', lib: ['es2023', 'dom'], types: ['node'], moduleResolution: how },
    module: how === 'nodenext' ? 'nodenext' : 'esnext',
    typeRoots: [path.join(root, 'node_modules', '@types')],
  }
  const names = how === 'nodenext' ? ['main.mts', 'main.cts'] : ['main.mts']
  for (const name of names) place.write(name, programs[name])
  place.write('tsconfig.json', JSON.stringify({ compilerOptions: options, files: names }))
  const tsc = path.join(root, 'node_modules', '.bin', 'tsc')
  expect(run(tsc, ['--project', place.folder], { fails: true }).out).toBe('')
})
