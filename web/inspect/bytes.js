/**
 * Bytes in hexadecimal, eight to a line: only the lines in sight are in the page. The arrow keys move
 * from byte to byte.
 */

import { h } from '../parts/dom.js'
import { texts } from '../texts.js'

const PER_LINE = 8
const LINE = 24 // pixels, as in style.css
/** Browsers end an element at some 33 million pixels. */
const TALLEST = 30_000_000
const BEYOND = 4 // lines kept ready above and below

const hex = (number, digits) => number.toString(16).padStart(digits, '0')

export class Bytes {
  #der
  #lines
  #space
  #onSelect
  #cursor = 0
  /** What is marked: from, where the content begins, and the byte after. */
  #range = { from: 0, content: 0, end: 0 }
  #digits
  /** The lines that are in the page. */
  #shown = { first: 0, last: 0 }

  /**
   * @param {Uint8Array} der
   * @param {{ onPoint: (byte: number) => void, onSelect: (byte: number) => void }} listeners
   */
  constructor(der, { onPoint, onSelect }) {
    this.#der = der
    this.#onSelect = onSelect
    this.#digits = Math.max(4, der.length.toString(16).length)
    this.#lines = h('div', { class: 'hex-lines' })
    this.#space = h('div', { class: 'hex-space' }, this.#lines)
    const count = Math.ceil(der.length / PER_LINE)
    this.#space.style.height = `${Math.min(count * LINE, TALLEST)}px`
    const byteAt = (event) => Number(event.target.dataset.b ?? -1)
    this.element = h(
      'div',
      {
        class: 'hex',
        tabindex: '0',
        role: 'application',
        'aria-label': texts.inspect.asn1.bytes,
        onscroll: () => this.#draw(),
        onkeydown: (event) => this.#key(event),
        // not mouseover: scrolling by keyboard moves what is under the mouse, too
        onmousemove: (event) => onPoint(byteAt(event)),
        onmouseleave: () => onPoint(-1),
        onclick: (event) => {
          if (byteAt(event) >= 0) this.#choose(byteAt(event))
        },
      },
      this.#space,
    )
    // how much is in sight is known only once it is in the page
    // drawing changes sizes: in the next frame, or the observer would be told at once
    const observer = new ResizeObserver(() => requestAnimationFrame(() => this.#draw()))
    observer.observe(this.element)
  }

  #draw() {
    const first = Math.max(0, Math.floor(this.element.scrollTop / LINE) - BEYOND)
    const count = Math.ceil(this.element.clientHeight / LINE) + 2 * BEYOND
    const last = Math.min(Math.ceil(this.#der.length / PER_LINE), first + count)
    // what the mouse is on stays: a new one in its place would be entered anew
    if (first === this.#shown.first && last === this.#shown.last) {
      this.#remark()
      return
    }
    this.#shown = { first, last }
    const lines = []
    for (let line = first; line < last; line++) lines.push(this.#line(line * PER_LINE))
    this.#lines.style.transform = `translateY(${first * LINE}px)`
    this.#lines.replaceChildren(...lines)
  }

  #line(start) {
    const end = Math.min(start + PER_LINE, this.#der.length)
    const bytes = []
    for (let b = start; b < end; b++) {
      bytes.push(h('span', { class: this.#mark(b), 'data-b': b }, hex(this.#der[b], 2)))
    }
    return h(
      'div',
      { class: 'hex-line' },
      h('span', { class: 'hex-offset' }, hex(start, this.#digits)),
      ...bytes,
    )
  }

  #remark() {
    for (const one of this.#lines.querySelectorAll('[data-b]')) {
      one.className = this.#mark(Number(one.dataset.b))
    }
  }

  #mark(byte) {
    const { from, content, end } = this.#range
    const within = byte >= from && byte < end
    const kinds = [within && (byte < content ? 'hex-header' : 'hex-content')]
    if (byte === this.#cursor) kinds.push('hex-cursor')
    return kinds.filter(Boolean).join(' ')
  }

  /** Marks an element's bytes. */
  mark(range) {
    this.#range = range
    this.#draw()
  }

  /** Goes to where a byte is. */
  show(byte) {
    this.#cursor = byte
    const top = Math.floor(byte / PER_LINE) * LINE
    const { scrollTop, clientHeight } = this.element
    if (top < scrollTop || top > scrollTop + clientHeight - LINE) {
      this.element.scrollTop = top - LINE
    }
    this.#draw()
  }

  #choose(byte) {
    this.show(byte)
    this.#onSelect(byte)
  }

  #key(event) {
    const page = Math.max(1, Math.floor(this.element.clientHeight / LINE) - 1) * PER_LINE
    const to = {
      ArrowRight: this.#cursor + 1,
      ArrowLeft: this.#cursor - 1,
      ArrowDown: this.#cursor + PER_LINE,
      ArrowUp: this.#cursor - PER_LINE,
      PageDown: this.#cursor + page,
      PageUp: this.#cursor - page,
      Home: 0,
      End: this.#der.length - 1,
    }[event.key]
    if (to === undefined) return
    event.preventDefault()
    this.#choose(Math.min(Math.max(to, 0), this.#der.length - 1))
  }
}
