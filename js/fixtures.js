/**
 * Deliberately wrong certificates, for testing that clients refuse them. Every one is right but for
 * the fault it is named after.
 */

import { optionsOf } from './options.js'

const DAY = 86400

/**
 * Every fixture: what is wrong, and the template for it under the root (or beside it).
 *
 * @type {Record<string, { fault: string, template: any, constrained?: boolean, selfSigned?: boolean }>}
 */
const faults = {
  good: { fault: 'nothing: clients must accept this one', template: {} },
  expired: {
    fault: 'expired yesterday',
    template: (now) => ({ notBefore: now - 30 * DAY, notAfter: now - DAY, allowWeak: true }),
  },
  'not-yet-valid': {
    fault: 'valid from tomorrow on',
    template: (now) => ({ notBefore: now + DAY, notAfter: now + 30 * DAY }),
  },
  'wrong-host': {
    fault: 'made out to another host',
    template: { subject: 'CN=wrong.host.invalid', san: ['wrong.host.invalid'] },
  },
  'ca-as-leaf': {
    fault: 'a CA certificate used by a server (CA:TRUE)',
    template: {
      allowWeak: true,
      extensions: {
        basicConstraints: { ca: true },
        keyUsage: ['digitalSignature', 'keyCertSign'],
        extendedKeyUsage: ['serverAuth'],
      },
    },
  },
  'no-san': {
    fault: 'the host in the CN only, no subject alternative name',
    template: { san: false },
  },
  'weak-key': { fault: 'RSA with 1024 bits', template: { key: 'rsa-1024', allowWeak: true } },
  sha1: { fault: 'signed with SHA-1', template: { hash: 'sha1', allowWeak: true } },
  'missing-eku': {
    fault: 'no extended key usage, which Apple requires',
    template: { extensions: { extendedKeyUsage: false } },
  },
  'wrong-eku': {
    fault: 'for clients, used by a server',
    template: { profile: 'client' },
  },
  'too-long': { fault: 'valid for 900 days: Apple takes at most 825', template: { days: 900 } },
  'self-signed': { fault: 'signed by itself, not by the root', selfSigned: true, template: {} },
  revoked: { fault: 'on the revocation list beside it', template: {} },
  'name-constraint-violation': {
    fault: 'outside the name constraints of its issuer',
    constrained: true,
    template: { allowWeak: true },
  },
}

/** @returns {any} { root, crl, fixtures: { name: { fault, cert, key, chain } } }, or a promise of it */
export function fixtures(api, options) {
  const { host = 'localhost', now = Math.floor(Date.now() / 1000) } = optionsOf(
    'createFixtures',
    options,
  )
  const run = steps(api, host, now)
  // a generator written once: driven with awaits when a step is a promise, straight otherwise
  const advance = (value) => {
    const { done, value: next } = run.next(value)
    if (done) return next
    return next instanceof Promise ? next.then(advance) : advance(next)
  }
  return advance(undefined)
}

function* steps(api, host, now) {
  const root = yield api.createCA({
    subject: 'O=certmint test fixtures,CN=Fixture Root',
    pathLen: 1,
    notBefore: now - 365 * DAY,
    notAfter: now + 3650 * DAY,
  })
  const constrained = yield api.createCA({
    issuer: root,
    subject: 'O=certmint test fixtures,CN=Constrained Issuer',
    nameConstraints: { permitted: ['constrained.invalid'] },
  })
  const made = {}
  for (const [name, { fault, template, ...how }] of Object.entries(faults)) {
    const options = {
      subject: `CN=${host}`,
      san: [host],
      days: 397,
      ...(typeof template === 'function' ? { days: undefined, ...template(now) } : template),
    }
    const issuer = how.constrained ? constrained : root
    const issued = how.selfSigned
      ? yield api.selfSigned(undefined, options)
      : yield issuer.issue(options)
    const chain = issued.chain ?? [issued.cert]
    made[name] = { fault, cert: issued.cert, key: issued.key, chain }
  }
  const crl = yield root.createCRL({
    revoked: [{ cert: made.revoked.cert, reason: 'keyCompromise' }],
  })
  return { root, crl, fixtures: made }
}
