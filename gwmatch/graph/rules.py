"""The rules of a route: which are dropped, what their filters and backends lead to (status.md 7, actions.md 1 and 9)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import msgspec

from ..api import (
    BackendObjectReference,
    BackendRef,
    GRPCBackendRef,
    GRPCRouteFilter,
    GRPCRouteRule,
    HTTPBackendRef,
    HTTPRouteFilter,
    HTTPRouteRule,
    LocalObjectReference,
    ResourceKey,
    Violation,
    invalid_rules,
)
from ..errors import FieldPath, Problem
from ..options import Options
from .backends import follow
from .expressions import bad_patterns
from .nodes import BackendNode, FilterNode, Route, RouteRule, RuleNode
from .references import Fault
from .surroundings import Surroundings

_RULES = FieldPath() / "spec" / "rules"
_WITH_FILTERS = (HTTPRouteRule, GRPCRouteRule)
_REFS_WITH_FILTERS = (HTTPBackendRef, GRPCBackendRef)
_ONE_RULE = frozenset({"TLSRoute", "TCPRoute", "UDPRoute"})
"""Kinds that can have but one rule, though old versions admit more."""


Rules = tuple[tuple[RuleNode, ...], list[Fault], tuple[ResourceKey, ...]]
"""The nodes; the faults of all references, in document order; what was assumed."""


def resolve_rules(route: Route, key: ResourceKey, surroundings: Surroundings, options: Options) -> Rules:
    """The rules with everything that they refer to. References of dropped rules are judged too: they are the route's."""
    # PERF(bench_compile::bench_resolve): what was judged when it came in is not judged again.
    broken = {} if surroundings.resources.is_sound(route, key) else invalid_rules(route)
    follower = _Follower(key, surroundings)
    nodes: list[RuleNode] = []
    rules: Sequence[RouteRule] = route.spec.rules
    for index, rule in enumerate(rules):
        at = _at(index)
        violations = bad_patterns(rule, at, options.regex_automaton_limit)
        if broken and index in broken:
            violations = (*broken[index], *violations)
        if index and key.kind in _ONE_RULE:
            violations = (*violations, _superfluous(key.kind, at))
        filters = follower.filters(rule.filters, at) if isinstance(rule, _WITH_FILTERS) and rule.filters else ()
        backends = follower.backends(rule.backend_refs, at) if rule.backend_refs else ()
        if violations:
            problems = tuple(_problem(key, violation) for violation in violations)
            nodes.append(RuleNode(index, problems, violations[0].reason, filters, backends))
        else:
            nodes.append(RuleNode(index, (), None, filters, backends))
    return tuple(nodes), follower.faults, follower.assumed


@lru_cache(maxsize=64)
def _at(index: int) -> FieldPath:
    return _RULES[index]


@lru_cache(maxsize=1024)
def _backend_at(at: FieldPath, index: int) -> FieldPath:
    return (at / "backendRefs")[index]


