/** The form: read into an order. */

import { byId } from '../parts/dom.js'
import { Form, FormError } from '../parts/form.js'
import { texts } from '../texts.js'

/** In the order in which they are encoded. */
const ATTRIBUTES = ['C', 'ST', 'L', 'O', 'OU', 'CN']

/** Which input an error of the core is about, when it is not the one of the same name. */
const inputOf = (field) => {
  if (/^san\b/.test(field)) return 'names'
  if (field.startsWith('subject.')) return field.slice('subject.'.length)
  return field === 'subject' ? 'CN' : field
}

export class CertificateForm extends Form {
  constructor() {
    super(byId('form'), { inputOf })
    byId('CN').placeholder = texts.subject.defaultCN
    this.onChange(() => this.#update())
  }

  /** @returns {import('./make.js').Order} @throws an error with `field` and `rule` */
  read() {
    const names = this.value('names')
      .split(/[\s,;]+/)
      .filter(Boolean)
    if (names.length === 0 && !this.value('CN')) throw new FormError('names', texts.names.missing)
    const subject = this.#subject(names)
    const hash = this.value('hash')
    return {
      names,
      key: this.value('key'),
      keyFormat: this.value('keyFormat'),
      signer: this.value('signer'),
      template: {
        profile: this.value('profile'),
        ...(subject && { subject }),
        ...(hash && { hash }),
        ...this.#validity(),
      },
    }
  }

  /** Pairs, or undefined when nothing is filled in: then the subject is the first name. */
  #subject(names) {
    const pairs = ATTRIBUTES.map((type) => [type, this.value(type)]).filter(([, value]) => value)
    if (pairs.length === 0) return undefined
    if (!this.value('CN') && names.length > 0) pairs.push(['CN', names[0]])
    return pairs
  }

  #validity() {
    if (this.value('validity') === 'dates') {
      return { ...this.#date('notBefore'), ...this.#date('notAfter') }
    }
    const days = this.value('days')
    if (days === '') return {}
    // what is no number goes to the core as it is, which says so
    return { days: /^\d{1,9}$/.test(days) ? Number(days) : days }
  }

  #date(name) {
    const input = byId(name)
    if (input.validity.badInput) throw new FormError(name, texts.incompleteDate)
    return input.value === '' ? {} : { [name]: new Date(input.value) }
  }

  /** What hangs on what was chosen. */
  #update() {
    const dates = this.value('validity') === 'dates'
    byId('by-days').hidden = dates
    byId('by-dates').hidden = !dates
    byId('days').placeholder = this.value('profile') === 'webtransport' ? '13' : '397'
    const days = this.value('days') || byId('days').placeholder
    byId('options-now').textContent = texts.options.now([
      texts.key.names[this.value('key')],
      dates ? texts.options.dates : texts.options.days(days),
    ])
  }
}
