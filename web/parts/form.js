/**
 * A form that keeps what is typed over a reload and over Back, and shows an error beside its field.
 * A field called "days" is the element "<prefix>days"; its error stands in "<prefix>days-error", one
 * that is about no field in "<prefix>form-error".
 */

import { byId } from './dom.js'

const isChanged = (element) =>
  element.type === 'radio' || element.type === 'checkbox'
    ? element.checked !== element.defaultChecked
    : element.tagName === 'SELECT'
      ? !element.selectedOptions[0]?.defaultSelected
      : element.value !== element.defaultValue

/** What a person typed that only the page can judge. */
export class FormError extends Error {
  constructor(field, rule) {
    super(rule)
    this.field = field
    this.rule = rule
  }
}

/** Names with spaces, commas or semicolons between. @param {string} text */
export const namesIn = (text) => text.split(/[\s,;]+/).filter(Boolean)

/** A whole number as one; anything else as it is: the core says what is wrong with it. */
export const numberIn = (text) => (/^\d{1,9}$/.test(text) ? Number(text) : text)

/** In the order in which they are encoded. */
const ATTRIBUTES = ['C', 'ST', 'L', 'O', 'OU', 'CN']

/** The input that an error about subject.O or san[1] is about. */
export function inputOfField(field) {
  if (/^san\b/.test(field)) return 'names'
  if (field.startsWith('subject.')) return field.slice('subject.'.length)
  return field === 'subject' ? 'CN' : field
}

export class Form {
  #form
  #prefix
  #inputOf
  #listeners = []

  /**
   * @param {HTMLFormElement} form
   * @param {object} [options]
   * @param {string} [options.prefix]
   * @param {(field: string) => string} [options.inputOf] the input that an error's field is about
   */
  constructor(form, { prefix = '', inputOf = inputOfField } = {}) {
    this.#form = form
    this.#prefix = prefix
    this.#inputOf = inputOf
    form.addEventListener('input', (event) => {
      this.setError(event.target.id.slice(prefix.length), '')
      this.setError('form', '')
      this.#changed()
      this.#remember()
    })
  }

  /** Called when something was typed, chosen or brought back. */
  onChange(listener) {
    this.#listeners.push(listener)
  }

  onSubmit(listener) {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      listener(event)
    })
  }

  #changed() {
    this.#listeners.forEach((listener) => listener())
  }

  value(name) {
    return this.#form.elements[name].value.trim()
  }

  checked(name) {
    return this.#form.elements[name].checked
  }

  /** A passphrase, every character of it. */
  secret(name) {
    return this.#form.elements[name].value
  }

  /** The subject's pairs that are filled in. @returns {[type: string, value: string][]} */
  subject() {
    return ATTRIBUTES.filter((type) => this.#form.elements[type])
      .map((type) => [type, this.value(type)])
      .filter(([, value]) => value)
  }

  /** Days as a template has them: none when none are typed. */
  days() {
    const days = this.value('days')
    return days === '' ? {} : { days: numberIn(days) }
  }

  element(name) {
    return byId(this.#prefix + name)
  }

  /** Everything but secrets, with this entry of the tab's history: for a reload, in no storage. */
  #remember() {
    // the key of a JWK is its member d
    const isSecret = ([name, value]) =>
      this.#form.elements[name].dataset?.secret !== undefined || /PRIVATE KEY|"d"\s*:/.test(value)
    const values = [...new FormData(this.#form)].filter((entry) => !isSecret(entry))
    history.replaceState({ ...history.state, [this.#form.id]: Object.fromEntries(values) }, '')
  }

  /** Brings back what was typed in this entry of the tab's history. */
  recall() {
    this.fill(history.state?.[this.#form.id] ?? {})
  }

  /** @param {Record<string, string>} values by name; what is not named stays as it is */
  fill(values) {
    for (const [name, value] of Object.entries(values)) {
      const element = this.#form.elements[name]
      if (element?.type === 'checkbox') element.checked = true
      else if (element) element.value = value
    }
    for (const details of this.#form.querySelectorAll('details')) {
      details.open = [...details.querySelectorAll('input, select, textarea')].some(isChanged)
    }
    this.#changed()
  }

  setError(name, text) {
    const place = byId(`${this.#prefix}${name}-error`)
    if (!place) return
    place.textContent = text
    if (name === 'form') return
    if (text) this.element(name).setAttribute('aria-invalid', 'true')
    else this.element(name).removeAttribute('aria-invalid')
  }

  clearErrors() {
    for (const place of this.#form.querySelectorAll('.error')) {
      this.setError(place.id.slice(this.#prefix.length).replace(/-error$/, ''), '')
    }
  }

  /** Shows an error beside its field and goes there; one about no field stands above the button. */
  showError({ field = '', rule, message, code }) {
    const name = code === 'passphrase' ? code : this.#inputOf(field)
    const input = byId(`${this.#prefix}${name}-error`) && this.element(name)
    if (!input || name === 'form' || input.closest('[hidden]')) {
      this.setError('form', message)
      return
    }
    this.setError(name, rule ?? message)
    const details = input.closest('details')
    if (details) details.open = true
    input.focus()
  }
}
