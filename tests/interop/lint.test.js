/**
 * lint against the clients it speaks for: each case is served, each client visits it with the root
 * installed, and what comes of it is compared with what lint says.
 */

import * as certmint from '../../js/sync.js'
import { visitWithChromium, visitWithFirefox } from '../support/clients/browsers.js'
import {
  showToNode,
  visitWithGnuTLS,
  visitWithGo,
  visitWithJava,
  visitWithNode,
  visitWithOpenSSL,
  visitWithPython,
} from '../support/clients/programs.js'
import { serveCases } from '../support/clients/server.js'
import { lintCase, lintCases } from '../support/lint_cases.js'

const rules = new Map(certmint.lintRules().map((rule) => [rule.id, rule]))
let lab, reports
/** Certificates of clients. */
let clients

beforeAll(async () => {
  const cases = lintCases()
  lab = await serveCases(cases.filter(({ served }) => served))
  clients = await serveCases(cases.filter(({ purpose }) => purpose === 'client'))
  reports = new Map([...lab.cases, ...clients.cases].map((one) => [one.name, lintCase(one)]))
})
afterAll(() => {
  lab?.close()
  clients?.close()
})

/** Where the rule was tried with this client, rather than taken from its documentation. */
const isTried = ({ rule }, client) => !rules.get(rule).documented.includes(client)

/** What lint says that the client does not do, and the other way round. */
function differences(client, outcomes) {
  const found = []
  for (const name of Object.keys(outcomes)) {
    const findings = reports.get(name).findings.filter(({ clients }) => clients.includes(client))
    const errors = findings.filter(({ severity }) => severity === 'error')
    const mayRefuse = findings.some(({ severity }) => severity !== 'notice')
    const refused = outcomes[name] !== 'ok'
    const mustRefuse = errors.some((finding) => isTried(finding, client))
    if (refused ? !mayRefuse : mustRefuse) found.push(`${name}: ${outcomes[name]}`)
  }
  return found
}

/** Rules for `purpose` that claim to have been tried with this client, and never were the only reason. */
function unseen(client, outcomes, purpose) {
  const seen = new Set()
  for (const name of Object.keys(outcomes)) {
    const errors = reports
      .get(name)
      .findings.filter((one) => one.severity === 'error' && one.clients.includes(client))
    const ids = new Set(errors.map(({ rule }) => rule))
    if (outcomes[name] !== 'ok' && ids.size === 1) seen.add([...ids][0])
  }
  return [...rules.values()]
    .filter(({ purposes }) =>
      purpose === 'client' ? isForClients(purposes) : !isForClients(purposes),
    )
    .filter(({ id, error }) => error.includes(client) && isTried({ rule: id }, client))
    .map(({ id }) => id)
    .filter((id) => !seen.has(id))
}

/** Rules for clients' certificates alone. */
const isForClients = (purposes) => purposes.every((purpose) => purpose === 'client')

test.each([
  ['chrome', visitWithChromium],
  ['firefox', visitWithFirefox],
  // from 24.5 on, Node has OpenSSL's security level 2
  ['node', (all) => visitWithNode(all, 'DEFAULT@SECLEVEL=2')],
  // the flags that ssl.create_default_context sets from 3.13 on
  ['python', visitWithPython],
  ['java', visitWithJava],
  ['go', visitWithGo],
  ['openssl', visitWithOpenSSL],
  ['gnutls', visitWithGnuTLS],
])('%s does what lint says', async (client, visit) => {
  const outcomes = await visit(lab)
  expect(Object.keys(outcomes).sort()).toEqual(lab.cases.map(({ name }) => name).sort())
  expect(differences(client, outcomes)).toEqual([])
  expect(unseen(client, outcomes, 'server')).toEqual([])
})

test.each([
  ['node', showToNode],
  ['openssl', visitWithOpenSSL],
])("clients' certificates: %s does what lint says", async (client, show) => {
  const outcomes = await show(clients)
  expect(Object.keys(outcomes).sort()).toEqual(clients.cases.map(({ name }) => name).sort())
  expect(differences(client, outcomes)).toEqual([])
  expect(unseen(client, outcomes, 'client')).toEqual([])
})
