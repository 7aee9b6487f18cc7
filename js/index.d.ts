/**
 * certmint: keys, certificates, authorities, requests and revocation lists, made where you are.
 *
 * Every function is asynchronous and loads the module by itself; `certmint/sync` has the same
 * functions without promises. Failures are CertmintError: rejected, never thrown, in this form.
 */

/* ------------------------------------------------------------------ keys */

export type KeySpec =
  | 'rsa-2048'
  | 'rsa-3072'
  | 'rsa-4096'
  | 'rsa-8192'
  | 'p-256'
  | 'p-384'
  | 'p-521'
  | 'secp256k1'
  | (string & {})
  | { type: 'rsa'; bits?: number }
  | { type: 'ec'; curve?: string }

/** How a search for RSA primes goes. The search has no memory: see `fraction`. */
export interface Progress {
  /** Candidates put to a primality test so far. */
  tried: number
  /** How many are tested on average until both primes are found. */
  expected: number
  /** How likely it was to be done by now, 0 to 1 and never quite 1: for a bar that is honest. */
  fraction: number
  elapsedSeconds: number
  /** How long a whole key takes on average at the speed seen. */
  typicalSeconds: number
}

/** About making RSA keys; EC keys take about a millisecond. */
export interface WorkOptions {
  /** Cancels: the promise rejects with signal.reason, and nothing goes on running. */
  signal?: AbortSignal
  onProgress?: (progress: Progress) => void
  /** How many workers search side by side: as many as the machine has processors (at most 8) by
   * default; false: the calling thread, with pauses. Ignored by the synchronous form. */
  workers?: number | boolean
}

export interface GenerateOptions extends WorkOptions {
  /** For test fixtures: RSA with 1024 bits. */
  allowWeak?: boolean
}

declare class Key {
  readonly type: 'rsa' | 'ec'
  /** Bits of the modulus or of the curve. */
  readonly bits: number
  /** "P-256", "P-384", "P-521" or "secp256k1"; undefined for RSA. */
  readonly curve?: string
  /** As generateKey takes it: "rsa-2048", "p-256", ... */
  readonly spec: string
  /** The key in its usual PEM form. */
  readonly pem: string
  /** Whether the other, or a certificate's key, has the same public half. */
  matches(other: PrivateKey | PublicKey | Certificate | CertificateRequest): boolean
  /** The SHA-256 thumbprint of its JWK (RFC 7638), base64url. */
  thumbprint(): string
  /** Zeroes and frees the key; using it afterwards is an error that says so. Keys that are merely
   * forgotten are freed some time after. */
  destroy(): void
}

export class PublicKey extends Key {
  private constructor()
  /** SubjectPublicKeyInfo: BEGIN PUBLIC KEY (RFC 5280 §4.1, RFC 7468). */
  toPEM(): string
  toDER(): Uint8Array
  /** A JSON Web Key (RFC 7517). */
  toJWK(): JsonWebKey
  /** A line for authorized_keys (RFC 4253 §6.6, RFC 5656 §3.1), with its end. */
  toOpenSSH(comment?: string): string
}

/** The members of RFC 7518 §6.2 and §6.3. */
export interface JsonWebKey {
  kty: 'EC' | 'RSA'
  crv?: string
  x?: string
  y?: string
  n?: string
  e?: string
  d?: string
  p?: string
  q?: string
  dp?: string
  dq?: string
  qi?: string
}

/** Text is UTF-8. Bytes can be overwritten by whoever holds them; text stays until it is collected. */
export type Passphrase = string | Uint8Array | ArrayBuffer

export interface KeyExportOptions {
  format?: 'pkcs8' | 'traditional'
  /** Encrypts (pkcs8 only): PBES2, PBKDF2 with HMAC-SHA-256, AES-256-CBC. */
  passphrase?: Passphrase
  /** Of PBKDF2; 600000 by default, which takes the better part of a second. */
  iterations?: number
}

export class PrivateKey extends Key {
  private constructor()
  /** pkcs8 (default): BEGIN PRIVATE KEY (RFC 5958). traditional: PKCS#1 (RFC 8017) or SEC1
   * (RFC 5915). */
  toPEM(options?: KeyExportOptions): string
  toDER(options?: KeyExportOptions): Uint8Array
  /** A JSON Web Key (RFC 7517) with the private members. */
  toJWK(): JsonWebKey
  readonly publicKey: PublicKey
  /** Type and size only: a private key is not logged by accident. */
  toJSON(): { type: string; bits: number; curve?: string }
}

/** PEM text, DER, or an object of ours that has it. */
export type Encoded = string | Uint8Array | ArrayBuffer | { der: Uint8Array }

/** Makes a private key, P-256 by default. */
export function generateKey(spec?: KeySpec, options?: GenerateOptions): Promise<PrivateKey>

export interface UnlockOptions {
  passphrase?: Passphrase
  /** A file may ask for this much key derivation, summed up; 5 million by default (seconds), Infinity
   * for no limit. Error code "limit". */
  maxIterations?: number
}

/** Reads a private or public key: PKCS#1, SEC1, PKCS#8 (encrypted too: PBES2, PBES1, PKCS#12's 3DES),
 * SubjectPublicKeyInfo, OpenSSL's encrypted PEM, and JWK as text or as an object. */
export function importKey(
  data: string | Uint8Array | ArrayBuffer | JsonWebKey,
  options?: UnlockOptions,
): Promise<PrivateKey | PublicKey>

/* ------------------------------------------------------------------ names */

