/** Where a flow asks, and where its result stands. */

import { byId, h } from './dom.js'
import { drawSeal, emptySeal } from './seal.js'

/** On a phone the result stands below the form, on a desk it may begin above what is in sight. */
export function bringIntoView(element) {
  const { top } = element.getBoundingClientRect()
  if (top >= 0 && top < innerHeight / 2) return
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
  element.scrollIntoView({ block: 'start', behavior: calm ? 'auto' : 'smooth' })
}

/** The two halves of a flow: what it asks, and what comes of it. */
export function stage(flow, { title, lead }, asks) {
  const result = h('section', { class: 'result', 'aria-label': title })
  byId(`flow-${flow}`).replaceChildren(
    h(
      'div',
      { class: 'ask' },
      h('h1', { tabindex: '-1' }, title),
      h('p', { class: 'lead' }, lead),
      ...asks,
    ),
    result,
  )
  return result
}

/** What stands where a result will be. @param {string} seed of the rosette @param {{ title: string, points: string[] }} words */
export function emptyPlace(seed, { title, points }) {
  const seal = emptySeal()
  drawSeal(seal, seed)
  return h(
    'div',
    { class: 'empty' },
    seal,
    h('h2', { tabindex: '-1' }, title),
    h('ul', {}, ...points.map((point) => h('li', {}, point))),
  )
}
