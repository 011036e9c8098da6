"""BackendTLSPolicies: which one holds for a port of a Service, and what it says (actions.md 13)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import structs

from ..api import DEFAULT_NAMESPACE, BackendTLSPolicy, ResourceKey, Service, ServiceImport, ServicePort
from ..errors import FieldPath
from .backendtls import validate
from .grants import Target
from .listeners import resolved_refs
from .policies import Judged, accepted, contest, lost
from .policy_nodes import BackendTLSNode, PolicyTarget
from .references import Fault, References

_VALIDATION = FieldPath() / "spec" / "validation"
_TARGET_REFS = FieldPath() / "spec" / "targetRefs"

KINDS: tuple[type[Service] | type[ServiceImport], ...] = (Service, ServiceImport)
"""Kinds whose ports a policy may be for."""


class TLSPolicies:
    """The BackendTLSPolicies of a set, judged. Never changes."""

    __slots__ = ("_holders", "_named", "_rejected", "_sections", "_settings", "judged")

    def __init__(self, policies: Sequence[BackendTLSPolicy], rejected: Iterable[PolicyTarget], references: References) -> None:
        """`rejected`: what BackendTLSPolicies name that were refused, and are no part of the set."""
        self._rejected = frozenset(rejected)
        self._settings: dict[ResourceKey, BackendTLSNode] = {}
        named = {policy.key: tuple(_targets(policy, references)) for policy in policies}
        claims = [(target, policy) for policy in policies for target, fault in named[policy.key] if fault is None]
        # L-3, OQ-30: who is older holds the target, whatever its settings are worth.
        self._holders = contest(claims)
        self._sections = {target.whole for target in (*self._holders, *self._rejected) if target.section is not None}
        self._named = {target.whole for targets in named.values() for target, _ in targets}
        self._named.update(target.whole for target in self._rejected)
        self.judged: tuple[Judged, ...] = tuple(self._judge(policy, named[policy.key], references) for policy in policies)

    def settings(self, target: Target, port: ServicePort | None) -> BackendTLSNode | None:
        """What holds for connections to a port of `target`; None if nobody asks for TLS. `port` is None where nobody has
        seen the object."""
        if not self._named:
            return None
        whole = PolicyTarget(*target)
        if port is None and whole in self._sections:
            message = f"a BackendTLSPolicy is for one port of {target}, and which one has that name is not known"
            return BackendTLSNode(hostname="", reason="TargetNotFound", message=message)
        holder = self._holders.get(whole._replace(section=port.name)) if port is not None and port.name else None
        holder = holder or self._holders.get(whole)  # L-2
        if holder is not None:
            return self._settings[holder.key]
        if whole in self._rejected or (port is not None and whole._replace(section=port.name) in self._rejected):
            # HI-C7: whoever wrote it wanted no plain text.
            message = f"a BackendTLSPolicy for {target} was rejected, and plain text is not what its author wants"
            return BackendTLSNode(hostname="", reason="Invalid", message=message)
        return None

    def differing(self, other: TLSPolicies) -> set[PolicyTarget]:
        """The objects about connections to which the two may say different things."""
        if self is other:
            return set()
        found = {target.whole for target in self._rejected ^ other._rejected} | (self._sections ^ other._sections)
        found |= self._named ^ other._named
        for target in {*self._holders, *other._holders}:
            mine, theirs = self._holders.get(target), other._holders.get(target)
            if mine is None or theirs is None or self._settings[mine.key] != other._settings[theirs.key]:
                found.add(target.whole)
        return found

    def names(self, target: Target) -> bool:
        """Whether any policy names an object, rightly or not."""
        return PolicyTarget(*target) in self._named

    def _judge(
        self, policy: BackendTLSPolicy, named: Sequence[tuple[PolicyTarget, Fault | None]], references: References
    ) -> Judged:
        validated = validate(policy.key, policy.spec.validation, _VALIDATION, references)
        options = tuple(sorted(policy.spec.options.items()))
        self._settings[policy.key] = structs.replace(validated.settings, policy=policy.key, options=options)
        # L-4: each target is contested alone, and one that is lost is told.
        conflicts = [
            lost(target, holder)
            for target, fault in named
            if fault is None and (holder := self._holders[target]).key != policy.key
        ]
        misses = [fault for _, fault in named if fault is not None]
        fault = next(iter((*conflicts, *misses)), validated.rejected)
        conditions = (accepted(fault), resolved_refs(validated.unresolved))
        used = tuple(target if fault is None else target.whole for target, fault in named)
        return Judged(policy, tuple(target for target, _ in named), used, conditions, validated.assumed)


def rejected_targets(objects: Iterable[Mapping[str, Any]]) -> Iterator[PolicyTarget]:
    """What refused BackendTLSPolicies are for, as far as they have a form (HI-C7).

    What is missing or odd may be why they were refused, so that the doubt is theirs: a target without a group or a kind is a
    Service, and one whose section is no name is all of it.
    """
    for each in objects:
        metadata, spec = each.get("metadata"), each.get("spec")
        if not isinstance(metadata, Mapping) or not isinstance(spec, Mapping):
            continue
        several = spec.get("targetRefs")
        # A list that is a single mapping is a common slip, and leaves no doubt about what it is for.
        for ref in (spec.get("targetRef"), *(several if isinstance(several, list | tuple) else (several,))):
            if isinstance(ref, Mapping) and isinstance(ref.get("name"), str):
                texts = {field: value for field, value in ref.items() if isinstance(value, str)}
                yield PolicyTarget(
                    texts.get("group", ""),
                    texts.get("kind", Service.KIND),
                    str(metadata.get("namespace") or DEFAULT_NAMESPACE),
                    texts["name"],
                    texts.get("sectionName") or None,
                )


def _targets(policy: BackendTLSPolicy, references: References) -> Iterator[tuple[PolicyTarget, Fault | None]]:
    """What a policy names, in its own namespace, and why it cannot hold there (L-1, L-5)."""
    namespace = policy.key.namespace or ""
    for index, ref in enumerate(policy.spec.target_refs):
        target = PolicyTarget(ref.group, ref.kind, namespace, ref.name, ref.section_name or None)
        yield target, _miss(target, _TARGET_REFS[index], references)


def _miss(target: PolicyTarget, at: FieldPath, references: References) -> Fault | None:
    kind = next((kind for kind in KINDS if (target.group, target.kind) == (kind.GROUP, kind.KIND)), None)
    if kind is None:
        return Fault("Invalid", f"{at} names {target}, but only a Service or a ServiceImport can have a BackendTLSPolicy")
    found = references.find(kind, target.namespace or "", target.name)
    if found is None:
        return None if references.assumes(kind.KIND) else Fault("TargetNotFound", f"{at} names {target}, which does not exist")
    ports = [port for port in found.spec.ports if target.section is None or port.name == target.section]
    if not ports and target.section is not None:
        return Fault("TargetNotFound", f"{at} names {target}, which has no port of this name")
    if ports and all(port.protocol == "UDP" for port in ports):
        return Fault("Invalid", f"{at} names {target}, which is of protocol UDP")
    return None
