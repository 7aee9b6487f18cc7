// Puts the npm package together in dist/npm: what `npm pack` takes (prepack), and nothing else of js/.
//
// Everything is there twice, as ES modules and as CommonJS, on one copy of certmint.wasm: payload.js.

import fs from 'node:fs'
import { createRequire } from 'node:module'
import { deflateRawSync } from 'node:zlib'
import { buildWasm } from './build.mjs'
import { at, isMain, main, say } from './lib.mjs'
import { installModules, setup } from './setup.mjs'

const out = (...parts) => at('dist', 'npm', ...parts)

/** What can be imported: js/<name>.js as certmint/<name>. */
const entries = ['index', 'sync', 'selfsigned', 'vite', 'wasm']

/** Those that edge runtimes get in a form that compiles while it is loaded. */
const edge = ['index', 'sync', 'selfsigned']

const PAYLOAD = { before: 'export default"', after: '";\n' }

function writePayload() {
  const wasm = fs.readFileSync(at('dist', 'certmint.wasm'))
  const text = deflateRawSync(wasm, { level: 9, memLevel: 9 }).toString('base64')
  fs.writeFileSync(out('payload.js'), `${PAYLOAD.before}${text}${PAYLOAD.after}`)
}

/** CommonJS cannot import payload.js; it reads the text out of it. */
const payloadOfCommonJS = `
  import fs from 'node:fs'
import { createRequire } from 'node:module'
  export default fs.readFileSync(new URL('./payload.js', import.meta.url), 'latin1')
    .slice(${PAYLOAD.before.length}, -${PAYLOAD.after.length})
`

/** In the place of js/version.js. */
function versionAsModule() {
  const { version } = JSON.parse(fs.readFileSync(at('package.json'), 'utf8'))
  return `export const version = () => ${JSON.stringify(version)}`
}

/** Puts scripts/package/source.js in the place of js/source.js. */
const packaged = (format) => ({
  name: 'certmint',
  setup(builder) {
    builder.onResolve({ filter: /\/source\.js$/ }, () => ({
      path: at('scripts', 'package', 'source.js'),
      sideEffects: false,
    }))
    builder.onResolve({ filter: /\/version\.js$/ }, () => ({
      path: 'version',
      namespace: 'certmint',
      sideEffects: false,
    }))
    builder.onResolve({ filter: /\/payload\.js$/ }, () =>
      format === 'esm'
        ? { path: './payload.js', external: true, sideEffects: false }
        : { path: 'payload', namespace: 'certmint' },
    )
    builder.onLoad({ filter: /.*/, namespace: 'certmint' }, ({ path: name }) => ({
      contents: name === 'version' ? versionAsModule() : payloadOfCommonJS,
      resolveDir: at('scripts'),
    }))
  },
})

const common = () => ({
  bundle: true,
  platform: /** @type {const} */ ('neutral'),
  mainFields: ['module', 'main'],
  target: 'es2022',
  external: ['node:*'],
  minify: true,
  legalComments: /** @type {const} */ ('none'),
  define: { WASM_SIZE: String(fs.statSync(at('dist', 'certmint.wasm')).size) },
})

const modules = () => ({
  ...common(),
  format: 'esm',
  outdir: out(),
  splitting: true,
  chunkNames: 'chunk-[hash]',
  entryPoints: [
    ...[...entries, 'worker', 'cli'].map((name) => at('js', `${name}.js`)),
    at('js', 'cli', 'batch', 'batch_worker.js'),
    at('scripts', 'package', 'edge.js'),
  ],
  entryNames: '[name]',
  plugins: [packaged('esm')],
})

/** One file for all of CommonJS, so that its entries share one instance. */
const commonJS = () => ({
  ...common(),
  platform: 'node',
  format: 'cjs',
  stdin: {
    contents: entries.map((name) => `export * as ${name} from './${name}.js'`).join('\n'),
    resolveDir: at('js'),
  },
  outfile: out('all.cjs'),
  define: { ...common().define, 'import.meta.url': 'here' },
  banner: { js: 'const here=require("node:url").pathToFileURL(__filename).href;' },
  plugins: [packaged('cjs')],
})

/** The files that only point to others. In CommonJS name by name, for those who read without running. */
function writeEntries() {
  const write = (file, text) => fs.writeFileSync(out(file), `${text}\n`)
  const all = createRequire(import.meta.url)(out('all.cjs'))
  for (const name of entries) {
    const exported = Object.keys(all[name]).map((one) => `exports.${one}=all.${one};`)
    write(
      `${name}.cjs`,
      'Object.defineProperty(exports,"__esModule",{value:true});' +
        `const all=require("./all.cjs").${name};${exported.join('')}`,
    )
  }
  for (const name of edge) {
    const main = 'default' in all[name] ? `export{default}from"./${name}.js";` : ''
    write(`edge-${name}.js`, `import"./edge.js";export*from"./${name}.js";${main}`)
  }
}

/** Types: each declared once, for CommonJS, which ES modules may import too. */
function writeTypes() {
  for (const name of entries) {
    const text = fs.readFileSync(at('js', `${name}.d.ts`), 'utf8')
    if (/^export default/m.test(text)) fs.writeFileSync(out(`${name}.d.ts`), text)
    else fs.writeFileSync(out(`${name}.d.ts`), `export * from './${name}.cjs'\n`)
    fs.writeFileSync(out(`${name}.d.cts`), text.replace(/'\.\/(\w+)\.js'/g, "'./$1.cjs'"))
  }
}

/** dist/npm, from js/ and dist/certmint.wasm. */
export async function pack() {
  const { build } = await import('esbuild')
  fs.rmSync(out(), { recursive: true, force: true })
  fs.mkdirSync(out(), { recursive: true })
  writePayload()
  await build(modules())
  await build(commonJS())
  writeEntries()
  writeTypes()
  fs.chmodSync(out('cli.js'), 0o755)
  const sizes = fs.readdirSync(out()).map((name) => fs.statSync(out(name)).size)
  say(`dist/npm: ${Math.round(sizes.reduce((a, b) => a + b) / 1000)} KB in ${sizes.length} files`)
}

if (isMain(import.meta)) {
  await main(async () => {
    await setup('build')
    await installModules()
    await buildWasm()
    await pack()
  })
}
