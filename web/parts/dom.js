/** Small help with the document. */

import { texts } from '../texts.js'

/** The text that a path like "signer.self.title" names. */
export const textAt = (path) => path.split('.').reduce((part, name) => part?.[name], texts)

/** Puts the texts into the elements that ask for one, as content, as label or as name. */
export function fillTexts(root) {
  for (const element of root.querySelectorAll('[data-text-label]')) {
    element.label = textAt(element.dataset.textLabel)
  }
  for (const element of root.querySelectorAll('[data-text-name]')) {
    element.setAttribute('aria-label', textAt(element.dataset.textName))
  }
  for (const element of root.querySelectorAll('[data-text]')) {
    element.textContent = textAt(element.dataset.text)
  }
}

export const byId = (id) => document.getElementById(id)

/**
 * Makes an element.
 *
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes] on…: a listener; true: present; false, undefined: absent
 * @param {...(Node | string | undefined)} children
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value)
    else if (value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? '' : String(value))
    }
  }
  element.append(...children.filter((child) => child !== undefined))
  return element
}

const SVG = 'http://www.w3.org/2000/svg'

/** A picture that says nothing to a screen reader. */
export function svg(attributes, ...paths) {
  const element = document.createElementNS(SVG, 'svg')
  for (const [name, value] of Object.entries({ 'aria-hidden': 'true', ...attributes })) {
    element.setAttribute(name, value)
  }
  element.append(...paths)
  return element
}

export function path(d) {
  const element = document.createElementNS(SVG, 'path')
  element.setAttribute('d', d)
  return element
}

/** One of the symbols at the top of index.html. */
export function icon(name) {
  const use = document.createElementNS(SVG, 'use')
  use.setAttribute('href', `#icon-${name}`)
  return svg({ class: 'icon' }, use)
}

export const hiddenText = (text) => h('span', { class: 'visually-hidden' }, text)

/** What comes later is drawn in the meantime. */
export const nextFrame = () => new Promise((resolve) => setTimeout(resolve, 16))

/** Tells a screen reader, without moving the focus. */
export function announce(text) {
  byId('status').textContent = text
}
