"""What stands in a request, read once: its host, server name, target, headers and query in the forms that are compared.

The rules HI-H, HI-M, HI-F and HI-Q. `_core` has native twins of these functions; the Hypothesis tests hold them together.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable, Mapping

ADDRESS = "address"
NAME = "name"
ABSENT = "absent"

MAX_REGEX_VALUE = 8192
"""HI-X5: a header value that a regular expression would have to read beyond this is refused."""

_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
_PORT = re.compile(rb":([0-9]{0,5})\Z")
_LABELS = re.compile(rb"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\Z")
_IPV4 = re.compile(rb"[0-9]{1,3}(?:\.[0-9]{1,3}){3}\Z")
_GRPC_TYPE = re.compile(rb"application/grpc(?:[+;]|\Z)", re.IGNORECASE)
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_UPPER = bytes(range(256)).translate(bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"abcdefghijklmnopqrstuvwxyz"))


def lower(text: bytes) -> bytes:
    """A to Z folded, nothing else (HI-H1)."""
    return text.translate(_UPPER)


def is_token(text: bytes) -> bool:
    """RFC 9110 5.6.2; what a method and a header name must be."""
    return bool(_TOKEN.match(text))


def read_host(host: bytes | None) -> tuple[str, str] | None:
    """What a Host names, as (kind, text), without its port; None when it is malformed (HI-H1 to HI-H7).

    >>> read_host(b"API.Example.ORG.:8080"), read_host(b"[2001:db8::7]:80"), read_host(b"api.example.org.."), read_host(None)
    (('name', 'api.example.org'), ('address', '[2001:db8::7]'), None, ('absent', ''))
    """
    if not host:
        return ABSENT, ""
    if port := _PORT.search(host):
        if port[1] and int(port[1]) > 65535:
            return None
        if not (host := host[: port.start()]):
            return ABSENT, ""
    if host.startswith(b"["):
        return (ADDRESS, lower(host).decode()) if host.endswith(b"]") and _is_ipv6(host[1:-1]) else None
    return _read_name(host)


def read_server_name(sni: bytes | None) -> tuple[str, str] | None:
    """The same for a TLS server name, which has no port and is no address (HI-T1)."""
    if not sni:
        return ABSENT, ""
    named = _read_name(sni)
    return named if named is not None and named[0] == NAME else None


def _read_name(host: bytes) -> tuple[str, str] | None:
    name = lower(host[:-1] if host.endswith(b".") else host)
    if len(name) > 253 or not _LABELS.match(name):
        return None
    if _IPV4.match(name) and all(int(octet) <= 255 for octet in name.split(b".")):
        return ADDRESS, name.decode()
    return NAME, name.decode()


def _is_ipv6(text: bytes) -> bool:
    try:
        socket.inet_pton(socket.AF_INET6, text.decode("ascii"))
    except (OSError, ValueError):
        return False
    return b"\0" not in text


def split_target(target: bytes, *, cut_fragment: bool) -> tuple[bytes, bytes]:
    """Path and query, parted at the first `?` (M-8). With `cut_fragment` (policy `none`) the path also ends at a `#` (M-5);
    otherwise the `#` stays in it, and makes it no path.

    >>> split_target(b"/a?b?c", cut_fragment=False), split_target(b"/a#x?b", cut_fragment=True)
    ((b'/a', b'b?c'), (b'/a', b'b'))
    """
    path, _, query = target.partition(b"?")
    return path.partition(b"#")[0] if cut_fragment else path, query


def join_headers(lines: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """One value per name (HI-F2), by lower-case name; lines whose name is no token are left out (HI-F5).

    >>> join_headers([(b"X-A", b" 1 "), (b"x-a", b"2"), (b"Cookie", b"a=1"), (b"cookie", b"b=2"), (b"x a", b"3")])
    {b'x-a': b'1,2', b'cookie': b'a=1; b=2'}
    """
    values: dict[bytes, list[bytes]] = {}
    for name, value in lines:
        if is_token(name):
            values.setdefault(lower(name), []).append(value.strip(b" \t"))
    return {name: (b"; " if name == b"cookie" else b",").join(parts) for name, parts in values.items()}


def is_grpc(method: bytes, headers: Mapping[bytes, bytes]) -> bool:
    """Whether a request is a gRPC call: POST and a media type of gRPC, which gRPC-Web's is not (M-9, HI-N2).

    >>> is_grpc(b"POST", {b"content-type": b"Application/gRPC+proto"})
    True
    >>> is_grpc(b"POST", {b"content-type": b"application/grpc-web"})
    False
    """
    return method == b"POST" and bool(_GRPC_TYPE.match(headers.get(b"content-type", b"")))


def called_method(path: bytes) -> tuple[bytes, bytes] | None:
    """Service and method of a path that is exactly `/service/method` (HI-N1), else None."""
    parts = path.split(b"/")
    return (parts[1], parts[2]) if len(parts) == 3 and not parts[0] and parts[1] and parts[2] else None


def is_field_value(value: bytes) -> bool:
    """HI-F4: a value with NUL, CR or LF satisfies no condition."""
    return not any(byte in value for byte in (b"\0", b"\r", b"\n"))


def read_query(query: bytes) -> dict[bytes, bytes]:
    """The first value of every parameter, decoded as a form is (HI-Q1 to HI-Q5).

    >>> read_query(b"a=1&a=2&b&=x&%61=3&c=%zz+d")
    {b'a': b'1', b'b': b'', b'': b'x', b'c': b'%zz d'}
    """
    values: dict[bytes, bytes] = {}
    for part in query.split(b"&"):
        if part:
            name, _, value = part.partition(b"=")
            values.setdefault(_form_decoded(name), _form_decoded(value))
    return values


def _form_decoded(text: bytes) -> bytes:
    return _ESCAPE.sub(lambda escape: bytes([int(escape[1], 16)]), text.replace(b"+", b" "))
