/** Completion for shells, made of the same tables as --help. */

/** What a value is completed with: its choices, files, folders, or nothing. */
function valueOf({ type, value = '', choices }) {
  if (type === 'boolean') return { none: true }
  if (choices) return { choices }
  if (/FILE|CERTIFICATE/.test(value)) return { files: true }
  return value === 'DIR' ? { folders: true } : { anything: true }
}

/** Commands whose arguments are names, not files. */
const takesNames = (name) => ['mint', 'issue', 'self-signed', 'csr', 'key'].includes(name)

const flagsOf = ({ options }) => ['help', ...Object.keys(options)].map((name) => `--${name}`)

/**
 * "What follows this flag" as cases: [flags, value], of all commands.
 *
 * @returns {[string[], any][]}
 */
function cases(commands) {
  const groups = new Map()
  for (const { options } of commands) {
    for (const [name, option] of Object.entries(options)) {
      const key = JSON.stringify(valueOf(option))
      groups.set(key, (groups.get(key) ?? new Set()).add(`--${name}`))
    }
  }
  return [...groups].map(([key, flags]) => [[...flags], JSON.parse(key)])
}

// ------------------------------------------------------------------ bash

function bashCase([flags, { choices, files, folders, none }]) {
  if (none) return undefined
  const words =
    (choices && `COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$cur"))`) ||
    (files && 'COMPREPLY=($(compgen -f -- "$cur"))') ||
    (folders && 'COMPREPLY=($(compgen -d -- "$cur"))') ||
    'COMPREPLY=()'
  return `    ${flags.join(' | ')})\n      ${words}\n      return\n      ;;`
}

export function bash(commands) {
  const names = commands.map(({ name }) => name)
  const flags = commands.map((one) => `    ${one.name}) flags='${flagsOf(one).join(' ')}' ;;`)
  return `# bash completion for certmint:  source <(certmint completion bash)
_certmint() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command=mint flags
  compopt -o filenames 2>/dev/null
  case \${COMP_WORDS[1]} in
    ${names.join(' | ')}) ((COMP_CWORD > 1)) && command=\${COMP_WORDS[1]} ;;
  esac
  case $prev in
${cases(commands).map(bashCase).filter(Boolean).join('\n')}
  esac
  case $command in
${flags.join('\n')}
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$cur"))
  elif ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '${names.join(' ')} help' -- "$cur"))
  elif [[ $command == completion ]]; then
    COMPREPLY=($(compgen -W 'bash zsh fish' -- "$cur"))
  elif [[ $command != mint ]]; then
    COMPREPLY=($(compgen -f -- "$cur"))
  fi
}
complete -F _certmint certmint
`
}

// ------------------------------------------------------------------ zsh

const zshText = (text) => text.replaceAll(/[[\]:\\]/g, '\\$&').replaceAll("'", "'\\''")

function zshAction(option) {
  const { choices, files, folders, none } = valueOf(option)
  if (none) return ''
  const action =
    (choices && `(${choices.join(' ')})`) || (files && '_files') || (folders && '_files -/') || ' '
  return `:${zshText(option.value)}:${action}`
}

function zshCommand({ name, options, ...rest }) {
  const flags = Object.entries(options).map(([flag, option]) => {
    const repeats = option.multiple ? '*' : ''
    return `    '${repeats}--${flag}[${zshText(option.help)}]${zshAction(option)}'`
  })
  const last =
    (name === 'completion' && "'1:shell:(bash zsh fish)'") ||
    (takesNames(name) && "'*:name: '") ||
    "'*:file:_files'"
  return `_certmint_${name.replaceAll('-', '_')}() {  # ${rest.summary.replaceAll('\n', ' ')}
  _arguments -s \\
    '--help[what it does]' \\
${flags.map((line) => `${line} \\\n`).join('')}    ${last}
}`
}

export const zsh = (commands) => `#compdef certmint
# zsh completion for certmint:  certmint completion zsh > "\${fpath[1]}/_certmint"

${commands.map(zshCommand).join('\n\n')}

_certmint() {
  local -a commands=(
${commands.map(({ name, summary }) => `    '${name}:${zshText(summary)}'`).join('\n')}
  )
  if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then
    _describe command commands
    return
  fi
  local function=_certmint_\${words[2]//-/_}
  if (($+functions[$function])); then
    shift words
    ((CURRENT--))
    $function
  else
    _certmint_mint
  fi
}

if [[ $funcstack[1] == _certmint ]]; then
  _certmint "$@"
else
  compdef _certmint certmint
fi
`

// ------------------------------------------------------------------ fish

const fishText = (text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

function fishFlag(condition, [flag, option]) {
  const { choices, files, folders, none } = valueOf(option)
  const argument =
    (choices && `-x -a ${fishText(choices.join(' '))}`) ||
    (files && '-r -F') ||
    (folders && "-x -a '(__fish_complete_directories)'") ||
    '-x'
  const words = ['complete -c certmint -n', condition, '-l', flag, '-d', fishText(option.help)]
  return [...words, ...(none ? [] : [argument])].join(' ')
}

function fishCommand(names) {
  return ({ name, options }) => {
    // without a command the flags are those of mint
    const others = names.filter((other) => other !== 'mint').join(' ')
    const condition =
      name === 'mint'
        ? `'not __fish_seen_subcommand_from ${others}'`
        : `'__fish_seen_subcommand_from ${name}'`
    return [
      ...Object.entries(options).map((entry) => fishFlag(condition, entry)),
      ...(takesNames(name) || name === 'completion'
        ? []
        : [`complete -c certmint -n ${condition} -F`]),
    ].join('\n')
  }
}

export const fish = (
  commands,
) => `# fish completion for certmint:  certmint completion fish | source
complete -c certmint -f
${commands
  .map(
    ({ name, summary }) =>
      `complete -c certmint -n __fish_use_subcommand -a ${name} -d ${fishText(summary)}`,
  )
  .join('\n')}
complete -c certmint -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'
complete -c certmint -l help -d 'what it does'
${commands.map(fishCommand(commands.map(({ name }) => name))).join('\n')}
`
