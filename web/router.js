/**
 * Which flow is shown: the one that the address's fragment names, so that each has an address of its
 * own and the browser's Back works. A fragment never leaves the browser; nothing else goes into it.
 */

import { byId, h } from './parts/dom.js'
import { texts } from './texts.js'

/**
 * @typedef {object} Flow
 * @property {(given?: any) => void} [enter] it is shown now; what another flow hands over, if one does
 * @property {() => void} [leave] it is left: stops what runs, lets go of what was made, keys above all
 *
 * @typedef {Record<string, () => Flow>} Makers flows by name, each made when it is first shown
 */

export class Router {
  /** @type {Record<string, Flow>} */
  #made = {}
  /** @type {Makers} */
  #makers
  /** @type {() => Promise<Makers>} */
  #loadOthers
  #loading
  #now
  #given

  /**
   * @param {Makers} makers of the flows that are here; the first is shown when none is named
   * @param {() => Promise<Makers>} loadOthers
   */
  start(makers, loadOthers) {
    this.#makers = makers
    this.#loadOthers = loadOthers
    addEventListener('hashchange', () => this.#show({ focus: true }))
    // the browser may keep the page for "Back": without keys
    addEventListener('pagehide', () => this.#made[this.#now]?.leave?.())
    this.#show({ focus: false })
  }

  /** Loads the flows that are not here, once. */
  async load() {
    this.#loading ??= this.#loadOthers()
    Object.assign(this.#makers, await this.#loading)
  }

  /** Goes to a flow and hands something over: it is neither in the address nor in the history. */
  go(name, given) {
    this.#given = given
    if (name === this.#now) this.#show({ focus: true })
    else location.hash = name
  }

  #show({ focus }) {
    const named = location.hash.slice(1)
    const name = byId(`flow-${named}`) ? named : Object.keys(this.#makers)[0]
    const given = this.#given
    this.#given = undefined
    const isNew = name !== this.#now
    if (isNew) this.#change(name)
    if (this.#makers[name]) this.#enter(name, given, isNew && focus)
    else this.#enterLater(name, given, isNew && focus)
  }

  #change(name) {
    this.#made[this.#now]?.leave?.()
    this.#now = name
    document.title = texts.flows[name].page
    for (const flow of document.querySelectorAll('.flow')) {
      flow.hidden = flow.id !== `flow-${name}`
    }
    for (const link of document.querySelectorAll('.flows a')) {
      if (link.hash === `#${name}`) link.setAttribute('aria-current', 'page')
      else link.removeAttribute('aria-current')
    }
  }

  #enter(name, given, focus) {
    this.#made[name] ??= this.#makers[name]()
    this.#made[name].enter?.(given)
    if (!focus) return
    scrollTo(0, 0)
    document.querySelector(`#flow-${name} h1`).focus({ preventScroll: true })
  }

  async #enterLater(name, given, focus) {
    try {
      await this.load()
    } catch {
      const problem = h('p', { class: 'error', role: 'alert' }, texts.failure.load)
      byId(`flow-${name}`).replaceChildren(problem)
      return
    }
    // another one may have been asked for meanwhile
    if (name === this.#now) this.#enter(name, given, focus)
  }
}
