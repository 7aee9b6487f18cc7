/** Giving files and text to the person: downloads and the clipboard, on plain http too. */

/** Saves a file. @param {string} name @param {string | Uint8Array} content */
export function download(name, content) {
  const type = typeof content === 'string' ? 'application/x-pem-file' : 'application/octet-stream'
  const url = URL.createObjectURL(new Blob([content], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // the browser has begun to read it by then
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** @returns {Promise<boolean>} whether it is on the clipboard now */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // plain http has no navigator.clipboard, and a browser may refuse
    return copyByCommand(text)
  }
}

function copyByCommand(text) {
  const focused = document.activeElement
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'visually-hidden'
  document.body.append(area)
  area.select()
  try {
    return document.execCommand('copy')
  } finally {
    area.remove()
    focused?.focus()
  }
}