/**
 * A distinguished name: text, "C=US,O=Example \\, Corp,CN=x" with the escapes of RFC 4514 or
 * "/C=US/CN=x" as OpenSSL has it; an object of short names, long names or OIDs, a list standing for
 * repeats; or pairs, where a list of pairs stands for a multi-valued RDN. The order is kept: what is
 * written first is encoded first.
 */
export type Subject =
  | string
  | Record<string, string | string[]>
  | ([type: string, value: string] | [type: string, value: string][])[]

/** Text is classified: IP address, e-mail address, URI, else DNS name (international ones become
 * A-labels). */
export type GeneralName =
  | string
  | { dns: string }
  | { ip: string }
  | { email: string }
  | { uri: string }
  | { upn: string }
  | { rid: string }
  | { directory: string }
  | { other: { oid: string; der: Uint8Array | string } }

/** A Date, ISO 8601 text ("2030-12-31", "2030-12-31T12:00:00Z"), or seconds since 1970. */
export type Time = Date | string | number

/* ------------------------------------------------------------------ templates */

export type Profile =
  | 'server'
  | 'client'
  | 'peer'
  | 'ca'
  | 'intermediate'
  | 'email'
  | 'code-signing'
  | 'timestamping'
  | 'ocsp-signing'
  | 'webtransport'

export type Hash = 'sha256' | 'sha384' | 'sha512' | 'sha1'

export type KeyUsage =
  | 'digitalSignature'
  | 'contentCommitment'
  | 'keyEncipherment'
  | 'dataEncipherment'
  | 'keyAgreement'
  | 'keyCertSign'
  | 'cRLSign'
  | 'encipherOnly'
  | 'decipherOnly'

/** A name like "serverAuth", or an OID. */
export type Purpose =
  | 'serverAuth'
  | 'clientAuth'
  | 'codeSigning'
  | 'emailProtection'
  | 'timeStamping'
  | 'OCSPSigning'
  | (string & {})

export interface NameConstraints {
  /** DNS names (with a leading dot: only below), IP ranges ("10.0.0.0/8"), typed names. */
  permitted?: GeneralName[]
  excluded?: GeneralName[]
  critical?: boolean
}

/** An OID or "anyPolicy", with the address of its practice statement. */
export type Policy = string | { oid: string; cps?: string }

/** What differs from the profile. `false` leaves an extension out; `critical` is as RFC 5280 says
 * unless given; an object with nothing else changes that bit of what the profile has. */
export interface Extensions {
  basicConstraints?: false | { ca?: boolean; pathLen?: number; critical?: boolean }
  keyUsage?: false | KeyUsage[] | { usages?: KeyUsage[]; critical?: boolean }
  extendedKeyUsage?: false | Purpose[] | { usages?: Purpose[]; critical?: boolean }
  subjectKeyIdentifier?: false | string | Uint8Array
  authorityKeyIdentifier?: false
  subjectAltName?: { critical?: boolean }
  nameConstraints?: NameConstraints
  certificatePolicies?: Policy[] | { policies: Policy[]; critical?: boolean }
  crlDistributionPoints?: string[] | { uris: string[]; critical?: boolean }
  authorityInfoAccess?: { ocsp?: string[]; caIssuers?: string[] }
  /** Must-staple (RFC 7633). */
  tlsFeature?: 'status_request'[]
  /** Any extension: one DER element as its value. It replaces ours of the same OID. */
  custom?: { oid: string; critical?: boolean; der: Uint8Array | string }[]
}

interface CommonTemplate extends WorkOptions {
  /** Default: CN = the first name. "" is the empty name. */
  subject?: Subject
  /** Default for servers: the CN, when it is a host or an IP. false: none. */
  san?: GeneralName | GeneralName[] | false
  profile?: Profile
  /** Default: sha256; sha384 and sha512 for P-384 and P-521 keys. sha1 only with allowWeak. */
  hash?: Hash
  /** RSASSA-PSS instead of PKCS#1 v1.5, with an RSA key that signs. */
  pss?: boolean
  /** false: no extension at all, no SAN either. */
  extensions?: Extensions | false
  /** For test fixtures: SHA-1, RSA-1024, names and dates outside the issuer's. */
  allowWeak?: boolean
}

export interface Validity {
  /** Days from notBefore to notAfter; the profile has a default (397 for servers). */
  days?: number
  seconds?: number
  /** Default: an hour ago, because clocks differ. */
  notBefore?: Time
  notAfter?: Time
  /** Shorten to the issuer's dates instead of refusing. */
  clamp?: boolean
}

interface SubjectTemplate extends CommonTemplate, Validity {
  /** Positive, at most 20 octets; default 159 random bits. Text is hexadecimal. */
  serial?: string | bigint | number | Uint8Array
}

/** Where the certified key comes from: an own key (made when it is a specification, P-256 by
 * default), somebody's public key, or somebody's request. */
export interface KeySource {
  key?: KeySpec | PrivateKey | Uint8Array
  publicKey?: PublicKey | string | Uint8Array
  csr?: Encoded
  /** What is taken from the request: default ['subject', 'san']. Usages are cut down to what the
   * profile grants; CA:TRUE is never taken. */
  honor?: ('subject' | 'san' | 'keyUsage' | 'extendedKeyUsage' | 'tlsFeature')[]
}

export interface Issuer {
  cert: Encoded
  key: PrivateKey | string | Uint8Array
}

export interface SelfSignedOptions extends SubjectTemplate {
  key?: KeySource['key']
}

