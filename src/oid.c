#include "oid.h"

#include "extension.h"
#include "text.h"

#define NAMED(oid, name)                                                                           \
    {                                                                                              \
        OID_SIZE(oid), oid, name                                                                   \
    }

#define OID_X962(n) "\x2a\x86\x48\xce\x3d" n                       /* 1.2.840.10045 */
#define OID_NIST_SIGNATURE(n) "\x60\x86\x48\x01\x65\x03\x04\x03" n /* 2.16.840.1.101.3.4.3 */
#define OID_CERTICOM(n) "\x2b\x81\x04\x00" n                       /* 1.3.132.0 */
#define OID_BRAINPOOL(n) "\x2b\x24\x03\x03\x02\x08\x01\x01" n      /* 1.3.36.3.3.2.8.1.1 */
#define OID_MICROSOFT(n) "\x2b\x06\x01\x04\x01\x82\x37" n          /* 1.3.6.1.4.1.311 */
#define OID_CAB_FORUM(n) "\x67\x81\x0c\x01" n                      /* 2.23.140.1 */

/* Without pointers: a table of strings of this kind packs better. */
static const struct named_oid {
    uint8_t size;
    char oid[12];
    char name[32];
} names[] = {
    /* keys */
    NAMED(OID_RSA_ENCRYPTION, "rsa"),
    NAMED(OID_RSASSA_PSS, "rsa-pss"),
    NAMED(OID_EC_PUBLIC_KEY, "ec"),
    NAMED(OID_DSA, "dsa"),
    NAMED("\x2a\x86\x48\x86\xf7\x0d\x01\x03\x01", "dh"),
    NAMED("\x2a\x86\x48\xce\x3e\x02\x01", "dh"),
    NAMED("\x2b\x65\x6e", "x25519"),
    NAMED("\x2b\x65\x6f", "x448"),
    NAMED(OID_ED25519, "ed25519"),
    NAMED("\x2b\x65\x71", "ed448"),
    NAMED(OID_NIST_SIGNATURE("\x11"), "ml-dsa-44"),
    NAMED(OID_NIST_SIGNATURE("\x12"), "ml-dsa-65"),
    NAMED(OID_NIST_SIGNATURE("\x13"), "ml-dsa-87"),
    /* curves: the first number in a name is the size in bits */
    NAMED(OID_X962("\x03\x01\x01"), "P-192"),
    NAMED(OID_X962("\x03\x01\x07"), "P-256"),
    NAMED(OID_CERTICOM("\x21"), "P-224"),
    NAMED(OID_CERTICOM("\x22"), "P-384"),
    NAMED(OID_CERTICOM("\x23"), "P-521"),
    NAMED(OID_CERTICOM("\x0a"), "secp256k1"),
    NAMED(OID_CERTICOM("\x01"), "sect163k1"),
    NAMED(OID_CERTICOM("\x0f"), "sect163r2"),
    NAMED(OID_CERTICOM("\x1a"), "sect233k1"),
    NAMED(OID_CERTICOM("\x1b"), "sect233r1"),
    NAMED(OID_CERTICOM("\x10"), "sect283k1"),
    NAMED(OID_CERTICOM("\x11"), "sect283r1"),
    NAMED(OID_CERTICOM("\x24"), "sect409k1"),
    NAMED(OID_CERTICOM("\x25"), "sect409r1"),
    NAMED(OID_CERTICOM("\x26"), "sect571k1"),
    NAMED(OID_CERTICOM("\x27"), "sect571r1"),
    NAMED(OID_BRAINPOOL("\x07"), "brainpoolP256r1"),
    NAMED(OID_BRAINPOOL("\x0b"), "brainpoolP384r1"),
    NAMED(OID_BRAINPOOL("\x0d"), "brainpoolP512r1"),
    /* signatures */
    NAMED(OID_PKCS1("\x02"), "rsa-md2"),
    NAMED(OID_PKCS1("\x04"), "rsa-md5"),
    NAMED(OID_PKCS1("\x05"), "rsa-sha1"),
    NAMED(OID_PKCS1("\x0e"), "rsa-sha224"),
    NAMED(OID_PKCS1("\x0b"), "rsa-sha256"),
    NAMED(OID_PKCS1("\x0c"), "rsa-sha384"),
    NAMED(OID_PKCS1("\x0d"), "rsa-sha512"),
    NAMED("\x2b\x0e\x03\x02\x1d", "rsa-sha1"),
    NAMED(OID_X962("\x04\x01"), "ecdsa-sha1"),
    NAMED(OID_X962("\x04\x03\x01"), "ecdsa-sha224"),
    NAMED(OID_X962("\x04\x03\x02"), "ecdsa-sha256"),
    NAMED(OID_X962("\x04\x03\x03"), "ecdsa-sha384"),
    NAMED(OID_X962("\x04\x03\x04"), "ecdsa-sha512"),
    NAMED("\x2a\x86\x48\xce\x38\x04\x03", "dsa-sha1"),
    NAMED(OID_NIST_SIGNATURE("\x01"), "dsa-sha224"),
    NAMED(OID_NIST_SIGNATURE("\x02"), "dsa-sha256"),
    NAMED(OID_NIST_SIGNATURE("\x03"), "dsa-sha384"),
    NAMED(OID_NIST_SIGNATURE("\x04"), "dsa-sha512"),
    NAMED(OID_NIST_SIGNATURE("\x09"), "ecdsa-sha3-224"),
    NAMED(OID_NIST_SIGNATURE("\x0a"), "ecdsa-sha3-256"),
    NAMED(OID_NIST_SIGNATURE("\x0b"), "ecdsa-sha3-384"),
    NAMED(OID_NIST_SIGNATURE("\x0c"), "ecdsa-sha3-512"),
    NAMED(OID_NIST_SIGNATURE("\x0d"), "rsa-sha3-224"),
    NAMED(OID_NIST_SIGNATURE("\x0e"), "rsa-sha3-256"),
    NAMED(OID_NIST_SIGNATURE("\x0f"), "rsa-sha3-384"),
    NAMED(OID_NIST_SIGNATURE("\x10"), "rsa-sha3-512"),
    /* hashes, and HMAC with them */
    NAMED(OID_DIGEST("\x05"), "md5"),
    NAMED(OID_SHA1, "sha1"),
    NAMED(OID_NIST_SHA("\x01"), "sha256"),
    NAMED(OID_NIST_SHA("\x02"), "sha384"),
    NAMED(OID_NIST_SHA("\x03"), "sha512"),
    NAMED(OID_NIST_SHA("\x04"), "sha224"),
    NAMED(OID_NIST_SHA("\x07"), "sha3-224"),
    NAMED(OID_NIST_SHA("\x08"), "sha3-256"),
    NAMED(OID_NIST_SHA("\x09"), "sha3-384"),
    NAMED(OID_NIST_SHA("\x0a"), "sha3-512"),
    NAMED(OID_DIGEST("\x07"), "sha1"),
    NAMED(OID_DIGEST("\x08"), "sha224"),
    NAMED(OID_DIGEST("\x09"), "sha256"),
    NAMED(OID_DIGEST("\x0a"), "sha384"),
    NAMED(OID_DIGEST("\x0b"), "sha512"),
    NAMED(OID_MGF1, "mgf1"),
    /* encryption */
    NAMED(OID_PBES2, "PBES2"),
    NAMED(OID_PBKDF2, "PBKDF2"),
    NAMED(OID_PBMAC1, "PBMAC1"),
    NAMED(OID_SCRYPT, "scrypt"),
    NAMED(OID_PKCS12("\x01\x01"), "RC4-128"),
    NAMED(OID_PKCS12("\x01\x02"), "RC4-40"),
    NAMED(OID_PKCS12("\x01\x03"), "3DES"),
    NAMED(OID_PKCS12("\x01\x04"), "3DES with two keys"),
    NAMED(OID_PKCS12("\x01\x05"), "RC2-128"),
    NAMED(OID_PKCS12("\x01\x06"), "RC2-40"),
    NAMED(OID_PKCS5("\x01"), "MD2 with DES"),
    NAMED(OID_PKCS5("\x03"), "MD5 with DES"),
    NAMED(OID_PKCS5("\x04"), "MD2 with RC2"),
    NAMED(OID_PKCS5("\x06"), "MD5 with RC2"),
    NAMED(OID_PKCS5("\x0a"), "SHA-1 with DES"),
    NAMED(OID_PKCS5("\x0b"), "SHA-1 with RC2"),
    NAMED(OID_CIPHER("\x02"), "RC2"),
    NAMED(OID_CIPHER("\x04"), "RC4"),
    NAMED(OID_CIPHER("\x07"), "3DES"),
    NAMED(OID_DES_CBC, "single DES"),
    NAMED(OID_NIST_AES("\x02"), "AES-128-CBC"),
    NAMED(OID_NIST_AES("\x16"), "AES-192-CBC"),
    NAMED(OID_NIST_AES("\x2a"), "AES-256-CBC"),
    NAMED(OID_NIST_AES("\x06"), "AES-128-GCM"),
    NAMED(OID_NIST_AES("\x1a"), "AES-192-GCM"),
    NAMED(OID_NIST_AES("\x2e"), "AES-256-GCM"),
    NAMED("\x2a\x83\x08\x8c\x9a\x4b\x3d\x01\x01\x01\x02", "Camellia-128"),
    NAMED("\x2a\x83\x08\x8c\x9a\x4b\x3d\x01\x01\x01\x04", "Camellia-256"),
    /* content types of PKCS#7 */
    NAMED(OID_DATA, "data"),
    NAMED(OID_SIGNED_DATA, "signedData"),
    NAMED(OID_ENVELOPED_DATA, "envelopedData"),
    NAMED(OID_ENCRYPTED_DATA, "encryptedData"),
    /* purposes, besides those of cm_purpose_name */
    NAMED(OID_ANY_EXTENDED_KEY_USAGE, "anyExtendedKeyUsage"),
    NAMED(OID_KP("\x05"), "ipsecEndSystem"),
    NAMED(OID_KP("\x06"), "ipsecTunnel"),
    NAMED(OID_KP("\x07"), "ipsecUser"),
    NAMED(OID_KP("\x0d"), "eapOverPPP"),
    NAMED(OID_KP("\x0e"), "eapOverLAN"),
    NAMED(OID_KP("\x11"), "ipsecIKE"),
    NAMED(OID_KP("\x15"), "secureShellClient"),
    NAMED(OID_KP("\x16"), "secureShellServer"),
    NAMED(OID_KP("\x24"), "documentSigning"),
    NAMED("\x2b\x06\x01\x05\x02\x03\x04", "pkinitClientAuth"),
    NAMED("\x2b\x06\x01\x05\x02\x03\x05", "pkinitKDC"),
    NAMED(OID_MICROSOFT("\x02\x01\x15"), "microsoftIndividualCodeSigning"),
    NAMED(OID_MICROSOFT("\x02\x01\x16"), "microsoftCommercialCodeSigning"),
    NAMED(OID_MICROSOFT("\x0a\x03\x01"), "microsoftTrustListSigning"),
    NAMED(OID_MICROSOFT("\x0a\x03\x03"), "microsoftServerGatedCrypto"),
    NAMED(OID_MICROSOFT("\x0a\x03\x04"), "microsoftEncryptedFileSystem"),
    NAMED(OID_MICROSOFT("\x0a\x03\x0c"), "microsoftDocumentSigning"),
    NAMED(OID_MICROSOFT("\x14\x02\x02"), "microsoftSmartcardLogon"),
    NAMED("\x60\x86\x48\x01\x86\xf8\x42\x04\x01", "netscapeServerGatedCrypto"),
    NAMED("\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x04", "precertificateSigning"),
    /* where an authority tells more */
    NAMED(OID_OCSP, "ocsp"),
    NAMED(OID_CA_ISSUERS, "caIssuers"),
    NAMED(OID_PKIX("\x30\x03"), "timeStamping"),
    NAMED(OID_PKIX("\x30\x05"), "caRepository"),
    /* policies */
    NAMED(OID_ANY_POLICY, "anyPolicy"),
    NAMED(OID_CAB_FORUM("\x01"), "extendedValidation"),
    NAMED(OID_CAB_FORUM("\x02\x01"), "domainValidated"),
    NAMED(OID_CAB_FORUM("\x02\x02"), "organizationValidated"),
    NAMED(OID_CAB_FORUM("\x02\x03"), "individualValidated"),
    NAMED(OID_CPS, "cps"),
    NAMED(OID_USER_NOTICE, "userNotice"),
    /* attributes of requests */
    NAMED(OID_PKCS9("\x02"), "unstructuredName"),
    NAMED(OID_PKCS9("\x07"), "challengePassword"),
    NAMED(OID_EXTENSION_REQUEST, "extensionRequest"),
    NAMED(OID_MICROSOFT("\x02\x01\x0e"), "microsoftExtensionRequest"),
};

const char *cm_oid_name(cm_view oid)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (cm_view_equal(oid, (cm_view){(const uint8_t *)names[i].oid, names[i].size})) {
            return names[i].name;
        }
    }
    return cm_purpose_name(oid);
}
