/** The picture of the tree: who signed whom. */

import { titleOf } from '../parts/describe.js'
import { h, icon } from '../parts/dom.js'
import { dayText } from '../parts/panel.js'
import { texts } from '../texts.js'

/** @param {import('./vault.js').Shown} node */
export const kindOf = ({ certificate }) =>
  !certificate.isCA ? 'leaf' : certificate.issuer === certificate.subject ? 'root' : 'intermediate'

/**
 * @param {import('./vault.js').Shown[]} nodes
 * @param {number} chosen
 * @param {(id: number) => void} choose
 */
export function tree(nodes, chosen, choose) {
  const under = (issuer) => {
    const here = nodes.filter((node) => node.issuer === issuer)
    if (here.length === 0) return undefined
    return h('ul', { class: 'tree' }, ...here.map(item))
  }
  const item = (node) => h('li', {}, button(node), under(node.id))
  const button = (node) => {
    const kind = kindOf(node)
    const { authority: words } = texts
    const note = words.node(words.kinds[kind], dayText(node.certificate.notAfter))
    return h(
      'button',
      {
        type: 'button',
        class: `node ${kind}${node.revoked ? ' revoked' : ''}`,
        'aria-pressed': String(node.id === chosen),
        onclick: () => choose(node.id),
      },
      icon(kind === 'leaf' ? 'certificate' : 'authority'),
      h('span', { class: 'node-name' }, titleOf(node.certificate)),
      h('span', { class: 'node-note' }, notes(node, note)),
    )
  }
  return under(undefined)
}

function notes({ certificate, signs, revoked }, note) {
  const { authority: words } = texts
  const more = [certificate.isCA && !signs && words.locked, revoked && words.revoked]
  return [note, ...more.filter(Boolean)].join(' · ')
}
