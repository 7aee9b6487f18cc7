/**
 * Which flow is shown: the one that the address's fragment names, so that each has an address of its
 * own and the browser's Back works. A fragment never leaves the browser; nothing else goes into it.
 */

import { byId } from './parts/dom.js'
import { texts } from './texts.js'

/**
 * @typedef {object} Flow
 * @property {(given?: any) => void} [enter] it is shown now; what another flow hands over, if one does
 * @property {() => void} [leave] it is left: stops what runs, lets go of what was made, keys above all
 */

export class Router {
  /** @type {Record<string, Flow>} */
  #flows
  #now
  #given

  /** @param {Record<string, Flow>} flows by name; the first is shown when none is named */
  start(flows) {
    this.#flows = flows
    addEventListener('hashchange', () => this.#show({ focus: true }))
    // the browser may keep the page for "Back": without keys
    addEventListener('pagehide', () => flows[this.#now].leave?.())
    this.#show({ focus: false })
  }

  /** Goes to a flow and hands something over: it is neither in the address nor in the history. */
  go(name, given) {
    this.#given = given
    if (name === this.#now) this.#show({ focus: true })
    else location.hash = name
  }

  #show({ focus }) {
    const named = location.hash.slice(1)
    const name = Object.hasOwn(this.#flows, named) ? named : Object.keys(this.#flows)[0]
    const given = this.#given
    this.#given = undefined
    if (name !== this.#now) this.#change(name, focus)
    this.#flows[name].enter?.(given)
  }

  #change(name, focus) {
    if (this.#now) this.#flows[this.#now].leave?.()
    this.#now = name
    document.title = texts.flows[name].page
    for (const one of Object.keys(this.#flows)) {
      byId(`flow-${one}`).hidden = one !== name
      const link = document.querySelector(`.flows a[href="#${one}"]`)
      if (one === name) link.setAttribute('aria-current', 'page')
      else link.removeAttribute('aria-current')
    }
    if (!focus) return
    scrollTo(0, 0)
    document.querySelector(`#flow-${name} h1`).focus({ preventScroll: true })
  }
}
