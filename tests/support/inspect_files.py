"""What Python's cryptography says of files, in the words of certmint's inspect, as far as it knows
them. Standard input: JSON, {"passwords": [...], "files": [paths]}; output: a list, one entry a file.

An entry is {"kind", ...} with the members of inspect's items, {"kind": None} for what it cannot read.
"extensions" is a mapping from OIDs; it is None where cryptography refuses one of them."""

import base64
import hashlib
import json
import sys
import warnings

from cryptography import x509
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

warnings.simplefilter("ignore")

TYPES = {
    "2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.5": "serialNumber", "2.5.4.6": "C", "2.5.4.7": "L",
    "2.5.4.8": "ST", "2.5.4.9": "street", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.12": "title",
    "2.5.4.17": "postalCode", "2.5.4.42": "GN", "2.5.4.46": "dnQualifier", "2.5.4.65": "pseudonym",
    "2.5.4.97": "organizationIdentifier", "1.2.840.113549.1.9.1": "emailAddress",
    "0.9.2342.19200300.100.1.25": "DC", "0.9.2342.19200300.100.1.1": "UID",
}
STRINGS = {
    "UTF8String": "utf8", "PrintableString": "printable", "IA5String": "ia5", "T61String": "t61",
    "BMPString": "bmp", "UniversalString": "universal", "VisibleString": "visible",
    "NumericString": "numeric", "BitString": "other", "OctetString": "other",
}
PURPOSES = {
    "1.3.6.1.5.5.7.3.1": "serverAuth", "1.3.6.1.5.5.7.3.2": "clientAuth",
    "1.3.6.1.5.5.7.3.3": "codeSigning", "1.3.6.1.5.5.7.3.4": "emailProtection",
    "1.3.6.1.5.5.7.3.5": "ipsecEndSystem", "1.3.6.1.5.5.7.3.6": "ipsecTunnel",
    "1.3.6.1.5.5.7.3.7": "ipsecUser", "1.3.6.1.5.5.7.3.8": "timeStamping",
    "1.3.6.1.5.5.7.3.9": "OCSPSigning", "2.5.29.37.0": "anyExtendedKeyUsage",
    "1.3.6.1.4.1.311.20.2.2": "microsoftSmartcardLogon",
    "1.3.6.1.4.1.311.10.3.4": "microsoftEncryptedFileSystem",
    "1.3.6.1.4.1.311.10.3.3": "microsoftServerGatedCrypto",
    "2.16.840.1.113730.4.1": "netscapeServerGatedCrypto",
    "1.3.6.1.5.5.7.3.17": "ipsecIKE",
}
METHODS = {
    "1.3.6.1.5.5.7.48.1": "ocsp", "1.3.6.1.5.5.7.48.2": "caIssuers",
    "1.3.6.1.5.5.7.48.3": "timeStamping", "1.3.6.1.5.5.7.48.5": "caRepository",
}
POLICIES = {
    "2.5.29.32.0": "anyPolicy", "2.23.140.1.1": "extendedValidation",
    "2.23.140.1.2.1": "domainValidated", "2.23.140.1.2.2": "organizationValidated",
    "2.23.140.1.2.3": "individualValidated",
}
USAGES = {
    "digital_signature": "digitalSignature", "content_commitment": "contentCommitment",
    "key_encipherment": "keyEncipherment", "data_encipherment": "dataEncipherment",
    "key_agreement": "keyAgreement", "key_cert_sign": "keyCertSign", "crl_sign": "cRLSign",
}


def given(**members):
    return {name: value for name, value in members.items() if value is not None}


def time(value, fraction=False):
    return value.isoformat(timespec="milliseconds" if fraction else "seconds") + "Z"


def number(value):
    """Hexadecimal in whole bytes, with a minus before it."""
    digits = format(abs(value), "x")
    return ("-" if value < 0 else "") + "0" * (len(digits) % 2) + digits