class _Follower:
    """Follows the references of one route and keeps account of what came of them."""

    __slots__ = ("_followed", "_route", "_surroundings", "assumed", "faults")

    def __init__(self, route: ResourceKey, surroundings: Surroundings) -> None:
        self.faults: list[Fault] = []
        self.assumed: tuple[ResourceKey, ...] = ()
        """Each once."""
        self._route = route
        self._surroundings = surroundings
        self._followed = surroundings.followed(route.kind, route.namespace)

    def filters(self, filters: Sequence[HTTPRouteFilter | GRPCRouteFilter], at: FieldPath) -> tuple[FilterNode, ...]:
        return tuple(self._filter(each, (at / "filters")[index]) for index, each in enumerate(filters))

    def backends(self, refs: tuple[BackendRef, ...], at: FieldPath) -> tuple[BackendNode, ...]:
        is_filtered = False
        for ref in refs:
            if isinstance(ref, _REFS_WITH_FILTERS) and ref.filters:
                is_filtered = True
        known = None if is_filtered else self._followed.get(refs)
        if known is None:
            before, self.assumed = self.assumed, ()
            faults = len(self.faults)
            nodes = []
            for index, ref in enumerate(refs):
                node = self._follow(ref, _backend_at(at, index))
                if is_filtered and isinstance(ref, _REFS_WITH_FILTERS):
                    node = msgspec.structs.replace(node, filters=self.filters(ref.filters, _backend_at(at, index)))
                nodes.append(node if ref.weight == 1 else msgspec.structs.replace(node, weight=ref.weight))
            known = tuple(nodes), self.assumed
            self.assumed = before
            if len(self.faults) == faults and not is_filtered:  # what a fault says names the field
                self._followed[refs] = known
        found, assumed = known
        if assumed:
            self._assume(assumed)
        return found

    def _assume(self, keys: tuple[ResourceKey, ...]) -> None:
        self.assumed = tuple(dict.fromkeys((*self.assumed, *keys))) if self.assumed else keys

    def _filter(self, each: HTTPRouteFilter | GRPCRouteFilter, at: FieldPath) -> FilterNode:
        if each.type == "RequestMirror" and each.request_mirror is not None:
            # the rule keeps going without a mirror that cannot be reached; lowering reads that from the type.
            return _with_backend(each, self._follow(each.request_mirror.backend_ref, at / "requestMirror" / "backendRef"))
        if isinstance(each, HTTPRouteFilter) and each.type == "ExternalAuth" and each.external_auth is not None:
            backend = self._follow(each.external_auth.backend_ref, at / "externalAuth" / "backendRef")
            if backend.reason is not None or self._surroundings.external_auth:
                return _with_backend(each, backend)
            # HI-W4: nobody may come through because the question was not put.
            fault = Fault("UnsupportedValue", f"{at}: filters of type ExternalAuth are not carried out")
            self.faults.append(fault)
            return FilterNode(each, backend, *fault)
        if each.type == "ExtensionRef" and each.extension_ref is not None:
            return self._extension(each, each.extension_ref, at / "extensionRef")
        return FilterNode(each)

    def _extension(self, each: HTTPRouteFilter | GRPCRouteFilter, ref: LocalObjectReference, at: FieldPath) -> FilterNode:
        """F-5, OQ-23. It can only name objects of the route's own namespace."""
        key = ResourceKey(ref.group, ref.kind, self._route.namespace, ref.name)
        if not self._surroundings.extensions.plays(ref.group, ref.kind, "filter"):
            kind = f"{ref.kind}.{ref.group}" if ref.group else ref.kind
            fault = Fault("InvalidKind", f"{at} refers to a {kind}, a kind of filter that is not known")
        elif self._surroundings.extensions.lacks(key):
            fault = Fault("BackendNotFound", f"{at} refers to {key}, which does not exist")
        else:
            return FilterNode(each, extension=key)
        self.faults.append(fault)
        return FilterNode(each, None, *fault)

    def _follow(self, ref: BackendObjectReference, at: FieldPath) -> BackendNode:
        backend, is_assumed = follow(self._route, ref, at, self._surroundings)
        if backend.reason is not None:
            self.faults.append(Fault(backend.reason, backend.message))
        if is_assumed:
            self._assume((ResourceKey(backend.group, backend.kind, backend.namespace, backend.name),))
        return backend


def _with_backend(each: HTTPRouteFilter | GRPCRouteFilter, backend: BackendNode) -> FilterNode:
    return FilterNode(each, backend) if backend.reason is None else FilterNode(each, backend, backend.reason, backend.message)


def _superfluous(kind: str, at: FieldPath) -> Violation:
    """OQ-24: rules beside the first of a route that has nothing to choose between them by."""
    return Violation(at=at, message=f"a {kind} has but one rule, its first; make this one a route of its own")


def _problem(route: ResourceKey, violation: Violation) -> Problem:
    return Problem(message=violation.message, resource=str(route), at=violation.at)
