/** Every command with its summary; each lives in commands/ and is loaded when asked for. */

import { nearest } from '../nearest.js'
import { UsageError } from './usage.js'

export const commands = {
  mint: 'make a certificate under the authority of this machine; "mint" may be left out',
  trust: 'have this machine trust that authority, or write a kit for others',
  untrust: 'take that back',
  renew: 'make a certificate anew, as it was, for another while',
  batch: 'make a key and a certificate for every row of a CSV or JSON file',
  'self-signed': 'make a self-signed certificate with its key',
  key: 'make a private key',
  ca: 'make an authority: a root, or an intermediate under one',
  issue: 'make a key and a certificate under an authority',
  csr: 'make a certificate request with its key',
  sign: 'answer a certificate request with a certificate',
  crl: 'revoke certificates: create and extend a revocation list',
  p12: 'pack a certificate, its chain and its key into a PKCS#12 file',
  convert: 'turn keys and certificates from one format into another',
  inspect: 'say what files are and what is in them',
  verify: 'say whether a certificate leads to a root, and what is wrong with it',
  lint: 'say which clients refuse a certificate, why, and what to do',
  fixtures: 'make deliberately wrong certificates, for testing clients',
  completion: 'print what makes bash, zsh or fish complete commands and flags',
  manual: 'print the manual page, for man -l -',
}

/** @returns {Promise<any>} the module: { usage, options, examples, note, run } */
export const load = (name) => import(`./commands/${name}.js`)

/** All of them with their tables: { name, summary, usage, options, note, examples }. */
export const loadAll = () =>
  Promise.all(
    Object.entries(commands).map(async ([name, summary]) => ({
      name,
      summary,
      ...(await load(name)),
    })),
  )

/** @returns {string | undefined} the command that was meant, when a word is nearly one */
export function nearlyCommand(word) {
  if (!/^[a-z][a-z-]*$/i.test(word) || word === 'localhost') return undefined
  const most = word.length < 5 ? 1 : 2
  return nearest(word, Object.keys(commands), most)
}

export function unknownCommand(name) {
  const close = nearest(name, Object.keys(commands))
  return new UsageError(
    `"${name}" is no command${close ? `; did you mean "${close}"?` : '.'} See: certmint help`,
  )
}
