"""All that a reference to a backend is followed against: the objects, and the policies that hold for them."""

from __future__ import annotations

from collections.abc import Container

from ..api import (
    BackendRef,
    BackendTLSPolicy,
    ConfigMap,
    EndpointSlice,
    ReferenceGrant,
    Resource,
    ResourceKey,
    ResourceSet,
    Secret,
    Service,
    ServiceImport,
    XBackend,
    XBackendTrafficPolicy,
)
from ..options import Options
from .endpoints import Endpoints
from .extensions import Extensions
from .grants import Target
from .nodes import BackendNode
from .references import Fault, References
from .tls_policies import KINDS, TLSPolicies, rejected_targets
from .traffic_policies import TrafficPolicies
from .xbackends import XBackends

_BACKENDS: tuple[type[Resource], ...] = (Service, ServiceImport, XBackend)


Followed = tuple[tuple[BackendNode, ...], tuple[ResourceKey, ...]]
"""A rule's references to backends, followed; and those of them that nobody has seen, each once."""


class Surroundings(References):
    """References that lead to backends, with what is known of these. Never changes what it answers."""

    __slots__ = ("_followed", "endpoints", "extensions", "external_auth", "tls_policies", "traffic_policies", "xbackends")

    endpoints: Endpoints
    tls_policies: TLSPolicies
    traffic_policies: TrafficPolicies
    xbackends: XBackends

    def __init__(
        self, resources: ResourceSet, options: Options, before: Surroundings | None = None, touched: Container[str] = ()
    ) -> None:
        """`before`: those of a set with the same objects, apart from some of the kinds `touched`; its parts are used again."""

        def kept(*kinds: type[Resource]) -> bool:
            return before is not None and not any(kind.KIND in touched for kind in kinds)

        super().__init__(resources, options, before.grants if before and kept(ReferenceGrant) else None)
        self._followed: dict[tuple[str, str | None], dict[tuple[BackendRef, ...], Followed]] = {}
        self.external_auth = options.external_auth
        self.extensions = Extensions(resources, options)
        self.endpoints = before.endpoints if before and kept(EndpointSlice) else Endpoints(resources.of(EndpointSlice))
        same = before is not None and (before.assumed, before.extensions) == (self.assumed, self.extensions)
        if before and same and kept(BackendTLSPolicy, *KINDS, ConfigMap):
            self.tls_policies = before.tls_policies
        else:
            refused = rejected_targets(resources.withheld(BackendTLSPolicy))
            self.tls_policies = TLSPolicies(resources.of(BackendTLSPolicy), refused, self)
        if before and same and kept(XBackendTrafficPolicy, *_BACKENDS):
            self.traffic_policies = before.traffic_policies
        else:
            self.traffic_policies = TrafficPolicies(resources.of(XBackendTrafficPolicy), self._no_backend)
        if before and same and kept(XBackend, BackendTLSPolicy, *KINDS, ConfigMap, Secret, ReferenceGrant):
            self.xbackends = before.xbackends
        else:
            self.xbackends = XBackends(resources.of(XBackend), self.tls_policies, self)

    def over(self, resources: ResourceSet) -> Surroundings:
        """The same for a set that differs only in routes, which nothing here depends on."""
        made = Surroundings.__new__(Surroundings)
        made._faults, made.assumed, made.grants = self._faults, self.assumed, self.grants
        made._followed, made.external_auth, made.endpoints = self._followed, self.external_auth, self.endpoints
        made.tls_policies, made.traffic_policies, made.xbackends = self.tls_policies, self.traffic_policies, self.xbackends
        made.resources = resources
        made.extensions = self.extensions.over(resources)
        return made

    def followed(self, kind: str, namespace: str | None) -> dict[tuple[BackendRef, ...], Followed]:
        """What lists of references without filters or faults led to, from routes of a kind and namespace: room for whoever
        follows them, since rules often have equal ones."""
        found = self._followed.get((kind, namespace))
        return self._followed.setdefault((kind, namespace), {}) if found is None else found

    def forget(self) -> None:
        """Lets go of what lists led to: each is followed again when somebody asks."""
        self._followed = {}

    def _no_backend(self, target: Target) -> Fault | None:
        """Why an object is none that traffic can go to; the message says what it is."""
        for kind in _BACKENDS:
            if (target.group, target.kind) == (kind.GROUP, kind.KIND):
                found = self.find(kind, target.namespace, target.name)
                missing = found is None and not self.assumes(kind.KIND)
                return Fault("TargetNotFound", f"{target}, which does not exist") if missing else None
        if not self.extensions.plays(target.group, target.kind, "backend"):
            return Fault("Invalid", f"{target}, which is of no kind that can be a backend")
        if self.extensions.lacks(ResourceKey(*target)):
            return Fault("TargetNotFound", f"{target}, which does not exist")
        return None
