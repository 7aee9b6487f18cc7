/** One folder for all that a run of Jest writes; it goes with the run, also when a test fails. */

import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** Before the first project: the workers of Jest inherit the variable. */
export default function begin() {
  if (process.env.CERTMINT_TEST_FOLDER) return
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'certmint-tests-'))
  fs.chmodSync(folder, 0o755)
  process.env.CERTMINT_TEST_FOLDER = folder
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }))
}
