"""The rules of an HTTPRoute: which are dropped, what their filters and backends lead to (status.md 7, actions.md 1 and 9)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..api import (
    BackendObjectReference,
    HTTPBackendRef,
    HTTPRoute,
    HTTPRouteFilter,
    HTTPRouteRule,
    ResourceKey,
    Violation,
    invalid_rules,
)
from ..errors import FieldPath, Problem
from ..options import Options
from ..patterns import check_pattern
from .backends import Backend, follow
from .nodes import BackendNode, FilterNode, RuleNode
from .references import Fault, References

_RULES = FieldPath() / "spec" / "rules"
_REGULAR_EXPRESSION = "RegularExpression"


class Rules(NamedTuple):
    nodes: tuple[RuleNode, ...]
    faults: tuple[Fault, ...]
    """Of all references, in document order."""
    assumed: tuple[ResourceKey, ...]


def resolve_rules(route: HTTPRoute, references: References, options: Options) -> Rules:
    """The rules with everything that they refer to. References of dropped rules are judged too: they are the route's."""
    broken = invalid_rules(route)
    follower = _Follower(route.key, references)
    nodes: list[RuleNode] = []
    for index, rule in enumerate(route.spec.rules):
        at = _RULES[index]
        violations = (*broken.get(index, ()), *_bad_patterns(rule, at, options.regex_automaton_limit))
        nodes.append(
            RuleNode(
                index=index,
                invalid=tuple(_problem(route.key, violation) for violation in violations),
                invalid_reason=violations[0].reason if violations else None,
                filters=follower.filters(rule.filters, at),
                backends=follower.backends(rule.backend_refs, at),
            )
        )
    return Rules(tuple(nodes), tuple(follower.faults), tuple(dict.fromkeys(follower.assumed)))


class _Follower:
    """Follows the references of one route and keeps account of what came of them."""

    def __init__(self, route: ResourceKey, references: References) -> None:
        self.faults: list[Fault] = []
        self.assumed: list[ResourceKey] = []
        self._route = route
        self._references = references

    def filters(self, filters: Sequence[HTTPRouteFilter], at: FieldPath) -> tuple[FilterNode, ...]:
        return tuple(self._filter(each, (at / "filters")[index]) for index, each in enumerate(filters))

    def backends(self, refs: Sequence[HTTPBackendRef], at: FieldPath) -> tuple[BackendNode, ...]:
        nodes: list[BackendNode] = []
        for index, ref in enumerate(refs):
            here = (at / "backendRefs")[index]
            backend = self._follow(ref, here)
            nodes.append(backend.node(ref.weight, self.filters(ref.filters, here)))
        return tuple(nodes)

    def _filter(self, each: HTTPRouteFilter, at: FieldPath) -> FilterNode:
        if each.type == "RequestMirror" and each.request_mirror is not None:
            # the rule keeps going without a mirror that cannot be reached; lowering reads that from the type.
            return _with_backend(each, self._follow(each.request_mirror.backend_ref, at / "requestMirror" / "backendRef"))
        if each.type == "ExternalAuth" and each.external_auth is not None:
            backend = self._follow(each.external_auth.backend_ref, at / "externalAuth" / "backendRef")
            if backend.fault is not None:
                return _with_backend(each, backend)
            # HI-W4: nobody may come through because the question was not put.
            fault = Fault("UnsupportedValue", f"{at}: filters of type ExternalAuth are not carried out")
            self.faults.append(fault)
            return FilterNode(each, backend.node(), *fault)
        if each.type == "ExtensionRef" and each.extension_ref is not None:
            ref = each.extension_ref
            kind = f"{ref.kind}.{ref.group}" if ref.group else ref.kind
            fault = Fault("InvalidKind", f"{at}.extensionRef refers to a {kind}, a kind of filter that is not known")
            self.faults.append(fault)
            return FilterNode(each, None, *fault)
        return FilterNode(each)

    def _follow(self, ref: BackendObjectReference, at: FieldPath) -> Backend:
        backend = follow(self._route, ref, at, self._references)
        if backend.fault is not None:
            self.faults.append(backend.fault)
        if backend.assumed:
            self.assumed.append(ResourceKey(*backend.target))
        return backend


def _with_backend(each: HTTPRouteFilter, backend: Backend) -> FilterNode:
    return FilterNode(each, backend.node()) if backend.fault is None else FilterNode(each, backend.node(), *backend.fault)


def _problem(route: ResourceKey, violation: Violation) -> Problem:
    return Problem(message=violation.message, resource=str(route), at=violation.at)


def _bad_patterns(rule: HTTPRouteRule, at: FieldPath, limit: int) -> Iterator[Violation]:
    """Regular expressions that cannot be taken. The CRDs let any text pass."""
    for where, pattern in _patterns(rule, at):
        why = check_pattern(pattern, limit)
        if why is not None:
            yield Violation(at=where, message=why, reason="UnsupportedValue")


def _patterns(rule: HTTPRouteRule, at: FieldPath) -> Iterator[tuple[FieldPath, str]]:
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
