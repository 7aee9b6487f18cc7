/** From flags, and a template file when there is one, to a template of the JavaScript interface. */

import { read } from './files.js'
import { generalName } from './names.js'
import { date, integer } from './options.js'
import { UsageError } from './usage.js'

const items = (text) => text.split(',').map((item) => item.trim())

const without = (object, test) =>
  Object.fromEntries(Object.entries(object).filter(([name, value]) => !test(name, value)))
const given = (object) => without(object, (_, value) => value === undefined)

// ------------------------------------------------------------------ the template file

/** What a template says in JavaScript and a flag says here, for files have to be named. */
const notInFiles = {
  issuer: '--ca and --ca-key name the authority',
  csr: 'certmint sign takes a request',
  publicKey: '--key-in takes a public key, too',
  signal: 'Ctrl-C cancels',
  onProgress: 'a terminal shows it',
}

async function readTemplate(path) {
  if (path === undefined) return {}
  let template
  try {
    template = JSON.parse((await read(path)).toString())
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new UsageError(`${path}: is no JSON: ${error.message}`)
  }
  if (typeof template !== 'object' || template === null || Array.isArray(template)) {
    throw new UsageError(`${path}: a template is a JSON object, like {"san": ["shop.test"]}`)
  }
  for (const [name, instead] of Object.entries(notInFiles)) {
    if (Object.hasOwn(template, name)) {
      throw new UsageError(`${path}: ${name} cannot stand in a template file: ${instead}`)
    }
  }
  return template
}

// ------------------------------------------------------------------ extensions

const orNone = (text, value) => (text === 'none' ? false : value(text))

function basicConstraints(text) {
  const constraints = {}
  for (const item of items(text)) {
    const [, ca, pathLen] = /^(?:CA:(TRUE|FALSE)|pathlen:(\d{1,9}))$/i.exec(item) ?? []
    if (ca) constraints.ca = ca.toUpperCase() === 'TRUE'
    else if (pathLen) constraints.pathLen = Number(pathLen)
    else {
      throw new UsageError(
        `--basic-constraints: "${item}" is neither CA:TRUE, CA:FALSE nor pathlen:N`,
      )
    }
  }
  return constraints
}

function policy(text) {
  const at = text.indexOf('=')
  return at < 0 ? text : { oid: text.slice(0, at), cps: text.slice(at + 1) }
}

function customExtension(text) {
  const [oid, der, ...rest] = text.split('=')
  if (der === undefined || rest.length > 0) {
    throw new UsageError(`--extension: "${text}" is not OID=HEX, like 1.2.3.4=0c026869`)
  }
  return { oid, der }
}

/** Extension → [how its flag is read, what its list is called in an object with `critical`]. */
function extensionsOfFlags(values) {
  const access = given({ ocsp: values.ocsp, caIssuers: values['ca-issuers'] })
  const set = (flag, read) => values[flag] !== undefined && read(values[flag])
  const one = (flag, read) => (values[flag] === undefined ? {} : { value: set(flag, read) })
  return Object.fromEntries(
    Object.entries({
      basicConstraints: one('basic-constraints', (text) => orNone(text, basicConstraints)),
      keyUsage: one('key-usage', (text) => orNone(text, items)),
      extendedKeyUsage: one('extended-key-usage', (text) => orNone(text, items)),
      subjectKeyIdentifier: one('subject-key-identifier', (text) => orNone(text, (hex) => hex)),
      authorityKeyIdentifier: one('authority-key-identifier', noneOnly),
      nameConstraints: constraintsOfFlags(values),
      certificatePolicies: one('policy', (list) => list.map(policy)),
      crlDistributionPoints: one('crl-distribution-point', (list) => list),
      authorityInfoAccess: Object.keys(access).length > 0 ? { value: access } : {},
      tlsFeature: values['must-staple'] ? { value: ['status_request'] } : {},
      custom: one('extension', (list) => list.map(customExtension)),
    }).flatMap(([name, made]) => ('value' in made ? [[name, made.value]] : [])),
  )
}

