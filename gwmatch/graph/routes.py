"""One route: where it attaches, what its rules lead to, and the conditions that say so (status.md 6 and 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from ..api import (
    EXPERIMENTAL_GROUP,
    GATEWAY_GROUP,
    GRPCRoute,
    HTTPRoute,
    ListenerSet,
    ParentReference,
    ResourceKey,
    RouteGroupKind,
    TLSRoute,
)
from ..options import Options
from .attachment import LetIn, let_in, reach, unreached
from .listeners import RESOLVED, resolved_refs
from .nodes import Condition, GatewayNode, ListenerNode, ListenerSetNode, ParentNode, Route, RouteNode, RuleNode
from .references import Fault
from .rules import resolve_rules
from .selectors import Namespaces
from .surroundings import Surroundings

_KINDS = {kind: RouteGroupKind(kind=kind) for kind in ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute")}
_WITH_HOSTNAMES = (HTTPRoute, GRPCRoute, TLSRoute)
_ACCEPTED = Condition("Accepted", "True", "Accepted", "The route is accepted.")
_ALL_WELL = (_ACCEPTED, RESOLVED)
"""What is said of most routes."""
_OLD_NAMES = {(EXPERIMENTAL_GROUP, "XListenerSet"): (GATEWAY_GROUP, ListenerSet.KIND)}
"""Who still writes the old kind of a ListenerSet means the objects that are read under the new one."""


class Parent(NamedTuple):
    """What a parentRef can lead to: a Gateway of ours, or a ListenerSet that names one."""

    key: ResourceKey
    gateway: ResourceKey
    listeners: tuple[ListenerNode, ...]
    """Those that it states itself (A-34)."""
    closed: str | None = None
    """Why no route can attach, whatever the listeners are like (A-38)."""


class Door(NamedTuple):
    """Where a parentRef leads the routes of one kind and namespace."""

    parent: Parent
    let_in: LetIn


class Doors:
    """Where parentRefs lead. Never changes what it answers, and finds out once for all routes of a kind and namespace: they
    mostly name the same few parents."""

    __slots__ = ("_known", "_namespaces", "_parents")

    def __init__(self, parents: Mapping[ResourceKey, Parent], namespaces: Namespaces) -> None:
        self._parents = parents
        self._namespaces = namespaces
        self._known: dict[tuple[str, str, tuple[ParentReference, ...]], tuple[tuple[ParentReference, Door], ...]] = {}

    def of(self, refs: tuple[ParentReference, ...], kind: str, namespace: str) -> tuple[tuple[ParentReference, Door], ...]:
        """Those of a list of parentRefs, without what leads to a parent that is not there, not ours, or of a kind that is no
        parent (RT-3)."""
        asked = kind, namespace, refs
        known = self._known.get(asked)
        if known is None:
            found = [(ref, self._find(ref, kind, namespace)) for ref in refs]
            known = self._known[asked] = tuple([(ref, door) for ref, door in found if door is not None])
        return known

    def _find(self, ref: ParentReference, kind: str, namespace: str) -> Door | None:
        parent = self._parents.get(parent_of(ref, namespace))
        if parent is None:
            return None
        if parent.closed is None:
            return Door(parent, let_in(_KINDS[kind], namespace, ref, parent.listeners, self._namespaces))
        message = f"{ref.kind} {ref.name} has no live listener: {parent.closed}"
        return Door(parent, LetIn((), Fault("NoMatchingParent", message), False))


class Context(msgspec.Struct, frozen=True):
    """All that a route is resolved against. Two routes never depend on each other here."""

    parents: Mapping[ResourceKey, Parent]
    """By the object that a parentRef names."""
    doors: Doors
    """Where parentRefs lead."""
    default_gateways: tuple[ResourceKey, ...]
    """Those to which routes with `useDefaultGateways` attach unasked."""
    references: Surroundings
    namespaces: Namespaces
    options: Options


def context_of(
    gateways: Mapping[ResourceKey, GatewayNode],
    listener_sets: Mapping[ResourceKey, ListenerSetNode],
    references: Surroundings,
    namespaces: Namespaces,
    options: Options,
) -> Context:
    """The context of all routes, from the Gateways that are ours and the ListenerSets that name them."""
    parents = {
        key: Parent(key, key, tuple(each for each in node.listeners if each.key.owner == key)) for key, node in gateways.items()
    }
    parents.update((key, Parent(key, node.gateway, node.listeners, node.closed)) for key, node in listener_sets.items())
    defaults = tuple(key for key, node in gateways.items() if node.resource.spec.default_scope == "All")
    return Context(parents, Doors(parents, namespaces), defaults, references, namespaces, options)


def resolve_route(route: Route, context: Context) -> RouteNode:
    """The route with its parents. The same route and context give the same node."""
    key = route.key
    kind, namespace = key.kind, key.namespace or ""
    rules, faults, assumed = resolve_rules(route, key, context.references, context.options)
    stated = _hostnames(route)
    fault, partial = _judge_rules(kind, rules)
    # PERF(bench_compile::bench_one_rule_resolve): as of most routes, whose conditions are one object then.
    all_well: tuple[Condition, ...] | None = None if faults or fault or partial else _ALL_WELL
    parents: list[ParentNode] = []
    unseen = False
    spec = route.spec
    doors = context.doors.of(spec.parent_refs, kind, namespace)
    named = len(doors)
    if spec.use_default_gateways == "All":
        doors += context.doors.of(_default_refs(spec.parent_refs, namespace, context), kind, namespace)
    for index, (ref, (parent, inside)) in enumerate(doors):
        attachments = reach(inside, stated)
        unseen = unseen or inside.unseen
        by_default = index >= named
        conditions = all_well if attachments else None
        if conditions is None:
            refused = fault if attachments else unreached(inside, stated)
            if refused is not None:
                if by_default:
                    continue  # nobody asked this Gateway in particular, so it owes no answer
                attachments = ()
            conditions = _conditions(refused, resolved_refs(faults), partial)
        parents.append(ParentNode(ref, parent.key, parent.gateway, attachments, conditions, by_default))
    if unseen:
        assumed = (*assumed, ResourceKey("", "Namespace", None, namespace))
    return RouteNode(route, key, tuple(parents), rules, assumed)


def _hostnames(route: Route) -> tuple[str, ...]:
    stated = route.spec.hostnames if isinstance(route, _WITH_HOSTNAMES) else ()
    for hostname in stated:
        if not hostname.islower():
            break
    else:
        return stated  # as most are: kept as the objects that they are
    return tuple([hostname.lower() for hostname in stated if hostname])


def _default_refs(stated: Sequence[ParentReference], namespace: str, context: Context) -> tuple[ParentReference, ...]:
    """The parentRefs that `useDefaultGateways` stands for (attachment.md 6), which follow those that are stated."""
    whole = {parent_of(ref, namespace) for ref in stated if not ref.section_name and ref.port is None}
    by_default = [key for key in context.default_gateways if key not in whole]
    return tuple([ParentReference(namespace=key.namespace, name=key.name) for key in by_default])


def _conditions(refused: Fault | None, resolved: Condition, partial: Condition | None) -> tuple[Condition, ...]:
    """A-31, RT-4."""
    if refused is not None:
        return Condition("Accepted", "False", *refused), resolved
    if partial is not None:
        return _ACCEPTED, resolved, partial
    return _ALL_WELL if resolved is RESOLVED else (_ACCEPTED, resolved)


def parent_of(ref: ParentReference, namespace: str) -> ResourceKey:
    """What a parentRef names. An absent namespace is the route's own; spelling it out changes nothing (A-37)."""
    group, kind = _OLD_NAMES.get((ref.group, ref.kind), (ref.group, ref.kind))
    return ResourceKey(group, kind, ref.namespace or namespace, ref.name)


def _judge_rules(kind: str, rules: Sequence[RuleNode]) -> tuple[Fault | None, Condition | None]:
    """Why no rule of the route can be used; or PartiallyInvalid, if some cannot."""
    for rule in rules:
        if rule.invalid:
            break
    else:
        # A GRPCRoute may come without rules; it takes its place and matches nothing (OQ-22).
        return (None, None) if rules or kind == GRPCRoute.KIND else (Fault("UnsupportedValue", "spec.rules is empty"), None)
    broken = [rule for rule in rules if rule.invalid]
    reason = broken[0].invalid_reason or "UnsupportedValue"
    details = "; ".join(f"{problem.at}: {problem.message}" for rule in broken for problem in rule.invalid)
    if len(broken) == len(rules):
        return Fault(reason, f"no rule can be used: {details}"), None
    # Drop mode: requests that only a dropped rule would match fall to other rules, or find none.
    named = ", ".join(f"rules[{rule.index}]" for rule in broken)
    return None, Condition("PartiallyInvalid", "True", reason, f"Dropped Rule {named}: {details}")
