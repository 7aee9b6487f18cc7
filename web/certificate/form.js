/** The form: read into an order. */

import { byId } from '../parts/dom.js'
import { Form, FormError, namesIn } from '../parts/form.js'
import { subjectFields } from '../parts/fields.js'
import { texts } from '../texts.js'

export class CertificateForm extends Form {
  constructor() {
    byId('subject').append(...subjectFields(''))
    super(byId('form'))
    byId('CN').placeholder = texts.subject.defaultCN
    this.onChange(() => this.#update())
  }

  /** @returns {import('./make.js').Order} @throws an error with `field` and `rule` */
  read() {
    const names = namesIn(this.value('names'))
    if (names.length === 0 && !this.value('CN')) throw new FormError('names', texts.names.missing)
    const subject = this.#namedSubject(names)
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
  #namedSubject(names) {
    const pairs = this.subject()
    if (pairs.length === 0) return undefined
    if (!this.value('CN') && names.length > 0) pairs.push(['CN', names[0]])
    return pairs
  }

  #validity() {
    if (this.value('validity') === 'dates') {
      return { ...this.#date('notBefore'), ...this.#date('notAfter') }
    }
    return this.days()
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
