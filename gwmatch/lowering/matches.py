"""What a rule asks of a request, kind of route by kind of route."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from ..api import (
    GRPCHeaderMatch,
    GRPCMethodMatch,
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


def http_matches(rule: HTTPRouteRule) -> list[Match]:
    """A rule without matches has one that is always true."""
    return [
        Match(
            CATCH_ALL if match.path is None else _path(match.path.type, match.path.value),
            None if match.method is None else match.method.encode(),
            _first_of_each(match.headers, fold=True) if match.headers else (),
            _first_of_each(match.query_params, fold=False) if match.query_params else (),
        )
        for match in rule.matches or (HTTPRouteMatch(),)
    ]


def grpc_matches(rule: GRPCRouteRule) -> list[Match]:
    """The same for gRPC, where an empty service or method counts as absent (G-2)."""
    return [
        Match(headers=_first_of_each(match.headers or (), fold=True), grpc=_called(match.method))
        for match in rule.matches or (GRPCRouteMatch(),)
    ]


def any_connection(rule: object) -> tuple[Match, ...]:
    """TLSRoute, TCPRoute and UDPRoute have no matches: who reaches the listener, under the route's hostnames, is taken."""
    return (Match(),)


def _called(written: GRPCMethodMatch | None) -> MethodMatch:
    if written is None:
        return MethodMatch(None, None)
    service, method = written.service, written.method
    is_regex = written.type == "RegularExpression"
    return MethodMatch(service.encode() if service else None, method.encode() if method else None, is_regex)


# PERF(bench_compile::bench_lower): many routes have the same few paths, and share what they are lowered to.
@lru_cache(maxsize=4096)
def _path(type: str, written: str) -> PathMatch:
    kind = PathKind(type)
    value = written.encode()
    if kind is PathKind.PATH_PREFIX and value.endswith(b"/"):
        value = value[:-1]  # `/abc` and `/abc/` are one prefix, and tie (OQ-32)
    return PathMatch(kind, value, written)


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
