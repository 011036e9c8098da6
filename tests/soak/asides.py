"""Requests that gwmatch.testing does not draw near a rule: gRPC calls, preflights, other server names, what is too long."""

from __future__ import annotations

import random

from msgspec import structs

from gwmatch import Request

SERVER_NAMES = (None, b"b.a.test", b"x.test", b"unknown.example", b"a..test", b"h1.a.test")
PREFLIGHT = ((b"Origin", b"https://a.test"), (b"Access-Control-Request-Method", b"PUT"))
LONG = 8192
"""Bytes of a value that an expression reads, and of a path (HI-X5, HI-P8)."""


def aside(request: Request, rng: random.Random) -> Request:
    """Mostly the request as it is."""
    match rng.randrange(24):
        case 0:
            return structs.replace(request, sni=rng.choice(SERVER_NAMES)) if request.sni is not None else request
        case 1 | 2:
            path = rng.choice((b"/shop.Cart/Get", b"/shop.Cart/Put", b"/shop.Pay/Get", b"/shop.Cart", b"/shop.Cart/Get/x"))
            kind = rng.choice((b"application/grpc", b"application/grpc+proto", b"Application/gRPC;v=1", b"application/grpcx"))
            return structs.replace(request, method=b"POST", path=path, headers=(*request.headers, (b"Content-Type", kind)))
        case 3:
            return structs.replace(request, method=b"OPTIONS", headers=(*request.headers, *PREFLIGHT))
        case 4:
            name = rng.choice((b"x-a", b"X-B", b"Cookie", b"x-0"))
            return structs.replace(request, headers=(*request.headers, (name, b"1"), (name.lower(), rng.choice((b"", b"2")))))
        case 5:
            return structs.replace(request, host=rng.choice((None, b"", b"1.2.3.4", b"[::1]:80", b"A" * 64 + b".test")))
        case 6 if rng.random() < 0.2:
            long = b"a" * rng.choice((LONG - 1, LONG, LONG + 1))
            if rng.random() < 0.5:
                return structs.replace(request, path=b"/" + long[1:])
            return structs.replace(request, headers=(*request.headers, (b"x-a", long)))
    return request
