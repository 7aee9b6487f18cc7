/* The rules of lint as data: lint_rules.c includes this once. Each: id, the certificates it is for;
 * who refuses, who may, who is only told; whose word was taken for it (besides Safari and
 * WebTransport, which cannot be had); versions; check and argument; sentence, fix, source. */

/* clang-format off */

/* ---- encoding */

RULE("extension-repeated", CM_ROLE_ANY, (ALL & ~F) | R, 0, 0, 0, "",
     has_fault, CM_X509_REPEATED,
     "An extension stands in it twice.",
     NEW ", each extension once.", RFC "4.2")
RULE("version", CM_ROLE_ANY, C | P | J | G | O | T | R, 0, 0, 0, "",
     has_fault, CM_X509_OLD_VERSION,
     "It has extensions, but not version 3.",
     NEW " as version 3.", RFC "4.1.2.1")
RULE("algorithms-differ", CM_ROLE_ANY, ALL | R, 0, 0, 0, "",
     has_fault, CM_X509_ALGORITHMS_DIFFER,
     "The signature algorithm inside is another than outside.",
     NEW ".", RFC "4.1.1.2")
RULE("boolean-not-der", CM_ROLE_ANY, C | F | G | R, 0, 0, 0, "",
     check_boolean, NOT_DER,
     "A BOOLEAN is neither 00 nor FF.",
     NEW " with a program that writes DER.", DER "11.1")
RULE("critical-false", CM_ROLE_ANY, C | R, 0, 0, 0, "",
     check_boolean, CRITICAL_FALSE,
     "An extension says that it is not critical, which DER leaves out.",
     NEW " with a program that writes DER.", DER "11.5")
RULE("ca-false", CM_ROLE_ANY, 0, 0, R, 0, "",
     check_boolean, CA_FALSE,
     "basicConstraints says cA FALSE, which DER leaves out.",
     NEW " with a program that writes DER.", DER "11.5")
RULE("bits-padded", CM_ROLE_ANY, R, 0, 0, 0, "",
     has_padded_bits, 0,
     "The keyUsage has zero bits at its end, which DER leaves out.",
     NEW " with a program that writes DER.", DER "11.2.2")
RULE("extension-damaged", CM_ROLE_ANY, (ALL & ~S) | R, ALL, 0, 0, "by what is damaged",
     has_damage, 0,
     "An extension is not what the standard describes.",
     NEW ", that extension in the right form or not at all.", RFC "4.2.1")
RULE("extension-unknown", CM_ROLE_ANY, ALL | R, 0, 0, 0, "",
     has_unknown_critical, 0,
     "A critical extension that clients do not know.",
     NEW ", the extension not critical or left out.", RFC "4.2")
RULE("key-id-critical", CM_ROLE_ANY, (ALL & ~(G | T | S)) | R, 0, 0, 0, "",
     has_wrong_critical, 0,
     "A key identifier is critical, which it must not be.",
     NEW ", key identifiers not critical.", RFC "4.2.1.1, 4.2.1.2")
RULE("unique-id", CM_ROLE_ANY, R, 0, 0, 0, "",
     has_unique_id, 0,
     "It has a unique identifier of issuer or subject.",
     NEW " without.", RFC "4.1.2.8")
RULE("serial-not-positive", CM_ROLE_ANY, R | G, 0, 0, G, "Go from 1.23, negative ones",
     has_odd_serial, 0,
     "The serial number is zero or negative.",
     NEW " with a positive one.", RFC "4.1.2.2; Go 1.23 release notes, crypto/x509")
RULE("serial-too-long", CM_ROLE_ANY, R, 0, 0, 0, "",
     has_long_serial, 0,
     "The serial number is longer than 20 octets.",
     NEW " with at most 20.", RFC "4.1.2.2")
RULE("serial-padded", CM_ROLE_ANY, R | N | P | O, 0, 0, N | P | O, "",
     has_padded_serial, 0,
     "The serial number has needless leading octets.",
     NEW " with a program that writes DER.", DER "8.3.2")
