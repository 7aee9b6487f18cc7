/**
 * The clients that people use, each verifying the certificate that the WebAssembly module minted
 * from the command line, the way the tutorial does.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'

import { programs, startEcho } from '../support/echo.js'
import { goEnv, python, root, run, scratch } from '../support/tools.js'

const files = scratch()
const certificate = files.path('certificate.pem')
const key = files.path('private_key.pem')
const support = (name) => path.join(root, 'tests', 'support', name)

/** The tutorial's client; port and file are its only changes. */
const tutorial = `
import socket
import ssl
import sys

hostname = 'localhost'
context = ssl.create_default_context(cafile=sys.argv[2])

with socket.create_connection((hostname, int(sys.argv[1]))) as sock:
    with context.wrap_socket(sock, server_hostname=hostname) as ssock:
        ssock.sendall(b'Hello, server!')
        data = ssock.recv(1024)
        print('Received:', data.decode(), ssock.version())
`

describe.each(['rsa-2048', 'p-256'])('%s', (spec) => {
  let server, port
  beforeAll(async () => {
    run(process.execPath, [
      ...[path.join(root, 'js', 'cli.js'), 'self-signed', 'localhost', '127.0.0.1', '--force'],
      ...['--subject', 'C=US,ST=California,L=San Francisco,O=Example Corp,CN=localhost'],
      ...['--days', '365', '--key', spec, '--key-format', 'traditional'],
      ...['--out', certificate, '--key-out', key],
    ])
    server = await startEcho(['--cert', certificate, '--key', key])
    port = String(server.port)
  })
  afterAll(async () => {
    expect((await server.stop()).status).toBe(0)
  })

  test("the tutorial's Python client", () => {
    const { out } = run(python, ['-c', tutorial, port, certificate])
    expect(out).toBe('Received: Hello, server! TLSv1.3\n')
  })

  test.each(['-tls1_2', '-tls1_3'])('openssl s_client %s', (version) => {
    const result = run(
      'sh',
      [
        '-c',
        '(echo hello; sleep 0.3) | openssl s_client "$@"',
        'sh',
        ...['-connect', `127.0.0.1:${port}`, version, '-CAfile', certificate],
        ...['-servername', 'localhost', '-verify_hostname', 'localhost', '-verify_return_error'],
      ],
      { fails: true },
    )
    expect(result.out).toContain('Verify return code: 0 (ok)')
    expect(result.out).toMatch(/^hello$/m)
    expect(result.status).toBe(0)
  })

  test.each(['NORMAL:-VERS-ALL:+VERS-TLS1.2', 'NORMAL:-VERS-ALL:+VERS-TLS1.3'])(
    'gnutls-cli %s',
    (priority) => {
      const { out } = run(
        'gnutls-cli',
        [
          ...['--port', port, '--x509cafile', certificate, '--verify-hostname', 'localhost'],
          ...['--sni-hostname', 'localhost', '--priority', priority, '127.0.0.1'],
        ],
        { input: 'hello\n' },
      )
      expect(out).toContain('- Status: The certificate is trusted.')
      expect(out).toMatch(/^hello$/m)
    },
  )

  test('curl', async () => {
    const http = await startEcho(['--cert', certificate, '--key', key, '--mode', 'http'])
    const { out } = run('curl', [
      ...['--silent', '--show-error', '--cacert', certificate],
      ...['--connect-to', '::127.0.0.1:', `https://localhost:${http.port}/`],
    ])
    expect(out).toMatch(/^version +TLSv1\.3$/m)
    expect(out).toMatch(/^sni +localhost$/m)
    await http.stop()
  })

  test('Go', () => {
    const program = files.path('echo_client')
    run('go', ['build', '-o', program, support('echo_client.go')], {
      cwd: files.folder,
      env: goEnv,
    })
    for (const version of ['12', '13']) {
      const { out } = run(program, [`127.0.0.1:${port}`, certificate, version])
      expect(out).toBe('hello from Go\n')
    }
  })

  test('Java', () => {
    if (!fs.existsSync(files.path('EchoClient.class'))) {
      run('javac', ['-d', files.folder, support('EchoClient.java')])
    }
    const quick = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', files.folder]
    const { out } = run('java', [...quick, 'EchoClient', port, certificate, 'TLSv1.2', 'TLSv1.3'])
    expect(out).toBe('hello from Java with TLSv1.2\nhello from Java with TLSv1.3\n')
  })
})

describe('the lines that the server prints', () => {
  test('the openssl, curl and Node lines work as they are printed', async () => {
    const folder = files.path("it's kept")
    const child = spawn(programs.native, ['--listen', '127.0.0.1:0', '--save', folder])
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (text) => (out += text))
    while (!out.includes('  node ')) await once(child.stdout, 'data')
    const line = (start) =>
      out
        .split('\n')
        .find((text) => text.startsWith(`  ${start} `))
        .trim()
    const shell = (command) => run('sh', ['-c', command], { fails: true })
    expect(shell(`(echo hello; sleep 0.3) | timeout 2 ${line('openssl')}`).out).toContain('hello')
    expect(shell(line('node')).out).toBe('hello\n')
    expect(shell(line('curl')).out).toContain('GET / HTTP/1.1')
    child.kill('SIGTERM')
    const [status] = await once(child, 'close')
    expect(status).toBe(0)
  })
})
