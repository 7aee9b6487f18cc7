/** What makes the same tree at a terminal. */

import { certmintFlags } from '../parts/certmint_flags.js'
import { opensslRequest } from '../parts/openssl.js'
import { command, flag, quote } from '../parts/shell.js'
import { spanInDays } from '../parts/time.js'
import { excludedBeside, opensslConstraints } from './constraints.js'
import { kindOf } from './tree.js'

/** The files that an authority stands in. */
function filesOf(node) {
  const name = kindOf(node) === 'root' ? 'ca' : 'intermediate'
  return { cert: `${name}.pem`, key: `${name}-key.pem` }
}

const signedBy = (issuer) => {
  const { cert, key } = filesOf(issuer)
  return { certmint: `--ca ${cert} --ca-key ${key}`, openssl: `-CA ${cert} -CAkey ${key}` }
}

/**
 * @param {{ job: string, order: any }} ordered
 * @param {import('./vault.js').Shown} node
 * @param {import('./vault.js').Shown} [issuer]
 * @returns {{ title: string, text: string }[]}
 */
export function authorityCommands({ job, order }, node, issuer) {
  const commands = { makeAuthority, issue, signRequest, nextList }[job](order, node, issuer)
  return Object.entries(commands).map(([title, text]) => ({ title, text }))
}

function makeAuthority({ subject, key, days, permitted, pathLen }, node, issuer) {
  const { cert, key: keyOut } = filesOf(node)
  const constraints = quote(`nameConstraints=${opensslConstraints(permitted)}`)
  return {
    certmint: command('npx certmint ca', [
      ...certmintFlags({ key, template: { subject, days } }),
      ...permitted.flatMap((name) => flag('--permit', name)),
      ...excludedBeside(permitted).flatMap((range) => flag('--exclude', range)),
      ...flag('--path-len', pathLen),
      ...(issuer ? [signedBy(issuer).certmint] : []),
      ...[`--out ${cert}`, `--key-out ${keyOut}`],
    ]),
    openssl: opensslRequest(node.certificate, {
      out: cert,
      keyOut,
      more: [
        ...(permitted.length > 0 ? [`-addext ${constraints}`] : []),
        ...(issuer ? [signedBy(issuer).openssl] : []),
      ],
    }),
  }
}

function issue({ names, key, template }, { certificate }, issuer) {
  const files = { out: 'certificate.pem', keyOut: 'private_key.pem' }
  return {
    certmint: command(`npx certmint issue ${names.map(quote).join(' ')}`.trimEnd(), [
      ...certmintFlags({ key, template }),
      signedBy(issuer).certmint,
      ...[`--out ${files.out}`, `--key-out ${files.keyOut}`],
    ]),
    openssl: opensslRequest(certificate, { ...files, more: [signedBy(issuer).openssl] }),
  }
}

function signRequest({ template }, { certificate }, issuer) {
  return {
    certmint: command('npx certmint sign request.csr', [
      ...certmintFlags({ template }),
      signedBy(issuer).certmint,
      '--out certificate.pem',
    ]),
    openssl: command('openssl x509 -req -in request.csr', [
      '-copy_extensions copyall',
      `-days ${spanInDays(certificate)}`,
      signedBy(issuer).openssl,
      '-out certificate.pem',
    ]),
  }
}

/** openssl makes lists only out of a database of its own. */
const nextList = ({ days }, node) => ({
  certmint: command('npx certmint crl', [
    ...flag('--days', days),
    signedBy(node).certmint,
    '--out crl.pem',
  ]),
})