RULE("serial-shared", CM_ROLE_ANY, F, 0, 0, 0, "",
     shares_serial, 0,
     "Two certificates of one issuer have the same serial number.",
     NEW " with a serial number of its own.", RFC "4.1.2.2; Firefox SEC_ERROR_REUSED_ISSUER_AND_SERIAL")
RULE("time-form", CM_ROLE_ANY, R, 0, 0, 0, "",
     has_odd_time, 0,
     "A date before 2050 is written as GeneralizedTime.",
     NEW ", such dates as UTCTime.", RFC "4.1.2.5")
RULE("cn-too-long", CM_ROLE_ANY, R, 0, 0, 0, "",
     has_long_cn, 0,
     "The CN is longer than 64 characters.",
     NEW ", the CN shorter or left out: the names stand in the SAN.", RFC "A.1, ub-common-name")
RULE("printable-string", CM_ROLE_ANY, C | G | R, 0, 0, 0, "",
     has_unprintable, 0,
     "A PrintableString holds characters that it may not.",
     NEW " with UTF8String.", "X.680 §41.4")

/* ---- dates */

RULE("expired", CM_ROLE_ANY, ALL | W, 0, 0, 0, "",
     is_expired, 0,
     "It has expired.",
     "Renew it.", RFC "6.1.3")
RULE("not-yet-valid", CM_ROLE_ANY, ALL | W, 0, 0, 0, "",
     is_early, 0,
     "It is not valid yet.",
     "Wait, set the clock, or " "make it anew with an earlier begin.", RFC "6.1.3")
RULE("validity-reversed", CM_ROLE_ANY, ALL | R | W, 0, 0, 0, "",
     is_reversed, 0,
     "It ends before it begins.",
     NEW ".", RFC "4.1.2.5")
RULE("validity-825", CM_ROLE_SERVER, S, 0, 0, 0, "since iOS 13 and macOS 10.15, whatever the root",
     is_long, 825,
     "A server's certificate may be valid for at most 825 days.",
     NEW " with 397 days.", APPLE)
RULE("validity-public", CM_ROLE_SERVER, C | S, 0, 0, C, "under public roots only",
     is_long_for_public, 0,
     "It is valid for longer than public authorities may issue.",
     "Have it issued anew.", BR "6.3.2")

/* ---- names */

RULE("san-missing", CM_ROLE_SERVER, ALL, ALL, 0, 0, "Chrome from 58; Python: urllib3 2 refuses it, too",
     lacks_names, 0,
     "No subject alternative name says which host it is for; the CN does not count.",
     NEW ", the host as a subject alternative name.", "RFC 9525 §2; " APPLE)
RULE("san-damaged", CM_ROLE_ANY, (ALL & ~J) | R, 0, 0, 0, "",
     has_damaged_names, 0,
     "The subject alternative names are empty or damaged.",
     NEW " with names.", RFC "4.2.1.6")
RULE("name-mismatch", CM_ROLE_SERVER, ALL, 0, 0, 0, "",
     has_other_name, 0,
     "None of its names is the one that is asked for.",
     NEW " with that name.", "RFC 9525 §6")
RULE("name-ip-as-dns", CM_ROLE_SERVER, ALL | R, ALL, 0, 0, "",
     has_form, CM_FORM_ADDRESS_AS_DNS,
     "An IP address is written as a dNSName, where nobody looks for it.",
     NEW ", the address as iPAddress.", RFC "4.2.1.6")
RULE("name-ip-size", CM_ROLE_ANY, C | G | R, ALL & ~(C | G), 0, 0, "",
     has_fatal_form, CM_FORM_ADDRESS_SIZE,
     "An iPAddress has neither 4 nor 16 octets.",
     NEW ", the address in binary.", RFC "4.2.1.6")
RULE("name-not-ascii", CM_ROLE_ANY, C | G | R, ALL & ~(C | G), 0, 0, "",
     has_fatal_form, CM_FORM_NOT_ASCII,
     "A dNSName has characters outside ASCII.",
     NEW ", the name as A-label (xn--...).", RFC "7.2")