def escaped(value):
    """RFC 4514 section 2.4."""
    out = ""
    for i, c in enumerate(value):
        special = c in '"+,;<>\\' or (i == 0 and c in "# ") or (i == len(value) - 1 and c == " ")
        out += "\\%02x" % ord(c) if ord(c) < 32 or ord(c) == 127 else "\\" + c if special else c
    return out


def members(rdn):
    # cryptography may have made a set of them, in any order; DER has them sorted by their encoding
    return sorted(
        rdn, key=lambda a: x509.Name([x509.RelativeDistinguishedName([a])]).public_bytes()
    )


def text(name):
    rdns = [
        "+".join(f"{TYPES[a.oid.dotted_string]}={escaped(a.value)}" for a in members(rdn))
        for rdn in name.rdns
    ]
    return ",".join(rdns)


def attributes(name):
    return [
        [i, a.oid.dotted_string, a.value.hex() if isinstance(a.value, bytes) else a.value,
         STRINGS[a._type.name]]
        for i, rdn in enumerate(name.rdns)
        for a in members(rdn)
    ]


def general_name(name):
    v = name.value
    if isinstance(name, x509.DNSName):
        return {"type": "dns", "value": v}
    if isinstance(name, x509.RFC822Name):
        return {"type": "email", "value": v}
    if isinstance(name, x509.UniformResourceIdentifier):
        return {"type": "uri", "value": v}
    if isinstance(name, x509.IPAddress):
        return {"type": "ip", "value": getattr(v, "with_netmask", str(v))}
    if isinstance(name, x509.RegisteredID):
        return {"type": "rid", "value": v.dotted_string}
    if isinstance(name, x509.DirectoryName):
        return {"type": "directory", "value": text(v)}
    oid = name.type_id.dotted_string
    kind = "upn" if oid == "1.3.6.1.4.1.311.20.2.3" else "other"
    if v[0] in (0x0C, 0x13, 0x16, 0x1A):
        return {"type": kind, "oid": oid, "value": v[2:].decode()}
    return {"type": kind, "oid": oid, "der": v.hex()}


def general_names(names):
    return None if names is None else [general_name(n) for n in names]


def reasons(flags):
    # cryptography has a set; the order of RFC 5280 is the one of inspect
    order = [
        "unused", "keyCompromise", "cACompromise", "affiliationChanged", "superseded",
        "cessationOfOperation", "certificateHold", "privilegeWithdrawn", "aACompromise",
    ]
    return None if flags is None else [r for r in order if r in {f.value for f in flags}]


def relative(rdn):
    return None if rdn is None else text(x509.Name([*rdn]))


def point_name(point):
    if point.full_name is None and point.relative_name is None:
        return None
    return given(fullName=general_names(point.full_name), relativeName=relative(point.relative_name))


def point(p):
    return given(
        distributionPoint=point_name(p), reasons=reasons(p.reasons),
        crlIssuer=general_names(p.crl_issuer),
    )


def qualifier(q):
    if isinstance(q, str):
        return {"type": "cps", "uri": q}
    reference = q.notice_reference and {
        "organization": q.notice_reference.organization,
        "numbers": list(q.notice_reference.notice_numbers),
    }
    return given(type="userNotice", reference=reference, text=q.explicit_text)


def policy(p):
    oid = p.policy_identifier.dotted_string
    qualifiers = p.policy_qualifiers and [qualifier(q) for q in p.policy_qualifiers]
    return given(oid=oid, name=POLICIES.get(oid), qualifiers=qualifiers)


def subtrees(names):
    return None if names is None else [{"base": general_name(n)} for n in names]


def timestamp(sct):
    return {
        "version": 1, "logID": base64.b64encode(sct.log_id).decode(),
        "timestamp": time(sct.timestamp, True), "hash": sct.signature_hash_algorithm.name,
        "signature": sct.signature_algorithm.name.lower(),
    }


