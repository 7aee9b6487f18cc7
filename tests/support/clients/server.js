/** A TLS server for each case, on 127.0.0.1, in this process. */

import https from 'node:https'

import { toPEM } from '../der_tree.js'
import { scratch } from '../tools.js'

/**
 * @param {import('../lint_cases.js').Case[]} cases
 * @returns {Promise<any>} { cases: with port and files, roots: file with all roots, close() }
 */
export async function serveCases(cases) {
  const files = scratch()
  const servers = []
  const served = []
  for (const one of cases) {
    const chain = one.chain.map((der) => toPEM(der)).join('')
    const server = https.createServer(
      {
        key: one.key,
        cert: chain,
        ciphers: 'DEFAULT:@SECLEVEL=0',
        ecdhCurve: 'auto',
        minVersion: 'TLSv1.2',
      },
      (request, response) => response.end('<!doctype html>served'),
    )
    server.on('tlsClientError', () => {}) // a refusal
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
    servers.push(server)
    served.push({
      ...one,
      port: /** @type {import('node:net').AddressInfo} */ (server.address()).port,
      chainFile: files.write(`${one.name}.pem`, chain),
      rootFile: files.write(`${one.name}-root.pem`, toPEM(one.root)),
    })
  }
  const roots = [...new Set(served.map(({ root }) => toPEM(root)))]
  return {
    cases: served,
    rootFile: files.write('roots.pem', roots.join('')),
    roots,
    list: files.write(
      'cases.json',
      JSON.stringify(
        served.map(({ name, host, port, chainFile, rootFile }) => ({
          name,
          host,
          port,
          chainFile,
          rootFile,
        })),
      ),
    ),
    files,
    close() {
      for (const server of servers) {
        server.closeAllConnections()
        server.close()
      }
    },
  }
}
