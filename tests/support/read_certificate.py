"""Reads a PEM certificate, request or CRL with Python's cryptography and prints its fields as JSON.

The kinds "certificates" and "requests" read files with many and print a list."""

import json
import re
import sys

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm


def general_name(name):
    kinds = {
        x509.DNSName: "DNS",
        x509.IPAddress: "IP",
        x509.RFC822Name: "email",
        x509.UniformResourceIdentifier: "URI",
        x509.DirectoryName: "DirName",
        x509.RegisteredID: "RID",
        x509.OtherName: "other",
    }
    value = name.value
    if isinstance(name, x509.OtherName):
        value = f"{name.type_id.dotted_string}:{value.hex()}"
    if isinstance(name, x509.DirectoryName):
        name_parts = distinguished_name(value)
        value = json.dumps(name_parts, ensure_ascii=False, separators=(",", ":"))
    if isinstance(name, x509.RegisteredID):
        value = value.dotted_string
    return f"{kinds[type(name)]}:{value}"


def distinguished_name(name):
    return [[[a.oid.dotted_string, a.value, a._type.name] for a in rdn] for rdn in name.rdns]


def extensions(carrier):
    out = {}
    for e in carrier.extensions:
        v, key = e.value, e.oid._name
        if isinstance(v, x509.BasicConstraints):
            value = {"ca": v.ca, "pathLen": v.path_length}
        elif isinstance(v, x509.KeyUsage):
            names = [
                "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
                "key_agreement", "key_cert_sign", "crl_sign",
            ]
            value = [n for n in names if getattr(v, n)]
        elif isinstance(v, x509.ExtendedKeyUsage):
            value = [u.dotted_string for u in v]
        elif isinstance(v, x509.SubjectAlternativeName):
            value = [general_name(n) for n in v]
        elif isinstance(v, x509.SubjectKeyIdentifier):
            value = v.digest.hex()
        elif isinstance(v, x509.AuthorityKeyIdentifier):
            value = v.key_identifier.hex()
        elif isinstance(v, x509.NameConstraints):
            value = {
                "permitted": [general_name(n) for n in v.permitted_subtrees or []],
                "excluded": [general_name(n) for n in v.excluded_subtrees or []],
            }
        elif isinstance(v, x509.CertificatePolicies):
            value = [[p.policy_identifier.dotted_string, p.policy_qualifiers or []] for p in v]
        elif isinstance(v, x509.CRLDistributionPoints):
            value = [general_name(n) for p in v for n in p.full_name]
        elif isinstance(v, x509.AuthorityInformationAccess):
            value = [[d.access_method._name, general_name(d.access_location)] for d in v]
        elif isinstance(v, x509.TLSFeature):
            value = [f.name for f in v]
        elif isinstance(v, x509.CRLNumber):
            value = v.crl_number
        elif isinstance(v, x509.CRLReason):
            value = v.reason.value
        elif isinstance(v, x509.InvalidityDate):
            value = v.invalidity_date.isoformat()
        elif isinstance(v, x509.UnrecognizedExtension):
            key, value = e.oid.dotted_string, v.value.hex()
        else:
            value = True
        out[key] = {"critical": e.critical, "value": value}
    return out


def hash_name(signed):
    try:
        return signed.signature_hash_algorithm.name
    except UnsupportedAlgorithm:  # RSASSA-PSS, before version 40
        return None


def many(one):
    def read(data):
        blocks = re.findall(rb"-----BEGIN [A-Z ]+-----[^-]+-----END [A-Z ]+-----\n", data)
        return [one(block) for block in blocks]

    return read


def certificate(data):
    c = x509.load_pem_x509_certificate(data)
    return {
        "version": c.version.name,
        "serial": format(c.serial_number, "x"),
        "subject": distinguished_name(c.subject),
        "issuer": distinguished_name(c.issuer),
        "notBefore": c.not_valid_before.isoformat() + "Z",
        "notAfter": c.not_valid_after.isoformat() + "Z",
        "hash": hash_name(c),
        "extensions": extensions(c),
    }


def request(data):
    r = x509.load_pem_x509_csr(data)
    return {
        "subject": distinguished_name(r.subject),
        "valid": r.is_signature_valid,
        "extensions": extensions(r),
    }


certificates, requests = many(certificate), many(request)


def crl(data):
    c = x509.load_pem_x509_crl(data)
    return {
        "issuer": distinguished_name(c.issuer),
        "lastUpdate": c.last_update.isoformat() + "Z",
        "nextUpdate": c.next_update.isoformat() + "Z",
        "extensions": extensions(c),
        "revoked": [
            [format(r.serial_number, "x"), r.revocation_date.isoformat() + "Z", extensions(r)]
            for r in c
        ],
    }


if __name__ == "__main__":
    kind, path = sys.argv[1:3]
    with open(path, "rb") as file:
        print(json.dumps(globals()[kind](file.read())))
