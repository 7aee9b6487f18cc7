/** What came of it: the verdict in words, the path drawn, the broken link marked. */

import { titleOf } from '../parts/describe.js'
import { h, icon } from '../parts/dom.js'
import { dayText, panel } from '../parts/panel.js'
import { snippets } from '../parts/snippets.js'
import { texts } from '../texts.js'
import { verifyCommands } from './commands.js'

const words = texts.verify

/** @param {import('./check.js').Question} question @param {any} answer of checkPath */
export function showReport(question, answer) {
  const { report, skipped, unused } = answer
  const notes = [
    ...notesOn(question, answer),
    ...(unused > 0 ? [words.unused(unused)] : []),
    ...skipped.map((detail) => words.skipped(detail)),
  ]
  return [
    verdict(report),
    panel(words.path, drawn(answer)),
    ...(notes.length > 0
      ? [panel(words.notes, h('ul', { class: 'notes' }, ...notes.map((note) => h('li', {}, note))))]
      : []),
    snippets(texts.again.title, verifyCommands(question, answer)),
  ]
}

function verdict({ ok, code, detail }) {
  return h(
    'article',
    { class: `paper verdict ${ok ? 'good' : 'bad'}` },
    h('p', { class: 'kind' }, ok ? words.accepted : words.refused),
    h('h2', { tabindex: '-1' }, ok ? words.good : (words.codes[code] ?? code)),
    ok ? undefined : h('p', { class: 'summary' }, detail),
  )
}

function notesOn({ name }, { report, ownRoots, lists }) {
  return [
    ...(ownRoots ? [] : [words.ownRoots]),
    ...(report.ok && name === '' ? [words.anyName] : []),
    words.revocation[report.revocation ?? 'unchecked'](lists),
  ]
}

/** The root first, what it vouches for below it. */
function drawn({ report, path, missing }) {
  const fault = report.ok ? undefined : Math.min(report.depth, path.length - 1)
  const nodes = path.map((one, depth) => pathNode(one, depth, depth === fault && report))
  if (missing) nodes.push(missingNode(missing))
  return nodes
    .reverse()
    .reduceRight((below, node) => h('ul', { class: 'tree' }, h('li', {}, node, below)), undefined)
}

function pathNode({ certificate, trusted }, depth, report) {
  const { isCA, notAfter } = certificate
  const kinds = texts.authority.kinds
  const kind = depth === 0 && !isCA ? kinds.leaf : trusted ? kinds.root : kinds.intermediate
  const note = texts.authority.node(kind, dayText(notAfter))
  return h(
    'div',
    { class: `node ${report ? 'broken' : ''}` },
    icon(isCA ? 'authority' : 'certificate'),
    h('span', { class: 'node-name' }, titleOf(certificate)),
    h('span', { class: 'node-note' }, trusted ? `${note} · ${words.trusted}` : note),
    report ? h('span', { class: 'node-fault' }, report.detail) : undefined,
  )
}

const missingNode = (name) =>
  h(
    'div',
    { class: 'node absent' },
    icon('authority'),
    h('span', { class: 'node-name' }, name),
    h('span', { class: 'node-note' }, words.absent),
  )