export interface CertificateTemplate extends SubjectTemplate, KeySource {
  /** Who signs; without it the certificate is self-signed. */
  issuer?: Issuer
}

/* ------------------------------------------------------------------ certificates */

declare class Signed {
  readonly der: Uint8Array
  readonly pem: string
  readonly issuer: string
  /** "ecdsa-sha256", "rsa-sha256", "rsa-pss-sha256", ... */
  readonly signature: string
  /** "AB:CD:..."; SHA-256 by default. */
  fingerprint(hash?: 'sha256' | 'sha1'): string
  toJSON(): Record<string, unknown>
  toString(): string
}

declare class Subjected extends Signed {
  readonly subject: string
  /** "DNS:localhost", "IP:127.0.0.1", "email:a@b", "URI:...", ... */
  readonly san: string[]
  readonly isCA: boolean
  readonly pathLen?: number
  readonly keyUsage: string[]
  readonly extendedKeyUsage: string[]
  readonly publicKey: PublicKey
}

export class Certificate extends Subjected {
  private constructor()
  /** Lower-case hexadecimal. */
  readonly serial: string
  readonly notBefore: Date
  readonly notAfter: Date
}

export interface CertificateWithKey {
  cert: Certificate
  key: PrivateKey
}

/** A self-signed certificate with its key: for tests, for pinning, for `curl --cacert`. */
export function selfSigned(
  names?: GeneralName | GeneralName[],
  options?: SelfSignedOptions,
): Promise<CertificateWithKey>

export function createCertificate(template: CertificateTemplate): Promise<Certificate>

export function readCertificate(data: Encoded): Promise<Certificate>

/* ------------------------------------------------------------------ authorities */

export interface CAOptions extends SubjectTemplate {
  key?: KeySource['key']
  /** How many authorities may stand under it; 0 by default. */
  pathLen?: number
  /** Which names may be issued under it. */
  nameConstraints?: NameConstraints
  /** Makes an intermediate under this authority. */
  issuer?: CertificateAuthority | Issuer
}

export interface IssueOptions extends SubjectTemplate, KeySource {}

/** A certificate, with its key when that was made here. */
export interface Issued<K = PrivateKey> {
  cert: Certificate
  key: K
  /** The certificate and its issuers without the root. */
  chain: Certificate[]
  /** The chain as PEM, leaf first: what a server sends. */
  fullChain: string
}

export class CertificateAuthority {
  private constructor()
  readonly cert: Certificate
  readonly key: PrivateKey
  /** Its certificate and those above it. */
  readonly chain: Certificate[]
  issue(options: IssueOptions & { csr: Encoded }): Promise<Issued<undefined>>
  issue(options?: IssueOptions): Promise<Issued>
  createIntermediate(options: Omit<CAOptions, 'issuer'>): Promise<CertificateAuthority>
  createCRL(options?: Omit<CRLOptions, 'issuer'>): Promise<RevocationList>
}

/** Makes an authority: a root, or an intermediate under `issuer`. */
export function createCA(options?: CAOptions): Promise<CertificateAuthority>

/** Opens an authority that stands in files: ours, mkcert's, step's, OpenSSL's. */
export function loadCA(options: {
  cert: Encoded
  key: PrivateKey | string | Uint8Array
  passphrase?: string | Uint8Array
  /** The certificates above it. */
  chain?: Encoded[]
}): Promise<CertificateAuthority>

/* ------------------------------------------------------------------ requests */

export class CertificateRequest extends Subjected {
  private constructor()
  readonly signatureValid: boolean
}

export interface CSROptions extends CommonTemplate {
  key?: KeySource['key']
}

export function createCSR(
  options: CSROptions,
): Promise<{ csr: CertificateRequest; key: PrivateKey }>

export function readCSR(data: Encoded): Promise<CertificateRequest>

/* ------------------------------------------------------------------ revocation lists */

export type RevocationReason =
  | 'unspecified'
  | 'keyCompromise'
  | 'cACompromise'
  | 'affiliationChanged'
  | 'superseded'
  | 'cessationOfOperation'
  | 'certificateHold'
  | 'removeFromCRL'
  | 'privilegeWithdrawn'
  | 'aACompromise'

export type Revoked =
  | Certificate
  | string
  | bigint
  | {
      cert?: Encoded
      serial?: string | bigint | Uint8Array
      date?: Time
      reason?: RevocationReason
      invalidityDate?: Time
    }

export interface CRLOptions {
  issuer: CertificateAuthority | Issuer
  /** Added to the list; removeFromCRL takes a serial number off it. */
  revoked?: Revoked[]
  /** The list to extend. */
  previous?: Encoded
  thisUpdate?: Time
  nextUpdate?: Time
  /** Until nextUpdate; 30 by default. */
  days?: number
  /** Default: one more than the previous list's. */
  number?: string | bigint | number
  hash?: Hash
  pss?: boolean
  allowWeak?: boolean
}

export class RevocationList extends Signed {
  private constructor()
  readonly number?: string
  readonly thisUpdate: Date
  readonly nextUpdate?: Date
  readonly revoked: {
    serial: string
    date: Date
    reason?: RevocationReason
    invalidityDate?: Date
  }[]
}

export function createCRL(options: CRLOptions): Promise<RevocationList>

export function readCRL(data: Encoded): Promise<RevocationList>

/* ------------------------------------------------------------------ key stores and bundles */

/** A certificate with the name that people see beside it. */
export interface NamedCertificate {
  cert: Encoded
  friendlyName?: string
}

