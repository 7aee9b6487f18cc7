/**
 * What every failure of certmint is: `code` for programs, `field` for the input at fault ("san[1]",
 * "" when it is none of them), `message` for people.
 */
export class CertmintError extends Error {
  static name = 'CertmintError'

  /**
   * @param {string} code "invalid", "unsupported", "malformed", "passphrase", "mismatch", "random",
   *   "memory", "cancelled", "limit" or "internal"
   * @param {string} field
   * @param {string} rule what is wrong with it, without the field
   */
  constructor(code, field, rule) {
    super(field ? `${field}: ${rule}` : rule)
    this.name = 'CertmintError'
    this.code = code
    this.field = field
    this.rule = rule
  }
}

/** A value that the caller gave and that is wrong. */
export const invalid = (field, rule) => new CertmintError('invalid', field, rule)