def usages(v):
    names = [name for attribute, name in USAGES.items() if getattr(v, attribute)]
    for name in ("encipher_only", "decipher_only"):
        if v.key_agreement and getattr(v, name):
            names.append("encipherOnly" if name == "encipher_only" else "decipherOnly")
    return names


def access(v):
    return [
        {"method": METHODS.get(d.access_method.dotted_string, d.access_method.dotted_string),
         "location": general_name(d.access_location)}
        for d in v
    ]


VALUES = {
    x509.BasicConstraints: lambda v: given(ca=v.ca, pathLen=v.path_length),
    x509.KeyUsage: usages,
    x509.ExtendedKeyUsage: lambda v: [PURPOSES.get(o.dotted_string, o.dotted_string) for o in v],
    x509.SubjectAlternativeName: general_names,
    x509.IssuerAlternativeName: general_names,
    x509.SubjectKeyIdentifier: lambda v: v.digest.hex(),
    x509.AuthorityKeyIdentifier: lambda v: given(
        keyIdentifier=v.key_identifier and v.key_identifier.hex(),
        issuer=general_names(v.authority_cert_issuer),
        serial=None
        if v.authority_cert_serial_number is None
        else number(v.authority_cert_serial_number),
    ),
    x509.NameConstraints: lambda v: given(
        permitted=subtrees(v.permitted_subtrees), excluded=subtrees(v.excluded_subtrees)
    ),
    x509.CertificatePolicies: lambda v: [policy(p) for p in v],
    x509.PolicyConstraints: lambda v: given(
        requireExplicitPolicy=v.require_explicit_policy,
        inhibitPolicyMapping=v.inhibit_policy_mapping,
    ),
    x509.InhibitAnyPolicy: lambda v: v.skip_certs,
    x509.CRLDistributionPoints: lambda v: [point(p) for p in v],
    x509.FreshestCRL: lambda v: [point(p) for p in v],
    x509.AuthorityInformationAccess: access,
    x509.SubjectInformationAccess: access,
    x509.TLSFeature: lambda v: [f.name for f in v],
    x509.PrecertPoison: lambda v: True,
    x509.OCSPNoCheck: lambda v: True,
    x509.PrecertificateSignedCertificateTimestamps: lambda v: [timestamp(t) for t in v],
    x509.CRLNumber: lambda v: number(v.crl_number),
    x509.DeltaCRLIndicator: lambda v: number(v.crl_number),
    x509.CRLReason: lambda v: v.reason.value,
    x509.InvalidityDate: lambda v: time(v.invalidity_date),
    x509.CertificateIssuer: general_names,
    x509.IssuingDistributionPoint: lambda v: given(
        distributionPoint=point_name(v),
        onlyContainsUserCerts=v.only_contains_user_certs,
        onlyContainsCACerts=v.only_contains_ca_certs,
        onlySomeReasons=reasons(v.only_some_reasons),
        indirectCRL=v.indirect_crl,
        onlyContainsAttributeCerts=v.only_contains_attribute_certs,
    ),
}


def extensions(carrier):
    try:
        found = list(carrier.extensions)
        return {
            e.oid.dotted_string: {"critical": e.critical, "der": e.value.value.hex()}
            if isinstance(e.value, x509.UnrecognizedExtension)
            else {"critical": e.critical, "value": VALUES[type(e.value)](e.value)}
            for e in found
        }
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return None


def public_key(load):
    """What can be said of a public key; nothing where cryptography does not know it."""
    try:
        key = load()
    except Exception:
        return None
    der = key.public_bytes(s.Encoding.DER, s.PublicFormat.SubjectPublicKeyInfo)
    about = {"spki": der.hex()}
    if isinstance(key, rsa.RSAPublicKey):
        about |= {"type": "rsa", "bits": key.key_size, "exponent": key.public_numbers().e}
    elif isinstance(key, ec.EllipticCurvePublicKey):
        about |= {"type": "ec", "bits": key.key_size}
    elif isinstance(key, dsa.DSAPublicKey):
        about |= {"type": "dsa", "bits": key.key_size}
    elif isinstance(key, ed25519.Ed25519PublicKey):
        about |= {"type": "ed25519"}
    elif isinstance(key, ed448.Ed448PublicKey):
        about |= {"type": "ed448"}
    return about


