"""What Python's cryptography reads in its own vectors: JSON on standard output.

{"keys": {file: {"spki": hex, "passphrase": text or null}},
 "stores": {file: {"passphrase": ..., "key": spki hex or null, "cert": hex or null, "name": ...,
                   "others": [hex, ...]}},
 "bundles": {file: [hex, ...]}}

Only what has an RSA key or one on a curve of ours; every other file is left out.
"""

import json
import os
import sys

import cryptography_vectors
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12

root = os.path.dirname(cryptography_vectors.__file__)
PASSPHRASES = [None, "cryptography", "password", "123456", "foobar", "baz", "testpassword", "Red Hat Enterprise Linux 7.4"]
CURVES = ("secp256r1", "secp384r1", "secp521r1", "secp256k1")
DER = serialization.Encoding.DER


def spki(key):
    public = key.public_key() if hasattr(key, "public_key") else key
    known = isinstance(public, rsa.RSAPublicKey) or (
        isinstance(public, ec.EllipticCurvePublicKey) and public.curve.name in CURVES
    )
    if not known:
        return None
    return public.public_bytes(DER, serialization.PublicFormat.SubjectPublicKeyInfo).hex()


def each(*folder):
    where = os.path.join(root, *folder)
    for name in sorted(os.listdir(where)):
        with open(os.path.join(where, name), "rb") as file:
            yield "/".join(folder + (name,)), file.read()


def read_key(data):
    pem = data.lstrip().startswith(b"-----BEGIN")
    private = serialization.load_pem_private_key if pem else serialization.load_der_private_key
    public = serialization.load_pem_public_key if pem else serialization.load_der_public_key
    for passphrase in PASSPHRASES:
        try:
            secret = None if passphrase is None else passphrase.encode()
            return {"spki": spki(private(data, secret)), "passphrase": passphrase}
        except Exception:
            continue
    try:
        return {"spki": spki(public(data)), "passphrase": None}
    except Exception:
        return {"spki": None}


def read_store(data):
    for passphrase in PASSPHRASES:
        secret = None if passphrase is None else passphrase.encode()
        try:
            store = pkcs12.load_pkcs12(data, secret)
        except Exception:
            continue
        cert = store.cert
        return {
            "passphrase": passphrase,
            "key": store.key and spki(store.key),
            "cert": cert and cert.certificate.public_bytes(DER).hex(),
            "name": cert and cert.friendly_name and cert.friendly_name.decode(),
            "others": [
                [one.certificate.public_bytes(DER).hex(), one.friendly_name and one.friendly_name.decode()]
                for one in store.additional_certs
            ],
        }
    return None


def read_bundle(data):
    pem = data.startswith(b"-----BEGIN")
    load = pkcs7.load_pem_pkcs7_certificates if pem else pkcs7.load_der_pkcs7_certificates
    try:
        return [cert.public_bytes(DER).hex() for cert in load(data)]
    except Exception:
        return None


FOLDERS = ("PKCS8", "Traditional_OpenSSL_Serialization", "PEM_Serialization", "DER_Serialization")
keys = {name: read_key(data) for folder in FOLDERS for name, data in each("asymmetric", folder)}
stores = {name: read_store(data) for name, data in each("pkcs12")}
bundles = {name: read_bundle(data) for name, data in each("pkcs7")}
json.dump({"root": root, "keys": keys, "stores": stores, "bundles": bundles}, sys.stdout)
