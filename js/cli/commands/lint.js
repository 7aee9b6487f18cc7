import { CertmintError, lint, lintRules } from '../../index.js'
import { read } from '../files.js'
import { flag, group, list, text } from '../options.js'
import { bold, dim, green, indented, red, yellow } from '../say.js'
import { FileError, THE_ANSWER_IS_NO, UsageError } from '../usage.js'

export const usage = 'FILE... [options]\n       certmint lint --rules'

export const options = {
  ...group('What is asked', {
    client: list('LIST', 'chrome, firefox, safari, node, python, java, go, openssl, gnutls, ...'),
    name: text('NAME', 'the host or IP address that it must be for'),
    purpose: text('PURPOSE', 'server, client, ca or any (default: what it looks like)'),
    time: text('DATE', 'when, like 2030-01-31T12:00:00Z (default: now)'),
    chain: list(
      'FILE',
      "further certificates of the chain, besides those in the certificate's file",
    ),
  }),
  ...group('Report', {
    json: flag('the report as JSON, a line for each file'),
    quiet: flag('say nothing: the exit status is the answer'),
    rules: flag('list the rules'),
  }),
}

export const examples = [
  'certmint lint shop.test.pem --name shop.test',
  'certmint lint leaf.pem --chain ca.pem --client safari,python',
  'certmint lint webtransport.pem --client webtransport',
]

export const note = `A file holds one certificate in DER, or any number in PEM, the end of the chain first. The clients
are those above, webtransport (serverCertificateHashes) and rfc5280 (the standard); all of them
count but webtransport, which must be named. Trust and signatures are left to certmint verify.
Exit status: 0 no client refuses it, 1 one does.`

const kinds = {
  server: "a server's certificate",
  client: "a client's certificate",
  ca: 'an authority',
  any: 'a certificate',
}

const marks = {
  error: () => red('✗'),
  warning: () => yellow('!'),
  notice: () => dim('·'),
}

/** @param {string[]} words */
function sentenceOf(words) {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

/** A certificate that is not made for WebTransport is none the worse for it. */
const isAside = ({ client }, asked) => client === 'webtransport' && !asked

function clientRows({ clients, findings }, asked) {
  const left = Math.max(...clients.map(({ name }) => name.length))
  return clients.map((one) => {
    const reasons = one.findings.map((i) => findings[i])
    const ids = (severity) => [
      ...new Set(reasons.filter((reason) => reason.severity === severity).map(({ rule }) => rule)),
    ]
    const refused = one.verdict === 'refused'
    const verdict = !refused
      ? green('✓ accepts')
      : isAside(one, asked)
        ? dim('- not made for it')
        : red('✗ refuses')
    const why = isAside(one, asked) ? [] : refused ? ids('error') : ids('warning')
    const words = why.length === 0 ? '' : `  ${refused ? '' : 'but: '}${why.join(', ')}`
    return `  ${one.name.padEnd(left)}  ${verdict}${indented(words, left + 15)}`
  })
}

/** The findings of one rule in one certificate, the gravest first: they differ in whom they are for. */
function grouped(findings) {
  const groups = new Map()
  for (const finding of findings) {
    const key = `${finding.rule} ${finding.certificate}`
    groups.set(key, [...(groups.get(key) ?? []), finding])
  }
  return [...groups.values()].sort(
    ([a], [b]) => order.indexOf(a.severity) - order.indexOf(b.severity),
  )
}

/** "Chrome, Go; may: Java" */
function whom(group, report) {
  const words = { error: '', warning: 'may: ', notice: 'should: ' }
  return group
    .map(({ severity, clients }, i) => {
      const names = clients.map((id) => report.clients.find(({ client }) => client === id).name)
      return `${i > 0 || severity !== 'error' ? words[severity] : ''}${names.join(', ')}`
    })
    .join('; ')
}

function findingLines(group, report) {
  const [{ rule, certificate, severity, detail, sentence, fix, source, versions }] = group
  const where =
    report.certificates.length > 1
      ? `${report.certificates[certificate].subject || 'without a subject'}: `
      : ''
  const title = `  ${marks[severity]()} ${bold(rule)}`
  return [
    `${title}  ${dim(indented(whom(group, report), 4))}`,
    `    ${indented(`${where}${sentence}${detail ? ` ${detail}` : ''}`, 4)}`,
    `    ${indented(`→ ${fix}`, 6)}`,
    `    ${dim(indented([source, versions].filter(Boolean).join(' · '), 4))}`,
  ].join('\n')
}

const order = ['error', 'warning', 'notice']

function say(path, report, asked) {
  const [{ subject, purpose }] = report.certificates
  const refusing = report.clients.filter((one) => one.verdict === 'refused' && !isAside(one, asked))
  const title = [path, subject, kinds[purpose]].filter(Boolean).join(' · ')
  const verdict =
    refusing.length === 0
      ? green('No client refuses it.')
      : red(`Refused by ${sentenceOf(refusing.map(({ name }) => name))}.`)
  const shown = grouped(
    report.findings.filter(
      ({ clients }) => asked || clients.some((client) => client !== 'webtransport'),
    ),
  )
  const parts = [
    `${bold(title)}\n${indented(verdict, 0)}`,
    clientRows(report, asked).join('\n'),
    ...shown.map((group) => findingLines(group, report)),
  ]
  console.log(parts.join('\n\n'))
}

async function sayRules(values) {
  const rules = await lintRules()
  if (values.json) console.log(JSON.stringify(rules))
  else {
    const left = Math.max(...rules.map(({ id }) => id.length))
    for (const { id, sentence } of rules) {
      console.log(`  ${id.padEnd(left)}  ${indented(sentence, left + 4)}`)
    }
  }
}

/** The file that a failure is about, rather than its place in what lint was given. */
async function naming(paths, work) {
  try {
    return await work()
  } catch (error) {
    const at = error instanceof CertmintError && /^certificates\[(\d+)\]/.exec(error.field)
    if (!at) throw error
    throw new FileError(`${paths[Number(at[1])]}: ${error.rule}`, { cause: error })
  }
}

/** @returns {any} undefined: all, where WebTransport does not count */
const clientsOf = (lists) => lists?.flatMap((one) => one.split(',')).filter(Boolean)

export async function run(values, paths) {
  if (values.rules) {
    if (paths.length > 0) throw new UsageError('--rules takes no file')
    return sayRules(values)
  }
  if (paths.length === 0) throw new UsageError('give a certificate, like: certmint lint shop.pem')
  const chain = await Promise.all((values.chain ?? []).map(read))
  const clients = clientsOf(values.client)
  let status = 0
  for (const [i, path] of paths.entries()) {
    const bytes = await read(path)
    const report = await naming([path, ...(values.chain ?? [])], () =>
      lint([bytes, ...chain], {
        clients,
        name: values.name,
        purpose: values.purpose,
        time: values.time,
      }),
    )
    if (!report.ok) status = THE_ANSWER_IS_NO
    if (values.quiet) continue
    if (values.json) console.log(JSON.stringify({ file: path, ...report }))
    else {
      if (i > 0) console.log()
      say(path, report, clients !== undefined)
    }
  }
  return status
}
