"""One line that sends the same request by hand."""

from __future__ import annotations

import re
import shlex

from gwmatch import Request

from .client import Address

OWN = (b"accept", b"user-agent")
"""What curl sends unless it is told not to."""


def curl_line(request: Request, address: Address, *, insecure: bool = False, without: tuple[bytes, ...] = OWN) -> str:
    """A command for a POSIX shell, or for bash where a byte is not printable. Headers `without`, which curl adds of its own
    accord, are left out unless the request has them.

    >>> request = Request.of("POST", "shop.example.com", "/a/../b?c=[1]", [("x-user", "it's 7"), ("x-empty", "")])
    >>> print(curl_line(request, Address("http", "127.0.0.1", 8080), without=()))
    curl -sSig --path-as-is -X POST -d '' -H 'Content-Type:' -H 'Host: shop.example.com' -H 'x-user: it'"'"'s 7' -H 'x-empty;' \
'http://127.0.0.1:8080/a/../b?c=[1]'
    """
    words = ["curl", "-sSig", "--path-as-is", "--http1.1"] if address.scheme == "https" else ["curl", "-sSig", "--path-as-is"]
    if insecure:
        words.append("-k")
    method = request.method.decode("latin-1")
    if method == "HEAD":
        words.append("-I")
    elif method != "GET":
        words += ["-X", _quoted(request.method)]
    if method in ("POST", "PUT", "PATCH"):
        words += ["-d", "''", "-H", "'Content-Type:'"]
    given = [name.lower() for name, _ in request.headers]
    authority = address.authority
    if address.scheme == "https" and request.sni:
        server_name = request.sni.decode("latin-1")
        words += ["--connect-to", _quoted(f"{server_name}:{address.port}:{address.authority}".encode())]
        authority = f"{server_name}:{address.port}"
    words += ["-H", _quoted(b"Host:" if request.host is None else b"Host: " + request.host)]
    for name, value in request.headers:
        words += ["-H", _quoted(name + b": " + value if value else name + b";")]
    words += [f"-H {_quoted(name + b':')}" for name in without if name not in given]
    target = request.path
    if not target.startswith(b"/"):
        words += ["--request-target", _quoted(target)]
        target = b"/"
    words.append(_quoted(f"{address.scheme}://{authority}".encode() + target))
    return " ".join(words)


def _quoted(text: bytes) -> str:
    if re.fullmatch(rb"[\x20-\x7e]*", text):
        plain = text.decode()
        quoted = shlex.quote(plain)
        return quoted if quoted != plain or plain.isalpha() else f"'{plain}'"
    return "$'" + "".join(chr(byte) if 0x20 <= byte < 0x7F and byte not in b"\\'" else f"\\x{byte:02x}" for byte in text) + "'"