export interface PKCS12Options {
  /** With its certificate in `cert`; left out of a trust store. */
  key?: PrivateKey | string | Uint8Array
  cert?: Encoded | NamedCertificate
  /** The certificates above it; one that is `cert` again is left out. PEM may hold several. */
  chain?: (Encoded | NamedCertificate)[]
  /** Further certificates: those that a trust store trusts. */
  certificates?: (Encoded | NamedCertificate)[]
  /** "" is the empty one. */
  passphrase: Passphrase
  /** The name of the entry: Java's alias. Without a key it is that of the first certificate. */
  friendlyName?: string
  /** Ties key and certificate together; default: the certificate's SHA-1. Text is hexadecimal. */
  localKeyID?: string | Uint8Array
  /** modern (default): AES-256 and HMAC-SHA-256. legacy: 3DES and SHA-1, for old macOS, Java 8 and
   * Windows before 2019. java-truststore: modern, certificates alone, marked as trusted for Java. */
  encryption?: 'modern' | 'legacy' | 'java-truststore'
  /** Default: 600000, legacy 2048. */
  iterations?: number
}

/** Writes a PKCS#12 file (RFC 7292): .p12, .pfx. */
export function createPKCS12(options: PKCS12Options): Promise<Uint8Array>

export interface PKCS12 {
  /** The first key. */
  key?: PrivateKey
  /** Its certificate. */
  cert?: Certificate
  /** The other certificates, each followed by its issuer as far as it goes. Empty without a key. */
  chain: Certificate[]
  friendlyName?: string
  /** Everything there is, in the order of the file. */
  keys: { key: PrivateKey; friendlyName?: string; localKeyID?: string }[]
  certificates: {
    cert: Certificate
    friendlyName?: string
    localKeyID?: string
    /** Marked as trusted for Java. */
    trusted: boolean
  }[]
  /** How many entries are of other kinds: lists, secrets. */
  unread: number
}

/** Opens a PKCS#12 file, modern or legacy. Code "passphrase": wrong, or the file was altered. */
export function readPKCS12(data: Uint8Array | ArrayBuffer, options?: UnlockOptions): Promise<PKCS12>

/** Writes certificates, and revocation lists, as a PKCS#7 bundle (RFC 5652): .p7b, .p7c; in the order
 * given. */
export function createPKCS7(
  certificates: Encoded | Encoded[],
  options?: { crls?: Encoded[] },
): Promise<{ der: Uint8Array; pem: string }>

/** Reads a PKCS#7 bundle; signatures are not looked at. */
export function readPKCS7(
  data: Encoded,
): Promise<{ certificates: Certificate[]; crls: RevocationList[] }>

/** Puts certificates into the order of a chain, leaf first: the certificate of the key when one is
 * given, else the first that issued none of the others. What belongs to none comes last. */
export function orderChain(
  certificates: Encoded[],
  options?: { key?: PrivateKey | PublicKey },
): Promise<Certificate[]>

/* ------------------------------------------------------------------ path validation */

/** Why a path is refused. */
export type VerifyCode =
  | 'ok'
  /** Breaks DER or RFC 5280. */
  | 'malformed'
  /** An algorithm or a kind of key that certmint does not know. */
  | 'unsupported'
  /** A critical extension that is not understood. */
  | 'critical-extension'
  /** SHA-1, RSA below 2048 bits. */
  | 'weak'
  | 'not-yet-valid'
  | 'expired'
  /** The issuer is not among what was given. */
  | 'no-issuer'
  /** It ends in a self-signed certificate that is no root. */
  | 'untrusted'
  | 'signature'
  /** An issuer that is no authority. */
  | 'not-ca'
  | 'key-usage'
  /** The extended key usage forbids the purpose. */
  | 'purpose'
  | 'path-length'
  | 'max-depth'
  | 'name-constraints'
  /** Not for the host, address or mailbox asked for. */
  | 'name-mismatch'
  | 'policy'
  | 'revoked'
  /** Revocation is required, and no usable list covers it. */
  | 'revocation-unknown'
  /** Gave up: too many possible paths. Nothing was proved. */
  | 'work-limit'

export interface VerifyOptions {
  /** Trust anchors. Their dates, constraints and usages are held to as well. */
  roots?: Encoded | CertificateAuthority | (Encoded | CertificateAuthority)[]
  /** In any order, with anything else among them; PEM with several certificates will do. What
   * follows the certificate itself in its own PEM counts too. */
  intermediates?: Encoded | CertificateAuthority | (Encoded | CertificateAuthority)[]
  /** Complete, delta and indirect lists. */
  crls?: Encoded | Encoded[]
  /** When; now by default. */
  time?: Time
  /** What for; "any", the default, is not looked at. */
  purpose?: 'any' | 'server' | 'client' | 'email' | 'code-signing' | 'timestamping' | 'ocsp-signing'
  /** Whom it must be for, by its subject alternative names alone (RFC 9525). Text is taken for an
   * e-mail address, an IP address or a host. */
  name?: string | { dns: string } | { ip: string } | { email: string }
  /** Certificates between this one and the root, at most 30; 16 by default. */
  maxDepth?: number
  /** Acceptable certificate policies (RFC 5280 §6.1.1): OIDs; none means any. */
  policies?: string[]
  requireExplicitPolicy?: boolean
  inhibitPolicyMapping?: boolean
  inhibitAnyPolicy?: boolean
  /** Refuse what no usable list covers. Without it, lists only convict. */
  requireRevocation?: boolean
  /** Take SHA-1 signatures, and RSA from 1024 bits. */
  allowWeak?: boolean
  /** Let pass what RFC 5280 §4 asks of authorities but §6 does not check: key identifiers, key usage
   * and names of authorities, keyCertSign without cA. */
  lenient?: boolean
}

