import { loadAll } from '../catalog.js'
import { manual } from '../manual.js'
import { version } from '../../version.js'
import { UsageError } from '../usage.js'

export const usage = ''

export const options = {}

export const examples = [
  'certmint manual | man -l -',
  'certmint manual > /usr/local/share/man/man1/certmint.1',
]

export async function run(_, rest) {
  if (rest.length > 0) throw new UsageError(`manual takes nothing: "${rest[0]}"`)
  process.stdout.write(manual(await loadAll(), version()))
}