function noneOnly(text) {
  if (text !== 'none') {
    throw new UsageError(
      `--authority-key-identifier: "${text}"; it is the authority's own identifier, or none`,
    )
  }
  return false
}

function constraintsOfFlags({ permit, exclude }) {
  if (!permit && !exclude) return {}
  const names = (list) => list?.map(generalName)
  return { value: given({ permitted: names(permit), excluded: names(exclude) }) }
}

/** Extensions with a critical bit of their own → their list, when they may be written as a list. */
const withCriticalBit = {
  basicConstraints: undefined,
  keyUsage: 'usages',
  extendedKeyUsage: 'usages',
  subjectAltName: undefined,
  nameConstraints: undefined,
  certificatePolicies: 'policies',
  crlDistributionPoints: 'uris',
}

/** Sets the critical bits that --critical and --not-critical name. */
function setCriticalBits(extensions, values) {
  for (const flag of ['critical', 'not-critical']) {
    const critical = flag === 'critical'
    for (const name of values[flag] === undefined ? [] : items(values[flag])) {
      const custom = extensions.custom?.find?.(({ oid }) => oid === name)
      if (custom) custom.critical = critical
      else if (Object.hasOwn(withCriticalBit, name)) setCriticalBit(extensions, name, critical)
      else {
        throw new UsageError(
          `--${flag}: "${name}" is none of ${Object.keys(withCriticalBit).join(', ')}, ` +
            'nor the OID of an --extension',
        )
      }
    }
  }
}

function setCriticalBit(extensions, name, critical) {
  const value = extensions[name]
  if (value === false) throw new UsageError(`${name} is left out and cannot be critical`)
  const list = withCriticalBit[name]
  extensions[name] = Array.isArray(value) ? { [list]: value, critical } : { ...value, critical }
}

function extensionsOf(template, values) {
  const own = extensionsOfFlags(values)
  if (values['no-extensions']) {
    const [first] = Object.keys(own)
    if (first || values.critical || values['not-critical']) {
      throw new UsageError('--no-extensions leaves no room for other extensions')
    }
    return false
  }
  const asked = Object.keys(own).length > 0 || values.critical || values['not-critical']
  if (!asked) return template.extensions
  const extensions = structuredClone({ ...template.extensions, ...own })
  setCriticalBits(extensions, values)
  return extensions
}

// ------------------------------------------------------------------ all of it

/** One way to say how long something is valid takes the place of another. */
function validityOf(template, values) {
  const days = integer(values, 'days')
  const notAfter = date(values, 'not-after')
  const replaced = days !== undefined || notAfter !== undefined
  return {
    template: replaced
      ? without(template, (name) => ['days', 'seconds', 'notAfter'].includes(name))
      : template,
    flags: { days, notAfter, notBefore: date(values, 'not-before') },
  }
}

/** Names, and the subject that a certificate without a SAN takes from the first of them. */
function namesOf(template, values, names) {
  const all = [...names, ...(values.san ?? [])]
  const none = values['no-san'] ? '--no-san' : values['no-extensions'] && '--no-extensions'
  if (none && values.san) throw new UsageError(`${none} leaves no room for --san`)
  const subject = values.subject ?? template.subject
  if (none) {
    return { san: false, subject: subject ?? (all.length > 0 ? [['CN', all[0]]] : undefined) }
  }
  return { san: all.length > 0 ? all.map(generalName) : undefined, subject: values.subject }
}

/**
 * @param {Record<string, any>} values the flags
 * @param {string[]} names those before the flags
 * @returns {Promise<Record<string, any>>} without members that nobody gave
 */
export async function templateOf(values, names = []) {
  const file = await readTemplate(values.template)
  const { template, flags } = validityOf(file, values)
  return given({
    ...template,
    ...given({
      ...flags,
      ...namesOf(template, values, names),
      hash: values.hash,
      pss: values.pss,
      allowWeak: values['allow-weak'],
      serial: values.serial,
      profile: values.profile,
      clamp: values.clamp,
      key: values.key,
    }),
    extensions: extensionsOf(template, values),
  })
}
