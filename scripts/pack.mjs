// Puts the npm package together in dist/npm: what `npm pack` takes (prepack), and nothing else of js/.
//
// ES modules on one copy of certmint.wasm, payload.js; for CommonJS files that require them, so that
// both share one instance.

import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildWasm } from './build.mjs'
import { at, isMain, main, say } from './lib.mjs'
import { payload } from './package/payload.mjs'
import { installModules, setup } from './setup.mjs'

const out = (...parts) => at('dist', 'npm', ...parts)

/** What can be imported: js/<name>.js as certmint/<name>. */
const entries = ['index', 'sync', 'selfsigned', 'vite', 'wasm']

/** Those that edge runtimes get in a form that compiles while it is loaded. */
const edge = ['index', 'sync', 'selfsigned']

/** In the place of js/version.js. */
function versionAsModule() {
  const { version } = JSON.parse(fs.readFileSync(at('package.json'), 'utf8'))
  return `export const version = () => ${JSON.stringify(version)}`
}

/** Puts scripts/package/source.js in the place of js/source.js, and the command line into one module. */
const packaged = {
  name: 'certmint',
  setup(builder) {
    const inItsPlace = (filter, found) => {
      builder.onResolve({ filter }, () => ({ sideEffects: false, ...found }))
    }
    inItsPlace(/\/source\.js$/, { path: at('scripts', 'package', 'source.js') })
    inItsPlace(/\/payload\.js$/, { path: './payload.js', external: true })
    inItsPlace(/\/version\.js$/, { path: 'version', namespace: 'certmint' })
    builder.onLoad({ filter: /^version$/, namespace: 'certmint' }, () => ({
      contents: versionAsModule(),
    }))
    builder.onLoad({ filter: /[\\/]js[\\/]cli[\\/]main\.js$/ }, async ({ path: file }) => ({
      contents: await commandLine(file),
      resolveDir: path.dirname(file),
    }))
  },
}

const common = {
  bundle: true,
  platform: /** @type {const} */ ('neutral'),
  mainFields: ['module', 'main'],
  target: 'es2022',
  external: ['node:*'],
  minify: true,
  legalComments: /** @type {const} */ ('none'),
  format: /** @type {const} */ ('esm'),
}

/** All that js/cli/main.js leads to within js/cli, as one module: a command takes a dozen of its files. */
async function commandLine(main) {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    ...common,
    entryPoints: [main],
    write: false,
    plugins: [
      {
        name: 'the library stays outside',
        setup(builder) {
          builder.onResolve({ filter: /^\.\.?\// }, ({ path: wanted, resolveDir }) => {
            const file = path.resolve(resolveDir, wanted)
            if (path.dirname(file) !== at('js')) return undefined
            return { path: `../${path.basename(file)}`, external: true }
          })
        },
      },
    ],
  })
  return outputFiles[0].text
}

const modules = (size) => ({
  ...common,
  outdir: out(),
  splitting: true,
  chunkNames: 'chunk-[hash]',
  entryPoints: [
    ...[...entries, 'worker', 'cli'].map((name) => at('js', `${name}.js`)),
    at('js', 'cli', 'batch', 'batch_worker.js'),
    at('scripts', 'package', 'edge.js'),
  ],
  entryNames: '[name]',
  define: { WASM_SIZE: String(size) },
  plugins: [packaged],
})

/** The files that only point to others. In CommonJS name by name, for those who read without running. */
async function writeEntries() {
  const write = (file, text) => fs.writeFileSync(out(file), `${text}\n`)
  for (const name of entries) {
    const names = Object.keys(await import(pathToFileURL(out(`${name}.js`)).href))
    const exported = names.map((one) => `exports.${one}=all.${one};`)
    write(
      `${name}.cjs`,
      'Object.defineProperty(exports,"__esModule",{value:true});' +
        `const all=require("./${name}.js");${exported.join('')}`,
    )
    if (!edge.includes(name)) continue
    const main = names.includes('default') ? `export{default}from"./${name}.js";` : ''
    write(`edge-${name}.js`, `import"./edge.js";export*from"./${name}.js";${main}`)
  }
}

/**
 * Types: each declared once, for CommonJS, which ES modules may import too. A default export means
 * something else to each of the two, and is declared in both.
 */
function writeTypes() {
  for (const name of entries) {
    const text = fs.readFileSync(at('js', `${name}.d.ts`), 'utf8')
    const common = text.replace(/'\.\/(\w+)\.js'/g, "'./$1.cjs'")
    const main = /^(?:declare const \w+:[^}]*}\n)?export default .*\n/m.exec(text)?.[0] ?? ''
    const exported = text.matchAll(/^export (?:function|interface) (\w+)/gm)
    const used = [...new Set(Array.from(exported, ([, word]) => word))].filter((word) =>
      new RegExp(`\\b${word}\\b`).test(main),
    )
    const imports = main ? `import { ${used.join(', ')} } from './${name}.cjs'\n` : ''
    fs.writeFileSync(out(`${name}.d.cts`), common)
    fs.writeFileSync(out(`${name}.d.ts`), `${imports}export * from './${name}.cjs'\n${main}`)
  }
}

/** dist/npm, from js/ and dist/certmint.wasm. */
export async function pack() {
  fs.rmSync(out(), { recursive: true, force: true })
  fs.mkdirSync(out(), { recursive: true })
  const wasm = fs.readFileSync(at('dist', 'certmint.wasm'))
  fs.writeFileSync(out('payload.js'), `export default"${await payload(wasm)}";\n`)
  const { build } = await import('esbuild')
  await build(modules(wasm.length))
  await writeEntries()
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
