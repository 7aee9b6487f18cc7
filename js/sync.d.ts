/**
 * certmint, synchronous: the functions of `certmint` without promises, where a module may be compiled
 * synchronously (Node, Deno, Bun, workers). Failures are thrown.
 */

import type {
  Asn1Tree,
  CAOptions,
  Certificate,
  CertificateRequest,
  CertificateTemplate,
  CertificateWithKey,
  CRLOptions,
  CSROptions,
  Encoded,
  Fixture,
  GeneralName,
  GenerateOptions,
  Inspectable,
  InspectOptions,
  InspectReport,
  Issued,
  IssueOptions,
  JsonWebKey,
  KeySpec,
  LintOptions,
  LintReport,
  LintRule,
  PKCS12,
  PKCS12Options,
  PrivateKey,
  PublicKey,
  RevocationList,
  SelfSignedOptions,
  UnlockOptions,
  VerifyOptions,
  VerifyReport,
} from './index.js'

export {
  Certificate,
  CertificateRequest,
  CertmintError,
  extensionLines,
  inspectText,
  PrivateKey,
  PublicKey,
  RevocationList,
} from './index.js'

/** As in `certmint`, with results instead of promises. */
export class CertificateAuthority {
  private constructor()
  readonly cert: Certificate
  readonly key: PrivateKey
  readonly chain: Certificate[]
  issue(options: IssueOptions & { csr: Encoded }): Issued<undefined>
  issue(options?: IssueOptions): Issued
  createIntermediate(options: Omit<CAOptions, 'issuer'>): CertificateAuthority
  createCRL(options?: Omit<CRLOptions, 'issuer'>): RevocationList
}

type SyncCAOptions = Omit<CAOptions, 'issuer'> & {
  issuer?: CertificateAuthority | { cert: Encoded; key: PrivateKey | string | Uint8Array }
}

/** Takes the bytes of certmint.wasm, or the compiled module, where it cannot be read from a file. */
export function initSync(source?: Uint8Array | ArrayBuffer | WebAssembly.Module): void

export function generateKey(spec?: KeySpec, options?: GenerateOptions): PrivateKey
export function importKey(
  data: string | Uint8Array | ArrayBuffer | JsonWebKey,
  options?: UnlockOptions,
): PrivateKey | PublicKey
export function selfSigned(
  names?: GeneralName | GeneralName[],
  options?: SelfSignedOptions,
): CertificateWithKey
export function createCertificate(template: CertificateTemplate): Certificate
export function readCertificate(data: Encoded): Certificate
export function createCA(options?: SyncCAOptions): CertificateAuthority
export function loadCA(options: {
  cert: Encoded
  key: PrivateKey | string | Uint8Array
  passphrase?: string | Uint8Array
  chain?: Encoded[]
}): CertificateAuthority
export function createCSR(options: CSROptions): { csr: CertificateRequest; key: PrivateKey }
export function readCSR(data: Encoded): CertificateRequest
export function createCRL(
  options: Omit<CRLOptions, 'issuer'> & {
    issuer: CertificateAuthority | { cert: Encoded; key: PrivateKey | string | Uint8Array }
  },
): RevocationList
export function readCRL(data: Encoded): RevocationList
export function createPKCS12(options: PKCS12Options): Uint8Array
export function readPKCS12(data: Uint8Array | ArrayBuffer, options?: UnlockOptions): PKCS12
export function createPKCS7(
  certificates: Encoded | Encoded[],
  options?: { crls?: Encoded[] },
): { der: Uint8Array; pem: string }
export function readPKCS7(data: Encoded): { certificates: Certificate[]; crls: RevocationList[] }
export function orderChain(
  certificates: Encoded[],
  options?: { key?: PrivateKey | PublicKey },
): Certificate[]
export function verify(
  cert: Encoded,
  options?: Omit<VerifyOptions, 'roots' | 'intermediates'> & {
    roots?: Encoded | CertificateAuthority | (Encoded | CertificateAuthority)[]
    intermediates?: Encoded | CertificateAuthority | (Encoded | CertificateAuthority)[]
  },
): VerifyReport
export function lint(
  certificates: Encoded | CertificateAuthority | (Encoded | CertificateAuthority)[],
  options?: LintOptions,
): LintReport
export function lintRules(): LintRule[]
export function asn1Tree(data: Encoded): Asn1Tree
export function inspect(data: Inspectable | Inspectable[], options?: InspectOptions): InspectReport
export function createTrustKit(
  authority: Encoded | CertificateAuthority,
): Record<string, string | Uint8Array>
export function createFixtures(options?: { host?: string; now?: number }): {
  root: CertificateAuthority
  crl: RevocationList
  fixtures: Record<string, Fixture>
}
