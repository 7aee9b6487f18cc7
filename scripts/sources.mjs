// The third-party C sources: where they come from, and that they are what they should be.
//
//   node scripts/sources.mjs mbedtls|jsmn|openssl     prints the folder of the unpacked source
//
// In this order: the folder the environment names; an archive kept from before; Debian's source
// package, through apt's own client and signatures; upstream's release. Whatever comes is checked
// against the SHA-256 below before it is unpacked.

import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Stop, at, cache, isMain, main, must, run, say, speakOnStderr, which } from './lib.mjs'

/** @type {Record<string, { version: string, variable: string, proof: string, archive: string,
 *   sha256: string, suite: string, upstream: string, parts?: string[] }>}
 * suite: the Debian release whose source package has this version; the machine's own may be older.
 * parts: what is unpacked of it, if not all. */
const sources = {
  mbedtls: {
    version: '3.6.7',
    suite: 'forky',
    variable: 'MBEDTLS_SOURCE_DIR',
    proof: 'library/bignum.c',
    archive: 'mbedtls_3.6.7.orig.tar.bz2',
    sha256: 'a7e8bcbec0e6f761b4af24f25677626b35f762f68eef79c08677a363212d11f6',
    upstream:
      'https://github.com/Mbed-TLS/mbedtls/releases/download/mbedtls-3.6.7/mbedtls-3.6.7.tar.bz2',
  },
  jsmn: {
    version: '1.1.0',
    suite: 'forky',
    variable: 'JSMN_SOURCE_DIR',
    proof: 'jsmn.h',
    archive: 'jsmn_1.1.0.orig.tar.gz',
    sha256: '5f0913a10657fe7ec8d5794ccf00a01000e3e1f2f1e1f143c34a0f7b47edcb38',
    upstream: 'https://github.com/zserge/jsmn/archive/refs/tags/v1.1.0.tar.gz',
  },
  // Only its tests: the cases of path validation that tests/interop/published.test.js runs.
  openssl: {
    version: '3.0.20',
    suite: 'bookworm',
    variable: 'OPENSSL_SOURCE_DIR',
    proof: 'test/recipes/25-test_verify.t',
    archive: 'openssl_3.0.20.orig.tar.gz',
    sha256: 'c80a01dfc70ece4dc21168932c37739042d404d46ccc81a5986dd75314ecda6f',
    upstream:
      'https://github.com/openssl/openssl/releases/download/openssl-3.0.20/openssl-3.0.20.tar.gz',
    parts: ['test/certs', 'test/recipes/25-test_verify.t'],
  },
}

const intact = (file, source) =>
  fs.existsSync(file) &&
  createHash('sha256').update(fs.readFileSync(file)).digest('hex') === source.sha256

/** Moves a verified file into the cache so that it is there whole or not at all. */
function keep(file, source) {
  fs.mkdirSync(cache, { recursive: true })
  const kept = path.join(cache, source.archive)
  const partial = `${kept}.${process.pid}.partial`
  fs.copyFileSync(file, partial)
  fs.renameSync(partial, kept)
  return kept
}

/** A folder for one download, gone when the process is. Readable by apt's unprivileged helper. */
function scratch() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'certmint-'))
  fs.chmodSync(folder, 0o755)
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }))
  return folder
}

/**
 * apt's entries for the sources of a release, from the machine's own entries for its own release:
 * same place, same keys. Entries for updates, security and other repositories are left out.
 * @param {{ name: string, text: string }[]} lists the machine's source lists
 * @param {string} codename the machine's release
 * @param {string} suite the release whose sources are wanted
 */
export function sourceEntries(lists, codename, suite) {
  const entries = lists.flatMap(({ name, text }) =>
    name.endsWith('.sources') ? deb822Entries(text) : lineEntries(text),
  )
  return entries
    .filter((e) => e.enabled && e.suites.includes(codename) && e.components.includes('main'))
    .map(({ uris, signedBy }) =>
      [
        'Types: deb-src',
        `URIs: ${uris}`,
        `Suites: ${suite}`,
        'Components: main',
        ...(signedBy ? [`Signed-By: ${signedBy}`] : []),
      ].join('\n'),
    )
    .filter((entry, index, all) => all.indexOf(entry) === index)
}

