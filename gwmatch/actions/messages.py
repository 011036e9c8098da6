"""A request on its way to the backend, and the backend's headers on their way back.

The rule's filters stand around the backend's: a request meets the rule's first (F-1), a response the backend's first.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..ir import Filters, Request, as_bytes
from .cors import shared
from .headers import Line, edited
from .paths import rewritten


def forwarded(request: Request, entry_filters: Filters, backend_filters: Filters, *, target: bytes | None = None) -> Request:
    """The request as the backend sees it. What no filter names stays byte for byte; Host keeps its port.

    `target` stands in for the request's path: the normal form under `normalize="rewrite"`.

    >>> from gwmatch.ir import HeaderEdit, PathEdit, Rewrite
    >>> request = Request.of("GET", "shop.example.com:8080", "/cart/1?v=2", [("x-a", "1")])
    >>> forwarded(request, Filters(), Filters()) is request
    True
    >>> rule = Filters(rewrite=Rewrite("cart.internal", PathEdit(b"/", prefix=b"/cart")))
    >>> seen = forwarded(request, rule, Filters(request_headers=HeaderEdit(add=((b"X-A", b"2"),))))
    >>> seen.host, seen.path, seen.headers
    (b'cart.internal', b'/1?v=2', ((b'x-a', b'1,2'),))

    Where the rule and the backend both rewrite the path, the backend's edit is carried out on the path that was matched, for
    that is the path whose prefix ReplacePrefixMatch means. Hostnames go the same way: the backend's, else the rule's.
    """
    path = request.path if target is None else target
    host, headers = request.host, request.headers
    hostname = edit = None
    for filters in (entry_filters, backend_filters):
        if filters.request_headers is not None:
            headers = edited(headers, filters.request_headers)
        if filters.rewrite is not None:
            hostname = filters.rewrite.hostname or hostname
            edit = filters.rewrite.path or edit
    if hostname:
        host = as_bytes(hostname)
        # HI-H9: Host and `:authority` may not part, also where a caller hands over both.
        headers = tuple((name, host if name.lower() == b"host" else value) for name, value in headers)
    path = rewritten(path, edit)
    if (host, path, headers) == (request.host, request.path, request.headers):
        return request
    return Request(request.method, host, path, headers, request.sni)


def response_headers(request: Request, headers: Sequence[Line], rule: Filters, backend: Filters) -> tuple[Line, ...]:
    """The backend's response headers as the client gets them: edited by the backend's filters, by the rule's, then CORS.

    CORS comes last, since its answer must hold whatever an edit did. The rule's CORS filter counts where it has one, for it
    also answered the preflight; else the backend's.

    >>> from gwmatch.ir import Cors, HeaderEdit
    >>> request = Request.of("GET", "b.test", "/", [("Origin", "https://a.test")])
    >>> rule = Filters(response_headers=HeaderEdit(set=((b"x-by", b"rule"),)), cors=Cors(allow_origins=("*",)))
    >>> backend = Filters(response_headers=HeaderEdit(set=((b"x-by", b"backend"),)))
    >>> response_headers(request, [(b"ETag", b"1")], rule, backend)
    ((b'ETag', b'1'), (b'x-by', b'rule'), (b'access-control-allow-origin', b'*'))
    """
    lines = tuple(headers)
    for filters in (backend, rule):
        if filters.response_headers is not None:
            lines = edited(lines, filters.response_headers)
    cors = backend.cors if rule.cors is None else rule.cors
    return lines if cors is None else shared(request, lines, cors)