RULE("name-empty", CM_ROLE_ANY, T | R, ALL & ~T, 0, 0, "",
     has_fatal_form, CM_FORM_EMPTY,
     "A dNSName is empty.",
     NEW " without it.", RFC "4.2.1.6")
RULE("name-syntax", CM_ROLE_SERVER, ALL | R, ALL, 0, 0, "",
     has_form, CM_FORM_SYNTAX,
     "A dNSName is not a host name, so that it matches none.",
     NEW " with the bare host: no port, no URL, no space.", RFC "4.2.1.6")
RULE("name-underscore", CM_ROLE_SERVER, J, J, R, 0, "",
     has_form, CM_FORM_LABEL,
     "A dNSName has an underscore, which host names do not have.",
     "Name the host without.", "RFC 1034 §3.5")
RULE("name-final-dot", CM_ROLE_SERVER, (ALL & ~(C | N)) | R, ALL & ~(C | N), 0, 0, "",
     has_form, CM_FORM_FINAL_DOT,
     "A dNSName ends in a dot.",
     NEW " without the dot.", "RFC 1034 §3.5")
RULE("wildcard-top", CM_ROLE_SERVER, ALL & ~(J | G), ALL & ~(J | G), 0, 0, "",
     has_form, CM_FORM_WILDCARD_TOP,
     "A wildcard stands directly below a single label.",
     NEW " with at least two labels behind the star, or with each name.", "RFC 9525 §6.3")
RULE("wildcard-all", CM_ROLE_SERVER, (ALL & ~G) | R, ALL & ~G, 0, 0, "",
     has_form, CM_FORM_WILDCARD_ALL,
     "A wildcard stands for everything.",
     NEW " with names.", "RFC 9525 §6.3")
RULE("wildcard-partial", CM_ROLE_SERVER, ALL & ~(J | N | O), ALL & ~(J | N | O), 0, 0, "",
     has_form, CM_FORM_WILDCARD_PARTIAL,
     "A wildcard is a part of a label.",
     NEW ", the star as the whole first label.", "RFC 9525 §6.3")
RULE("wildcard-place", CM_ROLE_SERVER, (ALL & ~J) | R, ALL & ~J, 0, 0, "",
     has_form, CM_FORM_WILDCARD_PLACE,
     "A wildcard is not the first label, or not the only one.",
     NEW ", the star as the first label alone.", "RFC 9525 §6.3")
RULE("subject-empty", CM_ROLE_END, C | P | J | O | R, 0, 0, 0, STRICT_VERSIONS,
     has_nameless_subject, 0,
     "The subject is empty and the subject alternative names are not critical.",
     NEW ", those critical, or with a subject.", RFC "4.2.1.6")
RULE("issuer-empty", CM_ROLE_ANY, F | P | J | O | R, 0, 0, 0, STRICT_VERSIONS,
     has_nameless_issuer, 0,
     "The issuer has no name.",
     "Have it issued by an authority that has one.", RFC "4.1.2.4")

/* ---- keys */

RULE("rsa-2048", CM_ROLE_ANY, P | O | N | S, C | F | J | G | T, 0, 0,
     "Node from 24.5, Python from 3.10, OpenSSL from 3.2; Chrome and Firefox under public roots",
     has_small_rsa, 2048,
     "An RSA key must have at least 2048 bits.",
     "Make a new key.", APPLE "; openssl-ciphers(1), security level 2; " BR "6.1.5")
RULE("rsa-1024", CM_ROLE_ANY, ALL, 0, 0, 0, "",
     has_small_rsa, 1024,
     "An RSA key with less than 1024 bits can be broken.",
     "Make a new key.", "SP 800-131A")
RULE("rsa-8192", CM_ROLE_END, G, 0, 0, G, "Go from 1.21",
     has_big_rsa, 8192,
     "An RSA key with more than 8192 bits takes too long to check.",
     "Make a key of 2048 to 4096 bits.", "Go 1.21.0 release notes, crypto/tls (CVE-2023-29409)")
