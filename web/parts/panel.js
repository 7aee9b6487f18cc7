/** Panels, and facts in two columns. */

import { h } from './dom.js'
import { language } from '../texts.js'

const DAY = { year: 'numeric', month: 'long', day: 'numeric' }
const MOMENT = { ...DAY, hour: '2-digit', minute: '2-digit', timeZoneName: 'short' }

/** A formatter is made when it is first used: it takes longer than the first screen may wait. */
function formatter(options) {
  let made
  return (iso) => {
    made ??= new Intl.DateTimeFormat(language, options)
    return made.format(new Date(iso))
  }
}

/** "12 March 2027 at 10:00 UTC" @param {string} iso */
export const momentText = formatter(MOMENT)

/** "12 March 2027" @param {string} iso */
export const dayText = formatter(DAY)

export const time = (iso) => h('time', { datetime: iso }, momentText(iso))

export const panel = (title, ...content) =>
  h('section', { class: 'panel' }, h('h3', {}, title), ...content)

/** @param {...[label: string, value: Node | string | undefined, kind?: 'wide']} rows without a value: left out */
export const facts = (...rows) =>
  h('dl', { class: 'facts' }, ...rows.filter(([, value]) => value !== undefined).flatMap(fact))

const fact = ([label, value, kind]) => [
  h('dt', { class: kind }, label),
  h('dd', { class: kind }, value),
]

/** In groups of eight bytes, which wrap as wholes where there is room. */
export const fingerprint = (text) =>
  h('code', {}, ...text.match(/(..:?){8}/g).map((group) => h('span', {}, group)))
