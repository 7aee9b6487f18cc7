/** The flow "make a certificate": form, work with progress and Cancel, result. */

import { announce, byId } from '../dom.js'
import { texts } from '../texts.js'
import { Form } from './form.js'
import { forgetResult, showResult } from './result.js'
import { drawSeal } from './seal.js'

/** Work that is done sooner than this shows no progress: it would only flash. */
const PATIENCE_MS = 150

/** How often a screen reader is told how it goes. */
const ANNOUNCE_MS = 10_000

/** @param {import('../bridge.js').Bridge} bridge */
export function startCertificateFlow(bridge) {
  drawSeal(byId('empty-seal'), 'certmint')
  const form = new Form()
  form.onSubmit(() => create(bridge, form))
  // the browser may keep the page for "Back": without keys
  addEventListener('pagehide', forgetResult)
}

/** @type {AbortController | undefined} while something is being made */
let controller

async function create(bridge, form) {
  if (controller) return
  form.clearErrors()
  let order
  try {
    order = form.read()
  } catch (error) {
    form.showError(error)
    return
  }
  controller = new AbortController()
  const working = showWorking(controller)
  try {
    const made = await bridge.run('makeCertificate', order, {
      signal: controller.signal,
      onProgress: working.update,
    })
    working.end()
    showResult(order, made)
  } catch (error) {
    working.end()
    if (error.name === 'AbortError') {
      announce(texts.working.cancelled)
      byId('create').focus()
    } else {
      form.showError(error)
    }
  } finally {
    controller = undefined
  }
}

/** Progress and Cancel, once the work takes long enough to be noticed. */
function showWorking(abortable) {
  const section = byId('working')
  const button = byId('create')
  const bar = byId('progress')
  let announced = 0
  const cancel = () => abortable.abort()
  const show = () => {
    bar.value = 0
    byId('working-title').textContent = texts.working.title
    byId('working-note').textContent = texts.working.start
    section.hidden = false
    button.hidden = true
    byId('cancel').focus()
    announce(texts.working.title)
    announced = performance.now()
  }
  byId('cancel').addEventListener('click', cancel)
  const timer = setTimeout(show, PATIENCE_MS)
  return {
    update({ fraction, elapsedSeconds, typicalSeconds, number }) {
      const { seconds, note, title, second } = texts.working
      bar.value = fraction
      byId('working-title').textContent = number === 2 ? second : title
      byId('working-note').textContent = note(seconds(elapsedSeconds), seconds(typicalSeconds))
      if (section.hidden || performance.now() - announced < ANNOUNCE_MS) return
      announced = performance.now()
      announce(byId('working-note').textContent)
    },
    end() {
      clearTimeout(timer)
      byId('cancel').removeEventListener('click', cancel)
      section.hidden = true
      button.hidden = false
    },
  }
}
