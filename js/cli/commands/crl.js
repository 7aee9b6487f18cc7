import { readCRL, readCertificate } from '../../index.js'
import { openAuthority } from '../authority.js'
import { PUBLIC_MODE, read, writeAll } from '../files.js'
import { integer, issuerOptions, outputOptions } from '../options.js'
import { UsageError } from '../usage.js'

export const usage = '[CERTIFICATE|SERIAL...] [options]'

export const options = {
  ...issuerOptions,
  list: {
    type: 'string',
    value: 'FILE',
    help: 'the list: extended when it is there (default crl.pem)',
  },
  reason: {
    type: 'string',
    value: 'REASON',
    help: 'keyCompromise, superseded, cessationOfOperation, ...',
  },
  'invalidity-date': {
    type: 'string',
    value: 'DATE',
    help: 'since when the key was not to be trusted',
  },
  days: { type: 'string', value: 'N', help: 'until the next list (default 30)' },
  hash: { type: 'string', value: 'HASH', help: 'sha256, sha384 or sha512' },
  json: outputOptions.json,
  quiet: outputOptions.quiet,
}

export const examples = [
  'certmint crl shop.test.pem --reason keyCompromise',
  'certmint crl 4f8a… --reason removeFromCRL',
  'certmint crl                      # a fresh list with the same entries',
]

/** A file is a certificate, anything else a serial number. */
async function revokedOf(what) {
  try {
    return { cert: await readCertificate(await read(what)) }
  } catch (error) {
    if (error.code === 'ENOENT' && /^[0-9a-f:]+$/i.test(what)) return { serial: what }
    throw error
  }
}

async function previousOf(path) {
  try {
    return await readCRL(await read(path))
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

export async function run(values, what) {
  const path = values.list ?? 'crl.pem'
  if (path === '-') throw new UsageError('--list: a list is kept in a file')
  const ca = await openAuthority(values)
  const previous = await previousOf(path)
  const revoked = []
  for (const one of what) {
    revoked.push({
      ...(await revokedOf(one)),
      reason: values.reason,
      invalidityDate: values['invalidity-date'],
    })
  }
  const crl = await ca.createCRL({
    revoked,
    previous,
    days: integer(values, 'days'),
    hash: values.hash,
  })
  // the list is its own state: replaced whole, so that a reader never sees half of it
  await writeAll([{ path, data: crl.pem, mode: PUBLIC_MODE }], { force: true })
  if (values.json) console.log(JSON.stringify({ files: { list: path }, crl }))
  else if (!values.quiet) {
    const count = crl.revoked.length === 1 ? '1 certificate' : `${crl.revoked.length} certificates`
    console.log(`${path}: list number ${BigInt(`0x${crl.number}`)}, ${count} revoked`)
    console.log(`  next list due by ${crl.nextUpdate?.toISOString()}`)
  }
}
