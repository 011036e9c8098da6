"""GRPCRoute: the route and its rules (V-GR), method matches (V-GM), filters (V-GF-2)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from ...errors import FieldPath
from ..findings import shown
from ..grpcroute import GRPCMethodMatch, GRPCRoute, GRPCRouteFilter, GRPCRouteMatch, GRPCRouteRule
from .filters import MEMBERS, header_lists, header_modifier, mirror, mirror_limits, union
from .references import backend_ref
from .routes import RULES, matches_in_all, rule_names, shared_fields
from .sessionpersistence import persistence, persistence_words
from .violation import Channel, Violation, distinct, one_of

_MATCH_TYPES: Final = ("Exact", "RegularExpression")
_TYPES: Final = ("RequestHeaderModifier", "ResponseHeaderModifier", "RequestMirror", "ExtensionRef")
_MEMBERS: Final = {name: MEMBERS[name] for name in _TYPES}
_ONCE: Final = ("RequestHeaderModifier", "ResponseHeaderModifier")
# The CRD folds case, and by its engine's tables two letters outside ASCII are an s and a k.
_LETTER: Final = "A-Za-z_\u017f\u212a"
_SERVICE: Final = re.compile(rf"\A\.?[{_LETTER}][{_LETTER}0-9]*(?:\.[{_LETTER}][{_LETTER}0-9]*)*\Z")
_METHOD: Final = re.compile(r"\A[A-Za-z_][A-Za-z_0-9]*\Z")


def grpcroute(resource: GRPCRoute, channel: Channel) -> Iterator[Violation]:
    """Everything about a route."""
    spec = resource.spec
    yield from shared_fields(spec, channel)
    yield from matches_in_all([len(rule.matches) for rule in spec.rules])  # V-GR-1
    if channel == "experimental":  # V-GR-2
        yield from rule_names(spec.rules)
    for index, rule in enumerate(spec.rules):
        yield from invalid_grpc_rule(rule, RULES[index], channel)
        yield from _refused_rule(rule, RULES[index], channel)


def invalid_grpc_rule(rule: GRPCRouteRule, at: FieldPath, channel: Channel = "experimental") -> Iterator[Violation]:
    """What makes a rule invalid (status.md 7): nobody could say what it should do."""
    for index, match in enumerate(rule.matches):
        yield from _match(match, (at / "matches")[index])
    yield from _filter_list(rule.filters, at / "filters", channel)
    for index, backend in enumerate(rule.backend_refs):
        yield from _filter_list(backend.filters, (at / "backendRefs")[index] / "filters", channel)
    if rule.session_persistence is not None:
        yield from persistence_words(rule.session_persistence, at / "sessionPersistence")


def _refused_rule(rule: GRPCRouteRule, at: FieldPath, channel: Channel) -> Iterator[Violation]:
    """What an API server refuses besides."""
    for index, match in enumerate(rule.matches):  # V-API-3
        names = "header names must be unique"
        yield from distinct(match.headers, names, (at / "matches")[index], "headers", field="name", key=lambda each: each.name)
    yield from _filter_limits(rule.filters, at / "filters", channel)
    for index, backend in enumerate(rule.backend_refs):
        where = (at / "backendRefs")[index]
        yield from backend_ref(backend, where)
        yield from _filter_limits(backend.filters, where / "filters", channel)
    if rule.session_persistence is not None:
        yield from persistence(rule.session_persistence, at / "sessionPersistence")


def _match(match: GRPCRouteMatch, at: FieldPath) -> Iterator[Violation]:
    if match.method is not None:
        yield from _method(match.method, at / "method")
    for index, header in enumerate(match.headers):
        yield from one_of(header.type, _MATCH_TYPES, at, "headers", index, "type")


def _method(given: GRPCMethodMatch, at: FieldPath) -> Iterator[Violation]:
    yield from one_of(given.type, _MATCH_TYPES, at, "type")
    if given.service is None and given.method is None:  # V-GM-1; an empty text is one
        yield Violation(at=at, message="must have a service, a method, or both; leave it out to take every call")
    if given.type != "Exact":
        return
    if given.service is not None and _SERVICE.match(given.service) is None:  # V-GM-2
        message = f"must be a service such as shop.v1.Cart: letters, digits and '_' between dots; is {shown(given.service)}"
        yield Violation(at=at / "service", message=message)
    if given.method is not None and _METHOD.match(given.method) is None:  # V-GM-3
        message = (
            f"must be a method such as Checkout: letters, digits and '_', not starting with a digit; is {shown(given.method)}"
        )
        yield Violation(at=at / "method", message=message)


def _filter_list(filters: tuple[GRPCRouteFilter, ...], at: FieldPath, channel: Channel) -> Iterator[Violation]:
    if not filters:
        return
    counts = Counter(each.type for each in filters)
    for name in _ONCE:  # V-GF-2
        if counts[name] > 1:
            yield Violation(at=at, message=f"must have at most one {name}, has {counts[name]}; merge them")
    for index, each in enumerate(filters):
        where = at[index]
        yield from union(each, _MEMBERS, where)
        if each.request_header_modifier is not None:
            yield from header_modifier(each.request_header_modifier, where / "requestHeaderModifier", channel)
        if each.response_header_modifier is not None:
            yield from header_modifier(each.response_header_modifier, where / "responseHeaderModifier", channel)
        if each.request_mirror is not None:
            yield from mirror(each.request_mirror, where / "requestMirror")


def _filter_limits(filters: tuple[GRPCRouteFilter, ...], at: FieldPath, channel: Channel) -> Iterator[Violation]:
    for index, each in enumerate(filters):
        where = at[index]
        if each.request_header_modifier is not None:
            yield from header_lists(each.request_header_modifier, where / "requestHeaderModifier", channel)
        if each.response_header_modifier is not None:
            yield from header_lists(each.response_header_modifier, where / "responseHeaderModifier", channel)
        if each.request_mirror is not None:
            yield from mirror_limits(each.request_mirror, where / "requestMirror")
