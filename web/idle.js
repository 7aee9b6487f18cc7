/** When the page stands and has nothing to do, so that what can wait does not slow down what cannot. */

/** Longer than this nothing waits. */
const LATEST_MS = 1000

/** Or when a person begins to fill in a form: what they will ask for is wanted then. */
export async function whenIdle() {
  const touched = new Promise((resolve) => addEventListener('focusin', resolve, { once: true }))
  await Promise.race([touched, shown().then(idle)])
}

/** The page with its style and its scripts is there, and was drawn. */
const shown = () =>
  new Promise((resolve) => {
    const drawn = () => requestAnimationFrame(() => setTimeout(resolve))
    if (document.readyState === 'complete') drawn()
    else addEventListener('load', drawn, { once: true })
  })

/** Safari has no requestIdleCallback. */
const idle = () =>
  new Promise((resolve) => {
    if (globalThis.requestIdleCallback) requestIdleCallback(resolve, { timeout: LATEST_MS })
    else setTimeout(resolve)
  })