export interface VerifyReport {
  ok: boolean
  code: VerifyCode
  /** Which certificate is at fault: 0 this one, 1 its issuer, ... */
  depth: number
  /** The rule it breaks, in words; "" when it is good. */
  detail: string
  /** This certificate first, the root last; when it is good. */
  chain?: Certificate[]
  /** Certificate policies that hold along the path. */
  policies?: string[]
  revocation?: 'unchecked' | 'good' | 'unknown'
  /** How many signatures were checked, of at most 200. */
  signatures: number
  /** What could not be read among what was given, and why. */
  skipped: {
    from: 'intermediates' | 'roots' | 'crls'
    index: number
    detail: string
  }[]
}

/**
 * Builds a path from a certificate to a root and validates it (RFC 5280 §6). The answer is a report,
 * not a failure; only a question that makes no sense is one.
 */
export function verify(cert: Encoded, options?: VerifyOptions): Promise<VerifyReport>

/* ------------------------------------------------------------------ lint */

/** Whose judgement: `python` is ssl.create_default_context() of Python 3.13, `openssl` is
 * `openssl verify -x509_strict`, `webtransport` serverCertificateHashes, `rfc5280` the standard. */
export type LintClient =
  | 'chrome'
  | 'firefox'
  | 'safari'
  | 'node'
  | 'python'
  | 'java'
  | 'go'
  | 'openssl'
  | 'gnutls'
  | 'webtransport'
  | 'rfc5280'

/** error: the client refuses it. warning: it may. notice: it does not, but it should be otherwise. */
export type LintSeverity = 'error' | 'warning' | 'notice'

export type LintPurpose = 'server' | 'client' | 'ca' | 'any'

export interface LintOptions {
  /** All by default; `ok` then leaves WebTransport out, which takes special certificates. */
  clients?: LintClient | LintClient[]
  /** The host or IP address that a server's certificate must be for. */
  name?: string | { dns: string } | { ip: string }
  /** What the first certificate is to be; "auto", the default: what it looks like. "any" asks only
   * for what holds for every certificate. */
  purpose?: 'auto' | LintPurpose
  /** When; now by default. */
  time?: Time
}

export interface LintFinding {
  /** The id of the rule. */
  rule: string
  /** Which certificate: 0 the first. */
  certificate: number
  severity: LintSeverity
  /** For whom. */
  clients: LintClient[]
  /** What it is in this certificate, in a sentence, where there is more to say. */
  detail?: string
  /** The rule, in a sentence. */
  sentence: string
  /** What to do. */
  fix: string
  /** Where the rule stands. */
  source: string
  /** Which versions, where it is not all. */
  versions?: string
}

export interface LintReport {
  /** No client refuses it. */
  ok: boolean
  certificates: { subject: string; purpose: LintPurpose }[]
  clients: {
    client: LintClient
    /** As people write it. */
    name: string
    verdict: 'accepted' | 'refused'
    /** Indexes of its findings. */
    findings: number[]
  }[]
  findings: LintFinding[]
}

export interface LintRule extends Pick<LintFinding, 'sentence' | 'fix' | 'source' | 'versions'> {
  id: string
  /** The certificates it is for. */
  purposes: LintPurpose[]
  error: LintClient[]
  warning: LintClient[]
  notice: LintClient[]
  /** Those whose documentation was taken for it; all others were tried. */
  documented: LintClient[]
}

/**
 * Says which clients refuse a certificate, by which rule, and what to do. The first certificate is
 * the end of the chain; the others may stand in any order, also in its PEM. Trust and signatures are
 * not looked at: a client is taken to trust the root. At most 1000 certificates of
 * 256 KiB.
 */
export function lint(
  certificates: Encoded | CertificateAuthority | (Encoded | CertificateAuthority)[],
  options?: LintOptions,
): Promise<LintReport>

/** The rules of lint. */
export function lintRules(): Promise<LintRule[]>

/* ------------------------------------------------------------------ what is this file? */

/**
 * What `inspect` says. Times are RFC 3339 text, serial numbers and other integers of any size
 * lower-case hexadecimal with "-" before a negative one, `der` and other bytes lower-case
 * hexadecimal. Members are only ever added to it.
 */
export interface InspectReport {
  /** What was found, in the order of the inputs; what is inside another stands there. */
  items: InspectItem[]
  links: InspectLink[]
  /** There were more than 4096 things: the rest is missing. */
  truncated?: true
}

/** `switch (item.kind)` tells them apart. */
export type InspectItem =
  | InspectCertificate
  | InspectRequest
  | InspectCRL
  | InspectPrivateKey
  | InspectPublicKeyItem
  | InspectParameters
  | InspectPKCS12
  | InspectPKCS7
  | InspectUnreadable

interface InspectItemBase {
  /** Counts from 0 in the order of the report: what links name. */
  id: number
  /** Which of the inputs it is in. */
  input: number
  form: 'pem' | 'der' | 'base64' | 'jwk' | 'openssh'
  /** Of the PEM block. */
  label?: string
  /** Where it stands in the input, in bytes; not for what is inside another. */
  offset?: number
  length?: number
  /** What a PKCS#12 file says beside it. */
  friendlyName?: string
  localKeyID?: string
  /** Marked as trusted for Java. */
  trusted?: true
  /** Why it, or a part of it, could not be read or opened. */
  error?: { code: CertmintError['code']; message: string }
  /** Rules of encoding that it breaks, in words. */
  problems?: string[]
}

