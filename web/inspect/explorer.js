/** The tree beside the bytes: what is pointed at or chosen in one is marked in the other. */

import { h } from '../parts/dom.js'
import { texts } from '../texts.js'
import { Bytes } from './bytes.js'
import { Elements } from './elements.js'
import { Tree } from './tree.js'

const words = texts.inspect.asn1

/** @param {any} explored what exploreElements (inspect.js) answers */
export function explorer({ der, error, ...rest }) {
  const elements = new Elements(rest)
  const status = h('p', { class: 'hint asn1-status', role: 'status' }, words.hint)
  let chosen = -1
  const rangeOf = (i) =>
    i < 0
      ? { from: 0, content: 0, end: 0 }
      : { from: elements.offset(i), content: elements.content(i), end: elements.end(i) }
  let pointed = -1
  const point = (i) => {
    if (i === pointed) return
    pointed = i
    tree.point(i)
    bytes.mark(rangeOf(i < 0 ? chosen : i))
  }
  const choose = (i) => {
    chosen = i
    pointed = -1
    tree.point(-1)
    bytes.mark(rangeOf(i))
    const { from, content, end } = rangeOf(i)
    status.textContent =
      i < 0
        ? words.none
        : words.chosen([elements.type(i), elements.value(i)], from, content - from, end - content)
  }
  const tree = new Tree(elements, {
    onPoint: point,
    onSelect: (i) => {
      choose(i)
      bytes.show(elements.offset(i))
    },
  })
  const bytes = new Bytes(der, {
    onPoint: (byte) => point(byte < 0 ? -1 : elements.around(byte)),
    onSelect: (byte) => {
      const i = elements.around(byte)
      choose(i)
      if (i >= 0) tree.show(i)
    },
  })
  return h(
    'div',
    { class: 'asn1' },
    error ? h('p', { class: 'problem' }, words.error(error.offset, error.message)) : undefined,
    h('div', { class: 'asn1-views' }, elements.count > 0 ? tree.element : undefined, bytes.element),
    status,
  )
}
