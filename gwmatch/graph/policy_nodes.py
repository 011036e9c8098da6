"""The types of a Graph for what policies say, and what XBackends say themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from ..api import Resource, ResourceKey
from .conditions import Condition, condition_of


class PolicyTarget(NamedTuple):
    """What a policy is for."""

    group: str
    kind: str
    namespace: str | None
    """None of an object that belongs to no namespace."""
    name: str
    section: str | None = None
    """The name of a listener, a rule or a port; None is the object with all of them."""

    @property
    def whole(self) -> PolicyTarget:
        return self._replace(section=None)

    def __str__(self) -> str:
        kind = f"{self.kind}.{self.group}" if self.group else self.kind
        name = self.name if self.namespace is None else f"{self.namespace}/{self.name}"
        return f"{kind} {name}" if self.section is None else f"{kind} {name}, section {self.section}"


class PolicyNode(msgspec.Struct, frozen=True):
    """A policy, judged."""

    resource: Resource
    key: ResourceKey
    targets: tuple[PolicyTarget, ...]
    """All that it names, also where it has no say."""
    conditions: tuple[Condition, ...]
    """The same for every ancestor."""
    ancestors: tuple[ResourceKey, ...]
    """The Gateways that it concerns (L-11), as many as its status has room for."""
    unreported: frozenset[ResourceKey]
    """Those for which there is no room: what it protects is out of reach there."""
    assumed: tuple[ResourceKey, ...] = ()
    """Objects it refers to that the set does not hold, and that are taken to exist."""

    @property
    def accepted(self) -> bool:
        return self.condition("Accepted").is_true

    def condition(self, type: str) -> Condition:
        return condition_of(self.conditions, type)


class Policies(msgspec.Struct, frozen=True):
    """The policies of a graph, and which of the registered kinds hold where (actions.md 15)."""

    tls: Mapping[ResourceKey, PolicyNode] = {}
    traffic: Mapping[ResourceKey, PolicyNode] = {}
    registered: Mapping[ResourceKey, PolicyNode] = {}
    """Those of kinds that the caller registered."""
    backends: Mapping[ResourceKey, PolicyNode] = {}
    """Not policies, but with a status of the same shape: XBackends and the Gateways that use them."""
    effective: Mapping[PolicyTarget, tuple[ResourceKey, ...]] = {}
    """Those of `registered` that hold at a target by themselves, the youngest first: each challenges those after it."""
    direct: frozenset[tuple[str, str]] = frozenset()
    """The registered kinds, by group and kind, of which a section's policy keeps that of the whole object out."""

    @property
    def reported(self) -> tuple[PolicyNode, ...]:
        """All that have a status."""
        return tuple(node for kind in (self.tls, self.traffic, self.registered, self.backends) for node in kind.values())

    def at(self, target: PolicyTarget) -> tuple[ResourceKey, ...]:
        """What holds at a target: its section's own, then those of the whole object."""
        own = self.effective.get(target, ())
        if target.section is None:
            return own
        kept_out = {(key.group, key.kind) for key in own} & self.direct
        whole = self.effective.get(target.whole, ())
        return (*own, *(key for key in whole if (key.group, key.kind) not in kept_out))


class BackendTLSNode(msgspec.Struct, frozen=True):
    """How connections to a backend are secured, by a BackendTLSPolicy or by an XBackend itself (actions.md 13)."""

    hostname: str
    """Sent as SNI; also the name to verify, if there are no `subject_alt_names` (L-8)."""
    subject_alt_names: tuple[tuple[str, str], ...] = ()
    """`Hostname` or `URI`, and the name: one of them must be in the certificate."""
    ca_certificates: tuple[ResourceKey, ...] = ()
    """The ConfigMaps that could be resolved."""
    well_known: str | None = None
    client_certificate: ResourceKey | None = None
    """The Secret that the backend itself names. Without one the Gateway's is used (L-12)."""
    options: tuple[tuple[str, str], ...] = ()
    policy: ResourceKey | None = None
    reason: str | None = None
    """Why no connection can be made by these settings; plain text is none instead (L-9)."""
    message: str = ""
