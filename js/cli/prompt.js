/** Asking for a password on the terminal, without showing it. */

import { UsageError } from './usage.js'

const CTRL_C = '\x03'
const CTRL_D = '\x04'
const CTRL_U = '\x15'
const ERASE = ['\x7f', '\b']

/** One line for each question; nothing of what is typed is shown, not even ahead of a question. */
function readHidden(questions) {
  const { stdin, stderr } = process
  const lines = []
  let line = ''
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  stderr.write(questions[0])
  return new Promise((resolve, reject) => {
    const end = (settle) => {
      stdin.removeListener('data', hear)
      stdin.setRawMode(false)
      stdin.pause()
      settle()
    }
    function endOfLine() {
      stderr.write('\n')
      lines.push(line)
      line = ''
      if (lines.length === questions.length) return end(() => resolve(lines))
      stderr.write(questions[lines.length])
    }
    function hear(text) {
      for (const letter of text) {
        if (lines.length === questions.length) return
        if (letter === '\r' || letter === '\n') endOfLine()
        else if (letter === CTRL_C || letter === CTRL_D) {
          stderr.write('\n')
          return end(() => reject(new DOMException('interrupted', 'AbortError')))
        } else if (letter === CTRL_U) line = ''
        else if (ERASE.includes(letter)) line = [...line].slice(0, -1).join('')
        else line += letter
      }
    }
    stdin.on('data', hear)
    stdin.resume()
  })
}

/**
 * @param {string} question
 * @param {{ twice?: boolean }} [options] twice: for a new password
 * @returns {Promise<string>}
 */
export async function ask(question, { twice = false } = {}) {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UsageError('a password can be asked for on a terminal only; give a file or variable')
  }
  const lines = await readHidden(twice ? [question, 'The same again: '] : [question])
  if (twice && lines[0] !== lines[1]) {
    throw new UsageError('the two passwords differ; nothing was written')
  }
  return lines[0]
}