RULE("p521", CM_ROLE_SERVER, C, 0, 0, 0, "",
     has_key, CM_LINT_KEY_P521,
     "P-521 is not offered for a server's key.",
     "Make a key on P-256.", "BoringSSL, ssl/extensions.cc: kVerifySignatureAlgorithms")
RULE("curve", CM_ROLE_ANY, ALL & ~O, 0, 0, 0, "Java from 16",
     has_foreign_key, CM_LINT_KEY_CURVE,
     "The curve of the key is none of P-256, P-384 and P-521.",
     "Make a key on P-256.", "RFC 8446 §4.2.3; Java 16 release notes")
RULE("ed25519", CM_ROLE_END, C | F | S, 0, 0, 0, "",
     has_key, CM_LINT_KEY_ED25519,
     "Browsers take no Ed25519 key.",
     "Make a key on P-256.", BR "6.1.5")
RULE("ed448", CM_ROLE_END, C | F | S | G, 0, 0, 0, "",
     has_key, CM_LINT_KEY_ED448,
     "Browsers and Go take no Ed448 key.",
     "Make a key on P-256.", BR "6.1.5")
RULE("rsa-pss-key", CM_ROLE_ANY, C | F | G | S, 0, 0, 0, "",
     has_key, CM_LINT_KEY_RSA_PSS,
     "The key is for RSASSA-PSS alone.",
     "Make an ordinary RSA key: it signs with PSS, too.", BR "7.1.3.1.1")
RULE("key-unknown", CM_ROLE_ANY, ALL, 0, 0, ALL, "with TLS 1.3",
     has_key, CM_LINT_KEY_OTHER,
     "The key is of a kind that TLS has no signature for.",
     "Make a key on P-256 or RSA.", "RFC 8446 §4.2.3")
RULE("point-compressed", CM_ROLE_ANY, F | J | G | T, 0, 0, 0, "",
     has_compressed_point, 0,
     "The point of the public key is compressed.",
     NEW " with the key uncompressed.", "RFC 5480 §2.2")

/* ---- signatures */

RULE("md5", CM_ROLE_ANY, ALL, 0, 0, 0, "",
     has_weak_signature, MD5,
     "It is signed with MD5 or MD2, which can be forged.",
     "Have it signed with SHA-256.", "RFC 6151")
RULE("sha1", CM_ROLE_ANY, ALL & ~J, J, 0, 0, "Java: under the JDK's own roots",
     has_weak_signature, SHA1,
     "It is signed with SHA-1, which can be forged.",
     "Have it signed with SHA-256.", APPLE "; Chrome 57; RFC 9155")
RULE("sha224", CM_ROLE_ANY, C | F | G, 0, 0, 0, "",
     has_weak_signature, SHA224,
     "It is signed with SHA-224.",
     "Have it signed with SHA-256.", BR "7.1.3.2")
RULE("edwards-signature", CM_ROLE_ANY, C | F | S, 0, 0, 0, "",
     has_weak_signature, EDWARDS,
     "It is signed with Ed25519 or Ed448.",
     "Have it signed by an authority on P-256 or RSA.", BR "7.1.3.2")
RULE("pss-parameters", CM_ROLE_ANY, C | F | G | T, 0, 0, 0, "",
     has_odd_pss, 0,
     "The parameters of RSASSA-PSS are not the usual ones: salt as long as the hash, hashes with NULL.",
     "Have it signed with those.", BR "7.1.3.2.1")
RULE("signature-parameters", CM_ROLE_ANY, C | R, 0, 0, 0, "",
     has_odd_parameters, 0,
     "The signature algorithm has other parameters than it must.",
     NEW ".", "RFC 4055 §5, RFC 5758 §3.2")

/* ---- usages */

RULE("key-usage", CM_ROLE_SERVER, ALL & ~(G | S), S, 0, 0, "Chrome from 124, whatever the root",
     lacks_signing, 0,
     "The keyUsage is not for what servers do, digitalSignature.",
     NEW " with digitalSignature.", RFC "4.2.1.3; Chrome, policy RSAKeyUsageForLocalAnchorsEnabled")
