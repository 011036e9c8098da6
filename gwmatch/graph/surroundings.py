"""All that a reference to a backend is followed against: the objects, and the policies that hold for them."""

from __future__ import annotations

from typing import NamedTuple

from ..api import (
    BackendRef,
    BackendTLSPolicy,
    EndpointSlice,
    Resource,
    ResourceKey,
    ResourceSet,
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
from .tls_policies import TLSPolicies, rejected_targets
from .traffic_policies import TrafficPolicies
from .xbackends import XBackends

_BACKENDS: tuple[type[Resource], ...] = (Service, ServiceImport, XBackend)


class Followed(NamedTuple):
    """A rule's references to backends, followed."""

    nodes: tuple[BackendNode, ...]
    assumed: tuple[ResourceKey, ...]
    """Those that nobody has seen, each once."""


class Surroundings(References):
    """References that lead to backends, with what is known of these. Never changes what it answers."""

    __slots__ = ("_followed", "endpoints", "extensions", "external_auth", "tls_policies", "traffic_policies", "xbackends")

    def __init__(self, resources: ResourceSet, options: Options) -> None:
        super().__init__(resources, options)
        self._followed: dict[tuple[str, str | None], dict[tuple[BackendRef, ...], Followed]] = {}
        self.external_auth = options.external_auth
        self.extensions = Extensions(resources, options)
        self.endpoints = Endpoints(resources.of(EndpointSlice))
        refused = rejected_targets(resources.withheld(BackendTLSPolicy))
        self.tls_policies = TLSPolicies(resources.of(BackendTLSPolicy), refused, self)
        self.traffic_policies = TrafficPolicies(resources.of(XBackendTrafficPolicy), self._no_backend)
        self.xbackends = XBackends(resources.of(XBackend), self.tls_policies, self)

    def followed(self, kind: str, namespace: str | None) -> dict[tuple[BackendRef, ...], Followed]:
        """What lists of references without filters or faults led to, from routes of a kind and namespace: room for whoever
        follows them, since rules often have equal ones."""
        found = self._followed.get((kind, namespace))
        return self._followed.setdefault((kind, namespace), {}) if found is None else found

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
