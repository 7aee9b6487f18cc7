import { readCertificate, readCRL } from '../../index.js'
import { openAuthority } from '../authority.js'
import { naming, PUBLIC_MODE, read, withLock, writeAll } from '../files.js'
import {
  date,
  group,
  integer,
  issuerOptions,
  reportOptions,
  signatureOptions,
  text,
} from '../options.js'
import { FailedError, UsageError } from '../usage.js'

export const usage = '[CERTIFICATE|SERIAL...] [options]'

export const options = {
  ...issuerOptions,
  ...group('What is revoked', {
    reason: text('REASON', 'keyCompromise, superseded, cessationOfOperation, removeFromCRL, ...'),
    date: text('DATE', 'since when it is revoked (default: now)'),
    'invalidity-date': text('DATE', 'since when the key was not to be trusted'),
  }),
  ...group('The list', {
    list: text('FILE', 'the list: extended when it is there (default crl.pem)'),
    days: text('N', 'until the next list (default 30)'),
    'next-update': text('DATE', 'instead of --days'),
    'this-update': text('DATE', 'when the list is made (default: now)'),
    number: text('N', 'its number (default: one more than before)'),
    'der-out': text('FILE', 'write it there in DER, too, as distribution points serve it'),
  }),
  ...signatureOptions,
  ...group('Output', { json: reportOptions.json, quiet: reportOptions.quiet }),
}

export const note = `A CERTIFICATE is a file, a SERIAL its number in hexadecimal. Without either the list gets a new
date and number.`

export const examples = [
  'certmint crl shop.test.pem --reason keyCompromise',
  'certmint crl 4f8a03b1 --reason removeFromCRL',
  'certmint crl                      # a fresh list with the same entries',
]

/** A file is a certificate, anything else a serial number. */
function revokedOf(what) {
  return naming(what, undefined, async () => {
    try {
      return { cert: await readCertificate(await read(what)) }
    } catch (error) {
      if (error.code === 'ENOENT' && /^[0-9a-f:]+$/i.test(what)) return { serial: what }
      throw error
    }
  })
}

function previousOf(path) {
  return naming(path, undefined, async () => {
    try {
      return await readCRL(await read(path))
    } catch (error) {
      if (error.code === 'ENOENT') return undefined
      throw error
    }
  })
}

/** An error about one of those to revoke names it as the user did. */
function namingRevoked(error, what) {
  const [, i] = /^revoked\[(\d+)\](?:\.(?:cert\w*|serial))?$/.exec(error.field) ?? []
  if (i === undefined) return error
  const Kind = error.code === 'invalid' ? UsageError : FailedError
  return new Kind(`${what[i]}: ${error.rule}`)
}

/** Taking off a list what is not on it is a mistake in the number. */
function expectListed(previous, revoked, what) {
  const plain = (serial) => serial.replaceAll(':', '').replace(/^0+/, '').toLowerCase()
  revoked.forEach(({ cert, serial }, i) => {
    const wanted = plain(cert?.serial ?? serial)
    if (!previous?.revoked.some((entry) => plain(entry.serial) === wanted)) {
      throw new FailedError(`${what[i]}: is not on the list`)
    }
  })
}

/** CRL numbers are counted, so they are written as people count. */
function numberOf({ number }) {
  if (number === undefined) return undefined
  if (!/^\d{1,48}$/.test(number)) {
    throw new UsageError(`--number: "${number}" is not a whole number`)
  }
  return BigInt(number)
}

export async function run(values, what) {
  const path = values.list ?? 'crl.pem'
  if (path === '-') throw new UsageError('--list: a list is kept in a file')
  const about = {
    reason: values.reason,
    date: date(values, 'date'),
    invalidityDate: date(values, 'invalidity-date'),
  }
  if (what.length === 0 && Object.values(about).some((value) => value !== undefined)) {
    throw new UsageError('say what is revoked: a certificate file or a serial number')
  }
  const template = {
    days: integer(values, 'days'),
    thisUpdate: date(values, 'this-update'),
    nextUpdate: date(values, 'next-update'),
    number: numberOf(values),
    hash: values.hash,
    pss: values.pss,
    allowWeak: values['allow-weak'],
  }
  const ca = await openAuthority(values)
  const revoked = []
  for (const one of what) revoked.push({ ...(await revokedOf(one)), ...about })
  // the list is its own state: nobody else extends it meanwhile, and it is replaced whole
  const crl = await withLock(path, async () => {
    const previous = await previousOf(path)
    if (values.reason === 'removeFromCRL') expectListed(previous, revoked, what)
    const made = await ca.createCRL({ ...template, revoked, previous }).catch((error) => {
      throw namingRevoked(error, what)
    })
    const files = [{ path, data: made.pem, mode: PUBLIC_MODE }]
    if (values['der-out']) {
      files.push({ path: values['der-out'], data: made.der, mode: PUBLIC_MODE })
    }
    await writeAll(files, { force: true })
    return made
  })
  say(values, crl, { list: path, ...(values['der-out'] && { der: values['der-out'] }) })
}

function say(values, crl, files) {
  if (values.quiet) return
  if (values.json) return void console.log(JSON.stringify({ files, crl }))
  const count = crl.revoked.length === 1 ? '1 certificate' : `${crl.revoked.length} certificates`
  console.log(`${files.list}: list number ${BigInt(`0x${crl.number}`)}, ${count} revoked`)
  console.log(`  the next is due by ${crl.nextUpdate.toISOString().replace('.000', '')}`)
}