RULE("key-usage-empty", CM_ROLE_ANY, R, 0, 0, 0, "",
     has_empty_usage, 0,
     "The keyUsage allows nothing.",
     NEW ", the usages it is for, or without keyUsage.", RFC "4.2.1.3")
RULE("key-cert-sign", CM_ROLE_END, STRICT, 0, 0, 0, STRICT_VERSIONS,
     may_sign_certificates, 0,
     "The keyUsage keyCertSign is for authorities.",
     NEW " without it.", RFC "4.2.1.9" STRICT_SOURCE)
RULE("key-usage-critical", CM_ROLE_ANY, 0, 0, R, 0, "",
     is_not_critical, CM_EXTENSION_KEY_USAGE,
     "The keyUsage should be critical.",
     NEW ", it critical.", RFC "4.2.1.3")
RULE("eku-missing", CM_ROLE_SERVER, S, 0, 0, 0, "since iOS 13 and macOS 10.15, whatever the root",
     lacks_purposes, 0,
     "A server's certificate must have the extended key usage serverAuth.",
     NEW " with it.", APPLE)
RULE("eku-server", CM_ROLE_SERVER, ALL, 0, 0, 0, "",
     is_not_for_servers, 0,
     "Its extended key usage is not for servers.",
     NEW " with serverAuth.", RFC "4.2.1.12")
RULE("eku-any", CM_ROLE_SERVER, F | N | P | O, 0, 0, 0, "",
     is_not_for_servers, 1,
     "anyExtendedKeyUsage does not stand for serverAuth everywhere.",
     NEW " with serverAuth.", RFC "4.2.1.12")
RULE("eku-client", CM_ROLE_CLIENT, N | P | J | G | O | T, 0, 0, P | J | G | T, "",
     is_not_for_clients, 0,
     "Its extended key usage is not for clients.",
     NEW " with clientAuth.", RFC "4.2.1.12")
RULE("key-usage-client", CM_ROLE_CLIENT, N | P | O, 0, 0, P, "",
     lacks_client_signing, 0,
     "The keyUsage is not for what clients do, digitalSignature.",
     NEW " with digitalSignature.", RFC "4.2.1.3")
RULE("eku-ca", CM_ROLE_CA, ALL & ~J, J, 0, 0, "",
     forbids_servers, 0,
     "The authority's extended key usage does not allow it to issue for servers.",
     "Give the authority serverAuth, or no extended key usage.", BR "7.1.2.10.6; RFC 5280 §4.2.1.12")
RULE("must-staple", CM_ROLE_SERVER, 0, F | T, 0, 0, "",
     must_staple, 0,
     "It asks the server for an OCSP response, and is refused without.",
     "Have the server staple, or leave tlsFeature out.", "RFC 7633")

/* ---- what ends and authorities are */

RULE("ca-as-server", CM_ROLE_SERVER, F, 0, 0, 0, "",
     is_authority, 0,
     "It is an authority's certificate (CA:TRUE), used by a server.",
     "Make an authority, and under it a certificate for the server.", "mozilla::pkix, MOZILLA_PKIX_ERROR_CA_CERT_USED_AS_END_ENTITY")
RULE("not-ca", CM_ROLE_CA, ALL | R, 0, 0, 0, "",
     is_no_authority, 0,
     "It issues certificates but is no authority (CA:TRUE).",
     NEW " with basicConstraints CA:TRUE.", RFC "4.2.1.9")
RULE("ca-critical", CM_ROLE_CA, STRICT, 0, 0, 0, STRICT_VERSIONS,
     is_not_critical, CM_EXTENSION_BASIC_CONSTRAINTS,
     "An authority's basicConstraints must be critical.",
     NEW ", them critical.", RFC "4.2.1.9" STRICT_SOURCE)