function deb822Entries(text) {
  const withoutComments = text.replace(/^#.*\n?/gm, '')
  return withoutComments.split(/\n\s*\n/).map((stanza) => {
    const fields = {}
    for (const [, name, value] of stanza.matchAll(/^([\w-]+):[ \t]*(.*(?:\n[ \t].*)*)/gm)) {
      fields[name.toLowerCase()] = value.trim()
    }
    const words = (name) => (fields[name] ?? '').split(/\s+/)
    return {
      enabled: (fields.enabled ?? 'yes') !== 'no',
      suites: words('suites'),
      components: words('components'),
      uris: words('uris').join(' '),
      signedBy: fields['signed-by'],
    }
  })
}

function lineEntries(text) {
  const line = /^\s*deb(?:-src)?\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#\n]+)/gm
  return [...text.matchAll(line)].map(([, options = '', uris, name, components]) => ({
    enabled: true,
    suites: [name],
    components: components.trim().split(/\s+/),
    uris,
    signedBy: options.match(/signed-by=(\S+)/)?.[1].replaceAll(',', ' '),
  }))
}

function machineEntries(suite) {
  const read = (file) => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '')
  const release = read('/etc/os-release')
  const codename = release.match(/^VERSION_CODENAME="?(\w+)/m)?.[1]
  if (!/^ID="?debian"?$/m.test(release) || !codename) return []
  const parts = '/etc/apt/sources.list.d'
  const files = ['/etc/apt/sources.list']
  for (const name of fs.existsSync(parts) ? fs.readdirSync(parts) : []) {
    if (/\.(list|sources)$/.test(name)) files.push(path.join(parts, name))
  }
  return sourceEntries(
    files.map((name) => ({ name, text: read(name) })),
    codename,
    suite,
  )
}

/** Debian's source package, in a private state folder: nothing of the machine's apt changes. */
async function fromDebian(name, source) {
  if (!which('apt-get')) return undefined
  const entries = machineEntries(source.suite)
  if (entries.length === 0) return undefined
  say(`fetching the ${name} ${source.version} source package (apt-get, a few seconds) ...`)
  const folder = scratch()
  for (const part of ['parts', 'lists/partial', 'cache/archives/partial']) {
    fs.mkdirSync(path.join(folder, part), { recursive: true })
  }
  fs.writeFileSync(path.join(folder, 'parts', 'certmint.sources'), `${entries.join('\n\n')}\n`)
  const apt = [
    'apt-get',
    ...['-o', 'Dir::Etc::SourceList=/dev/null'],
    ...['-o', `Dir::Etc::SourceParts=${path.join(folder, 'parts')}`],
    ...['-o', `Dir::State::Lists=${path.join(folder, 'lists')}`],
    ...['-o', `Dir::Cache=${path.join(folder, 'cache')}`],
    // A stale mirror or a wrong clock does no harm here: what counts is the SHA-256.
    ...['-o', 'Acquire::Check-Valid-Until=false'],
  ]
  const options = { log: `source-${name}`, cwd: folder, limit: 300 }
  const updated = await run([...apt, 'update'], options)
  if (updated.status !== 0) return undefined
  await run([...apt, 'source', '--download-only', name], { ...options, append: true })
  const file = path.join(folder, source.archive)
  return intact(file, source) ? keep(file, source) : undefined
}

async function fromUpstream(name, source) {
  say(`fetching ${name} ${source.version} from upstream (${new URL(source.upstream).host}) ...`)
  const file = path.join(scratch(), source.archive)
  try {
    const answer = await fetch(source.upstream, { signal: AbortSignal.timeout(120_000) })
    if (!answer.ok) return undefined
    fs.writeFileSync(file, Buffer.from(await answer.arrayBuffer()))
  } catch {
    return undefined
  }
  return intact(file, source) ? keep(file, source) : undefined
}

/** A folder somebody else answers for; only its version is looked at. */
function given(name, source) {
  const folder = process.env[source.variable]
  if (!folder) return undefined
  if (!fs.existsSync(path.join(folder, source.proof))) {
    throw new Stop(`${source.variable}=${folder} holds no ${name} source (no ${source.proof}).`)
  }
  if (name === 'mbedtls') {
    const info = fs.readFileSync(path.join(folder, 'include/mbedtls/build_info.h'), 'utf8')
    const version = info.match(/MBEDTLS_VERSION_STRING\s+"([\d.]+)"/)?.[1] ?? 'unknown'
    const [major, minor, patch] = version.split('.').map(Number)
    if (major !== 3 || minor !== 6 || patch < 7) {
      throw new Stop(
        `${source.variable} holds mbedTLS ${version}; 3.6.7 or a later 3.6 is needed ` +
          '(earlier ones miss security fixes).',
      )
    }
  }
  return path.resolve(folder)
}

async function unpack(name, source, archive) {
  const folder = at('build', 'sources', `${name}-${source.version}`)
  if (fs.existsSync(path.join(folder, source.proof))) return folder
  const partial = `${folder}.${process.pid}.partial`
  fs.rmSync(partial, { recursive: true, force: true })
  fs.mkdirSync(partial, { recursive: true })
  const parts = (source.parts ?? []).map((part) => `${name}-${source.version}/${part}`)
  const tar = ['cmake', '-E', 'tar', 'xf', archive, ...parts]
  await must(tar, { log: `unpack-${name}`, cwd: partial })
  const inside = fs.readdirSync(partial)
  fs.rmSync(folder, { recursive: true, force: true })
  fs.renameSync(inside.length === 1 ? path.join(partial, inside[0]) : partial, folder)
  fs.rmSync(partial, { recursive: true, force: true })
  return folder
}

/**
 * The folder of an unpacked source.
 * @param {'mbedtls' | 'jsmn' | 'openssl'} name
 */
export async function sourceOf(name) {
  const source = sources[name]
  if (!source) throw new Stop(`There is no source "${name}"; there are ${Object.keys(sources)}.`)
  const own = given(name, source)
  if (own) return own
  const unpacked = at('build', 'sources', `${name}-${source.version}`)
  if (fs.existsSync(path.join(unpacked, source.proof))) return unpacked
  const kept = path.join(cache, source.archive)
  const archive = intact(kept, source)
    ? kept
    : ((await fromDebian(name, source)) ?? (await fromUpstream(name, source)))
  if (!archive) {
    throw new Stop(
      `The ${name} ${source.version} source could not be fetched; is the network up? ` +
        `(build/log/source-${name}.log has what apt-get said.) ` +
        `Either put ${source.archive} with SHA-256 ${source.sha256} into ${cache}, ` +
        `or unpack it anywhere and set ${source.variable} to that folder. Then run this again.`,
    )
  }
  return unpack(name, source, archive)
}

if (isMain(import.meta)) {
  await main(async () => {
    speakOnStderr()
    const folder = await sourceOf(process.argv[2])
    process.stdout.write(`${folder}\n`)
  })
}
