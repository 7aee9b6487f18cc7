/** What asks the same at a terminal. */

import { command, quote } from '../parts/shell.js'

/** What openssl has for each kind of thing. */
const OPENSSL = {
  certificate: (file) => `openssl x509 -in ${file} -noout -text`,
  request: (file) => `openssl req -in ${file} -noout -text -verify`,
  crl: (file) => `openssl crl -in ${file} -noout -text`,
  'private-key': (file) => `openssl pkey -in ${file} -noout -text_pub`,
  'public-key': (file) => `openssl pkey -pubin -in ${file} -noout -text_pub`,
  parameters: (file) => `openssl pkeyparam -in ${file} -noout -text`,
  pkcs12: (file) => `openssl pkcs12 -in ${file} -info -noout`,
  pkcs7: (file, { form }) =>
    `openssl pkcs7${form === 'der' ? ' -inform DER' : ''} -in ${file} -noout -print_certs`,
}

/** JSON Web Keys are nothing to openssl. */
function opensslLine(item, file) {
  if (item.form === 'openssh') return `ssh-keygen -l -f ${file}`
  return item.form === 'jwk' ? undefined : OPENSSL[item.kind]?.(file, item)
}

/** @param {any[]} items those at the top @param {{ name: string }[]} inputs */
export function inspectCommands(items, inputs) {
  const fileOf = (input) => quote(inputs[input].name || 'pasted.txt')
  const files = inputs.map((_, i) => fileOf(i))
  const openssl = new Set(items.map((item) => opensslLine(item, fileOf(item.input))))
  const first = items.find(({ form }) => form === 'pem' || form === 'der')
  if (first) {
    const form = first.form === 'der' ? ' -inform DER' : ''
    openssl.add(`openssl asn1parse${form} -i -in ${fileOf(first.input)}`)
  }
  openssl.delete(undefined)
  return [
    { title: 'certmint', text: command('npx certmint inspect', files) },
    ...(openssl.size > 0 ? [{ title: 'openssl', text: [...openssl].join('\n') }] : []),
  ]
}
