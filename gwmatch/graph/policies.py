"""Policy attachment in general (actions.md 15, GEP-713): what a policy is for, and which of several is established."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeVar

from ..api import Resource, ResourceKey
from ..ir import NEWEST
from .nodes import Condition
from .policy_nodes import PolicyNode, PolicyTarget
from .references import Fault

Policy = TypeVar("Policy", bound=Resource)


class Judged(NamedTuple):
    """A policy with what is known of it before anybody asks which Gateways it concerns."""

    resource: Resource
    targets: tuple[PolicyTarget, ...]
    """All that it names."""
    used: tuple[PolicyTarget, ...]
    """What a Gateway must have to do with for the policy to concern it: the targets, but of those with a section that is
    not there the whole object, so that somebody is told."""
    conditions: tuple[Condition, ...]
    assumed: tuple[ResourceKey, ...] = ()

    def node(self, ancestors: tuple[ResourceKey, ...], unreported: frozenset[ResourceKey]) -> PolicyNode:
        return PolicyNode(
            resource=self.resource,
            key=self.resource.key,
            targets=self.targets,
            conditions=self.conditions,
            ancestors=ancestors,
            unreported=unreported,
            assumed=self.assumed,
        )


def seniority(policy: Resource) -> tuple[int, str]:
    """Sort key whose smallest is established: the oldest, then the first `namespace/name` as one text (HI-R10).

    One without a creationTimestamp counts as the newest (OQ-19).
    """
    created = policy.metadata.created
    return NEWEST if created is None else created, full_name(policy.key)


def full_name(key: ResourceKey) -> str:
    return key.name if key.namespace is None else f"{key.namespace}/{key.name}"


def contest(claims: Iterable[tuple[PolicyTarget, Policy]]) -> dict[PolicyTarget, Policy]:
    """Who holds each target. Equal in object and section is equal; a section is another target than its object (L-2, L-3)."""
    holders: dict[PolicyTarget, Policy] = {}
    for target, policy in claims:
        holder = holders.get(target)
        if holder is None or seniority(policy) < seniority(holder):
            holders[target] = policy
    return holders


def accepted(fault: Fault | None) -> Condition:
    """The condition that every policy has."""
    if fault is None:
        return Condition("Accepted", "True", "Accepted", "The policy is in effect.")
    return Condition("Accepted", "False", *fault)


def lost(target: PolicyTarget, holder: Resource) -> Fault:
    return Fault("Conflicted", f"{target} is held by {holder.key}, which is older, or first by name")
