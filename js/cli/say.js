/** What was done, for people or as JSON. */

const colour = process.stdout.isTTY && !process.env.NO_COLOR
const bold = (text) => (colour ? `\x1b[1m${text}\x1b[22m` : text)
const dim = (text) => (colour ? `\x1b[2m${text}\x1b[22m` : text)

const day = (date) =>
  date.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  })

/**
 * @param {{ quiet?: boolean, json?: boolean }} values
 * @param {{ title: string, cert?: any, csr?: any, files: Record<string, string>, next?: string[] }} made
 */
export function sayMade(values, { title, cert, csr, files, next = [] }) {
  if (values.quiet) return
  const object = cert ?? csr
  if (values.json) {
    console.log(
      JSON.stringify({ files, ...(object && { [cert ? 'certificate' : 'csr']: object }) }),
    )
    return
  }
  const rows = Object.entries(files).map(([what, path]) => [what, bold(path)])
  if (object?.san?.length)
    rows.push(['names', object.san.map((name) => name.replace(/^DNS:|^IP:/, '')).join(', ')])
  if (cert) rows.push(['valid until', day(cert.notAfter)], ['SHA-256', cert.fingerprint()])
  const left = Math.max(...rows.map(([name]) => name.length))
  console.log(bold(title))
  for (const [name, value] of rows) console.log(`  ${dim(name.padEnd(left))}  ${value}`)
  if (next.length) console.log(`\n${next.join('\n')}`)
}
