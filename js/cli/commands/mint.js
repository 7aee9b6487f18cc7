import { existsSync } from 'node:fs'

import { CertmintError, createPKCS12, importKey, readCSR, readPKCS12 } from '../../index.js'
import { certificates } from '../authority.js'
import { KEY_MODE, naming, PUBLIC_MODE, read, writeAll } from '../files.js'
import { keyProtection, keySource, ownKey, passphraseOf } from '../key_source.js'
import { localFiles, localOptions, openLocalAuthority } from '../local_ca.js'
import { baseName } from '../names.js'
import { sayMinted } from '../next_steps.js'
import {
  extensionOptions,
  flag,
  group,
  keyOptions,
  nameOptions,
  namesNote,
  outputOptions,
  serialOption,
  signatureOptions,
  storeOptions,
  templateOption,
  text,
  validityOptions,
} from '../options.js'
import { withProgress } from '../progress.js'
import { templateOf } from '../template.js'
import { FileError, UsageError } from '../usage.js'

const DONE = 0

export const usage = 'NAME... [options]      ("-" reads names from standard input)'

export const options = {
  ...group("mkcert's flags, with one dash or two", {
    install: flag('have this machine trust the authority (as certmint trust does)'),
    uninstall: flag('take that back; the authority stays'),
    'cert-file': text('FILE', 'where the certificate goes'),
    'key-file': text('FILE', 'where the key goes'),
    'p12-file': text('FILE', 'where the .p12 goes'),
    client: flag('for clients as well'),
    ecdsa: flag('a P-256 key, which is the default here'),
    pkcs12: flag('a .p12 with certificate and key instead of both; its password is "changeit"'),
    csr: text('FILE', 'a certificate for this request'),
    CAROOT: flag('print the folder of the authority'),
  }),
  ...localOptions,
  ...nameOptions,
  ...keyOptions,
  ...validityOptions,
  ...templateOption,
  ...extensionOptions,
  ...signatureOptions,
  ...serialOption,
  ...group('Output', {
    print: flag('print certificate and key on standard output; write no files'),
    'dry-run': flag('do everything but write files'),
    encryption: storeOptions.encryption,
    ...outputOptions,
    out: text('FILE', 'the same as --cert-file'),
    'key-out': text('FILE', 'the same as --key-file'),
  }),
}

export const note = `The authority is made on first use; its folder holds rootCA.pem and rootCA-key.pem. What was minted
under it before is replaced; any other file only with --force.
${namesNote}`

export const examples = [
  'certmint localhost 127.0.0.1 ::1',
  'certmint shop.test "*.shop.test" --days 30 --key rsa-2048',
  'certmint shop.test --name-constraints dev --ca-password -',
  'certmint -install -cert-file cert.pem -key-file key.pem localhost',
  'cat hosts.txt | certmint - --print > server.pem',
]

/** Names before and on standard input. */
async function allNames(names) {
  const all = []
  for (const name of names) {
    if (name !== '-') all.push(name)
    else all.push(...(await read('-')).toString().split(/\s+/).filter(Boolean))
  }
  return all
}

/** Trust on the way: quietly when something else will be said as JSON. */
async function install(values, more) {
  const { run: trust } = await import('./trust.js')
  return trust({ ...values, kit: undefined, quiet: values.quiet || (more && values.json) }, [])
}

/** What needs no names. Returns an exit status, or undefined to go on. */
async function withoutNames(values, more) {
  const alone = ['CAROOT', 'install', 'uninstall'].filter((name) => values[name])
  if (alone.length > 1) throw new UsageError(`give --${alone[0]} or --${alone[1]}, not both`)
  if (values.CAROOT) {
    console.log(localFiles(values).folder)
    return DONE
  }
  if (values.uninstall) return (await import('./untrust.js')).run(values, [])
  if (!values.install) return undefined
  const status = await install(values, more)
  return more && status === DONE ? undefined : status
}

const isMail = (name) =>
  typeof name === 'string' ? name.includes('@') && !name.includes('://') : name.email !== undefined

/** What mkcert gives for which names: hosts are for servers, mailboxes for mail. */
function withPurposes(template, values) {
  if (template.profile || template.extensions?.extendedKeyUsage !== undefined) return template
  const names = template.san || []
  const mail = names.some(isMail)
  const server = !names.every(isMail) || names.length === 0
  if (!mail) return { ...template, profile: values.client ? 'peer' : 'server' }
  const extendedKeyUsage = [
    ...(server ? ['serverAuth'] : []),
    ...(values.client ? ['clientAuth'] : []),
    'emailProtection',
  ]
  const extensions = { ...template.extensions, extendedKeyUsage }
  return { ...template, profile: server ? 'server' : 'email', extensions }
}

/** Unless it is said how long it is valid, it ends with its authority at the latest. */
function issue(local, template, values) {
  const clamp = values.days === undefined && values['not-after'] === undefined
  return withProgress(values, (work) => local.ca.issue({ clamp, ...template, ...work }))
}

/** Whether a file that is there is an earlier certificate, key or store of this authority. */
async function isOurs({ path, kind }, ca, { certPath, passphrase }) {
  const isUnder = (cert) => cert.issuer === ca.cert.subject
  try {
    if (kind === 'p12') return isUnder((await readPKCS12(await read(path), { passphrase })).cert)
    const [cert] = await certificates(certPath)
    if (!isUnder(cert)) return false
    return kind === 'certificate' || (await importKey(await read(path))).matches(cert)
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof CertmintError || error instanceof FileError) {
      return false
    }
    throw error
  }
}

