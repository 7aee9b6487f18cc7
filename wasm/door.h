/*
 * The WebAssembly door: what JavaScript sees of the core.
 *
 * Exports
 *   memory                                   linear memory
 *   _initialize()                            call once, before anything else
 *   certmint_alloc(size) -> pointer          zeroed memory for input; 0 when there is none left
 *   certmint_free(pointer, size)             zeroes and frees it
 *   certmint_call(request, size) -> pointer  one call: request is JSON in UTF-8 (below)
 *
 * The call returns the address of four little-endian 32-bit words,
 *   [0] the JSON answer's address   [1] its size in bytes
 *   [2] the bytes answer's address  [3] its size in bytes, 0 when there is none
 * valid until the next certmint_call, which zeroes and frees both; so does {"op": "forget"}. The
 * caller copies what it keeps. 0 is returned when memory ran out.
 *
 * Imports (module "env")
 *   certmint_entropy(pointer, size) -> 0 on success   crypto.getRandomValues
 *   certmint_progress(done: f64, expected: f64) -> non-zero to cancel (synchronous generation only)
 *
 * A request is {"op": "...", ...}. Byte inputs stand in it as [address, size] pairs of memory got
 * from certmint_alloc (written "BYTES" below); keys and searches as small positive integers
 * ("handles"). An answer is {"ok": ...} or {"error": {"code", "field", "message"}}; code is a
 * cm_status_name. Unknown members are refused by name. No input makes it trap.
 *
 *   op                     members                                        ok / bytes
 *   version                                                               {version}
 *   key.generate           spec: "p-256"|"rsa-2048"|..., allowWeak?       KEY
 *   key.import             data: BYTES (PEM, DER or JWK), passphrase?: BYTES, maxIterations?   KEY
 *   key.fromPrimes         p: BYTES, q: BYTES (big-endian)                KEY
 *   key.public             key: HANDLE                                    KEY
 *   key.export             key, format: "pkcs8"|"traditional"|"spki", pem: bool    {} + bytes
 *                          with pkcs8: passphrase?: BYTES, iterations?
 *   key.jwk                key, private: bool                             {} + bytes (JSON)
 *   key.thumbprint         key                                            {thumbprint}
 *   key.openssh            key, comment?                                  {} + bytes (a line)
 *   key.matches            a: HANDLE, b: HANDLE                           true | false
 *   key.free               key: HANDLE                                    {}
 *   prime.create           bits (of the prime: half the modulus)          {search: HANDLE}
 *   prime.step             search: HANDLE, work: 20000 for about 20 ms    {found, tried, expected}
 *   prime.take             search: HANDLE                                 {} + bytes (the prime)
 *   prime.free             search: HANDLE                                 {}
 *   certificate.create     template: TEMPLATE, key?: HANDLE,                CERT + bytes (DER)
 *                          issuer?: {key: HANDLE, certificate: BYTES}
 *                          (under an issuer a public key is enough; no key with template.request)
 *   certificate.read       certificate: BYTES                             CERT + bytes (DER)
 *   request.create         template: REQUEST TEMPLATE, key: HANDLE        REQUEST + bytes (DER)
 *   request.read           request: BYTES                                 REQUEST + bytes (DER)
 *   crl.create             template: CRL TEMPLATE,                        CRL + bytes (DER)
 *                          issuer: {key: HANDLE, certificate: BYTES}
 *   crl.read               crl: BYTES                                     CRL + bytes (DER)
 *   verify                 template: VERIFY TEMPLATE                      REPORT + its chain
 *   lint                   template: LINT TEMPLATE                        as cm_lint says
 *   lint.rules                                                            as cm_lint_rules says
 *   inspect                inputs: [BYTES], passphrases?: [BYTES], maxIterations?, maxWork?
 *                                                                         as cm_inspect says
 *   asn1.tree              data: BYTES                     as cm_asn1_tree says; bytes: the DER
 *   pkcs12.create          template: PKCS12                               {} + bytes (DER)
 *   pkcs12.read            data: BYTES, passphrase?: BYTES, maxIterations?
 *                          {entries: [{key: KEY | size, friendlyName?, localKeyID?: hex, trusted}],
 *                          unread: number} + bytes (the certificates, each `size` long)
 *   pkcs7.create           certificates, crls: [BYTES (PEM or DER)]       {} + bytes (DER)
 *   pkcs7.read             data: BYTES (PEM or DER)
 *                          {sizes, crls: [SIZE...]} + bytes (the certificates, then the lists)
 *   chain.order            certificates: [BYTES (DER)], key?: HANDLE      {order: [indexes]}
 *   pem.encode             label, data: BYTES                             {} + bytes
 *   pem.decode             label, data: BYTES                             {} + bytes
 *   forget                 (zeroes and frees the last answer)             {}
 *
 * Certificates, requests and lists go in as PEM or DER.
 *
 * KEY   {key: HANDLE, spec: "rsa-2048", type: "rsa"|"ec", bits, curve?: "P-256", private: bool}
 * CERT  {subject, issuer: text in the syntax of cm_name.text, in encoding order,
 *        serial: lower-case hex, notBefore, notAfter: seconds since 1970,
 *        fingerprints: {sha1, sha256: "AB:CD:..."}, isCA,
 *        publicKey: {spki: hex, spec, type, bits, curve?},
 *        signature: "ecdsa-sha256"|...,
 *        san: ["DNS:localhost", "IP:127.0.0.1", ...],
 *        keyUsage: [...], extendedKeyUsage: [...], pathLen?}
 *
 * REQUEST and CRL are as cm_request_describe and cm_crl_describe say.
 *
 * TEMPLATE members, all optional but now:
 *   profile: "server"|"client"|"peer"|"ca"|"intermediate"|"email"|"code-signing"|"timestamping"|
 *            "ocsp-signing"|"webtransport"
 *   subject: "C=US,CN=x" | [{type, value, sameRdn?}, ...]    "" and [] are the empty name
 *   san: ["localhost", {dns}|{ip}|{email}|{uri}|{upn}|{rid}|{directory}|{other: {oid, der: hex}}]
 *        (false: none, no default either)
 *   now, notBefore, notAfter: seconds since 1970;  days: number;  seconds: number;  clamp: bool
 *   serial: hex string;  hash: "sha256"|"sha384"|"sha512"|"sha1";  pss: bool;  allowWeak: bool
 *   extensions: false | {
 *     basicConstraints: false | {ca, pathLen?, critical?}
 *     keyUsage: false | [names] | {usages: [names], critical?}
 *     extendedKeyUsage: false | [names or OIDs] | {usages: [...], critical?}
 *     subjectKeyIdentifier: false | hex;  authorityKeyIdentifier: false
 *     subjectAltName: {critical}
 *     nameConstraints: {permitted?: [...], excluded?: [...], critical?}
 *     certificatePolicies: [oid | {oid, cps}] ;  crlDistributionPoints: [uri]
 *     authorityInfoAccess: {ocsp?: [uri], caIssuers?: [uri]};  tlsFeature: ["status_request"]
 *     custom: [{oid, critical?, der: hex}] }
 *   request: BYTES
 *   honor: ["subject", "san", "keyUsage", "extendedKeyUsage", "tlsFeature"]
 *          (what the request may decide; default subject and san; []: the public key alone)
 *
 * REQUEST TEMPLATE: profile, subject, san, hash, pss, allowWeak, extensions as above.
 * PKCS12: key?: HANDLE, certificates?: [{certificate: BYTES (PEM or DER), friendlyName?}],
 *   friendlyName?, localKeyID?: hex, passphrase: BYTES, encryption?: "modern"|"legacy"|
 *   "java-truststore", iterations?
 *
 * VERIFY TEMPLATE: leaf: BYTES;  time: seconds since 1970 (both required)
 *   intermediates, roots, crls: [BYTES] (DER, or PEM with several in one)
 *   purpose: "any"|"server"|"client"|"email"|"code-signing"|"timestamping"|"ocsp-signing"
 *   name: {dns}|{ip}|{email};  maxDepth: 0..30;  policies: [oid]
 *   requireExplicitPolicy, inhibitPolicyMapping, inhibitAnyPolicy, requireRevocation, allowWeak,
 *   lenient: bool
 * REPORT is as cm_verify says; the certificates of the chain follow as bytes, one after another.
 *
 * LINT TEMPLATE: certificates: [BYTES] (DER, or PEM with several in one; the end certificate
 * first); time: seconds since 1970 (both required);  clients: ["chrome", ...];  name: {dns}|{ip}
 *   purpose: "auto"|"server"|"client"|"ca"|"any"
 *
 * CRL TEMPLATE: thisUpdate (required), nextUpdate: seconds since 1970;  days;  number: hex;
 *   previous: BYTES;  hash, pss, allowWeak;
 *   revoked: [{serial: hex | certificate: BYTES, date?, invalidityDate?,
 *              reason?: "keyCompromise"|...}]
 */
#ifndef CERTMINT_DOOR_H
#define CERTMINT_DOOR_H
#endif
