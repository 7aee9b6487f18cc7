/** The manual page certmint(1) in roff (man(7)), made of the same tables as --help. */

/** Text as it stands: nothing in it is a request or an escape. */
const plain = (text) =>
  text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll(/^[.']/gm, '\\&$&')

/** Argument of a request. */
const quoted = (text) => `"${plain(text).replaceAll('"', '\\(dq')}"`

function flagEntry([flag, { value, help }]) {
  const argument = value ? ` \\fI${plain(value)}\\fR` : ''
  return `.TP\n\\fB\\-\\-${plain(flag)}\\fR${argument}\n${plain(help)}`
}

function groupsOf(options) {
  const entries = Object.entries(options)
  const titles = [...new Set(entries.map(([, { title = '' }]) => title))]
  return titles.map((title) => {
    const flags = entries.filter(([, option]) => (option.title ?? '') === title).map(flagEntry)
    return [...(title ? ['.PP', `${plain(title)}:`] : []), ...flags].join('\n')
  })
}

const example = (lines) => ['.PP', '.EX', ...lines.map(plain), '.EE'].join('\n')

function section({ name, summary, usage, options, note, examples }) {
  return [
    `.SS ${quoted(`certmint ${name}`)}`,
    `${plain(summary[0].toUpperCase() + summary.slice(1))}.`,
    example([`certmint ${name} ${usage}`]),
    ...groupsOf(options),
    ...(note ? ['.PP', '.nf', plain(note), '.fi'] : []),
    ...(examples.length > 0 ? ['.PP', 'Examples:', example(examples)] : []),
  ].join('\n')
}

const entry = (term, text) => `.TP\n${term}\n${plain(text)}`
const bold = (text) => `\\fB${plain(text)}\\fR`

/**
 * @param {any[]} commands
 * @param {string} version
 */
export const manual = (commands, version) => `.TH CERTMINT 1 "" ${quoted(`certmint ${version}`)}
.SH NAME
certmint \\- make X.509 keys and certificates on this machine
.SH SYNOPSIS
.B certmint
.IR NAME ...
.RI [ options ]
.br
.B certmint
.I COMMAND
.RI [ options ]
.SH DESCRIPTION
With names alone it makes a certificate for them under the authority of this machine, which is made
on first use:
.B certmint localhost 127.0.0.1 ::1
writes
.I localhost+2.pem
and
.IR localhost+2\\-key.pem .
.B certmint trust
has this machine trust that authority. The flags, file names and folders of
.BR mkcert (1)
are understood. One dash does for two before the name of a flag.
.SH COMMANDS
${commands.map(section).join('\n')}
.SH FILES
${entry('\\fI~/.local/share/certmint/rootCA.pem\\fR', 'the authority of this machine ($XDG_DATA_HOME; macOS: ~/Library/Application Support; Windows: %LOCALAPPDATA%)')}
${entry('\\fI~/.local/share/certmint/rootCA\\-key.pem\\fR', 'its key')}
${entry('\\fI~/.local/share/mkcert\\fR', 'the authority of mkcert, used when there is none of ours')}
.SH ENVIRONMENT
${entry(bold('CAROOT'), 'the folder of the authority of this machine')}
${entry(bold('TRUST_STORES'), 'the stores that trust and untrust work on: system, nss, java')}
${entry(bold('JAVA_HOME'), 'the Java whose trust store is meant')}
${entry(bold('NO_COLOR'), 'no colours on a terminal')}
.SH EXIT STATUS
${entry(bold('0'), 'done')}
${entry(bold('1'), 'the answer is no')}
${entry(bold('2'), 'wrong usage: a flag, a name or a value that breaks a rule')}
${entry(bold('3'), 'failed or interrupted: files, passphrases, what others wrote')}
.SH SEE ALSO
.BR openssl (1),
.BR mkcert (1),
.BR certutil (1),
.BR update\\-ca\\-certificates (8)
`
