/** The flow "make a request": for an authority elsewhere. */

import { bundle } from '../parts/bundle.js'
import { keyText, titleOf } from '../parts/describe.js'
import { announce, byId, h } from '../parts/dom.js'
import {
  formOf,
  keyField,
  moreOptions,
  namesField,
  selectField,
  subjectFields,
} from '../parts/fields.js'
import { fileList } from '../parts/files.js'
import { Form, FormError, namesIn } from '../parts/form.js'
import { facts, panel } from '../parts/panel.js'
import { snippets } from '../parts/snippets.js'
import { bringIntoView, emptyPlace, stage } from '../parts/stage.js'
import { withProgress } from '../parts/working.js'
import { texts } from '../texts.js'
import { requestCommands } from './commands.js'

const words = texts.request
const prefix = 'request-'

/**
 * @param {import('../bridge.js').Bridge} bridge
 * @returns {import('../router.js').Flow}
 */
export function requestFlow(bridge) {
  const link = h('a', { href: '#authority' }, words.signLink)
  const result = stage('request', words, [view(), h('p', { class: 'hint' }, words.sign, ' ', link)])
  const form = new Form(byId(`${prefix}form`), { prefix })
  const forget = () => result.replaceChildren(emptyPlace('request', words.empty))
  /** @type {AbortController | undefined} */
  let working
  forget()
  form.onSubmit(async () => {
    if (working) return
    form.clearErrors()
    working = new AbortController()
    try {
      const order = read(form)
      const work = (options) => bridge.run('makeRequest', order, options)
      const made = await withProgress(byId(`${prefix}create`), work, working)
      result.replaceChildren(...show(bridge, order, made))
      announce(words.status(titleOf(made.request)))
      result.querySelector('h2').focus({ preventScroll: true })
      bringIntoView(result)
    } catch (error) {
      if (error.name !== 'AbortError') form.showError(error)
    } finally {
      working = undefined
    }
  })
  return {
    enter: () => form.recall(),
    leave() {
      working?.abort()
      forget()
    },
  }
}

const view = () =>
  formOf(
    prefix,
    words.create,
    namesField({
      prefix,
      label: texts.names.label,
      hint: texts.names.hint,
      placeholder: 'www.example.test',
    }),
    moreOptions(
      keyField(prefix),
      selectField({
        prefix,
        name: 'keyFormat',
        label: texts.keyFormat.label,
        options: ['pkcs8', 'traditional'].map((format) => [format, texts.keyFormat[format]]),
        selected: 'pkcs8',
      }),
      ...subjectFields(prefix),
    ),
  )

function read(form) {
  const names = namesIn(form.value('names'))
  const subject = form.subject()
  if (names.length === 0 && subject.length === 0) throw new FormError('names', words.missing)
  if (!form.value('CN') && names.length > 0 && subject.length > 0) subject.push(['CN', names[0]])
  return {
    names,
    key: form.value('key'),
    keyFormat: form.value('keyFormat'),
    ...(subject.length > 0 && { subject }),
  }
}

function show(bridge, order, { request, files }) {
  return [
    h(
      'article',
      { class: 'paper' },
      h(
        'header',
        {},
        h('p', { class: 'kind' }, words.made),
        h('h2', { tabindex: '-1' }, titleOf(request)),
        h('p', { class: 'summary' }, keyText(request)),
      ),
      h('p', { class: 'trust' }, words.next),
      h('h3', { class: 'visually-hidden' }, texts.files.title),
      fileList(files),
      bundle(bridge, files),
    ),
    panel(
      texts.made.details,
      facts(
        [texts.made.subject, request.subject],
        [texts.made.names, request.san.length > 1 ? request.san.join(', ') : undefined],
        [texts.made.key, keyText(request)],
      ),
    ),
    snippets(texts.again.title, requestCommands(order, request)),
  ]
}
