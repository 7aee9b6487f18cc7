/**
 * OpenSSL's own cases of path validation: test/recipes/25-test_verify.t of its source, with the
 * certificates of test/certs (scripts/sources.mjs fetches both). What its options ask for is said in
 * requests of the harness; what it expects is left as it is.
 */

import fs from 'node:fs'
import path from 'node:path'

import { readCertificate } from '../../js/index.js'
import { root } from './tools.js'

const folder =
  process.env.OPENSSL_SOURCE_DIR || path.join(root, 'build', 'sources', 'openssl-3.0.20')

/** When the cases are asked that do not say when: all certificates are current that should be. */
const NOW = 1769904000 // 2026-02-01

export const certificate = (name) =>
  fs.readFileSync(path.join(folder, 'test', 'certs', `${name}.pem`), 'utf8')

/** The strings of a Perl list: "a", 'b' or qw(c d). */
const stringsOf = (list) =>
  [...list.matchAll(/qw\(([^)]*)\)|"([^"]*)"/g)].flatMap(([, words, text]) =>
    words === undefined ? [text] : words.split(/\s+/).filter(Boolean),
  )

/** The calls of verify() as they stand: { name, expected, leaf, purpose, trusted, untrusted, options }. */
export function recipe() {
  const text = fs
    .readFileSync(path.join(folder, 'test', 'recipes', '25-test_verify.t'), 'utf8')
    // Exit status 2, which one case asks for, is a refusal.
    .replace(/(shift == 2; \} \},\s+sub \{\s+ok\()verify/, '$1!verify')
  const call =
    /ok(?:_nofips)?\((!?)verify\("([^"]*)", "([^"]*)", \[([^\]]*)\],\s*\[([^\]]*)\]([^;]*?)\),\s*"([^"]*)"\)/g
  return [...text.matchAll(call)].map(([, not, leaf, purpose, trusted, untrusted, rest, name]) => ({
    name,
    expected: not === '',
    leaf,
    purpose,
    trusted: stringsOf(trusted),
    untrusted: stringsOf(untrusted),
    options: [...stringsOf(rest), ...(rest.includes('@prov') ? ['@prov'] : [])],
  }))
}

/** What an option means here; of the others nothing is known. */
const meanings = {
  '-auth_level': (level) => ({ allowWeak: level === '0' }),
  '-attime': (time) => ({ time: Number(time) }),
  '-verify_depth': (depth) => ({ maxDepth: Number(depth) }),
  '-policy': (oid) => ({ policies: [oid] }),
  '-explicit_policy': () => ({ requireExplicitPolicy: true }),
  '-policy_check': () => ({}), // policies are always checked
  '-x509_strict': () => ({ lenient: false }),
  '-partial_chain': () => ({}), // every root is an anchor, see below
  '-check_ss_sig': () => ({}), // a root's own signature says nothing
}

function optionsOf(words) {
  const rest = [...words]
  const options = {}
  while (rest.length > 0) {
    const meaning = meanings[rest.shift()]
    Object.assign(options, meaning(...(meaning.length > 0 ? [rest.shift()] : [])))
  }
  return options
}

const isTrustSetting = (name) => certificate(name).includes('TRUSTED CERTIFICATE')

/** Why a case says nothing about certmint; undefined when it does. */
export function inapplicable({ leaf, trusted, untrusted, options }) {
  if (options.includes('@prov')) return "OpenSSL's providers"
  if (options.includes('-allow_proxy_certs')) return 'proxy certificates (RFC 3820)'
  if (options.includes('-vfyopt')) return 'SM2'
  if (options.join(' ').includes('-auth_level 3')) return 'more than 112 bits of security'
  if ([leaf, ...trusted, ...untrusted].some(isTrustSetting)) {
    return 'trust settings inside of a certificate file'
  }
  return undefined
}

/** The request of a case: as OpenSSL has it, only self-issued roots are anchors, unless it is told so. */
export async function requestOf({ leaf, purpose, trusted, untrusted, options }, id) {
  const isAnchor = async (name) => {
    if (options.includes('-partial_chain')) return true
    const { subject, issuer } = await readCertificate(certificate(name))
    return subject === issuer
  }
  const anchors = await Promise.all(trusted.map(isAnchor))
  const chosen = (anchor) => trusted.filter((_, i) => anchors[i] === anchor).map(certificate)
  return {
    id,
    leaf: certificate(leaf),
    intermediates: [...chosen(false), ...untrusted.map(certificate)],
    roots: chosen(true),
    time: NOW,
    purpose: { sslserver: 'server', sslclient: 'client' }[purpose] ?? 'any',
    lenient: true,
    ...optionsOf(options),
  }
}