def fingerprints(der):
    def colons(digest):
        return ":".join(f"{byte:02X}" for byte in digest)

    return {
        "sha1": colons(hashlib.sha1(der).digest()),
        "sha256": colons(hashlib.sha256(der).digest()),
    }


def names(**given_names):
    return {key: attributes(name) for key, name in given_names.items()}


def certificate(data, pem):
    c = (x509.load_pem_x509_certificate if pem else x509.load_der_x509_certificate)(data)
    return {
        "kind": "certificate", "version": c.version.value + 1, "serial": number(c.serial_number),
        "names": names(issuer=c.issuer, subject=c.subject),
        "times": {"notBefore": time(c.not_valid_before), "notAfter": time(c.not_valid_after)},
        "signature": c.signature_algorithm_oid.dotted_string,
        "publicKey": public_key(c.public_key), "extensions": extensions(c),
        "fingerprints": fingerprints(c.public_bytes(s.Encoding.DER)),
    }


def request(data, pem):
    r = (x509.load_pem_x509_csr if pem else x509.load_der_x509_csr)(data)
    return {
        "kind": "request", "names": names(subject=r.subject),
        "signature": r.signature_algorithm_oid.dotted_string,
        "publicKey": public_key(r.public_key), "extensions": extensions(r),
        "fingerprints": fingerprints(r.public_bytes(s.Encoding.DER)),
    }


def crl(data, pem):
    c = (x509.load_pem_x509_crl if pem else x509.load_der_x509_crl)(data)
    return {
        "kind": "crl", "names": names(issuer=c.issuer),
        "times": given(thisUpdate=time(c.last_update), nextUpdate=c.next_update and time(c.next_update)),
        "signature": c.signature_algorithm_oid.dotted_string, "extensions": extensions(c),
        "revoked": [
            [number(r.serial_number), time(r.revocation_date), extensions(r)] for r in c
        ],
        "fingerprints": fingerprints(c.public_bytes(s.Encoding.DER)),
    }


def private_key(data, pem):
    load = s.load_pem_private_key if pem else s.load_der_private_key
    for password in [None, *PASSWORDS]:
        try:
            key = load(data, password)
            return {"kind": "private-key", "publicKey": public_key(key.public_key)}
        except (TypeError, ValueError):
            continue
    raise ValueError


def spki(data, pem):
    key = (s.load_pem_public_key if pem else s.load_der_public_key)(data)
    return {"kind": "public-key", "publicKey": public_key(lambda: key)}


def openssh(data, pem):
    key = s.load_ssh_public_key(data)
    return {"kind": "public-key", "publicKey": public_key(lambda: key)}


def store(data, pem):
    for password in PASSWORDS:
        try:
            p = pkcs12.load_pkcs12(data, password)
        except ValueError:
            continue
        certs = [c for c in [p.cert, *p.additional_certs] if c is not None]
        return {
            "kind": "pkcs12",
            "keys": [public_key(p.key.public_key)] if p.key else [],
            "certificates": sorted(
                [fingerprints(c.certificate.public_bytes(s.Encoding.DER))["sha256"],
                 c.friendly_name and c.friendly_name.decode()] for c in certs
            ),
        }
    raise ValueError


READERS = [certificate, request, crl, spki, private_key, store, openssh]


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    for reader in READERS:
        try:
            return reader(data, b"-----BEGIN " in data)
        except Exception:
            continue
    return {"kind": None}


if __name__ == "__main__":
    ASKED = json.load(sys.stdin)
    PASSWORDS = [password.encode() for password in ASKED["passwords"]]
    json.dump([read(path) for path in ASKED["files"]], sys.stdout)
