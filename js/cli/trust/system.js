/** The store of the system that this is. */

import { linux } from './linux.js'
import { macos } from './macos.js'
import { windows } from './windows.js'

export const system = { darwin: macos, win32: windows }[process.platform] ?? linux

/** Whether the system trusts an authority: true, false, or undefined where that cannot be told. */
export const isTrusted = (cert) =>
  system.missing() ? undefined : system.has(cert, system.places()[0])
