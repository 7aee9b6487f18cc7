/**
 * The fields of the forms: a label, the input, its hint, and the place of its error. `prefix` and
 * `name` make the input's id; see form.js.
 */

import { h } from './dom.js'
import { texts } from '../texts.js'

/**
 * @typedef {object} FieldOptions
 * @property {string} prefix of the form's ids
 * @property {string} name as the form and the errors know it
 * @property {string} label
 * @property {string} [hint]
 */

/** @param {FieldOptions} options @param {HTMLElement} input without id and name */
function field({ prefix, name, label, hint }, input, kind = 'field') {
  const id = prefix + name
  input.id = id
  input.setAttribute('name', name)
  const about = [hint && `${id}-hint`, `${id}-error`].filter(Boolean)
  input.setAttribute('aria-describedby', about.join(' '))
  return h(
    'div',
    { class: kind },
    h('label', { for: id }, label),
    input,
    h('p', { class: 'error', id: `${id}-error` }),
    hint && h('p', { class: 'hint', id: `${id}-hint` }, hint),
  )
}

/** @param {FieldOptions & { large?: boolean } & Record<string, any>} options the rest are attributes */
export function textField({ prefix, name, label, hint, large, ...attributes }) {
  const input = h('input', {
    type: 'text',
    autocomplete: 'off',
    spellcheck: 'false',
    ...attributes,
  })
  return field({ prefix, name, label, hint }, input, large ? 'field field-names' : 'field')
}

/** Names, as many as one likes: what namesIn of form.js reads. */
export const namesField = ({ prefix, name = 'names', ...options }) =>
  textField({
    prefix,
    name,
    large: true,
    inputmode: 'url',
    autocapitalize: 'none',
    ...options,
  })

/** @param {FieldOptions & Record<string, any>} options */
export function textArea({ prefix, name, label, hint, ...attributes }) {
  const area = h('textarea', { autocomplete: 'off', spellcheck: 'false', rows: 6, ...attributes })
  return field({ prefix, name, label, hint }, area)
}

/** What is typed is not kept with the tab's history. */
export const passphraseField = ({ isNew = false, ...options }) =>
  textField({
    type: 'password',
    autocomplete: isNew ? 'new-password' : 'current-password',
    'data-secret': true,
    ...options,
  })

/** @param {FieldOptions & { options: [value: string, label: string][], selected?: string }} options */
export function selectField({ prefix, name, label, hint, options, selected }) {
  const select = h(
    'select',
    {},
    ...options.map(([value, text]) => h('option', { value, selected: value === selected }, text)),
  )
  return field({ prefix, name, label, hint }, select)
}

export const keyField = (prefix) =>
  selectField({
    prefix,
    name: 'key',
    label: texts.key.label,
    options: Object.entries(texts.key.names),
    selected: 'p-256',
  })

export const profileField = (prefix, profiles) =>
  selectField({
    prefix,
    name: 'profile',
    label: texts.profile.label,
    options: profiles.map((profile) => [profile, texts.profile[profile]]),
    selected: profiles[0],
  })

export const daysField = (prefix, placeholder) =>
  textField({
    prefix,
    name: 'days',
    label: texts.days.label,
    inputmode: 'numeric',
    placeholder,
  })

/** How each attribute of a subject is typed. */
const ATTRIBUTES = {
  CN: {},
  O: { autocomplete: 'organization', spellcheck: 'true' },
  OU: {},
  L: { autocomplete: 'address-level2' },
  ST: { autocomplete: 'address-level1' },
  C: { autocomplete: 'country', autocapitalize: 'characters', placeholder: 'US' },
}

/** @param {string} prefix @param {string[]} [types] */
export const subjectFields = (prefix, types = Object.keys(ATTRIBUTES)) =>
  types.map((name) => textField({ prefix, name, label: texts.subject[name], ...ATTRIBUTES[name] }))

/** Fields that most people leave alone. @param {string} now what they are, in short */
export const moreOptions = (...content) =>
  h(
    'details',
    { class: 'options' },
    h('summary', {}, h('span', {}, texts.options.label)),
    h('div', { class: 'options-body' }, ...content),
  )

/** @param {string} prefix @param {string} label of the button */
export function formOf(prefix, label, ...content) {
  const button = h('button', { class: 'primary', id: `${prefix}create`, type: 'submit' }, label)
  return h(
    'form',
    { id: `${prefix}form`, novalidate: true },
    ...content,
    h('p', { class: 'error error-form', id: `${prefix}form-error`, role: 'alert' }),
    button,
  )
}
