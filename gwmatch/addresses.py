"""What an absolute URL says of a request or a connection: its port, host, target and server name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from .errors import UsageError
from .ir import as_bytes

_PORTS = {"http": 80, "https": 443, "grpc": 80, "grpcs": 443, "tls": 443, "tcp": None, "udp": None}
"""Where a URL of each scheme leads that names no port; None where it has to."""
_SECURE = ("https", "grpcs", "tls")
_GRPC = ("grpc", "grpcs")
_CONNECTIONS = ("tls", "tcp", "udp")


class Address(NamedTuple):
    """What an absolute URL says of a request or a connection."""

    scheme: str
    """In lower case: http, https, grpc, grpcs, tls, tcp or udp."""
    port: int
    host: str
    """As Host has it: with the port, where the URL names one."""
    target: str
    """Path and query, to the letter."""
    server_name: str | None
    """What a client would send in its TLS handshake; None for addresses, and where there is no TLS."""

    @property
    def is_connection(self) -> bool:
        return self.scheme in _CONNECTIONS

    def complete(self, method: str | None, headers: Any) -> tuple[str, Any]:
        """Method and headers of the request, with what the scheme implies.

        Raises:
            UsageError: no request of this scheme has such a method or such headers.
        """
        if self.is_connection and (method is not None or headers):
            raise UsageError(f"a connection ({self.scheme}://) has no method and no headers")
        if self.scheme not in _GRPC:
            return "GET" if method is None else method, headers
        if method not in (None, "POST"):
            raise UsageError(f"a gRPC call ({self.scheme}://) is a POST, not a {method}")
        lines = tuple(headers.items() if hasattr(headers, "items") else headers or ())
        return "POST", lines if _has_type(lines) else (*lines, ("content-type", "application/grpc"))


def _has_type(lines: Iterable[tuple[str | bytes, Any]]) -> bool:
    return any(as_bytes(name).lower() == b"content-type" for name, _ in lines)


def parse_url(url: str) -> Address:
    """The parts of an absolute URL.

    The target is kept to the letter; only a missing path becomes `/`, and a fragment is not sent.

    >>> parse_url("https://shop.example.com/cart/../x?v=2#top")
    Address(scheme='https', port=443, host='shop.example.com', target='/cart/../x?v=2', server_name='shop.example.com')
    >>> parse_url("http://[::1]:8080")[1:]
    (8080, '[::1]:8080', '/', None)
    >>> parse_url("grpc://api.example.com/shop.Cart/Get")[1:4], parse_url("tls://db.example.com").server_name
    ((80, 'api.example.com', '/shop.Cart/Get'), 'db.example.com')

    Raises:
        UsageError: it is not absolute, of another scheme, or lacks its host or the port of tcp and udp.
    """
    scheme, mark, rest = url.partition("://")
    scheme = scheme.lower()
    if not mark or scheme not in _PORTS:
        known = ", ".join(_PORTS)
        raise UsageError(f"{url!r} is no absolute URL such as https://shop.example.com/cart; schemes are {known}")
    rest = rest.partition("#")[0]
    end = min((rest.index(stop) for stop in "/?" if stop in rest), default=len(rest))
    authority, target = rest[:end], rest[end:]
    try:
        parsed = urlsplit(f"//{authority}")
        port, hostname = parsed.port or _PORTS[scheme], parsed.hostname
    except ValueError as error:
        raise UsageError(f"{url!r}: {error}") from None
    if not hostname:
        raise UsageError(f"{url!r} names no host")
    if port is None:
        raise UsageError(f"{url!r} names no port, and {scheme} has none by default")
    if scheme in _CONNECTIONS and target not in ("", "/"):
        raise UsageError(f"{url!r}: a connection has no path, only host and port")
    is_address = ":" in hostname or hostname.replace(".", "").isdigit()
    server_name = hostname if scheme in _SECURE and not is_address else None
    return Address(scheme, port, authority, target if target.startswith("/") else f"/{target}", server_name)
