/** The flow "what is this?": anything dropped, chosen or pasted is said, down to its bytes. */

import { dropZone } from '../parts/drop.js'
import { announce, byId, h } from '../parts/dom.js'
import { formOf, textArea, textField } from '../parts/fields.js'
import { Form, FormError } from '../parts/form.js'
import { bringIntoView, emptyPlace, stage } from '../parts/stage.js'
import { withProgress } from '../parts/working.js'
import { texts } from '../texts.js'
import { headline, showAnswer } from './result.js'
import { flatten } from './words.js'

const words = texts.inspect
const prefix = 'inspect-'

/**
 * @param {import('../bridge.js').Bridge} bridge
 * @param {import('../router.js').Router} router
 * @returns {import('../router.js').Flow}
 */
export function inspectFlow(bridge, router) {
  /** @type {File[]} chosen or dropped */
  let files = []
  /** @type {AbortController | undefined} */
  let working
  const chosen = h('p', { class: 'hint' })
  const result = stage('inspect', words, [view(chosen)])
  const form = new Form(byId(`${prefix}form`), { prefix })
  const text = byId(`${prefix}text`)
  const keep = (more) => {
    files = more
    chosen.textContent = files.map(({ name }) => name).join(', ')
  }
  const take = (more) => {
    keep(more)
    if (files.length > 0) start()
  }

  async function inputsNow() {
    const pasted = text.value
    const named = files.map(async (file) => ({
      name: file.name,
      bytes: new Uint8Array(await file.arrayBuffer()),
    }))
    const inputs = await Promise.all(named)
    if (pasted.trim() !== '') {
      inputs.push({ name: '', bytes: new TextEncoder().encode(pasted) })
    }
    if (inputs.length === 0) throw new FormError('text', words.missing)
    return inputs
  }

  /** Asks, and shows the answer unless `check` throws. */
  async function ask(inputs, passphrases, check) {
    const order = { inputs, passphrases }
    working?.abort()
    const mine = (working = new AbortController())
    try {
      const work = (options) => bridge.run('inspectAll', order, options)
      const answer = await withProgress(byId(`${prefix}create`), work, mine)
      check?.(answer)
      const unlock = (passphrase, id) => open(inputs, passphrases, passphrase, id)
      const { sources } = answer
      showAnswer(result, answer, { bridge, router, inputs, sources, unlock })
      announce(words.status(headline(answer.report)))
      return answer
    } finally {
      if (working === mine) working = undefined
    }
  }

  /** Asks again with one passphrase more; those that opened something count as long as this is shown. */
  async function open(inputs, passphrases, passphrase, id) {
    await ask(inputs, [...passphrases, passphrase], ({ report }) => {
      const item = flatten(report.items).find((one) => one.id === id)
      if (item?.locked) throw new FormError('passphrase', item.error?.message ?? words.wrong)
    })
    result.querySelector(`[data-item="${id}"] h3`)?.scrollIntoView({ block: 'nearest' })
  }

  async function start() {
    form.clearErrors()
    try {
      await ask(await inputsNow(), [])
      result.querySelector('h2').focus({ preventScroll: true })
      bringIntoView(result)
    } catch (error) {
      if (error.name !== 'AbortError') form.showError(error)
    }
  }

  const reset = () => {
    working?.abort()
    keep([])
    text.value = ''
    byId(`${prefix}files`).value = ''
    form.clearErrors()
    result.replaceChildren(emptyPlace('inspect', words.empty))
  }

  byId(`${prefix}files`).addEventListener('change', (event) => take([...event.target.files]))
  dropZone(byId('flow-inspect'), take)
  // what is pasted is there only after the event
  text.addEventListener('paste', () => setTimeout(start))
  form.onSubmit(start)
  reset()
  return { leave: reset }
}

/** What is put in may be a key: it is not kept for a reload. */
const view = (chosen) =>
  formOf(
    prefix,
    words.create,
    textArea({
      prefix,
      name: 'text',
      label: words.text.label,
      hint: words.text.hint,
      placeholder: '-----BEGIN …-----',
      'data-secret': true,
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
  )
