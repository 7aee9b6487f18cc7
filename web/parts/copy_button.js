/** A button that copies, and says for a moment that it has. */

import { announce, h, hiddenText, icon } from './dom.js'
import { copy } from './give.js'
import { texts } from '../texts.js'

const COPIED_MS = 2000

/** @param {string} name what is copied, for those who do not see it @param {string} text */
export function copyButton(name, text) {
  const { files } = texts
  const label = h('span', {}, files.copy)
  const onclick = async () => {
    const copied = await copy(text)
    announce(copied ? files.copiedStatus(name) : files.notCopied)
    if (!copied) return
    label.textContent = files.copied
    setTimeout(() => (label.textContent = files.copy), COPIED_MS)
  }
  return h(
    'button',
    { type: 'button', class: 'quiet', onclick },
    icon('copy'),
    label,
    hiddenText(` ${name}`),
  )
}
