"""RequestRedirect: the Location, and the answer that carries it."""

from __future__ import annotations

import re

from ..ir import Cors, Redirect, Request, Response, as_bytes
from .cors import actual_headers
from .paths import rewritten, rooted, split

DEFAULT_PORTS = {"http": 80, "https": 443}

# A host as HI-H4 and HI-H5 let it through, with the port that a redirect leaves out.
_HOST = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z._-]+)(?::[0-9]*)?")
_NOT_IN_A_URL = re.compile(rb"[^\x21-\x7e]|\\")


def location(request: Request, redirect: Redirect, *, scheme: str, port: int, target: bytes | None = None) -> bytes:
    """The URL that the client is sent to. `scheme` and `port` are the listener's; `target` stands in for the request's path.

    >>> request = Request.of("GET", "shop.example.com:8080", "/cart?v=2")
    >>> location(request, Redirect(scheme="https"), scheme="http", port=8080)
    b'https://shop.example.com/cart?v=2'
    >>> location(request, Redirect(hostname="example.org"), scheme="http", port=8080)
    b'http://example.org:8080/cart?v=2'

    Bytes that are not visible ASCII are percent-encoded, and so is `\\`, which browsers read as `/`.

    Without a hostname to name, neither the filter's nor a well-formed one in the request, the URL has no scheme, host and
    port either: a reference by path alone, which the client resolves against the URL that it asked for (RFC 9110 10.2.2).

    >>> location(Request.of("GET", None, "/old?v=2"), Redirect(scheme="https"), scheme="http", port=80)
    b'/old?v=2'
    """
    path, rest = split(rewritten(request.path if target is None else target, redirect.path))
    # OQ-25: the query is kept, also beside ReplaceFullPath; there is never a fragment.
    query = rest.partition(b"#")[0]
    relative = _encoded(rooted(path) + query)
    host = as_bytes(redirect.hostname) if redirect.hostname else _host_without_port(request.host)
    if not host:
        # RFC 3986 4.2: what starts with `//` would name another host.
        return b"/." + relative if relative.startswith(b"//") else relative
    final_scheme = redirect.scheme or scheme
    return _encoded(as_bytes(final_scheme) + b"://" + host + _port_shown(redirect, final_scheme, port)) + relative


def redirect_response(
    request: Request,
    redirect: Redirect,
    *,
    scheme: str,
    port: int,
    cors: Cors | None = None,
    target: bytes | None = None,
) -> Response:
    """The redirect itself. A rule that has a CORS filter too adds its headers (OQ-43), or the browser would not follow.

    >>> redirect_response(Request.of("GET", "a.test", "/"), Redirect(scheme="https", status=301), scheme="http", port=80)
    Response(status=301, headers=((b'location', b'https://a.test/'),))
    """
    headers = ((b"location", location(request, redirect, scheme=scheme, port=port, target=target)),)
    return Response(redirect.status, headers if cors is None else headers + actual_headers(request, cors))


def _port_shown(redirect: Redirect, scheme: str, listener_port: int) -> bytes:
    """`:8443`, or nothing where the scheme says it already."""
    if redirect.port is not None:
        port = redirect.port
    elif redirect.scheme:
        port = DEFAULT_PORTS.get(scheme, listener_port)
    else:
        # The port that the client wrote into Host and that of the Service play no part.
        port = listener_port
    return b"" if DEFAULT_PORTS.get(scheme) == port else b":%d" % port


def _host_without_port(host: bytes | None) -> bytes | None:
    """The host with the brackets of an IPv6 address; None for what is no host, which `match` has refused before (HI-H5)."""
    found = _HOST.fullmatch(host or b"")
    return None if found is None else found[1]


def _encoded(url: bytes) -> bytes:
    return _NOT_IN_A_URL.sub(lambda byte: b"%%%02X" % byte[0][0], url)
