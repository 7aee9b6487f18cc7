/** What is installed: files, library, man page, Debian package, systemd units. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'

import { connect, echo, programs, readAll, startEcho } from '../support/echo.js'
import { root, run, scratch } from '../support/tools.js'

const files = scratch()
const built = path.join(root, 'build', 'native')
const prefix = files.path('prefix')
const installed = (name) => path.join(prefix, name)

beforeAll(() => {
  run('cmake', ['--install', built, '--prefix', prefix])
})

describe('the man page', () => {
  const source = fs.readFileSync(path.join(root, 'packaging', 'certmint-echo.1'), 'utf8')
  const unique = (names) => [...new Set(names)].sort()
  const options = (text, pattern) => unique([...text.matchAll(pattern)].map(([, name]) => name))

  test('has the options of --help, and so has docs/echo-server.md', () => {
    const help = run(programs.native, ['--help']).out
    const [list] = help.split('\nExamples')
    const told = options(list, /(?:^ {2}|[,;] )--([a-z-]+)/gm)
    expect(told.length).toBeGreaterThan(30)
    expect(options(source, /^\.It Fl Fl ([a-z-]+)/gm)).toEqual(told)
    const guide = fs.readFileSync(path.join(root, 'docs', 'echo-server.md'), 'utf8')
    const table = guide.slice(guide.indexOf('## Options'), guide.indexOf('Options are also'))
    const cells = table.split('\n').map((line) => line.split('|')[1] ?? '')
    const inGuide = options(cells.join('\n'), /--([a-z][a-z-]+)/g)
    expect([...inGuide, 'help', 'version'].sort()).toEqual(told)
  })

  test('reads without a warning, to mandoc and to groff', () => {
    const file = path.join(root, 'packaging', 'certmint-echo.1')
    const lint = run('mandoc', ['-Tlint', '-Wwarning', file], { fails: true })
    expect(lint).toMatchObject({ status: 0, out: '' })
    const page = run('man', ['--warnings', '-E', 'UTF-8', '-l', '-Tutf8', '-Z', file])
    expect(page.err).toBe('')
    expect(page.out.length).toBeGreaterThan(5000)
  })
})

describe('cmake --install', () => {
  test('puts everything in its place', () => {
    const names = run('find', [prefix, '-type', 'f']).out.trim().split('\n')
    const wanted = [
      ...['bin/certmint-echo', 'include/certmint.h', 'lib/libcertmint.a'],
      ...['lib/pkgconfig/certmint.pc', 'share/man/man1/certmint-echo.1.gz'],
      ...['lib/systemd/system/certmint-echo.service', 'lib/systemd/system/certmint-echo.socket'],
      ...['share/doc/certmint/copyright', 'share/doc/certmint/echo-server.md'],
    ]
    const relative = names.map((name) =>
      path.relative(prefix, name).replace(/^lib\/[^/]+-linux-gnu[^/]*/, 'lib'),
    )
    expect(relative).toEqual(expect.arrayContaining(wanted))
  })

  test('a C program finds the library with pkg-config, also a shared one, and mints', () => {
    const pc = run('find', [prefix, '-name', 'certmint.pc']).out.trim()
    const env = { PKG_CONFIG_PATH: path.dirname(pc) }
    const flags = (what) => run('pkg-config', [what, 'certmint'], { env }).out.trim().split(' ')
    const version = run('pkg-config', ['--modversion', 'certmint'], { env }).out.trim()
    expect(run(programs.native, ['--version']).out).toBe(`certmint-echo ${version}\n`)
    const source = path.join(root, 'tests', 'support', 'installed.c')
    const cc = (...args) =>
      run(process.env.CC ?? 'cc', [
        ...['-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror', ...args, source],
        ...[...flags('--cflags'), ...flags('--libs')],
      ])
    cc('-o', files.path('mint'))
    cc('-shared', '-fPIC', '-o', files.path('mint.so'))
    const pem = run(files.path('mint'), []).out
    const text = run('openssl', ['x509', '-noout', '-ext', 'subjectAltName'], { input: pem }).out
    expect(text).toContain('DNS:installed.test')
  })

  test('the library shows nothing but cm_*', () => {
    const archive = run('find', [prefix, '-name', 'libcertmint.a']).out.trim()
    const names = run('nm', ['-g', '--defined-only', archive]).out.match(/(?<= [A-Z] )\S+/g)
    const header = fs.readFileSync(installed('include/certmint.h'), 'utf8')
    expect(names).toContain('cm_certificate_create')
    expect(names.filter((name) => !name.startsWith('cm_'))).toEqual([])
    const declared = header.match(/\bcm_\w+(?=\()/g)
    expect(declared.filter((name) => !names.includes(name) && !/_fn$/.test(name))).toEqual([])
  })
})

