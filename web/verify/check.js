/** In the worker: a pile of certificates sorted, and the path from the first of them validated. */

import { orderChain, readCRL, readCertificate, readPKCS7, verify } from '../certmint/js/index.js'

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g

/** A failure that the page shows like one of certmint's. */
const failure = (field, rule) =>
  Object.assign(new Error(rule), { name: 'CertmintError', code: 'invalid', field, rule })

/** @typedef {{ certificates: object[], lists: object[], skipped: string[] }} Pile */

async function addTo(pile, label, data) {
  if (/CERTIFICATE$/.test(label)) pile.certificates.push(await readCertificate(data))
  else if (/CRL$/.test(label)) pile.lists.push(await readCRL(data))
  else if (/PKCS7|CMS/.test(label)) {
    pile.certificates.push(...(await readPKCS7(data)).certificates)
  }
}

/** What stands in text: any number of PEM blocks; others are left out, and what is broken is told. */
async function readText(pile, text) {
  for (const [pem, label] of text.matchAll(BLOCK)) {
    await addTo(pile, label, pem).catch((error) => pile.skipped.push(error.message))
  }
}

/** Bytes are DER of one thing, or text after all. */
async function readBytes(pile, bytes) {
  const text = new TextDecoder('latin1').decode(bytes)
  if (text.includes('-----BEGIN ')) return readText(pile, text)
  for (const label of ['CERTIFICATE', 'X509 CRL', 'PKCS7']) {
    try {
      return await addTo(pile, label, bytes)
    } catch {
      // it is something else
    }
  }
  pile.skipped.push('a file that is no certificate, list or bundle')
  return undefined
}

/** @param {string} text @param {Uint8Array[]} files @returns {Promise<Pile>} */
async function pileOf(text, files) {
  const pile = { certificates: [], lists: [], skipped: [] }
  await readText(pile, text)
  for (const bytes of files) await readBytes(pile, bytes)
  return pile
}

const isSelfIssued = ({ subject, issuer }) => subject === issuer

/**
 * The certificates from the first one up, as far as they go: what is drawn when there is no valid path.
 */
function pathUp(leaf, candidates) {
  const path = [leaf]
  const seen = new Set(path)
  for (;;) {
    const last = path.at(-1)
    if (isSelfIssued(last)) return path
    const next = candidates.find((one) => !seen.has(one) && one.subject === last.issuer)
    if (!next) return path
    seen.add(next)
    path.push(next)
  }
}

const once = (certificates) => [
  ...new Map(certificates.map((one) => [one.fingerprint(), one])).values(),
]

/**
 * @typedef {object} Question
 * @property {string} text PEM: a certificate, those above it, lists
 * @property {Uint8Array[]} files more of it
 * @property {string} roots PEM; without any, the self-signed ones of the pile are trusted
 * @property {string} name whom it must be for; "": anyone
 * @property {string} purpose
 * @property {string} [time] ISO 8601
 * @property {boolean} requireRevocation
 */

/** @param {Question} question */
export async function checkPath({ text, files, roots, name, purpose, time, requireRevocation }) {
  const pile = await pileOf(text, files)
  if (pile.certificates.length === 0) throw failure('text', 'holds no certificate')
  const given = await pileOf(roots, [])
  if (roots.trim() !== '' && given.certificates.length === 0) {
    throw failure('roots', 'holds no certificate in PEM')
  }
  const all = once(pile.certificates)
  const ordered = await orderChain(all)
  const leaf = ordered.find(({ isCA }) => !isCA) ?? ordered[0]
  const trusted = given.certificates.length > 0 ? given.certificates : all.filter(isSelfIssued)
  const report = await verify(leaf, {
    roots: trusted,
    intermediates: all.filter((one) => one !== leaf),
    crls: [...pile.lists, ...given.lists],
    purpose,
    requireRevocation,
    ...(name && { name }),
    ...(time && { time }),
  })
  const path = report.chain ?? pathUp(leaf, once([...trusted, ...all]))
  const isTrusted = new Set(trusted.map((one) => one.fingerprint()))
  return {
    report: { ...report, chain: undefined },
    path: path.map((one) => ({
      certificate: one.toJSON(),
      trusted: isTrusted.has(one.fingerprint()),
    })),
    /** Whom the last of them asks for, when that one is not there. */
    missing: isSelfIssued(path.at(-1)) ? undefined : path.at(-1).issuer,
    unused: all.length - all.filter((one) => path.some((p) => same(p, one))).length,
    skipped: [...pile.skipped, ...given.skipped, ...report.skipped.map(({ detail }) => detail)],
    ownRoots: given.certificates.length > 0,
    lists: pile.lists.length + given.lists.length,
  }
}

const same = (a, b) => a.fingerprint() === b.fingerprint()
