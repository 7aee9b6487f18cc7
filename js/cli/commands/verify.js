import { readCertificate, verify } from '../../index.js'
import { read } from '../files.js'
import { harness } from '../harness.js'
import { flag, group, integer, list, text } from '../options.js'
import { THE_ANSWER_IS_NO, UsageError } from '../usage.js'

export const usage = 'CERTIFICATE [options]\n       certmint verify --harness'

export const options = {
  ...group('What is given', {
    root: list('FILE', 'trusted roots (default ca.pem)'),
    intermediate: list('FILE', "further certificates, besides those in the certificate's file"),
    crl: list('FILE', 'revocation lists'),
  }),
  ...group('What is asked', {
    name: text('NAME', 'the host, IP address or e-mail address that it must be for'),
    purpose: text('PURPOSE', 'server, client, email, code-signing, timestamping, ocsp-signing'),
    time: text('DATE', 'when, like 2030-01-31T12:00:00Z (default: now)'),
    'max-depth': text('N', 'at most so many intermediates (default 16)'),
    policy: list('OID', 'an acceptable certificate policy'),
    'require-policy': flag('an acceptable policy must hold along the path'),
    'require-revocation': flag('refuse what no usable revocation list covers'),
    'allow-weak': flag('take SHA-1 signatures and RSA from 1024 bits'),
    lenient: flag('let pass authorities without key identifiers or key usage'),
  }),
  ...group('Report', {
    json: flag('the report as JSON'),
    quiet: flag('say nothing: the exit status is the answer'),
    harness: flag('for test suites: one JSON request a line in, one JSON answer a line out'),
  }),
}

export const examples = [
  'certmint verify shop.test.pem --name shop.test --purpose server',
  'certmint verify leaf.pem --root root.pem --intermediate sub.pem --crl crl.pem',
]

export const note = `A file holds one certificate or list in DER, or any number in PEM; --root, --intermediate, --crl
and --policy may be repeated. Exit status: 0 yes, 1 no.`

const readAll = (paths = []) => Promise.all(paths.map(read))

/**
 * @param {string} path
 * @param {import('../../index.js').VerifyReport} report
 * @param {import('../../index.js').Certificate} leaf
 */
function say(path, { code, depth, detail, chain, revocation, skipped }, leaf) {
  for (const { from, index, detail: why } of skipped) {
    console.error(`certmint: skipped ${from}[${index}]: ${why}`)
  }
  if (!chain) {
    const where = depth === 0 ? path : `issuer ${depth} of ${path}`
    console.log(`${path}: no (${code})\n  ${where}: ${detail}`)
    return
  }
  console.log(`${path}: yes`)
  for (const [i, cert] of chain.entries()) console.log(`  ${i}  ${cert.subject || leaf.serial}`)
  if (revocation !== 'unchecked') console.log(`  revocation: ${revocation}`)
}

export async function run(values, [path, ...rest]) {
  if (values.harness) {
    if (path !== undefined) throw new UsageError('--harness takes no file: it reads its requests')
    await harness(process.stdin, process.stdout)
    return undefined
  }
  if (path === undefined || rest.length > 0) {
    throw new UsageError('give one certificate, like: certmint verify shop.test.pem')
  }
  const bytes = await read(path)
  const leaf = await readCertificate(bytes)
  const report = await verify(bytes, {
    roots: await readAll(values.root ?? ['ca.pem']),
    intermediates: await readAll(values.intermediate),
    crls: await readAll(values.crl),
    name: values.name,
    purpose: values.purpose,
    time: values.time,
    maxDepth: integer(values, 'max-depth'),
    policies: values.policy,
    requireExplicitPolicy: values['require-policy'],
    requireRevocation: values['require-revocation'],
    allowWeak: values['allow-weak'],
    lenient: values.lenient,
  })
  if (values.json) console.log(JSON.stringify(report))
  else if (!values.quiet) say(path, report, leaf)
  return report.ok ? 0 : THE_ANSWER_IS_NO
}
