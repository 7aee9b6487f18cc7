/** Which clients take the certificates, which refuse them, by which rule, and what to do. */

import { h } from '../parts/dom.js'
import { panel } from '../parts/panel.js'
import { texts } from '../texts.js'

const words = texts.inspect.lint

/** @param {any} report of lint */
export function lintTable({ clients, findings, certificates }) {
  const names = new Map(clients.map(({ client, name }) => [client, name]))
  const column = (text) => h('th', { scope: 'col' }, text)
  return panel(
    words.title,
    h('p', { class: 'hint' }, words.hint(certificates[0].subject)),
    h(
      'div',
      { class: 'table-frame', tabindex: '0', role: 'region', 'aria-label': words.title },
      h(
        'table',
        { class: 'lint' },
        h('thead', {}, h('tr', {}, column(words.client), column(words.verdict), column(words.why))),
        h('tbody', {}, ...clients.map((client) => clientRow(client, findings))),
      ),
    ),
    findings.length > 0
      ? h('ul', { class: 'notes lint-rules' }, ...findings.map((one) => rule(one, names)))
      : undefined,
  )
}

function clientRow({ client, name, verdict, findings: indexes }, findings) {
  const why = indexes.map((index) => findings[index]).filter(isTold)
  return h(
    'tr',
    { class: verdict, 'data-client': client },
    h('th', { scope: 'row' }, name),
    h('td', { class: 'lint-verdict' }, words[verdict]),
    h('td', {}, why.map(({ rule: id }) => id).join(', ')),
  )
}

/** What is only good to know has its place below the table. */
const isTold = ({ severity }) => severity !== 'notice'

/** Reports are in English, like all of certmint's messages. */
const rule = ({ rule: id, severity, clients: by, sentence, detail, fix }, names) =>
  h(
    'li',
    { 'data-severity': severity },
    h('strong', {}, words.severities[severity](by.map((one) => names.get(one)).join(', ')), ' '),
    h('span', { lang: 'en' }, `${sentence}${detail ? ` (${detail})` : ''} ${fix}`),
    h('span', { class: 'lint-id' }, ` ${id}`),
  )
