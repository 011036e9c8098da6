"""Errors in the form that a gRPC client reads: it takes a bare HTTP 500 for UNKNOWN."""

from __future__ import annotations

from ..ir import Response

_STATUSES = {400: 13, 404: 12, 500: 14, 503: 14}
_NAMES = {12: b"UNIMPLEMENTED", 13: b"INTERNAL", 14: b"UNAVAILABLE"}


def grpc_status(status: int) -> int | None:
    """The gRPC status of an HTTP status that the gateway answers; None for one that stands as it is, such as 421.

    >>> grpc_status(404), grpc_status(500), grpc_status(421)
    (12, 14, None)
    """
    return _STATUSES.get(status)


def grpc_response(status: int) -> Response:
    """The whole answer: headers that are trailers too, and no body.

    >>> grpc_response(12).headers[1:]
    ((b'grpc-status', b'12'), (b'grpc-message', b'UNIMPLEMENTED'))
    """
    lines = ((b"content-type", b"application/grpc"), (b"grpc-status", b"%d" % status), (b"grpc-message", _NAMES[status]))
    return Response(200, lines)
