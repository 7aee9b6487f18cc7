import { join } from 'node:path'

import { createFixtures } from '../../index.js'
import { ensureFolder, KEY_MODE, PUBLIC_MODE, writeAll } from '../files.js'
import { reportOptions, text } from '../options.js'
import { UsageError } from '../usage.js'

export const usage = '[FOLDER] [options]'

export const options = {
  host: text('NAME', 'whom the certificates are for (default localhost)'),
  force: reportOptions.force,
  json: reportOptions.json,
  quiet: reportOptions.quiet,
}
for (const name of Object.keys(options)) options[name] = { ...options[name], title: '' }

export const examples = ['certmint fixtures', 'certmint fixtures test/certs --host 127.0.0.1']

export async function run(values, [folder = 'fixtures', ...rest]) {
  if (rest.length > 0) throw new UsageError('give one folder')
  const { root, crl, fixtures } = await createFixtures({ host: values.host })
  const files = [
    { path: join(folder, 'root.pem'), data: root.cert.pem, mode: PUBLIC_MODE },
    { path: join(folder, 'crl.pem'), data: crl.pem, mode: PUBLIC_MODE },
  ]
  for (const [name, { key, chain }] of Object.entries(fixtures)) {
    const pem = chain.map((one) => one.pem).join('')
    files.push({ path: join(folder, `${name}.pem`), data: pem, mode: PUBLIC_MODE })
    files.push({ path: join(folder, `${name}-key.pem`), data: key.pem, mode: KEY_MODE })
  }
  await ensureFolder(folder)
  await writeAll(files, values)
  if (values.quiet) return
  if (values.json) {
    const made = Object.entries(fixtures).map(([name, { fault }]) => ({ name, fault }))
    console.log(JSON.stringify({ folder, fixtures: made }))
    return
  }
  const width = Math.max(...Object.keys(fixtures).map((name) => name.length))
  console.log(`In ${folder}: root.pem, crl.pem, and for each of these NAME.pem with NAME-key.pem`)
  for (const [name, { fault }] of Object.entries(fixtures)) {
    console.log(`  ${name.padEnd(width)}  ${fault}`)
  }
}
