/** What others need to trust an authority: its certificate, and for each system how it is put there. */

import { storeName } from './store_name.js'

const escaped = (text) =>
  text.replaceAll(
    /[&<>"']/g,
    (letter) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[letter],
  )

/** A UUID that is the same whenever the kit is made again: bytes of the fingerprint (RFC 9562 §5.8). */
function uuidOf(cert, from) {
  const hex = cert
    .fingerprint()
    .replaceAll(':', '')
    .slice(from, from + 32)
  const variant = '89AB'[parseInt(hex[16], 16) & 3]
  return hex.replace(
    /^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/,
    (_, a, b, c, d, e) => `${a}-${b}-8${c}-${variant}${d}-${e}`,
  )
}

/** The CN, or the whole subject of an authority without one. */
const titleOf = ({ subject }) =>
  /(?:^|,)CN=((?:\\.|[^,\\])+)/.exec(subject)?.[1].replaceAll(/\\([^0-9a-f])/gi, '$1') ?? subject

/** A profile for iOS, iPadOS and macOS (Apple's Configuration Profile Reference, com.apple.security.root). */
function mobileconfig(cert) {
  const base64 = cert.pem.replace(/-----.*-----|\s/g, '')
  const title = escaped(titleOf(cert))
  const id = `certmint.${storeName(cert).replaceAll(/[^A-Za-z0-9-]/g, '-')}`
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>PayloadContent</key>
  <array>
    <dict>
      <key>PayloadCertificateFileName</key><string>rootCA.cer</string>
      <key>PayloadContent</key><data>${base64}</data>
      <key>PayloadDisplayName</key><string>${title}</string>
      <key>PayloadIdentifier</key><string>${id}.root</string>
      <key>PayloadType</key><string>com.apple.security.root</string>
      <key>PayloadUUID</key><string>${uuidOf(cert, 0)}</string>
      <key>PayloadVersion</key><integer>1</integer>
    </dict>
  </array>
  <key>PayloadDisplayName</key><string>Trust ${title}</string>
  <key>PayloadIdentifier</key><string>${id}</string>
  <key>PayloadRemovalDisallowed</key><false/>
  <key>PayloadType</key><string>Configuration</string>
  <key>PayloadUUID</key><string>${uuidOf(cert, 32)}</string>
  <key>PayloadVersion</key><integer>1</integer>
</dict>
</plist>
`
}

/** Firefox's policies (mozilla.org: policy-templates, Certificates): names are looked up in its folders. */
const policies = (cert) =>
  `${JSON.stringify(
    {
      policies: {
        Certificates: { ImportEnterpriseRoots: true, Install: [`${storeName(cert)}.pem`] },
      },
    },
    null,
    2,
  )}\n`

/** What is run on each system, from the folder of the kit: [system, add, remove]. */
function commandsFor(cert) {
  const name = storeName(cert)
  const file = name.replaceAll(' ', '_')
  const sha1 = cert.fingerprint('sha1').replaceAll(':', '')
  const anchors = (folder, suffix, update) => [
    [`sudo cp rootCA.pem ${folder}/${file}.${suffix}`, `sudo ${update}`],
    [`sudo rm ${folder}/${file}.${suffix}`, `sudo ${update}`],
  ]
  const java = 'keytool -cacerts -storepass changeit'
  const nss = 'certutil -d sql:$HOME/.pki/nssdb'
  return [
    [
      'Debian, Ubuntu, Alpine',
      ...anchors('/usr/local/share/ca-certificates', 'crt', 'update-ca-certificates'),
    ],
    [
      'Fedora, RHEL',
      ...anchors('/etc/pki/ca-trust/source/anchors', 'pem', 'update-ca-trust extract'),
    ],
    [
      'Arch',
      ...anchors('/etc/ca-certificates/trust-source/anchors', 'crt', 'trust extract-compat'),
    ],
    ['openSUSE', ...anchors('/usr/share/pki/trust/anchors', 'pem', 'update-ca-certificates')],
    [
      'Chromium on Linux',
      [`${nss} -A -t C,, -n "${name}" -i rootCA.pem`],
      [`${nss} -D -n "${name}"`],
    ],
    [
      'macOS',
      [
        'sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain rootCA.pem',
      ],
      [
        'sudo security remove-trusted-cert -d rootCA.pem',
        `sudo security delete-certificate -Z ${sha1} /Library/Keychains/System.keychain`,
      ],
    ],
    [
      'Windows',
      ['certutil -user -addstore Root rootCA.cer'],
      [`certutil -user -delstore Root ${sha1}`],
    ],
    [
      'Java',
      [`${java} -importcert -noprompt -file rootCA.pem -alias "${name}"`],
      [`${java} -delete -alias "${name}"`],
    ],
  ]
}

const commandsText = (cert) =>
  commandsFor(cert)
    .map(([system, add, remove]) =>
      [`# ${system}: trust`, ...add, `# ${system}: take it back`, ...remove, ''].join('\n'),
    )
    .join('\n')

/** Variable → who reads it. The first adds to what is trusted; the others take the place of it. */
const variables = [
  ['NODE_EXTRA_CA_CERTS', 'Node.js (from 22.15 on also: node --use-system-ca)', 'adds'],
  ['SSL_CERT_FILE', 'OpenSSL, Python, Go, Ruby, Rust'],
  ['REQUESTS_CA_BUNDLE', "Python's requests"],
  ['CURL_CA_BUNDLE', 'curl'],
  ['GIT_SSL_CAINFO', 'Git'],
  ['JAVA_TOOL_OPTIONS', 'Java: the trust store java-truststore.p12 of this kit'],
]

function environment(set, path, comment) {
  const value = (name) =>
    name === 'JAVA_TOOL_OPTIONS'
      ? `-Djavax.net.ssl.trustStore=${path('java-truststore.p12')} -Djavax.net.ssl.trustStorePassword=changeit`
      : path('rootCA.pem')
  return variables
    .flatMap(([name, who, adds]) => [
      `${comment} ${who}${adds ? '' : '; in place of what it trusts otherwise'}`,
      `${adds ? '' : `${comment} `}${set(name, value(name))}`,
    ])
    .join('\n')
    .concat('\n')
}

const shell = () =>
  `# Source it: . ./env.sh   (what is commented out replaces the other authorities: choose)
CERTMINT_KIT=$(CDPATH= cd -- "$(dirname -- "\${BASH_SOURCE:-$0}")" && pwd)
${environment(
  (name, value) => `export ${name}="${value}"`,
  (file) => `$CERTMINT_KIT/${file}`,
  '#',
)}`

const powershell = () =>
  `# Run it: . .\\env.ps1   (what is commented out replaces the other authorities: choose)
${environment(
  (name, value) => `$env:${name} = "${value}"`,
  (file) => `$PSScriptRoot\\${file}`,
  '#',
)}`

const style = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
  pre { background: #8881; padding: .7rem; overflow-x: auto; border-radius: .4rem; }
  code, .print { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere; }
  dt { font-weight: 600; } dd { margin: 0 0 .5rem; }
  :root { color-scheme: light dark; }`

const block = (lines) => `<pre>${escaped(lines.join('\n'))}</pre>`

function page(cert) {
  const systems = commandsFor(cert).map(
    ([system, add, remove]) =>
      `<h3>${escaped(system)}</h3>\n${block(add)}\n<p>To take it back:</p>\n${block(remove)}`,
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Trust ${escaped(titleOf(cert))}</title>
<style>${style}
</style>
</head>
<body>
<h1>Trust ${escaped(titleOf(cert))}</h1>
<p>Whoever trusts this authority believes every certificate that it issues. Do that only for an
authority whose owner you know, compare the fingerprint with them on another way, and take it back
when you need it no more.</p>
<dl>
<dt>Subject</dt><dd>${escaped(cert.subject)}</dd>
<dt>Valid until</dt><dd>${cert.notAfter.toISOString().slice(0, 10)}</dd>
<dt>SHA-256</dt><dd class="print">${cert.fingerprint()}</dd>
</dl>
<h2>Files</h2>
<ul>
<li><a href="rootCA.pem">rootCA.pem</a>, <a href="rootCA.cer">rootCA.cer</a>: the certificate, as PEM and as DER</li>
<li><a href="certmint.mobileconfig">certmint.mobileconfig</a>: iPhone, iPad, Mac</li>
<li><a href="policies.json">policies.json</a>: Firefox, for a whole company</li>
<li><a href="java-truststore.p12">java-truststore.p12</a>: Java, its password is "changeit"</li>
<li><a href="commands.txt">commands.txt</a>, <a href="env.sh">env.sh</a>, <a href="env.ps1">env.ps1</a>: for terminals</li>
</ul>
<h2>iPhone and iPad</h2>
<p>Open certmint.mobileconfig (AirDrop, mail, a web server), install it under Settings, General, VPN
&amp; Device Management, then switch it on under Settings, General, About, Certificate Trust Settings.</p>
<h2>Android</h2>
<p>Settings, Security, Encryption &amp; credentials, Install a certificate, CA certificate: rootCA.cer.
Browsers follow; other apps only if they were built to.</p>
<h2>Firefox</h2>
<p>Settings, Privacy &amp; Security, View Certificates, Authorities, Import: rootCA.pem, to identify
websites. For many machines put policies.json into the folder <code>distribution</code> beside Firefox
(Linux: <code>/etc/firefox/policies</code>) and rootCA.pem, called
<code>${escaped(storeName(cert))}.pem</code>, into <code>/usr/lib/mozilla/certificates</code> or
<code>%LOCALAPPDATA%\\Mozilla\\Certificates</code>.</p>
<h2>At a terminal, in the folder of these files</h2>
${systems.join('\n')}
<h2>Programs with their own idea</h2>
<p><code>. ./env.sh</code> (or <code>. .\\env.ps1</code>) sets:</p>
<dl>
${variables.map(([name, who]) => `<dt><code>${name}</code></dt><dd>${escaped(who)}</dd>`).join('\n')}
</dl>
</body>
</html>
`
}

/**
 * The files of the kit by their names. The key of the authority is no part of it.
 *
 * @param {import('./api.js').Api} api
 * @param {any} authority a certificate, or an authority with one
 */
export function trustKit(api, authority) {
  const cert = api.readCertificate(authority?.cert ?? authority)
  return {
    'rootCA.pem': cert.pem,
    'rootCA.cer': cert.der,
    'certmint.mobileconfig': mobileconfig(cert),
    'policies.json': policies(cert),
    'java-truststore.p12': api.createPKCS12({
      certificates: [{ cert, friendlyName: storeName(cert) }],
      passphrase: 'changeit',
      encryption: 'java-truststore',
      // what is inside is public: nothing has to be slow for it
      iterations: 2048,
    }),
    'commands.txt': commandsText(cert),
    'env.sh': shell(),
    'env.ps1': powershell(),
    'index.html': page(cert),
  }
}
