/** The flows beside the first one: a file of their own, loaded when the first can be used. */

export { authorityFlow } from './authority/flow.js'
export { inspectFlow } from './inspect/flow.js'
export { requestFlow } from './request/flow.js'
export { verifyFlow } from './verify/flow.js'
