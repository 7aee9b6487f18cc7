/** The flow "make a certificate": form, work with progress and Cancel, result. */

import { byId } from '../parts/dom.js'
import { drawSeal } from '../parts/seal.js'
import { withProgress } from '../parts/working.js'
import { CertificateForm } from './form.js'
import { forgetResult, showResult } from './result.js'

/**
 * @param {import('../bridge.js').Bridge} bridge
 * @returns {import('../router.js').Flow}
 */
export function certificateFlow(bridge) {
  drawSeal(byId('empty-seal'), 'certmint')
  const form = new CertificateForm()
  /** @type {AbortController | undefined} while something is being made */
  let making

  async function create() {
    if (making) return
    form.clearErrors()
    making = new AbortController()
    try {
      const order = form.read()
      const work = (options) => bridge.run('makeCertificate', order, options)
      showResult(bridge, order, await withProgress(byId('create'), work, making))
    } catch (error) {
      if (error.name !== 'AbortError') form.showError(error)
    } finally {
      making = undefined
    }
  }

  form.onSubmit(create)
  return {
    /** @param {Record<string, string>} [given] the form's values, in place of what was typed */
    enter: (given) => (given ? form.fill(given) : form.recall()),
    leave() {
      making?.abort()
      forgetResult()
    },
  }
}
