/** The programs in the documentation, run as they stand with the packed package. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'

import { reference } from '../../scripts/reference.mjs'
import { installed } from '../support/package.js'
import { root, run } from '../support/tools.js'

const pages = ['README.md', 'docs/recipes.md', 'docs/migration.md']

/** Blocks of one language: [page:line, text]; without those that a comment before excuses. */
function blocksOf(language) {
  return pages.flatMap((page) => {
    const text = fs.readFileSync(path.join(root, page), 'utf8')
    const blocks = text.matchAll(/^(<!-- not run[^>]*-->\n)?```(\w+)\n([\s\S]*?)^```$/gm)
    return [...blocks]
      .filter(([, excuse, name]) => name === language && !excuse)
      .map(({ index, 3: code }) => [`${page}:${text.slice(0, index).split('\n').length}`, code])
  })
}

let place

// Servers listen where there is room, are asked once, and let the program end.
const preload = `
import { Server } from 'node:net'
import https from 'node:https'
const { listen } = Server.prototype
Server.prototype.listen = function () {
  this.once('listening', () => {
    const { port } = this.address()
    const request = { host: '127.0.0.1', port, rejectUnauthorized: false, agent: false }
    https.get(request, (response) => {
      console.log('answered', response.statusCode)
      process.exit()
    })
  })
  const done = [...arguments].find((argument) => typeof argument === 'function')
  return listen.call(this, 0, '127.0.0.1', done)
}
`

/** Blocks that go on from an earlier one get what that one made. */
const before = {
  site: "const ca = await (await import('certmint')).createCA()\nconst site = await ca.issue({ san: 'a.test' })\n",
}

beforeAll(() => {
  place = installed()
  place.write('preload.mjs', preload)
  for (const name of ['express', 'fastify']) {
    fs.symlinkSync(path.join(root, 'node_modules', name), place.path(`node_modules/${name}`))
  }
})

test('docs/api.md is what the declarations say', () => {
  expect(fs.readFileSync(path.join(root, 'docs', 'api.md'), 'utf8')).toBe(reference())
})

test.each(blocksOf('js'))('%s', async (where, code) => {
  const continues = /\bsite\./.test(code) && !/const (site|\{.*site.*\}) =/.test(code)
  const isCommonJS = /\brequire\(|module\.exports/.test(code)
  const file = `${where.replace(/\W/g, '_')}.${isCommonJS ? 'cjs' : 'mjs'}`
  place.write(file, (continues ? before.site : '') + code)
  const child = spawn(process.execPath, ['--import', './preload.mjs', file], { cwd: place.folder })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text))
  const limit = setTimeout(() => child.kill('SIGKILL'), 30_000)
  const [status] = await once(child, 'close')
  clearTimeout(limit)
  expect([status, status === 0 ? '' : said]).toEqual([0, ''])
  if (/listen\(/.test(code)) expect(said).toMatch(/answered 200/)
})

test.each(
  blocksOf('sh').filter(([, code]) => /^(npx certmint [^\n]*(\\\n[^\n]*)*\n)+$/.test(code)),
)('%s, at a shell', (where, code) => {
  const folder = fs.mkdtempSync(place.path('sh-'))
  const programs = `${place.path('node_modules/.bin')}:${process.env.PATH}`
  // npx itself takes seconds
  run('sh', ['-ec', code.replaceAll('npx certmint', 'certmint')], {
    cwd: folder,
    env: { HOME: folder, CAROOT: '', XDG_DATA_HOME: '', PATH: programs },
  })
  expect(fs.readdirSync(folder).filter((name) => name.endsWith('.pem')).length).toBeGreaterThan(0)
})

test('all programs, types checked strictly, need no cast', () => {
  const programs = blocksOf('js')
    .filter(([, code]) => !/\brequire\(|module\.exports|'express'|'fastify'/.test(code))
    .map(([where, code]) => {
      const name = `typed_${where.replace(/\W/g, '_')}.mts`
      const continues = /\bsite\./.test(code) && !/const (site|\{.*site.*\}) =/.test(code)
      place.write(name, `${continues ? before.site : ''}${code}\nexport {}\n`)
      return name
    })
  expect(programs.length).toBeGreaterThan(10)
  const options = {
    ...{ strict: true, noEmit: true, target: 'es2022', module: 'nodenext', types: ['node'] },
    typeRoots: [path.join(root, 'node_modules', '@types')],
  }
  place.write('tsconfig.json', JSON.stringify({ compilerOptions: options, files: programs }))
  const tsc = path.join(root, 'node_modules', '.bin', 'tsc')
  expect(run(tsc, ['--project', place.folder], { fails: true }).out).toBe('')
})
