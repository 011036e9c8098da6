"""The kinds that are read: a new one is a file with its Struct, and a line here."""

from __future__ import annotations

from typing import Final, NamedTuple

from ..errors import FieldPath
from .backendtlspolicy import BackendTLSPolicy
from .core import ConfigMap, EndpointSlice, Namespace, Secret, Service, ServiceImport
from .findings import Finding, Severity
from .gateway import Gateway
from .gatewayclass import GatewayClass
from .grpcroute import GRPCRoute
from .httproute import HTTPRoute
from .listenerset import ListenerSet
from .meta import EXPERIMENTAL_GROUP, GATEWAY_GROUP, Resource
from .referencegrant import ReferenceGrant
from .scalars import Channel
from .tcproute import TCPRoute
from .tlsroute import TLSRoute
from .udproute import UDPRoute
from .xbackend import XBackend
from .xbackendtrafficpolicy import XBackendTrafficPolicy
from .xmesh import XMesh


class Served(NamedTuple):
    """A kind, and the versions in which API servers hand it out (resources.md 1)."""

    type: type[Resource]
    versions: tuple[str, ...]
    """The one to write first."""
    deprecated: tuple[str, ...] = ()
    """Those of `versions` that are on their way out; the CRDs of the standard channel do not serve them."""
    has_foreign_fields: bool = False
    """Only a part of it is read here, so that unknown fields mean nothing."""


_SERVED: Final = (
    Served(GatewayClass, ("v1", "v1beta1")),
    Served(Gateway, ("v1", "v1beta1")),
    Served(ListenerSet, ("v1",)),
    Served(HTTPRoute, ("v1", "v1beta1")),
    Served(GRPCRoute, ("v1",)),
    Served(TLSRoute, ("v1", "v1alpha3", "v1alpha2"), deprecated=("v1alpha3", "v1alpha2")),
    Served(TCPRoute, ("v1", "v1alpha2"), deprecated=("v1alpha2",)),
    Served(UDPRoute, ("v1", "v1alpha2"), deprecated=("v1alpha2",)),
    Served(ReferenceGrant, ("v1", "v1beta1")),
    Served(BackendTLSPolicy, ("v1", "v1alpha3"), deprecated=("v1alpha3",)),
    Served(XBackendTrafficPolicy, ("v1alpha1",)),
    Served(XBackend, ("v1alpha1",)),
    Served(XMesh, ("v1alpha1",)),
    Served(Namespace, ("v1",), has_foreign_fields=True),
    Served(Service, ("v1",), has_foreign_fields=True),
    Served(Secret, ("v1",), has_foreign_fields=True),
    Served(ConfigMap, ("v1",), has_foreign_fields=True),
    Served(EndpointSlice, ("v1",), has_foreign_fields=True),
    Served(ServiceImport, ("v1alpha1", "v1beta1"), has_foreign_fields=True),
)

KINDS: Final[dict[tuple[str, str], Served]] = {(each.type.GROUP, each.type.KIND): each for each in _SERVED}

RENAMED: Final[dict[tuple[str, str], type[Resource]]] = {
    (GATEWAY_GROUP, "ReferencePolicy"): ReferenceGrant,
    (EXPERIMENTAL_GROUP, "XListenerSet"): ListenerSet,
}
"""Kinds that are read under their new name, whatever their version."""

PROTECTING: Final = frozenset({(GATEWAY_GROUP, "BackendTLSPolicy")})
"""Kinds whose objects protect what they name even if they are refused (HI-C7)."""

REMOVED: Final[dict[tuple[str, str], str]] = {
    (GATEWAY_GROUP, "BackendPolicy"): "was removed from the standard; use BackendTLSPolicy and XBackendTrafficPolicy",
    (GATEWAY_GROUP, "BackendLBPolicy"): "was removed from the standard; use XBackendTrafficPolicy",
}
"""Kinds that are refused: leaving their settings out in silence would be no answer."""


class Recognised(NamedTuple):
    """What a group, a version and a kind stand for."""

    served: Served | None
    """None for a kind that is not read."""
    finding: Finding | None = None
    """What is to be said about the name; if it is REFUSED, an API server has no such thing."""


def recognise(group: str, version: str, kind: str, channel: Channel) -> Recognised:
    """The kind that is meant, also by a name of old.

    >>> recognise("gateway.networking.k8s.io", "v1alpha2", "TCPRoute", "experimental").finding.message
    'is deprecated for TCPRoute; use gateway.networking.k8s.io/v1'
    """
    renamed = RENAMED.get((group, kind))
    if renamed is not None:
        served = KINDS[renamed.GROUP, renamed.KIND]
        return Recognised(served, _said("kind", f"{kind} is called {renamed.KIND} now, and read as one", Severity.NOTICE))
    if (group, kind) in REMOVED:
        return Recognised(None, _said("kind", REMOVED[group, kind]))
    found = KINDS.get((group, kind))
    if found is None:
        return Recognised(None)
    if group == EXPERIMENTAL_GROUP and channel == "standard":
        return Recognised(found, _said("kind", "is a kind of the experimental channel, and not of the standard one"))
    if version == found.versions[0] and version not in found.deprecated:
        return Recognised(found)
    use = f"use {api_version(group, found.versions[0])}"
    if version not in found.versions:
        return Recognised(found, _said("apiVersion", f"is not a version of {kind} that is served; {use}"))
    if version in found.deprecated and channel == "standard":
        return Recognised(found, _said("apiVersion", f"is served for {kind} in the experimental channel only; {use}"))
    if version in found.deprecated:
        return Recognised(found, _said("apiVersion", f"is deprecated for {kind}; {use}", Severity.NOTICE))
    return Recognised(found)


def _said(field: str, message: str, severity: Severity = Severity.REFUSED) -> Finding:
    return Finding(FieldPath() / field, message, severity)


def api_version(group: str, version: str) -> str:
    return f"{group}/{version}" if group else version
