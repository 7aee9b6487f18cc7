/** Tabs as the ARIA Authoring Practices have them: one tab stop, arrow keys between the tabs. */

import { h } from './dom.js'

let nextId = 1

/**
 * @param {string} label what the tabs are about
 * @param {{ title: string, content: Node }[]} items
 * @param {number} [first] the one that is chosen to begin with
 */
export function tabs(label, items, first = 0) {
  const id = `tabs-${nextId++}`
  const buttons = items.map(({ title }, i) =>
    h(
      'button',
      {
        type: 'button',
        role: 'tab',
        id: `${id}-tab-${i}`,
        'aria-controls': `${id}-panel-${i}`,
        onclick: () => select(i),
      },
      title,
    ),
  )
  const panels = items.map(({ content }, i) =>
    h(
      'div',
      { role: 'tabpanel', id: `${id}-panel-${i}`, 'aria-labelledby': `${id}-tab-${i}` },
      content,
    ),
  )
  const select = (chosen) => {
    buttons.forEach((button, i) => {
      button.setAttribute('aria-selected', String(i === chosen))
      button.tabIndex = i === chosen ? 0 : -1
      panels[i].hidden = i !== chosen
    })
  }
  const onKey = (event) => {
    const now = buttons.indexOf(event.target)
    const to = {
      ArrowRight: (now + 1) % buttons.length,
      ArrowLeft: (now + buttons.length - 1) % buttons.length,
      Home: 0,
      End: buttons.length - 1,
    }[event.key]
    if (to === undefined) return
    event.preventDefault()
    select(to)
    buttons[to].focus()
  }
  select(first)
  return h(
    'div',
    { class: 'tabs' },
    h('div', { role: 'tablist', 'aria-label': label, onkeydown: onKey }, ...buttons),
    ...panels,
  )
}
