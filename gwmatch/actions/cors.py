"""CORS: which origins a filter allows, the answer to a preflight, and the headers on every other answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from ..ir import Cors, Request, Response, as_bytes
from .headers import Line, joined

ALLOW_ORIGIN = b"access-control-allow-origin"
ALLOW_CREDENTIALS = b"access-control-allow-credentials"
EXPOSE_HEADERS = b"access-control-expose-headers"

# What the filter decides on an answer that is no preflight's. The other three headers mean something in a preflight only.
_DECIDED = frozenset((ALLOW_ORIGIN, ALLOW_CREDENTIALS, EXPOSE_HEADERS))

# Of an Origin only these three parts exist. Anything else (a path, userinfo, a second origin behind a comma) has no host
# that an entry could cover: `https://evil.test,https://x.bar.com` must not pass for a name below bar.com.
_ORIGIN = re.compile(
    rb"([a-z][a-z0-9+.-]*)://(\*|(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?", re.IGNORECASE
)
_VISIBLE = re.compile(rb"[\x21-\x7e]+")

# What is echoed in place of a `*`: a token, and a list of tokens. Not with the `*` that tokens may hold (RFC 9110 5.6.2),
# lest the echo says to a request with credentials what must not be said to it.
_METHOD = re.compile(rb"[!#$%&'+.^_`|~0-9A-Za-z-]+")
_NAMES = re.compile(rb"[!#$%&'+.^_`|~0-9A-Za-z, \t-]+")

_DEFAULT_PORTS = {b"http": 80, b"https": 443}


class Origin(NamedTuple):
    scheme: bytes
    host: bytes
    port: int | None


def is_preflight(request: Request) -> bool:
    """Whether a rule with a CORS filter answers this request itself, whatever the origin (C-2).

    >>> asked = [("Origin", "https://a.test"), ("Access-Control-Request-Method", "PUT")]
    >>> is_preflight(Request.of("OPTIONS", "b.test", "/", asked)), is_preflight(Request.of("OPTIONS", "b.test", "/"))
    (True, False)
    """
    if request.method != b"OPTIONS":
        return False
    names = {name.lower() for name, _ in request.headers}
    return b"origin" in names and b"access-control-request-method" in names


def preflight_response(request: Request, cors: Cors) -> Response:
    """The answer to a preflight: 204, with the CORS headers if the origin is allowed (C-4) and without any if not (C-3).

    What the client asks for is not checked against the lists, which the client does.

    >>> request = Request.of("OPTIONS", "b.test", "/", [("Origin", "https://a.test"), ("Access-Control-Request-Method", "PUT")])
    >>> for name, value in preflight_response(request, Cors(allow_origins=("*",), allow_methods=("GET", "PUT"))).headers:
    ...     print(name.decode(), value.decode(), sep=": ")
    access-control-allow-origin: *
    access-control-allow-methods: GET, PUT
    access-control-max-age: 5
    """
    origin = _allowed_origin(request, cors)
    if origin is None:
        return Response(204)
    headers = _for_every_answer(origin, cors)
    methods = _listed_or_echoed(request, cors, cors.allow_methods, b"access-control-request-method", _METHOD)
    if methods:
        headers.append((b"access-control-allow-methods", methods))
    names = _listed_or_echoed(request, cors, cors.allow_headers, b"access-control-request-headers", _NAMES)
    if names:
        headers.append((b"access-control-allow-headers", names))
    headers.append((b"access-control-max-age", b"%d" % cors.max_age))
    return Response(204, (*headers, *_vary(origin)))


def actual_headers(request: Request, cors: Cors) -> tuple[Line, ...]:
    """The headers that the answer to a request other than a preflight gains; none if its origin is not allowed (C-5, C-6).

    >>> request = Request.of("GET", "b.test", "/", [("Origin", "https://a.test")])
    >>> actual_headers(request, Cors(allow_origins=("https://*.test",)))
    ((b'access-control-allow-origin', b'https://a.test'), (b'vary', b'Origin'))
    >>> actual_headers(request, Cors(allow_origins=("https://*.a.test",)))
    ()
    """
    origin = _allowed_origin(request, cors)
    return () if origin is None else (*_for_every_answer(origin, cors), *_vary(origin))


def shared(request: Request, lines: Iterable[Line], cors: Cors) -> tuple[Line, ...]:
    """The response's lines with what the filter says in place of what the backend says about sharing it.

    Without an Origin the filter does nothing (C-1). With one that is not allowed, the backend's own permission goes too, for
    the filter is the one who decides (C-5).

    >>> request = Request.of("GET", "b.test", "/", [("Origin", "https://a.test")])
    >>> shared(request, [(b"Access-Control-Allow-Origin", b"*"), (b"etag", b"1")], Cors(allow_origins=("https://c.test",)))
    ((b'etag', b'1'),)
    """
    if joined(request.headers, b"origin") is None:
        return tuple(lines)
    kept = [line for line in lines if line[0].lower() not in _DECIDED]
    varies = {part.strip(b" \t").lower() for part in (joined(kept, b"vary") or b"").split(b",")}
    gained = actual_headers(request, cors)
    if varies & {b"origin", b"*"}:
        gained = tuple(line for line in gained if line[0] != b"vary")
    return (*kept, *gained)


def allows(entry: str, origin: bytes) -> bool:
    """Whether an entry of `allowOrigins` covers a request's Origin.

    >>> allows("https://*.bar.com", b"https://a.b.BAR.com:443"), allows("https://*.bar.com", b"https://bar.com")
    (True, False)
    >>> allows("*", b"null"), allows("http://*", b"http://any.test"), allows("http://*", b"http://any.test:8080")
    (True, True, False)
    """
    if entry == "*":
        return True
    pattern, given = _parsed(as_bytes(entry)), _parsed(origin)
    if pattern is None or given is None or b"*" in given.host:
        return False
    if (pattern.scheme, pattern.port) != (given.scheme, given.port):
        return False
    if pattern.host == b"*":
        return True
    # A parsed host starts with a label, so what ends in `.bar.com` has at least one before it.
    return given.host.endswith(pattern.host[1:]) if pattern.host.startswith(b"*.") else given.host == pattern.host


def _parsed(origin: bytes) -> Origin | None:
    found = _ORIGIN.fullmatch(origin)
    if found is None:
        return None
    scheme, host, port = found[1].lower(), found[2].lower(), found[3]
    return Origin(scheme, host, _DEFAULT_PORTS.get(scheme) if port is None else int(port))


class _Allowed(NamedTuple):
    value: bytes
    """For Access-Control-Allow-Origin."""
    echoed: bool


def _allowed_origin(request: Request, cors: Cors) -> _Allowed | None:
    """What Access-Control-Allow-Origin says; None if there is no Origin (C-1), or one that no entry allows (C-3, C-5, C-7)."""
    origin = joined(request.headers, b"origin")
    # No serialised origin holds a space or a control, and what is echoed must not break out of its line. Nor is `*` one: as
    # an echo beside credentials it would be the wildcard that is never sent there.
    if origin is None or origin == b"*" or not _VISIBLE.fullmatch(origin):
        return None
    if not any(allows(entry, origin) for entry in cors.allow_origins):
        return None
    if "*" in cors.allow_origins and not cors.allow_credentials:
        return _Allowed(b"*", echoed=False)
    return _Allowed(origin, echoed=True)


def _for_every_answer(origin: _Allowed, cors: Cors) -> list[Line]:
    headers = [(ALLOW_ORIGIN, origin.value)]
    if cors.allow_credentials:
        headers.append((ALLOW_CREDENTIALS, b"true"))
    # To a request with credentials `*` is a header of that name and no wildcard, so it is not sent.
    exposed = [name for name in cors.expose_headers if name != "*" or not cors.allow_credentials]
    if exposed:
        headers.append((EXPOSE_HEADERS, _list(exposed)))
    return headers


def _listed_or_echoed(
    request: Request, cors: Cors, configured: tuple[str, ...], asked: bytes, form: re.Pattern[bytes]
) -> bytes | None:
    """The list as configured. A `*` among it stands alone; with credentials it is what the client asked for, if anything."""
    if "*" not in configured:
        return _list(configured)
    if not cors.allow_credentials:
        return b"*"
    value = joined(request.headers, asked)
    return value if value is not None and form.fullmatch(value) else None


def _list(values: Iterable[str]) -> bytes:
    return b", ".join(as_bytes(value) for value in values)


def _vary(origin: _Allowed) -> tuple[Line, ...]:
    # A cache must not hand the answer for one origin to another.
    return ((b"vary", b"Origin"),) if origin.echoed else ()
