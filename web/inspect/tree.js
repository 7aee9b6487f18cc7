/**
 * The elements as a tree (ARIA Authoring Practices): arrow keys, one tab stop. What is closed is not in
 * the page, and of long lists only a part is.
 */

import { h } from '../parts/dom.js'
import { texts } from '../texts.js'

/** Of a list, this many stand in the page before and after the one that is asked for. */
const WINDOW = 50
/** A tree of up to this many elements is opened to begin with. */
const OPEN_AT_FIRST = 400

export class Tree {
  #elements
  #onPoint
  #onSelect
  /** @type {Map<number, HTMLElement>} those in the page */
  #rows = new Map()
  #current = -1

  /**
   * @param {import('./elements.js').Elements} elements
   * @param {{ onPoint: (i: number) => void, onSelect: (i: number) => void }} listeners onPoint: the mouse
   *   is on it (-1: on none); onSelect: chosen by a click or by the keyboard
   */
  constructor(elements, { onPoint, onSelect }) {
    this.#elements = elements
    this.#onPoint = onPoint
    this.#onSelect = onSelect
    this.element = h('ul', {
      class: 'asn1-tree',
      role: 'tree',
      'aria-label': texts.inspect.asn1.tree,
      onclick: (event) => this.#click(event),
      onkeydown: (event) => this.#key(event),
      // not mouseover: scrolling by keyboard moves what is under the mouse, too
      onmousemove: (event) => this.#onPoint(this.#of(event.target)),
      onmouseleave: () => this.#onPoint(-1),
    })
    this.#fill(this.element, -1, 0)
    if (elements.count <= OPEN_AT_FIRST) {
      for (let i = 0; i < elements.count; i++) this.#open(i)
    } else {
      for (const i of elements.children(-1)) this.#open(i)
    }
    this.#setTabStop(elements.count > 0 ? 0 : -1)
  }

