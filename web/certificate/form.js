/** The form: read into an order, and told what is wrong with it. */

import { byId } from '../dom.js'
import { texts } from '../texts.js'

/** In the order in which they are encoded. */
const ATTRIBUTES = ['C', 'ST', 'L', 'O', 'OU', 'CN']

/** Which input an error of the core is about, when it is not the one of the same name. */
const inputOf = (field) => {
  if (/^san\b/.test(field)) return 'names'
  if (field.startsWith('subject.')) return field.slice('subject.'.length)
  return field === 'subject' ? 'CN' : field
}

const isChanged = (element) =>
  element.type === 'radio'
    ? element.checked !== element.defaultChecked
    : element.tagName === 'SELECT'
      ? !element.selectedOptions[0]?.defaultSelected
      : element.value !== element.defaultValue

/** What a person typed that only the form can judge. */
class FormError extends Error {
  constructor(field, rule) {
    super(rule)
    this.field = field
    this.rule = rule
  }
}

export class Form {
  #form = byId('form')

  constructor() {
    this.#form.addEventListener('input', (event) => {
      this.#setError(event.target.id, '')
      this.#setError('form', '')
      this.#update()
      this.#remember()
    })
    this.#recall()
    byId('CN').placeholder = texts.subject.defaultCN
    this.#update()
  }

  onSubmit(listener) {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      listener()
    })
  }

  #value(name) {
    return this.#form.elements[name].value.trim()
  }

  /** @returns {import('./make.js').Order} @throws an error with `field` and `rule` */
  read() {
    const names = this.#value('names')
      .split(/[\s,;]+/)
      .filter(Boolean)
    if (names.length === 0 && !this.#value('CN')) throw new FormError('names', texts.names.missing)
    const subject = this.#subject(names)
    const hash = this.#value('hash')
    return {
      names,
      key: this.#value('key'),
      keyFormat: this.#value('keyFormat'),
      signer: this.#value('signer'),
      template: {
        profile: this.#value('profile'),
        ...(subject && { subject }),
        ...(hash && { hash }),
        ...this.#validity(),
      },
    }
  }

  /** Pairs, or undefined when nothing is filled in: then the subject is the first name. */
  #subject(names) {
    const pairs = ATTRIBUTES.map((type) => [type, this.#value(type)]).filter(([, value]) => value)
    if (pairs.length === 0) return undefined
    if (!this.#value('CN') && names.length > 0) pairs.push(['CN', names[0]])
    return pairs
  }

  #validity() {
    if (this.#value('validity') === 'dates') {
      return { ...this.#date('notBefore'), ...this.#date('notAfter') }
    }
    const days = this.#value('days')
    if (days === '') return {}
    // what is no number goes to the core as it is, which says so
    return { days: /^\d{1,9}$/.test(days) ? Number(days) : days }
  }

  #date(name) {
    const input = byId(name)
    if (input.validity.badInput) throw new FormError(name, texts.incompleteDate)
    return input.value === '' ? {} : { [name]: new Date(input.value) }
  }

  /** Keeps what was typed with this entry of the tab's history, for a reload; not in any storage. */
  #remember() {
    history.replaceState(Object.fromEntries(new FormData(this.#form)), '')
  }

  #recall() {
    for (const [name, value] of Object.entries(history.state ?? {})) {
      const element = this.#form.elements[name]
      if (element) element.value = value
    }
    const folded = [...this.#form.querySelectorAll('details input, details select')]
    byId('options').open = folded.some(isChanged)
  }

  /** What hangs on what was chosen. */
  #update() {
    const dates = this.#value('validity') === 'dates'
    byId('by-days').hidden = dates
    byId('by-dates').hidden = !dates
    byId('days').placeholder = this.#value('profile') === 'webtransport' ? '13' : '397'
    const days = this.#value('days') || byId('days').placeholder
    byId('options-now').textContent = texts.options.now([
      texts.key.names[this.#value('key')],
      dates ? texts.options.dates : texts.options.days(days),
    ])
  }

  #setError(id, text) {
    const place = byId(`${id}-error`)
    if (!place) return
    place.textContent = text
    if (id === 'form') return
    if (text) byId(id).setAttribute('aria-invalid', 'true')
    else byId(id).removeAttribute('aria-invalid')
  }

  clearErrors() {
    for (const place of this.#form.querySelectorAll('.error')) {
      this.#setError(place.id.replace(/-error$/, ''), '')
    }
  }

  /** Shows an error beside its field and goes there; one about no field stands above the button. */
  showError({ field = '', rule, message }) {
    const id = inputOf(field)
    const input = byId(`${id}-error`) && byId(id)
    if (!input || id === 'form' || input.closest('[hidden]')) {
      this.#setError('form', message)
      return
    }
    this.#setError(id, rule ?? message)
    const details = input.closest('details')
    if (details) details.open = true
    input.focus()
  }
}
