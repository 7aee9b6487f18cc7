/** What `mint` says: the authority when it is new, the certificate, and what to do with it here. */

import { existsSync, readFileSync } from 'node:fs'

import { day, sayMade, table } from './say.js'
import { isTrusted } from './trust/system.js'

/** What the package.json of this folder depends on. */
function dependencies() {
  try {
    const { dependencies: a, devDependencies: b } = JSON.parse(readFileSync('package.json', 'utf8'))
    return Object.keys({ ...a, ...b })
  } catch {
    return [] // there is none, or it is somebody else's trouble
  }
}

const node = (cert, key) => [
  `  https.createServer({ cert: fs.readFileSync('${cert}'),`,
  `                       key: fs.readFileSync('${key}') }, handler).listen(8443)`,
]

const nginx = (cert, key) => [`  ssl_certificate     ${cert};`, `  ssl_certificate_key ${key};`]

/**
 * Servers that can be told from the folder: [name, how it shows, the lines that use the files].
 *
 * @type {[string, (has: any) => boolean, (cert: string, key: string) => string[]][]}
 */
const servers = [
  [
    'Vite',
    (has) => has.dependency('vite'),
    (cert, key) => [
      `  server: { https: { cert: '${cert}', key: '${key}' } }      in vite.config.js`,
    ],
  ],
  [
    'Next.js',
    (has) => has.dependency('next'),
    (cert, key) => [
      '  next dev --experimental-https \\',
      `    --experimental-https-cert ${cert} --experimental-https-key ${key}`,
    ],
  ],
  [
    'Angular',
    (has) => has.dependency('@angular/cli'),
    (cert, key) => [`  ng serve --ssl --ssl-cert ${cert} --ssl-key ${key}`],
  ],
  [
    'webpack-dev-server',
    (has) => has.dependency('webpack-dev-server'),
    (cert, key) => [
      `  devServer: { server: { type: 'https', options: { cert: '${cert}', key: '${key}' } } }`,
    ],
  ],
  ['Caddy', (has) => has.file('Caddyfile'), (cert, key) => [`  tls ${cert} ${key}`]],
  ['nginx', (has) => has.file('nginx.conf'), nginx],
  [
    'Apache',
    (has) => has.file('httpd.conf') || has.file('apache2.conf'),
    (cert, key) => [`  SSLCertificateFile    ${cert}`, `  SSLCertificateKeyFile ${key}`],
  ],
  [
    'Puma',
    (has) => has.file('config.ru'),
    (cert, key) => [`  puma -b "ssl://127.0.0.1:9292?key=${key}&cert=${cert}"`],
  ],
  [
    'uvicorn',
    (has) => has.file('pyproject.toml') || has.file('requirements.txt'),
    (cert, key) => [`  uvicorn app:app --ssl-certfile ${cert} --ssl-keyfile ${key}`],
  ],
  ['Node.js', (has) => has.file('package.json'), node],
]

/** The lines for the server whose traces are in this folder; for two common ones when there are none. */
function serverLines(cert, key) {
  const known = dependencies()
  const has = { file: existsSync, dependency: (name) => known.includes(name) }
  const here = servers.find(([, shows]) => shows(has))
  if (here) return [`For ${here[0]}:`, ...here[2](cert, key)]
  return ['For nginx, for example:', ...nginx(cert, key), 'Or Node.js:', ...node(cert, key)]
}

/** Names of which clients think otherwise than one might. */
function warnings(san) {
  const wildcards = san.filter((name) => name.startsWith('DNS:*.')).map((name) => name.slice(4))
  return wildcards.map((name) =>
    name.split('.').length === 2
      ? `"${name}" is directly below a top-level domain: many clients refuse that`
      : `"${name}" is for one level: a.${name.slice(2)}, and neither ${name.slice(2)} nor a.b.${name.slice(2)}`,
  )
}

function sayAuthority({ ca, folder, created, others, key }, dry, stream) {
  const { cert } = ca
  if (!created) {
    if (others) stream.write(`Under the authority of mkcert in ${folder}\n\n`)
    return
  }
  const rows = [
    ['folder', folder],
    ['subject', cert.subject],
    ['valid until', day(cert.notAfter)],
    ['its key', `${key}; whoever has it can make certificates that your machines trust`],
    ['to trust it', 'certmint trust (this machine); certmint trust --kit DIR (others)'],
  ]
  const title = `An authority of this machine, ${dry ? 'which would be made' : 'made just now'}`
  stream.write(`${table(title, rows, stream)}\n\n`)
}

/**
 * @param {Record<string, any>} values
 * @param {any} local the authority
 * @param {{ cert: any, files: Record<string, string>, password?: string }} made
 */
export function sayMinted(values, local, { cert, files, password }) {
  const { ca, folder, created } = local
  const dry = values['dry-run']
  const trusted = isTrusted(ca.cert)
  const speak = !values.quiet && !values.json
  const stream = values.print ? process.stderr : process.stdout
  if (speak) sayAuthority(local, dry, stream)
  if (!values.quiet) {
    for (const line of warnings(cert.san)) console.error(`certmint: note: ${line}`)
  }
  const next = files.key ? serverLines(files.certificate, files.key) : []
  if (password) next.push(`The password of the .p12 is "${password}".`)
  if (!created && trusted === false) {
    next.push('', 'This machine does not trust the authority yet: certmint trust')
  }
  const subject = ca.cert.subject
  sayMade(values, {
    title: `${dry ? 'Nothing was written. It would be a' : 'A'} certificate under ${subject}`,
    cert,
    files,
    next,
    more: {
      authority: { folder, certificate: ca.cert, created, trusted },
      dryRun: dry || undefined,
    },
  })
}
