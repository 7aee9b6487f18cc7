/**
 * A drop-in for the npm package `selfsigned`: as its version 5 (promises), and as versions 3 and 4
 * (synchronous, with a callback, `days`). What comes back is both: the result, and awaitable.
 *
 * What differs: SHA-256 instead of SHA-1 by default; subject and authority key identifiers; values of
 * attributes may hold any character; keys of CA and leaf may be of different types; a CN or a DNS name
 * that is an IP address stands as one, and a CN that is no host stands for none; with `passphrase`
 * the client's key is encrypted, too.
 */

/** An attribute of the subject: "commonName", "countryName", "ST", ..., "CN", "C", or an OID. */
export interface CertificateField {
  name?: string | undefined
  shortName?: string | undefined
  /** An OID. */
  type?: string | undefined
  value?: unknown
}

/** `type`: 1 e-mail address, 2 DNS name, 6 URI, 7 IP address. */
export interface SubjectAltNameEntry {
  type?: number
  value?: string
  ip?: string
  dns?: string
  email?: string
  uri?: string
  url?: string
}

export type CertificateExtension =
  | { name: 'basicConstraints'; cA?: boolean; pathLenConstraint?: number; critical?: boolean }
  | {
      name: 'keyUsage'
      digitalSignature?: boolean
      nonRepudiation?: boolean
      contentCommitment?: boolean
      keyEncipherment?: boolean
      dataEncipherment?: boolean
      keyAgreement?: boolean
      keyCertSign?: boolean
      cRLSign?: boolean
      encipherOnly?: boolean
      decipherOnly?: boolean
      critical?: boolean
    }
  | {
      name: 'extKeyUsage'
      serverAuth?: boolean
      clientAuth?: boolean
      codeSigning?: boolean
      emailProtection?: boolean
      timeStamping?: boolean
      critical?: boolean
    }
  | { name: 'subjectAltName'; altNames: SubjectAltNameEntry[]; critical?: boolean }

export interface ClientCertificateOptions {
  /** Default: "John Doe jdoe123". */
  cn?: string
  /** Default: as the server's. */
  keyType?: 'rsa' | 'ec'
  /** Of an RSA key; 2048 by default. */
  keySize?: number
  /** Default: as the server's. */
  curve?: 'P-256' | 'P-384' | 'P-521'
  /** Default: as the server's. */
  algorithm?: string
  notBeforeDate?: Date
  /** Default: a calendar year after notBeforeDate. */
  notAfterDate?: Date
}

export interface SelfsignedOptions {
  /** Days from now on; 365 by default. Of versions 3 and 4: with it, failures are thrown. */
  days?: number
  /** Default: now. */
  notBeforeDate?: Date
  /** Default: 365 days after notBeforeDate. */
  notAfterDate?: Date
  /** Default: "rsa". */
  keyType?: 'rsa' | 'ec'
  /** Of an RSA key: 2048 (default), 3072, 4096, 8192, or 1024. */
  keySize?: number
  /** Default: "P-256". */
  curve?: 'P-256' | 'P-384' | 'P-521'
  /** "sha256" (default), "sha384", "sha512" or "sha1". */
  algorithm?: string
  /** Instead of the default ones. */
  extensions?: CertificateExtension[]
  /** Adds pkcs7 and clientpkcs7 to the result, as versions 3 and 4 did. */
  pkcs7?: boolean
  /** A certificate for a client, signed with the key of the first. */
  clientCertificate?: boolean | ClientCertificateOptions
  /** @deprecated clientCertificate.cn */
  clientCertificateCN?: string
  /** @deprecated clientCertificate.keySize */
  clientCertificateKeySize?: number
  /** Keys to use instead of new ones; PEM. */
  keyPair?: { privateKey: string; publicKey?: string }
  /** Who signs; PEM. Default: self-signed. */
  ca?: { key: string; cert: string }
  /** Encrypts the private keys: PKCS#8, AES-256-CBC. */
  passphrase?: string
}

export interface GenerateResult {
  /** PKCS#8 PEM. */
  private: string
  /** SubjectPublicKeyInfo PEM. */
  public: string
  cert: string
  /** SHA-1 of the certificate, "ab:cd:...". */
  fingerprint: string
  pkcs7?: string
  clientprivate?: string
  clientpublic?: string
  clientcert?: string
  clientpkcs7?: string
}

/** The result at once, as in versions 3 and 4; `await` gives the same, as in version 5. A failure is
 * thrown when the result is looked at, and rejected when it is awaited. */
export function generate(
  attrs?: CertificateField[] | null,
  options?: SelfsignedOptions | null,
): GenerateResult & Promise<GenerateResult>
export function generate(
  attrs: CertificateField[] | null | undefined,
  options: SelfsignedOptions | null | undefined,
  done: (error: Error | null, result: GenerateResult) => unknown,
): void
export function generate(
  attrs: CertificateField[] | null | undefined,
  done: (error: Error | null, result: GenerateResult) => unknown,
): void
export function generate(done: (error: Error | null, result: GenerateResult) => unknown): void

/** The certificate (PEM) as PKCS#7 (PEM). */
export function createPkcs7(certificate: string): string

declare const selfsigned: { generate: typeof generate; createPkcs7: typeof createPkcs7 }
export default selfsigned
