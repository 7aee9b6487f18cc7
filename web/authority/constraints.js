/** What an authority may sign for. */

/** Whether a name to be permitted is an IP address or a range of them. */
export const isAddress = (name) => /^[\d.]+(\/[\d.]+)?$|:/.test(name)

/** Names alone would leave every IP address open. @param {string[]} permitted */
export const excludedBeside = (permitted) =>
  permitted.length === 0 || permitted.some(isAddress) ? [] : ['0.0.0.0/0', '::/0']

/** The mask of a prefix in groups of so many bits, as openssl writes it. */
const mask = (bits, groups, size, radix, separator) =>
  Array.from({ length: groups }, (_, i) => {
    const ones = Math.min(size, Math.max(0, bits - i * size))
    return (2 ** size - 2 ** (size - ones)).toString(radix)
  }).join(separator)

/** 10.0.0.0/8 as 10.0.0.0/255.0.0.0 */
function withMask(range) {
  const [address, prefix] = range.split('/')
  const isV6 = address.includes(':')
  const bits = prefix === undefined ? (isV6 ? 128 : 32) : Number(prefix)
  return `${address}/${isV6 ? mask(bits, 8, 16, 16, ':') : mask(bits, 4, 8, 10, '.')}`
}

/** The value of nameConstraints as openssl takes it. @param {string[]} permitted */
export function opensslConstraints(permitted) {
  const one = (kind) => (name) =>
    isAddress(name) ? `${kind};IP:${withMask(name)}` : `${kind};DNS:${name}`
  const all = [
    ...permitted.map(one('permitted')),
    ...excludedBeside(permitted).map(one('excluded')),
  ]
  return ['critical', ...all].join(',')
}