export interface InspectCertificate extends InspectItemBase {
  kind: 'certificate'
  version: number
  serial: string
  signature: InspectSignature
  /** The one inside what is signed, when it is not the same. */
  innerSignature?: InspectSignature
  issuer: InspectName
  subject: InspectName
  /** Missing when it is no time of RFC 5280 (see `problems`). */
  notBefore?: string
  notAfter?: string
  publicKey: InspectPublicKey
  isCA: boolean
  /** Subject and issuer are the same name. */
  selfIssued: boolean
  /** And its own key made its signature; missing when that was not checked: an algorithm that is not
   * done here, or more signatures than are checked. */
  selfSigned?: boolean
  extensions: InspectExtension[]
  /** Bytes of DER. */
  size: number
  fingerprints: InspectFingerprints
}

export interface InspectRequest extends InspectItemBase {
  kind: 'request'
  signature: InspectSignature
  /** Missing when it was not checked. */
  signatureValid?: boolean
  subject: InspectName
  publicKey: InspectPublicKey
  /** Besides the extensions asked for. */
  attributes: { oid: string; name?: string; value?: string; der?: string }[]
  extensions: InspectExtension[]
  size: number
  fingerprints: InspectFingerprints
}

export interface InspectCRL extends InspectItemBase {
  kind: 'crl'
  version: number
  signature: InspectSignature
  issuer: InspectName
  thisUpdate: string
  nextUpdate?: string
  extensions: InspectExtension[]
  /** At most 10,000 of them. */
  revoked: { serial: string; date: string; extensions?: InspectExtension[] }[]
  revokedCount: number
  size: number
  fingerprints: InspectFingerprints
}

export interface InspectPrivateKey extends InspectItemBase {
  kind: 'private-key'
  /** dsa is OpenSSL's traditional form of DSA keys. */
  format: 'pkcs8' | 'pkcs1' | 'sec1' | 'dsa' | 'openssh' | 'jwk'
  encryption?: InspectEncryption
  /** It is encrypted, and none of the passphrases opened it. */
  locked: boolean
  /** Its public half, as far as it can be told. Nothing of the private half is in a report. */
  publicKey?: InspectPublicKey
  /** The kind of key, when its public half is not known. */
  type?: string
}

export interface InspectPublicKeyItem extends InspectItemBase {
  kind: 'public-key'
  format: 'spki' | 'pkcs1' | 'openssh' | 'jwk'
  publicKey: InspectPublicKey
  /** What stands behind an OpenSSH key. */
  comment?: string
}

/** OpenSSL's EC PARAMETERS and DH PARAMETERS. */
export interface InspectParameters extends InspectItemBase {
  kind: 'parameters'
  curve?: string
  bits?: number
  size: number
}

export interface InspectPKCS12 extends InspectItemBase {
  kind: 'pkcs12'
  /** None of the passphrases, and not the empty one either, opens all of it. */
  locked: boolean
  /** What guards it against change; missing when nothing does. */
  mac?: Partial<InspectEncryption>
  /** Of each part that is encrypted as a whole. */
  encryption: InspectEncryption[]
  /** How many entries are of other kinds: secrets and the like. */
  unread: number
  items: InspectItem[]
  size: number
}

export interface InspectPKCS7 extends InspectItemBase {
  kind: 'pkcs7'
  /** "signedData" is looked into. */
  contentType: string
  signers?: number
  items: InspectItem[]
  size: number
}

export interface InspectUnreadable extends InspectItemBase {
  kind: 'unreadable'
  /** What it looks like from outside. */
  seems: 'unknown' | Exclude<InspectItem['kind'], 'unreadable'>
  error: { code: CertmintError['code']; message: string }
}

export interface InspectFingerprints {
  /** Of the DER, "AB:CD:...". */
  sha1: string
  sha256: string
}

export interface InspectSignature {
  /** "rsa-sha256", "ecdsa-sha384", "rsa-pss-sha256", "ed25519", "dsa-sha1", ..., or the OID. */
  name: string
  oid?: string
  /** RFC 4055 §3.1, with its defaults. */
  pss?: { hash: string; maskHash: string; saltLength: number; trailerField: number }
  /** DER of parameters of other kinds. */
  parameters?: string
}

export interface InspectPublicKey {
  /** "rsa", "ec", "rsa-pss", "dsa", "dh", "ed25519", "ed448", "x25519", "x448", "ml-dsa-44", ...,
   * or "unknown". */
  type: string
  oid?: string
  /** Of the modulus, the curve or the prime. */
  bits?: number
  /** "P-256", "brainpoolP256r1", ..., an OID, or "explicit". */
  curve?: string
  /** Of RSA; hexadecimal when it is 2^31 or more. */
  exponent?: number | string
  /** The SHA-1 of the key's bits: what subject key identifiers usually are. */
  keyIdentifier?: string
  /** The SHA-256 of the SubjectPublicKeyInfo in base64: the pin of RFC 7469. */
  pin: string
  /** Of its JWK (RFC 7638), base64url: RSA and the curves of RFC 7518 and 8812. */
  thumbprint?: string
  /** The SubjectPublicKeyInfo. */
  spki: string
}

