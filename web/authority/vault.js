/**
 * In the worker: the authorities of one flow and what stands under them. Their keys stay here; they
 * leave only encrypted, and are destroyed when the flow is left.
 *
 * Saved, it is one text of PEM blocks that other programs read too: for each authority its
 * certificate, its encrypted key and its revocation list; and the certificates under it.
 */

import {
  createCA,
  createTrustKit,
  importKey,
  loadCA,
  readCRL,
  readCSR,
  readCertificate,
  verify,
} from '../../js/index.js'
import { excludedBeside } from './constraints.js'
import { makeZip } from '../bundle.js'
import { certificateFile, keyFile, namingSubject, withKey } from '../making.js'

/**
 * @typedef {object} Node
 * @property {number} id
 * @property {number} [issuer] the id of the authority it stands under
 * @property {object} cert
 * @property {object} [authority] when its key is here
 * @property {object} [list] its revocation list
 */

/** @type {Map<number, Node>} */
const nodes = new Map()
let nextId = 1

function add(node) {
  const id = nextId++
  nodes.set(id, { id, ...node })
  return id
}

/** A failure that the page shows like one of certmint's. */
const failure = (field, rule, code = 'invalid') =>
  Object.assign(new Error(rule), { name: 'CertmintError', code, field, rule })

function signerOf(id) {
  const node = nodes.get(id)
  if (!node?.authority) throw failure('', 'the key of this authority is not here')
  return node
}

// ---------------------------------------------------------------- what the page sees

const revocationOf = ({ cert, issuer }) => {
  const entry = nodes.get(issuer)?.list?.revoked.find(({ serial }) => serial === cert.serial)
  return entry && { reason: entry.reason, date: entry.date.toISOString() }
}

/**
 * @typedef {object} Shown
 * @property {number} id
 * @property {number} [issuer]
 * @property {object} certificate as toJSON() has it
 * @property {string} pem
 * @property {boolean} signs whether its key is here
 * @property {{ reason?: string, date: string }} [revoked]
 */

/** @returns {Shown[]} issuers first */
const shown = () =>
  [...nodes.values()].map((node) => ({
    id: node.id,
    issuer: node.issuer,
    certificate: node.cert.toJSON(),
    pem: node.cert.pem,
    signs: Boolean(node.authority),
    revoked: revocationOf(node),
  }))

const answer = (id, files) => ({ nodes: shown(), id, files })

// ---------------------------------------------------------------- making

const constraints = (permitted) =>
  permitted.length > 0 && { nameConstraints: { permitted, excluded: excludedBeside(permitted) } }

/**
 * A root, or an intermediate under the authority `issuer`.
 *
 * @param {{ issuer?: number, subject: [string, string][], key: string, permitted: string[],
 *   pathLen: number, days?: number }} order
 */
export async function makeAuthority({ issuer, key, permitted, ...order }, work) {
  const above = issuer === undefined ? undefined : signerOf(issuer).authority
  const make = (spec, step) =>
    namingSubject(order.subject, () =>
      createCA({ ...order, ...constraints(permitted), issuer: above, key: spec, ...step(1) }),
    )
  const authority = await withKey(key, make, work, (trial) => trial.key.destroy())
  return answer(add({ issuer, cert: authority.cert, authority }))
}

/** @param {{ issuer: number, names: string[], key: string, keyFormat: string, template: object }} order */
export async function issue({ issuer, names, key, keyFormat, template }, work) {
  const { authority } = signerOf(issuer)
  const make = async (spec, step) => {
    const made = await namingSubject(template.subject, () =>
      authority.issue({ san: names, ...template, key: spec, ...step(1) }),
    )
    await accepted(made.cert, authority, 'san')
    return made
  }
  const made = await withKey(key, make, work, (trial) => trial.key.destroy())
  return answer(add({ issuer, cert: made.cert }), [
    { name: 'certificate.pem', text: made.fullChain },
    keyFile(made.key, 'private_key.pem', keyFormat),
    rootFile(authority),
  ])
}

/** Signs somebody's request. @param {{ issuer: number, csr: string, template: object }} order */
export async function signRequest({ issuer, csr, template }) {
  const { authority } = signerOf(issuer)
  const request = await readCSR(csr).catch((error) => {
    throw failure('csr', error.rule ?? error.message)
  })
  if (!request.signatureValid) throw failure('csr', 'its signature is not that of its own key')
  const made = await authority.issue({ csr, ...template })
  await accepted(made.cert, authority, 'csr')
  return answer(add({ issuer, cert: made.cert }), [
    { name: 'certificate.pem', text: made.fullChain },
    rootFile(authority),
  ])
}

/** Constraints of authorities further up hold as well: nobody would accept it. */
async function accepted(cert, { chain }, field) {
  const report = await verify(cert, {
    roots: chain.at(-1),
    intermediates: chain,
    time: cert.notBefore > new Date() ? cert.notBefore : undefined,
  })
  if (!report.ok && report.code === 'name-constraints') throw failure(field, report.detail)
}

