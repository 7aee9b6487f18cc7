/** From a certificate that is there to the template that makes another like it. */

import { FailedError } from './usage.js'

/** Kinds of names that a template writes as inspect reads them. */
const kinds = ['dns', 'ip', 'email', 'uri', 'upn', 'rid', 'directory']

/** What cannot be carried over is refused: a certificate that lacks something is not the same. */
class NotCarried extends Error {}

function nameOf({ type, value }) {
  if (!kinds.includes(type) || typeof value !== 'string') throw new NotCarried()
  return { [type]: value }
}

function uriOf({ type, value }) {
  if (type !== 'uri') throw new NotCarried()
  return value
}

function pointOf({ distributionPoint, ...rest }) {
  const names = distributionPoint?.fullName
  if (names?.length !== 1 || Object.keys(rest).length > 0) throw new NotCarried()
  return uriOf(names[0])
}

function policyOf({ oid, name: _name, qualifiers = [], ...rest }) {
  const [cps, ...others] = qualifiers
  if (Object.keys(rest).length > 0 || others.length > 0) throw new NotCarried()
  if (!cps) return oid
  if (cps.type !== 'cps') throw new NotCarried()
  return { oid, cps: cps.uri }
}

function accessOf(value) {
  /** @type {Record<string, string[]>} */
  const access = {}
  for (const { method, location } of value) {
    if (!['ocsp', 'caIssuers'].includes(method)) throw new NotCarried()
    access[method] = [...(access[method] ?? []), uriOf(location)]
  }
  return access
}

/** Extension → what of a template makes it. */
const carried = {
  basicConstraints: (value) => {
    if (value.ca) throw new NotCarried()
    return {}
  },
  keyUsage: (usages, critical) => ({ keyUsage: { usages, critical } }),
  extendedKeyUsage: (usages, critical) => {
    if (!usages.every((one) => typeof one === 'string')) throw new NotCarried()
    return { extendedKeyUsage: { usages, critical } }
  },
  subjectKeyIdentifier: () => ({}),
  authorityKeyIdentifier: () => ({}),
  subjectAltName: () => ({}),
  certificatePolicies: (value, critical) => ({
    certificatePolicies: { policies: value.map(policyOf), critical },
  }),
  crlDistributionPoints: (value, critical) => ({
    crlDistributionPoints: { uris: value.map(pointOf), critical },
  }),
  authorityInfoAccess: (value) => ({ authorityInfoAccess: accessOf(value) }),
  tlsFeature: (value) => ({ tlsFeature: value }),
}

function extensionsOf(list, path) {
  /** @type {any} */
  const extensions = { keyUsage: false, extendedKeyUsage: false, custom: [] }
  for (const { oid, name, critical, value, der } of list) {
    if (name === undefined && der !== undefined) {
      extensions.custom.push({ oid, der, critical })
      continue
    }
    try {
      if (!Object.hasOwn(carried, name)) throw new NotCarried()
      Object.assign(extensions, carried[name](value, critical))
    } catch (error) {
      if (!(error instanceof NotCarried)) throw error
      throw new FailedError(
        `${path}: its ${name ?? oid} cannot be carried over; certmint issue makes one like it`,
      )
    }
  }
  return extensions
}

const subjectOf = ({ attributes }) =>
  attributes.map(({ type, oid, value, rdn }, i) => ({
    type: type ?? oid,
    value,
    sameRdn: i > 0 && attributes[i - 1].rdn === rdn,
  }))

/**
 * @param {any} item a certificate as inspect has it
 * @param {string} path where it is, for sentences
 */
export function templateOfCertificate(item, path) {
  const san = item.extensions.find(({ name }) => name === 'subjectAltName')
  try {
    return {
      profile: 'server',
      subject: subjectOf(item.subject),
      san: san ? san.value.map(nameOf) : false,
      extensions: extensionsOf(item.extensions, path),
    }
  } catch (error) {
    if (!(error instanceof NotCarried)) throw error
    throw new FailedError(
      `${path}: it has names of a kind that cannot be carried over; certmint issue makes one like it`,
    )
  }
}