/** Replaces what the authority issued before; writes over nothing else unless --force says so. */
async function write(entries, ca, values, passphrase) {
  const certPath = entries.find(({ kind }) => kind === 'certificate')?.path
  let force = values.force
  if (!force) {
    const there = entries.filter(({ path }) => existsSync(path))
    const ours = await Promise.all(
      there.map((entry) => isOurs(entry, ca, { certPath, passphrase })),
    )
    force = there.length > 0 && ours.every(Boolean)
  }
  await writeAll(entries, { force, dryRun: values['dry-run'] })
}

/** Where things go: mkcert's flags, ours, or a name made of the names. */
function placesOf(names, values) {
  if (values.print) return { cert: '-', key: '-', p12: '-' }
  const either = (a, b) => {
    if (values[a] === undefined || values[b] === undefined) return values[a] ?? values[b]
    throw new UsageError(`give --${a} or --${b}, not both`)
  }
  const base = `${baseName(names)}${values.client ? '-client' : ''}`
  const out = either('cert-file', 'out')
  return {
    cert: out ?? `${base}.pem`,
    key: either('key-file', 'key-out') ?? `${base}-key.pem`,
    p12: values['p12-file'] ?? `${base}.p12`,
  }
}

/** The password of mkcert's .p12, which everybody knows. */
const KNOWN_PASSWORD = 'changeit'

async function mintStore(names, template, local, values, own) {
  const passphrase = (await passphraseOf(values, '', { twice: true })) ?? KNOWN_PASSWORD
  const issued = await issue(local, { ...template, ...keySource(own) }, values)
  const data = await createPKCS12({
    key: own ?? issued.key,
    cert: issued.cert,
    chain: [...issued.chain.slice(1), local.ca.chain.at(-1)],
    passphrase,
    friendlyName: names[0] ?? issued.cert.subject,
    encryption: values.encryption,
  })
  const { p12 } = placesOf(names, values)
  await write([{ path: p12, data, mode: KEY_MODE, kind: 'p12' }], local.ca, values, passphrase)
  const known = passphrase === KNOWN_PASSWORD ? KNOWN_PASSWORD : undefined
  sayMinted(values, local, { cert: issued.cert, files: { 'PKCS#12': p12 }, password: known })
}

async function mintPair(names, template, local, values, own) {
  const protection = await keyProtection(values)
  const issued = await issue(local, { ...template, ...keySource(own) }, values)
  const places = placesOf(names, values)
  const entries = [
    { path: places.cert, data: issued.fullChain, mode: PUBLIC_MODE, kind: 'certificate' },
  ]
  const files = { certificate: places.cert }
  if (!own) {
    const data = issued.key.toPEM(protection)
    entries.push({ path: places.key, data, mode: KEY_MODE, kind: 'key' })
    files.key = places.key
  }
  await write(entries, local.ca, values)
  sayMinted(values, local, { cert: issued.cert, files })
}

/** The order in which mkcert counts the names of a request. */
const kinds = ['DNS', 'email', 'IP', 'URI']
const kindOf = (name) => kinds.indexOf(name.split(':', 1)[0])

async function mintForRequest(names, values) {
  const others = ['client', 'pkcs12', 'ecdsa', 'key-file', 'p12-file', 'key', 'key-in']
  const [other] = others.filter((name) => values[name] !== undefined)
  if (other) throw new UsageError(`--csr: a request brings its key and names: leave out --${other}`)
  if (names.length > 0) throw new UsageError(`--csr: the request has the names: "${names[0]}"`)
  const csr = await naming(values.csr, undefined, async () => readCSR(await read(values.csr)))
  if (!csr.signatureValid) {
    throw new FileError(`${values.csr}: the signature of the request is wrong`)
  }
  const given = await templateOf(values)
  const san =
    given.san ?? csr.san.map((name) => (name.startsWith('email:') ? { email: name } : name))
  const template = { ...withPurposes({ ...given, san }, values), san: given.san }
  const local = await openLocalAuthority(values)
  const issued = await issue(local, { ...template, csr }, values)
  const sorted = [...csr.san].sort((a, b) => kindOf(a) - kindOf(b))
  const plain = sorted.map((name) => name.replace(/^\w+:/, ''))
  const path = placesOf(plain, values).cert
  const entries = [{ path, data: issued.fullChain, mode: PUBLIC_MODE, kind: 'certificate' }]
  await write(entries, local.ca, values)
  sayMinted(values, local, { cert: issued.cert, files: { certificate: path } })
}

export async function run(values, positionals) {
  const status = await withoutNames(values, positionals.length > 0 || values.csr !== undefined)
  if (status !== undefined) return status
  const names = await allNames(positionals)
  if (values.csr !== undefined) return mintForRequest(names, values)
  if (values.ecdsa && values.key) throw new UsageError('give --ecdsa or --key, not both')
  const template = withPurposes(await templateOf(values, names), values)
  if (!template.san && !template.subject) {
    throw new UsageError('give a name, like: certmint localhost')
  }
  const own = await ownKey(values)
  const local = await openLocalAuthority(values)
  return (values.pkcs12 ? mintStore : mintPair)(names, template, local, values, own)
}
