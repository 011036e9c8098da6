"""XBackendTrafficPolicies: retry budgets and session persistence of backends (actions.md 12 and 14)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..api import XBackendTrafficPolicy
from ..errors import FieldPath
from .grants import Target
from .policies import Judged, accepted, contest, lost
from .policy_nodes import PolicyTarget
from .references import Fault

_TARGET_REFS = FieldPath() / "spec" / "targetRefs"


class TrafficPolicies:
    """The XBackendTrafficPolicies of a set, judged. Never changes."""

    __slots__ = ("_holders", "judged")

    def __init__(self, policies: Sequence[XBackendTrafficPolicy], miss: Callable[[Target], Fault | None]) -> None:
        """`miss`: why an object is none that traffic can go to, else None."""
        named = {policy.key: _targets(policy, miss) for policy in policies}
        claims = [(target, policy) for policy in policies for target, fault in named[policy.key] if fault is None]
        self._holders = contest(claims)
        self.judged: tuple[Judged, ...] = tuple(self._judge(policy, named[policy.key]) for policy in policies)

    def of(self, target: Target) -> XBackendTrafficPolicy | None:
        """The policy that holds for a backend, all its ports included."""
        return self._holders.get(PolicyTarget(*target)) if self._holders else None

    def differing(self, other: TrafficPolicies) -> set[PolicyTarget]:
        """The backends for which the two have different policies."""
        if self is other:
            return set()
        return {key for key in {*self._holders, *other._holders} if self._holders.get(key) != other._holders.get(key)}

    def _judge(self, policy: XBackendTrafficPolicy, named: Sequence[tuple[PolicyTarget, Fault | None]]) -> Judged:
        conflicts = [
            lost(target, holder)
            for target, fault in named
            if fault is None and (holder := self._holders[target]).key != policy.key
        ]
        misses = [fault for _, fault in named if fault is not None]
        fault = next(iter((*conflicts, *misses)), None)
        targets = tuple(target for target, _ in named)
        return Judged(policy, targets, targets, (accepted(fault),))


def _targets(
    policy: XBackendTrafficPolicy, miss: Callable[[Target], Fault | None]
) -> tuple[tuple[PolicyTarget, Fault | None], ...]:
    namespace = policy.key.namespace or ""
    targets = [Target(ref.group, ref.kind, namespace, ref.name) for ref in policy.spec.target_refs]
    return tuple(
        (PolicyTarget(*target), None if fault is None else Fault(fault.reason, f"{_TARGET_REFS[index]} names {fault.message}"))
        for index, target in enumerate(targets)
        for fault in [miss(target)]
    )
