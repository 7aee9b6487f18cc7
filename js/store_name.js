/** What an authority is called in stores: as mkcert calls its own, so that either program finds it. */

const isOfMkcert = (cert) => /(^|,)O=mkcert development CA(,|$)/.test(cert.subject)

/** The nickname in NSS, the alias of Java. */
export function storeName(cert) {
  if (isOfMkcert(cert)) return `mkcert development CA ${BigInt(`0x${cert.serial}`)}`
  return `certmint-${cert.fingerprint().replaceAll(':', '').slice(0, 16).toLowerCase()}`
}

/** The name of its file among those of a system. */
export const fileName = (cert) => storeName(cert).replaceAll(' ', '_')
