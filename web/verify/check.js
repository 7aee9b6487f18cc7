/** In the worker: a pile of certificates sorted, and the path from the first of them validated. */

import { inspect, orderChain, readCRL, readCertificate, readPKCS7, verify } from '../../js/index.js'

/** A failure that the page shows like one of certmint's. */
const failure = (field, rule) =>
  Object.assign(new Error(rule), { name: 'CertmintError', code: 'invalid', field, rule })

/** What there is to read of each kind that `inspect` finds; other kinds are left out. */
const READ = {
  certificate: async (source) => ({ certificates: [await readCertificate(source)] }),
  crl: async (source) => ({ lists: [await readCRL(source)] }),
  pkcs7: async (source) => ({ certificates: (await readPKCS7(source)).certificates }),
  unreadable: (_, { error }) => Promise.reject(new Error(error.message)),
}

/**
 * What is in any inputs, as PEM or DER; what is broken is told.
 *
 * @param {Uint8Array[]} inputs
 */
async function pileOf(inputs) {
  const pile = { certificates: [], lists: [], skipped: [] }
  const { items } = await inspect(inputs)
  for (const item of items.filter(({ kind }) => READ[kind])) {
    const source = inputs[item.input].slice(item.offset, item.offset + item.length)
    try {
      const { certificates = [], lists = [] } = await READ[item.kind](source, item)
      pile.certificates.push(...certificates)
      pile.lists.push(...lists)
    } catch (error) {
      pile.skipped.push(error.message)
    }
  }
  return pile
}

/** What was typed as an input, if anything was. */
const typed = (text) => (text.trim() === '' ? [] : [new TextEncoder().encode(text)])

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
  const pile = await pileOf([...typed(text), ...files])
  if (pile.certificates.length === 0) throw failure('text', 'holds no certificate')
  const given = await pileOf(typed(roots))
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
