"""The regular expressions of a rule, and which of them cannot be taken. The CRDs let any text pass (HI-X2, HI-X3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..api import GRPCRouteRule, HTTPRouteRule, Violation
from ..errors import FieldPath
from ..patterns import check_pattern
from .nodes import RouteRule

_REGULAR_EXPRESSION = "RegularExpression"


def bad_patterns(rule: RouteRule, at: FieldPath, limit: int) -> tuple[Violation, ...]:
    """Why each pattern of a rule that cannot be taken cannot be taken; `limit` is that of its automaton, in bytes."""
    patterns: Iterable[tuple[FieldPath, str]] = ()
    if isinstance(rule, HTTPRouteRule):
        for match in rule.matches:
            if match.headers or match.query_params or match.path.type == _REGULAR_EXPRESSION:
                patterns = _of_http(rule, at)
                break
        else:
            return ()  # PERF(bench_compile::bench_resolve): as most rules
    elif isinstance(rule, GRPCRouteRule):
        patterns = _of_grpc(rule, at)
    return tuple(
        [
            Violation(at=where, message=why, reason="UnsupportedValue")
            for where, pattern in patterns
            for why in [check_pattern(pattern, limit)]
            if why is not None
        ]
    )


def _of_http(rule: HTTPRouteRule, at: FieldPath) -> Iterator[tuple[FieldPath, str]]:
    for index, match in enumerate(rule.matches):
        here = (at / "matches")[index]
        if match.path.type == _REGULAR_EXPRESSION:
            yield here / "path" / "value", match.path.value
        for number, header in enumerate(match.headers):
            if header.type == _REGULAR_EXPRESSION:
                yield (here / "headers")[number] / "value", header.value
        for number, param in enumerate(match.query_params):
            if param.type == _REGULAR_EXPRESSION:
                yield (here / "queryParams")[number] / "value", param.value


def _of_grpc(rule: GRPCRouteRule, at: FieldPath) -> Iterator[tuple[FieldPath, str]]:
    """Service and method are two expressions, each matching a whole part of the path (G-3)."""
    for index, match in enumerate(rule.matches):
        here = (at / "matches")[index]
        if match.method is not None and match.method.type == _REGULAR_EXPRESSION:
            if match.method.service:
                yield here / "method" / "service", match.method.service
            if match.method.method:
                yield here / "method" / "method", match.method.method
        for number, header in enumerate(match.headers):
            if header.type == _REGULAR_EXPRESSION:
                yield (here / "headers")[number] / "value", header.value
