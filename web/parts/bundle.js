/** What was made in one file: a .p12 under a passphrase, or everything as a .zip. */

import { h, icon } from './dom.js'
import { passphraseField } from './fields.js'
import { Form } from './form.js'
import { download } from './give.js'
import { texts } from '../texts.js'

let nextId = 1

/**
 * @param {import('../bridge.js').Bridge} bridge
 * @param {import('./files.js').File[]} files
 */
export function bundle(bridge, files) {
  const textOf = (name) => files.find((file) => file.name === name)?.text
  const key = textOf('private_key.pem')
  const certificate = textOf('certificate.pem')
  return h(
    'details',
    { class: 'options bundle' },
    h('summary', {}, h('span', {}, texts.bundle.title)),
    h(
      'div',
      { class: 'bundle-body' },
      key && certificate
        ? p12Form(bridge, { key, certificate, authority: textOf('ca.pem') })
        : undefined,
      zipButton(bridge, files),
    ),
  )
}

function p12Form(bridge, order) {
  const { bundle: words } = texts
  const prefix = `bundle-${nextId++}-`
  const element = h(
    'form',
    { id: `${prefix}form`, novalidate: true },
    passphraseField({ prefix, name: 'passphrase', label: words.passphrase, isNew: true }),
    h(
      'label',
      { class: 'check' },
      h('input', { type: 'checkbox', name: 'legacy', value: 'yes' }),
      words.legacy,
    ),
    h('p', { class: 'error', id: `${prefix}form-error`, role: 'alert' }),
    h('button', { type: 'submit', class: 'download' }, icon('download'), words.p12),
  )
  const form = new Form(element, { prefix })
  form.onSubmit(async () => {
    form.clearErrors()
    try {
      const { name, bytes } = await bridge.run('makePKCS12', {
        ...order,
        passphrase: form.secret('passphrase'),
        legacy: form.checked('legacy'),
      })
      download(name, bytes)
    } catch (error) {
      form.showError(error)
    }
  })
  return element
}

function zipButton(bridge, files) {
  const onclick = async () => {
    const { name, bytes } = await bridge.run('makeZip', { name: 'certmint.zip', files })
    download(name, bytes)
  }
  return h('button', { type: 'button', onclick }, icon('download'), texts.bundle.zip)
}