RULE("ca-key-usage", CM_ROLE_CA, STRICT, 0, 0, 0, STRICT_VERSIONS,
     lacks_key_usage, 0,
     "An authority must have a keyUsage.",
     NEW " with keyCertSign and cRLSign.", RFC "4.2.1.3" STRICT_SOURCE)
RULE("ca-cert-sign", CM_ROLE_CA, ALL | R, 0, 0, 0, "",
     lacks_cert_sign, 0,
     "The authority's keyUsage does not allow it to sign certificates.",
     NEW " with keyCertSign.", RFC "4.2.1.3")
RULE("ca-subject", CM_ROLE_CA, R, 0, 0, 0, "",
     has_nameless_authority, 0,
     "An authority must have a name.",
     NEW " with a subject.", RFC "4.1.2.6")
RULE("ca-subject-key-id", CM_ROLE_CA, STRICT, 0, 0, 0, STRICT_VERSIONS,
     lacks_subject_key_id, 0,
     "An authority must have a subject key identifier.",
     NEW " with one.", RFC "4.2.1.2" STRICT_SOURCE)
RULE("subject-key-id", CM_ROLE_END, 0, 0, R, 0, "",
     lacks_subject_key_id, 0,
     "It should have a subject key identifier.",
     NEW " with one.", RFC "4.2.1.2")
RULE("authority-key-id", CM_ROLE_ANY, STRICT, 0, 0, 0, STRICT_VERSIONS,
     lacks_authority_key_id, 0,
     "It has no authority key identifier.",
     NEW " with one.", RFC "4.2.1.1" STRICT_SOURCE)
RULE("key-ids-differ", CM_ROLE_ANY, N | P | J | O | T | R, 0, 0, 0, "",
     has_other_key_id, 0,
     "Its authority key identifier is not its issuer's subject key identifier.",
     "Issue it anew under that authority.", RFC "4.2.1.1")
RULE("path-len-without-ca", CM_ROLE_END, STRICT, 0, 0, 0, STRICT_VERSIONS,
     has_path_length_without_ca, 0,
     "It has a path length but is no authority.",
     NEW " without.", RFC "4.2.1.9" STRICT_SOURCE)
RULE("path-length", CM_ROLE_CA, ALL | R, 0, 0, 0, "",
     is_too_high, 0,
     "There are more authorities below than its path length allows.",
     "Issue directly under it, or allow it more.", RFC "4.2.1.9")
RULE("name-constraints", CM_ROLE_CA, ALL | R, 0, 0, 0, "Chrome from 112, in roots installed by hand, too",
     excludes_names, 0,
     "A name below lies outside its name constraints.",
     "Use a name within, or widen them.", RFC "4.2.1.10; Chrome, policy EnforceLocalAnchorConstraintsEnabled")
RULE("name-constraints-empty", CM_ROLE_CA, C | F | G | R, 0, 0, 0, "",
     has_empty_constraints, 0,
     "The name constraints are empty or damaged.",
     NEW " with some, or without.", RFC "4.2.1.10")
RULE("name-constraints-critical", CM_ROLE_CA, R, 0, 0, 0, "",
     is_not_critical, CM_EXTENSION_NAME_CONSTRAINTS,
     "Name constraints must be critical.",
     NEW ", them critical.", RFC "4.2.1.10")
RULE("name-constraints-end", CM_ROLE_END, R, 0, 0, 0, "",
     has_constraints, 0,
     "Name constraints are for authorities.",
     NEW " without.", RFC "4.2.1.10")

/* ---- WebTransport */

RULE("webtransport-days", CM_ROLE_SERVER, W, 0, 0, 0, "",
     is_long, 14,
     "For serverCertificateHashes it may be valid for at most 14 days.",
     NEW " with the profile webtransport.", "W3C WebTransport, custom certificate requirements")
RULE("webtransport-key", CM_ROLE_SERVER, W, W, 0, 0, "",
     is_not_ecdsa, 0,
     "For serverCertificateHashes the key must be ECDSA, best on P-256.",
     NEW " with the profile webtransport.", "W3C WebTransport, custom certificate requirements")
/* clang-format on */
