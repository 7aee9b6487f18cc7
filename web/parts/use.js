/** How servers and clients are given these very files. */

const lines = (...text) => text.join('\n')

/** The first name a server can have. */
function hostOf({ san }) {
  const name = san.find((one) => one.startsWith('DNS:')) ?? san.find((one) => one.startsWith('IP:'))
  const host = name?.replace(/^(DNS|IP):/, '').replace(/^\*\./, 'www.') ?? 'localhost'
  return { host, inUrl: host.includes(':') ? `[${host}]` : host }
}

/** @returns {{ title: string, text: string }[]} */
export function serverSnippets(certificate) {
  const { host, inUrl } = hostOf(certificate)
  const names = certificate.san
    .filter((one) => one.startsWith('DNS:'))
    .map((one) => one.slice('DNS:'.length))
  return [
    {
      title: 'nginx',
      text: lines(
        'server {',
        '    listen 443 ssl;',
        `    server_name ${names.join(' ') || host};`,
        '    ssl_certificate     /etc/nginx/certificate.pem;',
        '    ssl_certificate_key /etc/nginx/private_key.pem;',
        '}',
      ),
    },
    {
      title: 'Node.js',
      text: lines(
        "import fs from 'node:fs'",
        "import https from 'node:https'",
        '',
        "const cert = fs.readFileSync('certificate.pem')",
        "const key = fs.readFileSync('private_key.pem')",
        "https.createServer({ cert, key }, (req, res) => res.end('hello\\n')).listen(8443)",
      ),
    },
    {
      title: 'Python',
      text: lines(
        'import http.server, ssl',
        '',
        'context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)',
        "context.load_cert_chain('certificate.pem', 'private_key.pem')",
        'handler = http.server.SimpleHTTPRequestHandler',
        "server = http.server.HTTPServer(('', 8443), handler)",
        'server.socket = context.wrap_socket(server.socket, server_side=True)',
        'server.serve_forever()',
      ),
    },
    {
      title: 'Caddy',
      text: lines(
        `https://${inUrl} {`,
        '    tls /etc/caddy/certificate.pem /etc/caddy/private_key.pem',
        "    respond 'hello'",
        '}',
      ),
    },
    {
      title: 'Apache',
      text: lines(
        '<VirtualHost *:443>',
        `    ServerName ${host}`,
        '    SSLEngine on',
        '    SSLCertificateFile    /etc/apache2/certificate.pem',
        '    SSLCertificateKeyFile /etc/apache2/private_key.pem',
        '</VirtualHost>',
      ),
    },
    {
      title: 'HAProxy',
      text: lines(
        '# cat certificate.pem private_key.pem > /etc/haproxy/server.pem',
        'frontend https',
        '    mode http',
        '    bind :443 ssl crt /etc/haproxy/server.pem',
        '    default_backend servers',
      ),
    },
    {
      title: 'Java',
      text: lines(
        '// certificate.p12 with its passphrase: under “In one file”, above',
        'char[] passphrase = System.console().readPassword("Passphrase: ");',
        'KeyStore store = KeyStore.getInstance(new File("certificate.p12"), passphrase);',
        'KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");',
        'keys.init(store, passphrase);',
        'SSLContext context = SSLContext.getInstance("TLS");',
        'context.init(keys.getKeyManagers(), null, null);',
      ),
    },
    {
      title: 'certmint-echo',
      text: lines(
        'certmint-echo --listen 127.0.0.1:8443 \\',
        '    --cert certificate.pem --key private_key.pem',
      ),
    },
  ]
}

/** @returns {{ title: string, text: string }[]} */
export function trustSnippets(certificate, isAuthority) {
  const { host, inUrl } = hostOf(certificate)
  const file = isAuthority ? 'ca.pem' : 'certificate.pem'
  const programs = [
    { title: 'curl', text: `curl --cacert ${file} https://${inUrl}:8443/` },
    { title: 'Node.js', text: `NODE_EXTRA_CA_CERTS=${file} node client.js` },
    {
      title: 'Python',
      text: lines(
        'import socket, ssl',
        '',
        `context = ssl.create_default_context(cafile='${file}')`,
        `with socket.create_connection(('${host}', 8443)) as plain:`,
        `    with context.wrap_socket(plain, server_hostname='${host}') as tls:`,
        "        tls.sendall(b'hello')",
        '        print(tls.recv(1024))',
      ),
    },
  ]
  const systems = [
    {
      title: 'Debian',
      text: lines(
        'sudo cp ca.pem /usr/local/share/ca-certificates/certmint.crt',
        'sudo update-ca-certificates',
      ),
    },
    {
      title: 'macOS',
      text: lines(
        'sudo security add-trusted-cert -d -r trustRoot \\',
        '    -k /Library/Keychains/System.keychain ca.pem',
      ),
    },
    { title: 'Windows', text: 'certutil -addstore -user Root ca.pem' },
  ]
  return isAuthority ? [...systems, ...programs] : programs
}
