"""The kinds that are read: a new one is a file with its Struct, and a line here."""

from __future__ import annotations

from typing import Final, NamedTuple

from .core import ConfigMap, Namespace, Secret, Service
from .gateway import Gateway
from .gatewayclass import GatewayClass
from .httproute import HTTPRoute
from .meta import GATEWAY_GROUP, Resource
from .referencegrant import ReferenceGrant

EXPERIMENTAL_GROUP: Final = "gateway.networking.x-k8s.io"


class Served(NamedTuple):
    """A kind, and the versions in which API servers hand it out (resources.md 1)."""

    type: type[Resource]
    versions: tuple[str, ...]
    """The one to write first."""
    deprecated: tuple[str, ...] = ()
    """Those of `versions` that are on their way out."""
    has_foreign_fields: bool = False
    """Only a part of it is read here, so that unknown fields mean nothing."""


_SERVED: Final = (
    Served(GatewayClass, ("v1", "v1beta1")),
    Served(Gateway, ("v1", "v1beta1")),
    Served(HTTPRoute, ("v1", "v1beta1")),
    Served(ReferenceGrant, ("v1", "v1beta1")),
    Served(Namespace, ("v1",), has_foreign_fields=True),
    Served(Service, ("v1",), has_foreign_fields=True),
    Served(Secret, ("v1",), has_foreign_fields=True),
    Served(ConfigMap, ("v1",), has_foreign_fields=True),
)

KINDS: Final[dict[tuple[str, str], Served]] = {(each.type.GROUP, each.type.KIND): each for each in _SERVED}

RENAMED: Final[dict[tuple[str, str], type[Resource]]] = {(GATEWAY_GROUP, "ReferencePolicy"): ReferenceGrant}
"""Kinds that are read under their new name, whatever their version."""

REMOVED: Final[dict[tuple[str, str], str]] = {
    (GATEWAY_GROUP, "BackendPolicy"): "was removed from the standard; use BackendTLSPolicy and XBackendTrafficPolicy",
    (GATEWAY_GROUP, "BackendLBPolicy"): "was removed from the standard; use XBackendTrafficPolicy",
}
"""Kinds that are refused: leaving their settings out in silence would be no answer."""

NOT_READ: Final = frozenset(
    {
        (GATEWAY_GROUP, "BackendTLSPolicy"),
        (GATEWAY_GROUP, "GRPCRoute"),
        (GATEWAY_GROUP, "ListenerSet"),
        (GATEWAY_GROUP, "TCPRoute"),
        (GATEWAY_GROUP, "TLSRoute"),
        (GATEWAY_GROUP, "UDPRoute"),
        (EXPERIMENTAL_GROUP, "XBackend"),
        (EXPERIMENTAL_GROUP, "XBackendTrafficPolicy"),
        (EXPERIMENTAL_GROUP, "XListenerSet"),
        (EXPERIMENTAL_GROUP, "XMesh"),
    }
)
"""Kinds of the standard that are skipped with a word, while those of others are skipped without."""