const rootFile = ({ chain }) => certificateFile(chain.at(-1), 'ca.pem')

// ---------------------------------------------------------------- revoking

/** @param {{ id: number, reason: string }} order */
export async function revoke({ id, reason }) {
  const { cert, issuer } = nodes.get(id)
  await extendList(signerOf(issuer), [{ cert, reason }])
  return answer(id)
}

/** The next revocation list of an authority. @param {{ id: number, days?: number }} order */
export async function nextList({ id, days }) {
  const node = signerOf(id)
  await extendList(node, [], days)
  return answer(id, [{ name: 'crl.pem', text: node.list.pem }])
}

async function extendList(node, revoked, days) {
  const options = { revoked, ...(days !== undefined && { days }) }
  node.list = await node.authority.createCRL({ ...options, previous: node.list })
}

/** What others need to trust the root. @param {{ id: number }} order */
export async function trustKit({ id }) {
  const kit = await createTrustKit(nodes.get(id).cert)
  const files = Object.entries(kit).map(([name, content]) =>
    typeof content === 'string' ? { name, text: content } : { name, bytes: content },
  )
  return makeZip({ name: 'trust-kit.zip', files })
}

// ---------------------------------------------------------------- keeping

/** Everything as one text, the keys under a passphrase. @param {{ passphrase: string }} order */
export function save({ passphrase }) {
  if (passphrase === '') throw failure('passphrase', 'is needed: the keys are saved encrypted')
  const blocks = []
  for (const { cert, authority, list } of nodes.values()) {
    blocks.push(cert.pem)
    if (authority) blocks.push(authority.key.toPEM({ passphrase }))
    if (list) blocks.push(list.pem)
  }
  return { text: blocks.join('') }
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g

/** Opens what save() wrote, or a certificate and its key of another program, in PEM. */
export async function open({ text, passphrase }) {
  const found = { certificates: [], keys: [], lists: [] }
  for (const [pem, label] of text.matchAll(BLOCK)) {
    if (label.endsWith('CERTIFICATE')) found.certificates.push(await readCertificate(pem))
    else if (label.endsWith('PRIVATE KEY')) found.keys.push(pem)
    else if (label.endsWith('CRL')) found.lists.push(await readCRL(pem))
  }
  if (!found.certificates.some(({ isCA }) => isCA)) {
    throw failure('file', 'holds no certificate of an authority in PEM')
  }
  if (found.keys.length === 0) throw failure('file', 'holds no private key in PEM')
  const keys = await Promise.all(found.keys.map((pem) => importKey(pem, { passphrase })))
  forget()
  try {
    await place(found.certificates, keys, found.lists)
  } catch (error) {
    forget()
    throw error
  } finally {
    const used = new Set([...nodes.values()].map(({ authority }) => authority?.key))
    keys.filter((key) => !used.has(key)).forEach((key) => key.destroy())
  }
  return answer([...nodes.values()].find(({ authority }) => authority)?.id)
}

/** Each certificate under the one that signed it: issuers first. */
async function place(certificates, keys, lists) {
  const waiting = new Set(certificates)
  const isReady = (cert) =>
    cert.subject === cert.issuer || ![...waiting].some(({ subject }) => subject === cert.issuer)
  while (waiting.size > 0) {
    // two that name each other as issuer: one has to be first
    const next = [...waiting].find(isReady) ?? [...waiting][0]
    waiting.delete(next)
    await placeOne(next, keys, lists)
  }
}

async function placeOne(cert, keys, lists) {
  const issuer = await issuerAmong([...nodes.values()], cert)
  const key = keys.find((one) => one.matches(cert))
  const chain = []
  for (let up = issuer; up; up = nodes.get(up.issuer)) chain.push(up.cert)
  const authority = cert.isCA && key ? await loadCA({ cert, key, chain }) : undefined
  const list = cert.isCA ? newest(lists.filter((one) => one.issuer === cert.subject)) : undefined
  add({ issuer: issuer?.id, cert, authority, list })
}

const newest = (lists) => lists.sort((a, b) => b.thisUpdate - a.thisUpdate)[0]

/** Names can be alike: the signature tells. */
async function issuerAmong(candidates, cert) {
  if (cert.subject === cert.issuer) return undefined
  for (const one of candidates) {
    if (!one.cert.isCA || one.cert.subject !== cert.issuer) continue
    const { code } = await verify(cert, { roots: one.cert, lenient: true })
    if (code !== 'signature' && code !== 'no-issuer' && code !== 'untrusted') return one
  }
  return undefined
}

/** Lets go of everything. */
export function forget() {
  for (const { authority } of nodes.values()) authority?.key.destroy()
  nodes.clear()
  return answer()
}
