// Writes the rules of lint into docs/lint.md, between its two marks: node scripts/lint_rules.mjs

import fs from 'node:fs'
import { lintRules } from '../js/sync.js'
import { at, isMain } from './lib.mjs'

const document = at('docs', 'lint.md')
const MARKS = ['<!-- rules -->', '<!-- end of rules -->']

const names = {
  chrome: 'Chrome',
  firefox: 'Firefox',
  safari: 'Safari',
  node: 'Node.js',
  python: 'Python',
  java: 'Java',
  go: 'Go',
  openssl: 'OpenSSL',
  gnutls: 'GnuTLS',
  webtransport: 'WebTransport',
  rfc5280: 'RFC 5280',
}
const purposes = { server: 'servers', client: 'clients', ca: 'authorities', any: 'others' }

function clients(list, documented) {
  return list.map((id) => (documented.includes(id) ? `${names[id]}\\*` : names[id])).join(', ')
}

function rule({ id, purposes: whose, documented, sentence, fix, source, versions, ...by }) {
  const who = [
    ['refused by', by.error],
    ['may be refused by', by.warning.filter((client) => !by.error.includes(client))],
    ['should not be, says', by.notice],
  ]
    .filter(([, list]) => list.length > 0)
    .map(([words, list]) => `${words} ${clients(list, documented)}`)
    .join('; ')
  const holders = whose.length === 4 ? '' : `Of ${whose.map((one) => purposes[one]).join(', ')}. `
  return `- **${id}** — ${sentence} ${fix}\\\n  ${holders}${who[0].toUpperCase()}${who.slice(1)}.${
    versions ? ` ${versions[0].toUpperCase()}${versions.slice(1)}.` : ''
  }\\\n  _${source}_`
}

/** docs/lint.md as it should be. */
export function lintDocument() {
  const text = fs.readFileSync(document, 'utf8')
  const [before, after] = [text.split(MARKS[0])[0], text.split(MARKS[1])[1]]
  return `${before}${MARKS[0]}\n\n${lintRules().map(rule).join('\n')}\n\n${MARKS[1]}${after}`
}

if (isMain(import.meta)) fs.writeFileSync(document, lintDocument())
