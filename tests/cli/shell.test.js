/** Completion in the shells themselves, the manual page in man, and help as wide as the terminal. */

import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

import { commands, onTerminal, program, typeInto, workplace } from '../support/cli.js'
import { run } from '../support/tools.js'

const place = workplace()
const ESC = '\x1b'

/** Without colours. */
const plain = (screen) =>
  screen
    .split(ESC)
    .map((part, i) => (i > 0 ? part.replace(/^\[\d*[mK]/, '') : part))
    .join('')

/** @type {Record<string, string[]>} command → its flags, as --help shows them */
const flagsOf = {}

beforeAll(() => {
  for (const name of commands) {
    const flags = place.ok(name, '--help').out.match(/^ {2}--[\w-]+/gm) ?? []
    flagsOf[name] = flags.map((flag) => flag.trim())
  }
  for (const shell of ['bash', 'zsh', 'fish']) {
    fs.writeFileSync(place.path(`completion.${shell}`), place.ok('completion', shell).out)
  }
  fs.mkdirSync(place.path('folder'))
  place.write('server.pem', '')
})

/** What a shell offers for the last word of a line. */
const offers = {
  bash(words) {
    const script = `source completion.bash
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _certmint 2>/dev/null
      printf '%s\\n' "\${COMPREPLY[@]}"`
    const { out } = run('bash', ['-c', script, 'bash', ...words], { cwd: place.folder })
    return out.split('\n').filter(Boolean)
  },
  fish(words) {
    const line = words.join(' ')
    const script = `source completion.fish; complete -C ${JSON.stringify(line)}`
    const { out } = run('fish', ['--no-config', '-c', script], {
      cwd: place.folder,
      env: { HOME: place.folder },
    })
    return out
      .split('\n')
      .filter(Boolean)
      .map((row) => row.split('\t')[0])
  },
}

describe.each(Object.keys(offers))('%s', (shell) => {
  test.each([
    ['a command', ['certmint', 'tru'], ['trust']],
    ['a flag of a command', ['certmint', 'issue', 'a.test', '--must'], ['--must-staple']],
    ['a flag without a command', ['certmint', 'localhost', '--name-c'], ['--name-constraints']],
    ['a value', ['certmint', 'convert', 'a.pem', '--to', 'p1'], ['p12']],
    ['a profile', ['certmint', 'a.test', '--profile', 'ema'], ['email']],
    ['a shell', ['certmint', 'completion', 'z'], ['zsh']],
    ['a file', ['certmint', 'verify', 'serv'], ['server.pem']],
    ['a file of a flag', ['certmint', 'issue', 'a.test', '--ca', 'serv'], ['server.pem']],
  ])('%s', (_, words, expected) => {
    expect(offers[shell](words)).toEqual(expected)
  })

  test('every flag of every command', () => {
    for (const name of commands) {
      const offered = offers[shell](['certmint', name, '--'])
      expect(offered).toEqual(expect.arrayContaining(flagsOf[name]))
    }
  })
})

test('zsh completes what is typed', () => {
  place.write(
    '.zshrc',
    // npm sets EDITOR=vi, and zsh then reads keys as vi does
    'bindkey -e; autoload -Uz compinit; compinit -u -D; source completion.zsh; PROMPT="ready> "\n',
  )
  const { screen } = typeInto(place.folder, ['zsh', '-i'], {
    // with its prompt the editor is there
    when: 'ready> ',
    // each answer is echoed: the flag, then its value
    type: 'echo certmint\x01\x0bcertmint tru\t--sto\t n\t\x01: \r exit\r',
    env: { ZDOTDIR: place.folder, HOME: place.folder },
  })
  expect(screen).toMatch(/trust/)
  expect(screen).toMatch(/--stores/)
  expect(screen).toMatch(/nss/)
})

test('a shell that is none', () => {
  expect(place.run('completion', 'tcsh')).toEqual({
    status: 2,
    out: '',
    err: 'certmint: give one of bash, zsh, fish, like: certmint completion bash\n',
  })
})

describe('the manual page', () => {
  const page = () => fs.writeFileSync(place.path('certmint.1'), place.ok('manual').out)
  const man = (...args) =>
    run('man', [...args, '-l', place.path('certmint.1')], {
      env: { MANWIDTH: '90', MANROFFSEQ: '', LC_ALL: 'C.UTF-8' },
    })

  test('man has nothing to complain about', () => {
    page()
    expect(man('--warnings', '-Tutf8', '-Z').err).toBe('')
  })

  test('it has every command and flag, as they are written', () => {
    // bold is a letter, a backspace and the letter again
    const parts = man('-Tutf8', '-P', 'cat').out.split('\b')
    const text = parts.map((part, i) => (i < parts.length - 1 ? part.slice(0, -1) : part)).join('')
    for (const name of commands) {
      expect(text).toContain(`certmint ${name}`)
      for (const flag of flagsOf[name]) expect(text).toContain(flag)
    }
    expect(text).toMatch(/EXIT STATUS/)
  })
})

describe('as wide as the terminal', () => {
  test.each([40, 72, 120])('%d columns', (columns) => {
    const result = onTerminal(place.folder, ['self-signed', 'wide.test', '--force'], { columns })
    expect(result.status).toBe(0)
    const lines = plain(result.screen).split('\r\n')
    for (const line of lines.slice(0, -4)) expect(line.length).toBeLessThanOrEqual(columns)
    // whole again, it is the fingerprint
    expect(lines.join('').replaceAll(' ', '')).toMatch(/SHA-256([0-9A-F]{2}:){31}[0-9A-F]{2}/)
  })

  test('no colours for a terminal that has none, nor in a pipe', () => {
    const dumb = onTerminal(place.folder, ['key', '--out', 'dumb.pem'], { env: { TERM: 'dumb' } })
    expect(dumb.screen).not.toContain(ESC)
    const piped = spawnSync(process.execPath, [program, 'key', '--out', 'piped.pem'], {
      cwd: place.folder,
      encoding: 'utf8',
    })
    expect(piped.stdout).toMatch(/piped\.pem/)
    expect(piped.stdout).not.toContain(ESC)
  })

  test('help fits 80 columns', () => {
    const { screen } = onTerminal(place.folder, ['mint', '--help'], { columns: 80 })
    for (const line of screen.split('\r\n')) {
      if (!/^ {4}|^ {2}certmint|^Usage|^[A-Z]/.test(line))
        expect(line.length).toBeLessThanOrEqual(80)
    }
  })
})

test('one dash does for two, for every flag', () => {
  place.ok('key', '-out', 'dash.pem', '-force')
  expect(fs.existsSync(path.join(place.folder, 'dash.pem'))).toBe(true)
  expect(place.run('key', '-ot', 'x.pem')).toMatchObject({
    status: 2,
    err: expect.stringMatching(/--ot is no option of key; did you mean --out\?/),
  })
  expect(place.run('self-signed', '--', '-x')).toMatchObject({ status: 2 })
})
