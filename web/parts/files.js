/** Files a person takes: to show, copy and download, each in a row. */

import { copyButton } from './copy_button.js'
import { h, hiddenText, icon } from './dom.js'
import { download } from './give.js'
import { texts } from '../texts.js'

/**
 * @typedef {object} File
 * @property {string} name
 * @property {string} [text] what is in it; shown and copied as well
 * @property {Uint8Array} [bytes] what is in it, when it is no text
 * @property {boolean} [secret]
 * @property {string} [note] in place of the usual one for this name
 */

/** @param {File[]} files */
export const fileList = (files) => h('ul', { class: 'files' }, ...files.map(fileRow))

let nextId = 1

function fileRow({ name, text, bytes, secret, note }) {
  const { files } = texts
  const [show, content] = text === undefined ? [] : shown(name, text)
  return h(
    'li',
    { class: secret ? 'secret' : undefined },
    icon(secret ? 'key' : 'certificate'),
    h('div', { class: 'file-name' }, h('h4', {}, name), h('p', {}, note ?? files.notes[name])),
    h(
      'div',
      { class: 'file-actions' },
      show,
      text === undefined ? undefined : copyButton(name, text),
      h(
        'button',
        { type: 'button', class: 'download', onclick: () => download(name, bytes ?? text) },
        icon('download'),
        files.download,
        hiddenText(` ${name}`),
      ),
    ),
    content,
  )
}

/** A button that shows a text, and the place where. */
function shown(name, text) {
  const { files } = texts
  const id = `file-${nextId++}`
  const content = h('pre', { id, hidden: true, tabindex: '0', role: 'region', 'aria-label': name })
  const label = h('span', {}, files.show)
  const onclick = () => {
    content.hidden = !content.hidden
    // a secret stands in the page only while it is asked for
    content.textContent = content.hidden ? '' : text
    label.textContent = content.hidden ? files.show : files.hide
    show.setAttribute('aria-expanded', String(!content.hidden))
  }
  const show = h(
    'button',
    { type: 'button', class: 'quiet', 'aria-expanded': 'false', 'aria-controls': id, onclick },
    label,
    hiddenText(` ${name}`),
  )
  return [show, content]
}
