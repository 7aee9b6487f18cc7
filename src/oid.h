/* Object identifiers as encoded content, for comparing and writing; and their names. */
#ifndef CM_OID_H
#define CM_OID_H

#include "certmint.h"

/* What an object identifier stands for: "rsa-sha256", "P-256", "AES-256-CBC", "serverAuth", "ocsp",
 * ...; NULL when it is not known. */
const char *cm_oid_name(cm_view oid);

#define OID_CE(n) "\x55\x1d" n /* id-ce, 2.5.29 */
#define OID_SUBJECT_KEY_IDENTIFIER OID_CE("\x0e")
#define OID_KEY_USAGE OID_CE("\x0f")
#define OID_SUBJECT_ALT_NAME OID_CE("\x11")
#define OID_BASIC_CONSTRAINTS OID_CE("\x13")
#define OID_CRL_NUMBER OID_CE("\x14")
#define OID_CRL_REASON OID_CE("\x15")
#define OID_INVALIDITY_DATE OID_CE("\x18")
#define OID_DELTA_CRL_INDICATOR OID_CE("\x1b")
#define OID_ISSUING_DISTRIBUTION_POINT OID_CE("\x1c")
#define OID_CERTIFICATE_ISSUER OID_CE("\x1d")
#define OID_NAME_CONSTRAINTS OID_CE("\x1e")
#define OID_CRL_DISTRIBUTION_POINTS OID_CE("\x1f")
#define OID_CERTIFICATE_POLICIES OID_CE("\x20")
#define OID_ANY_POLICY OID_CE("\x20\x00")
#define OID_POLICY_MAPPINGS OID_CE("\x21")
#define OID_AUTHORITY_KEY_IDENTIFIER OID_CE("\x23")
#define OID_POLICY_CONSTRAINTS OID_CE("\x24")
#define OID_EXTENDED_KEY_USAGE OID_CE("\x25")
#define OID_ANY_EXTENDED_KEY_USAGE OID_CE("\x25\x00")
#define OID_INHIBIT_ANY_POLICY OID_CE("\x36")

#define OID_PKIX(n) "\x2b\x06\x01\x05\x05\x07" n /* 1.3.6.1.5.5.7 */
#define OID_AUTHORITY_INFO_ACCESS OID_PKIX("\x01\x01")
#define OID_TLS_FEATURE OID_PKIX("\x01\x18")
#define OID_CPS OID_PKIX("\x02\x01")
#define OID_USER_NOTICE OID_PKIX("\x02\x02")
#define OID_OCSP OID_PKIX("\x30\x01")
#define OID_CA_ISSUERS OID_PKIX("\x30\x02")
#define OID_OCSP_NOCHECK OID_PKIX("\x30\x01\x05")
#define OID_KP(n) OID_PKIX("\x03" n)

#define OID_DSA "\x2a\x86\x48\xce\x38\x04\x01"
#define OID_ED25519 "\x2b\x65\x70"
#define OID_EC_PUBLIC_KEY "\x2a\x86\x48\xce\x3d\x02\x01"

#define OID_PKCS1(n) "\x2a\x86\x48\x86\xf7\x0d\x01\x01" n /* 1.2.840.113549.1.1 */
#define OID_RSA_ENCRYPTION OID_PKCS1("\x01")
#define OID_MGF1 OID_PKCS1("\x08")
#define OID_RSASSA_PSS OID_PKCS1("\x0a")
#define OID_PKCS5(n) "\x2a\x86\x48\x86\xf7\x0d\x01\x05" n /* 1.2.840.113549.1.5 */
#define OID_PBKDF2 OID_PKCS5("\x0c")
#define OID_PBES2 OID_PKCS5("\x0d")
#define OID_PBMAC1 OID_PKCS5("\x0e")
#define OID_SCRYPT "\x2b\x06\x01\x04\x01\xda\x47\x04\x0b"

#define OID_PKCS7(n) "\x2a\x86\x48\x86\xf7\x0d\x01\x07" n /* 1.2.840.113549.1.7 */
#define OID_DATA OID_PKCS7("\x01")
#define OID_SIGNED_DATA OID_PKCS7("\x02")
#define OID_ENVELOPED_DATA OID_PKCS7("\x03")
#define OID_ENCRYPTED_DATA OID_PKCS7("\x06")

#define OID_PKCS9(n) "\x2a\x86\x48\x86\xf7\x0d\x01\x09" n /* 1.2.840.113549.1.9 */
#define OID_EXTENSION_REQUEST OID_PKCS9("\x0e")
#define OID_FRIENDLY_NAME OID_PKCS9("\x14")
#define OID_LOCAL_KEY_ID OID_PKCS9("\x15")
#define OID_X509_CERTIFICATE OID_PKCS9("\x16\x01")

#define OID_PKCS12(n) "\x2a\x86\x48\x86\xf7\x0d\x01\x0c" n /* 1.2.840.113549.1.12 */
#define OID_PBE_SHA1_3DES OID_PKCS12("\x01\x03")
#define OID_BAG(n) OID_PKCS12("\x0a\x01" n)

#define OID_DIGEST(n) "\x2a\x86\x48\x86\xf7\x0d\x02" n       /* 1.2.840.113549.2 */
#define OID_CIPHER(n) "\x2a\x86\x48\x86\xf7\x0d\x03" n       /* 1.2.840.113549.3 */
#define OID_NIST_AES(n) "\x60\x86\x48\x01\x65\x03\x04\x01" n /* 2.16.840.1.101.3.4.1 */
#define OID_NIST_SHA(n) "\x60\x86\x48\x01\x65\x03\x04\x02" n /* 2.16.840.1.101.3.4.2 */
#define OID_SHA1 "\x2b\x0e\x03\x02\x1a"
#define OID_DES_CBC "\x2b\x0e\x03\x02\x07"

/* Oracle's trustedKeyUsage, 2.16.840.1.113894.746875.1.1: marks an entry of a trust store. */
#define OID_TRUSTED_KEY_USAGE "\x60\x86\x48\x01\x86\xf9\x66\xad\xca\x7b\x01\x01"

/* Signed certificate timestamps, 1.3.6.1.4.1.11129.2.4.2 (RFC 6962 §3.3). */
#define OID_SIGNED_TIMESTAMPS "\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02"

/* Size of such a literal. */
#define OID_SIZE(literal) (sizeof(literal) - 1)

#endif
