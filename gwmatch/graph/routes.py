"""One route: where it attaches, what its rules lead to, and the conditions that say so (status.md 6 and 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from ..api import HTTPRoute, ParentReference, ResourceKey, RouteGroupKind
from ..options import Options
from . import hostnames
from .attachment import Visitor, attach
from .listeners import resolved_refs
from .nodes import Condition, GatewayNode, ListenerNode, ParentNode, RouteNode, RuleNode
from .references import Fault, References
from .rules import resolve_rules
from .selectors import Namespaces

_KIND = RouteGroupKind(kind=HTTPRoute.KIND)


class Context(msgspec.Struct, frozen=True):
    """All that a route is resolved against. Two routes never depend on each other."""

    gateways: Mapping[ResourceKey, GatewayNode]
    """Ours."""
    listeners: Mapping[ResourceKey, tuple[ListenerNode, ...]]
    """By the object that states them, which is what a parentRef names (A-34)."""
    references: References
    namespaces: Namespaces
    options: Options


def resolve_route(route: HTTPRoute, context: Context) -> RouteNode:
    """The route with its parents. The same route and context give the same node."""
    rules = resolve_rules(route, context.references, context.options)
    namespace = route.key.namespace or ""
    visitor = Visitor(_KIND, namespace, tuple(filter(None, map(hostnames.normal, route.spec.hostnames))))
    resolved = resolved_refs(rules.faults)
    fault, partial = _judge_rules(rules.nodes)
    parents: list[ParentNode] = []
    unseen = False
    for ref in route.spec.parent_refs:
        parent = _parent(ref, namespace)
        listeners = context.listeners.get(parent)
        if listeners is None:  # not there, not ours, or of a kind that is no parent: no entry (RT-3)
            continue
        reached = attach(visitor, ref, listeners, context.namespaces)
        unseen = unseen or reached.unseen
        refused = reached.fault or fault
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
                parent=parent,
                gateway=listeners[0].gateway if listeners else parent,
                attachments=() if refused else reached.attachments,
                conditions=tuple(conditions),
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


def _parent(ref: ParentReference, namespace: str) -> ResourceKey:
    """What a parentRef names. An absent namespace is the route's own; spelling it out changes nothing (A-37)."""
    return ResourceKey(ref.group, ref.kind, ref.namespace or namespace, ref.name)


def _judge_rules(rules: Sequence[RuleNode]) -> tuple[Fault | None, Condition | None]:
    """Why no rule of the route can be used; or PartiallyInvalid, if some cannot."""
    broken = [rule for rule in rules if rule.invalid]
    if not broken:
        return (None, None) if rules else (Fault("UnsupportedValue", "spec.rules is empty"), None)
    reason = broken[0].invalid_reason or "UnsupportedValue"
    details = "; ".join(f"{problem.at}: {problem.message}" for rule in broken for problem in rule.invalid)
    if len(broken) == len(rules):
        return Fault(reason, f"no rule can be used: {details}"), None
    # Drop mode: requests that only a dropped rule would match fall to other rules, or find none.
    named = ", ".join(f"rules[{rule.index}]" for rule in broken)
    return None, Condition("PartiallyInvalid", "True", reason, f"Dropped Rule {named}: {details}")
