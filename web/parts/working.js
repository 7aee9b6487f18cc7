/** Progress and Cancel for work that takes long enough to be noticed. */

import { announce, h } from './dom.js'
import { texts } from '../texts.js'

/** Work that is done sooner than this shows no progress: it would only flash. */
const PATIENCE_MS = 150

/** How often a screen reader is told how it goes. */
const ANNOUNCE_MS = 10_000

let nextId = 1

/**
 * Does work that an AbortSignal cancels; meanwhile progress and Cancel stand after the button.
 *
 * @template T
 * @param {HTMLButtonElement} button hidden meanwhile, and focused after a cancellation
 * @param {(options: { signal: AbortSignal, onProgress: (progress: any) => void }) => Promise<T>} work
 * @param {AbortController} [abortable]
 * @returns {Promise<T>} rejected with an AbortError when it was cancelled
 */
export async function withProgress(button, work, abortable = new AbortController()) {
  const shown = progressAfter(button, abortable)
  try {
    return await work({ signal: abortable.signal, onProgress: shown.update })
  } catch (error) {
    if (error.name === 'AbortError') announce(texts.working.cancelled)
    throw error
  } finally {
    const cancelled = abortable.signal.aborted
    shown.end()
    if (cancelled) button.focus()
  }
}

function progressAfter(button, abortable) {
  const id = nextId++
  const title = h('h2', { id: `working-title-${id}` }, texts.working.title)
  const note = h('p', { id: `working-note-${id}`, class: 'working-note' }, texts.working.start)
  const bar = h('progress', {
    max: 1,
    value: 0,
    'aria-labelledby': title.id,
    'aria-describedby': note.id,
  })
  const cancel = h('button', { type: 'button', class: 'cancel', onclick: () => abortable.abort() })
  cancel.append(texts.cancel)
  const section = h('section', { class: 'working', 'aria-labelledby': title.id })
  section.append(title, bar, note, cancel)
  let announced = 0
  const timer = setTimeout(() => {
    button.after(section)
    button.hidden = true
    cancel.focus()
    announce(texts.working.title)
    announced = performance.now()
  }, PATIENCE_MS)
  return {
    update({ fraction, elapsedSeconds, typicalSeconds, number }) {
      const { seconds, note: noteText, title: first, second } = texts.working
      bar.value = fraction
      title.textContent = number === 2 ? second : first
      note.textContent = noteText(seconds(elapsedSeconds), seconds(typicalSeconds))
      if (!section.isConnected || performance.now() - announced < ANNOUNCE_MS) return
      announced = performance.now()
      announce(note.textContent)
    },
    end() {
      clearTimeout(timer)
      section.remove()
      button.hidden = false
    },
  }
}
