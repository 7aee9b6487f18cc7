/** In the worker: makes what the form asks for. Keys are destroyed when they have been written out. */

import { createCA, selfSigned } from '../../js/index.js'
import { certificateFile, keyFile, namingSubject, withKey } from '../making.js'

/** At least as long as authorities are made for by default. */
const AUTHORITY_DAYS = 3650

/**
 * @typedef {object} Order what the form asks for
 * @property {string[]} names
 * @property {string} key
 * @property {'pkcs8' | 'traditional'} keyFormat
 * @property {'self' | 'authority'} signer
 * @property {Record<string, unknown>} template subject, profile, hash and validity
 */

/**
 * @param {Order} order
 * @param {import('../making.js').Work} work
 */
export function makeCertificate(order, work) {
  const make = order.signer === 'authority' ? underAuthority : bySelf
  // the keys are written out and let go of: of the try, nothing is left
  return withKey(
    order.key,
    (key, step) => make({ ...order, key }, step),
    work,
    () => {},
  )
}

async function bySelf({ names, key: spec, keyFormat, template }, step) {
  const { cert, key } = await namingSubject(template.subject, () =>
    selfSigned(names, { ...template, key: spec, ...step(1) }),
  )
  return {
    certificate: cert.toJSON(),
    files: [certificateFile(cert, 'certificate.pem'), keyFile(key, 'private_key.pem', keyFormat)],
  }
}

async function underAuthority({ names, key: spec, keyFormat, template }, step) {
  const subject = authoritySubject(template.subject, names)
  const { hash } = template
  const validity = authorityValidity(template)
  const ca = await namingSubject(subject, () =>
    createCA({ subject, hash, ...validity, key: spec, ...step(1) }),
  )
  try {
    const { cert, key, fullChain } = await namingSubject(template.subject, () =>
      ca.issue({ san: names, ...template, key: spec, ...step(2) }),
    )
    return {
      certificate: cert.toJSON(),
      authority: ca.cert.toJSON(),
      files: [
        { name: 'certificate.pem', text: fullChain },
        keyFile(key, 'private_key.pem', keyFormat),
        certificateFile(ca.cert, 'ca.pem'),
        keyFile(ca.key, 'ca-key.pem', keyFormat),
      ],
    }
  } finally {
    ca.key.destroy()
  }
}

/** The authority's name tells whose it is, also where lists of authorities show the CN only. */
function authoritySubject(subject = [], names) {
  const organisation = subject.filter(([type]) => type === 'C' || type === 'O')
  const cn = subject.find(([type]) => type === 'CN')?.[1] ?? names[0] ?? ''
  return [...organisation, ['CN', `Authority for ${cn}`.slice(0, 64)]]
}

/** The authority is there for as long as what it signs. */
function authorityValidity({ days, notBefore, notAfter }) {
  if (notAfter !== undefined) return { notBefore, notAfter }
  const least = typeof days === 'number' ? days + 1 : 0
  return { notBefore, days: Math.max(AUTHORITY_DAYS, least) }
}