/** A distinguished name; "" and no attributes with `der` when it is damaged. */
export interface InspectName {
  /** In the order of the encoding, with RFC 4514's escapes: as the options of certmint take it. */
  text: string
  /** RFC 4514's own order: last part first. */
  rfc4514: string
  attributes: {
    /** "CN", "O", ..., or the OID. */
    type: string
    oid: string
    value?: string
    /** Of a value that is no text. */
    der?: string
    string:
      'utf8' | 'printable' | 'ia5' | 't61' | 'bmp' | 'universal' | 'visible' | 'numeric' | 'other'
    /** Which relative distinguished name it stands in, from 0. */
    rdn: number
  }[]
  der?: string
}

/** A name of RFC 5280 §4.2.1.6. `value` is its text; `der` is there instead when it has none or
 * breaks its rules. */
export interface InspectGeneralName {
  type: 'dns' | 'ip' | 'email' | 'uri' | 'directory' | 'rid' | 'upn' | 'other' | 'x400' | 'edi'
  value?: string
  /** Of an otherName. */
  oid?: string
  der?: string
}

export interface InspectDistributionPoint {
  distributionPoint?: { fullName?: InspectGeneralName[]; relativeName?: string }
  reasons?: string[]
  crlIssuer?: InspectGeneralName[]
}

export interface InspectSubtree {
  base: InspectGeneralName
  minimum?: number
  maximum?: number
}

export interface InspectPolicy {
  oid: string
  name?: string
  qualifiers?: {
    /** "cps", "userNotice", or an OID. */
    type: string
    uri?: string
    text?: string
    reference?: { organization: string; numbers: number[] }
    der?: string
  }[]
}

interface InspectAccess {
  /** "ocsp", "caIssuers", "caRepository", "timeStamping", or an OID. */
  method: string
  location: InspectGeneralName
}

/** The values of the extensions that are decoded, by the names that they have here. */
export interface InspectExtensionValues {
  authorityInfoAccess: InspectAccess[]
  authorityKeyIdentifier: {
    keyIdentifier?: string
    issuer?: InspectGeneralName[]
    serial?: string
  }
  basicConstraints: { ca: boolean; pathLen?: number }
  certificateIssuer: InspectGeneralName[]
  certificatePolicies: InspectPolicy[]
  crlDistributionPoints: InspectDistributionPoint[]
  crlNumber: string
  deltaCRLIndicator: string
  /** Names like "serverAuth", or OIDs. */
  extendedKeyUsage: string[]
  freshestCRL: InspectDistributionPoint[]
  holdInstructionCode: string
  inhibitAnyPolicy: number
  invalidityDate: string
  issuerAltName: InspectGeneralName[]
  issuingDistributionPoint: {
    distributionPoint?: InspectDistributionPoint['distributionPoint']
    onlyContainsUserCerts: boolean
    onlyContainsCACerts: boolean
    onlySomeReasons?: string[]
    indirectCRL: boolean
    onlyContainsAttributeCerts: boolean
  }
  keyUsage: KeyUsage[]
  microsoftApplicationPolicies: InspectPolicy[]
  microsoftCAVersion: number
  microsoftCertificateTemplate: { oid: string; majorVersion?: number; minorVersion?: number }
  microsoftCertificateTemplateName: string
  nameConstraints: { permitted?: InspectSubtree[]; excluded?: InspectSubtree[] }
  netscapeBaseURL: string
  netscapeCAPolicyURL: string
  netscapeCARevocationURL: string
  netscapeCertType: string[]
  netscapeComment: string
  netscapeRenewalURL: string
  netscapeRevocationURL: string
  netscapeSSLServerName: string
  ocspNoCheck: true
  policyConstraints: { requireExplicitPolicy?: number; inhibitPolicyMapping?: number }
  policyMappings: { issuerDomainPolicy: string; subjectDomainPolicy: string }[]
  precertificatePoison: true
  privateKeyUsagePeriod: { notBefore?: string; notAfter?: string }
  qcStatements: { oid: string; der?: string }[]
  reasonCode: RevocationReason | 'unknown'
  signedCertificateTimestamps: {
    version: number
    /** The SHA-256 of the log's key in base64, as lists of logs have it. */
    logID: string
    timestamp: string
    extensions?: string
    hash: string
    signature: string
  }[]
  subjectAltName: InspectGeneralName[]
  subjectInfoAccess: InspectAccess[]
  subjectKeyIdentifier: string
  /** "status_request", "status_request_v2", or the number. */
  tlsFeature: (string | number)[]
}

/**
 * `value` where it is decoded (`if ('value' in extension && extension.name === ...)`), else `der`:
 * the content of extnValue. `name` is also there for some that are not decoded; `error` when it is
 * not what its standard describes.
 */
export type InspectExtension =
  | {
      [Name in keyof InspectExtensionValues]: {
        oid: string
        name: Name
        critical: boolean
        value: InspectExtensionValues[Name]
      }
    }[keyof InspectExtensionValues]
  | {
      oid: string
      name?: string
      critical: boolean
      value?: undefined
      der: string
      error?: string
    }

export interface InspectEncryption {
  /** "PBES2", "PBES1", "PKCS#12", "PEM" (OpenSSL's own), "OpenSSH", or an OID. */
  scheme: string
  /** "AES-256-CBC", "3DES", "RC2-40", ..., or an OID. */
  cipher?: string
  /** "PBKDF2", "scrypt", "bcrypt", or an OID. */
  kdf?: string
  hash?: string
  iterations?: number
  /** Bytes. */
  saltSize?: number
  /** Of scrypt. */
  cost?: number
  blockSize?: number
  parallelization?: number
  /** Its parameters are not what the standard describes. */
  damaged?: true
}

