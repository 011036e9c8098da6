"""Whether a Secret or a ConfigMap holds the certificates that a listener needs (attachment.md 9).

A check of form without a cryptographic library: armour, strict base64, and the outer shape of the DER inside. It tells a
certificate from a placeholder or a truncated file, which is what goes wrong in manifests. It does not look at signatures,
dates or names, nor whether key and certificate belong together: a data plane that loads them does.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from ..api import ConfigMap, Secret

TLS_SECRET_TYPE = "kubernetes.io/tls"

_ARMOUR = re.compile(rb"-----(BEGIN|END) ([A-Z0-9 ]{1,64})-----")
_KEY_LABELS = frozenset({"PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"})
_SEQUENCE, _INTEGER, _BIT_STRING = 0x30, 0x02, 0x03


def secret_fault(secret: Secret) -> str | None:
    """Why a Secret cannot be used as a certificate with its key, else None."""
    if secret.type != TLS_SECRET_TYPE:
        return f"is of type {secret.type}, not {TLS_SECRET_TYPE}"
    data = secret.data
    for key, fault in (("tls.crt", _certificates_fault), ("tls.key", _private_key_fault)):
        if not data.get(key):
            return f"has no {key}"
        found = fault(data[key])
        if found is not None:
            return f"{key} {found}"
    return None


def ca_fault(bundle: ConfigMap) -> str | None:
    """Why a ConfigMap cannot be used as a CA bundle, else None."""
    text = bundle.data.get("ca.crt")
    if not text:
        return "has no ca.crt"
    found = _certificates_fault(text.encode("utf-8", "surrogateescape"))
    return None if found is None else f"ca.crt {found}"


def _certificates_fault(pem: bytes) -> str | None:
    """Every certificate must be whole; blocks of other kinds beside them are left alone."""
    count = 0
    for label, body in _blocks(pem):
        if label == "CERTIFICATE":
            count += 1
            if not _is_certificate(_decoded(body)):
                return "holds a certificate that cannot be parsed"
    return None if count else "holds no PEM certificate"


def _private_key_fault(pem: bytes) -> str | None:
    keys = [body for label, body in _blocks(pem) if label in _KEY_LABELS]
    if not keys:
        return "holds no PEM private key"
    # All three forms (PKCS#1, PKCS#8, SEC 1) are a SEQUENCE that begins with a version number. An encrypted key has
    # headers in its armour, or another label, and nobody could be asked for its password.
    parts = _children(_decoded(keys[0]))
    return None if parts and parts[0] == _INTEGER else "holds a private key that cannot be parsed"


def _blocks(pem: bytes) -> Iterator[tuple[str, bytes]]:
    """Label and body of each block whose END follows its BEGIN. One pass: a bundle may be a megabyte of BEGINs."""
    begin: re.Match[bytes] | None = None
    for line in _ARMOUR.finditer(pem):
        if line[1] == b"BEGIN":
            begin = line
        elif begin is not None:
            if begin[2] == line[2]:
                yield line[2].decode("ascii"), pem[begin.end() : line.start()]
            begin = None


def _decoded(body: bytes) -> bytes:
    """The octets between the armour; none at all if it is not plain base64."""
    try:
        return base64.b64decode(b"".join(body.split()), validate=True)
    except binascii.Error:
        return b""


def _is_certificate(der: bytes) -> bool:
    """RFC 5280 4.1: what is signed, the algorithm, the signature."""
    return _children(der) == [_SEQUENCE, _SEQUENCE, _BIT_STRING]


def _children(der: bytes) -> list[int]:
    """The tags inside one outer SEQUENCE that takes exactly all octets; empty if the lengths do not add up."""
    outer = _element(der, 0)
    if outer is None or der[0] != _SEQUENCE or outer[1] != len(der):
        return []
    tags: list[int] = []
    at, end = outer
    while at < end:
        inner = _element(der, at)
        if inner is None or inner[1] > end:
            return []
        tags.append(der[at])
        at = inner[1]
    return tags


def _element(der: bytes, at: int) -> tuple[int, int] | None:
    """Where the content of the element at `at` begins and ends, by its length octets; None if there are too few."""
    if at + 2 > len(der):
        return None
    size, start = der[at + 1], at + 2
    if size & 0x80:
        count = size & 0x7F
        if not 1 <= count <= 4 or start + count > len(der):  # an indefinite length is BER, not DER
            return None
        size = int.from_bytes(der[start : start + count], "big")
        start += count
    return start, start + size
