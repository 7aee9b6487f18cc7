/**
 * One of Node's own modules; undefined where there are none. Not by import: bundlers for browsers would
 * stop at it.
 *
 * @param {string} name without "node:"
 * @returns {any}
 */
export const builtin = (name) => globalThis.process?.getBuiltinModule?.(`node:${name}`)
