import { loadAll } from '../catalog.js'
import * as shells from '../completion.js'
import { UsageError } from '../usage.js'

export const usage = 'SHELL'

export const options = {}

export const note = `SHELL is bash, zsh or fish. To have it in every shell:
  bash  certmint completion bash > ~/.local/share/bash-completion/completions/certmint
  zsh   certmint completion zsh > "\${fpath[1]}/_certmint"
  fish  certmint completion fish > ~/.config/fish/completions/certmint.fish`

export const examples = ['certmint completion bash', 'certmint completion fish | source']

export async function run(_, [shell, ...rest]) {
  if (!Object.hasOwn(shells, shell ?? '') || rest.length > 0) {
    throw new UsageError('give one of bash, zsh, fish, like: certmint completion bash')
  }
  process.stdout.write(shells[shell](await loadAll()))
}
