/** The flow "why is my chain refused?": the path drawn, and the link that breaks it. */

import { dropZone } from '../parts/drop.js'
import { announce, byId, h } from '../parts/dom.js'
import { formOf, moreOptions, selectField, textArea, textField } from '../parts/fields.js'
import { Form, FormError } from '../parts/form.js'
import { bringIntoView, emptyPlace, stage } from '../parts/stage.js'
import { withProgress } from '../parts/working.js'
import { texts } from '../texts.js'
import { showReport } from './result.js'

const words = texts.verify
const prefix = 'verify-'

/**
 * @param {import('../bridge.js').Bridge} bridge
 * @returns {import('../router.js').Flow}
 */
export function verifyFlow(bridge) {
  /** @type {File[]} chosen or dropped */
  let files = []
  const chosen = h('p', { class: 'hint' })
  const result = stage('verify', words, [view(chosen)])
  const form = new Form(byId(`${prefix}form`), { prefix })
  const take = (more) => {
    files = more
    chosen.textContent = files.map(({ name }) => name).join(', ')
  }
  const reset = () => {
    take([])
    byId(`${prefix}files`).value = ''
    result.replaceChildren(emptyPlace('verify', words.empty))
  }
  byId(`${prefix}files`).addEventListener('change', (event) => take([...event.target.files]))
  dropZone(byId('flow-verify'), take)
  reset()
  form.onSubmit(async () => {
    form.clearErrors()
    try {
      const question = await read(form, files)
      const work = (options) => bridge.run('checkPath', question, options)
      const answer = await withProgress(byId(`${prefix}create`), work)
      result.replaceChildren(...showReport(question, answer))
      announce(answer.report.ok ? words.good : words.bad)
      result.querySelector('h2').focus({ preventScroll: true })
      bringIntoView(result)
    } catch (error) {
      if (error.name !== 'AbortError') form.showError(error)
    }
  })
  return {
    /** @param {{ text?: string, roots?: string }} [given] from another flow */
    enter(given) {
      if (given) form.fill(given)
      else form.recall()
    },
    leave: reset,
  }
}

function view(chosen) {
  const purposes = Object.entries(words.purposes)
  return formOf(
    prefix,
    words.create,
    textArea({
      prefix,
      name: 'text',
      label: words.text.label,
      hint: words.text.hint,
      placeholder: '-----BEGIN CERTIFICATE-----',
    }),
    h(
      'div',
      {},
      textField({
        prefix,
        name: 'files',
        label: words.files,
        type: 'file',
        multiple: true,
        'data-secret': true,
      }),
      chosen,
    ),
    textField({
      prefix,
      name: 'name',
      label: words.name.label,
      hint: words.name.hint,
      inputmode: 'url',
      autocapitalize: 'none',
      placeholder: 'www.example.test',
    }),
    moreOptions(
      selectField({
        prefix,
        name: 'purpose',
        label: words.purpose,
        options: purposes,
        selected: 'any',
      }),
      textField({ prefix, name: 'time', label: words.time, type: 'datetime-local' }),
      h(
        'div',
        { class: 'wide' },
        textArea({ prefix, name: 'roots', label: words.roots.label, hint: words.roots.hint }),
      ),
      h(
        'label',
        { class: 'check wide' },
        h('input', { type: 'checkbox', name: 'requireRevocation', value: 'yes' }),
        words.requireRevocation,
      ),
    ),
  )
}

async function read(form, files) {
  const text = form.value('text')
  if (text === '' && files.length === 0) throw new FormError('text', words.missing)
  if (form.element('time').validity.badInput) throw new FormError('time', texts.incompleteDate)
  const time = form.value('time')
  return {
    text,
    files: await Promise.all(files.map(async (file) => new Uint8Array(await file.arrayBuffer()))),
    roots: form.value('roots'),
    name: form.value('name'),
    purpose: form.value('purpose'),
    time: time === '' ? undefined : new Date(time).toISOString(),
    requireRevocation: form.checked('requireRevocation'),
  }
}