export type InspectLink =
  /** Copies of one thing. */
  | { type: 'same'; items: number[] }
  /** A key, its certificates, its requests: what has the same public key. */
  | { type: 'same-key'; items: number[] }
  /**
   * A certificate or list and a certificate that may have issued it: the name fits, and the key
   * identifiers do as far as both have them. "invalid": that key did not make the signature, told only
   * where none of them did. "unchecked": an algorithm that is not done here, or more signatures than
   * are checked. The first of several copies stands for all.
   */
  | { type: 'issued'; issuer: number; item: number; signature: 'valid' | 'invalid' | 'unchecked' }

export interface InspectOptions {
  /** Tried on everything that is encrypted; the empty one is tried on PKCS#12 anyway, unless that asks
   * for more than 10,000 iterations. */
  passphrase?: Passphrase | Passphrase[]
  /** How much key derivation all of it may ask for, summed up over all that is tried; 5 million by
   * default (seconds). */
  maxIterations?: number
}

/** Whatever there is; a JWK also as an object. */
export type Inspectable = Encoded | JsonWebKey | { keys: JsonWebKey[] }

/**
 * Says what bytes are and what is in them: PEM (any number of blocks, with text between), DER, BER or
 * base64 without armour; certificates, requests, revocation lists, keys of any kind, PKCS#12, PKCS#7,
 * JWK, JWK Sets and OpenSSH's keys; and which of it belongs together. What cannot be read is said,
 * too: only options that make no sense are an error, and inputs over the limits (code "limit"): 16 MiB
 * in all, and 64 MiB of report. Limits inside it: 4096 things, 4 files inside one another, 64 private
 * keys opened, 10,000 entries of a list shown, 100 extensions of one thing, 4096 elements of one
 * extension.
 */
export function inspect(
  data: Inspectable | Inspectable[],
  options?: InspectOptions,
): Promise<InspectReport>

/** A report as text for people; `names` are those of the inputs. Ends with a line's end. */
export function inspectText(report: InspectReport, options?: { names?: string[] }): string

/** The value of one extension of a report as lines for people; in hexadecimal where it is not decoded. */
export function extensionLines(extension: InspectExtension): string[]

/** One element of an encoding (X.690). */
export interface Asn1Element {
  /** Where it begins in `der`. */
  offset: number
  /** Bytes of its tag and length. */
  header: number
  /** Bytes of its content. */
  length: number
  class: 'universal' | 'application' | 'context' | 'private'
  tag: number
  /** Of the universal class: "SEQUENCE", "INTEGER", "OID", ... */
  type?: string
  constructed: boolean
  /** Text of strings, times (RFC 3339), TRUE and FALSE, integers in lower-case hexadecimal. */
  value?: string
  /** There is more of it: a text is cut after 128 bytes, an integer after 64. */
  cut?: true
  oid?: string
  /** What the OID stands for: "keyUsage", "CN", "ecdsa-sha256", ... */
  name?: string
  /** Unused bits at the end of a BIT STRING. */
  unused?: number
  /** Its children stand inside an OCTET STRING or BIT STRING. */
  inside?: true
  children?: Asn1Element[]
  /** BER without a length: two end-of-contents octets follow the content. */
  indefinite?: true
}

export interface Asn1Tree {
  /** What the offsets count in: the input, or what its base64 stands for. */
  der: Uint8Array
  elements: Asn1Element[]
  /** Where it is no ASN.1, or over a limit (64 deep, 100,000 elements), and why: what stands before
   * it is there all the same. */
  error?: { offset: number; message: string }
}

/**
 * The elements that bytes consist of, whatever they mean: DER, BER, a PEM block (the first), or
 * base64. At most 16 MiB. Of a private key, all of it is there.
 */
export function asn1Tree(data: Encoded): Promise<Asn1Tree>

/* ------------------------------------------------------------------ the rest */

export interface Fixture extends CertificateWithKey {
  /** What is wrong with it, in words. */
  fault: string
  chain: Certificate[]
}

/** Deliberately wrong certificates under one root, for testing clients. */
export function createFixtures(options?: {
  /** Whom they are for; "localhost" by default. */
  host?: string
  now?: number
}): Promise<{
  root: CertificateAuthority
  crl: RevocationList
  fixtures: Record<string, Fixture>
}>

/**
 * What others need to trust an authority, as files by their names: the certificate as PEM and DER, an
 * Apple profile (.mobileconfig), Firefox's policies.json, Java's trust store, commands for each system,
 * environment variables, and a page that explains them. Nothing secret is in it.
 */
export function createTrustKit(
  authority: Encoded | CertificateAuthority,
): Promise<Record<string, string | Uint8Array>>

/** Loads the module, for those who want to say when or from where. Every function does it by
 * itself. With `workers`, the workers that search for RSA primes are started too (true: as many as
 * by default), so that nothing has to be loaded later; where there are none, that is no error. */
export function init(
  source?: URL | string | Uint8Array | ArrayBuffer | WebAssembly.Module | Response,
  options?: { workers?: number | boolean },
): Promise<void>

export class CertmintError extends Error {
  readonly code:
    | 'invalid'
    | 'unsupported'
    | 'malformed'
    | 'passphrase'
    | 'mismatch'
    | 'random'
    | 'memory'
    | 'cancelled'
    | 'limit'
    | 'internal'
  /** The option at fault, like "san[1]" or "notAfter"; "" when it is none of them. */
  readonly field: string
  /** What is wrong with it; `message` is the field and this. */
  readonly rule: string
}