describe('the Debian package', () => {
  let deb
  beforeAll(() => {
    run('cpack', ['--config', path.join(built, 'CPackConfig.cmake'), '-B', files.path('deb')])
    const [name] = fs.readdirSync(files.path('deb')).filter((file) => file.endsWith('.deb'))
    deb = files.path(`deb/${name}`)
  })

  test('says what it is and needs, and lintian finds no error', () => {
    const field = (name) => run('dpkg-deb', ['-f', deb, name]).out.trim()
    expect(field('Package')).toBe('certmint')
    expect(field('Depends')).toMatch(/libc6 .*libuv1/)
    expect(field('Description')).toMatch(/^TLS echo server/)
    const contents = run('dpkg-deb', ['-c', deb]).out
    expect(contents).toMatch(/-rwxr-xr-x root\/root .* \.\/usr\/bin\/certmint-echo\n/)
    expect(contents).toMatch(/ \.\/usr\/lib\/systemd\/system\/certmint-echo\.service\n/)
    expect(contents).not.toMatch(/rw-rw|home|tmp/)
    const { out } = run('lintian', ['--allow-root', '--fail-on', 'none', deb])
    expect(out.split('\n').filter((line) => line.startsWith('E:'))).toEqual([])
  })

  test('extracted, its program serves', async () => {
    const folder = files.path('extracted')
    run('dpkg-deb', ['-x', deb, folder])
    const unit = fs.readFileSync(`${folder}/usr/lib/systemd/system/certmint-echo.service`, 'utf8')
    expect(unit).toContain('ExecStart=/usr/bin/certmint-echo ')
    const server = await startEcho([], { program: `${folder}/usr/bin/certmint-echo` })
    expect(String(await echo(server, 'packed'))).toBe('packed')
    expect((await server.stop()).status).toBe(0)
  })
})

describe('the systemd units', () => {
  test('are right, and exposed as little as can be', () => {
    const units = ['service', 'socket'].map((kind) =>
      installed(`lib/systemd/system/certmint-echo.${kind}`),
    )
    // The socket's service is looked up where systemd has its own units, unless it is named.
    const env = { SYSTEMD_UNIT_PATH: `${installed('lib/systemd/system')}:` }
    const verified = run('systemd-analyze', ['verify', '--man=no', ...units], { env, fails: true })
    expect(verified.out + verified.err).toBe('')
    expect(verified.status).toBe(0)
    const security = ['security', '--offline=true', '--no-pager', '--threshold=10', units[0]]
    const { out } = run('systemd-analyze', security)
    expect(out).toMatch(/Overall exposure level for certmint-echo.service: 0\.\d SAFE/)
  })

  test('a socket that systemd opens is served', async () => {
    const taken = net.createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address()
    await new Promise((resolve) => taken.close(resolve))
    const args = ['--quiet', '--json', '--save', files.path('state'), '--once']
    const activated = spawn('systemd-socket-activate', [
      ...['--listen', `127.0.0.1:${port}`, installed('bin/certmint-echo'), ...args],
    ])
    let err = ''
    activated.stderr.on('data', (data) => (err += data))
    const ended = once(activated, 'close')
    while (!err.includes('Listening on')) await once(activated.stderr, 'data')
    const socket = await connect({ port }, { rejectUnauthorized: false })
    socket.end('handed over')
    expect(String(await readAll(socket))).toBe('handed over')
    const [status] = await ended
    expect(status).toBe(0)
  })
})
