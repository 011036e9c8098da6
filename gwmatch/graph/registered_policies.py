"""Policies of kinds that the caller registered: what they name, whether they may, and which hold (actions.md 15).

What they say is the caller's. Direct policies are never merged: one holds per target and section. Inherited ones flow down,
and all of them are told, so that the caller can fold them by the strategy of its kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..api import (
    Gateway,
    GatewayClass,
    GRPCRoute,
    HTTPRoute,
    ListenerSet,
    Resource,
    ResourceKey,
    ResourceSet,
    Service,
    ServiceImport,
    TCPRoute,
    TLSRoute,
    UDPRoute,
    XBackend,
)
from ..options import ExtensionKind
from .policies import Judged, accepted, contest, lost, seniority
from .policy_nodes import PolicyTarget
from .references import Fault
from .surroundings import Surroundings

_KINDS: Mapping[tuple[str, str], type[Resource]] = {
    (kind.GROUP, kind.KIND): kind
    for kind in (
        GatewayClass,
        Gateway,
        ListenerSet,
        HTTPRoute,
        GRPCRoute,
        TLSRoute,
        TCPRoute,
        UDPRoute,
        Service,
        ServiceImport,
        XBackend,
    )
}
"""What requests pass on their way, which is all that a policy can be for; beside registered kinds of backends."""


class Registered(NamedTuple):
    judged: tuple[Judged, ...]
    effective: Mapping[PolicyTarget, tuple[ResourceKey, ...]]
    direct: frozenset[tuple[str, str]]


def judge_registered(resources: ResourceSet, surroundings: Surroundings) -> Registered:
    """The policies of all registered kinds. Kinds do not compete with each other."""
    judged: list[Judged] = []
    holding: dict[PolicyTarget, list[Resource]] = {}
    kinds = surroundings.extensions.of("policy")
    for kind in kinds:
        policies = surroundings.extensions.objects(kind)
        named = {policy.key: tuple(_targets(policy, resources, surroundings)) for policy in policies}
        claims = [(target, policy) for policy in policies for target, fault in named[policy.key] if fault is None]
        holders = contest(claims)
        for target, policy in claims:
            if kind.inherited or holders[target] is policy:
                holding.setdefault(target, []).append(policy)
        judged += [_judge(policy, kind, named[policy.key], holders) for policy in policies]
    # The established one of two is the older, and the other its challenger: whoever folds from the front meets each
    # challenger before what it challenges.
    effective = {
        target: tuple(policy.key for policy in sorted(policies, key=seniority, reverse=True))
        for target, policies in holding.items()
    }
    return Registered(tuple(judged), effective, frozenset((kind.group, kind.kind) for kind in kinds if not kind.inherited))


def _judge(
    policy: Resource,
    kind: ExtensionKind,
    named: tuple[tuple[PolicyTarget, Fault | None], ...],
    holders: Mapping[PolicyTarget, Resource],
) -> Judged:
    conflicts = [
        lost(target, holders[target])
        for target, fault in named
        if fault is None and not kind.inherited and holders[target].key != policy.key
    ]
    misses = [fault for _, fault in named if fault is not None]
    nothing = [] if named else [Fault("Invalid", "the policy names nothing in spec.targetRefs or spec.targetRef")]
    fault = next(iter((*conflicts, *misses, *nothing)), None)
    targets = tuple(target for target, _ in named)
    # Of sections only ports are used by some Gateways and not by others.
    used = tuple(target if fault is None and _is_port(target) else target.whole for target, fault in named)
    return Judged(policy, targets, used, (accepted(fault),))


def _targets(
    policy: Resource, resources: ResourceSet, surroundings: Surroundings
) -> Iterator[tuple[PolicyTarget, Fault | None]]:
    namespace = policy.metadata.namespace
    for ref in _refs(policy):
        kind = _KINDS.get((ref["group"], ref["kind"]))
        theirs = None if kind is not None and not kind.NAMESPACED else ref.get("namespace") or namespace
        target = PolicyTarget(ref["group"], ref["kind"], theirs, ref["name"], ref.get("sectionName") or None)
        if namespace is not None and theirs != namespace:
            # One tenant must not set what holds for others: not in another namespace, nor for a whole GatewayClass.
            yield target, Fault("Invalid", f"{target} is not of namespace {namespace}, and a policy is for its own")
        else:
            yield target, _miss(target, kind, resources, surroundings)


def _refs(policy: Resource) -> Iterator[Mapping[str, str]]:
    """The references as far as they have a form; nobody has checked the objects of registered kinds."""
    spec: Any = getattr(policy, "spec", None)
    if not isinstance(spec, Mapping):
        return
    several = spec.get("targetRefs")
    for ref in [spec.get("targetRef"), *(several if isinstance(several, list | tuple) else ())]:
        if isinstance(ref, Mapping) and all(isinstance(ref.get(field), str) for field in ("group", "kind", "name")):
            yield {field: value for field, value in ref.items() if isinstance(value, str)}


def _miss(
    target: PolicyTarget, kind: type[Resource] | None, resources: ResourceSet, surroundings: Surroundings
) -> Fault | None:
    key = ResourceKey(*target[:4])
    gone = Fault("TargetNotFound", f"{target} does not exist")
    if kind is None:
        if not surroundings.extensions.plays(target.group, target.kind, "backend"):
            return Fault("Invalid", f"{target} is of no kind that requests pass")
        return gone if surroundings.extensions.lacks(key) else None
    found = resources.get(kind, key.namespace, key.name)
    if found is None:
        return None if surroundings.assumes(kind.KIND) else gone
    if target.section is not None and target.section not in _sections(found):
        return Fault("TargetNotFound", f"{target.whole} has no section {target.section}")
    return None


def _is_port(target: PolicyTarget) -> bool:
    return _KINDS.get((target.group, target.kind)) in (Service, ServiceImport)


def _sections(found: Resource) -> frozenset[str | None]:
    if isinstance(found, Gateway | ListenerSet):
        return frozenset(listener.name for listener in found.spec.listeners)
    if isinstance(found, HTTPRoute | GRPCRoute | TLSRoute | TCPRoute | UDPRoute):
        return frozenset(rule.name for rule in found.spec.rules)
    if isinstance(found, Service | ServiceImport):
        return frozenset(port.name for port in found.spec.ports)
    return frozenset()
