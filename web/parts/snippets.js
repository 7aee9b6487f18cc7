/** Short texts to copy, one at a time under tabs. */

import { copyButton } from './copy_button.js'
import { h } from './dom.js'
import { panel } from './panel.js'
import { tabs } from './tabs.js'

/** @param {string} title @param {{ title: string, text: string }[]} items */
export function snippets(title, items) {
  const content = ({ title: name, text }) =>
    h(
      'div',
      { class: 'snippet' },
      h('pre', { tabindex: '0', role: 'region', 'aria-label': name }, h('code', {}, text)),
      copyButton(name, text),
    )
  const list = items.map((item) => ({ title: item.title, content: content(item) }))
  return panel(title, tabs(title, list))
}
