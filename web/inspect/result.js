/** What was found: in short, what belongs together, and everything by itself. */

import { h, nextFrame } from '../parts/dom.js'
import { snippets } from '../parts/snippets.js'
import { texts } from '../texts.js'
import { inspectCommands } from './commands.js'
import { itemPanel } from './item.js'
import { lintTable } from './lint_table.js'
import { flatten, kindText, linkTexts, titleOf } from './words.js'

const words = texts.inspect

/** Things that are shown before one is asked whether to go on. */
const AT_ONCE = 20

/**
 * Shows it in steps, so that no step keeps the page from answering.
 *
 * @param {HTMLElement} place
 * @param {any} answer of inspectAll (inspect.js)
 * @param {import('./item.js').Surroundings} around
 */
export async function showAnswer(place, { report, lint }, around) {
  const main = summary(report, around.inputs)
  place.replaceChildren(main)
  const { items } = report
  const steps = [
    ...items.slice(0, AT_ONCE).map((item) => () => place.append(itemPanel(item, around))),
    () => items.length > AT_ONCE && place.append(moreButton(items, AT_ONCE, around)),
    () => lint && place.append(lintTable(lint)),
    () => {
      const shown = items.slice(0, AT_ONCE)
      place.append(snippets(texts.again.title, inspectCommands(shown, around.inputs)))
    },
  ]
  for (const step of steps) {
    await nextFrame()
    // something else may have been asked meanwhile
    if (!main.isConnected) return
    step()
  }
  main.dataset.whole = ''
}

function moreButton(items, from, around) {
  const button = h('button', { type: 'button' }, words.more(items.length - from))
  button.addEventListener('click', async () => {
    const next = items.slice(from, from + AT_ONCE)
    for (const item of next) {
      await nextFrame()
      if (!button.isConnected) return
      button.before(itemPanel(item, around))
    }
    const rest = items.length - from - next.length
    if (rest > 0) button.replaceWith(moreButton(items, from + AT_ONCE, around))
    else button.remove()
  })
  return button
}

/** Links that are shown; of more than that nobody reads every one. */
const MOST_LINKS = 40

export function headline({ items }) {
  const [first] = items
  if (items.length !== 1) return words.things(items.length)
  const inner = flatten(first.items ?? []).length
  return inner > 0 ? words.with(kindText(first), inner) : titleOf(first) || kindText(first)
}

function summary(report, inputs) {
  const links = linkTexts(report, inputs)
  const counts = new Map()
  for (const item of flatten(report.items)) {
    counts.set(kindText(item), (counts.get(kindText(item)) ?? 0) + 1)
  }
  const count = [...counts].map(([kind, number]) => (number === 1 ? kind : `${number} × ${kind}`))
  return h(
    'article',
    { class: 'paper' },
    h(
      'header',
      {},
      h('p', { class: 'kind' }, words.found),
      h('h2', { tabindex: '-1' }, headline(report)),
      h('p', { class: 'summary' }, count.join(' · ')),
    ),
    links.length > 0
      ? h(
          'ul',
          { class: 'notes links' },
          ...links
            .slice(0, MOST_LINKS)
            .map(({ text, wrong }) => h('li', { class: wrong ? 'wrong' : undefined }, text)),
        )
      : undefined,
    links.length > MOST_LINKS ? h('p', {}, '…') : undefined,
    report.truncated ? h('p', { class: 'problem' }, words.truncated) : undefined,
  )
}
