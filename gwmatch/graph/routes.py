"""One route: where it attaches, what its rules lead to, and the conditions that say so (status.md 6 and 7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from . import hostnames
from .attachment import Reached, Visitor, attach
from .listeners import resolved_refs
from .nodes import Condition, GatewayNode, ListenerNode, ListenerSetNode, ParentNode, Route, RouteNode, RuleNode
from .references import Fault
from .rules import resolve_rules
from .selectors import Namespaces
from .surroundings import Surroundings

_KINDS = {kind: RouteGroupKind(kind=kind) for kind in ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute")}
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


class Context(msgspec.Struct, frozen=True):
    """All that a route is resolved against. Two routes never depend on each other here."""

    parents: Mapping[ResourceKey, Parent]
    """By the object that a parentRef names."""
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
    return Context(parents, defaults, references, namespaces, options)


def resolve_route(route: Route, context: Context) -> RouteNode:
    """The route with its parents. The same route and context give the same node."""
    rules = resolve_rules(route, context.references, context.options)
    namespace = route.key.namespace or ""
    visitor = Visitor(_KINDS[route.key.kind], namespace, _hostnames(route))
    resolved = resolved_refs(rules.faults)
    fault, partial = _judge_rules(route.key.kind, rules.nodes)
    parents: list[ParentNode] = []
    unseen = False
    for ref, by_default in _parent_refs(route, context):
        parent = context.parents.get(_parent(ref, namespace))
        if parent is None:  # not there, not ours, or of a kind that is no parent: no entry (RT-3)
            continue
        reached = _attach(visitor, ref, parent, context.namespaces)
        unseen = unseen or reached.unseen
        refused = reached.fault or fault
        if refused is not None and by_default:
            continue  # nobody asked this Gateway in particular, so it owes no answer
        conditions = [
            Condition("Accepted", "False", *refused)
            if refused
            else Condition("Accepted", "True", "Accepted", "The route is accepted."),
            resolved,  # A-31, RT-4
        ]
        if refused is None and partial is not None:
            conditions.append(partial)
        parents.append(
            ParentNode(
                ref=ref,
                parent=parent.key,
                gateway=parent.gateway,
                attachments=() if refused else reached.attachments,
                conditions=tuple(conditions),
                by_default=by_default,
            )
        )
    own_namespace = ResourceKey("", "Namespace", None, namespace)
    return RouteNode(
        resource=route,
        key=route.key,
        parents=tuple(parents),
        rules=rules.nodes,
        assumed=(*rules.assumed, own_namespace) if unseen else rules.assumed,
    )


def _hostnames(route: Route) -> tuple[str, ...]:
    stated = route.spec.hostnames if isinstance(route, HTTPRoute | GRPCRoute | TLSRoute) else ()
    return tuple(filter(None, map(hostnames.normal, stated)))


def _parent_refs(route: Route, context: Context) -> Iterator[tuple[ParentReference, bool]]:
    """The parentRefs in their order, then those that `useDefaultGateways` stands for (attachment.md 6)."""
    stated = route.spec.parent_refs
    for ref in stated:
        yield ref, False
    if route.spec.use_default_gateways != "All":
        return
    whole = {_parent(ref, route.key.namespace or "") for ref in stated if not ref.section_name and ref.port is None}
    for key in context.default_gateways:
        if key not in whole:
            yield ParentReference(namespace=key.namespace, name=key.name), True


def _parent(ref: ParentReference, namespace: str) -> ResourceKey:
    """What a parentRef names. An absent namespace is the route's own; spelling it out changes nothing (A-37)."""
    group, kind = _OLD_NAMES.get((ref.group, ref.kind), (ref.group, ref.kind))
    return ResourceKey(group, kind, ref.namespace or namespace, ref.name)


def _attach(visitor: Visitor, ref: ParentReference, parent: Parent, namespaces: Namespaces) -> Reached:
    if parent.closed is not None:
        return Reached((), Fault("NoMatchingParent", f"{ref.kind} {ref.name} has no live listener: {parent.closed}"), False)
    return attach(visitor, ref, parent.listeners, namespaces)


def _judge_rules(kind: str, rules: Sequence[RuleNode]) -> tuple[Fault | None, Condition | None]:
    """Why no rule of the route can be used; or PartiallyInvalid, if some cannot."""
    broken = [rule for rule in rules if rule.invalid]
    if not broken:
        # A GRPCRoute may come without rules; it takes its place and matches nothing (OQ-22).
        return (None, None) if rules or kind == GRPCRoute.KIND else (Fault("UnsupportedValue", "spec.rules is empty"), None)
    reason = broken[0].invalid_reason or "UnsupportedValue"
    details = "; ".join(f"{problem.at}: {problem.message}" for rule in broken for problem in rule.invalid)
    if len(broken) == len(rules):
        return Fault(reason, f"no rule can be used: {details}"), None
    # Drop mode: requests that only a dropped rule would match fall to other rules, or find none.
    named = ", ".join(f"rules[{rule.index}]" for rule in broken)
    return None, Condition("PartiallyInvalid", "True", reason, f"Dropped Rule {named}: {details}")
