"""What a rule asks of a request, kind of route by kind of route."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..api import (
    GRPCHeaderMatch,
    GRPCRouteMatch,
    GRPCRouteRule,
    HTTPHeaderMatch,
    HTTPQueryParamMatch,
    HTTPRouteMatch,
    HTTPRouteRule,
)
from ..ir import MethodMatch, PathKind, PathMatch, ValueMatch

CATCH_ALL = PathMatch(PathKind.PATH_PREFIX, b"", "/")


class Match(NamedTuple):
    """The conditions of an ir.Entry, in its order."""

    path: PathMatch = CATCH_ALL
    method: bytes | None = None
    headers: tuple[ValueMatch, ...] = ()
    query_params: tuple[ValueMatch, ...] = ()
    grpc: MethodMatch | None = None


def http_matches(rule: HTTPRouteRule) -> Iterator[Match]:
    """A rule without matches has one that is always true."""
    for match in rule.matches or (HTTPRouteMatch(),):
        yield Match(
            path=_path(match),
            method=None if match.method is None else match.method.encode(),
            headers=_first_of_each(match.headers or (), fold=True),
            query_params=_first_of_each(match.query_params or (), fold=False),
        )


def grpc_matches(rule: GRPCRouteRule) -> Iterator[Match]:
    """The same for gRPC, where an empty service or method counts as absent (G-2)."""
    for match in rule.matches or (GRPCRouteMatch(),):
        called = MethodMatch(None, None)
        if match.method is not None:
            service, method = match.method.service, match.method.method
            is_regex = match.method.type == "RegularExpression"
            called = MethodMatch(service.encode() if service else None, method.encode() if method else None, is_regex)
        yield Match(headers=_first_of_each(match.headers or (), fold=True), grpc=called)


def any_connection(rule: object) -> tuple[Match, ...]:
    """TLSRoute, TCPRoute and UDPRoute have no matches: who reaches the listener, under the route's hostnames, is taken."""
    return (Match(),)


def _path(match: HTTPRouteMatch) -> PathMatch:
    if match.path is None:
        return CATCH_ALL
    kind = PathKind(match.path.type)
    value = match.path.value.encode()
    if kind is PathKind.PATH_PREFIX and value.endswith(b"/"):
        value = value[:-1]  # `/abc` and `/abc/` are one prefix, and tie (OQ-32)
    return PathMatch(kind, value, match.path.value)


def _first_of_each(
    conditions: Iterable[HTTPHeaderMatch | HTTPQueryParamMatch | GRPCHeaderMatch], fold: bool
) -> tuple[ValueMatch, ...]:
    """Only the first condition on a name counts, for matching and for precedence; header names differ by more than case."""
    first: dict[bytes, ValueMatch] = {}
    for condition in conditions:
        name = (condition.name.lower() if fold else condition.name).encode()
        if name not in first:
            first[name] = ValueMatch(name, condition.value.encode(), condition.type == "RegularExpression")
    return tuple(first.values())
