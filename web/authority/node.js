/** One certificate of the tree: what it is, its files, and revoking it. */

import { bundle } from '../parts/bundle.js'
import { certificateFacts, forServers, titleOf } from '../parts/describe.js'
import { h, icon } from '../parts/dom.js'
import { selectField } from '../parts/fields.js'
import { fileList } from '../parts/files.js'
import { download } from '../parts/give.js'
import { dayText, panel } from '../parts/panel.js'
import { snippets } from '../parts/snippets.js'
import { serverSnippets, trustSnippets } from '../parts/use.js'
import { texts } from '../texts.js'
import { authorityCommands } from './commands.js'
import { kindOf } from './tree.js'

const words = texts.authority

/**
 * @param {import('../bridge.js').Bridge} bridge
 * @param {import('./vault.js').Shown} node
 * @param {object} more
 * @param {import('./vault.js').Shown} more.root
 * @param {import('./vault.js').Shown} [more.issuer]
 * @param {import('../parts/files.js').File[]} [more.files]
 * @param {{ job: string, order: object }} [more.ordered] what it was made by
 * @param {boolean} more.canRevoke
 * @param {(reason: string) => Promise<void>} more.revoke
 */
export function nodePanels(bridge, node, { root, issuer, files, ordered, canRevoke, revoke }) {
  const kind = kindOf(node)
  const { certificate } = node
  const all = [...(files ?? []), ...certificateOnly(node, kind, files)]
  const use = kind === 'leaf' && files && forServers(certificate)
  return [
    panel(
      titleOf(certificate),
      node.revoked
        ? h('p', { class: 'trust' }, words.revokedOn(dayText(node.revoked.date)))
        : undefined,
      fileList(all),
      all.length > 1 ? bundle(bridge, all) : undefined,
    ),
    panel(texts.made.details, certificateFacts(certificate)),
    ...(use ? [snippets(texts.use.title, serverSnippets(certificate))] : []),
    ...(kind === 'leaf' ? [] : [trust(bridge, root)]),
    ...(ordered ? [snippets(texts.again.title, authorityCommands(ordered, node, issuer))] : []),
    ...(canRevoke && !node.revoked ? [revocation(revoke)] : []),
  ]
}

/** How the root is trusted: at terminals, and as a kit to hand to others. */
function trust(bridge, root) {
  const onclick = async () => {
    const { name, bytes } = await bridge.run('trustKit', { id: root.id })
    download(name, bytes)
  }
  const button = h('button', { type: 'button', onclick }, icon('download'), words.kit.button)
  const panelOfTrust = snippets(texts.use.trust, trustSnippets(root.certificate, true))
  panelOfTrust.append(h('div', { class: 'kit' }, h('p', {}, words.kit.note), button))
  return panelOfTrust
}

/** Its certificate, where no longer file holds it already. */
function certificateOnly({ pem }, kind, files = []) {
  if (files.some(({ name }) => name === 'certificate.pem')) return []
  const name = kind === 'root' ? 'ca.pem' : kind === 'leaf' ? 'certificate.pem' : 'intermediate.pem'
  return [{ name, text: pem }]
}

function revocation(revoke) {
  const reasons = selectField({
    prefix: 'revoke-',
    name: 'reason',
    label: words.revoke.label,
    options: Object.entries(words.reasons),
    selected: 'unspecified',
  })
  const onclick = () => revoke(reasons.querySelector('select').value)
  const button = h('button', { type: 'button', class: 'danger', onclick }, words.revoke.button)
  return panel(words.revoke.title, h('div', { class: 'revocation' }, reasons, button))
}
