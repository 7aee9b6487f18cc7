/** A trust kit written into a folder. */

import { join } from 'node:path'

import { ensureFolder, PUBLIC_MODE, writeAll } from './files.js'

/** Writes it to the folder --kit names. */
export async function writeKit(cert, values) {
  const { createTrustKit } = await import('../index.js')
  const folder = values.kit
  const files = await createTrustKit(cert)
  const entries = Object.entries(files).map(([name, data]) => ({
    path: join(folder, name),
    data,
    mode: PUBLIC_MODE,
  }))
  if (!values['dry-run']) await ensureFolder(folder)
  await writeAll(entries, { force: values.force, dryRun: values['dry-run'] })
  if (values.quiet) return
  if (values.json) return void console.log(JSON.stringify({ folder, files: Object.keys(files) }))
  const written = values['dry-run'] ? 'Would be written' : 'Written'
  console.log(`${written} to ${folder}: ${Object.keys(files).join(', ')}`)
  console.log(`Give the folder to others; index.html explains it. SHA-256 ${cert.fingerprint()}`)
}