  /** @returns {number} the element that a node of the page belongs to; -1: none */
  #of(node) {
    return Number(node.closest('[data-i]')?.dataset.i ?? -1)
  }

  // ---------------------------------------------------------------- rows

  #row(i) {
    const hasChildren = this.#elements.hasChildren(i)
    const row = h(
      'li',
      {
        role: 'treeitem',
        tabindex: '-1',
        'data-i': i,
        'aria-expanded': hasChildren ? 'false' : undefined,
        'aria-selected': 'false',
      },
      h(
        'div',
        { class: 'asn1-row' },
        h('span', { class: 'asn1-type' }, this.#elements.type(i)),
        ' ',
        this.#elements.value(i),
      ),
    )
    this.#rows.set(i, row)
    return row
  }

  /** A row that stands for those of a long list that are not in the page. */
  #more(ordinal, count) {
    const label = texts.inspect.asn1.more(count)
    return h(
      'li',
      {
        role: 'treeitem',
        tabindex: '-1',
        class: 'asn1-more',
        'data-more': ordinal,
      },
      h('div', { class: 'asn1-row' }, label),
    )
  }

  /** Puts the children of an element into a list, around the one at `ordinal`. */
  #fill(list, parent, ordinal) {
    for (const old of list.querySelectorAll('[data-i]')) this.#rows.delete(Number(old.dataset.i))
    const children = this.#elements.children(parent)
    const from = Math.max(0, ordinal - WINDOW)
    const to = Math.min(children.length, ordinal + WINDOW)
    list.dataset.of = parent
    list.replaceChildren(
      ...(from > 0 ? [this.#more(from - 1, from)] : []),
      ...children.slice(from, to).map((i) => this.#row(i)),
      ...(to < children.length ? [this.#more(to, children.length - to)] : []),
    )
  }

  #open(i) {
    const row = this.#rows.get(i)
    if (!row || row.getAttribute('aria-expanded') !== 'false') return
    const list = h('ul', { role: 'group' })
    row.setAttribute('aria-expanded', 'true')
    row.append(list)
    this.#fill(list, i, 0)
  }

  #close(i) {
    const row = this.#rows.get(i)
    const list = row.querySelector(':scope > ul')
    for (const inner of list.querySelectorAll('[data-i]'))
      this.#rows.delete(Number(inner.dataset.i))
    list.remove()
    row.setAttribute('aria-expanded', 'false')
  }

  /** Brings an element into the page. */
  #reveal(i) {
    for (const one of this.#elements.pathTo(i)) {
      if (!this.#rows.has(one)) {
        const parent = this.#elements.parent(one)
        const list = parent < 0 ? this.element : this.#rows.get(parent).querySelector(':scope > ul')
        this.#fill(list, parent, this.#elements.children(parent).indexOf(one))
      }
      if (one !== i) this.#open(one)
    }
    return this.#rows.get(i)
  }

  // ---------------------------------------------------------------- what is shown

  /** Marks the element, or the innermost around it that is in the page. */
  point(i) {
    this.element.querySelector('.pointed')?.classList.remove('pointed')
    while (i >= 0 && !this.#rows.has(i)) i = this.#elements.parent(i)
    if (i >= 0) this.#rows.get(i).classList.add('pointed')
  }

  /** Chooses an element from elsewhere: opens what is around it, and scrolls to it. */
  show(i) {
    const row = this.#reveal(i)
    this.#mark(i)
    this.#setTabStop(i)
    const line = row.firstElementChild
    const top = line.getBoundingClientRect().top - this.element.getBoundingClientRect().top
    const room = this.element.clientHeight
    if (top < 0 || top > room - line.offsetHeight) {
      this.element.scrollTop += top - room / 2
    }
  }

  #mark(i) {
    this.#rows.get(this.#current)?.setAttribute('aria-selected', 'false')
    this.#current = i
    this.#rows.get(i)?.setAttribute('aria-selected', 'true')
  }

  #setTabStop(i) {
    for (const row of this.element.querySelectorAll('[tabindex="0"]')) row.tabIndex = -1
    if (this.#rows.has(i)) this.#rows.get(i).tabIndex = 0
  }

  #select(i) {
    this.#mark(i)
    this.#setTabStop(i)
    this.#rows.get(i).focus({ preventScroll: true })
    this.#rows.get(i).firstElementChild.scrollIntoView({ block: 'nearest' })
    this.#onSelect(i)
  }

  // ---------------------------------------------------------------- mouse and keyboard

  #click(event) {
    const more = event.target.closest('[data-more]')
    if (more) {
      this.#showMore(more)
      return
    }
    const i = this.#of(event.target)
    if (i < 0) return
    const row = this.#rows.get(i)
    // the triangle stands before the text
    const onTriangle = event.target === row.firstElementChild && event.offsetX < 20
    if (onTriangle || i === this.#current) this.#toggle(i)
    this.#select(i)
  }

  #showMore(more) {
    const list = more.parentElement
    const ordinal = Number(more.dataset.more)
    const parent = Number(list.dataset.of)
    this.#fill(list, parent, ordinal)
    this.#select(this.#elements.children(parent)[ordinal])
  }

  #toggle(i) {
    const state = this.#rows.get(i).getAttribute('aria-expanded')
    if (state === 'true') this.#close(i)
    else if (state === 'false') this.#open(i)
  }

  #key(event) {
    const row = event.target.closest('[role="treeitem"]')
    const rows = [...this.element.querySelectorAll('[role="treeitem"]')]
    const at = rows.indexOf(row)
    const i = this.#of(row)
    const state = row.getAttribute('aria-expanded')
    const go = (to) => {
      if (!to) return
      const next = this.#of(to)
      if (to.dataset.more !== undefined) this.#showMore(to)
      else this.#select(next)
    }
    const keys = {
      ArrowDown: () => go(rows[at + 1]),
      ArrowUp: () => go(rows[at - 1]),
      Home: () => go(rows[0]),
      End: () => go(rows.at(-1)),
      ArrowRight: () => (state === 'false' ? this.#open(i) : state === 'true' && go(rows[at + 1])),
      ArrowLeft: () =>
        state === 'true' ? this.#close(i) : go(row.parentElement.closest('[role="treeitem"]')),
      Enter: () => this.#toggle(i),
      ' ': () => this.#toggle(i),
    }
    if (!Object.hasOwn(keys, event.key)) return
    event.preventDefault()
    keys[event.key]()
  }
}
